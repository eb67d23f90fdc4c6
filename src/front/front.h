// The front end: TileLang source to element-level IR, and IR text to IR.
#ifndef TTILE_FRONT_FRONT_H
#define TTILE_FRONT_FRONT_H

#include "ir/ir.h"

// A NAME=VALUE of the command line: a kernel parameter, or a T.const / T.dynamic name.
typedef struct Binding {
    const char *name;
    const char *value; // a Python literal, a dtype name, or a plain word (then a string)
} Binding;

typedef struct ElaborateOptions {
    const char *entry;       // NULL: the first kernel that the file's own call names, else the only kernel
    const Binding *bindings; // override what the file's own call says
    int binding_count;
    int worker_cores;    // what driver.get_num_sms() and its like give
    bool native_float16; // keep float16; otherwise it is stored as bfloat16, with one note
} ElaborateOptions;

// Elaborates one kernel of a source and adds its function to `module`. Fails with diagnostics; on an internal limit
// (steps, nesting) too. Notes name the other kernels, ignored hints and the float16 mapping, once each.
Function *front_elaborate(Module *module, const Source *source, const ElaborateOptions *options);

// Reads IR text (first line `# ttile ir 1`) and adds its functions to `module`.
void front_read_ir(Module *module, const Source *source);
// True if the text begins as IR text does.
bool front_is_ir(const Source *source);

#endif
