// Compile-time values as their uses need them: ints, bools, strings, dtypes, items to go through.
#include <string.h>

#include "front/evaluate.h"
#include "ir/build.h"

int64_t need_int(Evaluator *ev, Object *value, const Node *node, const char *what) {
    if (value->kind == OBJECT_INT || value->kind == OBJECT_BOOL) return value->integer;
    int64_t constant;
    if (value->kind == OBJECT_EXPR && expr_constant(value->expr, &constant)) return constant;
    DiagnosticCode code = value->kind == OBJECT_OPAQUE ? DIAG_FRONT_OPAQUE
                          : object_is_staged(value)    ? DIAG_FRONT_STAGING
                                                       : DIAG_FRONT_TYPE;
    stop_at(ev, code, node->location, "expected %s, an int that is known at compile time, seen %s", what,
            show_object(ev, value));
}

Name need_text(Evaluator *ev, Object *value, const Node *node, const char *what) {
    if (value->kind == OBJECT_TEXT) return value->text;
    if (value->kind == OBJECT_DTYPE) return value->dtype.name;
    stop_at(ev, value->kind == OBJECT_OPAQUE ? DIAG_FRONT_OPAQUE : DIAG_FRONT_TYPE, node->location,
            "expected %s, a string, seen %s", what, show_object(ev, value));
}

bool need_bool(Evaluator *ev, Object *value, const Node *node, const char *what) {
    if (value->kind == OBJECT_BOOL || value->kind == OBJECT_INT) return value->integer != 0;
    if (value->kind == OBJECT_EXPR && value->expr->kind == EXPR_INT) return value->expr->integer != 0;
    DiagnosticCode code = object_is_staged(value) ? DIAG_FRONT_STAGING : DIAG_FRONT_TYPE;
    stop_at(ev, code, node->location, "expected %s, a bool that is known at compile time, seen %s", what,
            show_object(ev, value));
}

DType need_dtype(Evaluator *ev, Object *value, const Node *node, Name *name) {
    DType type;
    if (value->kind == OBJECT_DTYPE) {
        if (name) *name = value->dtype.name;
        return value->dtype.type;
    }
    if (value->kind == OBJECT_TEXT && dtype_parse(value->text, &type) && type != DTYPE_VOID) {
        if (name) *name = value->text;
        return type;
    }
    if (value->kind == OBJECT_LIBRARY && value->row->name && strcmp(value->row->module, "builtins") == 0) {
        if (strcmp(value->row->name, "int") == 0) return DTYPE_INT32;
        if (strcmp(value->row->name, "float") == 0) return DTYPE_FLOAT32;
        if (strcmp(value->row->name, "bool") == 0) return DTYPE_BOOL;
    }
    const char *dtype = value->kind == OBJECT_TEXT                                           ? value->text
                        : value->kind == OBJECT_OPAQUE && strncmp(value->text, "T.", 2) == 0 ? value->text + 2
                                                                                             : NULL;
    const LibraryRow *row = dtype ? find_row("T", dtype) : NULL;
    if (row && row->kind == ROW_UNSUPPORTED)
        stop_with_help(ev, DIAG_FRONT_UNSUPPORTED, node->location, row->doc,
                       "expected a dtype that ttile has, seen `%s`", dtype);
    if (value->kind != OBJECT_TEXT)
        stop_at(ev, value->kind == OBJECT_OPAQUE ? DIAG_FRONT_OPAQUE : DIAG_FRONT_DTYPE, node->location,
                "expected a dtype, seen %s", show_object(ev, value));
    const char *names[DTYPE_COUNT];
    for (int i = 0; i < DTYPE_COUNT; i++) names[i] = dtype_name((DType)i);
    stop_with_help(ev, DIAG_FRONT_DTYPE, node->location, did_you_mean(ev, value->text, names, DTYPE_COUNT),
                   "expected a dtype that ttile has, seen `%s`", value->text);
}

static ObjectList range_items(Evaluator *ev, const Object *range, const Node *node) {
    int64_t start = range->list.items[0]->integer, stop_at = range->list.items[1]->integer;
    int64_t step = range->list.items[2]->integer;
    ObjectList items = {0};
    for (int64_t i = start; step > 0 ? i < stop_at : i > stop_at;) {
        spend_steps(ev, 1, node->location);
        vector_push(ev->arena, items, object_int(ev->arena, i));
        if (__builtin_add_overflow(i, step, &i)) break;
    }
    return items;
}

ObjectList need_items(Evaluator *ev, Object *value, const Node *node) {
    ObjectList items = {0};
    if (object_is_sequence(value)) {
        spend_steps(ev, value->list.count / 16, node->location);
        return value->list;
    }
    if (value->kind == OBJECT_RANGE) return range_items(ev, value, node);
    if (value->kind == OBJECT_DICT) {
        for (uint32_t i = 0; i < value->list.count; i += 2) vector_push(ev->arena, items, value->list.items[i]);
        return items;
    }
    if (value->kind == OBJECT_TEXT || value->kind == OBJECT_DTYPE) {
        spend_steps(ev, strlen(value->kind == OBJECT_TEXT ? value->text : value->dtype.name), node->location);
        for (const char *c = value->kind == OBJECT_TEXT ? value->text : value->dtype.name; *c; c++)
            vector_push(ev->arena, items, object_text(ev->arena, intern(&ev->context->names, c, 1)));
        return items;
    }
    stop_at(ev, value->kind == OBJECT_OPAQUE ? DIAG_FRONT_OPAQUE : DIAG_FRONT_TYPE, node->location,
            "expected values to go through, seen %s", show_object(ev, value));
}
