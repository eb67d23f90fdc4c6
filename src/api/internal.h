// What the files of the C API share: what its handles hold, and how a call becomes a status.
#ifndef TTILE_API_INTERNAL_H
#define TTILE_API_INTERNAL_H

#include "api/check.h"
#include "api/compile.h"
#include "plan/plan.h"
#include "ttile/ttile.h"

struct ttile_context {
    Context *base;
    Allocator allocator;
    ttile_diagnostic_callback callback;
    void *callback_user;
    ttile_reference *references; // whose tensors must be given back
    const ttile_pass *running;   // the caller's pass in progress, and
    ttile_module *running_on;    // its module
};

struct ttile_module {
    ttile_context *context;
    Function *function;
    bool failed; // a pass failed half-way: the IR is not to be used
};

struct ttile_program {
    ttile_context *context;
    Function *function;
};

struct ttile_plan {
    ttile_context *context;
    const Value *root;
    ttile_program *program;
    Text program_text;
};

struct ttile_reference {
    ttile_context *context;
    Function *function;
    OracleResult result;
    bool held; // its tensors were not given back yet
    ttile_reference *next;
};

// Runs `work` so that any failure ends there; the status is the worst of what it reported.
ttile_status api_call(ttile_context *context, void (*work)(Context *base, void *user), void *user);
// Fails with DIAG_API_ARGUMENT unless `good`.
void api_require(Context *base, bool good, const char *complaint);

OptionWords api_option_words(const ttile_options *options);
Text api_print(const Function *function);
const Value *api_build_plan(const Function *program, const Text *text);

// Tensors of a function over the caller's buffers; fails if their number or sizes differ from the function's.
TensorSet api_tensors(const Function *function, const ttile_buffer *buffers, size_t count);
ttile_status api_describe(ttile_context *context, const Function *function, size_t index, ttile_tensor *tensor);

#endif
