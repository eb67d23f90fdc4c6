// The vector unit: one instruction on whole tiles of DST (what each computes is in units_vector.def).
//
// Results are rounded to bfloat16 in a 16-bit DST. Copies and selections move bits. sfpu_*_bcast_col gets its column by
// multiplying lanes with 0 and 1, so an infinity or NaN elsewhere in a row of the vector makes that row NaN, as
// measured.
#include "sim/units_vector.h"

static void set_tile(float *out, float value) {
    for (int i = 0; i < TILE_ELEMENTS; i++) out[i] = value;
}

static void select_tile(float *out, const float *condition, const float *then, const float *otherwise) {
    for (int i = 0; i < TILE_ELEMENTS; i++) out[i] = condition[i] != 0.0f ? then[i] : otherwise[i];
}

static void spread_row(float *out, const float *vector) {
    for (int row = 0; row < TILE_SIZE; row++) memcpy(out + row * TILE_SIZE, vector, TILE_SIZE * sizeof *out);
}

static void spread_column(float *out, const float *vector) {
    for (int row = 0; row < TILE_SIZE; row++) {
        const float *lanes = vector + row * TILE_SIZE;
        float value = lanes[0];
        for (int column = 1; column < TILE_SIZE; column++) value += lanes[column] * 0.0f;
        for (int column = 0; column < TILE_SIZE; column++) out[row * TILE_SIZE + column] = value;
    }
}

typedef void SpreadVector(float *out, const float *vector);

// How the second operand of a DST_UPDATE becomes a tile.
static SpreadVector *const spreads[INSTR_COUNT] = {
    [INSTR_ADD_BCAST_ROW] = spread_row,    [INSTR_SUB_BCAST_ROW] = spread_row,    [INSTR_MUL_BCAST_ROW] = spread_row,
    [INSTR_ADD_BCAST_COL] = spread_column, [INSTR_SUB_BCAST_COL] = spread_column, [INSTR_MUL_BCAST_COL] = spread_column,
};

static void update_tile(InstructionId id, float *data, const float *vector) {
    float spread[TILE_ELEMENTS] TILE_ALIGNED;
    spreads[id](spread, vector);
    tile_loops()->binary[id](data, data, spread);
}

void unit_sfpu(InstructionId id, float *out, const float *a, const float *b, const float *c, float value,
               UnitMode mode) {
    const TileLoops *loops = tile_loops();
    Effect effect = instruction_at(id)->effect;
    if (effect == EFFECT_DST_COPY)
        memmove(out, a, TILE_BYTES);
    else if (effect == EFFECT_DST_SELECT)
        select_tile(out, a, b, c);
    else if (effect == EFFECT_DST_SET)
        set_tile(out, mode.dst_fp32 ? value : vector_round_bf16(value));
    else if (spreads[id])
        update_tile(id, out, a);
    else if (loops->unary[id])
        loops->unary[id](out, out, value);
    else
        loops->binary[id](out, a, b);
    bool computes = loops->unary[id] || loops->binary[id];
    if (computes && !mode.dst_fp32) loops->round_bf16(out);
}
