// The table of attributes, and values checked against its type texts.
#include "ir/attrs.h"

#include <math.h>
#include <string.h>

#define MAX_VALUE_DEPTH 32

static const struct {
    const char *name, *type, *doc;
} rows[ATTR_COUNT] = {
#define ATTR(id, name, type, doc) {name, type, doc},
#include "ir/attrs.def"
#undef ATTR
};

const char *attr_name(AttrId id) { return rows[id].name; }
const char *attr_type(AttrId id) { return rows[id].type; }
const char *attr_doc(AttrId id) { return rows[id].doc; }

AttrId attr_find(const char *name) {
    int id = 0;
    while (id < ATTR_COUNT && strcmp(rows[id].name, name) != 0) id++;
    return (AttrId)id;
}

bool attr_has_older_form(AttrId id) {
    return id == ATTR_WORK_PARTITION || id == ATTR_CORE_RANGES || id == ATTR_LAYOUT_DESC;
}

bool attr_is_authors(AttrId id) {
    bool is_made = id == ATTR_OPTIONS || id == ATTR_SHARD_ALIASES || id == ATTR_DST_SCHEDULE ||
                   id == ATTR_ITEMS_TOGETHER || id == ATTR_MULTICAST;
    return !is_made && strcmp(attr_type(id), "flag") != 0;
}

AttrSet attrs_held(const Function *function) {
    AttrSet held = 0;
    for (int id = 0; id < ATTR_COUNT; id++) {
        if (function->attributes[id]) held |= (AttrSet)1 << id;
    }
    return held;
}

static bool is_printable(const Value *value, int depth) {
    if (depth == 0) return false;
    if (value->kind == VALUE_FLOAT) return isfinite(value->real);
    for (uint32_t i = 0; i < value->count; i++) {
        if (!is_printable(value->items[i], depth - 1)) return false;
    }
    return true;
}

bool attr_is_printable(const Value *value) { return is_printable(value, MAX_VALUE_DEPTH); }

static bool is_word(const char *type, size_t length, const char *word) {
    return strlen(word) == length && memcmp(type, word, length) == 0;
}

// `type` is a word or a type in brackets.
static bool has_type(const char *type, size_t length, const Value *value) {
    if (length > 2 && type[0] == '[') {
        if (value->kind != VALUE_LIST) return false;
        for (uint32_t i = 0; i < value->count; i++) {
            if (!has_type(type + 1, length - 2, value->items[i])) return false;
        }
        return true;
    }
    switch (value->kind) {
    case VALUE_BOOL: return is_word(type, length, "bool") || (is_word(type, length, "flag") && value->boolean);
    case VALUE_INT: return is_word(type, length, "int");
    case VALUE_TEXT: return is_word(type, length, "text");
    case VALUE_DICT: return is_word(type, length, "dict");
    case VALUE_NULL:
    case VALUE_FLOAT:
    case VALUE_LIST: break;
    }
    return false;
}

bool attr_has_type(const char *type, const Value *value) { return has_type(type, strlen(type), value); }

bool attr_check(AttrId id, const Value *value) {
    return attr_is_printable(value) && has_type(rows[id].type, strlen(rows[id].type), value);
}
