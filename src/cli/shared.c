// What several commands do alike: reading a kernel with its bindings, named files, keys of the report.
#include <ctype.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

// The colon of FILE:ENTRY: the last one, with an identifier behind it. A file of that whole name goes first.
static const char *entry_colon(const char *text) {
    const char *colon = strrchr(text, ':');
    if (!colon || colon == text || !(isalpha((unsigned char)colon[1]) || colon[1] == '_')) return NULL;
    for (const char *at = colon + 1; *at; at++)
        if (!isalnum((unsigned char)*at) && *at != '_') return NULL;
    return access(text, F_OK) ? colon : NULL;
}

static Binding parse_binding(Cli *cli, const char *word) {
    const char *equals = strchr(word, '=');
    if (!equals || equals == word) fail_usage(cli, NULL, "expected NAME=VALUE after the file, got `%s`", word);
    return (Binding){arena_copy_text(&cli->context->unit, word, (size_t)(equals - word)), equals + 1};
}

static bool native_float16(Cli *cli, const char *word) {
    if (!word || !strcmp(word, "bfloat16")) return false;
    if (!strcmp(word, "native")) return true;
    fail_usage(cli, NULL, "--float16: expected native or bfloat16, got `%s`", word);
}

static PipelineOptions pipeline_for(Cli *cli, const KernelSettings *settings) {
    const Pass **disabled = arena_new_array(&cli->context->unit, const Pass *, settings->disabled.count);
    for (uint32_t i = 0; i < settings->disabled.count; i++)
        disabled[i] = pass_require(cli->context, settings->disabled.items[i]);
    return (PipelineOptions){
        .disabled = disabled, .disabled_count = (int)settings->disabled.count, .verify_each = true};
}

Kernel cli_load(Cli *cli, const KernelSettings *settings, const char *file_and_entry, int count,
                const char *const words[]) {
    Context *context = cli->context;
    Kernel kernel = {.options = compile_options_parse(context, &settings->words)};
    kernel.pipeline = pipeline_for(cli, settings);
    const char *colon = entry_colon(file_and_entry);
    size_t length = colon ? (size_t)(colon - file_and_entry) : strlen(file_and_entry);
    Binding *bindings = arena_new_array(&context->unit, Binding, (size_t)count);
    for (int i = 0; i < count; i++) bindings[i] = parse_binding(cli, words[i]);
    ElaborateOptions options = {
        .entry = colon ? colon + 1 : NULL,
        .bindings = bindings,
        .binding_count = count,
        .worker_cores = (int)(kernel.options.target->grid_columns * kernel.options.target->grid_rows),
        .native_float16 = native_float16(cli, settings->float16),
    };
    kernel.source = context_read_source(context, arena_copy_text(&context->unit, file_and_entry, length));
    double start = monotonic_milliseconds();
    kernel.function = kernel_load(module_open(context), kernel.source, &options);
    kernel.load_ms = monotonic_milliseconds() - start;
    kernel.options = compile_options_for(kernel.function, &settings->words);
    return kernel;
}

NamedFile cli_named_file(Cli *cli, const char *option, const char *text) {
    const char *equals = strchr(text, '=');
    if (!equals || equals == text || !equals[1])
        fail_usage(cli, NULL, "--%s: expected NAME=FILE.npy, got `%s`", option, text);
    return (NamedFile){arena_copy_text(&cli->context->unit, text, (size_t)(equals - text)), equals + 1};
}

int cli_threads(int64_t asked) {
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    int64_t wanted = asked > 0 ? asked : online;
    if (wanted > SIM_THREADS_MAX) return SIM_THREADS_MAX;
    return wanted > 0 ? (int)wanted : 1;
}

void report_value(Cli *cli, const char *key, const Value *value) {
    value_set(&cli->context->unit, cli->report, name_of(cli->context, key), value);
}

void report_text(Cli *cli, const char *key, const char *text) {
    report_value(cli, key, value_text(&cli->context->unit, name_of(cli->context, text)));
}

void report_number(Cli *cli, const char *key, double value) {
    report_value(cli, key, value_float(&cli->context->unit, value));
}
