// The body of units_loops_plain.c and units_loops_avx2.c, which say what LOOPS (the table's name), LOOPS_NAME,
// LOOPS_TARGET (a function attribute) and LOOPS_SUPPORTED are. Included once by each; not a header for others.
#include "sim/units_vector.h"

// In-place use reads and writes the same index, never different ones.
#if defined(__clang__)
#define INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#else
#define INDEPENDENT _Pragma("GCC ivdep")
#endif
#define EACH_ELEMENT                                                                                                   \
    INDEPENDENT                                                                                                        \
    for (int i = 0; i < TILE_ELEMENTS; i++)

static LOOPS_TARGET void decode_bf16(float *tile, const uint16_t *page) {
    EACH_ELEMENT tile[i] = float_of_bits((uint32_t)page[i] << 16);
}

static LOOPS_TARGET void encode_bf16(uint16_t *page, const float *tile) {
    EACH_ELEMENT page[i] = (uint16_t)(bf16_round_bits(float_bits(tile[i])) >> 16);
}

static LOOPS_TARGET void truncate_bf16(uint16_t *page, const float *tile) {
    EACH_ELEMENT page[i] = (uint16_t)(float_bits(tile[i]) >> 16);
}

static LOOPS_TARGET void round_bf16(float *tile) { EACH_ELEMENT tile[i] = vector_round_bf16(tile[i]); }

static LOOPS_TARGET void keep_bits(float *tile, uint32_t mask) {
    EACH_ELEMENT tile[i] = float_of_bits(flush_bits(float_bits(tile[i])) & mask);
}

static LOOPS_TARGET void flush(float *tile) { EACH_ELEMENT tile[i] = vector_flush(tile[i]); }

static LOOPS_TARGET void add(float *out, const float *a, const float *b) { EACH_ELEMENT out[i] = a[i] + b[i]; }

static LOOPS_TARGET void subtract(float *out, const float *a, const float *b) { EACH_ELEMENT out[i] = a[i] - b[i]; }

static LOOPS_TARGET void multiply_add(float *out, const float *a, const float *b, const float *c) {
    EACH_ELEMENT out[i] = a[i] * b[i] + c[i];
}

static LOOPS_TARGET bool has_exponent_255(const float *tile) {
    uint32_t largest = 0;
    for (int i = 0; i < TILE_ELEMENTS; i++) {
        uint32_t magnitude = float_bits(tile[i]) << 1;
        largest = magnitude > largest ? magnitude : largest;
    }
    return largest >= 0xff000000u;
}

#define VECTOR_UNARY(id, expression)                                                                                   \
    static LOOPS_TARGET void unary_##id(float *out, const float *in, float s) {                                        \
        (void)s;                                                                                                       \
        EACH_ELEMENT {                                                                                                 \
            float a = in[i];                                                                                           \
            out[i] = vector_flush(expression);                                                                         \
        }                                                                                                              \
    }
#define VECTOR_BINARY(id, expression)                                                                                  \
    static LOOPS_TARGET void binary_##id(float *out, const float *in_a, const float *in_b) {                           \
        EACH_ELEMENT {                                                                                                 \
            float a = in_a[i], b = in_b[i];                                                                            \
            out[i] = vector_flush(expression);                                                                         \
        }                                                                                                              \
    }
#include "sim/units_vector.def"
#undef VECTOR_UNARY
#undef VECTOR_BINARY

static bool supported(void) { return LOOPS_SUPPORTED; }

const TileLoops LOOPS = {
    .name = LOOPS_NAME,
    .supported = supported,
    .decode_bf16 = decode_bf16,
    .encode_bf16 = encode_bf16,
    .truncate_bf16 = truncate_bf16,
    .round_bf16 = round_bf16,
    .keep_bits = keep_bits,
    .add = add,
    .subtract = subtract,
    .multiply_add = multiply_add,
    .flush = flush,
    .has_exponent_255 = has_exponent_255,
#define VECTOR_UNARY(id, expression) .unary[INSTR_##id] = unary_##id,
#define VECTOR_BINARY(id, expression)
#include "sim/units_vector.def"
#undef VECTOR_UNARY
#undef VECTOR_BINARY
#define VECTOR_UNARY(id, expression)
#define VECTOR_BINARY(id, expression) .binary[INSTR_##id] = binary_##id,
#include "sim/units_vector.def"
#undef VECTOR_UNARY
#undef VECTOR_BINARY
};
