// Source or IR text through the passes, the proofs and the simulator. The last byte chooses one pass that runs by
// itself, on whatever level the text is at, or the whole pipeline.
#include "fuzz.h"

#include "api/compile.h"
#include "ir/build.h"
#include "sim/sim.h"

#define TENSOR_BYTES ((size_t)1 << 20)
#define STEPS        20000

static size_t bytes_of(const TensorSet *tensors) {
    size_t bytes = 0;
    for (int i = 0; i < tensors->count; i++) bytes += tensors->tensors[i].count * dtype_bytes(tensors->tensors[i].type);
    return bytes;
}

static bool sizes_are_small(const Function *function) {
    double elements = 0;
    for (uint32_t i = 0; i < function->parameters.count; i++) {
        double product = 1;
        const Buffer *buffer = function->parameters.items[i];
        for (int d = 0; d < buffer->rank; d++) {
            int64_t size;
            if (!expr_evaluate_bound(buffer->shape[d], &size)) return false;
            product *= (double)size;
        }
        elements += product;
    }
    return elements < (double)TENSOR_BYTES;
}

static void simulate(Function *function, const Target *target) {
    require_proven(function, target);
    if (!sizes_are_small(function)) return;
    TensorSet tensors = tensors_for(function);
    if (bytes_of(&tensors) <= TENSOR_BYTES) {
        SimOptions options = {.threads = 1, .numbers = true, .step_limit = STEPS};
        sim_run(function, target, &tensors, &options);
    }
    tensors_free(&tensors);
}

static void lower(Context *context, void *user) {
    const FuzzInput *input = user;
    size_t length = input->length ? input->length - 1 : 0;
    size_t choice = length ? (unsigned char)input->bytes[length] : 0;
    const Source *source = context_add_source(context, "fuzz.py", input->bytes, length);
    ElaborateOptions elaborate = {.worker_cores = 64};
    Function *function = kernel_load(module_open(context), source, &elaborate);
    if (context->error_count > 0) fail_now(context);
    OptionWords words = {0};
    CompileOptions options = compile_options_for(function, &words);
    PipelineOptions pipeline = {.verify_each = true};
    choice %= (size_t)default_pipeline_length + 1;
    if (choice < (size_t)default_pipeline_length) {
        pipeline.passes = &default_pipeline[choice];
        pipeline.pass_count = 1;
    }
    if (!is_program(function) || pipeline.pass_count) pipeline_run(function, &options, &pipeline);
    if (is_program(function)) simulate(function, options.target);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) { return fuzz_run(data, size, lower); }
