// Launches, control flow and what blocks see of each other.
#include "oracle_fixture.h"

static void items_run_x_first(void **state) {
    Kernel k = evaluated(state,
                         "@T.prim_func\n"
                         "def k(A: T.Tensor((4, 3, 2), \"int32\", role=\"out\")):\n"
                         "    with T.Kernel(2, 3, 4) as (bx, by, bz):\n"
                         "        A[bz, by, bx] = bx + by * 10 + bz * 100\n",
                         NULL);
    for (int64_t i = 0; i < 24; i++) assert_true(result_at(&k, 0, i) == (double)(i % 2 + i / 2 % 3 * 10 + i / 6 * 100));
    assert_int_equal(k.result.blocks_total, 24);
    drop_kernel(&k);
}

static void sizes_and_lets(void **state) {
    Kernel k =
        evaluated(state,
                  "@T.prim_func\n"
                  "def k(A: T.Tensor((m, 8), \"int32\", role=\"in\"), B: T.Tensor((m, 8), \"int32\", role=\"out\"), "
                  "m: T.size(\"int32\", 6)):\n"
                  "    half: T.int32 = m // 2\n"
                  "    with T.Kernel(half) as (bx,):\n"
                  "        row: T.int32 = bx * 2\n"
                  "        for r in T.serial(row, 2, 1):\n"
                  "            for c in T.parallel(0, 8, 1):\n"
                  "                B[r, c] = A[m - 1 - r, c] + half\n",
                  count_up);
    for (int64_t i = 0; i < 48; i++) assert_true(result_at(&k, 1, i) == (double)((5 - i / 8) * 8 + i % 8 + 3));
    drop_kernel(&k);
}

static void loops_and_jumps(void **state) {
    Kernel k = evaluated(state,
                         "@T.prim_func\n"
                         "def k(A: T.Tensor((32,), \"int32\", role=\"out\")):\n"
                         "    with T.Kernel(1) as (bx,):\n"
                         "        n = T.alloc_var(\"int32\")\n"
                         "        n[()] = 0\n"
                         "        for i in T.serial(10, 100, -3):\n"
                         "            if i < -20:\n"
                         "                break\n"
                         "            for j in T.unroll(0, 3, 1):\n"
                         "                if j == 1:\n"
                         "                    continue\n"
                         "                if i % 2 == 0:\n"
                         "                    break\n"
                         "                A[n[()]] = i * 10 + j\n"
                         "                n[()] = n[()] + 1\n"
                         "        while True:\n"
                         "            if n[()] >= 31:\n"
                         "                break\n"
                         "            A[n[()]] = -1\n"
                         "            n[()] = n[()] + 1\n"
                         "        A[31] = n[()]\n",
                         NULL);
    int64_t n = 0;
    for (int64_t i = 10; i >= -20; i -= 3)
        for (int64_t j = 0; j < 3; j++)
            if (j != 1 && i % 2 != 0) assert_true(result_at(&k, 0, n++) == (double)(i * 10 + j));
    for (; n < 31; n++) assert_true(result_at(&k, 0, n) == -1);
    assert_true(result_at(&k, 0, 31) == 31);
    drop_kernel(&k);
}

static void decided_by_data(void **state) {
    Kernel k =
        evaluated(state,
                  "@T.prim_func\n"
                  "def k(T0: T.Tensor((4,), \"int32\", role=\"in\"), A: T.Tensor((4, 16), \"float32\", role=\"in\"),\n"
                  "      B: T.Tensor((4, 16), \"float32\", role=\"out\")):\n"
                  "    with T.Kernel(4) as (bx,):\n"
                  "        row: T.int32 = T0[bx] % 4\n"
                  "        if row > 1:\n"
                  "            T.copy(A[T.span(row, 1), T.span(0, 16)], B[T.span(bx, 1), T.span(0, 16)])\n"
                  "        else:\n"
                  "            for j in T.parallel(0, T0[bx] + 1, 1):\n"
                  "                B[bx, j] = A[row, j] * 2.0\n",
                  NULL);
    for (int64_t b = 0; b < 4; b++)
        for (int64_t j = 0; j < 16; j++) {
            int64_t t = (int64_t)input_at(&k, 0, b), row = t % 4;
            double expected = row > 1 ? input_at(&k, 1, row * 16 + j) : j <= t ? 2 * input_at(&k, 1, row * 16 + j) : 0;
            assert_true(result_at(&k, 2, b * 16 + j) == expected);
        }
    drop_kernel(&k);
}

// The second launch reads what the first wrote, through a tensor of the kernel's own and through an output.
static void launches_in_sequence(void **state) {
    Kernel k = evaluated(
        state,
        "@T.prim_func\n"
        "def k(A: T.Tensor((64,), \"float32\", role=\"in\"), B: T.Tensor((64,), \"float32\", role=\"out\")):\n"
        "    W = T.alloc_global((64,), \"bfloat16\")\n"
        "    with T.Kernel(8) as (bx,):\n"
        "        T.copy(A[T.span(bx * 8, 8)], W[T.span(56 - bx * 8, 8)])\n"
        "        T.copy(A[T.span(bx * 8, 8)], B[T.span(bx * 8, 8)])\n"
        "    with T.Kernel(4) as (cx,):\n"
        "        for j in T.parallel(0, 16, 1):\n"
        "            B[cx * 16 + j] = B[cx * 16 + j] + T.cast(W[cx * 16 + j], \"float32\")\n",
        NULL);
    for (int64_t i = 0; i < 64; i++) {
        double w = dtype_round(DTYPE_BFLOAT16, input_at(&k, 0, (7 - i / 8) * 8 + i % 8));
        assert_true(result_at(&k, 1, i) == (float)(input_at(&k, 0, i) + w));
    }
    assert_int_equal(k.result.blocks_total, 12);
    drop_kernel(&k);
}

// Blocks that read what others write run in their order: a running sum over blocks.
static void blocks_in_order(void **state) {
    Kernel k = {.text = "@T.prim_func\n"
                        "def k(A: T.Tensor((50,), \"int32\", role=\"inout\")):\n"
                        "    with T.Kernel(50) as (bx,):\n"
                        "        A[bx] = A[bx] + A[bx - 1]\n",
                .fill = count_up,
                .options = {.threads = 8}};
    assert_works(*state, run_kernel, &k);
    for (int64_t i = 0; i < 50; i++) assert_true(result_at(&k, 0, i) == (double)(i * (i + 1) / 2));
    drop_kernel(&k);
}

// Equal values from several blocks are no race, whatever the number of threads.
static void equal_writes(void **state) {
    for (int threads = 1; threads <= 8; threads *= 2) {
        Kernel k = {
            .text =
                "@T.prim_func\n"
                "def k(A: T.Tensor((16,), \"float32\", role=\"in\"), B: T.Tensor((40,), \"float32\", role=\"out\")):\n"
                "    with T.Kernel(64) as (bx,):\n"
                "        T.fill(B[T.span(bx % 3 * 8, 24)], 1.5)\n",
            .options = {.threads = threads}};
        assert_works(*state, run_kernel, &k);
        for (int64_t i = 0; i < 40; i++) assert_true(result_at(&k, 1, i) == 1.5);
        drop_kernel(&k);
    }
}

#define MANY                                                                                                           \
    "@T.prim_func\n"                                                                                                   \
    "def k(A: T.Tensor((96, 96), \"bfloat16\", role=\"in\"), B: T.Tensor((96, 96), \"bfloat16\", role=\"in\"),\n"      \
    "      C: T.Tensor((96, 96), \"bfloat16\", role=\"out\"), D: T.Tensor((96,), \"float32\", role=\"inout\")):\n"     \
    "    with T.Kernel(6, 6) as (bx, by):\n"                                                                           \
    "        L = T.alloc_fragment((16, 16), \"float32\")\n"                                                            \
    "        T.fill(L[T.span(0, 16), T.span(0, 16)], 0.0)\n"                                                           \
    "        for k in T.Pipelined(0, 6, 1, num_stages=2):\n"                                                           \
    "            T.gemm(A[T.span(by * 16, 16), T.span(k * 16, 16)], B[T.span(k * 16, 16), T.span(bx * 16, 16)],\n"     \
    "                   L[T.span(0, 16), T.span(0, 16)])\n"                                                            \
    "        for i in T.parallel(0, 16, 1):\n"                                                                         \
    "            for j in T.parallel(0, 16, 1):\n"                                                                     \
    "                L[i, j] = T.max(L[i, j] * 0.5, 0.0)\n"                                                            \
    "        T.copy(L[T.span(0, 16), T.span(0, 16)], C[T.span(by * 16, 16), T.span(bx * 16, 16)])\n"                   \
    "    with T.Kernel(36) as (cx,):\n"                                                                                \
    "        T.atomic_add(D[T.span(cx % 6 * 16, 16)], C[T.span(cx, 1), T.span(0, 16)])\n"

static void threads_do_not_matter(void **state) {
    Kernel one = {.text = MANY, .options = {.threads = 1}};
    assert_works(*state, run_kernel, &one);
    for (int threads = 2; threads <= 16; threads += 7) {
        Kernel many = {.text = MANY, .options = {.threads = threads}};
        assert_works(*state, run_kernel, &many);
        for (int t = 2; t < 4; t++) {
            const Tensor *a = &one.result.tensors.tensors[t], *b = &many.result.tensors.tensors[t];
            assert_memory_equal(a->data, b->data, a->count * dtype_bytes(a->type));
            assert_memory_equal(&one.result.precision[t], &many.result.precision[t], sizeof(Precision));
        }
        assert_true(one.result.operations == many.result.operations);
        drop_kernel(&many);
    }
    drop_kernel(&one);
}

static void never_written(void **state) {
    Kernel k =
        evaluated(state,
                  "@T.prim_func\n"
                  "def k(A: T.Tensor((40,), \"float32\", role=\"out\"), B: T.Tensor((8,), \"float32\", role=\"in\")):\n"
                  "    with T.Kernel(4) as (bx,):\n"
                  "        T.copy(B[T.span(0, 8)], A[T.span(bx * 9, 8)])\n",
                  NULL);
    assert_int_equal(k.result.never_written, 8);
    for (int64_t i = 0; i < 40; i++) assert_int_equal(k.result.written[0][i], i < 36 && i % 9 != 8);
    assert_null(k.result.written[1]);
    assert_memory_equal(k.result.tensors.tensors[1].data, k.inputs.tensors[1].data, 32);
    drop_kernel(&k);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(items_run_x_first), TEST(sizes_and_lets),        TEST(loops_and_jumps),
        TEST(decided_by_data),   TEST(launches_in_sequence),  TEST(blocks_in_order),
        TEST(equal_writes),      TEST(threads_do_not_matter), TEST(never_written),
    };
    return cmocka_run_group_tests_name("oracle: control", tests, NULL, NULL);
}
