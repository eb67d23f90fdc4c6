// Plans of the older shape: {core_grid, core_ranges, work_partition {"(x,y)": [{io, jo, len_k, tile_order}]}, layouts}.
// They name no program, so that they can be looked at and checked, but not run.
#include <stdlib.h>
#include <string.h>

#include "compat/internal.h"

typedef struct OldBlock {
    int64_t row, column;
    uint32_t core, entry; // where it stands
} OldBlock;

typedef struct Reading {
    Context *context;
    const Source *source;
    const Value *root;
    OldPlan plan;
    VECTOR(OldBlock) blocks;
} Reading;

static const char *const top_keys[] = {"core_grid", "core_ranges", "work_partition", "layouts"};
enum { TOP_KEYS = sizeof top_keys / sizeof *top_keys };

bool compat_is_old_plan(const Value *root) {
    if (root->kind != VALUE_DICT || value_get(root, "schema_version")) return false;
    return value_get(root, "core_grid") && value_get(root, "work_partition");
}

static _Noreturn void refuse(Reading *reading, const JsonPath *path, const char *expected) {
    Text where = {.arena = &reading->context->unit};
    json_path_print(path, &where);
    fail(reading->context, DIAG_OLD_PLAN, json_locate(reading->source, path), "%s: expected %s", where.data, expected);
}

static bool is_pair(const Value *value, int64_t least) {
    return value && is_int_list(value, 2) && value->count == 2 && value->items[0]->integer >= least &&
           value->items[1]->integer >= least && value->items[0]->integer <= INT32_MAX &&
           value->items[1]->integer <= INT32_MAX;
}

static void check_keys(Reading *reading) {
    const Value *root = reading->root;
    for (int i = 0; i < TOP_KEYS; i++)
        if (!value_get(root, top_keys[i])) refuse(reading, &(JsonPath){NULL, top_keys[i], 0}, "it to be there");
    for (uint32_t i = 0; i < root->count; i++) {
        int known = 0;
        while (known < TOP_KEYS && strcmp(top_keys[known], root->keys[i])) known++;
        if (known == TOP_KEYS)
            refuse(reading, &(JsonPath){NULL, root->keys[i], 0},
                   "no other keys than core_grid, core_ranges, work_partition and layouts");
    }
}

static void read_grid(Reading *reading) {
    const Value *grid = value_get(reading->root, "core_grid");
    if (!is_pair(grid, 1)) refuse(reading, &(JsonPath){NULL, "core_grid", 0}, "[columns, rows] of at least 1");
    reading->plan.columns = grid->items[0]->integer;
    reading->plan.rows = grid->items[1]->integer;
}

static void check_ranges(Reading *reading) {
    const Value *ranges = value_get(reading->root, "core_ranges");
    JsonPath list = {NULL, "core_ranges", 0};
    if (ranges->kind != VALUE_LIST) refuse(reading, &list, "a list");
    for (uint32_t i = 0; i < ranges->count; i++) {
        JsonPath item = {&list, NULL, i};
        const Value *range = ranges->items[i];
        const Value *start = range->kind == VALUE_DICT ? value_get(range, "start") : NULL;
        const Value *extent = range->kind == VALUE_DICT ? value_get(range, "extent") : NULL;
        if (!is_pair(start, 0) || !is_pair(extent, 1))
            refuse(reading, &item, "{\"start\": [x, y], \"extent\": [columns, rows]}");
        if (start->items[0]->integer + extent->items[0]->integer > reading->plan.columns ||
            start->items[1]->integer + extent->items[1]->integer > reading->plan.rows)
            refuse(reading, &item, "a rectangle within core_grid");
    }
}

static bool is_held(const Value *ranges, int64_t x, int64_t y) {
    for (uint32_t i = 0; i < ranges->count; i++) {
        const Value *start = value_get(ranges->items[i], "start"), *extent = value_get(ranges->items[i], "extent");
        if (x >= start->items[0]->integer && x < start->items[0]->integer + extent->items[0]->integer &&
            y >= start->items[1]->integer && y < start->items[1]->integer + extent->items[1]->integer)
            return true;
    }
    return false;
}

static bool is_item(const Value *item) {
    if (item->kind != VALUE_DICT) return false;
    for (uint32_t i = 0; i < item->count; i++) {
        const Value *value = item->items[i];
        bool index = !strcmp(item->keys[i], "io") || !strcmp(item->keys[i], "jo");
        bool length = !strcmp(item->keys[i], "len_k"), order = !strcmp(item->keys[i], "tile_order");
        bool good = (index && value->kind == VALUE_INT && value->integer >= 0 && value->integer <= INT32_MAX) ||
                    (length && ((value->kind == VALUE_INT && value->integer >= 1) || value->kind == VALUE_NULL)) ||
                    (order && (value->kind == VALUE_TEXT || value->kind == VALUE_NULL));
        if (!good) return false;
    }
    return value_get(item, "io") && value_get(item, "jo");
}

static void read_core(Reading *reading, const JsonPath *list, uint32_t core) {
    const Value *partition = value_get(reading->root, "work_partition"), *items = partition->items[core];
    JsonPath path = {list, partition->keys[core], 0};
    int64_t x, y;
    if (!parse_core_key(partition->keys[core], &x, &y)) refuse(reading, &path, "cores as \"(x,y)\"");
    if (!is_held(value_get(reading->root, "core_ranges"), x, y)) refuse(reading, &path, "a core of core_ranges");
    if (items->kind != VALUE_LIST) refuse(reading, &path, "a list of work items");
    if (items->count) reading->plan.cores++;
    for (uint32_t i = 0; i < items->count; i++) {
        JsonPath item = {&path, NULL, i};
        if (!is_item(items->items[i]))
            refuse(reading, &item, "{\"io\": row, \"jo\": column} and at most len_k and tile_order beside");
        OldBlock block = {value_get(items->items[i], "io")->integer, value_get(items->items[i], "jo")->integer, core,
                          i};
        vector_push(&reading->context->unit, reading->blocks, block);
        if (block.row >= reading->plan.block_rows) reading->plan.block_rows = block.row + 1;
        if (block.column >= reading->plan.block_columns) reading->plan.block_columns = block.column + 1;
    }
}

static int by_place(const void *left, const void *right) {
    const OldBlock *a = left, *b = right;
    if (a->row != b->row) return a->row < b->row ? -1 : 1;
    return (a->column > b->column) - (a->column < b->column);
}

// Every block of the grid that io and jo span, exactly once.
static void check_cover(Reading *reading, const JsonPath *list) {
    const Value *partition = value_get(reading->root, "work_partition");
    uint32_t count = reading->blocks.count;
    OldBlock *blocks = reading->blocks.items;
    reading->plan.items = count;
    if (count) qsort(blocks, count, sizeof *blocks, by_place);
    for (uint32_t i = 1; i < count; i++) {
        if (by_place(&blocks[i - 1], &blocks[i])) continue;
        JsonPath core = {list, partition->keys[blocks[i].core], 0}, item = {&core, NULL, blocks[i].entry};
        refuse(reading, &item, "every work item once: this one is assigned before");
    }
    if (count != reading->plan.block_rows * reading->plan.block_columns)
        refuse(reading, list,
               arena_format(&reading->context->unit, "every one of the %lldx%lld work items, seen %u",
                            (long long)reading->plan.block_rows, (long long)reading->plan.block_columns, count));
}

static void check_layouts(Reading *reading) {
    const Value *layouts = value_get(reading->root, "layouts");
    JsonPath path = {NULL, "layouts", 0};
    if (layouts->kind != VALUE_DICT) refuse(reading, &path, "a layout for each buffer");
    for (uint32_t i = 0; i < layouts->count; i++)
        if (layouts->items[i]->kind != VALUE_DICT) refuse(reading, &(JsonPath){&path, layouts->keys[i], 0}, "a dict");
}

OldPlan compat_read_old_plan(Context *context, const Source *source, const Value *root) {
    Reading reading = {.context = context, .source = source, .root = root};
    JsonPath list = {NULL, "work_partition", 0};
    check_keys(&reading);
    read_grid(&reading);
    check_ranges(&reading);
    const Value *partition = value_get(root, "work_partition");
    if (partition->kind != VALUE_DICT) refuse(&reading, &list, "the work items of each core");
    for (uint32_t i = 0; i < partition->count; i++) read_core(&reading, &list, i);
    check_cover(&reading, &list);
    check_layouts(&reading);
    return reading.plan;
}
