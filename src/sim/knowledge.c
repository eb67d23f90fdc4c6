// What a data-movement thread knows of the others: for each, how many steps it has surely taken, and which pages it had
// surely reserved by then. Steps only grow, so of two rows for one thread the one with more steps is the newer.
#include <string.h>

#include "sim/link.h"

static const int64_t *row_of(const Machine *machine, const int64_t *table, int thread) {
    return table + thread * link_row_size(machine);
}

int64_t sim_link_steps(const Machine *machine, const int64_t *table, int thread) {
    return row_of(machine, table, thread)[0];
}

Window sim_link_window(const Machine *machine, const int64_t *table, int thread, const BufferInfo *buffer) {
    const int64_t *row = row_of(machine, table, thread) + 1 + 2 * buffer->sent_as;
    return (Window){row[0], row[1]};
}

static int64_t *own_row(SimCore *core, const ThreadState *thread) {
    int64_t *table = link_thread(core, thread)->known;
    return table + link_thread_number(core->index, thread->thread) * link_row_size(core->machine);
}

int64_t sim_link_step(SimCore *core, const ThreadState *thread) { return ++own_row(core, thread)[0]; }

void sim_link_learn(SimCore *core, const ThreadState *thread, const Parcel *parcel) {
    int64_t *table = link_thread(core, thread)->known, size = link_row_size(core->machine);
    int rows = 2 * core->machine->core_count;
    for (int i = 0; i < rows; i++)
        if (parcel->known[i * size] > table[i * size])
            memcpy(table + i * size, parcel->known + i * size, (size_t)size * sizeof *table);
}

// Pages that are reserved and that nothing moves any more.
static int64_t free_until(const NumberCore *core, const BufferState *buffer) {
    int64_t pages = 0;
    while (pages < buffer->reserved && buffer->write_page + pages < buffer->info->pages) {
        const PageState *page = &buffer->states[buffer->write_page + pages];
        if (sim_page_arriving(core, page) || sim_page_leaving(core, page) || sim_page_sent(core, page)) break;
        pages++;
    }
    return buffer->pushed + pages;
}

void sim_link_know(SimCore *core, const ThreadState *thread, int64_t *table) {
    const Machine *machine = core->machine;
    int64_t *row = own_row(core, thread);
    for (int i = 0; i < machine->buffer_count; i++) {
        const BufferInfo *info = &machine->buffers[i];
        if (!info->is_sent || info->circular->producer != thread->thread) continue;
        const BufferState *buffer = &number_core(core)->buffers[i];
        row[1 + 2 * info->sent_as] = buffer->pushed;
        row[2 + 2 * info->sent_as] = free_until(number_core(core), buffer);
    }
    memcpy(table, link_thread(core, thread)->known, (size_t)link_table_size(machine) * sizeof *table);
}
