// Times the units: products of blocks by every kernel that this CPU runs, vector functions, loads, packs and page
// copies.
#include "sim/units_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define PAGES 16

static float dst[PAGES * TILE_ELEMENTS] TILE_ALIGNED, other[TILE_ELEMENTS] TILE_ALIGNED;
static uint32_t pages[2][PAGES * TILE_ELEMENTS] TILE_ALIGNED;
static const UnitMode mode = {.dst_fp32 = true, .fidelity = FIDELITY_HIFI4};

static double seconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static void fill(DType format) {
    for (int side = 0; side < 2; side++) {
        for (size_t i = 0; i < PAGES * TILE_ELEMENTS; i++)
            dtype_store(format, pages[side], i, (rand() % 2001 - 1000) / 1000.0);
    }
}

// The best of five runs, in nanoseconds for one call.
static double time_calls(void (*call)(const void *), const void *argument, int count) {
    double best = 1e30;
    for (int run = 0; run < 5; run++) {
        double start = seconds();
        for (int i = 0; i < count; i++) call(argument);
        double elapsed = (seconds() - start) / count;
        best = elapsed < best ? elapsed : best;
    }
    return best * 1e9;
}

// ---------------------------------------------------------------- products

typedef struct ProductCase {
    const ProductKernel *kernel;
    ProductBlock block;
    UnitMode mode;
} ProductCase;

static void call_product(const void *argument) {
    const ProductCase *c = argument;
    unit_product_with(c->kernel, &c->block, c->mode);
}

static void time_product(const ProductKernel *kernel, DType format, int rows, int columns, bool transpose,
                         UnitMode how) {
    ProductCase c = {kernel, {dst, pages[0], pages[1], format, format, rows, columns, 1, transpose}, how};
    if (!kernel->supported() || !product_kernel_fits(kernel, &c.block, how)) return;
    memset(dst, 0, sizeof dst);
    double time = time_calls(call_product, &c, 2000);
    printf("%-13s %-9s %-5s %s%s %dx%d %8.0f ns/product %7.1f GFLOP/s\n", kernel->name, dtype_name(format),
           fidelity_name(how.fidelity), how.dst_fp32 ? "fp32" : "16bit", transpose ? " transposed" : "", rows, columns,
           time / (rows * columns), 65536.0 * rows * columns / time);
}

static void time_products(void) {
    const DType formats[] = {DTYPE_BFLOAT16, DTYPE_FLOAT32};
    const int shapes[][2] = {{1, 1}, {1, 4}, {2, 2}, {4, 2}, {2, 4}};
    const UnitMode other_modes[] = {{true, FIDELITY_HIFI2}, {true, FIDELITY_HIFI3}, {false, FIDELITY_HIFI4}};
    for (int f = 0; f < 2; f++) {
        fill(formats[f]);
        for (int i = 0; product_kernel_at(i); i++) {
            const ProductKernel *kernel = product_kernel_at(i);
            for (int s = 0; s < 5; s++) time_product(kernel, formats[f], shapes[s][0], shapes[s][1], false, mode);
            time_product(kernel, formats[f], 2, 2, true, mode);
            for (int m = 0; m < 3; m++) time_product(kernel, formats[f], 2, 2, false, other_modes[m]);
        }
    }
}

// ---------------------------------------------------------------- other units

static void call_vector(const void *argument) {
    unit_sfpu(*(const InstructionId *)argument, dst, dst + TILE_ELEMENTS, other, NULL, 1.5f, mode);
}

static void call_load(const void *argument) {
    const DType *format = argument;
    unit_load(dst, pages[0], *format, LOAD_SOURCE, false, TILE_BROADCAST_NONE, mode);
}

static void call_load_transposed(const void *argument) {
    const DType *format = argument;
    unit_load(dst, pages[0], *format, LOAD_SOURCE, true, TILE_BROADCAST_NONE, mode);
}

static void call_add(const void *argument) {
    const DType *format = argument;
    unit_fpu_binary('+', TILE_BROADCAST_ROW, dst, pages[0], *format, pages[1], *format, mode);
}

static void call_multiply(const void *argument) {
    const DType *format = argument;
    unit_fpu_binary('*', TILE_BROADCAST_NONE, dst, pages[0], *format, pages[1], *format, mode);
}

static void call_pack(const void *argument) {
    const DType *format = argument;
    unit_pack(pages[0], *format, other, false, mode);
}

typedef struct ReadCase {
    PageMap map;
    DType format;
    const void *tensor;
} ReadCase;

static void call_read(const void *argument) {
    const ReadCase *c = argument;
    for (int64_t i = 0; i < c->map.pages; i++) unit_read_page(pages[0], &c->map, c->format, c->tensor, i);
}

static void time_reads(DType format, bool transposed) {
    const int64_t side = 1024;
    void *tensor = calloc((size_t)(side * side), dtype_bytes(format));
    ReadCase c = {{.outer = 1, .tile_rows = 32, .tile_columns = 32, .rows = side, .columns = side, .pages = 1024},
                  format,
                  tensor};
    c.map.row_stride = transposed ? 1 : side;
    c.map.column_stride = transposed ? side : 1;
    if (tensor)
        printf("read page %-9s%s %21.0f ns\n", dtype_name(format), transposed ? " transposed" : "           ",
               time_calls(call_read, &c, 4) / 1024);
    free(tensor);
}

static void time_vector(void) {
    for (int i = 0; i < TILE_ELEMENTS; i++)
        dst[i] = dst[TILE_ELEMENTS + i] = other[i] = 0.25f + (float)(i % 7) * 0.125f;
    for (int id = 0; id < INSTR_COUNT; id++) {
        InstructionId instruction = (InstructionId)id;
        if (!tile_loops()->unary[id] && !tile_loops()->binary[id]) continue;
        printf("%-24s %20.0f ns\n", instruction_at(instruction)->name, time_calls(call_vector, &instruction, 500));
    }
}

int main(void) {
    time_products();
    time_vector();
    const DType formats[] = {DTYPE_BFLOAT16, DTYPE_FLOAT32};
    for (int i = 0; i < 2; i++) {
        fill(formats[i]);
        printf("load %-9s %30.0f ns\n", dtype_name(formats[i]), time_calls(call_load, &formats[i], 1000));
        printf("load %-9s transposed %19.0f ns\n", dtype_name(formats[i]),
               time_calls(call_load_transposed, &formats[i], 1000));
        printf("add rows %-9s %26.0f ns\n", dtype_name(formats[i]), time_calls(call_add, &formats[i], 1000));
        printf("multiply %-9s %26.0f ns\n", dtype_name(formats[i]), time_calls(call_multiply, &formats[i], 1000));
        printf("pack %-9s %30.0f ns\n", dtype_name(formats[i]), time_calls(call_pack, &formats[i], 1000));
        time_reads(formats[i], false);
        time_reads(formats[i], true);
    }
    return 0;
}
