// Builds what the machine knows of cores that talk to each other: semaphores, which circular buffers are sent, where
// each core is found.
#include "sim/machine.h"

// ---------------------------------------------------------------- semaphores

int sim_semaphore_place(const Machine *machine, const Semaphore *semaphore) {
    for (int i = 0; i < machine->semaphore_count; i++)
        if (machine->semaphores[i] == semaphore) return i;
    return -1;
}

static const char *semaphore_fault(const Machine *machine, int place) {
    const Semaphore *semaphore = machine->semaphores[place];
    int64_t limit = machine->target->semaphores;
    if (place >= limit || semaphore->index < 0 || semaphore->index >= limit)
        return "the chip has no such index, or not that many";
    for (int i = 0; i < place; i++)
        if (machine->semaphores[i]->index == semaphore->index) return "another semaphore has its index";
    return NULL;
}

void sim_build_semaphores(Machine *machine) {
    const Function *program = machine->program;
    machine->semaphores = (const Semaphore **)(void *)program->semaphores.items;
    machine->semaphore_count = (int)program->semaphores.count;
    for (int i = 0; i < machine->semaphore_count; i++) {
        const char *fault = semaphore_fault(machine, i);
        if (fault)
            fail(machine->context, DIAG_SIM_SEMAPHORE, program->location, "semaphore `%s`: %s",
                 machine->semaphores[i]->name, fault);
    }
}

// ---------------------------------------------------------------- what goes from core to core

static bool is_between_cores(Effect effect) {
    return effect >= EFFECT_NOC_MULTICAST && effect <= EFFECT_ATOMIC_BARRIER;
}

// A buffer that some thread sends gets a place among those of its producer.
static void mark_links(Machine *machine, const ThreadCode *code) {
    for (uint32_t i = 0; i < code->instructions.count; i++) {
        const CodeInstruction *in = &code->instructions.items[i];
        if (is_between_cores(in->row->effect)) machine->is_linked = true;
        if (in->row->effect == EFFECT_NOC_MULTICAST) machine->buffers[in->buffers[0]].is_sent = true;
    }
}

static void number_sent_buffers(Machine *machine) {
    int counts[THREAD_COUNT] = {0};
    for (int i = 0; i < machine->buffer_count; i++) {
        BufferInfo *info = &machine->buffers[i];
        if (!info->is_sent) continue;
        info->sent_as = counts[info->circular->producer]++;
        if (info->sent_as >= machine->sent_buffers) machine->sent_buffers = info->sent_as + 1;
    }
}

static void build_core_places(Machine *machine) {
    int64_t columns = machine->target->grid_columns, places = columns * machine->target->grid_rows;
    machine->core_places = arena_new_array(&machine->arena, int, (size_t)places);
    for (int64_t i = 0; i < places; i++) machine->core_places[i] = -1;
    for (int i = 0; i < machine->core_count; i++)
        machine->core_places[machine->cores[i].y * columns + machine->cores[i].x] = i;
}

// The host looks up every core's coordinates, used or not.
static void check_coordinates(const Machine *machine, const RuntimeArgument *argument) {
    const Target *target = machine->target;
    int64_t limit = argument->axis == AXIS_X ? target->grid_columns : target->grid_rows;
    for (int i = 0; i < machine->core_count && argument->axis != AXIS_NONE; i++) {
        int64_t value = argument_value(argument, machine->cores[i]);
        if (value >= 0 && value < limit) continue;
        fail(machine->context, DIAG_SIM_COORDINATE, argument->variable->location,
             "`%s` is %lld on core (%d, %d), and the worker grid of %s is %lld x %lld", argument->variable->name,
             (long long)value, machine->cores[i].x, machine->cores[i].y, target->name, (long long)target->grid_columns,
             (long long)target->grid_rows);
    }
}

void sim_build_links(Machine *machine) {
    build_core_places(machine);
    for (int i = 0; i < machine->code_count; i++) mark_links(machine, &machine->codes[i]);
    for (uint32_t i = 0; i < machine->program->arguments.count; i++)
        check_coordinates(machine, machine->program->arguments.items[i]);
    number_sent_buffers(machine);
}
