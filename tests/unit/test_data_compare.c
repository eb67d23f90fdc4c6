// Comparison: the rule, the worst pair and its place, masks and specials.
#include "fixture.h"

#include <math.h>
#include <string.h>

#include "data/compare.h"

#define ROWS    50
#define COLUMNS 41 // no multiple of any vector

static float result_data[ROWS * COLUMNS], reference_data[ROWS * COLUMNS];
static uint8_t mask_data[ROWS * COLUMNS];

static Tensor tensor_of(float *data) {
    return (Tensor){
        .name = "C", .type = DTYPE_FLOAT32, .rank = 2, .shape = {ROWS, COLUMNS}, .count = ROWS * COLUMNS, .data = data};
}

static int fill(void **state) {
    (void)state;
    for (int i = 0; i < ROWS * COLUMNS; i++) result_data[i] = reference_data[i] = (float)(i % 17) - 8;
    memset(mask_data, 1, sizeof mask_data);
    return 0;
}

static const Precision bf16_product = {.storage_roundoff = 0x1p-8};

static Comparison compare(const uint8_t *mask, const Precision *precision, double relative) {
    Tensor result = tensor_of(result_data), reference = tensor_of(reference_data);
    return compare_tensors(&result, &reference, mask, precision, relative);
}

static void equal_passes(void **state) {
    (void)state;
    Comparison c = compare(NULL, NULL, 0);
    assert_true(c.pass);
    assert_int_equal(c.compared, ROWS * COLUMNS);
    assert_true(c.max_abs_error == 0 && c.max_rel_error == 0 && c.tolerance == 0);
}

static void worst_pair(void **state) {
    (void)state;
    result_data[37 * COLUMNS + 40] += 0.5f;
    result_data[3] -= 0.25f;
    Comparison c = compare(NULL, NULL, 0);
    assert_false(c.pass);
    assert_int_equal(c.mismatched, 2);
    assert_true(c.max_abs_error == 0.5);
    assert_true(c.max_rel_error == 0.5 / 8);
    assert_int_equal(c.worst_index[0], 37);
    assert_int_equal(c.worst_index[1], 40);
    assert_true(c.worst_result - c.worst_reference == 0.5);
    assert_false(c.has_nan);
}

static void rule_is_what_is_documented(void **state) {
    (void)state;
    Comparison c = compare(NULL, &bf16_product, 0);
    assert_true(c.tolerance == 4 * 0x1p-8 * 8);
    Precision product = bf16_product;
    product.error = 0.25;
    assert_true(compare(NULL, &product, 0).tolerance == 4 * 0.25);
}

static void tolerance_decides(void **state) {
    (void)state;
    result_data[100] += 0.12f;
    assert_true(compare(NULL, &bf16_product, 0).pass);
    result_data[100] += 0.02f;
    assert_false(compare(NULL, &bf16_product, 0).pass);
    assert_true(compare(NULL, &bf16_product, 0.02).pass); // 0.16
    assert_false(compare(NULL, &bf16_product, 0.01).pass);
}

// Every element off by less than one may be: the mean of squares sees it.
static void mean_of_squares_decides(void **state) {
    (void)state;
    double squares = 0;
    for (int i = 0; i < ROWS * COLUMNS; i++) squares += (double)reference_data[i] * reference_data[i];
    double mean = sqrt(squares / (ROWS * COLUMNS));
    for (int i = 0; i < ROWS * COLUMNS; i++) result_data[i] += 0.1f;
    Comparison c = compare(NULL, &bf16_product, 0);
    assert_int_equal(c.mismatched, 0);
    assert_false(c.pass);
    assert_true(fabs(c.mean_error - 0.1) < 1e-6);
    assert_true(fabs(c.mean_tolerance - 4 * 0x1p-8 / sqrt(3) * mean) < 1e-6);
    Precision product = bf16_product;
    product.typical = 0.03;
    assert_true(compare(NULL, &product, 0).pass);
    assert_true(compare(NULL, &bf16_product, 0.02).pass); // the user's own tolerance has no such rule
    for (int i = 1; i < ROWS * COLUMNS; i++) result_data[i] = reference_data[i];
    assert_true(compare(NULL, &bf16_product, 0).pass);
}

static void mask_hides(void **state) {
    (void)state;
    result_data[5] = 1000;
    result_data[6] = NAN;
    reference_data[2000] = 1e30f;
    mask_data[5] = mask_data[6] = mask_data[2000] = 0;
    Comparison c = compare(mask_data, &bf16_product, 0);
    assert_true(c.pass);
    assert_int_equal(c.compared, ROWS * COLUMNS - 3);
    assert_false(compare(NULL, &bf16_product, 0).pass);
}

static void not_finite(void **state) {
    (void)state;
    result_data[7] = reference_data[7] = INFINITY;
    result_data[8] = reference_data[8] = NAN;
    assert_true(compare(NULL, &bf16_product, 0).pass);
    result_data[7] = -INFINITY;
    assert_false(compare(NULL, &bf16_product, 0).pass);
    assert_false(compare(NULL, &bf16_product, 0).has_nan);
    result_data[7] = INFINITY;
    result_data[COLUMNS + 2] = NAN;
    Comparison c = compare(NULL, &bf16_product, 1e9);
    assert_false(c.pass);
    assert_true(c.has_nan);
    assert_int_equal(c.mismatched, 1);
    assert_int_equal(c.worst_index[0], 1);
    assert_int_equal(c.worst_index[1], 2);
    result_data[COLUMNS + 2] = 0;
    reference_data[COLUMNS + 2] = NAN; // the result hides what the reference shows
    assert_false(compare(NULL, &bf16_product, 0).pass);
}

static void zero_reference(void **state) {
    (void)state;
    memset(result_data, 0, sizeof result_data);
    memset(reference_data, 0, sizeof reference_data);
    assert_true(compare(NULL, NULL, 0).reference_is_zero);
    assert_true(compare(NULL, NULL, 0).pass);
    result_data[9] = 1;
    Comparison c = compare(NULL, NULL, 0);
    assert_true(c.reference_is_zero);
    assert_false(c.pass);
    assert_true(isinf(c.max_rel_error));
}

static void reference_without_finite_elements(void **state) {
    (void)state;
    for (int i = 0; i < ROWS * COLUMNS; i++) result_data[i] = reference_data[i] = i % 2 ? NAN : INFINITY;
    Comparison c = compare(NULL, &bf16_product, 0);
    assert_true(c.pass && c.reference_is_not_finite && !c.reference_is_zero);
    result_data[9] = reference_data[9] = 0; // zero wherever it is finite, but not everywhere
    c = compare(NULL, &bf16_product, 0);
    assert_true(c.pass && !c.reference_is_not_finite && !c.reference_is_zero);
    mask_data[9] = 0; // what is not compared does not count
    c = compare(mask_data, &bf16_product, 0);
    assert_true(c.pass && c.reference_is_not_finite && !c.reference_is_zero);
    memset(mask_data, 0, sizeof mask_data);
    assert_false(compare(mask_data, &bf16_product, 0).reference_is_not_finite);
}

static void integers_are_exact(void **state) {
    (void)state;
    int32_t a[3] = {1, 2, 1 << 30}, b[3] = {1, 2, (1 << 30) + 1};
    Tensor result = {.type = DTYPE_INT32, .rank = 1, .shape = {3}, .count = 3, .data = a}, reference = result;
    reference.data = b;
    Comparison c = compare_tensors(&result, &reference, NULL, &bf16_product, 0);
    assert_false(c.pass);
    assert_int_equal(c.worst_index[0], 2);
    assert_true(compare_tensors(&result, &reference, NULL, &bf16_product, 1e-6).pass);
}

static void many_sizes(void **state) { // every length around the chunk and the lanes, with one wrong element at the end
    (void)state;
    static float a[5000], b[5000];
    for (size_t count = 1; count < 5000; count += count < 40 ? 1 : 997) {
        Tensor result = {.type = DTYPE_FLOAT32, .rank = 1, .shape = {(int64_t)count}, .count = count, .data = a};
        Tensor reference = result;
        reference.data = b;
        memset(a, 0, sizeof a);
        a[count - 1] = 1;
        if (count < 5000) a[count] = 77; // behind the end
        Comparison c = compare_tensors(&result, &reference, NULL, NULL, 0);
        assert_int_equal(c.mismatched, 1);
        assert_int_equal(c.worst_index[0], count - 1);
        assert_true(c.max_abs_error == 1);
    }
}

#define FILLED(function) cmocka_unit_test_setup(function, fill)

int main(void) {
    const struct CMUnitTest tests[] = {
        FILLED(equal_passes),
        FILLED(worst_pair),
        FILLED(rule_is_what_is_documented),
        FILLED(tolerance_decides),
        FILLED(mean_of_squares_decides),
        FILLED(mask_hides),
        FILLED(not_finite),
        FILLED(zero_reference),
        FILLED(reference_without_finite_elements),
        FILLED(integers_are_exact),
        FILLED(many_sizes),
    };
    return cmocka_run_group_tests_name("data: compare", tests, NULL, NULL);
}
