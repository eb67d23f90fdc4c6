// Scalar expressions in C++. Integers keep the IR's meaning: `/` and `%` stand only where both operands are known not
// to be negative, so that rounding down and rounding to zero agree; elsewhere helpers round as the IR does.
#include <math.h>
#include <string.h>

#include "emit/printer.h"
#include "ir/build.h"
#include "ir/print.h"

// How tightly things bind, loosest first. Operators that a reader may take for one another get parentheses: `and`
// inside of `or`, and everything around shifts and bits.
typedef enum Binding {
    BIND_ANY,
    BIND_SELECT,
    BIND_OR,
    BIND_AND,
    BIND_COMPARISON,
    BIND_BITS,
    BIND_SUM,
    BIND_PRODUCT,
    BIND_PREFIX,
    BIND_ATOM
} Binding;

typedef struct Operator {
    const char *text;
    Binding own, left, right; // right BIND_ANY: a prefix
} Operator;

static const Operator operators[OP_COUNT] = {
    [OP_ADD] = {"+", BIND_SUM, BIND_SUM, BIND_PRODUCT},
    [OP_SUB] = {"-", BIND_SUM, BIND_SUM, BIND_PRODUCT},
    [OP_MUL] = {"*", BIND_PRODUCT, BIND_PRODUCT, BIND_PREFIX},
    [OP_DIV] = {"/", BIND_PRODUCT, BIND_PRODUCT, BIND_PREFIX},
    [OP_FLOORDIV] = {"/", BIND_PRODUCT, BIND_PRODUCT, BIND_PREFIX},
    [OP_FLOORMOD] = {"%", BIND_PRODUCT, BIND_PRODUCT, BIND_PREFIX},
    [OP_SHL] = {"<<", BIND_BITS, BIND_PREFIX, BIND_PREFIX},
    [OP_SHR] = {">>", BIND_BITS, BIND_PREFIX, BIND_PREFIX},
    [OP_BITAND] = {"&", BIND_BITS, BIND_PREFIX, BIND_PREFIX},
    [OP_BITOR] = {"|", BIND_BITS, BIND_PREFIX, BIND_PREFIX},
    [OP_BITXOR] = {"^", BIND_BITS, BIND_PREFIX, BIND_PREFIX},
    [OP_EQ] = {"==", BIND_COMPARISON, BIND_BITS, BIND_BITS},
    [OP_NE] = {"!=", BIND_COMPARISON, BIND_BITS, BIND_BITS},
    [OP_LT] = {"<", BIND_COMPARISON, BIND_BITS, BIND_BITS},
    [OP_LE] = {"<=", BIND_COMPARISON, BIND_BITS, BIND_BITS},
    [OP_GT] = {">", BIND_COMPARISON, BIND_BITS, BIND_BITS},
    [OP_GE] = {">=", BIND_COMPARISON, BIND_BITS, BIND_BITS},
    [OP_AND] = {"&&", BIND_AND, BIND_AND, BIND_COMPARISON},
    [OP_OR] = {"||", BIND_OR, BIND_COMPARISON, BIND_COMPARISON},
    [OP_NOT] = {"!", BIND_PREFIX, BIND_ATOM, BIND_ANY},
    [OP_NEG] = {"-", BIND_PREFIX, BIND_ATOM, BIND_ANY},
    [OP_BITNOT] = {"~", BIND_PREFIX, BIND_ATOM, BIND_ANY},
};

static void print_at(Emitter *emitter, const Expr *expr, Binding context, Text *out);

static _Noreturn void refuse(Emitter *emitter, const Expr *expr, const char *why) {
    Text text = {.arena = emitter->arena};
    print_expression(expr, &text);
    fail_emit(emitter, DIAG_EMIT_EXPRESSION, "use integers, or float32 with + - * /", "`%.200s` %s", text.data, why);
}

const char *cpp_type(Emitter *emitter, DType type) {
    static const char *const types[DTYPE_COUNT] = {
        [DTYPE_BOOL] = "bool",       [DTYPE_INT8] = "int8_t",     [DTYPE_INT16] = "int16_t",
        [DTYPE_INT32] = "int32_t",   [DTYPE_INT64] = "int64_t",   [DTYPE_UINT8] = "uint8_t",
        [DTYPE_UINT16] = "uint16_t", [DTYPE_UINT32] = "uint32_t", [DTYPE_UINT64] = "uint64_t",
        [DTYPE_FLOAT32] = "float",
    };
    if (!types[type])
        fail_emit(emitter, DIAG_EMIT_EXPRESSION, "compute it in float32", "there are no %s scalars on a RISC-V core",
                  dtype_name(type));
    return types[type];
}

// ---------------------------------------------------------------- what is never negative

bool is_natural(Emitter *emitter, const Expr *expr) {
    static const bool keeps[OP_COUNT] = {
        [OP_ADD] = true, [OP_MUL] = true,    [OP_FLOORDIV] = true, [OP_FLOORMOD] = true,
        [OP_MIN] = true, [OP_BITOR] = true,  [OP_SHR] = true,      [OP_CAST] = true,
        [OP_MAX] = true, [OP_BITAND] = true, [OP_BITXOR] = true};
    if (expr->kind == EXPR_INT) return expr->integer >= 0;
    if (expr->kind == EXPR_VARIABLE) return identifier_of(emitter, expr->variable->name)->is_natural;
    if (expr->kind != EXPR_OP || dtype_is_float(expr->type)) return false;
    if (dtype_class(expr->type) == CLASS_UINT) return true;
    bool select = expr->op == OP_SELECT;
    if (!select && !keeps[expr->op]) return false;
    for (uint32_t i = select; i < expr->count; i++)
        if (!is_natural(emitter, expr->args[i])) return false;
    return true;
}

// ---------------------------------------------------------------- constants

static void print_integer(Emitter *emitter, const Expr *expr, Text *out) {
    if (expr->type == DTYPE_BOOL) {
        text_add(out, expr->integer ? "true" : "false");
    } else if (expr->type == DTYPE_INT32 && expr->integer != INT32_MIN) {
        text_add_integer(out, expr->integer);
    } else {
        bool is_least = expr->integer == INT64_MIN;
        text_format(out, "static_cast<%s>(", cpp_type(emitter, expr->type));
        text_add_integer(out, is_least ? INT64_MIN + 1 : expr->integer);
        text_add(out, is_least ? "LL - 1)" : "LL)");
    }
}

// Digits enough for a float32, and a point or an exponent among them.
static void add_decimal(double value, Text *out) {
    size_t start = out->length;
    text_format(out, "%.9g", value);
    if (!strpbrk(out->data + start, ".e")) text_add(out, ".0");
}

static void print_constant_float(double value, Text *out) {
    if (isfinite(value)) {
        add_decimal(value, out);
        text_add(out, "f");
    } else {
        text_format(out, "__builtin_bit_cast(float, 0x%08x)", float_bits(value));
    }
}

// ---------------------------------------------------------------- operations

static void print_call(Emitter *emitter, const char *name, const Expr *expr, Text *out) {
    text_format(out, "%s(", name);
    for (uint32_t i = 0; i < expr->count; i++) {
        if (i) text_add(out, ", ");
        print_at(emitter, expr->args[i], BIND_ANY, out);
    }
    text_add(out, ")");
}

static void print_select(Emitter *emitter, const Expr *condition, const Expr *then, const Expr *otherwise, Text *out) {
    print_at(emitter, condition, BIND_COMPARISON, out);
    text_add(out, " ? ");
    print_at(emitter, then, BIND_OR, out);
    text_add(out, " : ");
    print_at(emitter, otherwise, BIND_OR, out);
}

static void print_infix(Emitter *emitter, const Expr *expr, Text *out) {
    const Operator *row = &operators[expr->op];
    print_at(emitter, expr->args[0], row->left, out);
    text_format(out, " %s ", row->text);
    print_at(emitter, expr->args[1], row->right, out);
}

// Which helper computes the operation; -1 if an operator does.
static int helper_for(Emitter *emitter, const Expr *expr) {
    if (dtype_is_float(expr->type)) return -1;
    bool is_division = expr->op == OP_FLOORDIV || expr->op == OP_FLOORMOD;
    if (is_division && is_natural(emitter, expr->args[0]) && is_natural(emitter, expr->args[1])) return -1;
    int helper = expr->op == OP_FLOORDIV   ? HELPER_FLOOR_DIVIDE
                 : expr->op == OP_FLOORMOD ? HELPER_FLOOR_MODULO
                 : expr->op == OP_MIN      ? HELPER_MINIMUM
                 : expr->op == OP_MAX      ? HELPER_MAXIMUM
                                           : -1;
    if (helper >= 0 && expr->type != DTYPE_INT32) refuse(emitter, expr, "is of a type that has no such operation here");
    return helper;
}

static void print_operation(Emitter *emitter, const Expr *expr, Text *out) {
    static const char *const helper_names[HELPER_COUNT] = {[HELPER_FLOOR_DIVIDE] = "floor_divide",
                                                           [HELPER_FLOOR_MODULO] = "floor_modulo",
                                                           [HELPER_MINIMUM] = "minimum",
                                                           [HELPER_MAXIMUM] = "maximum"};
    int helper = helper_for(emitter, expr);
    if (helper >= 0) {
        use_helper(emitter, (HelperId)helper);
        print_call(emitter, helper_names[helper], expr, out);
    } else if (expr->op == OP_CAST) {
        text_format(out, "static_cast<%s>(", cpp_type(emitter, expr->type));
        print_at(emitter, expr->args[0], BIND_ANY, out);
        text_add(out, ")");
    } else if (expr->op == OP_SELECT) {
        print_select(emitter, expr->args[0], expr->args[1], expr->args[2], out);
    } else if (!operators[expr->op].text) {
        refuse(emitter, expr, "is no scalar operation of a RISC-V core");
    } else if (expr->count == 1) {
        text_add(out, operators[expr->op].text);
        print_at(emitter, expr->args[0], operators[expr->op].left, out);
    } else {
        print_infix(emitter, expr, out);
    }
}

// ---------------------------------------------------------------- expressions

static Binding binding_of(Emitter *emitter, const Expr *expr) {
    if (expr->kind == EXPR_INT) return expr->integer < 0 && expr->type == DTYPE_INT32 ? BIND_PREFIX : BIND_ATOM;
    if (expr->kind == EXPR_FLOAT) return signbit(expr->real) ? BIND_PREFIX : BIND_ATOM;
    if (expr->kind != EXPR_OP) return BIND_ATOM;
    if (expr->op == OP_SELECT) return BIND_SELECT;
    if (expr->op == OP_CAST || helper_for(emitter, expr) >= 0) return BIND_ATOM;
    return operators[expr->op].text ? operators[expr->op].own : BIND_ATOM;
}

static void print_inside(Emitter *emitter, const Expr *expr, Text *out) {
    switch (expr->kind) {
    case EXPR_INT: print_integer(emitter, expr, out); break;
    case EXPR_FLOAT: print_constant_float(expr->real, out); break;
    case EXPR_VARIABLE: text_add(out, cpp_name(emitter, expr->variable->name)); break;
    case EXPR_LOAD:
        if (expr->buffer->scope != SCOPE_VAR || expr->count) refuse(emitter, expr, "is no scalar");
        text_add(out, cpp_name(emitter, expr->buffer->name));
        break;
    case EXPR_OP: print_operation(emitter, expr, out); break;
    }
}

static void print_at(Emitter *emitter, const Expr *expr, Binding context, Text *out) {
    bool enclosed = binding_of(emitter, expr) < context;
    if (enclosed) text_add(out, "(");
    print_inside(emitter, expr, out);
    if (enclosed) text_add(out, ")");
}

void print_scalar(Emitter *emitter, const Expr *expr, Text *out) { print_at(emitter, expr, BIND_ANY, out); }

void print_factor(Emitter *emitter, const Expr *expr, Text *out) { print_at(emitter, expr, BIND_PRODUCT, out); }

// ---------------------------------------------------------------- floats

static bool is_constant(const Expr *expr) { return expr->kind == EXPR_INT || expr->kind == EXPR_FLOAT; }
static double constant_value(const Expr *expr) { return expr->kind == EXPR_INT ? (double)expr->integer : expr->real; }

// The integer that a float is converted from; NULL if it is none of 32 bits.
static const Expr *integer_inside(const Expr *expr) {
    if (expr->kind == EXPR_OP && expr->op == OP_CAST && expr->type == DTYPE_FLOAT32) expr = expr->args[0];
    return expr->type == DTYPE_INT32 ? expr : NULL;
}

void print_float_bits(Emitter *emitter, const Expr *expr, Text *out) {
    const Expr *integer = integer_inside(expr);
    if (is_constant(expr)) {
        double value = constant_value(expr);
        text_format(out, "0x%08x /* ", float_bits(value));
        if (isfinite(value))
            add_decimal(value, out);
        else
            text_add(out, isnan(value) ? "nan" : value > 0 ? "inf" : "-inf");
        text_add(out, " */");
    } else if (integer) {
        use_helper(emitter, HELPER_FLOAT_BITS);
        text_add(out, "float_bits(");
        print_at(emitter, integer, BIND_ANY, out);
        text_add(out, ")");
    } else {
        text_add(out, "__builtin_bit_cast(uint32_t, ");
        print_at(emitter, expr, BIND_ANY, out);
        text_add(out, ")");
    }
}

void print_float(Emitter *emitter, const Expr *expr, Text *out) {
    if (is_constant(expr)) {
        print_constant_float(constant_value(expr), out);
    } else if (integer_inside(expr)) {
        text_add(out, "__builtin_bit_cast(float, ");
        print_float_bits(emitter, expr, out);
        text_add(out, ")");
    } else {
        print_at(emitter, expr, BIND_ANY, out);
    }
}
