// Running a kernel and judging the result: inputs, simulation, reference, verdict.
#ifndef TTILE_API_CHECK_H
#define TTILE_API_CHECK_H

#include "data/compare.h"
#include "data/npy.h"
#include "oracle/oracle.h"
#include "sim/sim.h"

// The comparison of one output.
typedef struct OutputCheck {
    int tensor; // its place among the parameters
    Comparison comparison;
} OutputCheck;

typedef struct Verdict {
    bool pass;
    int count;
    OutputCheck *outputs;
    int worst; // index into `outputs` of the largest error relative to its tolerance; -1 without outputs
} Verdict;

static inline bool is_output(const Buffer *parameter) {
    return parameter->role == ROLE_OUT || parameter->role == ROLE_INOUT;
}

// Compares every output of `result` with the reference. `tolerance` > 0 overrides the rule. The verdict lives in the
// unit arena.
Verdict judge_outputs(const Function *function, const TensorSet *result, const OracleResult *reference,
                      double tolerance);
// The same, and reports what fails (DIAG_RESULT_MISMATCH, DIAG_TOLERANCE_EXCEEDED, DIAG_OUTPUT_UNWRITTEN) without
// leaving.
Verdict verdict_of(const Function *function, const TensorSet *result, const OracleResult *reference, double tolerance);

// The place of a tensor among the parameters; fails with DIAG_UNKNOWN_TENSOR.
int tensor_require(const TensorSet *set, const char *name);

#endif
