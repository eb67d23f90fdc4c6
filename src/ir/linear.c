// Sums in normal form. Every sum of a signed integer type is taken apart into constant + coefficient * atom, collected
// and built again in one order: positive terms by falling coefficient, then negative ones, then the constant; a
// constant comes first when no term is positive (`5 - x`). Each prefix of such a sum is one itself, so building the
// printed text again from the bottom gives the same nodes.
//
// Numbers are collected in 64 bits. Where that overflows, where a number does not fit the type, or where there are too
// many terms, the sum stays as it was written. Arithmetic of the program itself is taken not to overflow.
#include "ir/expr.h"

#define MAX_VISITS 96 // nodes looked at for one sum

bool linear_add_term(Linear *sum, const Expr *atom, int64_t coefficient) {
    int i = 0;
    while (i < sum->count && sum->terms[i].atom != atom) i++;
    if (i == MAX_TERMS) return false;
    if (i == sum->count) sum->terms[sum->count++] = (Term){.atom = atom};
    return !__builtin_add_overflow(sum->terms[i].coefficient, coefficient, &sum->terms[i].coefficient);
}

static bool add_constant(Linear *sum, int64_t value, int64_t scale) {
    int64_t product;
    return !__builtin_mul_overflow(value, scale, &product) &&
           !__builtin_add_overflow(sum->constant, product, &sum->constant);
}

static bool add_scaled(Linear *sum, const Expr *expr, int64_t scale, int *visits) {
    int64_t negative;
    if (++*visits > MAX_VISITS || __builtin_sub_overflow(0, scale, &negative)) return false;
    if (expr->kind == EXPR_INT) return add_constant(sum, expr->integer, scale);
    if (expr->kind != EXPR_OP) return linear_add_term(sum, expr, scale);
    const Expr *const *args = expr->args;
    int64_t scaled;
    switch (expr->op) {
    case OP_ADD: return add_scaled(sum, args[0], scale, visits) && add_scaled(sum, args[1], scale, visits);
    case OP_SUB: return add_scaled(sum, args[0], scale, visits) && add_scaled(sum, args[1], negative, visits);
    case OP_NEG: return add_scaled(sum, args[0], negative, visits);
    case OP_MUL:
        if (args[1]->kind != EXPR_INT) return linear_add_term(sum, expr, scale);
        return !__builtin_mul_overflow(scale, args[1]->integer, &scaled) && add_scaled(sum, args[0], scaled, visits);
    default: return linear_add_term(sum, expr, scale);
    }
}

bool linear_add(Linear *sum, const Expr *expr, int64_t scale) {
    int visits = 0;
    return add_scaled(sum, expr, scale, &visits);
}

// ---------------------------------------------------------------- normal form

// Positive coefficients before negative ones, then falling size, then the order of atoms.
static bool comes_before(const Term *a, const Term *b) {
    bool positive = a->coefficient > 0;
    if (positive != (b->coefficient > 0)) return positive;
    if (a->coefficient != b->coefficient) return positive == (a->coefficient > b->coefficient);
    return expr_compare(a->atom, b->atom) < 0;
}

static void drop_zeros(Linear *sum) {
    int kept = 0;
    for (int i = 0; i < sum->count; i++) {
        if (sum->terms[i].coefficient) sum->terms[kept++] = sum->terms[i];
    }
    sum->count = kept;
}

static void sort(Linear *sum) {
    for (int i = 1; i < sum->count; i++) {
        Term term = sum->terms[i];
        int j = i;
        for (; j > 0 && comes_before(&term, &sum->terms[j - 1]); j--) sum->terms[j] = sum->terms[j - 1];
        sum->terms[j] = term;
    }
}

static bool is_by_constant(const Expr *expr, ExprOp op) {
    return expr->kind == EXPR_OP && expr->op == op && expr->args[1]->kind == EXPR_INT && expr->args[1]->integer > 0;
}

// The term (x // c) * (k * c) that goes with k * (x % c), or -1.
static int find_quotient(const Linear *sum, const Term *remainder) {
    const Expr *modulo = remainder->atom;
    int64_t wanted;
    if (__builtin_mul_overflow(remainder->coefficient, modulo->args[1]->integer, &wanted)) return -1;
    for (int i = 0; i < sum->count; i++) {
        const Expr *atom = sum->terms[i].atom;
        if (is_by_constant(atom, OP_FLOORDIV) && atom->args[0] == modulo->args[0] && atom->args[1] == modulo->args[1] &&
            sum->terms[i].coefficient == wanted)
            return i;
    }
    return -1;
}

// (x // c) * c + x % c is x. `joined` tells whether there was such a pair.
static bool join_pair(Linear *sum, bool *joined) {
    *joined = false;
    for (int i = 0; i < sum->count; i++) {
        Term remainder = sum->terms[i];
        if (!remainder.coefficient || !is_by_constant(remainder.atom, OP_FLOORMOD)) continue;
        int quotient = find_quotient(sum, &remainder);
        if (quotient < 0) continue;
        sum->terms[i].coefficient = sum->terms[quotient].coefficient = 0;
        drop_zeros(sum);
        *joined = true;
        return linear_add(sum, remainder.atom->args[0], remainder.coefficient);
    }
    return true;
}

bool linear_normalise(Linear *sum) {
    bool joined = true;
    while (joined) { // each round leaves fewer nodes in all
        drop_zeros(sum);
        if (!join_pair(sum, &joined)) return false;
    }
    sort(sum);
    return true;
}

// ---------------------------------------------------------------- building

static const Expr *scaled_atom(Module *module, DType type, const Expr *atom, int64_t coefficient) {
    if (coefficient == 1) return atom;
    if (coefficient == -1) return expr_node(module, OP_NEG, type, &atom);
    return expr_node2(module, OP_MUL, type, atom, expr_integer(module, type, coefficient));
}

// prefix + coefficient * atom, by subtraction where that needs no negative number; `atom` NULL stands for 1.
static const Expr *append(Module *module, DType type, const Expr *prefix, const Expr *atom, int64_t coefficient) {
    bool subtract = coefficient < 0 && coefficient != INT64_MIN && integer_fits(type, -coefficient);
    int64_t size = subtract ? -coefficient : coefficient;
    const Expr *term = atom ? scaled_atom(module, type, atom, size) : expr_integer(module, type, size);
    return prefix ? expr_node2(module, subtract ? OP_SUB : OP_ADD, type, prefix, term) : term;
}

static bool fits(DType type, const Linear *sum) {
    for (int i = 0; i < sum->count; i++) {
        if (!integer_fits(type, sum->terms[i].coefficient)) return false;
    }
    return integer_fits(type, sum->constant);
}

const Expr *linear_build(Module *module, DType type, Linear *sum) {
    if (!linear_normalise(sum) || !fits(type, sum)) return NULL;
    if (sum->count == 0) return expr_integer(module, type, sum->constant);
    bool constant_first = sum->terms[0].coefficient < 0 && sum->constant > 0;
    const Expr *result = constant_first ? expr_integer(module, type, sum->constant)
                                        : scaled_atom(module, type, sum->terms[0].atom, sum->terms[0].coefficient);
    for (int i = constant_first ? 0 : 1; i < sum->count; i++)
        result = append(module, type, result, sum->terms[i].atom, sum->terms[i].coefficient);
    if (!constant_first && sum->constant) result = append(module, type, result, NULL, sum->constant);
    return result;
}

const Expr *simplify_sum(Module *module, ExprOp op, DType type, const Expr *const args[]) {
    Linear sum;
    linear_start(&sum, 0);
    if (!linear_add(&sum, args[0], op == OP_NEG ? -1 : 1)) return NULL;
    if (op != OP_NEG && !linear_add(&sum, args[1], op == OP_SUB ? -1 : 1)) return NULL;
    return linear_build(module, type, &sum);
}

// ---------------------------------------------------------------- products

#define MAX_FACTORS 8

typedef struct Product {
    int64_t coefficient;
    int count;
    const Expr *factors[MAX_FACTORS]; // sorted; none is a constant, a product or a negation
} Product;

static bool add_factor(Product *product, const Expr *factor) {
    if (product->count == MAX_FACTORS) return false;
    int i = product->count++;
    for (; i > 0 && expr_compare(factor, product->factors[i - 1]) < 0; i--)
        product->factors[i] = product->factors[i - 1];
    product->factors[i] = factor;
    return true;
}

static bool multiply(Product *product, const Expr *expr, int *visits) {
    if (++*visits > MAX_VISITS) return false;
    if (expr->kind == EXPR_INT)
        return !__builtin_mul_overflow(product->coefficient, expr->integer, &product->coefficient);
    if (expr->kind != EXPR_OP) return add_factor(product, expr);
    if (expr->op == OP_MUL) return multiply(product, expr->args[0], visits) && multiply(product, expr->args[1], visits);
    if (expr->op != OP_NEG) return add_factor(product, expr);
    return !__builtin_mul_overflow(product->coefficient, -1, &product->coefficient) &&
           multiply(product, expr->args[0], visits);
}

const Expr *simplify_product(Module *module, ExprOp op, DType type, const Expr *const args[]) {
    Product product;
    int visits = 0;
    (void)op;
    product.coefficient = 1;
    product.count = 0;
    if (!multiply(&product, args[0], &visits) || !multiply(&product, args[1], &visits)) return NULL;
    if (!integer_fits(type, product.coefficient)) return NULL;
    if (product.count == 0 || product.coefficient == 0) return expr_integer(module, type, product.coefficient);
    Linear sum;
    linear_start(&sum, 0);
    const Expr *atom = product.factors[0];
    for (int i = 1; i < product.count; i++) atom = expr_node2(module, OP_MUL, type, atom, product.factors[i]);
    return linear_add(&sum, atom, product.coefficient) ? linear_build(module, type, &sum) : NULL;
}
