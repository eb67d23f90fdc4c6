// Time of compute: unpack, math and pack, each with its own clock.
#include "sim/timing.h"

static const Target *target_of(const TimedCore *core) { return core->core.machine->target; }

// Tables give the cycles of a 16-bit tile.
static int64_t tile_cycles(int64_t cycles, DType format) { return cycles * dtype_bits(format) / 16; }

static int64_t start_of(const Pipe *pipe) { return later(pipe->issue, pipe->engine); }

static void work_on(TimedCore *core, Pipe *pipe, Clock clock, const char *name, int64_t cycles) {
    int64_t start = start_of(pipe);
    sim_time_busy(core, clock, name, start, cycles);
    pipe->engine = start + cycles;
}

// ---------------------------------------------------------------- DST

static void wait_for_dst(TimedCore *core, Pipe *pipe, Clock clock, int64_t time) {
    pipe->issue += target_of(core)->cycles_scalar;
    sim_time_stall(core, clock, STALL_DST, start_of(pipe), time);
    pipe->engine = later(start_of(pipe), time);
}

static int64_t hand_over(TimedCore *core, Pipe *pipe) {
    pipe->issue += target_of(core)->cycles_scalar;
    return start_of(pipe);
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
    (void)values;
    TimedCore *core = timed_core(base);
    int64_t cycles = target_of(core)->cycles_init;
    sim_time_scalars(core, thread, in);
    if (in->parts & PART_UNPACK) work_on(core, &core->unpack, CLOCK_UNPACK, in->row->name, cycles);
    if (in->parts & PART_MATH) work_on(core, &core->math, CLOCK_MATH, in->row->name, cycles);
    if (in->parts & PART_PACK) work_on(core, &core->pack, CLOCK_PACK, in->row->name, cycles);
    return OUTCOME_DONE;
}

// ---------------------------------------------------------------- unpack and math

// One instruction of the matrix unit: cycles to unpack all its tiles and the first that math needs, cycles of math in
// all and for its last step.
typedef struct MatrixWork {
    int64_t unpack, first, math, last;
} MatrixWork;

static MatrixWork product_work(const TimedCore *core, const CodeInstruction *in, const Scalar *values) {
    const Target *target = target_of(core);
    bool is_block = in->row->id == INSTR_MATMUL_BLOCK;
    int64_t columns = is_block ? values[4].i : 1, rows = is_block ? values[5].i : 1, tiles = rows * columns;
    int64_t cost0 = tile_cycles(target->cycles_unpack_tile, core->buffers[in->buffers[0]].info->format);
    int64_t cost1 = tile_cycles(target->cycles_unpack_tile, core->buffers[in->buffers[1]].info->format);
    int64_t step = target->cycles_phase * core->timing->phases;
    // The operand of the shorter side stays in its source register; the other one is unpacked for every product.
    int64_t unpack = columns >= rows ? rows * cost0 + tiles * cost1 : columns * cost1 + tiles * cost0;
    return (MatrixWork){unpack, cost0 + cost1, tiles * step, step};
}

static MatrixWork binary_work(const TimedCore *core, const CodeInstruction *in) {
    const Target *target = target_of(core);
    int64_t unpack = tile_cycles(target->cycles_unpack_tile, core->buffers[in->buffers[0]].info->format) +
                     tile_cycles(target->cycles_unpack_tile, core->buffers[in->buffers[1]].info->format);
    bool multiplies =
        in->row->init == INSTR_MUL_INIT || in->row->init == INSTR_MUL_ROWS_INIT || in->row->init == INSTR_MUL_COLS_INIT;
    int64_t math = target->cycles_fpu_binary * (multiplies ? core->timing->phases : 1);
    return (MatrixWork){unpack, unpack, math, math};
}

static MatrixWork load_work(const TimedCore *core, const CodeInstruction *in) {
    const Target *target = target_of(core);
    const BufferInfo *buffer = core->buffers[in->buffers[0]].info;
    int64_t unpack = tile_cycles(target->cycles_unpack_tile, buffer->format);
    int64_t math = buffer->to_dst ? 0 : target->cycles_fpu_binary; // moving it from the source register to DST
    return (MatrixWork){unpack, unpack, math, math};
}

static MatrixWork matrix_work(const TimedCore *core, const CodeInstruction *in, const Scalar *values) {
    if (in->row->effect == EFFECT_PRODUCT) return product_work(core, in, values);
    return in->row->effect == EFFECT_BINARY ? binary_work(core, in) : load_work(core, in);
}

// Math starts when its first tiles are there and cannot end before the last are; unpack may be two tiles ahead of it.
Outcome sim_timed_matrix(SimCore *base, ThreadState *thread, const CodeInstruction *in, const Scalar *values) {
    TimedCore *core = timed_core(base);
    MatrixWork work = matrix_work(core, in, values);
    sim_time_scalars(core, thread, in);
    int64_t unpack_start = start_of(&core->unpack), idle_from = start_of(&core->math);
    int64_t unpack_end = unpack_start + work.unpack;
    int64_t math_start = later(idle_from, unpack_start + work.first);
    int64_t math_end = later(math_start + work.math, unpack_end + work.last);
    int64_t idle = math_start - idle_from;
    if (core->waited_for_data < idle) idle = core->waited_for_data;
    sim_time_stall(core, CLOCK_MATH, STALL_WAIT_FRONT, math_start - idle, math_start);
    core->waited_for_data = 0;
    sim_time_busy(core, CLOCK_UNPACK, in->row->name, unpack_start, work.unpack);
    sim_time_busy(core, CLOCK_MATH, in->row->name, math_end - work.math, work.math);
    core->unpack.engine = later(unpack_end, math_end - 2 * work.last);
    core->math.engine = math_end;
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
    sim_time_scalars(core, thread, in);
    work_on(core, &core->pack, CLOCK_PACK, in->row->name,
            tile_cycles(target_of(core)->cycles_pack_tile, buffer->format));
    return OUTCOME_DONE;
}
