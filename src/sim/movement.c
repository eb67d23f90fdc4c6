// Data movement: NoC transfers between tensors and pages, barriers, and stores of the data-movement core itself. Bytes
// move at once; that they are in flight until a barrier is kept in the pages' shadow state.
#include <stdio.h>

#include "sim/machine.h"

// ---------------------------------------------------------------- who owns a page of a tensor

static void note_reader(TensorInfo *tensor, int64_t page, uint32_t me) {
    uint32_t nobody = 0;
    if (atomic_compare_exchange_strong(&tensor->readers[page], &nobody, me) || nobody == me) return;
    atomic_store(&tensor->readers[page], READ_BY_MANY);
}

static Outcome refuse_shared(SimCore *core, const ThreadState *thread, const CodeInstruction *in,
                             const TensorInfo *tensor, int64_t page, const char *act, uint32_t other, const char *did) {
    const Core *cores = core->machine->cores;
    char who[64] = "other cores";
    if (other != READ_BY_MANY) snprintf(who, sizeof who, "core (%d, %d)", cores[other - 1].x, cores[other - 1].y);
    return sim_violation(core, thread, in, DIAG_SIM_OUTPUT_RACE, "Give each page of a tensor to one core.",
                         "%s %s page %lld of `%s`, which %s %s in the same launch", in->row->name, act, (long long)page,
                         tensor->buffer->name, who, did);
}

// Each side marks before it looks at the other's mark, so that at least one of two cores sees the other.
static Outcome claim_read(SimCore *core, const ThreadState *thread, const CodeInstruction *in, TensorInfo *tensor,
                          int64_t page) {
    uint32_t me = (uint32_t)core->index + 1;
    if (!tensor->readers) return OUTCOME_DONE;
    note_reader(tensor, page, me);
    uint32_t writer = atomic_load(&tensor->writers[page]);
    if (writer == 0 || writer == me) return OUTCOME_DONE;
    return refuse_shared(core, thread, in, tensor, page, "reads", writer, "wrote");
}

static Outcome refuse_rewrite(SimCore *core, const ThreadState *thread, const CodeInstruction *in,
                              const TensorInfo *tensor, int64_t page) {
    return sim_violation(core, thread, in, DIAG_SIM_OUTPUT_REWRITTEN, "Write each page once, when it is complete.",
                         "%s writes page %lld of `%s`, which this core has written before in the same launch",
                         in->row->name, (long long)page, tensor->buffer->name);
}

static bool is_output(const TensorInfo *tensor) {
    return tensor->buffer->role == ROLE_OUT || tensor->buffer->role == ROLE_INOUT;
}

static Outcome claim_write(SimCore *core, const ThreadState *thread, const CodeInstruction *in, TensorInfo *tensor,
                           int64_t page) {
    uint32_t me = (uint32_t)core->index + 1, writer = 0;
    if (!atomic_compare_exchange_strong(&tensor->writers[page], &writer, me) && writer != me)
        return refuse_shared(core, thread, in, tensor, page, "writes", writer, "wrote");
    if (writer == me && is_output(tensor)) return refuse_rewrite(core, thread, in, tensor, page);
    uint32_t reader = tensor->readers ? atomic_load(&tensor->readers[page]) : 0;
    if (reader == 0 || reader == me) return OUTCOME_DONE;
    return refuse_shared(core, thread, in, tensor, page, "writes", reader, "read");
}

static bool check_written(Context *context, const TensorInfo *tensor) {
    int64_t missing = 0, first = 0;
    for (int64_t page = tensor->map.pages - 1; page >= 0; page--) {
        if (tensor->writers && tensor->writers[page] != 0) continue;
        missing++;
        first = page;
    }
    if (missing == 0) return true;
    report(context, DIAG_SIM_OUTPUT_UNWRITTEN, tensor->buffer->location,
           "no core wrote %lld of the %lld pages of output `%s`; the first is page %lld", (long long)missing,
           (long long)tensor->map.pages, tensor->buffer->name, (long long)first);
    report_help(context, "Let the writers' page indices reach each page once, or give the tensor role=\"inout\".");
    return false;
}

bool sim_check_outputs(const Machine *machine) {
    bool fine = true;
    for (int i = 0; i < machine->tensor_count; i++)
        if (machine->tensors[i].buffer->role == ROLE_OUT)
            fine = check_written(machine->context, &machine->tensors[i]) && fine;
    return fine;
}

// ---------------------------------------------------------------- transfers

static TensorInfo *operand_tensor_page(SimCore *core, const ThreadState *thread, const CodeInstruction *in,
                                       int64_t page) {
    TensorInfo *tensor = &core->machine->tensors[in->tensor];
    if (page >= 0 && page < tensor->map.pages) return tensor;
    sim_violation(core, thread, in, DIAG_SIM_PAGE_RANGE, "Pages count from 0, tile row by tile row.",
                  "%s of page %lld of `%s`, which has %lld pages", in->row->name, (long long)page, tensor->buffer->name,
                  (long long)tensor->map.pages);
    return NULL;
}

// Bytes of DRAM go to `dram`.
static void count_bytes(SimCore *core, const TensorInfo *tensor, int64_t page, int64_t *dram) {
    int64_t bytes = tensor->map.page_bytes;
    if (!tensor->in_l1) {
        *dram += bytes;
        return;
    }
    Core home = page_home(&tensor->map, core->machine->target, page).core;
    number_core(core)->tally.l1_bytes[home.x == core->place.x && home.y == core->place.y] += bytes;
}

Outcome sim_noc_read(SimCore *core, ThreadState *thread, const CodeInstruction *in, const Scalar *values) {
    NumberCore *numbers = number_core(core);
    BufferState *buffer = operand_buffer(core, in, 0);
    TensorInfo *tensor = operand_tensor_page(core, thread, in, values[0].i);
    if (!tensor) return OUTCOME_FAILED;
    int64_t index = sim_page_to_write(core, thread, in, buffer, values[1].i);
    if (index < 0 || claim_read(core, thread, in, tensor, values[0].i) != OUTCOME_DONE) return OUTCOME_FAILED;
    Mover *mover = number_mover(core, thread);
    buffer->states[index].arriving = mover->read_token;
    mover->reads++;
    mover->last_read = in;
    count_bytes(core, tensor, values[0].i, &numbers->tally.read_bytes);
    if (numbers->numbers)
        unit_read_page(page_bytes_at(buffer, index), &tensor->map, tensor->format, tensor->data, values[0].i);
    return OUTCOME_DONE;
}

Outcome sim_noc_write(SimCore *core, ThreadState *thread, const CodeInstruction *in, const Scalar *values) {
    NumberCore *numbers = number_core(core);
    BufferState *buffer = operand_buffer(core, in, 0);
    TensorInfo *tensor = operand_tensor_page(core, thread, in, values[0].i);
    if (!tensor) return OUTCOME_FAILED;
    int64_t index = sim_page_to_read(core, thread, in, buffer, values[1].i);
    if (index < 0 || claim_write(core, thread, in, tensor, values[0].i) != OUTCOME_DONE) return OUTCOME_FAILED;
    Mover *mover = number_mover(core, thread);
    buffer->states[index].leaving = mover->write_token;
    mover->unconfirmed++;
    mover->last_write = in;
    count_bytes(core, tensor, values[0].i, &numbers->tally.written_bytes);
    if (numbers->numbers)
        unit_write_page(page_content(buffer, index), &tensor->map, tensor->format, tensor->data, values[0].i);
    return OUTCOME_DONE;
}

Outcome sim_read_barrier(SimCore *core, ThreadState *thread, const CodeInstruction *in, const Scalar *values) {
    (void)in, (void)values;
    Mover *mover = number_mover(core, thread);
    mover->read_token += 2;
    mover->reads = 0;
    return OUTCOME_DONE;
}

Outcome sim_write_flush(SimCore *core, ThreadState *thread, const CodeInstruction *in, const Scalar *values) {
    (void)in, (void)values;
    Mover *mover = number_mover(core, thread);
    mover->write_token += 2;
    return OUTCOME_DONE;
}

Outcome sim_write_barrier(SimCore *core, ThreadState *thread, const CodeInstruction *in, const Scalar *values) {
    number_mover(core, thread)->unconfirmed = 0;
    number_mover(core, thread)->write_barriers++;
    return sim_write_flush(core, thread, in, values);
}

// ---------------------------------------------------------------- stores of the core itself

Outcome sim_page_store(SimCore *core, ThreadState *thread, const CodeInstruction *in, const Scalar *values) {
    BufferState *buffer = operand_buffer(core, in, 0);
    int64_t index = sim_page_to_write(core, thread, in, buffer, values[0].i);
    if (index < 0) return OUTCOME_FAILED;
    if (!number_core(core)->numbers) return OUTCOME_DONE;
    unsigned char *page = page_bytes_at(buffer, index);
    if (in->row->id == INSTR_FILL_PAGE)
        unit_fill_elements(page, buffer->info->format,
                           (size_t)buffer->info->page_bytes / dtype_bytes(buffer->info->format), values[1].f);
    else
        unit_fill_page_index(page, buffer->info->format, !in->flag);
    return OUTCOME_DONE;
}

static bool holds_data(const NumberCore *core, const BufferState *buffer, int64_t slot) {
    int64_t index = buffer->write_page + slot;
    if (slot < 0 || slot >= buffer->reserved || index >= buffer->info->pages) return true; // another rule's case
    const PageState *page = &buffer->states[index];
    return sim_page_arriving(core, page) || page->written == (uint64_t)(buffer->pushed + slot) + 1;
}

Outcome sim_page_update(SimCore *core, ThreadState *thread, const CodeInstruction *in, const Scalar *values) {
    BufferState *buffer = operand_buffer(core, in, 0);
    int64_t rows = values[1].i, columns = values[2].i;
    if (rows < 0 || rows > TILE_SIZE || columns < 0 || columns > TILE_SIZE)
        return sim_violation(core, thread, in, DIAG_SIM_OPERAND, NULL, "%s keeps %lld x %lld elements of a 32x32 tile",
                             in->row->name, (long long)rows, (long long)columns);
    if (!holds_data(number_core(core), buffer, values[0].i))
        return sim_violation(core, thread, in, DIAG_SIM_READ_UNWRITTEN, "Write the page first.",
                             "%s changes a part of page %lld of `%s`, and nothing has written it", in->row->name,
                             (long long)values[0].i, buffer->info->circular->name);
    int64_t index = sim_page_to_write(core, thread, in, buffer, values[0].i);
    if (index < 0) return OUTCOME_FAILED;
    if (number_core(core)->numbers)
        unit_fill_page_edge(page_bytes_at(buffer, index), buffer->info->format, (int)rows, (int)columns, values[3].f);
    return OUTCOME_DONE;
}
