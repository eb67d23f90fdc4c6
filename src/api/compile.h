// From a source to a lowered program: the steps that the C API and the command line share.
#ifndef TTILE_API_COMPILE_H
#define TTILE_API_COMPILE_H

#include "front/front.h"
#include "pass/pass.h"
#include "plan/plan.h"

// Options as a user writes them; NULL and 0 mean the default.
typedef struct OptionWords {
    const char *target;             // "wormhole:n150"
    const char *partition_strategy; // "row_major", "column_major", "block"
    const char *math_fidelity;      // "LoFi" to "HiFi4"
    const char *accumulate;         // "16" or "32"
    const char *core_grid;          // "8x4"
    const char *pipeline;           // "new" or "legacy"; NULL: TT_USE_NEW_PIPELINE says it
    bool no_double_buffer, no_prefetch;
} OptionWords;

// Fails with DIAG_UNKNOWN_TARGET, DIAG_UNKNOWN_STRATEGY, DIAG_UNKNOWN_FIDELITY,
// DIAG_UNKNOWN_ACCUMULATE, DIAG_CORE_GRID or DIAG_UNKNOWN_PIPELINE, each listing what is legal.
CompileOptions compile_options_parse(Context *context, const OptionWords *words);
// The same over what the function's attributes already say, which then say the result. Accumulators of 16 bits are made
// so at once: before the reference is evaluated. Fails with DIAG_ALREADY_LOWERED where it is too late for that.
CompileOptions compile_options_for(Function *function, const OptionWords *words);

// The pass of that name; fails with DIAG_UNKNOWN_PASS.
const Pass *pass_require(Context *context, const char *name);

// An empty module that knows tile operations and instructions.
Module *module_open(Context *context);

// Reads IR text or elaborates TileLang source. Of IR text, `entry` chooses the function (NULL: the first), and bindings
// give sizes their values. Fails with diagnostics.
Function *kernel_load(Module *module, const Source *source, const ElaborateOptions *options);
static inline bool is_program(const Function *function) { return function->threads.count > 0; }
// Fails with DIAG_NOT_A_PROGRAM unless the function is at thread level; with DIAG_ALREADY_LOWERED unless it is at
// element level.
void require_program(const Function *function);
void require_source_level(const Function *function);

// The program of a function: fails unless it is at thread level and its proof obligations hold.
void require_proven(Function *function, const Target *target);
// The program that a plan names: read from the text beside it (`text`, may be NULL), proven, and held against the plan.
Function *plan_load(Context *context, const PlanFile *plan, const Source **text);

// Useful floating-point operations of a launch: 2 m n k of every product, 1 per arithmetic operation of an elementwise
// statement. Element level; trip counts that depend on indices count by their largest value.
double count_operations(const Function *function);

double monotonic_milliseconds(void);

#endif
