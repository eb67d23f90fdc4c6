// Products of bfloat16 pages with AVX-512's vdpbf16ps: each lane adds the products of two pairs, exact, to its fp32
// sum, to nearest even and with denormals as zero, whatever the rounding mode. Twice the rate of fp32 multiply-adds.
//
// in0 is read as it lies in its page, two elements of a row broadcast at a time. in1 is rearranged: for each pair of
// inner indices one row of 32 pairs.
#include "sim/units_internal.h"

#if UNITS_X86
#include <immintrin.h>

#define BF16_TARGET __attribute__((target("avx512f,avx512bw,avx512bf16")))
#define STRIP_ROWS  8
#define PAIRS       (TILE_SIZE / 2)
#define ROW_BYTES   (TILE_SIZE * 2)

static bool supported(void) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512bf16");
}

// The upper half of a float's bit mask, twice.
static uint32_t pair_mask(uint32_t mask) { return (mask & 0xffff0000u) | mask >> 16; }

static BF16_TARGET const void *prepare_in0(void *panel, const void *page, DType format, const FidelityTerm *term,
                                           UnitMode mode) {
    (void)format, (void)mode;
    uint32_t mask = pair_mask(term->b_mask);
    if (mask == 0xffffffffu) return page;
    for (int row = 0; row < TILE_SIZE; row++) {
        __m512i bits = _mm512_loadu_si512((const char *)page + row * ROW_BYTES);
        _mm512_store_si512((char *)panel + row * ROW_BYTES, _mm512_and_si512(bits, _mm512_set1_epi32((int)mask)));
    }
    return panel;
}

// Rows 2p and 2p + 1, element by element, become row p of pairs.
static BF16_TARGET void interleave_rows(char *panel, const char *page, __m512i mask) {
    __m512i step = _mm512_set1_epi32(0x00010001),
            even = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    __m512i low = _mm512_add_epi32(_mm512_mullo_epi32(even, step), _mm512_set1_epi32(32 << 16));
    __m512i high = _mm512_add_epi32(low, _mm512_set1_epi32(16 << 16 | 16));
    for (int p = 0; p < PAIRS; p++, panel += 2 * ROW_BYTES, page += 2 * ROW_BYTES) {
        __m512i first = _mm512_and_si512(_mm512_loadu_si512(page), mask);
        __m512i second = _mm512_and_si512(_mm512_loadu_si512(page + ROW_BYTES), mask);
        _mm512_store_si512(panel, _mm512_permutex2var_epi16(first, low, second));
        _mm512_store_si512(panel + ROW_BYTES, _mm512_permutex2var_epi16(first, high, second));
    }
}

// One step of a transposition: of each two rows `distance` apart, blocks of that many pairs change places.
static BF16_TARGET inline void exchange(__m512i rows[PAIRS], int distance, __m512i low, __m512i high) {
#pragma GCC unroll 16
    for (int i = 0; i < PAIRS; i++) {
        if (i & distance) continue;
        __m512i a = rows[i], b = rows[i + distance];
        rows[i] = _mm512_permutex2var_epi32(a, low, b);
        rows[i + distance] = _mm512_permutex2var_epi32(a, high, b);
    }
}

// Lane numbers for exchange: lanes of `a` where the bit `distance` is clear, lanes of `b` (from 16 on) elsewhere.
static BF16_TARGET __m512i exchange_lanes(int distance, bool high) {
    int lanes[PAIRS];
    for (int lane = 0; lane < PAIRS; lane++) {
        int from_b = (lane & distance) != 0, block = lane & ~distance;
        lanes[lane] = 16 * from_b + block + (high ? distance : 0);
    }
    return _mm512_loadu_si512(lanes);
}

// A transposed operand lies with its inner index along the rows, so pairs are there: 32 x 16 pairs become 16 x 32.
static BF16_TARGET void transpose_pairs(char *panel, const char *page, __m512i mask) {
    for (int half = 0; half < 2; half++) {
        __m512i rows[PAIRS];
        const char *from = page + half * PAIRS * ROW_BYTES;
#pragma GCC unroll 16
        for (int i = 0; i < PAIRS; i++) rows[i] = _mm512_and_si512(_mm512_loadu_si512(from + i * ROW_BYTES), mask);
        exchange(rows, 8, exchange_lanes(8, false), exchange_lanes(8, true));
        exchange(rows, 4, exchange_lanes(4, false), exchange_lanes(4, true));
        exchange(rows, 2, exchange_lanes(2, false), exchange_lanes(2, true));
        exchange(rows, 1, exchange_lanes(1, false), exchange_lanes(1, true));
#pragma GCC unroll 16
        for (int i = 0; i < PAIRS; i++) _mm512_store_si512(panel + (2 * i + half) * ROW_BYTES, rows[i]);
    }
}

static BF16_TARGET const void *prepare_in1(void *panel, const void *page, DType format, const FidelityTerm *term,
                                           UnitMode mode, bool transpose) {
    (void)format, (void)mode;
    __m512i mask = _mm512_set1_epi32((int)pair_mask(term->a_mask));
    (transpose ? transpose_pairs : interleave_rows)(panel, page, mask);
    return panel;
}

// The strip again, by the rules for exponent 255.
static void multiply_special(float *dst, const uint16_t *in0, const uint16_t *in1) {
    float left[STRIP_ROWS * TILE_SIZE], right[TILE_ELEMENTS];
    for (int i = 0; i < STRIP_ROWS * TILE_SIZE; i++) left[i] = float_of_bits((uint32_t)in0[i] << 16);
    for (int i = 0; i < TILE_ELEMENTS; i++) {
        int k = i / TILE_SIZE, column = i % TILE_SIZE;
        right[i] = float_of_bits((uint32_t)in1[k / 2 * TILE_SIZE * 2 + column * 2 + k % 2] << 16);
    }
    product_ordinary(dst, left, right, STRIP_ROWS, TILE_SIZE);
}

static BF16_TARGET inline __m512bh broadcast_pair(const uint16_t *pair) {
    int bits;
    memcpy(&bits, pair, sizeof bits);
    return (__m512bh)_mm512_set1_epi32(bits);
}

static BF16_TARGET inline __m512i larger_magnitude(__m512i largest, __m512 value) {
    __m512i bits = _mm512_castps_si512(value);
    return _mm512_max_epu32(largest, _mm512_add_epi32(bits, bits));
}

// Eight rows of dst stay in registers over the whole inner step.
static BF16_TARGET inline void multiply_strip(float *dst, const uint16_t *in0, const uint16_t *in1) {
    __m512 left[STRIP_ROWS], right[STRIP_ROWS];
#pragma GCC unroll 8
    for (int r = 0; r < STRIP_ROWS; r++) {
        left[r] = _mm512_load_ps(dst + r * TILE_SIZE);
        right[r] = _mm512_load_ps(dst + r * TILE_SIZE + 16);
    }
    for (int p = 0; p < PAIRS; p++) {
        __m512bh b_left = (__m512bh)_mm512_load_si512(in1 + p * 64),
                 b_right = (__m512bh)_mm512_load_si512(in1 + p * 64 + 32);
#pragma GCC unroll 8
        for (int r = 0; r < STRIP_ROWS; r++) {
            __m512bh a = broadcast_pair(in0 + r * TILE_SIZE + 2 * p);
            left[r] = _mm512_dpbf16_ps(left[r], a, b_left);
            right[r] = _mm512_dpbf16_ps(right[r], a, b_right);
        }
    }
    __m512i largest = _mm512_setzero_si512();
#pragma GCC unroll 8
    for (int r = 0; r < STRIP_ROWS; r++) largest = larger_magnitude(larger_magnitude(largest, left[r]), right[r]);
    if (_mm512_cmpge_epu32_mask(largest, _mm512_set1_epi32((int)0xff000000u))) {
        multiply_special(dst, in0, in1);
        return;
    }
#pragma GCC unroll 8
    for (int r = 0; r < STRIP_ROWS; r++) {
        _mm512_store_ps(dst + r * TILE_SIZE, left[r]);
        _mm512_store_ps(dst + r * TILE_SIZE + 16, right[r]);
    }
}

static BF16_TARGET void multiply(float *dst, const void *in0, const void *in1) {
    const uint16_t *left = in0;
    for (int row = 0; row < TILE_SIZE; row += STRIP_ROWS)
        multiply_strip(dst + row * TILE_SIZE, left + row * TILE_SIZE, in1);
}

const ProductKernel product_kernel_avx512_bf16 = {
    .name = "avx512_bf16",
    .supported = supported,
    .bf16_only = true,
    .prepare_in0 = prepare_in0,
    .prepare_in1 = prepare_in1,
    .multiply = multiply,
};
#endif
