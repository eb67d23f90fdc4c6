// TTTilesToCoreMap: which core runs which blocks of the launch, in which order. A work item is one block; its number
// counts blocks with x fastest. Work is described by ranges, never by enumerated blocks.
//
// row_major and column_major give every core a run of items in that order; block gives it a rectangle of blocks. Where
// a tensor is sharded over the cores' L1, each gets the rectangle that begins in its shard (local_shards.c).
#include "ir/names.h"
#include "pass/core_map.h"

#define MAX_RANGES 8 // of a rectangle; more become one with a jump, so that large launches stay small

static int64_t grid_height(const Mapping *map) { return map->grid.extent[1] * map->grid.extent[2]; }

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

// A rectangle of blocks as ranges of items, in the order in which they are visited. y counts through y and z.
static void add_rectangle(Mapping *map, Value *ranges, int64_t x, int64_t y, int64_t columns, int64_t rows) {
    int64_t width = map->grid.extent[0], start = y * width + x;
    if (map->schedule.order == ORDER_COLUMN_MAJOR)
        add_ranges(map, ranges, start, columns, rows, width, 1);
    else if (columns == width)
        add_range(map, ranges, start, rows * columns, 1);
    else
        add_ranges(map, ranges, start, rows, columns, 1, width);
}

static void add_core(Mapping *map, Core core, const char *kind, Value *numbers, Value *ranges) {
    Value *entry = value_dict(map->arena);
    value_set(map->arena, entry, name_of(map->context, "core"), integers(map->arena, 2, (int64_t[]){core.x, core.y}));
    value_set(map->arena, entry, name_of(map->context, kind), numbers);
    value_set(map->arena, entry, name_of(map->context, "items"), ranges);
    value_append(map->arena, map->partition, entry);
}

static Core nth_core(const Mapping *map, int n) { return (Core){n % map->columns, n / map->columns}; }

// Part i of n things dealt to `parts`: the first n % parts get one more.
static int64_t part_start(int64_t n, int64_t parts, int64_t i) {
    return i * (n / parts) + (i < n % parts ? i : n % parts);
}

static void add_column_run(Mapping *map, Value *ranges, int64_t start, int64_t count) {
    int64_t height = grid_height(map), first = start / height, skipped = start % height;
    if (skipped) { // the rest of a column that the core before began
        int64_t rows = count < height - skipped ? count : height - skipped;
        add_rectangle(map, ranges, first, skipped, 1, rows);
        count -= rows;
        first++;
    }
    add_rectangle(map, ranges, first, 0, count / height, height);
    if (count % height) add_rectangle(map, ranges, first + count / height, 0, 1, count % height);
}

void map_run(Mapping *map, Core core, int64_t start, int64_t count) {
    Value *ranges = value_list(map->arena);
    if (map->schedule.order == ORDER_COLUMN_MAJOR)
        add_column_run(map, ranges, start, count);
    else
        add_range(map, ranges, start, count, 1);
    add_core(map, core, "run", integers(map->arena, 2, (int64_t[]){start, count}), ranges);
}

static void deal_runs(Mapping *map) {
    for (int core = 0; core < map->cores; core++) {
        int64_t start = part_start(map->grid.items, map->cores, core);
        map_run(map, nth_core(map, core), start, part_start(map->grid.items, map->cores, core + 1) - start);
    }
}

// ---------------------------------------------------------------- rectangles

static bool is_power_of_two(int64_t value) { return value > 0 && (value & (value - 1)) == 0; }

// The bits of `number` at even places, gathered.
static int64_t even_bits(int64_t number) {
    int64_t bits = 0;
    for (int i = 0; number; i++, number /= 4) bits |= number % 2 << i;
    return bits;
}

enum { MAX_Z_BLOCKS = 4096 }; // of a core: the plan lists the order

static _Noreturn void refuse_z_order(Mapping *map, int64_t columns, int64_t rows) {
    Location place = map->schedule.order_place;
    report(map->context, DIAG_SCHEDULE_UNSUPPORTED, place.line ? place : map->function->location,
           "z_order needs every core to have a rectangle of powers of two, at most %d blocks: one has %lldx%lld",
           MAX_Z_BLOCKS, (long long)columns, (long long)rows);
    report_help(map->context, "choose a core grid that divides the launch into such, or another order");
    fail_now(map->context);
}

// Every core visits as many blocks in the same way, so that one program says the order.
static void check_z_order(Mapping *map, int64_t columns, int64_t rows) {
    bool same = !map->partition->count || (map->z_columns == columns && map->z_rows == rows);
    if (!same || !is_power_of_two(columns) || !is_power_of_two(rows) || columns * rows > MAX_Z_BLOCKS)
        refuse_z_order(map, columns, rows);
    map->z_columns = columns;
    map->z_rows = rows;
}

// Squares one after the other along the longer side, each in Morton order.
static void add_z_rectangle(Mapping *map, Value *ranges, int64_t x, int64_t y, int64_t columns, int64_t rows) {
    int64_t side = columns < rows ? columns : rows;
    for (int64_t turn = 0; turn < columns * rows; turn++) {
        int64_t square = turn / (side * side), place = turn % (side * side);
        int64_t across = even_bits(place) + (columns > rows ? square * side : 0);
        int64_t down = even_bits(place / 2) + (columns > rows ? 0 : square * side);
        add_range(map, ranges, (y + down) * map->grid.extent[0] + x + across, 1, 1);
    }
}

void map_rectangle(Mapping *map, Core core, int64_t x, int64_t y, int64_t columns, int64_t rows) {
    Value *ranges = value_list(map->arena);
    if (map->schedule.order == ORDER_Z) {
        check_z_order(map, columns, rows);
        add_z_rectangle(map, ranges, x, y, columns, rows);
    } else {
        add_rectangle(map, ranges, x, y, columns, rows);
    }
    add_core(map, core, "block", integers(map->arena, 4, (int64_t[]){x, y, columns, rows}), ranges);
}

// The most blocks' rectangles that the cores can take; among equals the squarest.
static void choose_rectangles(const Mapping *map, int64_t *columns, int64_t *rows) {
    int64_t height = grid_height(map);
    *columns = *rows = 1;
    for (int64_t c = 1; c <= map->cores && c <= map->grid.extent[0]; c++) {
        int64_t r = map->cores / c < height ? map->cores / c : height;
        int64_t gap = c > r ? c - r : r - c, best_gap = *columns > *rows ? *columns - *rows : *rows - *columns;
        if (c * r > *columns * *rows || (c * r == *columns * *rows && gap < best_gap)) *columns = c, *rows = r;
    }
}

static void deal_rectangles(Mapping *map) {
    int64_t height = grid_height(map), width = map->grid.extent[0], columns, rows;
    choose_rectangles(map, &columns, &rows);
    map->cores = (int)(columns * rows);
    if (map->cores < map->columns) map->columns = map->cores;
    for (int core = 0; core < map->cores; core++) {
        int64_t x = part_start(width, columns, core % columns), y = part_start(height, rows, core / columns);
        int64_t right = part_start(width, columns, core % columns + 1);
        int64_t bottom = part_start(height, rows, core / columns + 1);
        map_rectangle(map, nth_core(map, core), x, y, right - x, bottom - y);
    }
}

// ---------------------------------------------------------------- all of it

static Mapping begin(Function *function, const CompileOptions *options) {
    Context *context = function->module->context;
    return (Mapping){.arena = &context->unit,
                     .context = context,
                     .function = function,
                     .target = options->target,
                     .grid = launch_grid_of(function),
                     .partition = value_list(&context->unit)};
}

static void deal(Mapping *map, const CompileOptions *options, bool tell_notes) {
    map->schedule = schedule_of(map->function, options, tell_notes);
    CoreBudget budget = core_budget(map->function, &map->schedule, options->target);
    map->columns = budget.columns;
    map->cores = budget.cores;
    if (map_local_shards(map))
        map->schedule.order = ORDER_MATCH_SHARD;
    else if (map->schedule.strategy == PARTITION_BLOCK)
        deal_rectangles(map);
    else
        deal_runs(map);
}

// A partition that is held stays, unless the core grid that an option asks for gives another one.
static void run(Function *function, const CompileOptions *options) {
    Mapping held = begin(function, options), map = begin(function, options);
    bool is_held = keep_partition(&held, options);
    if (is_held && (!options->core_columns || options->legacy)) return;
    deal(&map, options, !is_held);
    if (is_held && value_equal(held.partition, map.partition)) return;
    if (is_held) tell_overridden(&map, "--core-grid");
    hold_partition(&map, options);
}

const Pass pass_map_tiles_to_cores = {
    .name = "TTTilesToCoreMap",
    .file = "map-tiles-to-cores",
    .summary = "which core runs which blocks, in which order",
    .requires = ATTR_BIT(CANONICAL),
    .provides = ATTR_BIT(CORE_GRID) | ATTR_BIT(CORE_RANGES) | ATTR_BIT(WORK_PARTITION) | ATTR_BIT(WORK_GRID),
    .run = run,
};
