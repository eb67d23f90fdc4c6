// When a shared resource is taken: a link, a port, a bank. Requests come in order of the time at which they were made
// and ask for later cycles, often far later; whoever comes after takes what is still free in front of them, in pieces
// if need be, as flits of several packets share a link.
#ifndef TTILE_SIM_CALENDAR_H
#define TTILE_SIM_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

enum { CALENDAR_BUCKET = 64 }; // cycles that are kept as one

typedef struct Calendar {
    int64_t base;      // the first bucket that is kept: earlier ones are over
    int64_t capacity;  // buckets that there is room for; a power of two
    uint8_t *used;     // [capacity], by bucket modulo capacity: cycles taken
    uint32_t *further; // [capacity]: from a full bucket to one that may not be, in buckets
    int64_t busy;      // cycles taken since the start
} Calendar;

typedef struct Span {
    int64_t start, end;
} Span;

// Takes `cycles` from `arrival` on. Nothing will be asked for before `now` again.
Span calendar_take(Calendar *calendar, Arena *arena, int64_t now, int64_t arrival, int64_t cycles);

#endif
