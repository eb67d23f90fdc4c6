// Loops over blocks and threads: those over blocks become one T.Kernel, threads are none here.
#include <string.h>

#include "front/tvmscript.h"

typedef struct Head { // one bound axis
    const char *tag;  // "blockIdx.x"
    const Node *extent, *node;
    Name name;            // NULL if it is not named
    const NodeList *body; // NULL: the rest of the block
} Head;

typedef struct Launch {
    const Node *extents[3];
    Name names[3];
    const Node *first;
} Launch;

static const char *declared_tag(const Rewriter *rewriter, const Node *name) {
    for (uint32_t i = rewriter->declared.count; name && name->kind == NODE_NAME && i > 0; i--)
        if (rewriter->declared.items[i - 1].name == name->name) return rewriter->declared.items[i - 1].tag;
    return "";
}

_Noreturn static void refuse_axis(Rewriter *rewriter, Location location, const char *tag) {
    report(rewriter->context, DIAG_FRONT_GPU_ONLY, location, "an axis bound to \"%s\" is GPU-only", tag);
    report_help(rewriter->context, "bind blockIdx.x, blockIdx.y and blockIdx.z; blocks have no threads here");
    fail_now(rewriter->context);
}

// for bx in T.thread_binding(n, thread="blockIdx.x"), or with (0, n)
static void read_binding(Rewriter *rewriter, const Node *loop, Head *head) {
    const Node *call = loop->second, *start = call_positional(call, 0), *stop = call_positional(call, 1);
    head->tag = text_of(call_keyword(call, "thread"));
    if (stop && stop->kind == NODE_STRING) {
        head->tag = stop->text;
        stop = NULL;
    }
    if (stop && (start->kind != NODE_INT || start->integer != 0))
        fail(rewriter->context, DIAG_FRONT_UNSUPPORTED, start->location,
             "expected an axis that starts at 0, seen another start");
    head->extent = stop ? stop : start;
    head->name = loop->first->kind == NODE_NAME ? loop->first->name : NULL;
    head->body = &loop->body;
}

// T.launch_thread("blockIdx.x", n), or of a name that T.env_thread("blockIdx.x") gave
static void read_launch(Rewriter *rewriter, const Node *call, Name name, Head *head) {
    const Node *axis = call_positional(call, 0);
    bool text = axis && axis->kind == NODE_STRING;
    head->tag = text ? axis->text : declared_tag(rewriter, axis);
    head->extent = call_positional(call, 1);
    head->name = name || text || !axis ? name : axis->name;
}

static bool read_head(Rewriter *rewriter, const Node *statement, Head *head) {
    *head = (Head){.node = statement};
    if (statement->kind == NODE_FOR && calls(statement->second, "thread_binding"))
        read_binding(rewriter, statement, head);
    else if (statement->kind == NODE_WITH && calls(statement->items.items[0]->first, "launch_thread")) {
        const Node *item = statement->items.items[0], *target = item->second;
        read_launch(rewriter, item->first, target && target->kind == NODE_NAME ? target->name : NULL, head);
        head->body = &statement->body;
    } else if (name_bound(statement) && calls(value_bound(statement), "launch_thread"))
        read_launch(rewriter, value_bound(statement), name_bound(statement), head);
    else if (statement->kind == NODE_EXPRESSION && calls(statement->first, "launch_thread"))
        read_launch(rewriter, statement->first, NULL, head);
    else
        return false;
    if (!head->extent || !*head->tag)
        fail(rewriter->context, DIAG_FRONT_ARGUMENTS, statement->location,
             "expected an extent and a thread axis such as \"blockIdx.x\", seen none");
    return true;
}

static void add_thread(Rewriter *rewriter, Name name, const char *tag, Location location) {
    if (rewriter->threads.count == MAX_THREAD_NAMES)
        refuse_amount(rewriter, location, MAX_THREAD_NAMES, "names of threads");
    if (name) vector_push(rewriter->arena, rewriter->threads, ((ThreadName){name, tag}));
}

static bool is_block(const Head *head) {
    return strncmp(head->tag, "blockIdx.", 9) == 0 && head->tag[9] >= 'x' && head->tag[9] <= 'z' && !head->tag[10];
}

static void add_axis(Rewriter *rewriter, Launch *launch, const Head *head) {
    if (!is_block(head)) {
        if (strncmp(head->tag, "threadIdx.", 10) != 0) refuse_axis(rewriter, head->node->location, head->tag);
        add_thread(rewriter, head->name, head->tag, head->node->location);
        return;
    }
    int axis = head->tag[9] - 'x';
    if (launch->extents[axis])
        fail(rewriter->context, DIAG_FRONT_LAUNCH, head->node->location, "expected each axis once, seen %s twice",
             head->tag);
    launch->extents[axis] = head->extent;
    launch->names[axis] = head->name;
}

bool binds_thread(Rewriter *rewriter, const Node *statement) {
    Name name = name_bound(statement);
    if (!name) return false;
    const Node *call = value_bound(statement), *axis = call->kind == NODE_CALL ? call_positional(call, 0) : NULL;
    if (calls(call, "env_thread")) {
        if (rewriter->declared.count == MAX_THREAD_NAMES)
            refuse_amount(rewriter, statement->location, MAX_THREAD_NAMES, "thread axes");
        vector_push(rewriter->arena, rewriter->declared, ((ThreadName){name, text_of(axis)}));
        return true;
    }
    if (!calls(call, "launch_thread_idx")) return false;
    static const char *const tags[] = {"threadIdx.x", "threadIdx.y", "threadIdx.z"};
    bool known = axis && axis->kind == NODE_INT && axis->integer >= 0 && axis->integer < 3;
    add_thread(rewriter, name, known ? tags[axis->integer] : "threadIdx", statement->location);
    return true;
}

// A `with` of several items is one inside the other.
static NodeList separate_items(Rewriter *rewriter, const Node *statement) {
    if (statement->items.count > 6) refuse_amount(rewriter, statement->location, 6, "axes of a launch");
    Node *outer = copy_node(rewriter, statement), *inner = copy_node(rewriter, statement);
    outer->items = inner->items = (NodeList){0};
    append_node(rewriter, outer, &outer->items, statement->items.items[0]);
    for (uint32_t i = 1; i < statement->items.count; i++)
        append_node(rewriter, inner, &inner->items, statement->items.items[i]);
    outer->body = (NodeList){0};
    append_node(rewriter, outer, &outer->body, inner);
    NodeList result = {0};
    vector_push(rewriter->arena, result, outer);
    return result;
}

// Follows loops over blocks and threads inwards; what the innermost one runs is left in `body`.
static void gather(Rewriter *rewriter, Launch *launch, const NodeList *list, uint32_t from, NodeList *body) {
    for (;;) {
        while (from < list->count && binds_thread(rewriter, list->items[from])) from++;
        if (from == list->count) break;
        const Node *statement = list->items[from];
        Head head;
        if (!read_head(rewriter, statement, &head) || (head.body && launch->first && from + 1 < list->count)) break;
        if (!launch->first) launch->first = statement;
        if (statement->kind == NODE_WITH && statement->items.count > 1) {
            NodeList *separate = arena_new(rewriter->arena, NodeList);
            *separate = separate_items(rewriter, statement);
            read_head(rewriter, separate->items[0], &head);
        }
        add_axis(rewriter, launch, &head);
        list = head.body ? head.body : list;
        from = head.body ? 0 : from + 1;
    }
    NodeList left = {.items = list->items + from, .count = list->count - from, .capacity = list->count - from};
    *body = left;
}

static Node *axis_node(Rewriter *rewriter, const Launch *launch, int axis, bool name) {
    Node *node = make_node(rewriter, name ? NODE_NAME : NODE_INT, launch->first->location);
    if (name)
        node->name = launch->names[axis] ? launch->names[axis] : name_of(rewriter->context, "_");
    else
        node->integer = 1;
    return !name && launch->extents[axis] ? copy_node(rewriter, launch->extents[axis]) : node;
}

// with T.Kernel(x, y, z) as (bx, by, bz):
static Node *make_kernel(Rewriter *rewriter, const Launch *launch) {
    int rank = launch->extents[2] ? 3 : launch->extents[1] ? 2 : 1;
    Location location = launch->first->location;
    Node *with = make_node(rewriter, NODE_WITH, location), *item = make_node(rewriter, NODE_WITH_ITEM, location);
    Node *call = make_call(rewriter, "Kernel", location), *tuple = make_node(rewriter, NODE_TUPLE, location);
    for (int axis = 0; axis < rank; axis++) {
        append_node(rewriter, call, &call->items, axis_node(rewriter, launch, axis, false));
        append_node(rewriter, tuple, &tuple->items, axis_node(rewriter, launch, axis, true));
    }
    item->first = call;
    item->second = tuple;
    measure_node(item);
    append_node(rewriter, with, &with->items, item);
    return with;
}

Node *rewrite_launch(Rewriter *rewriter, const NodeList *statements, uint32_t index, bool *rest) {
    Head head;
    if (!read_head(rewriter, statements->items[index], &head)) return NULL;
    *rest = !head.body;
    Launch launch = {0};
    NodeList body;
    const NodeList one = {.items = statements->items + index, .count = 1, .capacity = 1};
    gather(rewriter, &launch, head.body ? &one : statements, head.body ? 0 : index, &body);
    Node *with = make_kernel(rewriter, &launch);
    rewriter->launched = true;
    with->body = rewrite_statements(rewriter, &body);
    rewriter->launched = false;
    measure_node(with);
    return with;
}

// Inside of a launch only threads are bound: their bodies are run once.
bool enters_thread(Rewriter *rewriter, const Node *statement, const NodeList **body) {
    Head head;
    if (!read_head(rewriter, statement, &head)) return false;
    if (is_block(&head))
        fail(rewriter->context, DIAG_FRONT_LAUNCH, statement->location,
             "expected the loops over blocks directly inside one another, seen %s inside of other statements",
             head.tag);
    Launch none = {.first = statement};
    add_axis(rewriter, &none, &head);
    *body = head.body;
    return true;
}

// ---------------------------------------------------------------- uses of threads

static bool find_thread(const Node *node, void *user) {
    Rewriter *rewriter = user;
    for (uint32_t i = 0; node->kind == NODE_NAME && i < rewriter->threads.count; i++)
        if (rewriter->threads.items[i].name == node->name) {
            report(rewriter->context, DIAG_FRONT_GPU_ONLY, node->location, "`%s` is %s, which is GPU-only", node->name,
                   rewriter->threads.items[i].tag);
            report_help(rewriter->context, "blocks have no threads here; use T.Parallel for what threads did");
            fail_now(rewriter->context);
        }
    return true;
}

void refuse_threads(Rewriter *rewriter, const Node *tree) { walk_nodes(tree, find_thread, rewriter); }
