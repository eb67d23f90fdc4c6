// Tensors of the host. Shapes are checked before anything is allocated; a failed allocation gives everything back.
#include "data/tensor.h"

#include <string.h>

#include "ir/build.h"

#define ADDRESS_SPACE ((size_t)1 << 47) // bytes

static const Allocator *allocator_of(const Context *context) { return context->unit.allocator; }

static size_t tensor_bytes(const Tensor *tensor) { return tensor->count * dtype_bytes(tensor->type); }

static int64_t dimension_size(Context *context, const Buffer *buffer, int dimension) {
    int64_t size;
    if (!expr_evaluate_bound(buffer->shape[dimension], &size)) {
        report(context, DIAG_TENSOR_SIZE, buffer->location, "the size of dimension %d of tensor '%s' is not known",
               dimension, buffer->name);
        report_help(context, "bind the size with NAME=VALUE");
        fail_now(context);
    }
    if (size <= 0)
        fail(context, DIAG_TENSOR_SIZE, buffer->location,
             "expected a positive size of dimension %d of tensor '%s', seen %lld", dimension, buffer->name,
             (long long)size);
    return size;
}

static Tensor tensor_of(Context *context, const Buffer *buffer) {
    Tensor tensor = {.name = buffer->name, .type = buffer->type, .rank = buffer->rank, .count = 1};
    for (int d = 0; d < buffer->rank; d++) {
        tensor.shape[d] = dimension_size(context, buffer, d);
        bool overflow = __builtin_mul_overflow(tensor.count, (size_t)tensor.shape[d], &tensor.count);
        if (overflow || tensor.count > ADDRESS_SPACE / sizeof(double))
            fail(context, DIAG_TENSOR_SIZE, buffer->location, "tensor '%s' has more elements than memory can address",
                 buffer->name);
    }
    return tensor;
}

static void check_total(Context *context, const TensorSet *set, Location location) {
    size_t total = 0;
    for (int i = 0; i < set->count; i++)
        if (__builtin_add_overflow(total, tensor_bytes(&set->tensors[i]), &total) || total > ADDRESS_SPACE)
            fail(context, DIAG_TENSOR_SIZE, location, "the tensors together are more than memory can address");
}

static void allocate_data(TensorSet *set, Location location) {
    for (int i = 0; i < set->count; i++) {
        Tensor *tensor = &set->tensors[i];
        size_t bytes = tensor_bytes(tensor);
        tensor->data = allocator_of(set->context)->allocate(allocator_of(set->context)->user, bytes);
        if (!tensor->data) {
            Context *context = set->context;
            Name name = tensor->name;
            tensors_free(set);
            fail(context, DIAG_OUT_OF_MEMORY, location, "no memory for the %zu bytes of tensor '%s'", bytes, name);
        }
        memset(tensor->data, 0, bytes);
    }
}

TensorSet tensors_for(Function *function) {
    Context *context = function->module->context;
    TensorSet set = {.context = context, .count = (int)function->parameters.count};
    set.tensors = arena_new_array(&context->unit, Tensor, (size_t)set.count);
    for (int i = 0; i < set.count; i++) set.tensors[i] = tensor_of(context, function->parameters.items[i]);
    check_total(context, &set, function->location);
    allocate_data(&set, function->location);
    return set;
}

void tensors_free(TensorSet *set) {
    for (int i = 0; i < set->count; i++) {
        Tensor *tensor = &set->tensors[i];
        if (tensor->data)
            allocator_of(set->context)->release(allocator_of(set->context)->user, tensor->data, tensor_bytes(tensor));
        tensor->data = NULL;
    }
}
