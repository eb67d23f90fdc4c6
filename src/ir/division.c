// Floor division and its remainder by a positive constant c. With a = c * Q + R, a // c is Q + R // c and a % c is
// R % c; what Q and R are is read from the linear form of a.
#include "ir/expr.h"

static int64_t common_divisor(const Linear *sum, int64_t start) {
    int64_t divisor = start;
    for (int i = 0; i < sum->count; i++) divisor = greatest_divisor(divisor, sum->terms[i].coefficient);
    return divisor;
}

static bool divide_terms(Linear *sum, int64_t divisor) {
    for (int i = 0; i < sum->count; i++) sum->terms[i].coefficient /= divisor;
    sum->constant = floor_divide(sum->constant, divisor);
    return divisor != 1;
}

static bool within(const Linear *sum, int64_t limit) {
    Range range = linear_range(sum);
    return range.low >= 0 && range.high < limit;
}

// Moves the multiples of c out of the sum; what is left is R.
static void split(const Linear *sum, int64_t c, Linear *quotient, Linear *rest) {
    linear_start(quotient, floor_divide(sum->constant, c));
    linear_start(rest, floor_modulo(sum->constant, c));
    for (int i = 0; i < sum->count; i++) {
        Term term = sum->terms[i];
        Linear *part = term.coefficient % c ? rest : quotient;
        if (part == quotient) term.coefficient /= c;
        part->terms[part->count++] = term;
    }
}

// (x // d + r) // c is (x + r * d) // (c * d).
static const Expr *merge_divisions(Module *module, DType type, const Linear *rest, int64_t c) {
    if (rest->count != 1 || rest->terms[0].coefficient != 1) return NULL;
    const Expr *inner = rest->terms[0].atom;
    int64_t d, product, shift;
    if (inner->kind != EXPR_OP || inner->op != OP_FLOORDIV || !expr_constant(inner->args[1], &d) || d <= 0) return NULL;
    if (__builtin_mul_overflow(c, d, &product) || __builtin_mul_overflow(rest->constant, d, &shift)) return NULL;
    if (!integer_fits(type, product) || !integer_fits(type, shift)) return NULL;
    const Expr *dividend = expr_add(module, inner->args[0], expr_integer(module, type, shift));
    return expr_floordiv(module, dividend, expr_integer(module, type, product));
}

// rest // c, where no term of rest is a multiple of c and its constant is below c.
static const Expr *divide_rest(Module *module, DType type, Linear *rest, int64_t c) {
    int64_t divisor = common_divisor(rest, c);
    divide_terms(rest, divisor);
    c /= divisor;
    const Expr *dividend = linear_build(module, type, rest);
    if (!dividend) return NULL;
    if (within(rest, c)) return expr_integer(module, type, 0);
    const Expr *merged = merge_divisions(module, type, rest, c);
    return merged ? merged : expr_node2(module, OP_FLOORDIV, type, dividend, expr_integer(module, type, c));
}

static const Expr *divide(Module *module, DType type, const Linear *sum, int64_t c) {
    Linear quotient, rest;
    split(sum, c, &quotient, &rest);
    if (rest.count) {
        const Expr *remaining = divide_rest(module, type, &rest, c);
        if (!remaining || !linear_add(&quotient, remaining, 1)) return NULL;
    }
    return linear_build(module, type, &quotient);
}

// k * (x % d) is k * x modulo c when c divides k * d.
static bool is_looser_modulo(const Term *term, int64_t c) {
    const Expr *atom = term->atom;
    int64_t d, product;
    return atom->kind == EXPR_OP && atom->op == OP_FLOORMOD && expr_constant(atom->args[1], &d) && d > 0 &&
           !__builtin_mul_overflow(term->coefficient, d, &product) && product % c == 0;
}

// The sum modulo c, with coefficients of less than c. `changed` tells whether it differs.
static bool reduce(const Linear *sum, int64_t c, Linear *rest, bool *changed) {
    linear_start(rest, floor_modulo(sum->constant, c));
    *changed = rest->constant != sum->constant;
    for (int i = 0; i < sum->count; i++) {
        Term term = sum->terms[i];
        int64_t coefficient = term.coefficient % c;
        *changed |= coefficient != term.coefficient;
        term.coefficient = coefficient;
        if (coefficient && is_looser_modulo(&term, c)) {
            *changed = true;
            if (!linear_add(rest, term.atom->args[0], coefficient)) return false;
        } else if (!linear_add_term(rest, term.atom, coefficient)) {
            return false;
        }
    }
    return true;
}

// (g * x + g * q + r) % (g * c) is g * ((x + q) % c) + r for 0 <= r < g.
static const Expr *modulo_by_parts(Module *module, DType type, Linear *rest, int64_t c, int64_t divisor) {
    int64_t below = floor_modulo(rest->constant, divisor);
    divide_terms(rest, divisor);
    const Expr *dividend = linear_build(module, type, rest);
    if (!dividend) return NULL;
    const Expr *part = expr_floormod(module, dividend, expr_integer(module, type, c / divisor));
    Linear result;
    linear_start(&result, below);
    return linear_add(&result, part, divisor) ? linear_build(module, type, &result) : NULL;
}

static const Expr *modulo(Module *module, DType type, const Linear *sum, int64_t c) {
    Linear rest;
    bool changed;
    if (!reduce(sum, c, &rest, &changed) || !linear_normalise(&rest)) return NULL;
    int64_t divisor = common_divisor(&rest, c);
    if (rest.count && divisor > 1) return modulo_by_parts(module, type, &rest, c, divisor);
    const Expr *dividend = linear_build(module, type, &rest);
    if (!dividend || within(&rest, c)) return dividend;
    const Expr *divider = expr_integer(module, type, c);
    // A reduced sum may have become another one; its size falls, so this ends.
    return changed ? expr_floormod(module, dividend, divider)
                   : expr_node2(module, OP_FLOORMOD, type, dividend, divider);
}

const Expr *simplify_division(Module *module, ExprOp op, DType type, const Expr *const args[]) {
    int64_t c;
    if (!expr_constant(args[1], &c) || c <= 0) return fold_constants(module, op, type, args);
    Linear sum;
    linear_start(&sum, 0);
    if (!linear_add(&sum, args[0], 1) || !linear_normalise(&sum)) return fold_constants(module, op, type, args);
    return op == OP_FLOORDIV ? divide(module, type, &sum, c) : modulo(module, type, &sum, c);
}
