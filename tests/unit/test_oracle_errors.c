// What the oracle refuses, each by code and line.
#include "oracle_fixture.h"

#define HEAD                                                                                                           \
    "@T.prim_func\n"                                                                                                   \
    "def k(A: T.Tensor((64,), \"float32\", role=\"in\"), B: T.Tensor((64,), \"float32\", role=\"out\")):\n"

static void blocks_that_race(void **state) {
    refused(state,
            HEAD "    with T.Kernel(8) as (bx,):\n"
                 "        B[bx] = 1.0\n"
                 "        B[60] = T.cast(bx, \"float32\")\n",
            NULL, DIAG_RACE, 5);
    refused(state,
            HEAD "    with T.Kernel(8) as (bx,):\n"
                 "        T.copy(A[T.span(bx * 8, 9)], B[T.span(bx * 8, 9)])\n"
                 "        T.copy(A[T.span(0, 8)], B[T.span(bx * 8 + 1, 8)])\n",
            count_up, DIAG_RACE, 4);
}

// The same diagnostic for every number of threads.
static void first_failing_block(void **state) {
    for (int threads = 1; threads <= 16; threads *= 2)
        for (int repeat = 0; repeat < 3; repeat++) {
            Kernel k = {.text = HEAD "    with T.Kernel(64) as (bx,):\n"
                                     "        for i in T.serial(0, 1000 - bx * 10, 1):\n"
                                     "            B[bx] = T.cast(i, \"float32\")\n"
                                     "        assert bx % 16 != 7, \"seven\"\n"
                                     "        x: T.int32 = 5 // (bx - 8)\n"
                                     "        B[bx] = T.cast(x, \"float32\")\n",
                        .options = {.threads = threads}};
            assert_fails(*state, run_kernel, &k, DIAG_ASSERTION);
            assert_string_equal(last_diagnostic(*state)->message, "assertion failed: seven");
            drop_kernel(&k);
        }
}

static void iterations_that_race(void **state) {
    static const char *const bodies[] = {
        "        for i in T.parallel(0, 8, 1):\n"
        "            S[0] = T.cast(i, \"float32\")\n",
        "        for i in T.parallel(0, 8, 1):\n"
        "            for j in T.parallel(0, 4, 1):\n"
        "                S[j] = T.cast(i, \"float32\")\n",
        "        for i in T.parallel(0, 8, 1):\n"
        "            S[i // 2] = T.cast(i, \"float32\")\n",
        // Sums that lose additions: each iteration reads what another writes.
        "        for i in T.parallel(0, 8, 1):\n"
        "            S[0] = S[0] + 1.0\n",
        "        for i in T.parallel(0, 300, 1):\n"
        "            B[3] = T.cast(i // 256, \"float32\")\n",
        "        for i in T.parallel(0, 4, 1):\n"
        "            x[()] = x[()] + A[i]\n",
    };
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        const char *text = arena_format(&((Context *)*state)->unit,
                                        HEAD "    with T.Kernel(1) as (bx,):\n"
                                             "        S = T.alloc_shared((8,), \"float32\")\n"
                                             "        x = T.alloc_var(\"float32\")\n"
                                             "        T.fill(S[T.span(0, 8)], 0.0)\n"
                                             "        x[()] = 0.0\n"
                                             "%s",
                                        bodies[i]);
        refused(state, text, NULL, DIAG_RACE, i == 1 ? 10 : 9);
    }
}

static void iterations_that_do_not_race(void **state) {
    Kernel k = evaluated(state,
                         HEAD "    with T.Kernel(1) as (bx,):\n"
                              "        S = T.alloc_shared((9,), \"float32\")\n"
                              "        T.fill(S[T.span(0, 8)], 0.0)\n"
                              "        for i in T.parallel(0, 8, 1):\n"
                              "            S[8] = 5.0\n"
                              "            for n in T.serial(0, 3, 1):\n"
                              "                S[(i + 3) % 8] = S[(i + 3) % 8] + T.cast(i, \"float32\")\n"
                              "        T.copy(S[T.span(0, 8)], B[T.span(0, 8)])\n",
                         NULL);
    for (int64_t i = 0; i < 8; i++) assert_true(result_at(&k, 1, (i + 3) % 8) == (double)(3 * i));
    drop_kernel(&k);
}

static void never_written_elements(void **state) {
    static const char *const bodies[] = {
        "        B[0] = S[5]\n",
        "        T.copy(S[T.span(0, 8)], B[T.span(0, 8)])\n",
        "        for i in T.parallel(0, 8, 1):\n            B[i] = S[7 - i]\n",
        "        for i in T.parallel(0, 8, 1):\n            B[i] = S[i * 3 % 8]\n",
        "        T.gemm(S[T.span(0, 8)], S[T.span(0, 4)], S[T.span(0, 4)])\n",
        "        T.reduce(S[T.span(0, 8)], B[T.span(0, 1)], \"sum\", 0)\n",
        "        T.atomic_add(B[T.span(0, 8)], S[T.span(0, 8)])\n",
    };
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        if (i == 4) continue;
        const char *text = arena_format(&((Context *)*state)->unit,
                                        HEAD "    with T.Kernel(2) as (bx,):\n"
                                             "        S = T.alloc_shared((8,), \"float32\")\n"
                                             "        T.fill(S[T.span(0, 5)], 0.0)\n%s",
                                        bodies[i]);
        refused(state, text, NULL, DIAG_UNINITIALIZED, i == 2 || i == 3 ? 7 : 6);
    }
    refused(
        state,
        HEAD
        "    with T.Kernel(1) as (bx,):\n"
        "        S = T.alloc_shared((8, 8), \"float32\")\n"
        "        C = T.alloc_fragment((8, 8), \"float32\")\n"
        "        T.fill(S[T.span(0, 8), T.span(0, 8)], 0.0)\n"
        "        T.gemm(S[T.span(0, 8), T.span(0, 8)], S[T.span(0, 8), T.span(0, 8)], C[T.span(0, 8), T.span(0, 8)])\n",
        NULL, DIAG_UNINITIALIZED, 7);
    assert_non_null(strstr(last_diagnostic(*state)->message, "[0, 0] of 'C'"));
    // A buffer begins anew where it is allocated.
    refused(state,
            HEAD "    with T.Kernel(1) as (bx,):\n"
                 "        for i in T.serial(0, 2, 1):\n"
                 "            S = T.alloc_local((1,), \"float32\")\n"
                 "            if i == 0:\n"
                 "                S[0] = 1.0\n"
                 "            B[i] = S[0]\n",
            NULL, DIAG_UNINITIALIZED, 8);
}

static void outside_of_buffers(void **state) {
    static const char *const bodies[] = {
        "        B[0] = S[8]\n",
        "        S[0 - bx - 1] = 1.0\n",
        "        T.copy(S[T.span(1, 8)], B[T.span(0, 8)])\n",
        "        T.fill(S[T.span(-1, 8)], 0.0)\n",
        "        T.copy(A[T.span(0, 9)], S[T.span(0, 9)])\n",
        "        for i in T.parallel(0, 9, 1):\n            S[i] = 0.0\n",
        "        for i in T.parallel(0, 8, 1):\n            B[i] = S[i + 1]\n",
        "        for i in T.parallel(0, 8, 1):\n            B[i] = S[i * i]\n",
        "        for i in T.parallel(0, 9, 1):\n            if i > 2:\n                S[8 - i - 1] = 0.0\n",
    };
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        const char *text = arena_format(&((Context *)*state)->unit,
                                        HEAD "    with T.Kernel(1) as (bx,):\n"
                                             "        S = T.alloc_shared((8,), \"float32\")\n"
                                             "        T.fill(S[T.span(0, 8)], 0.0)\n%s",
                                        bodies[i]);
        refused(state, text, NULL, DIAG_OUT_OF_BOUNDS, i < 5 ? 6 : i < 8 ? 7 : 8);
    }
}

static void divisions(void **state) {
    refused(state,
            HEAD "    with T.Kernel(4) as (bx,):\n"
                 "        x: T.int32 = 7 // (bx - 2)\n"
                 "        B[bx] = T.cast(x, \"float32\")\n",
            NULL, DIAG_DIVISION_BY_ZERO, 4);
    refused(state,
            HEAD "    with T.Kernel(1) as (bx,):\n"
                 "        for i in T.parallel(0, 64, 1):\n"
                 "            B[i] = T.cast(7 % (i - 63), \"float32\")\n",
            NULL, DIAG_DIVISION_BY_ZERO, 5);
}

static void loops_without_end(void **state) {
    Kernel k = {.text = HEAD "    with T.Kernel(1) as (bx,):\n"
                             "        while bx == 0:\n"
                             "            B[0] = 1.0\n",
                .options = {.step_limit = 100000}};
    assert_fails(*state, run_kernel, &k, DIAG_STEP_LIMIT);
    assert_int_equal(last_diagnostic(*state)->location.line, 5);
    drop_kernel(&k);
    k.text = HEAD "    with T.Kernel(1) as (bx,):\n"
                  "        for i in T.serial(T.int64(0), T.int64(9000000000000000000), T.int64(1)):\n"
                  "            for j in T.serial(0, 0, 1):\n"
                  "                B[0] = 1.0\n";
    assert_fails(*state, run_kernel, &k, DIAG_STEP_LIMIT);
    drop_kernel(&k);
    k.text = HEAD "    with T.Kernel(1) as (bx,):\n"
                  "        T.fill(B[T.span(T.int64(0), T.int64(9000000000000000000))], 1.0)\n";
    assert_fails(*state, run_kernel, &k, DIAG_STEP_LIMIT);
    drop_kernel(&k);
}

static void launches_without_blocks(void **state) {
    refused(state, HEAD "    with T.Kernel(0) as (bx,):\n        B[bx] = 1.0\n", NULL, DIAG_LAUNCH_EMPTY, 3);
    refused(state, HEAD "    with T.Kernel(4, -1) as (bx, by):\n        B[bx] = 1.0\n", NULL, DIAG_LAUNCH_EMPTY, 3);
    refused(state, HEAD "    with T.Kernel(65536, 65536) as (bx, by):\n        B[bx] = 1.0\n", NULL,
            DIAG_LAUNCH_TOO_LARGE, 3);
    refused(state, HEAD "    with T.Kernel(2147483647, 2147483647, 2147483647) as (bx, by, bz):\n        B[bx] = 1.0\n",
            NULL, DIAG_LAUNCH_TOO_LARGE, 3);
}

static void regions_that_do_not_fit(void **state) {
    static const char *const bodies[] = {
        "T.copy(A[T.span(0, 8)], B[T.span(0, 9)])",
        "T.copy(A[T.span(0, 64)], S[T.span(0, 8), T.span(0, 8)])",
        "T.fill(B[T.span(0, 0)], 1.0)",
        "T.fill(B[T.span(T.int64(9000000000000000000), T.int64(9000000000000000000))], 1.0)",
        "T.gemm(S[T.span(0, 8), T.span(0, 8)], S[T.span(0, 4), T.span(0, 8)], S[T.span(0, 8), T.span(0, 8)])",
        "T.gemm(S[T.span(0, 8), T.span(0, 4)], S[T.span(0, 8), T.span(0, 4)], S[T.span(0, 8), T.span(0, 8)])",
        "T.reduce(S[T.span(0, 8), T.span(0, 8)], B[T.span(0, 7)], \"sum\", 0)",
        "T.reduce(S[T.span(0, 8), T.span(0, 8)], B[T.span(0, 8)], \"sum\", 2)",
        "T.reduce(S[T.span(0, 8), T.span(0, 8)], B[T.span(0, 8)], \"bitor\", 0)",
        "T.cumsum(S[T.span(0, 8), T.span(0, 8)], B[T.span(0, 8)], 0)",
        "T.atomic_add(B[T.span(0, 8)], A[T.span(0, 4)])",
    };
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        const char *text = arena_format(&((Context *)*state)->unit,
                                        HEAD "    with T.Kernel(1) as (bx,):\n"
                                             "        S = T.alloc_shared((8, 8), \"float32\")\n"
                                             "        T.fill(S[T.span(0, 8), T.span(0, 8)], 0.0)\n"
                                             "        %s\n",
                                        bodies[i]);
        refused(state, text, NULL, DIAG_REGION_SHAPE, 6);
    }
}

static void sizes_that_are_not_known(void **state) {
    refused(state,
            "@T.prim_func\n"
            "def k(B: T.Tensor((4,), \"float32\", role=\"out\"), n: T.size(\"int32\")):\n"
            "    with T.Kernel(n) as (bx,):\n"
            "        B[bx] = 1.0\n",
            NULL, DIAG_TENSOR_SIZE, 3);
    refused(state,
            HEAD "    with T.Kernel(1) as (bx,):\n"
                 "        S = T.alloc_shared((T.int64(4611686018427387904), 16), \"float32\")\n"
                 "        S[0, 0] = 1.0\n",
            NULL, DIAG_TENSOR_SIZE, 4);
}

static void too_large_to_allocate(void **state) {
    Kernel k = {.text = HEAD "    with T.Kernel(1) as (bx,):\n"
                             "        S = T.alloc_shared((70000000,), \"float32\")\n"
                             "        S[0] = 1.0\n"};
    assert_fails(*state, run_kernel, &k, DIAG_TENSOR_SIZE);
    drop_kernel(&k);
}

// Without memory at the n-th allocation there is a diagnostic, never a crash or a leak.
typedef struct Scarce {
    int left;
    long held;
} Scarce;

static void *scarce_allocate(void *user, size_t bytes) {
    Scarce *scarce = user;
    if (scarce->left-- <= 0) return NULL;
    scarce->held += (long)bytes;
    return system_allocator.allocate(system_allocator.user, bytes);
}

static void scarce_release(void *user, void *memory, size_t bytes) {
    if (!memory) return;
    ((Scarce *)user)->held -= (long)bytes;
    system_allocator.release(system_allocator.user, memory, bytes);
}

static void memory_runs_out(void **state) {
    (void)state;
    bool worked = false;
    for (int n = 0; n < 2000 && !worked; n++) {
        Scarce scarce = {.left = n};
        Allocator allocator = {scarce_allocate, scarce_release, &scarce};
        Context *context = context_new(&allocator);
        Kernel k = {.text = HEAD "    with T.Kernel(4) as (bx,):\n"
                                 "        S = T.alloc_shared((16, 16), \"float32\")\n"
                                 "        T.fill(S[T.span(0, 16), T.span(0, 16)], 0.5)\n"
                                 "        T.gemm(S[T.span(0, 16), T.span(0, 16)], S[T.span(0, 16), T.span(0, 16)],\n"
                                 "               S[T.span(0, 16), T.span(0, 16)], clear_accum=True)\n"
                                 "        for i in T.parallel(0, 16, 1):\n"
                                 "            B[bx * 16 + (i + 3) % 16] = S[i, i]\n"};
        if (context) worked = context_try(context, run_kernel, &k);
        if (context && !worked) assert_int_equal(last_diagnostic(context)->code, DIAG_OUT_OF_MEMORY);
        drop_kernel(&k);
        context_free(context);
        assert_int_equal(scarce.held, 0);
    }
    assert_true(worked);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(blocks_that_race),
        TEST(first_failing_block),
        TEST(iterations_that_race),
        TEST(iterations_that_do_not_race),
        TEST(never_written_elements),
        TEST(outside_of_buffers),
        TEST(divisions),
        TEST(loops_without_end),
        TEST(launches_without_blocks),
        TEST(regions_that_do_not_fit),
        TEST(sizes_that_are_not_known),
        TEST(too_large_to_allocate),
        TEST(memory_runs_out),
    };
    return cmocka_run_group_tests_name("oracle: errors", tests, NULL, NULL);
}
