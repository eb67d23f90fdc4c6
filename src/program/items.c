// Is every work item there exactly once? If the runs' counts sum up to the whole, all lie inside of it and no two meet,
// then they cover it. Runs that do not interleave are settled by sorting, rectangles of blocks as such; what is left is
// taken apart into arithmetic progressions.
#include "program/items.h"

#include <stdlib.h>

#define BITMAP_ITEMS ((int64_t)1 << 24) // up to here one bit an item
#define MAX_PAIRS    4096               // interleaved runs that are compared in pairs beyond it
#define MAX_PLAIN    ((int64_t)1 << 16) // progressions

bool item_run_read(const Value *item, ItemRun *run) {
    if (item->kind != VALUE_LIST || (item->count != 3 && item->count != 5)) return false;
    for (uint32_t i = 0; i < item->count; i++)
        if (item->items[i]->kind != VALUE_INT || item->items[i]->integer < (i ? 1 : 0)) return false;
    *run = (ItemRun){
        .start = item->items[0]->integer, .count = item->items[1]->integer, .stride = item->items[2]->integer};
    run->length = item->count == 5 ? item->items[3]->integer : run->count;
    run->jump = item->count == 5 ? item->items[4]->integer : 1;
    return run->count % run->length == 0;
}

static bool last_of_run(const ItemRun *run, int64_t *last) {
    int64_t span, jumps;
    return !__builtin_mul_overflow(run->length - 1, run->stride, &span) &&
           !__builtin_mul_overflow(run->count / run->length - 1, run->jump, &jumps) &&
           !__builtin_add_overflow(run->start, span, last) && !__builtin_add_overflow(*last, jumps, last);
}

static bool is_inside(const ItemRun *run, int64_t count) {
    int64_t last;
    return last_of_run(run, &last) && last < count;
}

// ---------------------------------------------------------------- progressions: start, count, stride

static int64_t last_of(const ItemRun *run) { return run->start + (run->count - 1) * run->stride; }

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

// The runs without length and jump; false if there are too many.
static bool take_apart(Arena *arena, const ItemRuns *runs, ItemRuns *plain) {
    int64_t total = 0;
    for (uint32_t i = 0; i < runs->count; i++) {
        const ItemRun *run = &runs->items[i];
        int64_t times = run->count / run->length;
        if (times > MAX_PLAIN || (total += times) > MAX_PLAIN) return false;
        for (int64_t k = 0; k < times; k++) {
            ItemRun part = *run;
            part.start += k * run->jump;
            part.count = run->length;
            vector_push(arena, *plain, part);
        }
    }
    return true;
}

// ---------------------------------------------------------------- all runs

static bool are_plain(const ItemRuns *runs) {
    for (uint32_t i = 0; i < runs->count; i++)
        if (runs->items[i].length != runs->items[i].count) return false;
    return true;
}

static Coverage find_repeat(Context *context, ItemRuns *runs, int64_t width, int64_t count, const ItemRun **fault) {
    ItemRuns plain = {0};
    if (are_plain(runs)) {
        if (runs->count) qsort(runs->items, runs->count, sizeof *runs->items, by_start);
        if (are_apart(runs)) return COVERAGE_WHOLE;
    }
    if (!rectangles_settle(context, runs, width, fault)) {
        if (!are_plain(runs) && !take_apart(&context->scratch, runs, &plain)) return COVERAGE_TOO_MANY;
        if (are_plain(runs)) plain = *runs;
        // More counts than items: some item comes twice, and the bitmap finds it before it has marked them all.
        if (count > BITMAP_ITEMS && plain.count > MAX_PAIRS) return COVERAGE_TOO_MANY;
        if (plain.count) qsort(plain.items, plain.count, sizeof *plain.items, by_start);
        *fault = count <= BITMAP_ITEMS ? find_repeat_by_bits(context, &plain, count) : find_repeat_by_pairs(&plain);
    }
    return *fault ? COVERAGE_TWICE : COVERAGE_WHOLE;
}

Coverage items_coverage(Context *context, ItemRuns *runs, int64_t width, int64_t count, const ItemRun **fault) {
    int64_t total = 0;
    for (uint32_t i = 0; i < runs->count; i++) {
        *fault = &runs->items[i];
        if (!is_inside(*fault, count)) return COVERAGE_OUTSIDE;
        if (__builtin_add_overflow(total, (*fault)->count, &total)) return COVERAGE_TWICE;
    }
    *fault = NULL;
    Coverage coverage = find_repeat(context, runs, width, count, fault);
    if (coverage != COVERAGE_WHOLE) return coverage;
    return total == count ? COVERAGE_WHOLE : COVERAGE_MISSING;
}
