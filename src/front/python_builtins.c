// Python's built-in functions on compile-time values.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "front/library.h"
#include "ir/build.h"

// The positional arguments, or the items of the only one.
static ObjectList several(Evaluator *ev, Call *call) {
    ObjectList items = {0};
    for (uint32_t i = 0; i < call->given.count; i++)
        if (!call->given.items[i].name) vector_push(ev->arena, items, call->given.items[i].value);
    if (items.count == 1) items = need_items(ev, items.items[0], call->node);
    if (items.count == 0) stop_at(ev, DIAG_FRONT_VALUE, call->node->location, "expected at least one value, seen none");
    return items;
}

static Object *best(Evaluator *ev, Call *call, Operator op) {
    ObjectList items = several(ev, call);
    Object *result = items.items[0];
    for (uint32_t i = 1; i < items.count; i++) {
        Object *pair[] = {items.items[i], result};
        if (object_is_staged(pair[0]) || object_is_staged(pair[1]))
            result = staged_call(ev, op == OPERATOR_LT ? OP_MIN : OP_MAX, pair, 2, call->node);
        else if (truth_of(ev, binary_value(ev, op, pair[0], pair[1], call->node), call->node))
            result = pair[0];
    }
    return result;
}

Object *python_min(Evaluator *ev, Call *call) { return best(ev, call, OPERATOR_LT); }
Object *python_max(Evaluator *ev, Call *call) { return best(ev, call, OPERATOR_GT); }

Object *python_len(Evaluator *ev, Call *call) {
    Object *value = call->args[0];
    if (value->kind == OBJECT_TEXT) {
        int64_t length = (int64_t)strlen(value->text);
        spend_steps(ev, (uint64_t)length / 1024, call->node->location);
        return object_int(ev->arena, length);
    }
    if (value->kind == OBJECT_BUFFER) return object_int(ev->arena, value->access->shape_rank);
    return object_int(ev->arena, need_items(ev, value, call->nodes[0]).count);
}

Object *python_sum(Evaluator *ev, Call *call) {
    ObjectList items = need_items(ev, call->args[0], call->nodes[0]);
    Object *result = call->args[1] ? call->args[1] : object_int(ev->arena, 0);
    for (uint32_t i = 0; i < items.count; i++)
        result = binary_value(ev, OPERATOR_ADD, result, items.items[i], call->node);
    return result;
}

Object *python_abs(Evaluator *ev, Call *call) {
    Object *value = call->args[0];
    if (object_is_staged(value)) return staged_call(ev, OP_ABS, call->args, 1, call->node);
    bool negative = value->kind == OBJECT_FLOAT ? value->real < 0 : object_is_number(value) && value->integer < 0;
    return unary_value(ev, negative ? OPERATOR_NEG : OPERATOR_PLUS, value, call->node);
}

static Object *from_double(Evaluator *ev, double value, const Node *node) {
    if (!(fabs(value) < 0x1p63))
        stop_at(ev, DIAG_FRONT_OVERFLOW, node->location, "expected an integer of 64 bits, seen %g", value);
    return object_int(ev->arena, (int64_t)value);
}

static double need_real(Evaluator *ev, const Call *call, int i) {
    if (object_is_number(call->args[i])) return object_real(call->args[i]);
    stop_at(ev, call->args[i]->kind == OBJECT_OPAQUE ? DIAG_FRONT_OPAQUE : DIAG_FRONT_TYPE, call->nodes[i]->location,
            "expected a number, seen %s", show_object(ev, call->args[i]));
}

Object *python_round(Evaluator *ev, Call *call) {
    if (object_is_staged(call->args[0])) return staged_call(ev, OP_ROUND, call->args, 1, call->node);
    double value = need_real(ev, call, 0);
    if (!call->args[1]) return from_double(ev, nearbyint(value), call->node);
    double scale = pow(10, (double)need_int(ev, call->args[1], call->nodes[1], "digits"));
    return object_float(ev->arena, nearbyint(value * scale) / scale);
}

Object *python_pow(Evaluator *ev, Call *call) {
    return binary_value(ev, OPERATOR_POW, call->args[0], call->args[1], call->node);
}

Object *python_divmod(Evaluator *ev, Call *call) {
    Object *tuple = object_list(ev->arena, OBJECT_TUPLE);
    object_append(ev->arena, tuple, binary_value(ev, OPERATOR_FLOORDIV, call->args[0], call->args[1], call->node));
    object_append(ev->arena, tuple, binary_value(ev, OPERATOR_MOD, call->args[0], call->args[1], call->node));
    return tuple;
}

Object *python_int(Evaluator *ev, Call *call) {
    Object *value = call->args[0];
    if (!value) return object_int(ev->arena, 0);
    int64_t constant;
    if (value->kind == OBJECT_EXPR && expr_constant(value->expr, &constant)) return object_int(ev->arena, constant);
    if (object_is_staged(value))
        return result_expr(ev, expr_as(ev, value, DTYPE_INT32, call->node), value->weight, call->node);
    if (value->kind == OBJECT_OPAQUE) return value;
    if (value->kind != OBJECT_TEXT) {
        if (value->kind != OBJECT_FLOAT) return object_int(ev->arena, need_int(ev, value, call->nodes[0], "a number"));
        return from_double(ev, trunc(value->real), call->node);
    }
    char *end = NULL;
    int base = call->args[1] ? (int)need_int(ev, call->args[1], call->nodes[1], "a base") : 10;
    long long parsed = base >= 2 && base <= 36 ? strtoll(value->text, &end, base) : 0;
    if (!end || end == value->text || *end)
        stop_at(ev, DIAG_FRONT_VALUE, call->nodes[0]->location, "expected the digits of an integer, seen %s",
                show_object(ev, value));
    return object_int(ev->arena, parsed);
}

Object *python_float(Evaluator *ev, Call *call) {
    Object *value = call->args[0];
    if (!value) return object_float(ev->arena, 0);
    if (object_is_staged(value))
        return result_expr(ev, expr_as(ev, value, DTYPE_FLOAT32, call->node), value->weight, call->node);
    if (value->kind != OBJECT_TEXT) return object_float(ev->arena, need_real(ev, call, 0));
    char *end = NULL;
    double parsed = strtod(value->text, &end);
    if (end == value->text || *end)
        stop_at(ev, DIAG_FRONT_VALUE, call->nodes[0]->location, "expected the digits of a number, seen %s",
                show_object(ev, value));
    return object_float(ev->arena, parsed);
}

Object *python_bool(Evaluator *ev, Call *call) {
    if (!call->args[0]) return object_bool(ev->arena, false);
    if (object_is_staged(call->args[0]))
        return object_expr(ev->arena, need_condition(ev, call->args[0], call->nodes[0]));
    return object_bool(ev->arena, truth_of(ev, call->args[0], call->nodes[0]));
}

static Object *printed(Evaluator *ev, const Object *value, bool repr) {
    Text text = {.arena = ev->arena};
    if (value) object_print(value, repr, &text);
    return object_text(ev->arena, intern(&ev->context->names, text.data ? text.data : "", text.length));
}

Object *python_str(Evaluator *ev, Call *call) { return printed(ev, call->args[0], false); }
Object *python_repr(Evaluator *ev, Call *call) { return printed(ev, call->args[0], true); }

static bool is_instance(Evaluator *ev, const Object *value, Object *type, const Node *node) {
    static const struct {
        const char *name;
        ObjectKind kind;
    } types[] = {{"int", OBJECT_INT},   {"float", OBJECT_FLOAT}, {"bool", OBJECT_BOOL},
                 {"str", OBJECT_TEXT},  {"tuple", OBJECT_TUPLE}, {"list", OBJECT_LIST},
                 {"dict", OBJECT_DICT}, {"set", OBJECT_SET},     {"dtype", OBJECT_DTYPE}};
    if (type->kind == OBJECT_TUPLE) {
        for (uint32_t i = 0; i < type->list.count; i++)
            if (is_instance(ev, value, type->list.items[i], node)) return true;
        return false;
    }
    if (type->kind != OBJECT_LIBRARY) return false;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(types[i].name, type->row->name) == 0)
            return value->kind == types[i].kind || (types[i].kind == OBJECT_INT && value->kind == OBJECT_BOOL);
    return false;
}

Object *python_isinstance(Evaluator *ev, Call *call) {
    return object_bool(ev->arena, is_instance(ev, call->args[0], call->args[1], call->nodes[1]));
}

Object *python_getattr(Evaluator *ev, Call *call) {
    return get_attribute(ev, call->args[0], need_text(ev, call->args[1], call->nodes[1], "an attribute's name"),
                         call->node);
}

Object *python_hasattr(Evaluator *ev, Call *call) {
    (void)call;
    return opaque_object(ev, "hasattr()");
}

Object *python_print(Evaluator *ev, Call *call) {
    (void)call;
    return object_none(ev->arena);
}
