// Seeded inputs. Element i of a tensor is a function of (seed, place of the tensor, i) alone, in integer arithmetic, so
// the bytes are the same on every machine.
//
// Normal numbers: 48 coin flips are nearly normal (the count of ones), and 16 more bits spread each count evenly over
// the gap to the next, which makes the steps vanish: mean 0, variance 1 after scaling, excess kurtosis -0.04, no libm.
#include <math.h>
#include <string.h>

#include "data/convert.h"
#include "data/tensor.h"
#include "ir/walk.h"

#define COINS          48
#define DITHER_BITS    16
#define SMALL_INTEGERS 8 // integers are 0 to 7
#define CHUNK          1024

static uint64_t mix(uint64_t x) { // splitmix64's finalizer
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

static uint64_t random_bits(uint64_t stream, uint64_t i) { return mix(stream + i * 0x9e3779b97f4a7c15u); }

static uint64_t count_ones(uint64_t x) {
    x -= (x >> 1) & 0x5555555555555555u;
    x = (x & 0x3333333333333333u) + ((x >> 2) & 0x3333333333333333u);
    x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0fu;
    return (x * 0x0101010101010101u) >> 56;
}

static inline __attribute__((always_inline)) void normal_numbers(uint64_t stream, uint64_t first, size_t count,
                                                                 double scale, double *restrict values) {
    const int64_t middle = ((int64_t)COINS << (DITHER_BITS - 1)) + (1 << (DITHER_BITS - 1));
    for (size_t i = 0; i < count; i++) {
        uint64_t bits = random_bits(stream, first + i);
        uint64_t ones = count_ones(bits >> DITHER_BITS);
        int64_t centred = (int64_t)(ones << DITHER_BITS | (bits & 0xffff)) - middle;
        values[i] = (double)(int32_t)centred * scale;
    }
}

// Integer arithmetic and one multiplication: wider vectors give the same bytes.
#if defined(__x86_64__)
__attribute__((target("avx2"))) static void normal_numbers_avx2(uint64_t stream, uint64_t first, size_t count,
                                                                double scale, double *restrict values) {
    normal_numbers(stream, first, count, scale, values);
}

static void fill_normal(uint64_t stream, uint64_t first, size_t count, double scale, double *values) {
    if (__builtin_cpu_supports("avx2"))
        normal_numbers_avx2(stream, first, count, scale, values);
    else
        normal_numbers(stream, first, count, scale, values);
}
#else
static void fill_normal(uint64_t stream, uint64_t first, size_t count, double scale, double *values) {
    normal_numbers(stream, first, count, scale, values);
}
#endif

static void fill_float_tensor(Tensor *tensor, uint64_t stream, double scale) {
    // A count has variance COINS / 4 and the dither 1 / 12.
    double unit = scale / sqrt(COINS / 4.0 + 1.0 / 12.0) / (1 << DITHER_BITS);
    double values[CHUNK];
    for (size_t first = 0; first < tensor->count; first += CHUNK) {
        size_t count = tensor->count - first < CHUNK ? tensor->count - first : CHUNK;
        fill_normal(stream, first, count, unit, values);
        convert_from_doubles(tensor->type, values, count, tensor->data, first);
    }
}

static void fill_integer_tensor(Tensor *tensor, uint64_t stream) {
    unsigned limit = dtype_class(tensor->type) == CLASS_BOOL ? 2 : SMALL_INTEGERS;
    int64_t values[CHUNK];
    for (size_t first = 0; first < tensor->count; first += CHUNK) {
        size_t count = tensor->count - first < CHUNK ? tensor->count - first : CHUNK;
        for (size_t i = 0; i < count; i++) values[i] = (int64_t)(random_bits(stream, first + i) >> 40) & (limit - 1);
        convert_from_integers(tensor->type, values, count, tensor->data, first);
    }
}

// What decides whether products may overflow.
typedef struct Products {
    int gemms;      // T.gemm statements: at most so many products follow each other
    double largest; // largest finite number of the function's narrowest float format
} Products;

static void note_type(Products *products, DType type) {
    if (type == DTYPE_FLOAT16) products->largest = fmin(products->largest, 65504);
    if (type == DTYPE_FLOAT32 || type == DTYPE_BFLOAT16) products->largest = fmin(products->largest, 0x1p127);
}

static void note_statement(Statement *statement, void *user) {
    Products *products = user;
    if (statement->kind == STATEMENT_ALLOC) note_type(products, statement->alloc->type);
    if (statement_is(statement, IR_GEMM)) products->gemms++;
}

static double longest_dimension(const TensorSet *set, const Function *function) {
    double longest = 1;
    for (int i = 0; i < set->count; i++) {
        if (function->parameters.items[i]->role == ROLE_OUT) continue;
        for (int d = 0; d < set->tensors[i].rank; d++) longest = fmax(longest, (double)set->tensors[i].shape[d]);
    }
    return longest;
}

// A sum of L products of normal numbers has a norm of sqrt(L); g products in a row one of L^(g/2), eight times that at
// the utmost. Where the narrowest format cannot hold it, inputs are divided by sqrt(L), which keeps norms at 1.
static double input_scale(const TensorSet *set, const Function *function) {
    Products products = {.largest = 0x1p1000};
    for (int i = 0; i < set->count; i++) note_type(&products, set->tensors[i].type);
    if (function->body) walk_statements(function->body, note_statement, &products);
    double length = longest_dimension(set, function);
    double bits = 3 + 0.5 * products.gemms * log2(length);
    return products.gemms > 0 && bits > log2(products.largest) ? 1 / sqrt(length) : 1;
}

void tensors_fill_inputs(TensorSet *set, const Function *function, uint64_t seed) {
    double scale = input_scale(set, function);
    for (int i = 0; i < set->count; i++) {
        Role role = function->parameters.items[i]->role;
        if (role != ROLE_IN && role != ROLE_INOUT) continue;
        uint64_t stream = mix(mix(seed) + (uint64_t)i + 1);
        if (dtype_is_float(set->tensors[i].type))
            fill_float_tensor(&set->tensors[i], stream, scale);
        else
            fill_integer_tensor(&set->tensors[i], stream);
    }
}
