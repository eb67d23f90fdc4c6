// Semaphores: words of 32 bits in each core's L1. One data-movement thread of the core sets each and waits for it;
// other cores' threads change it by parcels, which come into effect when it is waited for.
#include <string.h>

#include "sim/link.h"

// ---------------------------------------------------------------- access by the own core

static const char *semaphore_name(const SimCore *core, const CodeInstruction *in) {
    return core->machine->semaphores[in->semaphore]->name;
}

// The state, if the thread may use it; NULL after a violation.
static SemaphoreState *own_semaphore(SimCore *core, const ThreadState *thread, const CodeInstruction *in) {
    SemaphoreState *semaphore = &number_core(core)->link->semaphores[in->semaphore];
    int me = link_thread_number(core->index, thread->thread);
    if (semaphore->owner < 0) semaphore->owner = me;
    if (semaphore->owner == me) return semaphore;
    sim_violation(core, thread, in, DIAG_SIM_SEMAPHORE_SHARED, "Give each thread semaphores of its own.",
                  "%s of `%s`, which the other data-movement thread of this core uses, too", in->row->name,
                  semaphore_name(core, in));
    return NULL;
}

static bool value_fits(SimCore *core, const ThreadState *thread, const CodeInstruction *in, int64_t value,
                       int64_t least) {
    if (value >= least && value <= UINT32_MAX) return true;
    sim_violation(core, thread, in, DIAG_SIM_OPERAND, "A semaphore has 32 bits, without sign.", "%s with %lld",
                  in->row->name, (long long)value);
    return false;
}

static void note_access(SimCore *core, const ThreadState *thread, const CodeInstruction *in,
                        SemaphoreState *semaphore) {
    semaphore->step = sim_link_step(core, thread);
    semaphore->accessed = in;
    semaphore->changed_by = -1;
    semaphore->was_set = false;
}

static bool is_leaving(const NumberCore *core, const SemaphoreState *semaphore) {
    return semaphore->sent && semaphore->sent == core->movers[semaphore->sent & 1].write_token;
}

Outcome sim_semaphore_set(SimCore *core, ThreadState *thread, const CodeInstruction *in, const Scalar *values) {
    SemaphoreState *semaphore = own_semaphore(core, thread, in);
    if (!semaphore || !value_fits(core, thread, in, values[0].i, 0)) return OUTCOME_FAILED;
    if (is_leaving(number_core(core), semaphore) && semaphore->value != (uint32_t)values[0].i)
        return sim_violation(core, thread, in, DIAG_SIM_WRITE_IN_FLIGHT, "Put noc_async_writes_flushed between them.",
                             "%s of `%s` while a multicast may still be reading it", in->row->name,
                             semaphore_name(core, in));
    semaphore->value = (uint32_t)values[0].i;
    note_access(core, thread, in, semaphore);
    return OUTCOME_DONE;
}

// ---------------------------------------------------------------- changes by others

static Outcome refuse_race(SimCore *core, const ThreadState *thread, const SemaphoreState *semaphore,
                           const Parcel *parcel) {
    char text[32];
    return sim_violation(core, thread, semaphore->accessed, DIAG_SIM_SEMAPHORE_RACE,
                         "Set a semaphore before the other core is told that it may change it.",
                         "%s of `%s`, which %s of core %s may change before or after it",
                         semaphore->accessed->row->name, semaphore_name(core, semaphore->accessed),
                         parcel->in->row->name, sim_core_text(core->machine, parcel->from, text));
}

static Outcome refuse_senders(SimCore *core, const ThreadState *thread, const CodeInstruction *in,
                              const SemaphoreState *semaphore, const Parcel *parcel) {
    char first[32], second[32];
    return sim_violation(core, thread, in, DIAG_SIM_SEMAPHORE_RACE, "Let one core set a semaphore of another.",
                         "%s of `%s`: core %s changes it, and core %s does, and one of them sets it", in->row->name,
                         semaphore_name(core, in), sim_core_text(core->machine, semaphore->changed_by / 2, first),
                         sim_core_text(core->machine, parcel->from, second));
}

static Outcome change(SimCore *core, const ThreadState *thread, const CodeInstruction *in, SemaphoreState *semaphore,
                      const Parcel *parcel) {
    if (sim_link_steps(parcel->known, semaphore->owner) < semaphore->step)
        return refuse_race(core, thread, semaphore, parcel);
    bool sets = parcel->kind == PARCEL_SET;
    bool is_second = semaphore->changed_by >= 0, both_add = !sets && !semaphore->was_set;
    bool both_set = sets && semaphore->was_set && semaphore->changed_by == parcel->thread; // one way, so in order
    if (is_second && !both_add && !both_set) return refuse_senders(core, thread, in, semaphore, parcel);
    semaphore->value = sets ? parcel->value : semaphore->value + parcel->value;
    semaphore->changed_by = parcel->thread;
    semaphore->was_set = semaphore->was_set || sets;
    sim_link_learn(core, thread, parcel);
    return OUTCOME_DONE;
}

// Pages come in front of a flag that takes the same way: to the same rectangle. An increment has a channel of its own,
// so only a write barrier of the sender makes sure that pages are there before it.
static bool comes_before(const Parcel *pages, const Parcel *change) {
    if (pages->kind != PARCEL_PAGES || pages->thread != change->thread) return false;
    if (pages->barriers < change->barriers) return true;
    return change->kind == PARCEL_SET && !memcmp(pages->corners, change->corners, sizeof pages->corners);
}

// Pages that surely came before the change are put in place, if they are this thread's to push.
static Outcome receive_pages(SimCore *core, const ThreadState *thread, const CodeInstruction *in,
                             const Delivery *before) {
    CoreLink *link = number_core(core)->link;
    for (Delivery **place = &link->inbox; *place != before;) {
        const Parcel *parcel = (*place)->parcel;
        bool is_ours = comes_before(parcel, before->parcel) &&
                       core->machine->buffers[parcel->in->buffers[0]].circular->producer == thread->thread;
        if (!is_ours) {
            place = &(*place)->next;
            continue;
        }
        if (sim_pages_arrive(core, thread, in, *place) != OUTCOME_DONE) return OUTCOME_FAILED;
        sim_delivery_remove(link, place);
    }
    return OUTCOME_DONE;
}

static Delivery **first_for(CoreLink *link, int semaphore) {
    Delivery **place = &link->inbox;
    while (*place && ((*place)->parcel->kind == PARCEL_PAGES || (*place)->parcel->in->semaphore != semaphore))
        place = &(*place)->next;
    return place;
}

static Outcome receive(SimCore *core, const ThreadState *thread, const CodeInstruction *in, SemaphoreState *semaphore) {
    CoreLink *link = number_core(core)->link;
    const Delivery *delivery = *first_for(link, in->semaphore);
    if (!delivery) return OUTCOME_BLOCKED;
    if (receive_pages(core, thread, in, delivery) != OUTCOME_DONE) return OUTCOME_FAILED;
    Parcel *parcel = delivery->parcel;
    if (change(core, thread, in, semaphore, parcel) != OUTCOME_DONE) return OUTCOME_FAILED;
    sim_delivery_remove(link, first_for(link, in->semaphore));
    sim_parcel_release(parcel, 1);
    return OUTCOME_DONE;
}

Outcome sim_semaphore_wait(SimCore *core, ThreadState *thread, const CodeInstruction *in, const Scalar *values) {
    SemaphoreState *semaphore = own_semaphore(core, thread, in);
    if (!semaphore || !value_fits(core, thread, in, values[0].i, 0)) return OUTCOME_FAILED;
    while (semaphore->value != (uint32_t)values[0].i) {
        Outcome outcome = receive(core, thread, in, semaphore);
        if (outcome != OUTCOME_DONE) return outcome;
    }
    note_access(core, thread, in, semaphore);
    return OUTCOME_DONE;
}

// ---------------------------------------------------------------- changes of others

Outcome sim_semaphore_increment(SimCore *core, ThreadState *thread, const CodeInstruction *in, const Scalar *values) {
    int to = sim_destination(core, thread, in, values[0].i, values[1].i);
    if (to < 0 || !value_fits(core, thread, in, values[2].i, 1)) return OUTCOME_FAILED;
    Parcel *parcel = sim_parcel_take(core, thread, in, PARCEL_ADD, 1, 0);
    if (!parcel) return OUTCOME_BLOCKED;
    parcel->deliveries[0] = (Delivery){.parcel = parcel, .to = to};
    parcel->value = (uint32_t)values[2].i;
    sim_link_step(core, thread);
    sim_parcel_send(core, thread, parcel);
    Mover *mover = number_mover(core, thread);
    mover->increments++;
    mover->last_increment = in;
    return OUTCOME_DONE;
}

// On some chips the flag may overtake the pages in front of it until they have left.
static bool may_overtake(SimCore *core, const ThreadState *thread) {
    uint64_t sent = link_thread(core, thread)->sent_token;
    return core->machine->target->flag_overtakes_data && sent && sent == number_mover(core, thread)->write_token;
}

Outcome sim_semaphore_multicast(SimCore *core, ThreadState *thread, const CodeInstruction *in, const Scalar *values) {
    SemaphoreState *semaphore = own_semaphore(core, thread, in);
    int count = semaphore ? sim_destinations(core, thread, in, values, NULL) : 0;
    if (count == 0) return OUTCOME_FAILED;
    if (may_overtake(core, thread))
        return sim_violation(core, thread, in, DIAG_SIM_MULTICAST_ORDER, "Put noc_async_writes_flushed between them.",
                             "%s of `%s` may overtake the pages that noc_async_write_multicast sends before it",
                             in->row->name, semaphore_name(core, in));
    Parcel *parcel = sim_parcel_take(core, thread, in, PARCEL_SET, count, 0);
    if (!parcel) return OUTCOME_BLOCKED;
    sim_destinations(core, thread, in, values, parcel);
    parcel->value = semaphore->value;
    sim_link_step(core, thread);
    sim_parcel_send(core, thread, parcel);
    Mover *mover = number_mover(core, thread);
    semaphore->sent = mover->write_token;
    mover->unconfirmed++;
    mover->last_write = in;
    return OUTCOME_DONE;
}

Outcome sim_atomic_barrier(SimCore *core, ThreadState *thread, const CodeInstruction *in, const Scalar *values) {
    (void)in, (void)values;
    number_mover(core, thread)->increments = 0;
    return OUTCOME_DONE;
}
