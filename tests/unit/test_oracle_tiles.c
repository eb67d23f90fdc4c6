// The oracle's tile operations against plain loops.
#include "oracle_fixture.h"

static void copy_moves_and_casts(void **state) {
    Kernel k = evaluated(
        state,
        "@T.prim_func\n"
        "def k(A: T.Tensor((4, 6), \"float32\", role=\"in\"), B: T.Tensor((4, 6), \"bfloat16\", role=\"out\"),\n"
        "      C: T.Tensor((4, 6), \"int32\", role=\"out\")):\n"
        "    with T.Kernel(2) as (bx,):\n"
        "        S = T.alloc_shared((2, 6), \"bfloat16\")\n"
        "        T.copy(A[T.span(bx * 2, 2), T.span(0, 6)], S[T.span(0, 2), T.span(0, 6)])\n"
        "        T.copy(S[T.span(0, 2), T.span(0, 6)], B[T.span(bx * 2, 2), T.span(0, 6)])\n"
        "        T.copy(A[T.span(bx * 2, 2), T.span(0, 6)], C[T.span(bx * 2, 2), T.span(0, 6)])\n",
        NULL);
    for (int64_t i = 0; i < 24; i++) {
        assert_true(result_at(&k, 1, i) == dtype_round(DTYPE_BFLOAT16, input_at(&k, 0, i)));
        assert_true(result_at(&k, 2, i) == trunc(input_at(&k, 0, i)));
    }
    assert_int_equal(k.result.never_written, 0);
    assert_int_equal(k.result.blocks_run, 2);
    drop_kernel(&k);
}

// Outside of a global tensor reads give 0 and writes are dropped, on every side.
static void copy_at_edges(void **state) {
    Kernel k = evaluated(
        state,
        "@T.prim_func\n"
        "def k(A: T.Tensor((5, 7), \"float32\", role=\"in\"), B: T.Tensor((5, 7), \"float32\", role=\"out\"),\n"
        "      D: T.Tensor((9, 11), \"float32\", role=\"out\")):\n"
        "    with T.Kernel(1) as (bx,):\n"
        "        S = T.alloc_shared((9, 11), \"float32\")\n"
        "        T.copy(A[T.span(-2, 9), T.span(-1, 11)], S[T.span(0, 9), T.span(0, 11)])\n"
        "        T.copy(S[T.span(0, 9), T.span(0, 11)], D[T.span(0, 9), T.span(0, 11)])\n"
        "        T.copy(S[T.span(0, 9), T.span(0, 11)], B[T.span(-3, 9), T.span(-2, 11)])\n",
        count_up);
    for (int64_t r = 0; r < 9; r++)
        for (int64_t c = 0; c < 11; c++) {
            bool inside = r >= 2 && r < 7 && c >= 1 && c < 8;
            assert_true(result_at(&k, 2, r * 11 + c) == (inside ? (double)((r - 2) * 7 + c - 1) : 0));
        }
    for (int64_t r = 0; r < 5; r++)
        for (int64_t c = 0; c < 7; c++)
            assert_true(result_at(&k, 1, r * 7 + c) == result_at(&k, 2, (r + 3) * 11 + c + 2));
    drop_kernel(&k);
}

// Dimensions of extent 1 fall away, wherever they are: a plane in the middle of four dimensions, transposed on the way.
static void copy_of_planes(void **state) {
    Kernel k = evaluated(
        state,
        "@T.prim_func\n"
        "def k(A: T.Tensor((2, 3, 4, 5), \"int32\", role=\"in\"), B: T.Tensor((4, 2, 5, 3), \"int32\", "
        "role=\"out\")):\n"
        "    with T.Kernel(4, 3) as (bx, by):\n"
        "        S = T.alloc_shared((2, 5), \"int32\")\n"
        "        T.copy(A[T.span(0, 2), T.span(by, 1), T.span(bx, 1), T.span(0, 5)], S[T.span(0, 2), T.span(0, 5)])\n"
        "        T.copy(S[T.span(0, 2), T.span(0, 5)], B[T.span(bx, 1), T.span(0, 2), T.span(0, 5), T.span(by, 1)])\n",
        count_up);
    for (int64_t a = 0; a < 2; a++)
        for (int64_t y = 0; y < 3; y++)
            for (int64_t x = 0; x < 4; x++)
                for (int64_t c = 0; c < 5; c++)
                    assert_true(result_at(&k, 1, ((x * 2 + a) * 5 + c) * 3 + y) ==
                                (double)(((a * 3 + y) * 4 + x) * 5 + c));
    drop_kernel(&k);
}

static void copy_within_a_buffer(void **state) {
    Kernel k = evaluated(state,
                         "@T.prim_func\n"
                         "def k(A: T.Tensor((8,), \"int32\", role=\"inout\")):\n"
                         "    with T.Kernel(1) as (bx,):\n"
                         "        T.copy(A[T.span(0, 7)], A[T.span(1, 7)])\n",
                         count_up);
    for (int64_t i = 1; i < 8; i++) assert_true(result_at(&k, 0, i) == (double)(i - 1));
    drop_kernel(&k);
}

static void fill_rounds(void **state) {
    Kernel k =
        evaluated(state,
                  "@T.prim_func\n"
                  "def k(A: T.Tensor((4, 4), \"bfloat16\", role=\"out\"), B: T.Tensor((4,), \"int8\", role=\"out\")):\n"
                  "    with T.Kernel(1) as (bx,):\n"
                  "        T.fill(A[T.span(0, 4), T.span(0, 2)], 0.1)\n"
                  "        T.fill(A[T.span(0, 4), T.span(2, 9)], 1.0)\n"
                  "        T.fill(B[T.span(0, 4)], 300)\n",
                  NULL);
    assert_true(result_at(&k, 0, 5) == 0.10009765625);
    assert_true(result_at(&k, 0, 7) == 1);
    assert_true(result_at(&k, 1, 3) == 44);
    drop_kernel(&k);
}

// ---------------------------------------------------------------- products

typedef struct Product {
    int m, n, k;
    bool transpose_a, transpose_b;
    const char *operand, *accumulator;
} Product;

static const char *product_text(Context *context, const Product *p) {
    int am = p->transpose_a ? p->k : p->m, ak = p->transpose_a ? p->m : p->k;
    int bk = p->transpose_b ? p->n : p->k, bn = p->transpose_b ? p->k : p->n;
    return arena_format(
        &context->unit,
        "@T.prim_func\n"
        "def k(A: T.Tensor((%d, %d), \"%s\", role=\"in\"), B: T.Tensor((%d, %d), \"%s\", role=\"in\"),\n"
        "      D: T.Tensor((%d, %d), \"%s\", role=\"in\"), C: T.Tensor((%d, %d), \"%s\", role=\"out\")):\n"
        "    with T.Kernel(1) as (bx,):\n"
        "        C_local = T.alloc_fragment((%d, %d), \"%s\")\n"
        "        T.copy(D[T.span(0, %d), T.span(0, %d)], C_local[T.span(0, %d), T.span(0, %d)])\n"
        "        T.gemm(A[T.span(0, %d), T.span(0, %d)], B[T.span(0, %d), T.span(0, %d)],\n"
        "               C_local[T.span(0, %d), T.span(0, %d)], transpose_a=%s, transpose_b=%s)\n"
        "        T.copy(C_local[T.span(0, %d), T.span(0, %d)], C[T.span(0, %d), T.span(0, %d)])\n",
        am, ak, p->operand, bk, bn, p->operand, p->m, p->n, p->accumulator, p->m, p->n, p->accumulator, p->m, p->n,
        p->accumulator, p->m, p->n, p->m, p->n, am, ak, bk, bn, p->m, p->n, p->transpose_a ? "True" : "False",
        p->transpose_b ? "True" : "False", p->m, p->n, p->m, p->n);
}

static double expected_product(const Kernel *k, const Product *p, int64_t r, int64_t c) {
    double sum = 0;
    for (int64_t s = 0; s < p->k; s++)
        sum += input_at(k, 0, p->transpose_a ? s * p->m + r : r * p->k + s) *
               input_at(k, 1, p->transpose_b ? c * p->k + s : s * p->n + c);
    return sum + input_at(k, 2, r * p->n + c);
}

static void check_product(void **state, const Product *p) {
    Kernel k = evaluated(state, product_text(*state, p), NULL);
    DType type = k.inputs.tensors[3].type;
    for (int64_t r = 0; r < p->m; r++)
        for (int64_t c = 0; c < p->n; c++) {
            double expected = expected_product(&k, p, r, c), seen = result_at(&k, 3, r * p->n + c);
            double slack = 1e-12 * (fabs(expected) + 1) + 2 * dtype_unit_roundoff(type) * fabs(expected);
            assert_true(fabs(seen - dtype_round(type, expected)) <= slack);
        }
    assert_true(k.result.operations == 2.0 * p->m * p->n * p->k);
    drop_kernel(&k);
}

static void products_of_all_shapes(void **state) {
    static const int sizes[][3] = {{32, 32, 32}, {1, 1, 1},  {1, 40, 7},   {40, 1, 7},   {5, 13, 1},
                                   {4, 12, 64},  {3, 11, 5}, {64, 48, 33}, {7, 100, 250}};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        for (int flags = 0; flags < 4; flags++) {
            Product p = {sizes[i][0], sizes[i][1], sizes[i][2], flags & 1, flags & 2, "float32", "float32"};
            check_product(state, &p);
        }
}

static void products_of_all_types(void **state) {
    static const char *const types[][2] = {{"bfloat16", "float32"}, {"bfloat16", "bfloat16"}, {"float16", "float16"},
                                           {"float16", "float32"},  {"int8", "int32"},        {"uint8", "int32"}};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        Product p = {20, 30, 40, false, true, types[i][0], types[i][1]};
        check_product(state, &p);
    }
}

// Accumulates over a loop in a 16-bit buffer: each T.gemm is one rounding.
static void accumulator_rounds_at_every_gemm(void **state) {
    Kernel k = evaluated(
        state,
        "@T.prim_func\n"
        "def k(A: T.Tensor((4, 64), \"bfloat16\", role=\"in\"), B: T.Tensor((64, 4), \"bfloat16\", role=\"in\"),\n"
        "      C: T.Tensor((4, 4), \"bfloat16\", role=\"out\"), D: T.Tensor((4, 4), \"bfloat16\", role=\"out\")):\n"
        "    with T.Kernel(1) as (bx,):\n"
        "        L = T.alloc_fragment((4, 4), \"bfloat16\")\n"
        "        T.fill(L[T.span(0, 4), T.span(0, 4)], 0.0)\n"
        "        for ko in T.Pipelined(0, 8, 1, num_stages=2):\n"
        "            T.gemm(A[T.span(0, 4), T.span(ko * 8, 8)], B[T.span(ko * 8, 8), T.span(0, 4)],\n"
        "                   L[T.span(0, 4), T.span(0, 4)])\n"
        "        T.copy(L[T.span(0, 4), T.span(0, 4)], C[T.span(0, 4), T.span(0, 4)])\n"
        "        T.gemm(A[T.span(0, 4), T.span(0, 8)], B[T.span(0, 8), T.span(0, 4)],\n"
        "               L[T.span(0, 4), T.span(0, 4)], clear_accum=True)\n"
        "        T.copy(L[T.span(0, 4), T.span(0, 4)], D[T.span(0, 4), T.span(0, 4)])\n",
        NULL);
    for (int64_t i = 0; i < 16; i++) {
        double sum = 0;
        for (int64_t ko = 0; ko < 8; ko++) {
            double step = 0;
            for (int64_t s = 0; s < 8; s++)
                step += input_at(&k, 0, i / 4 * 64 + ko * 8 + s) * input_at(&k, 1, (ko * 8 + s) * 4 + i % 4);
            sum = dtype_round(DTYPE_BFLOAT16, sum + step);
            if (ko == 0) assert_true(result_at(&k, 3, i) == sum);
        }
        assert_true(result_at(&k, 2, i) == sum);
    }
    drop_kernel(&k);
}

// The matrix's two dimensions need not be the last ones.
static void product_of_planes(void **state) {
    Kernel k = evaluated(
        state,
        "@T.prim_func\n"
        "def k(A: T.Tensor((5, 3, 6), \"float32\", role=\"in\"), B: T.Tensor((3, 6, 4), \"float32\", role=\"in\"),\n"
        "      C: T.Tensor((5, 3, 4), \"float32\", role=\"out\")):\n"
        "    with T.Kernel(3) as (bx,):\n"
        "        T.gemm(A[T.span(0, 5), T.span(bx, 1), T.span(0, 6)], B[T.span(bx, 1), T.span(0, 6), T.span(0, 4)],\n"
        "               C[T.span(0, 5), T.span(bx, 1), T.span(0, 4)], clear_accum=True)\n",
        NULL);
    for (int64_t i = 0; i < 60; i++) {
        int64_t r = i / 12, b = i / 4 % 3, c = i % 4;
        double sum = 0;
        for (int64_t s = 0; s < 6; s++)
            sum += input_at(&k, 0, (r * 3 + b) * 6 + s) * input_at(&k, 1, (b * 6 + s) * 4 + c);
        assert_true(fabs(result_at(&k, 2, i) - sum) < 1e-5);
    }
    drop_kernel(&k);
}

// K at the tensor's edge: what lies outside counts as 0.
static void product_over_an_edge(void **state) {
    Kernel k = evaluated(
        state,
        "@T.prim_func\n"
        "def k(A: T.Tensor((3, 5), \"float32\", role=\"in\"), B: T.Tensor((5, 3), \"float32\", role=\"in\"),\n"
        "      C: T.Tensor((3, 3), \"float32\", role=\"out\")):\n"
        "    with T.Kernel(1) as (bx,):\n"
        "        T.gemm(A[T.span(0, 4), T.span(0, 8)], B[T.span(0, 8), T.span(0, 4)],\n"
        "               C[T.span(0, 4), T.span(0, 4)], clear_accum=True)\n",
        NULL);
    for (int64_t i = 0; i < 9; i++) {
        double sum = 0;
        for (int64_t s = 0; s < 5; s++) sum += input_at(&k, 0, i / 3 * 5 + s) * input_at(&k, 1, s * 3 + i % 3);
        assert_true(fabs(result_at(&k, 2, i) - sum) < 1e-5);
    }
    drop_kernel(&k);
}

// ---------------------------------------------------------------- reductions

static double reduced(const char *kind, double sum, double value) {
    if (!strcmp(kind, "sum")) return sum + value;
    if (!strcmp(kind, "max")) return fmax(sum, value);
    if (!strcmp(kind, "min")) return fmin(sum, value);
    if (!strcmp(kind, "abssum")) return sum + fabs(value);
    if (!strcmp(kind, "absmax")) return fmax(sum, fabs(value));
    if (!strcmp(kind, "bitand")) return (double)((int64_t)sum & (int64_t)value);
    if (!strcmp(kind, "bitor")) return (double)((int64_t)sum | (int64_t)value);
    return (double)((int64_t)sum ^ (int64_t)value);
}

static const int source_shape[3] = {3, 4, 5};

typedef struct Reduction {
    const char *kind, *type;
    int dim;
    bool keep, clear;
} Reduction;

static void check_reduction(void **state, const Reduction *r) {
    char target[40] = "", region[90] = "";
    for (int d = 0; d < 3; d++) {
        int extent = d == r->dim ? 1 : source_shape[d];
        if (d == r->dim && !r->keep) continue;
        snprintf(target + strlen(target), 10, "%d, ", extent);
        snprintf(region + strlen(region), 30, "%sT.span(0, %d)", *region ? ", " : "", extent);
    }
    const char *text =
        arena_format(&((Context *)*state)->unit,
                     "@T.prim_func\n"
                     "def k(A: T.Tensor((3, 4, 5), \"%s\", role=\"in\"), B: T.Tensor((%s), \"%s\", role=\"inout\")):\n"
                     "    with T.Kernel(1) as (bx,):\n"
                     "        T.reduce(A[T.span(0, 3), T.span(0, 4), T.span(0, 5)], B[%s], \"%s\", %d%s)\n",
                     r->type, target, r->type, region, r->kind, r->dim, r->clear ? "" : ", clear=False");
    Kernel k = evaluated(state, text, NULL);
    int inner = 1, length = source_shape[r->dim];
    for (int d = r->dim + 1; d < 3; d++) inner *= source_shape[d];
    for (int64_t i = 0; i < 60 / length; i++) {
        double sum = input_at(&k, 1, i);
        for (int s = 0; s < length; s++) {
            double value = input_at(&k, 0, (i / inner * length + s) * inner + i % inner);
            sum = s == 0 && r->clear ? reduced(r->kind, r->kind[1] == 'i' ? value : 0, value)
                                     : reduced(r->kind, sum, value);
            if (s == 0 && r->clear && (!strcmp(r->kind, "max") || !strcmp(r->kind, "min"))) sum = value;
            if (s == 0 && r->clear && !strcmp(r->kind, "bitxor")) sum = value;
        }
        assert_true(fabs(result_at(&k, 1, i) - sum) < 1e-5);
    }
    drop_kernel(&k);
}

static void reductions(void **state) {
    static const char *const kinds[] = {"sum", "max", "min", "abssum", "absmax", "bitand", "bitor", "bitxor"};
    for (int kind = 0; kind < 8; kind++)
        for (int dim = 0; dim < 3; dim++)
            for (int flags = 0; flags < 4; flags++)
                for (int real = 0; real < (kind < 5 ? 2 : 1); real++) {
                    Reduction r = {kinds[kind], real ? "float32" : "int32", dim, flags & 1, flags & 2};
                    check_reduction(state, &r);
                }
}

static void running_sums(void **state) {
    for (int reverse = 0; reverse < 2; reverse++)
        for (int dim = 0; dim < 2; dim++) {
            const char *text = arena_format(
                &((Context *)*state)->unit,
                "@T.prim_func\n"
                "def k(A: T.Tensor((4, 5), \"int32\", role=\"in\"), B: T.Tensor((4, 5), \"int32\", role=\"out\")):\n"
                "    with T.Kernel(1) as (bx,):\n"
                "        T.cumsum(A[T.span(0, 4), T.span(0, 5)], B[T.span(0, 4), T.span(0, 5)], %d, reverse=%s)\n",
                dim, reverse ? "True" : "False");
            Kernel k = evaluated(state, text, count_up);
            int length = dim ? 5 : 4, inner = dim ? 1 : 5;
            for (int64_t i = 0; i < 20; i++) {
                int64_t place = i / inner % length;
                double sum = 0;
                for (int64_t s = reverse ? place : 0; s <= (reverse ? length - 1 : place); s++)
                    sum += input_at(&k, 0, i + (s - place) * inner);
                assert_true(result_at(&k, 1, i) == sum);
            }
            drop_kernel(&k);
        }
}

// Rounds at every addition, in the order of the blocks: in bfloat16, 256 + 1 is 256 but 1 + 1 + ... is not.
static void atomic_adds_in_order(void **state) {
    Kernel k = evaluated(
        state,
        "@T.prim_func\n"
        "def k(A: T.Tensor((4, 8), \"bfloat16\", role=\"in\"), B: T.Tensor((8,), \"bfloat16\", role=\"inout\")):\n"
        "    with T.Kernel(4) as (bx,):\n"
        "        T.atomic_add(B[T.span(0, 8)], A[T.span(bx, 1), T.span(0, 8)])\n",
        NULL);
    for (int64_t i = 0; i < 8; i++) {
        double sum = input_at(&k, 1, i);
        for (int64_t b = 0; b < 4; b++) sum = dtype_round(DTYPE_BFLOAT16, sum + input_at(&k, 0, b * 8 + i));
        assert_true(result_at(&k, 1, i) == sum);
    }
    drop_kernel(&k);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(copy_moves_and_casts),
        TEST(copy_at_edges),
        TEST(copy_of_planes),
        TEST(copy_within_a_buffer),
        TEST(fill_rounds),
        TEST(products_of_all_shapes),
        TEST(products_of_all_types),
        TEST(accumulator_rounds_at_every_gemm),
        TEST(product_of_planes),
        TEST(product_over_an_edge),
        TEST(reductions),
        TEST(running_sums),
        TEST(atomic_adds_in_order),
    };
    return cmocka_run_group_tests_name("oracle: tiles", tests, NULL, NULL);
}
