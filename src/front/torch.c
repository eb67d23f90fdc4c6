// Tensors of the host: only their shapes and dtypes, which bind a kernel's sizes.

#include "front/library.h"

static Object *make_tensor(Evaluator *ev, ObjectList shape, Object *dtype, const Call *call) {
    Object *object = object_new(ev->arena, OBJECT_TENSOR);
    TensorObject *tensor = object->tensor = arena_new(ev->arena, TensorObject);
    tensor->type = DTYPE_FLOAT32;
    tensor->type_name = name_of(ev->context, "float32");
    if (dtype && dtype->kind != OBJECT_NONE && dtype->kind != OBJECT_OPAQUE)
        tensor->type = need_dtype(ev, dtype, call->node, &tensor->type_name);
    if (shape.count > MAX_RANK) return opaque_object(ev, "torch.%s()", call->row->name);
    tensor->rank = (int)shape.count;
    for (uint32_t i = 0; i < shape.count; i++) tensor->shape[i] = shape.items[i];
    return object;
}

static ObjectList shape_items(Evaluator *ev, Object *value, const Node *node) {
    ObjectList shape = {0};
    if (object_is_sequence(value)) return need_items(ev, value, node);
    vector_push(ev->arena, shape, value);
    return shape;
}

// The positional arguments from `first` on: sizes, or one tuple of them.
static ObjectList given_shape(Evaluator *ev, const Call *call, uint32_t first) {
    ObjectList shape = {0};
    uint32_t position = 0;
    for (uint32_t i = 0; i < call->given.count; i++)
        if (!call->given.items[i].name && position++ >= first)
            vector_push(ev->arena, shape, call->given.items[i].value);
    return shape.count == 1 ? shape_items(ev, shape.items[0], call->node) : shape;
}

Object *torch_tensor(Evaluator *ev, Call *call) {
    ObjectList shape = call->args[1] ? shape_items(ev, call->args[1], call->nodes[1]) : given_shape(ev, call, 0);
    return make_tensor(ev, shape, call->args[0], call);
}

Object *torch_full(Evaluator *ev, Call *call) {
    return make_tensor(ev, shape_items(ev, call->args[0], call->nodes[0]), call->args[2], call);
}

// torch.randint(low, high, size) or (high, size): the size is the last tuple.
Object *torch_randint(Evaluator *ev, Call *call) {
    Object *size = call->args[1];
    for (uint32_t i = 0; i < call->given.count && !size; i++)
        if (object_is_sequence(call->given.items[i].value)) size = call->given.items[i].value;
    if (!size) return opaque_object(ev, "torch.randint()");
    Object *dtype = call->args[0] ? call->args[0] : object_dtype(ev->arena, DTYPE_INT64, name_of(ev->context, "int64"));
    return make_tensor(ev, size->list, dtype, call);
}

static Object *copy_tensor(Evaluator *ev, const Object *tensor) {
    Object *object = object_new(ev->arena, OBJECT_TENSOR);
    object->tensor = arena_new(ev->arena, TensorObject);
    *object->tensor = *tensor->tensor;
    return object;
}

Object *torch_like(Evaluator *ev, Call *call) {
    if (call->args[0]->kind != OBJECT_TENSOR) return opaque_object(ev, "torch.%s()", call->row->name);
    Object *object = copy_tensor(ev, call->args[0]);
    if (call->args[1] && call->args[1]->kind == OBJECT_DTYPE)
        object->tensor->type = need_dtype(ev, call->args[1], call->nodes[1], &object->tensor->type_name);
    return object;
}

Object *tensor_same(Evaluator *ev, Call *call) {
    (void)ev;
    return call->self;
}

Object *tensor_as(Evaluator *ev, Call *call) {
    Object *object = copy_tensor(ev, call->self);
    object->tensor->type_name = name_of(ev->context, call->row->name);
    if (!dtype_parse(call->row->name, &object->tensor->type)) return opaque_object(ev, "tensor.%s()", call->row->name);
    return object;
}

Object *tensor_to(Evaluator *ev, Call *call) {
    Object *dtype = call->args[0];
    for (uint32_t i = 0; i < call->given.count && !dtype; i++)
        if (call->given.items[i].value->kind == OBJECT_DTYPE) dtype = call->given.items[i].value;
    if (!dtype || dtype->kind != OBJECT_DTYPE) return call->self;
    Object *object = copy_tensor(ev, call->self);
    object->tensor->type = need_dtype(ev, dtype, call->node, &object->tensor->type_name);
    return object;
}

static Object *dimension(Evaluator *ev, const Call *call, int argument) {
    const TensorObject *tensor = call->self->tensor;
    int64_t dim = need_int(ev, call->args[argument], call->nodes[argument], "a dimension");
    if (dim < 0) dim += tensor->rank;
    if (dim < 0 || dim >= tensor->rank)
        stop_at(ev, DIAG_FRONT_SHAPE, call->node->location, "expected a dimension of a tensor of rank %d, seen another",
                tensor->rank);
    return object_int(ev->arena, dim);
}

Object *tensor_size(Evaluator *ev, Call *call) {
    if (call->args[0]) return call->self->tensor->shape[dimension(ev, call, 0)->integer];
    Object *tuple = object_list(ev->arena, OBJECT_TUPLE);
    for (int i = 0; i < call->self->tensor->rank; i++) object_append(ev->arena, tuple, call->self->tensor->shape[i]);
    return tuple;
}

Object *tensor_dim(Evaluator *ev, Call *call) { return object_int(ev->arena, call->self->tensor->rank); }

// t(), transpose(a, b)
Object *tensor_transpose(Evaluator *ev, Call *call) {
    Object *object = copy_tensor(ev, call->self);
    if (object->tensor->rank < 2) return object;
    int64_t a = call->args[0] ? dimension(ev, call, 0)->integer : 0,
            b = call->args[0] ? dimension(ev, call, 1)->integer : 1;
    Object *size = object->tensor->shape[a];
    object->tensor->shape[a] = object->tensor->shape[b];
    object->tensor->shape[b] = size;
    return object;
}
