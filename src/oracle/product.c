// c += a x b in doubles. Operands are packed into panels of PRODUCT_ROWS rows and PRODUCT_COLUMNS columns, k after k,
// so that the innermost loop reads both in order and keeps its piece of c in registers.
#include <string.h>

#include "oracle/evaluate.h"

#define WIDTH   4 // doubles in a vector
#define VECTORS (PRODUCT_COLUMNS / WIDTH)

typedef double Vector __attribute__((vector_size(WIDTH * sizeof(double)), aligned(8)));

// One PRODUCT_ROWS x PRODUCT_COLUMNS piece of a x b.
static inline __attribute__((always_inline)) void multiply_panels(int64_t k, const double *a, const double *b,
                                                                  double *piece) {
    Vector sum[PRODUCT_ROWS][VECTORS] = {0};
    for (int64_t step = 0; step < k; step++, a += PRODUCT_ROWS, b += PRODUCT_COLUMNS)
        for (int row = 0; row < PRODUCT_ROWS; row++)
            for (int v = 0; v < VECTORS; v++) sum[row][v] += a[row] * ((const Vector *)b)[v];
    memcpy(piece, sum, sizeof sum);
}

static inline void add_piece(int64_t rows, int64_t columns, int64_t n, const double *piece, double *c) {
    for (int64_t row = 0; row < rows; row++)
        for (int64_t column = 0; column < columns; column++)
            c[row * n + column] += piece[row * PRODUCT_COLUMNS + column];
}

static inline __attribute__((always_inline)) void product_of(int64_t m, int64_t n, int64_t k, const double *a,
                                                             const double *b, double *c) {
    double piece[PRODUCT_ROWS * PRODUCT_COLUMNS];
    for (int64_t column = 0; column < n; column += PRODUCT_COLUMNS)
        for (int64_t row = 0; row < m; row += PRODUCT_ROWS) {
            multiply_panels(k, a + row * k, b + column * k, piece);
            add_piece(m - row < PRODUCT_ROWS ? m - row : PRODUCT_ROWS,
                      n - column < PRODUCT_COLUMNS ? n - column : PRODUCT_COLUMNS, n, piece, c + row * n + column);
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
