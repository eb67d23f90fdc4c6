// Affine forms and ranges of integer expressions.
#ifndef TTILE_IR_AFFINE_H
#define TTILE_IR_AFFINE_H

#include "ir/ir.h"

#define MAX_AFFINE_TERMS 6

// base + sum of coefficient * variable. `base` holds everything that is not linear in the asked variables.
typedef struct Affine {
    int count;
    const Variable *variables[MAX_AFFINE_TERMS];
    int64_t coefficients[MAX_AFFINE_TERMS]; // never 0
    const Expr *base;                       // free of the asked variables
} Affine;

// `expr` as affine in `variables`; false if it is not (for example a product of two of them).
bool affine_of(Module *module, const Expr *expr, int count, const Variable *const variables[], Affine *result);
int64_t affine_coefficient(const Affine *affine, const Variable *variable);

// Greatest known divisor of an integer expression: it is always a multiple of it (0 for the constant 0).
int64_t expr_divisor(const Expr *expr);

typedef struct Range {
    int64_t low, high; // inclusive
} Range;
typedef struct RangeOf {
    const Variable *variable;
    Range range;
} RangeOf;
// Range of an expression, given ranges of its variables (dynamic sizes by their bound values); false if unknown.
bool expr_range(const Expr *expr, int count, const RangeOf known[], Range *range);

#endif
