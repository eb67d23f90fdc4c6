// Shards: equal rectangles of a tensor's tiles, and the cores or banks that keep them. The rows of a plane follow each
// other for every index of the outer dimensions, so that a shard may hold several planes or a part of one.
#include "program/internal.h"

static int64_t parts(int64_t whole, int64_t part) { return whole / part + (whole % part != 0); }

ShardCounts shard_counts(const PageMap *map) {
    ShardCounts counts = {.tile_rows = map->shard.rows / map->tile_height,
                          .tile_columns = map->shard.columns / map->tile_width};
    counts.down = parts(map->outer * map->tile_rows, counts.tile_rows);
    counts.across = parts(map->tile_columns, counts.tile_columns);
    return counts;
}

// Do the grid's cores suffice? Height shards follow each other over the whole grid, as width shards do; block shards
// have a row and a column of it.
static bool grid_holds(const PageMap *map, const ShardCounts *counts) {
    const Shard *shard = &map->shard;
    int64_t cores = (int64_t)shard->grid_columns * shard->grid_rows;
    if (map->memory == MEMORY_HEIGHT_SHARDED) return counts->across == 1 && counts->down <= cores;
    if (map->memory == MEMORY_WIDTH_SHARDED) return counts->down == 1 && counts->across <= cores;
    int64_t down = shard->column_major ? shard->grid_columns : shard->grid_rows;
    int64_t across = shard->column_major ? shard->grid_rows : shard->grid_columns;
    return counts->down <= down && counts->across <= across;
}

bool shards_fit(const PageMap *map) {
    const Shard *shard = &map->shard;
    if (map->memory == MEMORY_INTERLEAVED || !shard->rows) return map->memory == MEMORY_INTERLEAVED && !shard->rows;
    if (shard->rows < 0 || shard->columns <= 0 || shard->grid_columns <= 0 || shard->grid_rows <= 0) return false;
    if (shard->rows % map->tile_height || shard->columns % map->tile_width) return false;
    int64_t rows; // of all planes
    if (__builtin_mul_overflow(map->outer, map->tile_rows, &rows)) return false;
    ShardCounts counts = shard_counts(map);
    return grid_holds(map, &counts);
}

bool shards_are_whole(const PageMap *map) {
    ShardCounts counts = shard_counts(map);
    return map->outer * map->tile_rows % counts.tile_rows == 0 && map->tile_columns % counts.tile_columns == 0;
}

// ---------------------------------------------------------------- pages numbered shard by shard

int64_t page_in_shards(const PageMap *map, int64_t row, int64_t column) {
    ShardCounts counts = shard_counts(map);
    int64_t i = row / counts.tile_rows, j = column / counts.tile_columns;
    int64_t number = map->shard.column_major ? j * counts.down + i : i * counts.across + j;
    int64_t place = row % counts.tile_rows * counts.tile_columns + column % counts.tile_columns;
    return number * shard_pages(map) + place;
}

void tile_in_shards(const PageMap *map, int64_t page, int64_t *row, int64_t *column) {
    ShardCounts counts = shard_counts(map);
    int64_t number = page / shard_pages(map), place = page % shard_pages(map);
    int64_t i = map->shard.column_major ? number % counts.down : number / counts.across;
    int64_t j = map->shard.column_major ? number / counts.down : number % counts.across;
    *row = i * counts.tile_rows + place / counts.tile_columns;
    *column = j * counts.tile_columns + place % counts.tile_columns;
}

int64_t shard_pages(const PageMap *map) {
    if (!map->shard.rows || map->pages <= 0) return 0;
    ShardCounts counts = shard_counts(map);
    return counts.tile_rows * counts.tile_columns;
}

// ---------------------------------------------------------------- homes

// The core of shard (i, j): by its own row and column for block shards, else along the grid.
static Core core_of_shard(const PageMap *map, int64_t i, int64_t j) {
    const Shard *shard = &map->shard;
    if (map->memory == MEMORY_BLOCK_SHARDED)
        return shard->column_major ? (Core){(int)i, (int)j} : (Core){(int)j, (int)i};
    int64_t index = map->memory == MEMORY_HEIGHT_SHARDED ? i : j;
    if (shard->column_major) return (Core){(int)(index / shard->grid_rows), (int)(index % shard->grid_rows)};
    return (Core){(int)(index % shard->grid_columns), (int)(index / shard->grid_columns)};
}

bool shard_of_core(const PageMap *map, Core core, int64_t *i, int64_t *j) {
    const Shard *shard = &map->shard;
    if (!shard->rows || core.x < 0 || core.y < 0 || core.x >= shard->grid_columns || core.y >= shard->grid_rows)
        return false;
    bool by_columns = shard->column_major;
    int64_t index =
        by_columns ? (int64_t)core.x * shard->grid_rows + core.y : (int64_t)core.y * shard->grid_columns + core.x;
    *i = map->memory == MEMORY_HEIGHT_SHARDED ? index : 0;
    *j = map->memory == MEMORY_WIDTH_SHARDED ? index : 0;
    if (map->memory == MEMORY_BLOCK_SHARDED) {
        *i = by_columns ? core.x : core.y;
        *j = by_columns ? core.y : core.x;
    }
    ShardCounts counts = shard_counts(map);
    return *i < counts.down && *j < counts.across;
}

static int at_least_one(int64_t count) { return count > 0 ? (int)count : 1; }

static PageHome interleaved_home(const PageMap *map, const Target *target, int64_t page) {
    int columns = at_least_one(target->grid_columns), cores = columns * at_least_one(target->grid_rows);
    if (map->space != SPACE_L1)
        return (PageHome){.space = SPACE_DRAM, .bank = (int)(page % at_least_one(target->dram_banks))};
    int core = (int)(page % cores);
    return (PageHome){.space = SPACE_L1, .core = {core % columns, core / columns}};
}

PageHome page_home(const PageMap *map, const Target *target, int64_t page) {
    if (!map->shard.rows) return interleaved_home(map, target, page);
    ShardCounts counts = shard_counts(map);
    TilePlace tile = tile_of_page(map, page);
    Core core = core_of_shard(map, (tile.outer * map->tile_rows + tile.row) / counts.tile_rows,
                              tile.column / counts.tile_columns);
    if (map->space == SPACE_L1) return (PageHome){.space = SPACE_L1, .core = core};
    return (PageHome){.space = SPACE_DRAM, .bank = core.x % at_least_one(target->dram_banks)};
}

int64_t shard_page(const PageMap *map, Core core, int64_t place) {
    int64_t i, j;
    if (map->pages <= 0 || place < 0 || place >= shard_pages(map) || !shard_of_core(map, core, &i, &j)) return -1;
    ShardCounts counts = shard_counts(map);
    int64_t row = i * counts.tile_rows + place / counts.tile_columns;
    int64_t column = j * counts.tile_columns + place % counts.tile_columns;
    if (row >= map->outer * map->tile_rows || column >= map->tile_columns) return -1;
    return page_of_tile(map, (TilePlace){row / map->tile_rows, row % map->tile_rows, column});
}

int64_t tensor_l1_bytes(const PageMap *map, const Target *target) {
    if (map->space != SPACE_L1) return 0;
    int64_t cores = (int64_t)at_least_one(target->grid_columns) * at_least_one(target->grid_rows);
    int64_t pages = map->shard.rows ? shard_pages(map) : parts(map->pages, cores), bytes;
    return __builtin_mul_overflow(pages, map->page_bytes, &bytes) ? INT64_MAX : bytes;
}
