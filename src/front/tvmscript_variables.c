// Variables that TVMScript declares before they are bound: sizes, and loop variables with the values that use them.
#include <string.h>

#include "front/tvmscript.h"

static bool declares_variable(const Node *value) {
    static const char *const types[] = {"int32", "int64", "uint32"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (calls(value, types[i]) && value->items.count == 0) return true;
    return false;
}

// m = T.int32(): a size, or inside of a launch the variable of a loop that follows
static void rewrite_variable(Rewriter *rewriter, const Node *statement, const Node *target, const Node *value,
                             NodeList *out) {
    if (rewriter->launched) {
        if (rewriter->awaited.count == MAX_AWAITED)
            refuse_amount(rewriter, statement->location, MAX_AWAITED, "loop variables declared before their loops");
        vector_push(rewriter->arena, rewriter->awaited, ((Awaited){.declaration = statement, .name = target->name}));
        return;
    }
    Node *assign = make_node(rewriter, NODE_ASSIGN, statement->location);
    append_node(rewriter, assign, &assign->items, (Node *)target);
    assign->first = make_call(rewriter, "dynamic", value->location);
    Node *text = make_node(rewriter, NODE_STRING, target->location);
    text->text = target->name;
    append_node(rewriter, assign->first, &assign->first->items, text);
    measure_node(assign);
    vector_push(rewriter->arena, *out, assign);
}

// m, n = T.int32(), T.int32()
bool rewrite_variables(Rewriter *rewriter, const Node *statement, NodeList *out) {
    if (statement->kind != NODE_ASSIGN || statement->items.count != 1) return false;
    const Node *target = statement->items.items[0], *value = statement->first;
    if (target->kind == NODE_NAME && declares_variable(value)) {
        rewrite_variable(rewriter, statement, target, value, out);
        return true;
    }
    bool tuples = target->kind == NODE_TUPLE && value->kind == NODE_TUPLE && target->items.count == value->items.count;
    for (uint32_t i = 0; tuples && i < value->items.count; i++)
        tuples = declares_variable(value->items.items[i]) && target->items.items[i]->kind == NODE_NAME;
    for (uint32_t i = 0; tuples && i < value->items.count; i++)
        rewrite_variable(rewriter, statement, target->items.items[i], value->items.items[i], out);
    return tuples;
}

typedef struct Mention {
    const Awaited *awaited;
    bool found;
} Mention;

static bool find_mention(const Node *node, void *user) {
    Mention *mention = user;
    if (node->kind != NODE_NAME) return true;
    mention->found |= node->name == mention->awaited->name;
    for (uint32_t i = 0; i < mention->awaited->lets.count; i++)
        mention->found |= node->name == name_bound(mention->awaited->lets.items[i]);
    return true;
}

// A let in front of the loop whose variable it uses belongs into the loop.
bool await_loop(Rewriter *rewriter, Node *statement) {
    for (uint32_t i = 0; name_bound(statement) && i < rewriter->awaited.count; i++) {
        Mention mention = {&rewriter->awaited.items[i], false};
        if (mention.awaited->name) walk_nodes(value_bound(statement), find_mention, &mention);
        if (!mention.found) continue;
        if (rewriter->awaited.items[i].lets.count == MAX_AWAITED_LETS)
            refuse_amount(rewriter, statement->location, MAX_AWAITED_LETS, "values before their loop");
        vector_push(rewriter->arena, rewriter->awaited.items[i].lets, statement);
        return true;
    }
    return false;
}

NodeList awaited_lets(Rewriter *rewriter, const Node *loop) {
    NodeList lets = {0};
    for (uint32_t i = 0; i < rewriter->awaited.count && loop->first->kind == NODE_NAME; i++) {
        Awaited *awaited = &rewriter->awaited.items[i];
        if (awaited->name != loop->first->name) continue;
        append_list(rewriter, &lets, &awaited->lets);
        awaited->name = NULL;
    }
    return lets;
}

// The two guards of T.Persistent, one inside the other, are one conjunction.
void join_guards(Rewriter *rewriter, NodeList *body) {
    Node *outer = body->items[body->count - 1];
    if (outer->kind != NODE_IF || outer->body.count != 1 || outer->otherwise.count > 0) return;
    Node *inner = outer->body.items[0];
    if (inner->kind != NODE_IF || inner->otherwise.count > 0) return;
    Node *both = make_node(rewriter, NODE_LOGIC, outer->first->location), *joined = copy_node(rewriter, inner);
    both->op = OPERATOR_AND;
    both->first = outer->first;
    both->second = inner->first;
    measure_node(both);
    joined->first = both;
    joined->location = outer->location;
    measure_node(joined);
    body->items[body->count - 1] = joined;
}
