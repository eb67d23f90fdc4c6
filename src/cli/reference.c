// The reference of a kernel on seeded inputs, written beside its plan.
#include "cli/reference.h"

#include "data/npy.h"

void reference_evaluate(Function *kernel, Reference *reference) {
    require_source_level(kernel);
    reference->inputs = tensors_for(kernel);
    reference->has_inputs = true;
    tensors_fill_inputs(&reference->inputs, kernel, 0);
    OracleOptions options = {.threads = cli_threads(0)};
    reference->result = oracle_run(kernel, &reference->inputs, &options);
    reference->has_result = true;
}

// A file that takes its bytes from a tensor.
typedef struct TensorFile {
    Output *output;
    const char *name;
} TensorFile;

static void take_bytes(Context *context, void *user, const void *data, size_t length) {
    (void)context;
    const TensorFile *file = user;
    output_add(file->output, file->name, data, length);
}

static void write_tensor(Output *output, const char *folder, const Tensor *tensor) {
    Context *context = output->cli->context;
    TensorFile file = {output, arena_format(&context->unit, "%s/%s.npy", folder, tensor->name)};
    npy_format(context, tensor, take_bytes, &file);
}

void reference_write(Output *output, const Function *kernel, const Reference *reference) {
    for (int i = 0; i < reference->inputs.count; i++) {
        Role role = kernel->parameters.items[i]->role;
        if (role == ROLE_IN || role == ROLE_INOUT) write_tensor(output, "inputs", &reference->inputs.tensors[i]);
        if (role == ROLE_OUT || role == ROLE_INOUT)
            write_tensor(output, "expected", &reference->result.tensors.tensors[i]);
    }
}

void reference_free(Reference *reference) {
    if (reference->has_result) oracle_free(&reference->result);
    if (reference->has_inputs) tensors_free(&reference->inputs);
    *reference = (Reference){0};
}
