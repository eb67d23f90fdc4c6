// Looking at TVMScript's syntax tree, and making nodes of the one that replaces it.
#include <string.h>

#include "front/tvmscript.h"

const char *called_name(const Node *node) {
    bool call = node && node->kind == NODE_CALL && node->first->kind == NODE_ATTRIBUTE;
    return call && node->first->first->kind == NODE_NAME ? node->first->name : "";
}

bool calls(const Node *node, const char *name) { return strcmp(called_name(node), name) == 0; }

const Node *call_keyword(const Node *call, const char *name) {
    for (uint32_t i = 0; i < call->items.count; i++)
        if (call->items.items[i]->kind == NODE_KEYWORD && strcmp(call->items.items[i]->name, name) == 0)
            return call->items.items[i]->first;
    return NULL;
}

const Node *call_positional(const Node *call, uint32_t position) {
    bool given = position < call->items.count && call->items.items[position]->kind != NODE_KEYWORD;
    return given ? call->items.items[position] : NULL;
}

const char *text_of(const Node *node) { return node && node->kind == NODE_STRING ? node->text : ""; }

Name name_bound(const Node *node) {
    const Node *target = node->kind == NODE_ANNOTATED && node->third           ? node->first
                         : node->kind == NODE_ASSIGN && node->items.count == 1 ? node->items.items[0]
                                                                               : NULL;
    return target && target->kind == NODE_NAME ? target->name : NULL;
}

const Node *value_bound(const Node *node) { return node->kind == NODE_ANNOTATED ? node->third : node->first; }

// ---------------------------------------------------------------- new nodes

static void grow(Node *node, const Node *child) {
    if (child && child->height + 1 > node->height) node->height = child->height + 1;
}

static void grow_by_list(Node *node, const NodeList *list) {
    for (uint32_t i = 0; i < list->count; i++) grow(node, list->items[i]);
}

void measure_node(Node *node) {
    node->height = 1;
    grow(node, node->first);
    grow(node, node->second);
    grow(node, node->third);
    grow_by_list(node, &node->items);
    grow_by_list(node, &node->body);
    grow_by_list(node, &node->otherwise);
    grow_by_list(node, &node->decorators);
}

Node *copy_node(Rewriter *rewriter, const Node *node) {
    Node *copy = arena_new(rewriter->arena, Node);
    *copy = *node;
    return copy;
}

Node *make_node(Rewriter *rewriter, NodeKind kind, Location location) {
    Node *node = arena_new(rewriter->arena, Node);
    node->kind = kind;
    node->location = location;
    node->height = 1;
    return node;
}

Node *make_call(Rewriter *rewriter, const char *name, Location location) {
    Node *call = make_node(rewriter, NODE_CALL, location);
    call->first = make_node(rewriter, NODE_ATTRIBUTE, location);
    call->first->name = name_of(rewriter->context, name);
    call->first->first = make_node(rewriter, NODE_NAME, location);
    call->first->first->name = name_of(rewriter->context, "T");
    measure_node(call->first);
    measure_node(call);
    return call;
}

void append_node(Rewriter *rewriter, Node *parent, NodeList *list, Node *item) {
    vector_push(rewriter->arena, *list, item);
    grow(parent, item);
}

void append_list(Rewriter *rewriter, NodeList *list, const NodeList *items) {
    for (uint32_t i = 0; i < items->count; i++) vector_push(rewriter->arena, *list, items->items[i]);
}

void refuse_amount(Rewriter *rewriter, Location location, int most, const char *what) {
    fail(rewriter->context, DIAG_FRONT_NESTING, location, "expected at most %d %s, seen more", most, what);
}
