// ttile compile: plan and program text of each file's kernel.
#include <string.h>

#include "cli/lower.h"
#include "cli/reference.h"
#include "emit/emit.h"
#include "report/report.h"

typedef struct CompileSettings {
    KernelSettings kernel;
    const char *folder;
    bool force, reference;
    const char *host;
} CompileSettings;

static const OptionRow rows[] = {
    {"output-dir", OPTION_TEXT, offsetof(CompileSettings, folder), "DIR",
     "where to write DIR/KERNEL/: tt.plan.json, KERNEL.ttir and the kernels; also -o DIR (.)"},
    {"force", OPTION_FLAG, offsetof(CompileSettings, force), NULL, "write to a folder that holds other files, too"},
    {"host", OPTION_TEXT, offsetof(CompileSettings, host), "python|cpp",
     "what runs the kernels on a card: run.py alone, or host.cpp with a CMakeLists.txt, too (python)"},
    {"reference", OPTION_FLAG, offsetof(CompileSettings, reference), NULL,
     "evaluate the kernel on seeded inputs and write inputs/ and expected/, which run.py and host.cpp read"},
    KERNEL_OPTIONS(CompileSettings, kernel),
};

static bool wants_cpp_host(Cli *cli, const char *host) {
    if (!host || !strcmp(host, "python")) return false;
    if (!strcmp(host, "cpp")) return true;
    fail_usage(cli, &command_compile, "--host: expected python or cpp, got `%s`", host);
}

typedef struct Compiled {
    const char *folder;
    LoweredKernel kernel;
    EmittedFiles *files; // of each launch: kernels and run.py
    EmittedFiles hosts;  // what runs all launches
    double milliseconds;
    const Function *function; // the kernel
    Reference *reference;     // NULL: not asked for
} Compiled;

// The plan and the simulator take chips that no kernel can be printed for.
static EmittedFiles emit_files(Cli *cli, const Kernel *kernel, const Lowered *launch) {
    if (emit_has_target(kernel->options.target)) return emit_program(launch->function);
    if (!launch->folder || !strcmp(launch->folder, "launch0"))
        report(cli->context, DIAG_EMIT_TARGET, launch->function->location,
               "no kernels are written for %s: the release of TT-Metalium that they are for does not have it",
               kernel->options.target->name);
    return (EmittedFiles){0};
}

static void add_all(Arena *arena, EmittedFiles *files, EmittedFiles more) {
    for (uint32_t i = 0; i < more.count; i++) vector_push(arena, *files, more.items[i]);
}

// What runs the launches, beside the kernel's plan.
static EmittedFiles host_files(Cli *cli, const CompileSettings *settings, const LoweredKernel *kernel) {
    Arena *arena = &cli->context->unit;
    EmittedFiles files = {0};
    if (kernel->launches.count > 1) add_all(arena, &files, emit_sequence(cli->context));
    if (wants_cpp_host(cli, settings->host)) add_all(arena, &files, emit_host(cli->context, kernel->plan));
    return files;
}

static Compiled compile_file(Cli *cli, const CompileSettings *settings, const char *file, int count,
                             const char *const bindings[], Reference *reference) {
    Arena *arena = &cli->context->unit;
    Kernel kernel = cli_load(cli, &settings->kernel, file, count, bindings);
    if (reference) reference_evaluate(kernel.function, reference);
    double start = monotonic_milliseconds();
    Compiled compiled = {.kernel = cli_lower(cli, &kernel), .function = kernel.function, .reference = reference};
    const char *name = value_get(compiled.kernel.plan, "kernel")->text;
    compiled.files = arena_new_array(arena, EmittedFiles, compiled.kernel.launches.count);
    for (uint32_t i = 0; i < compiled.kernel.launches.count; i++)
        compiled.files[i] = emit_files(cli, &kernel, &compiled.kernel.launches.items[i]);
    if (emit_has_target(kernel.options.target)) compiled.hosts = host_files(cli, settings, &compiled.kernel);
    compiled.milliseconds = kernel.load_ms + monotonic_milliseconds() - start;
    compiled.folder = arena_format(arena, "%s/%s", settings->folder ? settings->folder : ".", name);
    return compiled;
}

// Two kernels of one name would be written to one folder.
static void require_new_name(Cli *cli, const Value *kernels, const Compiled *compiled) {
    const char *name = value_get(compiled->kernel.plan, "kernel")->text;
    for (uint32_t i = 0; i < kernels->count; i++)
        if (!strcmp(value_get(kernels->items[i], "kernel")->text, name))
            fail_usage(cli, &command_compile, "two kernels are called %s, and both would be written to %s", name,
                       compiled->folder);
}

// ---------------------------------------------------------------- writing

typedef struct Writing {
    const Compiled *compiled;
    Output *output;
} Writing;

static void add_files(Output *output, const char *folder, const EmittedFiles *files) {
    for (uint32_t i = 0; i < files->count; i++) {
        const EmittedFile *file = &files->items[i];
        const char *name = arena_format(&output->cli->context->unit, "%s%s", folder, file->name);
        output_add(output, name, file->text.data, file->text.length);
    }
}

// Of several launches each has a folder with a plan of its own.
static void add_launch(Output *output, const Lowered *launch, const EmittedFiles *files) {
    Arena *arena = &output->cli->context->unit;
    const char *folder = launch->folder ? arena_format(arena, "%s/", launch->folder) : "";
    add_files(output, folder, files);
    output_add(output, arena_format(arena, "%s%s.ttir", folder, launch->function->name), launch->text.data,
               launch->text.length);
    if (!launch->folder) return;
    Text plan = {.arena = arena};
    plan_print(launch->plan, &plan);
    output_add(output, arena_format(arena, "%s%s", folder, PLAN_FILE_NAME), plan.data, plan.length);
}

static void write_all(Context *context, void *user) {
    const Writing *writing = user;
    const Compiled *compiled = writing->compiled;
    for (uint32_t i = 0; i < compiled->kernel.launches.count; i++)
        add_launch(writing->output, &compiled->kernel.launches.items[i], &compiled->files[i]);
    add_files(writing->output, "", &compiled->hosts);
    if (compiled->reference) reference_write(writing->output, compiled->function, compiled->reference);
    (void)context;
    output_publish(writing->output, compiled->kernel.plan);
}

static void write_compiled(Cli *cli, const CompileSettings *settings, const Compiled *compiled) {
    Output output = output_open(cli, compiled->folder, settings->force);
    if (context_try(cli->context, write_all, &(Writing){compiled, &output})) return;
    output_discard(&output);
    fail_now(cli->context);
}

// ---------------------------------------------------------------- what is said

static void report_launch(Cli *row, const Value *plan) {
    report_value(row, "core_grid", value_get(plan, "core_grid"));
    report_value(row, "l1", value_get(plan, "l1"));
    report_value(row, "estimate", value_get(plan, "estimate"));
}

static Value *report_compiled(Cli *cli, const Compiled *compiled) {
    Cli row = *cli;
    row.report = value_dict(&cli->context->unit);
    report_value(&row, "kernel", value_get(compiled->kernel.plan, "kernel"));
    report_text(&row, "plan", arena_format(&cli->context->unit, "%s/%s", compiled->folder, PLAN_FILE_NAME));
    report_number(&row, "compile_ms", compiled->milliseconds);
    Value *launches = value_list(&cli->context->unit);
    for (uint32_t i = 0; i < compiled->kernel.launches.count; i++) {
        Cli launch = row;
        if (compiled->kernel.launches.count > 1) launch.report = value_dict(&cli->context->unit);
        report_launch(&launch, compiled->kernel.launches.items[i].plan);
        value_append(&cli->context->unit, launches, launch.report);
    }
    if (compiled->kernel.launches.count > 1) report_value(&row, "launches", launches);
    return row.report;
}

static void print_compiled(Cli *cli, const Compiled *compiled) {
    text_format(&cli->out, "%s for %s compiled in %.2f ms to %s\n", value_get(compiled->kernel.plan, "kernel")->text,
                value_get(value_get(compiled->kernel.plan, "target"), "name")->text, compiled->milliseconds,
                compiled->folder);
    report_plan_text(compiled->kernel.plan, &cli->out);
}

// A word with `=` before any slash is a binding of the file before it; anything else is a file.
static bool is_binding(const char *word) {
    const char *equals = strchr(word, '=');
    return equals && !memchr(word, '/', (size_t)(equals - word)) && !memchr(word, '.', (size_t)(equals - word));
}

// One FILE with its bindings.
typedef struct CompileWork {
    Cli *cli;
    const CompileSettings *settings;
    const char *file;
    int count;
    const char *const *bindings;
    Reference *reference;
    Value *kernels; // that were compiled
    double milliseconds;
} CompileWork;

static void compile_and_write(Context *context, void *user) {
    CompileWork *work = user;
    Cli *cli = work->cli;
    Compiled compiled = compile_file(cli, work->settings, work->file, work->count, work->bindings, work->reference);
    require_new_name(cli, work->kernels, &compiled);
    write_compiled(cli, work->settings, &compiled);
    value_append(&context->unit, work->kernels, report_compiled(cli, &compiled));
    if (!cli->json) print_compiled(cli, &compiled);
    work->milliseconds += compiled.milliseconds;
}

static void compile_guarded(CompileWork *work) {
    Reference reference = {0};
    work->reference = work->settings->reference ? &reference : NULL;
    bool done = context_try(work->cli->context, compile_and_write, work);
    reference_free(&reference);
    if (!done) fail_now(work->cli->context);
}

static void run(Cli *cli, void *settings, const Words *words) {
    const CompileSettings *own = settings;
    wants_cpp_host(cli, own->host); // before any work
    CompileWork work = {.cli = cli, .settings = own, .kernels = value_list(&cli->context->unit)};
    for (uint32_t i = 0; i < words->count;) {
        uint32_t end = i + 1;
        while (end < words->count && is_binding(words->items[end])) end++;
        work.file = words->items[i];
        work.count = (int)(end - i - 1);
        work.bindings = words->items + i + 1;
        compile_guarded(&work);
        i = end;
    }
    report_number(cli, "compile_ms", work.milliseconds);
    report_value(cli, "kernels", work.kernels);
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
