// What the files of the units share: number formats of tiles, loops over tiles, product kernels.
#ifndef TTILE_SIM_UNITS_INTERNAL_H
#define TTILE_SIM_UNITS_INTERNAL_H

#include <string.h>

#include "sim/units.h"

#if defined(__x86_64__)
#define UNITS_X86 1
#else
#define UNITS_X86 0
#endif

#define TILE_ALIGNED __attribute__((aligned(64)))
#define TILE_BYTES   (TILE_ELEMENTS * (int)sizeof(float))

// Mantissa bits that survive: all of a float, of TF32, of bfloat16.
#define KEEP_FLOAT 0xffffffffu
#define KEEP_TF32  0xffffe000u
#define KEEP_BF16  0xffff0000u

static inline uint32_t float_bits(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static inline float float_of_bits(uint32_t bits) {
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline double double_of_bits(uint64_t bits) {
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

// A denormal's bits become a zero's of its sign.
static inline uint32_t flush_bits(uint32_t bits) { return (bits & 0x7f800000u) ? bits : bits & 0x80000000u; }

static inline bool is_exponent_255(float value) { return (float_bits(value) & 0x7f800000u) == 0x7f800000u; }

// A float as the matrix unit reads it: exponent 255 is an exponent like any other, denormals are zero.
static inline double ordinary_value(float value) {
    uint32_t bits = float_bits(value);
    uint64_t exponent = bits >> 23 & 0xff;
    uint64_t sign = (uint64_t)(bits >> 31) << 63;
    uint64_t magnitude = exponent ? (exponent + 1023 - 127) << 52 | (uint64_t)(bits & 0x7fffff) << 29 : 0;
    return double_of_bits(sign | magnitude);
}

// A result as the matrix unit writes it: too large becomes an infinity, too small a zero, never NaN.
static inline float ordinary_result(double value) { return float_of_bits(flush_bits(float_bits((float)value))); }

// ---------------------------------------------------------------- fidelity (units_fidelity.c)

// One product of parts of the operands. A bit mask says which mantissa bits of SrcA take part. Of SrcB, too, unless
// `b_low`: then what the mask drops of it takes part, as a number of its own.
typedef struct FidelityTerm {
    uint32_t a_mask, b_mask;
    bool b_low;
} FidelityTerm;

typedef struct FidelityTerms {
    int count;
    FidelityTerm terms[2];
} FidelityTerms;

const FidelityTerms *fidelity_terms(MathFidelity fidelity);
// The operands of a term, in place.
void fidelity_keep_a(float *tile, const FidelityTerm *term);
void fidelity_keep_b(float *tile, const FidelityTerm *term);

// ---------------------------------------------------------------- formats (units_format.c)

void tile_decode(float *tile, const void *page, DType format);
// To nearest even, or by cutting the mantissa off.
void tile_encode(void *page, DType format, const float *tile, bool truncate);
// What SrcA or SrcB holds after unpacking the page: fp32 cut to TF32 (to bfloat16 without fp32 DST), denormals flushed.
void tile_read_source(float *tile, const void *page, DType format, UnitMode mode);
void tile_transpose(float *restrict out, const float *restrict tile);

// ---------------------------------------------------------------- loops over tiles (units_loops.h)

typedef void UnaryLoop(float *out, const float *a, float value);
typedef void BinaryLoop(float *out, const float *a, const float *b);

// The loops that a compiler vectorises, built once for the plain CPU and once for AVX2. Neither contracts to fused
// multiply-adds, so that both give the same bits.
typedef struct TileLoops {
    const char *name;
    bool (*supported)(void);
    void (*decode_bf16)(float *tile, const uint16_t *page);
    void (*encode_bf16)(uint16_t *page, const float *tile);
    void (*truncate_bf16)(uint16_t *page, const float *tile);
    void (*round_bf16)(float *tile);
    void (*keep_bits)(float *tile, uint32_t mask);           // and flushes denormals
    void (*add)(float *out, const float *a, const float *b); // out = a + b
    void (*subtract)(float *out, const float *a, const float *b);
    void (*multiply_add)(float *out, const float *a, const float *b, const float *c); // out = a * b + c
    void (*flush)(float *tile);
    bool (*has_exponent_255)(const float *tile);
    UnaryLoop *unary[INSTR_COUNT];
    BinaryLoop *binary[INSTR_COUNT];
} TileLoops;

extern const TileLoops tile_loops_plain;
#if UNITS_X86
extern const TileLoops tile_loops_avx2;
#endif
// The best that this CPU runs.
const TileLoops *tile_loops(void);

// ---------------------------------------------------------------- product kernels (units_product*.c)

// How 32x32 products are computed on some CPU. Operands are prepared once per call of unit_product: in0 row by row, in1
// as the kernel likes it. `multiply` adds one tile product to dst.
typedef struct ProductKernel {
    const char *name;
    bool (*supported)(void);
    bool bf16_only; // takes bfloat16 pages, and fidelities of one term
    // Both may return the page itself. `panel` has TILE_BYTES.
    const void *(*prepare_in0)(void *panel, const void *page, DType format, const FidelityTerm *term, UnitMode mode);
    const void *(*prepare_in1)(void *panel, const void *page, DType format, const FidelityTerm *term, UnitMode mode,
                               bool transpose);
    void (*multiply)(float *dst, const void *in0, const void *in1);
} ProductKernel;

// Best first; ends with a row that every CPU supports. NULL beyond the last.
const ProductKernel *product_kernel_at(int index);
// What unit_product does, with a kernel chosen: it must be supported, and fit the operands' formats and the fidelity.
void unit_product_with(const ProductKernel *kernel, const ProductBlock *block, UnitMode mode);
bool product_kernel_fits(const ProductKernel *kernel, const ProductBlock *block, UnitMode mode);

extern const ProductKernel product_kernel_portable;
#if UNITS_X86
extern const ProductKernel product_kernel_avx2, product_kernel_avx512, product_kernel_avx512_bf16;
#endif

// Operands as tiles of floats, in1 not transposed any more.
const void *product_prepare_in0_float(void *panel, const void *page, DType format, const FidelityTerm *term,
                                      UnitMode mode);
const void *product_prepare_in1_float(void *panel, const void *page, DType format, const FidelityTerm *term,
                                      UnitMode mode, bool transpose);
// A rows x columns part of a product with the matrix unit's exact rules for exponent 255; all strides are TILE_SIZE.
// `in0` is at the part's first row, `in1` and `dst` at its first column.
void product_ordinary(float *dst, const float *in0, const float *in1, int rows, int columns);

#endif
