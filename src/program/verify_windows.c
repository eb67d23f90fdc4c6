// Obligations 1 and 4: a thread reads pages that it waited for and writes pages that it reserved, pushes and pops no
// more than that, and never steps over a circular buffer's end.
//
// Per circular buffer: pages pushed and popped since the start, exactly; pages reserved and waited for at least. The
// write pointer is `pushed` modulo the buffer's pages, the read pointer `popped`.
#include <string.h>

#include "ir/print.h"
#include "program/verify.h"

static const CircularBuffer *buffer_at(const Check *check, int buffer) {
    return check->function->circular_buffers.items[buffer];
}

static const char *pages(Walk *walk, Amount count) {
    return arena_format(walk->check->arena, "%s page%s", show(walk, count), amount_is(count, 1) ? "" : "s");
}

static const char *who(const Walk *walk) { return thread_name(walk->tree->program->thread); }

// ---------------------------------------------------------------- waits and reserves

static void check_capacity(Walk *walk, const Node *node, int buffer, Amount count) {
    int capacity = buffer_at(walk->check, buffer)->pages;
    if (amount_at_least(&walk->place, count, 0) && amount_not_above(&walk->place, count, amount_constant(capacity)))
        return;
    find(walk, DIAG_PROOF_CAPACITY, node, "give the circular buffer more pages, or ask for fewer at a time",
         "%s asks for %s of circular buffer %s, which has %d", who(walk), pages(walk, count),
         describe_buffer(walk->check, buffer), capacity);
}

// What is certain of two calls one after the other: the larger of both, if that can be told.
static Amount more_certain(Walk *walk, Amount held, Amount asked) {
    return amount_not_above(&walk->place, asked, held) ? held : asked;
}

static void reserve(Walk *walk, Ring *ring, const Node *node, int buffer, Amount count) {
    check_capacity(walk, node, buffer, count);
    ring->reserved = more_certain(walk, ring->reserved, count);
}

static void wait_front(Walk *walk, Ring *ring, const Node *node, int buffer, Amount count) {
    check_capacity(walk, node, buffer, count);
    ring->waited = more_certain(walk, ring->waited, count);
}

// ---------------------------------------------------------------- the end of the buffer

// The pointer is known modulo the divisor of what moves it; a window fits if it fits at each place it may be.
static bool stays_inside(Walk *walk, int buffer, Amount pointer, Amount end) {
    int64_t capacity = buffer_at(walk->check, buffer)->pages;
    int64_t divisor = amount_divisor((Amount){.constant = capacity, .sum = pointer.sum});
    int64_t offset = pointer.constant % divisor;
    if (offset < 0) offset += divisor;
    return amount_not_above(&walk->place, end, amount_constant(divisor - offset));
}

static const char *offset_text(Walk *walk, int buffer, Amount pointer) {
    int64_t capacity = buffer_at(walk->check, buffer)->pages;
    if (pointer.sum) return "";
    return arena_format(walk->check->arena, " from page %lld on", (long long)(pointer.constant % capacity));
}

static void check_inside(Walk *walk, const Node *node, int buffer, Amount pointer, Amount end, const char *verb) {
    if (stays_inside(walk, buffer, pointer, end)) return;
    find(walk, DIAG_PROOF_STRADDLE, node,
         "make the buffer's pages a multiple of every number of pages that is pushed or popped at once",
         "%s %s %s of circular buffer %s%s: that goes past the end of its %d pages", who(walk), verb, pages(walk, end),
         describe_buffer(walk->check, buffer), offset_text(walk, buffer, pointer),
         buffer_at(walk->check, buffer)->pages);
}

// ---------------------------------------------------------------- pushes and pops

static Amount none_below_zero(Walk *walk, Amount count) {
    return amount_at_least(&walk->place, count, 0) ? count : (Amount){0};
}

static void push(Walk *walk, Ring *ring, const Node *node, int buffer, Amount count) {
    Amounts *amounts = &walk->check->amounts;
    if (!amount_at_least(&walk->place, count, 0) || !amount_not_above(&walk->place, count, ring->reserved))
        find(walk, DIAG_PROOF_UNRESERVED, node, "reserve as many pages with cb_reserve_back before they are written",
             "%s pushes %s of circular buffer %s but has reserved %s", who(walk), pages(walk, count),
             describe_buffer(walk->check, buffer), show(walk, ring->reserved));
    check_inside(walk, node, buffer, ring->pushed, count, "pushes");
    ring->pushed = amount_add(amounts, ring->pushed, count);
    ring->reserved = none_below_zero(walk, amount_subtract(amounts, ring->reserved, count));
    ring->packed = (Amount){0};
}

static void pop(Walk *walk, Ring *ring, const Node *node, int buffer, Amount count) {
    Amounts *amounts = &walk->check->amounts;
    if (!amount_at_least(&walk->place, count, 0) || !amount_not_above(&walk->place, count, ring->waited))
        find(walk, DIAG_PROOF_UNWAITED, node, "wait for as many pages with cb_wait_front first",
             "%s pops %s of circular buffer %s but has waited for %s", who(walk), pages(walk, count),
             describe_buffer(walk->check, buffer), show(walk, ring->waited));
    check_inside(walk, node, buffer, ring->popped, count, "pops");
    ring->popped = amount_add(amounts, ring->popped, count);
    ring->waited = none_below_zero(walk, amount_subtract(amounts, ring->waited, count));
}

// ---------------------------------------------------------------- accesses

static void read_pages(Walk *walk, Ring *ring, const Node *node, const PageAccess *access) {
    Amount end = amount_add(&walk->check->amounts, access->first, access->count);
    if (amount_at_least(&walk->place, access->first, 0) && amount_not_above(&walk->place, end, ring->waited))
        check_inside(walk, node, access->buffer, ring->popped, end, "reads up to");
    else
        find(walk, DIAG_PROOF_UNWAITED, node,
             "wait for the pages with cb_wait_front first; after cb_pop_front they are gone",
             "%s reads page %s of circular buffer %s but has waited for %s", who(walk),
             show(walk, amount_add(&walk->check->amounts, end, amount_constant(-1))),
             describe_buffer(walk->check, access->buffer), pages(walk, ring->waited));
}

static void write_pages(Walk *walk, Ring *ring, const Node *node, PageAccess *access) {
    Amounts *amounts = &walk->check->amounts;
    if (node->instruction->effect == EFFECT_PACK) {
        access->first = ring->packed;
        ring->packed = amount_add(amounts, ring->packed, amount_constant(1));
    }
    Amount end = amount_add(amounts, access->first, access->count);
    if (amount_at_least(&walk->place, access->first, 0) && amount_not_above(&walk->place, end, ring->reserved))
        check_inside(walk, node, access->buffer, ring->pushed, end, "writes up to");
    else
        find(walk, DIAG_PROOF_UNRESERVED, node,
             "reserve the pages with cb_reserve_back first; after cb_push_back they are the consumer's",
             "%s %s page %s of circular buffer %s but has reserved %s", who(walk),
             node->instruction->effect == EFFECT_NOC_MULTICAST ? "sends" : "writes",
             show(walk, amount_add(amounts, end, amount_constant(-1))), describe_buffer(walk->check, access->buffer),
             pages(walk, ring->reserved));
}

static void step_rings(Walk *walk, void *state, const Node *node, const Amount values[]) {
    Ring *rings = state;
    PageAccess accesses[2];
    step_signals(walk, state, node, values);
    for (int i = page_reads(walk, node, values, accesses) - 1; i >= 0; i--)
        read_pages(walk, &rings[accesses[i].buffer], node, &accesses[i]);
    if (page_writes(walk, node, values, accesses)) write_pages(walk, &rings[accesses[0].buffer], node, &accesses[0]);
    int buffer = node->buffers[0];
    switch (node->instruction->effect) {
    case EFFECT_RESERVE: reserve(walk, &rings[buffer], node, buffer, values[1]); break;
    case EFFECT_PUSH: push(walk, &rings[buffer], node, buffer, values[1]); break;
    case EFFECT_WAIT: wait_front(walk, &rings[buffer], node, buffer, values[1]); break;
    case EFFECT_POP: pop(walk, &rings[buffer], node, buffer, values[1]); break;
    default: break;
    }
}

// ---------------------------------------------------------------- joins and loops

// Of two certain counts the smaller; 0 is always certain.
static Amount certain(Walk *walk, Amount a, Amount b) {
    if (amount_not_above(&walk->place, a, b)) return a;
    return amount_not_above(&walk->place, b, a) ? b : (Amount){0};
}

static void join_rings(Walk *walk, void *state, const void *other, Amount condition) {
    Ring *rings = state;
    const Ring *others = other;
    for (int i = 0; i < walk->check->buffer_count; i++) {
        rings[i].pushed = count_after_branches(walk, rings[i].pushed, others[i].pushed, condition);
        rings[i].popped = count_after_branches(walk, rings[i].popped, others[i].popped, condition);
        rings[i].packed = count_after_branches(walk, rings[i].packed, others[i].packed, condition);
        rings[i].reserved = certain(walk, rings[i].reserved, others[i].reserved);
        rings[i].waited = certain(walk, rings[i].waited, others[i].waited);
    }
    join_signals(walk, state, other, condition);
}

// Reserved and waited pages: a guess that fails becomes a lower bound that does not depend on the iteration.
static bool settle_held(Walk *walk, const LoopStates *loop, int pass, Amount entry, Amount *head, Amount out,
                        Amount *change) {
    Amount seen = amount_subtract(&walk->check->amounts, out, *head);
    if (amount_equal(seen, pass ? *change : (Amount){0})) return true;
    if (amount_is(*change, 0) && pass > 0 && amount_not_above(&walk->place, *head, out)) return true;
    if (pass == 0 && !seen.sum) {
        *change = seen;
        *head = count_at_head(walk, loop, entry, seen);
        return false;
    }
    bool is_plain = pass == 1 && !entry.sum && !out.sum;
    *change = (Amount){0};
    *head = amount_constant(is_plain ? (entry.constant < out.constant ? entry.constant : out.constant) : 0);
    return false;
}

static bool settle_rings(Walk *walk, LoopStates *loop, int pass) {
    Ring *entry = loop->entry, *head = loop->head, *out = loop->out, *change = loop->change;
    bool settled = true;
    for (int i = 0; i < walk->check->buffer_count; i++) {
        if (pass == 0) change[i] = (Ring){0};
#define SETTLE(settle, member)                                                                                         \
    settled &= settle(walk, loop, pass, entry[i].member, &head[i].member, out[i].member, &change[i].member)
        SETTLE(count_settle, pushed);
        SETTLE(count_settle, popped);
        SETTLE(count_settle, packed);
        SETTLE(settle_held, reserved);
        SETTLE(settle_held, waited);
#undef SETTLE
    }
    return settle_signals(walk, loop, pass) && settled;
}

// A lower bound at the head holds after the loop too; what the last iteration left is better if there was one.
static Amount held_after_loop(Walk *walk, const LoopStates *loop, Amount entry, Amount head, Amount out,
                              Amount change) {
    if (change.sum || change.constant != 0) return count_after_loop(walk, loop, entry, change);
    bool is_free = !(amount_depths(out) >> loop->depth & 1);
    return is_free && loop_surely_runs(walk, loop) ? out : head;
}

static void leave_rings(Walk *walk, const LoopStates *loop, void *state) {
    const Ring *entry = loop->entry, *head = loop->head, *out = loop->out, *change = loop->change;
    Ring *rings = state;
    for (int i = 0; i < walk->check->buffer_count; i++) {
        rings[i].pushed = count_after_loop(walk, loop, entry[i].pushed, change[i].pushed);
        rings[i].popped = count_after_loop(walk, loop, entry[i].popped, change[i].popped);
        rings[i].packed = count_after_loop(walk, loop, entry[i].packed, change[i].packed);
        rings[i].reserved =
            held_after_loop(walk, loop, entry[i].reserved, head[i].reserved, out[i].reserved, change[i].reserved);
        rings[i].waited = held_after_loop(walk, loop, entry[i].waited, head[i].waited, out[i].waited, change[i].waited);
    }
    leave_signals(walk, loop, state);
}

static void finish_rings(Walk *walk, void *state) {
    if (walk->place.concrete) return;
    size_t bytes = window_bytes(walk->check);
    walk->tree->end = memcpy(arena_allocate(walk->check->arena, bytes), state, bytes);
    walk->tree->totals = walk->tree->end;
    walk->tree->moments = walk->moments;
}

const Analysis window_analysis = {.counts = true,
                                  .bytes = window_bytes,
                                  .begin = begin_signals,
                                  .step = step_rings,
                                  .join = join_rings,
                                  .settle = settle_rings,
                                  .leave = leave_rings,
                                  .finish = finish_rings};
