// Going on behind an error in a kernel's body, so that one run tells them all. A statement with an error is left out,
// and the names that it would have bound stand for failed values: what uses one is left out too, without a word.
#include "front/evaluate.h"

#define MAX_FAILURES 1000 // statements left out, most of them quietly

typedef struct Attempt {
    Evaluator *ev;
    const Node *node;
    Work *work;
    Flow flow;
} Attempt;

static void attempt(Context *context, void *user) {
    (void)context;
    Attempt *job = user;
    job->flow = job->work(job->ev, job->node);
}

static Object *failed_object(Evaluator *ev, Location location) {
    Object *failed = object_new(ev->arena, OBJECT_FAILED);
    failed->location = location;
    return failed;
}

// ---------------------------------------------------------------- names of what was left out

// A name that stands for a T.alloc_var keeps doing so: the statement would have stored to it.
static void fail_name(Evaluator *ev, const Node *target) {
    for (const Bindings *scope = ev->frame->scope; scope && scope->kind != BINDINGS_MODULE; scope = scope->enclosing) {
        const Object *value = scope_get(scope, target->name);
        if (value && object_is_variable(value)) return;
    }
    bind_name(ev, target->name, failed_object(ev, target->location));
}

static void fail_target(Evaluator *ev, const Node *target) {
    if (target->kind == NODE_NAME)
        fail_name(ev, target);
    else if (target->kind == NODE_STARRED)
        fail_target(ev, target->first);
    else if (target->kind == NODE_TUPLE || target->kind == NODE_LIST)
        for (uint32_t i = 0; i < target->items.count; i++) fail_target(ev, target->items.items[i]);
}

static bool fail_names(const Node *node, void *user) {
    Evaluator *ev = user;
    switch (node->kind) {
    case NODE_ASSIGN:
        for (uint32_t i = 0; i < node->items.count; i++) fail_target(ev, node->items.items[i]);
        return true;
    case NODE_ANNOTATED:
    case NODE_AUGMENTED:
    case NODE_FOR:
    case NODE_WALRUS: fail_target(ev, node->first); return true;
    case NODE_WITH_ITEM:
        if (node->second) fail_target(ev, node->second);
        return true;
    case NODE_PARAMETER:
    case NODE_FUNCTION:
    case NODE_CLASS: fail_name(ev, node); return false;
    default: return node->kind != NODE_LAMBDA && node->kind != NODE_COMPREHENSION;
    }
}

// ---------------------------------------------------------------- statements

// In a kernel's body, and not while something is only tried.
static bool recovers(const Evaluator *ev) { return stages_ir(ev) && !ev->search && !ev->probe; }

// No statement ends code that does not.
static bool is_limit(DiagnosticCode code) { return code == DIAG_FRONT_STEPS || code == DIAG_FRONT_NESTING; }

static Flow leave_out(Evaluator *ev, const Node *node) {
    if (++ev->failures > MAX_FAILURES || is_limit(vector_last(ev->context->diagnostics).code)) fail_now(ev->context);
    fail_running_globals(ev);
    walk_nodes(node, fail_names, ev);
    if (node->kind != NODE_RETURN || ev->frame->branch) return FLOW_NORMAL;
    ev->frame->result = failed_object(ev, node->location);
    return FLOW_RETURN;
}

Flow attempt_node(Evaluator *ev, const Node *node, Work *work) {
    if (!recovers(ev)) return work(ev, node);
    Frame *const frame = ev->frame, inside = *frame;
    Block *const block = ev->block;
    Statement *const launch = ev->launch;
    const uint32_t depth = ev->depth;
    const Name name_hint = ev->name_hint;
    Attempt job = {.ev = ev, .node = node, .work = work};
    if (context_attempt(ev->context, attempt, &job)) return job.flow;
    ev->frame = frame;
    *frame = inside;
    ev->block = block;
    ev->launch = launch;
    ev->depth = depth;
    ev->name_hint = name_hint;
    ev->fresh_variable = NULL;
    return leave_out(ev, node);
}

void stop_if_failed(Evaluator *ev) {
    if (ev->failures > 0) fail_now(ev->context);
}
