// The user's own layouts, schedule and attributes.
#include <string.h>

#include "front/library.h"
#include "ir/attrs.h"

static Value *scalar_value(Arena *arena, const Object *object) {
    switch (object->kind) {
    case OBJECT_NONE: return value_null(arena);
    case OBJECT_BOOL: return value_bool(arena, object->integer != 0);
    case OBJECT_INT: return value_int(arena, object->integer);
    case OBJECT_FLOAT: return value_float(arena, object->real);
    case OBJECT_EXPR: // T.bool(True), T.int64(5)
        if (object->expr->kind != EXPR_INT) return NULL;
        if (object->expr->type == DTYPE_BOOL) return value_bool(arena, object->expr->integer != 0);
        return value_int(arena, object->expr->integer);
    case OBJECT_TEXT: return value_text(arena, object->text);
    case OBJECT_DTYPE: return value_text(arena, object->dtype.name);
    default: return NULL;
    }
}

// The pair of a dict's display that entry i of `count` was written as; NULL if it was not.
static const Node *pair_node(const Node *node, uint32_t i, uint32_t count) {
    if (node->kind != NODE_DICT || node->items.count != count) return NULL;
    const Node *pair = node->items.items[i];
    return pair->kind == NODE_PAIR ? pair : NULL;
}

// Where item i of `count` was written: inside the display if it is one, else at `node` itself.
static const Node *item_node(const Node *node, uint32_t i, uint32_t count) {
    bool display = node->kind == NODE_LIST || node->kind == NODE_TUPLE || node->kind == NODE_DICT;
    if (!display || node->items.count != count) return node;
    const Node *item = node->items.items[i], *pair = pair_node(node, i, count);
    if (node->kind != NODE_DICT) return item->kind == NODE_STARRED ? node : item;
    return pair ? pair->second : node;
}

static Value *list_value(Evaluator *ev, Object *object, const Node *node, int depth) {
    Value *list = value_list(&ev->context->unit);
    uint32_t count = object->list.count;
    for (uint32_t i = 0; i < count; i++)
        value_append(&ev->context->unit, list,
                     attribute_value(ev, object->list.items[i], item_node(node, i, count), depth + 1));
    return list;
}

// Where the key of entry i of `count` was written.
static const Node *key_node(const Node *node, uint32_t i, uint32_t count) {
    const Node *pair = pair_node(node, i, count);
    return pair ? pair->first : node;
}

AttributeEntry attribute_entry(Evaluator *ev, const Object *dict, uint32_t i, const Node *node) {
    uint32_t count = dict->list.count / 2;
    const Node *key = key_node(node, i, count);
    return (AttributeEntry){.name = need_text(ev, dict->list.items[2 * i], key, "a key"),
                            .value = dict->list.items[2 * i + 1],
                            .key_node = key,
                            .value_node = item_node(node, i, count)};
}

static Value *dict_value(Evaluator *ev, Object *object, const Node *node, int depth) {
    Value *dict = value_dict(&ev->context->unit);
    uint32_t count = object->list.count / 2;
    for (uint32_t i = 0; i < count; i++) {
        AttributeEntry entry = attribute_entry(ev, object, i, node);
        value_set_at(&ev->context->unit, dict, entry.name, entry.key_node->location,
                     attribute_value(ev, entry.value, entry.value_node, depth + 1));
    }
    return dict;
}

const Value *attribute_value(Evaluator *ev, Object *object, const Node *node, int depth) {
    if (depth > 16)
        stop_at(ev, DIAG_FRONT_NESTING, node->location, "expected an attribute of at most 16 levels, seen more");
    Value *value = scalar_value(&ev->context->unit, object);
    if (object->kind == OBJECT_TUPLE || object->kind == OBJECT_LIST) value = list_value(ev, object, node, depth);
    if (object->kind == OBJECT_DICT) value = dict_value(ev, object, node, depth);
    if (!value)
        stop_at(ev, DIAG_FRONT_TYPE, node->location,
                "expected None, a bool, a number, a string, a list or a dict, seen %s", show_object(ev, object));
    value->location = node->location;
    return value;
}

static Object *need_dict(Evaluator *ev, Call *call) {
    if (call->args[0]->kind != OBJECT_DICT)
        stop_at(ev, DIAG_FRONT_TYPE, call->nodes[0]->location, "expected a dict, seen %s",
                show_object(ev, call->args[0]));
    return call->args[0];
}

Object *language_annotate_layout(Evaluator *ev, Call *call) {
    Object *layouts = need_dict(ev, call);
    uint32_t count = layouts->list.count;
    for (uint32_t i = 0; i < count; i += 2) {
        const Node *node = item_node(call->nodes[0], i / 2, count / 2);
        Buffer *buffer = need_buffer(ev, layouts->list.items[i], call->nodes[0], "a buffer as key")->buffer;
        const Value *annotation = attribute_value(ev, layouts->list.items[i + 1], node, 0);
        if (buffer->annotation && !value_equal(buffer->annotation, annotation)) {
            report(ev->context, DIAG_LAYOUT_ANNOTATION, node->location, "%s has a layout by annotation already",
                   buffer->name);
            report_note(ev->context, buffer->annotation->location, "the other one is here");
            report_help(ev->context, "say all of its layout in one place");
            fail_now(ev->context);
        }
        buffer->annotation = annotation;
    }
    return object_none(ev->arena);
}

Object *language_annotate_schedule(Evaluator *ev, Call *call) {
    const Name name = name_of(ev->context, "tt.user_schedule");
    const Value *schedule = attribute_value(ev, need_dict(ev, call), call->nodes[0], 0);
    const Value *other = value_get(ev->function->user_attributes, name);
    if (other && !value_equal(other, schedule)) {
        report(ev->context, DIAG_SCHEDULE_ANNOTATION, call->nodes[0]->location,
               "the kernel has another schedule by annotation already");
        if (other->location.line) report_note(ev->context, other->location, "the other one is here");
        report_help(ev->context, "say all of its schedule in one place");
        fail_now(ev->context);
    }
    value_set(&ev->context->unit, ev->function->user_attributes, name, schedule);
    return object_none(ev->arena);
}

// An attribute may be said twice, but not in two ways.
static void check_other(Evaluator *ev, const AttributeEntry *entry, const Value *other, const Value *value) {
    if (!other || value_equal(other, value)) return;
    report(ev->context, DIAG_FRONT_VALUE, entry->value_node->location, "`%s` has another value already", entry->name);
    if (other->location.line) report_note(ev->context, other->location, "the other one is here");
    report_help(ev->context, "leave one of them out, or make both say the same");
    fail_now(ev->context);
}

// Today's attributes in today's form; false if it is none of them.
static bool hold_todays(Evaluator *ev, const AttributeEntry *entry) {
    const char *name = entry->name;
    const Node *node = entry->value_node;
    AttrId id = attr_find(name);
    if (id == ATTR_COUNT) return false;
    const Value *value = attribute_value(ev, entry->value, node, 0);
    if (attr_has_older_form(id) && !attr_check(id, value)) return false; // apply_compatibility_transforms checks it
    if (!attr_check(id, value))
        stop_at(ev, DIAG_FRONT_TYPE, node->location, "expected `%s` as %s, seen %s", name, attr_type(id),
                show_object(ev, entry->value));
    if (!attr_is_authors(id))
        stop_at(ev, DIAG_FRONT_VALUE, node->location, "expected an attribute that a kernel's author sets, seen `%s`",
                name);
    check_other(ev, entry, ev->function->attributes[id], value);
    ev->function->attributes[id] = value;
    return true;
}

void hold_attribute(Evaluator *ev, const AttributeEntry *entry) {
    if (hold_todays(ev, entry)) return;
    Value *user = ev->function->user_attributes;
    const Value *value = attribute_value(ev, entry->value, entry->value_node, 1);
    check_other(ev, entry, value_get(user, entry->name), value);
    value_set_at(&ev->context->unit, user, entry->name, entry->key_node->location, value);
}

Object *language_func_attr(Evaluator *ev, Call *call) {
    const Object *dict = need_dict(ev, call);
    for (uint32_t i = 0; i < dict->list.count / 2; i++) {
        AttributeEntry entry = attribute_entry(ev, dict, i, call->nodes[0]);
        hold_attribute(ev, &entry);
    }
    return object_none(ev->arena);
}
