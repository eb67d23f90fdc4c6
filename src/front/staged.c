// Operators on staged values: promotion as TileLang does it, and the IR that results.

#include "front/evaluate.h"
#include "ir/build.h"

DType chip_dtype(Evaluator *ev, DType type, Location location) {
    if (type != DTYPE_FLOAT16 || ev->options->native_float16) return type;
    if (ev->float16.line == 0 && !ev->search && !ev->probe) ev->float16 = location;
    return DTYPE_BFLOAT16;
}

static bool is_untyped(const Object *value) { return object_is_number(value); }

static bool integer_fits(int64_t value, DType type) {
    int bits = dtype_bits(type);
    if (dtype_class(type) == CLASS_UINT) return value >= 0 && (bits >= 63 || value < (int64_t)1 << bits);
    return bits >= 64 || (value >= -((int64_t)1 << (bits - 1)) && value < (int64_t)1 << (bits - 1));
}

// A number in a type. Floats are cut off towards 0 for integers.
static const Expr *constant_of(Evaluator *ev, const Object *number, DType type, const Node *node) {
    if (dtype_is_float(type)) return expr_float(ev->module, type, object_real(number));
    if (type == DTYPE_BOOL) return expr_bool(ev->module, object_real(number) != 0);
    bool small = number->kind != OBJECT_FLOAT || (number->real > -0x1p63 && number->real < 0x1p63);
    int64_t value = number->kind == OBJECT_FLOAT ? (small ? (int64_t)number->real : 0) : number->integer;
    if (!small || !integer_fits(value, type))
        stop_at(ev, DIAG_FRONT_OVERFLOW, node->location, "expected a number that fits %s, seen %s", dtype_name(type),
                show_object(ev, number));
    return expr_integer(ev->module, type, value);
}

static DType untyped_dtype(const Object *number) {
    if (number->kind == OBJECT_FLOAT) return DTYPE_FLOAT32;
    if (number->kind == OBJECT_BOOL) return DTYPE_BOOL;
    return integer_fits(number->integer, DTYPE_INT32) ? DTYPE_INT32 : DTYPE_INT64;
}

const Expr *need_expr(Evaluator *ev, Object *value, const Node *node, const char *what) {
    if (value->kind == OBJECT_EXPR) return value->expr;
    if (is_untyped(value)) return constant_of(ev, value, untyped_dtype(value), node);
    if (value->kind == OBJECT_ELEMENT || object_is_variable(value)) return load_access(ev, value->access, node);
    DiagnosticCode code = value->kind == OBJECT_OPAQUE ? DIAG_FRONT_OPAQUE : DIAG_FRONT_TYPE;
    stop_at(ev, code, node->location, "expected %s, seen %s", what, show_object(ev, value));
}

const Expr *convert_expr(Evaluator *ev, const Expr *expr, DType type) {
    if (expr->type == type) return expr;
    if (type != DTYPE_BOOL) return expr_cast(ev->module, type, expr);
    const Expr *zero =
        dtype_is_float(expr->type) ? expr_float(ev->module, expr->type, 0) : expr_integer(ev->module, expr->type, 0);
    return expr_binary(ev->module, OP_NE, expr, zero);
}

const Expr *expr_as(Evaluator *ev, Object *value, DType type, const Node *node) {
    if (is_untyped(value)) return constant_of(ev, value, type, node);
    return convert_expr(ev, need_expr(ev, value, node, "a scalar"), type);
}

const Expr *need_index(Evaluator *ev, Object *value, const Node *node, const char *what) {
    const Expr *expr = need_expr(ev, value, node, what);
    if (expr->type == DTYPE_BOOL) return convert_expr(ev, expr, DTYPE_INT32);
    if (!dtype_is_integer(expr->type))
        stop_at(ev, DIAG_FRONT_TYPE, node->location, "expected %s, an integer, seen a %s", what,
                dtype_name(expr->type));
    return dtype_bits(expr->type) < 32 || expr->type == DTYPE_UINT32 ? convert_expr(ev, expr, DTYPE_INT32) : expr;
}

const Expr *need_condition(Evaluator *ev, Object *value, const Node *node) {
    return convert_expr(ev, need_expr(ev, value, node, "a condition"), DTYPE_BOOL);
}

Object *result_expr(Evaluator *ev, const Expr *expr, uint32_t weight, const Node *node) {
    Object *result = object_expr(ev->arena, expr);
    result->weight = expr->kind == EXPR_OP || expr->kind == EXPR_LOAD ? weight + 1 : 1;
    if (result->weight > MAX_WEIGHT)
        stop_with_help(ev, DIAG_FRONT_NESTING, node->location, "bind parts of it to names inside the kernel",
                       "expected a staged expression of at most %d operations, seen more", MAX_WEIGHT);
    return result;
}

static DType wider(DType a, DType b) {
    bool float_a = dtype_is_float(a), float_b = dtype_is_float(b);
    if (a == b) return a;
    if (float_a != float_b) return float_a ? a : b;
    if (dtype_bits(a) == dtype_bits(b) && float_a) return DTYPE_FLOAT32;
    int bits = dtype_bits(a) > dtype_bits(b) ? dtype_bits(a) : dtype_bits(b);
    if (float_a) return dtype_bits(a) == bits ? a : b;
    bool is_signed = dtype_class(a) == CLASS_INT || dtype_class(b) == CLASS_INT;
    static const DType signed_types[] = {DTYPE_INT8, DTYPE_INT16, DTYPE_INT32, DTYPE_INT64};
    static const DType unsigned_types[] = {DTYPE_UINT8, DTYPE_UINT16, DTYPE_UINT32, DTYPE_UINT64};
    int index = bits <= 8 ? 0 : bits <= 16 ? 1 : bits <= 32 ? 2 : 3;
    return (is_signed ? signed_types : unsigned_types)[index];
}

// The type in which a constant meets a value of `type`. As in TileLang, constants are float32 and int32 and widen what
// is narrower; but an integer beside a float takes the float's type.
static DType constant_type(const Object *number, DType type) {
    if (dtype_is_float(type)) return number->kind == OBJECT_FLOAT ? wider(type, DTYPE_FLOAT32) : type;
    if (number->kind == OBJECT_FLOAT) return DTYPE_FLOAT32;
    if (type == DTYPE_BOOL) return number->kind == OBJECT_BOOL ? DTYPE_BOOL : DTYPE_INT32;
    bool fits = dtype_bits(type) >= 32 && integer_fits(number->integer, type);
    return fits ? type : wider(type, untyped_dtype(number));
}

// Both operands in their common type. False if they have none.
bool promote_operands(Evaluator *ev, Object *a, Object *b, const Node *node, const Expr **left, const Expr **right) {
    DType type;
    if (is_untyped(a) && is_untyped(b)) {
        *left = need_expr(ev, a, node, "an operand");
        type = constant_type(b, (*left)->type);
    } else if (is_untyped(a)) {
        *right = need_expr(ev, b, node, "an operand");
        type = constant_type(a, (*right)->type);
    } else if (is_untyped(b)) {
        *left = need_expr(ev, a, node, "an operand");
        type = constant_type(b, (*left)->type);
    } else {
        *left = need_expr(ev, a, node, "an operand");
        *right = need_expr(ev, b, node, "an operand");
        type = wider((*left)->type, (*right)->type);
    }
    *left = is_untyped(a) ? constant_of(ev, a, type, node) : convert_expr(ev, *left, type);
    *right = is_untyped(b) ? constant_of(ev, b, type, node) : convert_expr(ev, *right, type);
    return true;
}

static uint32_t weight_of(const Object *value) { return value->weight ? value->weight : 1; }

static ExprOp ir_operator(Operator op) {
    static const ExprOp table[OPERATOR_COUNT] = {
#define OPERATOR(id, spelling, precedence, ir) [OPERATOR_##id] = OP_##ir,
#include "front/operators.def"
#undef OPERATOR
    };
    return table[op];
}

static bool is_bitwise(Operator op) { return op >= OPERATOR_BITOR && op <= OPERATOR_SHR; }

static void check_types(Evaluator *ev, Operator op, DType type, const Node *node) {
    if (is_bitwise(op) && dtype_is_float(type))
        stop_at(ev, DIAG_FRONT_DTYPE, node->location, "expected integers beside `%s`, seen %s", operator_spelling(op),
                dtype_name(type));
    if (op == OPERATOR_DIV && !dtype_is_float(type))
        stop_with_help(ev, DIAG_FRONT_DTYPE, node->location, "use `//`, or T.cast one of them to a float",
                       "expected a float beside `/`, seen %s on both sides", dtype_name(type));
}

// Floor division and modulo of floats, by way of floor.
static const Expr *float_division(Evaluator *ev, Operator op, const Expr *left, const Expr *right) {
    const Expr *quotient = expr_unary(ev->module, OP_FLOOR, expr_binary(ev->module, OP_DIV, left, right));
    if (op == OPERATOR_FLOORDIV) return quotient;
    return expr_sub(ev->module, left, expr_mul(ev->module, quotient, right));
}

static const Expr *build_binary(Evaluator *ev, Operator op, const Expr *left, const Expr *right, const Node *node) {
    bool compares = op <= OPERATOR_GE;
    if (left->type == DTYPE_BOOL && !compares && !(is_bitwise(op) && op <= OPERATOR_BITAND)) {
        left = convert_expr(ev, left, DTYPE_INT32);
        right = convert_expr(ev, right, DTYPE_INT32);
    }
    check_types(ev, op, left->type, node);
    bool divides = op == OPERATOR_FLOORDIV || op == OPERATOR_MOD;
    if (divides && dtype_is_float(left->type)) return float_division(ev, op, left, right);
    if (divides && expr_is_int(right, 0))
        stop_at(ev, DIAG_FRONT_VALUE, node->location, "expected a divisor that is not 0, seen 0");
    return expr_binary(ev->module, ir_operator(op), left, right);
}

static void check_operand(Evaluator *ev, Operator op, const Object *value, const Node *node) {
    if (object_is_staged(value) || is_untyped(value)) return;
    stop_at(ev, value->kind == OBJECT_OPAQUE ? DIAG_FRONT_OPAQUE : DIAG_FRONT_TYPE, node->location,
            "expected a scalar beside `%s`, seen %s", operator_spelling(op), show_object(ev, value));
}

Object *staged_binary(Evaluator *ev, Operator op, Object *a, Object *b, const Node *node) {
    check_operand(ev, op, a, node);
    check_operand(ev, op, b, node);
    uint32_t weight = weight_of(a) + weight_of(b);
    if (op == OPERATOR_AND || op == OPERATOR_OR) {
        const Expr *left = need_condition(ev, a, node), *right = need_condition(ev, b, node);
        return result_expr(ev, expr_binary(ev->module, ir_operator(op), left, right), weight, node);
    }
    if (ir_operator(op) == OP_COUNT)
        stop_with_help(ev, DIAG_FRONT_STAGING, node->location, op == OPERATOR_POW ? "use T.pow" : NULL,
                       "expected an operator that works on the chip, seen `%s`", operator_spelling(op));
    const Expr *left, *right;
    promote_operands(ev, a, b, node, &left, &right);
    return result_expr(ev, build_binary(ev, op, left, right, node), weight, node);
}

Object *staged_unary(Evaluator *ev, Operator op, Object *value, const Node *node) {
    uint32_t weight = weight_of(value);
    if (op == OPERATOR_NOT)
        return result_expr(ev, expr_unary(ev->module, OP_NOT, need_condition(ev, value, node)), weight, node);
    const Expr *expr = need_expr(ev, value, node, "an operand");
    if (expr->type == DTYPE_BOOL) expr = convert_expr(ev, expr, DTYPE_INT32);
    if (op == OPERATOR_PLUS) return result_expr(ev, expr, weight, node);
    if (op == OPERATOR_BITNOT && !dtype_is_integer(expr->type))
        stop_at(ev, DIAG_FRONT_DTYPE, node->location, "expected an integer behind `~`, seen %s",
                dtype_name(expr->type));
    return result_expr(ev, expr_unary(ev->module, ir_operator(op), expr), weight, node);
}

// Functions of floats: integers are cast to float32; MIN, MAX and ABS, and rounding, keep them.
static const Expr *call_operand(Evaluator *ev, ExprOp op, const Expr *expr) {
    bool keeps = op == OP_MIN || op == OP_MAX || op == OP_ABS;
    if (expr->type == DTYPE_BOOL && keeps) return convert_expr(ev, expr, DTYPE_INT32);
    return keeps || dtype_is_float(expr->type) ? expr : convert_expr(ev, expr, DTYPE_FLOAT32);
}

Object *staged_call(Evaluator *ev, ExprOp op, Object *const *values, int count, const Node *node) {
    if (count == 1) {
        const Expr *operand = need_expr(ev, values[0], node, "an argument");
        bool rounds = op == OP_FLOOR || op == OP_CEIL || op == OP_ROUND || op == OP_TRUNC;
        if (rounds && !dtype_is_float(operand->type)) return result_expr(ev, operand, weight_of(values[0]), node);
        return result_expr(ev, expr_unary(ev->module, op, call_operand(ev, op, operand)), weight_of(values[0]), node);
    }
    const Expr *left, *right;
    promote_operands(ev, values[0], values[1], node, &left, &right);
    const Expr *result = expr_binary(ev->module, op, call_operand(ev, op, left), call_operand(ev, op, right));
    return result_expr(ev, result, weight_of(values[0]) + weight_of(values[1]), node);
}

Object *staged_select(Evaluator *ev, Object *condition, Object *then, Object *otherwise, const Node *node) {
    const Expr *test = need_condition(ev, condition, node), *left, *right;
    promote_operands(ev, then, otherwise, node, &left, &right);
    uint32_t weight = weight_of(condition) + weight_of(then) + weight_of(otherwise);
    return result_expr(ev, expr_select(ev->module, test, left, right), weight, node);
}

bool is_size_expression(const Expr *expr) {
    if (expr->kind == EXPR_VARIABLE) return expr->variable->kind == VARIABLE_SIZE;
    if (expr->kind == EXPR_LOAD) return false;
    for (uint32_t i = 0; expr->kind == EXPR_OP && i < expr->count; i++)
        if (!is_size_expression(expr->args[i])) return false;
    return true;
}
