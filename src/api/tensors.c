// Tensors of the C API: described, filled, converted, and laid over the caller's buffers.
#include <string.h>

#include "api/internal.h"
#include "ir/build.h"

_Static_assert((int)TTILE_BOOL == (int)DTYPE_BOOL && (int)TTILE_FLOAT64 == (int)DTYPE_FLOAT64,
               "the order of dtype.def");
_Static_assert((int)TTILE_SCRATCH == (int)ROLE_SCRATCH && TTILE_MAX_RANK == MAX_RANK, "as in ir.h");

static Tensor tensor_of(Context *base, const Buffer *buffer) {
    Tensor tensor = {.name = buffer->name, .type = buffer->type, .rank = buffer->rank, .count = 1};
    for (int i = 0; i < buffer->rank; i++) {
        bool known = expr_evaluate_bound(buffer->shape[i], &tensor.shape[i]);
        if (!known || tensor.shape[i] < 1)
            fail(base, DIAG_API_ARGUMENT, buffer->location, "dimension %d of %s has no size", i, buffer->name);
        if (__builtin_mul_overflow(tensor.count, (size_t)tensor.shape[i], &tensor.count) ||
            tensor.count > SIZE_MAX / 16)
            fail(base, DIAG_API_ARGUMENT, buffer->location, "%s is larger than memory can be", buffer->name);
    }
    return tensor;
}

typedef struct DescribeCall {
    const Function *function;
    size_t index;
    ttile_tensor *tensor;
} DescribeCall;

static void describe(Context *base, void *user) {
    DescribeCall *call = user;
    api_require(base, call->tensor != NULL, "`tensor` is NULL");
    api_require(base, call->index < call->function->parameters.count, "there is no tensor of that index");
    const Buffer *buffer = call->function->parameters.items[call->index];
    Tensor tensor = tensor_of(base, buffer);
    *call->tensor = (ttile_tensor){
        .name = tensor.name,
        .dtype = (ttile_dtype)tensor.type,
        .role = (ttile_role)buffer->role,
        .rank = tensor.rank,
        .bytes = tensor.count * dtype_bytes(tensor.type),
    };
    memcpy(call->tensor->shape, tensor.shape, sizeof tensor.shape);
}

ttile_status api_describe(ttile_context *context, const Function *function, size_t index, ttile_tensor *tensor) {
    DescribeCall call = {function, index, tensor};
    return api_call(context, describe, &call);
}

TensorSet api_tensors(const Function *function, const ttile_buffer *buffers, size_t count) {
    Context *base = function->module->context;
    uint32_t expected = function->parameters.count;
    api_require(base, buffers || !count, "`buffers` is NULL");
    if (count != expected)
        fail(base, DIAG_API_ARGUMENT, (Location){0}, "%s has %u tensors, got %zu buffers", function->name, expected,
             count);
    TensorSet set = {base, (int)expected, arena_new_array(&base->unit, Tensor, expected)};
    for (uint32_t i = 0; i < expected; i++) {
        Tensor tensor = tensor_of(base, function->parameters.items[i]);
        size_t bytes = tensor.count * dtype_bytes(tensor.type);
        if (!buffers[i].data || buffers[i].bytes != bytes)
            fail(base, DIAG_API_ARGUMENT, (Location){0}, "%s needs a buffer of %zu bytes, got %zu", tensor.name, bytes,
                 buffers[i].data ? buffers[i].bytes : 0);
        tensor.data = buffers[i].data;
        set.tensors[i] = tensor;
    }
    return set;
}

// ---------------------------------------------------------------- inputs

typedef struct FillCall {
    const Function *function;
    uint64_t seed;
    const ttile_buffer *buffers;
    size_t count;
} FillCall;

static void fill(Context *base, void *user) {
    (void)base;
    FillCall *call = user;
    TensorSet set = api_tensors(call->function, call->buffers, call->count);
    for (size_t i = 0; i < call->count; i++) memset(call->buffers[i].data, 0, call->buffers[i].bytes);
    tensors_fill_inputs(&set, call->function, call->seed);
}

ttile_status ttile_fill_inputs(const ttile_module *module, uint64_t seed, const ttile_buffer *buffers, size_t count) {
    if (!module) return TTILE_USER_ERROR;
    FillCall call = {module->function, seed, buffers, count};
    return api_call(module->context, fill, &call);
}

// ---------------------------------------------------------------- elements

static bool is_dtype(ttile_dtype dtype) { return dtype >= TTILE_BOOL && dtype <= TTILE_FLOAT64; }

void ttile_elements_from_float(ttile_dtype dtype, const float *values, size_t count, void *elements) {
    if (!is_dtype(dtype) || !values || !elements) return;
    for (size_t i = 0; i < count; i++) dtype_store((DType)dtype, elements, i, values[i]);
}

void ttile_elements_to_float(ttile_dtype dtype, const void *elements, size_t count, float *values) {
    if (!is_dtype(dtype) || !values || !elements) return;
    for (size_t i = 0; i < count; i++) values[i] = (float)dtype_load((DType)dtype, elements, i);
}
