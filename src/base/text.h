// Text under construction, and names: interned strings, equal exactly when their pointers are.
#ifndef TTILE_BASE_TEXT_H
#define TTILE_BASE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>

#include "base/arena.h"

typedef struct Text {
    Arena *arena;
    char *data; // always NUL-terminated once anything was added
    size_t length, capacity;
} Text;

void text_add(Text *text, const char *string);
void text_add_bytes(Text *text, const char *bytes, size_t count);
void text_format(Text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_format_list(Text *text, const char *format, va_list arguments) __attribute__((format(printf, 2, 0)));
void text_add_integer(Text *text, int64_t value);
// The fewest digits that `round` (NULL: none) takes back to `value`, with a point or an exponent.
void text_add_real(Text *text, double value, double (*round)(double value));
// In double quotes, with Python's escapes.
void text_add_quoted(Text *text, const char *string);

typedef const char *Name; // interned, NUL-terminated

typedef struct Interner {
    Arena *arena;
    Name *slots;
    uint32_t count, capacity;
} Interner;

Name intern(Interner *interner, const char *text, size_t length);

// The cells that a line of text takes on a terminal: two for a wide character, none for a mark on another. (show.c)
size_t text_cells(const char *line);

// Index of the entry of `legal` nearest to `name` by edit distance, or -1 if none is near. For "did you mean".
int text_nearest(const char *name, const char *const *legal, int count);

#endif
