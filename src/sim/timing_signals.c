// Time of what cores say to each other: multicasts of pages, and semaphores.
//
// A change of a semaphore by another core is an event at the time when the packet arrives. Who looks at one takes its
// turn in the line of movers first: then nothing that is still to be sent can arrive earlier, and every event up to
// that time counts. Who waits stands in line for the next event; without one it rests until someone sends it.
#include "sim/timing.h"

enum { WORD_BYTES = 4 };

static TimedSemaphore *operand(TimedCore *core, const CodeInstruction *in) { return &core->semaphores[in->semaphore]; }

// ---------------------------------------------------------------- events

static void apply_until(TimedSemaphore *semaphore, int64_t time) {
    while (semaphore->events.count > 0) {
        SemaphoreEvent event = semaphore->events.items[semaphore->events.count - 1];
        if (event.time > time) return;
        semaphore->value = event.adds ? semaphore->value + event.amount : event.amount;
        semaphore->events.count--;
    }
}

static void wake(TimedCore *core, int semaphore, int64_t time) {
    static const Thread threads[] = {THREAD_READER, THREAD_WRITER};
    for (int i = 0; i < 2; i++) {
        const TimedMover *mover = &core->movers[threads[i] == THREAD_WRITER];
        if (mover->waits_on == semaphore) sim_time_stand_in_line(core, threads[i], later(time, mover->now));
    }
}

// Behind those of the same time.
static void add_event(TimedCore *core, int semaphore, SemaphoreEvent event) {
    TimedSemaphore *at = &core->semaphores[semaphore];
    vector_push(&core->timing->machine->arena, at->events, event);
    uint32_t place = at->events.count - 1;
    for (; place > 0 && at->events.items[place - 1].time <= event.time; place--)
        at->events.items[place] = at->events.items[place - 1];
    at->events.items[place] = event;
    wake(core, semaphore, event.time);
}

static TimedCore *core_at(Timing *timing, int64_t x, int64_t y) {
    const Target *target = timing->machine->target;
    if (x < 0 || y < 0 || x >= target->grid_columns || y >= target->grid_rows) return NULL;
    int index = timing->core_at[y * target->grid_columns + x];
    return index < 0 ? NULL : &timing->cores[index];
}

// ---------------------------------------------------------------- the own core's

Outcome sim_timed_semaphore_set(SimCore *base, ThreadState *thread, const CodeInstruction *in, const Scalar *values) {
    TimedCore *core = timed_core(base);
    if (sim_time_yields(core, thread->thread)) return OUTCOME_YIELD;
    sim_time_scalars(core, thread, in);
    sim_time_spend(core, thread, in, core->core.machine->target->cycles_scalar);
    add_event(core, in->semaphore, (SemaphoreEvent){sim_mover_of(core, thread)->now, false, values[0].i});
    return OUTCOME_DONE;
}

static Outcome rest(TimedCore *core, const ThreadState *thread, const CodeInstruction *in) {
    const TimedSemaphore *semaphore = operand(core, in);
    TimedMover *mover = sim_mover_of(core, thread);
    mover->waits_on = in->semaphore;
    if (semaphore->events.count == 0) return OUTCOME_BLOCKED;
    mover->turn = later(mover->now, semaphore->events.items[semaphore->events.count - 1].time);
    return OUTCOME_YIELD;
}

// `turn` is when it looks again; its own clock stands still until then.
Outcome sim_timed_semaphore_wait(SimCore *base, ThreadState *thread, const CodeInstruction *in, const Scalar *values) {
    TimedCore *core = timed_core(base);
    TimedMover *mover = sim_mover_of(core, thread);
    bool waited = mover->waits_on >= 0;
    int64_t time = waited ? later(mover->turn, mover->now) : mover->now;
    if (!waited && sim_time_yields(core, thread->thread)) return OUTCOME_YIELD;
    apply_until(operand(core, in), time);
    if (operand(core, in)->value != values[0].i) return rest(core, thread, in);
    mover->waits_on = -1;
    sim_time_scalars(core, thread, in);
    sim_time_wait_until(core, thread, STALL_SEMAPHORE, time);
    sim_time_spend(core, thread, in, core->core.machine->target->cycles_poll);
    return OUTCOME_DONE;
}

// ---------------------------------------------------------------- other cores'

static bool begin_signal(TimedCore *core, ThreadState *thread, const CodeInstruction *in) {
    if (sim_time_yields(core, thread->thread)) return false;
    sim_time_scalars(core, thread, in);
    sim_time_spend(core, thread, in, core->core.machine->target->noc_issue_cycles);
    return true;
}

Outcome sim_timed_semaphore_inc(SimCore *base, ThreadState *thread, const CodeInstruction *in, const Scalar *values) {
    TimedCore *core = timed_core(base);
    if (!begin_signal(core, thread, in)) return OUTCOME_YIELD;
    TimedMover *mover = sim_mover_of(core, thread);
    TimedCore *other = core_at(core->timing, values[0].i, values[1].i);
    if (!other) return OUTCOME_DONE;
    Transfer transfer = {.noc = thread->thread == THREAD_WRITER,
                         .core = core->core.place,
                         .home = {.space = SPACE_L1, .core = other->core.place},
                         .bytes = WORD_BYTES,
                         .start = mover->now};
    WriteTimes times = fabric_write(&core->timing->fabric, &transfer);
    mover->signals_done = later(mover->signals_done, times.done);
    add_event(other, in->semaphore, (SemaphoreEvent){times.arrived, true, values[2].i});
    return OUTCOME_DONE;
}

static Multicast multicast_of(TimedCore *core, const ThreadState *thread, const Scalar *corners, int64_t bytes) {
    const Target *target = core->core.machine->target;
    int last_x = (int)target->grid_columns - 1, last_y = (int)target->grid_rows - 1, at[4];
    for (int i = 0; i < 4; i++) {
        int64_t last = i % 2 == 0 ? last_x : last_y, value = corners[i].i;
        at[i] = (int)(value < 0 ? 0 : value > last ? last : value);
    }
    return (Multicast){.noc = thread->thread == THREAD_WRITER,
                       .core = core->core.place,
                       .first = {at[0] < at[2] ? at[0] : at[2], at[1] < at[3] ? at[1] : at[3]},
                       .last = {at[0] < at[2] ? at[2] : at[0], at[1] < at[3] ? at[3] : at[1]},
                       .bytes = bytes,
                       .start = sim_mover_of(core, thread)->now};
}

static WriteTimes send_to_all(TimedCore *core, const ThreadState *thread, const Multicast *multicast) {
    TimedMover *mover = sim_mover_of(core, thread);
    WriteTimes times = fabric_multicast(&core->timing->fabric, multicast);
    mover->writes_left = later(mover->writes_left, times.left);
    mover->writes_done = later(mover->writes_done, times.done);
    mover->sent = times.arrived = later(mover->sent, times.arrived);
    mover->has_path = !multicast->has_path && multicast->bytes > WORD_BYTES;
    return times;
}

// The interface takes one packet of data at a time: the next is issued when the one before has left.
Outcome sim_timed_multicast(SimCore *base, ThreadState *thread, const CodeInstruction *in, const Scalar *values) {
    TimedCore *core = timed_core(base);
    const Target *target = core->core.machine->target;
    if (sim_time_yields(core, thread->thread)) return OUTCOME_YIELD;
    sim_time_scalars(core, thread, in);
    sim_time_wait_until(core, thread, STALL_NOC, sim_mover_of(core, thread)->writes_left);
    sim_time_spend(core, thread, in, target->noc_issue_cycles);
    int64_t bytes = values[1].i * core->buffers[in->buffers[0]].info->page_bytes;
    Multicast multicast = multicast_of(core, thread, values + 2, bytes);
    WriteTimes times = send_to_all(core, thread, &multicast);
    int64_t before_last = (bytes - 1) / target->noc_packet_bytes * target->noc_packet_bytes;
    if (before_last > 0)
        sim_time_wait_until(core, thread, STALL_NOC,
                            times.left - (int64_t)((double)(bytes - before_last) / target->noc_bytes_per_cycle));
    return OUTCOME_DONE;
}

Outcome sim_timed_semaphore_multicast(SimCore *base, ThreadState *thread, const CodeInstruction *in,
                                      const Scalar *values) {
    TimedCore *core = timed_core(base);
    if (!begin_signal(core, thread, in)) return OUTCOME_YIELD;
    TimedSemaphore *own = operand(core, in);
    apply_until(own, sim_mover_of(core, thread)->now);
    Multicast multicast = multicast_of(core, thread, values, WORD_BYTES);
    multicast.has_path = sim_mover_of(core, thread)->has_path;
    WriteTimes times = send_to_all(core, thread, &multicast);
    for (int y = multicast.first.y; y <= multicast.last.y; y++)
        for (int x = multicast.first.x; x <= multicast.last.x; x++) {
            TimedCore *other = core_at(core->timing, x, y);
            if (!other || other == core) continue;
            int64_t way = fabric_way(&core->timing->fabric, multicast.noc, multicast.core, other->core.place);
            add_event(other, in->semaphore, (SemaphoreEvent){times.arrived + way, false, own->value});
        }
    return OUTCOME_DONE;
}
