// Scalar functions of T: on compile-time numbers they give compile-time numbers where Python would, else IR.
#include <float.h>
#include <math.h>
#include <string.h>

#include "front/library.h"
#include "ir/build.h"

static bool is_int(const Object *value) { return value->kind == OBJECT_INT || value->kind == OBJECT_BOOL; }
static bool both_numbers(const Call *call) {
    return object_is_number(call->args[0]) && object_is_number(call->args[1]);
}

static void check_opaque(Evaluator *ev, const Call *call, int count) {
    for (int i = 0; i < count; i++)
        if (call->args[i]->kind == OBJECT_OPAQUE)
            stop_at(ev, DIAG_FRONT_OPAQUE, call->nodes[i]->location, "expected a number, seen %s",
                    show_object(ev, call->args[i]));
}

Object *language_unary(Evaluator *ev, Call *call) {
    const char *name = call->row->name + strspn(call->row->name, "_");
    for (int op = 0; op < OP_COUNT; op++)
        if (strcmp(expr_op_name((ExprOp)op), name) == 0 && expr_op_arity((ExprOp)op) == 1) {
            if (op == OP_ABS && is_int(call->args[0])) return python_abs(ev, call);
            return staged_call(ev, (ExprOp)op, call->args, 1, call->nodes[0]);
        }
    stop_at(ev, DIAG_FRONT_NAME, call->node->location, "expected a function of the IR, seen `%s`", name);
}

static Object *extreme(Evaluator *ev, Call *call, ExprOp op) {
    check_opaque(ev, call, 2);
    if (!both_numbers(call)) return staged_call(ev, op, call->args, 2, call->node);
    bool first = (object_real(call->args[0]) > object_real(call->args[1])) == (op == OP_MAX);
    return call->args[first ? 0 : 1];
}

Object *language_max(Evaluator *ev, Call *call) { return extreme(ev, call, OP_MAX); }
Object *language_min(Evaluator *ev, Call *call) { return extreme(ev, call, OP_MIN); }

Object *language_pow(Evaluator *ev, Call *call) {
    if (both_numbers(call)) return binary_value(ev, OPERATOR_POW, call->args[0], call->args[1], call->node);
    return staged_call(ev, OP_POW, call->args, 2, call->node);
}

Object *language_clamp(Evaluator *ev, Call *call) {
    Object *const lower[] = {call->args[0], call->args[1]};
    Object *raised = staged_call(ev, OP_MAX, lower, 2, call->node);
    Object *const upper[] = {raised, call->args[2]};
    return staged_call(ev, OP_MIN, upper, 2, call->node);
}

Object *language_select(Evaluator *ev, Call *call) {
    Object *condition = call->args[0];
    bool constant = condition->kind == OBJECT_EXPR && condition->expr->kind == EXPR_INT;
    if (!object_is_staged(condition) || constant) return call->args[truth_of(ev, condition, call->nodes[0]) ? 1 : 2];
    return staged_select(ev, condition, call->args[1], call->args[2], call->node);
}

static Object *cast_to(Evaluator *ev, Object *value, Object *dtype, const Node *value_node, const Node *dtype_node) {
    DType type = chip_dtype(ev, need_dtype(ev, dtype, dtype_node, NULL), dtype_node->location);
    return result_expr(ev, expr_as(ev, value, type, value_node), value->weight, value_node);
}

Object *language_cast(Evaluator *ev, Call *call) {
    return cast_to(ev, call->args[0], call->args[1], call->nodes[0], call->nodes[1]);
}
Object *language_cast_first(Evaluator *ev, Call *call) {
    return cast_to(ev, call->args[1], call->args[0], call->nodes[1], call->nodes[0]);
}
Object *value_astype(Evaluator *ev, Call *call) {
    return cast_to(ev, call->self, call->args[0], call->node, call->nodes[0]);
}

Object *value_scope(Evaluator *ev, Call *call) {
    static const char *const names[] = {"global", "shared", "local.fragment", "local", "local.var"};
    Access *access = need_buffer(ev, call->self, call->node, "a buffer");
    return object_text(ev->arena, name_of(ev->context, names[access->buffer->scope]));
}

Object *language_infinity(Evaluator *ev, Call *call) {
    DType type = chip_dtype(ev, need_dtype(ev, call->args[0], call->nodes[0], NULL), call->node->location);
    if (!dtype_is_float(type))
        stop_at(ev, DIAG_FRONT_DTYPE, call->nodes[0]->location, "expected a float's dtype, seen %s", dtype_name(type));
    return object_expr(ev->arena, expr_float(ev->module, type, INFINITY));
}

static double float_limit(DType type) {
    return type == DTYPE_FLOAT16    ? 65504.0
           : type == DTYPE_BFLOAT16 ? 0x1.fep127
           : type == DTYPE_FLOAT32  ? (double)FLT_MAX
                                    : DBL_MAX;
}

Object *language_limit(Evaluator *ev, Call *call) {
    DType type = chip_dtype(ev, need_dtype(ev, call->args[0], call->nodes[0], NULL), call->node->location);
    bool largest = call->row->name[1] == 'a';
    if (dtype_is_float(type))
        return object_expr(ev->arena, expr_float(ev->module, type, largest ? float_limit(type) : -float_limit(type)));
    bool is_signed = dtype_class(type) == CLASS_INT;
    int bits = type == DTYPE_BOOL ? 1 : dtype_bits(type);
    int64_t high = bits - is_signed >= 63 ? INT64_MAX : ((int64_t)1 << (bits - is_signed)) - 1;
    return object_expr(ev->arena, expr_integer(ev->module, type, largest ? high : is_signed ? -high - 1 : 0));
}

Object *language_ceildiv(Evaluator *ev, Call *call) {
    check_opaque(ev, call, 2);
    if (is_int(call->args[0]) && is_int(call->args[1])) { // -(-a // b)
        Object *negative = unary_value(ev, OPERATOR_NEG, call->args[0], call->node);
        return unary_value(ev, OPERATOR_NEG, binary_value(ev, OPERATOR_FLOORDIV, negative, call->args[1], call->node),
                           call->node);
    }
    const Expr *left, *right;
    promote_operands(ev, call->args[0], call->args[1], call->node, &left, &right);
    if (dtype_is_float(left->type))
        stop_at(ev, DIAG_FRONT_DTYPE, call->node->location, "expected integers in T.ceildiv, seen %s",
                dtype_name(left->type));
    if (expr_is_int(right, 0))
        stop_at(ev, DIAG_FRONT_VALUE, call->nodes[1]->location, "expected a divisor that is not 0, seen 0");
    return result_expr(ev, expr_ceildiv(ev->module, left, right), call->args[0]->weight + call->args[1]->weight + 2,
                       call->node);
}

#define BINARY_FUNCTION(name, op)                                                                                      \
    Object *language_##name(Evaluator *ev, Call *call) {                                                               \
        return binary_value(ev, OPERATOR_##op, call->args[0], call->args[1], call->node);                              \
    }
BINARY_FUNCTION(floordiv, FLOORDIV)
BINARY_FUNCTION(floormod, MOD)
BINARY_FUNCTION(div, DIV)
BINARY_FUNCTION(shift_left, SHL)
BINARY_FUNCTION(shift_right, SHR)
BINARY_FUNCTION(bitwise_and, BITAND)
BINARY_FUNCTION(bitwise_or, BITOR)
BINARY_FUNCTION(bitwise_xor, BITXOR)

static Object *logical(Evaluator *ev, Call *call, Operator op) {
    if (object_is_staged(call->args[0]) || object_is_staged(call->args[1]))
        return staged_binary(ev, op, call->args[0], call->args[1], call->node);
    bool left = truth_of(ev, call->args[0], call->nodes[0]), right = truth_of(ev, call->args[1], call->nodes[1]);
    return object_bool(ev->arena, op == OPERATOR_AND ? left && right : left || right);
}

Object *language_and(Evaluator *ev, Call *call) { return logical(ev, call, OPERATOR_AND); }
Object *language_or(Evaluator *ev, Call *call) { return logical(ev, call, OPERATOR_OR); }
Object *language_not(Evaluator *ev, Call *call) { return unary_value(ev, OPERATOR_NOT, call->args[0], call->node); }
Object *language_bitwise_not(Evaluator *ev, Call *call) {
    return unary_value(ev, OPERATOR_BITNOT, call->args[0], call->node);
}
Object *language_identity(Evaluator *ev, Call *call) {
    (void)ev;
    return call->args[0];
}
