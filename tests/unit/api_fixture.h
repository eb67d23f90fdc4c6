// What the tests of the C API share: a small kernel, and a record of the diagnostics.
#ifndef TTILE_TESTS_API_FIXTURE_H
#define TTILE_TESTS_API_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ttile/ttile.h"

enum { TENSORS = 3 };

static const char product_kernel[] = "import tilelang\n"
                                     "import tilelang.language as T\n"
                                     "@tilelang.jit(out_idx=[-1])\n"
                                     "def product(M, N, K, block=32):\n"
                                     "    @T.prim_func\n"
                                     "    def main(A: T.Tensor((M, K), 'bfloat16'), B: T.Tensor((K, N), 'bfloat16'),\n"
                                     "             C: T.Tensor((M, N), 'float32')):\n"
                                     "        with T.Kernel(T.ceildiv(N, block), T.ceildiv(M, block)) as (bx, by):\n"
                                     "            A_shared = T.alloc_shared((block, 32), 'bfloat16')\n"
                                     "            B_shared = T.alloc_shared((32, block), 'bfloat16')\n"
                                     "            C_local = T.alloc_fragment((block, block), 'float32')\n"
                                     "            T.clear(C_local)\n"
                                     "            for k in T.Pipelined(T.ceildiv(K, 32), num_stages=2):\n"
                                     "                T.copy(A[by * block, k * 32], A_shared)\n"
                                     "                T.copy(B[k * 32, bx * block], B_shared)\n"
                                     "                T.gemm(A_shared, B_shared, C_local)\n"
                                     "            T.copy(C_local, C[by * block, bx * block])\n"
                                     "    return main\n";

static const ttile_parameter product_sizes[] = {{"M", "64"}, {"N", "96"}, {"K", "64"}};
static const ttile_module_options product_options = {.parameters = product_sizes, .parameter_count = 3};

typedef struct Record {
    int errors, others;
    char code[64];
    uint32_t line;
} Record;

static inline void record(void *user, const ttile_diagnostic *diagnostic) {
    Record *kept = user;
    if (diagnostic->severity != TTILE_ERROR) {
        kept->others++;
        return;
    }
    if (kept->errors++) return; // the first one is the cause
    snprintf(kept->code, sizeof kept->code, "%s", diagnostic->code);
    kept->line = diagnostic->line;
    assert_true(*diagnostic->message && *diagnostic->text && *diagnostic->explanation);
    assert_true(diagnostic->status != TTILE_OK);
}

typedef struct Fixture {
    ttile_context *context;
    Record record;
    ttile_buffer buffers[TENSORS];
} Fixture;

static inline int make_fixture(void **state) {
    Fixture *fixture = calloc(1, sizeof *fixture);
    if (!fixture || ttile_context_create(NULL, &fixture->context) != TTILE_OK) return -1;
    ttile_context_on_diagnostic(fixture->context, record, &fixture->record);
    *state = fixture;
    return 0;
}

static inline int drop_fixture(void **state) {
    Fixture *fixture = *state;
    ttile_context_destroy(fixture->context);
    for (int i = 0; i < TENSORS; i++) free(fixture->buffers[i].data);
    free(fixture);
    return 0;
}

static inline ttile_module *read_product(ttile_context *context) {
    ttile_module *module = NULL;
    assert_int_equal(ttile_module_from_memory(context, "product.py", product_kernel, strlen(product_kernel),
                                              &product_options, &module),
                     TTILE_OK);
    return module;
}

static inline void make_buffers(Fixture *fixture, const ttile_module *module) {
    for (size_t i = 0; i < TENSORS; i++) {
        ttile_tensor tensor;
        assert_int_equal(ttile_module_tensor(module, i, &tensor), TTILE_OK);
        fixture->buffers[i] = (ttile_buffer){calloc(1, tensor.bytes), tensor.bytes};
    }
    assert_int_equal(ttile_fill_inputs(module, 1, fixture->buffers, TENSORS), TTILE_OK);
}

static inline void expect_error(Fixture *fixture, ttile_status seen, ttile_status expected, const char *code) {
    assert_string_equal(fixture->record.code, code);
    assert_int_equal(seen, expected);
    memset(&fixture->record, 0, sizeof fixture->record);
}

#define API_TEST(function) cmocka_unit_test_setup_teardown(function, make_fixture, drop_fixture)

#endif
