// The module level, evaluated lazily: a name that is read runs the statements that bind it, in order, once each.
#include <string.h>

#include "front/evaluate.h"

enum { STATE_NEW, STATE_RUNNING, STATE_DONE };

static bool binds_in_target(const Node *target, Name name) {
    if (target->kind == NODE_NAME) return target->name == name;
    if (target->kind == NODE_STARRED) return binds_in_target(target->first, name);
    if (target->kind == NODE_SUBSCRIPT || target->kind == NODE_ATTRIBUTE) return binds_in_target(target->first, name);
    for (uint32_t i = 0; i < target->items.count; i++)
        if (binds_in_target(target->items.items[i], name)) return true;
    return false;
}

typedef struct Finding {
    Name name;
    bool found;
} Finding;

static Name alias_name(const Node *alias) { return alias->text ? alias->text : alias->name; }

static bool imports(const Node *node, Name name) {
    for (uint32_t i = 0; i < node->items.count; i++) {
        Name bound = alias_name(node->items.items[i]);
        size_t first = strcspn(bound, ".");
        if (strncmp(bound, name, first) == 0 && name[first] == '\0') return true;
    }
    return false;
}

static bool find_binding(const Node *node, void *user) {
    Finding *finding = user;
    if (node->kind == NODE_FUNCTION || node->kind == NODE_CLASS) {
        finding->found |= node->name == finding->name;
        return false;
    }
    if (node->kind == NODE_LAMBDA || node->kind == NODE_COMPREHENSION) return false;
    if (node->kind == NODE_ASSIGN)
        for (uint32_t i = 0; i < node->items.count; i++)
            finding->found |= binds_in_target(node->items.items[i], finding->name);
    if (node->kind == NODE_ANNOTATED || node->kind == NODE_AUGMENTED || node->kind == NODE_FOR ||
        node->kind == NODE_WALRUS)
        finding->found |= binds_in_target(node->first, finding->name);
    if (node->kind == NODE_WITH_ITEM && node->second) finding->found |= binds_in_target(node->second, finding->name);
    if (node->kind == NODE_IMPORT || node->kind == NODE_IMPORT_FROM) finding->found |= imports(node, finding->name);
    return true;
}

static bool binds(const Node *statement, Name name) {
    Finding finding = {name, false};
    walk_nodes(statement, find_binding, &finding);
    return finding.found;
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
    for (uint32_t i = 0; i < ev->tree->body.count; i++) {
        const Node *statement = ev->tree->body.items[i];
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

Object *lookup_global(Evaluator *ev, Name name) {
    Object *value = scope_get(ev->globals, name);
    if (value) return value;
    for (uint32_t i = 0; i < ev->tree->body.count; i++) {
        const Node *statement = ev->tree->body.items[i];
        if (ev->global_states[i] == STATE_NEW && !is_main_guard(statement) && binds(statement, name))
            run_global_statement(ev, i);
    }
    return scope_get(ev->globals, name);
}
