// Conformance values of pages: bytes of a tile by its shape and format, and the tiles that a tensor takes.
#include "fixture.h"
#include "ir/build.h"
#include "program/program.h"

typedef struct Case {
    int64_t rows, columns; // elements
    DType format;
    int tile; // rows and columns of a tile
    int page_bytes;
    int64_t pages;
} Case;

static PageMap map_of(Context *context, const Case *c) {
    Module *module = module_new(context, &program_instructions, 1);
    Function *function = function_new(module, name_of(context, "kernel"), (Location){0});
    const Expr *shape[] = {expr_int(module, c->rows), expr_int(module, c->columns)};
    Buffer *buffer = buffer_new(function, SCOPE_GLOBAL, name_of(context, "A"), c->format, 2, shape, (Location){0});
    buffer->has_layout = true;
    buffer->layout = (Layout){.space = SPACE_DRAM,
                              .rows_dimension = 0,
                              .columns_dimension = 1,
                              .format = c->format,
                              .tile_rows = c->tile,
                              .tile_columns = c->tile};
    return page_map(buffer);
}

static void test_page_sizes(void **state) {
    static const Case cases[] = {
        {32, 32, DTYPE_BFLOAT16, 32, 2048, 1},    {32, 32, DTYPE_FLOAT16, 32, 2048, 1},
        {32, 32, DTYPE_FLOAT32, 32, 4096, 1},     {16, 16, DTYPE_BFLOAT16, 16, 512, 1},
        {16, 16, DTYPE_FLOAT32, 16, 1024, 1},     {64, 64, DTYPE_FLOAT32, 32, 4096, 4},
        {100, 100, DTYPE_BFLOAT16, 32, 2048, 16}, {250, 250, DTYPE_BFLOAT16, 32, 2048, 64},
        {256, 256, DTYPE_BFLOAT16, 32, 2048, 64},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        PageMap map = map_of(*state, &cases[i]);
        assert_int_equal(map.page_bytes, cases[i].page_bytes);
        assert_int_equal(map.pages, cases[i].pages);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {TEST(test_page_sizes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
