// Which types of operands each expression operation takes.
#include "ir/expr.h"

enum { INTS = 1, UINTS = 2, FLOATS = 4, BOOLS = 8, INTEGERS = INTS | UINTS, NUMBERS = INTEGERS | FLOATS, ANY = 15 };

typedef enum Likeness { ONE_TYPE, CHOICE, PRODUCT } Likeness; // of the operands to each other

typedef struct OperandRule {
    int classes;
    Likeness likeness;
    const char *words;
} OperandRule;

#define NUMBERS_RULE                                                                                                   \
    { NUMBERS, ONE_TYPE, "numbers of one type" }
#define INTEGERS_RULE                                                                                                  \
    { INTEGERS, ONE_TYPE, "integers of one type" }
#define BITS_RULE                                                                                                      \
    { INTEGERS | BOOLS, ONE_TYPE, "integers or bools of one type" }
#define FLOATS_RULE                                                                                                    \
    { FLOATS, ONE_TYPE, "floats of one type" }
#define ANY_RULE                                                                                                       \
    { ANY, ONE_TYPE, "values of one type" }
#define BOOLS_RULE                                                                                                     \
    { BOOLS, ONE_TYPE, "bools" }
#define PRODUCT_RULE                                                                                                   \
    { NUMBERS, PRODUCT, "an accumulator and two factors of one type" }

static const OperandRule rules[OP_COUNT] = {
    [OP_ADD] = NUMBERS_RULE,
    [OP_SUB] = NUMBERS_RULE,
    [OP_MUL] = NUMBERS_RULE,
    [OP_DIV] = FLOATS_RULE,
    [OP_FLOORDIV] = INTEGERS_RULE,
    [OP_FLOORMOD] = INTEGERS_RULE,
    [OP_SHL] = INTEGERS_RULE,
    [OP_SHR] = INTEGERS_RULE,
    [OP_BITAND] = BITS_RULE,
    [OP_BITOR] = BITS_RULE,
    [OP_BITXOR] = BITS_RULE,
    [OP_EQ] = ANY_RULE,
    [OP_NE] = ANY_RULE,
    [OP_LT] = ANY_RULE,
    [OP_LE] = ANY_RULE,
    [OP_GT] = ANY_RULE,
    [OP_GE] = ANY_RULE,
    [OP_AND] = BOOLS_RULE,
    [OP_OR] = BOOLS_RULE,
    [OP_NOT] = BOOLS_RULE,
    [OP_NEG] = NUMBERS_RULE,
    [OP_BITNOT] = INTEGERS_RULE,
    [OP_MIN] = NUMBERS_RULE,
    [OP_MAX] = NUMBERS_RULE,
    [OP_POW] = NUMBERS_RULE,
    [OP_SELECT] = {ANY, CHOICE, "a bool and two values of one type"},
    [OP_CAST] = ANY_RULE,
    [OP_EXP] = FLOATS_RULE,
    [OP_EXP2] = FLOATS_RULE,
    [OP_LOG] = FLOATS_RULE,
    [OP_LOG2] = FLOATS_RULE,
    [OP_SQRT] = FLOATS_RULE,
    [OP_RSQRT] = FLOATS_RULE,
    [OP_SIN] = FLOATS_RULE,
    [OP_COS] = FLOATS_RULE,
    [OP_TANH] = FLOATS_RULE,
    [OP_SIGMOID] = FLOATS_RULE,
    [OP_ERF] = FLOATS_RULE,
    [OP_ABS] = NUMBERS_RULE,
    [OP_FLOOR] = FLOATS_RULE,
    [OP_CEIL] = FLOATS_RULE,
    [OP_ROUND] = FLOATS_RULE,
    [OP_TRUNC] = FLOATS_RULE,
    [OP_BROADCAST_ROW] = ANY_RULE,
    [OP_BROADCAST_COLUMN] = ANY_RULE,
    [OP_BROADCAST_SCALAR] = ANY_RULE,
    [OP_TRANSPOSE] = ANY_RULE,
    [OP_ROW_INDEX] = ANY_RULE,
    [OP_COLUMN_INDEX] = ANY_RULE,
    [OP_MATMUL] = PRODUCT_RULE,
    [OP_MATMUL_TRANSPOSED] = PRODUCT_RULE,
};

static bool takes(const OperandRule *rule, const Expr *expr) {
    static const int bit[] = {
        [CLASS_NONE] = 0, [CLASS_BOOL] = BOOLS, [CLASS_INT] = INTS, [CLASS_UINT] = UINTS, [CLASS_FLOAT] = FLOATS};
    return (rule->classes & bit[dtype_class(expr->type)]) != 0;
}

const char *expr_refusal(ExprOp op, const Expr *const args[]) {
    const OperandRule *rule = &rules[op];
    // Where the operands that must be of one type begin.
    int first = rule->likeness == ONE_TYPE ? 0 : 1;
    if (rule->likeness == CHOICE && args[0]->type != DTYPE_BOOL) return rule->words;
    for (int i = 0; i < expr_op_arity(op); i++) {
        if (!takes(rule, args[i]) || (i > first && args[i]->type != args[first]->type)) return rule->words;
    }
    return NULL;
}
