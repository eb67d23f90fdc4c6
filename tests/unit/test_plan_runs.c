// Every work item exactly once: contiguous and interleaved runs, small and large launches, each way to miss.
#include "plan/check.h"

#include "fixture.h"

typedef struct Case {
    Coverage coverage;
    int64_t count;
    int runs;
    int64_t values[6][3]; // start, count, stride
} Case;

static Coverage coverage_of(Context *context, const Case *example) {
    ItemRuns runs = {0};
    for (int i = 0; i < example->runs; i++) {
        const int64_t *value = example->values[i];
        ItemRun run = {value[0], value[1], value[2], (uint32_t)i, 0};
        vector_push(&context->unit, runs, run);
    }
    const ItemRun *fault;
    return runs_coverage(context, &runs, example->count, &fault);
}

static void expect_all(Context *context, int count, const Case cases[]) {
    for (int i = 0; i < count; i++) assert_int_equal(coverage_of(context, &cases[i]), cases[i].coverage);
}

#define EXPECT(cases) expect_all(*state, sizeof cases / sizeof *cases, cases)

static void test_contiguous(void **state) {
    static const Case cases[] = {
        {COVERAGE_WHOLE, 10, 3, {{0, 4, 1}, {4, 3, 1}, {7, 3, 1}}},
        {COVERAGE_WHOLE, 10, 3, {{7, 3, 1}, {0, 4, 1}, {4, 3, 1}}},
        {COVERAGE_WHOLE, 1, 1, {{0, 1, 1}}},
        {COVERAGE_TWICE, 10, 3, {{0, 5, 1}, {4, 3, 1}, {7, 3, 1}}},
        {COVERAGE_MISSING, 10, 2, {{0, 4, 1}, {4, 5, 1}}},
        {COVERAGE_MISSING, 10, 0, {{0}}},
        {COVERAGE_OUTSIDE, 10, 2, {{0, 4, 1}, {4, 7, 1}}},
        {COVERAGE_OUTSIDE, 10, 1, {{10, 1, 1}}},
    };
    EXPECT(cases);
}

static void test_interleaved(void **state) {
    static const Case cases[] = {
        {COVERAGE_WHOLE, 6, 2, {{0, 3, 2}, {1, 3, 2}}},
        {COVERAGE_WHOLE, 12, 4, {{0, 2, 6}, {1, 4, 3}, {2, 4, 3}, {3, 2, 6}}},
        {COVERAGE_TWICE, 6, 2, {{0, 3, 2}, {2, 3, 1}}},
        {COVERAGE_MISSING, 7, 2, {{0, 3, 2}, {1, 3, 2}}},
        {COVERAGE_OUTSIDE, 6, 2, {{0, 3, 2}, {1, 4, 2}}},
    };
    EXPECT(cases);
}

// Too many items for a bit each: pairs of runs are compared.
static void test_interleaved_and_large(void **state) {
    const int64_t large = (int64_t)1 << 40;
    const Case cases[] = {
        {COVERAGE_WHOLE, 2 * large, 2, {{0, large, 2}, {1, large, 2}}},
        {COVERAGE_WHOLE, 6 * large, 4, {{0, large, 6}, {1, 2 * large, 3}, {2, 2 * large, 3}, {3, large, 6}}},
        {COVERAGE_TWICE, 6 * large, 4, {{0, large, 6}, {1, 2 * large, 3}, {2, 2 * large, 3}, {4, large, 6}}},
        {COVERAGE_TWICE, 6 * large, 2, {{0, large, 5}, {1, large, 6}}},
        {COVERAGE_MISSING, 2 * large + 1, 2, {{0, large, 2}, {1, large, 2}}},
    };
    EXPECT(cases);
}

static void test_numbers_that_overflow(void **state) {
    static const Case cases[] = {
        {COVERAGE_OUTSIDE, 10, 1, {{INT64_MAX, 2, 1}}},
        {COVERAGE_OUTSIDE, 10, 1, {{0, INT64_MAX, INT64_MAX}}},
        {COVERAGE_OUTSIDE, INT64_MAX, 1, {{1, INT64_MAX, 1}}},
        {COVERAGE_WHOLE, INT64_MAX, 1, {{0, INT64_MAX, 1}}},
        {COVERAGE_TWICE, INT64_MAX, 2, {{0, INT64_MAX, 1}, {0, INT64_MAX, 1}}},
    };
    EXPECT(cases);
}

// Against a count of every item, over small random runs.
static void test_random(void **state) {
    uint32_t seed = 1;
    for (int round = 0; round < 20000; round++) {
        Case example = {.count = 1 + (seed = seed * 1664525u + 1013904223u) / 65536 % 12, .runs = 1 + round % 4};
        int seen[64] = {0};
        Coverage expected = COVERAGE_WHOLE;
        for (int i = 0; i < example.runs; i++) {
            for (int k = 0; k < 3; k++)
                example.values[i][k] = (k > 0) + (seed = seed * 1664525u + 1013904223u) / 65536 % 4;
            for (int64_t k = 0; k < example.values[i][1]; k++) {
                int64_t item = example.values[i][0] + k * example.values[i][2];
                if (item >= example.count)
                    expected = COVERAGE_OUTSIDE;
                else
                    seen[item]++;
            }
        }
        for (int64_t i = 0; i < example.count && expected != COVERAGE_OUTSIDE; i++)
            if (seen[i] > 1) expected = COVERAGE_TWICE;
        for (int64_t i = 0; i < example.count && expected == COVERAGE_WHOLE; i++)
            if (seen[i] == 0) expected = COVERAGE_MISSING;
        assert_int_equal(coverage_of(*state, &example), expected);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_contiguous),
        TEST(test_interleaved),
        TEST(test_interleaved_and_large),
        TEST(test_numbers_that_overflow),
        TEST(test_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
