// Is every work item there exactly once? Runs are arithmetic progressions. If their counts sum up to the whole, all lie
// inside of it and no two meet, then they cover it. Runs that do not interleave are settled by sorting.
#include <stdlib.h>

#include "plan/check.h"

#define BITMAP_ITEMS ((int64_t)1 << 24) // up to here one bit an item
#define MAX_PAIRS    4096               // interleaved runs that are compared in pairs beyond it

static int64_t last_of(const ItemRun *run) { return run->start + (run->count - 1) * run->stride; }

static bool is_inside(const ItemRun *run, int64_t count) {
    int64_t span = 0, last = 0;
    return !__builtin_mul_overflow(run->count - 1, run->stride, &span) &&
           !__builtin_add_overflow(run->start, span, &last) && last < count;
}

static int by_start(const void *a, const void *b) {
    const ItemRun *one = a, *other = b;
    return (one->start > other->start) - (one->start < other->start);
}

static bool are_apart(const ItemRuns *runs) {
    for (uint32_t i = 1; i < runs->count; i++)
        if (runs->items[i].start <= last_of(&runs->items[i - 1])) return false;
    return true;
}

static const ItemRun *find_repeat_by_bits(Context *context, const ItemRuns *runs, int64_t count) {
    uint64_t *bits = arena_new_array(&context->scratch, uint64_t, (size_t)(count / 64 + 1));
    for (uint32_t i = 0; i < runs->count; i++) {
        const ItemRun *run = &runs->items[i];
        for (int64_t item = run->start, left = run->count; left > 0; left--, item += run->stride) {
            uint64_t bit = (uint64_t)1 << (item & 63);
            if (bits[item >> 6] & bit) return run;
            bits[item >> 6] |= bit;
        }
    }
    return NULL;
}

static int64_t greatest_divisor(int64_t a, int64_t b) {
    while (b) {
        int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

// Smallest x >= 0 with (step * x) congruent to `distance` modulo `modulus`; `step` and `modulus` have no common
// divisor.
static int64_t solve(int64_t step, int64_t distance, int64_t modulus) {
    int64_t old_rest = step % modulus, rest = modulus, old_factor = 1, factor = 0;
    while (rest) {
        int64_t quotient = old_rest / rest, next = old_rest - quotient * rest;
        old_rest = rest;
        rest = next;
        next = old_factor - quotient * factor;
        old_factor = factor;
        factor = next;
    }
    __int128 product = (__int128)(old_factor % modulus + modulus) * (distance % modulus + modulus);
    return (int64_t)(product % modulus);
}

// Do two progressions have an item in common?
static bool meet(const ItemRun *a, const ItemRun *b) {
    int64_t low = a->start > b->start ? a->start : b->start;
    int64_t high = last_of(a) < last_of(b) ? last_of(a) : last_of(b);
    if (low > high) return false;
    int64_t divisor = greatest_divisor(a->stride, b->stride), distance = b->start - a->start;
    if (distance % divisor) return false;
    int64_t modulus = b->stride / divisor;
    int64_t steps = modulus == 1 ? 0 : solve(a->stride / divisor, distance / divisor, modulus);
    __int128 common = (__int128)a->start + (__int128)steps * a->stride;
    __int128 period = (__int128)a->stride * modulus;
    if (common < low) common += (low - common + period - 1) / period * period;
    return common <= high;
}

static const ItemRun *find_repeat_by_pairs(const ItemRuns *runs) {
    for (uint32_t i = 0; i < runs->count; i++)
        for (uint32_t k = i + 1; k < runs->count && runs->items[k].start <= last_of(&runs->items[i]); k++)
            if (meet(&runs->items[i], &runs->items[k])) return &runs->items[k];
    return NULL;
}

Coverage runs_coverage(Context *context, ItemRuns *runs, int64_t count, const ItemRun **run) {
    int64_t total = 0;
    *run = NULL;
    for (uint32_t i = 0; i < runs->count; i++) {
        *run = &runs->items[i];
        if (!is_inside(*run, count)) return COVERAGE_OUTSIDE;
        if (__builtin_add_overflow(total, (*run)->count, &total)) return COVERAGE_TWICE;
    }
    *run = NULL;
    if (runs->count) qsort(runs->items, runs->count, sizeof *runs->items, by_start);
    if (!are_apart(runs)) {
        // More counts than items: some item comes twice, and the bitmap finds it before it has marked them all.
        if (count > BITMAP_ITEMS && runs->count > MAX_PAIRS) return COVERAGE_TOO_MANY;
        *run = count <= BITMAP_ITEMS ? find_repeat_by_bits(context, runs, count) : find_repeat_by_pairs(runs);
        if (*run) return COVERAGE_TWICE;
    }
    return total == count ? COVERAGE_WHOLE : COVERAGE_MISSING;
}
