// Attribute values: null, bool, int, float, text, list, dict. Printed and read as Python literals.
#ifndef TTILE_BASE_VALUE_H
#define TTILE_BASE_VALUE_H

#include "base/diagnostic.h"
#include "base/text.h"
#include "base/vector.h"

typedef enum ValueKind { VALUE_NULL, VALUE_BOOL, VALUE_INT, VALUE_FLOAT, VALUE_TEXT, VALUE_LIST, VALUE_DICT } ValueKind;

typedef struct Value Value;
struct Value {
    ValueKind kind;
    bool boolean;
    int64_t integer;
    double real;
    Name text;
    uint32_t count; // items of a list, entries of a dict
    uint32_t capacity;
    const Value **items; // of a list; the values of a dict
    Name *keys;          // of a dict, in insertion order
    Location *places;    // of a dict's keys, where its author wrote them; NULL if that is nowhere
    Location location;   // where its author wrote it; nowhere for values that were made
};

Value *value_null(Arena *arena);
Value *value_bool(Arena *arena, bool value);
Value *value_int(Arena *arena, int64_t value);
Value *value_float(Arena *arena, double value);
Value *value_text(Arena *arena, Name value);
Value *value_list(Arena *arena);
Value *value_dict(Arena *arena);
void value_append(Arena *arena, Value *list, const Value *item);
// Replaces an entry of the same key. Keys are interned names.
void value_set(Arena *arena, Value *dict, Name key, const Value *item);
// The same for an entry whose key its author wrote at `place`.
void value_set_at(Arena *arena, Value *dict, Name key, Location place, const Value *item);
// Where entry `index` of a dict was written: its key, else its value.
Location value_place(const Value *dict, uint32_t index);
// A list of integers, as one piece of memory.
Value *value_integers(Arena *arena, uint32_t count, const int64_t integers[]);
// NULL if absent. `key` is interned, as the dict's own keys are.
const Value *value_find(const Value *dict, Name key);
// NULL if absent. Compares text, so `key` need not be interned.
const Value *value_get(const Value *dict, const char *key);
bool value_equal(const Value *a, const Value *b);
void value_print(const Value *value, Text *out);

#endif
