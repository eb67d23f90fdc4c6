// What a thread knows of its core's semaphores and counts of what it sends to other cores. Carried along with the
// windows of circular buffers: a handshake says something about windows.
//
// Nothing is proved here. At every instruction that other cores have to do with, the state is kept as a moment;
// verify_handshake.c holds the moments of senders against those of receivers.
#include <string.h>

#include "program/verify.h"

// ---------------------------------------------------------------- the state

static size_t signal_place(const Check *check) { return sizeof(Ring) * (size_t)check->buffer_count; }

static size_t exchange_place(const Check *check) {
    return signal_place(check) + sizeof(Signal) * (size_t)check->semaphore_count;
}

size_t window_bytes(const Check *check) {
    return exchange_place(check) + sizeof(Exchange) * (size_t)check->endpoint_count;
}

Signal *signals_of(const Check *check, const void *state) {
    return (Signal *)(void *)((char *)(uintptr_t)state + signal_place(check));
}

Exchange *exchanges_of(const Check *check, const void *state) {
    return (Exchange *)(void *)((char *)(uintptr_t)state + exchange_place(check));
}

// Only data-movement threads have semaphores.
static int signal_count(const Walk *walk) {
    return walk->tree->program->thread == THREAD_COMPUTE ? 0 : walk->check->semaphore_count;
}

void begin_signals(Walk *walk, void *state) {
    Signal *signals = signals_of(walk->check, state);
    for (int i = 0; i < signal_count(walk); i++) {
        int64_t initial = walk->check->function->semaphores.items[i]->initial;
        signals[i] = (Signal){.value = initial, .is_known = true, .is_cleared = initial == 0};
    }
}

// ---------------------------------------------------------------- moments

static const Reach reaches[] = {
    [EFFECT_NOC_MULTICAST] = {.first = 3, .coordinates = 4, .destinations = 7, .total = 2},
    [EFFECT_SEMAPHORE_INC] = {.first = 1, .coordinates = 2, .total = 3},
    [EFFECT_SEMAPHORE_MULTICAST] = {.first = 1, .coordinates = 4, .destinations = 5},
    [EFFECT_PACK_ACCUMULATE] = {0},
};

const Reach *reach_of(const Instruction *instruction) { return &reaches[instruction->effect]; }

static bool is_moment(const Walk *walk, const Node *node) {
    switch (node->instruction->effect) {
    case EFFECT_NOC_MULTICAST:
    case EFFECT_SEMAPHORE_INC:
    case EFFECT_SEMAPHORE_MULTICAST:
    case EFFECT_SEMAPHORE_SET:
    case EFFECT_SEMAPHORE_WAIT: return true;
    case EFFECT_PUSH: return walk->check->multicast >> node->buffers[0] & 1;
    default: return false;
    }
}

// Moments of a wrong guess are dropped; the next ones are kept in their place.
static void keep_moment(Walk *walk, const void *state, const Node *node, const Amount values[]) {
    Arena *arena = walk->check->arena;
    size_t bytes = window_bytes(walk->check);
    if (walk->moments.count == walk->moment_places) {
        Moment place = {NULL, arena_new_array(arena, Amount, MAX_OPERANDS), arena_allocate(arena, bytes)};
        vector_push(arena, walk->moments, place);
        walk->moment_places++;
    } else {
        walk->moments.count++;
    }
    Moment *moment = &vector_last(walk->moments);
    moment->node = node;
    memcpy(moment->values, values, sizeof(Amount) * MAX_OPERANDS);
    memcpy(moment->state, state, bytes);
}

// ---------------------------------------------------------------- steps

static void set_signal(Signal *signal, Amount value) {
    signal->is_known = !value.sum;
    signal->value = value.sum ? 0 : value.constant;
    signal->is_cleared = amount_is(value, 0);
}

static void wait_signal(Walk *walk, Signal *signal, Amount value) {
    if (signal->is_known && amount_is(value, signal->value)) return;
    if (!signal->is_known && !value.sum) signal->is_unsure = true;
    signal->waits = amount_add(&walk->check->amounts, signal->waits, amount_constant(1));
    signal->awaited = amount_add(&walk->check->amounts, signal->awaited, value);
    set_signal(signal, value);
    signal->is_cleared = false;
}

static void send(Walk *walk, Exchange *exchange, const Node *node, const Amount values[]) {
    int total = reach_of(node->instruction)->total;
    exchange->count = amount_add(&walk->check->amounts, exchange->count, amount_constant(1));
    if (total) exchange->total = amount_add(&walk->check->amounts, exchange->total, values[total]);
}

// Semaphores are words of 32 bits. The value is the last operand but for multicasts, which send what was set.
static void check_value(Walk *walk, const Node *node, const Amount values[]) {
    Effect effect = node->instruction->effect;
    if (effect == EFFECT_PUSH || effect == EFFECT_NOC_MULTICAST || effect == EFFECT_SEMAPHORE_MULTICAST) return;
    Amount value = values[effect == EFFECT_SEMAPHORE_INC ? 3 : 1];
    if (amount_at_least(&walk->place, value, 0) && amount_not_above(&walk->place, value, amount_constant(UINT32_MAX)))
        return;
    find(walk, DIAG_PROOF_SEMAPHORE, node, "use numbers from 0 to 2^32 - 1", "%s: the value %s may not fit 32 bits",
         node->instruction->name, show(walk, value));
}

static void see_doubts(Walk *walk, const void *state, const Node *node) {
    Effect effect = node->instruction->effect;
    const Signal *signals = signals_of(walk->check, state);
    if (effect == EFFECT_SEMAPHORE_WAIT || effect == EFFECT_SEMAPHORE_MULTICAST)
        walk->is_unsure |= !signals[node->semaphore].is_known;
    for (int i = 0; effect == EFFECT_SEMAPHORE_INC && i < walk->check->semaphore_count; i++)
        walk->is_unsure |= !signals[i].is_known;
}

void step_signals(Walk *walk, void *state, const Node *node, const Amount values[]) {
    if (walk->tree->program->thread == THREAD_COMPUTE || !is_moment(walk, node)) return;
    keep_moment(walk, state, node, values);
    check_value(walk, node, values);
    see_doubts(walk, state, node);
    Signal *signal = &signals_of(walk->check, state)[node->semaphore];
    if (node->endpoint >= 0) send(walk, &exchanges_of(walk->check, state)[node->endpoint], node, values);
    if (node->instruction->effect == EFFECT_SEMAPHORE_SET) set_signal(signal, values[1]);
    if (node->instruction->effect == EFFECT_SEMAPHORE_WAIT) wait_signal(walk, signal, values[1]);
}

// ---------------------------------------------------------------- joins and loops

static void join_knowledge(Signal *into, const Signal *other) {
    into->is_known = into->is_known && other->is_known && into->value == other->value;
    if (!into->is_known) into->value = 0;
    into->is_cleared = into->is_cleared && other->is_cleared;
    into->is_unsure = into->is_unsure || other->is_unsure;
}

void join_signals(Walk *walk, void *state, const void *other, Amount condition) {
    Signal *signals = signals_of(walk->check, state), *others = signals_of(walk->check, other);
    for (int i = 0; i < signal_count(walk); i++) {
        signals[i].waits = count_after_branches(walk, signals[i].waits, others[i].waits, condition);
        signals[i].awaited = count_after_branches(walk, signals[i].awaited, others[i].awaited, condition);
        join_knowledge(&signals[i], &others[i]);
    }
    Exchange *exchanges = exchanges_of(walk->check, state), *sent = exchanges_of(walk->check, other);
    for (int i = 0; i < walk->tree->endpoint_count; i++) {
        exchanges[i].count = count_after_branches(walk, exchanges[i].count, sent[i].count, condition);
        exchanges[i].total = count_after_branches(walk, exchanges[i].total, sent[i].total, condition);
    }
}

#define SETTLE(member) count_settle(walk, loop, pass, entry->member, &head->member, out->member, &change->member)

static bool settle_signal(Walk *walk, const LoopStates *loop, int pass, const Signal *entry, Signal *head,
                          const Signal *out, Signal *change) {
    Signal before = *head;
    if (pass == 0) *change = (Signal){0};
    join_knowledge(head, out);
    bool settled = head->is_known == before.is_known && head->is_cleared == before.is_cleared &&
                   head->is_unsure == before.is_unsure;
    bool counts = SETTLE(waits);
    counts &= SETTLE(awaited);
    return settled && counts;
}

static bool settle_exchange(Walk *walk, const LoopStates *loop, int pass, const Exchange *entry, Exchange *head,
                            const Exchange *out, Exchange *change) {
    if (pass == 0) *change = (Exchange){0};
    bool settled = SETTLE(count);
    return SETTLE(total) && settled;
}

#undef SETTLE

bool settle_signals(Walk *walk, LoopStates *loop, int pass) {
    const Check *check = walk->check;
    bool settled = true;
    for (int i = 0; i < signal_count(walk); i++)
        settled &=
            settle_signal(walk, loop, pass, &signals_of(check, loop->entry)[i], &signals_of(check, loop->head)[i],
                          &signals_of(check, loop->out)[i], &signals_of(check, loop->change)[i]);
    for (int i = 0; i < walk->tree->endpoint_count; i++)
        settled &=
            settle_exchange(walk, loop, pass, &exchanges_of(check, loop->entry)[i], &exchanges_of(check, loop->head)[i],
                            &exchanges_of(check, loop->out)[i], &exchanges_of(check, loop->change)[i]);
    return settled;
}

void leave_signals(Walk *walk, const LoopStates *loop, void *state) {
    const Check *check = walk->check;
    const Signal *entry = signals_of(check, loop->entry), *out = signals_of(check, loop->out);
    const Signal *change = signals_of(check, loop->change);
    bool surely_runs = loop_surely_runs(walk, loop);
    Signal *signals = signals_of(check, state);
    for (int i = 0; i < signal_count(walk); i++) {
        signals[i] = out[i];
        if (!surely_runs) join_knowledge(&signals[i], &entry[i]);
        signals[i].waits = count_after_loop(walk, loop, entry[i].waits, change[i].waits);
        signals[i].awaited = count_after_loop(walk, loop, entry[i].awaited, change[i].awaited);
    }
    const Exchange *sent = exchanges_of(check, loop->entry), *changed = exchanges_of(check, loop->change);
    Exchange *exchanges = exchanges_of(check, state);
    for (int i = 0; i < walk->tree->endpoint_count; i++) {
        exchanges[i].count = count_after_loop(walk, loop, sent[i].count, changed[i].count);
        exchanges[i].total = count_after_loop(walk, loop, sent[i].total, changed[i].total);
    }
}
