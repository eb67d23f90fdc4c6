// The order of terms in a sum and of factors in a product. It looks at structure and names only.
#include <string.h>

#include "ir/expr.h"

static int by_number(int64_t a, int64_t b) { return (a > b) - (a < b); }

static int kind_rank(ExprKind kind) {
    static const int ranks[] = {[EXPR_OP] = 0, [EXPR_LOAD] = 1, [EXPR_VARIABLE] = 2, [EXPR_INT] = 3, [EXPR_FLOAT] = 4};
    return ranks[kind];
}

static int compare_heads(const Expr *a, const Expr *b) {
    int order = by_number(kind_rank(a->kind), kind_rank(b->kind));
    if (order) return order;
    switch (a->kind) {
    case EXPR_OP: return by_number(a->op, b->op);
    case EXPR_LOAD: return strcmp(a->buffer->name, b->buffer->name);
    case EXPR_VARIABLE: return strcmp(a->variable->name, b->variable->name);
    case EXPR_INT: return by_number(a->integer, b->integer);
    case EXPR_FLOAT: return (a->real > b->real) - (a->real < b->real);
    }
    return 0;
}

// Distinct nodes differ in their heads or in one operand, so only one path is followed down.
int expr_compare(const Expr *a, const Expr *b) {
    while (a != b) {
        int order = compare_heads(a, b);
        if (!order) order = by_number(a->type, b->type);
        if (!order) order = by_number(a->count, b->count);
        if (order) return order;
        uint32_t i = 0;
        while (i < a->count && a->args[i] == b->args[i]) i++;
        if (i == a->count) return by_number(a->number, b->number);
        a = a->args[i];
        b = b->args[i];
    }
    return 0;
}
