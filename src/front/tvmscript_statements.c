// Statements of TVMScript in TileLang's spelling: blocks are taken apart, what only GPUs need is left out or refused.
#include <string.h>

#include "front/tvmscript.h"

#define MAX_BLOCKS 128

typedef void Rewrite(Rewriter *rewriter, const Node *statement, NodeList *out);

static void keep(Rewriter *rewriter, Node *node, NodeList *out) { vector_push(rewriter->arena, *out, node); }

static void drop(Rewriter *rewriter, const Node *statement, NodeList *out) {
    (void)rewriter;
    (void)statement;
    (void)out;
}

// ---------------------------------------------------------------- hints

// Hints are rows of tvmscript.def under their own name; a call of it adds them to the note.
static void keep_hint(Rewriter *rewriter, const char *name, Location location, NodeList *out) {
    Node *statement = make_node(rewriter, NODE_EXPRESSION, location);
    statement->first = make_call(rewriter, name, location);
    measure_node(statement);
    keep(rewriter, statement, out);
}

static bool is_hint(const char *key) {
    static const char *const hints[] = {"threadblock_swizzle_pattern", "layout_map", "padding_map", "safe_value_map",
                                        "tl.assume"};
    for (size_t i = 0; i < sizeof hints / sizeof *hints; i++)
        if (strcmp(hints[i], key) == 0) return true;
    return strncmp(key, "pragma_", 7) == 0;
}

static void keep_key(Rewriter *rewriter, const char *key, Location location, NodeList *out) {
    if (!is_hint(key)) {
        report(rewriter->context, DIAG_FRONT_GPU_ONLY, location, "the attribute \"%s\" is GPU-only", key);
        report_help(rewriter->context, "print the kernel before TileLang lowers it for a GPU");
        fail_now(rewriter->context);
    }
    const char *name = strcmp(key, "tl.assume") == 0 ? "assume" : strncmp(key, "pragma_", 7) == 0 ? "pragma" : key;
    keep_hint(rewriter, name, location, out);
}

// T.attr(None, "threadblock_swizzle_pattern", value), as a statement or as a block
static void rewrite_attr(Rewriter *rewriter, const Node *statement, NodeList *out) {
    const Node *call = statement->kind == NODE_WITH ? statement->items.items[0]->first : statement->first;
    keep_key(rewriter, text_of(call_positional(call, 1)), call->location, out);
    if (statement->kind != NODE_WITH) return;
    NodeList body = rewrite_statements(rewriter, &statement->body);
    append_list(rewriter, out, &body);
}

// T.sblock_attr({"tl.launch_threads": [128, 1, 1], ...})
static void rewrite_block_attr(Rewriter *rewriter, const Node *statement, NodeList *out) {
    const Node *dict = call_positional(statement->first, 0);
    for (uint32_t i = 0; dict && dict->kind == NODE_DICT && i < dict->items.count; i++) {
        const Node *pair = dict->items.items[i];
        const char *key = pair->kind == NODE_PAIR ? text_of(pair->first) : "";
        if (strncmp(key, "reducer_info", 12) == 0)
            rewriter->reducers = pair->second;
        else if (strcmp(key, "tl.launch_threads") != 0)
            keep_key(rewriter, key, pair->location, out);
    }
}

// ---------------------------------------------------------------- jumps and blocks

// The message may be left out of the print: metadata["tirx.StringImm"][0].
static void rewrite_assertion(Rewriter *rewriter, const Node *statement, NodeList *out) {
    const Node *call = statement->first, *message = call_positional(call, 1);
    Node *copy = copy_node(rewriter, statement);
    if (message && message->kind != NODE_STRING) {
        copy->first = copy_node(rewriter, call);
        copy->first->items.count = 1;
    }
    keep(rewriter, copy, out);
}

static void rewrite_break(Rewriter *rewriter, const Node *statement, NodeList *out) {
    keep(rewriter, make_node(rewriter, NODE_BREAK, statement->location), out);
}

static void rewrite_continue(Rewriter *rewriter, const Node *statement, NodeList *out) {
    keep(rewriter, make_node(rewriter, NODE_CONTINUE, statement->location), out);
}

static void rewrite_block(Rewriter *rewriter, const Node *statement, NodeList *out) {
    NodeList body = rewrite_statements(rewriter, &statement->body);
    append_list(rewriter, out, &body);
}

_Noreturn static void refuse_init(Rewriter *rewriter, const Node *statement) {
    report(rewriter->context, DIAG_FRONT_UNSUPPORTED, statement->location,
           "expected blocks whose statements run once a visit, seen `T.init()`");
    report_help(rewriter->context, "fill the accumulator before the loops");
    fail_now(rewriter->context);
}

static void rewrite_init(Rewriter *rewriter, const Node *statement, NodeList *out) {
    (void)out;
    refuse_init(rewriter, statement);
}

// ---------------------------------------------------------------- allocations

// The operation of a reducer: {data: {"op": "sum"}}
static const char *reducer_operation(const Rewriter *rewriter, const Node *data) {
    const Node *dict = rewriter->reducers;
    for (uint32_t i = 0; data && dict && dict->kind == NODE_DICT && i < dict->items.count; i++) {
        const Node *pair = dict->items.items[i];
        if (pair->kind != NODE_PAIR || pair->first->kind != NODE_NAME || pair->first->name != data->name) continue;
        for (uint32_t j = 0; pair->second->kind == NODE_DICT && j < pair->second->items.count; j++) {
            const Node *entry = pair->second->items.items[j];
            if (entry->kind == NODE_PAIR && strcmp(text_of(entry->first), "op") == 0) return text_of(entry->second);
        }
    }
    return "sum";
}

// acc = T.sblock_alloc_buffer((32,), data=acc_data, scope="local.reducer")
static void rewrite_reducer(Rewriter *rewriter, const Node *statement, NodeList *out) {
    const Node *old = value_bound(statement);
    Node *copy = copy_node(rewriter, statement), *call = copy_node(rewriter, old);
    call->items = (NodeList){0};
    for (uint32_t i = 0; i < old->items.count; i++) {
        const Node *item = old->items.items[i];
        bool data = item->kind == NODE_KEYWORD && strcmp(item->name, "data") == 0;
        if (!data) append_node(rewriter, call, &call->items, old->items.items[i]);
    }
    Node *keyword = make_node(rewriter, NODE_KEYWORD, old->location);
    keyword->name = name_of(rewriter->context, "op");
    keyword->first = make_node(rewriter, NODE_STRING, old->location);
    keyword->first->text = name_of(rewriter->context, reducer_operation(rewriter, call_keyword(old, "data")));
    measure_node(keyword);
    append_node(rewriter, call, &call->items, keyword);
    copy->first = call;
    keep(rewriter, copy, out);
}

// ---------------------------------------------------------------- axes of older blocks

// vi = T.axis.spatial(n, e); vi, vj = T.axis.remap("SS", [i, j])
static bool rewrite_axis(Rewriter *rewriter, const Node *statement, NodeList *out) {
    const Node *call = statement->kind == NODE_ASSIGN ? statement->first : NULL;
    bool axis = call && call->kind == NODE_CALL && call->first->kind == NODE_ATTRIBUTE &&
                call->first->first->kind == NODE_ATTRIBUTE && strcmp(call->first->first->name, "axis") == 0;
    if (!axis) return false;
    const Node *value = call_positional(call, 1);
    if (!value)
        fail(rewriter->context, DIAG_FRONT_ARGUMENTS, call->location, "expected the value of the axis, seen none");
    bool single = value->kind == NODE_LIST && value->items.count == 1 && statement->items.items[0]->kind == NODE_NAME;
    Node *copy = copy_node(rewriter, statement);
    copy->first = single ? value->items.items[0] : (Node *)value;
    keep(rewriter, copy, out);
    return true;
}

// ---------------------------------------------------------------- all statements

typedef struct Row {
    const char *name;
    Rewrite *rewrite;
} Row;

static const Row expressions[] = {
    {"reads", drop},
    {"writes", drop},
    {"sblock_attr", rewrite_block_attr},
    {"block_attr", rewrite_block_attr},
    {"attr", rewrite_attr},
    {"break_loop", rewrite_break},
    {"continue_loop", rewrite_continue},
    {"device_assert_with_msg", rewrite_assertion},
};
static const Row blocks[] = {
    {"sblock", rewrite_block},
    {"block", rewrite_block},
    {"attr", rewrite_attr},
    {"init", rewrite_init},
};
static const Row values[] = {
    {"handle", drop},
};

static bool apply(Rewriter *rewriter, const Row *rows, size_t count, const Node *call, const Node *statement,
                  NodeList *out) {
    for (size_t i = 0; i < count; i++) {
        if (!calls(call, rows[i].name)) continue;
        rows[i].rewrite(rewriter, statement, out);
        return true;
    }
    return false;
}

#define APPLY(rows, call) apply(rewriter, rows, sizeof rows / sizeof *rows, call, statement, out)

static bool rewrite_simple(Rewriter *rewriter, const Node *statement, NodeList *out) {
    if (statement->kind == NODE_EXPRESSION) return APPLY(expressions, statement->first);
    if (statement->kind == NODE_WITH) return APPLY(blocks, statement->items.items[0]->first);
    if (binds_thread(rewriter, statement) || rewrite_variables(rewriter, statement, out) ||
        rewrite_axis(rewriter, statement, out))
        return true;
    if (!name_bound(statement)) return false;
    const Node *value = value_bound(statement);
    bool allocates = calls(value, "sblock_alloc_buffer") || calls(value, "alloc_buffer");
    if (allocates && strcmp(text_of(call_keyword(value, "scope")), "local.reducer") == 0) {
        rewrite_reducer(rewriter, statement, out);
        return true;
    }
    return APPLY(values, value);
}

// Statements that hold others: theirs are rewritten too.
static Node *rewrite_inner(Rewriter *rewriter, const Node *statement) {
    Node *copy = copy_node(rewriter, statement);
    NodeList lets = statement->kind == NODE_FOR ? awaited_lets(rewriter, statement) : (NodeList){0};
    NodeList body = rewrite_statements(rewriter, &statement->body);
    bool persistent = lets.count > 0 && body.count == 1;
    append_list(rewriter, &lets, &body);
    if (persistent) join_guards(rewriter, &lets);
    copy->body = lets;
    copy->otherwise = rewrite_statements(rewriter, &statement->otherwise);
    measure_node(copy);
    return copy;
}

// A launch or a binding of a thread. True if the rest of the block went into it.
static bool rewrite_binding(Rewriter *rewriter, const NodeList *statements, uint32_t i, NodeList *out, bool *found) {
    bool rest = false;
    if (!rewriter->launched) {
        Node *launch = rewrite_launch(rewriter, statements, i, &rest);
        *found = launch != NULL;
        if (launch) keep(rewriter, launch, out);
        return rest;
    }
    const NodeList *body;
    *found = enters_thread(rewriter, statements->items[i], &body);
    if (*found && body) {
        NodeList inner = rewrite_statements(rewriter, body);
        append_list(rewriter, out, &inner);
    }
    return false;
}

// T.where(condition): the rest of the block runs only where it holds.
static bool rewrite_where(Rewriter *rewriter, const NodeList *statements, uint32_t i, NodeList *out) {
    const Node *statement = statements->items[i];
    bool where = statement->kind == NODE_EXPRESSION && calls(statement->first, "where");
    if (!where || !call_positional(statement->first, 0)) return false;
    const NodeList left = {
        .items = statements->items + i + 1, .count = statements->count - i - 1, .capacity = statements->count - i - 1};
    Node *branch = make_node(rewriter, NODE_IF, statement->location);
    branch->first = (Node *)call_positional(statement->first, 0);
    branch->body = rewrite_statements(rewriter, &left);
    measure_node(branch);
    keep(rewriter, branch, out);
    return true;
}

NodeList rewrite_statements(Rewriter *rewriter, const NodeList *statements) {
    NodeList out = {0};
    if (++rewriter->depth > MAX_BLOCKS)
        refuse_amount(rewriter, statements->items[0]->location, MAX_BLOCKS, "blocks inside one another");
    for (uint32_t i = 0; i < statements->count; i++) {
        Node *statement = statements->items[i];
        bool found;
        if (rewrite_binding(rewriter, statements, i, &out, &found) || rewrite_where(rewriter, statements, i, &out))
            break;
        if (found || rewrite_simple(rewriter, statement, &out) || await_loop(rewriter, statement)) continue;
        bool holds = statement->body.count > 0 && statement->kind != NODE_FUNCTION && statement->kind != NODE_CLASS;
        keep(rewriter, holds ? rewrite_inner(rewriter, statement) : statement, &out);
    }
    rewriter->depth--;
    return out;
}
