// Every work item exactly once: contiguous and interleaved runs, small and large launches, each way to miss.
#include "program/items.h"

#include "fixture.h"

typedef struct Case {
    Coverage coverage;
    int64_t count;
    int runs;
    int64_t values[6][5]; // start, count, stride; length and jump, or 0
} Case;

static Coverage coverage_of(Context *context, const Case *example, int64_t width) {
    ItemRuns runs = {0};
    for (int i = 0; i < example->runs; i++) {
        const int64_t *value = example->values[i];
        ItemRun run = {value[0], value[1], value[2], value[1], 1, (uint32_t)i, 0};
        if (value[3]) run.length = value[3], run.jump = value[4];
        vector_push(&context->unit, runs, run);
    }
    const ItemRun *fault;
    return items_coverage(context, &runs, width, example->count, &fault);
}

static void expect_all(Context *context, int64_t width, int count, const Case cases[]) {
    for (int i = 0; i < count; i++) assert_int_equal(coverage_of(context, &cases[i], width), cases[i].coverage);
}

#define EXPECT(width, cases) expect_all(*state, width, sizeof cases / sizeof *cases, cases)

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
    EXPECT(4, cases);
}

static void test_interleaved(void **state) {
    static const Case cases[] = {
        {COVERAGE_WHOLE, 6, 2, {{0, 3, 2}, {1, 3, 2}}},
        {COVERAGE_WHOLE, 12, 4, {{0, 2, 6}, {1, 4, 3}, {2, 4, 3}, {3, 2, 6}}},
        {COVERAGE_TWICE, 6, 2, {{0, 3, 2}, {2, 3, 1}}},
        {COVERAGE_MISSING, 7, 2, {{0, 3, 2}, {1, 3, 2}}},
        {COVERAGE_OUTSIDE, 6, 2, {{0, 3, 2}, {1, 4, 2}}},
    };
    EXPECT(4, cases);
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
    EXPECT(4, cases);
}

static void test_numbers_that_overflow(void **state) {
    static const Case cases[] = {
        {COVERAGE_OUTSIDE, 10, 1, {{INT64_MAX, 2, 1}}},
        {COVERAGE_OUTSIDE, 10, 1, {{0, INT64_MAX, INT64_MAX}}},
        {COVERAGE_OUTSIDE, INT64_MAX, 1, {{1, INT64_MAX, 1}}},
        {COVERAGE_WHOLE, INT64_MAX, 1, {{0, INT64_MAX, 1}}},
        {COVERAGE_TWICE, INT64_MAX, 2, {{0, INT64_MAX, 1}, {0, INT64_MAX, 1}}},
    };
    EXPECT(4, cases);
}

// Rectangles of a launch that is 1000 blocks wide, by rows and by columns, and runs between them.
static void test_rectangles(void **state) {
    static const Case cases[] = {
        {COVERAGE_WHOLE,
         1000000,
         4,
         {{0, 250000, 1, 500, 1000},
          {500, 250000, 1, 500, 1000},
          {500000, 250000, 1000, 500, 1},
          {500500, 250000, 1000, 500, 1}}},
        {COVERAGE_WHOLE, 1000000, 3, {{0, 300, 1000}, {1, 999000, 1000, 1000, 1}, {300000, 700, 1000}}},
        {COVERAGE_WHOLE, 1000000, 2, {{0, 400500, 1}, {400500, 599500, 1}}},
        {COVERAGE_TWICE, 1000000, 3, {{0, 400501, 1}, {400500, 500, 1}, {401000, 598999, 1}}},
        {COVERAGE_TWICE, 1000000, 2, {{0, 500000, 1, 500, 1000}, {499, 500000, 1, 500, 1000}}},
        {COVERAGE_MISSING, 1000000, 2, {{0, 500000, 1, 500, 1000}, {500, 499500, 1, 500, 1000}}},
        {COVERAGE_OUTSIDE, 1000000, 2, {{0, 500000, 1, 500, 1000}, {501, 500000, 1, 500, 1000}}},
        {COVERAGE_OUTSIDE, INT64_MAX, 1, {{0, INT64_MAX - 1, INT64_MAX, 2, INT64_MAX}}},
    };
    EXPECT(1000, cases);
}

// Of another width than the launch's: taken apart.
static void test_other_rectangles(void **state) {
    static const Case cases[] = {
        {COVERAGE_WHOLE, 600, 2, {{0, 300, 1, 3, 6}, {3, 300, 1, 3, 6}}},
        {COVERAGE_TWICE, 600, 2, {{0, 300, 1, 3, 6}, {2, 300, 1, 3, 6}}},
    };
    EXPECT(25, cases);
}

static uint32_t next_random(uint32_t *seed) { return (*seed = *seed * 1664525u + 1013904223u) / 65536; }

// Fills in a small run and counts its items; false if it leaves the launch.
static bool random_run(uint32_t *seed, int64_t count, int64_t value[5], int seen[]) {
    int64_t length = 1 + next_random(seed) % 3, times = 1 + next_random(seed) % 3;
    bool plain = next_random(seed) % 2;
    value[0] = next_random(seed) % 4;
    value[1] = plain ? length : length * times;
    value[2] = 1 + next_random(seed) % 4;
    value[3] = plain ? 0 : length;
    value[4] = plain ? 0 : 1 + next_random(seed) % 4;
    bool inside = true;
    for (int64_t k = 0; k < value[1]; k++) {
        int64_t item = value[0] + k % length * value[2] + k / length * value[4];
        if (item >= count)
            inside = false;
        else
            seen[item]++;
    }
    return inside;
}

// Against a count of every item, over small random runs.
static void test_random(void **state) {
    uint32_t seed = 1;
    int whole = 0;
    for (int round = 0; round < 60000; round++) {
        Case example = {.count = 1 + next_random(&seed) % 12, .runs = 1 + round % 4};
        int64_t width = 1 + next_random(&seed) % 4;
        int seen[64] = {0};
        Coverage expected = COVERAGE_WHOLE;
        for (int i = 0; i < example.runs; i++)
            if (!random_run(&seed, example.count, example.values[i], seen)) expected = COVERAGE_OUTSIDE;
        for (int64_t i = 0; i < example.count && expected != COVERAGE_OUTSIDE; i++)
            if (seen[i] > 1) expected = COVERAGE_TWICE;
        for (int64_t i = 0; i < example.count && expected == COVERAGE_WHOLE; i++)
            if (seen[i] == 0) expected = COVERAGE_MISSING;
        whole += expected == COVERAGE_WHOLE;
        assert_int_equal(coverage_of(*state, &example, width), expected);
    }
    assert_true(whole > 100);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_contiguous),
        TEST(test_interleaved),
        TEST(test_interleaved_and_large),
        TEST(test_numbers_that_overflow),
        TEST(test_rectangles),
        TEST(test_other_rectangles),
        TEST(test_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
