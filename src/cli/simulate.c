// Tensors in, simulation, tensors out.
#include <string.h>

#include "cli/run.h"

static void read_input(Run *run, const char *text) {
    NamedFile file = cli_named_file(run->cli, "input", text);
    int index = tensor_require(&run->tensors, file.name);
    npy_read(run->cli->context, file.path, &run->tensors.tensors[index]);
}

static void check_output(Run *run, const char *text) {
    tensor_require(&run->tensors, cli_named_file(run->cli, "output", text).name);
}

void run_prepare(Run *run, Function *function, const SimSettings *settings) {
    run->function = function;
    run->tensors = tensors_for(function);
    run->has_tensors = true;
    for (uint32_t i = 0; i < settings->outputs.count; i++) check_output(run, settings->outputs.items[i]);
    tensors_fill_inputs(&run->tensors, function, (uint64_t)settings->seed);
    for (uint32_t i = 0; i < settings->inputs.count; i++) read_input(run, settings->inputs.items[i]);
}

void run_simulate(Run *run, const SimSettings *settings) {
    SimOptions options = {
        .threads = cli_threads(settings->threads),
        .numbers = !settings->no_numbers,
        .timing = !settings->no_timing,
        .trace = settings->trace,
    };
    double start = monotonic_milliseconds();
    run->simulation = sim_run(run->function, run->target, &run->tensors, &options);
    run->summary.simulate_ms = monotonic_milliseconds() - start;
    run->summary.simulation = &run->simulation;
    run->summary.timing = options.timing;
    run->summary.seed = (uint64_t)settings->seed;
}

void run_write_outputs(Run *run, const SimSettings *settings) {
    for (uint32_t i = 0; i < settings->outputs.count; i++) {
        NamedFile file = cli_named_file(run->cli, "output", settings->outputs.items[i]);
        npy_write(run->cli->context, file.path, &run->tensors.tensors[tensor_require(&run->tensors, file.name)]);
    }
}

void run_end(Run *run) {
    if (run->has_reference) oracle_free(&run->reference);
    if (run->has_tensors) tensors_free(&run->tensors);
    run->has_reference = run->has_tensors = false;
}

void run_guarded(Run *run, void (*work)(Context *context, void *user), void *user) {
    bool done = context_try(run->cli->context, work, user);
    run_end(run);
    if (!done) fail_now(run->cli->context);
}

void run_report(Run *run) {
    run->summary.function = run->function;
    run->summary.target = run->target;
    if (run->cli->json)
        report_run_json(&run->summary, run->cli->report);
    else
        report_run_text(&run->summary, run->cli->colour, &run->cli->out);
}
