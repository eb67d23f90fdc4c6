// VerifyTTIR: the proof obligations of the lowered program hold (docs/simulator.md); anything else fails the compile.
#include "pass/internal.h"
#include "program/program.h"

static void run(Function *function, const CompileOptions *options) {
    if (program_verify(function, options->target)) hold(function, ATTR_VERIFIED);
}

const Pass pass_verify_tt_ir = {
    .name = "VerifyTTIR",
    .file = "verify-tt-ir",
    .summary = "the static proof obligations hold",
    .requires = ATTR_BIT(SYNCHRONIZED) | ATTR_BIT(PERSISTENT) | ATTR_BIT(LAYOUT_DESC) | ATTR_BIT(CORE_GRID) |
                ATTR_BIT(CORE_RANGES) | ATTR_BIT(WORK_PARTITION) | ATTR_BIT(WORK_GRID) | ATTR_BIT(CIRCULAR_BUFFERS),
    .provides = ATTR_BIT(VERIFIED),
    .run = run,
};
