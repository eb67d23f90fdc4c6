// The pipeline from C, as run_pipeline of the older backend was used: a plan path of its own, every option said, a pass
// of the caller's between ttile's, and the same kernel once more with the attributes of the older backend.
//
//     cc examples/gemm_pipeline.c $(pkg-config --cflags --libs jansson) -lttile -lm -lpthread
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <ttile/ttile.h>

static const char kernel[] =
    "import tilelang\n"
    "import tilelang.language as T\n"
    "\n"
    "\n"
    "@tilelang.jit(out_idx=[-1])\n"
    "def product(M, N, K, block=32):\n"
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

static ttile_module *read_kernel(ttile_context *context) {
    static const ttile_parameter parameters[] = {{"M", "128"}, {"N", "128"}, {"K", "64"}};
    ttile_module_options sizes = {.parameters = parameters, .parameter_count = 3};
    ttile_module *module;
    must(ttile_module_from_memory(context, "product.py", kernel, strlen(kernel), &sizes, &module), "the kernel");
    return module;
}

// A pass of the caller's: it needs the core grid, so the manager runs it only where there is one.
static ttile_status print_grid(void *user, ttile_module *module) {
    const char *grid;
    ttile_status status = ttile_module_attribute(module, "tt.core_grid", &grid);
    if (status == TTILE_OK) printf("%s: tt.core_grid is %s\n", (const char *)user, grid);
    return status;
}

static void run_with_own_pass(ttile_context *context, ttile_module *module, char *title) {
    static const char *const needs[] = {"tt.core_grid", NULL};
    ttile_pass pass = {.name = "PrintGrid", .requires_attributes = needs, .run = print_grid, .user = title};
    ttile_pipeline *pipeline;
    must(ttile_pipeline_create(context, &pipeline), "ttile_pipeline_create");
    must(ttile_pipeline_insert_pass(pipeline, "LowerTTTileIntrinsics", &pass), "ttile_pipeline_insert_pass");
    must(ttile_pipeline_run(pipeline, module, NULL), "ttile_pipeline_run");
}

int main(void) {
    char folder[] = "/tmp/gemm-pipeline-XXXXXX", path[64], program[64];
    if (!mkdtemp(folder)) return 1;
    snprintf(path, sizeof path, "%s/gemm.plan.json", folder);
    snprintf(program, sizeof program, "%s/product.ttir", folder);
    ttile_context *context;
    must(ttile_context_create(NULL, &context), "ttile_context_create");
    ttile_context_on_diagnostic(context, show, NULL);

    ttile_options options = ttile_options_default();
    options.plan_path = path;
    options.target_device = "wormhole:n150";
    options.partition_strategy = "row_major";
    options.enable_double_buffer = true;
    options.enable_prefetch = true;
    must(ttile_run_pipeline(read_kernel(context), &options), "ttile_run_pipeline");
    ttile_plan *plan;
    must(ttile_plan_read(context, path, &plan), "ttile_plan_read");
    printf("%s reads back and holds all rules\n", strrchr(path, '/') + 1);

    run_with_own_pass(context, read_kernel(context), "new");

    ttile_module *module = read_kernel(context);
    must(ttile_module_set_attribute(module, "tt_tiles_per_core", "[[0, 8], [8, 8]]"), "ttile_module_set_attribute");
    run_with_own_pass(context, module, "with a legacy schedule over two cores");

    ttile_context_destroy(context);
    return remove(path) || remove(program) || rmdir(folder);
}
