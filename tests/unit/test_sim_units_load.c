// Unpacking, packing and the matrix unit's element-wise operations against scalar references.
#include "sim/units_internal.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const UnitMode fp32 = {.dst_fp32 = true, .fidelity = FIDELITY_HIFI4};
static const UnitMode fp16 = {.dst_fp32 = false, .fidelity = FIDELITY_HIFI4};

static uint32_t page_a[TILE_ELEMENTS] TILE_ALIGNED, page_b[TILE_ELEMENTS] TILE_ALIGNED;
static float dst[TILE_ELEMENTS] TILE_ALIGNED;

static void random_page(void *page, DType format, uint32_t seed) {
    for (size_t i = 0; i < TILE_ELEMENTS; i++) {
        seed = seed * 1664525u + 1013904223u;
        double value = ((double)(seed >> 8) / 8388608.0 - 1.0) * 4;
        dtype_store(format, page, i, dtype_class(format) == CLASS_UINT ? fabs(value) : value);
    }
}

// `value` without the mantissa bits beyond `bits`.
static double cut(double value, int bits) {
    int exponent;
    double mantissa = frexp(value, &exponent), scale = ldexp(1.0, bits + 1);
    return ldexp(trunc(mantissa * scale) / scale, exponent);
}

static double bf16(double value) { return (double)bf16_to_float(bf16_from_float((float)value)); }

// ---------------------------------------------------------------- loads

static int source_index(TileBroadcast broadcast, bool transpose, int i) {
    int row = i / TILE_SIZE, column = i % TILE_SIZE;
    if (broadcast == TILE_BROADCAST_ROW || broadcast == TILE_BROADCAST_SCALAR) row = 0;
    if (broadcast == TILE_BROADCAST_COLUMN || broadcast == TILE_BROADCAST_SCALAR) column = 0;
    return transpose ? column * TILE_SIZE + row : row * TILE_SIZE + column;
}

static void check_load(DType format, LoadPath path, UnitMode mode, int kept_bits) {
    random_page(page_a, format, 7);
    for (int how = 0; how < 8; how++) {
        TileBroadcast broadcast = (TileBroadcast)(how / 2);
        bool transpose = how % 2;
        unit_load(dst, page_a, format, path, transpose, broadcast, mode);
        for (int i = 0; i < TILE_ELEMENTS; i++) {
            double value = dtype_load(format, page_a, (size_t)source_index(broadcast, transpose, i));
            assert_true((double)dst[i] == cut(value, kept_bits));
        }
    }
}

static void test_loads(void **state) {
    (void)state;
    check_load(DTYPE_BFLOAT16, LOAD_SOURCE, fp32, 7);
    check_load(DTYPE_BFLOAT16, LOAD_EXACT, fp16, 7);
    check_load(DTYPE_FLOAT16, LOAD_SOURCE, fp32, 10);
    check_load(DTYPE_FLOAT32, LOAD_SOURCE, fp32, 10);
    check_load(DTYPE_FLOAT32, LOAD_SOURCE, fp16, 7);
    check_load(DTYPE_FLOAT32, LOAD_EXACT, fp32, 23);
    check_load(DTYPE_FLOAT32, LOAD_EXACT, fp16, 7);
    check_load(DTYPE_INT32, LOAD_EXACT, fp16, 23);
    check_load(DTYPE_UINT32, LOAD_EXACT, fp32, 23);
}

static void test_loads_of_specials(void **state) {
    (void)state;
    float *page = (float *)page_a;
    memset(page_a, 0, sizeof page_a);
    page[0] = INFINITY, page[1] = -INFINITY, page[2] = NAN, page[3] = 1e-40f, page[4] = -1e-40f;
    unit_load(dst, page, DTYPE_FLOAT32, LOAD_SOURCE, false, TILE_BROADCAST_NONE, fp32);
    assert_true(dst[0] == INFINITY && dst[1] == -INFINITY && isnan(dst[2]));
    assert_int_equal(float_bits(dst[3]), 0);
    assert_int_equal(float_bits(dst[4]), 0x80000000u);
    unit_load(dst, page, DTYPE_FLOAT32, LOAD_EXACT, false, TILE_BROADCAST_NONE, fp32);
    assert_true(dst[3] == 1e-40f);
}

// ---------------------------------------------------------------- matrix unit, element by element

static double product(double a, double b, MathFidelity fidelity) {
    double a_high = cut(a, 4), a_low = cut(a, 9) - a_high, b_high = cut(b, 6), b_low = cut(b, 10) - b_high;
    double sum = a_high * b_high;
    if (fidelity >= FIDELITY_HIFI2) sum += a_low * b_high;
    if (fidelity >= FIDELITY_HIFI3) sum += a_high * b_low;
    if (fidelity >= FIDELITY_HIFI4) sum += a_low * b_low;
    return sum;
}

static void check_binary(char op, DType format0, DType format1, TileBroadcast broadcast, UnitMode mode) {
    random_page(page_a, format0, 1), random_page(page_b, format1, 2);
    for (int i = 0; i < TILE_ELEMENTS; i++) dst[i] = (float)(i % 5);
    unit_fpu_binary(op, broadcast, dst, page_a, format0, page_b, format1, mode);
    for (int i = 0; i < TILE_ELEMENTS; i++) {
        double a = cut(dtype_load(format0, page_a, (size_t)i), mode.dst_fp32 ? 10 : 7);
        double b = cut(dtype_load(format1, page_b, (size_t)source_index(broadcast, false, i)), mode.dst_fp32 ? 10 : 7);
        double expected = op == '+' ? a + b : op == '-' ? a - b : product(a, b, mode.fidelity) + i % 5;
        double allowed = op == '*' ? 0x1p-22 * (fabs(a * b) + 5) : 0;
        if (!mode.dst_fp32) expected = bf16((float)expected), allowed = allowed > 0 ? fabs(expected) * 0x1p-7 : 0;
        if (fabs((double)dst[i] - expected) > allowed)
            fail_msg("%c element %d: %.9g, not %.9g", op, i, (double)dst[i], expected);
    }
}

static void test_binary(void **state) {
    (void)state;
    const DType formats[] = {DTYPE_BFLOAT16, DTYPE_FLOAT32};
    const char ops[] = {'+', '-', '*'};
    for (int i = 0; i < 3 * 4 * 4; i++) {
        DType format0 = formats[i % 2], format1 = formats[i / 2 % 2];
        TileBroadcast broadcast = (TileBroadcast)(i / 4 % 4);
        check_binary(ops[i / 16], format0, format1, broadcast, fp32);
        check_binary(ops[i / 16], format0, format1, broadcast, fp16);
    }
}

static void test_multiply_fidelity(void **state) {
    (void)state;
    for (int fidelity = FIDELITY_LOFI; fidelity <= FIDELITY_HIFI4; fidelity++) {
        UnitMode mode = {true, (MathFidelity)fidelity};
        check_binary('*', DTYPE_BFLOAT16, DTYPE_BFLOAT16, TILE_BROADCAST_NONE, mode);
        check_binary('*', DTYPE_FLOAT32, DTYPE_FLOAT32, TILE_BROADCAST_NONE, mode);
    }
}

// (-inf) - (-inf) is zero, inf + 1 infinity, NaN an ordinary large number.
static void test_binary_specials(void **state) {
    (void)state;
    float *a = (float *)page_a, *b = (float *)page_b;
    memset(page_a, 0, sizeof page_a), memset(page_b, 0, sizeof page_b);
    a[0] = -INFINITY, b[0] = -INFINITY, a[1] = INFINITY, b[1] = -1, a[2] = NAN, b[2] = 1, a[3] = 3e38f, b[3] = -3e38f;
    unit_fpu_binary('-', TILE_BROADCAST_NONE, dst, a, DTYPE_FLOAT32, b, DTYPE_FLOAT32, fp32);
    assert_true(dst[0] == 0.0f && dst[1] == INFINITY && dst[2] == INFINITY && dst[3] == INFINITY);
    memset(dst, 0, sizeof dst);
    b[0] = 0, b[1] = 0x1p-20f;
    unit_fpu_binary('*', TILE_BROADCAST_NONE, dst, a, DTYPE_FLOAT32, b, DTYPE_FLOAT32, fp32);
    assert_true(dst[0] == 0.0f && dst[1] == 0x1p108f && dst[2] == INFINITY && dst[3] == -INFINITY);
}

static void test_multiply_accumulates_and_add_does_not(void **state) {
    (void)state;
    unit_fill_page(page_a, DTYPE_BFLOAT16, 2), unit_fill_page(page_b, DTYPE_BFLOAT16, 3);
    for (int i = 0; i < TILE_ELEMENTS; i++) dst[i] = 100;
    unit_fpu_binary('*', TILE_BROADCAST_NONE, dst, page_a, DTYPE_BFLOAT16, page_b, DTYPE_BFLOAT16, fp32);
    assert_true(dst[9] == 106.0f);
    unit_fpu_binary('+', TILE_BROADCAST_NONE, dst, page_a, DTYPE_BFLOAT16, page_b, DTYPE_BFLOAT16, fp32);
    assert_true(dst[9] == 5.0f);
}

// ---------------------------------------------------------------- packer

static void test_pack_rounds_or_truncates(void **state) {
    (void)state;
    for (int i = 0; i < TILE_ELEMENTS; i++) dst[i] = 1.0f + (float)i * 0x1p-11f;
    for (int truncate = 0; truncate < 2; truncate++) {
        unit_pack(page_a, DTYPE_BFLOAT16, dst, false, truncate ? fp16 : fp32);
        for (size_t i = 0; i < TILE_ELEMENTS; i++) {
            double expected = truncate ? cut((double)dst[i], 7) : bf16((double)dst[i]);
            assert_true(dtype_load(DTYPE_BFLOAT16, page_a, i) == expected);
        }
    }
}

static void test_pack_formats(void **state) {
    (void)state;
    for (int i = 0; i < TILE_ELEMENTS; i++) dst[i] = (float)(i - 512);
    const DType formats[] = {DTYPE_FLOAT32, DTYPE_FLOAT16, DTYPE_INT32, DTYPE_INT16};
    for (int f = 0; f < 4; f++) {
        unit_pack(page_a, formats[f], dst, false, fp32);
        for (size_t i = 0; i < TILE_ELEMENTS; i++) assert_true(dtype_load(formats[f], page_a, i) == (double)dst[i]);
    }
    dst[0] = INFINITY, dst[1] = NAN, dst[2] = 1.0f + 0x1p-11f + 0x1p-12f;
    unit_pack(page_a, DTYPE_BFLOAT16, dst, false, fp32);
    assert_true(isinf(dtype_load(DTYPE_BFLOAT16, page_a, 0)) && isnan(dtype_load(DTYPE_BFLOAT16, page_a, 1)));
    unit_pack(page_a, DTYPE_FLOAT16, dst, false, fp16);
    assert_true(dtype_load(DTYPE_FLOAT16, page_a, 2) == 1.0);
}

static void test_pack_accumulates_in_the_page(void **state) {
    (void)state;
    const DType formats[] = {DTYPE_BFLOAT16, DTYPE_FLOAT32};
    for (int f = 0; f < 2; f++) {
        random_page(page_a, formats[f], 3);
        random_page(dst, DTYPE_FLOAT32, 4);
        memcpy(page_b, page_a, sizeof page_b);
        unit_pack(page_a, formats[f], dst, true, fp32);
        for (size_t i = 0; i < TILE_ELEMENTS; i++) {
            double sum = dtype_load(formats[f], page_b, i) + dtype_round(formats[f], (double)dst[i]);
            assert_true(dtype_load(formats[f], page_a, i) == dtype_round(formats[f], (double)(float)sum));
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_loads),
        cmocka_unit_test(test_loads_of_specials),
        cmocka_unit_test(test_binary),
        cmocka_unit_test(test_multiply_fidelity),
        cmocka_unit_test(test_binary_specials),
        cmocka_unit_test(test_multiply_accumulates_and_add_does_not),
        cmocka_unit_test(test_pack_rounds_or_truncates),
        cmocka_unit_test(test_pack_formats),
        cmocka_unit_test(test_pack_accumulates_in_the_page),
    };
    return cmocka_run_group_tests_name("sim units: loads, element-wise operations, packs", tests, NULL, NULL);
}
