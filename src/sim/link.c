// A core's ends of what goes from core to core, before it starts.
#include "sim/link.h"

static void prepare_semaphores(const Machine *machine, CoreLink *link, Arena *arena) {
    link->semaphores = arena_new_array(arena, SemaphoreState, (size_t)machine->semaphore_count);
    for (int i = 0; i < machine->semaphore_count; i++)
        link->semaphores[i] =
            (SemaphoreState){.value = (uint32_t)machine->semaphores[i]->initial, .owner = -1, .changed_by = -1};
}

void sim_link_prepare(Machine *machine, NumberCore *core, NumberCore *const *cores, Arena *arena) {
    CoreLink *link = arena_new(arena, CoreLink);
    size_t sent = (size_t)machine->core_count * (size_t)machine->sent_buffers;
    prepare_semaphores(machine, link, arena);
    for (int i = 0; i < 2; i++) {
        link->movers[i].known = arena_new_array(arena, int64_t, (size_t)link_table_size(machine));
        link->movers[i].sent = arena_new_array(arena, int64_t, sent);
    }
    link->cores = cores;
    link->inbox_end = &link->inbox;
    link->outbox_end = &link->outbox;
    core->link = link;
}
