// Layouts to the text of a dict, and from a dict.
#include "ir/layout.h"

#include <string.h>

#include "ir/names.h"

#define LARGEST_TILE 1024

// ---------------------------------------------------------------- to text

void layout_print(const Layout *layout, Text *out) {
    text_format(out, "{\"space\": \"%s\", \"memory\": \"%s\", \"orientation\": \"%s\"", space_name(layout->space),
                memory_name(layout->memory), orientation_name(layout->orientation));
    text_format(out, ", \"tile_plane\": [%d, %d]", layout->rows_dimension, layout->columns_dimension);
    text_format(out, ", \"format\": \"%s\"", dtype_name(layout->format));
    text_format(out, ", \"tile_shape\": [%d, %d]", layout->tile_rows, layout->tile_columns);
    text_format(out, ", \"tile_order\": \"%s\"", tile_order_name(layout->tile_order));
    const Shard *shard = &layout->shard;
    if (shard->rows)
        text_format(out, ", \"shard\": {\"shape\": [%d, %d], \"grid\": [%d, %d], \"order\": \"%s\"}", shard->rows,
                    shard->columns, shard->grid_columns, shard->grid_rows,
                    tile_order_name(shard->column_major ? ORDER_COLUMN_MAJOR : ORDER_ROW_MAJOR));
    if (layout->padding) {
        text_add(out, ", \"padding\": ");
        text_add_quoted(out, layout->padding);
    }
    text_add(out, "}");
}

// ---------------------------------------------------------------- from a dict

static const char *text_of(const Value *dict, const char *key) {
    const Value *value = value_get(dict, key);
    return value && value->kind == VALUE_TEXT ? value->text : "";
}

static bool read_pair(const Value *dict, const char *key, int low, int high, int *first, int *second) {
    const Value *pair = value_get(dict, key);
    if (!pair || pair->kind != VALUE_LIST || pair->count != 2) return false;
    for (uint32_t i = 0; i < 2; i++) {
        const Value *item = pair->items[i];
        if (item->kind != VALUE_INT || item->integer < low || item->integer > high) return false;
        *(i ? second : first) = (int)item->integer;
    }
    return true;
}

static bool is_known_key(const char *key) {
    static const char *const keys[] = {"space",      "memory",     "orientation", "tile_plane", "format",
                                       "tile_shape", "tile_order", "shard",       "padding"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (strcmp(keys[i], key) == 0) return true;
    }
    return false;
}

// A text that may be absent.
static bool read_name(const Value *dict, const char *key, Name *name) {
    const Value *value = value_get(dict, key);
    *name = value && value->kind == VALUE_TEXT ? value->text : NULL;
    return !value || *name;
}

#define LARGEST_GRID 1024

static const char *read_shard(const Value *dict, Shard *shard) {
    if (!dict) return NULL;
    if (dict->kind != VALUE_DICT) return "'shard' must be a dict";
    if (!read_pair(dict, "shape", 1, INT32_MAX, &shard->rows, &shard->columns))
        return "'shard' must have a 'shape' of rows and columns";
    if (!read_pair(dict, "grid", 1, LARGEST_GRID, &shard->grid_columns, &shard->grid_rows))
        return "'shard' must have a 'grid' of columns and rows";
    TileOrder order;
    if (!tile_order_parse(text_of(dict, "order"), &order) || order > ORDER_COLUMN_MAJOR)
        return "the 'order' of 'shard' must be row_major or column_major";
    shard->column_major = order == ORDER_COLUMN_MAJOR;
    return dict->count == 3 ? NULL : "'shard' has shape, grid and order";
}

static const char *read_rest(const Value *dict, Layout *layout) {
    for (uint32_t i = 0; i < dict->count; i++) {
        if (!is_known_key(dict->keys[i])) return "it has a key that layouts do not have";
    }
    const char *order = text_of(dict, "tile_order");
    if (value_get(dict, "tile_order") && !tile_order_parse(order, &layout->tile_order))
        return "'tile_order' must be one of row_major, column_major, match_shard and z_order";
    if (!read_name(dict, "padding", &layout->padding)) return "'padding' must be a text";
    return read_shard(value_get(dict, "shard"), &layout->shard);
}

const char *layout_from_value(const Value *dict, Layout *layout) {
    *layout = (Layout){0};
    if (dict->kind != VALUE_DICT) return "it must be a dict";
    if (!space_parse(text_of(dict, "space"), &layout->space)) return "'space' must be one of none, dram and l1";
    if (!memory_parse(text_of(dict, "memory"), &layout->memory))
        return "'memory' must be one of interleaved, height_sharded, width_sharded and block_sharded";
    if (!orientation_parse(text_of(dict, "orientation"), &layout->orientation))
        return "'orientation' must be one of tile, row, column and scalar";
    if (!dtype_parse(text_of(dict, "format"), &layout->format)) return "'format' must be a dtype";
    if (!read_pair(dict, "tile_plane", -1, MAX_RANK - 1, &layout->rows_dimension, &layout->columns_dimension))
        return "'tile_plane' must be two dimensions, -1 for a missing one";
    if (!read_pair(dict, "tile_shape", 1, LARGEST_TILE, &layout->tile_rows, &layout->tile_columns))
        return "'tile_shape' must be two sizes";
    return read_rest(dict, layout);
}
