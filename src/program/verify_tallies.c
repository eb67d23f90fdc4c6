// Over the whole program: every wait for a semaphore has its signals, every signal its wait, and pages that are pushed
// come from somewhere.
#include "ir/print.h"
#include "program/verify_traffic.h"

void note_core(const Check *check, int core) {
    report_note(check->context, (Location){0}, "on core (%d, %d)", check->cores[core].x, check->cores[core].y);
}

static void add_up(Tally *tally, int64_t *sum, int64_t value) {
    if (__builtin_add_overflow(*sum, value, sum)) tally->is_unsure = true;
}

static void add_waits(Traffic *traffic, int core, const Tree *tree) {
    Check *check = traffic->check;
    for (int i = 0; i < check->semaphore_count; i++) {
        const Signal *signal = &signals_of(check, tree->end)[i];
        if (amount_is(signal->waits, 0)) continue;
        Tally *tally = tally_of(traffic, core, i);
        bool is_known = true;
        int64_t waits = amount_on(check, tree, core, signal->waits, &is_known);
        add_up(tally, &tally->waits, waits);
        add_up(tally, &tally->awaited, amount_on(check, tree, core, signal->awaited, &is_known));
        tally->is_unsure |= !is_known || signal->is_unsure;
        if (is_known && waits == 0) continue;
        tally->waiter = tree;
        tally->waiters++;
    }
}

void gather_waits(Traffic *traffic) {
    Check *check = traffic->check;
    traffic->tallies = arena_new_array(check->arena, Tally, (size_t)(check->core_count * check->semaphore_count));
    for (int core = 0; core < check->core_count; core++)
        for (int thread = 0; thread < THREAD_COUNT; thread++) {
            const Tree *tree = thread == THREAD_COMPUTE ? NULL : tree_on(check, core, (Thread)thread);
            if (tree) add_waits(traffic, core, tree);
        }
}

void count_signal(Traffic *traffic, const Route *route, int to) {
    Check *check = traffic->check;
    const Node *node = route_node(traffic, route);
    const Tree *tree = &check->trees[route->tree];
    Tally *tally = tally_of(traffic, to, node->semaphore);
    bool is_known = route->is_known;
    tally->has_signs = true;
    if (node->instruction->effect == EFFECT_SEMAPHORE_INC)
        tally->increments +=
            amount_on(check, tree, route->from, exchanges_of(check, tree->end)[route->endpoint].total, &is_known);
    else
        tally->flags += route->count;
    tally->is_unsure |= !is_known;
}

// ---------------------------------------------------------------- waits and their signals

static bool is_set_by_other(const Check *check, int core, int semaphore, const Tree *waiter) {
    for (int thread = 0; thread < THREAD_COUNT; thread++) {
        const Tree *tree = tree_on(check, core, (Thread)thread);
        if (tree && tree != waiter && find_call(tree->nodes, EFFECT_SEMAPHORE_SET, 0, semaphore)) return true;
    }
    return false;
}

static void report_count(Traffic *traffic, int core, int semaphore, const char *what, int64_t signals, int64_t waits) {
    Check *check = traffic->check;
    const Tally *tally = tally_of(traffic, core, semaphore);
    const Node *wait = find_call(tally->waiter->nodes, EFFECT_SEMAPHORE_WAIT, 0, semaphore);
    report(check->context, DIAG_PROOF_HANDSHAKE_COUNT, wait->statement->location,
           "semaphore '%s': %s %lld in all, but the %s waits for %lld",
           check->function->semaphores.items[semaphore]->name, what, (long long)signals,
           thread_name(tally->waiter->program->thread), (long long)waits);
    note_core(check, core);
    report_help(check->context, "let every wait have its signals, and every signal its wait");
}

static void report_alone(Traffic *traffic, int core, int semaphore) {
    Check *check = traffic->check;
    const Node *wait =
        find_call(tally_of(traffic, core, semaphore)->waiter->nodes, EFFECT_SEMAPHORE_WAIT, 0, semaphore);
    report(check->context, DIAG_PROOF_RECEIVER, wait->statement->location,
           "nobody adds to semaphore '%s' or sets it, for which the thread waits here",
           check->function->semaphores.items[semaphore]->name);
    note_core(check, core);
    report_help(check->context, "let another core signal it, or leave the wait out");
}

// A semaphore that is never cleared is waited for with values that grow: what they add up to says nothing.
static bool is_cleared_between(const Tally *tally, int semaphore) {
    return tally->waits < 2 || find_call(tally->waiter->nodes, EFFECT_SEMAPHORE_SET, 0, semaphore);
}

// True if it was reported.
static bool check_tally(Traffic *traffic, int core, int semaphore) {
    const Tally *tally = tally_of(traffic, core, semaphore);
    if (tally->waiters != 1 || tally->is_unsure) return false;
    if (!tally->has_signs) {
        if (is_set_by_other(traffic->check, core, semaphore, tally->waiter)) return false;
        report_alone(traffic, core, semaphore);
        return true;
    }
    if (tally->increments && tally->flags) return false;
    if (tally->flags && tally->flags != tally->waits) {
        report_count(traffic, core, semaphore, "it is set by multicast", tally->flags, tally->waits);
        return true;
    }
    if (tally->flags || tally->increments == tally->awaited || !is_cleared_between(tally, semaphore)) return false;
    report_count(traffic, core, semaphore, "increments add", tally->increments, tally->awaited);
    return true;
}

void check_tallies(Traffic *traffic) {
    for (int semaphore = 0; semaphore < traffic->check->semaphore_count; semaphore++)
        for (int core = 0; core < traffic->check->core_count; core++)
            if (check_tally(traffic, core, semaphore)) break;
}

// ---------------------------------------------------------------- pages that come from nowhere

static bool is_written(const Check *check, const Tree *tree, int buffer) {
    const CircularBuffer *circular = check->function->circular_buffers.items[buffer];
    const CircularBuffer *base = circular->alias ? circular->alias : circular;
    if (base->shard) return true;
    for (int i = 0; i < check->buffer_count; i++) {
        const CircularBuffer *other = check->function->circular_buffers.items[i];
        if ((other == base || other->alias == base) && tree->written >> i & 1) return true;
    }
    return false;
}

static bool is_received(const Traffic *traffic, int core, int buffer) {
    const Check *check = traffic->check;
    const CircularBuffer *circular = check->function->circular_buffers.items[buffer];
    const CircularBuffer *base = circular->alias ? circular->alias : circular;
    for (int i = 0; i < check->buffer_count; i++) {
        const CircularBuffer *other = check->function->circular_buffers.items[i];
        if ((other == base || other->alias == base) && traffic->received[core] >> i & 1) return true;
    }
    return false;
}

static void check_buffer_pushes(const Traffic *traffic, const Tree *tree, int buffer) {
    Check *check = traffic->check;
    if (amount_is(tree->totals[buffer].pushed, 0) || is_written(check, tree, buffer)) return;
    for (int i = 0; i < tree->core_count; i++) {
        int core = tree->cores[i];
        bool is_known = true;
        bool pushes = amount_on(check, tree, core, tree->totals[buffer].pushed, &is_known) || !is_known;
        if (!pushes || is_received(traffic, core, buffer)) continue;
        report(
            check->context, DIAG_PROOF_UNWRITTEN, find_call(tree->nodes, EFFECT_PUSH, buffer, 0)->statement->location,
            "%s pushes pages of circular buffer %s that nothing writes: it reads nothing into them, and no other core "
            "sends to them",
            thread_name(tree->program->thread), describe_buffer(check, buffer));
        note_core(check, core);
        report_help(check->context, "read or fill the pages between reserve and push, or multicast them to the core");
        return;
    }
}

void check_pushes(const Traffic *traffic) {
    const Check *check = traffic->check;
    for (int i = 0; i < check->tree_count; i++)
        for (int j = 0; check->trees[i].program->thread != THREAD_COMPUTE && j < check->buffer_count; j++)
            check_buffer_pushes(traffic, &check->trees[i], j);
}
