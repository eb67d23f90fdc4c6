// Pages of host tensors: every kind of map read and written, edges, element sizes, and the stores of the movers.
#include "sim/units_internal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static uint64_t page[TILE_ELEMENTS] TILE_ALIGNED;

static PageMap plane_map(int64_t rows, int64_t columns, int64_t row_stride, int64_t column_stride) {
    PageMap map = {
        .outer = 1, .rows = rows, .columns = columns, .row_stride = row_stride, .column_stride = column_stride};
    map.tile_height = map.tile_width = TILE_SIZE;
    map.tile_rows = (rows + TILE_SIZE - 1) / TILE_SIZE, map.tile_columns = (columns + TILE_SIZE - 1) / TILE_SIZE;
    map.pages = map.tile_rows * map.tile_columns;
    return map;
}

static PageMap with_outer(PageMap map, int64_t extent0, int64_t stride0, int64_t extent1, int64_t stride1) {
    map.outer_rank = 2;
    map.outer_extent[0] = extent0, map.outer_stride[0] = stride0;
    map.outer_extent[1] = extent1, map.outer_stride[1] = stride1;
    map.outer = extent0 * extent1;
    map.pages *= map.outer;
    return map;
}

// The element of the host's array that lies at [row, column] of page `index`; -1 beyond the edge.
static int64_t element_of(const PageMap *map, int64_t index, int row, int column) {
    int64_t column_tile = index % map->tile_columns, row_tile = index / map->tile_columns % map->tile_rows;
    int64_t outer = index / map->tile_columns / map->tile_rows, offset = 0;
    if (map->outer_rank == 2) {
        offset =
            outer / map->outer_extent[1] * map->outer_stride[0] + outer % map->outer_extent[1] * map->outer_stride[1];
    }
    int64_t r = row_tile * TILE_SIZE + row, c = column_tile * TILE_SIZE + column;
    return r < map->rows && c < map->columns ? offset + r * map->row_stride + c * map->column_stride : -1;
}

static void expect_page(const PageMap *map, DType format, const void *tensor, int64_t index) {
    for (int i = 0; i < TILE_ELEMENTS; i++) {
        int64_t element = element_of(map, index, i / TILE_SIZE, i % TILE_SIZE);
        double seen = dtype_load(format, page, (size_t)i);
        if (element >= 0)
            assert_true(seen == dtype_load(format, tensor, (size_t)element));
        else
            assert_true(seen > 50); // no value of a test is
    }
}

// Reads every page, writes it into a second array: both must hold the same afterwards, and nothing else.
static void check_map(PageMap map, DType format, size_t elements) {
    size_t bytes = elements * dtype_bytes(format);
    char *tensor = malloc(bytes), *copy = calloc(1, bytes);
    assert_true(tensor && copy);
    for (size_t i = 0; i < elements; i++) dtype_store(format, tensor, i, (double)(1 + i % 31));
    for (int64_t i = 0; i < map.pages; i++) {
        memset(page, 0, sizeof page);
        unit_read_page(page, &map, format, tensor, i);
        expect_page(&map, format, tensor, i);
        unit_write_page(page, &map, format, copy, i);
    }
    assert_memory_equal(tensor, copy, bytes);
    free(tensor);
    free(copy);
}

static void test_planes(void **state) {
    (void)state;
    const DType formats[] = {DTYPE_BFLOAT16, DTYPE_FLOAT32, DTYPE_INT8, DTYPE_INT64, DTYPE_FLOAT16, DTYPE_UINT32};
    for (int f = 0; f < 6; f++) {
        check_map(plane_map(64, 96, 96, 1), formats[f], 64 * 96);
        check_map(plane_map(70, 33, 33, 1), formats[f], 70 * 33);
        check_map(plane_map(70, 33, 1, 70), formats[f], 70 * 33);
        check_map(plane_map(64, 32, 1, 64), formats[f], 64 * 32);
        check_map(plane_map(1, 1, 1, 1), formats[f], 1);
    }
}

static void test_vectors(void **state) {
    (void)state;
    check_map(plane_map(1, 100, 0, 1), DTYPE_BFLOAT16, 100);
    check_map(plane_map(100, 1, 1, 0), DTYPE_FLOAT32, 100);
}

static void test_outer_dimensions(void **state) {
    (void)state;
    check_map(with_outer(plane_map(40, 35, 35, 1), 2, 3 * 40 * 35, 3, 40 * 35), DTYPE_BFLOAT16, 2 * 3 * 40 * 35);
    // [rows, 2, columns, 3] with its plane on dimensions 0 and 2
    check_map(with_outer(plane_map(33, 40, 240, 3), 2, 120, 3, 1), DTYPE_FLOAT32, 33 * 240);
    // [2, columns, 3, rows]: the plane transposed
    check_map(with_outer(plane_map(33, 40, 1, 99), 2, 40 * 99, 3, 33), DTYPE_BFLOAT16, 2 * 40 * 99);
}

static void test_edge_values_are_finite_in_products(void **state) {
    (void)state;
    const uint16_t one = 0x3f80;
    PageMap map = plane_map(1, 1, 1, 1);
    unit_read_page(page, &map, DTYPE_BFLOAT16, &one, 0);
    double edge = dtype_load(DTYPE_BFLOAT16, page, 5);
    assert_true(edge > 1e25 && edge * 1e6 < 3e38);
}

static void test_fill(void **state) {
    (void)state;
    const DType formats[] = {DTYPE_BFLOAT16, DTYPE_FLOAT32, DTYPE_INT32, DTYPE_UINT8, DTYPE_BOOL};
    for (int f = 0; f < 5; f++) {
        unit_fill_page(page, formats[f], 1);
        for (size_t i = 0; i < TILE_ELEMENTS; i++) assert_true(dtype_load(formats[f], page, i) == 1);
    }
}

static void check_edge(int rows, int columns) {
    unit_fill_page(page, DTYPE_BFLOAT16, 2);
    unit_fill_page_edge(page, DTYPE_BFLOAT16, rows, columns, -1);
    for (int i = 0; i < TILE_ELEMENTS; i++) {
        bool kept = i / TILE_SIZE < rows && i % TILE_SIZE < columns;
        assert_true(dtype_load(DTYPE_BFLOAT16, page, (size_t)i) == (kept ? 2 : -1));
    }
}

static void test_fill_edge(void **state) {
    (void)state;
    const int sizes[] = {-3, 0, 1, 17, 31, 32, 40};
    for (int r = 0; r < 7; r++) {
        for (int c = 0; c < 7; c++) check_edge(sizes[r], sizes[c]);
    }
}

static void test_fill_index(void **state) {
    (void)state;
    const DType formats[] = {DTYPE_BFLOAT16, DTYPE_FLOAT32, DTYPE_INT32};
    for (int f = 0; f < 6; f++) {
        unit_fill_page_index(page, formats[f / 2], f % 2);
        for (int i = 0; i < TILE_ELEMENTS; i++) {
            int expected = f % 2 ? i / TILE_SIZE : i % TILE_SIZE;
            assert_true(dtype_load(formats[f / 2], page, (size_t)i) == expected);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_planes),
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_outer_dimensions),
        cmocka_unit_test(test_edge_values_are_finite_in_products),
        cmocka_unit_test(test_fill),
        cmocka_unit_test(test_fill_edge),
        cmocka_unit_test(test_fill_index),
    };
    return cmocka_run_group_tests_name("sim units: pages", tests, NULL, NULL);
}
