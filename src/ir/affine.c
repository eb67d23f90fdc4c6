// Affine forms, known divisors, and values with dynamic sizes bound.
#include "ir/affine.h"
#include "ir/expr.h"
#include "ir/walk.h"

static int find_variable(const Expr *atom, int count, const Variable *const variables[]) {
    for (int i = 0; atom->kind == EXPR_VARIABLE && i < count; i++) {
        if (variables[i] == atom->variable) return i;
    }
    return -1;
}

static bool uses_any(const Expr *expr, int count, const Variable *const variables[]) {
    for (int i = 0; i < count; i++) {
        if (expression_uses(expr, variables[i])) return true;
    }
    return false;
}

static bool add_variable(Affine *affine, const Variable *variable, int64_t coefficient) {
    if (affine->count == MAX_AFFINE_TERMS) return false;
    affine->variables[affine->count] = variable;
    affine->coefficients[affine->count++] = coefficient;
    return true;
}

bool affine_of(Module *module, const Expr *expr, int count, const Variable *const variables[], Affine *result) {
    *result = (Affine){.base = expr};
    if (!uses_any(expr, count, variables)) return true;
    Linear sum, base;
    linear_start(&sum, 0);
    if (!is_signed(expr->type) || !linear_add(&sum, expr, 1) || !linear_normalise(&sum)) return false;
    linear_start(&base, sum.constant);
    for (int i = 0; i < sum.count; i++) {
        Term term = sum.terms[i];
        bool asked = find_variable(term.atom, count, variables) >= 0;
        if (!asked && uses_any(term.atom, count, variables)) return false;
        bool kept = asked ? add_variable(result, term.atom->variable, term.coefficient)
                          : linear_add_term(&base, term.atom, term.coefficient);
        if (!kept) return false;
    }
    result->base = linear_build(module, expr->type, &base);
    return result->base != NULL;
}

int64_t affine_coefficient(const Affine *affine, const Variable *variable) {
    for (int i = 0; i < affine->count; i++) {
        if (affine->variables[i] == variable) return affine->coefficients[i];
    }
    return 0;
}

int64_t expr_divisor(const Expr *expr) {
    if (expr->kind == EXPR_INT) return greatest_divisor(expr->integer, 0);
    if (expr->kind != EXPR_OP || !dtype_is_integer(expr->type)) return 1;
    int64_t product;
    const Expr *const *args = expr->args;
    switch (expr->op) {
    case OP_ADD:
    case OP_SUB:
    case OP_FLOORMOD:
    case OP_MIN:
    case OP_MAX: return greatest_divisor(expr_divisor(args[0]), expr_divisor(args[1]));
    case OP_SELECT: return greatest_divisor(expr_divisor(args[1]), expr_divisor(args[2]));
    case OP_NEG:
    case OP_ABS: return expr_divisor(args[0]);
    case OP_CAST: return dtype_is_integer(args[0]->type) ? expr_divisor(args[0]) : 1;
    case OP_MUL: return __builtin_mul_overflow(expr_divisor(args[0]), expr_divisor(args[1]), &product) ? 1 : product;
    default: return 1;
    }
}

bool expr_evaluate_bound(const Expr *expr, int64_t *value) {
    int64_t args[2] = {0, 0}, chosen;
    if (expr->kind == EXPR_INT) return *value = expr->integer, true;
    if (expr->kind == EXPR_VARIABLE) return *value = expr->variable->bound, expr->variable->is_bound;
    if (expr->kind != EXPR_OP || dtype_is_float(expr->type)) return false;
    if (expr->op == OP_SELECT)
        return expr_evaluate_bound(expr->args[0], &chosen) && expr_evaluate_bound(expr->args[chosen ? 1 : 2], value);
    for (uint32_t i = 0; i < expr->count; i++) {
        if (dtype_is_float(expr->args[i]->type) || !expr_evaluate_bound(expr->args[i], &args[i])) return false;
    }
    if (expr->op == OP_CAST)
        return *value = expr->type == DTYPE_BOOL ? args[0] != 0 : args[0], integer_fits(expr->type, *value);
    return expr_fold_integer(expr->op, args[0], args[1], value) && integer_fits(expr->type, *value);
}
