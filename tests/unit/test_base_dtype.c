// Number formats: every 16-bit pattern, ties, the ends of ranges, and rounding from double at once.
#include "fixture.h"

#include <math.h>
#include <string.h>

#include "base/dtype.h"

static void test_every_pattern(void **state) {
    (void)state;
    for (uint32_t bits = 0; bits < 0x10000; bits++) {
        float half = f16_to_float((uint16_t)bits), brain = bf16_to_float((uint16_t)bits);
        if (half == half)
            assert_int_equal(f16_from_float(half), bits);
        else
            assert_true(f16_to_float(f16_from_float(half)) != half);
        if (brain == brain)
            assert_int_equal(bf16_from_float(brain), bits);
        else
            assert_true(isnan(bf16_to_float(bf16_from_float(brain))));
    }
}

// Between two neighbours the nearer one, in the middle the even one, whatever the sign.
static void check_neighbours(DType type, uint16_t (*from)(float), float (*to)(uint16_t), uint32_t last) {
    for (uint32_t bits = 0; bits < last; bits++) {
        double low = to((uint16_t)bits), high = to((uint16_t)(bits + 1)), middle = (low + high) / 2;
        double even = bits & 1 ? high : low;
        assert_true(dtype_round(type, middle) == even);
        assert_true(dtype_round(type, -middle) == -even);
        assert_true(dtype_round(type, nextafter(middle, 0)) == low);
        assert_true(dtype_round(type, nextafter(middle, INFINITY)) == high);
        assert_true(to(from((float)middle)) == even);
    }
}

static void test_neighbours(void **state) {
    (void)state;
    check_neighbours(DTYPE_FLOAT16, f16_from_float, f16_to_float, 0x7bff);
    check_neighbours(DTYPE_BFLOAT16, bf16_from_float, bf16_to_float, 0x7f7f);
}

static void test_ends(void **state) {
    (void)state;
    assert_true(dtype_round(DTYPE_FLOAT16, 65519.99) == 65504);
    assert_true(dtype_round(DTYPE_FLOAT16, 65520) == INFINITY);
    assert_true(dtype_round(DTYPE_FLOAT16, -1e300) == -INFINITY);
    assert_true(dtype_round(DTYPE_BFLOAT16, 3.4e38) == INFINITY);
    assert_true(dtype_round(DTYPE_FLOAT32, 1e300) == INFINITY);
    assert_true(isnan(dtype_round(DTYPE_FLOAT16, NAN)));
    assert_true(signbit(dtype_round(DTYPE_BFLOAT16, -0.0)));
    assert_true(dtype_round(DTYPE_FLOAT16, 0x1p-25) == 0);
    assert_true(dtype_round(DTYPE_FLOAT16, 0x1.8p-25) == 0x1p-24);
    assert_true(tf32_truncate(1.0f + 0x1p-11f) == 1.0f);
    assert_true(tf32_truncate(-(1.0f + 0x1p-10f)) == -(1.0f + 0x1p-10f));
    assert_true(isnan(tf32_truncate(NAN)));
}

static void test_integers(void **state) {
    (void)state;
    assert_true(dtype_round(DTYPE_INT8, 130) == -126);
    assert_true(dtype_round(DTYPE_INT8, -129.9) == 127);
    assert_true(dtype_round(DTYPE_UINT8, -1) == 255);
    assert_true(dtype_round(DTYPE_UINT16, 65537.5) == 1);
    assert_true(dtype_round(DTYPE_INT32, 0x1p31) == -0x1p31);
    assert_true(dtype_round(DTYPE_INT64, -0x1p62) == -0x1p62);
    assert_true(dtype_round(DTYPE_UINT64, 0x1p63) == 0x1p63);
    assert_true(dtype_round(DTYPE_INT32, 1e300) == 0);
    assert_true(dtype_round(DTYPE_INT32, NAN) == 0 && dtype_round(DTYPE_INT64, INFINITY) == 0);
    assert_true(dtype_round(DTYPE_BOOL, 0.25) == 1 && dtype_round(DTYPE_BOOL, 0) == 0);
}

static void test_arrays(void **state) {
    (void)state;
    for (int type = DTYPE_BOOL; type < DTYPE_COUNT; type++) {
        char array[64] = {0};
        dtype_store((DType)type, array + 1, 2, 1); // also where it is not aligned
        assert_true(dtype_load((DType)type, array + 1, 2) == 1);
        assert_true(dtype_load((DType)type, array + 1, 1) == 0 && dtype_load((DType)type, array + 1, 3) == 0);
        assert_int_equal(dtype_bytes((DType)type) * 8, dtype_bits((DType)type));
    }
}

static void test_names(void **state) {
    DType type;
    (void)state;
    for (int i = 0; i < DTYPE_COUNT; i++) assert_true(dtype_parse(dtype_name((DType)i), &type) && type == (DType)i);
    assert_true(dtype_parse("float", &type) && type == DTYPE_FLOAT32);
    assert_true(dtype_parse("half", &type) && type == DTYPE_FLOAT16);
    assert_true(dtype_parse("int", &type) && type == DTYPE_INT32);
    assert_false(dtype_parse("float8", &type) || dtype_parse("", &type));
    assert_true(dtype_unit_roundoff(DTYPE_BFLOAT16) == 0x1p-8 && dtype_unit_roundoff(DTYPE_INT32) == 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_pattern), cmocka_unit_test(test_neighbours), cmocka_unit_test(test_ends),
        cmocka_unit_test(test_integers),      cmocka_unit_test(test_arrays),     cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
