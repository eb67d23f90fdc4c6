// Staged statements: lets, stores, if, while, assert, launches, and the scopes that go with their blocks.
#include "front/stage.h"

#include <string.h>

#include "ir/build.h"

bool stages_ir(const Evaluator *ev) { return ev->frame->staged && ev->block != NULL; }

Block *need_block(Evaluator *ev, const Node *node, const char *what) {
    if (ev->block && ev->launch) return ev->block;
    stop_with_help(ev, DIAG_FRONT_LAUNCH, node->location, "put it into `with T.Kernel(...)`",
                   "expected %s inside of a T.Kernel, seen it outside", what);
}

// ---------------------------------------------------------------- scopes

Bindings *open_scope(Evaluator *ev) {
    Bindings *scope = scope_new(ev->arena, BINDINGS_BLOCK, ev->frame->scope);
    ev->frame->scope = scope;
    return scope;
}

static Object *outer_binding(const Bindings *scope, Name name) {
    for (; scope; scope = scope->enclosing) {
        Object *value = scope->kind == BINDINGS_MODULE ? NULL : scope_get(scope, name);
        if (value || scope->kind != BINDINGS_BLOCK) return value;
    }
    return NULL;
}

static bool is_compile_time(const Object *value) {
    return !object_is_staged(value) && value->kind != OBJECT_BUFFER && value->kind != OBJECT_CLOSED;
}

static void close_slot(Evaluator *ev, Bindings *outer, const Slot *slot) {
    Object *before = outer_binding(outer, slot->name);
    if (before == slot->value) return;
    if (slot->value->kind == OBJECT_FAILED) {
        scope_set(ev->arena, outer, slot->name, slot->value);
        return;
    }
    if (is_compile_time(slot->value) && (!before || object_equal(before, slot->value))) {
        if (!before) scope_set(ev->arena, outer, slot->name, slot->value);
        return;
    }
    Object *closed = object_new(ev->arena, OBJECT_CLOSED);
    closed->location = slot->value->location;
    scope_set(ev->arena, outer, slot->name, closed);
}

void close_scope(Evaluator *ev, Bindings *scope) {
    for (uint32_t i = 0; i < scope->capacity; i++)
        if (scope->slots[i].name) close_slot(ev, scope->enclosing, &scope->slots[i]);
}

// Stages statements into a block of their own. The caller closes the scope.
void run_staged(Evaluator *ev, const NodeList *statements, Block *block, Bindings *scope, LoopContext loop,
                bool branch) {
    Frame *frame = ev->frame;
    Block *outer_block = ev->block;
    Bindings *outer_scope = scope->enclosing;
    LoopContext outer_loop = frame->loop;
    bool outer_branch = frame->branch;
    ev->block = block;
    frame->scope = scope;
    frame->loop = loop;
    frame->branch = branch;
    if (execute_block(ev, statements) == FLOW_RETURN)
        stop_at(ev, DIAG_FRONT_STAGING, statements->items[0]->location,
                "expected `return` outside of the kernel's blocks, seen it inside");
    ev->block = outer_block;
    frame->scope = outer_scope;
    frame->loop = outer_loop;
    frame->branch = outer_branch;
}

// ---------------------------------------------------------------- assignments

static Object *current_binding(Evaluator *ev, Name name) {
    for (const Bindings *scope = ev->frame->scope; scope && scope->kind != BINDINGS_MODULE; scope = scope->enclosing) {
        Object *value = scope_get(scope, name);
        if (value || scope->kind == BINDINGS_FUNCTION) return value;
    }
    return NULL;
}

static bool is_scalar(const Object *value) {
    if (value->kind != OBJECT_ELEMENT) return object_is_number(value) || object_is_staged(value);
    return value->access->rank == value->access->shape_rank && access_is_start(value->access);
}

static Object *let_value(Evaluator *ev, Name name, Object *value, const Node *node) {
    const Expr *expr = need_expr(ev, value, node, "a value");
    if (expr->kind != EXPR_OP && expr->kind != EXPR_LOAD) return object_expr(ev->arena, expr);
    if (is_size_expression(expr)) return value;
    Block *block = need_block(ev, node, "a value that is computed on the chip");
    Variable *variable = variable_new(ev->function, VARIABLE_LET, name, expr->type, node->location);
    Statement *let = build_let(ev->module, variable, expr);
    let->location = node->location;
    block_append(block, let);
    return object_expr(ev->arena, expr_variable(ev->module, variable));
}

static void assign_name(Evaluator *ev, const Node *target, Object *value, const Node *node) {
    Object *old = current_binding(ev, target->name);
    bool fresh = value == ev->fresh_variable;
    if (old && object_is_variable(old) && !fresh && is_scalar(value)) {
        store_access(ev, old->access, value, node);
        return;
    }
    Object *bound = value;
    if (object_is_staged(value) && is_scalar(value) && !fresh) bound = let_value(ev, target->name, value, node);
    if (bound == value && is_compile_time(value) == false) { // an alias of its own, so that its place is this one
        bound = object_new(ev->arena, value->kind);
        *bound = *value;
        if (fresh) ev->fresh_variable = NULL;
    }
    bound->location = target->location;
    bind_name(ev, target->name, bound);
}

static bool stores_element(const Node *target) {
    for (uint32_t i = 0; i < target->items.count; i++)
        if (target->items.items[i]->kind == NODE_SUBSCRIPT) return true;
    return false;
}

// `A[i], A[j] = A[j], A[i]`: all values are read before the first store.
static Object *read_first(Evaluator *ev, Object *values, const Node *node) {
    Object *read = object_list(ev->arena, OBJECT_TUPLE);
    for (uint32_t i = 0; i < values->list.count; i++) {
        Object *value = values->list.items[i];
        bool scalar = object_is_staged(value) && is_scalar(value);
        object_append(ev->arena, read, scalar ? let_value(ev, name_of(ev->context, "value"), value, node) : value);
    }
    return read;
}

static void assign_element(Evaluator *ev, const Node *target, Object *value) {
    Object *container = evaluate_node(ev, target->first);
    if (container->kind != OBJECT_BUFFER && container->kind != OBJECT_ELEMENT) {
        bind_target(ev, target, value);
        return;
    }
    Object *element = get_item(ev, container, evaluate_node(ev, target->second), target);
    store_access(ev, element->access, value, target);
}

void assign_target(Evaluator *ev, const Node *target, Object *value, const Node *node) {
    if (target->kind == NODE_SUBSCRIPT)
        assign_element(ev, target, value);
    else if (target->kind == NODE_NAME && stages_ir(ev))
        assign_name(ev, target, value, node);
    else {
        bool reads = target->kind == NODE_TUPLE && object_is_sequence(value) && stages_ir(ev) && ev->launch &&
                     stores_element(target);
        bind_target(ev, target, reads ? read_first(ev, value, node) : value);
    }
}

Object *stage_annotated_value(Evaluator *ev, const Node *node, Object *value) {
    if (!is_scalar(value)) return value;
    Object *type = evaluate_node(ev, node->second);
    if (type->kind != OBJECT_DTYPE) return value;
    DType dtype = chip_dtype(ev, type->dtype.type, node->location);
    return result_expr(ev, expr_as(ev, value, dtype, node), value->weight, node);
}

// ---------------------------------------------------------------- control flow

Flow stage_if(Evaluator *ev, const Node *node, const Expr *condition) {
    Statement *statement = build_if(ev->module, condition, node->location);
    block_append(ev->block, statement);
    Bindings *outer = ev->frame->scope;
    Bindings *then = open_scope(ev);
    run_staged(ev, &node->body, statement->branch.then, then, ev->frame->loop, true);
    Bindings *otherwise = NULL;
    if (node->otherwise.count > 0) {
        statement->branch.otherwise = block_new(ev->module, statement);
        otherwise = open_scope(ev);
        run_staged(ev, &node->otherwise, statement->branch.otherwise, otherwise, ev->frame->loop, true);
    }
    ev->frame->scope = outer;
    close_scope(ev, then);
    if (otherwise) close_scope(ev, otherwise);
    return FLOW_NORMAL;
}

static bool find_break(const Node *node, void *user) {
    if (node->kind == NODE_BREAK) *(bool *)user = true;
    return node->kind != NODE_FOR && node->kind != NODE_WHILE && node->kind != NODE_FUNCTION &&
           node->kind != NODE_LAMBDA;
}

static bool breaks(const Node *loop) {
    bool found = false;
    for (uint32_t i = 0; i < loop->body.count; i++) walk_nodes(loop->body.items[i], find_break, &found);
    return found;
}

Flow stage_while(Evaluator *ev, const Node *node) {
    Object *value = evaluate_node(ev, node->first);
    if (!object_is_staged(value) || (value->kind == OBJECT_EXPR && value->expr->kind == EXPR_INT)) {
        if (!truth_of(ev, value, node->first)) return FLOW_NORMAL;
        if (!breaks(node))
            stop_with_help(ev, DIAG_FRONT_STEPS, node->location,
                           "a condition that changes on the chip needs a T.alloc_var or a buffer",
                           "expected a loop that ends, seen a condition that is always true and no `break`");
    }
    Statement *statement = statement_new(ev->module, STATEMENT_WHILE, node->location);
    statement->branch.condition = need_condition(ev, value, node->first);
    statement->branch.then = block_new(ev->module, statement);
    block_append(need_block(ev, node, "a loop"), statement);
    Bindings *scope = open_scope(ev);
    run_staged(ev, &node->body, statement->branch.then, scope, LOOP_STAGED, true);
    close_scope(ev, scope);
    return FLOW_NORMAL;
}

void stage_jump(Evaluator *ev, const Node *node) {
    StatementKind kind = node->kind == NODE_BREAK ? STATEMENT_BREAK : STATEMENT_CONTINUE;
    block_append(need_block(ev, node, "a jump"), statement_new(ev->module, kind, node->location));
}

void stage_assert(Evaluator *ev, const Node *node, const Expr *condition) {
    Text message = {.arena = ev->arena};
    if (node->second) object_print(evaluate_node(ev, node->second), false, &message);
    Statement *statement = statement_new(ev->module, STATEMENT_ASSERT, node->location);
    statement->branch.condition = condition;
    statement->branch.message = name_of(ev->context, message.data ? message.data : "");
    block_append(need_block(ev, node, "an assertion"), statement);
}

// ---------------------------------------------------------------- launches

// `blocks` is the product of the extents so far, as far as they are known. Saturates.
static void check_extent(Evaluator *ev, const Expr *extent, int i, const Node *node, int64_t *blocks) {
    int64_t value;
    if (!expr_constant(extent, &value)) return;
    if (value <= 0)
        stop_with_help(ev, DIAG_FRONT_LAUNCH, node->location, "use T.ceildiv, or larger sizes",
                       "expected 1 to 2147483647 blocks in dimension %d of the launch, seen %lld", i, (long long)value);
    if (__builtin_mul_overflow(*blocks, value, blocks)) *blocks = INT64_MAX;
    if (*blocks > INT32_MAX)
        stop_with_help(ev, DIAG_LAUNCH_TOO_LARGE, node->location, "use larger blocks",
                       "expected at most 2147483647 blocks in a launch, seen %s%lld",
                       *blocks == INT64_MAX ? "at least " : "", (long long)*blocks);
}

static void set_extent(Evaluator *ev, Statement *launch, int i, Object *extent, const Node *item, int64_t *blocks) {
    const Node *node =
        item->first->kind == NODE_CALL && (uint32_t)i < item->first->items.count ? item->first->items.items[i] : item;
    const Expr *count = need_index(ev, extent, node, "the number of blocks");
    check_extent(ev, count, i, node, blocks);
    launch->launch.extents[i] = convert_expr(ev, count, DTYPE_INT32);
    if (!is_size_expression(launch->launch.extents[i]))
        stop_at(ev, DIAG_FRONT_STAGING, node->location,
                "expected a number of blocks that is known before the kernel starts");
}

static Name launch_name(Evaluator *ev, const Node *target, int i) {
    static const char *const names[] = {"bx", "by", "bz"};
    if (target && target->kind == NODE_NAME && i == 0) return target->name;
    bool tuple =
        target && (target->kind == NODE_TUPLE || target->kind == NODE_LIST) && (uint32_t)i < target->items.count;
    const Node *item = tuple ? target->items.items[i] : NULL;
    if (item && item->kind == NODE_NAME && strcmp(item->name, "_") != 0) return item->name;
    return name_of(ev->context, names[i]);
}

static void bind_launch(Evaluator *ev, const Node *target, Statement *launch) {
    Object *tuple = object_list(ev->arena, OBJECT_TUPLE);
    for (int i = 0; i < launch->launch.rank; i++) {
        Object *index = object_expr(ev->arena, expr_variable(ev->module, launch->launch.variables[i]));
        index->location = target->location;
        object_append(ev->arena, tuple, index);
    }
    bind_target(ev, target, launch->launch.rank == 1 && target->kind == NODE_NAME ? tuple->list.items[0] : tuple);
}

// with T.Kernel(extents) as (variables): body
Flow stage_with(Evaluator *ev, const Node *node, const Node *item, Object *launch) {
    if (ev->probe) longjmp(*ev->probe, 1);
    if (!stages_ir(ev) || ev->launch || ev->block != ev->function->body)
        stop_at(ev, DIAG_FRONT_LAUNCH, item->location,
                "expected T.Kernel at the top of a kernel's body, seen it inside %s",
                !stages_ir(ev) ? "other code"
                : ev->launch   ? "another T.Kernel"
                               : "a branch or loop");
    int rank = (int)launch->list.count;
    if (rank < 1 || rank > 3)
        stop_at(ev, DIAG_FRONT_LAUNCH, item->location, "expected 1 to 3 dimensions of a launch, seen %d", rank);
    Statement *statement = statement_new(ev->module, STATEMENT_LAUNCH, item->location);
    statement->launch.rank = rank;
    int64_t blocks = 1;
    statement->launch.body = block_new(ev->module, statement);
    for (int i = 0; i < rank; i++) {
        set_extent(ev, statement, i, launch->list.items[i], item, &blocks);
        Name name = launch_name(ev, item->second, i);
        statement->launch.variables[i] = variable_new(ev->function, VARIABLE_BLOCK, name, DTYPE_INT32, item->location);
    }
    block_append(ev->block, statement);
    Bindings *scope = open_scope(ev);
    if (item->second) bind_launch(ev, item->second, statement);
    ev->launch = statement;
    run_staged(ev, &node->body, statement->launch.body, scope, LOOP_OUTSIDE, true);
    ev->launch = NULL;
    close_scope(ev, scope);
    return FLOW_NORMAL;
}
