// ttile run: compile, simulate, check against the reference.
#include <string.h>

#include "cli/run.h"

#include "api/pipelines.h"
#include "ir/print.h"
#include "plan/plan.h"

typedef struct RunSettings {
    KernelSettings kernel;
    SimSettings sim;
    double tolerance;
    bool no_check;
    const char *plan, *device;
} RunSettings;

static const OptionRow rows[] = {
    SIM_OPTIONS(RunSettings, sim),
    {"tolerance", OPTION_REAL, offsetof(RunSettings, tolerance), "X",
     "largest error allowed, relative to the largest reference value (by the rule of docs/simulator.md)"},
    {"no-check", OPTION_FLAG, offsetof(RunSettings, no_check), NULL, "do not run the reference"},
    {"plan", OPTION_TEXT, offsetof(RunSettings, plan), "FILE",
     "simulate this plan's program; without FILE, nothing is compiled"},
    {"device", OPTION_TEXT, offsetof(RunSettings, device), "sim|ttnn",
     "the simulator, or a Tenstorrent card through the vendor's ttnn (sim)"},
    KERNEL_OPTIONS(RunSettings, kernel),
};

// Floating-point operations above which the reference runs a sample of the blocks.
#define REFERENCE_LIMIT 2e11

typedef struct RunWork {
    Run *run;
    const RunSettings *settings;
    const Words *words;
} RunWork;

static double product_error(const char *fidelity) {
    MathFidelity parsed = FIDELITY_HIFI4;
    return fidelity && fidelity_parse(fidelity, &parsed) ? fidelity_product_error(parsed) : 0;
}

static void evaluate(Run *run, const RunSettings *settings) {
    OracleOptions options = {
        .seed = (uint64_t)settings->sim.seed,
        .operation_limit = REFERENCE_LIMIT,
        .threads = cli_threads(settings->sim.threads),
        .operand_roundoff = product_error(settings->kernel.words.math_fidelity),
    };
    double start = monotonic_milliseconds();
    run->reference = oracle_run(run->function, &run->tensors, &options);
    run->has_reference = true;
    run->summary.check_ms = monotonic_milliseconds() - start;
    run->summary.operations = run->reference.operations;
}

static void judge(Run *run, const RunSettings *settings) {
    RunSummary *summary = &run->summary;
    Verdict verdict = verdict_of(run->function, &run->tensors, &run->reference, settings->tolerance);
    summary->checked = true;
    summary->pass = verdict.pass;
    summary->sampled = run->reference.sampled;
    summary->blocks_run = run->reference.blocks_run;
    summary->blocks_total = run->reference.blocks_total;
    if (verdict.worst < 0) return;
    summary->worst = &verdict.outputs[verdict.worst].comparison;
    summary->worst_tensor = &run->tensors.tensors[verdict.outputs[verdict.worst].tensor];
}

static void lower(Run *run, Kernel *kernel) {
    double start = monotonic_milliseconds();
    compile_run(kernel->function, &kernel->options, &kernel->pipeline);
    Text program = {.arena = &run->cli->context->unit};
    print_module(kernel->function->module, (PrintOptions){.locations = true}, &program);
    const char *name = arena_format(&run->cli->context->unit, "%s.ttir", kernel->function->name);
    run->summary.plan = plan_build(kernel->function, name, &program);
    run->summary.compile_ms = kernel->load_ms + monotonic_milliseconds() - start;
}

static bool wants_card(Cli *cli, const RunSettings *settings) {
    const char *word = settings->device;
    if (!word || !strcmp(word, "sim")) return false;
    if (!strcmp(word, "ttnn")) return true;
    fail_usage(cli, &command_run, "--device: expected sim or ttnn, got `%s`", word);
}

// The thread programs of a plan: read from the text that it names, never compiled again.
static void open_plan(Run *run, const char *path) {
    Context *context = run->cli->context;
    PlanFile plan = plan_read(context, path);
    if (!plan_check(context, &plan)) fail_now(context);
    Function *program = plan_load(context, &plan, NULL);
    run->target = options_of(program).target;
    run->function = program;
    run->summary.plan = plan.root;
}

static void run_from_plan(Context *context, void *user) {
    RunWork *work = user;
    (void)context;
    open_plan(work->run, work->settings->plan);
    run_prepare(work->run, work->run->function, &work->settings->sim);
    run_simulate(work->run, &work->settings->sim);
    run_write_outputs(work->run, &work->settings->sim);
    run_report(work->run);
}

static void run_from_source(Context *context, void *user) {
    RunWork *work = user;
    (void)context;
    Run *run = work->run;
    const Words *words = work->words;
    Kernel kernel =
        cli_load(run->cli, &work->settings->kernel, words->items[0], (int)words->count - 1, words->items + 1);
    require_source_level(kernel.function);
    run->target = kernel.options.target;
    run->summary.operations = count_operations(kernel.function);
    run_prepare(run, kernel.function, &work->settings->sim);
    if (!work->settings->no_check) evaluate(run, work->settings);
    lower(run, &kernel);
    if (wants_card(run->cli, work->settings))
        run_on_card(run);
    else
        run_simulate(run, &work->settings->sim);
    run_write_outputs(run, &work->settings->sim);
    if (!work->settings->no_check) judge(run, work->settings);
    run_report(run);
}

static void run(Cli *cli, void *settings, const Words *words) {
    const RunSettings *own = settings;
    Run *state = arena_new(&cli->context->unit, Run);
    state->cli = cli;
    RunWork work = {state, own, words};
    if (wants_card(cli, own) && own->plan)
        fail_usage(cli, &command_run, "--device=ttnn compiles a FILE; a plan is run by the run.py beside it");
    if (own->plan && words->count)
        fail_usage(cli, &command_run, "--plan=%s runs without a FILE, got `%s`", own->plan, words->items[0]);
    if (!own->plan && !words->count) fail_usage(cli, &command_run, "expected `ttile run %s`", command_run.arguments);
    run_guarded(state, own->plan ? run_from_plan : run_from_source, &work);
}

const Command command_run = {
    .name = "run",
    .arguments = "FILE[:ENTRY] [NAME=VALUE ...]",
    .summary = "compile a kernel, simulate it, check the result",
    .details =
        "FILE is TileLang source or IR text. ENTRY chooses a kernel; NAME=VALUE gives a parameter or a size and\n"
        "overrides what the file's own call says.",
    .options = rows,
    .option_count = sizeof rows / sizeof *rows,
    .settings_bytes = sizeof(RunSettings),
    .least = 0,
    .most = -1,
    .run = run,
};
