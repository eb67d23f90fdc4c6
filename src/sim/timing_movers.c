// Time of the data-movement threads, and of circular buffers for every thread.
#include "sim/timing.h"

static Clock clock_of(const ThreadState *thread) {
    return thread->thread == THREAD_WRITER ? CLOCK_WRITER : CLOCK_READER;
}

void sim_time_scalars(TimedCore *core, ThreadState *thread, const CodeInstruction *in) {
    int64_t turns = thread->turns - core->turns[thread->thread];
    int64_t each = core->core.machine->target->cycles_scalar;
    core->turns[thread->thread] = thread->turns;
    if (thread->thread != THREAD_COMPUTE) {
        sim_mover_of(core, thread)->now += (turns + in->scalar_work) * each;
        return;
    }
    int64_t own = in->scalar_work * each, all = turns * each;
    core->unpack.issue += all + (in->parts & PART_UNPACK ? own : 0);
    core->math.issue += all + (in->parts & PART_MATH ? own : 0);
    core->pack.issue += all + (in->parts & PART_PACK ? own : 0);
}

void sim_time_spend(TimedCore *core, const ThreadState *thread, const CodeInstruction *in, int64_t cycles) {
    TimedMover *mover = sim_mover_of(core, thread);
    sim_time_busy(core, clock_of(thread), in->row->name, mover->now, cycles);
    mover->now += cycles;
}

void sim_time_wait_until(TimedCore *core, const ThreadState *thread, StallCause cause, int64_t time) {
    TimedMover *mover = sim_mover_of(core, thread);
    sim_time_stall(core, clock_of(thread), cause, mover->now, time);
    mover->now = later(mover->now, time);
}

// ---------------------------------------------------------------- circular buffers

static TimedBuffer *operand(TimedCore *core, const CodeInstruction *in) { return &core->buffers[in->buffers[0]]; }

// The call returns when the pages are there; compute's part that makes it is unpack for a wait, pack for a reserve.
static void call_returns(TimedCore *core, ThreadState *thread, const CodeInstruction *in, StallCause cause,
                         int64_t time) {
    int64_t cost = core->core.machine->target->cycles_cb_call;
    if (thread->thread != THREAD_COMPUTE) {
        sim_time_wait_until(core, thread, cause, time);
        sim_time_spend(core, thread, in, cost);
        return;
    }
    bool waits = cause == STALL_WAIT_FRONT;
    Pipe *pipe = waits ? &core->unpack : &core->pack;
    int64_t idle_from = later(pipe->issue, pipe->engine);
    sim_time_stall(core, waits ? CLOCK_UNPACK : CLOCK_PACK, cause, idle_from, time);
    if (waits && time > idle_from) core->waited_for_data += time - idle_from;
    pipe->issue = later(pipe->issue, time) + cost;
}

Outcome sim_timed_wait(SimCore *base, ThreadState *thread, const CodeInstruction *in, const Scalar *values) {
    TimedCore *core = timed_core(base);
    const TimedBuffer *buffer = operand(core, in);
    int64_t pages = values[0].i;
    if (pages > buffer->pushed - buffer->popped) return OUTCOME_BLOCKED;
    int64_t time = pages ? buffer->push_times[(buffer->popped + pages - 1) % buffer->info->pages] : 0;
    sim_time_scalars(core, thread, in);
    call_returns(core, thread, in, STALL_WAIT_FRONT, time);
    return OUTCOME_DONE;
}

Outcome sim_timed_reserve(SimCore *base, ThreadState *thread, const CodeInstruction *in, const Scalar *values) {
    TimedCore *core = timed_core(base);
    const TimedBuffer *buffer = operand(core, in);
    int64_t pages = values[0].i;
    if (pages > buffer->info->pages - (buffer->pushed - buffer->popped)) return OUTCOME_BLOCKED;
    int64_t time = pages ? buffer->pop_times[(buffer->pushed + pages - 1) % buffer->info->pages] : 0;
    sim_time_scalars(core, thread, in);
    call_returns(core, thread, in, STALL_RESERVE_BACK, time);
    return OUTCOME_DONE;
}

// When the other side sees it: the engine's work in front of the call is done by then.
static int64_t call_takes_effect(TimedCore *core, ThreadState *thread, const CodeInstruction *in, Pipe *pipe) {
    int64_t cost = core->core.machine->target->cycles_cb_call;
    sim_time_scalars(core, thread, in);
    core->woke_another = true;
    if (thread->thread != THREAD_COMPUTE) {
        sim_time_spend(core, thread, in, cost);
        return sim_mover_of(core, thread)->now;
    }
    pipe->issue += cost;
    return later(pipe->issue, pipe->engine);
}

Outcome sim_timed_push(SimCore *base, ThreadState *thread, const CodeInstruction *in, const Scalar *values) {
    TimedCore *core = timed_core(base);
    TimedBuffer *buffer = operand(core, in);
    int64_t time = call_takes_effect(core, thread, in, &core->pack);
    for (int64_t i = 0; i < values[0].i; i++) buffer->push_times[(buffer->pushed + i) % buffer->info->pages] = time;
    buffer->pushed += values[0].i;
    return OUTCOME_DONE;
}

Outcome sim_timed_pop(SimCore *base, ThreadState *thread, const CodeInstruction *in, const Scalar *values) {
    TimedCore *core = timed_core(base);
    TimedBuffer *buffer = operand(core, in);
    int64_t time = call_takes_effect(core, thread, in, &core->unpack);
    for (int64_t i = 0; i < values[0].i; i++) buffer->pop_times[(buffer->popped + i) % buffer->info->pages] = time;
    buffer->popped += values[0].i;
    return OUTCOME_DONE;
}

// ---------------------------------------------------------------- transfers

static Transfer transfer_of(TimedCore *core, const ThreadState *thread, const CodeInstruction *in, int64_t page) {
    const Machine *machine = core->core.machine;
    return (Transfer){.noc = thread->thread == THREAD_WRITER,
                      .core = core->core.place,
                      .home = page_home(&machine->tensors[in->tensor].map, machine->target, page),
                      .bytes = operand(core, in)->info->page_bytes,
                      .start = sim_mover_of(core, thread)->now};
}

// Nobody is ahead of what it has asked for by more than this.
enum { FARTHEST_AHEAD = 1 << 19 };

// The turn is asked for before anything is changed: the instruction may be tried again.
static bool begin_transfer(TimedCore *core, ThreadState *thread, const CodeInstruction *in, int64_t ahead) {
    const Target *target = core->core.machine->target;
    if (sim_time_yields(core, thread->thread)) return false;
    sim_time_scalars(core, thread, in);
    sim_time_wait_until(core, thread, STALL_NOC, ahead - FARTHEST_AHEAD);
    sim_time_spend(core, thread, in, target->noc_address_cycles + target->noc_issue_cycles);
    return true;
}

Outcome sim_timed_noc_read(SimCore *base, ThreadState *thread, const CodeInstruction *in, const Scalar *values) {
    TimedCore *core = timed_core(base);
    TimedMover *mover = sim_mover_of(core, thread);
    if (!begin_transfer(core, thread, in, mover->reads_done)) return OUTCOME_YIELD;
    Transfer transfer = transfer_of(core, thread, in, values[0].i);
    mover->reads_done = later(mover->reads_done, fabric_read(&core->timing->fabric, &transfer));
    return OUTCOME_DONE;
}

Outcome sim_timed_noc_write(SimCore *base, ThreadState *thread, const CodeInstruction *in, const Scalar *values) {
    TimedCore *core = timed_core(base);
    TimedMover *mover = sim_mover_of(core, thread);
    if (!begin_transfer(core, thread, in, mover->writes_done)) return OUTCOME_YIELD;
    Transfer transfer = transfer_of(core, thread, in, values[0].i);
    WriteTimes times = fabric_write(&core->timing->fabric, &transfer);
    mover->writes_left = later(mover->writes_left, times.left);
    mover->writes_done = later(mover->writes_done, times.done);
    return OUTCOME_DONE;
}

static int64_t awaited(const TimedMover *mover, Effect barrier) {
    switch (barrier) {
    case EFFECT_READ_BARRIER: return mover->reads_done;
    case EFFECT_WRITE_FLUSH: return mover->writes_left;
    case EFFECT_ATOMIC_BARRIER: return mover->signals_done;
    default: return mover->writes_done;
    }
}

Outcome sim_timed_barrier(SimCore *base, ThreadState *thread, const CodeInstruction *in, const Scalar *values) {
    (void)values;
    TimedCore *core = timed_core(base);
    sim_time_scalars(core, thread, in);
    sim_time_wait_until(core, thread, STALL_NOC, awaited(sim_mover_of(core, thread), in->row->effect));
    sim_time_spend(core, thread, in, core->core.machine->target->cycles_cb_call);
    return OUTCOME_DONE;
}

// The core stores word by word; an edge or an index element by element.
Outcome sim_timed_fill(SimCore *base, ThreadState *thread, const CodeInstruction *in, const Scalar *values) {
    TimedCore *core = timed_core(base);
    int64_t stores = TILE_ELEMENTS;
    if (in->row->id == INSTR_FILL_PAGE) stores = operand(core, in)->info->page_bytes / 4;
    if (in->row->effect == EFFECT_PAGE_UPDATE) stores -= values[1].i * values[2].i;
    sim_time_scalars(core, thread, in);
    sim_time_spend(core, thread, in, stores * core->core.machine->target->cycles_store);
    return OUTCOME_DONE;
}
