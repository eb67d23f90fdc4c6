// What `run` and `sim` share: tensors in and out, the simulation and its account.
#ifndef TTILE_CLI_RUN_H
#define TTILE_CLI_RUN_H

#include "api/check.h"
#include "cli/cli.h"
#include "report/report.h"

typedef struct SimSettings {
    Words inputs, outputs; // NAME=FILE
    int64_t seed, threads;
    bool no_timing;
    bool no_numbers; // cycles and checks alone
    const char *trace;
} SimSettings;

#define SIM_OPTIONS(Settings, member)                                                                                  \
    {"input", OPTION_PAIRS, offsetof(Settings, member.inputs), "NAME=FILE.npy", "read an input; others are seeded"},   \
        {"output", OPTION_PAIRS, offsetof(Settings, member.outputs), "NAME=FILE.npy", "write a tensor after the run"}, \
        {"seed", OPTION_NUMBER, offsetof(Settings, member.seed), "N", "of the inputs (0)"},                            \
        {"threads", OPTION_THREADS, offsetof(Settings, member.threads), "N",                                           \
         "host threads, 1 to 256 (one per processor)"},                                                                \
        {"no-timing", OPTION_FLAG, offsetof(Settings, member.no_timing), NULL, "only the numbers, no cycles"}, {       \
        "trace", OPTION_TEXT, offsetof(Settings, member.trace), "FILE", "write a Chrome trace, for Perfetto"           \
    }

// A run in progress; what it holds outside of the arenas is given back by run_end.
typedef struct Run {
    Cli *cli;
    Function *function;
    const Target *target;
    TensorSet tensors;
    bool has_tensors;
    OracleResult reference;
    bool has_reference;
    SimResult simulation;
    RunSummary summary;
} Run;

// Seeded inputs, with those of --input in their places. Output files are looked at, too: a wrong name fails before the
// work.
void run_prepare(Run *run, Function *function, const SimSettings *settings);
void run_simulate(Run *run, const SimSettings *settings);
// The same on a Tenstorrent card; fails with DIAG_DEVICE_FAILED where there is none.
void run_on_card(Run *run);
void run_write_outputs(Run *run, const SimSettings *settings);
void run_end(Run *run);
// Runs `work`, gives back what the run holds, then goes on failing if it failed.
void run_guarded(Run *run, void (*work)(Context *context, void *user), void *user);
// The summary, as text or JSON.
void run_report(Run *run);

#endif
