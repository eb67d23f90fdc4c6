// Pages of tensors: how tiles are numbered and where they are kept, against enumeration.
#include "fixture.h"

#include <stdlib.h>

#include "ir/build.h"
#include "program/program.h"

#define NOT_SHARDED                                                                                                    \
    MEMORY_INTERLEAVED, { 0, 0, 0, 0, false }

enum { MAX_PAGES = 4096 };

typedef struct Case {
    int64_t outer, rows, columns; // elements
    int tile_height, tile_width;
    TileOrder order;
    Space space;
    MemoryLayout memory;
    Shard shard;
} Case;

static Buffer *new_tensor(Context *context, const Case *c) {
    Module *module = module_new(context, &program_instructions, 1);
    Function *function = function_new(module, name_of(context, "kernel"), (Location){0});
    const Expr *shape[] = {expr_int(module, c->outer), expr_int(module, c->rows), expr_int(module, c->columns)};
    Buffer *buffer = buffer_new(function, SCOPE_GLOBAL, name_of(context, "A"), DTYPE_BFLOAT16, 3, shape, (Location){0});
    buffer->has_layout = true;
    buffer->layout = (Layout){.space = c->space,
                              .memory = c->memory,
                              .rows_dimension = 1,
                              .columns_dimension = 2,
                              .format = DTYPE_BFLOAT16,
                              .tile_rows = c->tile_height,
                              .tile_columns = c->tile_width,
                              .shard = c->shard,
                              .tile_order = c->order};
    return buffer;
}

static PageMap map_of(Context *context, const Case *c) { return page_map(new_tensor(context, c)); }

static Target chip_of(int columns, int rows, int banks) {
    return (Target){.grid_columns = columns, .grid_rows = rows, .dram_banks = banks};
}

static int64_t tiles(int64_t elements, int64_t side) { return (elements + side - 1) / side; }

// The tiles of a plane in the order of their numbers, as {row, column}.
typedef struct Walk {
    int64_t rows, columns, count;
    int64_t place[MAX_PAGES][2];
} Walk;

static void visit(Walk *walk, int64_t row, int64_t column) {
    walk->place[walk->count][0] = row;
    walk->place[walk->count++][1] = column;
}

// Quarters of the plane, each walked the same way, until one side is a single tile.
static void walk_quarters(Walk *walk, int64_t row, int64_t column, int64_t rows, int64_t columns) {
    if (rows == 1 || columns == 1) {
        for (int64_t r = 0; r < rows; r++)
            for (int64_t c = 0; c < columns; c++) visit(walk, row + r, column + c);
        return;
    }
    int64_t low = rows < columns ? rows : columns; // the largest square
    for (int64_t r = 0; r < rows; r += low)
        for (int64_t c = 0; c < columns; c += low)
            for (int64_t i = 0; i < 4; i++)
                walk_quarters(walk, row + r + i / 2 * low / 2, column + c + i % 2 * low / 2, low / 2, low / 2);
}

static void walk_shards(Walk *walk, const Shard *shard, int64_t height, int64_t width) {
    int64_t down = walk->rows / height, across = walk->columns / width;
    for (int64_t n = 0; n < down * across; n++) {
        int64_t i = shard->column_major ? n % down : n / across, j = shard->column_major ? n / down : n % across;
        for (int64_t r = 0; r < height; r++)
            for (int64_t c = 0; c < width; c++) visit(walk, i * height + r, j * width + c);
    }
}

static void assert_numbers(const PageMap *map, const Walk *walk) {
    assert_int_equal(map->pages, walk->count);
    for (int64_t page = 0; page < walk->count; page++) {
        int64_t row = walk->place[page][0];
        TilePlace tile = {row / map->tile_rows, row % map->tile_rows, walk->place[page][1]};
        assert_int_equal(page_of_tile(map, tile), page);
        TilePlace back = tile_of_page(map, page);
        assert_int_equal(back.outer, tile.outer);
        assert_int_equal(back.row, tile.row);
        assert_int_equal(back.column, tile.column);
    }
}

static void test_rows_and_columns(void **state) {
    static const int sides[][2] = {{32, 32}, {16, 32}, {32, 16}, {16, 16}};
    for (int s = 0; s < 4; s++)
        for (int by_columns = 0; by_columns < 2; by_columns++) {
            Case c = {2,           100,         70,
                      sides[s][0], sides[s][1], by_columns ? ORDER_COLUMN_MAJOR : ORDER_ROW_MAJOR,
                      SPACE_DRAM,  NOT_SHARDED};
            PageMap map = map_of(*state, &c);
            int64_t rows = tiles(100, sides[s][0]), columns = tiles(70, sides[s][1]);
            Walk walk = {.rows = rows * 2, .columns = columns};
            for (int64_t o = 0; o < 2; o++)
                for (int64_t i = 0; i < rows * columns; i++)
                    visit(&walk, o * rows + (by_columns ? i % rows : i / columns), by_columns ? i / rows : i % columns);
            assert_numbers(&map, &walk);
            assert_int_equal(map.page_bytes, 2 * sides[s][0] * sides[s][1]);
        }
}

static void test_z_order(void **state) {
    static const int64_t planes[][2] = {{1, 1}, {4, 4}, {8, 2}, {2, 16}, {1, 8}, {8, 1}, {16, 16}};
    for (size_t i = 0; i < sizeof planes / sizeof *planes; i++) {
        Case c = {3, planes[i][0] * 32, planes[i][1] * 32, 32, 32, ORDER_Z, SPACE_DRAM, NOT_SHARDED};
        PageMap map = map_of(*state, &c);
        static Walk walk;
        walk = (Walk){0};
        for (int64_t o = 0; o < 3; o++) walk_quarters(&walk, o * planes[i][0], 0, planes[i][0], planes[i][1]);
        assert_numbers(&map, &walk);
    }
}

// ---------------------------------------------------------------- shards

typedef struct Sharding {
    MemoryLayout memory;
    int rows, columns, grid_columns, grid_rows;
} Sharding;

static const Sharding shardings[] = {
    {MEMORY_HEIGHT_SHARDED, 64, 96, 3, 2}, {MEMORY_HEIGHT_SHARDED, 128, 96, 2, 2},
    {MEMORY_WIDTH_SHARDED, 384, 32, 2, 2}, {MEMORY_WIDTH_SHARDED, 384, 64, 2, 1},
    {MEMORY_BLOCK_SHARDED, 96, 64, 2, 4},  {MEMORY_BLOCK_SHARDED, 64, 32, 6, 6},
    {MEMORY_BLOCK_SHARDED, 160, 32, 3, 3},
};

static Case sharded_case(const Sharding *s, bool by_columns, TileOrder order, Space space) {
    int columns = s->grid_columns, rows = s->grid_rows;
    bool turn = by_columns && s->memory == MEMORY_BLOCK_SHARDED;
    Shard shard = {s->rows, s->columns, turn ? rows : columns, turn ? columns : rows, by_columns};
    return (Case){2, 180, 96, 32, 32, order, space, s->memory, shard};
}

// The cores of a grid one after the other; for block shards its rows stand for the shards' rows, or its columns.
static Core nth_core(const Case *c, int64_t i, int64_t j) {
    int columns = c->shard.grid_columns, rows = c->shard.grid_rows, n = 0;
    for (int outer = 0; outer < (c->shard.column_major ? columns : rows); outer++)
        for (int inner = 0; inner < (c->shard.column_major ? rows : columns); inner++, n++) {
            bool here = c->memory == MEMORY_BLOCK_SHARDED    ? outer == i && inner == j
                        : c->memory == MEMORY_HEIGHT_SHARDED ? n == i
                                                             : n == j;
            if (here) return c->shard.column_major ? (Core){outer, inner} : (Core){inner, outer};
        }
    stop_test("no core for shard (%lld, %lld)\n", (long long)i, (long long)j);
    return (Core){0};
}

static void assert_homes(Context *context, const Case *c) {
    PageMap map = map_of(context, c);
    Target chip = chip_of(8, 8, 12);
    assert_int_equal(map.pages, 2 * 6 * 3);
    for (int64_t row = 0; row < 12; row++)
        for (int64_t column = 0; column < 3; column++) {
            int64_t page = page_of_tile(&map, (TilePlace){row / 6, row % 6, column});
            Core core = nth_core(c, row * 32 / c->shard.rows, column * 32 / c->shard.columns);
            PageHome home = page_home(&map, &chip, page);
            assert_int_equal(home.space, c->space);
            if (c->space == SPACE_DRAM) {
                assert_int_equal(home.bank, core.x);
                continue;
            }
            assert_int_equal(home.core.x, core.x);
            assert_int_equal(home.core.y, core.y);
            int64_t place = row % (c->shard.rows / 32) * (c->shard.columns / 32) + column % (c->shard.columns / 32);
            assert_int_equal(shard_page(&map, core, place), page);
        }
}

static void test_homes_of_shards(void **state) {
    for (size_t i = 0; i < sizeof shardings / sizeof *shardings; i++)
        for (int by_columns = 0; by_columns < 2; by_columns++) {
            Case c = sharded_case(&shardings[i], by_columns, ORDER_ROW_MAJOR, SPACE_L1);
            assert_homes(*state, &c);
        }
}

static void test_shards_over_banks(void **state) {
    Case c = {2, 180, 96, 32, 32, ORDER_ROW_MAJOR, SPACE_DRAM, MEMORY_HEIGHT_SHARDED, {64, 96, 6, 1, false}};
    assert_homes(*state, &c);
    c.memory = MEMORY_WIDTH_SHARDED;
    c.shard = (Shard){384, 32, 3, 1, false};
    assert_homes(*state, &c);
}

static void test_every_page_has_one_place(void **state) {
    for (size_t i = 0; i < sizeof shardings / sizeof *shardings; i++) {
        Case c = sharded_case(&shardings[i], i % 2, ORDER_ROW_MAJOR, SPACE_L1);
        PageMap map = map_of(*state, &c);
        int64_t found = 0, bytes = shard_pages(&map) * map.page_bytes;
        Target chip = chip_of(8, 8, 12);
        for (int y = -1; y < 9; y++)
            for (int x = -1; x < 9; x++)
                for (int64_t place = -1; place <= shard_pages(&map); place++)
                    found += shard_page(&map, (Core){x, y}, place) >= 0;
        assert_int_equal(found, map.pages);
        assert_int_equal(tensor_l1_bytes(&map, &chip), bytes);
    }
}

static void test_pages_numbered_by_shard(void **state) {
    for (size_t i = 0; i < sizeof shardings / sizeof *shardings; i++)
        for (int by_columns = 0; by_columns < 2; by_columns++) {
            Case c = sharded_case(&shardings[i], by_columns, ORDER_MATCH_SHARD, SPACE_L1);
            PageMap map = map_of(*state, &c);
            bool whole = 384 % c.shard.rows == 0 && 96 % c.shard.columns == 0;
            assert_int_equal(map.pages, whole ? 36 : 0);
            if (!whole) continue;
            Walk walk = {.rows = 12, .columns = 3};
            walk_shards(&walk, &c.shard, c.shard.rows / 32, c.shard.columns / 32);
            assert_numbers(&map, &walk);
            assert_homes(*state, &c);
        }
}

static void test_interleaved_homes(void **state) {
    Case c = {1, 320, 320, 32, 32, ORDER_ROW_MAJOR, SPACE_L1, NOT_SHARDED};
    PageMap map = map_of(*state, &c);
    Target chip = chip_of(4, 3, 5);
    for (int64_t page = 0; page < 100; page++) {
        PageHome home = page_home(&map, &chip, page);
        assert_int_equal(home.space, SPACE_L1);
        assert_int_equal(home.core.y * 4 + home.core.x, page % 12);
    }
    assert_int_equal(tensor_l1_bytes(&map, &chip), 9 * 2048); // 100 pages over 12 cores
    map.space = SPACE_DRAM;
    for (int64_t page = 0; page < 100; page++) assert_int_equal(page_home(&map, &chip, page).bank, page % 5);
    assert_int_equal(tensor_l1_bytes(&map, &chip), 0);
}

static void test_layouts_without_pages(void **state) {
    static const Case cases[] = {
        {1, 96, 64, 32, 32, ORDER_Z, SPACE_DRAM, NOT_SHARDED},                                          // 3 rows
        {1, 64, 64, 32, 32, ORDER_MATCH_SHARD, SPACE_DRAM, NOT_SHARDED},                                // no shards
        {1, 64, 64, 32, 32, ORDER_ROW_MAJOR, SPACE_L1, MEMORY_HEIGHT_SHARDED, {0, 0, 0, 0, false}},     // no shards
        {1, 64, 64, 32, 32, ORDER_ROW_MAJOR, SPACE_L1, MEMORY_INTERLEAVED, {32, 64, 1, 2, false}},      // shards
        {1, 64, 64, 32, 32, ORDER_ROW_MAJOR, SPACE_L1, MEMORY_HEIGHT_SHARDED, {33, 64, 1, 2, false}},   // no tiles
        {1, 64, 64, 32, 32, ORDER_ROW_MAJOR, SPACE_L1, MEMORY_HEIGHT_SHARDED, {32, 64, 1, 1, false}},   // too few
        {1, 64, 64, 32, 32, ORDER_ROW_MAJOR, SPACE_L1, MEMORY_HEIGHT_SHARDED, {32, 32, 2, 2, false}},   // half a row
        {1, 64, 64, 32, 32, ORDER_ROW_MAJOR, SPACE_L1, MEMORY_BLOCK_SHARDED, {32, 32, 1, 4, false}},    // too narrow
        {1, 64, 64, 32, 32, ORDER_COLUMN_MAJOR, SPACE_L1, MEMORY_BLOCK_SHARDED, {32, 32, 2, 2, false}}, // another order
        {1, 64, 64, 32, 32, ORDER_ROW_MAJOR, SPACE_L1, MEMORY_BLOCK_SHARDED, {-32, 32, 2, 2, false}},
        {1, 64, 64, 32, 32, ORDER_ROW_MAJOR, SPACE_L1, MEMORY_BLOCK_SHARDED, {32, 32, 2, 0, false}},
        {INT32_MAX, INT32_MAX, INT32_MAX, 1, 1, ORDER_ROW_MAJOR, SPACE_L1, MEMORY_BLOCK_SHARDED, {32, 32, 2, 2, false}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        PageMap map = map_of(*state, &cases[i]);
        if (map.pages) stop_test("case %zu has pages\n", i);
        assert_int_equal(shard_page(&map, (Core){0, 0}, 0), -1);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_rows_and_columns),         TEST(test_z_order),
        TEST(test_homes_of_shards),          TEST(test_shards_over_banks),
        TEST(test_every_page_has_one_place), TEST(test_pages_numbered_by_shard),
        TEST(test_interleaved_homes),        TEST(test_layouts_without_pages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
