// ttile inside another program: a matrix product in TileLang, compiled, run on the simulated chip and compared, with
// nothing but the public API. Prints what it did; exits with 1 if the result is wrong.
//
//     cc examples/embed.c $(pkg-config --cflags --libs jansson) -lttile -lm -lpthread
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ttile/ttile.h>

static const char kernel[] =
    "import tilelang\n"
    "import tilelang.language as T\n"
    "\n"
    "\n"
    "@tilelang.jit(out_idx=[-1])\n"
    "def product(M, N, K, block=64):\n"
    "    @T.prim_func\n"
    "    def main(A: T.Tensor((M, K), 'bfloat16'), B: T.Tensor((K, N), 'bfloat16'),\n"
    "             C: T.Tensor((M, N), 'float32')):\n"
    "        with T.Kernel(T.ceildiv(N, block), T.ceildiv(M, block), threads=128) as (bx, by):\n"
    "            A_shared = T.alloc_shared((block, 32), 'bfloat16')\n"
    "            B_shared = T.alloc_shared((32, block), 'bfloat16')\n"
    "            C_local = T.alloc_fragment((block, block), 'float32')\n"
    "            T.clear(C_local)\n"
    "            for k in T.Pipelined(T.ceildiv(K, 32), num_stages=2):\n"
    "                T.copy(A[by * block, k * 32], A_shared)\n"
    "                T.copy(B[k * 32, bx * block], B_shared)\n"
    "                T.gemm(A_shared, B_shared, C_local)\n"
    "            T.copy(C_local, C[by * block, bx * block])\n"
    "\n"
    "    return main\n";

static void show(void *user, const ttile_diagnostic *diagnostic) {
    (void)user;
    fputs(diagnostic->text, stderr);
}

static void must(ttile_status status, const char *what) {
    if (status == TTILE_OK) return;
    fprintf(stderr, "%s failed with status %d\n", what, (int)status);
    exit(1);
}

// One zeroed buffer for each tensor of the kernel.
static void make_buffers(const ttile_module *module, ttile_buffer *buffers, size_t count) {
    for (size_t i = 0; i < count; i++) {
        ttile_tensor tensor;
        must(ttile_module_tensor(module, i, &tensor), "ttile_module_tensor");
        printf("%s: %lld x %lld\n", tensor.name, (long long)tensor.shape[0], (long long)tensor.shape[1]);
        buffers[i] = (ttile_buffer){calloc(1, tensor.bytes), tensor.bytes};
        if (!buffers[i].data) exit(1);
    }
}

int main(void) {
    enum { TENSORS = 3 };
    static const ttile_parameter parameters[] = {{"M", "128"}, {"N", "192"}, {"K", "96"}};
    ttile_module_options sizes = {.parameters = parameters, .parameter_count = 3};
    ttile_context *context;
    ttile_module *module;
    ttile_reference *reference;
    ttile_program *program;
    ttile_simulation simulation;
    ttile_comparison comparison;
    ttile_buffer buffers[TENSORS];

    must(ttile_context_create(NULL, &context), "ttile_context_create");
    ttile_context_on_diagnostic(context, show, NULL);
    must(ttile_module_from_memory(context, "product.py", kernel, strlen(kernel), &sizes, &module),
         "reading the kernel");
    make_buffers(module, buffers, TENSORS);
    must(ttile_fill_inputs(module, 1, buffers, TENSORS), "ttile_fill_inputs");
    must(ttile_evaluate(module, buffers, TENSORS, &reference), "ttile_evaluate");

    ttile_options options = ttile_options_default();
    options.partition_strategy = "block";
    must(ttile_optimize_for_target(module, &options), "ttile_optimize_for_target");
    const char *grid;
    must(ttile_module_attribute(module, "tt.core_grid", &grid), "ttile_module_attribute");
    must(ttile_program_from_module(module, &program), "ttile_program_from_module");
    must(ttile_simulate(program, buffers, TENSORS, NULL, &simulation), "ttile_simulate");
    must(ttile_compare(reference, buffers, TENSORS, 0, &comparison), "ttile_compare");

    printf("%s on a core grid of %s: %lld cycles, bound by %s\n", ttile_module_name(module), grid,
           (long long)simulation.cycles, simulation.bound);
    printf("largest error %.3g, allowed is %.3g: %s\n", comparison.max_abs_error, comparison.tolerance,
           comparison.pass ? "PASS" : "FAIL");
    for (int i = 0; i < TENSORS; i++) free(buffers[i].data);
    ttile_context_destroy(context);
    return comparison.pass ? 0 : 1;
}
