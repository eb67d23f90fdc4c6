// Completing shards: their shape from the grid, the grid from their shape, and from neither the cores that there are.
#include "pass/item_block.h"
#include "pass/layout_completion.h"
#include "pass/user_schedule.h"

static int64_t parts(int64_t whole, int64_t part) { return whole / part + (whole % part != 0); }

// Columns and rows of the cores or banks that shards may lie on.
static Shard shard_room(const Completion *work) {
    const Target *target = work->options->target;
    if (work->layout.space == SPACE_DRAM) return (Shard){.grid_columns = (int)target->dram_banks, .grid_rows = 1};
    Schedule schedule = schedule_of(work->function, work->options, false);
    CoreBudget budget = core_budget(work->function, &schedule, target);
    return (Shard){.grid_columns = budget.columns, .grid_rows = (int)parts(budget.cores, budget.columns)};
}

// Tiles of one of `count` equal parts, rounded up to whole blocks of an item.
static int64_t part_of(int64_t tiles, int64_t count, int64_t block) {
    int64_t part = parts(tiles, count);
    return block > 0 && block <= tiles ? parts(part, block) * block : part;
}

// What an item takes of the tensor at once, in tiles; 0 where that is not known or no whole number.
static int64_t block_tiles(const ItemBlock *block, int dimension, int side) {
    if (dimension < 0 || block->extent[dimension] % side) return 0;
    return block->extent[dimension] / side;
}

// A shard's shape from the grid, the user's or all the room that there is.
static void complete_shape(const Completion *work, Shard *shard) {
    const PageMap *map = &work->map;
    Shard room = says(work, KEY_SHARD_GRID) ? *shard : shard_room(work);
    int64_t cores = (int64_t)room.grid_columns * room.grid_rows;
    int64_t down = shard->column_major ? room.grid_columns : room.grid_rows;
    int64_t across = shard->column_major ? room.grid_rows : room.grid_columns;
    if (work->layout.memory != MEMORY_BLOCK_SHARDED) down = across = cores;
    ItemBlock block = {0};
    find_item_block(work->function, work->user->buffer, &block);
    int64_t rows = map->outer * map->tile_rows, columns = map->tile_columns;
    if (work->layout.memory != MEMORY_WIDTH_SHARDED)
        rows = part_of(rows, down, block_tiles(&block, work->layout.rows_dimension, map->tile_height));
    if (work->layout.memory != MEMORY_HEIGHT_SHARDED)
        columns = part_of(columns, across, block_tiles(&block, work->layout.columns_dimension, map->tile_width));
    shard->rows = (int)(rows * map->tile_height);
    shard->columns = (int)(columns * map->tile_width);
}

// The smallest grid that holds the shards, whose rows (columns, if shards follow each other down them) are as long as
// those of the room; all of the chip's where that is not enough.
static void complete_grid(const Completion *work, const ShardCounts *counts, Shard *shard) {
    const Target *target = work->options->target;
    Shard room = shard_room(work);
    int64_t across = counts->across, down = counts->down, shards = across * down;
    bool turned = shard->column_major && work->layout.space == SPACE_L1; // banks are one row
    if (work->layout.memory != MEMORY_BLOCK_SHARDED) {
        if (work->layout.space == SPACE_L1 && shards > (int64_t)room.grid_columns * room.grid_rows)
            room = (Shard){.grid_columns = (int)target->grid_columns, .grid_rows = (int)target->grid_rows};
        int64_t line = turned ? room.grid_rows : room.grid_columns;
        across = shards < line ? shards : line;
        down = parts(shards, across);
    }
    shard->grid_columns = (int)(turned ? down : across);
    shard->grid_rows = (int)(turned ? across : down);
}

static void check_shape(const Completion *work, const Shard *shard) {
    const PageMap *map = &work->map;
    MemoryLayout memory = work->layout.memory;
    if (shard->rows % map->tile_height || shard->columns % map->tile_width)
        refuse_layout(work, DIAG_LAYOUT_SHARD, "shard.shape", "leave out the shape to have it computed",
                      "the shard shape [%d, %d] is not tile-aligned: its sides must be multiples of %d and %d",
                      shard->rows, shard->columns, map->tile_height, map->tile_width);
    int64_t width = map->tile_columns * map->tile_width;
    if (memory == MEMORY_HEIGHT_SHARDED && shard->columns != width)
        refuse_layout(work, DIAG_LAYOUT_SHARD, "shard.shape", "use block_sharded for shards of part of a row",
                      "a height shard holds whole rows: %lld columns, got %d", (long long)width, shard->columns);
    if (memory == MEMORY_WIDTH_SHARDED && shard->rows != rows_of_all(map))
        refuse_layout(work, DIAG_LAYOUT_SHARD, "shard.shape", "use block_sharded for shards of part of a column",
                      "a width shard holds whole columns: %lld rows, got %d", (long long)rows_of_all(map), shard->rows);
}

static void check_room(const Completion *work, const Shard *shard) {
    const Target *target = work->options->target;
    bool in_l1 = work->layout.space == SPACE_L1;
    int64_t columns = in_l1 ? target->grid_columns : target->dram_banks, rows = in_l1 ? target->grid_rows : 1;
    if (shard->grid_columns <= columns && shard->grid_rows <= rows) return;
    refuse_layout(work, DIAG_LAYOUT_SHARD, "shard.grid",
                  "use larger shards, or leave out shape and grid to have them computed",
                  "its shards need a grid of %dx%d, and %s has %lldx%lld %s", shard->grid_columns, shard->grid_rows,
                  target->name, (long long)columns, (long long)rows, in_l1 ? "cores" : "DRAM banks");
}

static void check_hold(const Completion *work, const ShardCounts *counts, const Shard *shard) {
    PageMap map = work->map;
    map.memory = work->layout.memory;
    map.shard = *shard;
    if (shards_fit(&map)) return;
    refuse_layout(work, DIAG_LAYOUT_SHARD, "shard.grid", "use larger shards or a larger grid, or leave one of them out",
                  "%lldx%lld shards of [%d, %d] hold the tensor, and the %s grid of %dx%d does not have room for them",
                  (long long)counts->across, (long long)counts->down, shard->rows, shard->columns,
                  shard->column_major ? "column-major" : "row-major", shard->grid_columns, shard->grid_rows);
}

void complete_shard(Completion *work) {
    Shard *shard = &work->layout.shard;
    if (work->layout.memory == MEMORY_INTERLEAVED) return;
    if (work->layout.memory == MEMORY_BLOCK_SHARDED && work->layout.space == SPACE_DRAM)
        refuse_layout(work, DIAG_LAYOUT_ANNOTATION, "memory", "use height_sharded or width_sharded, or the space l1",
                      "DRAM banks form one row, which block shards cannot lie on");
    if (!work->map.pages || rows_of_all(&work->map) > INT32_MAX)
        refuse_layout(work, DIAG_LAYOUT_SHARD, "shard", "bind its sizes, or leave it interleaved",
                      "its shape is not known or too large for shards");
    *shard = work->user->layout.shard;
    if (!says(work, KEY_SHARD_SHAPE)) complete_shape(work, shard);
    check_shape(work, shard);
    PageMap map = work->map;
    map.shard = *shard;
    ShardCounts counts = shard_counts(&map);
    if (!says(work, KEY_SHARD_GRID)) complete_grid(work, &counts, shard);
    check_room(work, shard);
    check_hold(work, &counts, shard);
}
