// Python's built-in functions on compile-time values.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "front/library.h"
#include "ir/build.h"

static Object *list_of(Evaluator *ev, ObjectKind kind, ObjectList items) {
    Object *list = object_list(ev->arena, kind);
    for (uint32_t i = 0; i < items.count; i++) object_append(ev->arena, list, items.items[i]);
    return list;
}

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
    if (value->kind == OBJECT_TEXT) return object_int(ev->arena, (int64_t)strlen(value->text));
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

static Object *collection(Evaluator *ev, Call *call, ObjectKind kind) {
    if (!call->args[0]) return object_list(ev->arena, kind);
    return list_of(ev, kind, need_items(ev, call->args[0], call->nodes[0]));
}

Object *python_tuple(Evaluator *ev, Call *call) { return collection(ev, call, OBJECT_TUPLE); }
Object *python_list(Evaluator *ev, Call *call) { return collection(ev, call, OBJECT_LIST); }

Object *python_set(Evaluator *ev, Call *call) {
    Object *all = collection(ev, call, OBJECT_LIST), *set = object_list(ev->arena, OBJECT_SET);
    for (uint32_t i = 0; i < all->list.count; i++) {
        bool found = false;
        spend_steps(ev, set->list.count / 8 + 1, call->node->location);
        for (uint32_t j = 0; j < set->list.count && !found; j++)
            found = object_equal(set->list.items[j], all->list.items[i]);
        if (!found) object_append(ev->arena, set, all->list.items[i]);
    }
    return set;
}

static void add_pairs(Evaluator *ev, Object *dict, Object *pairs, const Node *node) {
    if (pairs->kind == OBJECT_DICT) {
        for (uint32_t i = 0; i < pairs->list.count; i += 2)
            object_store(ev->arena, dict, pairs->list.items[i], pairs->list.items[i + 1]);
        return;
    }
    ObjectList items = need_items(ev, pairs, node);
    for (uint32_t i = 0; i < items.count; i++) {
        ObjectList pair = need_items(ev, items.items[i], node);
        if (pair.count != 2)
            stop_at(ev, DIAG_FRONT_VALUE, node->location, "expected pairs of keys and values, seen %u values",
                    pair.count);
        spend_steps(ev, dict->list.count / 8 + 1, node->location);
        object_store(ev->arena, dict, pair.items[0], pair.items[1]);
    }
}

static void add_keywords(Evaluator *ev, Object *dict, const Call *call) {
    for (uint32_t i = 0; i < call->given.count; i++)
        if (call->given.items[i].name)
            object_store(ev->arena, dict, object_text(ev->arena, call->given.items[i].name),
                         call->given.items[i].value);
}

Object *python_dict(Evaluator *ev, Call *call) {
    Object *dict = object_list(ev->arena, OBJECT_DICT);
    if (call->args[0]) add_pairs(ev, dict, call->args[0], call->nodes[0]);
    add_keywords(ev, dict, call);
    return dict;
}

Object *dict_update(Evaluator *ev, Call *call) {
    if (call->args[0]) add_pairs(ev, call->self, call->args[0], call->nodes[0]);
    add_keywords(ev, call->self, call);
    return object_none(ev->arena);
}

Object *python_zip(Evaluator *ev, Call *call) {
    VECTOR(ObjectList) lists = {0};
    uint32_t shortest = UINT32_MAX;
    for (uint32_t i = 0; i < call->given.count; i++) {
        if (call->given.items[i].name) continue;
        ObjectList items = need_items(ev, call->given.items[i].value, call->node);
        if (items.count < shortest) shortest = items.count;
        vector_push(ev->arena, lists, items);
    }
    Object *result = object_list(ev->arena, OBJECT_LIST);
    for (uint32_t i = 0; lists.count > 0 && i < shortest; i++) {
        Object *tuple = object_list(ev->arena, OBJECT_TUPLE);
        spend_steps(ev, lists.count, call->node->location);
        for (uint32_t j = 0; j < lists.count; j++) object_append(ev->arena, tuple, lists.items[j].items[i]);
        object_append(ev->arena, result, tuple);
    }
    return result;
}

Object *python_enumerate(Evaluator *ev, Call *call) {
    ObjectList items = need_items(ev, call->args[0], call->nodes[0]);
    int64_t start = call->args[1] ? need_int(ev, call->args[1], call->nodes[1], "a start") : 0;
    if (start > INT32_MAX || start < INT32_MIN)
        stop_at(ev, DIAG_FRONT_OVERFLOW, call->nodes[1]->location, "expected a start of 32 bits");
    Object *result = object_list(ev->arena, OBJECT_LIST);
    for (uint32_t i = 0; i < items.count; i++) {
        Object *tuple = object_list(ev->arena, OBJECT_TUPLE);
        object_append(ev->arena, tuple, object_int(ev->arena, start + i));
        object_append(ev->arena, tuple, items.items[i]);
        object_append(ev->arena, result, tuple);
    }
    return result;
}

static void reverse(Object *list) {
    for (uint32_t i = 0, j = list->list.count; i + 1 < j; i++) {
        Object *item = list->list.items[i];
        list->list.items[i] = list->list.items[--j];
        list->list.items[j] = item;
    }
}

Object *python_reversed(Evaluator *ev, Call *call) {
    Object *list = list_of(ev, OBJECT_LIST, need_items(ev, call->args[0], call->nodes[0]));
    reverse(list);
    return list;
}

static Object *apply(Evaluator *ev, Object *function, Object *first, Object *second, const Node *node) {
    Call *call = arena_new(ev->arena, Call);
    call->node = node;
    add_argument(ev, call, NULL, first, node);
    if (second) add_argument(ev, call, NULL, second, node);
    return call_object(ev, function, call);
}

// Insertion sort: stable, and its steps are counted.
Object *python_sorted(Evaluator *ev, Call *call) {
    Object *list = list_of(ev, OBJECT_LIST, need_items(ev, call->args[0], call->nodes[0])), *keys = list;
    if (call->args[1] && call->args[1]->kind != OBJECT_NONE) {
        keys = object_list(ev->arena, OBJECT_LIST);
        for (uint32_t i = 0; i < list->list.count; i++)
            object_append(ev->arena, keys, apply(ev, call->args[1], list->list.items[i], NULL, call->node));
    }
    for (uint32_t i = 1; i < list->list.count; i++)
        for (uint32_t j = i; j > 0; j--) {
            spend_steps(ev, 1, call->node->location);
            Object *before = keys->list.items[j - 1], *item = keys->list.items[j];
            if (!truth_of(ev, binary_value(ev, OPERATOR_LT, item, before, call->node), call->node)) break;
            keys->list.items[j - 1] = item;
            keys->list.items[j] = before;
            if (keys == list) continue;
            item = list->list.items[j];
            list->list.items[j] = list->list.items[j - 1];
            list->list.items[j - 1] = item;
        }
    if (call->args[2] && truth_of(ev, call->args[2], call->nodes[2])) reverse(list);
    return list;
}

Object *python_map(Evaluator *ev, Call *call) {
    ObjectList items = need_items(ev, call->args[1], call->nodes[1]);
    Object *result = object_list(ev->arena, OBJECT_LIST);
    for (uint32_t i = 0; i < items.count; i++)
        object_append(ev->arena, result, apply(ev, call->args[0], items.items[i], NULL, call->node));
    return result;
}

Object *functools_reduce(Evaluator *ev, Call *call) {
    ObjectList items = need_items(ev, call->args[1], call->nodes[1]);
    Object *result = call->args[2];
    for (uint32_t i = 0; i < items.count; i++)
        result = result ? apply(ev, call->args[0], result, items.items[i], call->node) : items.items[i];
    if (!result) stop_at(ev, DIAG_FRONT_VALUE, call->node->location, "expected at least one value, seen none");
    return result;
}

static Object *quantify(Evaluator *ev, Call *call, bool all) {
    ObjectList items = need_items(ev, call->args[0], call->nodes[0]);
    for (uint32_t i = 0; i < items.count; i++)
        if (truth_of(ev, items.items[i], call->node) != all) return object_bool(ev->arena, !all);
    return object_bool(ev->arena, all);
}

Object *python_all(Evaluator *ev, Call *call) { return quantify(ev, call, true); }
Object *python_any(Evaluator *ev, Call *call) { return quantify(ev, call, false); }

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
