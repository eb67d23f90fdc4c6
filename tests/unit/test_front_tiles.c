// Tile operations: their sides as regions of equal extents, and what is refused.
#include "front_fixture.h"

static void start_takes_extents_of_the_other_side(void **state) {
    const char *ir = ir_of(*state, KERNEL("        T.copy(A[by * 32, bx], a)\n"
                                          "        T.copy(a, C[0, bx * 64])\n"));
    assert_has(ir, "T.copy(A[T.span(by * 32, 64), T.span(bx, 64)], a[T.span(0, 64), T.span(0, 64)])");
    assert_has(ir, "T.copy(a[T.span(0, 64), T.span(0, 64)], C[T.span(0, 64), T.span(bx * 64, 64)])");
}

static const char batched[] = "import tilelang.language as T\n"
                              "@T.prim_func\n"
                              "def k(A: T.Tensor((2, 64, 3, 32), 'float32')):\n"
                              "    with T.Kernel(2, 3) as (b, h):\n"
                              "        a = T.alloc_shared((16, 32), 'float32')\n"
                              "        v = T.alloc_shared((32,), 'float32')\n"
                              "        T.copy(A[b, 16:32, h, :], a)\n"
                              "        T.copy(A[b, 4, h, 0], v)\n"
                              "        T.copy(a[2, :], v)\n"
                              "        T.copy(a[2], v)\n";

static void regions_and_starts_of_higher_ranks(void **state) {
    const char *ir = ir_of(*state, batched);
    assert_has(ir, "T.copy(A[T.span(b, 1), T.span(16, 16), T.span(h, 1), T.span(0, 32)], a[");
    assert_has(ir, "T.copy(A[T.span(b, 1), T.span(4, 1), T.span(h, 1), T.span(0, 32)], v[");
    assert_has(ir, "T.copy(a[T.span(2, 1), T.span(0, 32)], v[T.span(0, 32)])");
}

static void element_copy_is_a_store(void **state) {
    assert_has(ir_of(*state, KERNEL("        T.copy(a[1, 2], c[3, 4])\n")), "c[3, 4] = a[1, 2]");
}

static void gemm_takes_its_flags(void **state) {
    const char *ir = ir_of(
        *state,
        KERNEL("        T.gemm(a, a, c, True, transpose_B=True, clear_accum=True, policy=T.GemmWarpPolicy.Square)\n"));
    assert_has(ir, "transpose_a=True, transpose_b=True, clear_accum=True)");
    assert_int_equal(count_code(*state, DIAG_FRONT_HINTS), 1);
}

static void reductions_and_sums(void **state) {
    const char *ir = ir_of(*state, KERNEL("        r = T.alloc_fragment((64,), 'float32')\n"
                                          "        q = T.alloc_fragment((64, 1), 'float32')\n"
                                          "        T.reduce_max(a, r, dim=1, clear=False)\n"
                                          "        T.reduce_absmax(a, q)\n"
                                          "        T.reduce(a, r, 'min', 0, True)\n"
                                          "        T.cumsum(a, dim=1, reverse=True)\n"
                                          "        T.atomic_add(C[bx * 64, 0], a)\n"
                                          "        T.atomic_add(C[0, 0], 1.0)\n"));
    assert_has(ir, "T.reduce(a[T.span(0, 64), T.span(0, 64)], r[T.span(0, 64)], \"max\", 1, clear=False)");
    assert_has(ir, "q[T.span(0, 64), T.span(0, 1)], \"absmax\", 1)");
    assert_has(ir, "r[T.span(0, 64)], \"min\", 0)");
    assert_has(ir, "T.cumsum(a[T.span(0, 64), T.span(0, 64)], a[T.span(0, 64), T.span(0, 64)], 1, reverse=True)");
    assert_has(ir, "T.atomic_add(C[T.span(bx * 64, 64), T.span(0, 64)], a[");
    assert_has(ir, "addend[()] = 1.0\n        T.atomic_add(C[T.span(0, 1), T.span(0, 1)], addend[()])");
}

static void reshaped_buffers_are_mapped(void **state) {
    const char *ir = ir_of(*state, "import tilelang.language as T\n"
                                   "@T.prim_func\n"
                                   "def k(A: T.Tensor((4, 64, 32), 'float32')):\n"
                                   "    with T.Kernel(8) as b:\n"
                                   "        flat = T.reshape(A, (256, 32))\n"
                                   "        a = T.alloc_shared((32, 32), 'float32')\n"
                                   "        T.copy(flat[b * 32, 0], a)\n"
                                   "        flat[b, 1] = 2.0\n"
                                   "        line = T.reshape(a, (1024,))\n"
                                   "        line[5] = 1.0\n");
    assert_has(ir, "T.copy(A[T.span(b // 2, 1), T.span(b % 2 * 32, 32), T.span(0, 32)], a[");
    assert_has(ir, "A[b // 64, b % 64, 1] = 2.0");
    assert_has(ir, "a[0, 5] = 1.0");
}

static void float16_is_stored_as_bfloat16_once_noted(void **state) {
    const char *source = KERNEL("        h = T.alloc_shared((64, 64), T.float16)\n"
                                "        g = T.alloc_shared((64, 64), 'float16')\n"
                                "        T.copy(h, g)\n");
    assert_has(ir_of(*state, source), "h = T.alloc_shared((64, 64), \"bfloat16\")");
    assert_int_equal(count_code(*state, DIAG_FRONT_FLOAT16), 1);
    Elaboration native = {.source = source, .native_float16 = true};
    assert_has(ir_of_job(*state, &native), "h = T.alloc_shared((64, 64), \"float16\")");
    assert_int_equal(count_code(*state, DIAG_FRONT_FLOAT16), 1);
}

static void roles_are_inferred(void **state) {
    const char *ir = ir_of(
        *state, "import tilelang.language as T\n"
                "@T.prim_func\n"
                "def k(A: T.Tensor((8,), 'float32'), B: T.Tensor((8,), 'float32'), C: T.Tensor((8,), 'float32')):\n"
                "    with T.Kernel(8) as i:\n"
                "        B[i] += A[i]\n"
                "        C[i] = A[i]\n");
    assert_has(ir, "A: T.Tensor((8,), \"float32\", role=\"in\")");
    assert_has(ir, "B: T.Tensor((8,), \"float32\", role=\"inout\")");
    assert_has(ir, "C: T.Tensor((8,), \"float32\", role=\"out\")");
}

static void annotations_are_kept(void **state) {
    const char *ir = ir_of(*state, KERNEL("        T.annotate_tt_layout({A: {'space': 'l1'}})\n"
                                          "        T.annotate_tt_schedule({'strategy': 'block'})\n"));
    assert_has(ir, "A: T.Tensor((64, 64), \"float32\", role=\"in\", annotation={\"space\": \"l1\"})");
    assert_has(ir, "{\"strategy\": \"block\"}");
}

static void copy_shapes_must_fit(void **state) {
    assert_refuses(*state, KERNEL("        b = T.alloc_shared((64, 32), 'float32')\n        T.copy(a, b)\n"),
                   DIAG_FRONT_SHAPE, KERNEL_LINE + 1, 9);
}

static void gemm_shapes_must_fit(void **state) {
    const Diagnostic *diagnostic =
        assert_refuses(*state, KERNEL("        b = T.alloc_shared((32, 64), 'float32')\n        T.gemm(a, b, c)\n"),
                       DIAG_FRONT_SHAPE, KERNEL_LINE + 1, 9);
    assert_non_null(strstr(diagnostic->message, "(32, 64)"));
}

static void gemm_types_must_fit(void **state) {
    assert_refuses(*state, KERNEL("        b = T.alloc_shared((64, 64), 'bfloat16')\n        T.gemm(a, b, c)\n"),
                   DIAG_FRONT_DTYPE, KERNEL_LINE + 1, 19);
}

static void reduction_shapes_must_fit(void **state) {
    assert_refuses(*state,
                   KERNEL("        r = T.alloc_fragment((32,), 'float32')\n        T.reduce_sum(a, r, dim=1)\n"),
                   DIAG_FRONT_SHAPE, KERNEL_LINE + 1, 25);
    assert_refuses(*state,
                   KERNEL("        r = T.alloc_fragment((64,), 'float32')\n        T.reduce_sum(a, r, dim=2)\n"),
                   DIAG_FRONT_SHAPE, KERNEL_LINE + 1, 32);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(start_takes_extents_of_the_other_side),
        TEST(regions_and_starts_of_higher_ranks),
        TEST(element_copy_is_a_store),
        TEST(gemm_takes_its_flags),
        TEST(reductions_and_sums),
        TEST(reshaped_buffers_are_mapped),
        TEST(float16_is_stored_as_bfloat16_once_noted),
        TEST(roles_are_inferred),
        TEST(annotations_are_kept),
        TEST(copy_shapes_must_fit),
        TEST(gemm_shapes_must_fit),
        TEST(gemm_types_must_fit),
        TEST(reduction_shapes_must_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
