// The reference of a kernel on seeded inputs, written beside its plan.
#include "cli/reference.h"

#include "base/file.h"
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

static void write_tensor(Cli *cli, const char *folder, const Tensor *tensor) {
    npy_write(cli->context, arena_format(&cli->context->unit, "%s/%s.npy", folder, tensor->name), tensor);
}

void reference_write(Cli *cli, const Function *kernel, const Reference *reference, const char *folder) {
    const char *inputs = arena_format(&cli->context->unit, "%s/inputs", folder);
    const char *expected = arena_format(&cli->context->unit, "%s/expected", folder);
    folder_make(cli->context, inputs);
    folder_make(cli->context, expected);
    for (int i = 0; i < reference->inputs.count; i++) {
        Role role = kernel->parameters.items[i]->role;
        if (role == ROLE_IN || role == ROLE_INOUT) write_tensor(cli, inputs, &reference->inputs.tensors[i]);
        if (role == ROLE_OUT || role == ROLE_INOUT) write_tensor(cli, expected, &reference->result.tensors.tensors[i]);
    }
}

void reference_free(Reference *reference) {
    if (reference->has_result) oracle_free(&reference->result);
    if (reference->has_inputs) tensors_free(&reference->inputs);
    *reference = (Reference){0};
}
