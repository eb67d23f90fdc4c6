// Expressions to programs. Each node is evaluated once a program: for the whole row where its value differs from lane
// to lane, for a single lane where it does not. An index that is linear over the row is evaluated for lane 0 only.
//
// The branches of a selection are evaluated for every lane, so that rows stay whole; what may fail in them (a read
// outside of a buffer, a division by zero) looks at a mask of the lanes that take the branch.
#include <string.h>

#include "oracle/compile.h"

#define FRAME_LIMIT (1 << 24) // lanes: 128 MiB a thread

void oracle_enter(Compiler *compiler, Location location) {
    if (++compiler->nesting > NESTING_LIMIT)
        fail(compiler->context, DIAG_EVALUATION_SIZE, location, "expected at most %d levels of nesting", NESTING_LIMIT);
}

Slot compile_slot(Compiler *compiler, Domain domain, bool varying) {
    Slot slot = {compiler->top, ++compiler->plan->tracks, varying, domain};
    compiler->top += varying ? LANES : 1;
    if (compiler->top > FRAME_LIMIT)
        fail(compiler->context, DIAG_EVALUATION_SIZE, (Location){0},
             "a statement is too large for the reference to evaluate");
    if (compiler->top > compiler->plan->frame) compiler->plan->frame = compiler->top;
    return slot;
}

Slot compile_constant(Compiler *compiler, Domain domain, Lane lane) {
    vector_push(compiler->arena, compiler->plan->constants, lane);
    return (Slot){-(int32_t)compiler->plan->constants.count, 0, false, domain};
}

void compile_begin(Compiler *compiler) {
    compiler->program.items = NULL;
    compiler->program.count = compiler->program.capacity = 0;
    compiler->remembered.count = 0;
    compiler->operations = 0;
    compiler->stamp++;
}

Program compile_end(Compiler *compiler) {
    return (Program){compiler->program.items, compiler->program.count, compiler->operations};
}

Instruction *oracle_emit(Compiler *compiler, RunRow run, Slot target, DType type) {
    Instruction instruction = {.run = run, .target = target, .type = type};
    vector_push(compiler->arena, compiler->program, instruction);
    return &vector_last(compiler->program);
}

static Slot emit_unary(Compiler *compiler, RunRow run, Slot a, DType type, Domain domain) {
    Slot target = compile_slot(compiler, domain, a.varying);
    oracle_emit(compiler, run, target, type)->operand[0] = a;
    return target;
}

static Slot to_domain(Compiler *compiler, Slot slot, Domain domain) {
    if (slot.domain == domain) return slot;
    return domain == DOMAIN_REAL ? emit_unary(compiler, row_to_real, slot, DTYPE_FLOAT64, domain)
                                 : emit_unary(compiler, row_to_integer, slot, DTYPE_INT64, domain);
}

// ---------------------------------------------------------------- what a program has evaluated already

static Slotted *memo_of(Compiler *compiler, const Expr *expr) {
    int mode = compiler->lane_zero;
    if (expr->number >= compiler->memo_capacity[mode]) {
        uint32_t capacity = compiler->memo_capacity[mode] ? compiler->memo_capacity[mode] : 256;
        while (capacity <= expr->number) capacity *= 2;
        Slotted *grown = arena_new_array(compiler->arena, Slotted, capacity);
        if (compiler->memo[mode]) memcpy(grown, compiler->memo[mode], compiler->memo_capacity[mode] * sizeof *grown);
        compiler->memo[mode] = grown;
        compiler->memo_capacity[mode] = capacity;
    }
    return &compiler->memo[mode][expr->number];
}

static void remember(Compiler *compiler, const Expr *expr, Slot slot) {
    *memo_of(compiler, expr) = (Slotted){slot, compiler->stamp};
    RememberedExpr entry = {expr, compiler->lane_zero};
    vector_push(compiler->arena, compiler->remembered, entry);
}

static void forget_from(Compiler *compiler, uint32_t first) {
    bool mode = compiler->lane_zero;
    while (compiler->remembered.count > first) {
        RememberedExpr entry = compiler->remembered.items[--compiler->remembered.count];
        compiler->lane_zero = entry.lane_zero;
        memo_of(compiler, entry.expr)->stamp = 0;
    }
    compiler->lane_zero = mode;
}

// ---------------------------------------------------------------- guards

Slot compile_guard(Compiler *compiler, Guard *guard) {
    if (guard->made) return guard->mask;
    Slot condition = guard->condition;
    guard->made = true;
    if (!guard->outer && !guard->negated) return guard->mask = condition;
    Slot outer = guard->outer ? compile_guard(compiler, guard->outer)
                              : compile_constant(compiler, DOMAIN_INTEGER, (Lane){.integer = 1});
    guard->mask = compile_slot(compiler, DOMAIN_INTEGER, condition.varying || outer.varying);
    RunRow run = guard->negated ? row_and_not : row_operation(OP_AND, DOMAIN_INTEGER);
    Instruction *instruction = oracle_emit(compiler, run, guard->mask, DTYPE_BOOL);
    instruction->operand[0] = outer;
    instruction->operand[1] = condition;
    return guard->mask;
}

static Access *guard_access(Compiler *compiler, Location location) {
    Access *access = arena_new(compiler->arena, Access);
    access->location = location;
    access->masked = compiler->guard != NULL;
    if (access->masked) access->mask = compile_guard(compiler, compiler->guard);
    return access;
}

static Slot compile_guarded(Compiler *compiler, const Expr *expr, Domain domain, Slot condition, bool negated,
                            Location location) {
    Guard guard = {.outer = compiler->guard, .condition = condition, .negated = negated};
    uint32_t first = compiler->remembered.count;
    compiler->guard = &guard;
    Slot slot = compile_value(compiler, expr, domain, location);
    compiler->guard = guard.outer;
    forget_from(compiler, first);
    return slot;
}

// ---------------------------------------------------------------- leaves

static Slot compile_size(Compiler *compiler, const Variable *variable, Location location) {
    if (!variable->is_bound) {
        report(compiler->context, DIAG_TENSOR_SIZE, location, "the value of '%s' is not known", variable->name);
        report_help(compiler->context, "bind it with %s=VALUE", variable->name);
        fail_now(compiler->context);
    }
    Lane lane = {.integer = variable->bound};
    if (dtype_is_float(variable->type)) lane.real = (double)variable->bound;
    return compile_constant(compiler, domain_of(variable->type), lane);
}

static Slot compile_variable_read(Compiler *compiler, const Variable *variable, Location location) {
    if (variable->kind == VARIABLE_SIZE) return compile_size(compiler, variable, location);
    VariableInfo *info = compile_variable(compiler, variable);
    if (!info->defined)
        fail(compiler->context, DIAG_IR_INVALID, location, "'%s' is used where it has no value", variable->name);
    Slot slot = info->slot;
    if (compiler->lane_zero) slot.varying = false; // a row begins with lane 0
    return slot;
}

static void compile_index(Compiler *compiler, Access *access, int dimension, const Expr *index, Location location) {
    Linear form = linear_of(compiler, index);
    bool outer = compiler->lane_zero;
    if (compiler->in_row && !outer && linear_step(compiler, &form, &access->step[dimension]))
        compiler->lane_zero = true;
    access->index[dimension] = compile_value(compiler, index, DOMAIN_INTEGER, location);
    compiler->lane_zero = outer;
}

Access *compile_access(Compiler *compiler, Buffer *buffer, const Expr *const indices[], Location location) {
    Access *access = guard_access(compiler, location);
    access->buffer = compile_buffer(compiler, buffer);
    access->rank = buffer->rank;
    for (int d = 0; d < buffer->rank; d++) compile_index(compiler, access, d, indices[d], location);
    return access;
}

static bool access_varies(const Access *access) {
    for (int d = 0; d < access->rank; d++)
        if (access->step[d] != 0 || access->index[d].varying) return true;
    return false;
}

static Slot compile_load(Compiler *compiler, const Expr *expr, Location location) {
    int number = compile_buffer(compiler, expr->buffer);
    const BufferInfo *info = &compiler->plan->buffers.items[number];
    if (info->is_private) {
        Slot source = info->slot;
        if (compiler->lane_zero) source.varying = false;
        return emit_unary(compiler, row_move, source, expr->type, source.domain);
    }
    compile_effect(compiler, EFFECT_READ, number);
    Access *access = compile_access(compiler, expr->buffer, expr->args, location);
    Slot target = compile_slot(compiler, domain_of(expr->type), access_varies(access));
    oracle_emit(compiler, row_load, target, expr->type)->access = access;
    return target;
}

// ---------------------------------------------------------------- operations

Slot compile_condition(Compiler *compiler, const Expr *expr, Location location) {
    Slot slot = compile_value(compiler, expr, domain_of(expr->type), location);
    return slot.domain == DOMAIN_INTEGER ? slot : emit_unary(compiler, row_truth, slot, DTYPE_BOOL, DOMAIN_INTEGER);
}

static Slot compile_cast(Compiler *compiler, const Expr *expr, Location location) {
    Slot source = compile_value(compiler, expr->args[0], domain_of(expr->args[0]->type), location);
    if (source.domain == DOMAIN_REAL && expr->type == DTYPE_BOOL)
        return emit_unary(compiler, row_truth, source, DTYPE_BOOL, DOMAIN_INTEGER);
    Slot converted = to_domain(compiler, source, domain_of(expr->type));
    return emit_unary(compiler, row_round, converted, expr->type, converted.domain);
}

static Slot emit_operation(Compiler *compiler, const Expr *expr, RunRow run, const Slot operands[], Domain result) {
    bool varying = false;
    for (uint32_t i = 0; i < expr->count; i++) varying = varying || operands[i].varying;
    Slot target = compile_slot(compiler, result, varying);
    Instruction *instruction = oracle_emit(compiler, run, target, expr->type);
    instruction->op = expr->op;
    for (uint32_t i = 0; i < expr->count; i++) instruction->operand[i] = operands[i];
    return target;
}

static Slot compile_select(Compiler *compiler, const Expr *expr, Location location) {
    Domain domain = domain_of(expr->type);
    Slot condition = compile_condition(compiler, expr->args[0], location);
    Slot then = compile_guarded(compiler, expr->args[1], domain, condition, false, location);
    Slot otherwise = compile_guarded(compiler, expr->args[2], domain, condition, true, location);
    return emit_operation(compiler, expr, row_operation(OP_SELECT, domain), (Slot[]){condition, then, otherwise},
                          domain);
}

// The right side of `and` is evaluated where the left one holds, that of `or` where it does not.
static Slot compile_logical(Compiler *compiler, const Expr *expr, Location location) {
    Slot operands[2] = {compile_condition(compiler, expr->args[0], location)};
    if (expr->count == 2) {
        const Expr *right = expr->args[1];
        Slot slot = compile_guarded(compiler, right, domain_of(right->type), operands[0], expr->op == OP_OR, location);
        operands[1] =
            slot.domain == DOMAIN_INTEGER ? slot : emit_unary(compiler, row_truth, slot, DTYPE_BOOL, DOMAIN_INTEGER);
    }
    return emit_operation(compiler, expr, row_operation(expr->op, DOMAIN_INTEGER), operands, DOMAIN_INTEGER);
}

static Slot compile_arithmetic(Compiler *compiler, const Expr *expr, Location location) {
    Domain domain = DOMAIN_INTEGER;
    for (uint32_t i = 0; i < expr->count; i++)
        if (dtype_is_float(expr->args[i]->type)) domain = DOMAIN_REAL;
    RunRow run = expr->count <= 2 ? row_operation(expr->op, domain) : NULL;
    if (!run)
        fail(compiler->context, DIAG_IR_INVALID, location, "'%s' of %s is no operation on elements",
             expr_op_name(expr->op), expr->count ? dtype_name(expr->args[0]->type) : "nothing");
    Slot operands[2];
    for (uint32_t i = 0; i < expr->count; i++) operands[i] = compile_value(compiler, expr->args[i], domain, location);
    Access *guard = row_operation_may_fail(expr->op, domain) ? guard_access(compiler, location) : NULL;
    Slot target = emit_operation(compiler, expr, run, operands, domain_of(expr->type));
    vector_last(compiler->program).access = guard;
    compiler->operations += domain == DOMAIN_REAL;
    return target;
}

static Slot compile_op(Compiler *compiler, const Expr *expr, Location location) {
    if (expr->op == OP_CAST) return compile_cast(compiler, expr, location);
    if (expr->op == OP_SELECT) return compile_select(compiler, expr, location);
    if (expr->op == OP_AND || expr->op == OP_OR || expr->op == OP_NOT) return compile_logical(compiler, expr, location);
    return compile_arithmetic(compiler, expr, location);
}

static Slot compile_new(Compiler *compiler, const Expr *expr, Location location) {
    switch (expr->kind) {
    case EXPR_INT: return compile_constant(compiler, DOMAIN_INTEGER, (Lane){.integer = expr->integer});
    case EXPR_FLOAT: return compile_constant(compiler, DOMAIN_REAL, (Lane){.real = expr->real});
    case EXPR_VARIABLE: return compile_variable_read(compiler, expr->variable, location);
    case EXPR_LOAD: return compile_load(compiler, expr, location);
    case EXPR_OP: break;
    }
    return compile_op(compiler, expr, location);
}

Slot compile_value(Compiler *compiler, const Expr *expr, Domain domain, Location location) {
    Slotted *known = memo_of(compiler, expr);
    if (known->stamp == compiler->stamp) return to_domain(compiler, known->slot, domain);
    oracle_enter(compiler, location);
    Slot slot = compile_new(compiler, expr, location);
    compile_leave(compiler);
    remember(compiler, expr, slot);
    return to_domain(compiler, slot, domain);
}
