// Functions: what a `def` makes. Decorators say which kind it is; those of other modules leave it as it is.
#include <string.h>

#include "front/evaluate.h"

typedef struct Marks {
    bool has_prim_func;
} Marks;

static bool decorator_is(const Node *decorator, const char *name) {
    const Node *callee = decorator->kind == NODE_CALL ? decorator->first : decorator;
    return (callee->kind == NODE_NAME || callee->kind == NODE_ATTRIBUTE) && strcmp(callee->name, name) == 0;
}

static const Node *find_decorator(const Node *function, const char *name) {
    for (uint32_t i = 0; i < function->decorators.count; i++)
        if (decorator_is(function->decorators.items[i], name)) return function->decorators.items[i];
    return NULL;
}

static bool find_prim_func(const Node *node, void *user) {
    Marks *marks = user;
    if (node->kind != NODE_FUNCTION && node->kind != NODE_LAMBDA) return true;
    if (node->kind == NODE_FUNCTION && find_decorator(node, "prim_func")) marks->has_prim_func = true;
    return false;
}

// True if its own body, not that of a function inside, defines a @T.prim_func.
static bool makes_prim_func(const Node *function) {
    Marks marks = {0};
    for (uint32_t i = 0; i < function->body.count; i++) walk_nodes(function->body.items[i], find_prim_func, &marks);
    return marks.has_prim_func;
}

static FunctionKind function_kind(const Node *node) {
    if (node->kind == NODE_LAMBDA) return FUNCTION_PLAIN;
    if (find_decorator(node, "prim_func")) return FUNCTION_PRIM;
    if (find_decorator(node, "macro")) return FUNCTION_MACRO;
    if (find_decorator(node, "jit") || find_decorator(node, "lazy_jit") || makes_prim_func(node))
        return FUNCTION_KERNEL;
    return FUNCTION_PLAIN;
}

static const Node *keyword_of(const Node *call, const char *name) {
    if (!call || call->kind != NODE_CALL) return NULL;
    for (uint32_t i = 0; i < call->items.count; i++)
        if (call->items.items[i]->kind == NODE_KEYWORD && strcmp(call->items.items[i]->name, name) == 0)
            return call->items.items[i]->first;
    return NULL;
}

Object *make_function(Evaluator *ev, const Node *node) {
    FunctionObject *function = arena_new(ev->arena, FunctionObject);
    function->node = node;
    function->scope = ev->frame->scope;
    function->kind = function_kind(node);
    const Node *jit = node->kind == NODE_FUNCTION ? find_decorator(node, "jit") : NULL;
    function->jit = jit != NULL;
    function->out_idx = keyword_of(jit, "out_idx");
    function->defaults = arena_new_array(ev->arena, Object *, node->items.count);
    for (uint32_t i = 0; i < node->items.count; i++)
        if (node->items.items[i]->second) function->defaults[i] = evaluate_node(ev, node->items.items[i]->second);
    Object *object = object_new(ev->arena, OBJECT_FUNCTION);
    object->function = function;
    object->location = node->location;
    return object;
}
