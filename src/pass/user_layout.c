// Reading a user's layout: each key has one reader, and whatever is not legal is told with what would be.
#include "pass/user_layout.h"

#include <string.h>

#include "ir/names.h"

#define LARGEST_SIDE INT32_MAX

typedef struct Reading {
    UserLayout user;
    const char *key; // the one under way, for messages
    const Value *value;
} Reading;

static bool is_somewhere(Location location) { return location.source && location.line; }

Location user_layout_place(const UserLayout *user, const char *key) {
    const Value *value = user->annotation;
    if (!strncmp(key, "shard.", 6)) {
        const Value *shard = value_get(user->annotation, "shard");
        if (shard) value = shard;
        key += 6;
    }
    const Value *entry = value->kind == VALUE_DICT ? value_get(value, key) : NULL;
    if (entry && is_somewhere(entry->location)) return entry->location;
    if (is_somewhere(value->location)) return value->location;
    return is_somewhere(user->annotation->location) ? user->annotation->location : user->buffer->location;
}

static _Noreturn void refuse(const Reading *reading, const char *legal) {
    const UserLayout *user = &reading->user;
    Text seen = {.arena = &user->context->scratch};
    value_print(reading->value, &seen);
    report(user->context, DIAG_LAYOUT_ANNOTATION, user_layout_place(user, reading->key), "%s: %s is %.60s",
           user->buffer->name, reading->key, seen.data);
    report_help(user->context, "%s is %s", reading->key, legal);
    fail_now(user->context);
}

// ---------------------------------------------------------------- values

static const char *text_of(const Reading *reading) {
    return reading->value->kind == VALUE_TEXT ? reading->value->text : "";
}

static bool read_pair(const Reading *reading, int64_t low, int64_t high, int *first, int *second) {
    const Value *value = reading->value;
    if (value->kind != VALUE_LIST || value->count != 2) return false;
    for (uint32_t i = 0; i < 2; i++) {
        const Value *item = value->items[i];
        if (item->kind != VALUE_INT || item->integer < low || item->integer > high) return false;
        *(i ? second : first) = (int)item->integer;
    }
    return true;
}

// ---------------------------------------------------------------- keys

static void read_space(Reading *reading) {
    Layout *layout = &reading->user.layout;
    if (!space_parse(text_of(reading), &layout->space) || layout->space == SPACE_NONE) refuse(reading, "dram or l1");
}

static void read_memory(Reading *reading) {
    if (!memory_parse(text_of(reading), &reading->user.layout.memory))
        refuse(reading, "interleaved, height_sharded, width_sharded or block_sharded");
}

static void read_plane(Reading *reading) {
    Layout *layout = &reading->user.layout;
    int last = reading->user.buffer->rank - 1;
    if (!read_pair(reading, -1, last, &layout->rows_dimension, &layout->columns_dimension) ||
        layout->rows_dimension == layout->columns_dimension)
        refuse(reading, "the two dimensions that form the tiles' rows and columns, counted from 0; -1 for one that a "
                        "vector lacks");
}

static void read_tile_shape(Reading *reading) {
    Layout *layout = &reading->user.layout;
    if (!read_pair(reading, 1, 1024, &layout->tile_rows, &layout->tile_columns))
        refuse(reading, "the rows and columns of a tile, such as [32, 32]");
}

static void read_format(Reading *reading) {
    if (!dtype_parse(text_of(reading), &reading->user.layout.format))
        refuse(reading, "a dtype such as bfloat16 or float32");
}

static void read_orientation(Reading *reading) {
    if (!orientation_parse(text_of(reading), &reading->user.layout.orientation))
        refuse(reading, "tile, row, column or scalar");
}

static void read_order(Reading *reading) {
    if (!tile_order_parse(text_of(reading), &reading->user.layout.tile_order))
        refuse(reading, "row_major, column_major, match_shard or z_order");
}

// The layout that is complete in the end says whether it is right.
static void read_padded_shape(Reading *reading) {
    const Value *shape = reading->value;
    bool good = shape->kind == VALUE_LIST && (int)shape->count == reading->user.buffer->rank;
    for (uint32_t i = 0; good && i < shape->count; i++) good = shape->items[i]->kind == VALUE_INT;
    if (!good) refuse(reading, "the tensor's shape in whole tiles; it may be left out");
}

static void read_shard_shape(Reading *reading) {
    Shard *shard = &reading->user.layout.shard;
    if (!read_pair(reading, 1, LARGEST_SIDE, &shard->rows, &shard->columns))
        refuse(reading, "the rows and columns of a shard in elements, such as [128, 64]");
}

static void read_shard_grid(Reading *reading) {
    Shard *shard = &reading->user.layout.shard;
    if (!read_pair(reading, 1, LARGEST_SIDE, &shard->grid_columns, &shard->grid_rows))
        refuse(reading, "columns and rows of cores, such as [8, 8]");
}

static void read_shard_order(Reading *reading) {
    TileOrder order;
    if (!tile_order_parse(text_of(reading), &order) || order > ORDER_COLUMN_MAJOR)
        refuse(reading, "row_major or column_major");
    reading->user.layout.shard.column_major = order == ORDER_COLUMN_MAJOR;
}

static _Noreturn void refuse_halo(Reading *reading) {
    const UserLayout *user = &reading->user;
    report(user->context, DIAG_LAYOUT_UNSUPPORTED, user_layout_place(user, reading->key),
           "%s: halo: shards that overlap their neighbours are not supported", user->buffer->name);
    report_help(user->context, "leave halo out and load the edges by copies of their own");
    fail_now(user->context);
}

static void read_shard(Reading *reading);
static void read_halo(Reading *reading) { refuse_halo(reading); }

typedef struct KeyRow {
    const char *name;
    unsigned bit;
    void (*read)(Reading *reading);
} KeyRow;

static const KeyRow keys[] = {
    {"space", KEY_SPACE, read_space},
    {"memory", KEY_MEMORY, read_memory},
    {"tile_plane", KEY_TILE_PLANE, read_plane},
    {"tile_shape", KEY_TILE_SHAPE, read_tile_shape},
    {"format", KEY_FORMAT, read_format},
    {"orientation", KEY_ORIENTATION, read_orientation},
    {"shard", 0, read_shard},
    {"tile_id_order", KEY_ORDER, read_order},
    {"padded_shape", KEY_PADDED_SHAPE, read_padded_shape},
    {"halo", 0, read_halo},
};
static const KeyRow shard_keys[] = {
    {"shard.shape", KEY_SHARD_SHAPE, read_shard_shape},
    {"shard.grid", KEY_SHARD_GRID, read_shard_grid},
    {"shard.order", KEY_SHARD_ORDER, read_shard_order},
    {"shard.halo", 0, read_halo},
};
enum { KEY_COUNT = sizeof keys / sizeof *keys, SHARD_KEY_COUNT = sizeof shard_keys / sizeof *shard_keys };

// ---------------------------------------------------------------- dicts

static _Noreturn void refuse_key(const Reading *reading, const char *key, const char *prefix, const char *legal) {
    const UserLayout *user = &reading->user;
    const char *names[KEY_COUNT];
    for (int i = 0; i < KEY_COUNT; i++) names[i] = keys[i].name;
    int nearest = *prefix ? -1 : text_nearest(key, names, KEY_COUNT);
    Text place = {.arena = &user->context->scratch};
    text_format(&place, "%s%s", prefix, key);
    report(user->context, DIAG_LAYOUT_ANNOTATION, user_layout_place(user, place.data), "%s: a %s has no key %.40s",
           user->buffer->name, *prefix ? "shard" : "layout", key);
    if (nearest >= 0) report_help(user->context, "did you mean %s?", names[nearest]);
    report_help(user->context, "the keys are %s", legal);
    fail_now(user->context);
}

static void read_key(Reading *reading, const KeyRow *row, const Value *value) {
    reading->key = row->name;
    reading->value = value;
    row->read(reading);
    reading->user.says |= row->bit;
}

static void read_shard(Reading *reading) {
    const Value *shard = reading->value;
    if (shard->kind == VALUE_NULL) return; // as plans write it
    if (shard->kind != VALUE_DICT) refuse(reading, "a dict of shape, grid and order");
    for (uint32_t i = 0; i < shard->count; i++) {
        const KeyRow *row = NULL;
        for (int k = 0; k < SHARD_KEY_COUNT; k++)
            if (!strcmp(shard_keys[k].name + strlen("shard."), shard->keys[i])) row = &shard_keys[k];
        if (!row) refuse_key(reading, shard->keys[i], "shard.", "shape, grid and order");
        read_key(reading, row, shard->items[i]);
    }
}

UserLayout user_layout_read(Context *context, const Buffer *buffer) {
    Reading reading = {.user = {.context = context, .buffer = buffer, .annotation = buffer->annotation},
                       .key = "the layout",
                       .value = buffer->annotation};
    if (buffer->annotation->kind != VALUE_DICT) refuse(&reading, "a dict");
    for (uint32_t i = 0; i < buffer->annotation->count; i++) {
        const KeyRow *row = NULL;
        for (int k = 0; k < KEY_COUNT; k++)
            if (!strcmp(keys[k].name, buffer->annotation->keys[i])) row = &keys[k];
        if (!row)
            refuse_key(&reading, buffer->annotation->keys[i], "",
                       "space, memory, tile_plane, tile_shape, format, orientation, shard and tile_id_order");
        read_key(&reading, row, buffer->annotation->items[i]);
    }
    return reading.user;
}
