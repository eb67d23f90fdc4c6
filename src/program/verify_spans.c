// Pages that transfers under way may touch, counted from a circular buffer's pointer: an interval, and one by one while
// all of them are known.
#include "program/verify_spans.h"

#include <string.h>

void span_start(Span *span, const Node *node, Interval pages) {
    if (!span->last || pages.low < span->low) span->low = pages.low;
    if (!span->last || pages.high > span->high) span->high = pages.high;
    if (!span->last) span->source = node;
    if (span->source != node) span->source = NULL;
    span->last = node;
    span->is_fresh = true;
    if (pages.low == pages.high && pages.low >= 0 && pages.low < KNOWN_PAGES)
        span->pages[pages.low / 64] |= (uint64_t)1 << pages.low % 64;
    else
        span->is_blurred = true;
}

bool span_touches(const Span *span, Interval pages) {
    if (!span->last || pages.high < span->low || pages.low > span->high) return false;
    if (span->is_blurred || pages.low != pages.high || pages.low >= KNOWN_PAGES) return true;
    return span->pages[pages.low / 64] >> pages.low % 64 & 1;
}

static bool is_open(int64_t end) { return end == INT64_MIN || end == INT64_MAX; }

// A page and the one a lap behind are the same memory: some page and some transfer differ by a multiple of `capacity`.
bool span_touches_ring(const Span *span, Interval pages, int64_t capacity) {
    int64_t low, high;
    if (!span->last) return false;
    if (is_open(span->low) || is_open(span->high) || is_open(pages.low) || is_open(pages.high)) return true;
    if (__builtin_sub_overflow(pages.low, span->high, &low) || __builtin_sub_overflow(pages.high, span->low, &high))
        return true;
    if (low <= 0 && high >= 0) return true;
    return low > 0 ? high / capacity * capacity >= low : -low / capacity * capacity >= -high;
}

static int64_t shifted(int64_t end, int64_t by) {
    int64_t result;
    return is_open(end) || is_open(by) || __builtin_sub_overflow(end, by, &result) ? INT64_MIN : result;
}

bool span_passed(Span *span, Interval count) {
    if (!span->last) return false;
    bool passes = count.high > 0 && span->low < count.high;
    span->source = NULL;
    span->is_blurred = true;
    span->low = shifted(span->low, count.high);
    span->high = span->high == INT64_MAX ? INT64_MAX : shifted(span->high, count.low);
    return passes;
}

void span_join(Span *into, const Span *other) {
    if (!other->last) return;
    if (!into->last) {
        *into = *other;
        return;
    }
    if (other->low < into->low) into->low = other->low;
    if (other->high > into->high) into->high = other->high;
    if (other->source != into->source) into->source = NULL;
    into->is_fresh = into->is_fresh || other->is_fresh;
    into->is_blurred = into->is_blurred || other->is_blurred;
    into->carried |= other->carried;
    for (int i = 0; i < PAGE_WORDS; i++) into->pages[i] |= other->pages[i];
}

enum { GIVE_UP_PASS = 3 };

bool span_settle(Span *head, const Span *out, int pass) {
    Span before;
    memcpy(&before, head, sizeof before);
    span_join(head, out);
    bool settled = memcmp(head, &before, sizeof before) == 0;
    if (!settled && pass >= GIVE_UP_PASS) head->low = INT64_MIN, head->high = INT64_MAX;
    return settled;
}
