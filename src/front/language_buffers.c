// Tensors, on-chip buffers, sizes and the launch.
#include <string.h>

#include "front/library.h"
#include "front/stage.h"
#include "ir/build.h"

#define MAX_ELEMENTS ((int64_t)1 << 47)

int need_shape(Evaluator *ev, Object *value, const Node *node, Object *shape[MAX_RANK]) {
    if (!object_is_sequence(value)) {
        shape[0] = value;
        return 1;
    }
    if (value->list.count > MAX_RANK)
        stop_at(ev, DIAG_FRONT_SHAPE, node->location, "expected at most %d dimensions, seen %u", MAX_RANK,
                value->list.count);
    for (uint32_t i = 0; i < value->list.count; i++) shape[i] = value->list.items[i];
    return (int)value->list.count;
}

static const Node *dimension_node(const Node *node, int i) {
    bool listed = node->kind == NODE_TUPLE || node->kind == NODE_LIST;
    return listed && (uint32_t)i < node->items.count ? node->items.items[i] : node;
}

static void check_dimension(Evaluator *ev, const Expr *size, const Node *node, int64_t *elements) {
    int64_t value;
    if (!expr_constant(size, &value)) return;
    if (value <= 0)
        stop_at(ev, DIAG_FRONT_SHAPE, node->location, "expected a size of 1 or more, seen %lld", (long long)value);
    if (value > INT32_MAX || __builtin_mul_overflow(*elements, value, elements) || *elements > MAX_ELEMENTS)
        stop_at(ev, DIAG_FRONT_OVERFLOW, node->location,
                "expected a size below 2^31 in buffers of at most 2^47 elements, seen %lld", (long long)value);
}

// Sizes as expressions. The elements' type does not matter for the limits.
void resolve_shape(Evaluator *ev, int rank, Object *const shape[], DType type, const Node *node, const Expr *result[]) {
    (void)type;
    int64_t elements = 1;
    for (int i = 0; i < rank; i++) {
        const Node *where = dimension_node(node, i);
        if (shape[i]->kind == OBJECT_INT)
            check_dimension(ev, expr_integer(ev->module, DTYPE_INT64, shape[i]->integer), where, &elements);
        result[i] = need_index(ev, shape[i], where, "a size");
        if (shape[i]->kind != OBJECT_INT) check_dimension(ev, result[i], where, &elements);
        if (!is_size_expression(result[i]))
            stop_at(ev, DIAG_FRONT_STAGING, where->location, "expected a size that is known before the kernel starts");
    }
}

// ---------------------------------------------------------------- tensors

static Name name_or(Evaluator *ev, const char *otherwise) {
    return ev->name_hint ? ev->name_hint : name_of(ev->context, otherwise);
}

Buffer *declare_tensor(Evaluator *ev, Name name, const TensorObject *tensor, Location location) {
    const Expr *shape[MAX_RANK] = {0};
    Node place = {.kind = NODE_NAME, .location = location};
    resolve_shape(ev, tensor->rank, tensor->shape, tensor->type, &place, shape);
    DType type = chip_dtype(ev, tensor->type, location);
    return buffer_new(ev->function, SCOPE_GLOBAL, name, type, tensor->rank, shape, location);
}

static Object *default_dtype(Evaluator *ev) {
    return object_dtype(ev->arena, DTYPE_FLOAT32, name_of(ev->context, "float32"));
}

static Object *make_view(Evaluator *ev, const Access *base, Object *shape, const Node *node) {
    Object *view = object_new(ev->arena, OBJECT_BUFFER), *sizes[MAX_RANK];
    view->access = arena_new(ev->arena, Access);
    view->access->buffer = base->buffer;
    view->access->shape_rank = need_shape(ev, shape, node, sizes);
    resolve_shape(ev, view->access->shape_rank, sizes, base->buffer->type, node, view->access->shape);
    const Expr *old = expr_int(ev->module, 1), *new = old;
    for (int i = 0; i < base->shape_rank; i++) old = expr_mul(ev->module, old, base->shape[i]);
    for (int i = 0; i < view->access->shape_rank; i++) new = expr_mul(ev->module, new, view->access->shape[i]);
    int64_t a, b;
    if (expr_constant(old, &a) && expr_constant(new, &b) && a != b)
        stop_at(ev, DIAG_FRONT_SHAPE, node->location, "expected a shape of the %lld elements of `%s`, seen %s",
                (long long)a, base->buffer->name, show_shape(ev, view->access->shape_rank, view->access->shape));
    return view;
}

static void check_view_dtype(Evaluator *ev, const Access *base, Object *dtype, const Node *node) {
    DType type = chip_dtype(ev, need_dtype(ev, dtype, node, NULL), node->location);
    if (type != base->buffer->type)
        stop_at(ev, DIAG_FRONT_UNSUPPORTED, node->location,
                "expected a view in the dtype of `%s`, which is %s, seen %s", base->buffer->name,
                dtype_name(base->buffer->type), dtype_name(type));
}

Object *language_tensor(Evaluator *ev, Call *call) {
    Object *dtype = call->args[1] ? call->args[1] : default_dtype(ev);
    if (call->args[2] && call->args[2]->kind == OBJECT_BUFFER) {
        check_view_dtype(ev, call->args[2]->access, dtype, call->nodes[1]);
        return make_view(ev, call->args[2]->access, call->args[0], call->nodes[0]);
    }
    Object *object = object_new(ev->arena, OBJECT_TENSOR_TYPE);
    object->location = call->node->location;
    object->tensor = arena_new(ev->arena, TensorObject);
    object->tensor->type = need_dtype(ev, dtype, call->nodes[1], &object->tensor->type_name);
    object->tensor->rank = need_shape(ev, call->args[0], call->nodes[0], object->tensor->shape);
    return object;
}

Object *language_strided_tensor(Evaluator *ev, Call *call) {
    Object *strides[MAX_RANK], *shape[MAX_RANK], *expected = object_int(ev->arena, 1);
    int rank = need_shape(ev, call->args[0], call->nodes[0], shape);
    bool contiguous = need_shape(ev, call->args[1], call->nodes[1], strides) == rank;
    for (int i = rank - 1; i >= 0 && contiguous; i--) {
        contiguous = object_equal(strides[i], expected);
        expected = binary_value(ev, OPERATOR_MUL, expected, shape[i], call->node);
    }
    if (!contiguous)
        stop_at(ev, DIAG_FRONT_UNSUPPORTED, call->nodes[1]->location,
                "expected the strides of a tensor without gaps, seen others");
    call->args[1] = call->args[2];
    call->nodes[1] = call->nodes[2];
    call->args[2] = NULL;
    return language_tensor(ev, call);
}

Object *language_empty(Evaluator *ev, Call *call) {
    Call type = *call;
    Object *tensor = language_tensor(ev, &type);
    if (!ev->frame->staged)
        stop_at(ev, DIAG_FRONT_OUTPUT, call->node->location,
                "expected T.empty at the top of a kernel, seen it elsewhere");
    Buffer *buffer = declare_tensor(ev, name_or(ev, "output"), tensor->tensor, call->node->location);
    buffer->role = ROLE_OUT;
    vector_push(ev->arena, ev->kernel->outputs, buffer);
    return object_buffer(ev->arena, buffer);
}

// ---------------------------------------------------------------- sizes

Size *find_size(Evaluator *ev, Name name) {
    for (uint32_t i = 0; i < ev->kernel->sizes.count; i++)
        if (ev->kernel->sizes.items[i].name == name) return &ev->kernel->sizes.items[i];
    vector_push(ev->arena, ev->kernel->sizes, ((Size){.name = name}));
    return &vector_last(ev->kernel->sizes);
}

// `M = T.dynamic("m")`: the command line may say M as well as m.
static void take_alias(Evaluator *ev, Size *size) {
    for (uint32_t i = 0; i < ev->kernel->sizes.count && ev->name_hint && !size->value; i++) {
        Size *alias = &ev->kernel->sizes.items[i];
        if (alias->name != ev->name_hint || alias == size || !alias->value) continue;
        size->value = alias->value;
        alias->used = true;
    }
}

// Sizes are int32 whatever the source asks for: none is larger than 2^31 - 1.
static Object *dynamic_size(Evaluator *ev, Name name, const Node *node) {
    Size *size = find_size(ev, name);
    take_alias(ev, size);
    if (!size->variable) size->variable = variable_new(ev->function, VARIABLE_SIZE, name, DTYPE_INT32, node->location);
    return object_expr(ev->arena, expr_variable(ev->module, size->variable));
}

static Object *constant_size(Evaluator *ev, Name name, const Node *node) {
    Size *size = find_size(ev, name);
    size->used = true;
    if (size->value) return size->value;
    if (ev->kernel->probing) return dynamic_size(ev, name, node);
    stop_with_help(ev, DIAG_FRONT_MISSING, node->location,
                   arena_format(ev->arena, "give it on the command line: %s=1024", name),
                   "expected a value of `%s`, seen none", name);
}

// "M, N" names two sizes.
static Object *sizes(Evaluator *ev, Call *call, Object *(*make)(Evaluator *ev, Name name, const Node *node)) {
    Name names = need_text(ev, call->args[0], call->nodes[0], "the sizes' names");
    DType type = call->args[1] ? need_dtype(ev, call->args[1], call->nodes[1], NULL) : DTYPE_INT32;
    if (!dtype_is_integer(type))
        stop_at(ev, DIAG_FRONT_DTYPE, call->nodes[1]->location, "expected an integer's dtype, seen %s",
                dtype_name(type));
    Object *tuple = object_list(ev->arena, OBJECT_TUPLE);
    for (const char *text = names + strspn(names, " ,"); *text; text += strspn(text, " ,")) {
        size_t length = strcspn(text, " ,");
        object_append(ev->arena, tuple, make(ev, intern(&ev->context->names, text, length), call->node));
        text += length;
    }
    return tuple->list.count == 1 ? tuple->list.items[0] : tuple;
}

Object *language_const(Evaluator *ev, Call *call) { return sizes(ev, call, constant_size); }
Object *language_dynamic(Evaluator *ev, Call *call) { return sizes(ev, call, dynamic_size); }

Object *language_dtype(Evaluator *ev, Call *call) {
    Name name = NULL;
    DType type = need_dtype(ev, call->args[0], call->nodes[0], &name);
    return object_dtype(ev->arena, type, name ? name : name_of(ev->context, dtype_name(type)));
}

// ---------------------------------------------------------------- on-chip buffers

Object *language_kernel(Evaluator *ev, Call *call) {
    Object *launch = object_list(ev->arena, OBJECT_LAUNCH);
    for (uint32_t i = 0; i < call->given.count; i++)
        if (!call->given.items[i].name) object_append(ev->arena, launch, call->given.items[i].value);
    return launch;
}

// Allocations stand in the launch's body, before the statement that they are needed in.
static void place_alloc(Evaluator *ev, Buffer *buffer, const Node *node, const char *what) {
    Statement *alloc = build_alloc(ev->module, buffer);
    Block *block = need_block(ev, node, what);
    if (block == ev->launch->launch.body) {
        block_append(block, alloc);
        return;
    }
    Statement *place = block->owner;
    while (place->block != ev->launch->launch.body) place = place->block->owner;
    block_insert_before(place, alloc);
}

static Buffer *allocate(Evaluator *ev, Call *call, int scope, const char *what) {
    need_block(ev, call->node, what);
    Object *sizes_[MAX_RANK], *dtype = call->args[1] ? call->args[1] : default_dtype(ev);
    const Expr *shape[MAX_RANK] = {0};
    DType type = chip_dtype(ev, need_dtype(ev, dtype, call->nodes[1], NULL), call->node->location);
    int rank = need_shape(ev, call->args[0], call->nodes[0], sizes_);
    resolve_shape(ev, rank, sizes_, type, call->nodes[0], shape);
    for (int i = 0; i < rank; i++) {
        int64_t value;
        if (!expr_constant(shape[i], &value))
            stop_at(ev, DIAG_FRONT_STAGING, dimension_node(call->nodes[0], i)->location,
                    "expected an on-chip size that is known at compile time, seen a dynamic one");
    }
    Buffer *buffer = buffer_new(ev->function, scope, name_or(ev, "buffer"), type, rank, shape, call->node->location);
    place_alloc(ev, buffer, call->node, what);
    return buffer;
}

Object *language_alloc_shared(Evaluator *ev, Call *call) {
    return object_buffer(ev->arena, allocate(ev, call, SCOPE_SHARED, "T.alloc_shared"));
}
Object *language_alloc_fragment(Evaluator *ev, Call *call) {
    return object_buffer(ev->arena, allocate(ev, call, SCOPE_FRAGMENT, "T.alloc_fragment"));
}
Object *language_alloc_local(Evaluator *ev, Call *call) {
    return object_buffer(ev->arena, allocate(ev, call, SCOPE_LOCAL, "T.alloc_local"));
}

Object *language_alloc_var(Evaluator *ev, Call *call) {
    need_block(ev, call->node, "T.alloc_var");
    DType type = chip_dtype(ev, need_dtype(ev, call->args[0], call->nodes[0], NULL), call->node->location);
    Buffer *buffer = buffer_new(ev->function, SCOPE_VAR, name_or(ev, "variable"), type, 0, NULL, call->node->location);
    place_alloc(ev, buffer, call->node, "T.alloc_var");
    Object *object = object_buffer(ev->arena, buffer);
    bool given = call->args[1] && call->args[1]->kind != OBJECT_TEXT; // a text would be a scope
    if (given) store_access(ev, object->access, call->args[1], call->nodes[1]);
    ev->fresh_variable = object;
    return object;
}

Object *language_alloc_global(Evaluator *ev, Call *call) {
    Call type = *call;
    TensorObject *tensor = language_tensor(ev, &type)->tensor;
    if (!ev->block)
        stop_at(ev, DIAG_FRONT_LAUNCH, call->node->location,
                "expected T.alloc_global in a kernel's body, seen it outside");
    Buffer *buffer = declare_tensor(ev, name_or(ev, "scratch"), tensor, call->node->location);
    buffer->role = ROLE_SCRATCH;
    Statement *alloc = build_alloc(ev->module, buffer);
    if (ev->function->body->first)
        block_insert_before(ev->function->body->first, alloc);
    else
        block_append(ev->function->body, alloc);
    return object_buffer(ev->arena, buffer);
}

Object *language_reshape(Evaluator *ev, Call *call) {
    Access *base = need_buffer(ev, call->args[0], call->nodes[0], "what to reshape");
    if (call->args[0]->kind != OBJECT_BUFFER)
        stop_at(ev, DIAG_FRONT_UNSUPPORTED, call->nodes[0]->location,
                "expected a whole buffer to reshape, seen a part of one");
    return make_view(ev, base, call->args[1], call->nodes[1]);
}

Object *language_view(Evaluator *ev, Call *call) {
    Access *base = need_buffer(ev, call->args[0], call->nodes[0], "what to view");
    if (call->args[2] && call->args[2]->kind != OBJECT_NONE) check_view_dtype(ev, base, call->args[2], call->nodes[2]);
    if (!call->args[1] || call->args[1]->kind == OBJECT_NONE) return call->args[0];
    return make_view(ev, base, call->args[1], call->nodes[1]);
}
