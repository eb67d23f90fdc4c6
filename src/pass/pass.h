// Passes: each is one const struct with its contract as data; pipeline.c holds their order.
#ifndef TTILE_PASS_PASS_H
#define TTILE_PASS_PASS_H

#include "ir/ir.h"
#include "target/target.h"

typedef enum PartitionStrategy {
    PARTITION_ROW_MAJOR,
    PARTITION_COLUMN_MAJOR,
    PARTITION_BLOCK,
    PARTITION_COUNT
} PartitionStrategy;
const char *partition_name(PartitionStrategy strategy);

// Everything about a compilation that changes its result; kept in tt.target and tt.options, so that IR text says it
// too.
typedef struct CompileOptions {
    const Target *target;
    PartitionStrategy partition_strategy;
    bool strategy_given; // by the user: it goes before the kernel's own schedule
    bool double_buffer;
    bool prefetch;
    MathFidelity fidelity;
    int accumulate;              // bits in which products add up: 32, or 16
    int core_columns, core_rows; // a user's core grid; 0: the compiler chooses
    bool legacy;                 // the legacy pipeline
} CompileOptions;
CompileOptions compile_options_default(const Target *target);
void options_attach(Function *function, const CompileOptions *options); // sets tt.target and tt.options
CompileOptions options_of(const Function *function); // reads them back; defaults where they are absent

// At element level: makes float32 buffers that products accumulate in, and copies of them on the chip, bfloat16 ones; a
// note names them. Fails with DIAG_ACCUMULATE_OPERAND where one of them is multiplied with a float32 buffer.
void narrow_accumulators(Function *function);

typedef struct Pass {
    const char *name;    // as in dumps and --passes, such as InferTTLayout
    const char *file;    // its file and its folder of tests, such as infer-tt-layout
    const char *summary; // one line
    AttrSet requires, provides, breaks;
    AttrSet precedes; // attributes that must not be held yet
    bool optional;    // --disable=NAME leaves it out
    bool is_callers;  // not ttile's own: what it promises and does not do is its author's error
    void (*run)(Function *function, const CompileOptions *options);
} Pass;

#define PASS(id) extern const Pass pass_##id;
#include "pass/passes.def"
#undef PASS

// The default pipeline, in order.
extern const Pass *const default_pipeline[];
extern const int default_pipeline_length;
// By name, ignoring case; NULL if there is none.
const Pass *pass_find(const char *name);

typedef struct PipelineOptions {
    const Pass *const *passes; // NULL: the default pipeline
    int pass_count;
    const Pass *start_before; // passes before it are left out; NULL
    const Pass *const *disabled;
    int disabled_count;
    bool verify_each; // verify_function after every pass; on by default everywhere but in benchmarks of single passes
    // Called after each pass that ran; may be NULL.
    void (*after)(void *user, const Pass *pass, Function *function);
    void *user;
} PipelineOptions;

// Runs passes on one function. A pass whose requirements are not met fails with DIAG_PASS_REQUIRES, naming the
// attribute and the pass that provides it.
void pipeline_run(Function *function, const CompileOptions *options, const PipelineOptions *pipeline);

#endif
