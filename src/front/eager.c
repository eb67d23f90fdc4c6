// The two ways in which a kernel's body is staged: the eager function's own body, and a @T.prim_func.
#include <string.h>

#include "front/kernel.h"
#include "front/stage.h"
#include "ir/build.h"

typedef struct Finding {
    Name name;
    bool found;
} Finding;

static bool find_declaration(const Node *node, void *user) {
    Finding *finding = user;
    if (node->kind == NODE_FUNCTION || node->kind == NODE_LAMBDA) return false;
    if (node->kind == NODE_ANNOTATED && !node->third && node->first->kind == NODE_NAME)
        finding->found |= node->first->name == finding->name;
    return true;
}

static bool names_tensor(const Node *annotation) {
    if (!annotation || (annotation->kind != NODE_CALL && annotation->kind != NODE_SUBSCRIPT)) return false;
    const Node *callee = annotation->first;
    return (callee->kind == NODE_ATTRIBUTE || callee->kind == NODE_NAME) &&
           (strcmp(callee->name, "Tensor") == 0 || strcmp(callee->name, "Buffer") == 0 ||
            strcmp(callee->name, "StridedTensor") == 0);
}

// A parameter is a tensor if its annotation says so, or a bare annotation in the body.
bool is_tensor_parameter(const Node *function, const Node *parameter) {
    if (names_tensor(parameter->first)) return true;
    Finding finding = {parameter->name, false};
    for (uint32_t i = 0; i < function->body.count && !finding.found; i++)
        walk_nodes(function->body.items[i], find_declaration, &finding);
    return finding.found;
}

static void declare_input(Evaluator *ev, Name name, Object *type, const Node *node) {
    Buffer *buffer = declare_tensor(ev, name, type->tensor, node->location);
    vector_push(ev->arena, ev->kernel->inputs, buffer);
    vector_push(ev->arena, ev->kernel->input_names, name);
    bind_name(ev, name, object_buffer(ev->arena, buffer));
}

static const Node *find_parameter(const Node *function, Name name) {
    for (uint32_t i = 0; function && i < function->items.count; i++)
        if (function->items.items[i]->name == name) return function->items.items[i];
    return NULL;
}

void stage_annotation(Evaluator *ev, const Node *node) {
    Name name = node->first->name;
    if (!find_parameter(ev->frame->node, name)) return;
    Object *type = evaluate_node(ev, node->second);
    for (uint32_t i = 0; i < ev->kernel->input_names.count; i++)
        if (ev->kernel->input_names.items[i] == name)
            stop_at(ev, DIAG_FRONT_TYPE, node->location, "expected one declaration of `%s`, seen a second one", name);
    if (type->kind == OBJECT_TENSOR_TYPE)
        declare_input(ev, name, type, node);
    else if (type->kind != OBJECT_DTYPE && type->kind != OBJECT_LIBRARY && type->kind != OBJECT_OPAQUE)
        stop_at(ev, DIAG_FRONT_TYPE, node->second->location, "expected a tensor's type, seen %s",
                show_object(ev, type));
}

static Frame enter_function(Evaluator *ev, const FunctionObject *function) {
    Frame frame = {
        .caller = ev->frame, .scope = scope_new(ev->arena, BINDINGS_FUNCTION, function->scope), .staged = true};
    frame.node = function->node;
    return frame;
}

static void add_returned(Evaluator *ev, Object *result, const Node *node) {
    if (result->kind == OBJECT_TUPLE || result->kind == OBJECT_LIST) {
        for (uint32_t i = 0; i < result->list.count; i++) add_returned(ev, result->list.items[i], node);
        return;
    }
    if (result->kind == OBJECT_NONE) return;
    if (result->kind != OBJECT_BUFFER || result->access->buffer->scope != SCOPE_GLOBAL)
        stop_at(ev, DIAG_FRONT_OUTPUT, node->location, "expected the kernel to return tensors, seen %s",
                show_object(ev, result));
    vector_push(ev->arena, ev->kernel->returned, result->access->buffer);
}

static void check_returned(Evaluator *ev) {
    for (uint32_t i = 0; i < ev->kernel->outputs.count; i++) {
        const Buffer *output = ev->kernel->outputs.items[i];
        bool found = false;
        for (uint32_t j = 0; j < ev->kernel->returned.count; j++) found |= ev->kernel->returned.items[j] == output;
        if (!found)
            stop_with_help(ev, DIAG_FRONT_OUTPUT, output->location,
                           arena_format(ev->arena, "end the kernel with `return %s`", output->name),
                           "expected every T.empty tensor to be returned, seen `%s` not returned", output->name);
    }
}

static Flow declare_annotated(Evaluator *ev, const Node *parameter) {
    if (!names_tensor(parameter->first)) return FLOW_NORMAL;
    Object *type = evaluate_node(ev, parameter->first);
    if (type->kind == OBJECT_TENSOR_TYPE) declare_input(ev, parameter->name, type, parameter);
    return FLOW_NORMAL;
}

void run_eager(Evaluator *ev, FunctionObject *kernel, Object *const values[]) {
    const Node *node = kernel->node;
    Frame frame = enter_function(ev, kernel);
    ev->frame = &frame;
    ev->block = ev->function->body;
    for (uint32_t i = 0; i < node->items.count; i++) {
        const Node *parameter = node->items.items[i];
        scope_set(ev->arena, frame.scope, parameter->name,
                  values[i] ? values[i] : opaque_object(ev, "%s", parameter->name));
    }
    for (uint32_t i = 0; i < node->items.count; i++) attempt_node(ev, node->items.items[i], declare_annotated);
    execute_block(ev, &node->body);
    stop_if_failed(ev);
    ev->block = NULL;
    ev->frame = frame.caller;
    if (frame.result) add_returned(ev, frame.result, node);
    check_returned(ev);
}

static Flow declare_parameter(Evaluator *ev, const Node *parameter) {
    if (!parameter->first)
        stop_with_help(ev, DIAG_FRONT_TYPE, parameter->location, "write `A: T.Tensor((M, N), dtype)`",
                       "expected a type of the parameter `%s`, seen none", parameter->name);
    Object *type = evaluate_node(ev, parameter->first);
    if (type->kind == OBJECT_TENSOR_TYPE) {
        declare_input(ev, parameter->name, type, parameter);
        return FLOW_NORMAL;
    }
    if (type->kind == OBJECT_OPAQUE &&
        strcmp(type->text, "T.handle") == 0) { // of TVMScript: T.match_buffer declares it
        bind_name(ev, parameter->name, type);
        return FLOW_NORMAL;
    }
    if (type->kind != OBJECT_DTYPE)
        stop_at(ev, DIAG_FRONT_TYPE, parameter->first->location, "expected T.Tensor(...) or a dtype, seen %s",
                show_object(ev, type));
    DType dtype = type->dtype.type;
    if (!dtype_is_integer(dtype))
        stop_with_help(ev, DIAG_FRONT_UNSUPPORTED, parameter->location,
                       "make it a tensor of one element, or a compile-time parameter of a function around the kernel",
                       "expected an integer as scalar parameter, seen `%s` of %s", parameter->name, dtype_name(dtype));
    Variable *variable = variable_new(ev->function, VARIABLE_SIZE, parameter->name, dtype, parameter->location);
    Size *size = find_size(ev, parameter->name);
    size->variable = variable;
    size->used = size->scalar = true;
    bind_name(ev, parameter->name, object_expr(ev->arena, expr_variable(ev->module, variable)));
    return FLOW_NORMAL;
}

void run_prim_func(Evaluator *ev, FunctionObject *prim) {
    Frame frame = enter_function(ev, prim);
    ev->frame = &frame;
    ev->block = ev->function->body;
    for (uint32_t i = 0; i < prim->node->items.count; i++)
        attempt_node(ev, prim->node->items.items[i], declare_parameter);
    execute_block(ev, &prim->node->body);
    stop_if_failed(ev);
    ev->block = NULL;
    ev->frame = frame.caller;
}

// ---------------------------------------------------------------- sizes from shapes

void bind_sizes(const Buffer *buffer, const Object *tensor) {
    if (!tensor || tensor->kind != OBJECT_TENSOR || tensor->tensor->rank != buffer->rank) return;
    for (int i = 0; i < buffer->rank; i++) {
        const Object *size = tensor->tensor->shape[i];
        if (buffer->shape[i]->kind != EXPR_VARIABLE || size->kind != OBJECT_INT) continue;
        Variable *variable = (Variable *)buffer->shape[i]->variable;
        if (variable->is_bound || variable->kind != VARIABLE_SIZE) continue;
        variable->bound = size->integer;
        variable->is_bound = true;
    }
}

static void run_probe(Evaluator *ev, FunctionObject *kernel, Object *const values[]) {
    jmp_buf escape;
    ev->probe = &escape;
    if (setjmp(escape) == 0) run_eager(ev, kernel, values);
    ev->probe = NULL;
}

static void read_probe(Evaluator *ev, FunctionObject *kernel, Object *const values[]) {
    for (uint32_t i = 0; i < ev->kernel->inputs.count; i++)
        for (uint32_t j = 0; j < kernel->node->items.count; j++)
            if (kernel->node->items.items[j]->name == ev->kernel->input_names.items[i])
                bind_sizes(ev->kernel->inputs.items[i], values[j]);
}

// Runs the kernel's body up to its launch in a module of its own, with sizes as variables, for the declared shapes.
void probe_sizes(Evaluator *ev, FunctionObject *kernel, Object *const values[]) {
    Evaluator saved = *ev;
    Kernel known = *ev->kernel, *probed = arena_new(ev->arena, Kernel);
    *probed = (Kernel){.function = kernel, .probing = true};
    for (uint32_t i = 0; i < known.sizes.count; i++)
        if (!known.sizes.items[i].variable) vector_push(ev->arena, probed->sizes, known.sizes.items[i]);
    ev->kernel = probed;
    ev->module = module_new(ev->context, NULL, 0);
    ev->function = function_new(ev->module, saved.function->name, saved.function->location);
    run_probe(ev, kernel, values);
    read_probe(ev, kernel, values);
    *ev = saved;
    reset_globals(ev);
    for (uint32_t i = 0; i < probed->sizes.count; i++) {
        const Size *size = &probed->sizes.items[i];
        if (!size->variable || !size->variable->is_bound) continue;
        Size found = {.name = size->name, .value = object_int(ev->arena, size->variable->bound)};
        vector_push(ev->arena, ev->kernel->sizes, found);
    }
}
