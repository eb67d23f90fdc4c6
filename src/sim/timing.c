// The timing pass: the same programs once more, without numbers. Threads run ahead freely as long as they touch only
// their own core; a transfer over the NoC waits until no other mover could start one earlier. So resources are taken in
// order of time, and cycles do not depend on the host.
#include "sim/timing.h"

const Handler sim_timing_handlers[] = {
    [EFFECT_RESERVE] = sim_timed_reserve,
    [EFFECT_PUSH] = sim_timed_push,
    [EFFECT_WAIT] = sim_timed_wait,
    [EFFECT_POP] = sim_timed_pop,
    [EFFECT_NOC_READ] = sim_timed_noc_read,
    [EFFECT_NOC_WRITE] = sim_timed_noc_write,
    [EFFECT_READ_BARRIER] = sim_timed_barrier,
    [EFFECT_WRITE_FLUSH] = sim_timed_barrier,
    [EFFECT_WRITE_BARRIER] = sim_timed_barrier,
    [EFFECT_PAGE_STORE] = sim_timed_fill,
    [EFFECT_PAGE_UPDATE] = sim_timed_fill,
    [EFFECT_STARTUP] = sim_timed_set_up,
    [EFFECT_RECONFIG] = sim_timed_set_up,
    [EFFECT_RECONFIG_A] = sim_timed_set_up,
    [EFFECT_RECONFIG_B] = sim_timed_set_up,
    [EFFECT_RECONFIG_PACK] = sim_timed_set_up,
    [EFFECT_INIT] = sim_timed_set_up,
    [EFFECT_ACQUIRE] = sim_timed_acquire,
    [EFFECT_COMMIT] = sim_timed_commit,
    [EFFECT_REGS_WAIT] = sim_timed_regs_wait,
    [EFFECT_RELEASE] = sim_timed_release,
    [EFFECT_LOAD_A] = sim_timed_matrix,
    [EFFECT_LOAD_B] = sim_timed_matrix,
    [EFFECT_PRODUCT] = sim_timed_matrix,
    [EFFECT_BINARY] = sim_timed_matrix,
    [EFFECT_DST_SET] = sim_timed_vector,
    [EFFECT_DST_UNARY] = sim_timed_vector,
    [EFFECT_DST_BINARY] = sim_timed_vector,
    [EFFECT_DST_UPDATE] = sim_timed_vector,
    [EFFECT_DST_SELECT] = sim_timed_vector,
    [EFFECT_DST_COPY] = sim_timed_vector,
    [EFFECT_PACK] = sim_timed_pack,
    [EFFECT_PACK_AT] = sim_timed_pack,
    [EFFECT_PACK_ACCUMULATE] = sim_timed_set_up,
};

static const char *const stall_names[STALL_COUNT] = {
    [STALL_WAIT_FRONT] = "stall: no data",
    [STALL_RESERVE_BACK] = "stall: no space",
    [STALL_NOC] = "stall: NoC",
    [STALL_DST] = "stall: DST",
    [STALL_SEMAPHORE] = "stall: semaphore",
};

void sim_time_busy(TimedCore *core, Clock clock, const char *name, int64_t start, int64_t cycles) {
    core->timing->result->busy[clock] += cycles;
    trace_span(core->timing->trace, core->core.index, clock, name, start, start + cycles);
}

void sim_time_stall(TimedCore *core, Clock clock, StallCause cause, int64_t start, int64_t end) {
    if (end <= start) return;
    core->timing->result->stall[clock][cause] += end - start;
    trace_span(core->timing->trace, core->core.index, clock, stall_names[cause], start, end);
}

// ---------------------------------------------------------------- the line of movers

static bool comes_before(Turn a, Turn b) { return a.time < b.time || (a.time == b.time && a.mover < b.mover); }

static void line_add(Timing *timing, Turn turn) {
    int place = timing->line_length++;
    for (; place > 0 && comes_before(turn, timing->line[(place - 1) / 2]); place = (place - 1) / 2)
        timing->line[place] = timing->line[(place - 1) / 2];
    timing->line[place] = turn;
}

static Turn line_take(Timing *timing) {
    Turn first = timing->line[0], last = timing->line[--timing->line_length];
    int place = 0, length = timing->line_length;
    for (int child; (child = 2 * place + 1) < length; place = child) {
        if (child + 1 < length && comes_before(timing->line[child + 1], timing->line[child])) child++;
        if (!comes_before(timing->line[child], last)) break;
        timing->line[place] = timing->line[child];
    }
    timing->line[place] = last;
    return first;
}

static int mover_number(const TimedCore *core, Thread thread) {
    return core->core.index * 2 + (thread == THREAD_WRITER);
}

bool sim_time_yields(const TimedCore *core, Thread thread) {
    const Timing *timing = core->timing;
    Turn mine = {core->movers[thread == THREAD_WRITER].now, mover_number(core, thread)};
    return core->woke_another || (timing->line_length > 0 && comes_before(timing->line[0], mine));
}

// ---------------------------------------------------------------- a core

static void stand_in_line(TimedCore *core, Thread thread) {
    TimedMover *mover = &core->movers[thread == THREAD_WRITER];
    mover->in_line = true;
    line_add(core->timing, (Turn){mover->now, mover_number(core, thread)});
}

static bool is_in_line(const TimedCore *core, Thread thread) {
    return thread != THREAD_COMPUTE && core->movers[thread == THREAD_WRITER].in_line;
}

static bool run_compute_apart(TimedCore *core) {
    Outcome outcome;
    return sim_queue_run(&core->core, &outcome);
}

// Lets a thread run until it waits; true if it did anything.
static bool run_thread(TimedCore *core, Thread kind) {
    ThreadState *thread = &core->core.threads[kind];
    if (kind == THREAD_COMPUTE && core->core.queue.count > 0) return run_compute_apart(core);
    if (thread->ended || is_in_line(core, kind)) return false;
    int64_t before = thread->instructions;
    core->woke_another = false;
    Outcome outcome = sim_interpret(&core->core, thread);
    if (outcome == OUTCOME_YIELD) stand_in_line(core, kind);
    return outcome != OUTCOME_BLOCKED || thread->instructions != before;
}

static bool anyone_in_line(const TimedCore *core) { return core->movers[0].in_line || core->movers[1].in_line; }

static Occupancy occupancy_of(const SimCore *core, int buffer) {
    const TimedBuffer *timed = &((const TimedCore *)core)->buffers[buffer];
    return (Occupancy){timed->pushed, timed->popped};
}

static void settle(TimedCore *core) {
    static const Thread order[] = {THREAD_COMPUTE, THREAD_READER, THREAD_WRITER};
    bool moved = true;
    while (moved) {
        moved = false;
        for (int i = 0; i < THREAD_COUNT; i++) moved = run_thread(core, order[i]) || moved;
        if (!moved && !anyone_in_line(core) && !sim_core_over(&core->core)) moved = run_compute_apart(core);
    }
    if (anyone_in_line(core) || sim_core_over(&core->core)) return;
    sim_report_deadlock(&core->core, occupancy_of);
    fail_now(core->core.machine->context);
}

static void prepare_buffers(TimedCore *core, Machine *machine) {
    core->buffers = arena_new_array(&machine->arena, TimedBuffer, (size_t)machine->buffer_count);
    for (int i = 0; i < machine->buffer_count; i++) {
        const BufferInfo *info = &machine->buffers[i];
        core->buffers[i].info = info;
        core->buffers[i].push_times = arena_new_array(&machine->arena, int64_t, (size_t)info->pages);
        core->buffers[i].pop_times = arena_new_array(&machine->arena, int64_t, (size_t)info->pages);
    }
}

static void prepare_core(Timing *timing, int index) {
    TimedCore *core = &timing->cores[index];
    core->timing = timing;
    core->core.mode = MODE_TIMING;
    core->core.reporting = true;
    sim_core_prepare(timing->machine, &core->core, &timing->machine->arena);
    prepare_buffers(core, timing->machine);
    sim_core_start(&core->core, index);
    if (!core->core.threads[THREAD_READER].ended) stand_in_line(core, THREAD_READER);
    if (!core->core.threads[THREAD_WRITER].ended) stand_in_line(core, THREAD_WRITER);
}

// ---------------------------------------------------------------- what came out

static int64_t end_of(const TimedCore *core) {
    int64_t end = later(core->movers[0].now, core->movers[1].now);
    const Pipe pipes[] = {core->unpack, core->math, core->pack};
    for (int i = 0; i < 3; i++) end = later(end, later(pipes[i].issue, pipes[i].engine));
    return end;
}

typedef struct Share {
    const char *name;
    double of_time;
} Share;

// What was in use most of the time; nothing is, when the cycles go to waiting for answers.
static const char *bound_of(const Timing *timing) {
    const SimResult *result = timing->result;
    double cycles = (double)result->cycles, cores = result->cores;
    const Share shares[] = {
        {"compute", (double)result->busy[CLOCK_MATH] / cores / cycles},
        {"unpack", (double)result->busy[CLOCK_UNPACK] / cores / cycles},
        {"pack", (double)result->busy[CLOCK_PACK] / cores / cycles},
        {"dram", fabric_bank_busy(&timing->fabric) / cycles},
        {"noc", (double)fabric_busiest_link(&timing->fabric) / cycles},
    };
    Share best = {"latency", 0.5};
    for (size_t i = 0; i < sizeof shares / sizeof *shares; i++)
        if (shares[i].of_time > best.of_time) best = shares[i];
    return best.name;
}

static void finish(Timing *timing) {
    const Machine *machine = timing->machine;
    SimResult *result = timing->result;
    for (int i = 0; i < machine->core_count; i++) result->cycles = later(result->cycles, end_of(&timing->cores[i]));
    result->noc_bytes = timing->fabric.link_bytes;
    if (result->cycles == 0) {
        result->bound = "latency";
        return;
    }
    result->bound = bound_of(timing);
    double useful = (double)timing->vector_busy,
           chip = (double)(machine->target->grid_columns * machine->target->grid_rows);
    if (result->products) useful = (double)result->products * (double)(machine->target->cycles_phase * timing->phases);
    result->utilization = useful / ((double)result->cycles * result->cores);
    result->chip_utilization = useful / ((double)result->cycles * chip);
}

void sim_run_timing(Machine *machine, SimResult *result) {
    static const int phases[] = {[FIDELITY_LOFI] = 1, [FIDELITY_HIFI2] = 2, [FIDELITY_HIFI3] = 3, [FIDELITY_HIFI4] = 4};
    Arena *arena = &machine->arena;
    size_t cores = (size_t)machine->core_count;
    Timing timing = {.machine = machine, .result = result, .phases = phases[machine->mode.fidelity]};
    timing.fabric = fabric_new(machine->target, arena);
    timing.cores = arena_new_array(arena, TimedCore, cores);
    timing.line = arena_new_array(arena, Turn, 2 * cores);
    if (machine->options->trace) timing.trace = trace_new(arena, machine->target, machine->core_count, machine->cores);
    for (int i = 0; i < machine->core_count; i++) prepare_core(&timing, i);
    for (int i = 0; i < machine->core_count; i++) settle(&timing.cores[i]);
    while (timing.line_length > 0) {
        int mover = line_take(&timing).mover;
        timing.cores[mover / 2].movers[mover % 2].in_line = false;
        settle(&timing.cores[mover / 2]);
    }
    finish(&timing);
    if (timing.trace) trace_write(timing.trace, machine->context, machine->options->trace, machine->core_count);
}
