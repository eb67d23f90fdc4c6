// The deadlock report: which threads wait, where, for what, and what every circular buffer holds.
#include "ir/print.h"
#include "sim/machine.h"

// Where a thread stands; for compute that runs apart, the first of its queued instructions.
static const CodeInstruction *waits_at(const SimCore *core, const ThreadState *thread) {
    if (thread->thread == THREAD_COMPUTE && core->queue.count > 0) return core->queue.entries[0].in;
    return thread->ended ? NULL : thread->at;
}

static int64_t pages_wanted(const SimCore *core, const ThreadState *thread, const CodeInstruction *in) {
    if (thread->thread == THREAD_COMPUTE && core->queue.count > 0) return core->queue.entries[0].values[0].i;
    return in->scalar_count > 0 ? thread->registers[in->scalars[0]].i : 0;
}

static void report_buffer_wait(const SimCore *core, const ThreadState *thread, const CodeInstruction *in,
                               Occupancy held) {
    const CircularBuffer *circular = core->machine->buffers[in->buffers[0]].circular;
    bool reserves = in->row->effect == EFFECT_RESERVE;
    int64_t pages = held.pushed - held.popped;
    report_note(core->machine->context, in->statement->location,
                "%s waits at %s: %lld %s of `%s` (%s) wanted, %lld there", thread_name(thread->thread), in->row->name,
                (long long)pages_wanted(core, thread, in), reserves ? "free pages" : "pages", circular->name,
                circular->holds ? circular->holds : "no buffer of the source",
                (long long)(reserves ? circular->pages - pages : pages));
}

static void report_thread(const SimCore *core, const ThreadState *thread,
                          Occupancy (*occupancy)(const SimCore *core, int buffer)) {
    const CodeInstruction *in = waits_at(core, thread);
    if (!in) return;
    bool on_buffer = in->row->effect == EFFECT_RESERVE || in->row->effect == EFFECT_WAIT;
    if (on_buffer)
        report_buffer_wait(core, thread, in, occupancy(core, in->buffers[0]));
    else
        report_note(core->machine->context, in->statement->location, "%s waits at %s for DST",
                    thread_name(thread->thread), in->row->name);
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

void sim_report_deadlock(SimCore *core, Occupancy (*occupancy)(const SimCore *core, int buffer)) {
    Context *context = core->machine->context;
    const CodeInstruction *first = NULL;
    for (Thread kind = 0; kind < THREAD_COUNT && !first; kind++) first = waits_at(core, &core->threads[kind]);
    report(context, DIAG_SIM_DEADLOCK, first ? first->statement->location : core->machine->program->location,
           "core (%d, %d): no thread can go on", core->place.x, core->place.y);
    for (Thread kind = 0; kind < THREAD_COUNT; kind++) report_thread(core, &core->threads[kind], occupancy);
    report_buffers(core, occupancy);
    report_help(context, "Let the threads touch the buffers in one order, or give a buffer more pages.");
}
