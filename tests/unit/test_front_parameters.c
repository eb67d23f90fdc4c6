// Choosing a kernel and giving its parameters values: command line, the file's own call, defaults.
#include "front_fixture.h"

#define EAGER                                                                                                          \
    "import tilelang\n"                                                                                                \
    "import tilelang.language as T\n"                                                                                  \
    "import torch\n"                                                                                                   \
    "@tilelang.jit\n"                                                                                                  \
    "def add(A, B, block, scale=2.0, dtype='float32'):\n"                                                              \
    "    M, N = T.const('M, N')\n"                                                                                     \
    "    A: T.Tensor((M, N), dtype)\n"                                                                                 \
    "    B: T.Tensor((M, N), dtype)\n"                                                                                 \
    "    C = T.empty((M, N), dtype)\n"                                                                                 \
    "    with T.Kernel(T.ceildiv(M, block)) as b:\n"                                                                   \
    "        for i, j in T.Parallel(block, N):\n"                                                                      \
    "            C[b * block + i, j] = A[b * block + i, j] * scale + B[b * block + i, j]\n"                            \
    "    return C\n"

#define LAZY                                                                                                           \
    "import tilelang\n"                                                                                                \
    "import tilelang.language as T\n"                                                                                  \
    "@tilelang.jit(out_idx=[-1])\n"                                                                                    \
    "def make(M, block=32):\n"                                                                                         \
    "    half = block // 2\n"                                                                                          \
    "    @T.prim_func\n"                                                                                               \
    "    def main(A: T.Tensor((M,), 'float32'), B: T.Tensor((M,), 'float32')):\n"                                      \
    "        with T.Kernel(T.ceildiv(M, block)) as b:\n"                                                               \
    "            B[b] = B[b] + A[b] * half\n"                                                                          \
    "    return main\n"

static void sizes_come_from_the_compile_call(void **state) {
    const char *ir = ir_of(*state, EAGER "kernel = add.compile(M=64, N=32, block=16)\n");
    assert_has(ir, "def add(\n    A: T.Tensor((64, 32), \"float32\", role=\"in\")");
    assert_has(ir, "C: T.Tensor((64, 32), \"float32\", role=\"out\")");
    assert_has(ir, "with T.Kernel(4) as b:");
}

static void sizes_come_from_the_shapes_of_tensors(void **state) {
    const char *ir = ir_of(*state, EAGER "def main(M=128):\n"
                                         "    a = torch.randn(M, 16, device='cuda', dtype=torch.float32)\n"
                                         "    b = torch.zeros((M, 16)).cuda()\n"
                                         "    c = add(a, b, 32, scale=4.0)\n"
                                         "if __name__ == '__main__':\n"
                                         "    main()\n");
    assert_has(ir, "A: T.Tensor((128, 16), \"float32\", role=\"in\")");
    assert_has(ir, "* 4.0");
}

static void argparse_defaults_count(void **state) {
    const char *ir = ir_of(*state, EAGER "import argparse\n"
                                         "if __name__ == '__main__':\n"
                                         "    parser = argparse.ArgumentParser()\n"
                                         "    parser.add_argument('--m-size', type=int, default=96)\n"
                                         "    parser.add_argument('--fast', action='store_true')\n"
                                         "    args = parser.parse_args()\n"
                                         "    add.compile(M=args.m_size, N=8 if args.fast else 4, block=32)\n");
    assert_has(ir, "A: T.Tensor((96, 4), \"float32\", role=\"in\")");
}

static void main_guard_comes_before_the_module_level(void **state) {
    const char *ir = ir_of(*state, EAGER "add.compile(M=64, N=32, block=16)\n"
                                         "if __name__ == '__main__':\n"
                                         "    add.compile(M=256, N=32, block=16)\n");
    assert_has(ir, "A: T.Tensor((256, 32)");
}

static void command_line_overrides_the_call(void **state) {
    Elaboration job = {.source = EAGER "add.compile(M=64, N=32, block=16)\n",
                       .bindings = {{"M", "512"}, {"scale", "-0.5"}, {"dtype", "bfloat16"}}};
    const char *ir = ir_of_job(*state, &job);
    assert_has(ir, "A: T.Tensor((512, 32), \"bfloat16\", role=\"in\")");
    assert_has(ir, "T.cast(A[b * 16 + i, j], \"float32\") * -0.5");
}

static void lazy_kernels_are_called_at_compile_time(void **state) {
    const char *ir = ir_of(*state, LAZY "make(128)\n");
    assert_has(ir, "def make(\n");
    assert_has(ir, "B: T.Tensor((128,), \"float32\", role=\"out\")");
    assert_has(ir, "B[b] + A[b] * 16.0");
}

static void plain_factories_count_as_kernels(void **state) {
    const char *ir = ir_of(*state, "import tilelang\n"
                                   "import tilelang.language as T\n"
                                   "def make(n):\n"
                                   "    @T.prim_func\n"
                                   "    def main(A: T.Tensor((n,), 'float32')):\n"
                                   "        with T.Kernel(n) as b:\n"
                                   "            A[b] = 1\n"
                                   "    return main\n"
                                   "kernel = tilelang.compile(make(16), out_idx=[0])\n");
    assert_has(ir, "A: T.Tensor((16,), \"float32\", role=\"out\")");
}

#define DYNAMIC                                                                                                        \
    "import tilelang\n"                                                                                                \
    "import tilelang.language as T\n"                                                                                  \
    "import torch\n"                                                                                                   \
    "@tilelang.jit\n"                                                                                                  \
    "def k(A, block):\n"                                                                                               \
    "    M = T.dynamic('m')\n"                                                                                         \
    "    A: T.Tensor((M, 4), 'float32')\n"                                                                             \
    "    C = T.empty((M, 4), 'float32')\n"                                                                             \
    "    with T.Kernel(T.ceildiv(M, block)) as b:\n"                                                                   \
    "        C[b, 0] = A[b, 0]\n"                                                                                      \
    "    return C\n"

static void dynamic_sizes_are_bound_by_shapes(void **state) {
    const char *ir = ir_of(*state, DYNAMIC "k(torch.rand(100, 4), 32)\n");
    assert_has(ir, "A: T.Tensor((m, 4), \"float32\", role=\"in\")");
    assert_has(ir, "m: T.size(\"int32\", 100)");
    assert_has(ir, "with T.Kernel((m + 31) // 32) as b:");
}

static void dynamic_sizes_are_bound_by_either_name(void **state) {
    Elaboration lower = {.source = DYNAMIC, .bindings = {{"m", "7"}, {"block", "2"}}};
    assert_has(ir_of_job(*state, &lower), "m: T.size(\"int32\", 7)");
    Elaboration upper = {.source = DYNAMIC, .bindings = {{"M", "9"}, {"block", "2"}}};
    assert_has(ir_of_job(*state, &upper), "m: T.size(\"int32\", 9)");
}

static void wide_dynamic_sizes_are_int32(void **state) {
    const char *ir = ir_of(*state, "import tilelang.language as T\n"
                                   "m = T.dynamic('m', 'int64')\n"
                                   "@T.prim_func\n"
                                   "def k(A: T.Tensor((m, m * 2), 'float32')):\n"
                                   "    with T.Kernel(T.cast(m, 'int64')) as i:\n"
                                   "        A[i, m] = 1\n"
                                   "import torch\n"
                                   "k(torch.rand(12, 24))\n");
    assert_has(ir, "A: T.Tensor((m, m * 2), \"float32\", role=\"out\")");
    assert_has(ir, "with T.Kernel(m) as i:\n        A[i, m] = 1.0\n");
}

static void missing_parameters_are_all_listed(void **state) {
    const Diagnostic *diagnostic = assert_refuses(*state, EAGER, DIAG_FRONT_MISSING, 5, 5);
    const char *const names[] = {"`block`", "`M`", "`N`"};
    for (int i = 0; i < 3; i++) assert_has(diagnostic->message, names[i]);
    assert_has_not(diagnostic->message, "`A`");
    assert_has_not(diagnostic->message, "`scale`");
}

static void opaque_condition_ends_the_search(void **state) {
    const Diagnostic *diagnostic = assert_refuses(*state,
                                                  EAGER "def config():\n"
                                                        "    if not torch.cuda.is_available():\n"
                                                        "        raise RuntimeError('no')\n"
                                                        "    return 32\n"
                                                        "add.compile(M=64, N=32, block=config())\n",
                                                  DIAG_FRONT_MISSING, 5, 5);
    assert_has(diagnostic->message, "`block`");
    assert_int_equal(diagnostic->notes.items[0].location.line, 15);
    assert_has(diagnostic->notes.items[0].message, "torch.cuda.is_available()");
}

static void missing_dynamic_sizes_are_listed(void **state) {
    Elaboration job = {.source = DYNAMIC, .bindings = {{"block", "32"}}};
    assert_has(assert_refuses_job(*state, &job, DIAG_FRONT_MISSING, 5, 5)->message, "`m`");
}

static void unknown_parameter_is_refused(void **state) {
    Elaboration job = {.source = EAGER "add.compile(M=64, N=32, block=16)\n", .bindings = {{"blocks", "3"}}};
    const Diagnostic *diagnostic = assert_refuses_job(*state, &job, DIAG_BINDING, 5, 5);
    assert_has(diagnostic->notes.items[0].message, "`block`");
}

static void malformed_value_is_refused(void **state) {
    Elaboration job = {.source = EAGER, .bindings = {{"block", "3x"}}};
    assert_fails(*state, elaborate, &job, DIAG_BINDING);
}

#define TWO                                                                                                            \
    "import tilelang.language as T\n"                                                                                  \
    "@T.prim_func\n"                                                                                                   \
    "def one(A: T.Tensor((8,), 'float32')):\n"                                                                         \
    "    with T.Kernel(8) as i:\n"                                                                                     \
    "        A[i] = 1\n"                                                                                               \
    "@T.prim_func\n"                                                                                                   \
    "def two(A: T.Tensor((8,), 'float32')):\n"                                                                         \
    "    with T.Kernel(8) as i:\n"                                                                                     \
    "        A[i] = 2\n"

static void entry_names_the_kernel(void **state) {
    Elaboration job = {.source = TWO, .entry = "two"};
    assert_has(ir_of_job(*state, &job), "A[i] = 2.0");
    assert_int_equal(count_code(*state, DIAG_FRONT_KERNELS), 0);
}

static void first_called_kernel_is_taken(void **state) {
    assert_has(ir_of(*state, TWO "two()\n"), "A[i] = 2.0");
    assert_int_equal(count_code(*state, DIAG_FRONT_KERNELS), 1);
}

static void undecided_kernel_is_refused(void **state) {
    assert_has(assert_refuses(*state, TWO, DIAG_NO_KERNEL, 1, 1)->message, "`one`, `two`");
}

static void unknown_entry_is_refused(void **state) {
    Elaboration job = {.source = TWO, .entry = "twoo"};
    const Diagnostic *diagnostic = assert_refuses_job(*state, &job, DIAG_NO_KERNEL, 1, 1);
    assert_has(diagnostic->notes.items[0].message, "`two`");
}

static void module_level_is_lazy(void **state) {
    assert_has(ir_of(*state, "import tilelang.language as T\n"
                             "size = 4 * 2\n"
                             "never = undefined_name + 1\n"
                             "@T.prim_func\n"
                             "def k(A: T.Tensor((size,), 'float32')):\n"
                             "    with T.Kernel(8) as i:\n"
                             "        A[i] = 2\n"),
               "A: T.Tensor((8,)");
}

static void worker_cores_stand_for_multiprocessors(void **state) {
    assert_has(ir_of(*state, "import tilelang.language as T\n"
                             "from tilelang.carver.arch import driver\n"
                             "@T.prim_func\n"
                             "def k(A: T.Tensor((64,), 'float32')):\n"
                             "    with T.Kernel(driver.get_num_sms()) as i:\n"
                             "        A[i] = 2\n"),
               "with T.Kernel(64) as i:");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(sizes_come_from_the_compile_call),
        TEST(sizes_come_from_the_shapes_of_tensors),
        TEST(argparse_defaults_count),
        TEST(main_guard_comes_before_the_module_level),
        TEST(command_line_overrides_the_call),
        TEST(lazy_kernels_are_called_at_compile_time),
        TEST(plain_factories_count_as_kernels),
        TEST(dynamic_sizes_are_bound_by_shapes),
        TEST(dynamic_sizes_are_bound_by_either_name),
        TEST(wide_dynamic_sizes_are_int32),
        TEST(missing_parameters_are_all_listed),
        TEST(opaque_condition_ends_the_search),
        TEST(missing_dynamic_sizes_are_listed),
        TEST(unknown_parameter_is_refused),
        TEST(malformed_value_is_refused),
        TEST(entry_names_the_kernel),
        TEST(first_called_kernel_is_taken),
        TEST(undecided_kernel_is_refused),
        TEST(unknown_entry_is_refused),
        TEST(module_level_is_lazy),
        TEST(worker_cores_stand_for_multiprocessors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
