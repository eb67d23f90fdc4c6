// What a data-movement thread knows of the others: for each, how many steps it has surely taken, and which pages it had
// surely reserved by then. Steps only grow, so of two tables the one with more steps of a thread is the newer about it.
#include <string.h>

#include "sim/link.h"

int64_t sim_link_steps(const int64_t *table, int thread) { return table[thread]; }

// Of all buffers of one thread, side by side: pushed, until.
static int64_t windows_of(const Machine *machine, int thread) {
    return 2 * machine->core_count + 2 * (int64_t)thread * machine->sent_buffers;
}

Window sim_link_window(const Machine *machine, const int64_t *table, int thread, const BufferInfo *buffer) {
    const int64_t *window = table + windows_of(machine, thread) + 2 * buffer->sent_as;
    return (Window){window[0], window[1]};
}

int64_t sim_link_step(SimCore *core, const ThreadState *thread) {
    return ++link_thread(core, thread)->known[link_thread_number(core->index, thread->thread)];
}

void sim_link_learn(SimCore *core, const ThreadState *thread, const Parcel *parcel) {
    const Machine *machine = core->machine;
    int64_t *table = link_thread(core, thread)->known, size = 2 * (int64_t)machine->sent_buffers;
    for (int i = 0; i < 2 * machine->core_count; i++) {
        if (parcel->known[i] <= table[i]) continue;
        table[i] = parcel->known[i];
        int64_t windows = windows_of(machine, i);
        for (int64_t j = windows; j < windows + size; j++) table[j] = parcel->known[j];
    }
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
    int64_t *known = link_thread(core, thread)->known;
    int64_t *windows = known + windows_of(machine, link_thread_number(core->index, thread->thread));
    for (int i = 0; i < machine->buffer_count; i++) {
        const BufferInfo *info = &machine->buffers[i];
        if (!info->is_sent || info->circular->producer != thread->thread) continue;
        const BufferState *buffer = &number_core(core)->buffers[i];
        windows[2 * info->sent_as] = buffer->pushed;
        windows[2 * info->sent_as + 1] = free_until(number_core(core), buffer);
    }
    memcpy(table, known, (size_t)link_table_size(machine) * sizeof *table);
}
