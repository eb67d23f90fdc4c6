// A product kernel for operands as floats. The including file says PRODUCT_KERNEL and PRODUCT_NAME, PRODUCT_TARGET (a
// function attribute), PRODUCT_SUPPORTED, PRODUCT_LANES (floats of a vector) and PRODUCT_ROWS. A part of dst of
// PRODUCT_ROWS rows and two vectors stays in registers while in0's elements are broadcast against in1's rows.
#include "sim/units_internal.h"

typedef float Lanes __attribute__((vector_size(PRODUCT_LANES * 4), may_alias));
typedef uint32_t LaneBits __attribute__((vector_size(PRODUCT_LANES * 4)));

#define PRODUCT_COLUMNS (2 * PRODUCT_LANES)

static PRODUCT_TARGET bool has_special(const LaneBits *largest) {
    uint32_t lanes[PRODUCT_LANES], worst = 0;
    memcpy(lanes, largest, sizeof lanes);
    for (int i = 0; i < PRODUCT_LANES; i++) worst |= lanes[i];
    return worst != 0;
}

static PRODUCT_TARGET void multiply_part(float *dst, const float *in0, const float *in1) {
    Lanes sum[PRODUCT_ROWS][2];
    const LaneBits exponent = (LaneBits){0} + 0x7f800000u;
#pragma GCC unroll 16
    for (int r = 0; r < PRODUCT_ROWS; r++) {
        sum[r][0] = *(const Lanes *)(dst + r * TILE_SIZE);
        sum[r][1] = *(const Lanes *)(dst + r * TILE_SIZE + PRODUCT_LANES);
    }
    for (int k = 0; k < TILE_SIZE; k++) {
        Lanes left = *(const Lanes *)(in1 + k * TILE_SIZE),
              right = *(const Lanes *)(in1 + k * TILE_SIZE + PRODUCT_LANES);
#pragma GCC unroll 16
        for (int r = 0; r < PRODUCT_ROWS; r++) {
            float factor = in0[r * TILE_SIZE + k];
            sum[r][0] += factor * left;
            sum[r][1] += factor * right;
        }
    }
    LaneBits special = {0};
#pragma GCC unroll 16
    for (int r = 0; r < PRODUCT_ROWS; r++) {
        special |= (LaneBits)(((LaneBits)sum[r][0] & exponent) == exponent);
        special |= (LaneBits)(((LaneBits)sum[r][1] & exponent) == exponent);
    }
    if (has_special(&special)) {
        product_ordinary(dst, in0, in1, PRODUCT_ROWS, PRODUCT_COLUMNS);
        return;
    }
#pragma GCC unroll 16
    for (int r = 0; r < PRODUCT_ROWS; r++) {
        *(Lanes *)(dst + r * TILE_SIZE) = sum[r][0];
        *(Lanes *)(dst + r * TILE_SIZE + PRODUCT_LANES) = sum[r][1];
    }
}

static PRODUCT_TARGET void multiply(float *dst, const void *in0, const void *in1) {
    const float *left = in0, *right = in1;
    for (int row = 0; row < TILE_SIZE; row += PRODUCT_ROWS) {
        for (int column = 0; column < TILE_SIZE; column += PRODUCT_COLUMNS) {
            multiply_part(dst + row * TILE_SIZE + column, left + row * TILE_SIZE, right + column);
        }
    }
}

static bool supported(void) { return PRODUCT_SUPPORTED; }

const ProductKernel PRODUCT_KERNEL = {
    .name = PRODUCT_NAME,
    .supported = supported,
    .prepare_in0 = product_prepare_in0_float,
    .prepare_in1 = product_prepare_in1_float,
    .multiply = multiply,
};
