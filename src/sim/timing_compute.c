// Time of compute but for the matrix unit: DST, set-up, the vector unit, the packers.
#include "sim/timing.h"

static const Target *target_of(const TimedCore *core) { return core->core.machine->target; }

static void work_on(TimedCore *core, Pipe *pipe, Clock clock, const char *name, int64_t cycles) {
    int64_t start = sim_pipe_start(pipe);
    sim_time_busy(core, clock, name, start, cycles);
    pipe->engine = start + cycles;
}

// ---------------------------------------------------------------- DST

static void wait_for_dst(TimedCore *core, Pipe *pipe, Clock clock, int64_t time) {
    pipe->issue += target_of(core)->cycles_scalar;
    sim_time_stall(core, clock, STALL_DST, sim_pipe_start(pipe), time);
    pipe->engine = later(sim_pipe_start(pipe), time);
}

static int64_t hand_over(TimedCore *core, Pipe *pipe) {
    pipe->issue += target_of(core)->cycles_scalar;
    return sim_pipe_start(pipe);
}

Outcome sim_timed_acquire(SimCore *base, ThreadState *thread, const CodeInstruction *in, const Scalar *values) {
    (void)values;
    TimedCore *core = timed_core(base);
    int banks = base->machine->dst_banks;
    if (core->acquired - core->released >= banks) return OUTCOME_BLOCKED;
    sim_time_scalars(core, thread, in);
    wait_for_dst(core, &core->math, CLOCK_MATH, core->release_times[core->acquired++ % banks]);
    return OUTCOME_DONE;
}

Outcome sim_timed_commit(SimCore *base, ThreadState *thread, const CodeInstruction *in, const Scalar *values) {
    (void)values;
    TimedCore *core = timed_core(base);
    sim_time_scalars(core, thread, in);
    core->commit_times[core->committed++ % base->machine->dst_banks] = hand_over(core, &core->math);
    return OUTCOME_DONE;
}

Outcome sim_timed_regs_wait(SimCore *base, ThreadState *thread, const CodeInstruction *in, const Scalar *values) {
    (void)values;
    TimedCore *core = timed_core(base);
    if (core->committed == core->waited) return OUTCOME_BLOCKED;
    sim_time_scalars(core, thread, in);
    wait_for_dst(core, &core->pack, CLOCK_PACK, core->commit_times[core->waited++ % base->machine->dst_banks]);
    return OUTCOME_DONE;
}

Outcome sim_timed_release(SimCore *base, ThreadState *thread, const CodeInstruction *in, const Scalar *values) {
    (void)values;
    TimedCore *core = timed_core(base);
    sim_time_scalars(core, thread, in);
    core->release_times[core->released++ % base->machine->dst_banks] = hand_over(core, &core->pack);
    return OUTCOME_DONE;
}

// ---------------------------------------------------------------- set-up

Outcome sim_timed_set_up(SimCore *base, ThreadState *thread, const CodeInstruction *in, const Scalar *values) {
    TimedCore *core = timed_core(base);
    if (in->row->effect == EFFECT_PACK_ACCUMULATE) core->accumulates = values[0].i != 0;
    int64_t cycles = target_of(core)->cycles_init;
    sim_time_scalars(core, thread, in);
    if (in->parts & PART_UNPACK) work_on(core, &core->unpack, CLOCK_UNPACK, in->row->name, cycles);
    if (in->parts & PART_MATH) work_on(core, &core->math, CLOCK_MATH, in->row->name, cycles);
    if (in->parts & PART_PACK) work_on(core, &core->pack, CLOCK_PACK, in->row->name, cycles);
    return OUTCOME_DONE;
}

Outcome sim_timed_vector(SimCore *base, ThreadState *thread, const CodeInstruction *in, const Scalar *values) {
    (void)values;
    TimedCore *core = timed_core(base);
    const Target *target = target_of(core);
    Cost cost = in->row->cost;
    int64_t cycles = cost == COST_SFPU_LONG     ? target->cycles_sfpu_long
                     : cost == COST_SFPU_BINARY ? target->cycles_sfpu_binary
                                                : target->cycles_sfpu_simple;
    sim_time_scalars(core, thread, in);
    work_on(core, &core->math, CLOCK_MATH, in->row->name, cycles);
    core->timing->vector_busy += cycles;
    return OUTCOME_DONE;
}

Outcome sim_timed_pack(SimCore *base, ThreadState *thread, const CodeInstruction *in, const Scalar *values) {
    (void)values;
    TimedCore *core = timed_core(base);
    const BufferInfo *buffer = core->buffers[in->buffers[0]].info;
    const Target *target = target_of(core);
    sim_time_scalars(core, thread, in);
    core->pack.issue += target->cycles_pack_call;
    work_on(
        core, &core->pack, CLOCK_PACK, in->row->name,
        sim_tile_cycles(core->accumulates ? target->cycles_pack_accumulate : target->cycles_pack_tile, buffer->format));
    return OUTCOME_DONE;
}
