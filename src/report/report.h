// What a user reads: the account of a run, a plan at a glance, and the tables of the documentation.
#ifndef TTILE_REPORT_REPORT_H
#define TTILE_REPORT_REPORT_H

#include "data/compare.h"
#include "pass/pass.h"
#include "sim/sim.h"

// What there is to say about a run; NULL and 0 where something did not happen.
typedef struct RunSummary {
    const Function *function;
    const Target *target;
    const Value *plan;           // NULL for a program that was not compiled here
    const SimResult *simulation; // NULL: not simulated
    bool timing;                 // the simulation counted cycles
    double compile_ms, simulate_ms, check_ms;
    double operations;          // useful floating-point operations; 0 if unknown
    bool checked, pass;         // `pass` only says something when `checked`
    const Tensor *worst_tensor; // the output that is furthest off; NULL without outputs
    const Comparison *worst;    // its comparison
    bool sampled;               // the reference ran only some blocks
    int64_t blocks_run, blocks_total;
    uint64_t seed;
} RunSummary;

void report_run_text(const RunSummary *summary, bool colour, Text *out);
// Sets the keys of `ttile run --json` in `dict`.
void report_run_json(const RunSummary *summary, Value *dict);

// Core grid, items per core, circular buffers, L1 bytes.
void report_plan_text(const Value *plan, Text *out);

typedef enum TableForm { TABLE_TEXT, TABLE_MARKDOWN } TableForm;
// The contracts of passes, in the order of their pipeline.
void report_passes(TableForm form, const Pass *const *passes, int count, Text *out);
// Every diagnostic with its explanation.
void report_diagnostics(TableForm form, Text *out);
// The chips.
void report_targets(TableForm form, Text *out);

#endif
