// The JSON Schema of a plan, printed from the shapes that check it.
#include <stdlib.h>
#include <string.h>

#include "plan/plan.h"
#include "plan/shape.h"

#define PLAN     "#/$defs/plan"
#define LAUNCHES "#/$defs/launches"

typedef struct Schema {
    Context *context;
    Arena *arena;
} Schema;

static Value *schema_of(Schema *schema, const Shape *shape, const char *doc);
static Value *reference(Schema *schema, const char *name);

static void put(Schema *schema, Value *dict, const char *key, const Value *value) {
    value_set(schema->arena, dict, name_of(schema->context, key), value);
}

static Value *word(Schema *schema, const char *text, size_t length) {
    return value_text(schema->arena, intern(&schema->context->names, text, length));
}

static void put_word(Schema *schema, Value *dict, const char *key, const char *text) {
    put(schema, dict, key, word(schema, text, strlen(text)));
}

static void put_integer(Schema *schema, Value *dict, const char *key, int64_t value) {
    put(schema, dict, key, value_int(schema->arena, value));
}

static void put_type(Schema *schema, Value *dict, const Shape *shape) {
    static const char *const types[] = {"boolean", "integer", "string", "array", "object", "object"};
    if (!shape->nullable) {
        put_word(schema, dict, "type", types[shape->kind]);
        return;
    }
    Value *list = value_list(schema->arena);
    value_append(schema->arena, list, word(schema, types[shape->kind], strlen(types[shape->kind])));
    value_append(schema->arena, list, word(schema, "null", 4));
    put(schema, dict, "type", list);
}

static void put_words(Schema *schema, Value *dict, const Shape *shape) {
    Value *list = value_list(schema->arena);
    for (const char *at = shape->words; at;) {
        size_t length = strcspn(at, "|");
        bool integer = shape->kind == SHAPE_INT;
        value_append(schema->arena, list,
                     integer ? value_int(schema->arena, strtoll(at, NULL, 10)) : word(schema, at, length));
        at = at[length] ? at + length + 1 : NULL;
    }
    if (shape->nullable) value_append(schema->arena, list, value_null(schema->arena));
    put(schema, dict, "enum", list);
}

static void put_fields(Schema *schema, Value *dict, const Shape *shape) {
    Value *properties = value_dict(schema->arena), *required = value_list(schema->arena);
    for (int i = 0; i < shape->field_count; i++) {
        const Field *field = &shape->fields[i];
        put(schema, properties, field->name, schema_of(schema, field->shape, field->doc));
        if (i < shape->field_count - shape->optional_count)
            value_append(schema->arena, required, word(schema, field->name, strlen(field->name)));
    }
    put(schema, dict, "properties", properties);
    put(schema, dict, "required", required);
    put(schema, dict, "additionalProperties", value_bool(schema->arena, false));
}

static void put_items(Schema *schema, Value *dict, const Shape *shape) {
    bool plan = shape->item == &plan_shape;
    put(schema, dict, "items", plan ? reference(schema, PLAN) : schema_of(schema, shape->item, NULL));
    if (shape->minimum > 0) put_integer(schema, dict, "minItems", shape->minimum);
    if (shape->maximum < INT32_MAX) put_integer(schema, dict, "maxItems", shape->maximum);
}

static Value *reference(Schema *schema, const char *name) {
    Value *dict = value_dict(schema->arena);
    put_word(schema, dict, "$ref", name);
    return dict;
}

static Value *schema_of(Schema *schema, const Shape *shape, const char *doc) {
    Value *dict = value_dict(schema->arena);
    if (doc) put_word(schema, dict, "description", doc);
    put_type(schema, dict, shape);
    if (shape->kind == SHAPE_INT && shape->minimum > INT64_MIN) put_integer(schema, dict, "minimum", shape->minimum);
    if (shape->kind == SHAPE_INT && shape->maximum < INT64_MAX) put_integer(schema, dict, "maximum", shape->maximum);
    if (shape->words) put_words(schema, dict, shape);
    if (shape->digits) put_word(schema, dict, "pattern", arena_format(schema->arena, "^[0-9a-f]{%d}$", shape->digits));
    if (shape->kind == SHAPE_LIST) put_items(schema, dict, shape);
    if (shape->kind == SHAPE_DICT) put_fields(schema, dict, shape);
    if (shape->kind == SHAPE_MAP) put(schema, dict, "additionalProperties", schema_of(schema, shape->item, NULL));
    return dict;
}

// Which of the two it must be follows from `launches`, so that a validator says what is wrong with that one.
static void put_choice(Schema *schema, Value *root) {
    Value *several = value_dict(schema->arena), *required = value_list(schema->arena);
    value_append(schema->arena, required, word(schema, "launches", strlen("launches")));
    put(schema, several, "required", required);
    put(schema, root, "if", several);
    put(schema, root, "then", reference(schema, LAUNCHES));
    put(schema, root, "else", reference(schema, PLAN));
}

void plan_print_schema(Context *context, Text *out) {
    Schema schema = {context, &context->unit};
    Value *root = value_dict(schema.arena), *definitions = value_dict(schema.arena);
    put_word(&schema, root, "$schema", "https://json-schema.org/draft/2020-12/schema");
    put_word(&schema, root, "title", "ttile execution plan (tt.plan.json)");
    put_choice(&schema, root);
    put(&schema, definitions, "plan", schema_of(&schema, &plan_shape, "of a kernel of one launch, or of one launch"));
    put(&schema, definitions, "launches",
        schema_of(&schema, &plan_of_launches_shape, "of a kernel of several launches"));
    put(&schema, root, "$defs", definitions);
    json_print(root, out);
}
