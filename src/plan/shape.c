// Checking a value against a shape: a walk over both, with the way to the current place kept for messages.
#include "plan/shape.h"

#include <string.h>

typedef struct ShapeCheck {
    Context *context;
    const Source *source;
    int violations;
} ShapeCheck;

#define MAX_VIOLATIONS 5 // the first ones say it; an edited plan can have thousands

static void check(ShapeCheck *state, const Shape *shape, const Value *value, const JsonPath *path);

static void violate(ShapeCheck *state, const JsonPath *path, const char *expected, const char *seen) {
    if (state->violations++ >= MAX_VIOLATIONS) return;
    Text where = {.arena = &state->context->unit};
    json_path_print(path, &where);
    report(state->context, DIAG_PLAN_SCHEMA, json_locate(state->source, path), "%s: expected %s, got %s", where.data,
           expected, seen);
}

static const char *describe(Context *context, const Value *value) {
    static const char *const kinds[] = {"null", "true or false", "a whole number", "a number with a fraction",
                                        "text", "a list",        "an object"};
    switch (value->kind) {
    case VALUE_INT: return arena_format(&context->unit, "%lld", (long long)value->integer);
    case VALUE_TEXT: return arena_format(&context->unit, "\"%.60s\"", value->text);
    case VALUE_LIST: return arena_format(&context->unit, "a list of %u", value->count);
    default: return kinds[value->kind];
    }
}

static bool has_word(const char *words, const char *word) {
    size_t length = strlen(word);
    for (const char *at = words; at; at = strchr(at, '|') ? strchr(at, '|') + 1 : NULL)
        if (!strncmp(at, word, length) && (at[length] == '|' || !at[length])) return true;
    return false;
}

static void check_integer(ShapeCheck *state, const Shape *shape, const Value *value, const JsonPath *path) {
    Context *context = state->context;
    bool listed = !shape->words || has_word(shape->words, describe(context, value));
    if (value->kind == VALUE_INT && value->integer >= shape->minimum && value->integer <= shape->maximum && listed)
        return;
    const char *expected = "a whole number";
    if (shape->words)
        expected = arena_format(&context->unit, "one of %s", shape->words);
    else if (shape->minimum > INT64_MIN && shape->maximum < INT64_MAX)
        expected = arena_format(&context->unit, "a whole number from %lld to %lld", (long long)shape->minimum,
                                (long long)shape->maximum);
    else if (shape->minimum > INT64_MIN)
        expected = arena_format(&context->unit, "a whole number of at least %lld", (long long)shape->minimum);
    violate(state, path, expected, describe(context, value));
}

static bool is_hexadecimal(const char *text, int digits) {
    size_t length = strspn(text, "0123456789abcdef");
    return !text[length] && length == (size_t)digits;
}

static void check_text(ShapeCheck *state, const Shape *shape, const Value *value, const JsonPath *path) {
    if (value->kind == VALUE_TEXT && (!shape->words || has_word(shape->words, value->text)) &&
        (!shape->digits || is_hexadecimal(value->text, shape->digits)))
        return;
    const char *expected = "text";
    if (shape->words) expected = arena_format(&state->context->unit, "one of %s", shape->words);
    if (shape->digits)
        expected = arena_format(&state->context->unit, "%d lower-case hexadecimal digits", shape->digits);
    violate(state, path, expected, describe(state->context, value));
}

static void check_list(ShapeCheck *state, const Shape *shape, const Value *value, const JsonPath *path) {
    if (value->kind != VALUE_LIST || value->count < shape->minimum || value->count > shape->maximum) {
        const char *expected = "a list";
        if (shape->minimum == shape->maximum)
            expected = arena_format(&state->context->unit, "a list of %lld", (long long)shape->minimum);
        else if (shape->minimum > 0)
            expected = arena_format(&state->context->unit, "a list of at least %lld", (long long)shape->minimum);
        violate(state, path, expected, describe(state->context, value));
        return;
    }
    for (uint32_t i = 0; i < value->count; i++) check(state, shape->item, value->items[i], &(JsonPath){path, NULL, i});
}

static bool has_field(const Shape *shape, const char *name) {
    for (int i = 0; i < shape->field_count; i++)
        if (!strcmp(shape->fields[i].name, name)) return true;
    return false;
}

static void check_dict(ShapeCheck *state, const Shape *shape, const Value *value, const JsonPath *path) {
    if (value->kind != VALUE_DICT) {
        violate(state, path, "an object", describe(state->context, value));
        return;
    }
    for (int i = 0; i < shape->field_count; i++) {
        const Field *field = &shape->fields[i];
        const Value *item = value_get(value, field->name);
        if (item)
            check(state, field->shape, item, &(JsonPath){path, field->name, 0});
        else if (i < shape->field_count - shape->optional_count)
            violate(state, path, arena_format(&state->context->unit, "the key \"%s\"", field->name), "none");
    }
    for (uint32_t i = 0; i < value->count; i++)
        if (!has_field(shape, value->keys[i]))
            violate(state, &(JsonPath){path, value->keys[i], 0}, "no such key", "one");
}

static void check_map(ShapeCheck *state, const Shape *shape, const Value *value, const JsonPath *path) {
    if (value->kind != VALUE_DICT) {
        violate(state, path, "an object", describe(state->context, value));
        return;
    }
    for (uint32_t i = 0; i < value->count; i++)
        check(state, shape->item, value->items[i], &(JsonPath){path, value->keys[i], 0});
}

static void check_bool(ShapeCheck *state, const Shape *shape, const Value *value, const JsonPath *path) {
    (void)shape;
    if (value->kind != VALUE_BOOL) violate(state, path, "true or false", describe(state->context, value));
}

static void check(ShapeCheck *state, const Shape *shape, const Value *value, const JsonPath *path) {
    static void (*const checks[])(ShapeCheck *, const Shape *, const Value *, const JsonPath *) = {
        [SHAPE_BOOL] = check_bool, [SHAPE_INT] = check_integer, [SHAPE_TEXT] = check_text,
        [SHAPE_LIST] = check_list, [SHAPE_DICT] = check_dict,   [SHAPE_MAP] = check_map,
    };
    if (shape->nullable && value->kind == VALUE_NULL) return;
    checks[shape->kind](state, shape, value, path);
}

bool shape_check(Context *context, const Source *source, const Shape *shape, const Value *value) {
    ShapeCheck state = {context, source, 0};
    check(&state, shape, value, NULL);
    if (state.violations > MAX_VIOLATIONS)
        report_note(context, (Location){source, 0, 0, 0}, "and %d more", state.violations - MAX_VIOLATIONS);
    return state.violations == 0;
}
