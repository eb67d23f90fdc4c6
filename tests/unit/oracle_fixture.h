// What the tests of the oracle share: kernels as IR text, evaluated on tensors that a test fills.
#ifndef TTILE_TESTS_ORACLE_FIXTURE_H
#define TTILE_TESTS_ORACLE_FIXTURE_H

#include "fixture.h"

#include <math.h>
#include <string.h>

#include "front/front.h"
#include "oracle/oracle.h"

typedef struct Kernel {
    const char *text; // behind the first line
    OracleOptions options;
    void (*fill)(TensorSet *inputs); // NULL: seeded
    Function *function;
    TensorSet inputs;
    OracleResult result;
} Kernel;

static inline void run_kernel(Context *context, void *user) {
    Kernel *kernel = user;
    const char *text = arena_format(&context->unit, "# ttile ir 1\n%s", kernel->text);
    const Source *source = context_add_source(context, "kernel.ttir", text, strlen(text));
    Module *module = module_new(context, &ir_operations, 1);
    front_read_ir(module, source);
    kernel->function = module->functions.items[0];
    kernel->inputs = tensors_for(kernel->function);
    if (kernel->fill)
        kernel->fill(&kernel->inputs);
    else
        tensors_fill_inputs(&kernel->inputs, kernel->function, 1);
    if (kernel->options.threads == 0) kernel->options.threads = 2;
    kernel->result = oracle_run(kernel->function, &kernel->inputs, &kernel->options);
}

static inline void drop_kernel(Kernel *kernel) {
    oracle_free(&kernel->result);
    tensors_free(&kernel->inputs);
}

// Evaluates the text, which must succeed.
static inline Kernel evaluated(void **state, const char *text, void (*fill)(TensorSet *inputs)) {
    Kernel kernel = {.text = text, .fill = fill};
    assert_works(*state, run_kernel, &kernel);
    return kernel;
}

static inline double input_at(const Kernel *kernel, int tensor, int64_t i) {
    return dtype_load(kernel->inputs.tensors[tensor].type, kernel->inputs.tensors[tensor].data, (size_t)i);
}

static inline double result_at(const Kernel *kernel, int tensor, int64_t i) {
    const Tensor *t = &kernel->result.tensors.tensors[tensor];
    return dtype_load(t->type, t->data, (size_t)i);
}

// Evaluates the text, which must fail with that code at that line of the text (counted from 1).
static inline void refused(void **state, const char *text, void (*fill)(TensorSet *inputs), DiagnosticCode code,
                           uint32_t line) {
    Kernel kernel = {.text = text, .fill = fill};
    assert_fails(*state, run_kernel, &kernel, code);
    const Diagnostic *diagnostic = last_diagnostic(*state);
    assert_int_equal(diagnostic->location.line, line + 1);
    drop_kernel(&kernel);
}

// 0, 1, 2, ... in every tensor.
static inline void count_up(TensorSet *inputs) {
    for (int t = 0; t < inputs->count; t++)
        for (size_t i = 0; i < inputs->tensors[t].count; i++)
            dtype_store(inputs->tensors[t].type, inputs->tensors[t].data, i, (double)i);
}

#endif
