// The user's own layouts, schedule and attributes.
#include "front/library.h"

const Value *attribute_value(Evaluator *ev, Object *object, const Node *node, int depth) {
    Arena *arena = &ev->context->unit;
    if (depth > 16)
        stop_at(ev, DIAG_FRONT_NESTING, node->location, "expected an attribute of at most 16 levels, seen more");
    switch (object->kind) {
    case OBJECT_NONE: return value_null(arena);
    case OBJECT_BOOL: return value_bool(arena, object->integer != 0);
    case OBJECT_INT: return value_int(arena, object->integer);
    case OBJECT_FLOAT: return value_float(arena, object->real);
    case OBJECT_EXPR: // T.bool(True), T.int64(5)
        if (object->expr->kind != EXPR_INT) break;
        if (object->expr->type == DTYPE_BOOL) return value_bool(arena, object->expr->integer != 0);
        return value_int(arena, object->expr->integer);
    case OBJECT_TEXT: return value_text(arena, object->text);
    case OBJECT_DTYPE: return value_text(arena, object->dtype.name);
    case OBJECT_TUPLE:
    case OBJECT_LIST: {
        Value *list = value_list(arena);
        for (uint32_t i = 0; i < object->list.count; i++)
            value_append(arena, list, attribute_value(ev, object->list.items[i], node, depth + 1));
        return list;
    }
    case OBJECT_DICT: {
        Value *dict = value_dict(arena);
        for (uint32_t i = 0; i < object->list.count; i += 2)
            value_set(arena, dict, need_text(ev, object->list.items[i], node, "a key"),
                      attribute_value(ev, object->list.items[i + 1], node, depth + 1));
        return dict;
    }
    default: break;
    }
    stop_at(ev, DIAG_FRONT_TYPE, node->location, "expected None, a bool, a number, a string, a list or a dict, seen %s",
            show_object(ev, object));
}

static Object *need_dict(Evaluator *ev, Call *call) {
    if (call->args[0]->kind != OBJECT_DICT)
        stop_at(ev, DIAG_FRONT_TYPE, call->nodes[0]->location, "expected a dict, seen %s",
                show_object(ev, call->args[0]));
    return call->args[0];
}

Object *language_annotate_layout(Evaluator *ev, Call *call) {
    Object *layouts = need_dict(ev, call);
    for (uint32_t i = 0; i < layouts->list.count; i += 2) {
        Access *access = need_buffer(ev, layouts->list.items[i], call->nodes[0], "a buffer as key");
        access->buffer->annotation = attribute_value(ev, layouts->list.items[i + 1], call->nodes[0], 0);
    }
    return object_none(ev->arena);
}

Object *language_annotate_schedule(Evaluator *ev, Call *call) {
    const Value *schedule = attribute_value(ev, need_dict(ev, call), call->nodes[0], 0);
    value_set(&ev->context->unit, ev->function->user_attributes, name_of(ev->context, "tt.user_schedule"), schedule);
    return object_none(ev->arena);
}

Object *language_func_attr(Evaluator *ev, Call *call) {
    const Value *attributes = attribute_value(ev, need_dict(ev, call), call->nodes[0], 0);
    for (uint32_t i = 0; i < attributes->count; i++)
        value_set(&ev->context->unit, ev->function->user_attributes, attributes->keys[i], attributes->items[i]);
    return object_none(ev->arena);
}
