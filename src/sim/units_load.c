// From pages to DST and back: the unpacker with the matrix unit's copies and broadcasts, and the packer.
//
// Through the source registers a copy cuts fp32 to TF32, flushes denormals and moves other bits as they are, NaN and
// infinity included. Unpacked to DST, every bit arrives; a 16-bit DST takes the upper half. Integers arrive as numbers.
#include "sim/units_internal.h"

static void broadcast_row(float *tile) {
    for (int row = 1; row < TILE_SIZE; row++) memcpy(tile + row * TILE_SIZE, tile, TILE_SIZE * sizeof *tile);
}

static void broadcast_column(float *tile) {
    for (int row = 0; row < TILE_SIZE; row++) {
        float value = tile[row * TILE_SIZE];
        for (int column = 1; column < TILE_SIZE; column++) tile[row * TILE_SIZE + column] = value;
    }
}

static void broadcast_scalar(float *tile) {
    float value = tile[0];
    for (int i = 1; i < TILE_ELEMENTS; i++) tile[i] = value;
}

static void (*const broadcasts[])(float *) = {
    [TILE_BROADCAST_NONE] = NULL,
    [TILE_BROADCAST_ROW] = broadcast_row,
    [TILE_BROADCAST_COLUMN] = broadcast_column,
    [TILE_BROADCAST_SCALAR] = broadcast_scalar,
};

static void tile_broadcast(float *tile, TileBroadcast broadcast) {
    if (broadcasts[broadcast]) broadcasts[broadcast](tile);
}

static void read_exact(float *tile, const void *page, DType format, UnitMode mode) {
    tile_decode(tile, page, format);
    if (mode.dst_fp32 || format != DTYPE_FLOAT32) return;
    for (int i = 0; i < TILE_ELEMENTS; i++) tile[i] = float_of_bits(float_bits(tile[i]) & KEEP_BF16);
}

void unit_load(float *dst, const void *page, DType format, LoadPath path, bool transpose, TileBroadcast broadcast,
               UnitMode mode) {
    float scratch[TILE_ELEMENTS] TILE_ALIGNED;
    float *tile = transpose ? scratch : dst;
    if (path == LOAD_SOURCE)
        tile_read_source(tile, page, format, mode);
    else
        read_exact(tile, page, format, mode);
    if (transpose) tile_transpose(dst, tile);
    tile_broadcast(dst, broadcast);
}

// ---------------------------------------------------------------- binary operations of the matrix unit

typedef struct BinaryTiles {
    float a[TILE_ELEMENTS] TILE_ALIGNED;
    float b[TILE_ELEMENTS] TILE_ALIGNED;
    float result[TILE_ELEMENTS] TILE_ALIGNED;
} BinaryTiles;

// The rare case: exponent 255 in an operand or in the result.
static void add_ordinary(float *result, const float *a, const float *b, double sign) {
    for (int i = 0; i < TILE_ELEMENTS; i++) {
        result[i] = ordinary_result(ordinary_value(a[i]) + sign * ordinary_value(b[i]));
    }
}

static void multiply_ordinary(float *dst, const float *a, const float *b) {
    for (int i = 0; i < TILE_ELEMENTS; i++) {
        dst[i] = ordinary_result(ordinary_value(a[i]) * ordinary_value(b[i]) + ordinary_value(dst[i]));
    }
}

static void fpu_add(float *dst, BinaryTiles *tiles, double sign) {
    const TileLoops *loops = tile_loops();
    (sign > 0 ? loops->add : loops->subtract)(tiles->result, tiles->a, tiles->b);
    if (loops->has_exponent_255(tiles->result)) add_ordinary(tiles->result, tiles->a, tiles->b, sign);
    memcpy(dst, tiles->result, TILE_BYTES);
}

// A product of source operands is exact in a float, so that only its addition to DST rounds.
static void fpu_multiply_term(float *dst, BinaryTiles *tiles, const FidelityTerm *term) {
    const TileLoops *loops = tile_loops();
    fidelity_keep_a(tiles->a, term);
    fidelity_keep_b(tiles->b, term);
    loops->multiply_add(tiles->result, tiles->a, tiles->b, dst);
    if (loops->has_exponent_255(tiles->result))
        multiply_ordinary(dst, tiles->a, tiles->b);
    else
        memcpy(dst, tiles->result, TILE_BYTES);
}

static void fpu_multiply(float *dst, const BinaryTiles *operands, MathFidelity fidelity) {
    const FidelityTerms *terms = fidelity_terms(fidelity);
    for (int i = 0; i < terms->count; i++) {
        BinaryTiles tiles;
        memcpy(tiles.a, operands->a, TILE_BYTES);
        memcpy(tiles.b, operands->b, TILE_BYTES);
        fpu_multiply_term(dst, &tiles, &terms->terms[i]);
    }
}

void unit_fpu_binary(char op, TileBroadcast broadcast, float *dst, const void *in0, DType format0, const void *in1,
                     DType format1, UnitMode mode) {
    BinaryTiles tiles;
    tile_read_source(tiles.a, in0, format0, mode);
    tile_read_source(tiles.b, in1, format1, mode);
    tile_broadcast(tiles.b, broadcast);
    if (op == '*')
        fpu_multiply(dst, &tiles, mode.fidelity);
    else
        fpu_add(dst, &tiles, op == '+' ? 1.0 : -1.0);
    tile_loops()->flush(dst);
    if (!mode.dst_fp32) tile_loops()->round_bf16(dst);
}

// ---------------------------------------------------------------- packer

// L1 accumulation adds in the page's format: the tile is converted first, the sum rounds again.
static void pack_accumulate(void *page, DType format, const float *dst, bool truncate) {
    float old[TILE_ELEMENTS] TILE_ALIGNED, sum[TILE_ELEMENTS] TILE_ALIGNED;
    tile_decode(old, page, format);
    tile_encode(page, format, dst, truncate);
    tile_decode(sum, page, format);
    tile_loops()->add(sum, old, sum);
    tile_encode(page, format, sum, false);
}

void unit_pack(void *page, DType format, const float *dst, bool accumulate, UnitMode mode) {
    if (accumulate)
        pack_accumulate(page, format, dst, !mode.dst_fp32);
    else
        tile_encode(page, format, dst, !mode.dst_fp32);
}
