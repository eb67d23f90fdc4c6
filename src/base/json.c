// Printing: a value goes on one line if that fits, otherwise each item gets a line of its own. Parsing is jansson's;
// its tree is copied into Values at once, so that nothing has to be freed later.
#include "base/json.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

#define LINE_COLUMNS   100
#define MAX_JSON_DEPTH 64

// ---------------------------------------------------------------- printing

// Length of the well-formed UTF-8 sequence at `text`, 0 if there is none.
static size_t utf8_length(const unsigned char *text) {
    size_t length = text[0] < 0x80                      ? 1
                    : text[0] >= 0xC2 && text[0] < 0xE0 ? 2
                    : text[0] >= 0xE0 && text[0] < 0xF0 ? 3
                    : text[0] >= 0xF0 && text[0] < 0xF5 ? 4
                                                        : 0;
    for (size_t i = 1; i < length; i++)
        if ((text[i] & 0xC0) != 0x80) return 0;
    bool overlong = (text[0] == 0xE0 && text[1] < 0xA0) || (text[0] == 0xF0 && text[1] < 0x90);
    bool surrogate = (text[0] == 0xED && text[1] >= 0xA0) || (text[0] == 0xF4 && text[1] >= 0x90);
    return overlong || surrogate ? 0 : length;
}

// Bytes that stand for themselves in a JSON string.
static size_t plain_length(const unsigned char *text) {
    size_t length = 0;
    while (text[length] >= 0x20 && text[length] < 0x7F && text[length] != '"' && text[length] != '\\') length++;
    return length;
}

// One character that is not plain; gives the bytes consumed. Bytes that are not UTF-8 become the replacement character.
static size_t print_character(const unsigned char *text, Text *out) {
    size_t length = utf8_length(text);
    if (*text == '"' || *text == '\\')
        text_format(out, "\\%c", *text);
    else if (*text == '\n' || *text == '\t')
        text_add(out, *text == '\n' ? "\\n" : "\\t");
    else if (*text < 0x20 || *text == 0x7F)
        text_format(out, "\\u%04x", *text);
    else
        text_add_bytes(out, length ? (const char *)text : "\xEF\xBF\xBD", length ? length : 3);
    return length ? length : 1;
}

static void print_string(const char *text, Text *out) {
    text_add_bytes(out, "\"", 1);
    for (const unsigned char *next = (const unsigned char *)text; *next;) {
        size_t plain = plain_length(next);
        text_add_bytes(out, (const char *)next, plain);
        next += plain;
        if (*next) next += print_character(next, out);
    }
    text_add_bytes(out, "\"", 1);
}

static void print_scalar(const Value *value, Text *out) {
    switch (value->kind) {
    case VALUE_BOOL: text_add(out, value->boolean ? "true" : "false"); break;
    case VALUE_INT: text_add_integer(out, value->integer); break;
    case VALUE_FLOAT:
        if (isfinite(value->real))
            text_add_real(out, value->real, NULL);
        else
            text_add(out, "null");
        break;
    case VALUE_TEXT: print_string(value->text, out); break;
    default: text_add(out, "null"); break;
    }
}

static void print_value(const Value *value, int indent, bool flat, Text *out);

static void new_line(int indent, Text *out) {
    static const char spaces[] = "                                ";
    text_add_bytes(out, "\n", 1);
    for (size_t left = (size_t)indent; left > 0;) {
        size_t count = left < sizeof spaces - 1 ? left : sizeof spaces - 1;
        text_add_bytes(out, spaces, count);
        left -= count;
    }
}

static void print_items(const Value *value, int indent, bool flat, Text *out) {
    bool dict = value->kind == VALUE_DICT;
    text_add(out, dict ? "{" : "[");
    for (uint32_t i = 0; i < value->count; i++) {
        if (i) text_add(out, flat ? ", " : ",");
        if (!flat) new_line(indent + 2, out);
        if (dict) print_string(value->keys[i], out);
        if (dict) text_add(out, ": ");
        print_value(value->items[i], indent + 2, flat, out);
    }
    if (!flat) new_line(indent, out);
    text_add(out, dict ? "}" : "]");
}

static size_t line_start(const Text *out) {
    size_t start = out->length;
    while (start > 0 && out->data[start - 1] != '\n') start--;
    return start;
}

// A value whose printing needs more than `budget` characters cannot stay on one line; a cheap bound that spares the
// attempt for large values.
static bool may_fit(const Value *value, int *budget) {
    *budget -= value->kind == VALUE_TEXT ? (int)strnlen(value->text, LINE_COLUMNS) + 2 : 1;
    for (uint32_t i = 0; i < value->count && *budget >= 0; i++) {
        *budget -= 2;
        if (!may_fit(value->items[i], budget)) return false;
    }
    return *budget >= 0;
}

static bool print_flat(const Value *value, int indent, Text *out) {
    size_t before = out->length;
    int budget = LINE_COLUMNS - (int)(before - line_start(out));
    if (budget < 0 || !may_fit(value, &budget)) return false;
    print_items(value, indent, true, out);
    if (out->length - line_start(out) <= LINE_COLUMNS) return true;
    out->length = before;
    out->data[before] = '\0';
    return false;
}

static void print_value(const Value *value, int indent, bool flat, Text *out) {
    if (value->kind != VALUE_LIST && value->kind != VALUE_DICT) {
        print_scalar(value, out);
    } else if (flat || value->count == 0) {
        print_items(value, indent, true, out);
    } else if (!print_flat(value, indent, out)) {
        print_items(value, indent, false, out);
    }
}

void json_print(const Value *value, Text *out) {
    text_add(out, "");
    print_value(value, 0, false, out);
    text_add(out, "\n");
}

// ---------------------------------------------------------------- parsing

typedef struct Conversion {
    const json_t *json;
    const Value *result;
} Conversion;

static const Value *convert(Context *context, const json_t *json, int depth);

static const Value *convert_list(Context *context, const json_t *json, int depth) {
    Value *list = value_list(&context->unit);
    list->count = list->capacity = (uint32_t)json_array_size(json);
    list->items = arena_new_array(&context->unit, const Value *, list->count);
    for (uint32_t i = 0; i < list->count; i++) list->items[i] = convert(context, json_array_get(json, i), depth + 1);
    return list;
}

// Filled directly: jansson has already refused repeated keys, and value_set would look for them again.
static const Value *convert_dict(Context *context, const json_t *json, int depth) {
    Value *dict = value_dict(&context->unit);
    dict->capacity = (uint32_t)json_object_size(json);
    dict->items = arena_new_array(&context->unit, const Value *, dict->capacity);
    dict->keys = arena_new_array(&context->unit, Name, dict->capacity);
    for (void *entry = json_object_iter((json_t *)json); entry; entry = json_object_iter_next((json_t *)json, entry)) {
        dict->keys[dict->count] = name_of(context, json_object_iter_key(entry));
        dict->items[dict->count++] = convert(context, json_object_iter_value(entry), depth + 1);
    }
    return dict;
}

static const Value *convert(Context *context, const json_t *json, int depth) {
    if (depth > MAX_JSON_DEPTH) return NULL;
    Arena *arena = &context->unit;
    switch (json_typeof(json)) {
    case JSON_OBJECT: return convert_dict(context, json, depth);
    case JSON_ARRAY: return convert_list(context, json, depth);
    case JSON_STRING: return value_text(arena, name_of(context, json_string_value(json)));
    case JSON_INTEGER: return value_int(arena, json_integer_value(json));
    case JSON_REAL: return value_float(arena, json_real_value(json));
    case JSON_NULL: return value_null(arena);
    default: return value_bool(arena, json_is_true(json));
    }
}

static void convert_root(Context *context, void *user) {
    Conversion *conversion = user;
    conversion->result = convert(context, conversion->json, 0);
}

// Deepest nesting of brackets outside of strings: looked at first, so that no later step need count.
static int text_depth(const char *text, size_t length) {
    int depth = 0, deepest = 0;
    bool quoted = false;
    for (size_t i = 0; i < length; i++) {
        if (quoted && text[i] == '\\')
            i++;
        else if (text[i] == '"')
            quoted = !quoted;
        else if (!quoted && strchr("[{", text[i]) && text[i])
            depth++;
        else if (!quoted && strchr("]}", text[i]) && text[i])
            depth--;
        if (depth > deepest) deepest = depth;
    }
    return deepest;
}

const Value *json_parse(Context *context, const Source *source, DiagnosticCode code) {
    if (text_depth(source->text, source->length) > MAX_JSON_DEPTH)
        fail(context, code, (Location){source, 1, 1, 0}, "JSON nested deeper than %d levels", MAX_JSON_DEPTH);
    json_error_t error;
    json_t *json = json_loadb(source->text, source->length, JSON_REJECT_DUPLICATES, &error);
    if (!json)
        fail(context, code,
             (Location){source, (uint32_t)(error.line > 0 ? error.line : 1),
                        (uint32_t)(error.column > 0 ? error.column : 1), 0},
             "expected JSON: %s", error.text);
    Conversion conversion = {.json = json};
    bool done = context_try(context, convert_root, &conversion);
    json_decref(json);
    if (!done) fail_now(context);
    return conversion.result;
}

// ---------------------------------------------------------------- places

void json_path_print(const JsonPath *path, Text *out) {
    if (!path) {
        text_add(out, "the file");
        return;
    }
    if (path->parent) json_path_print(path->parent, out);
    if (path->key)
        text_format(out, "%s%s", path->parent ? "." : "", path->key);
    else
        text_format(out, "[%u]", path->index);
}

// The text was parsed before, so these only have to find their way through well-formed JSON.
static const char *skip_space(const char *at) { return at + strspn(at, " \t\r\n,:"); }

static const char *skip_string(const char *at) {
    for (at++; *at && *at != '"'; at++)
        if (*at == '\\' && at[1]) at++;
    return *at ? at + 1 : at;
}

static const char *skip_value(const char *at) {
    int depth = 0;
    do {
        if (*at == '"')
            at = skip_string(at);
        else if (strchr("[{", *at))
            depth++, at++;
        else if (strchr("]}", *at))
            depth--, at++;
        else
            at += strcspn(at, ",:[]{}\" \t\r\n") ? strcspn(at, ",:[]{}\" \t\r\n") : 1;
        if (depth > 0) at = skip_space(at);
    } while (*at && depth > 0);
    return at;
}

static const char *find_part(const char *at, const JsonPath *part) {
    bool dict = *at == '{';
    if ((!dict && *at != '[') || dict != (part->key != NULL)) return NULL;
    at = skip_space(at + 1);
    for (uint32_t i = 0; *at && !strchr("]}", *at); i++) {
        const char *key = at + 1;
        const char *item = dict ? skip_space(skip_string(at)) : at;
        size_t length = dict ? strcspn(key, "\"") : 0;
        if (dict ? strlen(part->key) == length && !memcmp(key, part->key, length) : i == part->index) return item;
        at = skip_space(skip_value(item));
    }
    return NULL;
}

static const char *find_path(const char *root, const JsonPath *path) {
    if (!path) return skip_space(root);
    const char *outer = find_path(root, path->parent);
    const char *found = find_part(outer, path);
    return found ? found : outer;
}

Location json_locate(const Source *source, const JsonPath *path) {
    const char *place = find_path(source->text, path);
    Location location = {source, 1, 1, 0};
    for (const char *at = source->text; at < place; at++) {
        location.column = *at == '\n' ? 1 : location.column + 1;
        location.line += *at == '\n';
    }
    return location;
}
