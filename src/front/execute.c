// Statements. Where a kernel's body is being staged, assignments and control flow on IR values go to stage.c.

#include "front/evaluate.h"
#include "front/stage.h"

typedef Flow Executor(Evaluator *ev, const Node *node);

static Flow execute_expression(Evaluator *ev, const Node *node) {
    Object *value = evaluate_node(ev, node->first);
    if (value->kind == OBJECT_LAUNCH || value->kind == OBJECT_LOOP)
        stop_at(ev, DIAG_FRONT_STAGING, node->location, "expected `%s`, seen it as a statement of its own",
                value->kind == OBJECT_LAUNCH ? "with T.Kernel(...)" : "for ... in a loop of T");
    return FLOW_NORMAL;
}

static Flow execute_assign(Evaluator *ev, const Node *node) {
    bool named = node->items.count == 1 && node->items.items[0]->kind == NODE_NAME;
    Name outer = ev->name_hint;
    ev->name_hint = named ? node->items.items[0]->name : NULL;
    Object *value = evaluate_node(ev, node->first);
    ev->name_hint = outer;
    for (uint32_t i = 0; i < node->items.count; i++) assign_target(ev, node->items.items[i], value, node);
    return FLOW_NORMAL;
}

// A bare annotation of a parameter declares a tensor argument; elsewhere annotations say nothing.
static Flow execute_annotated(Evaluator *ev, const Node *node) {
    if (!node->third) {
        if (node->first->kind == NODE_NAME && ev->frame->staged) stage_annotation(ev, node);
        return FLOW_NORMAL;
    }
    Name outer = ev->name_hint;
    ev->name_hint = node->first->kind == NODE_NAME ? node->first->name : NULL;
    Object *value = evaluate_node(ev, node->third);
    ev->name_hint = outer;
    if (ev->frame->staged) value = stage_annotated_value(ev, node, value);
    assign_target(ev, node->first, value, node);
    return FLOW_NORMAL;
}

static Flow execute_augmented(Evaluator *ev, const Node *node) {
    const Node *target = node->first;
    Object *old;
    if (target->kind == NODE_SUBSCRIPT) {
        Object *container = evaluate_node(ev, target->first), *index = evaluate_node(ev, target->second);
        old = get_item(ev, container, index, target);
        Object *value = binary_value(ev, node->op, old, evaluate_node(ev, node->second), node);
        if (old->kind == OBJECT_ELEMENT)
            store_access(ev, old->access, value, node);
        else
            bind_target(ev, target, value);
        return FLOW_NORMAL;
    }
    old = evaluate_node(ev, target);
    assign_target(ev, target, binary_value(ev, node->op, old, evaluate_node(ev, node->second), node), node);
    return FLOW_NORMAL;
}

static Flow execute_return(Evaluator *ev, const Node *node) {
    if (ev->frame->staged && ev->frame->branch)
        stop_with_help(ev, DIAG_FRONT_STAGING, node->location, "return once, at the end of the function",
                       "expected `return` outside of control flow that runs on the chip, seen it inside");
    ev->frame->result = node->first ? evaluate_node(ev, node->first) : object_none(ev->arena);
    return FLOW_RETURN;
}

static Flow execute_pass(Evaluator *ev, const Node *node) {
    (void)ev;
    (void)node;
    return FLOW_NORMAL;
}

static Flow execute_jump(Evaluator *ev, const Node *node) {
    bool is_break = node->kind == NODE_BREAK;
    if (ev->frame->loop == LOOP_STAGED) {
        stage_jump(ev, node);
        return FLOW_NORMAL;
    }
    if (ev->frame->loop == LOOP_OUTSIDE)
        stop_at(ev, DIAG_FRONT_SYNTAX, node->location, "expected a loop around `%s`, seen none",
                is_break ? "break" : "continue");
    if (ev->frame->branch)
        stop_at(ev, DIAG_FRONT_STAGING, node->location,
                "expected a loop of the kernel around `%s`, seen one that is expanded at compile time",
                is_break ? "break" : "continue");
    return is_break ? FLOW_BREAK : FLOW_CONTINUE;
}

static Flow execute_assert(Evaluator *ev, const Node *node) {
    Object *condition = evaluate_node(ev, node->first);
    if (object_is_staged(condition) && ev->block &&
        !(condition->kind == OBJECT_EXPR && condition->expr->kind == EXPR_INT)) {
        stage_assert(ev, node, need_condition(ev, condition, node->first));
        return FLOW_NORMAL;
    }
    if (condition->kind == OBJECT_OPAQUE || truth_of(ev, condition, node->first)) return FLOW_NORMAL;
    Text message = {.arena = ev->arena};
    if (node->second) object_print(evaluate_node(ev, node->second), false, &message);
    stop_at(ev, DIAG_FRONT_ASSERT, node->first->location, "expected this condition of the file to hold%s%s",
            node->second ? ": " : "", message.data ? message.data : "");
}

static Flow execute_raise(Evaluator *ev, const Node *node) {
    stop_at(ev, DIAG_FRONT_ASSERT, node->location, "expected parameters that the file accepts, seen its `raise`");
}

static Flow execute_if(Evaluator *ev, const Node *node) {
    Object *condition = evaluate_node(ev, node->first);
    bool constant = condition->kind == OBJECT_EXPR && condition->expr->kind == EXPR_INT;
    if (object_is_staged(condition) && !constant && stages_ir(ev))
        return stage_if(ev, node, need_condition(ev, condition, node->first));
    return execute_block(ev, truth_of(ev, condition, node->first) ? &node->body : &node->otherwise);
}

// Runs a loop's body once; false if the loop is to end, with what is to be done behind it in `flow`.
static bool loop_turn(Evaluator *ev, const Node *node, Flow *flow) {
    *flow = execute_block(ev, &node->body);
    bool ends = *flow == FLOW_BREAK || *flow == FLOW_RETURN;
    if (*flow != FLOW_RETURN) *flow = FLOW_NORMAL;
    return !ends;
}

static Flow execute_python_for(Evaluator *ev, const Node *node, Object *iterable) {
    if (iterable->kind == OBJECT_LOOP)
        stop_with_help(ev, DIAG_FRONT_STAGING, node->second->location,
                       "make the function a @T.macro, or loop over range()",
                       "expected compile-time values to loop over in a plain function, seen a loop of the kernel");
    // While the own call is searched for, a loop over what is not known is passed over.
    if (ev->search && iterable->kind == OBJECT_OPAQUE) return FLOW_NORMAL;
    ObjectList items = need_items(ev, iterable, node->second);
    LoopContext outer = ev->frame->loop;
    bool branch = ev->frame->branch;
    ev->frame->loop = LOOP_PYTHON;
    ev->frame->branch = false;
    Flow flow = FLOW_NORMAL;
    bool finished = true;
    for (uint32_t i = 0; i < items.count && finished; i++) {
        assign_target(ev, node->first, items.items[i], node);
        finished = loop_turn(ev, node, &flow);
    }
    ev->frame->loop = outer;
    ev->frame->branch = branch;
    return finished ? execute_block(ev, &node->otherwise) : flow;
}

static Flow execute_for(Evaluator *ev, const Node *node) {
    Object *iterable = evaluate_node(ev, node->second);
    bool staged = iterable->kind == OBJECT_LOOP || iterable->kind == OBJECT_RANGE;
    return staged && stages_ir(ev) ? stage_for(ev, node, iterable) : execute_python_for(ev, node, iterable);
}

static Flow execute_while(Evaluator *ev, const Node *node) {
    if (stages_ir(ev)) return stage_while(ev, node);
    LoopContext outer = ev->frame->loop;
    ev->frame->loop = LOOP_PYTHON;
    Flow flow = FLOW_NORMAL;
    bool finished = true;
    while (finished && truth_of(ev, evaluate_node(ev, node->first), node->first)) {
        spend_steps(ev, 1, node->location);
        finished = loop_turn(ev, node, &flow);
    }
    ev->frame->loop = outer;
    return finished ? execute_block(ev, &node->otherwise) : flow;
}

static Flow execute_with(Evaluator *ev, const Node *node) {
    Object *value = NULL;
    for (uint32_t i = 0; i < node->items.count; i++) {
        const Node *item = node->items.items[i];
        value = evaluate_node(ev, item->first);
        if (value->kind == OBJECT_LAUNCH) return stage_with(ev, node, item, value);
        if (value->kind != OBJECT_OPAQUE && value->kind != OBJECT_NONE)
            stop_at(ev, DIAG_FRONT_TYPE, item->location, "expected `with T.Kernel(...)`, seen %s",
                    show_object(ev, value));
        if (item->second) assign_target(ev, item->second, value, item);
    }
    return execute_block(ev, &node->body);
}

static Flow execute_function(Evaluator *ev, const Node *node) {
    bind_name(ev, node->name, make_function(ev, node));
    return FLOW_NORMAL;
}

static Flow execute_class(Evaluator *ev, const Node *node) {
    bind_name(ev, node->name, opaque_object(ev, "%s", node->name));
    return FLOW_NORMAL;
}

static Flow execute_try(Evaluator *ev, const Node *node) { return execute_block(ev, &node->body); }

static Executor *const executors[NODE_KIND_COUNT] = {
    [NODE_EXPRESSION] = execute_expression,
    [NODE_ASSIGN] = execute_assign,
    [NODE_ANNOTATED] = execute_annotated,
    [NODE_AUGMENTED] = execute_augmented,
    [NODE_RETURN] = execute_return,
    [NODE_PASS] = execute_pass,
    [NODE_BREAK] = execute_jump,
    [NODE_CONTINUE] = execute_jump,
    [NODE_ASSERT] = execute_assert,
    [NODE_RAISE] = execute_raise,
    [NODE_IF] = execute_if,
    [NODE_WHILE] = execute_while,
    [NODE_FOR] = execute_for,
    [NODE_WITH] = execute_with,
    [NODE_FUNCTION] = execute_function,
    [NODE_CLASS] = execute_class,
    [NODE_IMPORT] = execute_import,
    [NODE_IMPORT_FROM] = execute_import,
    [NODE_TRY] = execute_try,
    [NODE_GLOBAL] = execute_pass,
    [NODE_DELETE] = execute_pass,
};

Flow execute_statement(Evaluator *ev, const Node *statement) {
    spend_steps(ev, 1, statement->location);
    if (++ev->depth > MAX_DEPTH)
        stop_with_help(ev, DIAG_FRONT_NESTING, statement->location, "does a function call itself without end?",
                       "expected at most %d nested evaluations, seen more", MAX_DEPTH);
    Flow flow = executors[statement->kind](ev, statement);
    ev->depth--;
    return flow;
}

Flow execute_block(Evaluator *ev, const NodeList *statements) {
    for (uint32_t i = 0; i < statements->count; i++) {
        Flow flow = attempt_node(ev, statements->items[i], execute_statement);
        if (flow != FLOW_NORMAL) return flow;
    }
    return FLOW_NORMAL;
}
