// Folding of constants. expr_fold_integer is what every scalar operation on integers means.
#include <math.h>

#include "ir/expr.h"

int64_t floor_divide(int64_t a, int64_t b) { return a / b - (a % b < 0); }
int64_t floor_modulo(int64_t a, int64_t b) { return a % b + (a % b < 0 ? b : 0); }

int64_t greatest_divisor(int64_t a, int64_t b) {
    uint64_t x = a < 0 ? 0 - (uint64_t)a : (uint64_t)a, y = b < 0 ? 0 - (uint64_t)b : (uint64_t)b;
    while (y) {
        uint64_t rest = x % y;
        x = y;
        y = rest;
    }
    return x > INT64_MAX ? 1 : (int64_t)x; // 2^63 is no int64; 1 is a divisor too
}

bool integer_fits(DType type, int64_t value) {
    int bits = dtype_bits(type);
    switch (dtype_class(type)) {
    case CLASS_BOOL: return value == 0 || value == 1;
    case CLASS_INT: return bits == 64 || (value >= -((int64_t)1 << (bits - 1)) && value < (int64_t)1 << (bits - 1));
    case CLASS_UINT: return value >= 0 && (bits == 64 || value < (int64_t)1 << bits);
    case CLASS_NONE:
    case CLASS_FLOAT: break;
    }
    return false;
}

// ---------------------------------------------------------------- integers

typedef bool (*Fold)(int64_t a, int64_t b, int64_t *result);

static bool fold_add(int64_t a, int64_t b, int64_t *result) { return !__builtin_add_overflow(a, b, result); }
static bool fold_sub(int64_t a, int64_t b, int64_t *result) { return !__builtin_sub_overflow(a, b, result); }
static bool fold_mul(int64_t a, int64_t b, int64_t *result) { return !__builtin_mul_overflow(a, b, result); }
static bool fold_neg(int64_t a, int64_t b, int64_t *result) { return (void)b, !__builtin_sub_overflow(0, a, result); }

static bool fold_floordiv(int64_t a, int64_t b, int64_t *result) {
    if (b == 0 || (a == INT64_MIN && b == -1)) return false;
    *result = a / b - (a % b != 0 && (a < 0) != (b < 0));
    return true;
}

// The remainder has the divisor's sign, as in Python.
static bool fold_floormod(int64_t a, int64_t b, int64_t *result) {
    if (b == 0) return false;
    *result = b == -1 ? 0 : a % b;
    if (*result != 0 && (*result < 0) != (b < 0)) *result += b;
    return true;
}

static bool fold_shl(int64_t a, int64_t b, int64_t *result) {
    if (b < 0 || b > 62) return false;
    return !__builtin_mul_overflow(a, (int64_t)1 << b, result);
}

static bool fold_shr(int64_t a, int64_t b, int64_t *result) {
    if (b < 0) return false;
    *result = b > 62 ? -(a < 0) : floor_divide(a, (int64_t)1 << b);
    return true;
}

// By squaring, so that it ends soon for every exponent.
static bool fold_pow(int64_t a, int64_t b, int64_t *result) {
    if (b < 0) return false;
    for (*result = 1; b; b >>= 1) {
        if ((b & 1) && __builtin_mul_overflow(*result, a, result)) return false;
        if (b > 1 && __builtin_mul_overflow(a, a, &a)) return false;
    }
    return true;
}

static bool fold_abs(int64_t a, int64_t b, int64_t *result) {
    return a < 0 ? fold_neg(a, b, result) : (*result = a, true);
}

#define SIMPLE(name, value)                                                                                            \
    static bool fold_##name(int64_t a, int64_t b, int64_t *result) { return (void)a, (void)b, *result = (value), true; }
SIMPLE(bitand, a &b)
SIMPLE(bitor, a | b)
SIMPLE(bitxor, a ^ b)
SIMPLE(bitnot, ~a)
SIMPLE(eq, a == b)
SIMPLE(ne, a != b)
SIMPLE(lt, a < b)
SIMPLE(le, a <= b)
SIMPLE(gt, a > b)
SIMPLE(ge, a >= b)
SIMPLE(and, a &&b)
SIMPLE(or, a || b)
SIMPLE(not, !a)
SIMPLE(min, a < b ? a : b)
SIMPLE(max, a > b ? a : b)

static const Fold folds[OP_COUNT] = {
    [OP_ADD] = fold_add,
    [OP_SUB] = fold_sub,
    [OP_MUL] = fold_mul,
    [OP_FLOORDIV] = fold_floordiv,
    [OP_FLOORMOD] = fold_floormod,
    [OP_SHL] = fold_shl,
    [OP_SHR] = fold_shr,
    [OP_BITAND] = fold_bitand,
    [OP_BITOR] = fold_bitor,
    [OP_BITXOR] = fold_bitxor,
    [OP_BITNOT] = fold_bitnot,
    [OP_EQ] = fold_eq,
    [OP_NE] = fold_ne,
    [OP_LT] = fold_lt,
    [OP_LE] = fold_le,
    [OP_GT] = fold_gt,
    [OP_GE] = fold_ge,
    [OP_AND] = fold_and,
    [OP_OR] = fold_or,
    [OP_NOT] = fold_not,
    [OP_NEG] = fold_neg,
    [OP_MIN] = fold_min,
    [OP_MAX] = fold_max,
    [OP_POW] = fold_pow,
    [OP_ABS] = fold_abs,
};

bool expr_fold_integer(ExprOp op, int64_t a, int64_t b, int64_t *result) {
    return folds[op] && folds[op](a, b, result);
}

// ---------------------------------------------------------------- floats

// Only what IEEE 754 rounds exactly is folded: other functions differ between libraries.
static bool fold_real(ExprOp op, double a, double b, double *result) {
    switch (op) {
    case OP_ADD: return *result = a + b, true;
    case OP_SUB: return *result = a - b, true;
    case OP_MUL: return *result = a * b, true;
    case OP_DIV: return *result = a / b, true;
    case OP_MIN: return *result = a < b ? a : b, a == a && b == b;
    case OP_MAX: return *result = a > b ? a : b, a == a && b == b;
    case OP_NEG: return *result = -a, true;
    case OP_ABS: return *result = fabs(a), true;
    case OP_SQRT: return *result = sqrt(a), true;
    case OP_FLOOR: return *result = floor(a), true;
    case OP_CEIL: return *result = ceil(a), true;
    case OP_TRUNC: return *result = trunc(a), true;
    default: return false;
    }
}

static bool compare_reals(ExprOp op, double a, double b, bool *result) {
    switch (op) {
    case OP_EQ: return *result = a == b, true;
    case OP_NE: return *result = a != b, true;
    case OP_LT: return *result = a < b, true;
    case OP_LE: return *result = a <= b, true;
    case OP_GT: return *result = a > b, true;
    case OP_GE: return *result = a >= b, true;
    default: return false;
    }
}

static const Expr *fold_floats(Module *module, ExprOp op, DType type, double a, double b) {
    double result;
    bool truth;
    if (compare_reals(op, a, b, &truth)) return expr_bool(module, truth);
    return fold_real(op, a, b, &result) ? expr_float(module, type, result) : NULL;
}

const Expr *fold_constants(Module *module, ExprOp op, DType type, const Expr *const args[]) {
    const Expr *a = args[0], *b = expr_op_arity(op) > 1 ? args[1] : a;
    if (a->kind == EXPR_FLOAT && b->kind == EXPR_FLOAT) return fold_floats(module, op, type, a->real, b->real);
    int64_t result;
    if (a->kind != EXPR_INT || b->kind != EXPR_INT) return NULL;
    bool folded = expr_fold_integer(op, a->integer, b->integer, &result) && integer_fits(type, result);
    return folded ? expr_integer(module, type, result) : NULL;
}
