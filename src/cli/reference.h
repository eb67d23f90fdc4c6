// ttile compile --reference: what a kernel should make of seeded inputs, as files for run.py and host.cpp.
#ifndef TTILE_CLI_REFERENCE_H
#define TTILE_CLI_REFERENCE_H

#include "cli/output_folder.h"
#include "oracle/oracle.h"

// Tensors lie outside of the arenas: reference_free gives them back, also after a failure.
typedef struct Reference {
    TensorSet inputs;
    OracleResult result;
    bool has_inputs, has_result;
} Reference;

// Evaluates a kernel at element level, before it is lowered. Fails with DIAG_ALREADY_LOWERED, or as the kernel does.
void reference_evaluate(Function *kernel, Reference *reference);
// Adds inputs/NAME.npy and expected/NAME.npy.
void reference_write(Output *output, const Function *kernel, const Reference *reference);
void reference_free(Reference *reference);

#endif
