// Tile products against a scalar reference: formats, fidelity, blocks, transposition, specials, every kernel of this
// CPU.
#include "sim/units_internal.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define MAX_PAGES 12

typedef struct Case {
    uint32_t in0[MAX_PAGES * TILE_ELEMENTS] TILE_ALIGNED; // pages of any format
    uint32_t in1[MAX_PAGES * TILE_ELEMENTS] TILE_ALIGNED;
    float dst[MAX_PAGES * TILE_ELEMENTS] TILE_ALIGNED;
    float before[MAX_PAGES * TILE_ELEMENTS] TILE_ALIGNED;
    ProductBlock block;
    UnitMode mode;
} Case;

static Case shared_case;
static const UnitMode full = {.dst_fp32 = true, .fidelity = FIDELITY_HIFI4};

static uint32_t next_random(uint32_t *state) {
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

static float random_number(uint32_t *state) { return ((float)next_random(state) / 8388608.0f - 1.0f) * 2.0f; }

static void random_pages(void *pages, DType format, int count, uint32_t seed) {
    for (int i = 0; i < count * TILE_ELEMENTS; i++) dtype_store(format, pages, (size_t)i, (double)random_number(&seed));
}

static Case *new_case(DType format0, DType format1, int rows, int columns, UnitMode mode) {
    Case *c = &shared_case;
    memset(c, 0, sizeof *c);
    c->block = (ProductBlock){c->dst, c->in0, c->in1, format0, format1, rows, columns, 1, false};
    c->mode = mode;
    random_pages(c->in0, format0, MAX_PAGES, 1);
    random_pages(c->in1, format1, MAX_PAGES, 2);
    random_pages(c->dst, DTYPE_FLOAT32, MAX_PAGES, 3);
    memcpy(c->before, c->dst, sizeof c->dst);
    return c;
}

// ---------------------------------------------------------------- reference

// A source operand, cut to `bits` stored mantissa bits towards zero; written apart from the code under test.
static double cut(double value, int bits) {
    int exponent;
    double mantissa = frexp(value, &exponent), scale = ldexp(1.0, bits + 1);
    return fabs(value) < 0x1p-126 ? 0.0 : ldexp(trunc(mantissa * scale) / scale, exponent);
}

static double source(const void *pages, DType format, size_t i, UnitMode mode) {
    double value = dtype_load(format, pages, i);
    return cut(value, format != DTYPE_FLOAT32 ? 10 : mode.dst_fp32 ? 10 : 7);
}

// in0 is SrcB (6 and 4 bits), in1 SrcA (4 and 5 bits).
static double multiply(double in0, double in1, MathFidelity fidelity) {
    double a_high = cut(in1, 4), a_low = cut(in1, 9) - a_high, b_high = cut(in0, 6), b_low = cut(in0, 10) - b_high;
    double sum = a_high * b_high;
    if (fidelity >= FIDELITY_HIFI2) sum += a_low * b_high;
    if (fidelity >= FIDELITY_HIFI3) sum += a_high * b_low;
    if (fidelity >= FIDELITY_HIFI4) sum += a_low * b_low;
    return sum;
}

static double reference(const Case *c, int tile, int row, int column, double *magnitude) {
    const ProductBlock *b = &c->block;
    size_t page0 = (size_t)(tile / b->columns * b->in0_stride) * TILE_ELEMENTS,
           page1 = (size_t)(tile % b->columns) * TILE_ELEMENTS;
    double sum = (double)c->before[tile * TILE_ELEMENTS + row * TILE_SIZE + column];
    *magnitude = fabs(sum);
    for (int k = 0; k < TILE_SIZE; k++) {
        int at1 = b->transpose ? column * TILE_SIZE + k : k * TILE_SIZE + column;
        double term = multiply(source(b->in0, b->format0, page0 + (size_t)(row * TILE_SIZE + k), c->mode),
                               source(b->in1, b->format1, page1 + (size_t)at1, c->mode), c->mode.fidelity);
        sum += term;
        *magnitude += fabs(term);
    }
    return sum;
}

static void expect_reference(const Case *c) {
    for (int i = 0; i < c->block.rows * c->block.columns * TILE_ELEMENTS; i++) {
        double magnitude, roundoff = c->mode.dst_fp32 ? 0x1p-21 : 0x1p-8;
        double expected = reference(c, i / TILE_ELEMENTS, i % TILE_ELEMENTS / TILE_SIZE, i % TILE_SIZE, &magnitude);
        double allowed = roundoff * (c->mode.dst_fp32 ? magnitude : fabs(expected)) + 0x1p-21 * magnitude;
        if (fabs((double)c->dst[i] - expected) > allowed)
            fail_msg("element %d: %g, not %g", i, (double)c->dst[i], expected);
    }
    size_t used = (size_t)(c->block.rows * c->block.columns) * TILE_ELEMENTS;
    if (used < MAX_PAGES * TILE_ELEMENTS) {
        assert_memory_equal(c->dst + used, c->before + used, sizeof c->dst - used * sizeof *c->dst);
    }
}

// Runs `check` after the product was computed by each kernel that takes it.
static void each_kernel(Case *c, void (*check)(const Case *)) {
    int tried = 0;
    for (int i = 0; product_kernel_at(i); i++) {
        const ProductKernel *kernel = product_kernel_at(i);
        if (!kernel->supported() || !product_kernel_fits(kernel, &c->block, c->mode)) continue;
        memcpy(c->dst, c->before, sizeof c->dst);
        unit_product_with(kernel, &c->block, c->mode);
        check(c);
        tried++;
    }
    assert_true(tried >= 1);
    memcpy(c->dst, c->before, sizeof c->dst);
    unit_product(&c->block, c->mode);
    check(c);
}

// ---------------------------------------------------------------- tests

static void test_formats(void **state) {
    (void)state;
    const DType formats[] = {DTYPE_BFLOAT16, DTYPE_FLOAT32, DTYPE_FLOAT16};
    for (int i = 0; i < 9; i++) each_kernel(new_case(formats[i / 3], formats[i % 3], 1, 1, full), expect_reference);
}

static void test_blocks(void **state) {
    (void)state;
    const int shapes[][3] = {{2, 2, 1}, {1, 4, 3}, {4, 1, 3}, {4, 2, 3}, {2, 4, 5}, {3, 4, 1}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        Case *c = new_case(DTYPE_BFLOAT16, DTYPE_BFLOAT16, shapes[i][0], shapes[i][1], full);
        c->block.in0_stride = shapes[i][2];
        each_kernel(c, expect_reference);
    }
}

static void test_more_rows_than_panels(void **state) {
    (void)state;
    static float dst[20 * TILE_ELEMENTS] TILE_ALIGNED;
    static uint16_t in0[20 * TILE_ELEMENTS] TILE_ALIGNED, in1[TILE_ELEMENTS] TILE_ALIGNED;
    for (int i = 0; i < 20; i++) unit_fill_page(in0 + i * TILE_ELEMENTS, DTYPE_BFLOAT16, i);
    unit_fill_page(in1, DTYPE_BFLOAT16, 1.0);
    ProductBlock block = {dst, in0, in1, DTYPE_BFLOAT16, DTYPE_BFLOAT16, 20, 1, 1, false};
    unit_product(&block, full);
    for (int i = 0; i < 20; i++) assert_true(dst[i * TILE_ELEMENTS + 77] == 32.0f * (float)i);
}

static void test_transposed(void **state) {
    (void)state;
    const DType formats[] = {DTYPE_BFLOAT16, DTYPE_FLOAT32};
    for (int i = 0; i < 2; i++) {
        Case *c = new_case(formats[i], formats[i], 2, 2, full);
        c->block.transpose = true;
        each_kernel(c, expect_reference);
    }
}

static void test_fidelity(void **state) {
    (void)state;
    const DType formats[] = {DTYPE_BFLOAT16, DTYPE_FLOAT32};
    for (int fidelity = FIDELITY_LOFI; fidelity <= FIDELITY_HIFI4; fidelity++) {
        for (int i = 0; i < 4; i++) {
            UnitMode mode = {.dst_fp32 = true, .fidelity = (MathFidelity)fidelity};
            each_kernel(new_case(formats[i / 2], formats[i % 2], 1, 2, mode), expect_reference);
        }
    }
}

// The fidelities differ from each other by what they drop, so a mask in the wrong place cannot pass.
static void test_fidelity_single_bits(void **state) {
    (void)state;
    float in0 = 1.0f + 0x1p-6f + 0x1p-7f, in1 = 1.0f + 0x1p-4f + 0x1p-5f; // one bit on each side of each cut
    const double products[] = {
        [FIDELITY_LOFI] = (1 + 0x1p-6) * (1 + 0x1p-4),
        [FIDELITY_HIFI2] = (1 + 0x1p-6) * (1 + 0x1p-4 + 0x1p-5),
        [FIDELITY_HIFI3] = (1 + 0x1p-6) * (1 + 0x1p-4 + 0x1p-5) + 0x1p-7 * (1 + 0x1p-4),
        [FIDELITY_HIFI4] = (1 + 0x1p-6 + 0x1p-7) * (1 + 0x1p-4 + 0x1p-5),
    };
    for (int i = 0; i < 4; i++) {
        Case *c = new_case(DTYPE_BFLOAT16, DTYPE_BFLOAT16, 1, 1, (UnitMode){true, (MathFidelity)i});
        unit_fill_page(c->in0, DTYPE_BFLOAT16, (double)in0);
        unit_fill_page(c->in1, DTYPE_BFLOAT16, (double)in1);
        memset(c->dst, 0, sizeof c->dst);
        unit_product(&c->block, c->mode);
        assert_true((double)c->dst[5] == 32 * products[i]);
    }
}

static void test_16_bit_dst(void **state) {
    (void)state;
    UnitMode mode = {.dst_fp32 = false, .fidelity = FIDELITY_HIFI4};
    const DType formats[] = {DTYPE_BFLOAT16, DTYPE_FLOAT32};
    for (int i = 0; i < 2; i++) {
        Case *c = new_case(formats[i], formats[i], 1, 2, mode);
        each_kernel(c, expect_reference);
        for (int j = 0; j < 2 * TILE_ELEMENTS; j++) assert_int_equal(float_bits(c->dst[j]) & 0xffff, 0);
    }
}

static void set_element(void *pages, int row, int column, uint16_t bits) {
    ((uint16_t *)pages)[row * TILE_SIZE + column] = bits;
}

// in0[3, 4] = inf, dst = 1 elsewhere zero operands: an infinity times zero is zero, times one 2^128, written as
// infinity.
static void check_infinity(const Case *c) {
    assert_true(isinf(c->dst[3 * TILE_SIZE + 6]) && c->dst[3 * TILE_SIZE + 6] > 0);
    assert_true(isinf(c->dst[3 * TILE_SIZE + 7]) && c->dst[3 * TILE_SIZE + 7] < 0);
    assert_true(c->dst[3 * TILE_SIZE + 8] == 1.0f);
    assert_true(c->dst[4 * TILE_SIZE + 6] == 1.0f);
    assert_true(c->dst[20 * TILE_SIZE + 6] == 1.0f);
}

static void test_infinity_is_an_ordinary_number(void **state) {
    (void)state;
    for (int transpose = 0; transpose < 2; transpose++) {
        Case *c = new_case(DTYPE_BFLOAT16, DTYPE_BFLOAT16, 1, 1, full);
        memset(c->in0, 0, sizeof c->in0);
        memset(c->in1, 0, sizeof c->in1);
        for (int i = 0; i < TILE_ELEMENTS; i++) c->before[i] = 1.0f;
        set_element(c->in0, 3, 4, 0x7f80);
        set_element(c->in1, transpose ? 6 : 4, transpose ? 4 : 6, 0x3f80);
        set_element(c->in1, transpose ? 7 : 4, transpose ? 4 : 7, 0xbf80);
        c->block.transpose = transpose;
        each_kernel(c, check_infinity);
    }
}

// inf * 1 + inf * -1 = 0; NaN (1.5 * 2^128) * 2^-10 = 1.5 * 2^118.
static void check_cancelled(const Case *c) {
    assert_true(c->dst[0] == 0x1p100f);
    assert_true(c->dst[TILE_SIZE + 1] == 1.5f * 0x1p118f);
    for (int i = 0; i < TILE_ELEMENTS; i++) assert_false(isnan(c->dst[i]));
}

static void test_never_nan(void **state) {
    (void)state;
    Case *c = new_case(DTYPE_BFLOAT16, DTYPE_BFLOAT16, 1, 1, full);
    memset(c->in0, 0, sizeof c->in0);
    memset(c->in1, 0, sizeof c->in1);
    memset(c->before, 0, sizeof c->before);
    set_element(c->in0, 0, 0, 0x7f80), set_element(c->in1, 0, 0, 0x3f80);
    set_element(c->in0, 0, 1, 0x7f80), set_element(c->in1, 1, 0, 0xbf80);
    set_element(c->in0, 1, 2, 0x7fc0), set_element(c->in1, 2, 1, 0x3a80);
    c->before[0] = 0x1p100f;
    each_kernel(c, check_cancelled);
}

static void check_specials_of_dst(const Case *c) {
    assert_true(isinf(c->dst[0]) && c->dst[0] < 0);
    assert_true(isinf(c->dst[TILE_SIZE * 9 + 20]));
    double magnitude;
    assert_true(fabs((double)c->dst[1] - reference(c, 0, 0, 1, &magnitude)) < 1e-4);
}

static void test_specials_in_dst(void **state) {
    (void)state;
    Case *c = new_case(DTYPE_FLOAT32, DTYPE_FLOAT32, 1, 1, full);
    c->before[0] = -INFINITY;
    c->before[TILE_SIZE * 9 + 20] = NAN;
    each_kernel(c, check_specials_of_dst);
}

static void check_flushed(const Case *c) {
    for (int i = 0; i < TILE_ELEMENTS; i++) assert_true(c->dst[i] == 0.0f);
}

static void test_denormals_are_zero(void **state) {
    (void)state;
    Case *c = new_case(DTYPE_BFLOAT16, DTYPE_BFLOAT16, 1, 1, full);
    memset(c->before, 0, sizeof c->before);
    for (int i = 0; i < TILE_ELEMENTS; i++) set_element(c->in0, 0, i, 0x0040), set_element(c->in1, 0, i, 0x7e00);
    each_kernel(c, check_flushed); // denormal operand
    for (int i = 0; i < TILE_ELEMENTS; i++) set_element(c->in0, 0, i, 0x1f80), set_element(c->in1, 0, i, 0x1f80);
    each_kernel(c, check_flushed); // denormal product
}

static void test_mode_of_the_host_is_kept(void **state) {
    (void)state;
    Case *c = new_case(DTYPE_FLOAT32, DTYPE_FLOAT32, 1, 1, full);
    unit_product(&c->block, full);
    volatile float tiny = 0x1p-126f;
    assert_true(tiny * 0.5f > 0.0f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_formats),
        cmocka_unit_test(test_blocks),
        cmocka_unit_test(test_more_rows_than_panels),
        cmocka_unit_test(test_transposed),
        cmocka_unit_test(test_fidelity),
        cmocka_unit_test(test_fidelity_single_bits),
        cmocka_unit_test(test_16_bit_dst),
        cmocka_unit_test(test_infinity_is_an_ordinary_number),
        cmocka_unit_test(test_never_nan),
        cmocka_unit_test(test_specials_in_dst),
        cmocka_unit_test(test_denormals_are_zero),
        cmocka_unit_test(test_mode_of_the_host_is_kept),
    };
    return cmocka_run_group_tests_name("sim units: products", tests, NULL, NULL);
}
