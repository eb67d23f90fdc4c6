// A ring of buckets, each with the cycles taken in it. Full buckets point further, and the paths are shortened as they
// are walked, so that a long queue is passed in a few steps.
#include "sim/calendar.h"

#include <string.h>

enum { FIRST_CAPACITY = 64 };

static int64_t slot_of(const Calendar *calendar, int64_t bucket) { return bucket & (calendar->capacity - 1); }

static void grow(Calendar *calendar, Arena *arena, int64_t capacity) {
    Calendar old = *calendar;
    calendar->capacity = capacity;
    calendar->used = arena_new_array(arena, uint8_t, (size_t)capacity);
    calendar->further = arena_new_array(arena, uint32_t, (size_t)capacity);
    for (int64_t bucket = old.base; bucket < old.base + old.capacity; bucket++) {
        calendar->used[slot_of(calendar, bucket)] = old.used[slot_of(&old, bucket)];
        calendar->further[slot_of(calendar, bucket)] = old.further[slot_of(&old, bucket)];
    }
}

static void forget_before(Calendar *calendar, int64_t bucket) {
    int64_t passed = bucket - calendar->base;
    if (passed <= 0) return;
    calendar->base = bucket;
    if (passed >= calendar->capacity) {
        memset(calendar->used, 0, (size_t)calendar->capacity);
        return;
    }
    for (int64_t i = bucket - passed; i < bucket; i++) calendar->used[slot_of(calendar, i)] = 0;
}

static void make_room(Calendar *calendar, Arena *arena, int64_t bucket) {
    int64_t capacity = calendar->capacity ? calendar->capacity : FIRST_CAPACITY;
    while (bucket - calendar->base >= capacity) capacity *= 2;
    if (capacity > calendar->capacity) grow(calendar, arena, capacity);
}

static bool is_full(const Calendar *calendar, int64_t bucket) {
    return bucket < calendar->base + calendar->capacity && calendar->used[slot_of(calendar, bucket)] == CALENDAR_BUCKET;
}

// The first bucket from `bucket` on that has room.
static int64_t first_free(Calendar *calendar, int64_t bucket) {
    int64_t found = bucket;
    while (is_full(calendar, found)) found += calendar->further[slot_of(calendar, found)];
    for (int64_t next; bucket < found; bucket = next) {
        uint32_t *further = &calendar->further[slot_of(calendar, bucket)];
        next = bucket + *further;
        *further = (uint32_t)(found - bucket);
    }
    return found;
}

// Takes what it can of one bucket, from `offset` cycles into it on; gives how much.
static int64_t take_from(Calendar *calendar, int64_t bucket, int64_t offset, int64_t cycles, Span *span) {
    uint8_t *used = &calendar->used[slot_of(calendar, bucket)];
    int64_t start = offset > *used ? offset : *used, free = CALENDAR_BUCKET - start;
    int64_t taken = cycles < free ? cycles : free;
    *used = (uint8_t)(*used + taken);
    if (*used == CALENDAR_BUCKET) calendar->further[slot_of(calendar, bucket)] = 1;
    if (span->start < 0 && taken > 0) span->start = bucket * CALENDAR_BUCKET + start;
    span->end = bucket * CALENDAR_BUCKET + start + taken;
    return taken;
}

Span calendar_take(Calendar *calendar, Arena *arena, int64_t now, int64_t arrival, int64_t cycles) {
    if (cycles <= 0) return (Span){arrival, arrival};
    int64_t bucket = arrival / CALENDAR_BUCKET, offset = arrival % CALENDAR_BUCKET;
    if (calendar->capacity)
        forget_before(calendar, now / CALENDAR_BUCKET);
    else
        calendar->base = now / CALENDAR_BUCKET;
    Span span = {-1, arrival};
    calendar->busy += cycles;
    while (cycles > 0) {
        int64_t place = first_free(calendar, bucket);
        make_room(calendar, arena, place);
        cycles -= take_from(calendar, place, place == bucket ? offset : 0, cycles, &span);
        bucket = place + 1;
        offset = 0;
    }
    return span;
}
