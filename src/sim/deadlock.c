// The deadlock report: which threads wait, where, for what, and what every circular buffer holds.
#include "ir/print.h"
#include "sim/link.h"

enum { CORES_LISTED = 8 };

// Where a thread stands; for compute that runs apart, the first of its queued instructions.
static const CodeInstruction *waits_at(const SimCore *core, const ThreadState *thread) {
    if (thread->thread == THREAD_COMPUTE && core->queue.count > 0) return core->queue.entries[0].in;
    return thread->ended ? NULL : thread->at;
}

static int64_t value_wanted(const SimCore *core, const ThreadState *thread, const CodeInstruction *in) {
    if (thread->thread == THREAD_COMPUTE && core->queue.count > 0) return core->queue.entries[0].values[0].i;
    return in->scalar_count > 0 ? thread->registers[in->scalars[0]].i : 0;
}

// "core (1, 0), reader waits at cb_wait_front"
static const char *who_waits(const SimCore *core, const ThreadState *thread, const CodeInstruction *in) {
    return arena_format(&core->machine->context->scratch, "core (%d, %d), %s waits at %s", core->place.x, core->place.y,
                        thread_name(thread->thread), in->row->name);
}

static void report_buffer_wait(const SimCore *core, const ThreadState *thread, const CodeInstruction *in,
                               Occupancy held) {
    const CircularBuffer *circular = core->machine->buffers[in->buffers[0]].circular;
    bool reserves = in->row->effect == EFFECT_RESERVE;
    int64_t pages = held.pushed - held.popped;
    report_note(core->machine->context, in->statement->location, "%s: %lld %s of `%s` (%s) wanted, %lld there",
                who_waits(core, thread, in), (long long)value_wanted(core, thread, in),
                reserves ? "free pages" : "pages", circular->name,
                circular->holds ? circular->holds : "no buffer of the source",
                (long long)(reserves ? circular->pages - pages : pages));
}

static void report_semaphore_wait(const SimCore *core, const ThreadState *thread, const CodeInstruction *in) {
    const char *name = core->machine->semaphores[in->semaphore]->name;
    if (core->mode != MODE_NUMBERS)
        report_note(core->machine->context, in->statement->location, "%s: `%s` = %lld wanted",
                    who_waits(core, thread, in), name, (long long)value_wanted(core, thread, in));
    else
        report_note(core->machine->context, in->statement->location, "%s: `%s` = %lld wanted, and it is %lld",
                    who_waits(core, thread, in), name, (long long)value_wanted(core, thread, in),
                    (long long)((const NumberCore *)core)->link->semaphores[in->semaphore].value);
}

static void report_thread(const SimCore *core, const ThreadState *thread,
                          Occupancy (*occupancy)(const SimCore *core, int buffer)) {
    const CodeInstruction *in = waits_at(core, thread);
    if (!in) return;
    Effect effect = in->row->effect;
    if (effect == EFFECT_RESERVE || effect == EFFECT_WAIT)
        report_buffer_wait(core, thread, in, occupancy(core, in->buffers[0]));
    else if (effect == EFFECT_SEMAPHORE_WAIT)
        report_semaphore_wait(core, thread, in);
    else
        report_note(core->machine->context, in->statement->location, "%s for DST", who_waits(core, thread, in));
}

static void report_threads(const SimCore *core, Occupancy (*occupancy)(const SimCore *core, int buffer)) {
    for (Thread kind = 0; kind < THREAD_COUNT; kind++) report_thread(core, &core->threads[kind], occupancy);
}

static void report_buffers(const SimCore *core, Occupancy (*occupancy)(const SimCore *core, int buffer)) {
    for (int i = 0; i < core->machine->buffer_count; i++) {
        const CircularBuffer *circular = core->machine->buffers[i].circular;
        Occupancy held = occupancy(core, i);
        report_note(core->machine->context, circular->location,
                    "`%s` (%s) holds %lld of %d pages: %lld pushed by %s, %lld popped by %s", circular->name,
                    circular->holds ? circular->holds : "no buffer of the source",
                    (long long)(held.pushed - held.popped), circular->pages, (long long)held.pushed,
                    thread_name(circular->producer), (long long)held.popped, thread_name(circular->consumer));
    }
}

static Location place_of(const SimCore *core) {
    const CodeInstruction *first = NULL;
    for (Thread kind = 0; kind < THREAD_COUNT && !first; kind++) first = waits_at(core, &core->threads[kind]);
    return first ? first->statement->location : core->machine->program->location;
}

void sim_report_deadlock(SimCore *core, Occupancy (*occupancy)(const SimCore *core, int buffer)) {
    Context *context = core->machine->context;
    report(context, DIAG_SIM_DEADLOCK, place_of(core), "core (%d, %d): no thread can go on", core->place.x,
           core->place.y);
    report_threads(core, occupancy);
    report_buffers(core, occupancy);
    report_help(context, "Let the threads touch the buffers in one order, or give a buffer more pages.");
}

// The first core that waits stands for what its circular buffers hold; of the others only the threads are named.
void sim_report_standstill(const Machine *machine, NumberCore *const *cores) {
    Context *context = machine->context;
    const SimCore *first = NULL;
    int waiting = 0;
    for (int i = 0; i < machine->core_count; i++) {
        if (sim_core_over(&cores[i]->core)) continue;
        if (!first) first = &cores[i]->core;
        waiting++;
    }
    if (!first) return;
    report(context, DIAG_SIM_DEADLOCK, place_of(first), "no core can go on; %d of %d wait, the first is core (%d, %d)",
           waiting, machine->core_count, first->place.x, first->place.y);
    for (int i = 0, listed = 0; i < machine->core_count && listed < CORES_LISTED; i++) {
        if (sim_core_over(&cores[i]->core)) continue;
        report_threads(&cores[i]->core, sim_number_occupancy);
        listed++;
    }
    if (waiting > CORES_LISTED) report_note(context, place_of(first), "%d more cores wait", waiting - CORES_LISTED);
    report_buffers(first, sim_number_occupancy);
    report_help(context, "Give every noc_semaphore_wait the set or the increments that it waits for, and let all "
                         "cores of a group go through as many windows.");
}
