// One core, numbers and checks: its threads take turns, each until it must wait. What must hold when all have ended is
// checked here too.
#include <string.h>

#include "sim/machine.h"

const Handler sim_number_handlers[] = {
    [EFFECT_RESERVE] = sim_reserve,
    [EFFECT_PUSH] = sim_push,
    [EFFECT_WAIT] = sim_wait,
    [EFFECT_POP] = sim_pop,
    [EFFECT_NOC_READ] = sim_noc_read,
    [EFFECT_NOC_WRITE] = sim_noc_write,
    [EFFECT_READ_BARRIER] = sim_read_barrier,
    [EFFECT_WRITE_FLUSH] = sim_write_flush,
    [EFFECT_WRITE_BARRIER] = sim_write_barrier,
    [EFFECT_NOC_MULTICAST] = sim_multicast,
    [EFFECT_SEMAPHORE_SET] = sim_semaphore_set,
    [EFFECT_SEMAPHORE_WAIT] = sim_semaphore_wait,
    [EFFECT_SEMAPHORE_INC] = sim_semaphore_increment,
    [EFFECT_SEMAPHORE_MULTICAST] = sim_semaphore_multicast,
    [EFFECT_ATOMIC_BARRIER] = sim_atomic_barrier,
    [EFFECT_PAGE_STORE] = sim_page_store,
    [EFFECT_PAGE_UPDATE] = sim_page_update,
    [EFFECT_STARTUP] = sim_startup,
    [EFFECT_RECONFIG] = sim_reconfig,
    [EFFECT_RECONFIG_A] = sim_reconfig,
    [EFFECT_RECONFIG_B] = sim_reconfig,
    [EFFECT_RECONFIG_PACK] = sim_reconfig_pack,
    [EFFECT_INIT] = sim_init,
    [EFFECT_ACQUIRE] = sim_acquire,
    [EFFECT_COMMIT] = sim_commit,
    [EFFECT_REGS_WAIT] = sim_regs_wait,
    [EFFECT_RELEASE] = sim_release,
    [EFFECT_LOAD_A] = sim_load,
    [EFFECT_LOAD_B] = sim_load,
    [EFFECT_PRODUCT] = sim_product,
    [EFFECT_BINARY] = sim_binary,
    [EFFECT_DST_SET] = sim_vector_unit,
    [EFFECT_DST_UNARY] = sim_vector_unit,
    [EFFECT_DST_BINARY] = sim_vector_unit,
    [EFFECT_DST_UPDATE] = sim_vector_unit,
    [EFFECT_DST_SELECT] = sim_vector_unit,
    [EFFECT_DST_COPY] = sim_vector_unit,
    [EFFECT_PACK] = sim_pack,
    [EFFECT_PACK_AT] = sim_pack,
    [EFFECT_PACK_ACCUMULATE] = sim_pack_accumulate,
};

// ---------------------------------------------------------------- memory and start

enum { ALIGNMENT = 64 };

static void *align(void *memory) { return (void *)(((uintptr_t)memory + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT); }

// Nothing reads a page that was not written, so L1 comes as it is: what a core receives in parcels never touches its
// own, and the host need not provide it.
void sim_number_core_prepare(Machine *machine, NumberCore *core, Arena *arena, bool with_numbers) {
    sim_core_prepare(machine, &core->core, arena);
    core->numbers = with_numbers;
    core->buffers = arena_new_array(arena, BufferState, (size_t)machine->buffer_count);
    core->states = arena_new_array(arena, PageState, (size_t)machine->l1_pages);
    if (with_numbers) core->l1 = align(arena_allocate_raw(arena, (size_t)machine->l1_bytes + ALIGNMENT));
    size_t bank = (size_t)machine->dst_tiles * TILE_ELEMENTS * sizeof(float);
    for (int i = 0; i < machine->dst_banks; i++) core->engine.banks[i] = align(arena_allocate(arena, bank + ALIGNMENT));
}

void sim_number_core_start(NumberCore *core, int index) {
    const Machine *machine = core->core.machine;
    sim_core_start(&core->core, index);
    memset(core->states, 0, (size_t)machine->l1_pages * sizeof *core->states);
    for (int i = 0; i < machine->buffer_count; i++) {
        const BufferInfo *info = &machine->buffers[i];
        unsigned char *bytes = core->l1 ? core->l1 + info->offset : NULL;
        core->buffers[i] = (BufferState){.info = info, .bytes = bytes, .states = core->states + info->first_page};
    }
    Engine *engine = &core->engine;
    *engine = (Engine){.sfpu_init = INSTR_NONE, .banks = {engine->banks[0], engine->banks[1]}};
    for (unsigned i = 0; i < 2; i++) core->movers[i] = (Mover){.read_token = 2 + i, .write_token = 2 + i};
    sim_shards_start(core);
}

// ---------------------------------------------------------------- the end

static Outcome refuse_end(NumberCore *core, Thread kind, const CodeInstruction *in, const char *missing) {
    return sim_violation(&core->core, &core->core.threads[kind], in, DIAG_SIM_BARRIER, "Add it before the kernel ends.",
                         "the kernel ends without %s after this transfer", missing);
}

static Outcome check_mover(NumberCore *core, Thread kind) {
    const Mover *mover = &core->movers[kind == THREAD_WRITER];
    if (mover->reads) return refuse_end(core, kind, mover->last_read, "noc_async_read_barrier");
    if (mover->unconfirmed) return refuse_end(core, kind, mover->last_write, "noc_async_write_barrier");
    if (mover->increments) return refuse_end(core, kind, mover->last_increment, "noc_async_atomic_barrier");
    return OUTCOME_DONE;
}

static Outcome check_dst(NumberCore *core) {
    const Engine *engine = &core->engine;
    const ThreadState *thread = &core->core.threads[THREAD_COMPUTE];
    if (engine->acquired == engine->released) return OUTCOME_DONE;
    return sim_violation_at(&core->core, thread, thread->code->program->body->last->location, DIAG_SIM_DST_ORDER,
                            "Commit, wait and release every section.",
                            "the kernel ends with %lld sections of DST acquired, %lld committed, %lld released",
                            (long long)engine->acquired, (long long)engine->committed, (long long)engine->released);
}

static Outcome check_leftover(NumberCore *core, const BufferState *buffer) {
    const CircularBuffer *circular = buffer->info->circular;
    if (circular->resident || buffer->pushed == buffer->popped) return OUTCOME_DONE;
    return sim_violation_at(&core->core, &core->core.threads[circular->consumer], circular->location, DIAG_SIM_LEFTOVER,
                            "Make pushes and pops agree, or mark the buffer resident=True.",
                            "`%s` (%s) ends with %lld pages pushed and %lld popped", circular->name,
                            circular->holds ? circular->holds : "no buffer of the source", (long long)buffer->pushed,
                            (long long)buffer->popped);
}

static Outcome check_end(NumberCore *core) {
    Outcome outcome = check_mover(core, THREAD_READER);
    if (outcome == OUTCOME_DONE) outcome = check_mover(core, THREAD_WRITER);
    if (outcome == OUTCOME_DONE) outcome = check_dst(core);
    for (int i = 0; outcome == OUTCOME_DONE && i < core->core.machine->buffer_count; i++)
        outcome = check_leftover(core, &core->buffers[i]);
    return outcome == OUTCOME_DONE ? sim_shards_end(core) : outcome;
}

// ---------------------------------------------------------------- taking turns

Occupancy sim_number_occupancy(const SimCore *core, int buffer) {
    const BufferState *state = &((const NumberCore *)core)->buffers[buffer];
    return (Occupancy){state->pushed, state->popped};
}

static Outcome take_turn(SimCore *core, Thread kind, bool *moved) {
    ThreadState *thread = &core->threads[kind];
    Outcome outcome = OUTCOME_DONE;
    if (kind == THREAD_COMPUTE && core->queue.count > 0) {
        *moved = sim_queue_run(core, &outcome) || *moved;
    } else if (!thread->ended) {
        int64_t before = thread->instructions;
        outcome = sim_interpret(core, thread);
        *moved = *moved || thread->ended || thread->instructions != before;
    }
    return outcome == OUTCOME_FAILED ? OUTCOME_FAILED : OUTCOME_DONE;
}

// Every thread once; done if anything moved.
static Outcome take_turns(SimCore *core, Advance how) {
    bool moved = false;
    Outcome outcome = OUTCOME_DONE;
    for (Thread kind = 0; kind < THREAD_COUNT; kind++) {
        if (how == ADVANCE_MOVERS && kind == THREAD_COMPUTE) continue;
        if (take_turn(core, kind, &moved) == OUTCOME_FAILED) return OUTCOME_FAILED;
    }
    if (!moved && how == ADVANCE_APART) moved = sim_queue_run(core, &outcome);
    if (outcome == OUTCOME_FAILED) return OUTCOME_FAILED;
    return moved ? OUTCOME_DONE : OUTCOME_BLOCKED;
}

static void count_instructions(NumberCore *core) {
    for (Thread kind = 0; kind < THREAD_COUNT; kind++)
        core->tally.instructions += core->core.threads[kind].instructions;
}

Outcome sim_number_core_advance(NumberCore *core, Advance how, bool *moved) {
    while (!sim_core_over(&core->core)) {
        Outcome outcome = take_turns(&core->core, how);
        if (outcome != OUTCOME_DONE) return outcome;
        *moved = true;
    }
    count_instructions(core);
    return check_end(core);
}
