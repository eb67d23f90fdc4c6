// Two threads come to the same event, the n-th handshake between them; each knows its place in a circular buffer, or a
// count, as an amount over its own loops. The places agree if they are the same expressions, or the same straight line
// over the number of the event: that holds whatever the loops look like.
#include "program/verify_points.h"

// ---------------------------------------------------------------- lines

static int64_t coefficient_of(Amount amount, const Atom *atom) {
    for (uint32_t i = 0; amount.sum && i < amount.sum->count; i++)
        if (amount.sum->terms[i].atom == atom) return amount.sum->terms[i].coefficient;
    return 0;
}

static bool divide(int64_t dividend, int64_t divisor, int64_t *quotient) {
    if (divisor == 0 || divisor == -1 || dividend % divisor != 0) return false;
    *quotient = dividend / divisor;
    return true;
}

static bool slope_of_point(const Point *point, int64_t *slope) {
    if (!point->x.sum) return false;
    const Term *term = &point->x.sum->terms[0];
    return divide(coefficient_of(point->low, term->atom), term->coefficient, slope);
}

static bool slope_between(const Point *a, const Point *b, int64_t *slope) {
    int64_t run, rise;
    if (a->x.sum || b->x.sum || a->low.sum || b->low.sum || a->x.constant == b->x.constant) return false;
    return !__builtin_sub_overflow(b->x.constant, a->x.constant, &run) &&
           !__builtin_sub_overflow(b->low.constant, a->low.constant, &rise) && divide(rise, run, slope);
}

static bool slope_of(const Points *points, int64_t *slope) {
    for (uint32_t i = 0; i < points->count; i++)
        if (slope_of_point(&points->items[i], slope)) return true;
    for (uint32_t i = 1; i < points->count; i++)
        if (slope_between(&points->items[0], &points->items[i], slope)) return true;
    return false;
}

// The point as its distance from the line through the origin; false if that is not the same at every event.
static bool offset_of(Amounts *amounts, const Point *point, int64_t slope, Interval *offset) {
    Amount low = amount_add_scaled(amounts, point->low, point->x, -slope);
    Amount high = amount_add_scaled(amounts, point->high, point->x, -slope);
    *offset = (Interval){low.constant, high.constant};
    return !low.sum && !high.sum;
}

// Whether all of them lie on lines of the slope, and what those have in common: `most` of all, `least` of each.
static bool offsets_of(Amounts *amounts, const Points *points, int64_t slope, Interval *most, Interval *least) {
    *most = (Interval){INT64_MAX, INT64_MIN};
    *least = (Interval){INT64_MIN, INT64_MAX};
    for (uint32_t i = 0; i < points->count; i++) {
        Interval offset;
        if (!offset_of(amounts, &points->items[i], slope, &offset)) return false;
        if (offset.low < most->low) most->low = offset.low;
        if (offset.high > most->high) most->high = offset.high;
        if (offset.low > least->low) least->low = offset.low;
        if (offset.high < least->high) least->high = offset.high;
    }
    return points->count > 0;
}

static bool is_within(Interval inner, Interval outer) { return inner.low >= outer.low && inner.high <= outer.high; }

// Of lines with one slope each.
typedef struct Lines {
    int64_t slope;
    Interval most, least;
} Lines;

static bool lines_of(Amounts *amounts, const Points *points, int64_t slope, Lines *lines) {
    lines->slope = slope;
    return offsets_of(amounts, points, slope, &lines->most, &lines->least);
}

static bool at_event(Interval offset, int64_t slope, int64_t x, Interval *place) {
    int64_t rise;
    return !__builtin_mul_overflow(slope, x, &rise) && !__builtin_add_overflow(offset.low, rise, &place->low) &&
           !__builtin_add_overflow(offset.high, rise, &place->high);
}

// Straight lines that are inside at the first and at the last event are inside between them.
static Truth steep_lines_inside(const Lines *inner, const Lines *outer, int64_t events) {
    for (int end = 0; end < (events > 0 ? 2 : 1); end++) {
        int64_t x = end ? events - 1 : 0;
        Interval place, room, most;
        if (!at_event(inner->most, inner->slope, x, &place) || !at_event(outer->least, outer->slope, x, &room) ||
            !at_event(outer->most, outer->slope, x, &most))
            return TRUTH_OPEN;
        if (!is_within(place, most)) return TRUTH_NO;
        if (!is_within(place, room)) return TRUTH_OPEN;
    }
    return events > 0 ? TRUTH_YES : TRUTH_OPEN;
}

static Truth lines_inside(Amounts *amounts, const Points *inner, const Points *outer, int64_t events) {
    int64_t inner_slope = 0, outer_slope = 0;
    bool inner_rises = slope_of(inner, &inner_slope), outer_rises = slope_of(outer, &outer_slope);
    Lines in, out;
    if (!inner_rises && !outer_rises) return TRUTH_OPEN;
    if (!lines_of(amounts, inner, inner_rises ? inner_slope : outer_slope, &in) ||
        !lines_of(amounts, outer, outer_rises ? outer_slope : inner_slope, &out))
        return TRUTH_OPEN;
    if (in.slope != out.slope) return steep_lines_inside(&in, &out, events);
    if (is_within(in.most, out.least)) return TRUTH_YES;
    return is_within(in.most, out.most) ? TRUTH_OPEN : TRUTH_NO;
}

// ---------------------------------------------------------------- the same expressions

// The difference must be a number.
static Truth at_least(Amounts *amounts, Amount a, Amount b) {
    Amount difference = amount_subtract(amounts, a, b);
    if (difference.sum) return TRUTH_OPEN;
    return difference.constant >= 0 ? TRUTH_YES : TRUTH_NO;
}

// Events whose numbers are all known: what is not among them never happens.
static bool is_no_event(const Point *inner, const Points *outer) {
    if (inner->x.sum) return false;
    if (inner->x.constant < 0) return true;
    for (uint32_t i = 0; i < outer->count; i++)
        if (outer->items[i].x.sum || amount_equal(inner->x, outer->items[i].x)) return false;
    return true;
}

static Truth point_inside(Amounts *amounts, const Point *inner, const Points *outer) {
    Truth truth = is_no_event(inner, outer) ? TRUTH_NO : TRUTH_OPEN;
    for (uint32_t i = 0; i < outer->count; i++) {
        const Point *point = &outer->items[i];
        if (!amount_equal(inner->x, point->x)) continue;
        Truth low = at_least(amounts, inner->low, point->low), high = at_least(amounts, point->high, inner->high);
        if (low == TRUTH_YES && high == TRUTH_YES) return TRUTH_YES;
        if (low == TRUTH_NO || high == TRUTH_NO) truth = TRUTH_NO;
    }
    return truth;
}

Truth points_inside(Amounts *amounts, const Points *inner, const Points *outer, int64_t events) {
    Truth all = TRUTH_YES;
    for (uint32_t i = 0; i < inner->count; i++) {
        Truth truth = point_inside(amounts, &inner->items[i], outer);
        if (truth == TRUTH_NO) return TRUTH_NO;
        if (truth == TRUTH_OPEN) all = TRUTH_OPEN;
    }
    return all == TRUTH_YES ? all : lines_inside(amounts, inner, outer, events);
}
