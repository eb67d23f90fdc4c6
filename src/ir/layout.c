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
    if (layout->tile_order) {
        text_add(out, ", \"tile_order\": ");
        text_add_quoted(out, layout->tile_order);
    }
    if (layout->shard) {
        text_add(out, ", \"shard\": ");
        value_print(layout->shard, out);
    }
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

static const char *read_rest(const Value *dict, Layout *layout) {
    for (uint32_t i = 0; i < dict->count; i++) {
        if (!is_known_key(dict->keys[i])) return "it has a key that layouts do not have";
    }
    layout->shard = value_get(dict, "shard");
    if (layout->shard && layout->shard->kind != VALUE_DICT) return "'shard' must be a dict";
    if (!read_name(dict, "tile_order", &layout->tile_order)) return "'tile_order' must be a text";
    if (!read_name(dict, "padding", &layout->padding)) return "'padding' must be a text";
    return NULL;
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
