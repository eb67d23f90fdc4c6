// What the front end refuses, each with its code and place.
#include "front_fixture.h"

static void refuse_line(void **state, const char *line, DiagnosticCode code, uint32_t column) {
    Context *context = *state;
    const char *source = arena_format(&context->unit, KERNEL("        %s\n"), line);
    assert_refuses(context, source, code, KERNEL_LINE, column);
}

static void syntax(void **state) {
    assert_refuses(*state, "for i in range(4)\n    pass\n", DIAG_FRONT_SYNTAX, 1, 18);
    assert_refuses(*state, "x = (1,\n     2\ny = 3\n", DIAG_FRONT_SYNTAX, 3, 1);
    assert_refuses(*state, "x = 'open\n", DIAG_FRONT_SYNTAX, 1, 5);
    assert_refuses(*state, "x = 1 +\n", DIAG_FRONT_SYNTAX, 1, 8);
    assert_refuses(*state, "if x:\npass\n", DIAG_FRONT_SYNTAX, 2, 1);
    assert_refuses(*state, "x = 0b12\n", DIAG_FRONT_SYNTAX, 1, 5);
    assert_refuses(*state, "x = ?\n", DIAG_FRONT_SYNTAX, 1, 5);
    assert_refuses(*state, "f(x) = 3\n", DIAG_FRONT_SYNTAX, 1, 1);
    assert_refuses(*state, "x = f'{1 +}'\n", DIAG_FRONT_SYNTAX, 1, 11);
    assert_refuses(*state, "if x:\n        y = 1\n    z = 2\n", DIAG_FRONT_SYNTAX, 3, 5);
}

static const char *repeated(Context *context, const char *text, int count, const char *rest) {
    Text out = {.arena = &context->unit};
    for (int i = 0; i < count; i++) text_add(&out, text);
    text_add(&out, rest);
    return out.data;
}

static void nesting(void **state) {
    Context *context = *state;
    Elaboration brackets = {.source = repeated(context, "(", 100000, "\n")};
    assert_fails(context, elaborate, &brackets, DIAG_FRONT_NESTING);
    Elaboration signs = {.source = repeated(context, "- ", 100000, "1\n")};
    assert_fails(context, elaborate, &signs, DIAG_FRONT_NESTING);
    Elaboration sums = {.source = repeated(context, "1 + ", 100000, "1\n")};
    assert_fails(context, elaborate, &sums, DIAG_FRONT_NESTING);
    Elaboration lambdas = {.source = repeated(context, "lambda: ", 100000, "1\n")};
    assert_fails(context, elaborate, &lambdas, DIAG_FRONT_NESTING);
    Elaboration strings = {.source = repeated(context, "f'{", 20000, "\n")};
    assert_fails(context, elaborate, &strings, DIAG_FRONT_SYNTAX);
}

static void names(void **state) {
    refuse_line(state, "T.cleer(a)", DIAG_FRONT_NAME, 11);
    assert_has(last_diagnostic(*state)->notes.items[0].message, "`clear`");
    refuse_line(state, "T.clear(aa)", DIAG_FRONT_NAME, 17);
    refuse_line(state, "T.fill(a, a.shap[0])", DIAG_FRONT_NAME, 21);
}

static void arguments(void **state) {
    refuse_line(state, "T.gemm(a, c)", DIAG_FRONT_ARGUMENTS, 9);
    assert_has(last_diagnostic(*state)->message, "T.gemm(A, B, C");
    refuse_line(state, "T.clear(a, c)", DIAG_FRONT_ARGUMENTS, 20);
    refuse_line(state, "T.copy(a, dest=c)", DIAG_FRONT_ARGUMENTS, 24);
    refuse_line(state, "T.copy(a, c, src=c)", DIAG_FRONT_ARGUMENTS, 26);
    refuse_line(state, "(lambda p, q: p)(1)", DIAG_FRONT_ARGUMENTS, 9);
    refuse_line(state, "(lambda p: p)(1, 2)", DIAG_FRONT_ARGUMENTS, 26);
}

static void kinds_of_values(void **state) {
    refuse_line(state, "T.clear(3)", DIAG_FRONT_TYPE, 17);
    refuse_line(state, "a[0.5, 0] = 1", DIAG_FRONT_TYPE, 11);
    refuse_line(state, "x = 'a' + 1", DIAG_FRONT_TYPE, 17);
    refuse_line(state, "x = a + 1", DIAG_FRONT_TYPE, 15);
    refuse_line(state, "x = 3(4)", DIAG_FRONT_TYPE, 13);
    refuse_line(state, "a[0:2, 0] = 1", DIAG_FRONT_TYPE, 9);
    refuse_line(state, "for i in 5: pass", DIAG_FRONT_TYPE, 18);
}

static void compile_time_values(void **state) {
    refuse_line(state, "x = [1, 2][2]", DIAG_FRONT_VALUE, 13);
    refuse_line(state, "x = {'a': 1}['b']", DIAG_FRONT_VALUE, 13);
    refuse_line(state, "x = 1 // 0", DIAG_FRONT_VALUE, 15);
    refuse_line(state, "x = bx // 0", DIAG_FRONT_VALUE, 16);
    refuse_line(state, "p, q = 1, 2, 3", DIAG_FRONT_VALUE, 9);
    refuse_line(state, "x = 9223372036854775807 + 1", DIAG_FRONT_OVERFLOW, 33);
    refuse_line(state, "x = 1 << 64", DIAG_FRONT_OVERFLOW, 15);
    refuse_line(state, "x = 99999999999999999999", DIAG_FRONT_OVERFLOW, 13);
    refuse_line(state, "b = T.cast(300, 'uint8')", DIAG_FRONT_OVERFLOW, 20);
    refuse_line(state, "b = T.cast(1e30, 'int32')", DIAG_FRONT_OVERFLOW, 20);
    refuse_line(state, "assert 1 > 2, 'no'", DIAG_FRONT_ASSERT, 18);
}

static void limits(void **state) {
    refuse_line(state, "x = [0] * 99999999999", DIAG_FRONT_STEPS, 17);
    refuse_line(state, "x = [i for i in range(9999999999)]", DIAG_FRONT_STEPS, 25);
    refuse_line(state, "while True: T.clear(a)", DIAG_FRONT_STEPS, 9);
    assert_refuses(*state,
                   "import tilelang.language as T\n"
                   "def f():\n"
                   "    while True:\n"
                   "        x = 1\n"
                   "@T.prim_func\n"
                   "def k(A: T.Tensor((f(),), 'float32')):\n"
                   "    pass\n",
                   DIAG_FRONT_STEPS, 4, 9);
    assert_refuses(*state,
                   "import tilelang.language as T\n"
                   "def f(n):\n"
                   "    return f(n + 1)\n"
                   "@T.prim_func\n"
                   "def k(A: T.Tensor((f(0),), 'float32')):\n"
                   "    pass\n",
                   DIAG_FRONT_NESTING, 3, 14);
}

static void large_staged_expressions(void **state) {
    assert_refuses(*state,
                   "import tilelang.language as T\n"
                   "def f(x):\n"
                   "    for i in range(100):\n"
                   "        x = x * x\n"
                   "    return x\n"
                   "@T.prim_func\n"
                   "def k(A: T.Tensor((8,), 'float32')):\n"
                   "    with T.Kernel(8) as i:\n"
                   "        A[i] = f(A[i])\n",
                   DIAG_FRONT_NESTING, 4, 15);
}

static void scopes(void **state) {
    assert_refuses(*state,
                   KERNEL("        for i in T.serial(4):\n"
                          "            x = a[i, 0]\n"
                          "        a[0, 0] = x\n"),
                   DIAG_FRONT_SCOPE, KERNEL_LINE + 2, 19);
    assert_int_equal(last_diagnostic(*state)->notes.items[0].location.line, KERNEL_LINE + 1);
    assert_refuses(*state,
                   KERNEL("        for i in T.serial(4):\n"
                          "            pass\n"
                          "        a[i, 0] = 1\n"),
                   DIAG_FRONT_SCOPE, KERNEL_LINE + 2, 11);
    assert_refuses(*state,
                   KERNEL("        x = 0\n"
                          "        if bx > 0:\n"
                          "            x = 1\n"
                          "        a[x, 0] = 1\n"),
                   DIAG_FRONT_SCOPE, KERNEL_LINE + 3, 11);
    assert_refuses(*state,
                   KERNEL("        pass\n"
                          "    with T.Kernel(2) as b:\n"
                          "        T.clear(a)\n"),
                   DIAG_FRONT_SCOPE, KERNEL_LINE + 2, 17);
}

static void shapes(void **state) {
    refuse_line(state, "a[0] = 1", DIAG_FRONT_SHAPE, 9);
    refuse_line(state, "a[0, 0, 0] = 1", DIAG_FRONT_SHAPE, 9);
    refuse_line(state, "a[0, 64] = 1", DIAG_FRONT_SHAPE, 14);
    refuse_line(state, "b = T.alloc_shared((0, 4), 'float32')", DIAG_FRONT_SHAPE, 29);
    refuse_line(state, "b = T.alloc_shared((1 << 33, 4), 'float32')", DIAG_FRONT_OVERFLOW, 31);
    refuse_line(state, "b = T.alloc_shared((1 << 30, 1 << 30), 'float32')", DIAG_FRONT_OVERFLOW, 40);
    refuse_line(state, "b = T.alloc_shared((bx, 4), 'float32')", DIAG_FRONT_STAGING, 29);
    refuse_line(state, "b = T.reshape(a, (64, 63))", DIAG_FRONT_SHAPE, 26);
}

static void dtypes(void **state) {
    refuse_line(state, "b = T.alloc_shared((4,), 'flot32')", DIAG_FRONT_DTYPE, 34);
    assert_has(last_diagnostic(*state)->notes.items[0].message, "`float32`");
    refuse_line(state, "a[0, 0] = bx / by", DIAG_FRONT_DTYPE, 22);
    refuse_line(state, "a[0, 0] = a[0, 0] & 1", DIAG_FRONT_DTYPE, 27);
    refuse_line(state, "b = T.alloc_shared((4,), T.float8_e4m3)", DIAG_FRONT_UNSUPPORTED, 36);
    refuse_line(state, "b = T.alloc_shared((4,), 'float8_e4m3')", DIAG_FRONT_UNSUPPORTED, 34);
}

static void staging(void **state) {
    refuse_line(state, "a[0, 0] = a[0, 0] ** 2", DIAG_FRONT_STAGING, 27);
    assert_refuses(*state,
                   "import tilelang.language as T\n"
                   "def f(x):\n"
                   "    if x > 0:\n"
                   "        return 1\n"
                   "    return 2\n"
                   "@T.prim_func\n"
                   "def k(A: T.Tensor((8,), 'float32')):\n"
                   "    with T.Kernel(8) as i:\n"
                   "        A[i] = f(A[i])\n",
                   DIAG_FRONT_STAGING, 3, 10);
    refuse_line(state, "break", DIAG_FRONT_SYNTAX, 9);
}

static void launches(void **state) {
    static const char *const sources[] = {
        "import tilelang.language as T\n@T.prim_func\ndef k(A: T.Tensor((8,), 'float32')):\n    with T.Kernel(32 // "
        "64) as i:\n        pass\n",
        "import tilelang.language as T\n@T.prim_func\ndef k(A: T.Tensor((8,), 'float32')):\n    A[0] = 1\n",
        "import tilelang.language as T\n@T.prim_func\ndef k(A: T.Tensor((8,), 'float32')):\n    with T.Kernel(1, 1, 1, "
        "1) as i:\n        pass\n",
        "import tilelang.language as T\n@T.prim_func\ndef k(A: T.Tensor((8,), 'float32')):\n    b = "
        "T.alloc_shared((4,), 'float32')\n",
    };
    static const uint32_t columns[] = {22, 5, 10, 9};
    for (int i = 0; i < 4; i++) assert_refuses(*state, sources[i], DIAG_FRONT_LAUNCH, 4, columns[i]);
    assert_refuses(*state,
                   "import tilelang.language as T\n@T.prim_func\ndef k(A: T.Tensor((8,), 'float32')):\n    pass\n",
                   DIAG_FRONT_LAUNCH, 3, 5);
    refuse_line(state, "with T.Kernel(2) as z: pass", DIAG_FRONT_LAUNCH, 14);
}

static void outputs(void **state) {
    assert_refuses(
        *state,
        "import tilelang\nimport tilelang.language as T\n@tilelang.jit\ndef k(n=8):\n    C = T.empty((n,), 'float32')\n"
        "    with T.Kernel(n) as i:\n        C[i] = 1\n",
        DIAG_FRONT_OUTPUT, 5, 9);
    assert_refuses(
        *state,
        "import tilelang\nimport tilelang.language as T\n@tilelang.jit(out_idx=[3])\ndef f(n=8):\n    @T.prim_func\n"
        "    def k(A: T.Tensor((n,), 'float32')):\n        with T.Kernel(n) as i:\n            A[i] = 1\n    return "
        "k\n",
        DIAG_FRONT_OUTPUT, 3, 23);
}

static void gpu_operations(void **state) {
    static const char *const names[] = {"get_thread_binding", "alloc_barrier", "tma_copy",     "wgmma_gemm",
                                        "tcgen05_gemm",       "call_extern",   "ptx_cp_async", "ws"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        refuse_line(state, arena_format(&((Context *)*state)->unit, "T.%s()", names[i]), DIAG_FRONT_GPU_ONLY, 11);
        assert_has(last_diagnostic(*state)->message, names[i]);
        assert_int_equal(last_diagnostic(*state)->kind, KIND_UNSUPPORTED);
    }
}

static void gpu_operations_that_are_not_reached_do_not_matter(void **state) {
    assert_has(ir_of(*state, KERNEL("        if False:\n            T.get_thread_binding(0)\n        T.clear(a)\n")),
               "T.fill(a");
}

static void opaque_values(void **state) {
    assert_refuses(*state,
                   "import tilelang.language as T\nimport numpy as np\n@T.prim_func\n"
                   "def k(A: T.Tensor((np.prod([2, 3]),), 'float32')):\n    pass\n",
                   DIAG_FRONT_OPAQUE, 4, 7);
    assert_has(last_diagnostic(*state)->message, "numpy.prod()");
}

static void hints_are_named_once(void **state) {
    ir_of(*state, KERNEL("        T.use_swizzle(10)\n        T.use_swizzle(panel_size=4)\n        T.copy(a, c, "
                         "disable_tma=True)\n"));
    assert_int_equal(count_code(*state, DIAG_FRONT_HINTS), 1);
    assert_has(last_diagnostic(*state)->message, "T.use_swizzle, disable_tma");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(syntax),          TEST(nesting),
        TEST(names),           TEST(arguments),
        TEST(kinds_of_values), TEST(compile_time_values),
        TEST(limits),          TEST(large_staged_expressions),
        TEST(scopes),          TEST(shapes),
        TEST(dtypes),          TEST(staging),
        TEST(launches),        TEST(outputs),
        TEST(gpu_operations),  TEST(gpu_operations_that_are_not_reached_do_not_matter),
        TEST(opaque_values),   TEST(hints_are_named_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
