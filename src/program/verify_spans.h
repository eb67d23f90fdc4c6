// What the static verifier knows of transfers under way; verify_spans.c.
#ifndef TTILE_PROGRAM_VERIFY_SPANS_H
#define TTILE_PROGRAM_VERIFY_SPANS_H

#include "program/verify.h"

enum { KNOWN_PAGES = 512, PAGE_WORDS = KNOWN_PAGES / 64 };

typedef struct Span {
    int64_t low, high;          // pages behind the pointer, inclusive
    const Node *last;           // the latest transfer; NULL: none is under way
    const Node *source;         // the only instruction that started them; NULL: there are several, or the pointer moved
    int is_fresh;               // that one ran in this iteration of the loops around it
    int is_blurred;             // `pages` does not tell them all; (no padding: states are compared byte by byte)
    uint64_t carried;           // depths of loops that went on to another iteration meanwhile
    uint64_t pages[PAGE_WORDS]; // a bit for each page that a transfer touches
} Span;

void span_start(Span *span, const Node *node, Interval pages);
// May a transfer under way touch one of these pages?
bool span_touches(const Span *span, Interval pages);
// The same where the pointer has moved on since, in a ring of `capacity` pages.
bool span_touches_ring(const Span *span, Interval pages, int64_t capacity);
// The pointer moves on by `count` pages. True if it may pass over a page that is under way.
bool span_passed(Span *span, Interval count);
void span_join(Span *into, const Span *other);
// Grows the guess until it holds the state after the body; false if it had to grow.
bool span_settle(Span *head, const Span *out, int pass);
// True if an instruction's page is another one in every iteration of the loops at these depths (verify_strides.c).
bool differs_in_every_turn(Walk *walk, const Node *node, Amount page, uint64_t carried);

#endif
