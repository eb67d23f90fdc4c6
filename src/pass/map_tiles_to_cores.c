// TTTilesToCoreMap: which core runs which blocks of the launch, in which order. A work item is one block; its number
// counts blocks with x fastest. Work is described by ranges, never by enumerated blocks.
//
// row_major and column_major give every core a run of items in that order; block gives it a rectangle of blocks.
#include "pass/internal.h"

#define MAX_RANGES 8 // of a rectangle; more become one with a jump, so that large launches stay small

typedef struct Mapping {
    Arena *arena;
    Context *context;
    PartitionStrategy strategy;
    int64_t grid[3]; // blocks along x, y, z
    int64_t items;
    int columns, cores; // cores are numbered row by row over this many columns
    Value *partition;
} Mapping;

static Value *integers(Arena *arena, int count, const int64_t values[]) {
    Value *list = value_list(arena);
    for (int i = 0; i < count; i++) value_append(arena, list, value_int(arena, values[i]));
    return list;
}

static void add_range(Mapping *map, Value *ranges, int64_t start, int64_t count, int64_t stride) {
    if (count > 0) value_append(map->arena, ranges, integers(map->arena, 3, (int64_t[]){start, count, stride}));
}

// Ranges beside each other, each `length` items that are `stride` apart.
static void add_ranges(Mapping *map, Value *ranges, int64_t start, int64_t times, int64_t length, int64_t stride,
                       int64_t jump) {
    if (times <= MAX_RANGES)
        for (int64_t i = 0; i < times; i++) add_range(map, ranges, start + i * jump, length, stride);
    else
        value_append(map->arena, ranges,
                     integers(map->arena, 5, (int64_t[]){start, times * length, stride, length, jump}));
}

// A rectangle of blocks as ranges of items, by rows or by columns, whichever are fewer. y counts through y and z.
static void add_rectangle(Mapping *map, Value *ranges, int64_t x, int64_t y, int64_t columns, int64_t rows) {
    int64_t width = map->grid[0], start = y * width + x;
    if (columns == width)
        add_range(map, ranges, start, rows * columns, 1);
    else if (rows <= columns)
        add_ranges(map, ranges, start, rows, columns, 1, width);
    else
        add_ranges(map, ranges, start, columns, rows, width, 1);
}

static void add_core(Mapping *map, int core, const char *kind, Value *numbers, Value *ranges) {
    Value *entry = value_dict(map->arena);
    int64_t place[] = {core % map->columns, core / map->columns};
    value_set(map->arena, entry, name_of(map->context, "core"), integers(map->arena, 2, place));
    value_set(map->arena, entry, name_of(map->context, kind), numbers);
    value_set(map->arena, entry, name_of(map->context, "items"), ranges);
    value_append(map->arena, map->partition, entry);
}

// Part i of n things dealt to `parts`: the first n % parts get one more.
static int64_t part_start(int64_t n, int64_t parts, int64_t i) {
    return i * (n / parts) + (i < n % parts ? i : n % parts);
}

static void add_column_run(Mapping *map, Value *ranges, int64_t start, int64_t count) {
    int64_t height = map->grid[1] * map->grid[2], first = start / height, skipped = start % height;
    if (skipped) { // the rest of a column that the core before began
        int64_t rows = count < height - skipped ? count : height - skipped;
        add_rectangle(map, ranges, first, skipped, 1, rows);
        count -= rows;
        first++;
    }
    add_rectangle(map, ranges, first, 0, count / height, height);
    if (count % height) add_rectangle(map, ranges, first + count / height, 0, 1, count % height);
}

static void deal_runs(Mapping *map) {
    for (int core = 0; core < map->cores; core++) {
        int64_t start = part_start(map->items, map->cores, core);
        int64_t count = part_start(map->items, map->cores, core + 1) - start;
        Value *ranges = value_list(map->arena);
        if (map->strategy == PARTITION_COLUMN_MAJOR)
            add_column_run(map, ranges, start, count);
        else
            add_range(map, ranges, start, count, 1);
        add_core(map, core, "run", integers(map->arena, 2, (int64_t[]){start, count}), ranges);
    }
}

// The most blocks' rectangles that the cores can take; among equals the squarest.
static void choose_rectangles(const Mapping *map, int64_t *columns, int64_t *rows) {
    int64_t height = map->grid[1] * map->grid[2];
    *columns = *rows = 1;
    for (int64_t c = 1; c <= map->cores && c <= map->grid[0]; c++) {
        int64_t r = map->cores / c < height ? map->cores / c : height;
        int64_t gap = c > r ? c - r : r - c, best_gap = *columns > *rows ? *columns - *rows : *rows - *columns;
        if (c * r > *columns * *rows || (c * r == *columns * *rows && gap < best_gap)) *columns = c, *rows = r;
    }
}

static void deal_rectangles(Mapping *map) {
    int64_t height = map->grid[1] * map->grid[2], columns, rows;
    choose_rectangles(map, &columns, &rows);
    map->cores = (int)(columns * rows);
    if (map->cores < map->columns) map->columns = map->cores;
    for (int core = 0; core < map->cores; core++) {
        int64_t i = core % columns, j = core / columns;
        int64_t x = part_start(map->grid[0], columns, i), y = part_start(height, rows, j);
        int64_t w = part_start(map->grid[0], columns, i + 1) - x, h = part_start(height, rows, j + 1) - y;
        Value *ranges = value_list(map->arena);
        add_rectangle(map, ranges, x, y, w, h);
        add_core(map, core, "block", integers(map->arena, 4, (int64_t[]){x, y, w, h}), ranges);
    }
}

static void set_grid_attributes(Function *function, const Mapping *map) {
    int rows = (map->cores + map->columns - 1) / map->columns, rest = map->cores % map->columns;
    Value *ranges = value_list(map->arena);
    if (map->cores / map->columns)
        value_append(map->arena, ranges,
                     integers(map->arena, 4, (int64_t[]){0, 0, map->columns, map->cores / map->columns}));
    if (rest) value_append(map->arena, ranges, integers(map->arena, 4, (int64_t[]){0, rows - 1, rest, 1}));
    function->attributes[ATTR_CORE_GRID] = integers(map->arena, 2, (int64_t[]){map->columns, rows});
    function->attributes[ATTR_CORE_RANGES] = ranges;
    function->attributes[ATTR_WORK_PARTITION] = map->partition;
    function->attributes[ATTR_WORK_GRID] = integers(map->arena, 3, map->grid);
}

static void read_grid(Mapping *map, const Statement *launch) {
    map->items = 1;
    for (int i = 0; i < 3; i++) {
        map->grid[i] = 1;
        if (i < launch->launch.rank && !expr_evaluate_bound(launch->launch.extents[i], &map->grid[i]))
            fail(map->context, DIAG_UNBOUND_LAUNCH, launch->location,
                 "the launch's extent %d depends on something that is not known when the plan is made", i);
        if (map->grid[i] < 1)
            fail(map->context, DIAG_EMPTY_LAUNCH, launch->location, "the launch has %lld blocks along dimension %d",
                 (long long)map->grid[i], i);
        if (__builtin_mul_overflow(map->items, map->grid[i], &map->items) || map->items > INT32_MAX)
            fail(map->context, DIAG_LAUNCH_TOO_LARGE, launch->location, "the launch has more than 2^31 - 1 blocks");
    }
}

// A two-dimensional launch that fits the chip keeps its shape; else cores fill the chip row by row.
static void choose_cores(Mapping *map, const Statement *launch, const CompileOptions *options) {
    int64_t columns = options->target->grid_columns, rows = options->target->grid_rows;
    if (options->core_columns > columns || options->core_rows > rows) {
        report(map->context, DIAG_CORE_GRID, launch->location, "the core grid %dx%d is larger than %s's %lldx%lld",
               options->core_columns, options->core_rows, options->target->name, (long long)columns, (long long)rows);
        report_help(map->context, "ask for at most %lldx%lld", (long long)columns, (long long)rows);
        fail_now(map->context);
    }
    bool chosen = options->core_columns > 0;
    if (chosen) columns = options->core_columns, rows = options->core_rows;
    if (!chosen && launch->launch.rank == 2 && map->grid[0] <= columns && map->grid[1] <= rows) {
        columns = map->grid[0], rows = map->grid[1];
    }
    int64_t cores = map->items < columns * rows ? map->items : columns * rows;
    map->cores = (int)cores;
    map->columns = (int)(cores < columns ? cores : columns);
}

// ---------------------------------------------------------------- what is there already

static const Value *pair_of(const Value *entry, const char *key, uint32_t count) {
    const Value *list = value_get(entry, key);
    bool good = list && list->kind == VALUE_LIST && list->count == count;
    for (uint32_t i = 0; good && i < count; i++) good = list->items[i]->kind == VALUE_INT;
    return good ? list : NULL;
}

// The items that an entry gives its core as one run; -1 if it does not.
static int64_t run_length(const Value *entry) {
    const Value *core = pair_of(entry, "core", 2), *run = pair_of(entry, "run", 2), *items = value_get(entry, "items");
    if (!core || !run || !items || items->kind != VALUE_LIST || items->count != 1) return -1;
    const Value *only = items->items[0];
    if (only->kind != VALUE_LIST || only->count != 3 || only->items[0]->kind != VALUE_INT) return -1;
    bool same = only->items[0]->integer == run->items[0]->integer && only->items[1]->integer == run->items[1]->integer;
    return same && run->items[1]->integer > 0 ? run->items[1]->integer : -1;
}

// A schedule that the function holds already stays: runs in row-major order that are all items of this launch.
static bool is_scheduled(const Function *function, const Mapping *map, const CompileOptions *options) {
    const Value *partition = function->attributes[ATTR_WORK_PARTITION], *grid = function->attributes[ATTR_WORK_GRID];
    if (!partition || !grid || !function->attributes[ATTR_CORE_GRID] || !function->attributes[ATTR_CORE_RANGES])
        return false;
    if (map->strategy != PARTITION_ROW_MAJOR || options->core_columns || grid->count != 3) return false;
    for (int i = 0; i < 3; i++)
        if (grid->items[i]->integer != map->grid[i]) return false;
    int64_t items = 0;
    for (uint32_t i = 0; i < partition->count; i++) {
        int64_t length = run_length(partition->items[i]);
        if (length < 0) return false;
        items += length;
    }
    return items == map->items;
}

static _Noreturn void fail_core_grid(const Function *function) {
    fail(function->module->context, DIAG_CORE_GRID, function->location,
         "tt.core_grid: expected [columns, rows] of at least 1");
}

// A core grid that the function holds alone is the user's choice.
static CompileOptions with_core_grid(const Function *function, const CompileOptions *options) {
    CompileOptions chosen = *options;
    const Value *grid = function->attributes[ATTR_CORE_GRID];
    if (options->core_columns || !grid || function->attributes[ATTR_WORK_PARTITION]) return chosen;
    if (grid->count != 2) fail_core_grid(function);
    for (int i = 0; i < 2; i++)
        if (grid->items[i]->integer < 1 || grid->items[i]->integer > INT16_MAX) fail_core_grid(function);
    chosen.core_columns = (int)grid->items[0]->integer;
    chosen.core_rows = (int)grid->items[1]->integer;
    return chosen;
}

static void run(Function *function, const CompileOptions *asked) {
    CompileOptions with_grid = with_core_grid(function, asked);
    const CompileOptions *options = &with_grid;
    Context *context = function->module->context;
    Statement *launch = function_launch(function);
    Mapping map = {.arena = &context->unit,
                   .context = context,
                   .strategy = options->partition_strategy,
                   .partition = value_list(&context->unit)};
    read_grid(&map, launch);
    if (is_scheduled(function, &map, options)) return;
    choose_cores(&map, launch, options);
    if (map.strategy == PARTITION_BLOCK)
        deal_rectangles(&map);
    else
        deal_runs(&map);
    set_grid_attributes(function, &map);
}

const Pass pass_map_tiles_to_cores = {
    .name = "TTTilesToCoreMap",
    .file = "map-tiles-to-cores",
    .summary = "which core runs which blocks, in which order",
    .requires = ATTR_BIT(CANONICAL),
    .provides = ATTR_BIT(CORE_GRID) | ATTR_BIT(CORE_RANGES) | ATTR_BIT(WORK_PARTITION) | ATTR_BIT(WORK_GRID),
    .run = run,
};
