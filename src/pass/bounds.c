// Indices of on-chip buffers against their shapes (bounds.h). An index that is linear in loop variables of known ranges
// takes its extremes, so what is outside here is outside in some iteration.
#include "pass/bounds.h"

#include "ir/affine.h"
#include "ir/build.h"
#include "ir/walk.h"
#include "pass/internal.h"

typedef struct Bounds {
    Module *module;
    VECTOR(const Variable *) variables; // of the loops around the place, with their ranges
    VECTOR(Range) ranges;
    Location location;
} Bounds;

// ---------------------------------------------------------------- one index

static bool add_product(int64_t *sum, int64_t a, int64_t b) {
    int64_t product;
    return !__builtin_mul_overflow(a, b, &product) && !__builtin_add_overflow(*sum, product, sum);
}

static const Range *range_of_variable(const Bounds *bounds, const Variable *variable) {
    for (uint32_t i = 0; i < bounds->variables.count; i++)
        if (bounds->variables.items[i] == variable) return &bounds->ranges.items[i];
    return NULL;
}

// The smallest and the largest value that the expression takes; false if that is not known.
static bool extremes(const Bounds *bounds, const Expr *expr, Range *result) {
    Affine affine;
    int64_t base;
    int count = (int)bounds->variables.count;
    if (!affine_of(bounds->module, expr, count, bounds->variables.items, &affine)) return false;
    if (!expr_constant(affine.base, &base)) return false;
    *result = (Range){base, base};
    for (int i = 0; i < affine.count; i++) {
        const Range *range = range_of_variable(bounds, affine.variables[i]);
        int64_t coefficient = affine.coefficients[i];
        bool rises = coefficient > 0;
        if (!add_product(&result->low, coefficient, rises ? range->low : range->high)) return false;
        if (!add_product(&result->high, coefficient, rises ? range->high : range->low)) return false;
    }
    return true;
}

static void check_dimension(const Bounds *bounds, const Buffer *buffer, int dimension, const Expr *start,
                            int64_t extent) {
    Range range;
    int64_t size;
    if (!expr_constant(buffer->shape[dimension], &size) || !extremes(bounds, start, &range)) return;
    if (range.low >= 0 && range.high <= size - extent) return;
    Context *context = bounds->module->context;
    int64_t outside = range.low < 0                      ? range.low
                      : range.high <= INT64_MAX - extent ? range.high + extent - 1
                                                         : INT64_MAX;
    report(context, DIAG_OUT_OF_BOUNDS, bounds->location,
           "index %lld is outside of dimension %d of '%s', which has %lld elements", (long long)outside, dimension,
           buffer->name, (long long)size);
    report_help(context, "correct the index or the buffer's shape");
    fail_now(context);
}

static void check_indices(const Bounds *bounds, const Buffer *buffer, const Expr *const indices[]) {
    for (int d = 0; is_on_chip(buffer) && d < buffer->rank; d++) check_dimension(bounds, buffer, d, indices[d], 1);
}

static void check_region(const Bounds *bounds, const Region *region) {
    int64_t extent;
    for (int d = 0; is_on_chip(region->buffer) && d < region->buffer->rank; d++)
        if (expr_constant(region->extent[d], &extent) && extent > 0)
            check_dimension(bounds, region->buffer, d, region->start[d], extent);
}

// ---------------------------------------------------------------- the walk

// What stands behind a condition inside of an expression may never be asked for.
static void check_loads(const Bounds *bounds, const Expr *expr) {
    if (expr->kind == EXPR_LOAD) check_indices(bounds, expr->buffer, expr->args);
    bool guards = expr->kind == EXPR_OP && (expr->op == OP_SELECT || expr->op == OP_AND || expr->op == OP_OR);
    for (uint32_t i = 0; i < (guards ? 1 : expr->count); i++) check_loads(bounds, expr->args[i]);
}

static void check_slot(const Expr **slot, void *user) { check_loads(user, *slot); }

static bool loop_range(const Statement *loop, Range *range) {
    int64_t start, extent, step, way;
    if (!expr_constant(loop->loop.start, &start) || !expr_constant(loop->loop.extent, &extent) ||
        !expr_constant(loop->loop.step, &step) || extent < 1 || leaves_loop(loop->loop.body))
        return false;
    if (__builtin_mul_overflow(extent - 1, step, &way) || __builtin_add_overflow(start, way, &way)) return false;
    *range = way < start ? (Range){way, start} : (Range){start, way};
    return true;
}

static void push(Bounds *bounds, const Variable *variable, Range range) {
    Arena *arena = &bounds->module->context->scratch;
    vector_push(arena, bounds->variables, variable);
    vector_push(arena, bounds->ranges, range);
}

static void check_block(Bounds *bounds, const Block *block);

static void check_loop(Bounds *bounds, const Statement *loop) {
    Range range;
    if (!loop_range(loop, &range)) return;
    push(bounds, loop->loop.variable, range);
    check_block(bounds, loop->loop.body);
    bounds->variables.count--;
    bounds->ranges.count--;
}

static void check_block(Bounds *bounds, const Block *block) {
    for (Statement *s = block->first; s; s = s->next) {
        bounds->location = s->location;
        if (s->kind == STATEMENT_BREAK || s->kind == STATEMENT_CONTINUE) return;
        statement_expressions(s, check_slot, bounds);
        if (s->kind == STATEMENT_FOR) check_loop(bounds, s);
        if (s->kind == STATEMENT_STORE) check_indices(bounds, s->store.buffer, s->store.indices);
        for (int i = 0; s->kind == STATEMENT_OPERATION && i < MAX_OPERANDS; i++)
            if (s->op.operands[i].kind == OPERAND_REGION) check_region(bounds, s->op.operands[i].region);
    }
}

void check_on_chip_bounds(Function *function) {
    const Statement *launch = function_launch(function);
    Bounds bounds = {.module = function->module};
    for (int i = 0; i < launch->launch.rank; i++) {
        int64_t extent;
        if (!expr_constant(launch->launch.extents[i], &extent)) continue;
        if (extent < 1) return;
        push(&bounds, launch->launch.variables[i], (Range){0, extent - 1});
    }
    check_block(&bounds, launch->launch.body);
}
