// Obligation 4, the NoC's part: a page is pushed only when the reads into it are over, popped only when the writes from
// it have left, sent to other cores only when it holds its data and written again only when it has left; and the thread
// ends only when what it sent has arrived.
//
// Per circular buffer: the pages that transfers under way may touch. A loop that reads some pages and fills the others
// needs more: there the fill touches another page than every read before it, because both name the page by one
// expression that differs in every iteration.
#include <string.h>

#include "ir/print.h"
#include "program/verify_spans.h"

typedef struct Transfers {
    const Node *unfinished; // a write that no barrier has followed
    const Node *unfinished_atomic;
    int64_t reserved[MAX_BUFFERS];     // at most
    int64_t held[MAX_SEMAPHORES];      // what a semaphore was set to last; UNKNOWN_VALUE
    const Node *flags[MAX_SEMAPHORES]; // a multicast that may still read it
    Span spans[]; // of each circular buffer: reads into it, writes from it, pages that go to other cores
} Transfers;

enum { READS, WRITES, LEAVING, DIRECTIONS };
enum { GIVE_UP_PASS = 3 };
#define UNKNOWN_VALUE INT64_MIN

static Span *span_of(Transfers *transfers, int buffer, int direction) {
    return &transfers->spans[buffer * DIRECTIONS + direction];
}

static int span_count(const Check *check) { return check->buffer_count * DIRECTIONS; }

static size_t transfer_bytes(const Check *check) {
    return sizeof(Transfers) + sizeof(Span) * (size_t)span_count(check);
}

static void begin_transfers(Walk *walk, void *state) {
    Transfers *transfers = state;
    for (int i = 0; i < walk->check->semaphore_count; i++)
        transfers->held[i] = walk->check->function->semaphores.items[i]->initial;
}

static Interval page_range(Walk *walk, Amount first, Amount count) {
    Amount last =
        amount_add(&walk->check->amounts, first, amount_add(&walk->check->amounts, count, amount_constant(-1)));
    return (Interval){amount_interval(&walk->place, first).low, amount_interval(&walk->place, last).high};
}

static Interval one_page(Walk *walk, Amount page) { return amount_interval(&walk->place, page); }

static void clear(const Walk *walk, Transfers *transfers, int direction) {
    for (int i = 0; i < walk->check->buffer_count; i++) *span_of(transfers, i, direction) = (Span){0};
}

static void clear_sent(const Walk *walk, Transfers *transfers) {
    memset(transfers->flags, 0, sizeof transfers->flags);
    clear(walk, transfers, WRITES);
    clear(walk, transfers, LEAVING);
}

static const char *who(const Walk *walk) { return thread_name(walk->tree->program->thread); }

static void push(Walk *walk, Transfers *transfers, const Node *node, Amount count) {
    Interval pages = amount_interval(&walk->place, count);
    Span *reads = span_of(transfers, node->buffers[0], READS);
    int64_t *reserved = &transfers->reserved[node->buffers[0]];
    *reserved = pages.low > 0 && pages.low < *reserved ? *reserved - pages.low : pages.low > 0 ? 0 : *reserved;
    span_passed(span_of(transfers, node->buffers[0], LEAVING), pages); // they may leave while others read them
    if (!span_passed(reads, pages)) return;
    find(walk, DIAG_PROOF_READ_BARRIER, node, "put noc_async_read_barrier() between the reads and the push",
         "%s pushes %s pages of circular buffer %s while reads into them (line %u) may be under way", who(walk),
         show(walk, count), describe_buffer(walk->check, node->buffers[0]), reads->last->statement->location.line);
}

static void pop(Walk *walk, Transfers *transfers, const Node *node, Amount count) {
    Span *writes = span_of(transfers, node->buffers[0], WRITES);
    if (!span_passed(writes, amount_interval(&walk->place, count))) return;
    find(walk, DIAG_PROOF_WRITE_FLUSH, node, "put noc_async_writes_flushed() between the writes and the pop",
         "%s pops %s pages of circular buffer %s while writes from them (line %u) may not have left", who(walk),
         show(walk, count), describe_buffer(walk->check, node->buffers[0]), writes->last->statement->location.line);
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

static bool is_another_page(Walk *walk, const Span *span, const Node *node) {
    const Node *read = span->source;
    return read && !span->is_fresh && read->loop == node->loop && amount_equal(read->operands[3], node->operands[1]) &&
           differs_in_every_turn(walk, node, node->operands[1], span->carried);
}

// The core's own stores into a page would race with a read into it.
static void store(Walk *walk, Transfers *transfers, const Node *node, Amount page) {
    const Span *reads = span_of(transfers, node->buffers[0], READS);
    if (!span_touches(reads, one_page(walk, page)) || is_another_page(walk, reads, node)) return;
    find(walk, DIAG_PROOF_READ_BARRIER, node, "put noc_async_read_barrier() between the read and the store",
         "%s changes page %s of circular buffer %s while a read into it (line %u) may be under way", who(walk),
         show(walk, page), describe_buffer(walk->check, node->buffers[0]), reads->last->statement->location.line);
}

// ---------------------------------------------------------------- pages that go to other cores

static void overwrite(Walk *walk, Transfers *transfers, const Node *node, int buffer, Amount page) {
    const Span *leaving = span_of(transfers, buffer, LEAVING);
    int capacity = walk->check->function->circular_buffers.items[buffer]->pages;
    if (!span_touches_ring(leaving, one_page(walk, page), capacity)) return;
    find(walk, DIAG_PROOF_MULTICAST_FLUSH, node, "put noc_async_writes_flushed() before the pages are written again",
         "%s writes page %s of circular buffer %s while a multicast from it (line %u) may not have left", who(walk),
         show(walk, page), describe_buffer(walk->check, buffer), leaving->last->statement->location.line);
}

static void multicast(Walk *walk, Transfers *transfers, const Node *node, Amount slot, Amount count) {
    int buffer = node->buffers[0];
    Interval pages = page_range(walk, slot, count);
    const Span *reads = span_of(transfers, buffer, READS);
    if (span_touches(reads, pages))
        find(walk, DIAG_PROOF_READ_BARRIER, node, "put noc_async_read_barrier() between the reads and the multicast",
             "%s sends %s pages of circular buffer %s while reads into them (line %u) may be under way", who(walk),
             show(walk, count), describe_buffer(walk->check, buffer), reads->last->statement->location.line);
    span_start(span_of(transfers, buffer, LEAVING), node, pages);
    transfers->unfinished = node;
}

// What is received lies where the reserved pages are, from the time on when another core is told so.
static void let_others_write(Walk *walk, Transfers *transfers, const Node *node) {
    transfers->unfinished_atomic = node;
    for (int i = 0; i < walk->check->buffer_count; i++) {
        const Span *leaving = span_of(transfers, i, LEAVING);
        int capacity = walk->check->function->circular_buffers.items[i]->pages;
        bool receives = !(walk->tree->written >> i & 1) && transfers->reserved[i] > 0;
        if (!receives || !span_touches_ring(leaving, (Interval){0, transfers->reserved[i] - 1}, capacity)) continue;
        find(walk, DIAG_PROOF_MULTICAST_FLUSH, node, "put noc_async_writes_flushed() before noc_semaphore_inc",
             "%s says that it is ready for pages of circular buffer %s while a multicast from them (line %u) may not "
             "have "
             "left",
             who(walk), describe_buffer(walk->check, i), leaving->last->statement->location.line);
    }
}

static void reserve(Walk *walk, Transfers *transfers, const Node *node, Amount count) {
    int64_t *reserved = &transfers->reserved[node->buffers[0]];
    int64_t most = amount_interval(&walk->place, count).high;
    int capacity = walk->check->function->circular_buffers.items[node->buffers[0]]->pages;
    if (most > *reserved) *reserved = most < capacity ? most : capacity;
}

// On some chips a flag may overtake pages that have not left.
static void send_flag(Walk *walk, Transfers *transfers, const Node *node) {
    transfers->unfinished = node;
    transfers->flags[node->semaphore] = node;
    for (int i = 0; walk->check->target->flag_overtakes_data && i < walk->check->buffer_count; i++) {
        const Span *leaving = span_of(transfers, i, LEAVING);
        if (!leaving->last) continue;
        find(walk, DIAG_PROOF_FLAG_OVERTAKES, node, "put noc_async_writes_flushed() between the pages and the flag",
             "%s sends a flag that may overtake pages of circular buffer %s (line %u) on %s", who(walk),
             describe_buffer(walk->check, i), leaving->last->statement->location.line, walk->check->target->name);
        return;
    }
}

// A multicast of a semaphore sends what its word holds when it leaves.
static void set_flag(Walk *walk, Transfers *transfers, const Node *node, Amount value) {
    int64_t *held = &transfers->held[node->semaphore];
    const Node *flag = transfers->flags[node->semaphore];
    bool is_same = !value.sum && value.constant == *held;
    *held = value.sum ? UNKNOWN_VALUE : value.constant;
    if (!flag || is_same) return;
    find(walk, DIAG_PROOF_MULTICAST_FLUSH, node, "put noc_async_writes_flushed() between the multicast and the set",
         "%s sets semaphore '%s' while a multicast of it (line %u) may not have left", who(walk),
         walk->check->function->semaphores.items[node->semaphore]->name, flag->statement->location.line);
}

// ---------------------------------------------------------------- steps, joins and loops

// Two reads into one page at a time: told where every page under way is known.
static void read_again(Walk *walk, Transfers *transfers, const Node *node, Amount page) {
    const Span *reads = span_of(transfers, node->buffers[2], READS);
    if (page.sum || reads->is_blurred || !span_touches(reads, one_page(walk, page))) return;
    find(walk, DIAG_PROOF_READ_BARRIER, node, "read into another page, or put noc_async_read_barrier() between them",
         "%s reads into page %s of circular buffer %s while another read into it (line %u) is under way", who(walk),
         show(walk, page), describe_buffer(walk->check, node->buffers[2]), reads->last->statement->location.line);
}

static void start_read(Walk *walk, Transfers *transfers, const Node *node, Amount page) {
    read_again(walk, transfers, node, page);
    overwrite(walk, transfers, node, node->buffers[2], page);
    span_start(span_of(transfers, node->buffers[2], READS), node, one_page(walk, page));
}

static void start_write(Walk *walk, Transfers *transfers, const Node *node, Amount page) {
    span_start(span_of(transfers, node->buffers[2], WRITES), node, one_page(walk, page));
    transfers->unfinished = node;
}

static void step_transfers(Walk *walk, void *state, const Node *node, const Amount values[]) {
    Transfers *transfers = state;
    switch (node->instruction->effect) {
    case EFFECT_NOC_READ: start_read(walk, transfers, node, values[3]); break;
    case EFFECT_NOC_WRITE: start_write(walk, transfers, node, values[3]); break;
    case EFFECT_NOC_MULTICAST: multicast(walk, transfers, node, values[1], values[2]); break;
    case EFFECT_SEMAPHORE_MULTICAST: send_flag(walk, transfers, node); break;
    case EFFECT_SEMAPHORE_INC: let_others_write(walk, transfers, node); break;
    case EFFECT_RESERVE: reserve(walk, transfers, node, values[1]); break;
    case EFFECT_SEMAPHORE_SET: set_flag(walk, transfers, node, values[1]); break;
    case EFFECT_SEMAPHORE_WAIT:
        transfers->held[node->semaphore] = values[1].sum ? UNKNOWN_VALUE : values[1].constant;
        break;
    case EFFECT_READ_BARRIER: clear(walk, transfers, READS); break;
    case EFFECT_WRITE_FLUSH: clear_sent(walk, transfers); break;
    case EFFECT_WRITE_BARRIER:
        transfers->unfinished = NULL;
        clear_sent(walk, transfers);
        break;
    case EFFECT_ATOMIC_BARRIER: transfers->unfinished_atomic = NULL; break;
    case EFFECT_PUSH: push(walk, transfers, node, values[1]); break;
    case EFFECT_POP: pop(walk, transfers, node, values[1]); break;
    case EFFECT_PAGE_STORE:
    case EFFECT_PAGE_UPDATE:
        store(walk, transfers, node, values[1]);
        overwrite(walk, transfers, node, node->buffers[0], values[1]);
        break;
    default: break;
    }
}

// True if something new came in.
static bool join_unfinished(Transfers *into, const Transfers *from) {
    bool is_new = (from->unfinished && !into->unfinished) || (from->unfinished_atomic && !into->unfinished_atomic);
    if (!into->unfinished) into->unfinished = from->unfinished;
    if (!into->unfinished_atomic) into->unfinished_atomic = from->unfinished_atomic;
    for (int i = 0; i < MAX_SEMAPHORES; i++) {
        is_new |=
            (from->flags[i] && !into->flags[i]) || (from->held[i] != into->held[i] && into->held[i] != UNKNOWN_VALUE);
        if (!into->flags[i]) into->flags[i] = from->flags[i];
        if (from->held[i] != into->held[i]) into->held[i] = UNKNOWN_VALUE;
    }
    return is_new;
}

// True if one grew.
static bool join_reserved(const Walk *walk, Transfers *into, const Transfers *from) {
    bool grew = false;
    for (int i = 0; i < walk->check->buffer_count; i++) {
        grew |= from->reserved[i] > into->reserved[i];
        if (from->reserved[i] > into->reserved[i]) into->reserved[i] = from->reserved[i];
    }
    return grew;
}

static void join_transfers(Walk *walk, void *state, const void *other, Amount condition) {
    Transfers *into = state;
    const Transfers *from = other;
    (void)condition;
    for (int i = 0; i < span_count(walk->check); i++) span_join(&into->spans[i], &from->spans[i]);
    join_unfinished(into, from);
    join_reserved(walk, into, from);
}

static bool settle_transfers(Walk *walk, LoopStates *loop, int pass) {
    Transfers *head = loop->head;
    const Transfers *out = loop->out;
    bool settled = !join_unfinished(head, out);
    if (join_reserved(walk, head, out)) {
        settled = false;
        for (int i = 0; pass >= GIVE_UP_PASS && i < walk->check->buffer_count; i++)
            head->reserved[i] = walk->check->function->circular_buffers.items[i]->pages;
    }
    for (int i = 0; i < span_count(walk->check); i++) settled &= span_settle(&head->spans[i], &out->spans[i], pass);
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
    if (transfers->unfinished_atomic)
        find(walk, DIAG_PROOF_ATOMIC_BARRIER, transfers->unfinished_atomic,
             "end the thread with noc_async_atomic_barrier()",
             "%s may end before this increment has arrived: no atomic barrier follows it", who(walk));
    for (int i = 0; i < walk->check->buffer_count; i++) {
        const Node *last = span_of(transfers, i, READS)->last;
        if (!last) continue;
        find(walk, DIAG_PROOF_READ_BARRIER, last, "end the thread with noc_async_read_barrier()",
             "%s may end before this read into circular buffer %s is over", who(walk), describe_buffer(walk->check, i));
    }
}

const Analysis transfer_analysis = {.counts = true,
                                    .bytes = transfer_bytes,
                                    .begin = begin_transfers,
                                    .step = step_transfers,
                                    .join = join_transfers,
                                    .settle = settle_transfers,
                                    .leave = leave_transfers,
                                    .turn = begin_turn,
                                    .finish = finish_transfers};
