// tt.work_partition and the attributes beside it: written from a mapping, or held already and kept if they are right.
#include "pass/work_partition.h"

#include <stdlib.h>
#include <string.h>

#include "ir/attrs.h"
#include "ir/names.h"
#include "pass/core_map.h"
#include "program/items.h"

Value *integers(Arena *arena, int count, const int64_t values[]) {
    Value *list = value_list(arena);
    for (int i = 0; i < count; i++) value_append(arena, list, value_int(arena, values[i]));
    return list;
}

enum { LAST_CORE = 1000 };

static int64_t item_at(const Value *list, uint32_t i) { return list->items[i]->integer; }

static Core core_of(const Value *entry) {
    const Value *core = value_get(entry, "core");
    return (Core){(int)item_at(core, 0), (int)item_at(core, 1)};
}

// ---------------------------------------------------------------- reading

static TileOrder usual_order(const CompileOptions *options) {
    return options->partition_strategy == PARTITION_COLUMN_MAJOR ? ORDER_COLUMN_MAJOR : ORDER_ROW_MAJOR;
}

WorkForm work_form(const Function *function, const CompileOptions *options) {
    const Value *partition = function->attributes[ATTR_WORK_PARTITION], *order = function->attributes[ATTR_WORK_ORDER];
    WorkForm form = {.order = ORDER_ROW_MAJOR};
    form.blocks = partition && partition->count && value_get(partition->items[0], "block") != NULL;
    if (!form.blocks) form.order = usual_order(options);
    if (order) tile_order_parse(order->text, &form.order);
    return form;
}

static bool is_numbers(const Value *list, uint32_t count) {
    bool good = list && list->kind == VALUE_LIST && list->count == count;
    for (uint32_t i = 0; good && i < count; i++)
        good = list->items[i]->kind == VALUE_INT && item_at(list, i) >= 0 && item_at(list, i) <= INT32_MAX;
    return good;
}

// Far beyond any chip's grid; whether the chip has it is asked where the chip matters.
static bool is_core(const Value *core) {
    return is_numbers(core, 2) && item_at(core, 0) <= LAST_CORE && item_at(core, 1) <= LAST_CORE;
}

const char *work_fault(const Function *function, WorkForm form) {
    const Value *partition = function->attributes[ATTR_WORK_PARTITION], *grid = function->attributes[ATTR_WORK_GRID];
    for (uint32_t i = 0; partition && i < partition->count; i++) {
        const Value *entry = partition->items[i];
        if (entry->kind != VALUE_DICT || !is_core(value_get(entry, "core")) ||
            !is_numbers(value_get(entry, form.blocks ? "block" : "run"), form.blocks ? 4 : 2))
            return form.blocks ? "a core and a block of whole numbers in every entry of tt.work_partition"
                               : "a core and a run of whole numbers in every entry of tt.work_partition";
    }
    bool good = is_numbers(grid, 3);
    for (uint32_t i = 0; good && i < 3; i++) good = item_at(grid, i) > 0;
    return good ? NULL : "three extents of at least 1 in tt.work_grid";
}

// ---------------------------------------------------------------- writing

// Rectangles of the partition's cores: runs of each row, joined with equal ones of the row above.
static Value *core_ranges(const Mapping *map) {
    VECTOR(CoreRange) ranges = {0};
    for (uint32_t i = 0; i < map->partition->count; i++) {
        Core core = core_of(map->partition->items[i]);
        CoreRange *last = ranges.count ? &vector_last(ranges) : NULL;
        if (last && last->y == core.y && last->x + last->columns == core.x)
            last->columns++;
        else
            vector_push(&map->context->scratch, ranges, ((CoreRange){core.x, core.y, 1, 1}));
    }
    uint32_t kept = 0;
    for (uint32_t i = 0; i < ranges.count; i++) {
        CoreRange *above = kept ? &ranges.items[kept - 1] : NULL, range = ranges.items[i];
        if (above && above->x == range.x && above->columns == range.columns && above->y + above->rows == range.y)
            above->rows++;
        else
            ranges.items[kept++] = range;
    }
    Value *list = value_list(map->arena);
    for (uint32_t i = 0; i < kept; i++) {
        CoreRange range = ranges.items[i];
        value_append(map->arena, list,
                     integers(map->arena, 4, (int64_t[]){range.x, range.y, range.columns, range.rows}));
    }
    return list;
}

static Value *core_grid(const Mapping *map) {
    int64_t columns = 0, rows = 0;
    for (uint32_t i = 0; i < map->partition->count; i++) {
        Core core = core_of(map->partition->items[i]);
        if (core.x >= columns) columns = core.x + 1;
        if (core.y >= rows) rows = core.y + 1;
    }
    return integers(map->arena, 2, (int64_t[]){columns, rows});
}

void hold_partition(const Mapping *map, const CompileOptions *options) {
    Function *function = map->function;
    function->attributes[ATTR_WORK_PARTITION] = map->partition;
    function->attributes[ATTR_WORK_GRID] = integers(map->arena, 3, map->grid.extent);
    function->attributes[ATTR_CORE_RANGES] = core_ranges(map);
    function->attributes[ATTR_CORE_GRID] = core_grid(map);
    function->attributes[ATTR_WORK_ORDER] = NULL;
    if (work_form(function, options).order != map->schedule.order)
        function->attributes[ATTR_WORK_ORDER] =
            value_text(map->arena, name_of(map->context, tile_order_name(map->schedule.order)));
}

// ---------------------------------------------------------------- what is held already

static _Noreturn void refuse(const Mapping *map, const Value *at, const char *format, ...) {
    Text message = {.arena = &map->context->scratch};
    va_list arguments;
    va_start(arguments, format);
    text_format_list(&message, format, arguments);
    va_end(arguments);
    report(map->context, DIAG_WORK_PARTITION, at->location.line ? at->location : map->function->location,
           "tt.work_partition: %s", message.data);
    report_help(map->context, "leave it out to have one made; docs/tt_architecture.md shows its form");
    fail_now(map->context);
}

static void check_core(const Mapping *map, const Value *entry) {
    const Value *core = entry->kind == VALUE_DICT ? value_get(entry, "core") : NULL;
    if (!is_numbers(core, 2)) refuse(map, entry, "expected {\"core\": [x, y], ...} in every entry");
    if (item_at(core, 0) < map->target->grid_columns && item_at(core, 1) < map->target->grid_rows) return;
    refuse(map, core, "%s has no core (%lld, %lld)", map->target->name, (long long)item_at(core, 0),
           (long long)item_at(core, 1));
}

// A run may be said by its items alone.
static const Value *run_of(const Mapping *map, const Value *entry) {
    const Value *run = value_get(entry, "run"), *items = value_get(entry, "items");
    if (run || !items || items->kind != VALUE_LIST || items->count != 1 || !is_numbers(items->items[0], 3)) return run;
    const Value *only = items->items[0];
    if (item_at(only, 2) != 1) return NULL;
    return integers(map->arena, 2, (int64_t[]){item_at(only, 0), item_at(only, 1)});
}

// The same entry as the pass itself writes it.
static void add_entry(Mapping *map, const Value *entry) {
    Core core = core_of(entry);
    const Value *block = value_get(entry, "block"), *run = run_of(map, entry);
    uint32_t before = map->partition->count;
    int64_t height = map->grid.extent[1] * map->grid.extent[2];
    if (block) {
        if (!is_numbers(block, 4) || !item_at(block, 2) || !item_at(block, 3) ||
            item_at(block, 0) + item_at(block, 2) > map->grid.extent[0] ||
            item_at(block, 1) + item_at(block, 3) > height)
            refuse(map, block, "expected a block [x, y, columns, rows] of the launch's %lldx%lld",
                   (long long)map->grid.extent[0], (long long)height);
        map_rectangle(map, core, item_at(block, 0), item_at(block, 1), item_at(block, 2), item_at(block, 3));
    } else {
        if (!is_numbers(run, 2) || !item_at(run, 1) || item_at(run, 0) + item_at(run, 1) > map->grid.items)
            refuse(map, entry, "expected a block [x, y, columns, rows] or a run [start, count] of the %lld items",
                   (long long)map->grid.items);
        map_run(map, core, item_at(run, 0), item_at(run, 1));
    }
    const Value *items = value_get(entry, "items");
    if (items && !value_equal(items, value_get(map->partition->items[before], "items")))
        refuse(map, items, "the items of core (%d, %d) are not those of its %s", core.x, core.y,
               block ? "block, row by row" : "run");
}

static int by_core(const void *left, const void *right) {
    Core a = core_of(*(const Value *const *)left), b = core_of(*(const Value *const *)right);
    return a.y != b.y ? (a.y > b.y) - (a.y < b.y) : (a.x > b.x) - (a.x < b.x);
}

static void read_entries(Mapping *map, const Value *held) {
    const Value **entries = arena_new_array(&map->context->scratch, const Value *, held->count + 1);
    for (uint32_t i = 0; i < held->count; i++) {
        check_core(map, held->items[i]);
        entries[i] = held->items[i];
        if ((value_get(entries[i], "block") != NULL) != (value_get(entries[0], "block") != NULL))
            refuse(map, entries[i], "expected blocks or runs, got both");
    }
    qsort(entries, held->count, sizeof *entries, by_core);
    for (uint32_t i = 0; i < held->count; i++) {
        if (i && !by_core(&entries[i - 1], &entries[i]))
            refuse(map, entries[i], "core (%d, %d) has two entries", core_of(entries[i]).x, core_of(entries[i]).y);
        add_entry(map, entries[i]);
    }
}

static void check_coverage(Mapping *map, const Value *held) {
    static const char *const complaints[] = {[COVERAGE_TWICE] = "an item is given to two cores",
                                             [COVERAGE_MISSING] = "some items are given to no core",
                                             [COVERAGE_OUTSIDE] = "an item is none of the launch's",
                                             [COVERAGE_TOO_MANY] = "its runs are too many to be compared"};
    ItemRuns runs = {0};
    const ItemRun *fault;
    for (uint32_t i = 0; i < map->partition->count; i++) {
        const Value *items = value_get(map->partition->items[i], "items");
        for (uint32_t k = 0; k < items->count; k++) {
            ItemRun run;
            if (item_run_read(items->items[k], &run)) vector_push(&map->context->scratch, runs, run);
        }
    }
    Coverage coverage = items_coverage(map->context, &runs, map->grid.extent[0], map->grid.items, &fault);
    if (coverage != COVERAGE_WHOLE) refuse(map, held, "%s", complaints[coverage]);
}

static void check_grid(const Mapping *map) {
    const Value *grid = map->function->attributes[ATTR_WORK_GRID];
    bool good = !grid || (grid->count >= 1 && grid->count <= 3);
    for (uint32_t i = 0; grid && good && i < 3; i++)
        good = map->grid.extent[i] == (i < grid->count ? item_at(grid, i) : 1);
    if (!good)
        refuse(map, grid, "tt.work_grid is not the launch's %lldx%lldx%lld", (long long)map->grid.extent[0],
               (long long)map->grid.extent[1], (long long)map->grid.extent[2]);
}

static bool is_in_ranges(const Value *ranges, Core core) {
    for (uint32_t i = 0; i < ranges->count; i++) {
        const Value *range = ranges->items[i];
        if (core.x >= item_at(range, 0) && core.x - item_at(range, 0) < item_at(range, 2) &&
            core.y >= item_at(range, 1) && core.y - item_at(range, 1) < item_at(range, 3))
            return true;
    }
    return false;
}

// The cores that are told beside the partition must be its own, each once.
static void check_cores(const Mapping *map) {
    const Value *grid = map->function->attributes[ATTR_CORE_GRID],
                *ranges = map->function->attributes[ATTR_CORE_RANGES];
    int64_t room = 0;
    if (grid && !is_numbers(grid, 2)) refuse(map, grid, "tt.core_grid is [columns, rows]");
    for (uint32_t i = 0; ranges && i < ranges->count; i++) {
        if (!is_numbers(ranges->items[i], 4))
            refuse(map, ranges, "tt.core_ranges are rectangles [x, y, columns, rows]");
        room += item_at(ranges->items[i], 2) * item_at(ranges->items[i], 3);
        if (room > map->partition->count) break;
    }
    if (ranges && room != map->partition->count)
        refuse(map, ranges, "tt.core_ranges have %s cores than have work",
               room > map->partition->count ? "more" : "fewer");
    for (uint32_t i = 0; i < map->partition->count; i++) {
        Core core = core_of(map->partition->items[i]);
        if (grid && (core.x >= item_at(grid, 0) || core.y >= item_at(grid, 1)))
            refuse(map, grid, "core (%d, %d) lies outside of the tt.core_grid %lldx%lld", core.x, core.y,
                   (long long)item_at(grid, 0), (long long)item_at(grid, 1));
        if (ranges && !is_in_ranges(ranges, core))
            refuse(map, ranges, "core (%d, %d) has work and is in none of tt.core_ranges", core.x, core.y);
    }
}

// What belongs to a partition says nothing without one.
static void check_alone(const Mapping *map) {
    static const AttrId parts[] = {ATTR_CORE_RANGES, ATTR_WORK_ORDER};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        const Value *part = map->function->attributes[parts[i]];
        if (!part) continue;
        report(map->context, DIAG_WORK_PARTITION, part->location.line ? part->location : map->function->location,
               "%s says nothing without a tt.work_partition", attr_name(parts[i]));
        report_help(map->context, "leave it out, or choose the cores by tt.core_grid or T.annotate_tt_schedule");
        fail_now(map->context);
    }
}

void tell_overridden(const Mapping *map, const char *option) {
    report(map->context, DIAG_SCHEDULE_OVERRIDDEN, map->function->location,
           "the option %s goes before the tt.work_partition that is there", option);
}

// Does the strategy that an option asks for go before what is held?
static bool is_overridden(const Mapping *map, const CompileOptions *options, const Value *held) {
    bool blocks = held->count && held->items[0]->kind == VALUE_DICT && value_get(held->items[0], "block");
    bool other = options->strategy_given && (options->partition_strategy == PARTITION_BLOCK) != blocks;
    if (other) tell_overridden(map, "--partition-strategy");
    return other;
}

static void tell_legacy(const Mapping *map, const CompileOptions *options) {
    if (!options->legacy || !value_get(map->function->user_attributes, "tt.user_schedule")) return;
    report(map->context, DIAG_LEGACY_OPTION, map->function->location,
           "the legacy pipeline deals work items in row-major order: T.annotate_tt_schedule is left out");
}

static void check_order(Mapping *map, const CompileOptions *options, const Value *held) {
    const Value *order = map->function->attributes[ATTR_WORK_ORDER];
    WorkForm form = work_form(map->function, options);
    map->schedule.order = form.order;
    TileOrder asked = form.order;
    if (order && !tile_order_parse(order->text, &asked))
        refuse(map, order, "tt.work_order is row_major, column_major, match_shard or z_order");
    if (!form.blocks && asked > ORDER_COLUMN_MAJOR)
        refuse(map, held, "runs are counted in row_major or column_major, not in %s", tile_order_name(asked));
}

// Reads what is held as the pass itself would write it.
static void read_partition(Mapping *map, const CompileOptions *options, const Value *held) {
    for (uint32_t i = 0; i < held->count; i++) check_core(map, held->items[i]);
    check_order(map, options, held);
    read_entries(map, held);
    check_coverage(map, held);
    check_cores(map);
}

bool keep_partition(Mapping *map, const CompileOptions *options) {
    const Value *held = map->function->attributes[ATTR_WORK_PARTITION];
    check_grid(map);
    if (!held) check_alone(map);
    tell_legacy(map, options);
    if (!held || is_overridden(map, options, held)) return false;
    read_partition(map, options, held);
    hold_partition(map, options);
    return true;
}

void check_partition(Function *function, const CompileOptions *options, const Statement *launch) {
    Context *context = function->module->context;
    Mapping map = {.arena = &context->unit,
                   .context = context,
                   .function = function,
                   .target = options->target,
                   .grid = grid_of_launch(function, launch),
                   .partition = value_list(&context->unit)};
    check_grid(&map);
    read_partition(&map, options, function->attributes[ATTR_WORK_PARTITION]);
}
