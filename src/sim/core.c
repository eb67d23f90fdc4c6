// A core as such: its memory, its start, and whether it is over.
#include "sim/machine.h"

static uint32_t registers_needed(const Machine *machine, Thread thread) {
    uint32_t most = 1;
    for (int i = 0; i < machine->code_count; i++) {
        const ThreadCode *code = &machine->codes[i];
        if (code->program->thread == thread && code->registers.count > most) most = code->registers.count;
    }
    return most;
}

void sim_core_prepare(Machine *machine, SimCore *core, Arena *arena) {
    core->machine = machine;
    for (Thread thread = 0; thread < THREAD_COUNT; thread++)
        core->threads[thread].registers = arena_new_array(arena, Scalar, registers_needed(machine, thread));
}

static const ThreadCode *code_of(const Machine *machine, Thread thread, Core place) {
    const ThreadProgram *program = program_thread(machine->program, thread, place);
    for (int i = 0; i < machine->code_count; i++)
        if (machine->codes[i].program == program) return &machine->codes[i];
    return NULL;
}

static void start_thread(SimCore *core, Thread kind) {
    ThreadState *thread = &core->threads[kind];
    const ThreadCode *code = code_of(core->machine, kind, core->place);
    *thread = (ThreadState){.code = code, .thread = kind, .registers = thread->registers};
    thread->budget = core->machine->step_limit;
    thread->ended = code == NULL;
    if (!code) return;
    for (uint32_t i = 0; i < code->registers.count; i++) thread->registers[i] = code->registers.items[i];
    for (uint32_t i = 0; i < code->arguments.count; i++)
        thread->registers[code->arguments.items[i].slot].i =
            argument_value(code->arguments.items[i].argument, core->place);
}

void sim_core_start(SimCore *core, int index) {
    core->index = index;
    core->place = core->machine->cores[index];
    core->queue.count = 0;
    core->queue.is_serving = false;
    for (Thread thread = 0; thread < THREAD_COUNT; thread++) start_thread(core, thread);
}

bool sim_core_over(const SimCore *core) {
    for (Thread thread = 0; thread < THREAD_COUNT; thread++)
        if (!core->threads[thread].ended) return false;
    return core->queue.count == 0;
}
