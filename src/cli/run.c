// ttile run: compile, simulate, check against the reference.
#include <string.h>

#include "cli/run.h"

#include "api/launches.h"
#include "cli/lower.h"
#include "cli/run_launches.h"

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

static bool wants_card(Cli *cli, const RunSettings *settings) {
    const char *word = settings->device;
    if (!word || !strcmp(word, "sim")) return false;
    if (!strcmp(word, "ttnn")) return true;
    fail_usage(cli, &command_run, "--device: expected sim or ttnn, got `%s`", word);
}

// ---------------------------------------------------------------- from a plan

typedef struct Programs {
    VECTOR(Function *) items; // of each launch
} Programs;

// The thread programs of a plan: read from the texts that it names, never compiled again.
static Programs open_plan(Run *run, const char *path) {
    Context *context = run->cli->context;
    PlanFile plan = plan_read(context, path);
    if (!plan_check(context, &plan)) fail_now(context);
    Programs programs = {0};
    for (uint32_t i = 0; i < plan_launch_count(&plan); i++) {
        PlanFile launch = plan_launch(context, &plan, i);
        vector_push(&context->unit, programs.items, plan_load(context, &launch, NULL));
    }
    run->target = options_of(programs.items.items[0]).target;
    run->summary.plan = plan.root;
    return programs;
}

static void simulate_programs(Run *run, const Programs *programs, const SimSettings *settings) {
    if (programs->items.count > 1) {
        run_launches(run, (int)programs->items.count, programs->items.items, run_simulate, settings);
        return;
    }
    run->function = programs->items.items[0];
    run_simulate(run, settings);
}

static void run_from_plan(Context *context, void *user) {
    RunWork *work = user;
    (void)context;
    Run *run = work->run;
    Programs programs = open_plan(run, work->settings->plan);
    Function *whole = programs.items.items[0];
    if (programs.items.count > 1)
        whole = launches_together(run->summary.plan, (int)programs.items.count, programs.items.items);
    run_prepare(run, whole, &work->settings->sim);
    simulate_programs(run, &programs, &work->settings->sim);
    run_write_outputs(run, &work->settings->sim);
    run_report(run);
}

// ---------------------------------------------------------------- from a source

static void run_card(Run *run, const SimSettings *settings) {
    (void)settings;
    run_on_card(run);
}

// The kernel is lowered when all that its element level says is known.
static void lower_and_run(Run *run, Kernel *kernel, const RunSettings *settings) {
    double start = monotonic_milliseconds();
    LoweredKernel lowered = cli_lower(run->cli, kernel);
    run->summary.plan = lowered.plan;
    run->summary.compile_ms = kernel->load_ms + monotonic_milliseconds() - start;
    Programs programs = {0};
    for (uint32_t i = 0; i < lowered.launches.count; i++)
        vector_push(&run->cli->context->unit, programs.items, lowered.launches.items[i].function);
    if (!wants_card(run->cli, settings))
        simulate_programs(run, &programs, &settings->sim);
    else if (programs.items.count > 1)
        run_launches(run, (int)programs.items.count, programs.items.items, run_card, &settings->sim);
    else
        run_on_card(run);
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
    lower_and_run(run, &kernel, work->settings);
    run_write_outputs(run, &work->settings->sim);
    if (!work->settings->no_check) judge(run, work->settings);
    run_report(run);
}

// A plan is compiled already, and there is no source to check its numbers against.
static void refuse_with_plan(Cli *cli) {
    for (uint32_t i = 0; i < cli->given.count; i++) {
        const OptionRow *row = cli->given.items[i];
        bool compiles = row->offset - offsetof(RunSettings, kernel) < sizeof(KernelSettings);
        bool checks = row->offset == offsetof(RunSettings, tolerance);
        if (compiles || checks)
            fail_usage(cli, &command_run, "--%s goes with a FILE: a plan is %s", row->name,
                       compiles ? "compiled already" : "not checked");
    }
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
    if (own->plan) refuse_with_plan(cli);
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
