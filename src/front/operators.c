// Operators on compile-time values: checked 64-bit integers, floats, texts, sequences.
#include <math.h>
#include <string.h>

#include "front/evaluate.h"
#include "ir/build.h"

#define MAX_NESTED_LISTS 64 // compared; lists may hold themselves

_Noreturn static void fail_overflow(Evaluator *ev, const Node *node) {
    stop_at(ev, DIAG_FRONT_OVERFLOW, node->location, "expected a result of 64 bits, seen a larger one");
}

_Noreturn static void fail_operands(Evaluator *ev, Operator op, const Object *a, const Object *b, const Node *node) {
    stop_at(ev, DIAG_FRONT_TYPE, node->location, "expected operands that `%s` takes, seen %s and %s",
            operator_spelling(op), show_object(ev, a), show_object(ev, b));
}

static Object *integer_power(Evaluator *ev, int64_t base, int64_t exponent, const Node *node) {
    if (exponent < 0) return object_float(ev->arena, pow((double)base, (double)exponent));
    int64_t result = 1;
    for (; exponent > 0; exponent >>= 1) {
        if (exponent & 1 && __builtin_mul_overflow(result, base, &result)) fail_overflow(ev, node);
        if (exponent > 1 && __builtin_mul_overflow(base, base, &base)) fail_overflow(ev, node);
    }
    return object_int(ev->arena, result);
}

static int64_t shift_integer(Evaluator *ev, Operator op, int64_t a, int64_t b, const Node *node) {
    if (b < 0) stop_at(ev, DIAG_FRONT_VALUE, node->location, "expected a shift of 0 or more, seen %lld", (long long)b);
    if (op == OPERATOR_SHR) return a >> (b > 63 ? 63 : b);
    int64_t result = a;
    if (a != 0 && (b > 62 || __builtin_mul_overflow(a, (int64_t)1 << b, &result))) fail_overflow(ev, node);
    return result;
}

static Object *integer_binary(Evaluator *ev, Operator op, int64_t a, int64_t b, const Node *node) {
    static const ExprOp folds[OPERATOR_COUNT] = {
#define OPERATOR(id, spelling, precedence, ir) [OPERATOR_##id] = OP_##ir,
#include "front/operators.def"
#undef OPERATOR
    };
    int64_t result;
    switch (op) {
    case OPERATOR_ADD:
        if (__builtin_add_overflow(a, b, &result)) fail_overflow(ev, node);
        break;
    case OPERATOR_SUB:
        if (__builtin_sub_overflow(a, b, &result)) fail_overflow(ev, node);
        break;
    case OPERATOR_MUL:
        if (__builtin_mul_overflow(a, b, &result)) fail_overflow(ev, node);
        break;
    case OPERATOR_POW: return integer_power(ev, a, b, node);
    case OPERATOR_SHL:
    case OPERATOR_SHR: result = shift_integer(ev, op, a, b, node); break;
    case OPERATOR_DIV:
        if (b == 0) stop_at(ev, DIAG_FRONT_VALUE, node->location, "expected a divisor that is not 0, seen 0");
        return object_float(ev->arena, (double)a / (double)b);
    case OPERATOR_FLOORDIV:
    case OPERATOR_MOD:
        if (b == 0) stop_at(ev, DIAG_FRONT_VALUE, node->location, "expected a divisor that is not 0, seen 0");
        if (b == -1) {
            if (a == INT64_MIN) fail_overflow(ev, node);
            return object_int(ev->arena, op == OPERATOR_MOD ? 0 : -a);
        }
        // fall through
    default:
        if (!expr_fold_integer(folds[op], a, b, &result)) fail_overflow(ev, node);
        if (op <= OPERATOR_GE) return object_bool(ev->arena, result != 0);
    }
    return object_int(ev->arena, result);
}

static Object *float_binary(Evaluator *ev, Operator op, double a, double b, const Node *node) {
    if ((op == OPERATOR_DIV || op == OPERATOR_FLOORDIV || op == OPERATOR_MOD) && b == 0)
        stop_at(ev, DIAG_FRONT_VALUE, node->location, "expected a divisor that is not 0, seen 0.0");
    switch (op) {
    case OPERATOR_ADD: return object_float(ev->arena, a + b);
    case OPERATOR_SUB: return object_float(ev->arena, a - b);
    case OPERATOR_MUL: return object_float(ev->arena, a * b);
    case OPERATOR_DIV: return object_float(ev->arena, a / b);
    case OPERATOR_FLOORDIV: return object_float(ev->arena, floor(a / b));
    case OPERATOR_MOD: return object_float(ev->arena, a - floor(a / b) * b);
    case OPERATOR_POW: return object_float(ev->arena, pow(a, b));
    case OPERATOR_LT: return object_bool(ev->arena, a < b);
    case OPERATOR_LE: return object_bool(ev->arena, a <= b);
    case OPERATOR_GT: return object_bool(ev->arena, a > b);
    case OPERATOR_GE: return object_bool(ev->arena, a >= b);
    default: return NULL;
    }
}

static Object *repeat(Evaluator *ev, const Object *sequence, int64_t times, const Node *node) {
    if (times < 0) times = 0;
    uint64_t items = sequence->kind == OBJECT_TEXT ? strlen(sequence->text) : sequence->list.count;
    if (times > MAX_STEPS) times = (int64_t)MAX_STEPS + 1;
    spend_steps(ev, items * (uint64_t)times, node->location);
    if (sequence->kind == OBJECT_TEXT) {
        Text text = {.arena = ev->arena};
        for (int64_t i = 0; i < times && items > 0; i++) text_add(&text, sequence->text);
        return object_text(ev->arena, intern(&ev->context->names, text.data ? text.data : "", text.length));
    }
    Object *result = object_list(ev->arena, sequence->kind);
    for (int64_t i = 0; i < times && items > 0; i++)
        for (uint32_t j = 0; j < sequence->list.count; j++) object_append(ev->arena, result, sequence->list.items[j]);
    return result;
}

static Object *concatenate(Evaluator *ev, const Object *a, const Object *b, const Node *node) {
    if (a->kind == OBJECT_TEXT) {
        spend_steps(ev, (strlen(a->text) + strlen(b->text)) / 16, node->location);
        return object_text(ev->arena, name_format(ev->context, "%s%s", a->text, b->text));
    }
    spend_steps(ev, (uint64_t)a->list.count + b->list.count, node->location);
    Object *result = object_list(ev->arena, a->kind);
    for (uint32_t i = 0; i < a->list.count; i++) object_append(ev->arena, result, a->list.items[i]);
    for (uint32_t i = 0; i < b->list.count; i++) object_append(ev->arena, result, b->list.items[i]);
    return result;
}

static bool contains(Evaluator *ev, Object *container, const Object *item, const Node *node) {
    if (container->kind == OBJECT_TEXT && item->kind == OBJECT_TEXT) {
        spend_steps(ev, strlen(container->text) / 64, node->location);
        return strstr(container->text, item->text) != NULL;
    }
    if (container->kind == OBJECT_DICT) {
        spend_steps(ev, container->list.count / 16, node->location);
        return object_lookup(container, item) != NULL;
    }
    ObjectList items = need_items(ev, container, node);
    for (uint32_t i = 0; i < items.count; i++)
        if (object_equal(items.items[i], item)) return true;
    return false;
}

static int compare_order(const Object *a, const Object *b, int depth, bool *comparable) {
    *comparable = true;
    if (a->kind == OBJECT_TEXT && b->kind == OBJECT_TEXT) return strcmp(a->text, b->text);
    if (object_is_number(a) && object_is_number(b))
        return object_real(a) < object_real(b) ? -1 : object_real(a) > object_real(b);
    *comparable = depth < MAX_NESTED_LISTS && (a->kind == OBJECT_TUPLE || a->kind == OBJECT_LIST) && a->kind == b->kind;
    for (uint32_t i = 0; *comparable && i < a->list.count && i < b->list.count; i++) {
        int order = compare_order(a->list.items[i], b->list.items[i], depth + 1, comparable);
        if (order != 0) return order;
    }
    return *comparable ? (a->list.count > b->list.count) - (a->list.count < b->list.count) : 0;
}

// Identity, equality and membership: they take operands of any kind.
static Object *general_binary(Evaluator *ev, Operator op, Object *a, Object *b, const Node *node) {
    switch (op) {
    case OPERATOR_EQ: return object_bool(ev->arena, object_equal(a, b));
    case OPERATOR_NE: return object_bool(ev->arena, !object_equal(a, b));
    case OPERATOR_IS:
    case OPERATOR_IS_NOT: {
        bool same = a->kind == b->kind && object_equal(a, b);
        return object_bool(ev->arena, same == (op == OPERATOR_IS));
    }
    case OPERATOR_IN:
    case OPERATOR_NOT_IN: return object_bool(ev->arena, contains(ev, b, a, node) == (op == OPERATOR_IN));
    default: return NULL;
    }
}

static Object *ordered_binary(Evaluator *ev, Operator op, Object *a, Object *b) {
    if (op < OPERATOR_LT || op > OPERATOR_GE) return NULL;
    bool comparable;
    int order = compare_order(a, b, 0, &comparable);
    if (!comparable) return NULL;
    return object_bool(ev->arena, op == OPERATOR_LT   ? order < 0
                                  : op == OPERATOR_LE ? order <= 0
                                  : op == OPERATOR_GT ? order > 0
                                                      : order >= 0);
}

static Object *sequence_binary(Evaluator *ev, Operator op, Object *a, Object *b, const Node *node) {
    bool a_repeats = a->kind == OBJECT_TEXT || a->kind == OBJECT_LIST || a->kind == OBJECT_TUPLE;
    bool b_repeats = b->kind == OBJECT_TEXT || b->kind == OBJECT_LIST || b->kind == OBJECT_TUPLE;
    if (op == OPERATOR_ADD && a_repeats && a->kind == b->kind) return concatenate(ev, a, b, node);
    if (op == OPERATOR_MUL && a_repeats && b->kind == OBJECT_INT) return repeat(ev, a, b->integer, node);
    if (op == OPERATOR_MUL && b_repeats && a->kind == OBJECT_INT) return repeat(ev, b, a->integer, node);
    return NULL;
}

Object *binary_value(Evaluator *ev, Operator op, Object *a, Object *b, const Node *node) {
    bool identity = op == OPERATOR_IS || op == OPERATOR_IS_NOT || op == OPERATOR_IN || op == OPERATOR_NOT_IN;
    if ((a->kind == OBJECT_OPAQUE || b->kind == OBJECT_OPAQUE) &&
        !(identity && a->kind != OBJECT_OPAQUE && b->kind == OBJECT_NONE))
        return opaque_object(ev, "%s %s %s", a->kind == OBJECT_OPAQUE ? a->text : "...", operator_spelling(op),
                             b->kind == OBJECT_OPAQUE ? b->text : "...");
    if (!identity && (object_is_staged(a) || object_is_staged(b))) return staged_binary(ev, op, a, b, node);
    Object *result = general_binary(ev, op, a, b, node);
    if (!result && object_is_number(a) && object_is_number(b)) {
        bool real = a->kind == OBJECT_FLOAT || b->kind == OBJECT_FLOAT;
        result = real                    ? float_binary(ev, op, object_real(a), object_real(b), node)
                 : op == OPERATOR_MATMUL ? NULL
                                         : integer_binary(ev, op, a->integer, b->integer, node);
    }
    if (!result) result = sequence_binary(ev, op, a, b, node);
    if (!result) result = ordered_binary(ev, op, a, b);
    if (!result && (a->kind == OBJECT_TENSOR || b->kind == OBJECT_TENSOR))
        return opaque_object(ev, "a tensor's %s", operator_spelling(op));
    if (!result && a->kind == OBJECT_TEXT && op == OPERATOR_MOD) return opaque_object(ev, "a formatted string");
    if (!result) fail_operands(ev, op, a, b, node);
    return result;
}

Object *unary_value(Evaluator *ev, Operator op, Object *value, const Node *node) {
    if (value->kind == OBJECT_OPAQUE)
        return opaque_object(ev, "%s%s%s", operator_spelling(op), op == OPERATOR_NOT ? " " : "", value->text);
    if (object_is_staged(value)) return staged_unary(ev, op, value, node);
    if (op == OPERATOR_NOT) return object_bool(ev->arena, !truth_of(ev, value, node));
    if (value->kind == OBJECT_FLOAT && op != OPERATOR_BITNOT)
        return object_float(ev->arena, op == OPERATOR_NEG ? -value->real : value->real);
    if (!object_is_number(value) || value->kind == OBJECT_FLOAT)
        stop_at(ev, DIAG_FRONT_TYPE, node->location, "expected a number behind `%s`, seen %s", operator_spelling(op),
                show_object(ev, value));
    if (op == OPERATOR_NEG && value->integer == INT64_MIN) fail_overflow(ev, node);
    return object_int(ev->arena, op == OPERATOR_NEG    ? -value->integer
                                 : op == OPERATOR_PLUS ? value->integer
                                                       : ~value->integer);
}

bool truth_of(Evaluator *ev, Object *value, const Node *node) {
    switch (value->kind) {
    case OBJECT_NONE: return false;
    case OBJECT_BOOL:
    case OBJECT_INT: return value->integer != 0;
    case OBJECT_FLOAT: return value->real != 0;
    case OBJECT_TEXT: return value->text[0] != '\0';
    case OBJECT_TUPLE:
    case OBJECT_LIST:
    case OBJECT_SET:
    case OBJECT_DICT: return value->list.count > 0;
    case OBJECT_RANGE: return need_items(ev, value, node).count > 0;
    case OBJECT_OPAQUE:
    case OBJECT_TENSOR:
        stop_with_help(ev, DIAG_FRONT_OPAQUE, node->location, "give the parameters that depend on it as NAME=VALUE",
                       "expected a condition that is known at compile time, seen %s", show_object(ev, value));
    case OBJECT_EXPR:
        if (value->expr->kind == EXPR_INT) return value->expr->integer != 0;
        // fall through
    case OBJECT_ELEMENT:
        stop_with_help(ev, DIAG_FRONT_STAGING, node->location,
                       "a helper that branches on such a value must be a @T.macro",
                       "expected a condition that is known at compile time, seen %s", show_object(ev, value));
    default: return true;
    }
}
