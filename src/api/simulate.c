// Running programs and evaluating references through the C API.
#include <string.h>
#include <unistd.h>

#include "api/internal.h"

static int host_threads(int asked) {
    if (asked > 0) return asked;
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (int)online : 1;
}

typedef struct SimulateCall {
    ttile_program *program;
    const ttile_buffer *buffers;
    size_t count;
    ttile_simulate_options options;
    ttile_simulation result;
} SimulateCall;

static void simulate(Context *base, void *user) {
    (void)base;
    SimulateCall *call = user;
    Function *function = call->program->function;
    TensorSet tensors = api_tensors(function, call->buffers, call->count);
    SimOptions options = {
        .threads = host_threads(call->options.threads),
        .numbers = true,
        .timing = !call->options.no_timing,
        .trace = call->options.trace_path,
    };
    double start = monotonic_milliseconds();
    SimResult result = sim_run(function, options_of(function).target, &tensors, &options);
    call->result = (ttile_simulation){
        .cycles = options.timing ? result.cycles : 0,
        .bound = options.timing ? result.bound : NULL,
        .utilization = result.utilization,
        .cores = result.cores,
        .instructions = result.instructions,
        .dram_read_bytes = result.dram_read_bytes,
        .dram_write_bytes = result.dram_write_bytes,
        .milliseconds = monotonic_milliseconds() - start,
    };
}

ttile_status ttile_simulate(ttile_program *program, const ttile_buffer *buffers, size_t count,
                            const ttile_simulate_options *options, ttile_simulation *result) {
    if (!program) return TTILE_USER_ERROR;
    SimulateCall call = {.program = program, .buffers = buffers, .count = count};
    if (options) call.options = *options;
    ttile_status status = api_call(program->context, simulate, &call);
    if (status == TTILE_OK && result) *result = call.result;
    return status;
}

// ---------------------------------------------------------------- reference

typedef struct ReferenceCall {
    ttile_context *context;
    ttile_module *module;
    const ttile_buffer *buffers;
    size_t count;
    ttile_reference *reference;
    double tolerance;
    ttile_comparison comparison;
} ReferenceCall;

static void evaluate(Context *base, void *user) {
    ReferenceCall *call = user;
    Function *function = call->module->function;
    api_require(base, !call->module->failed, "an earlier pipeline failed on this module");
    require_source_level(function);
    TensorSet tensors = api_tensors(function, call->buffers, call->count);
    ttile_reference *reference = arena_new(&base->unit, ttile_reference);
    OracleOptions options = {.threads = host_threads(0)};
    *reference = (ttile_reference){.context = call->context, .function = function, .next = call->context->references};
    reference->result = oracle_run(function, &tensors, &options);
    reference->held = true;
    call->context->references = call->reference = reference;
}

ttile_status ttile_evaluate(ttile_module *module, const ttile_buffer *buffers, size_t count,
                            ttile_reference **reference) {
    if (!module || !reference) return TTILE_USER_ERROR;
    ReferenceCall call = {.context = module->context, .module = module, .buffers = buffers, .count = count};
    ttile_status status = api_call(module->context, evaluate, &call);
    if (status == TTILE_OK) *reference = call.reference;
    return status;
}

void ttile_reference_destroy(ttile_reference *reference) {
    if (!reference || !reference->held) return;
    oracle_free(&reference->result);
    reference->held = false;
}

typedef struct CopyCall {
    const ttile_reference *reference;
    size_t index;
    ttile_buffer buffer;
} CopyCall;

static void copy_tensor(Context *base, void *user) {
    CopyCall *call = user;
    const TensorSet *set = &call->reference->result.tensors;
    api_require(base, call->reference->held, "the reference's tensors were given back");
    api_require(base, call->index < (size_t)set->count, "there is no tensor of that index");
    const Tensor *tensor = &set->tensors[call->index];
    size_t bytes = tensor->count * dtype_bytes(tensor->type);
    api_require(base, call->buffer.data && call->buffer.bytes == bytes, "the buffer has not the tensor's size");
    memcpy(call->buffer.data, tensor->data, bytes);
}

ttile_status ttile_reference_tensor(const ttile_reference *reference, size_t index, ttile_buffer buffer) {
    if (!reference) return TTILE_USER_ERROR;
    CopyCall call = {reference, index, buffer};
    return api_call(reference->context, copy_tensor, &call);
}

static ttile_comparison comparison_of(const Verdict *verdict) {
    ttile_comparison comparison = {.pass = verdict->pass};
    if (verdict->worst < 0) return comparison;
    const Comparison *worst = &verdict->outputs[verdict->worst].comparison;
    comparison.max_abs_error = worst->max_abs_error;
    comparison.max_rel_error = worst->max_rel_error;
    comparison.tolerance = worst->tolerance;
    comparison.mean_error = worst->mean_error;
    comparison.mean_tolerance = worst->mean_tolerance;
    comparison.worst_tensor = (size_t)verdict->outputs[verdict->worst].tensor;
    comparison.worst_result = worst->worst_result;
    comparison.worst_reference = worst->worst_reference;
    memcpy(comparison.worst_index, worst->worst_index, sizeof comparison.worst_index);
    return comparison;
}

static void compare(Context *base, void *user) {
    ReferenceCall *call = user;
    api_require(base, call->reference->held, "the reference's tensors were given back");
    api_require(base, call->tolerance >= 0, "the tolerance is negative");
    TensorSet tensors = api_tensors(call->reference->function, call->buffers, call->count);
    Verdict verdict = judge_outputs(call->reference->function, &tensors, &call->reference->result, call->tolerance);
    call->comparison = comparison_of(&verdict);
}

ttile_status ttile_compare(const ttile_reference *reference, const ttile_buffer *buffers, size_t count,
                           double tolerance, ttile_comparison *comparison) {
    if (!reference || !comparison) return TTILE_USER_ERROR;
    ReferenceCall call = {
        .reference = (ttile_reference *)reference, .buffers = buffers, .count = count, .tolerance = tolerance};
    ttile_status status = api_call(reference->context, compare, &call);
    if (status == TTILE_OK) *comparison = call.comparison;
    return status;
}
