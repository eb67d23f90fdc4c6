// The part of a plan that says which core does which work items, with which runtime arguments.
#include "ir/names.h"
#include "pass/work_partition.h"
#include "plan/internal.h"

static int64_t list_integer(const Value *list, uint32_t index) {
    return list && list->kind == VALUE_LIST && index < list->count && list->items[index]->kind == VALUE_INT
               ? list->items[index]->integer
               : 0;
}

CoreRanges plan_core_ranges(Maker *maker) {
    CoreRanges ranges = {0};
    const Value *list = maker->program->attributes[ATTR_CORE_RANGES];
    for (uint32_t i = 0; list && list->kind == VALUE_LIST && i < list->count; i++) {
        const Value *item = list->items[i];
        CoreRange range = {(int)list_integer(item, 0), (int)list_integer(item, 1), (int)list_integer(item, 2),
                           (int)list_integer(item, 3)};
        vector_push(maker->arena, ranges, range);
    }
    if (!list) vector_push(maker->arena, ranges, ((CoreRange){0, 0, 1, 1}));
    return ranges;
}

static Value *build_range(Maker *maker, CoreRange range) {
    Value *dict = plan_dict(maker);
    plan_set(maker, dict, "start", plan_pair(maker, range.x, range.y));
    plan_set(maker, dict, "extent", plan_pair(maker, range.columns, range.rows));
    return dict;
}

Value *plan_build_ranges(Maker *maker, CoreRanges ranges) {
    Value *list = plan_list(maker);
    for (uint32_t i = 0; i < ranges.count; i++) plan_add(maker, list, build_range(maker, ranges.items[i]));
    return list;
}

Value *plan_build_core_ranges(Maker *maker) { return plan_build_ranges(maker, maker->ranges); }

// Columns and rows of the smallest rectangle from (0, 0) that holds the ranges: what tt.core_grid says where it is
// held.
static Core grid_of(const Maker *maker) {
    Core grid = {0, 0};
    for (uint32_t i = 0; i < maker->ranges.count; i++) {
        CoreRange range = maker->ranges.items[i];
        if (range.x + range.columns > grid.x) grid.x = range.x + range.columns;
        if (range.y + range.rows > grid.y) grid.y = range.y + range.rows;
    }
    return grid;
}

// The entry of tt.work_partition for a core. Entries are in core order, so the search goes on from the last one found.
static const Value *partition_entry(Maker *maker, Core core) {
    const Value *partition = maker->program->attributes[ATTR_WORK_PARTITION];
    uint32_t count = partition && partition->kind == VALUE_LIST ? partition->count : 0;
    for (uint32_t tried = 0; tried < count; tried++) {
        const Value *entry = partition->items[maker->next_entry];
        maker->next_entry = (maker->next_entry + 1) % count;
        const Value *place = entry->kind == VALUE_DICT ? value_get(entry, "core") : NULL;
        if (place && list_integer(place, 0) == core.x && list_integer(place, 1) == core.y) return entry;
    }
    return NULL;
}

static Value *build_run(Maker *maker, const Value *item) {
    static const char *const keys[] = {"start", "count", "stride", "length", "jump"};
    Value *run = plan_dict(maker);
    for (uint32_t i = 0; i < item->count && i < 5; i++)
        plan_set(maker, run, keys[i], plan_int(maker, list_integer(item, i)));
    return run;
}

static Value *build_runs(Maker *maker, const Value *entry) {
    Value *list = plan_list(maker);
    const Value *items = entry ? value_get(entry, "items") : NULL;
    for (uint32_t i = 0; items && items->kind == VALUE_LIST && i < items->count; i++)
        plan_add(maker, list, build_run(maker, items->items[i]));
    return list;
}

static bool in_range(CoreRange range, Core core) {
    return core.x >= range.x && core.x - range.x < range.columns && core.y >= range.y && core.y - range.y < range.rows;
}

static bool covers(const RuntimeArgument *argument, Core core) {
    for (uint32_t i = 0; i < argument->pieces.count; i++)
        if (in_range(argument->pieces.items[i].range, core)) return true;
    return false;
}

static bool runs_on(const ThreadProgram *thread, Core core) {
    for (uint32_t i = 0; i < thread->cores.count; i++)
        if (in_range(thread->cores.items[i], core)) return true;
    return thread->cores.count == 0;
}

// Whether a kernel of that core asks for the argument: what only other roles need has no value there.
static bool is_read(const Maker *maker, const RuntimeArgument *argument, Core core) {
    for (uint32_t i = 0; i < maker->kernels.count; i++) {
        const ThreadKernel *kernel = maker->kernels.items[i];
        if (!runs_on(kernel->thread, core)) continue;
        for (uint32_t k = 0; k < kernel->arguments.count; k++)
            if (kernel->arguments.items[k] == argument) return true;
    }
    return false;
}

static Value *build_core_arguments(Maker *maker, Core core) {
    Value *dict = plan_dict(maker);
    for (uint32_t i = 0; i < maker->program->arguments.count; i++) {
        const RuntimeArgument *argument = maker->program->arguments.items[i];
        if (!covers(argument, core) || !is_read(maker, argument, core)) continue;
        plan_set(maker, dict, argument->variable->name, plan_int(maker, argument_value(argument, core)));
    }
    return dict;
}

static bool is_used(const Maker *maker, Core core) {
    for (uint32_t i = 0; i < maker->ranges.count; i++)
        if (in_range(maker->ranges.items[i], core)) return true;
    return false;
}

// A program written by hand may have no partition: then each core that it uses is an item.
static bool is_partitioned(const Maker *maker) { return maker->program->attributes[ATTR_WORK_PARTITION] != NULL; }

static Value *build_one_item(Maker *maker) {
    Value *list = plan_list(maker), *run = plan_dict(maker);
    plan_set(maker, run, "start", plan_int(maker, maker->next_entry++));
    plan_set(maker, run, "count", plan_int(maker, 1));
    plan_set(maker, run, "stride", plan_int(maker, 1));
    plan_add(maker, list, run);
    return list;
}

static Value *build_items(Maker *maker, Core core) {
    if (!is_used(maker, core)) return plan_list(maker);
    return is_partitioned(maker) ? build_runs(maker, partition_entry(maker, core)) : build_one_item(maker);
}

static Value *build_core(Maker *maker, Core core) {
    Value *dict = plan_dict(maker);
    plan_set(maker, dict, "core", plan_pair(maker, core.x, core.y));
    plan_set(maker, dict, "work_items", build_items(maker, core));
    plan_set(maker, dict, "runtime_args", is_used(maker, core) ? build_core_arguments(maker, core) : plan_dict(maker));
    return dict;
}

// Every core of the grid, row by row; idle ones have no work.
Value *plan_build_cores(Maker *maker) {
    Value *list = plan_list(maker);
    Core grid = grid_of(maker);
    for (int y = 0; y < grid.y; y++)
        for (int x = 0; x < grid.x; x++) plan_add(maker, list, build_core(maker, (Core){x, y}));
    return list;
}

static const Value *launch_grid(Maker *maker) {
    if (is_partitioned(maker)) return maker->program->attributes[ATTR_WORK_GRID];
    Value *grid = plan_list(maker);
    int64_t cores = 0;
    for (uint32_t i = 0; i < maker->ranges.count; i++)
        cores += (int64_t)maker->ranges.items[i].columns * maker->ranges.items[i].rows;
    plan_add(maker, grid, plan_int(maker, cores));
    return grid;
}

Value *plan_build_work_items(Maker *maker) {
    static const char *const axes[] = {"x", "y", "z"};
    const Value *grid = launch_grid(maker);
    Value *dict = plan_dict(maker), *extents = plan_list(maker), *block = plan_dict(maker);
    int64_t count = 1;
    uint32_t rank = grid && grid->kind == VALUE_LIST && grid->count <= 3 ? grid->count : 0;
    for (uint32_t i = 0; i < rank; i++) {
        int64_t extent = list_integer(grid, i);
        plan_add(maker, extents, plan_int(maker, extent));
        Text text = {.arena = maker->arena};
        if (i == 0)
            text_add(&text, "id");
        else
            text_format(&text, "id // %lld", (long long)count);
        if (i + 1 < rank) text_format(&text, " %% %lld", (long long)extent);
        plan_set(maker, block, axes[i], plan_text(maker, text.data));
        if (__builtin_mul_overflow(count, extent, &count)) count = INT64_MAX;
    }
    plan_set(maker, dict, "grid", extents);
    plan_set(maker, dict, "count", plan_int(maker, count));
    plan_set(maker, dict, "block", block);
    return dict;
}

Value *plan_build_work_partition(Maker *maker) {
    Value *dict = plan_dict(maker);
    WorkForm form = work_form(maker->program, &maker->options);
    const char *order = tile_order_name(form.order);
    plan_set(maker, dict, "strategy", plan_text(maker, form.blocks ? partition_name(PARTITION_BLOCK) : order));
    plan_set(maker, dict, "order", plan_text(maker, order));
    return dict;
}

Value *plan_build_core_grid(Maker *maker) {
    Core grid = grid_of(maker);
    return plan_pair(maker, grid.x, grid.y);
}
