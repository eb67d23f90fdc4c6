// Attribute values, made in an arena and printed as Python literals.
#include "base/value.h"

#include <string.h>

static Value *value_new(Arena *arena, ValueKind kind) {
    Value *value = arena_new(arena, Value);
    value->kind = kind;
    return value;
}

Value *value_null(Arena *arena) { return value_new(arena, VALUE_NULL); }
Value *value_list(Arena *arena) { return value_new(arena, VALUE_LIST); }
Value *value_dict(Arena *arena) { return value_new(arena, VALUE_DICT); }

Value *value_bool(Arena *arena, bool boolean) {
    Value *value = value_new(arena, VALUE_BOOL);
    value->boolean = boolean;
    return value;
}

Value *value_int(Arena *arena, int64_t integer) {
    Value *value = value_new(arena, VALUE_INT);
    value->integer = integer;
    return value;
}

Value *value_float(Arena *arena, double real) {
    Value *value = value_new(arena, VALUE_FLOAT);
    value->real = real;
    return value;
}

Value *value_text(Arena *arena, Name text) {
    Value *value = value_new(arena, VALUE_TEXT);
    value->text = text;
    return value;
}

// Room for one more item, and for its key in a dict.
static void make_room(Arena *arena, Value *value) {
    if (value->count < value->capacity) return;
    uint32_t capacity = value->capacity;
    vector_grow(arena, (void **)&value->items, &capacity, sizeof *value->items);
    if (value->kind == VALUE_DICT) {
        capacity = value->capacity;
        vector_grow(arena, (void **)&value->keys, &capacity, sizeof *value->keys);
    }
    if (value->places) {
        capacity = value->capacity;
        vector_grow(arena, (void **)&value->places, &capacity, sizeof *value->places);
    }
    value->capacity = capacity;
}

void value_append(Arena *arena, Value *list, const Value *item) {
    make_room(arena, list);
    list->items[list->count++] = item;
}

static int64_t find_key(const Value *dict, const char *key) {
    uint32_t count = dict->kind == VALUE_DICT ? dict->count : 0;
    for (uint32_t i = 0; i < count; i++) { // most keys differ in their first letter
        if (dict->keys[i] == key || (*dict->keys[i] == *key && strcmp(dict->keys[i], key) == 0)) return i;
    }
    return -1;
}

Value *value_integers(Arena *arena, uint32_t count, const int64_t integers[]) {
    Value *list = value_list(arena), *items = arena_new_array(arena, Value, count);
    list->items = arena_new_array(arena, const Value *, count);
    list->count = list->capacity = count;
    for (uint32_t i = 0; i < count; i++) {
        items[i].kind = VALUE_INT;
        items[i].integer = integers[i];
        list->items[i] = &items[i];
    }
    return list;
}

void value_set_at(Arena *arena, Value *dict, Name key, Location place, const Value *item) {
    int64_t index = find_key(dict, key);
    if (index < 0) {
        make_room(arena, dict);
        index = dict->count++;
        dict->keys[index] = key;
    }
    dict->items[index] = item;
    if (place.line && !dict->places) dict->places = arena_new_array(arena, Location, dict->capacity);
    if (dict->places) dict->places[index] = place;
}

void value_set(Arena *arena, Value *dict, Name key, const Value *item) {
    value_set_at(arena, dict, key, (Location){0}, item);
}

Location value_place(const Value *dict, uint32_t index) {
    bool is_written = dict->places && dict->places[index].line;
    return is_written ? dict->places[index] : dict->items[index]->location;
}

const Value *value_find(const Value *dict, Name key) {
    uint32_t count = dict->kind == VALUE_DICT ? dict->count : 0;
    for (uint32_t i = 0; i < count; i++)
        if (dict->keys[i] == key) return dict->items[i];
    return NULL;
}

const Value *value_get(const Value *dict, const char *key) {
    int64_t place = dict ? find_key(dict, key) : -1;
    return place < 0 ? NULL : dict->items[place];
}

static bool items_equal(const Value *a, const Value *b) {
    if (a->count != b->count) return false;
    for (uint32_t i = 0; i < a->count; i++) {
        const Value *other = a->kind == VALUE_DICT ? value_get(b, a->keys[i]) : b->items[i];
        if (!other || !value_equal(a->items[i], other)) return false;
    }
    return true;
}

bool value_equal(const Value *a, const Value *b) {
    if (a == b) return true;
    if (!a || !b || a->kind != b->kind) return false;
    switch (a->kind) {
    case VALUE_NULL: return true;
    case VALUE_BOOL: return a->boolean == b->boolean;
    case VALUE_INT: return a->integer == b->integer;
    case VALUE_FLOAT: return a->real == b->real || (a->real != a->real && b->real != b->real);
    case VALUE_TEXT: return strcmp(a->text, b->text) == 0;
    case VALUE_LIST:
    case VALUE_DICT: return items_equal(a, b);
    }
    return false;
}

static void print_items(const Value *value, Text *out) {
    text_add(out, value->kind == VALUE_DICT ? "{" : "[");
    for (uint32_t i = 0; i < value->count; i++) {
        if (i) text_add(out, ", ");
        if (value->kind == VALUE_DICT) {
            text_add_quoted(out, value->keys[i]);
            text_add(out, ": ");
        }
        value_print(value->items[i], out);
    }
    text_add(out, value->kind == VALUE_DICT ? "}" : "]");
}

void value_print(const Value *value, Text *out) {
    switch (value->kind) {
    case VALUE_NULL: text_add(out, "None"); break;
    case VALUE_BOOL: text_add(out, value->boolean ? "True" : "False"); break;
    case VALUE_INT: text_add_integer(out, value->integer); break;
    case VALUE_FLOAT: text_add_real(out, value->real, NULL); break;
    case VALUE_TEXT: text_add_quoted(out, value->text); break;
    case VALUE_LIST:
    case VALUE_DICT: print_items(value, out); break;
    }
}
