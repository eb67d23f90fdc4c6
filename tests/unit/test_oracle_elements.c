// Elementwise code. Rows of a T.Parallel loop are evaluated side by side; every body here must give the bits that the
// same body gives in serial loops, and those that plain C gives.
#include "oracle_fixture.h"

#define ROWS    5
#define COLUMNS 300 // more than a row of the oracle holds

static const char *text_of(Context *context, const char *loop, const char *body) {
    return arena_format(
        &context->unit,
        "@T.prim_func\n"
        "def k(A: T.Tensor((5, 300), \"float32\", role=\"in\"), B: T.Tensor((5, 300), \"bfloat16\", role=\"in\"),\n"
        "      I: T.Tensor((300,), \"int32\", role=\"in\"), C: T.Tensor((5, 300), \"float32\", role=\"out\"),\n"
        "      D: T.Tensor((5, 300), \"int32\", role=\"out\")):\n"
        "    with T.Kernel(1) as (bx,):\n"
        "        S = T.alloc_shared((5, 300), \"float32\")\n"
        "        R = T.alloc_fragment((300,), \"bfloat16\")\n"
        "        T.copy(A[T.span(0, 5), T.span(0, 300)], S[T.span(0, 5), T.span(0, 300)])\n"
        "        T.copy(B[T.span(2, 1), T.span(0, 300)], R[T.span(0, 300)])\n"
        "        for i in T.%s(0, 5, 1):\n"
        "            for j in T.%s(0, 300, 1):\n"
        "%s",
        loop, loop, body);
}

// Evaluates the body in both kinds of loops; the results must be the same bytes. Returns that of rows.
static Kernel both(void **state, const char *body) {
    Kernel rows = evaluated(state, text_of(*state, "parallel", body), NULL);
    Kernel serial = evaluated(state, text_of(*state, "serial", body), NULL);
    for (int t = 3; t < 5; t++)
        assert_memory_equal(rows.result.tensors.tensors[t].data, serial.result.tensors.tensors[t].data,
                            ROWS * COLUMNS * 4);
    drop_kernel(&serial);
    return rows;
}

static double a_at(const Kernel *k, int64_t i, int64_t j) { return input_at(k, 0, i * COLUMNS + j); }
static double b_at(const Kernel *k, int64_t i, int64_t j) { return input_at(k, 1, i * COLUMNS + j); }

#define EACH(k)                                                                                                        \
    for (int64_t i = 0; i < ROWS; i++)                                                                                 \
        for (int64_t j = 0; j < COLUMNS; j++)
#define IN "                "

static void arithmetic(void **state) {
    Kernel k =
        both(state, IN "C[i, j] = (S[i, j] + T.cast(R[j], \"float32\")) * 0.5 - S[i, j] / (T.abs(A[i, j]) + 1.0)\n");
    EACH(k) {
        double a = a_at(&k, i, j), expected = (a + b_at(&k, 2, j)) * 0.5 - a / (fabs(a) + 1);
        assert_true(result_at(&k, 3, i * COLUMNS + j) == (float)expected);
    }
    drop_kernel(&k);
}

static double sigmoid(double x) { return 1 / (1 + exp(-x)); }
static double inverse_root(double x) { return 1 / sqrt(x); }

static void functions(void **state) {
    static const struct {
        const char *name;
        double (*function)(double x);
    } table[] = {{"exp", exp},     {"exp2", exp2},          {"log", log},     {"log2", log2},
                 {"sqrt", sqrt},   {"rsqrt", inverse_root}, {"sin", sin},     {"cos", cos},
                 {"tanh", tanh},   {"sigmoid", sigmoid},    {"erf", erf},     {"abs", fabs},
                 {"floor", floor}, {"ceil", ceil},          {"round", round}, {"trunc", trunc}};
    for (size_t f = 0; f < sizeof table / sizeof table[0]; f++) {
        Kernel k = both(
            state, arena_format(&((Context *)*state)->unit, IN "C[i, j] = T.%s(S[i, j] * 3.0 + 0.5)\n", table[f].name));
        EACH(k) {
            float expected = (float)table[f].function(a_at(&k, i, j) * 3 + 0.5);
            float seen = (float)result_at(&k, 3, i * COLUMNS + j);
            assert_true(seen == expected || (isnan(seen) && isnan(expected)));
        }
        drop_kernel(&k);
    }
}

static void minimum_maximum_power(void **state) {
    Kernel k = both(state, IN "C[i, j] = T.max(T.min(S[i, j], A[i, 299 - j]), -0.25) + T.pow(T.abs(S[i, j]), 1.5)\n");
    EACH(k) {
        double a = a_at(&k, i, j), expected = fmax(fmin(a, a_at(&k, i, 299 - j)), -0.25) + pow(fabs(a), 1.5);
        assert_true(result_at(&k, 3, i * COLUMNS + j) == (float)expected);
    }
    drop_kernel(&k);
}

// Every store rounds to its buffer; a cast rounds where it stands.
static void casts(void **state) {
    Kernel k = both(state, IN "C[i, j] = T.cast(T.cast(S[i, j] * 1.01, \"bfloat16\"), \"float32\")\n" IN
                              "D[i, j] = T.cast(S[i, j] * 10.0, \"int32\")\n");
    EACH(k) {
        // 1.01 is a float32 constant.
        assert_true(result_at(&k, 3, i * COLUMNS + j) == dtype_round(DTYPE_BFLOAT16, a_at(&k, i, j) * (double)1.01f));
        assert_true(result_at(&k, 4, i * COLUMNS + j) == trunc(a_at(&k, i, j) * 10));
    }
    drop_kernel(&k);
}

static void integers_wrap_and_floor(void **state) {
    Kernel k =
        both(state, IN "D[i, j] = (j * 20000003 + I[j]) // 7 * ((i - 3) % 4) + ((i - j) // 5 ^ j << 3) - (-j >> 1)\n");
    EACH(k) {
        int32_t big = (int32_t)(uint32_t)(j * 20000003 + (int64_t)input_at(&k, 2, j));
        int32_t quotient = big / 7 - (big % 7 != 0 && big < 0), modulo = (int32_t)(((i - 3) % 4 + 4) % 4);
        int32_t left = (int32_t)floor((double)(i - j) / 5) ^ (int32_t)(j << 3);
        int32_t expected =
            (int32_t)((uint32_t)quotient * (uint32_t)modulo + (uint32_t)left - (uint32_t)((int32_t)-j >> 1));
        assert_true((int32_t)result_at(&k, 4, i * COLUMNS + j) == expected);
    }
    drop_kernel(&k);
}

// The side of a selection that is not taken may be out of bounds or divide by zero.
static void selections_are_lazy(void **state) {
    Kernel k = both(state, IN "C[i, j] = T.if_then_else(j >= 100, S[i, j - 100], S[i, j]) + "
                              "T.if_then_else(j + 100 < 300 and S[i, j + 100] > 0.0, 1.0, 2.0)\n" IN
                              "D[i, j] = T.if_then_else(i == 0 or 100 // i > 30, 7 // (i + 1), j % T.max(i, 1))\n");
    EACH(k) {
        double shifted = a_at(&k, i, j >= 100 ? j - 100 : j);
        double one = j + 100 < 300 && a_at(&k, i, j + 100) > 0 ? 1 : 2;
        assert_true(result_at(&k, 3, i * COLUMNS + j) == (float)(shifted + one));
        assert_true(result_at(&k, 4, i * COLUMNS + j) == (double)(i == 0 || 100 / i > 30 ? 7 / (i + 1) : j % i));
    }
    drop_kernel(&k);
}

static void branches(void **state) {
    Kernel k = both(state, IN "C[i, j] = 0.5\n" IN "if S[i, j] > 0.0:\n" IN "    if j % 2 == 0:\n" IN
                              "        C[i, j] = S[i, j - j % 2]\n" IN "    else:\n" IN
                              "        x: T.float32 = S[i, j] * 2.0\n" IN "        C[i, j] = x + 1.0\n" IN "else:\n" IN
                              "    if i == 3:\n" IN "        C[i, j] = -1.0\n");
    EACH(k) {
        double a = a_at(&k, i, j);
        double expected = a > 0 ? j % 2 ? a * 2 + 1 : a : i == 3 ? -1 : 0.5;
        assert_true(result_at(&k, 3, i * COLUMNS + j) == (float)expected);
    }
    drop_kernel(&k);
}

// Indices that are not linear, through lets, tables and rows of other tensors.
static void gathers(void **state) {
    Kernel k = both(state, IN "p: T.int32 = j * 7 % 300\n" IN "q: T.int32 = 299 - j\n" IN
                              "C[i, p] = S[(i + I[j]) % 5, q] + A[4 - i, p]\n" IN "D[4 - i, q] = I[p] * 1000 + j\n");
    EACH(k) {
        int64_t p = j * 7 % 300, q = 299 - j;
        double expected = a_at(&k, (i + (int64_t)input_at(&k, 2, j)) % 5, q) + a_at(&k, 4 - i, p);
        assert_true(result_at(&k, 4, (4 - i) * COLUMNS + q) == input_at(&k, 2, p) * 1000 + (double)j);
        assert_true(result_at(&k, 3, i * COLUMNS + p) == (float)expected);
    }
    drop_kernel(&k);
}

// Outside of a global tensor a read gives 0 and a write is dropped, in rows and in gathers.
static void edges_of_tensors(void **state) {
    Kernel k = both(state, IN "C[i - 1, j + 5] = A[i + 1, j - 3] + A[i, j * 2]\n" IN "D[i, j * 2 - 100] = j\n");
    EACH(k) {
        double seen = result_at(&k, 3, i * COLUMNS + j), expected = 0;
        int64_t r = i + 1, c = j - 5;
        if (r < 5 && c >= 0)
            expected = (r + 1 < 5 && c >= 3 ? a_at(&k, r + 1, c - 3) : 0) + (c < 150 ? a_at(&k, r, c * 2) : 0);
        assert_true(seen == (float)expected);
        assert_true(result_at(&k, 4, i * COLUMNS + j) == (double)(j % 2 == 0 ? (j + 100) / 2 : 0));
        assert_true(k.result.written[3][i * COLUMNS + j] == (i < 4 && j >= 5));
    }
    assert_int_equal(k.result.never_written, 300 + 4 * 5 + 5 * 150);
    drop_kernel(&k);
}

// Loops and variables within a row: each lane has its own.
static void loops_in_rows(void **state) {
    Kernel k =
        both(state, IN "acc = T.alloc_var(\"float32\")\n" IN "acc[()] = 0.0\n" IN "for n in T.serial(1, 4, 2):\n" IN
                       "    if S[i, j] > 0.0:\n" IN "        acc[()] = acc[()] + A[i, (j + n) % 300]\n" IN
                       "    y: T.float32 = acc[()]\n" IN "    acc[()] = y * 0.5\n" IN "C[i, j] = acc[()]\n");
    EACH(k) {
        double acc = 0;
        for (int64_t n = 1; n < 9; n += 2) {
            if (a_at(&k, i, j) > 0) acc = (float)(acc + a_at(&k, i, (j + n) % 300));
            acc = (float)(acc * 0.5);
        }
        assert_true(result_at(&k, 3, i * COLUMNS + j) == acc);
    }
    drop_kernel(&k);
}

// Bodies that rows do not take: bounds that differ from lane to lane, while, break, operations and buffers of their
// own.
static void bodies_lane_by_lane(void **state) {
    Kernel k = both(state, IN "acc = T.alloc_var(\"int32\")\n" IN "T.fill(acc[()], 0)\n" IN
                              "for n in T.serial(0, j % 7 + i, 1):\n" IN "    if n == 5:\n" IN "        break\n" IN
                              "    if n == 1:\n" IN "        continue\n" IN "    acc[()] = acc[()] + n * j\n" IN
                              "while acc[()] > 50:\n" IN "    acc[()] = acc[()] - 50\n" IN
                              "P = T.alloc_local((2,), \"int32\")\n" IN "P[0] = acc[()]\n" IN
                              "T.copy(P[T.span(0, 1)], P[T.span(1, 1)])\n" IN "D[i, j] = P[1]\n");
    EACH(k) {
        int64_t acc = 0;
        for (int64_t n = 0; n < j % 7 + i && n != 5; n++) acc += n == 1 ? 0 : n * j;
        while (acc > 50) acc -= 50;
        assert_true(result_at(&k, 4, i * COLUMNS + j) == (double)acc);
    }
    drop_kernel(&k);
}

// A row that only partly lies in its buffer, backwards and forwards, on chip.
static void strided_rows(void **state) {
    Kernel k = both(state, IN "if j < 100:\n" IN "    C[i, j] = S[4 - i, 299 - 2 * j] + S[i, j * 3]\n");
    EACH(k) {
        double expected = j < 100 ? a_at(&k, 4 - i, 299 - 2 * j) + a_at(&k, i, j * 3) : 0;
        assert_true(result_at(&k, 3, i * COLUMNS + j) == (float)expected);
    }
    drop_kernel(&k);
}

static void booleans(void **state) {
    Kernel k = both(state, IN "p: T.bool = S[i, j] > 0.0 and not j % 3 == 0 or S[i, j] < -1.0\n" IN
                              "D[i, j] = T.cast(p, \"int32\") + T.cast(T.cast(S[i, j], \"bool\"), \"int32\") * 2\n");
    EACH(k) {
        double a = a_at(&k, i, j);
        assert_true(result_at(&k, 4, i * COLUMNS + j) == ((a > 0 && j % 3 != 0) || a < -1) + 2 * (a != 0));
    }
    drop_kernel(&k);
}

static void specials(void **state) {
    Kernel k = both(state, IN "C[i, j] = T.if_then_else(j == 0, T.float32(\"inf\"), T.if_then_else(j == 1, "
                              "S[i, j] / (S[i, j] - S[i, j]), T.exp(T.float32(\"-inf\"))))\n");
    for (int64_t i = 0; i < ROWS; i++) {
        assert_true(isinf(result_at(&k, 3, i * COLUMNS)));
        assert_true(isinf(result_at(&k, 3, i * COLUMNS + 1)));
        assert_true(result_at(&k, 3, i * COLUMNS + 2) == 0);
    }
    drop_kernel(&k);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(arithmetic),
        TEST(functions),
        TEST(minimum_maximum_power),
        TEST(casts),
        TEST(integers_wrap_and_floor),
        TEST(selections_are_lazy),
        TEST(branches),
        TEST(gathers),
        TEST(edges_of_tensors),
        TEST(loops_in_rows),
        TEST(bodies_lane_by_lane),
        TEST(strided_rows),
        TEST(booleans),
        TEST(specials),
    };
    return cmocka_run_group_tests_name("oracle: elements", tests, NULL, NULL);
}
