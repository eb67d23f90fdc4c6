// Obligation 4, the NoC's part: a page is pushed only when the reads into it are over, popped only when the writes from
// it have left, and the thread ends only when its writes have arrived.
//
// Per circular buffer: the pages that transfers under way may touch, as an interval behind the pointer, and one by one
// while all of them are known. A loop that reads some pages and fills the others needs more: there the fill touches
// another page than every read before it, because both name the page by one expression that differs in every iteration.
#include <string.h>

#include "ir/print.h"
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

typedef struct Transfers {
    const Node *unfinished; // a write that no barrier has followed
    Span spans[];           // of each circular buffer: reads into it, then writes from it
} Transfers;

enum { READS, WRITES, DIRECTIONS };

static Span *span_of(Transfers *transfers, int buffer, int direction) {
    return &transfers->spans[buffer * DIRECTIONS + direction];
}

static int span_count(const Check *check) { return check->buffer_count * DIRECTIONS; }

static size_t transfer_bytes(const Check *check) {
    return sizeof(Transfers) + sizeof(Span) * (size_t)span_count(check);
}

static void begin_transfers(Walk *walk, void *state) {
    (void)walk;
    (void)state;
}

static void start_transfer(Walk *walk, Span *span, const Node *node, Amount page) {
    Interval pages = amount_interval(&walk->place, page);
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

// May a transfer under way touch one of these pages?
static bool touches(const Span *span, Interval pages) {
    if (!span->last || pages.high < span->low || pages.low > span->high) return false;
    if (span->is_blurred || pages.low != pages.high || pages.low >= KNOWN_PAGES) return true;
    return span->pages[pages.low / 64] >> pages.low % 64 & 1;
}

static void clear(const Walk *walk, Transfers *transfers, int direction) {
    for (int i = 0; i < walk->check->buffer_count; i++) *span_of(transfers, i, direction) = (Span){0};
}

static const char *who(const Walk *walk) { return thread_name(walk->tree->program->thread); }

static int64_t shifted(int64_t end, int64_t by) {
    int64_t result;
    bool is_open = end == INT64_MIN || end == INT64_MAX || by == INT64_MIN || by == INT64_MAX;
    return is_open || __builtin_sub_overflow(end, by, &result) ? INT64_MIN : result;
}

// The pointer moves on by `count` pages: what lies before it must not be under way.
static bool passes_over(Walk *walk, Span *span, Amount count) {
    if (!span->last) return false;
    Interval pages = amount_interval(&walk->place, count);
    bool passes = pages.high > 0 && span->low < pages.high;
    span->source = NULL;
    span->is_blurred = true;
    span->low = shifted(span->low, pages.high);
    span->high = span->high == INT64_MAX ? INT64_MAX : shifted(span->high, pages.low);
    return passes;
}

static void push(Walk *walk, Span *span, const Node *node, Amount count) {
    if (!passes_over(walk, span, count)) return;
    find(walk, DIAG_PROOF_READ_BARRIER, node, "put noc_async_read_barrier() between the reads and the push",
         "%s pushes %s pages of circular buffer %s while reads into them (line %u) may be under way", who(walk),
         show(walk, count), describe_buffer(walk->check, node->buffers[0]), span->last->statement->location.line);
}

static void pop(Walk *walk, Span *span, const Node *node, Amount count) {
    if (!passes_over(walk, span, count)) return;
    find(walk, DIAG_PROOF_WRITE_FLUSH, node, "put noc_async_writes_flushed() between the writes and the pop",
         "%s pops %s pages of circular buffer %s while writes from them (line %u) may not have left", who(walk),
         show(walk, count), describe_buffer(walk->check, node->buffers[0]), span->last->statement->location.line);
}

// ---------------------------------------------------------------- stores beside reads

static bool is_around(const Node *loop, const Node *node) {
    const Node *around = node->loop;
    while (around && around != loop) around = around->loop;
    return around != NULL;
}

static void begin_turn(Walk *walk, void *state, const Node *loop) {
    for (int i = 0; i < walk->check->buffer_count; i++) {
        Span *span = span_of(state, i, READS);
        if (!span->last) continue;
        span->carried |= (uint64_t)1 << loop->depth;
        if (span->source && is_around(loop, span->source)) span->is_fresh = false;
    }
}

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
static bool differs_in_every_turn(Walk *walk, const Node *node, Amount page, uint64_t carried) {
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

static bool is_another_page(Walk *walk, const Span *span, const Node *node) {
    const Node *read = span->source;
    return read && !span->is_fresh && read->loop == node->loop && amount_equal(read->operands[3], node->operands[1]) &&
           differs_in_every_turn(walk, node, node->operands[1], span->carried);
}

// The core's own stores into a page would race with a read into it.
static void store(Walk *walk, const Span *span, const Node *node, Amount page) {
    Interval pages = amount_interval(&walk->place, page);
    if (!touches(span, pages) || is_another_page(walk, span, node)) return;
    find(walk, DIAG_PROOF_READ_BARRIER, node, "put noc_async_read_barrier() between the read and the store",
         "%s changes page %s of circular buffer %s while a read into it (line %u) may be under way", who(walk),
         show(walk, page), describe_buffer(walk->check, node->buffers[0]), span->last->statement->location.line);
}

// ---------------------------------------------------------------- steps, joins and loops

static void start_write(Walk *walk, Transfers *transfers, const Node *node, Amount page) {
    start_transfer(walk, span_of(transfers, node->buffers[2], WRITES), node, page);
    transfers->unfinished = node;
}

static void step_transfers(Walk *walk, void *state, const Node *node, const Amount values[]) {
    Transfers *transfers = state;
    Span *reads = span_of(transfers, node->buffers[0], READS), *writes = span_of(transfers, node->buffers[0], WRITES);
    switch (node->instruction->effect) {
    case EFFECT_NOC_READ: start_transfer(walk, span_of(transfers, node->buffers[2], READS), node, values[3]); break;
    case EFFECT_NOC_WRITE: start_write(walk, transfers, node, values[3]); break;
    case EFFECT_READ_BARRIER: clear(walk, transfers, READS); break;
    case EFFECT_WRITE_FLUSH: clear(walk, transfers, WRITES); break;
    case EFFECT_WRITE_BARRIER:
        transfers->unfinished = NULL;
        clear(walk, transfers, WRITES);
        break;
    case EFFECT_PUSH: push(walk, reads, node, values[1]); break;
    case EFFECT_POP: pop(walk, writes, node, values[1]); break;
    case EFFECT_PAGE_STORE:
    case EFFECT_PAGE_UPDATE: store(walk, reads, node, values[1]); break;
    default: break;
    }
}

static void join_spans(Span *into, const Span *other) {
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

static void join_transfers(Walk *walk, void *state, const void *other, Amount condition) {
    Transfers *into = state;
    const Transfers *from = other;
    (void)condition;
    for (int i = 0; i < span_count(walk->check); i++) join_spans(&into->spans[i], &from->spans[i]);
    if (!into->unfinished) into->unfinished = from->unfinished;
}

enum { GIVE_UP_PASS = 3 };

// Grows the guess until it holds the state after the body; false if it had to grow.
static bool settle_span(Span *head, const Span *out, int pass) {
    Span before;
    memcpy(&before, head, sizeof before);
    join_spans(head, out);
    bool settled = memcmp(head, &before, sizeof before) == 0;
    if (!settled && pass >= GIVE_UP_PASS) head->low = INT64_MIN, head->high = INT64_MAX;
    return settled;
}

static bool settle_transfers(Walk *walk, LoopStates *loop, int pass) {
    Transfers *head = loop->head;
    const Transfers *out = loop->out;
    bool settled = head->unfinished || !out->unfinished;
    if (!head->unfinished) head->unfinished = out->unfinished;
    for (int i = 0; i < span_count(walk->check); i++) settled &= settle_span(&head->spans[i], &out->spans[i], pass);
    return settled;
}

static void leave_transfers(Walk *walk, const LoopStates *loop, void *state) {
    memcpy(state, loop->out, transfer_bytes(walk->check));
    if (!loop_surely_runs(walk, loop)) join_transfers(walk, state, loop->entry, (Amount){0});
}

static void finish_transfers(Walk *walk, void *state) {
    Transfers *transfers = state;
    if (transfers->unfinished)
        find(walk, DIAG_PROOF_WRITE_BARRIER, transfers->unfinished, "end the thread with noc_async_write_barrier()",
             "%s may end before this write has arrived: no write barrier follows it", who(walk));
    for (int i = 0; i < walk->check->buffer_count; i++) {
        const Node *last = span_of(transfers, i, READS)->last;
        if (!last) continue;
        find(walk, DIAG_PROOF_READ_BARRIER, last, "end the thread with noc_async_read_barrier()",
             "%s may end before this read into circular buffer %s is over", who(walk), describe_buffer(walk->check, i));
    }
}

const Analysis transfer_analysis = {.bytes = transfer_bytes,
                                    .begin = begin_transfers,
                                    .step = step_transfers,
                                    .join = join_transfers,
                                    .settle = settle_transfers,
                                    .leave = leave_transfers,
                                    .turn = begin_turn,
                                    .finish = finish_transfers};
