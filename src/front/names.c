// Names: where they are looked up and bound. A function's blocks of staged code nest inside its own scope.

#include "front/evaluate.h"

static Object *builtin(Evaluator *ev, Name name) {
    const LibraryRow *row = find_row("builtins", name);
    return row ? object_library(ev->arena, row) : NULL;
}

typedef struct Names {
    Evaluator *ev;
    VECTOR(const char *) legal;
} Names;

static void add_scope_names(Names *names, const Bindings *scope) {
    for (uint32_t i = 0; i < scope->capacity; i++)
        if (scope->slots[i].name) vector_push(names->ev->arena, names->legal, scope->slots[i].name);
}

static bool add_global_name(const Node *node, void *user) {
    Names *names = user;
    bool binds = node->kind == NODE_FUNCTION || node->kind == NODE_CLASS;
    if (binds) vector_push(names->ev->arena, names->legal, node->name);
    if (node->kind == NODE_ASSIGN)
        for (uint32_t i = 0; i < node->items.count; i++)
            if (node->items.items[i]->kind == NODE_NAME)
                vector_push(names->ev->arena, names->legal, node->items.items[i]->name);
    return !binds;
}

_Noreturn static void fail_unknown(Evaluator *ev, Name name, const Node *node) {
    Names names = {.ev = ev};
    for (const Bindings *scope = ev->frame->scope; scope; scope = scope->enclosing) add_scope_names(&names, scope);
    walk_nodes(ev->tree, add_global_name, &names);
    const char *const *builtins;
    int count = row_names(ev, "builtins", &builtins);
    for (int i = 0; i < count; i++) vector_push(ev->arena, names.legal, builtins[i]);
    stop_with_help(ev, DIAG_FRONT_NAME, node->location,
                   did_you_mean(ev, name, names.legal.items, (int)names.legal.count),
                   "expected a known name, seen `%s`", name);
}

_Noreturn static void fail_closed(Evaluator *ev, Name name, const Object *closed, const Node *node) {
    if (!ev->search && !ev->probe) {
        if (was_told(ev, DIAG_FRONT_SCOPE, node->location)) fail_now(ev->context);
        report(ev->context, DIAG_FRONT_SCOPE, node->location,
               "expected a name that is alive here, seen `%s`, whose block has ended", name);
        report_note(ev->context, closed->location, "`%s` was last bound here, inside the block", name);
        report_help(ev->context, "bind it before the block; for a value that changes on the chip use T.alloc_var");
        fail_now(ev->context);
    }
    stop_at(ev, DIAG_FRONT_SCOPE, node->location, "`%s` is out of scope", name);
}

Object *lookup_name(Evaluator *ev, Name name, const Node *node) {
    for (const Bindings *scope = ev->frame->scope; scope; scope = scope->enclosing) {
        Object *value = scope->kind == BINDINGS_MODULE ? lookup_global(ev, name) : scope_get(scope, name);
        if (value && value->kind == OBJECT_CLOSED) fail_closed(ev, name, value, node);
        if (value && value->kind == OBJECT_FAILED) fail_now(ev->context);
        if (value) return value;
    }
    Object *value = builtin(ev, name);
    if (value) return value;
    if (ev->opaque_names) return opaque_object(ev, "%s", name);
    fail_unknown(ev, name, node);
}

void bind_name(Evaluator *ev, Name name, Object *value) { scope_set(ev->arena, ev->frame->scope, name, value); }

static void bind_sequence(Evaluator *ev, const Node *target, Object *value) {
    if (value->kind == OBJECT_OPAQUE || value->kind == OBJECT_COMPILED) {
        for (uint32_t i = 0; i < target->items.count; i++)
            assign_target(ev, target->items.items[i], opaque_object(ev, "a part of %s", show_object(ev, value)),
                          target);
        return;
    }
    ObjectList items = need_items(ev, value, target);
    uint32_t count = target->items.count, starred = count;
    for (uint32_t i = 0; i < count; i++)
        if (target->items.items[i]->kind == NODE_STARRED) starred = i;
    if (starred == count ? items.count != count : items.count + 1 < count)
        stop_at(ev, DIAG_FRONT_VALUE, target->location, "expected %u values to unpack, seen %u", count, items.count);
    uint32_t next = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (i != starred) {
            assign_target(ev, target->items.items[i], items.items[next++], target->items.items[i]);
            continue;
        }
        Object *rest = object_list(ev->arena, OBJECT_LIST);
        for (uint32_t left = items.count + 1 - count; left > 0; left--)
            object_append(ev->arena, rest, items.items[next++]);
        assign_target(ev, target->items.items[i]->first, rest, target->items.items[i]);
    }
}

static bool is_foreign(const Object *value) {
    return value->kind == OBJECT_OPAQUE || value->kind == OBJECT_TENSOR || value->kind == OBJECT_COMPILED;
}

void bind_target(Evaluator *ev, const Node *target, Object *value) {
    switch (target->kind) {
    case NODE_NAME: bind_name(ev, target->name, value); break;
    case NODE_TUPLE:
    case NODE_LIST: bind_sequence(ev, target, value); break;
    case NODE_SUBSCRIPT: {
        Object *container = evaluate_node(ev, target->first), *key = evaluate_node(ev, target->second);
        if (container->kind == OBJECT_DICT)
            object_store(ev->arena, container, key, value);
        else if (container->kind == OBJECT_LIST) {
            int64_t index = need_int(ev, key, target->second, "an index");
            if (index < 0) index += container->list.count;
            if (index < 0 || index >= container->list.count)
                stop_at(ev, DIAG_FRONT_VALUE, target->location, "expected an index below %u, seen %lld",
                        container->list.count, (long long)index);
            container->list.items[index] = value;
        } else if (container->kind != OBJECT_OPAQUE && container->kind != OBJECT_TENSOR)
            stop_at(ev, DIAG_FRONT_TYPE, target->location, "expected a list, a dict or a buffer, seen %s",
                    show_object(ev, container));
        break;
    }
    case NODE_ATTRIBUTE:
        if (!is_foreign(evaluate_node(ev, target->first)))
            stop_at(ev, DIAG_FRONT_UNSUPPORTED, target->location, "attributes cannot be assigned to");
        break;
    default: stop_at(ev, DIAG_FRONT_TYPE, target->location, "expected a name to bind");
    }
}
