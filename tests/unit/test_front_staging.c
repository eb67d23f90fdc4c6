// Each staging rule on a small kernel: what IR a statement becomes.
#include "front_fixture.h"

static void compile_time_binding_makes_no_ir(void **state) {
    const char *ir = ir_of(*state, KERNEL("        n = 3 * 4\n"
                                          "        T.fill(a, n)\n"));
    assert_has(ir, "T.fill(a[T.span(0, 64), T.span(0, 64)], 12.0)");
}

static void staged_value_becomes_a_let(void **state) {
    const char *ir = ir_of(*state, KERNEL("        x = a[1, 2] + 1\n"
                                          "        x = x * 2\n"
                                          "        c[0, 0] = x\n"));
    assert_has(ir, "x: T.float32 = a[1, 2] + 1.0\n        x_1: T.float32 = x * 2.0\n        c[0, 0] = x_1\n");
}

static void variable_is_stored_and_loaded(void **state) {
    const char *ir = ir_of(*state, KERNEL("        n = T.alloc_var('int32', 0)\n"
                                          "        n = n + 1\n"
                                          "        n += 2\n"
                                          "        c[n, 0] = 1.0\n"));
    assert_has(ir,
               "n = T.alloc_var(\"int32\")\n        n[()] = 0\n        n[()] = n[()] + 1\n        n[()] = n[()] + 2\n"
               "        c[n[()], 0] = 1.0\n");
}

static void alias_of_a_buffer_is_the_buffer(void **state) {
    const char *ir = ir_of(*state, KERNEL("        other = a\n"
                                          "        other[0, 0] = 1\n"));
    assert_has(ir, "        a[0, 0] = 1.0\n");
}

static void tuple_assignment_swaps(void **state) {
    const char *ir = ir_of(*state, KERNEL("        a[0, 0], a[0, 1] = a[0, 1], a[0, 0]\n"));
    assert_has(ir, "value: T.float32 = a[0, 1]\n        value_1: T.float32 = a[0, 0]\n        a[0, 0] = value\n"
                   "        a[0, 1] = value_1\n");
}

static void stores_are_cast(void **state) {
    const char *ir = ir_of(*state, KERNEL("        h = T.alloc_shared((64, 64), 'bfloat16')\n"
                                          "        h[0, 0] = a[0, 0]\n"
                                          "        h[0, 1] += 1\n"));
    assert_has(ir, "h[0, 0] = T.cast(a[0, 0], \"bfloat16\")");
    assert_has(ir, "h[0, 1] = h[0, 1] + T.bfloat16(1.0)");
}

static void range_is_a_loop(void **state) {
    const char *ir = ir_of(*state, KERNEL("        for i in range(2, 10, 3):\n"
                                          "            a[i, 0] = 1\n"
                                          "        for i in range(6, 0, -2):\n"
                                          "            a[i, 0] = 1\n"));
    assert_has(ir, "for i in T.serial(2, 3, 3):\n            a[i, 0] = 1.0\n");
    assert_has(ir, "for i_1 in T.serial(6, 3, -2):\n            a[i_1, 0] = 1.0\n");
}

static void loops_have_their_kind(void **state) {
    const char *ir = ir_of(*state, KERNEL("        for k in T.Pipelined(4, num_stages=2):\n"
                                          "            T.copy(A[0, 0], a)\n"
                                          "        for k in T.Pipelined(4):\n"
                                          "            T.copy(A[0, 0], a)\n"
                                          "        for u in T.unroll(4):\n"
                                          "            a[u, 0] = 0\n"
                                          "        for v in T.vectorized(4):\n"
                                          "            a[v, 0] = 0\n"
                                          "        for g, h in T.grid(2, 3):\n"
                                          "            a[g, h] = 0\n"
                                          "        for s in T.Serial(bx, bx + 4):\n"
                                          "            a[s, 0] = 0\n"));
    assert_has(ir, "for k in T.Pipelined(0, 4, 1, num_stages=2):");
    assert_has(ir, "for k_1 in T.Pipelined(0, 4, 1):");
    assert_has(ir, "for u in T.unroll(0, 4, 1):");
    assert_has(ir, "for v in T.vectorized(0, 4, 1):");
    assert_has(ir, "for g in T.serial(0, 2, 1):\n            for h in T.serial(0, 3, 1):");
    assert_has(ir, "for s in T.serial(bx, 4, 1):");
}

static void parallel_is_a_nest(void **state) {
    const char *ir = ir_of(*state, KERNEL("        for i, j in T.Parallel(64, 32):\n"
                                          "            c[i, j] = a[i, j] * 2\n"));
    assert_has(ir, "for i in T.parallel(0, 64, 1):\n            for j in T.parallel(0, 32, 1):\n"
                   "                c[i, j] = a[i, j] * 2.0\n");
}

static void list_is_expanded(void **state) {
    const char *ir = ir_of(*state, KERNEL("        for i, v in enumerate([5, 7]):\n"
                                          "            a[i, 0] = v\n"));
    assert_has(ir, "        a[0, 0] = 5.0\n        a[1, 0] = 7.0\n");
    assert_has_not(ir, "for ");
}

static void constant_if_takes_one_branch(void **state) {
    const char *ir = ir_of(*state, KERNEL("        if 1 < 2:\n"
                                          "            a[0, 0] = 1\n"
                                          "        else:\n"
                                          "            a[0, 0] = 2\n"));
    assert_has(ir, "a[0, 0] = 1.0");
    assert_has_not(ir, "2.0");
}

static void staged_if_takes_both_branches(void **state) {
    const char *ir = ir_of(*state, KERNEL("        if bx < 1 and not by == 1:\n"
                                          "            a[0, 0] = 1\n"
                                          "        elif by < 2:\n"
                                          "            a[0, 0] = 2\n"
                                          "        else:\n"
                                          "            a[0, 0] = 3\n"));
    assert_has(ir, "if bx < 1 and ");
    assert_has(ir, "        else:\n            if by < 2:\n                a[0, 0] = 2.0\n            else:\n");
}

static void while_loads_on_each_turn(void **state) {
    const char *ir = ir_of(*state, KERNEL("        n = T.alloc_var('int32', 8)\n"
                                          "        while n > 0:\n"
                                          "            n = n // 2\n"
                                          "            if n == 3:\n"
                                          "                break\n"
                                          "            if n == 5:\n"
                                          "                continue\n"));
    assert_has(ir,
               "while n[()] > 0:\n            n[()] = n[()] // 2\n            if n[()] == 3:\n                break\n"
               "            if n[()] == 5:\n                continue\n");
}

static void operators_on_values(void **state) {
    const char *ir = ir_of(*state, KERNEL("        for i in T.serial(8):\n"
                                          "            a[i, 0] = 1.0 if 2 <= i < 5 else a[i, 1]\n"
                                          "            a[i, 2] = T.max(a[i, 3], 0) + i\n"
                                          "            a[i, 4] = T.exp2(i) * 0.5\n"));
    assert_has(ir, "T.if_then_else(");
    assert_has(ir, "a[i, 2] = T.max(a[i, 3], 0.0) + T.cast(i, \"float32\")");
    assert_has(ir, "a[i, 4] = T.exp2(T.cast(i, \"float32\")) * 0.5");
}

static void mixed_types_promote(void **state) {
    const char *ir = ir_of(*state, KERNEL("        h = T.alloc_shared((64,), 'bfloat16')\n"
                                          "        b = T.alloc_local((4,), 'uint8')\n"
                                          "        w = T.alloc_local((4,), 'int32')\n"
                                          "        a[0, 0] = h[0] * a[0, 1]\n"
                                          "        w[0] = b[0] + w[1]\n"
                                          "        w[1] = b[0] & 15\n"
                                          "        w[2] = b[0] + 300\n"));
    assert_has(ir, "T.cast(h[0], \"float32\") * a[0, 1]");
    assert_has(ir, "w[0] = ");
    assert_has(ir, "w[1] = T.cast(b[0], \"int32\") & 15");
    assert_has(ir, "w[2] = T.cast(b[0], \"int32\") + 300");
}

// As TileLang's own prints show: floats are float32, integers beside a float take its type.
static void constants_promote_as_in_tilelang(void **state) {
    const char *ir = ir_of(*state, KERNEL("        h = T.alloc_shared((64,), 'bfloat16')\n"
                                          "        h[0] = h[1] * 2.0\n"
                                          "        h[2] = h[3] * 2\n"
                                          "        h[4] = T.max(h[5], 0)\n"
                                          "        a[0, 0] = a[0, 1] * 2\n"));
    assert_has(ir, "h[0] = T.cast(T.cast(h[1], \"float32\") * 2.0, \"bfloat16\")");
    assert_has(ir, "h[2] = h[3] * T.bfloat16(2.0)");
    assert_has(ir, "h[4] = T.max(h[5], T.bfloat16(0.0))");
    assert_has(ir, "a[0, 0] = a[0, 1] * 2.0");
}

static void assertion_is_staged_or_checked(void **state) {
    const char *ir = ir_of(*state, KERNEL("        assert 64 % 32 == 0, 'fine'\n"
                                          "        assert bx < 2, 'in range'\n"));
    assert_has(ir, "assert bx < 2, \"in range\"");
    assert_has_not(ir, "fine");
}

static void launches_run_in_sequence(void **state) {
    const char *ir = ir_of(*state, "import tilelang.language as T\n"
                                   "@T.prim_func\n"
                                   "def k(A: T.Tensor((64,), 'float32')):\n"
                                   "    with T.Kernel(4, threads=128) as i:\n"
                                   "        A[i] = 1\n"
                                   "    with T.Kernel(2, 3, 4):\n"
                                   "        A[0] = 2\n");
    assert_has(ir, "    with T.Kernel(4) as i:\n        A[i] = 1.0\n    with T.Kernel(2, 3, 4) as (bx, by, bz):\n");
}

static void plain_function_runs_at_compile_time(void **state) {
    const char *ir = ir_of(*state, "import tilelang.language as T\n"
                                   "def scale(x, n=2):\n"
                                   "    for i in range(n):\n"
                                   "        x = x * 2\n"
                                   "    return x\n"
                                   "@T.prim_func\n"
                                   "def k(A: T.Tensor((64,), 'float32')):\n"
                                   "    with T.Kernel(4) as i:\n"
                                   "        A[i] = scale(A[i])\n");
    assert_has(ir, "A[i] = A[i] * 2.0 * 2.0");
    assert_has_not(ir, "for ");
}

static void macro_is_inlined_with_its_own_names(void **state) {
    const char *ir = ir_of(*state, "import tilelang.language as T\n"
                                   "@T.macro\n"
                                   "def add(buffer: T.Ref, i, value):\n"
                                   "    t = buffer[i] + value\n"
                                   "    if i > 2:\n"
                                   "        buffer[i] = t\n"
                                   "@T.prim_func\n"
                                   "def k(A: T.Tensor((64,), 'float32')):\n"
                                   "    with T.Kernel(4) as i:\n"
                                   "        add(A, i, 1.0)\n"
                                   "        add(A, i, value=2.0)\n");
    assert_has(
        ir,
        "t: T.float32 = A[i] + 1.0\n        if i > 2:\n            A[i] = t\n        t_1: T.float32 = A[i] + 2.0\n");
}

static void buffers_are_allocated_before_the_loops_that_use_them(void **state) {
    const char *ir = ir_of(*state, KERNEL("        for i in T.serial(4):\n"
                                          "            t = T.alloc_shared((8,), 'float32')\n"
                                          "            t[0] = i\n"));
    assert_has(ir, "        t = T.alloc_shared((8,), \"float32\")\n        for i in T.serial(0, 4, 1):\n");
}

static void accumulators_order_their_loops(void **state) {
    const char *ir = ir_of(*state, KERNEL("        r = T.alloc_reducer(64, 'float32')\n"
                                          "        T.clear(r)\n"
                                          "        for i, j in T.Parallel(64, 64):\n"
                                          "            r[i] += a[i, j]\n"
                                          "        T.finalize_reducer(r)\n"));
    assert_has(ir, "for i in T.parallel(0, 64, 1):\n            for j in T.serial(0, 64, 1):\n                r[i] = "
                   "r[i] + a[i, j]\n");
}

static const char persistent[] = "import tilelang.language as T\n"
                                 "@T.prim_func\n"
                                 "def k(A: T.Tensor((64, 64), 'float32')):\n"
                                 "    with T.Kernel(8) as b:\n"
                                 "        for x, y in T.Persistent([M, N], 8, b):\n"
                                 "            A[x, y] = 1\n";

static void persistent_groups_the_last_dimension(void **state) {
    const char *even = arena_format(&((Context *)*state)->unit, "M, N = 4, 16\n%s", persistent);
    const char *ir = ir_of(*state, even);
    assert_has(ir, "for w in T.serial(0, 8, 1):\n            x: T.int32 = (b // 8 + w) % 4\n            y: T.int32 = "
                   "(b // 8 + w) // 4 * 8 + b % 8\n"
                   "            A[x, y] = 1.0\n");
}

static void persistent_guards_a_partial_group(void **state) {
    const char *odd = arena_format(&((Context *)*state)->unit, "M, N = 3, 12\n%s", persistent);
    const char *ir = ir_of(*state, odd);
    assert_has(ir, "for w in T.serial(0, 6, 1):"); // 2 groups of 8 x 3, in waves of 8
    assert_has(ir, "if (b // 8 + w) // 3 * 8 + b % 8 < 12:\n                A[x, y] = 1.0\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(compile_time_binding_makes_no_ir),
        TEST(staged_value_becomes_a_let),
        TEST(variable_is_stored_and_loaded),
        TEST(alias_of_a_buffer_is_the_buffer),
        TEST(tuple_assignment_swaps),
        TEST(stores_are_cast),
        TEST(range_is_a_loop),
        TEST(loops_have_their_kind),
        TEST(parallel_is_a_nest),
        TEST(list_is_expanded),
        TEST(constant_if_takes_one_branch),
        TEST(staged_if_takes_both_branches),
        TEST(while_loads_on_each_turn),
        TEST(operators_on_values),
        TEST(mixed_types_promote),
        TEST(constants_promote_as_in_tilelang),
        TEST(assertion_is_staged_or_checked),
        TEST(launches_run_in_sequence),
        TEST(plain_function_runs_at_compile_time),
        TEST(macro_is_inlined_with_its_own_names),
        TEST(buffers_are_allocated_before_the_loops_that_use_them),
        TEST(accumulators_order_their_loops),
        TEST(persistent_groups_the_last_dimension),
        TEST(persistent_guards_a_partial_group),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
