// Circular buffers that lie over a tensor's shard on their core: an input's pages are there from the start, and stay;
// what an output's hold at the end is the tensor's content.
#include "sim/machine.h"

// ---------------------------------------------------------------- before any core runs

static const char *shard_fault(const Machine *machine, const BufferInfo *info, const TensorInfo *tensor) {
    Role role = tensor->buffer->role;
    if (info->circular->alias) return "an alias has the memory of its buffer, and no shard besides";
    if (role != ROLE_IN && role != ROLE_OUT) return "the tensor is neither input nor output";
    if (tensor->map.space != SPACE_L1 || !tensor->map.shard.rows) return "the tensor has no shards in L1";
    if (tensor->format != info->format) return "the tensor has another format";
    if (shard_pages(&tensor->map) != info->pages) return "a shard has another number of pages";
    for (int i = 0; i < machine->buffer_count; i++) {
        const BufferInfo *other = &machine->buffers[i];
        if (role == ROLE_OUT && other != info && other->circular->shard == tensor->buffer)
            return "another buffer lies over the shard of this output";
    }
    return NULL;
}

static void build_shard(Machine *machine, BufferInfo *info) {
    const CircularBuffer *circular = info->circular;
    int place = sim_tensor_place(machine, circular->shard);
    TensorInfo *tensor = &machine->tensors[place];
    const char *fault = shard_fault(machine, info, tensor);
    if (fault) {
        report(machine->context, DIAG_SIM_SHARD, circular->location, "circular buffer `%s` over the shard of `%s`: %s",
               circular->name, circular->shard->name, fault);
        report_help(machine->context, "Give it the pages of the shard that a core holds of an input or output in L1.");
        fail_now(machine->context);
    }
    info->shard = place;
    info->shard_use = tensor->buffer->role == ROLE_IN ? SHARD_INPUT : SHARD_OUTPUT;
    *(info->shard_use == SHARD_INPUT ? &tensor->is_read : &tensor->is_written) = true;
}

void sim_build_shards(Machine *machine) {
    for (int i = 0; i < machine->buffer_count; i++)
        if (machine->buffers[i].circular->shard) build_shard(machine, &machine->buffers[i]);
}

// ---------------------------------------------------------------- as a core starts and ends

static void fill(NumberCore *core, BufferState *buffer) {
    const Machine *machine = core->core.machine;
    const TensorInfo *tensor = &machine->tensors[buffer->info->shard];
    for (int64_t i = 0; i < buffer->info->pages; i++) {
        int64_t page = shard_page(&tensor->map, core->core.place, i);
        if (page < 0) continue;
        buffer->states[i].written = (uint64_t)i + 1;
        if (core->numbers) unit_read_page(page_bytes_at(buffer, i), &tensor->map, tensor->format, tensor->data, page);
    }
}

void sim_shards_start(NumberCore *core) {
    for (int i = 0; i < core->core.machine->buffer_count; i++)
        if (core->buffers[i].info->shard_use == SHARD_INPUT) fill(core, &core->buffers[i]);
}

static Outcome refuse(NumberCore *core, const BufferState *buffer, int64_t page, DiagnosticCode code, const char *why) {
    const CircularBuffer *circular = buffer->info->circular;
    return sim_violation_at(&core->core, &core->core.threads[circular->producer], circular->location, code,
                            "Fill each page of an output's shard and push it once.",
                            "`%s` lies over the shard of output `%s`, and its page %lld %s", circular->name,
                            circular->shard->name, (long long)page, why);
}

static Outcome store(NumberCore *core, const BufferState *buffer, int64_t i, int64_t page) {
    TensorInfo *tensor = &core->core.machine->tensors[buffer->info->shard];
    uint32_t nobody = 0;
    if (i >= buffer->pushed) return refuse(core, buffer, i, DIAG_SIM_SHARD, "was not pushed");
    if (buffer->states[i].written != (uint64_t)i + 1)
        return refuse(core, buffer, i, DIAG_SIM_SHARD, "was pushed, and nothing has written it");
    bool mine = atomic_compare_exchange_strong(&tensor->writers[page], &nobody, (uint32_t)core->core.index + 1);
    if (!mine || (tensor->readers && atomic_load(&tensor->readers[page])))
        return refuse(core, buffer, i, DIAG_SIM_OUTPUT_RACE, "was read or written by way of the NoC, too");
    if (core->numbers) unit_write_page(page_bytes_at(buffer, i), &tensor->map, tensor->format, tensor->data, page);
    return OUTCOME_DONE;
}

static Outcome empty(NumberCore *core, const BufferState *buffer) {
    const TensorInfo *tensor = &core->core.machine->tensors[buffer->info->shard];
    Outcome outcome = OUTCOME_DONE;
    if (buffer->pushed > buffer->info->pages) return refuse(core, buffer, 0, DIAG_SIM_SHARD, "was pushed twice");
    for (int64_t i = 0; i < buffer->info->pages && outcome == OUTCOME_DONE; i++) {
        int64_t page = shard_page(&tensor->map, core->core.place, i);
        if (page >= 0) outcome = store(core, buffer, i, page);
    }
    return outcome;
}

Outcome sim_shards_end(NumberCore *core) {
    Outcome outcome = OUTCOME_DONE;
    for (int i = 0; i < core->core.machine->buffer_count && outcome == OUTCOME_DONE; i++)
        if (core->buffers[i].info->shard_use == SHARD_OUTPUT) outcome = empty(core, &core->buffers[i]);
    return outcome;
}

// ---------------------------------------------------------------- on the way

void sim_shard_push(BufferState *buffer, int64_t pages) {
    for (int64_t i = 0; i < pages; i++) {
        PageState *page = &buffer->states[buffer->write_page + i];
        if (page->written) page->written = (uint64_t)(buffer->pushed + i) + 1;
    }
}

Outcome sim_refuse_shard_write(SimCore *core, const ThreadState *thread, const CodeInstruction *in,
                               const BufferState *buffer) {
    return sim_violation(core, thread, in, DIAG_SIM_SHARD, "Use a buffer with memory of its own.",
                         "%s writes `%s`, which lies over the shard of input `%s`", in->row->name,
                         buffer->info->circular->name, buffer->info->circular->shard->name);
}
