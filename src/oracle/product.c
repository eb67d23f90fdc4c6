// c += a x b in doubles. Operands are packed into panels of BLOCK_ROWS rows and BLOCK_COLUMNS columns, k after k, so
// that the innermost loop reads both in order and keeps its piece of c in registers.
#include <string.h>

#include "oracle/evaluate.h"

#define WIDTH         4 // doubles in a vector
#define BLOCK_ROWS    4
#define BLOCK_VECTORS 3
#define BLOCK_COLUMNS (BLOCK_VECTORS * WIDTH)

typedef double Vector __attribute__((vector_size(WIDTH * sizeof(double)), aligned(8)));

static int64_t panels(int64_t size, int64_t block) { return (size + block - 1) / block; }

size_t product_a_count(int64_t m, int64_t k) { return (size_t)(panels(m, BLOCK_ROWS) * BLOCK_ROWS * k); }
size_t product_b_count(int64_t n, int64_t k) { return (size_t)(panels(n, BLOCK_COLUMNS) * BLOCK_COLUMNS * k); }

size_t product_a_place(int64_t k, int64_t row, int64_t step) {
    return (size_t)((row / BLOCK_ROWS * k + step) * BLOCK_ROWS + row % BLOCK_ROWS);
}

size_t product_b_place(int64_t k, int64_t column, int64_t step) {
    return (size_t)((column / BLOCK_COLUMNS * k + step) * BLOCK_COLUMNS + column % BLOCK_COLUMNS);
}

// One BLOCK_ROWS x BLOCK_COLUMNS piece of a x b.
static inline __attribute__((always_inline)) void multiply_panels(int64_t k, const double *a, const double *b,
                                                                  double *piece) {
    Vector sum[BLOCK_ROWS][BLOCK_VECTORS] = {0};
    for (int64_t step = 0; step < k; step++, a += BLOCK_ROWS, b += BLOCK_COLUMNS)
        for (int row = 0; row < BLOCK_ROWS; row++)
            for (int v = 0; v < BLOCK_VECTORS; v++) sum[row][v] += a[row] * ((const Vector *)b)[v];
    memcpy(piece, sum, sizeof sum);
}

static inline void add_piece(int64_t rows, int64_t columns, int64_t n, const double *piece, double *c) {
    for (int64_t row = 0; row < rows; row++)
        for (int64_t column = 0; column < columns; column++) c[row * n + column] += piece[row * BLOCK_COLUMNS + column];
}

static inline __attribute__((always_inline)) void product_of(int64_t m, int64_t n, int64_t k, const double *a,
                                                             const double *b, double *c) {
    double piece[BLOCK_ROWS * BLOCK_COLUMNS];
    for (int64_t column = 0; column < n; column += BLOCK_COLUMNS)
        for (int64_t row = 0; row < m; row += BLOCK_ROWS) {
            multiply_panels(k, a + row * k, b + column * k, piece);
            add_piece(m - row < BLOCK_ROWS ? m - row : BLOCK_ROWS,
                      n - column < BLOCK_COLUMNS ? n - column : BLOCK_COLUMNS, n, piece, c + row * n + column);
        }
}

#if defined(__x86_64__)
__attribute__((target("avx2,fma"))) static void product_avx2(int64_t m, int64_t n, int64_t k, const double *a,
                                                             const double *b, double *c) {
    product_of(m, n, k, a, b, c);
}

void product(int64_t m, int64_t n, int64_t k, const double *a, const double *b, double *c) {
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        product_avx2(m, n, k, a, b, c);
    else
        product_of(m, n, k, a, b, c);
}
#else
void product(int64_t m, int64_t n, int64_t k, const double *a, const double *b, double *c) {
    product_of(m, n, k, a, b, c);
}
#endif
