// Python's built-in functions that make and go through collections.
#include "front/library.h"

static Object *list_of(Evaluator *ev, ObjectKind kind, ObjectList items) {
    Object *list = object_list(ev->arena, kind);
    for (uint32_t i = 0; i < items.count; i++) object_append(ev->arena, list, items.items[i]);
    return list;
}

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
