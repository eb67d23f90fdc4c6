// Loops of the kernel: what T.serial, T.Parallel, T.Persistent and the others make, and staging a `for` over them.
#include <string.h>

#include "front/library.h"
#include "front/stage.h"
#include "ir/build.h"
#include "ir/walk.h"

static LoopObject *new_loop(Evaluator *ev, LoopForm form, ForKind kind, Object **object) {
    *object = object_new(ev->arena, OBJECT_LOOP);
    LoopObject *loop = (*object)->loop = arena_new(ev->arena, LoopObject);
    loop->form = form;
    loop->kind = kind;
    loop->stages = -1;
    return loop;
}

// (stop), (start, stop), (start, stop, step)
static void set_bounds(Evaluator *ev, LoopObject *loop, Object *first, Object *second, Object *third) {
    loop->start = second ? first : object_int(ev->arena, 0);
    loop->stop = second ? second : first;
    loop->step = third ? third : object_int(ev->arena, 1);
}

static bool known(const Object *value) { return !value || value->kind == OBJECT_INT || value->kind == OBJECT_BOOL; }

// range(...): compile-time values, or a loop of the kernel where a bound is known only there.
Object *make_range(Evaluator *ev, Call *call) {
    if (!known(call->args[0]) || !known(call->args[1]) || !known(call->args[2])) {
        for (int i = 0; i < 3; i++)
            if (call->args[i] && !object_is_staged(call->args[i]))
                need_int(ev, call->args[i], call->nodes[i], "a bound of the range");
        return language_serial(ev, call);
    }
    LoopObject bounds = {0};
    set_bounds(ev, &bounds, call->args[0], call->args[1], call->args[2]);
    if (bounds.step->integer == 0)
        stop_at(ev, DIAG_FRONT_VALUE, call->nodes[2]->location, "expected a step that is not 0, seen 0");
    Object *range = object_list(ev->arena, OBJECT_RANGE);
    object_append(ev->arena, range, bounds.start);
    object_append(ev->arena, range, bounds.stop);
    object_append(ev->arena, range, bounds.step);
    return range;
}

static Object *simple_loop(Evaluator *ev, Call *call, ForKind kind) {
    Object *object;
    set_bounds(ev, new_loop(ev, LOOP_SIMPLE, kind, &object), call->args[0], call->args[1], call->args[2]);
    return object;
}

Object *language_serial(Evaluator *ev, Call *call) { return simple_loop(ev, call, FOR_SERIAL); }
Object *language_unroll(Evaluator *ev, Call *call) { return simple_loop(ev, call, FOR_UNROLLED); }
Object *language_vectorized(Evaluator *ev, Call *call) { return simple_loop(ev, call, FOR_VECTORIZED); }

Object *language_pipelined(Evaluator *ev, Call *call) {
    Object *object;
    LoopObject *loop = new_loop(ev, LOOP_SIMPLE, FOR_PIPELINED, &object);
    Object *second = call->args[1] && call->args[1]->kind != OBJECT_NONE ? call->args[1] : NULL;
    set_bounds(ev, loop, call->args[0], second, NULL);
    if (call->args[2] && call->args[2]->kind != OBJECT_NONE) {
        int64_t stages = need_int(ev, call->args[2], call->nodes[2], "num_stages");
        if (stages < 0 || stages > 64)
            stop_at(ev, DIAG_FRONT_VALUE, call->nodes[2]->location, "expected 0 to 64 stages, seen %lld",
                    (long long)stages);
        loop->stages = (int)stages;
    }
    return object;
}

static Object *nest(Evaluator *ev, Call *call, ForKind kind) {
    Object *object;
    LoopObject *loop = new_loop(ev, LOOP_NEST, kind, &object);
    for (uint32_t i = 0; i < call->given.count; i++) {
        if (call->given.items[i].name) continue;
        if (loop->count == MAX_RANK)
            stop_at(ev, DIAG_FRONT_ARGUMENTS, call->node->location, "expected at most %d loops in a nest, seen more",
                    MAX_RANK);
        loop->extents[loop->count++] = call->given.items[i].value;
    }
    if (loop->count == 0)
        stop_at(ev, DIAG_FRONT_ARGUMENTS, call->node->location, "expected the extents of the loops, seen none");
    return object;
}

Object *language_parallel(Evaluator *ev, Call *call) { return nest(ev, call, FOR_PARALLEL); }
Object *language_grid(Evaluator *ev, Call *call) { return nest(ev, call, FOR_SERIAL); }

Object *language_persistent(Evaluator *ev, Call *call) {
    Object *object;
    LoopObject *loop = new_loop(ev, LOOP_PERSISTENT, FOR_SERIAL, &object);
    ObjectList domain = need_items(ev, call->args[0], call->nodes[0]);
    if (domain.count < 1 || domain.count > MAX_RANK)
        stop_at(ev, DIAG_FRONT_ARGUMENTS, call->nodes[0]->location, "expected a domain of 1 to %d dimensions, seen %u",
                MAX_RANK, domain.count);
    for (uint32_t i = 0; i < domain.count; i++) loop->extents[loop->count++] = domain.items[i];
    loop->wave = call->args[1];
    loop->index = call->args[2];
    loop->group = call->args[3] ? call->args[3] : object_int(ev->arena, 8);
    return object;
}

// ---------------------------------------------------------------- staging

static Name target_name(Evaluator *ev, const Node *target, int i, int count) {
    const Node *item = target;
    if (count > 1 || target->kind == NODE_TUPLE || target->kind == NODE_LIST)
        item = (uint32_t)i < target->items.count ? target->items.items[i] : NULL;
    return item && item->kind == NODE_NAME && strcmp(item->name, "_") != 0 ? item->name : name_of(ev->context, "i");
}

static void bind_loop_value(Evaluator *ev, const Node *target, const Expr *value) {
    Object *object = result_expr(ev, value, 1, target);
    object->location = target->location;
    if (value->kind == EXPR_VARIABLE || target->kind != NODE_NAME)
        bind_target(ev, target, object);
    else
        assign_target(ev, target, object, target);
}

static Statement *append_for(Evaluator *ev, Block *block, const Node *node, ForKind kind, Name name,
                             const Expr *extent) {
    Variable *variable = variable_new(ev->function, VARIABLE_LOOP, name, extent->type, node->location);
    Statement *statement = build_for(ev->module, kind, variable, extent, node->location);
    statement->loop.stages = -1;
    block_append(block, statement);
    return statement;
}

// Iterations of start, start + step, ... before stop.
static const Expr *trip_count(Evaluator *ev, const Expr *start, const Expr *end, int64_t step) {
    const Expr *distance = step > 0 ? expr_sub(ev->module, end, start) : expr_sub(ev->module, start, end);
    const Expr *count =
        expr_ceildiv(ev->module, distance, expr_integer(ev->module, distance->type, step > 0 ? step : -step));
    int64_t constant;
    if (expr_constant(count, &constant) && constant < 0) return expr_integer(ev->module, count->type, 0);
    return count;
}

static void simple_bounds(Evaluator *ev, const LoopObject *loop, const Node *node, const Expr **start,
                          const Expr **end) {
    *start = need_index(ev, loop->start, node, "the loop's start");
    *end = need_index(ev, loop->stop, node, "the loop's end");
    if ((*start)->type == (*end)->type) return;
    *start = convert_expr(ev, *start, DTYPE_INT64);
    *end = convert_expr(ev, *end, DTYPE_INT64);
}

static Statement *stage_simple(Evaluator *ev, const Node *node, const LoopObject *loop) {
    const Expr *start, *end;
    int64_t step = need_int(ev, loop->step, node->second, "the loop's step");
    if (step == 0) stop_at(ev, DIAG_FRONT_VALUE, node->second->location, "expected a step that is not 0, seen 0");
    simple_bounds(ev, loop, node->second, &start, &end);
    Statement *statement = append_for(ev, ev->block, node, loop->kind, target_name(ev, node->first, 0, 1),
                                      trip_count(ev, start, end, step));
    statement->loop.start = start;
    statement->loop.step = expr_integer(ev->module, start->type, step);
    statement->loop.stages = loop->stages;
    bind_loop_value(ev, node->first, expr_variable(ev->module, statement->loop.variable));
    return statement;
}

static Statement *stage_nest(Evaluator *ev, const Node *node, const LoopObject *loop) {
    bool tuple = node->first->kind == NODE_TUPLE || node->first->kind == NODE_LIST;
    if ((tuple ? node->first->items.count : 1) != (uint32_t)loop->count)
        stop_at(ev, DIAG_FRONT_ARGUMENTS, node->first->location, "expected %d loop variables, seen %u", loop->count,
                tuple ? node->first->items.count : 1);
    Statement *statement = NULL;
    for (int i = 0; i < loop->count; i++) {
        const Expr *extent = need_index(ev, loop->extents[i], node->second, "a loop's extent");
        Block *block = statement ? statement->loop.body : ev->block;
        statement = append_for(ev, block, node, loop->kind, target_name(ev, node->first, i, loop->count), extent);
        bind_loop_value(ev, tuple ? node->first->items.items[i] : node->first,
                        expr_variable(ev->module, statement->loop.variable));
    }
    return statement;
}

typedef struct Persistent { // the index arithmetic of T.Persistent
    const Expr *extents[MAX_RANK], *coordinates[MAX_RANK];
    const Expr *wave, *index, *group, *groups, *virtual_size;
} Persistent;

// The last dimension is cut into groups: consecutive items stay in one group, and go through the other dimensions
// before they come to the next one. A last group that is not full is guarded.
static Persistent persistent_sizes(Evaluator *ev, const Node *node, const LoopObject *loop) {
    Module *module = ev->module;
    Persistent result = {0};
    for (int i = 0; i < loop->count; i++)
        result.extents[i] = need_index(ev, loop->extents[i], node->second, "an extent");
    const Expr *last = result.extents[loop->count - 1];
    result.wave = need_index(ev, loop->wave, node->second, "the wave size");
    result.index = need_index(ev, loop->index, node->second, "the index");
    const Expr *group = need_index(ev, loop->group, node->second, "the group size");
    result.group = expr_max(module, expr_int(module, 1), expr_min(module, group, last));
    result.groups = expr_ceildiv(module, last, result.group);
    result.virtual_size = expr_mul(module, result.groups, result.group);
    for (int i = 0; i + 1 < loop->count; i++)
        result.virtual_size = expr_mul(module, result.virtual_size, result.extents[i]);
    return result;
}

static void persistent_coordinates(Evaluator *ev, Persistent *p, int count, const Expr *linear) {
    Module *module = ev->module;
    const Expr *offset = expr_floormod(module, linear, p->group), *rest = expr_floordiv(module, linear, p->group);
    for (int i = count - 2; i >= 0; i--) {
        p->coordinates[i] = expr_floormod(module, rest, p->extents[i]);
        rest = expr_floordiv(module, rest, p->extents[i]);
    }
    p->coordinates[count - 1] = expr_add(module, expr_mul(module, rest, p->group), offset);
}

static const Expr *persistent_guard(Evaluator *ev, const Persistent *p, int count, const Expr *waves,
                                    const Expr *linear) {
    Module *module = ev->module;
    const Expr *last = p->extents[count - 1], *guard = NULL;
    if (expr_mul(module, waves, p->wave) != p->virtual_size)
        guard = expr_binary(module, OP_LT, linear, p->virtual_size);
    if (expr_mul(module, p->groups, p->group) != last) {
        const Expr *inside = expr_binary(module, OP_LT, p->coordinates[count - 1], last);
        guard = guard ? expr_binary(module, OP_AND, guard, inside) : inside;
    }
    return guard;
}

static void bind_coordinates(Evaluator *ev, const Node *target, const Persistent *p, int count) {
    bool tuple = target->kind == NODE_TUPLE || target->kind == NODE_LIST;
    if ((tuple ? target->items.count : 1) != (uint32_t)count)
        stop_at(ev, DIAG_FRONT_ARGUMENTS, target->location, "expected %d loop variables, seen %u", count,
                tuple ? target->items.count : 1);
    for (int i = 0; i < count; i++) bind_loop_value(ev, tuple ? target->items.items[i] : target, p->coordinates[i]);
}

static Block *stage_persistent(Evaluator *ev, const Node *node, const LoopObject *loop) {
    Module *module = ev->module;
    Persistent p = persistent_sizes(ev, node, loop);
    const Expr *waves = expr_ceildiv(module, p.virtual_size, p.wave);
    Statement *statement = append_for(ev, ev->block, node, FOR_SERIAL, name_of(ev->context, "w"), waves);
    const Expr *linear =
        expr_add(module, expr_mul(module, expr_variable(module, statement->loop.variable), p.wave), p.index);
    persistent_coordinates(ev, &p, loop->count, linear);
    ev->block = statement->loop.body;
    bind_coordinates(ev, node->first, &p, loop->count);
    const Expr *guard = persistent_guard(ev, &p, loop->count, waves, linear);
    if (!guard) return ev->block;
    Statement *inside = build_if(module, guard, node->location);
    block_append(ev->block, inside);
    return inside->branch.then;
}

static LoopObject range_loop(const Object *range) {
    return (LoopObject){.form = LOOP_SIMPLE,
                        .kind = FOR_SERIAL,
                        .stages = -1,
                        .start = range->list.items[0],
                        .stop = range->list.items[1],
                        .step = range->list.items[2]};
}

typedef struct Accumulation { // a parallel loop, and whether a T.alloc_reducer gathers over it
    Evaluator *ev;
    const Variable *variable;
    bool gathers;
} Accumulation;

static void find_accumulation(Statement *statement, void *user) {
    Accumulation *loop = user;
    if (statement->kind != STATEMENT_STORE) return;
    const Buffer *buffer = statement->store.buffer;
    bool reducer = false, indexed = false;
    for (uint32_t i = 0; i < loop->ev->reducers.count; i++) reducer |= loop->ev->reducers.items[i] == buffer;
    for (int i = 0; i < buffer->rank; i++) indexed |= expression_uses(statement->store.indices[i], loop->variable);
    loop->gathers |= reducer && !indexed;
}

// Iterations that add to one element of a T.alloc_reducer are not independent: those loops become sequential.
static void order_accumulations(Evaluator *ev, Block *outer, Block *inner) {
    if (ev->reducers.count == 0) return;
    for (Block *block = inner; block != outer; block = block->owner->block) {
        Accumulation loop = {.ev = ev, .variable = block->owner->loop.variable};
        walk_statements(inner, find_accumulation, &loop);
        if (loop.gathers) block->owner->loop.kind = FOR_SERIAL;
    }
}

Flow stage_for(Evaluator *ev, const Node *node, Object *iterable) {
    if (node->otherwise.count > 0)
        stop_at(ev, DIAG_FRONT_UNSUPPORTED, node->location, "expected a loop of the kernel without `else`, seen one");
    Block *outer = need_block(ev, node, "a loop"), *body;
    LoopObject loop = iterable->kind == OBJECT_RANGE ? range_loop(iterable) : *iterable->loop;
    Bindings *scope = open_scope(ev);
    if (loop.form == LOOP_PERSISTENT)
        body = stage_persistent(ev, node, &loop);
    else
        body = (loop.form == LOOP_NEST ? stage_nest : stage_simple)(ev, node, &loop)->loop.body;
    ev->block = outer;
    run_staged(ev, &node->body, body, scope, LOOP_STAGED, true);
    if (loop.kind == FOR_PARALLEL) order_accumulations(ev, outer, body);
    close_scope(ev, scope);
    return FLOW_NORMAL;
}
