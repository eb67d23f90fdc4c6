// The reference: evaluates element-level IR directly, block by block in work-item order. It knows nothing of passes,
// programs or the simulator. Every store rounds to its buffer's dtype; inside T.gemm and reductions it is float64.
#ifndef TTILE_ORACLE_ORACLE_H
#define TTILE_ORACLE_ORACLE_H

#include "data/compare.h"
#include "data/tensor.h"

typedef struct OracleOptions {
    uint64_t seed;          // chooses the sampled blocks
    double operation_limit; // estimated floating-point operations above which only a sample of blocks runs; 0: no limit
    int threads;            // host threads, at least 1
    // Relative error of a 16-bit product's two operands together, as the math fidelity cuts them off; 0 at HiFi4.
    // Float32 operands' cut to TF32 is added by the oracle.
    double operand_roundoff;
    int64_t step_limit; // loop iterations of one block before DIAG_STEP_LIMIT; 0: a default
} OracleOptions;

typedef struct OracleResult {
    TensorSet tensors; // outputs filled, inputs copied
    bool sampled;      // only some blocks ran
    int64_t blocks_run, blocks_total;
    uint8_t **written;     // per parameter: one byte an element, 1 where a block wrote it; NULL for inputs
    Precision *precision;  // per parameter
    double operations;     // useful floating-point operations of the whole launch (2 m n k of every T.gemm, 1 per
                           // elementwise op)
    int64_t never_written; // elements of outputs that no block writes (only known when not sampled)
} OracleResult;

// Evaluates `function` (element level, before any pass) on the inputs. Fails with DIAG_RACE when two blocks write
// different values to one element, DIAG_OUT_OF_BOUNDS, DIAG_ASSERTION and so on, with the statement's location.
OracleResult oracle_run(Function *function, const TensorSet *inputs, const OracleOptions *options);
void oracle_free(OracleResult *result);

#endif
