// Circular buffers as the chip keeps them: two counters, a read and a write pointer that wrap only when they land
// exactly on the end. A shadow state for each page knows for which lap it was last written and what is in flight.
#include "sim/machine.h"

#define OF_BUFFER(buffer) (buffer)->info->circular->name, holds_text(buffer)
#define STATE_FORMAT      "[%lld pushed, %lld popped, %lld pages]"
#define STATE_OF(buffer)  (long long)(buffer)->pushed, (long long)(buffer)->popped, (long long)(buffer)->info->pages

static const char *holds_text(const BufferState *buffer) {
    return buffer->info->circular->holds ? buffer->info->circular->holds : "no buffer of the source";
}

bool sim_page_arriving(const NumberCore *core, const PageState *page) {
    return page->arriving && page->arriving == core->movers[page->arriving & 1].read_token;
}

bool sim_page_leaving(const NumberCore *core, const PageState *page) {
    return page->leaving && page->leaving == core->movers[page->leaving & 1].write_token;
}

bool sim_page_sent(const NumberCore *core, const PageState *page) {
    return page->sent && page->sent == core->movers[page->sent & 1].write_token;
}

// ---------------------------------------------------------------- pages

static int64_t refuse_straddle(SimCore *core, const ThreadState *thread, const CodeInstruction *in,
                               const BufferState *buffer, int64_t page) {
    sim_violation(core, thread, in, DIAG_SIM_STRADDLE, "Make the number of pages a multiple of every window.",
                  "%s reaches page place %lld of `%s` (%s), behind its end " STATE_FORMAT, in->row->name,
                  (long long)page, OF_BUFFER(buffer), STATE_OF(buffer));
    return -1;
}

static int64_t refuse_read(SimCore *core, const ThreadState *thread, const CodeInstruction *in,
                           const BufferState *buffer, int64_t tile) {
    sim_violation(core, thread, in, DIAG_SIM_READ_UNWAITED, "Wait for as many pages as are read.",
                  "%s reads page %lld of `%s` (%s), but %lld were waited for " STATE_FORMAT, in->row->name,
                  (long long)tile, OF_BUFFER(buffer), (long long)buffer->waited, STATE_OF(buffer));
    return -1;
}

static int64_t refuse_content(SimCore *core, const ThreadState *thread, const CodeInstruction *in,
                              const BufferState *buffer, int64_t tile) {
    const PageState *page = &buffer->states[buffer->read_page + tile];
    if (sim_page_arriving(number_core(core), page))
        sim_violation(core, thread, in, DIAG_SIM_READ_IN_FLIGHT, "Put noc_async_read_barrier before the push.",
                      "%s reads page %lld of `%s` (%s) while a NoC read is filling it", in->row->name, (long long)tile,
                      OF_BUFFER(buffer));
    else
        sim_violation(
            core, thread, in, DIAG_SIM_READ_UNWRITTEN, "Write every page that is pushed and read.",
            "%s reads page %lld of `%s` (%s), which was pushed but not written since its last pop " STATE_FORMAT,
            in->row->name, (long long)tile, OF_BUFFER(buffer), STATE_OF(buffer));
    return -1;
}

int64_t sim_page_to_read(SimCore *core, const ThreadState *thread, const CodeInstruction *in, const BufferState *buffer,
                         int64_t tile) {
    if (tile < 0 || tile >= buffer->waited) return refuse_read(core, thread, in, buffer, tile);
    int64_t index = buffer->read_page + tile;
    if (index >= buffer->info->pages) return refuse_straddle(core, thread, in, buffer, index);
    const PageState *page = &buffer->states[index];
    bool written = page->written == (uint64_t)(buffer->popped + tile) + 1;
    if (!written || sim_page_arriving(number_core(core), page)) return refuse_content(core, thread, in, buffer, tile);
    return index;
}

static int64_t refuse_write(SimCore *core, const ThreadState *thread, const CodeInstruction *in,
                            const BufferState *buffer, int64_t slot) {
    sim_violation(core, thread, in, DIAG_SIM_WRITE_UNRESERVED, "Reserve as many pages as are written.",
                  "%s writes page %lld of `%s` (%s), but %lld are reserved " STATE_FORMAT, in->row->name,
                  (long long)slot, OF_BUFFER(buffer), (long long)buffer->reserved, STATE_OF(buffer));
    return -1;
}

static int64_t refuse_in_flight(SimCore *core, const ThreadState *thread, const CodeInstruction *in,
                                const BufferState *buffer, int64_t slot, bool arriving) {
    sim_violation(core, thread, in, arriving ? DIAG_SIM_READ_IN_FLIGHT : DIAG_SIM_WRITE_IN_FLIGHT,
                  arriving ? "Put noc_async_read_barrier between them." : "Put noc_async_writes_flushed between them.",
                  "%s writes page %lld of `%s` (%s) while a NoC %s", in->row->name, (long long)slot, OF_BUFFER(buffer),
                  arriving ? "read is filling it" : "write is reading it");
    return -1;
}

int64_t sim_page_to_write(SimCore *core, const ThreadState *thread, const CodeInstruction *in,
                          const BufferState *buffer, int64_t slot) {
    if (slot < 0 || slot >= buffer->reserved) return refuse_write(core, thread, in, buffer, slot);
    if (buffer->info->shard_use == SHARD_INPUT) return sim_refuse_shard_write(core, thread, in, buffer), -1;
    int64_t index = buffer->write_page + slot;
    if (index >= buffer->info->pages) return refuse_straddle(core, thread, in, buffer, index);
    PageState *page = &buffer->states[index];
    bool arriving = sim_page_arriving(number_core(core), page);
    if (arriving || sim_page_leaving(number_core(core), page) || sim_page_sent(number_core(core), page))
        return refuse_in_flight(core, thread, in, buffer, slot, arriving);
    if (page->parcel) sim_page_settle(buffer, index);
    page->written = (uint64_t)(buffer->pushed + slot) + 1;
    return index;
}

// ---------------------------------------------------------------- the four calls

static Outcome refuse_count(SimCore *core, const ThreadState *thread, const CodeInstruction *in,
                            const BufferState *buffer, int64_t pages) {
    return sim_violation(core, thread, in, DIAG_SIM_CAPACITY, "Ask for fewer pages, or give the buffer more.",
                         "%s(%s, %lld): `%s` (%s) has %lld pages", in->row->name, buffer->info->circular->name,
                         (long long)pages, OF_BUFFER(buffer), (long long)buffer->info->pages);
}

Outcome sim_reserve(SimCore *core, ThreadState *thread, const CodeInstruction *in, const Scalar *values) {
    BufferState *buffer = operand_buffer(core, in, 0);
    int64_t pages = values[0].i, room = buffer->info->pages - (buffer->pushed - buffer->popped);
    if (pages < 0 || pages > buffer->info->pages) return refuse_count(core, thread, in, buffer, pages);
    if (pages > room) return OUTCOME_BLOCKED;
    if (pages > buffer->reserved) buffer->reserved = pages;
    return OUTCOME_DONE;
}

Outcome sim_wait(SimCore *core, ThreadState *thread, const CodeInstruction *in, const Scalar *values) {
    BufferState *buffer = operand_buffer(core, in, 0);
    int64_t pages = values[0].i;
    if (pages < 0 || pages > buffer->info->pages) return refuse_count(core, thread, in, buffer, pages);
    if (pages > buffer->pushed - buffer->popped) return OUTCOME_BLOCKED;
    if (pages > buffer->waited) buffer->waited = pages;
    return OUTCOME_DONE;
}

static Outcome refuse_push(SimCore *core, const ThreadState *thread, const CodeInstruction *in,
                           const BufferState *buffer, int64_t pages) {
    return sim_violation(core, thread, in, DIAG_SIM_PUSH_UNRESERVED, "Push at most what was reserved.",
                         "%s(%s, %lld) of `%s` (%s), but %lld are reserved " STATE_FORMAT, in->row->name,
                         buffer->info->circular->name, (long long)pages, OF_BUFFER(buffer), (long long)buffer->reserved,
                         STATE_OF(buffer));
}

static int64_t first_arriving(const NumberCore *core, const BufferState *buffer, int64_t pages) {
    for (int64_t i = 0; i < pages; i++)
        if (sim_page_arriving(core, &buffer->states[buffer->write_page + i])) return i;
    return -1;
}

static Outcome refuse_early_push(SimCore *core, const ThreadState *thread, const CodeInstruction *in,
                                 const BufferState *buffer, int64_t page) {
    return sim_violation(core, thread, in, DIAG_SIM_READ_IN_FLIGHT, "Put noc_async_read_barrier before the push.",
                         "%s of `%s` (%s) while a NoC read may still be filling its page %lld", in->row->name,
                         OF_BUFFER(buffer), (long long)page);
}

Outcome sim_push(SimCore *core, ThreadState *thread, const CodeInstruction *in, const Scalar *values) {
    BufferState *buffer = operand_buffer(core, in, 0);
    int64_t pages = values[0].i, end = buffer->write_page + pages;
    if (pages < 0 || pages > buffer->reserved) return refuse_push(core, thread, in, buffer, pages);
    if (end > buffer->info->pages) return refuse_straddle(core, thread, in, buffer, end - 1), OUTCOME_FAILED;
    int64_t arriving = first_arriving(number_core(core), buffer, pages);
    if (arriving >= 0) return refuse_early_push(core, thread, in, buffer, arriving);
    if (buffer->info->shard_use == SHARD_INPUT) sim_shard_push(buffer, pages);
    buffer->pushed += pages;
    buffer->reserved -= pages;
    buffer->write_page = end == buffer->info->pages ? 0 : end;
    buffer->packed = 0;
    return OUTCOME_DONE;
}

static Outcome refuse_pop(SimCore *core, const ThreadState *thread, const CodeInstruction *in,
                          const BufferState *buffer, int64_t pages) {
    return sim_violation(core, thread, in, DIAG_SIM_POP_UNWAITED, "Pop at most what was waited for.",
                         "%s(%s, %lld) of `%s` (%s), but %lld were waited for " STATE_FORMAT, in->row->name,
                         buffer->info->circular->name, (long long)pages, OF_BUFFER(buffer), (long long)buffer->waited,
                         STATE_OF(buffer));
}

static int64_t first_leaving(const NumberCore *core, const BufferState *buffer, int64_t pages) {
    for (int64_t i = 0; i < pages; i++)
        if (sim_page_leaving(core, &buffer->states[buffer->read_page + i])) return i;
    return -1;
}

static Outcome refuse_early_pop(SimCore *core, const ThreadState *thread, const CodeInstruction *in,
                                const BufferState *buffer, int64_t page) {
    return sim_violation(core, thread, in, DIAG_SIM_WRITE_IN_FLIGHT, "Put noc_async_writes_flushed before the pop.",
                         "%s of `%s` (%s) while a NoC write may still be reading its page %lld", in->row->name,
                         OF_BUFFER(buffer), (long long)page);
}

Outcome sim_pop(SimCore *core, ThreadState *thread, const CodeInstruction *in, const Scalar *values) {
    BufferState *buffer = operand_buffer(core, in, 0);
    int64_t pages = values[0].i, end = buffer->read_page + pages;
    if (pages < 0 || pages > buffer->waited) return refuse_pop(core, thread, in, buffer, pages);
    if (end > buffer->info->pages) return refuse_straddle(core, thread, in, buffer, end - 1), OUTCOME_FAILED;
    int64_t leaving = first_leaving(number_core(core), buffer, pages);
    if (leaving >= 0) return refuse_early_pop(core, thread, in, buffer, leaving);
    if (buffer->info->is_sent) sim_pages_drop(buffer, buffer->read_page, pages);
    buffer->popped += pages;
    buffer->waited -= pages;
    buffer->read_page = end == buffer->info->pages ? 0 : end;
    return OUTCOME_DONE;
}
