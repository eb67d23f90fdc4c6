// The rules of each operation, by table. Floats keep every operation whose result could differ in a bit.
#include <math.h>

#include "ir/expr.h"

// x + 0, x - 0, x * 1, x / 1; for floats only those that hold for -0.0 and NaN too.
static bool is_neutral(ExprOp op, const Expr *b) {
    bool one = op == OP_MUL || op == OP_DIV || op == OP_FLOORDIV;
    if (b->kind == EXPR_INT) return b->integer == one;
    if (b->kind != EXPR_FLOAT || b->real != one) return false;
    return one || (op == OP_SUB) == !signbit(b->real);
}

static const Expr *simplify_plain(Module *module, ExprOp op, DType type, const Expr *const args[]) {
    const Expr *folded = fold_constants(module, op, type, args);
    if (folded) return folded;
    if (is_neutral(op, args[1])) return args[0];
    bool commutes = op == OP_ADD || op == OP_MUL;
    if (commutes && is_neutral(op, args[0])) return args[1];
    // -x and x * -1.0 are the same in every bit but a NaN's sign, which no operation keeps.
    bool negates = op == OP_MUL && args[1]->kind == EXPR_FLOAT && args[1]->real == -1.0;
    if (negates) return expr_unary(module, OP_NEG, args[0]);
    bool vanishes = op == OP_MUL && (expr_is_int(args[0], 0) || expr_is_int(args[1], 0));
    return vanishes ? expr_integer(module, type, 0) : NULL;
}

static const Expr *simplify_arithmetic(Module *module, ExprOp op, DType type, const Expr *const args[]) {
    if (!is_signed(type)) return simplify_plain(module, op, type, args);
    return (op == OP_MUL ? simplify_product : simplify_sum)(module, op, type, args);
}

static const Expr *simplify_negation(Module *module, ExprOp op, DType type, const Expr *const args[]) {
    if (is_signed(type)) return simplify_sum(module, op, type, args);
    bool twice = args[0]->kind == EXPR_OP && args[0]->op == OP_NEG;
    return twice ? args[0]->args[0] : fold_constants(module, op, type, args);
}

static const Expr *simplify_floor(Module *module, ExprOp op, DType type, const Expr *const args[]) {
    if (is_signed(type)) return simplify_division(module, op, type, args);
    if (op == OP_FLOORDIV) return simplify_plain(module, op, type, args);
    return expr_is_int(args[1], 1) ? expr_integer(module, type, 0) : fold_constants(module, op, type, args);
}

// Shifts by a constant are products and divisions by a power of two.
static const Expr *simplify_shift(Module *module, ExprOp op, DType type, const Expr *const args[]) {
    int64_t shift;
    if (!is_signed(type) || !expr_constant(args[1], &shift) || shift < 0 || shift > dtype_bits(type) - 2)
        return fold_constants(module, op, type, args);
    const Expr *power = expr_integer(module, type, (int64_t)1 << shift);
    return expr_binary(module, op == OP_SHL ? OP_MUL : OP_FLOORDIV, args[0], power);
}

// ---------------------------------------------------------------- order

// Range of a - b for signed integers.
static bool difference(const Expr *a, const Expr *b, Range *range) {
    Linear sum;
    linear_start(&sum, 0);
    if (!is_signed(a->type) || !linear_add(&sum, a, 1) || !linear_add(&sum, b, -1) || !linear_normalise(&sum))
        return false;
    *range = linear_range(&sum);
    return true;
}

// The truth of `difference OP 0`, or -1 where the range leaves it open.
static int decide(ExprOp op, Range difference) {
    int64_t low = difference.low, high = difference.high;
    bool zero = low == 0 && high == 0, never_zero = low > 0 || high < 0;
    switch (op) {
    case OP_EQ: return zero ? 1 : never_zero ? 0 : -1;
    case OP_NE: return zero ? 0 : never_zero ? 1 : -1;
    case OP_LT: return high < 0 ? 1 : low >= 0 ? 0 : -1;
    case OP_LE: return high <= 0 ? 1 : low > 0 ? 0 : -1;
    case OP_GT: return low > 0 ? 1 : high <= 0 ? 0 : -1;
    case OP_GE: return low >= 0 ? 1 : high < 0 ? 0 : -1;
    default: return -1;
    }
}

static const Expr *simplify_comparison(Module *module, ExprOp op, DType type, const Expr *const args[]) {
    Range range;
    int truth = difference(args[0], args[1], &range) ? decide(op, range) : -1;
    return truth >= 0 ? expr_bool(module, truth) : fold_constants(module, op, type, args);
}

// min(min(x, c), d) with constants.
static const Expr *merge_bounds(Module *module, ExprOp op, const Expr *a, const Expr *b) {
    if (b->kind != EXPR_INT || a->kind != EXPR_OP || a->op != op || a->args[1]->kind != EXPR_INT) return NULL;
    return expr_binary(module, op, a->args[0], expr_binary(module, op, a->args[1], b));
}

static const Expr *simplify_extreme(Module *module, ExprOp op, DType type, const Expr *const args[]) {
    const Expr *a = args[0], *b = args[1];
    if (a == b) return a;
    if (!is_signed(type)) return fold_constants(module, op, type, args);
    Range range;
    if (difference(a, b, &range)) {
        if (range.high <= 0) return op == OP_MIN ? a : b;
        if (range.low >= 0) return op == OP_MIN ? b : a;
    }
    if (expr_compare(a, b) > 0) return expr_binary(module, op, b, a);
    return merge_bounds(module, op, a, b);
}

// ---------------------------------------------------------------- truth and choice

static const Expr *simplify_connective(Module *module, ExprOp op, DType type, const Expr *const args[]) {
    (void)module, (void)type;
    bool deciding = op == OP_OR; // the value that settles it
    for (int i = 0; i < 2; i++) {
        if (args[i]->kind == EXPR_INT) return args[i]->integer == deciding ? args[i] : args[1 - i];
    }
    return args[0] == args[1] ? args[0] : NULL;
}

static const Expr *simplify_not(Module *module, ExprOp op, DType type, const Expr *const args[]) {
    bool twice = args[0]->kind == EXPR_OP && args[0]->op == OP_NOT;
    return twice ? args[0]->args[0] : fold_constants(module, op, type, args);
}

static const Expr *simplify_choice(Module *module, ExprOp op, DType type, const Expr *const args[]) {
    (void)module, (void)op, (void)type;
    if (args[1] == args[2]) return args[1];
    return args[0]->kind == EXPR_INT ? args[args[0]->integer ? 1 : 2] : NULL;
}

const Simplifier expr_simplifiers[OP_COUNT] = {
    [OP_ADD] = simplify_arithmetic, [OP_SUB] = simplify_arithmetic, [OP_MUL] = simplify_arithmetic,
    [OP_DIV] = simplify_plain,      [OP_NEG] = simplify_negation,   [OP_FLOORDIV] = simplify_floor,
    [OP_FLOORMOD] = simplify_floor, [OP_SHL] = simplify_shift,      [OP_SHR] = simplify_shift,
    [OP_BITAND] = fold_constants,   [OP_BITOR] = fold_constants,    [OP_BITXOR] = fold_constants,
    [OP_BITNOT] = fold_constants,   [OP_EQ] = simplify_comparison,  [OP_NE] = simplify_comparison,
    [OP_LT] = simplify_comparison,  [OP_LE] = simplify_comparison,  [OP_GT] = simplify_comparison,
    [OP_GE] = simplify_comparison,  [OP_AND] = simplify_connective, [OP_OR] = simplify_connective,
    [OP_NOT] = simplify_not,        [OP_MIN] = simplify_extreme,    [OP_MAX] = simplify_extreme,
    [OP_SELECT] = simplify_choice,  [OP_CAST] = simplify_cast,      [OP_POW] = fold_constants,
    [OP_ABS] = fold_constants,      [OP_SQRT] = fold_constants,     [OP_FLOOR] = fold_constants,
    [OP_CEIL] = fold_constants,     [OP_TRUNC] = fold_constants,
};
