// Whose mistake a failed proof is. A program that somebody wrote is theirs to mend. One that the passes made is a bug
// of ttile, unless it is about what the kernel asks for: room on the chip, tensors' bounds, cores and formats.
#include "program/verify.h"

static const DiagnosticCode mendable[] = {
    DIAG_PROOF_L1,    DIAG_PROOF_BUFFER, DIAG_PROOF_ARGUMENTS,  DIAG_PROOF_CODE,    DIAG_PROOF_SEMAPHORE,
    DIAG_PROOF_CORES, DIAG_PROOF_BOUNDS, DIAG_PROOF_WRITE_ONCE, DIAG_PROOF_OPERAND, DIAG_PROOF_WORK_ITEMS,
};

DiagnosticKind kind_of_compiled(DiagnosticCode code) {
    DiagnosticKind kind = diagnostic_kind(code);
    for (size_t i = 0; i < sizeof mendable / sizeof *mendable; i++)
        if (mendable[i] == code) return kind;
    return kind == KIND_USER ? KIND_INTERNAL : kind;
}
