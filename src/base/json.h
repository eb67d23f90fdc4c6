// JSON over Values: printed with stable bytes, read with positions.
#ifndef TTILE_BASE_JSON_H
#define TTILE_BASE_JSON_H

#include "base/context.h"
#include "base/value.h"

// Indented by two; what fits within 100 columns stays on one line. NaN and infinities become null.
void json_print(const Value *value, Text *out);

// Reads a whole source; keys must not repeat. Fails with `code` at the place of a syntax error. Nesting is limited.
const Value *json_parse(Context *context, const Source *source, DiagnosticCode code);

// A way from the root to a part of a JSON value: a key of a dict or, where `key` is NULL, an index of a list.
typedef struct JsonPath {
    const struct JsonPath *parent; // NULL: the root's own part
    const char *key;
    uint32_t index;
} JsonPath;

// Prints `cores[3].core`; the root (NULL) is `the file`.
void json_path_print(const JsonPath *path, Text *out);
// Where the value at the path begins in the text it was parsed from; the nearest enclosing value if it is absent.
Location json_locate(const Source *source, const JsonPath *path);

#endif
