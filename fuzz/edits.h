// Small changes of a text in the syntax of Python: one line, one token or one item of a list taken away, doubled or
// replaced by another of its kind. Which there are depends on the text alone, so a test can count them and take each.
#ifndef TTILE_FUZZ_EDITS_H
#define TTILE_FUZZ_EDITS_H

#include "base/text.h"
#include "base/vector.h"

typedef struct Piece {
    const char *start;
    size_t length;
} Piece;

typedef struct Edit {
    Piece old;    // in the text
    Piece new[2]; // what stands there then
} Edit;

typedef struct Edits {
    Arena *arena;
    Piece text;
    VECTOR(Edit) list;
} Edits;

// All edits of the text, which must outlive them.
Edits edits_of(Arena *arena, const char *text, size_t length);
void edit_apply(const Edits *edits, uint32_t number, Text *out);
// A line that says what the edit does.
void edit_describe(const Edits *edits, uint32_t number, Text *out);

#endif
