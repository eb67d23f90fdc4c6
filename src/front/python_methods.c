// Methods of numbers, strings, lists and dicts.
#include <ctype.h>
#include <string.h>

#include "front/library.h"

static const char *self_text(const Call *call) {
    return call->self->kind == OBJECT_DTYPE ? call->self->dtype.name : call->self->text;
}

static Object *text_of(Evaluator *ev, const Text *text) {
    return object_text(ev->arena, intern(&ev->context->names, text->data ? text->data : "", text->length));
}

Object *int_bit_length(Evaluator *ev, Call *call) {
    uint64_t magnitude = call->self->integer < 0 ? 0 - (uint64_t)call->self->integer : (uint64_t)call->self->integer;
    int bits = 0;
    for (; magnitude > 0; magnitude >>= 1) bits++;
    return object_int(ev->arena, bits);
}

Object *str_join(Evaluator *ev, Call *call) {
    ObjectList items = need_items(ev, call->args[0], call->nodes[0]);
    Text text = {.arena = ev->arena};
    for (uint32_t i = 0; i < items.count; i++) {
        if (i > 0) text_add(&text, self_text(call));
        text_add(&text, need_text(ev, items.items[i], call->nodes[0], "strings to join"));
        spend_steps(ev, text.length / 1024, call->node->location);
    }
    return text_of(ev, &text);
}

Object *str_split(Evaluator *ev, Call *call) {
    const char *separator = call->args[0] ? need_text(ev, call->args[0], call->nodes[0], "a separator") : NULL;
    Object *list = object_list(ev->arena, OBJECT_LIST);
    const char *text = self_text(call);
    if (separator && !*separator)
        stop_at(ev, DIAG_FRONT_VALUE, call->nodes[0]->location, "expected a separator that is not empty");
    for (;;) {
        if (!separator) text += strspn(text, " \t\n");
        if (!separator && !*text) return list;
        const char *end = separator ? strstr(text, separator) : text + strcspn(text, " \t\n");
        size_t length = end ? (size_t)(end - text) : strlen(text);
        object_append(ev->arena, list, object_text(ev->arena, intern(&ev->context->names, text, length)));
        if (!end) return list;
        text = end + (separator ? strlen(separator) : 0);
    }
}

Object *str_format(Evaluator *ev, Call *call) {
    (void)call;
    return opaque_object(ev, "str.format()");
}

Object *str_case(Evaluator *ev, Call *call) {
    bool upper = call->row->name[0] == 'u';
    char *text = arena_copy_text(ev->arena, self_text(call), strlen(self_text(call)));
    for (char *c = text; *c; c++) *c = (char)(upper ? toupper((unsigned char)*c) : tolower((unsigned char)*c));
    return object_text(ev->arena, name_of(ev->context, text));
}

Object *str_strip(Evaluator *ev, Call *call) {
    const char *characters = call->args[0] ? need_text(ev, call->args[0], call->nodes[0], "characters") : " \t\n\r";
    const char *text = self_text(call) + strspn(self_text(call), characters);
    size_t length = strlen(text);
    while (length > 0 && strchr(characters, text[length - 1])) length--;
    return object_text(ev->arena, intern(&ev->context->names, text, length));
}

Object *str_replace(Evaluator *ev, Call *call) {
    Name old = need_text(ev, call->args[0], call->nodes[0], "what to replace"),
         new = need_text(ev, call->args[1], call->nodes[1], "its replacement");
    Text text = {.arena = ev->arena};
    const char *rest = self_text(call);
    for (const char *found; *old && (found = strstr(rest, old)); rest = found + strlen(old)) {
        text_add_bytes(&text, rest, (size_t)(found - rest));
        text_add(&text, new);
        spend_steps(ev, strlen(new) / 16 + 1, call->node->location);
    }
    text_add(&text, rest);
    return text_of(ev, &text);
}

Object *str_startswith(Evaluator *ev, Call *call) {
    Name part = need_text(ev, call->args[0], call->nodes[0], "a string");
    const char *text = self_text(call);
    size_t length = strlen(text), part_length = strlen(part);
    bool end = call->row->name[0] == 'e';
    return object_bool(ev->arena, part_length <= length &&
                                      memcmp(end ? text + length - part_length : text, part, part_length) == 0);
}

Object *str_isdigit(Evaluator *ev, Call *call) {
    const char *text = self_text(call);
    return object_bool(ev->arena, *text && text[strspn(text, "0123456789")] == '\0');
}

// ---------------------------------------------------------------- lists

Object *list_append(Evaluator *ev, Call *call) {
    spend_steps(ev, 1, call->node->location);
    object_append(ev->arena, call->self, call->args[0]);
    return object_none(ev->arena);
}

Object *list_extend(Evaluator *ev, Call *call) {
    ObjectList items = need_items(ev, call->args[0], call->nodes[0]);
    spend_steps(ev, items.count, call->node->location);
    for (uint32_t i = 0; i < items.count; i++) object_append(ev->arena, call->self, items.items[i]);
    return object_none(ev->arena);
}

Object *list_pop(Evaluator *ev, Call *call) {
    ObjectList *list = &call->self->list;
    int64_t index = call->args[0] ? need_int(ev, call->args[0], call->nodes[0], "an index") : -1;
    if (index < 0) index += list->count;
    if (index < 0 || index >= list->count)
        stop_at(ev, DIAG_FRONT_VALUE, call->node->location, "expected an item to pop, seen a list of %u", list->count);
    spend_steps(ev, (list->count - (uint32_t)index) / 16, call->node->location);
    Object *item = list->items[index];
    for (uint32_t i = (uint32_t)index; i + 1 < list->count; i++) list->items[i] = list->items[i + 1];
    list->count--;
    return item;
}

Object *list_index(Evaluator *ev, Call *call) {
    spend_steps(ev, call->self->list.count / 16, call->node->location);
    for (uint32_t i = 0; i < call->self->list.count; i++)
        if (object_equal(call->self->list.items[i], call->args[0])) return object_int(ev->arena, i);
    stop_at(ev, DIAG_FRONT_VALUE, call->nodes[0]->location, "expected an item of the list, seen %s",
            show_object(ev, call->args[0]));
}

Object *list_count(Evaluator *ev, Call *call) {
    int64_t count = 0;
    spend_steps(ev, call->self->list.count / 16, call->node->location);
    for (uint32_t i = 0; i < call->self->list.count; i++)
        count += object_equal(call->self->list.items[i], call->args[0]);
    return object_int(ev->arena, count);
}

static Object *copy(Evaluator *ev, const Object *object) {
    Object *result = object_list(ev->arena, object->kind);
    for (uint32_t i = 0; i < object->list.count; i++) object_append(ev->arena, result, object->list.items[i]);
    return result;
}

Object *list_copy(Evaluator *ev, Call *call) {
    spend_steps(ev, call->self->list.count / 16, call->node->location);
    return copy(ev, call->self);
}

// ---------------------------------------------------------------- dicts

Object *dict_get(Evaluator *ev, Call *call) {
    spend_steps(ev, call->self->list.count / 16, call->node->location);
    Object *value = object_lookup(call->self, call->args[0]);
    return value ? value : call->args[1] ? call->args[1] : object_none(ev->arena);
}

// keys, values, items
Object *dict_parts(Evaluator *ev, Call *call) {
    Object *list = object_list(ev->arena, OBJECT_LIST);
    const ObjectList *entries = &call->self->list;
    spend_steps(ev, entries->count, call->node->location);
    for (uint32_t i = 0; i + 1 < entries->count; i += 2) {
        Object *part = entries->items[call->row->name[0] == 'k' ? i : i + 1];
        if (call->row->name[0] == 'i') {
            part = object_list(ev->arena, OBJECT_TUPLE);
            object_append(ev->arena, part, entries->items[i]);
            object_append(ev->arena, part, entries->items[i + 1]);
        }
        object_append(ev->arena, list, part);
    }
    return list;
}

Object *dict_copy(Evaluator *ev, Call *call) {
    spend_steps(ev, call->self->list.count / 16, call->node->location);
    return copy(ev, call->self);
}

Object *dict_pop(Evaluator *ev, Call *call) {
    spend_steps(ev, call->self->list.count / 16, call->node->location);
    ObjectList *list = &call->self->list;
    for (uint32_t i = 0; i + 1 < list->count; i += 2) {
        if (!object_equal(list->items[i], call->args[0])) continue;
        Object *value = list->items[i + 1];
        for (uint32_t j = i; j + 2 < list->count; j++) list->items[j] = list->items[j + 2];
        list->count -= 2;
        return value;
    }
    if (call->args[1]) return call->args[1];
    stop_at(ev, DIAG_FRONT_VALUE, call->nodes[0]->location, "expected a key of the dict, seen %s",
            show_object(ev, call->args[0]));
}
