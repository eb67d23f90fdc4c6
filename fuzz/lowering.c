// Text through the passes, the proofs and the simulator (lowering.h).
#include "lowering.h"

#include <string.h>

#include "api/compile.h"
#include "api/pipelines.h"
#include "ir/build.h"
#include "sim/sim.h"

#define TENSOR_BYTES ((size_t)1 << 20)
#define STEPS        20000

// ---------------------------------------------------------------- which passes

typedef struct Choice {
    size_t length; // of the text without the line that chooses
    const Pass *alone, *first;
} Choice;

static size_t last_line(const FuzzInput *input, size_t end) {
    while (end > 0 && input->bytes[end - 1] != '\n') end--;
    return end;
}

static const Pass *pass_behind(Context *context, const FuzzInput *input, size_t start, size_t end, const char *word) {
    size_t length = strlen(word);
    char name[64] = {0};
    if (end - start <= length || end - start - length >= sizeof name) return NULL;
    if (memcmp(input->bytes + start, word, length) != 0) return NULL;
    memcpy(name, input->bytes + start + length, end - start - length);
    return pass_by_any_name(context, name);
}

static Choice choose(Context *context, const FuzzInput *input) {
    size_t end = input->length;
    while (end > 0 && input->bytes[end - 1] == '\n') end--;
    size_t start = last_line(input, end);
    Choice choice = {start, pass_behind(context, input, start, end, "# run "),
                     pass_behind(context, input, start, end, "# from ")};
    if (!choice.alone && !choice.first) choice.length = input->length;
    return choice;
}

// ---------------------------------------------------------------- what becomes of it

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

typedef struct Simulation {
    Function *function;
    const Target *target;
    TensorSet tensors;
} Simulation;

static void simulate_small(Context *context, void *user) {
    (void)context;
    Simulation *work = user;
    if (bytes_of(&work->tensors) > TENSOR_BYTES) return;
    SimOptions options = {.threads = 1, .numbers = true, .step_limit = STEPS};
    sim_run(work->function, work->target, &work->tensors, &options);
}

static void simulate(Function *function, const Target *target) {
    require_proven(function, target);
    if (!sizes_are_small(function)) return;
    Simulation work = {function, target, tensors_for(function)};
    context_try(function->module->context, simulate_small, &work);
    tensors_free(&work.tensors);
}

void lower_input(Context *context, void *user) {
    const FuzzInput *input = user;
    Choice choice = choose(context, input);
    const Source *source = context_add_source(context, "fuzz.py", input->bytes, choice.length);
    ElaborateOptions elaborate = {.worker_cores = 64};
    Function *function = kernel_load(module_open(context), source, &elaborate);
    if (context->error_count > 0) fail_now(context);
    OptionWords words = {0};
    CompileOptions options = compile_options_for(function, &words);
    PipelineOptions pipeline = {.verify_each = true, .start_before = choice.first};
    if (choice.alone) {
        pipeline.passes = &choice.alone;
        pipeline.pass_count = 1;
    }
    if (!is_program(function) || choice.alone || choice.first) compile_run(function, &options, &pipeline);
    if (is_program(function)) simulate(function, options.target);
}
