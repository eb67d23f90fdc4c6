// The matrix unit with its unpackers, and the packer: pages in, DST tiles, pages out. The numbers are units.h's.
#include "sim/dst.h"

static const void *page_at(const BufferState *buffer, int64_t index) { return page_content(buffer, index); }

// ---------------------------------------------------------------- products

typedef struct ProductShape {
    int64_t tile0, tile1, dst, columns, rows, inner;
    bool transpose;
} ProductShape;

static bool block_fits(SimCore *core, const ThreadState *thread, const CodeInstruction *in, const ProductShape *shape) {
    const Scalar *init = number_core(core)->engine.fpu_values; // transpose, columns, rows, inner
    int64_t limit = core->machine->dst_tiles;
    bool sane = shape->columns >= 1 && shape->columns <= limit && shape->rows >= 1 && shape->rows <= limit &&
                shape->inner >= 1 && shape->inner <= INT32_MAX;
    if (!sane)
        sim_violation(core, thread, in, DIAG_SIM_OPERAND, "A block has at least one tile and fits DST.",
                      "%s of %lld x %lld tiles, inner %lld; DST has %lld tiles", in->row->name, (long long)shape->rows,
                      (long long)shape->columns, (long long)shape->inner, (long long)limit);
    if (!sane) return false;
    bool same = init[1].i == shape->columns && init[2].i == shape->rows && init[3].i == shape->inner &&
                (init[0].i != 0) == shape->transpose;
    if (!same)
        sim_violation(core, thread, in, DIAG_SIM_INIT, "Call matmul_block_init with the block's own numbers.",
                      "%s of %lld x %lld tiles, inner %lld, transpose %d, after an init for %lld x %lld, inner %lld, "
                      "transpose %d",
                      in->row->name, (long long)shape->rows, (long long)shape->columns, (long long)shape->inner,
                      shape->transpose, (long long)init[2].i, (long long)init[1].i, (long long)init[3].i,
                      init[0].i != 0);
    return same;
}

static ProductShape shape_of(const SimCore *core, const CodeInstruction *in, const Scalar *values) {
    ProductShape shape = {.tile0 = values[0].i, .tile1 = values[1].i, .dst = values[2].i};
    bool is_block = in->row->id == INSTR_MATMUL_BLOCK;
    shape.transpose = (is_block ? values[3].i : ((const NumberCore *)core)->engine.fpu_values[0].i) != 0;
    shape.columns = is_block ? values[4].i : 1;
    shape.rows = is_block ? values[5].i : 1;
    shape.inner = is_block ? values[6].i : 1;
    return shape;
}

// Place of the first of `count` pages, `stride` apart, all of which may be read; -1 after a violation.
static int64_t pages_to_read(SimCore *core, const ThreadState *thread, const CodeInstruction *in,
                             const BufferState *buffer, int64_t tile, int64_t count, int64_t stride) {
    int64_t first = sim_page_to_read(core, thread, in, buffer, tile);
    for (int64_t i = 1; first >= 0 && i < count; i++)
        if (sim_page_to_read(core, thread, in, buffer, tile + i * stride) < 0) return -1;
    return first;
}

Outcome sim_product(SimCore *core, ThreadState *thread, const CodeInstruction *in, const Scalar *values) {
    NumberCore *numbers = number_core(core);
    const BufferState *in0 = operand_buffer(core, in, 0), *in1 = operand_buffer(core, in, 1);
    DstView view;
    if (!sim_fpu_ready(core, thread, in) || !sim_dst_open(core, thread, in, &view)) return OUTCOME_FAILED;
    ProductShape shape = shape_of(core, in, values);
    if (in->row->id == INSTR_MATMUL_BLOCK && !block_fits(core, thread, in, &shape)) return OUTCOME_FAILED;
    int64_t page0 = pages_to_read(core, thread, in, in0, shape.tile0, shape.rows, shape.inner);
    int64_t page1 = page0 < 0 ? -1 : pages_to_read(core, thread, in, in1, shape.tile1, shape.columns, 1);
    float *dst = page1 < 0 ? NULL : sim_dst_accumulate(&view, shape.dst, shape.rows * shape.columns);
    if (!dst) return OUTCOME_FAILED;
    numbers->tally.products += shape.rows * shape.columns;
    if (!numbers->numbers) return OUTCOME_DONE;
    ProductBlock block = {.dst = dst,
                          .in0 = sim_pages_together(in0, page0, shape.rows, shape.inner),
                          .in1 = sim_pages_together(in1, page1, shape.columns, 1),
                          .format0 = in0->info->format,
                          .format1 = in1->info->format,
                          .rows = (int)shape.rows,
                          .columns = (int)shape.columns,
                          .in0_stride = (int)shape.inner,
                          .transpose = shape.transpose};
    unit_product(&block, core->machine->mode);
    return OUTCOME_DONE;
}

// ---------------------------------------------------------------- elementwise operations and loads

typedef struct BinaryForm {
    char op; // 0: the row is no such instruction
    TileBroadcast broadcast;
} BinaryForm;

static const BinaryForm binary_forms[INSTR_COUNT] = {
    [INSTR_ADD_TILES] = {'+', TILE_BROADCAST_NONE},  [INSTR_ADD_ROWS] = {'+', TILE_BROADCAST_ROW},
    [INSTR_ADD_COLS] = {'+', TILE_BROADCAST_COLUMN}, [INSTR_SUB_TILES] = {'-', TILE_BROADCAST_NONE},
    [INSTR_SUB_ROWS] = {'-', TILE_BROADCAST_ROW},    [INSTR_SUB_COLS] = {'-', TILE_BROADCAST_COLUMN},
    [INSTR_MUL_TILES] = {'*', TILE_BROADCAST_NONE},  [INSTR_MUL_ROWS] = {'*', TILE_BROADCAST_ROW},
    [INSTR_MUL_COLS] = {'*', TILE_BROADCAST_COLUMN},
};

Outcome sim_binary(SimCore *core, ThreadState *thread, const CodeInstruction *in, const Scalar *values) {
    const BufferState *in0 = operand_buffer(core, in, 0), *in1 = operand_buffer(core, in, 1);
    BinaryForm form = binary_forms[in->row->id];
    DstView view;
    if (!sim_fpu_ready(core, thread, in) || !sim_dst_open(core, thread, in, &view)) return OUTCOME_FAILED;
    int64_t page0 = sim_page_to_read(core, thread, in, in0, values[0].i);
    int64_t page1 = page0 < 0 ? -1 : sim_page_to_read(core, thread, in, in1, values[1].i);
    if (page1 < 0) return OUTCOME_FAILED;
    float *dst = form.op == '*' ? sim_dst_accumulate(&view, values[2].i, 1) : sim_dst_write(&view, values[2].i);
    if (!dst) return OUTCOME_FAILED;
    if (number_core(core)->numbers)
        unit_fpu_binary(form.op, form.broadcast, dst, page_at(in0, page0), in0->info->format, page_at(in1, page1),
                        in1->info->format, core->machine->mode);
    return OUTCOME_DONE;
}

static const TileBroadcast load_broadcasts[INSTR_COUNT] = {
    [INSTR_BCAST_ROW] = TILE_BROADCAST_ROW,
    [INSTR_BCAST_COL] = TILE_BROADCAST_COLUMN,
    [INSTR_BCAST_SCALAR] = TILE_BROADCAST_SCALAR,
};

Outcome sim_load(SimCore *core, ThreadState *thread, const CodeInstruction *in, const Scalar *values) {
    const BufferState *buffer = operand_buffer(core, in, 0);
    DstView view;
    if (!sim_fpu_ready(core, thread, in) || !sim_dst_open(core, thread, in, &view)) return OUTCOME_FAILED;
    int64_t page = sim_page_to_read(core, thread, in, buffer, values[0].i);
    float *dst = page < 0 ? NULL : sim_dst_write(&view, values[1].i);
    if (!dst) return OUTCOME_FAILED;
    if (number_core(core)->numbers)
        unit_load(dst, page_at(buffer, page), buffer->info->format, buffer->info->to_dst ? LOAD_EXACT : LOAD_SOURCE,
                  in->row->id == INSTR_TRANSPOSE_TILE, load_broadcasts[in->row->id], core->machine->mode);
    return OUTCOME_DONE;
}

// ---------------------------------------------------------------- packing

// Adding needs something to add to; what the page held before its last pop counts, as on the chip.
static bool accumulation_fits(SimCore *core, const ThreadState *thread, const CodeInstruction *in,
                              const BufferState *buffer, int64_t slot) {
    int64_t index = buffer->write_page + slot;
    if (slot < 0 || index >= buffer->info->pages || buffer->states[index].written) return true;
    sim_violation(core, thread, in, DIAG_SIM_ACCUMULATE, "Turn accumulation off for the first pack into a page.",
                  "%s adds to page %lld of `%s`, which holds nothing yet", in->row->name, (long long)slot,
                  buffer->info->circular->name);
    return false;
}

Outcome sim_pack(SimCore *core, ThreadState *thread, const CodeInstruction *in, const Scalar *values) {
    BufferState *buffer = operand_buffer(core, in, 0);
    bool accumulate = number_core(core)->engine.accumulate, chosen = in->row->effect == EFFECT_PACK_AT;
    int64_t slot = chosen ? values[1].i : buffer->packed;
    DstView view;
    if (!sim_pack_ready(core, thread, in) || !sim_dst_open(core, thread, in, &view)) return OUTCOME_FAILED;
    const float *dst = sim_dst_read(&view, values[0].i);
    if (!dst || (accumulate && !accumulation_fits(core, thread, in, buffer, slot))) return OUTCOME_FAILED;
    int64_t page = sim_page_to_write(core, thread, in, buffer, slot);
    if (page < 0) return OUTCOME_FAILED;
    if (!chosen) buffer->packed++;
    if (number_core(core)->numbers)
        unit_pack(page_bytes_at(buffer, page), buffer->info->format, dst, accumulate, core->machine->mode);
    return OUTCOME_DONE;
}
