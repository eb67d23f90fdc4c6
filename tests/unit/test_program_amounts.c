// Symbolic integers of the verifier: equal forms are one, ranges hold, sums over loops close or stay comparable.
#include "fixture.h"

#include "program/amount.h"

static Amounts new_amounts(void **state) { return amounts_new(&((Context *)*state)->unit); }

static Interval unknown_variables(const void *user, uint32_t count, const Term terms[]) {
    (void)user;
    (void)count;
    (void)terms;
    return (Interval){INT64_MIN, INT64_MAX};
}

// Inside two loops of 4 and, for each index i of it, i + 1 iterations.
static Place triangle(Amounts *amounts) {
    Place place = {.amounts = amounts, .variables = unknown_variables, .depth = 2};
    place.end[0] = amount_constant(4);
    place.end[1] = amount_add(amounts, amount_index(amounts, 0), amount_constant(1));
    return place;
}

static void assert_amount(Amount seen, Amount expected) { assert_true(amount_equal(seen, expected)); }

static void test_forms_are_unique(void **state) {
    Amounts amounts = new_amounts(state);
    Amount i = amount_index(&amounts, 0), j = amount_index(&amounts, 1);
    Amount left = amount_add(&amounts, amount_scale(&amounts, i, 4), amount_add(&amounts, j, amount_constant(2)));
    Amount right = amount_add(&amounts, amount_constant(2), amount_add(&amounts, j, amount_scale(&amounts, i, 4)));
    assert_amount(left, right);
    assert_amount(amount_subtract(&amounts, left, right), (Amount){0});
    assert_int_equal(amount_coefficient(left, 0), 4);
    assert_int_equal(amount_divisor(amount_scale(&amounts, left, 6)), 6);
}

static void test_operations_fold_and_are_shared(void **state) {
    Amounts amounts = new_amounts(state);
    Amount i = amount_index(&amounts, 0), eight = amount_constant(8);
    assert_amount(amount_op(&amounts, OP_FLOORDIV, (Amount[3]){amount_constant(-9), eight}), amount_constant(-2));
    assert_amount(amount_op(&amounts, OP_FLOORMOD, (Amount[3]){i, eight}),
                  amount_op(&amounts, OP_FLOORMOD, (Amount[3]){i, eight}));
    assert_amount(amount_op(&amounts, OP_GT, (Amount[3]){i, eight}), amount_op(&amounts, OP_LT, (Amount[3]){eight, i}));
    Amount overflow = amount_add(&amounts, amount_constant(INT64_MAX), amount_constant(1));
    assert_non_null(overflow.sum); // unknown, and equal to no other unknown
    assert_false(amount_equal(overflow, amount_add(&amounts, amount_constant(INT64_MAX), amount_constant(1))));
}

static void test_ranges_follow_loops(void **state) {
    Amounts amounts = new_amounts(state);
    Place place = triangle(&amounts);
    Amount i = amount_index(&amounts, 0), j = amount_index(&amounts, 1);
    assert_true(amount_not_above(&place, j, i)); // because j stays below i + 1
    assert_false(amount_not_above(&place, i, j));
    Interval both = amount_interval(&place, amount_add(&amounts, amount_scale(&amounts, i, 4), j));
    assert_int_equal(both.low, 0);
    assert_int_equal(both.high, 15);
    Interval row = amount_interval(&place, amount_op(&amounts, OP_FLOORDIV, (Amount[3]){i, amount_constant(2)}));
    assert_int_equal(row.high, 1);
}

static void test_conditions(void **state) {
    Amounts amounts = new_amounts(state);
    Place place = triangle(&amounts);
    Amount i = amount_index(&amounts, 0), four = amount_constant(4), zero = {0};
    Amount below = amount_op(&amounts, OP_LT, (Amount[3]){i, four}),
           first = amount_op(&amounts, OP_EQ, (Amount[3]){i, zero});
    assert_int_equal(amount_truth(&place, below), TRUTH_YES);
    assert_int_equal(amount_truth(&place, first), TRUTH_OPEN);
    assert_int_equal(amount_truth(&place, amount_op(&amounts, OP_OR, (Amount[3]){first, below})), TRUTH_YES);
    place.fixed = 1, place.index[0] = 2;
    assert_int_equal(amount_truth(&place, amount_resolve(&place, first)), TRUTH_NO);
}

static void test_totals(void **state) {
    Amounts amounts = new_amounts(state);
    Amount i = amount_index(&amounts, 0), ten = amount_constant(10), zero = {0};
    assert_amount(amount_total(&amounts, 0, zero, ten, amount_constant(3)), amount_constant(30));
    assert_amount(amount_total(&amounts, 0, amount_constant(2), ten, i), amount_constant(44));
    Amount squares = amount_multiply(&amounts, i, i);
    Amount sum = amount_total(&amounts, 0, zero, ten, squares);
    assert_non_null(sum.sum);
    assert_amount(sum, amount_total(&amounts, 0, zero, ten, amount_multiply(&amounts, i, i)));
    assert_int_equal(amount_depths(sum), 0); // its index is its own
    assert_int_equal(
        amount_divisor(amount_total(&amounts, 0, zero, amount_index(&amounts, 1), amount_scale(&amounts, squares, 8))),
        8);
}

// Shared over and over, an expression would take for ever to walk.
static void test_size_is_limited(void **state) {
    Amounts amounts = new_amounts(state);
    Place place = triangle(&amounts);
    Amount value = amount_index(&amounts, 0);
    for (int i = 0; i < 100; i++) value = amount_add(&amounts, amount_multiply(&amounts, value, value), value);
    place.fixed = 1, place.index[0] = 1;
    assert_non_null(amount_resolve(&place, value).sum);
}

int main(void) {
    const struct CMUnitTest tests[] = {TEST(test_forms_are_unique),
                                       TEST(test_operations_fold_and_are_shared),
                                       TEST(test_ranges_follow_loops),
                                       TEST(test_conditions),
                                       TEST(test_totals),
                                       TEST(test_size_is_limited)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
