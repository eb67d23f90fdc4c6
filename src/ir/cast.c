// Casts: to the type that is there, of constants, and back from a wider type.
#include <math.h>

#include "ir/expr.h"

static const Expr *cast_float(Module *module, DType type, double value) {
    if (dtype_is_float(type)) return expr_float(module, type, value);
    if (type == DTYPE_BOOL) return expr_bool(module, value != 0);
    // Beyond 2^53 a conversion to an integer is left to the program.
    double whole = trunc(value);
    if (!(fabs(whole) <= 0x1p53) || !integer_fits(type, (int64_t)whole)) return NULL;
    return expr_integer(module, type, (int64_t)whole);
}

static const Expr *cast_integer(Module *module, DType type, int64_t value) {
    if (dtype_is_float(type)) {
        bool exact = value >= -((int64_t)1 << 53) && value <= (int64_t)1 << 53;
        return exact ? expr_float(module, type, (double)value) : NULL;
    }
    if (type == DTYPE_BOOL) return expr_bool(module, value != 0);
    return integer_fits(type, value) ? expr_integer(module, type, value) : NULL;
}

// Whether every value of `from` is one of `to`.
static bool is_wider(DType from, DType to) {
    static const struct {
        int precision, exponent;
    } formats[DTYPE_COUNT] = {
        [DTYPE_FLOAT16] = {11, 5}, [DTYPE_BFLOAT16] = {8, 8}, [DTYPE_FLOAT32] = {24, 8}, [DTYPE_FLOAT64] = {53, 11}};
    DTypeClass a = dtype_class(from), b = dtype_class(to);
    if (a == CLASS_FLOAT && b == CLASS_FLOAT)
        return formats[from].precision <= formats[to].precision && formats[from].exponent <= formats[to].exponent;
    if (a == CLASS_BOOL) return b == CLASS_INT || b == CLASS_UINT;
    if (a == b) return a != CLASS_NONE && dtype_bits(from) <= dtype_bits(to);
    return a == CLASS_UINT && b == CLASS_INT && dtype_bits(from) < dtype_bits(to);
}

const Expr *simplify_cast(Module *module, ExprOp op, DType type, const Expr *const args[]) {
    const Expr *a = args[0];
    (void)op;
    if (a->type == type) return a;
    if (a->kind == EXPR_FLOAT) return cast_float(module, type, a->real);
    if (a->kind == EXPR_INT) return cast_integer(module, type, a->integer);
    bool back = a->kind == EXPR_OP && a->op == OP_CAST && a->args[0]->type == type && is_wider(type, a->type);
    return back ? a->args[0] : NULL;
}
