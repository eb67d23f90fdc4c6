// The form of a plan as data: one table both checks a plan and prints its JSON Schema.
#ifndef TTILE_PLAN_SHAPE_H
#define TTILE_PLAN_SHAPE_H

#include "base/json.h"

typedef enum ShapeKind {
    SHAPE_BOOL,
    SHAPE_INT,  // minimum to maximum, one of `words` if there are any
    SHAPE_TEXT, // one of `words`, or of so many lower-case hexadecimal digits, if they are there
    SHAPE_LIST, // of `item`, least to most of them
    SHAPE_DICT, // of `fields`, required but for the last `optional_count`, no others
    SHAPE_MAP,  // any keys, values of `item`
} ShapeKind;

typedef struct Shape Shape;
typedef struct Field {
    const char *name;
    const Shape *shape;
    const char *doc;
} Field;

struct Shape {
    ShapeKind kind;
    bool nullable;
    int64_t minimum, maximum; // SHAPE_INT; of a list's length
    const char *words;        // "a|b|c"; of integers, too
    int digits;               // of a text
    const Shape *item;
    const Field *fields;
    int field_count, optional_count; // the last ones may be missing
};

extern const Shape plan_shape;             // of a kernel of one launch, or of one launch of several
extern const Shape plan_of_launches_shape; // of a kernel of several launches

// Checks `value` against a shape; reports DIAG_PLAN_SCHEMA at the first places that differ. True if it fits.
bool shape_check(Context *context, const Source *source, const Shape *shape, const Value *value);

#endif
