// Compile-time values: making, comparing and printing them; scopes.
#include "front/object.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "ir/build.h"

#define MAX_PRINT_DEPTH 8

Object *object_new(Arena *arena, ObjectKind kind) {
    Object *object = arena_new(arena, Object);
    object->kind = kind;
    return object;
}

Object *object_none(Arena *arena) { return object_new(arena, OBJECT_NONE); }

Object *object_bool(Arena *arena, bool value) {
    Object *object = object_new(arena, OBJECT_BOOL);
    object->integer = value;
    return object;
}

Object *object_int(Arena *arena, int64_t value) {
    Object *object = object_new(arena, OBJECT_INT);
    object->integer = value;
    return object;
}

Object *object_float(Arena *arena, double value) {
    Object *object = object_new(arena, OBJECT_FLOAT);
    object->real = value;
    return object;
}

Object *object_text(Arena *arena, Name text) {
    Object *object = object_new(arena, OBJECT_TEXT);
    object->text = text;
    return object;
}

Object *object_dtype(Arena *arena, DType type, Name name) {
    Object *object = object_new(arena, OBJECT_DTYPE);
    object->dtype.type = type;
    object->dtype.name = name;
    return object;
}

Object *object_list(Arena *arena, ObjectKind kind) { return object_new(arena, kind); }
void object_append(Arena *arena, Object *list, Object *item) { vector_push(arena, list->list, item); }

Object *object_expr(Arena *arena, const Expr *expr) {
    Object *object = object_new(arena, OBJECT_EXPR);
    object->expr = expr;
    object->weight = 1;
    return object;
}

Object *object_library(Arena *arena, const LibraryRow *row) {
    Object *object = object_new(arena, OBJECT_LIBRARY);
    object->row = row;
    return object;
}

Object *object_buffer(Arena *arena, Buffer *buffer) {
    Object *object = object_new(arena, OBJECT_BUFFER);
    Access *access = arena_new(arena, Access);
    access->buffer = buffer;
    access->shape_rank = buffer->rank;
    memcpy(access->shape, buffer->shape, sizeof access->shape);
    object->access = access;
    return object;
}

const char *object_kind_name(const Object *object) {
    static const char *const names[OBJECT_KIND_COUNT] = {
        [OBJECT_NONE] = "None",
        [OBJECT_BOOL] = "a bool",
        [OBJECT_INT] = "an int",
        [OBJECT_FLOAT] = "a float",
        [OBJECT_TEXT] = "a string",
        [OBJECT_DTYPE] = "a dtype",
        [OBJECT_TUPLE] = "a tuple",
        [OBJECT_LIST] = "a list",
        [OBJECT_SET] = "a set",
        [OBJECT_DICT] = "a dict",
        [OBJECT_RANGE] = "a range",
        [OBJECT_SLICE] = "a slice",
        [OBJECT_FUNCTION] = "a function",
        [OBJECT_LIBRARY] = "a function",
        [OBJECT_METHOD] = "a method",
        [OBJECT_MODULE] = "a module",
        [OBJECT_OPAQUE] = "a value that ttile does not evaluate",
        [OBJECT_NAMESPACE] = "parsed arguments",
        [OBJECT_PARSER] = "an argument parser",
        [OBJECT_EXPR] = "a value known only on the chip",
        [OBJECT_BUFFER] = "a buffer",
        [OBJECT_ELEMENT] = "a part of a buffer",
        [OBJECT_TENSOR_TYPE] = "a tensor's type",
        [OBJECT_TENSOR] = "a tensor of the host",
        [OBJECT_LOOP] = "a loop",
        [OBJECT_LAUNCH] = "a launch",
        [OBJECT_COMPILED] = "a compiled kernel",
        [OBJECT_CLOSED] = "a name out of its scope",
        [OBJECT_FAILED] = "a value that an error stands for",
    };
    return names[object->kind];
}

bool object_is_number(const Object *object) {
    return object->kind == OBJECT_BOOL || object->kind == OBJECT_INT || object->kind == OBJECT_FLOAT;
}

bool object_is_sequence(const Object *object) {
    return object->kind == OBJECT_TUPLE || object->kind == OBJECT_LIST || object->kind == OBJECT_SET;
}

bool object_is_variable(const Object *object) {
    return object->kind == OBJECT_BUFFER && object->access->buffer->scope == SCOPE_VAR;
}

bool object_is_staged(const Object *object) {
    return object->kind == OBJECT_EXPR || object->kind == OBJECT_ELEMENT || object_is_variable(object);
}

double object_real(const Object *object) {
    return object->kind == OBJECT_FLOAT ? object->real : (double)object->integer;
}

#define MAX_COMPARE_DEPTH 64 // lists may hold themselves

static bool equal_at(const Object *a, const Object *b, int depth);

static bool lists_equal(const Object *a, const Object *b, int depth) {
    if (a->list.count != b->list.count) return false;
    for (uint32_t i = 0; i < a->list.count; i++)
        if (!equal_at(a->list.items[i], b->list.items[i], depth + 1)) return false;
    return true;
}

// A dtype equals its names, so that `dtype == "float16"` holds for T.float16.
static bool dtype_equal(const Object *dtype, const Object *other) {
    DType type;
    if (other->kind == OBJECT_DTYPE) return dtype->dtype.name == other->dtype.name;
    return other->kind == OBJECT_TEXT &&
           (other->text == dtype->dtype.name || (dtype_parse(other->text, &type) && type == dtype->dtype.type));
}

static bool dicts_equal(const Object *a, const Object *b, int depth) {
    if (a->list.count != b->list.count) return false;
    for (uint32_t i = 0; i < a->list.count; i += 2) {
        const Object *other = object_lookup(b, a->list.items[i]);
        if (!other || !equal_at(a->list.items[i + 1], other, depth + 1)) return false;
    }
    return true;
}

static bool equal_at(const Object *a, const Object *b, int depth) {
    if (a == b) return true;
    if (depth > MAX_COMPARE_DEPTH) return false;
    if (object_is_number(a) && object_is_number(b)) {
        if (a->kind == OBJECT_FLOAT || b->kind == OBJECT_FLOAT) return object_real(a) == object_real(b);
        return a->integer == b->integer;
    }
    if (a->kind == OBJECT_DTYPE) return dtype_equal(a, b);
    if (b->kind == OBJECT_DTYPE) return dtype_equal(b, a);
    if (a->kind != b->kind) return false;
    switch (a->kind) {
    case OBJECT_NONE: return true;
    case OBJECT_TEXT:
    case OBJECT_MODULE: return a->text == b->text;
    case OBJECT_EXPR: return a->expr == b->expr;
    case OBJECT_LIBRARY: return a->row == b->row;
    case OBJECT_BUFFER: return a->access->buffer == b->access->buffer;
    case OBJECT_TUPLE:
    case OBJECT_LIST:
    case OBJECT_SET:
    case OBJECT_RANGE:
    case OBJECT_SLICE: return lists_equal(a, b, depth);
    case OBJECT_DICT: return dicts_equal(a, b, depth);
    default: return false;
    }
}

bool object_equal(const Object *a, const Object *b) { return equal_at(a, b, 0); }

Object *object_lookup(const Object *dict, const Object *key) {
    for (uint32_t i = 0; i + 1 < dict->list.count; i += 2)
        if (object_equal(dict->list.items[i], key)) return dict->list.items[i + 1];
    return NULL;
}

void object_store(Arena *arena, Object *dict, Object *key, Object *value) {
    for (uint32_t i = 0; i + 1 < dict->list.count; i += 2) {
        if (!object_equal(dict->list.items[i], key)) continue;
        dict->list.items[i + 1] = value;
        return;
    }
    object_append(arena, dict, key);
    object_append(arena, dict, value);
}

static void print_object(const Object *object, bool repr, int depth, Text *out);

static void print_items(const Object *object, const char *open, const char *close, int depth, Text *out) {
    text_add(out, open);
    for (uint32_t i = 0; i < object->list.count; i++) {
        bool value = object->kind == OBJECT_DICT && i % 2 == 1;
        if (i > 0) text_add(out, value ? ": " : ", ");
        print_object(object->list.items[i], true, depth + 1, out);
    }
    text_add(out, object->kind == OBJECT_TUPLE && object->list.count == 1 ? ",)" : close);
}

static void print_float(double value, Text *out) {
    char digits[40] = "";
    for (int precision = 1; precision <= 17; precision++) {
        snprintf(digits, sizeof digits, "%.*g", precision, value);
        double back = 0;
        if (sscanf(digits, "%lf", &back) == 1 && back == value) break;
    }
    text_add(out, digits);
    if (isfinite(value) && !strpbrk(digits, ".e")) text_add(out, ".0");
}

static void print_object(const Object *object, bool repr, int depth, Text *out) {
    if (depth > MAX_PRINT_DEPTH) {
        text_add(out, "...");
        return;
    }
    switch (object->kind) {
    case OBJECT_NONE: text_add(out, "None"); break;
    case OBJECT_BOOL: text_add(out, object->integer ? "True" : "False"); break;
    case OBJECT_INT: text_format(out, "%lld", (long long)object->integer); break;
    case OBJECT_FLOAT: print_float(object->real, out); break;
    case OBJECT_TEXT: text_format(out, repr ? "'%s'" : "%s", object->text); break;
    case OBJECT_DTYPE: text_add(out, object->dtype.name); break;
    case OBJECT_TUPLE: print_items(object, "(", ")", depth, out); break;
    case OBJECT_LIST: print_items(object, "[", "]", depth, out); break;
    case OBJECT_SET:
    case OBJECT_DICT: print_items(object, "{", "}", depth, out); break;
    default: text_format(out, "<%s>", object_kind_name(object)); break;
    }
}

void object_print(const Object *object, bool repr, Text *out) { print_object(object, repr, 0, out); }

Bindings *scope_new(Arena *arena, BindingsKind kind, Bindings *enclosing) {
    Bindings *scope = arena_new(arena, Bindings);
    scope->kind = kind;
    scope->enclosing = enclosing;
    return scope;
}

// By content, so that the order of slots does not depend on addresses.
static uint32_t hash_name(Name name) {
    uint32_t hash = 2166136261u;
    for (; *name; name++) hash = (hash ^ (unsigned char)*name) * 16777619u;
    return hash;
}

static Slot *find_slot(const Bindings *scope, Name name) {
    uint32_t i = hash_name(name) & (scope->capacity - 1);
    while (scope->slots[i].name && scope->slots[i].name != name) i = (i + 1) & (scope->capacity - 1);
    return &scope->slots[i];
}

Object *scope_get(const Bindings *scope, Name name) {
    return scope->capacity == 0 ? NULL : find_slot(scope, name)->value;
}

static void grow_scope(Arena *arena, Bindings *scope) {
    Bindings grown = *scope;
    grown.capacity = scope->capacity ? scope->capacity * 2 : 8;
    grown.slots = arena_new_array(arena, Slot, grown.capacity);
    for (uint32_t i = 0; i < scope->capacity; i++)
        if (scope->slots[i].name) *find_slot(&grown, scope->slots[i].name) = scope->slots[i];
    *scope = grown;
}

void scope_set(Arena *arena, Bindings *scope, Name name, Object *value) {
    if (scope->count * 2 >= scope->capacity) grow_scope(arena, scope);
    Slot *slot = find_slot(scope, name);
    if (!slot->name) scope->count++;
    *slot = (Slot){name, value};
}
