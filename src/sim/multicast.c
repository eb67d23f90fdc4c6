// Pages from core to core: whom they go to, whether the sender may send them, and how they arrive.
#include <stdio.h>
#include <string.h>

#include "sim/link.h"

const char *sim_core_text(const Machine *machine, int core, char text[32]) {
    snprintf(text, 32, "(%d, %d)", machine->cores[core].x, machine->cores[core].y);
    return text;
}

// ---------------------------------------------------------------- destinations

static int core_at(const Machine *machine, int64_t x, int64_t y) {
    bool inside = x >= 0 && x < machine->target->grid_columns && y >= 0 && y < machine->target->grid_rows;
    return inside ? machine->core_places[y * machine->target->grid_columns + x] : -1;
}

int sim_destination(SimCore *core, const ThreadState *thread, const CodeInstruction *in, int64_t x, int64_t y) {
    int place = core_at(core->machine, x, y);
    if (place < 0)
        sim_violation(core, thread, in, DIAG_SIM_DESTINATION, "Send only to cores of tt.core_ranges.",
                      "%s to core (%lld, %lld), which has no part in the program", in->row->name, (long long)x,
                      (long long)y);
    return place;
}

static int refuse_count(SimCore *core, const ThreadState *thread, const CodeInstruction *in, int64_t said, int count) {
    sim_violation(core, thread, in, DIAG_SIM_DESTINATION,
                  "Count the cores of the rectangle without the one that sends; there must be one.",
                  "%s to %lld destinations, and its rectangle holds %d besides the sender", in->row->name,
                  (long long)said, count);
    return 0;
}

static int refuse_rectangle(SimCore *core, const ThreadState *thread, const CodeInstruction *in, const Scalar *at) {
    sim_violation(core, thread, in, DIAG_SIM_DESTINATION, "Give the first and the last core, both inside of the grid.",
                  "%s to the cores from (%lld, %lld) to (%lld, %lld), which is no rectangle of the grid", in->row->name,
                  (long long)at[0].i, (long long)at[1].i, (long long)at[2].i, (long long)at[3].i);
    return 0;
}

static bool is_rectangle(const Target *target, const Scalar *at) {
    return at[0].i >= 0 && at[1].i >= 0 && at[0].i <= at[2].i && at[1].i <= at[3].i && at[2].i < target->grid_columns &&
           at[3].i < target->grid_rows;
}

int sim_destinations(SimCore *core, const ThreadState *thread, const CodeInstruction *in, const Scalar *values,
                     Parcel *parcel) {
    if (!is_rectangle(core->machine->target, values)) return refuse_rectangle(core, thread, in, values);
    int count = 0;
    for (int i = 0; parcel && i < 4; i++) parcel->corners[i] = values[i].i;
    for (int64_t y = values[1].i; y <= values[3].i; y++) {
        for (int64_t x = values[0].i; x <= values[2].i; x++) {
            int place = sim_destination(core, thread, in, x, y);
            if (place < 0) return 0;
            if (place == core->index) continue;
            if (parcel) parcel->deliveries[count] = (Delivery){.parcel = parcel, .to = place};
            count++;
        }
    }
    return count > 0 && count == values[4].i ? count : refuse_count(core, thread, in, values[4].i, count);
}

// ---------------------------------------------------------------- sending

static Outcome refuse_source(SimCore *core, const ThreadState *thread, const CodeInstruction *in,
                             const BufferState *buffer, int64_t slot) {
    const char *name = buffer->info->circular->name;
    if (slot < 0 || slot >= buffer->reserved)
        return sim_violation(core, thread, in, DIAG_SIM_WRITE_UNRESERVED, "Send pages after they are reserved.",
                             "%s of page %lld of `%s`, but %lld are reserved", in->row->name, (long long)slot, name,
                             (long long)buffer->reserved);
    if (buffer->write_page + slot >= buffer->info->pages)
        return sim_violation(core, thread, in, DIAG_SIM_STRADDLE,
                             "Make the number of pages a multiple of every window.",
                             "%s reaches behind the end of `%s`", in->row->name, name);
    if (sim_page_arriving(number_core(core), &buffer->states[buffer->write_page + slot]))
        return sim_violation(core, thread, in, DIAG_SIM_READ_IN_FLIGHT, "Put noc_async_read_barrier before it.",
                             "%s of page %lld of `%s` while a NoC read is filling it", in->row->name, (long long)slot,
                             name);
    return sim_violation(core, thread, in, DIAG_SIM_READ_UNWRITTEN, "Write every page before it is sent.",
                         "%s of page %lld of `%s`, which nothing has written", in->row->name, (long long)slot, name);
}

static bool source_fits(const NumberCore *core, const BufferState *buffer, int64_t slot) {
    int64_t place = buffer->write_page + slot;
    if (slot < 0 || slot >= buffer->reserved || place >= buffer->info->pages) return false;
    const PageState *page = &buffer->states[place];
    return page->written == (uint64_t)(buffer->pushed + slot) + 1 && !sim_page_arriving(core, page);
}

static Outcome check_source(SimCore *core, const ThreadState *thread, const CodeInstruction *in,
                            const BufferState *buffer, int64_t slot, int64_t pages) {
    if (pages < 1 || pages > buffer->info->pages)
        return sim_violation(core, thread, in, DIAG_SIM_OPERAND, "Send at least one page.",
                             "%s of %lld pages of `%s`, which has %lld", in->row->name, (long long)pages,
                             buffer->info->circular->name, (long long)buffer->info->pages);
    for (int64_t i = 0; i < pages; i++)
        if (slot < 0 || !source_fits(number_core(core), buffer, slot + i))
            return refuse_source(core, thread, in, buffer, slot < 0 ? slot : slot + i);
    return OUTCOME_DONE;
}

static Outcome refuse_window(SimCore *core, const ThreadState *thread, const CodeInstruction *in,
                             const BufferState *buffer, int to, bool is_elsewhere) {
    char text[32];
    const char *name = buffer->info->circular->name;
    sim_core_text(core->machine, to, text);
    if (is_elsewhere)
        return sim_violation(core, thread, in, DIAG_SIM_MULTICAST_PLACE,
                             "Let all of them push and pop the same windows.",
                             "%s of `%s`: the pages that core %s has reserved are at another place of the ring",
                             in->row->name, name, text);
    return sim_violation(core, thread, in, DIAG_SIM_MULTICAST_UNRESERVED,
                         "Let the receiver reserve, then increment a semaphore; wait for it before sending.",
                         "%s of `%s` into pages of core %s that are not known to be reserved there", in->row->name,
                         name, text);
}

// Which of the receiver's pages those at place `first` of the ring are: the next ones there that are not yet pushed.
static Outcome address(SimCore *core, const ThreadState *thread, const CodeInstruction *in, const BufferState *buffer,
                       const Parcel *parcel, Delivery *delivery) {
    const Machine *machine = core->machine;
    LinkThread *mover = link_thread(core, thread);
    int receiver = link_thread_number(delivery->to, buffer->info->circular->producer);
    Window window = sim_link_window(machine, mover->known, receiver, buffer->info);
    int64_t steps = sim_link_steps(mover->known, receiver), ring = buffer->info->pages;
    int64_t *last = &mover->sent[delivery->to * machine->sent_buffers + buffer->info->sent_as];
    int64_t ahead = (parcel->first - window.pushed % ring + ring) % ring;
    delivery->number = window.pushed + ahead;
    if (delivery->number + parcel->pages > window.until)
        return refuse_window(core, thread, in, buffer, delivery->to,
                             steps > *last && window.until - window.pushed >= parcel->pages);
    *last = steps;
    return OUTCOME_DONE;
}

static void load_pages(SimCore *core, const ThreadState *thread, BufferState *buffer, Parcel *parcel) {
    int64_t bytes = buffer->info->page_bytes;
    for (int64_t i = 0; i < parcel->pages; i++) {
        buffer->states[parcel->first + i].sent = number_mover(core, thread)->write_token;
        if (number_core(core)->numbers)
            memcpy(parcel->data + i * bytes, page_content(buffer, parcel->first + i), (size_t)bytes);
    }
}

Outcome sim_multicast(SimCore *core, ThreadState *thread, const CodeInstruction *in, const Scalar *values) {
    BufferState *buffer = operand_buffer(core, in, 0);
    int64_t slot = values[0].i, pages = values[1].i;
    int count = sim_destinations(core, thread, in, values + 2, NULL);
    if (count == 0 || check_source(core, thread, in, buffer, slot, pages) != OUTCOME_DONE) return OUTCOME_FAILED;
    Parcel *parcel = sim_parcel_take(core, thread, in, PARCEL_PAGES, count, pages * buffer->info->page_bytes);
    if (!parcel) return OUTCOME_BLOCKED;
    sim_destinations(core, thread, in, values + 2, parcel);
    parcel->first = buffer->write_page + slot;
    parcel->pages = pages;
    for (int i = 0; i < count; i++)
        if (address(core, thread, in, buffer, parcel, &parcel->deliveries[i]) != OUTCOME_DONE) return OUTCOME_FAILED;
    load_pages(core, thread, buffer, parcel);
    sim_link_step(core, thread);
    sim_parcel_send(core, thread, parcel);
    Mover *mover = number_mover(core, thread);
    mover->unconfirmed++;
    mover->last_write = in;
    link_thread(core, thread)->sent_token = mover->write_token;
    return OUTCOME_DONE;
}

// ---------------------------------------------------------------- arriving

static Outcome refuse_arrival(SimCore *core, const ThreadState *thread, const CodeInstruction *in,
                              const BufferState *buffer, const Delivery *delivery, const char *why) {
    char text[32];
    return sim_violation(
        core, thread, in, DIAG_SIM_MULTICAST_ARRIVAL,
        "Send pages before their flag; leave reserved pages alone until the flag has come, then push them.",
        "%s: pages of `%s` come from core %s, and %s", in->row->name, buffer->info->circular->name,
        sim_core_text(core->machine, delivery->parcel->from, text), why);
}

static const char *arrival_fault(const NumberCore *core, const BufferState *buffer, int64_t number, int64_t place) {
    const PageState *page = &buffer->states[place];
    if (buffer->info->shard_use == SHARD_INPUT) return "it lies over the shard of an input";
    if (number < buffer->pushed) return "they were pushed here before";
    if (number >= buffer->pushed + buffer->reserved) return "they are not reserved here";
    if (page->written == (uint64_t)number + 1) return "something has been written there already";
    if (sim_page_arriving(core, page)) return "a NoC read is filling them";
    if (sim_page_leaving(core, page) || sim_page_sent(core, page)) return "a NoC write is reading them";
    return NULL;
}

Outcome sim_pages_arrive(SimCore *core, const ThreadState *thread, const CodeInstruction *in,
                         const Delivery *delivery) {
    Parcel *parcel = delivery->parcel;
    BufferState *buffer = &number_core(core)->buffers[parcel->in->buffers[0]];
    for (int64_t i = 0; i < parcel->pages; i++) {
        PageState *page = &buffer->states[parcel->first + i];
        const char *why = arrival_fault(number_core(core), buffer, delivery->number + i, parcel->first + i);
        if (why) return refuse_arrival(core, thread, in, buffer, delivery, why);
        page->written = (uint64_t)(delivery->number + i) + 1;
        page->parcel = parcel;
        page->elsewhere = parcel->data + i * buffer->info->page_bytes;
        if (buffer->info->is_aliased || !number_core(core)->numbers) sim_page_settle(buffer, parcel->first + i);
    }
    return OUTCOME_DONE;
}

// ---------------------------------------------------------------- pages that stay in their parcels

// A page is read where it came: all receivers of a parcel share its bytes.
static void leave(PageState *page, int64_t pages) {
    Parcel *parcel = page->parcel;
    page->parcel = NULL;
    sim_parcel_release(parcel, pages);
}

void sim_page_settle(const BufferState *buffer, int64_t index) {
    PageState *page = &buffer->states[index];
    if (buffer->bytes) memcpy(page_bytes_at(buffer, index), page->elsewhere, (size_t)buffer->info->page_bytes);
    leave(page, 1);
}

void sim_pages_drop(BufferState *buffer, int64_t first, int64_t count) {
    for (int64_t i = 0; i < count;) {
        PageState *page = &buffer->states[first + i];
        int64_t run = 1;
        for (; page->parcel && i + run < count && page[run].parcel == page->parcel; run++) page[run].parcel = NULL;
        if (page->parcel) leave(page, run);
        i += run;
    }
}

const void *sim_pages_together(const BufferState *buffer, int64_t first, int64_t count, int64_t stride) {
    const unsigned char *start = page_content(buffer, first);
    int64_t bytes = buffer->info->page_bytes, i = 1;
    if (!buffer->info->is_sent) return start;
    while (i < count && page_content(buffer, first + i * stride) == start + i * stride * bytes) i++;
    if (i >= count) return start;
    for (i = 0; i < count; i++)
        if (buffer->states[first + i * stride].parcel) sim_page_settle(buffer, first + i * stride);
    return page_bytes_at(buffer, first);
}
