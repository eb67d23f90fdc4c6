// ttile compile: plan and program text of each file's kernel.
#include <string.h>
#include <unistd.h>

#include "api/pipelines.h"
#include "base/file.h"
#include "cli/cli.h"
#include "emit/emit.h"
#include "ir/print.h"
#include "plan/plan.h"
#include "report/report.h"

typedef struct CompileSettings {
    KernelSettings kernel;
    const char *folder;
    bool force;
    const char *host;
} CompileSettings;

static const OptionRow rows[] = {
    {"output-dir", OPTION_TEXT, offsetof(CompileSettings, folder), "DIR",
     "where to write DIR/KERNEL/: tt.plan.json, KERNEL.ttir and the kernels; also -o DIR (.)"},
    {"force", OPTION_FLAG, offsetof(CompileSettings, force), NULL, "write to a folder that holds other files, too"},
    {"host", OPTION_TEXT, offsetof(CompileSettings, host), "python|cpp",
     "what runs the kernels on a card: run.py alone, or host.cpp with a CMakeLists.txt, too (python)"},
    KERNEL_OPTIONS(CompileSettings, kernel),
};

static bool wants_cpp_host(Cli *cli, const char *host) {
    if (!host || !strcmp(host, "python")) return false;
    if (!strcmp(host, "cpp")) return true;
    fail_usage(cli, &command_compile, "--host: expected python or cpp, got `%s`", host);
}

typedef struct Compiled {
    const char *folder;
    Text program;
    EmittedFiles files; // kernels and what runs them
    const Value *plan;
    double milliseconds;
} Compiled;

// The plan and the simulator take chips that no kernel can be printed for.
static EmittedFiles emit_files(Cli *cli, const Kernel *kernel) {
    if (emit_has_target(kernel->options.target)) return emit_program(kernel->function);
    report(cli->context, DIAG_EMIT_TARGET, kernel->function->location,
           "no kernels are written for %s: the release of TT-Metalium that they are for does not have it",
           kernel->options.target->name);
    return (EmittedFiles){0};
}

// Thread programs are taken as they are, when they are proven to be right.
static void lower(Kernel *kernel) {
    if (is_program(kernel->function)) {
        require_proven(kernel->function, kernel->options.target);
        return;
    }
    require_source_level(kernel->function);
    compile_run(kernel->function, &kernel->options, &kernel->pipeline);
}

static void add_host(Cli *cli, Compiled *compiled) {
    EmittedFiles host = emit_host(cli->context, compiled->plan);
    for (uint32_t i = 0; i < host.count; i++) vector_push(&cli->context->unit, compiled->files, host.items[i]);
}

static Compiled compile_file(Cli *cli, const CompileSettings *settings, const char *file, int count,
                             const char *const bindings[]) {
    Arena *arena = &cli->context->unit;
    Kernel kernel = cli_load(cli, &settings->kernel, file, count, bindings);
    Compiled compiled = {.program = {.arena = arena}};
    double start = monotonic_milliseconds();
    lower(&kernel);
    print_module(kernel.function->module, (PrintOptions){.locations = true}, &compiled.program);
    const char *program_name = arena_format(arena, "%s.ttir", kernel.function->name);
    compiled.files = emit_files(cli, &kernel);
    compiled.plan = plan_build(kernel.function, program_name, &compiled.program);
    if (compiled.files.count && wants_cpp_host(cli, settings->host)) add_host(cli, &compiled);
    compiled.milliseconds = kernel.load_ms + monotonic_milliseconds() - start;
    compiled.folder = arena_format(arena, "%s/%s", settings->folder ? settings->folder : ".", kernel.function->name);
    return compiled;
}

// Two kernels of one name would be written to one folder.
static void require_new_name(Cli *cli, const Value *kernels, const Compiled *compiled) {
    const char *name = value_get(compiled->plan, "kernel")->text;
    for (uint32_t i = 0; i < kernels->count; i++)
        if (!strcmp(value_get(kernels->items[i], "kernel")->text, name))
            fail_usage(cli, &command_compile, "two kernels are called %s, and both would be written to %s", name,
                       compiled->folder);
}

// host.cpp carries the values of the plan that it was printed from.
static void note_old_host(Cli *cli, const Compiled *compiled) {
    const char *path = arena_format(&cli->context->unit, "%s/host.cpp", compiled->folder);
    for (uint32_t i = 0; i < compiled->files.count; i++)
        if (!strcmp(compiled->files.items[i].name, "host.cpp")) return;
    if (access(path, F_OK) == 0)
        report(cli->context, DIAG_NOTE, (Location){0}, "%s is of an earlier plan; --host=cpp writes it again", path);
}

// An older plan goes first and the new one comes last: whatever happens between, no plan names kernels that are not its
// own.
static void write_compiled(Cli *cli, const CompileSettings *settings, const Compiled *compiled) {
    const char *program = arena_format(&cli->context->unit, "%s.ttir", value_get(compiled->plan, "kernel")->text);
    if (!settings->force) require_own_folder(cli, compiled->folder, 1, &program);
    folder_make(cli->context, compiled->folder);
    unlink(arena_format(&cli->context->unit, "%s/%s", compiled->folder, PLAN_FILE_NAME));
    for (uint32_t i = 0; i < compiled->files.count; i++) {
        const EmittedFile *file = &compiled->files.items[i];
        const char *path = arena_format(&cli->context->unit, "%s/%s", compiled->folder, file->name);
        file_write(cli->context, path, file->text.data, file->text.length);
    }
    plan_write(cli->context, compiled->folder, compiled->plan, &compiled->program);
    note_old_host(cli, compiled);
}

static Value *report_compiled(Cli *cli, const Compiled *compiled) {
    Cli row = *cli;
    row.report = value_dict(&cli->context->unit);
    report_value(&row, "kernel", value_get(compiled->plan, "kernel"));
    report_text(&row, "plan", arena_format(&cli->context->unit, "%s/%s", compiled->folder, PLAN_FILE_NAME));
    report_number(&row, "compile_ms", compiled->milliseconds);
    report_value(&row, "core_grid", value_get(compiled->plan, "core_grid"));
    report_value(&row, "l1", value_get(compiled->plan, "l1"));
    report_value(&row, "estimate", value_get(compiled->plan, "estimate"));
    return row.report;
}

static void print_compiled(Cli *cli, const Compiled *compiled) {
    text_format(&cli->out, "%s for %s compiled in %.2f ms to %s\n", value_get(compiled->plan, "kernel")->text,
                value_get(value_get(compiled->plan, "target"), "name")->text, compiled->milliseconds, compiled->folder);
    report_plan_text(compiled->plan, &cli->out);
}

// A word with `=` before any slash is a binding of the file before it; anything else is a file.
static bool is_binding(const char *word) {
    const char *equals = strchr(word, '=');
    return equals && !memchr(word, '/', (size_t)(equals - word)) && !memchr(word, '.', (size_t)(equals - word));
}

static void run(Cli *cli, void *settings, const Words *words) {
    const CompileSettings *own = settings;
    wants_cpp_host(cli, own->host); // before any work
    Value *kernels = value_list(&cli->context->unit);
    double total = 0;
    for (uint32_t i = 0; i < words->count;) {
        uint32_t bindings = i + 1;
        while (bindings < words->count && is_binding(words->items[bindings])) bindings++;
        Compiled compiled = compile_file(cli, own, words->items[i], (int)(bindings - i - 1), words->items + i + 1);
        require_new_name(cli, kernels, &compiled);
        write_compiled(cli, own, &compiled);
        value_append(&cli->context->unit, kernels, report_compiled(cli, &compiled));
        if (!cli->json) print_compiled(cli, &compiled);
        total += compiled.milliseconds;
        i = bindings;
    }
    report_number(cli, "compile_ms", total);
    report_value(cli, "kernels", kernels);
}

const Command command_compile = {
    .name = "compile",
    .arguments = "FILE[:ENTRY] [NAME=VALUE ...] [FILE ...]",
    .summary = "write the plan, the program text and the C++ of kernels",
    .details = "Each NAME=VALUE belongs to the FILE before it.",
    .options = rows,
    .option_count = sizeof rows / sizeof *rows,
    .settings_bytes = sizeof(CompileSettings),
    .least = 1,
    .most = -1,
    .run = run,
};
