// Products of tiles: dst += in0 x in1 for a block of tiles, one inner step.
//
// Operands are prepared once per call and used by the whole block: in0 goes to SrcB, in1 to SrcA, fidelity says which
// of their bits count. Products of operand bits are exact in fp32, so that kernels differ in the order of additions
// alone. DST accumulates in fp32 and rounds to nearest even; a 16-bit DST is rounded to bfloat16 after each inner step.
// Denormal operands and results are zero. Exponent 255 is an ordinary exponent to the matrix unit: kernels compute with
// IEEE numbers, look for it in their results and leave such parts to product_ordinary. Results too large are infinity.
#include "sim/units_internal.h"

#if UNITS_X86
#include <immintrin.h>
#endif

static const ProductKernel *const kernels[] = {
#if UNITS_X86
    &product_kernel_avx512_bf16,
    &product_kernel_avx512,
    &product_kernel_avx2,
#endif
    &product_kernel_portable,
};

const ProductKernel *product_kernel_at(int index) {
    return index < (int)(sizeof kernels / sizeof kernels[0]) ? kernels[index] : NULL;
}

bool product_kernel_fits(const ProductKernel *kernel, const ProductBlock *block, UnitMode mode) {
    if (!kernel->bf16_only) return true;
    bool formats = block->format0 == DTYPE_BFLOAT16 && block->format1 == DTYPE_BFLOAT16;
    return formats && fidelity_terms(mode.fidelity)->count == 1;
}

// ---------------------------------------------------------------- operands as floats

const void *product_prepare_in0_float(void *panel, const void *page, DType format, const FidelityTerm *term,
                                      UnitMode mode) {
    tile_read_source(panel, page, format, mode);
    fidelity_keep_b(panel, term);
    return panel;
}

const void *product_prepare_in1_float(void *panel, const void *page, DType format, const FidelityTerm *term,
                                      UnitMode mode, bool transpose) {
    float scratch[TILE_ELEMENTS] TILE_ALIGNED;
    tile_read_source(transpose ? scratch : panel, page, format, mode);
    if (transpose) tile_transpose(panel, scratch);
    fidelity_keep_a(panel, term);
    return panel;
}

// ---------------------------------------------------------------- exponent 255

void product_ordinary(float *dst, const float *in0, const float *in1, int rows, int columns) {
    for (int row = 0; row < rows; row++, dst += TILE_SIZE, in0 += TILE_SIZE) {
        double sum[TILE_SIZE];
        for (int column = 0; column < columns; column++) sum[column] = ordinary_value(dst[column]);
        for (int k = 0; k < TILE_SIZE; k++) {
            double factor = ordinary_value(in0[k]);
            const float *other = in1 + k * TILE_SIZE;
            for (int column = 0; column < columns; column++) sum[column] += factor * ordinary_value(other[column]);
        }
        for (int column = 0; column < columns; column++) dst[column] = ordinary_result(sum[column]);
    }
}

// ---------------------------------------------------------------- blocks

// Denormals as zero and flushed, as the matrix unit has it, while kernels run.
static unsigned denormals_off(void) {
#if UNITS_X86
    unsigned saved = _mm_getcsr();
    _mm_setcsr(saved | 0x8040);
    return saved;
#else
    return 0;
#endif
}

static void denormals_restore(unsigned saved) {
#if UNITS_X86
    _mm_setcsr(saved);
#else
    (void)saved;
#endif
}

// Rows whose operands are held at a time; DST holds no more tiles than this.
#define PANEL_ROWS 16

typedef struct Panels {
    float in0[PANEL_ROWS][TILE_ELEMENTS] TILE_ALIGNED;
    float in1[TILE_ELEMENTS] TILE_ALIGNED;
} Panels;

// The block's rows from `first` on, at most PANEL_ROWS.
static void product_rows(const ProductKernel *kernel, const ProductBlock *block, UnitMode mode,
                         const FidelityTerm *term, int first) {
    Panels panels;
    const void *in0[PANEL_ROWS];
    int rows = block->rows - first < PANEL_ROWS ? block->rows - first : PANEL_ROWS;
    size_t bytes0 = TILE_ELEMENTS * dtype_bytes(block->format0), bytes1 = TILE_ELEMENTS * dtype_bytes(block->format1);
    for (int r = 0; r < rows; r++) {
        const char *page = (const char *)block->in0 + (size_t)(first + r) * (size_t)block->in0_stride * bytes0;
        in0[r] = kernel->prepare_in0(panels.in0[r], page, block->format0, term, mode);
    }
    for (int c = 0; c < block->columns; c++) {
        const char *page = (const char *)block->in1 + (size_t)c * bytes1;
        const void *in1 = kernel->prepare_in1(panels.in1, page, block->format1, term, mode, block->transpose);
        for (int r = 0; r < rows; r++) {
            kernel->multiply(block->dst + (size_t)((first + r) * block->columns + c) * TILE_ELEMENTS, in0[r], in1);
        }
    }
}

static void round_block(const ProductBlock *block) {
    const TileLoops *loops = tile_loops();
    for (int i = 0; i < block->rows * block->columns; i++) loops->round_bf16(block->dst + (size_t)i * TILE_ELEMENTS);
}

void unit_product_with(const ProductKernel *kernel, const ProductBlock *block, UnitMode mode) {
    const FidelityTerms *terms = fidelity_terms(mode.fidelity);
    unsigned saved = denormals_off();
    for (int i = 0; i < terms->count; i++) {
        for (int row = 0; row < block->rows; row += PANEL_ROWS)
            product_rows(kernel, block, mode, &terms->terms[i], row);
    }
    denormals_restore(saved);
    if (!mode.dst_fp32) round_block(block);
}

void unit_product(const ProductBlock *block, UnitMode mode) {
    for (int i = 0;; i++) {
        const ProductKernel *kernel = product_kernel_at(i);
        if (!product_kernel_fits(kernel, block, mode) || !kernel->supported()) continue;
        unit_product_with(kernel, block, mode);
        return;
    }
}
