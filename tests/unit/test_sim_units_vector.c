// The vector unit against libm and plain C: accuracy in units of the last place, specials, rounding of a 16-bit DST,
// and the same bits from every variant of the loops.
#include "sim/units_vector.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const UnitMode fp32 = {.dst_fp32 = true}, fp16 = {.dst_fp32 = false};

static float tile_a[TILE_ELEMENTS] TILE_ALIGNED, tile_b[TILE_ELEMENTS] TILE_ALIGNED, out[TILE_ELEMENTS] TILE_ALIGNED;

static void spread(float *tile, double low, double high) {
    for (int i = 0; i < TILE_ELEMENTS; i++) tile[i] = (float)(low + (high - low) * i / (TILE_ELEMENTS - 1));
}

static double last_place(double value) {
    int exponent;
    frexp(value, &exponent);
    return ldexp(1.0, exponent < -125 ? -149 : exponent - 24);
}

// ---------------------------------------------------------------- functions

static double sigmoid(double x) { return 1 / (1 + exp(-x)); }
static double inverse(double x) { return 1 / x; }
static double inverse_of_root(double x) { return 1 / sqrt(x); }
static double absolute(double x) { return fabs(x); }
static double negated(double x) { return -x; }
static double positive_part(double x) { return x < 0 ? 0 : x; }

typedef struct VectorFunction {
    InstructionId id;
    double (*reference)(double);
    double low, high;
} VectorFunction;

static const VectorFunction functions[] = {
    {INSTR_EXP_TILE, exp, -87, 88},
    {INSTR_EXP_TILE, exp, -0.01, 0.01},
    {INSTR_EXP2_TILE, exp2, -125, 127.9},
    {INSTR_LOG_TILE, log, 1e-30, 1e-28},
    {INSTR_LOG_TILE, log, 0.5, 2},
    {INSTR_LOG_TILE, log, 1, 1e30},
    {INSTR_SQRT_TILE, sqrt, 0, 100},
    {INSTR_SQRT_TILE, sqrt, 1e-38, 1e-36},
    {INSTR_SQRT_TILE, sqrt, 1, 3e38},
    {INSTR_RSQRT_TILE, inverse_of_root, 1e-30, 10},
    {INSTR_RECIP_TILE, inverse, 0.1, 1e6},
    {INSTR_SIN_TILE, sin, -10, 10},
    {INSTR_SIN_TILE, sin, 0, 1e7},
    {INSTR_COS_TILE, cos, -10, 10},
    {INSTR_COS_TILE, cos, -1e7, 0},
    {INSTR_TANH_TILE, tanh, -9, 9},
    {INSTR_TANH_TILE, tanh, -1e-3, 1e-3},
    {INSTR_SIGMOID_TILE, sigmoid, -80, 20},
    {INSTR_ERF_TILE, erf, -5, 5},
    {INSTR_ERF_TILE, erf, -1e-3, 1e-3},
    {INSTR_FLOOR_TILE, floor, -9.3, 9.3},
    {INSTR_CEIL_TILE, ceil, -9.3, 9.3},
    {INSTR_TRUNC_TILE, trunc, -9.3, 9.3},
    {INSTR_FLOOR_TILE, floor, -3e9, 3e9},
    {INSTR_ABS_TILE, absolute, -2, 2},
    {INSTR_NEGATIVE_TILE, negated, -2, 2},
    {INSTR_RELU_TILE, positive_part, -2, 2},
};

static void test_functions_round_once(void **state) {
    (void)state;
    for (size_t f = 0; f < sizeof functions / sizeof *functions; f++) {
        spread(tile_a, functions[f].low, functions[f].high);
        memcpy(out, tile_a, sizeof out);
        unit_sfpu(functions[f].id, out, NULL, NULL, NULL, 0, fp32);
        for (int i = 0; i < TILE_ELEMENTS; i++) {
            double expected = functions[f].reference((double)tile_a[i]);
            if (fabs(expected) < 0x1p-126) continue;
            double error = fabs((double)out[i] - expected) / last_place(expected);
            if (!(error <= 0.51))
                fail_msg("%s of %.9g: %.9g, off by %g", instruction_at(functions[f].id)->name, (double)tile_a[i],
                         (double)out[i], error);
        }
    }
}

typedef struct Special {
    InstructionId id;
    float input, expected;
} Special;

static const Special specials[] = {
    {INSTR_EXP_TILE, -INFINITY, 0},
    {INSTR_EXP_TILE, INFINITY, INFINITY},
    {INSTR_EXP_TILE, NAN, NAN},
    {INSTR_EXP_TILE, 200, INFINITY},
    {INSTR_EXP_TILE, -200, 0},
    {INSTR_EXP_TILE, -1e30f, 0},
    {INSTR_LOG_TILE, 0, -INFINITY},
    {INSTR_LOG_TILE, -1, NAN},
    {INSTR_LOG_TILE, INFINITY, INFINITY},
    {INSTR_LOG_TILE, NAN, NAN},
    {INSTR_LOG_TILE, 1, 0},
    {INSTR_SQRT_TILE, -1, NAN},
    {INSTR_SQRT_TILE, 0, 0},
    {INSTR_SQRT_TILE, INFINITY, INFINITY},
    {INSTR_RSQRT_TILE, 0, INFINITY},
    {INSTR_RSQRT_TILE, INFINITY, 0},
    {INSTR_RSQRT_TILE, -2, NAN},
    {INSTR_RECIP_TILE, 0, INFINITY},
    {INSTR_RECIP_TILE, -0.0f, -INFINITY},
    {INSTR_RECIP_TILE, INFINITY, 0},
    {INSTR_SIN_TILE, INFINITY, NAN},
    {INSTR_TANH_TILE, INFINITY, 1},
    {INSTR_TANH_TILE, -INFINITY, -1},
    {INSTR_TANH_TILE, NAN, NAN},
    {INSTR_SIGMOID_TILE, -INFINITY, 0},
    {INSTR_SIGMOID_TILE, INFINITY, 1},
    {INSTR_ERF_TILE, -INFINITY, -1},
    {INSTR_ERF_TILE, NAN, NAN},
    {INSTR_FLOOR_TILE, INFINITY, INFINITY},
    {INSTR_TRUNC_TILE, NAN, NAN},
    {INSTR_RELU_TILE, NAN, NAN},
    {INSTR_RELU_TILE, -INFINITY, 0},
    {INSTR_ROUND_TILE, NAN, NAN},
    {INSTR_ROUND_TILE, 1.00390625f, 1},
    {INSTR_ROUND_TILE, 1.01171875f, 1.015625f},
    {INSTR_ROUND_TILE, 3.4e38f, INFINITY},
    {INSTR_GTZ_TILE, 0, 0},
    {INSTR_GTZ_TILE, 2, 1},
    {INSTR_GTZ_TILE, NAN, 0},
    {INSTR_GEZ_TILE, 0, 1},
    {INSTR_GEZ_TILE, -1, 0},
    {INSTR_LTZ_TILE, -1, 1},
    {INSTR_LTZ_TILE, 0, 0},
    {INSTR_LEZ_TILE, 0, 1},
    {INSTR_LEZ_TILE, 1, 0},
    {INSTR_EQZ_TILE, -0.0f, 1},
    {INSTR_EQZ_TILE, 3, 0},
    {INSTR_NEZ_TILE, 3, 1},
    {INSTR_NEZ_TILE, NAN, 1},
    {INSTR_NEZ_TILE, 0, 0},
};

static void assert_same(const char *name, float input, float seen, float expected) {
    bool same = isnan(expected) ? isnan(seen) : float_bits(seen) == float_bits(expected);
    if (!same) fail_msg("%s of %g: %g, not %g", name, (double)input, (double)seen, (double)expected);
}

static void test_special_values(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof specials / sizeof *specials; i++) {
        for (int j = 0; j < TILE_ELEMENTS; j++) out[j] = specials[i].input;
        unit_sfpu(specials[i].id, out, NULL, NULL, NULL, 0, fp32);
        const char *name = instruction_at(specials[i].id)->name;
        assert_same(name, specials[i].input, out[0], specials[i].expected);
        assert_same(name, specials[i].input, out[TILE_ELEMENTS - 1], specials[i].expected);
    }
}

// ---------------------------------------------------------------- scalars and pairs

typedef struct Pair {
    InstructionId id;
    float a, b, expected;
} Pair;

static const Pair scalars[] = {
    {INSTR_ADD_UNARY, 1, 2, 3},
    {INSTR_SUB_UNARY, 1, 2, -1},
    {INSTR_MUL_UNARY, 3, 2, 6},
    {INSTR_RSUB_UNARY, 1, 5, 4},
    {INSTR_UNARY_MAX, 1, 2, 2},
    {INSTR_UNARY_MIN, 1, 2, 1},
    {INSTR_UNARY_GT, 1, 2, 0},
    {INSTR_UNARY_GT, 3, 2, 1},
    {INSTR_UNARY_GE, 2, 2, 1},
    {INSTR_UNARY_GE, 1, 2, 0},
    {INSTR_UNARY_LT, 1, 2, 1},
    {INSTR_UNARY_LT, 2, 2, 0},
    {INSTR_UNARY_LE, 2, 2, 1},
    {INSTR_UNARY_LE, 3, 2, 0},
    {INSTR_UNARY_EQ, 2, 2, 1},
    {INSTR_UNARY_EQ, 1, 2, 0},
    {INSTR_UNARY_NE, 1, 2, 1},
    {INSTR_UNARY_NE, 2, 2, 0},
    {INSTR_MUL_UNARY, 1e-30f, 1e-30f, 0},
    {INSTR_ADD_UNARY, INFINITY, -INFINITY, NAN},
};

static const Pair pairs[] = {
    {INSTR_ADD_BINARY, 1, 2, 3},
    {INSTR_SUB_BINARY, 1, 2, -1},
    {INSTR_MUL_BINARY, 3, 2, 6},
    {INSTR_DIV_BINARY, 1, 3, 1.0f / 3},
    {INSTR_DIV_BINARY, 1, 0, INFINITY},
    {INSTR_DIV_BINARY, 0, 0, NAN},
    {INSTR_BINARY_MAX, -1, 2, 2},
    {INSTR_BINARY_MAX, -3, -2, -2},
    {INSTR_BINARY_MAX, -INFINITY, -2, -2},
    {INSTR_BINARY_MAX, NAN, 2, NAN},
    {INSTR_BINARY_MAX, 2, NAN, NAN},
    {INSTR_BINARY_MIN, NAN, 2, 2},
    {INSTR_BINARY_MIN, -1, 2, -1},
    {INSTR_BINARY_MIN, -3, -2, -3},
    {INSTR_SUB_BINARY, INFINITY, INFINITY, NAN},
    {INSTR_POWER_BINARY, 2, 10, 1024},
    {INSTR_POWER_BINARY, -2, 3, -8},
    {INSTR_POWER_BINARY, -2, 2, 4},
    {INSTR_POWER_BINARY, -2, 0.5f, NAN},
    {INSTR_POWER_BINARY, 0, 0, 1},
    {INSTR_POWER_BINARY, 0, 2, 0},
    {INSTR_POWER_BINARY, 0, -1, INFINITY},
    {INSTR_POWER_BINARY, 9, 0.5f, 3},
    {INSTR_POWER_BINARY, INFINITY, -1, 0},
    {INSTR_POWER_BINARY, NAN, 1, NAN},
    {INSTR_POWER_BINARY, 1, 1e30f, 1},
    {INSTR_POWER_BINARY, 0.5f, 1e30f, 0},
};

static void fill_pair(const Pair *pair) {
    for (int i = 0; i < TILE_ELEMENTS; i++) tile_a[i] = out[i] = pair->a, tile_b[i] = pair->b;
}

static void test_scalar_operands(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof scalars / sizeof *scalars; i++) {
        fill_pair(&scalars[i]);
        unit_sfpu(scalars[i].id, out, NULL, NULL, NULL, scalars[i].b, fp32);
        assert_same(instruction_at(scalars[i].id)->name, scalars[i].a, out[TILE_ELEMENTS - 1], scalars[i].expected);
    }
}

static void test_pairs(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        fill_pair(&pairs[i]);
        unit_sfpu(pairs[i].id, out, tile_a, tile_b, NULL, 0, fp32);
        assert_same(instruction_at(pairs[i].id)->name, pairs[i].a, out[TILE_ELEMENTS - 1], pairs[i].expected);
    }
}

static void test_power_accuracy(void **state) {
    (void)state;
    spread(tile_a, 0.01, 30);
    spread(tile_b, -9, 9);
    unit_sfpu(INSTR_POWER_BINARY, out, tile_a, tile_b, NULL, 0, fp32);
    for (int i = 0; i < TILE_ELEMENTS; i++) {
        double expected = pow((double)tile_a[i], (double)tile_b[i]);
        assert_true(fabs((double)out[i] - expected) <= 0.6 * last_place(expected));
    }
}

static void test_operand_may_be_the_result(void **state) {
    (void)state;
    spread(tile_a, 0, 1023);
    spread(tile_b, 1023, 0);
    unit_sfpu(INSTR_SUB_BINARY, tile_b, tile_a, tile_b, NULL, 0, fp32);
    for (int i = 0; i < TILE_ELEMENTS; i++) assert_true(tile_b[i] == (float)(2 * i - 1023));
}

// ---------------------------------------------------------------- whole tiles

static void test_rows_and_columns_are_broadcast(void **state) {
    (void)state;
    const InstructionId ids[] = {INSTR_ADD_BCAST_ROW, INSTR_SUB_BCAST_ROW, INSTR_MUL_BCAST_ROW,
                                 INSTR_ADD_BCAST_COL, INSTR_SUB_BCAST_COL, INSTR_MUL_BCAST_COL};
    spread(tile_a, -5, 5);
    spread(tile_b, 1, 3);
    for (int i = 0; i < 6; i++) {
        memcpy(out, tile_a, sizeof out);
        unit_sfpu(ids[i], out, tile_b, NULL, NULL, 0, fp32);
        for (int j = 0; j < TILE_ELEMENTS; j++) {
            float v = i < 3 ? tile_b[j % TILE_SIZE] : tile_b[j / TILE_SIZE * TILE_SIZE], a = tile_a[j];
            float expected = i % 3 == 0 ? a + v : i % 3 == 1 ? a - v : a * v;
            assert_true(out[j] == expected);
        }
    }
}

static void test_column_broadcast_reads_every_lane(void **state) {
    (void)state;
    spread(tile_a, 1, 2);
    spread(tile_b, 1, 2);
    tile_b[5 * TILE_SIZE + 9] = INFINITY;
    unit_sfpu(INSTR_MUL_BCAST_COL, tile_a, tile_b, NULL, NULL, 0, fp32);
    for (int i = 0; i < TILE_ELEMENTS; i++) assert_int_equal(isnan(tile_a[i]) != 0, i / TILE_SIZE == 5);
}

static void test_select_copy_fill(void **state) {
    (void)state;
    float condition[TILE_ELEMENTS];
    for (int i = 0; i < TILE_ELEMENTS; i++) condition[i] = i % 3 ? -1.0f : 0.0f;
    spread(tile_a, 0, 1), spread(tile_b, 5, 6);
    unit_sfpu(INSTR_WHERE_TILE, out, condition, tile_a, tile_b, 0, fp32);
    for (int i = 0; i < TILE_ELEMENTS; i++) assert_true(out[i] == (i % 3 ? tile_a[i] : tile_b[i]));
    unit_sfpu(INSTR_COPY_DEST, out, tile_a, NULL, NULL, 0, fp32);
    assert_memory_equal(out, tile_a, sizeof out);
    unit_sfpu(INSTR_FILL_TILE, out, NULL, NULL, NULL, 1.01f, fp32);
    assert_true(out[77] == 1.01f);
    unit_sfpu(INSTR_FILL_TILE, out, NULL, NULL, NULL, 1.01f, fp16);
    assert_true(out[77] == bf16_to_float(bf16_from_float(1.01f)));
}

static void test_16_bit_dst_rounds_results(void **state) {
    (void)state;
    spread(tile_a, 0.1, 3), spread(tile_b, 1, 2);
    unit_sfpu(INSTR_MUL_BINARY, out, tile_a, tile_b, NULL, 0, fp16);
    for (int i = 0; i < TILE_ELEMENTS; i++)
        assert_true(out[i] == bf16_to_float(bf16_from_float(tile_a[i] * tile_b[i])));
}

static void test_every_vector_instruction_has_a_loop(void **state) {
    (void)state;
    for (int id = 0; id < INSTR_COUNT; id++) {
        Effect effect = instruction_at((InstructionId)id)->effect;
        if (effect == EFFECT_DST_UNARY) assert_non_null(tile_loops_plain.unary[id]);
        if (effect == EFFECT_DST_BINARY || effect == EFFECT_DST_UPDATE) assert_non_null(tile_loops_plain.binary[id]);
    }
}

// ---------------------------------------------------------------- variants

// Values of every kind: random bits, and small numbers.
static void mixed_tile(float *tile, uint32_t seed) {
    for (int i = 0; i < TILE_ELEMENTS; i++) {
        seed = seed * 1664525u + 1013904223u;
        tile[i] = i % 2 ? float_of_bits(seed) : (float)(int32_t)seed * 0x1p-28f;
    }
}

static void compare_variants(const float *a, const float *b) {
    for (int i = 0; i < TILE_ELEMENTS; i++) {
        if (float_bits(a[i]) != float_bits(b[i]) && !(isnan(a[i]) && isnan(b[i])))
            fail_msg("element %d: %g, not %g", i, (double)b[i], (double)a[i]);
    }
}

static void test_variants_give_the_same_bits(void **state) {
    (void)state;
    const TileLoops *plain = &tile_loops_plain, *best = tile_loops();
    float plain_out[TILE_ELEMENTS] TILE_ALIGNED;
    mixed_tile(tile_a, 1), mixed_tile(tile_b, 2);
    for (int id = 0; id < INSTR_COUNT; id++) {
        if (plain->unary[id]) plain->unary[id](plain_out, tile_a, 1.25f), best->unary[id](out, tile_a, 1.25f);
        if (plain->binary[id]) plain->binary[id](plain_out, tile_a, tile_b), best->binary[id](out, tile_a, tile_b);
        if (plain->unary[id] || plain->binary[id]) compare_variants(plain_out, out);
    }
    plain->multiply_add(plain_out, tile_a, tile_b, tile_a), best->multiply_add(out, tile_a, tile_b, tile_a);
    compare_variants(plain_out, out);
    uint16_t plain_page[TILE_ELEMENTS], page[TILE_ELEMENTS];
    plain->encode_bf16(plain_page, tile_a), best->encode_bf16(page, tile_a);
    assert_memory_equal(plain_page, page, sizeof page);
    for (int i = 0; i < TILE_ELEMENTS; i++) {
        if (!isnan(tile_a[i])) assert_int_equal(page[i], bf16_from_float(tile_a[i]));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_functions_round_once),
        cmocka_unit_test(test_special_values),
        cmocka_unit_test(test_scalar_operands),
        cmocka_unit_test(test_pairs),
        cmocka_unit_test(test_power_accuracy),
        cmocka_unit_test(test_operand_may_be_the_result),
        cmocka_unit_test(test_rows_and_columns_are_broadcast),
        cmocka_unit_test(test_column_broadcast_reads_every_lane),
        cmocka_unit_test(test_select_copy_fill),
        cmocka_unit_test(test_16_bit_dst_rounds_results),
        cmocka_unit_test(test_every_vector_instruction_has_a_loop),
        cmocka_unit_test(test_variants_give_the_same_bits),
    };
    return cmocka_run_group_tests_name("sim units: vector unit", tests, NULL, NULL);
}
