// ttile sim: run thread-program text, compiled or written by hand.
#include "cli/run.h"

typedef struct ProgramSettings {
    SimSettings sim;
    const char *target;
    bool no_verify;
} ProgramSettings;

static const OptionRow rows[] = {
    SIM_OPTIONS(ProgramSettings, sim),
    {"target", OPTION_TEXT, offsetof(ProgramSettings, target), "NAME",
     "the chip (what the program says, else wormhole:n150)"},
    {"no-numbers", OPTION_FLAG, offsetof(ProgramSettings, sim.no_numbers), NULL,
     "only checks and cycles: values are not computed, outputs stay zero"},
    {"no-verify", OPTION_FLAG, offsetof(ProgramSettings, no_verify), NULL,
     "leave the static proofs out; the simulator's checks stay"},
};

typedef struct ProgramWork {
    Run *run;
    const ProgramSettings *settings;
    const Words *words;
} ProgramWork;

static void simulate_program(Context *context, void *user) {
    ProgramWork *work = user;
    (void)context;
    Run *run = work->run;
    const ProgramSettings *settings = work->settings;
    KernelSettings kernel_settings = {.words = {.target = settings->target}};
    const Words *words = work->words;
    Kernel kernel = cli_load(run->cli, &kernel_settings, words->items[0], (int)words->count - 1, words->items + 1);
    run->target = kernel.options.target;
    if (settings->no_verify)
        require_program(kernel.function);
    else
        require_proven(kernel.function, run->target);
    run_prepare(run, kernel.function, &settings->sim);
    run_simulate(run, &settings->sim);
    run_write_outputs(run, &settings->sim);
    run_report(run);
}

static void run_program(Cli *cli, void *settings, const Words *words) {
    Run *state = arena_new(&cli->context->unit, Run);
    state->cli = cli;
    ProgramWork work = {state, settings, words};
    run_guarded(state, simulate_program, &work);
}

const Command command_sim = {
    .name = "sim",
    .arguments = "PROGRAM.ttir[:NAME] [SIZE=VALUE ...]",
    .summary = "run thread-program text on the simulated chip",
    .details = "Inputs are seeded; --output writes what the program made.",
    .options = rows,
    .option_count = sizeof rows / sizeof *rows,
    .settings_bytes = sizeof(ProgramSettings),
    .least = 1,
    .most = -1,
    .run = run_program,
};
