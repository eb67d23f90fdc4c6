// Page numbers: the outer dimensions in row-major order, then the plane's tiles in the order of the layout.
#include "pass/page_number.h"

#include "program/program.h"

typedef struct Place {
    Module *module;
    const Buffer *tensor;
    const Expr *outer, *row, *column;
    const Expr *tile_rows, *tile_columns; // of the plane
} Place;

static const Expr *constant(const Place *place, int64_t value) { return expr_int(place->module, value); }

// a * factor + b
static const Expr *step(const Place *place, const Expr *a, const Expr *factor, const Expr *b) {
    return expr_add(place->module, expr_mul(place->module, a, factor), b);
}

static Place place_of(Module *module, const Buffer *tensor, const Expr *const indices[]) {
    const Layout *layout = &tensor->layout;
    int rows = layout->rows_dimension, columns = layout->columns_dimension;
    Place place = {.module = module, .tensor = tensor, .outer = expr_int(module, 0)};
    for (int d = 0; d < tensor->rank; d++)
        if (d != rows && d != columns) place.outer = step(&place, place.outer, tensor->shape[d], indices[d]);
    place.row = rows < 0 ? constant(&place, 0) : indices[rows];
    place.column = columns < 0 ? constant(&place, 0) : indices[columns];
    place.tile_rows = plane_tiles(module, tensor, rows);
    place.tile_columns = plane_tiles(module, tensor, columns);
    return place;
}

static const Expr *row_major(const Place *place) {
    return step(place, step(place, place->outer, place->tile_rows, place->row), place->tile_columns, place->column);
}

static const Expr *column_major(const Place *place) {
    return step(place, step(place, place->outer, place->tile_columns, place->column), place->tile_rows, place->row);
}

// Shard by shard; shards divide the tensor.
static const Expr *match_shard(const Place *place) {
    Module *module = place->module;
    PageMap map = page_map(place->tensor);
    ShardCounts counts = shard_counts(&map);
    const Expr *height = constant(place, counts.tile_rows), *width = constant(place, counts.tile_columns);
    const Expr *row = step(place, place->outer, place->tile_rows, place->row), *column = place->column;
    const Expr *i = expr_floordiv(module, row, height), *j = expr_floordiv(module, column, width);
    const Expr *shard = map.shard.column_major ? step(place, j, constant(place, counts.down), i)
                                               : step(place, i, constant(place, counts.across), j);
    const Expr *inside = step(place, expr_floormod(module, row, height), width, expr_floormod(module, column, width));
    return step(place, shard, constant(place, shard_pages(&map)), inside);
}

static const Expr *bit_of(const Place *place, const Expr *index, int bit) {
    const Expr *rest = expr_floordiv(place->module, index, constant(place, (int64_t)1 << bit));
    return expr_floormod(place->module, rest, constant(place, 2));
}

// The bits of row and column in turn; the longer side's remaining ones above them.
static const Expr *z_order(const Place *place) {
    Module *module = place->module;
    PageMap map = page_map(place->tensor);
    const Expr *number = expr_int(module, 0);
    int bit = 0;
    for (int64_t rows = map.tile_rows, columns = map.tile_columns; rows > 1 && columns > 1; rows /= 2, columns /= 2) {
        const Expr *pair =
            step(place, bit_of(place, place->row, bit), constant(place, 2), bit_of(place, place->column, bit));
        number = step(place, pair, constant(place, (int64_t)1 << 2 * bit), number);
        bit++;
    }
    const Expr *longer = map.tile_rows > map.tile_columns ? place->row : place->column;
    const Expr *rest = expr_floordiv(module, longer, constant(place, (int64_t)1 << bit));
    number = step(place, rest, constant(place, (int64_t)1 << 2 * bit), number);
    return step(place, place->outer, constant(place, map.tile_rows * map.tile_columns), number);
}

const Expr *page_of_indices(Module *module, const Buffer *tensor, const Expr *const indices[]) {
    static const Expr *(*const orders[])(const Place *) = {[ORDER_ROW_MAJOR] = row_major,
                                                           [ORDER_COLUMN_MAJOR] = column_major,
                                                           [ORDER_MATCH_SHARD] = match_shard,
                                                           [ORDER_Z] = z_order};
    Place place = place_of(module, tensor, indices);
    TileOrder order = tensor->layout.tile_order;
    bool computed = order == ORDER_MATCH_SHARD || order == ORDER_Z;
    if (computed && !page_map(tensor).pages) // IR text may give a tensor any layout
        fail(module->context, DIAG_LAYOUT_SHARD, tensor->location,
             "%s: its tiles cannot be numbered in the order of its layout", tensor->name);
    return orders[order](&place);
}
