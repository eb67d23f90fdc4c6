// The kernels of a lowered program in TT-Metalium's C++, and the host runner. A printer: it decides nothing, every call
// is the `emit` column of a row of program/instructions.def.
#ifndef TTILE_EMIT_EMIT_H
#define TTILE_EMIT_EMIT_H

#include "program/program.h"

typedef struct EmittedFile {
    const char *name; // "compute.cpp"
    Text text;
} EmittedFile;

typedef VECTOR(EmittedFile) EmittedFiles;

// One file for each thread program, named as program/kernel.h says, and run.py. In the unit arena. Fails with
// DIAG_EMIT_TARGET, DIAG_EMIT_FORMAT, DIAG_EMIT_INSTRUCTION or DIAG_EMIT_EXPRESSION at the place in the source.
EmittedFiles emit_program(const Function *program);
// host.cpp and CMakeLists.txt: a host in C++ with the values of the plan, of one launch or of several, as constants. In
// the unit arena. Fails with DIAG_EMIT_FORMAT.
EmittedFiles emit_host(Context *context, const Value *plan);
// run.py of a kernel of several launches, whose files lie in folders beside it.
EmittedFiles emit_sequence(Context *context);
// False if no release of TT-Metalium that is emitted for has the chip.
bool emit_has_target(const Target *target);

#endif
