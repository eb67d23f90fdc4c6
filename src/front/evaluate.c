// Expressions: one function for each kind of node, found through a table.
#include "front/evaluate.h"

#include <stdio.h>

typedef Object *NodeEvaluator(Evaluator *ev, const Node *node);

static Object *evaluate_name(Evaluator *ev, const Node *node) {
    Object *value = lookup_name(ev, node->name, node);
    if (value->kind == OBJECT_LIBRARY && value->row->kind == ROW_CONSTANT) {
        Call call = {.node = node, .row = value->row};
        return value->row->handler(ev, &call);
    }
    return value;
}

static Object *evaluate_int(Evaluator *ev, const Node *node) { return object_int(ev->arena, node->integer); }
static Object *evaluate_float(Evaluator *ev, const Node *node) { return object_float(ev->arena, node->real); }
static Object *evaluate_string(Evaluator *ev, const Node *node) { return object_text(ev->arena, node->text); }
static Object *evaluate_bool(Evaluator *ev, const Node *node) { return object_bool(ev->arena, node->integer != 0); }
static Object *evaluate_none(Evaluator *ev, const Node *node) {
    (void)node;
    return object_none(ev->arena);
}
static Object *evaluate_ellipsis(Evaluator *ev, const Node *node) {
    (void)node;
    return opaque_object(ev, "...");
}

// The value of `{value:spec}`: integers and floats with a precision; other specs do not change the text.
static void format_value(Evaluator *ev, const Node *node, Text *out) {
    Object *value = evaluate_node(ev, node->first);
    Text spec = {.arena = ev->arena};
    if (node->second)
        for (uint32_t i = 0; i < node->second->items.count; i++)
            if (node->second->items.items[i]->kind == NODE_STRING) text_add(&spec, node->second->items.items[i]->text);
    int precision = -1;
    char form = 0;
    if (object_is_number(value) && spec.data && sscanf(spec.data, ".%d%c", &precision, &form) == 2 && precision >= 0 &&
        precision < 40 && (form == 'f' || form == 'e' || form == 'g')) {
        if (form == 'f')
            text_format(out, "%.*f", precision, object_real(value));
        else
            text_format(out, form == 'e' ? "%.*e" : "%.*g", precision, object_real(value));
        return;
    }
    object_print(value, node->name && node->name[0] == 'r', out);
}

static Object *evaluate_fstring(Evaluator *ev, const Node *node) {
    Text text = {.arena = ev->arena};
    for (uint32_t i = 0; i < node->items.count; i++) {
        const Node *item = node->items.items[i];
        if (item->kind == NODE_STRING)
            text_add(&text, item->text);
        else
            format_value(ev, item, &text);
        spend_steps(ev, text.length / 64, node->location);
    }
    return object_text(ev->arena, intern(&ev->context->names, text.data ? text.data : "", text.length));
}

static Object *evaluate_items(Evaluator *ev, const Node *node, ObjectKind kind) {
    Object *result = object_list(ev->arena, kind);
    for (uint32_t i = 0; i < node->items.count; i++) {
        const Node *item = node->items.items[i];
        if (item->kind != NODE_STARRED) {
            object_append(ev->arena, result, evaluate_node(ev, item));
            continue;
        }
        ObjectList spread = need_items(ev, evaluate_node(ev, item->first), item);
        for (uint32_t j = 0; j < spread.count; j++) object_append(ev->arena, result, spread.items[j]);
    }
    return result;
}

static Object *evaluate_tuple(Evaluator *ev, const Node *node) { return evaluate_items(ev, node, OBJECT_TUPLE); }
static Object *evaluate_list(Evaluator *ev, const Node *node) { return evaluate_items(ev, node, OBJECT_LIST); }

static void add_to_set(Evaluator *ev, Object *set, Object *item, const Node *node) {
    spend_steps(ev, set->list.count / 8 + 1, node->location);
    for (uint32_t i = 0; i < set->list.count; i++)
        if (object_equal(set->list.items[i], item)) return;
    object_append(ev->arena, set, item);
}

static Object *evaluate_set(Evaluator *ev, const Node *node) {
    Object *set = object_list(ev->arena, OBJECT_SET);
    for (uint32_t i = 0; i < node->items.count; i++) add_to_set(ev, set, evaluate_node(ev, node->items.items[i]), node);
    return set;
}

static Object *evaluate_dict(Evaluator *ev, const Node *node) {
    Object *dict = object_list(ev->arena, OBJECT_DICT);
    for (uint32_t i = 0; i < node->items.count; i++) {
        const Node *item = node->items.items[i];
        spend_steps(ev, dict->list.count / 8 + 1, node->location);
        if (item->kind == NODE_PAIR) {
            Object *key = evaluate_node(ev, item->first);
            object_store(ev->arena, dict, key, evaluate_node(ev, item->second));
            continue;
        }
        Object *spread = evaluate_node(ev, item->first);
        if (spread->kind != OBJECT_DICT)
            stop_at(ev, DIAG_FRONT_TYPE, item->location, "expected a dict behind `**`, seen %s",
                    show_object(ev, spread));
        for (uint32_t j = 0; j + 1 < spread->list.count; j += 2)
            object_store(ev->arena, dict, spread->list.items[j], spread->list.items[j + 1]);
    }
    return dict;
}

static Object *evaluate_unary(Evaluator *ev, const Node *node) {
    return unary_value(ev, node->op, evaluate_node(ev, node->first), node);
}

static Object *evaluate_binary(Evaluator *ev, const Node *node) {
    Object *left = evaluate_node(ev, node->first);
    return binary_value(ev, node->op, left, evaluate_node(ev, node->second), node);
}

static Object *evaluate_logic(Evaluator *ev, const Node *node) {
    Object *left = evaluate_node(ev, node->first);
    if (!object_is_staged(left)) {
        bool decided = truth_of(ev, left, node->first) == (node->op == OPERATOR_OR);
        return decided ? left : evaluate_node(ev, node->second);
    }
    Object *right = evaluate_node(ev, node->second);
    return staged_binary(ev, node->op, left, right, node);
}

// a < b < c is (a < b) and (b < c); each operand is evaluated once.
static Object *evaluate_compare(Evaluator *ev, const Node *node) {
    Object *left = evaluate_node(ev, node->first), *result = NULL;
    for (uint32_t i = 0; i < node->items.count; i++) {
        const Node *comparand = node->items.items[i];
        Object *right = evaluate_node(ev, comparand->first);
        Object *one = binary_value(ev, comparand->op, left, right, comparand);
        if (!result)
            result = one;
        else if (object_is_staged(result) || object_is_staged(one))
            result = staged_binary(ev, OPERATOR_AND, result, one, node);
        else
            result = one;
        if (!object_is_staged(result) && i + 1 < node->items.count && !truth_of(ev, result, node)) return result;
        left = right;
    }
    return result;
}

static Object *evaluate_conditional(Evaluator *ev, const Node *node) {
    Object *condition = evaluate_node(ev, node->second);
    if (condition->kind == OBJECT_EXPR && condition->expr->kind == EXPR_INT)
        return evaluate_node(ev, condition->expr->integer ? node->first : node->third);
    if (!object_is_staged(condition))
        return evaluate_node(ev, truth_of(ev, condition, node->second) ? node->first : node->third);
    Object *then = evaluate_node(ev, node->first);
    return staged_select(ev, condition, then, evaluate_node(ev, node->third), node);
}

static Object *evaluate_function(Evaluator *ev, const Node *node) { return make_function(ev, node); }

static Object *evaluate_attribute(Evaluator *ev, const Node *node) {
    Object *value = get_attribute(ev, evaluate_node(ev, node->first), node->name, node);
    if (value->kind != OBJECT_LIBRARY || value->row->kind != ROW_CONSTANT) return value;
    Call call = {.node = node, .row = value->row};
    return value->row->handler(ev, &call);
}

static Object *evaluate_subscript(Evaluator *ev, const Node *node) {
    Object *value = evaluate_node(ev, node->first);
    return get_item(ev, value, evaluate_node(ev, node->second), node);
}

static Object *evaluate_slice(Evaluator *ev, const Node *node) {
    Object *slice = object_list(ev->arena, OBJECT_SLICE);
    const Node *const parts[] = {node->first, node->second, node->third};
    for (int i = 0; i < 3; i++)
        object_append(ev->arena, slice, parts[i] ? evaluate_node(ev, parts[i]) : object_none(ev->arena));
    return slice;
}

static void collect(Evaluator *ev, const Node *node, uint32_t clause, Object *result) {
    if (clause == node->items.count) {
        Object *item = evaluate_node(ev, node->first);
        if (result->kind == OBJECT_DICT) {
            spend_steps(ev, result->list.count / 8 + 1, node->location);
            object_store(ev->arena, result, item, evaluate_node(ev, node->second));
        } else if (result->kind == OBJECT_SET)
            add_to_set(ev, result, item, node);
        else
            object_append(ev->arena, result, item);
        return;
    }
    const Node *loop = node->items.items[clause];
    ObjectList items = need_items(ev, evaluate_node(ev, loop->second), loop->second);
    for (uint32_t i = 0; i < items.count; i++) {
        bind_target(ev, loop->first, items.items[i]);
        bool taken = true;
        for (uint32_t j = 0; j < loop->items.count && taken; j++)
            taken = truth_of(ev, evaluate_node(ev, loop->items.items[j]), loop->items.items[j]);
        if (taken) collect(ev, node, clause + 1, result);
    }
}

// A comprehension has a scope of its own. A generator is evaluated at once, to a list.
static Object *evaluate_comprehension(Evaluator *ev, const Node *node) {
    ObjectKind kind = node->name[0] == 'd' ? OBJECT_DICT : node->name[0] == 's' ? OBJECT_SET : OBJECT_LIST;
    Object *result = object_list(ev->arena, kind);
    Frame frame = *ev->frame;
    frame.caller = ev->frame;
    frame.scope = scope_new(ev->arena, BINDINGS_FUNCTION, ev->frame->scope);
    frame.staged = false;
    ev->frame = &frame;
    collect(ev, node, 0, result);
    ev->frame = frame.caller;
    return result;
}

static Object *evaluate_walrus(Evaluator *ev, const Node *node) {
    Object *value = evaluate_node(ev, node->second);
    assign_target(ev, node->first, value, node);
    return value;
}

static NodeEvaluator *const evaluators[NODE_KIND_COUNT] = {
    [NODE_NAME] = evaluate_name,
    [NODE_INT] = evaluate_int,
    [NODE_FLOAT] = evaluate_float,
    [NODE_STRING] = evaluate_string,
    [NODE_FSTRING] = evaluate_fstring,
    [NODE_BOOL] = evaluate_bool,
    [NODE_NONE] = evaluate_none,
    [NODE_ELLIPSIS] = evaluate_ellipsis,
    [NODE_TUPLE] = evaluate_tuple,
    [NODE_LIST] = evaluate_list,
    [NODE_SET] = evaluate_set,
    [NODE_DICT] = evaluate_dict,
    [NODE_UNARY] = evaluate_unary,
    [NODE_BINARY] = evaluate_binary,
    [NODE_LOGIC] = evaluate_logic,
    [NODE_COMPARE] = evaluate_compare,
    [NODE_CONDITIONAL] = evaluate_conditional,
    [NODE_LAMBDA] = evaluate_function,
    [NODE_CALL] = evaluate_call,
    [NODE_ATTRIBUTE] = evaluate_attribute,
    [NODE_SUBSCRIPT] = evaluate_subscript,
    [NODE_SLICE] = evaluate_slice,
    [NODE_COMPREHENSION] = evaluate_comprehension,
    [NODE_WALRUS] = evaluate_walrus,
};

Object *evaluate_node(Evaluator *ev, const Node *node) {
    if (!evaluators[node->kind])
        stop_at(ev, DIAG_FRONT_UNSUPPORTED, node->location, "expected an expression that ttile evaluates, seen %s",
                node->kind == NODE_YIELD ? "`yield`" : "another one");
    spend_steps(ev, 1, node->location);
    if (++ev->depth > MAX_DEPTH)
        stop_with_help(ev, DIAG_FRONT_NESTING, node->location, "does a function call itself without end?",
                       "expected at most %d nested evaluations, seen more", MAX_DEPTH);
    Object *value = evaluators[node->kind](ev, node);
    ev->depth--;
    return value;
}

Object *opaque_object(Evaluator *ev, const char *format, ...) {
    Text text = {.arena = ev->arena};
    va_list arguments;
    va_start(arguments, format);
    text_format_list(&text, format, arguments);
    va_end(arguments);
    if (text.length > 120) text.length = 120;
    Object *object = object_new(ev->arena, OBJECT_OPAQUE);
    object->text = intern(&ev->context->names, text.data, text.length);
    return object;
}
