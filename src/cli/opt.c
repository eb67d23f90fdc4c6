// ttile opt: passes one at a time; source or IR in, IR out.
#include <stdio.h>

#include "api/pipelines.h"
#include "base/file.h"
#include "cli/cli.h"
#include "front/front.h"
#include "ir/print.h"

typedef struct OptSettings {
    KernelSettings kernel;
    Words passes, print_after;
    bool print_after_all;
    const char *dump_folder, *start_before;
    bool no_locations;
} OptSettings;

static const OptionRow rows[] = {
    {"passes", OPTION_WORDS, offsetof(OptSettings, passes), "A,B",
     "run these, in this order; none with --passes= (the default pipeline)"},
    {"start-before", OPTION_TEXT, offsetof(OptSettings, start_before), "PASS",
     "go on from IR that an earlier pass left"},
    {"print-after", OPTION_WORDS, offsetof(OptSettings, print_after), "PASS",
     "show the IR after that pass, on standard error"},
    {"print-after-all", OPTION_FLAG, offsetof(OptSettings, print_after_all), NULL, "show the IR after every pass"},
    {"dump-dir", OPTION_TEXT, offsetof(OptSettings, dump_folder), "DIR",
     "write what would be shown to DIR/NN-PASS.ttir; every pass unless --print-after chooses"},
    {"no-locations", OPTION_FLAG, offsetof(OptSettings, no_locations), NULL,
     "leave the `# file:line:col` comments out"},
    KERNEL_OPTIONS(OptSettings, kernel),
};

typedef struct Dump {
    Cli *cli;
    const OptSettings *settings;
    const Pass **wanted;
    int ran;
} Dump;

static Text print_ir(Cli *cli, const OptSettings *settings, const Function *function) {
    Text text = {.arena = &cli->context->unit};
    print_module(function->module, (PrintOptions){.locations = !settings->no_locations}, &text);
    return text;
}

static bool is_wanted(const Dump *dump, const Pass *pass) {
    const OptSettings *settings = dump->settings;
    if (settings->print_after_all || (settings->dump_folder && !settings->print_after.count)) return true;
    for (uint32_t i = 0; i < settings->print_after.count; i++)
        if (dump->wanted[i] == pass) return true;
    return false;
}

static void after_pass(void *user, const Pass *pass, Function *function) {
    Dump *dump = user;
    dump->ran++;
    if (!is_wanted(dump, pass)) return;
    Text text = print_ir(dump->cli, dump->settings, function);
    if (!dump->settings->dump_folder) {
        fprintf(stderr, "--- After %s ---\n%s", pass->name, text.data);
        return;
    }
    const char *path =
        arena_format(&dump->cli->context->unit, "%s/%02d-%s.ttir", dump->settings->dump_folder, dump->ran, pass->name);
    file_write(dump->cli->context, path, text.data, text.length);
}

// The passes named. A kernel's source is in no normal form yet: where the first one builds on that, Canonicalize goes
// before it.
static void choose_passes(Cli *cli, Kernel *kernel, const Pass **named, int count) {
    const Pass **passes = arena_new_array(&cli->context->unit, const Pass *, (size_t)count + 1);
    int first = 0;
    if (count > 0 && !front_is_ir(kernel->source) && named[0]->requires & ATTR_BIT(CANONICAL))
        passes[first++] = &pass_canonicalize;
    for (int i = 0; i < count; i++) passes[first + i] = named[i];
    kernel->pipeline.passes = passes;
    kernel->pipeline.pass_count = first + count;
}

static const Pass **find_passes(Cli *cli, const Words *names) {
    const Pass **passes = arena_new_array(&cli->context->unit, const Pass *, names->count);
    for (uint32_t i = 0; i < names->count; i++) passes[i] = pass_require(cli->context, names->items[i]);
    return passes;
}

static void run(Cli *cli, void *settings, const Words *words) {
    const OptSettings *own = settings;
    Dump dump = {cli, own, find_passes(cli, &own->print_after), 0};
    const Pass **passes = find_passes(cli, &own->passes);
    const Pass *start = own->start_before ? pass_require(cli->context, own->start_before) : NULL;
    if (own->dump_folder) folder_make(cli->context, own->dump_folder);
    Kernel kernel = cli_load(cli, &own->kernel, words->items[0], (int)words->count - 1, words->items + 1);
    if (own->passes.items) choose_passes(cli, &kernel, passes, (int)own->passes.count);
    kernel.pipeline.start_before = start;
    kernel.pipeline.after = after_pass;
    kernel.pipeline.user = &dump;
    compile_run(kernel.function, &kernel.options, &kernel.pipeline);
    Text text = print_ir(cli, own, kernel.function);
    if (cli->json)
        report_text(cli, "ir", text.data);
    else
        text_add_bytes(&cli->out, text.data, text.length);
}

const Command command_opt = {
    .name = "opt",
    .arguments = "FILE[:ENTRY] [NAME=VALUE ...]",
    .summary = "run passes on a kernel and print the IR",
    .details = "FILE is TileLang source, or IR text that an earlier run printed. The result goes to standard output.",
    .options = rows,
    .option_count = sizeof rows / sizeof *rows,
    .settings_bytes = sizeof(OptSettings),
    .least = 1,
    .most = -1,
    .run = run,
};
