// What the files that make expressions share.
#ifndef TTILE_IR_EXPR_H
#define TTILE_IR_EXPR_H

#include "ir/affine.h"
#include "ir/build.h"

struct ExprTable *expr_table_new(Context *context);
// The node of that operation as it stands, unsimplified. Every rule ends here.
const Expr *expr_node(Module *module, ExprOp op, DType type, const Expr *const args[]);
const Expr *expr_node2(Module *module, ExprOp op, DType type, const Expr *a, const Expr *b);

// How an operation simplifies: the simpler expression, or NULL when it stands as it is. A result must be what
// building it again from its own operands gives, so that text reads back to the same pointers.
typedef const Expr *(*Simplifier)(Module *module, ExprOp op, DType type, const Expr *const args[]);
extern const Simplifier expr_simplifiers[OP_COUNT];

static inline bool is_signed(DType type) { return dtype_class(type) == CLASS_INT; }
// Whether an integer type (bool included) holds the value.
bool integer_fits(DType type, int64_t value);
int64_t floor_divide(int64_t a, int64_t b); // b > 0
int64_t floor_modulo(int64_t a, int64_t b); // b > 0
int64_t greatest_divisor(int64_t a, int64_t b);

// A total order of expressions by structure: names, never by age, so that it is the same after reading text back.
int expr_compare(const Expr *a, const Expr *b);

// constant + sum of coefficient * atom; atoms are no sums, no products with a constant, and distinct.
#define MAX_TERMS 16
typedef struct Term {
    const Expr *atom;
    int64_t coefficient;
} Term;
typedef struct Linear {
    int count;
    int64_t constant;
    Term terms[MAX_TERMS]; // those from `count` on hold nothing
} Linear;
static inline void linear_start(Linear *sum, int64_t constant) {
    sum->count = 0;
    sum->constant = constant;
}

// Adds scale * expr (of a signed type). False if that has too many terms or overflows.
bool linear_add(Linear *sum, const Expr *expr, int64_t scale);
bool linear_add_term(Linear *sum, const Expr *atom, int64_t coefficient);
// Joins (x // c) * c and x % c, drops zeros, sorts.
bool linear_normalise(Linear *sum);
// The sum in normal form; NULL if a number in it does not fit the type.
const Expr *linear_build(Module *module, DType type, Linear *sum);

const Expr *simplify_sum(Module *module, ExprOp op, DType type, const Expr *const args[]);
const Expr *simplify_product(Module *module, ExprOp op, DType type, const Expr *const args[]);
const Expr *simplify_division(Module *module, ExprOp op, DType type, const Expr *const args[]);
const Expr *simplify_cast(Module *module, ExprOp op, DType type, const Expr *const args[]);
// Both operands constants; NULL if not, or if the value does not fit.
const Expr *fold_constants(Module *module, ExprOp op, DType type, const Expr *const args[]);

// Range of what the structure alone tells; INT64_MIN and INT64_MAX stand for no bound.
Range structural_range(const Expr *expr);
Range linear_range(const Linear *sum);
static inline bool range_is_finite(Range range) { return range.low != INT64_MIN && range.high != INT64_MAX; }

#endif
