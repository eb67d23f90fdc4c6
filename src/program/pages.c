// How a tensor lies in pages: the tile plane may be any two of its dimensions, a vector's may be one.
#include "program/internal.h"

#include "ir/build.h"

static int64_t bound_extent(const Expr *extent) {
    int64_t value;
    return expr_evaluate_bound(extent, &value) && value > 0 ? value : 0;
}

// 0 when the product does not fit: such a tensor has no page that could be accessed.
static int64_t multiply(int64_t a, int64_t b) {
    int64_t product;
    return __builtin_mul_overflow(a, b, &product) ? 0 : product;
}

static int64_t parts(int64_t whole, int64_t part) { return whole / part + (whole % part != 0); }

static int tile_side(int side) { return side > 0 ? side : TILE_SIZE; }

// The loop over the dimensions met the outer ones from the innermost to the outermost.
static void reverse_outer(PageMap *map) {
    for (int i = 0, j = map->outer_rank - 1; i < j; i++, j--) {
        int64_t extent = map->outer_extent[i], step = map->outer_stride[i];
        map->outer_extent[i] = map->outer_extent[j], map->outer_stride[i] = map->outer_stride[j];
        map->outer_extent[j] = extent, map->outer_stride[j] = step;
    }
}

static void measure_dimensions(PageMap *map, const Buffer *tensor) {
    int64_t stride = 1;
    for (int i = tensor->rank - 1; i >= 0; i--) {
        int64_t extent = bound_extent(tensor->shape[i]);
        if (i == tensor->layout.rows_dimension) {
            map->rows = extent;
            map->row_stride = stride;
        } else if (i == tensor->layout.columns_dimension) {
            map->columns = extent;
            map->column_stride = stride;
        } else {
            map->outer_extent[map->outer_rank] = extent;
            map->outer_stride[map->outer_rank++] = stride;
            map->outer = multiply(map->outer, extent);
        }
        stride = multiply(stride, extent);
    }
    reverse_outer(map);
}

PageMap page_map(const Buffer *tensor) {
    const Layout *layout = &tensor->layout;
    PageMap map = {.rows = 1,
                   .columns = 1,
                   .outer = 1,
                   .tile_height = tile_side(layout->tile_rows),
                   .tile_width = tile_side(layout->tile_columns),
                   .tile_order = layout->tile_order,
                   .space = layout->space,
                   .memory = layout->memory,
                   .shard = layout->shard};
    measure_dimensions(&map, tensor);
    map.tile_rows = parts(map.rows, map.tile_height);
    map.tile_columns = parts(map.columns, map.tile_width);
    map.page_bytes = (int)(map.tile_height * map.tile_width * (int64_t)dtype_bytes(layout->format));
    map.pages = multiply(multiply(map.outer, map.tile_rows), map.tile_columns);
    if (!shards_fit(&map) || !order_fits(&map)) map.pages = 0;
    return map;
}

// ---------------------------------------------------------------- numbers of tiles

static int64_t row_of_all(const PageMap *map, TilePlace tile) { return tile.outer * map->tile_rows + tile.row; }

static int64_t morton_of(const PageMap *map, int64_t row, int64_t column) {
    int64_t number = 0, place = 1;
    int64_t rows = map->tile_rows, columns = map->tile_columns;
    for (; rows > 1 && columns > 1; rows /= 2, columns /= 2, row /= 2, column /= 2, place *= 4)
        number += (column % 2 + row % 2 * 2) * place;
    return number + (row + column) * place; // one of them is 0 by now
}

static TilePlace tile_of_morton(const PageMap *map, int64_t number) {
    TilePlace tile = {0};
    int64_t rows = map->tile_rows, columns = map->tile_columns, place = 1;
    for (; rows > 1 && columns > 1; rows /= 2, columns /= 2, number /= 4, place *= 2) {
        tile.column += number % 2 * place;
        tile.row += number / 2 % 2 * place;
    }
    *(rows > 1 ? &tile.row : &tile.column) += number * place;
    return tile;
}

int64_t page_of_tile(const PageMap *map, TilePlace tile) {
    int64_t plane = map->tile_rows * map->tile_columns;
    switch (map->tile_order) {
    case ORDER_COLUMN_MAJOR: return tile.outer * plane + tile.column * map->tile_rows + tile.row;
    case ORDER_Z: return tile.outer * plane + morton_of(map, tile.row, tile.column);
    case ORDER_MATCH_SHARD: return page_in_shards(map, row_of_all(map, tile), tile.column);
    default: return row_of_all(map, tile) * map->tile_columns + tile.column;
    }
}

// Of a tile given by its row among all rows, outer dimensions folded in.
static TilePlace unfold(const PageMap *map, int64_t row, int64_t column) {
    return (TilePlace){row / map->tile_rows, row % map->tile_rows, column};
}

TilePlace tile_of_page(const PageMap *map, int64_t page) {
    int64_t plane = map->tile_rows * map->tile_columns, row, column;
    TilePlace tile;
    switch (map->tile_order) {
    case ORDER_COLUMN_MAJOR:
        return (TilePlace){page / plane, page % plane % map->tile_rows, page % plane / map->tile_rows};
    case ORDER_Z:
        tile = tile_of_morton(map, page % plane);
        tile.outer = page / plane;
        return tile;
    case ORDER_MATCH_SHARD: tile_in_shards(map, page, &row, &column); return unfold(map, row, column);
    default: return unfold(map, page / map->tile_columns, page % map->tile_columns);
    }
}

static bool is_power_of_two(int64_t value) { return value > 0 && (value & (value - 1)) == 0; }

bool order_fits(const PageMap *map) {
    switch (map->tile_order) {
    case ORDER_ROW_MAJOR: return true;
    case ORDER_COLUMN_MAJOR: return !map->shard.rows;
    case ORDER_Z: return !map->shard.rows && is_power_of_two(map->tile_rows) && is_power_of_two(map->tile_columns);
    default: return map->shard.rows && shards_are_whole(map);
    }
}
