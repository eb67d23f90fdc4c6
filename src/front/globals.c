// The module level, evaluated lazily: a name that is read runs the statements that bind it, in order, once each.
#include <string.h>

#include "front/evaluate.h"

enum { STATE_NEW, STATE_RUNNING, STATE_DONE, STATE_FAILED };

typedef struct Indexing { // of one statement: the names that it binds are given its place
    Evaluator *ev;
    Object *place;
} Indexing;

static void index_name(Indexing *indexing, Name name) {
    Arena *arena = indexing->ev->arena;
    Object *places = scope_get(indexing->ev->binders, name);
    if (!places) {
        places = object_list(arena, OBJECT_LIST);
        scope_set(arena, indexing->ev->binders, name, places);
    }
    if (places->list.count == 0 || vector_last(places->list) != indexing->place)
        object_append(arena, places, indexing->place);
}

// Names in an assignment's target; `a[i] = x` and `a.b = x` change what a name is bound to.
static void index_target(Indexing *indexing, const Node *target) {
    if (target->kind == NODE_NAME)
        index_name(indexing, target->name);
    else if (target->kind == NODE_STARRED || target->kind == NODE_SUBSCRIPT || target->kind == NODE_ATTRIBUTE)
        index_target(indexing, target->first);
    else
        for (uint32_t i = 0; i < target->items.count; i++) index_target(indexing, target->items.items[i]);
}

// `import a.b` binds a.
static void index_import(Indexing *indexing, const Node *node) {
    for (uint32_t i = 0; i < node->items.count; i++) {
        const Node *alias = node->items.items[i];
        Name bound = alias->text ? alias->text : alias->name;
        index_name(indexing, intern(&indexing->ev->context->names, bound, strcspn(bound, ".")));
    }
}

static bool index_node(const Node *node, void *user) {
    switch (node->kind) {
    case NODE_FUNCTION:
    case NODE_CLASS: index_name(user, node->name); return false;
    case NODE_LAMBDA:
    case NODE_COMPREHENSION: return false;
    case NODE_ASSIGN:
        for (uint32_t i = 0; i < node->items.count; i++) index_target(user, node->items.items[i]);
        return true;
    case NODE_ANNOTATED:
    case NODE_AUGMENTED:
    case NODE_FOR:
    case NODE_WALRUS: index_target(user, node->first); return true;
    case NODE_WITH_ITEM:
        if (node->second) index_target(user, node->second);
        return true;
    case NODE_IMPORT:
    case NODE_IMPORT_FROM: index_import(user, node); return true;
    default: return true;
    }
}

// `if __name__ == "__main__":`
bool is_main_guard(const Node *statement) {
    if (statement->kind != NODE_IF || statement->first->kind != NODE_COMPARE) return false;
    const Node *left = statement->first->first, *right = statement->first->items.items[0]->first;
    const Node *name = left->kind == NODE_NAME ? left : right;
    return name->kind == NODE_NAME && strcmp(name->name, "__name__") == 0;
}

void index_globals(Evaluator *ev) {
    ev->globals = scope_new(ev->arena, BINDINGS_MODULE, NULL);
    ev->global_states = arena_allocate(ev->arena, ev->tree->body.count);
    ev->binders = scope_new(ev->arena, BINDINGS_MODULE, NULL);
    for (uint32_t i = 0; i < ev->tree->body.count; i++) {
        const Node *statement = ev->tree->body.items[i];
        Indexing indexing = {ev, object_int(ev->arena, i)};
        if (!is_main_guard(statement)) walk_nodes(statement, index_node, &indexing);
        ev->opaque_names |= statement->kind == NODE_IMPORT_FROM && statement->items.count == 0;
    }
    scope_set(ev->arena, ev->globals, name_of(ev->context, "__name__"),
              object_text(ev->arena, name_of(ev->context, "__main__")));
}

void run_global_statement(Evaluator *ev, uint32_t index) {
    if (ev->global_states[index] != STATE_NEW) return;
    ev->global_states[index] = STATE_RUNNING;
    Frame frame = {.caller = ev->frame, .scope = ev->globals};
    Block *block = ev->block;
    Statement *launch = ev->launch;
    ev->block = NULL;
    ev->launch = NULL;
    ev->frame = &frame;
    execute_statement(ev, ev->tree->body.items[index]);
    ev->frame = frame.caller;
    ev->block = block;
    ev->launch = launch;
    ev->global_states[index] = STATE_DONE;
}

void fail_running_globals(Evaluator *ev) {
    for (uint32_t i = 0; i < ev->tree->body.count; i++)
        if (ev->global_states[i] == STATE_RUNNING) ev->global_states[i] = STATE_FAILED;
}

Object *lookup_global(Evaluator *ev, Name name) {
    Object *value = scope_get(ev->globals, name);
    if (value) return value;
    const Object *places = scope_get(ev->binders, name);
    for (uint32_t i = 0; places && i < places->list.count; i++) {
        uint32_t index = (uint32_t)places->list.items[i]->integer;
        if (ev->global_states[index] == STATE_FAILED) fail_now(ev->context);
        run_global_statement(ev, index);
    }
    return scope_get(ev->globals, name);
}
