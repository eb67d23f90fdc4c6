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
    [EFFECT_NOC_MULTICAST] = sim_timed_multicast,
    [EFFECT_SEMAPHORE_SET] = sim_timed_semaphore_set,
    [EFFECT_SEMAPHORE_WAIT] = sim_timed_semaphore_wait,
    [EFFECT_SEMAPHORE_INC] = sim_timed_semaphore_inc,
    [EFFECT_SEMAPHORE_MULTICAST] = sim_timed_semaphore_multicast,
    [EFFECT_ATOMIC_BARRIER] = sim_timed_barrier,
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
    vector_push(&timing->machine->arena, timing->line, turn);
    Turn *line = timing->line.items;
    uint32_t place = timing->line.count - 1;
    for (; place > 0 && comes_before(turn, line[(place - 1) / 2]); place = (place - 1) / 2)
        line[place] = line[(place - 1) / 2];
    line[place] = turn;
}

static Turn line_take(Timing *timing) {
    Turn *line = timing->line.items;
    Turn first = line[0], last = line[--timing->line.count];
    uint32_t place = 0, length = timing->line.count;
    for (uint32_t child; (child = 2 * place + 1) < length; place = child) {
        if (child + 1 < length && comes_before(line[child + 1], line[child])) child++;
        if (!comes_before(line[child], last)) break;
        line[place] = line[child];
    }
    line[place] = last;
    return first;
}

static int mover_number(const TimedCore *core, Thread thread) {
    return core->core.index * 2 + (thread == THREAD_WRITER);
}

bool sim_time_yields(const TimedCore *core, Thread thread) {
    const Timing *timing = core->timing;
    Turn mine = {core->movers[thread == THREAD_WRITER].now, mover_number(core, thread)};
    return core->woke_another || (timing->line.count > 0 && comes_before(timing->line.items[0], mine));
}

void sim_time_stand_in_line(TimedCore *core, Thread thread, int64_t time) {
    TimedMover *mover = &core->movers[thread == THREAD_WRITER];
    if (mover->in_line && mover->turn <= time) return;
    mover->in_line = true;
    mover->turn = time;
    line_add(core->timing, (Turn){time, mover_number(core, thread)});
}

// ---------------------------------------------------------------- a core

static bool is_in_line(const TimedCore *core, Thread thread) {
    return thread != THREAD_COMPUTE && core->movers[thread == THREAD_WRITER].in_line;
}

static bool run_compute_apart(TimedCore *core) {
    Outcome outcome;
    return sim_queue_run(&core->core, &outcome);
}

// Whoever rests before a semaphore looks again when its next event comes, others go on as soon as it is their turn.
static void take_place(TimedCore *core, Thread kind) {
    const TimedMover *mover = &core->movers[kind == THREAD_WRITER];
    sim_time_stand_in_line(core, kind, mover->waits_on >= 0 ? mover->turn : mover->now);
}

// Lets a thread run until it waits; true if it did anything.
static bool run_thread(TimedCore *core, Thread kind) {
    ThreadState *thread = &core->core.threads[kind];
    if (kind == THREAD_COMPUTE && core->core.queue.count > 0) return run_compute_apart(core);
    if (thread->ended || is_in_line(core, kind)) return false;
    int64_t before = thread->instructions;
    core->woke_another = false;
    Outcome outcome = sim_interpret(&core->core, thread);
    if (outcome == OUTCOME_YIELD) take_place(core, kind);
    return outcome != OUTCOME_BLOCKED || thread->instructions != before;
}

static bool anyone_in_line(const TimedCore *core) { return core->movers[0].in_line || core->movers[1].in_line; }

static void settle(TimedCore *core) {
    static const Thread order[] = {THREAD_COMPUTE, THREAD_READER, THREAD_WRITER};
    bool moved = true;
    while (moved) {
        moved = false;
        for (int i = 0; i < THREAD_COUNT; i++) moved = run_thread(core, order[i]) || moved;
        if (!moved && !anyone_in_line(core) && !sim_core_over(&core->core)) moved = run_compute_apart(core);
    }
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

static void prepare_semaphores(TimedCore *core, Machine *machine) {
    const Function *program = machine->program;
    core->semaphores = arena_new_array(&machine->arena, TimedSemaphore, program->semaphores.count);
    for (uint32_t i = 0; i < program->semaphores.count; i++)
        core->semaphores[i].value = program->semaphores.items[i]->initial;
    core->movers[0].waits_on = core->movers[1].waits_on = -1;
}

static void start_mover(TimedCore *core, Thread thread) {
    if (core->core.threads[thread].ended) return;
    TimedMover *mover = &core->movers[thread == THREAD_WRITER];
    mover->now = core->core.machine->target->cycles_start;
    sim_time_stand_in_line(core, thread, mover->now);
}

static void prepare_core(Timing *timing, int index) {
    TimedCore *core = &timing->cores[index];
    core->timing = timing;
    core->core.mode = MODE_TIMING;
    core->core.reporting = true;
    sim_core_prepare(timing->machine, &core->core, &timing->machine->arena);
    prepare_buffers(core, timing->machine);
    prepare_semaphores(core, timing->machine);
    sim_core_start(&core->core, index);
    timing->core_at[core->core.place.y * timing->machine->target->grid_columns + core->core.place.x] = index;
    start_mover(core, THREAD_READER);
    start_mover(core, THREAD_WRITER);
}

static void prepare_cores(Timing *timing) {
    const Machine *machine = timing->machine;
    size_t places = (size_t)(machine->target->grid_columns * machine->target->grid_rows);
    timing->cores = arena_new_array(&timing->machine->arena, TimedCore, (size_t)machine->core_count);
    timing->core_at = arena_new_array(&timing->machine->arena, int, places);
    for (size_t i = 0; i < places; i++) timing->core_at[i] = -1;
    for (int i = 0; i < machine->core_count; i++) prepare_core(timing, i);
}

// ---------------------------------------------------------------- all cores

// Movers take their turns, the earliest first, until none is left in line.
static void run_line(Timing *timing) {
    for (int i = 0; i < timing->machine->core_count; i++) settle(&timing->cores[i]);
    while (timing->line.count > 0) {
        Turn turn = line_take(timing);
        TimedCore *core = &timing->cores[turn.mover / 2];
        TimedMover *mover = &core->movers[turn.mover % 2];
        if (!mover->in_line || mover->turn != turn.time) continue; // it went earlier
        mover->in_line = false;
        settle(core);
    }
}

static Occupancy occupancy_of(const SimCore *core, int buffer) {
    const TimedBuffer *timed = &((const TimedCore *)core)->buffers[buffer];
    return (Occupancy){timed->pushed, timed->popped};
}

static void check_all_over(Timing *timing) {
    for (int i = 0; i < timing->machine->core_count; i++) {
        SimCore *core = &timing->cores[i].core;
        if (sim_core_over(core)) continue;
        sim_report_deadlock(core, occupancy_of);
        fail_now(timing->machine->context);
    }
}

// ---------------------------------------------------------------- what came out

static int64_t end_of(const TimedCore *core) {
    int64_t movers = later(core->movers[0].now, core->movers[1].now);
    int64_t compute =
        later(sim_pipe_start(&core->unpack), later(sim_pipe_start(&core->math), sim_pipe_start(&core->pack)));
    return later(movers, compute);
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
    int64_t math = 0;
    for (int i = 0; i < machine->core_count; i++) math += sim_pipe_start(&timing->cores[i].math);
    if (machine->core_count > 0) result->math_cycles = math / machine->core_count;
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
    Timing timing = {.machine = machine, .result = result, .phases = phases[machine->mode.fidelity]};
    timing.fabric = fabric_new(machine->target, &machine->arena);
    if (machine->options->trace)
        timing.trace = trace_new(&machine->arena, machine->target, machine->core_count, machine->cores);
    prepare_cores(&timing);
    run_line(&timing);
    check_all_over(&timing);
    finish(&timing);
    if (timing.trace) trace_write(timing.trace, machine->context, machine->options->trace, machine->core_count);
}
