// Whether a page that is named by one expression is another one in every iteration of the loops around it.
#include "program/verify_spans.h"

typedef struct Stride {
    int64_t step, span; // of one loop: what an iteration adds, and the whole loop; INT64_MAX: not known
} Stride;

static int64_t magnitude(int64_t value) { return value == INT64_MIN ? INT64_MAX : value < 0 ? -value : value; }

static Stride stride_of(Walk *walk, Amount page, const Node *loop) {
    Stride stride = {magnitude(amount_coefficient(page, loop->depth)), INT64_MAX};
    Amount extent = amount_resolve(&walk->place, loop->operands[0]);
    bool is_known = !extent.sum && extent.constant > 0;
    if (is_known && __builtin_mul_overflow(stride.step, extent.constant - 1, &stride.span)) stride.span = INT64_MAX;
    return stride;
}

static void insert_stride(Stride strides[MAX_LOOP_DEPTH], int count, Stride stride) {
    int at = count;
    for (; at > 0 && strides[at - 1].step > stride.step; at--) strides[at] = strides[at - 1];
    strides[at] = stride;
}

// True if the page is another one in every iteration of the carried loops: like the digits of a number, each loop's
// step is larger than what the loops of smaller steps add up to.
bool differs_in_every_turn(Walk *walk, const Node *node, Amount page, uint64_t carried) {
    Stride strides[MAX_LOOP_DEPTH];
    Amount rest = page;
    int count = 0;
    for (const Node *loop = node->loop; loop; loop = loop->loop) {
        if (!(carried >> loop->depth & 1)) continue;
        Amount index = amount_index(&walk->check->amounts, loop->depth);
        Stride stride = stride_of(walk, page, loop);
        insert_stride(strides, count++, stride);
        rest = amount_add_scaled(&walk->check->amounts, rest, index, -amount_coefficient(page, loop->depth));
    }
    if (amount_depths(rest) & carried) return false;
    int64_t below = 0;
    for (int i = 0; i < count; i++) {
        if (strides[i].step <= below) return false;
        if (__builtin_add_overflow(below, strides[i].span, &below)) below = INT64_MAX;
    }
    return true;
}
