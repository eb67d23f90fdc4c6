// Obligations 1 and 3 between threads: what one thread pushes the other pops, on every core. The totals at the threads'
// ends are compared as amounts; where these differ, core by core.
#include "ir/print.h"
#include "program/verify.h"

// ---------------------------------------------------------------- the calls that count

typedef struct Calls {
    const Node *first;
    int count;
} Calls;

static void find_calls(const Node *node, Effect effect, int buffer, Calls *calls) {
    for (; node; node = node->next) {
        bool is_call = node->kind == NODE_INSTRUCTION && node->instruction->effect == effect;
        if (is_call && node->buffers[0] == buffer && calls->count++ == 0) calls->first = node;
        if (node->body) find_calls(node->body, effect, buffer, calls);
        if (node->otherwise) find_calls(node->otherwise, effect, buffer, calls);
    }
}

static Calls calls_of(const Tree *tree, Effect effect, int buffer) {
    Calls calls = {0};
    if (tree) find_calls(tree->nodes, effect, buffer, &calls);
    return calls;
}

static const char *total_text(Check *check, Amount total) {
    Text text = {.arena = check->arena};
    amount_print(total, &text);
    return text.data;
}

static Location location_of(const Check *check, const Calls *calls, int buffer) {
    if (calls->first) return calls->first->statement->location;
    return check->function->circular_buffers.items[buffer]->location;
}

// ---------------------------------------------------------------- one circular buffer, one pair of threads

typedef struct Pair {
    Check *check;
    int buffer;
    Tree *producer, *consumer;
} Pair;

static void report_difference(const Pair *pair, Amount pushed, Amount popped, const Core *core) {
    Check *check = pair->check;
    const CircularBuffer *circular = check->function->circular_buffers.items[pair->buffer];
    Calls pushes = calls_of(pair->producer, EFFECT_PUSH, pair->buffer);
    Calls pops = calls_of(pair->consumer, EFFECT_POP, pair->buffer);
    bool same_calls =
        pushes.count == 1 && pops.count == 1 && amount_equal(pushes.first->operands[1], pops.first->operands[1]);
    const Calls *seen = pops.first ? &pops : &pushes;
    report(check->context, same_calls ? DIAG_PROOF_CONTROL_FLOW : DIAG_PROOF_BALANCE,
           location_of(check, seen, pair->buffer), "circular buffer %s: %s pushes %s pages in all, %s pops %s%s",
           describe_buffer(check, pair->buffer), thread_name(circular->producer), total_text(check, pushed),
           thread_name(circular->consumer), total_text(check, popped),
           !core        ? ", which ttile cannot show to be equal"
           : same_calls ? ", with calls alike: their loops or conditions differ"
                        : "");
    if (pushes.first && pops.first) report_note(check->context, pushes.first->statement->location, "pushed here");
    if (core && check->core_count > 1) report_note(check->context, (Location){0}, "on core (%d, %d)", core->x, core->y);
    report_help(check->context, same_calls
                                    ? "let both threads run the same number of iterations under the same conditions"
                                    : "pop exactly what is pushed, or mark the buffer resident=True if it stays");
}

// True if what is left at the end may be left there.
static bool is_balanced(const CircularBuffer *circular, Amount pushed, Amount popped) {
    if (amount_equal(pushed, popped)) return true;
    bool is_filled_once = !pushed.sum && pushed.constant <= circular->pages;
    return circular->resident && amount_is(popped, 0) && is_filled_once;
}

static bool core_totals(Check *check, Tree *tree, int core, Ring *rings) {
    return !tree || walk_core(check, tree, &window_analysis, core, rings);
}

static bool runs(const Pair *pair, int core) {
    const CircularBuffer *circular = pair->check->function->circular_buffers.items[pair->buffer];
    return tree_on(pair->check, core, circular->producer) == pair->producer &&
           tree_on(pair->check, core, circular->consumer) == pair->consumer;
}

// True if every core could be followed to its end, or one was reported.
static bool compare_cores(const Pair *pair) {
    Check *check = pair->check;
    const CircularBuffer *circular = check->function->circular_buffers.items[pair->buffer];
    Ring *produced = arena_allocate(check->arena, window_bytes(check));
    Ring *consumed = arena_allocate(check->arena, window_bytes(check));
    for (int i = 0; i < check->core_count; i++) {
        if (!runs(pair, i)) continue;
        if (!core_totals(check, pair->producer, i, produced) || !core_totals(check, pair->consumer, i, consumed))
            return false;
        Amount pushed = produced[pair->buffer].pushed, popped = consumed[pair->buffer].popped;
        if (is_balanced(circular, pushed, popped)) continue;
        report_difference(pair, pushed, popped, &check->cores[i]);
        return true;
    }
    return true;
}

// Pages that are waited for must come, whether they are popped or stay.
static void compare_waits(const Pair *pair) {
    Check *check = pair->check;
    const CircularBuffer *circular = check->function->circular_buffers.items[pair->buffer];
    if (!pair->consumer || !pair->consumer->end || (pair->producer && !pair->producer->end)) return;
    const Ring *ring = &pair->consumer->totals[pair->buffer];
    Amount pushed = pair->producer ? pair->producer->totals[pair->buffer].pushed : (Amount){0};
    Amount waited = amount_add(&check->amounts, ring->popped, ring->waited);
    Amount missing = amount_subtract(&check->amounts, waited, pushed);
    if (missing.sum || missing.constant <= 0) return;
    Calls waits = calls_of(pair->consumer, EFFECT_WAIT, pair->buffer);
    report(check->context, DIAG_PROOF_BALANCE, location_of(check, &waits, pair->buffer),
           "circular buffer %s: %s waits for %s pages, but %s pushes %s in all", describe_buffer(check, pair->buffer),
           thread_name(circular->consumer), total_text(check, waited), thread_name(circular->producer),
           total_text(check, pushed));
    report_help(check->context, "push as many pages as are waited for");
}

static void compare(const Pair *pair) {
    Amount pushed = pair->producer ? pair->producer->totals[pair->buffer].pushed : (Amount){0};
    Amount popped = pair->consumer ? pair->consumer->totals[pair->buffer].popped : (Amount){0};
    const CircularBuffer *circular = pair->check->function->circular_buffers.items[pair->buffer];
    bool is_known = (!pair->producer || pair->producer->end) && (!pair->consumer || pair->consumer->end);
    if ((is_known && is_balanced(circular, pushed, popped)) || compare_cores(pair)) return;
    report_difference(pair, pushed, popped, NULL);
}

// ---------------------------------------------------------------- aliases

static int buffer_place(const Check *check, const CircularBuffer *circular) {
    for (int i = 0; i < check->buffer_count; i++)
        if (check->function->circular_buffers.items[i] == circular) return i;
    return 0;
}

// Two names of the same bytes stay together only if every push is made on both.
static void compare_alias(Check *check, int buffer, const Tree *tree) {
    int base = buffer_place(check, check->function->circular_buffers.items[buffer]->alias);
    Amount pushed = tree->totals[buffer].pushed, base_pushed = tree->totals[base].pushed;
    if (amount_equal(pushed, base_pushed)) return;
    Calls calls = calls_of(tree, EFFECT_PUSH, amount_is(pushed, 0) ? base : buffer);
    report(check->context, DIAG_PROOF_BALANCE, location_of(check, &calls, buffer),
           "circular buffers %s and %s share their bytes, but %s pages of one and %s of the other are pushed",
           describe_buffer(check, base), describe_buffer(check, buffer), total_text(check, base_pushed),
           total_text(check, pushed));
    report_help(check->context, "reserve, push, wait and pop on both");
}

static void verify_aliases(Check *check) {
    for (int buffer = 0; buffer < check->buffer_count; buffer++) {
        const CircularBuffer *circular = check->function->circular_buffers.items[buffer];
        for (int i = 0; circular->alias && i < check->tree_count; i++)
            if (check->trees[i].program->thread == circular->producer) compare_alias(check, buffer, &check->trees[i]);
    }
}

// ---------------------------------------------------------------- all of them

// Cores that run the same programs need one comparison. `seen` has a byte for each pair of programs, or of none.
static bool is_new_pair(const Pair *pair, char *seen) {
    const Check *check = pair->check;
    size_t producer = pair->producer ? (size_t)(pair->producer - check->trees) : (size_t)check->tree_count;
    size_t consumer = pair->consumer ? (size_t)(pair->consumer - check->trees) : (size_t)check->tree_count;
    char *place = &seen[producer * (size_t)(check->tree_count + 1) + consumer];
    bool is_new = !*place;
    *place = 1;
    return is_new;
}

static void verify_buffer(Check *check, int buffer) {
    const CircularBuffer *circular = check->function->circular_buffers.items[buffer];
    size_t programs = (size_t)check->tree_count + 1;
    char *seen = arena_new_array(check->arena, char, programs *programs);
    for (int i = 0; i < check->core_count; i++) {
        Pair pair = {check, buffer, tree_on(check, i, circular->producer), tree_on(check, i, circular->consumer)};
        uint32_t errors = check->context->error_count;
        if (!is_new_pair(&pair, seen)) continue;
        compare(&pair);
        if (check->context->error_count == errors) compare_waits(&pair);
    }
}

void verify_balance(Check *check) {
    verify_aliases(check);
    for (int buffer = 0; buffer < check->buffer_count; buffer++) verify_buffer(check, buffer);
}
