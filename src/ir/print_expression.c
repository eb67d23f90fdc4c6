// Expressions as text: Python's operators, and parentheses only where the tree needs them.
#include <math.h>

#include "ir/build.h"
#include "ir/print.h"

// How tightly things bind, loosest first.
typedef enum Binding {
    BIND_ANY,
    BIND_OR,
    BIND_AND,
    BIND_NOT,
    BIND_COMPARISON,
    BIND_BITOR,
    BIND_BITXOR,
    BIND_BITAND,
    BIND_SHIFT,
    BIND_SUM,
    BIND_PRODUCT,
    BIND_SIGN,
    BIND_ATOM
} Binding;

typedef enum Form { FORM_INFIX, FORM_PREFIX, FORM_CALL, FORM_TILE } Form;

static const Form forms[OP_COUNT] = {
#define EXPR(id, name, arity, form, result) FORM_##form,
#include "ir/exprs.def"
#undef EXPR
};

static const Binding bindings[OP_COUNT] = {
    [OP_ADD] = BIND_SUM,
    [OP_SUB] = BIND_SUM,
    [OP_MUL] = BIND_PRODUCT,
    [OP_DIV] = BIND_PRODUCT,
    [OP_SHL] = BIND_SHIFT,
    [OP_SHR] = BIND_SHIFT,
    [OP_FLOORDIV] = BIND_PRODUCT,
    [OP_FLOORMOD] = BIND_PRODUCT,
    [OP_BITAND] = BIND_BITAND,
    [OP_BITOR] = BIND_BITOR,
    [OP_BITXOR] = BIND_BITXOR,
    [OP_EQ] = BIND_COMPARISON,
    [OP_NE] = BIND_COMPARISON,
    [OP_LT] = BIND_COMPARISON,
    [OP_LE] = BIND_COMPARISON,
    [OP_GT] = BIND_COMPARISON,
    [OP_GE] = BIND_COMPARISON,
    [OP_AND] = BIND_AND,
    [OP_OR] = BIND_OR,
    [OP_NOT] = BIND_NOT,
    [OP_NEG] = BIND_SIGN,
    [OP_BITNOT] = BIND_SIGN,
};

static void print_at(const Expr *expr, Binding context, Text *out);

// ---------------------------------------------------------------- constants

// A number of another type than its spelling has by itself.
static void add_typed(DType type, Text *out) {
    text_add(out, "T.");
    text_add(out, dtype_name(type));
    text_add(out, "(");
}

static Binding integer_binding(const Expr *expr) {
    bool plain = expr->type == DTYPE_INT32 && expr->integer != INT32_MIN;
    return plain && expr->integer < 0 ? BIND_SIGN : BIND_ATOM;
}

static void print_integer(const Expr *expr, Text *out) {
    // The digits of INT32_MIN without its sign are no int32.
    bool plain = expr->type == DTYPE_INT32 && expr->integer != INT32_MIN;
    if (expr->type == DTYPE_BOOL) {
        text_add(out, expr->integer ? "True" : "False");
        return;
    }
    if (!plain) add_typed(expr->type, out);
    text_add_integer(out, expr->integer);
    if (!plain) text_add(out, ")");
}

static bool is_plain_float(const Expr *expr) { return expr->type == DTYPE_FLOAT32 && isfinite(expr->real); }

#define ROUND(name, type)                                                                                              \
    static double round_##name(double value) { return dtype_round(type, value); }
ROUND(float16, DTYPE_FLOAT16)
ROUND(bfloat16, DTYPE_BFLOAT16)
ROUND(float32, DTYPE_FLOAT32)

static void print_float(const Expr *expr, Text *out) {
    static double (*const rounds[DTYPE_COUNT])(double value) = {
        [DTYPE_FLOAT16] = round_float16, [DTYPE_BFLOAT16] = round_bfloat16, [DTYPE_FLOAT32] = round_float32};
    bool plain = is_plain_float(expr);
    if (!plain) add_typed(expr->type, out);
    if (expr->real != expr->real)
        text_add(out, "\"nan\"");
    else if (isinf(expr->real))
        text_add(out, expr->real > 0 ? "\"inf\"" : "\"-inf\"");
    else
        text_add_real(out, expr->real, rounds[expr->type]);
    if (!plain) text_add(out, ")");
}

// ---------------------------------------------------------------- operations

static void print_list(const Expr *expr, Text *out) {
    for (uint32_t i = 0; i < expr->count; i++) {
        if (i) text_add(out, ", ");
        print_at(expr->args[i], BIND_ANY, out);
    }
}

static void print_call(const Expr *expr, Text *out) {
    text_add(out, forms[expr->op] == FORM_TILE ? "tt." : "T.");
    text_add(out, expr_op_name(expr->op));
    text_add(out, "(");
    print_list(expr, out);
    bool carries_type = expr->op == OP_CAST || expr->op == OP_ROW_INDEX || expr->op == OP_COLUMN_INDEX;
    if (carries_type) {
        text_add(out, expr->count ? ", \"" : "\"");
        text_add(out, dtype_name(expr->type));
        text_add(out, "\"");
    }
    text_add(out, ")");
}

static void print_infix(const Expr *expr, Text *out) {
    Binding own = bindings[expr->op];
    // Operators group to the left, but `a < b < c` is another thing than `(a < b) < c`.
    print_at(expr->args[0], own == BIND_COMPARISON ? own + 1 : own, out);
    text_add(out, " ");
    text_add(out, expr_op_name(expr->op));
    text_add(out, " ");
    print_at(expr->args[1], own + 1, out);
}

static void print_prefix(const Expr *expr, Text *out) {
    text_add(out, expr_op_name(expr->op));
    if (expr->op == OP_NOT) text_add(out, " ");
    print_at(expr->args[0], bindings[expr->op], out);
}

static void print_operation(const Expr *expr, Text *out) {
    static void (*const prints[])(const Expr *expr, Text *out) = {
        [FORM_INFIX] = print_infix, [FORM_PREFIX] = print_prefix, [FORM_CALL] = print_call, [FORM_TILE] = print_call};
    prints[forms[expr->op]](expr, out);
}

static void print_load(const Expr *expr, Text *out) {
    text_add(out, expr->buffer->name);
    text_add(out, "[");
    if (expr->count == 0) text_add(out, "()");
    print_list(expr, out);
    text_add(out, "]");
}

static Binding binding_of(const Expr *expr) {
    if (expr->kind == EXPR_INT) return integer_binding(expr);
    if (expr->kind == EXPR_FLOAT) return is_plain_float(expr) && signbit(expr->real) ? BIND_SIGN : BIND_ATOM;
    if (expr->kind != EXPR_OP || forms[expr->op] > FORM_PREFIX) return BIND_ATOM;
    return bindings[expr->op];
}

static void print_inside(const Expr *expr, Text *out) {
    switch (expr->kind) {
    case EXPR_INT: print_integer(expr, out); break;
    case EXPR_FLOAT: print_float(expr, out); break;
    case EXPR_VARIABLE: text_add(out, expr->variable->name); break;
    case EXPR_LOAD: print_load(expr, out); break;
    case EXPR_OP: print_operation(expr, out); break;
    }
}

// In parentheses if it binds looser than its context asks.
static void print_at(const Expr *expr, Binding context, Text *out) {
    bool enclosed = binding_of(expr) < context;
    if (enclosed) text_add(out, "(");
    print_inside(expr, out);
    if (enclosed) text_add(out, ")");
}

// Broken IR is printed too, in the message that says what is broken.
void print_expression(const Expr *expr, Text *out) {
    if (expr)
        print_at(expr, BIND_ANY, out);
    else
        text_add(out, "?");
}
