// Sharing, by algebra: every expression that decides what a fill reads and how often it runs (page numbers, slots, loop
// bounds, conditions) is written in terms of runtime arguments and loop variables; a core's own arguments are put in
// their places and the expression is simplified, with what is known of the loops' ranges. Cores whose expressions are
// equal run the same fills. No work item is looked at by itself.
//
// Only the parts of an expression that hold arguments can differ. They are kept apart as keys, each worked out once.
#include "pass/sharing.h"

#include "ir/affine.h"
#include "ir/walk.h"

enum { MAX_NODES = 2000, MAX_LOOPS = 16 };

typedef struct Definition { // of a let, in terms of arguments and loop variables
    const Variable *variable;
    const Expr *value;
} Definition;

typedef struct Loop {
    const Variable *variable;
    const Expr *start, *extent, *step;
} Loop;

typedef struct Key {
    const Expr *expr;
    const Expr **on; // each core
} Key;

typedef struct Argument {
    const Variable *variable;
    const int64_t *on; // each core
} Argument;

struct Sharing {
    Function *function;
    Module *module;
    Arena *arena;
    int core_count;
    const Core *cores;
    VECTOR(Key) keys;
    VECTOR(Argument) arguments; // seen so far
    VECTOR(Definition) lets;
    Loop loops[MAX_LOOPS];
    int loop_count;
    VECTOR(uint32_t) deciding; // keys of the fills under way
    bool unknown;              // something decides that cannot be written so
    int core;                  // under way, with the ranges of its loops
    RangeOf ranges[MAX_LOOPS];
    int range_count;
};

Sharing *sharing_new(Function *function, int core_count, const Core cores[]) {
    Arena *arena = &function->module->context->scratch;
    Sharing *sharing = arena_new(arena, Sharing);
    sharing->function = function;
    sharing->module = function->module;
    sharing->arena = arena;
    sharing->core_count = core_count;
    sharing->cores = cores;
    return sharing;
}

// ---------------------------------------------------------------- a core's own

// Values of a runtime argument; NULL for any other variable.
static const Argument *argument_of(Sharing *sharing, const Variable *variable) {
    for (uint32_t i = 0; i < sharing->arguments.count; i++)
        if (sharing->arguments.items[i].variable == variable) return &sharing->arguments.items[i];
    const Function *function = sharing->function;
    for (uint32_t i = 0; i < function->arguments.count; i++) {
        if (function->arguments.items[i]->variable != variable) continue;
        int64_t *values = arena_new_array(sharing->arena, int64_t, (size_t)sharing->core_count);
        for (int k = 0; k < sharing->core_count; k++)
            values[k] = argument_value(function->arguments.items[i], sharing->cores[k]);
        vector_push(sharing->arena, sharing->arguments, ((Argument){variable, values}));
        return &vector_last(sharing->arguments);
    }
    return NULL;
}

static bool range_of(const Sharing *sharing, const Expr *expr, Range *range) {
    return expr_range(expr, sharing->range_count, sharing->ranges, range);
}

// Variables of loops of one turn, and divisions by a constant whose dividend stays between two of its multiples.
static const Expr *fold_ranges(Module *module, const Expr *expr, void *user) {
    const Sharing *sharing = user;
    int64_t divisor;
    Range range;
    if (expr->type != DTYPE_INT32) return expr;
    if (expr->kind == EXPR_VARIABLE)
        return range_of(sharing, expr, &range) && range.low == range.high ? expr_int(module, range.low) : expr;
    bool divides = expr->kind == EXPR_OP && (expr->op == OP_FLOORDIV || expr->op == OP_FLOORMOD);
    if (!divides || !expr_constant(expr->args[1], &divisor) || divisor < 1) return expr;
    if (!range_of(sharing, expr->args[0], &range) || range.low < 0) return expr;
    int64_t quotient = range.low / divisor;
    if (quotient != range.high / divisor) return expr;
    if (expr->op == OP_FLOORDIV) return expr_int(module, quotient);
    return expr_sub(module, expr->args[0], expr_int(module, quotient * divisor));
}

static const Expr *put_in_place(Module *module, const Expr *expr, void *user) {
    Sharing *sharing = user;
    if (expr->kind != EXPR_VARIABLE) return expr;
    if (expr->variable->kind == VARIABLE_SIZE && expr->variable->is_bound)
        return expr_integer(module, expr->type, expr->variable->bound);
    const Argument *argument = expr->variable->kind == VARIABLE_RUNTIME ? argument_of(sharing, expr->variable) : NULL;
    return argument ? expr_integer(module, expr->type, argument->on[sharing->core]) : expr;
}

static const Expr *with_arguments(Sharing *sharing, const Expr *expr) {
    return map_expression(sharing->module, expr, put_in_place, sharing);
}

// The value on the core under way of an expression that takes only one there.
static bool own_constant(Sharing *sharing, const Expr *expr, int64_t *value) {
    int64_t operands[2];
    if (expr_constant(expr, value)) return true;
    if (expr->kind == EXPR_VARIABLE) {
        const Argument *argument = argument_of(sharing, expr->variable);
        Range range;
        if (argument) *value = argument->on[sharing->core];
        if (argument || !range_of(sharing, expr, &range)) return argument != NULL;
        *value = range.low;
        return range.low == range.high;
    }
    if (expr->kind != EXPR_OP || expr->count > 2 || expr->type != DTYPE_INT32) return false;
    for (uint32_t i = 0; i < expr->count; i++)
        if (!own_constant(sharing, expr->args[i], &operands[i])) return false;
    return expr_fold_integer(expr->op, operands[0], expr->count > 1 ? operands[1] : 0, value) &&
           *value == (int32_t)*value;
}

// Ranges of the variables of loops that `expr` uses, as far as they are constants on the core under way.
static void set_ranges(Sharing *sharing, const Expr *expr) {
    sharing->range_count = 0;
    for (int i = 0; i < sharing->loop_count; i++) {
        const Loop *loop = &sharing->loops[i];
        int64_t start, extent, step;
        bool known = expression_uses(expr, loop->variable) && own_constant(sharing, loop->start, &start) &&
                     own_constant(sharing, loop->extent, &extent) && own_constant(sharing, loop->step, &step);
        if (!known || step < 1 || extent < 1 || extent > INT32_MAX || step > INT32_MAX) continue;
        sharing->ranges[sharing->range_count++] = (RangeOf){loop->variable, {start, start + (extent - 1) * step}};
    }
}

static void work_out(Sharing *sharing, Key *key) {
    key->on = arena_new_array(sharing->arena, const Expr *, (size_t)sharing->core_count);
    for (int i = 0; i < sharing->core_count; i++) {
        int64_t value;
        sharing->core = i;
        set_ranges(sharing, key->expr);
        key->on[i] = own_constant(sharing, key->expr, &value)
                         ? expr_integer(sharing->module, key->expr->type, value)
                         : map_expression(sharing->module, with_arguments(sharing, key->expr), fold_ranges, sharing);
    }
}

// ---------------------------------------------------------------- keys

static void find_argument(const Expr *expr, void *found) {
    if (expr->kind == EXPR_VARIABLE && expr->variable->kind == VARIABLE_RUNTIME) *(bool *)found = true;
}

static bool holds_argument(const Expr *expr) {
    bool found = false;
    walk_expression(expr, find_argument, &found);
    return found;
}

static void add_deciding(Sharing *sharing, uint32_t key) {
    for (uint32_t i = 0; i < sharing->deciding.count; i++)
        if (sharing->deciding.items[i] == key) return;
    vector_push(sharing->arena, sharing->deciding, key);
}

// Operations whose parts decide apart: where all parts are equal, so is the whole. A division is kept whole, since it
// may be equal where its parts are not.
static bool comes_apart(const Expr *expr) {
    static const bool apart[OP_COUNT] = {
        [OP_ADD] = true, [OP_SUB] = true, [OP_MUL] = true, [OP_LT] = true,  [OP_LE] = true, [OP_GT] = true,
        [OP_GE] = true,  [OP_EQ] = true,  [OP_NE] = true,  [OP_AND] = true, [OP_OR] = true, [OP_NOT] = true,
    };
    return expr->kind == EXPR_OP && apart[expr->op];
}

static void add_key(Sharing *sharing, const Expr *expr) {
    if (!holds_argument(expr)) return;
    if (comes_apart(expr)) {
        for (uint32_t i = 0; i < expr->count; i++) add_key(sharing, expr->args[i]);
        return;
    }
    uint32_t key = 0;
    while (key < sharing->keys.count && sharing->keys.items[key].expr != expr) key++;
    if (key == sharing->keys.count) vector_push(sharing->arena, sharing->keys, ((Key){.expr = expr}));
    add_deciding(sharing, key);
}

// ---------------------------------------------------------------- in terms of arguments and loop variables

static const Expr *definition_of(const Sharing *sharing, const Variable *variable) {
    for (uint32_t i = sharing->lets.count; i-- > 0;)
        if (sharing->lets.items[i].variable == variable) return sharing->lets.items[i].value;
    return NULL;
}

static const Expr *expand_variable(Module *module, const Expr *expr, void *user) {
    (void)module;
    const Expr *value = expr->kind == EXPR_VARIABLE ? definition_of(user, expr->variable) : NULL;
    return value ? value : expr;
}

typedef struct Weight {
    const Sharing *sharing;
    uint64_t nodes;
    bool loads;
} Weight;

static void weigh(const Expr *expr, void *user) {
    Weight *weight = user;
    const Expr *value = expr->kind == EXPR_VARIABLE ? definition_of(weight->sharing, expr->variable) : NULL;
    weight->nodes += value ? value->nodes : 1;
    weight->loads = weight->loads || expr->kind == EXPR_LOAD; // of a scalar that changes
}

// NULL, and unknown, if it would become too large or depends on a scalar that changes.
static const Expr *expand(Sharing *sharing, const Expr *expr) {
    if (expr->kind == EXPR_INT) return expr;
    Weight weight = {.sharing = sharing};
    walk_expression(expr, weigh, &weight);
    if (weight.nodes <= MAX_NODES && !weight.loads)
        return map_expression(sharing->module, expr, expand_variable, sharing);
    sharing->unknown = true;
    return NULL;
}

static const Expr *decide_by(Sharing *sharing, const Expr *expr) {
    const Expr *expanded = expand(sharing, expr);
    if (expanded) add_key(sharing, expanded);
    return expanded;
}

static void define(Sharing *sharing, const Statement *let) {
    const Expr *value = expand(sharing, let->let.value);
    if (value) vector_push(sharing->arena, sharing->lets, ((Definition){let->let.variable, value}));
}

// ---------------------------------------------------------------- what decides

static void add_loop(Sharing *sharing, const Statement *statement) {
    Loop loop = {statement->loop.variable, decide_by(sharing, statement->loop.start),
                 decide_by(sharing, statement->loop.extent), decide_by(sharing, statement->loop.step)};
    bool known = loop.start && loop.extent && loop.step && sharing->loop_count < MAX_LOOPS;
    for (int i = 0; known && i < sharing->loop_count; i++) known = sharing->loops[i].variable != loop.variable;
    if (known) sharing->loops[sharing->loop_count++] = loop;
}

static void add_slot(const Expr **slot, void *user) { decide_by(user, *slot); }

// Everything inside of a fill.
static void add_inner(Sharing *sharing, Statement *statement) {
    if (statement->kind == STATEMENT_LET) {
        define(sharing, statement);
        return;
    }
    if (statement->kind == STATEMENT_FOR)
        add_loop(sharing, statement);
    else
        statement_expressions(statement, add_slot, sharing);
    Block *blocks[2];
    int count = statement_blocks(statement, blocks);
    for (int i = 0; i < count; i++)
        for (Statement *s = blocks[i]->first; s; s = s->next) add_inner(sharing, s);
}

// Statements around a fill, from the outside in: their bounds and conditions, and the lets before the fill. Loops that
// are left early are not followed.
static void add_outer(Sharing *sharing, const Statement *inner) {
    const Statement *owner = inner->block->owner;
    if (owner) add_outer(sharing, owner);
    if (owner && owner->kind == STATEMENT_FOR) {
        add_loop(sharing, owner);
        sharing->unknown = sharing->unknown || leaves_loop(owner->loop.body);
    } else if (owner && owner->kind == STATEMENT_IF) {
        decide_by(sharing, owner->branch.condition);
    } else if (owner) {
        sharing->unknown = true;
    }
    for (const Statement *s = inner->block->first; s != inner; s = s->next)
        if (s->kind == STATEMENT_LET) define(sharing, s);
}

static void add_fill(Sharing *sharing, const Fill *fill) {
    add_outer(sharing, fill->reserve);
    for (Statement *s = fill->reserve->next; s != fill->push; s = s->next) add_inner(sharing, s);
}

// ---------------------------------------------------------------- comparing cores

static bool same_keys(const Sharing *sharing, int a, int b) {
    for (uint32_t i = 0; i < sharing->deciding.count; i++) {
        const Key *key = &sharing->keys.items[sharing->deciding.items[i]];
        if (key->on[a] != key->on[b]) return false;
    }
    return true;
}

int *same_fills(Sharing *sharing, const Fills *fills) {
    sharing->deciding.count = sharing->lets.count = 0;
    sharing->loop_count = 0;
    sharing->unknown = false;
    for (uint32_t i = 0; i < fills->count; i++) add_fill(sharing, &fills->items[i]);
    if (sharing->unknown) return NULL;
    for (uint32_t i = 0; i < sharing->deciding.count; i++) {
        Key *key = &sharing->keys.items[sharing->deciding.items[i]];
        if (!key->on) work_out(sharing, key);
    }
    int *same = arena_new_array(sharing->arena, int, (size_t)sharing->core_count);
    for (int i = 0; i < sharing->core_count; i++) {
        same[i] = i;
        for (int k = i - 1; k >= 0; k--)
            if (same[k] == k && same_keys(sharing, k, i)) same[i] = k;
    }
    return same;
}
