// How a tensor lies in pages: the tile plane may be any two of its dimensions, a vector's may be one.
#include "ir/build.h"
#include "program/program.h"

static int64_t bound_extent(const Expr *extent) {
    int64_t value;
    return expr_evaluate_bound(extent, &value) && value > 0 ? value : 0;
}

// 0 when the product does not fit: such a tensor has no page that could be accessed.
static int64_t multiply(int64_t a, int64_t b) {
    int64_t product;
    return __builtin_mul_overflow(a, b, &product) ? 0 : product;
}

static int64_t tiles_of(int64_t elements, int64_t tile) { return elements / tile + (elements % tile != 0); }

static int64_t tile_side(int side) { return side > 0 ? side : TILE_SIZE; }

PageMap page_map(const Buffer *tensor) {
    const Layout *layout = &tensor->layout;
    PageMap map = {.rows = 1, .columns = 1, .space = layout->space, .memory = layout->memory, .shard = layout->shard};
    int64_t stride = 1, outer = 1;
    for (int i = tensor->rank - 1; i >= 0; i--) {
        int64_t extent = bound_extent(tensor->shape[i]);
        if (i == layout->rows_dimension) {
            map.rows = extent;
            map.row_stride = stride;
        } else if (i == layout->columns_dimension) {
            map.columns = extent;
            map.column_stride = stride;
        } else {
            map.outer_extent[map.outer_rank] = extent;
            map.outer_stride[map.outer_rank++] = stride;
            outer = multiply(outer, extent);
        }
        stride = multiply(stride, extent);
    }
    // The loop met the outer dimensions from the innermost to the outermost.
    for (int i = 0, j = map.outer_rank - 1; i < j; i++, j--) {
        int64_t extent = map.outer_extent[i], step = map.outer_stride[i];
        map.outer_extent[i] = map.outer_extent[j], map.outer_stride[i] = map.outer_stride[j];
        map.outer_extent[j] = extent, map.outer_stride[j] = step;
    }
    map.outer = outer;
    map.tile_rows = tiles_of(map.rows, tile_side(layout->tile_rows));
    map.tile_columns = tiles_of(map.columns, tile_side(layout->tile_columns));
    map.pages = multiply(multiply(outer, map.tile_rows), map.tile_columns);
    map.page_bytes =
        (int)(tile_side(layout->tile_rows) * tile_side(layout->tile_columns) * (int64_t)dtype_bytes(layout->format));
    return map;
}

// ---------------------------------------------------------------- homes

// Shards count along the plane's rows for height sharding, along its columns for width sharding.
static Core shard_place(const PageMap *map, int64_t page) {
    const Shard *shard = &map->shard;
    int64_t row = page / map->tile_columns * TILE_SIZE / shard->rows;
    int64_t column = page % map->tile_columns * TILE_SIZE / shard->columns;
    if (map->memory == MEMORY_BLOCK_SHARDED)
        return shard->column_major ? (Core){(int)row, (int)column} : (Core){(int)column, (int)row};
    int64_t index = map->memory == MEMORY_HEIGHT_SHARDED ? row : column;
    if (shard->column_major) return (Core){(int)(index / shard->grid_rows), (int)(index % shard->grid_rows)};
    return (Core){(int)(index % shard->grid_columns), (int)(index / shard->grid_columns)};
}

PageHome page_home(const PageMap *map, const Target *target, int64_t page) {
    int64_t banks = target->dram_banks > 0 ? target->dram_banks : 1;
    if (!map->shard.rows) return (PageHome){.space = SPACE_DRAM, .bank = (int)(page % banks)};
    Core place = shard_place(map, page);
    if (map->space == SPACE_L1) return (PageHome){.space = SPACE_L1, .core = place};
    return (PageHome){.space = SPACE_DRAM, .bank = (int)(place.x % banks)};
}
