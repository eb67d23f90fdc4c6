// Pages of every format as tiles of floats, and back.
//
// bfloat16 and float32 have loops of their own; other formats go element by element through base/dtype.h. Packing
// keeps NaN and infinity, and rounds denormals as any number; silicon's rounding conversions flush denormals.
#include "sim/units_internal.h"

static void decode_bf16(float *tile, const void *page) { tile_loops()->decode_bf16(tile, page); }
static void encode_bf16(void *page, const float *tile) { tile_loops()->encode_bf16(page, tile); }
static void truncate_bf16(void *page, const float *tile) { tile_loops()->truncate_bf16(page, tile); }
static void decode_f32(float *tile, const void *page) { memcpy(tile, page, TILE_BYTES); }
static void encode_f32(void *page, const float *tile) { memcpy(page, tile, TILE_BYTES); }

typedef struct PageFormat {
    void (*decode)(float *tile, const void *page);
    void (*round)(void *page, const float *tile);
    void (*truncate)(void *page, const float *tile);
} PageFormat;

// Formats without a row take the loops through dtype_load and dtype_store.
static const PageFormat page_formats[DTYPE_COUNT] = {
    [DTYPE_BFLOAT16] = {decode_bf16, encode_bf16, truncate_bf16},
    [DTYPE_FLOAT32] = {decode_f32, encode_f32, encode_f32},
};

void tile_decode(float *tile, const void *page, DType format) {
    if (page_formats[format].decode) {
        page_formats[format].decode(tile, page);
        return;
    }
    for (size_t i = 0; i < TILE_ELEMENTS; i++) tile[i] = (float)dtype_load(format, page, i);
}

// float16 keeps ten mantissa bits: cutting off what a float has beyond them is rounding to TF32 towards zero.
static float cut_for(DType format, float value, bool truncate) {
    return truncate && format == DTYPE_FLOAT16 ? tf32_truncate(value) : value;
}

void tile_encode(void *page, DType format, const float *tile, bool truncate) {
    const PageFormat *row = &page_formats[format];
    if (row->round) {
        (truncate ? row->truncate : row->round)(page, tile);
        return;
    }
    for (size_t i = 0; i < TILE_ELEMENTS; i++) dtype_store(format, page, i, (double)cut_for(format, tile[i], truncate));
}

void tile_read_source(float *tile, const void *page, DType format, UnitMode mode) {
    tile_decode(tile, page, format);
    uint32_t keep = dtype_bits(format) <= 16 ? KEEP_FLOAT : mode.dst_fp32 ? KEEP_TF32 : KEEP_BF16;
    tile_loops()->keep_bits(tile, keep);
}

typedef float Four __attribute__((vector_size(16), aligned(4), may_alias));

static inline void transpose_4x4(float *restrict out, const float *restrict in) {
    Four a = *(const Four *)in, b = *(const Four *)(in + TILE_SIZE);
    Four c = *(const Four *)(in + 2 * TILE_SIZE), d = *(const Four *)(in + 3 * TILE_SIZE);
    Four ac_low = __builtin_shufflevector(a, c, 0, 4, 1, 5), ac_high = __builtin_shufflevector(a, c, 2, 6, 3, 7);
    Four bd_low = __builtin_shufflevector(b, d, 0, 4, 1, 5), bd_high = __builtin_shufflevector(b, d, 2, 6, 3, 7);
    *(Four *)out = __builtin_shufflevector(ac_low, bd_low, 0, 4, 1, 5);
    *(Four *)(out + TILE_SIZE) = __builtin_shufflevector(ac_low, bd_low, 2, 6, 3, 7);
    *(Four *)(out + 2 * TILE_SIZE) = __builtin_shufflevector(ac_high, bd_high, 0, 4, 1, 5);
    *(Four *)(out + 3 * TILE_SIZE) = __builtin_shufflevector(ac_high, bd_high, 2, 6, 3, 7);
}

void tile_transpose(float *restrict out, const float *restrict tile) {
    for (int row = 0; row < TILE_SIZE; row += 4) {
        for (int column = 0; column < TILE_SIZE; column += 4) {
            transpose_4x4(out + column * TILE_SIZE + row, tile + row * TILE_SIZE + column);
        }
    }
}
