// What the oracle says of precision: results as a chip would round them pass the rule, wrong ones do not.
#include "oracle_fixture.h"

#define M 32
#define N 32
#define K 1024

// Round of a value as a chip's format leaves it.
typedef double (*Rounding)(double value);
static double exactly(double value) { return value; }
static double to_float(double value) { return (float)value; }
static double to_bf16(double value) { return dtype_round(DTYPE_BFLOAT16, value); }

static double cut_bits(double value, uint32_t mask) {
    float single = (float)value;
    uint32_t bits;
    memcpy(&bits, &single, sizeof bits);
    bits &= mask;
    memcpy(&single, &bits, sizeof single);
    return single;
}
static double to_tf32(double value) { return cut_bits(value, 0xffffe000u); }
static double to_six_bits(double value) { return cut_bits(value, 0xfffe0000u); }

typedef struct Chip {
    Rounding operand, step, result;
    int skip; // terms left out
    double scale;
    int inner; // terms between two roundings of a sum
} Chip;

static const char *product_text(Context *context, const char *operand, const char *accumulator, const char *epilogue) {
    return arena_format(
        &context->unit,
        "@T.prim_func\n"
        "def k(A: T.Tensor((32, 1024), \"%s\", role=\"in\"), B: T.Tensor((1024, 32), \"%s\", role=\"in\"),\n"
        "      C: T.Tensor((32, 32), \"%s\", role=\"out\")):\n"
        "    with T.Kernel(1) as (bx,):\n"
        "        L = T.alloc_fragment((32, 32), \"%s\")\n"
        "        T.fill(L[T.span(0, 32), T.span(0, 32)], 0.0)\n"
        "        for k in T.Pipelined(0, 32, 1, num_stages=2):\n"
        "            T.gemm(A[T.span(0, 32), T.span(k * 32, 32)], B[T.span(k * 32, 32), T.span(0, 32)],\n"
        "                   L[T.span(0, 32), T.span(0, 32)])\n"
        "%s"
        "        T.copy(L[T.span(0, 32), T.span(0, 32)], C[T.span(0, 32), T.span(0, 32)])\n",
        operand, operand, operand, accumulator, epilogue);
}

// The product as that chip would compute it, in place of the kernel's C.
static Tensor chip_product(const Kernel *k, const Chip *chip, float *room) {
    Tensor result = k->result.tensors.tensors[2];
    for (int64_t i = 0; i < M * N; i++) {
        double sum = 0;
        for (int64_t s = chip->skip; s < K; s++) {
            sum += chip->operand(input_at(k, 0, i / N * K + s)) * chip->operand(input_at(k, 1, s * N + i % N));
            if (s % chip->inner == chip->inner - 1) sum = chip->step(sum);
        }
        dtype_store(result.type, room, (size_t)i, chip->result(sum * chip->scale));
    }
    result.data = room;
    return result;
}

static bool passes(const Kernel *k, const Chip *chip) {
    static float room[M * N];
    Tensor result = chip_product(k, chip, room);
    Comparison c = compare_tensors(&result, &k->result.tensors.tensors[2], NULL, &k->result.precision[2], 0);
    return c.pass;
}

static void bf16_product(void **state) {
    Kernel k = evaluated(state, product_text(*state, "bfloat16", "float32", ""), NULL);
    assert_true(passes(&k, &(Chip){exactly, to_float, to_bf16, 0, 1, 1}));
    assert_false(passes(&k, &(Chip){exactly, to_float, to_bf16, 32, 1, 1})); // a whole inner step is missing
    assert_false(passes(&k, &(Chip){exactly, to_float, to_bf16, 0, 1.1, 1}));
    const Precision *p = &k.result.precision[2];
    assert_true(p->storage_roundoff == 0x1p-8 && p->accumulator_roundoff == 0x1p-24 && p->operand_roundoff == 0);
    assert_true(p->reduction_length == K);
    assert_true(fabs(p->magnitude - sqrt(K)) < 5); // terms are products of normal numbers
    drop_kernel(&k);
}

// A 16-bit accumulator rounds at every inner step of 32 terms.
static void narrow_accumulator(void **state) {
    Kernel k = evaluated(state, product_text(*state, "bfloat16", "bfloat16", ""), NULL);
    assert_true(k.result.precision[2].accumulator_roundoff == 0x1p-8);
    assert_true(passes(&k, &(Chip){exactly, to_bf16, to_bf16, 0, 1, 32}));
    assert_false(passes(&k, &(Chip){exactly, to_bf16, to_bf16, 32, 1, 32})); // a single inner step is missing
    assert_false(passes(&k, &(Chip){exactly, to_bf16, to_bf16, 0, 1.1, 32}));
    Kernel wide = evaluated(state, product_text(*state, "bfloat16", "float32", ""), NULL);
    assert_false(passes(&wide, &(Chip){exactly, to_bf16, to_bf16, 0, 1, 1})); // not what a float32 accumulator allows
    drop_kernel(&wide);
    drop_kernel(&k);
}

static void operands_cut_off(void **state) {
    Kernel k = evaluated(state, product_text(*state, "float32", "float32", ""), NULL);
    assert_true(passes(&k, &(Chip){to_tf32, to_float, to_float, 0, 1, 1}));
    assert_false(passes(&k, &(Chip){to_bf16, to_float, to_float, 128, 1, 1}));
    assert_true(k.result.precision[2].operand_roundoff > 0x1p-10);
    drop_kernel(&k);
    Kernel low = {.text = product_text(*state, "bfloat16", "float32", ""), .options = {.operand_roundoff = 0x1p-7}};
    assert_works(*state, run_kernel, &low);
    assert_true(passes(&low, &(Chip){to_six_bits, to_float, to_bf16, 0, 1, 1}));
    assert_false(passes(&low, &(Chip){to_six_bits, to_float, to_bf16, 32, 1, 1}));
    assert_false(passes(&low, &(Chip){to_six_bits, to_float, to_bf16, 0, 1.05, 1}));
    drop_kernel(&low);
}

// What comes behind a product makes its errors as much larger or smaller as the product itself.
static void epilogues_scale_errors(void **state) {
    Kernel plain = evaluated(state, product_text(*state, "float32", "float32", ""), NULL);
    Kernel scaled = evaluated(state,
                              product_text(*state, "float32", "float32",
                                           "        for i in T.parallel(0, 32, 1):\n"
                                           "            for j in T.parallel(0, 32, 1):\n"
                                           "                L[i, j] = T.max(L[i, j] * 0.001, -1000.0)\n"),
                              NULL);
    double ratio = scaled.result.precision[2].error / plain.result.precision[2].error;
    assert_true(ratio > 0.0005 && ratio < 0.002);
    assert_true(passes(&scaled, &(Chip){to_tf32, to_float, to_float, 0, 0.001, 1}));
    drop_kernel(&plain);
    drop_kernel(&scaled);
}

#define ELEMENTWISE(type, value)                                                                                       \
    "@T.prim_func\n"                                                                                                   \
    "def k(A: T.Tensor((64, 64), \"" type "\", role=\"in\"), B: T.Tensor((64, 64), \"" type "\", role=\"in\"),\n"      \
    "      C: T.Tensor((64, 64), \"" type "\", role=\"out\")):\n"                                                      \
    "    with T.Kernel(1) as (bx,):\n"                                                                                 \
    "        for i in T.parallel(0, 64, 1):\n"                                                                         \
    "            for j in T.parallel(0, 64, 1):\n"                                                                     \
    "                C[i, j] = " value "\n"

static void what_is_exact(void **state) {
    static const char *const texts[] = {
        ELEMENTWISE("bfloat16", "A[j, i]"),
        ELEMENTWISE("float32", "T.max(-A[i, j], T.abs(B[i, j]))"),
        ELEMENTWISE("bfloat16", "T.if_then_else(i < j, A[i, j], B[i, 0])"),
        ELEMENTWISE("bfloat16", "T.cast(T.cast(A[i, j], \"float32\"), \"bfloat16\")"),
        ELEMENTWISE("int32", "A[i, j] * B[i, j]"),
        ELEMENTWISE("float32", "0.5"),
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        Kernel k = evaluated(state, texts[i], NULL);
        assert_true(k.result.precision[2].error == 0 && k.result.precision[2].storage_roundoff == 0);
        drop_kernel(&k);
    }
}

// Every operation may round to 16 bits where no buffer is wider.
static void narrow_operations(void **state) {
    Kernel k = evaluated(
        state, ELEMENTWISE("bfloat16", "(A[i, j] + B[i, j]) * A[i, j] + B[j, i] / (T.abs(A[i, j]) + T.bfloat16(1.0))"),
        NULL);
    static uint16_t room[64 * 64];
    Tensor chip = k.result.tensors.tensors[2];
    for (int64_t i = 0; i < 64 * 64; i++) {
        double a = input_at(&k, 0, i), b = input_at(&k, 1, i), t = input_at(&k, 1, i % 64 * 64 + i / 64);
        double quotient = to_bf16(t / to_bf16(fabs(a) + 1));
        dtype_store(DTYPE_BFLOAT16, room, (size_t)i, to_bf16(to_bf16(to_bf16(a + b) * a) + quotient));
    }
    chip.data = room;
    const Tensor *reference = &k.result.tensors.tensors[2];
    Comparison c = compare_tensors(&chip, reference, NULL, &k.result.precision[2], 0);
    assert_true(c.pass);
    assert_true(c.tolerance < 0.1 * c.max_abs_error / c.max_rel_error); // ten percent of the largest element
    drop_kernel(&k);
}

static void steep_functions(void **state) {
    Kernel flat = evaluated(state, ELEMENTWISE("float32", "T.exp((A[i, j] + B[i, j]) * 0.01)"), NULL);
    Kernel steep = evaluated(state, ELEMENTWISE("float32", "T.exp((A[i, j] + B[i, j]) * 10.0) * 1e-20"), NULL);
    assert_true(flat.result.precision[2].error < 4e-7);
    Comparison c = compare_tensors(&steep.result.tensors.tensors[2], &steep.result.tensors.tensors[2], NULL,
                                   &steep.result.precision[2], 0);
    double largest = 0;
    for (int64_t i = 0; i < 4096; i++) largest = fmax(largest, result_at(&steep, 2, i));
    assert_true(c.tolerance > 10 * 0x1p-24 * largest); // an error of the exponent counts as often as it is large
    drop_kernel(&flat);
    drop_kernel(&steep);
}

// ---------------------------------------------------------------- sampling

#define BLOCKS(body)                                                                                                   \
    "@T.prim_func\n"                                                                                                   \
    "def k(A: T.Tensor((64, 64), \"float32\", role=\"in\"), C: T.Tensor((64, 64), \"float32\", role=\"inout\")):\n"    \
    "    with T.Kernel(8, 8) as (bx, by):\n" body

#define DOUBLED                                                                                                        \
    "        for i in T.parallel(0, 8, 1):\n"                                                                          \
    "            for j in T.parallel(0, 8, 1):\n"                                                                      \
    "                C[by * 8 + i, bx * 8 + j] = A[by * 8 + i, bx * 8 + j] * 2.0\n"

static void a_sample_of_blocks(void **state) {
    Kernel all = evaluated(state, BLOCKS(DOUBLED), NULL);
    assert_false(all.result.sampled);
    assert_true(all.result.operations == 4096);
    Kernel k = {.text = BLOCKS(DOUBLED), .options = {.operation_limit = 640, .seed = 5}};
    assert_works(*state, run_kernel, &k);
    assert_true(k.result.sampled);
    assert_int_equal(k.result.blocks_run, 10);
    assert_int_equal(k.result.blocks_total, 64);
    assert_true(k.result.operations == 4096);
    const uint8_t *written = k.result.written[1];
    int64_t count = 0;
    for (int64_t i = 0; i < 4096; i++) {
        count += written[i];
        assert_int_equal(written[i], written[i / 512 * 512 + i % 64 / 8 * 8]); // whole blocks
        if (written[i]) assert_true(result_at(&k, 1, i) == result_at(&all, 1, i));
    }
    assert_int_equal(count, 640);
    assert_true(written[0] && written[4095]); // the first and the last block
    assert_true(compare_tensors(&all.result.tensors.tensors[1], &k.result.tensors.tensors[1], written,
                                &k.result.precision[1], 0)
                    .pass);
    Kernel other = {.text = BLOCKS(DOUBLED), .options = {.operation_limit = 640, .seed = 6, .threads = 1}};
    assert_works(*state, run_kernel, &other);
    assert_memory_not_equal(other.result.written[1], written, 4096);
    drop_kernel(&other);
    drop_kernel(&k);
    drop_kernel(&all);
}

static void what_is_never_sampled(void **state) {
    static const char *const texts[] = {
        BLOCKS("        T.atomic_add(C[T.span(bx, 1), T.span(by, 1)], A[T.span(bx, 1), T.span(by, 1)])\n"),
        BLOCKS("        C[by, bx] = C[by, bx] + A[by, bx] * 2.0\n"),
        BLOCKS("        C[by, bx] = A[by, bx] * 2.0\n"
               "    with T.Kernel(8) as (cx,):\n"
               "        C[cx + 32, 0] = C[0, cx] * 2.0\n"),
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        Kernel k = {.text = texts[i], .options = {.operation_limit = 1}};
        assert_works(*state, run_kernel, &k);
        assert_false(k.result.sampled);
        assert_int_equal(k.result.blocks_run, k.result.blocks_total);
        drop_kernel(&k);
    }
}

static void within_the_limit(void **state) {
    Kernel k = {.text = BLOCKS(DOUBLED), .options = {.operation_limit = 4096}};
    assert_works(*state, run_kernel, &k);
    assert_false(k.result.sampled);
    assert_int_equal(k.result.blocks_run, 64);
    assert_true(k.result.operations == 4096);
    drop_kernel(&k);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(bf16_product),          TEST(narrow_accumulator), TEST(operands_cut_off), TEST(epilogues_scale_errors),
        TEST(what_is_exact),         TEST(narrow_operations),  TEST(steep_functions),  TEST(a_sample_of_blocks),
        TEST(what_is_never_sampled), TEST(within_the_limit),
    };
    return cmocka_run_group_tests_name("oracle: precision", tests, NULL, NULL);
}
