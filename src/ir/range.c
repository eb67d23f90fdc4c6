// Ranges of integer expressions by interval arithmetic. INT64_MIN as a low end and INT64_MAX as a high end stand for
// no bound, so `x % 32` is known whatever x is.
#include "ir/expr.h"

#define STRUCTURAL_DEPTH 8 // what simplification looks at, so that its cost stays small

typedef struct Query {
    int count;
    const RangeOf *known;
    bool bound_sizes; // dynamic sizes have their bound values
    int depth;        // levels still looked at
} Query;

static const Range anything = {INT64_MIN, INT64_MAX};

static Range range_of(const Expr *expr, Query query);

// ---------------------------------------------------------------- arithmetic on intervals

static bool is_unbounded(int64_t end) { return end == INT64_MIN || end == INT64_MAX; }

static int64_t add_ends(int64_t a, int64_t b, int64_t unbounded) {
    int64_t sum;
    if (a == unbounded || b == unbounded || __builtin_add_overflow(a, b, &sum)) return unbounded;
    return sum;
}

static Range add_ranges(Range a, Range b) {
    return (Range){add_ends(a.low, b.low, INT64_MIN), add_ends(a.high, b.high, INT64_MAX)};
}

static int64_t negate_end(int64_t end) { return end == INT64_MIN ? INT64_MAX : end == INT64_MAX ? INT64_MIN : -end; }

static Range negate_range(Range a) { return (Range){negate_end(a.high), negate_end(a.low)}; }

static int64_t multiply_ends(int64_t a, int64_t b) {
    int64_t product;
    if (a == 0 || b == 0) return 0;
    if (!is_unbounded(a) && !is_unbounded(b) && !__builtin_mul_overflow(a, b, &product)) return product;
    return (a < 0) == (b < 0) ? INT64_MAX : INT64_MIN;
}

static Range hull(Range a, Range b) {
    return (Range){a.low < b.low ? a.low : b.low, a.high > b.high ? a.high : b.high};
}

static Range multiply_ranges(Range a, Range b) {
    int64_t low_low = multiply_ends(a.low, b.low), low_high = multiply_ends(a.low, b.high);
    int64_t high_low = multiply_ends(a.high, b.low), high_high = multiply_ends(a.high, b.high);
    return hull(hull((Range){low_low, low_low}, (Range){low_high, low_high}),
                hull((Range){high_low, high_low}, (Range){high_high, high_high}));
}

static int64_t divide_end(int64_t a, int64_t b) { return is_unbounded(a) ? a : floor_divide(a, b); }

static Range divide_ranges(Range a, Range b) {
    if (b.low <= 0 || b.high == INT64_MAX) return anything;
    return hull((Range){divide_end(a.low, b.low), divide_end(a.high, b.low)},
                (Range){divide_end(a.low, b.high), divide_end(a.high, b.high)});
}

static Range modulo_ranges(Range a, Range b) {
    if (b.low <= 0) return anything;
    if (a.low >= 0 && a.high < b.low) return a;
    return (Range){0, b.high == INT64_MAX ? INT64_MAX : b.high - 1};
}

static Range min_ranges(Range a, Range b) {
    return (Range){a.low < b.low ? a.low : b.low, a.high < b.high ? a.high : b.high};
}

static Range max_ranges(Range a, Range b) {
    return (Range){a.low > b.low ? a.low : b.low, a.high > b.high ? a.high : b.high};
}

// ---------------------------------------------------------------- expressions

static Range of_type(DType type) {
    if (type == DTYPE_BOOL) return (Range){0, 1};
    return dtype_class(type) == CLASS_UINT ? (Range){0, INT64_MAX} : anything;
}

static Range of_variable(const Variable *variable, const Query *query) {
    for (int i = 0; i < query->count; i++) {
        if (query->known[i].variable == variable) return query->known[i].range;
    }
    if (variable->kind == VARIABLE_SIZE && query->bound_sizes && variable->is_bound)
        return (Range){variable->bound, variable->bound};
    if (variable->kind == VARIABLE_BLOCK) return (Range){0, INT64_MAX};
    return of_type(variable->type);
}

static Range of_cast(const Expr *expr, Range operand) {
    bool kept =
        range_is_finite(operand) && integer_fits(expr->type, operand.low) && integer_fits(expr->type, operand.high);
    return kept ? operand : of_type(expr->type);
}

static Range of_operation(const Expr *expr, Query query) {
    Range a = expr->count > 0 ? range_of(expr->args[0], query) : anything;
    Range b = expr->count > 1 ? range_of(expr->args[1], query) : anything;
    switch (expr->op) {
    case OP_ADD: return add_ranges(a, b);
    case OP_SUB: return add_ranges(a, negate_range(b));
    case OP_NEG: return negate_range(a);
    case OP_MUL: return multiply_ranges(a, b);
    case OP_FLOORDIV: return divide_ranges(a, b);
    case OP_FLOORMOD: return modulo_ranges(a, b);
    case OP_MIN: return min_ranges(a, b);
    case OP_MAX: return max_ranges(a, b);
    case OP_ABS: return max_ranges(max_ranges(a, negate_range(a)), (Range){0, 0});
    case OP_SELECT: return hull(b, range_of(expr->args[2], query));
    case OP_BITAND: return b.low >= 0 ? (Range){0, b.high} : a.low >= 0 ? (Range){0, a.high} : of_type(expr->type);
    case OP_CAST: return of_cast(expr, dtype_is_float(expr->args[0]->type) ? anything : a);
    default: return of_type(expr->type);
    }
}

static Range range_of(const Expr *expr, Query query) {
    if (expr->kind == EXPR_INT) return (Range){expr->integer, expr->integer};
    if (dtype_is_float(expr->type)) return anything;
    if (expr->kind == EXPR_VARIABLE) return of_variable(expr->variable, &query);
    if (expr->kind != EXPR_OP || query.depth == 0) return of_type(expr->type);
    query.depth--;
    return of_operation(expr, query);
}

Range structural_range(const Expr *expr) { return range_of(expr, (Query){.depth = STRUCTURAL_DEPTH}); }

Range linear_range(const Linear *sum) {
    Range range = {sum->constant, sum->constant};
    for (int i = 0; i < sum->count; i++) {
        Range factor = {sum->terms[i].coefficient, sum->terms[i].coefficient};
        range = add_ranges(range, multiply_ranges(factor, structural_range(sum->terms[i].atom)));
    }
    return range;
}

bool expr_range(const Expr *expr, int count, const RangeOf known[], Range *range) {
    Query query = {.count = count, .known = known, .bound_sizes = true, .depth = MAX_EXPR_DEPTH};
    *range = range_of(expr, query);
    return range_is_finite(*range);
}
