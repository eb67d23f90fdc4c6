// Options and annotations to one schedule.
#include "pass/user_schedule.h"

#include <string.h>

#include "ir/names.h"

#define ATTRIBUTE "tt.user_schedule"

typedef struct Reading {
    Context *context;
    const Function *function;
    const Value *asked; // the user's dict, or NULL
    bool tell;
    Schedule schedule;
    bool has_strategy, has_order, has_grid; // what the kernel itself says
} Reading;

static Location place_of(const Reading *reading, const Value *value) {
    if (value->location.line) return value->location;
    return reading->asked->location.line ? reading->asked->location : reading->function->location;
}

static _Noreturn void refuse(const Reading *reading, const char *key, const Value *value, const char *legal) {
    Text seen = {.arena = &reading->context->scratch};
    value_print(value, &seen);
    report(reading->context, DIAG_SCHEDULE_ANNOTATION, place_of(reading, value), "the schedule's %s is %.60s", key,
           seen.data);
    report_help(reading->context, "%s is %s", key, legal);
    fail_now(reading->context);
}

// ---------------------------------------------------------------- keys

static bool read_grid(const Value *value, Schedule *schedule) {
    if (value->kind != VALUE_LIST || value->count != 2) return false;
    for (uint32_t i = 0; i < 2; i++) {
        const Value *side = value->items[i];
        if (side->kind != VALUE_INT || side->integer < 1 || side->integer > INT16_MAX) return false;
        *(i ? &schedule->core_rows : &schedule->core_columns) = (int)side->integer;
    }
    return true;
}

static void read_core_grid(Reading *reading, const Value *value) {
    if (!read_grid(value, &reading->schedule)) refuse(reading, "core_grid", value, "[columns, rows] of cores");
    reading->schedule.core_grid_place = place_of(reading, value);
    reading->has_grid = true;
}

static void read_strategy(Reading *reading, const Value *value) {
    for (int i = 0; value->kind == VALUE_TEXT && i < PARTITION_COUNT; i++)
        if (!strcmp(partition_name((PartitionStrategy)i), value->text)) {
            reading->schedule.strategy = (PartitionStrategy)i;
            reading->has_strategy = true;
            return;
        }
    refuse(reading, "strategy", value, "row_major, column_major or block");
}

static void read_order(Reading *reading, const Value *value) {
    if (value->kind != VALUE_TEXT || !tile_order_parse(value->text, &reading->schedule.order))
        refuse(reading, "order", value, "row_major, column_major, match_shard or z_order");
    reading->schedule.order_place = place_of(reading, value);
    reading->has_order = true;
}

static const struct {
    const char *name;
    void (*read)(Reading *reading, const Value *value);
} keys[] = {{"core_grid", read_core_grid}, {"strategy", read_strategy}, {"order", read_order}};

static void read_key(Reading *reading, const char *key, const Value *value) {
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (!strcmp(keys[i].name, key)) {
            keys[i].read(reading, value);
            return;
        }
    report(reading->context, DIAG_SCHEDULE_ANNOTATION, place_of(reading, value), "a schedule has no key %.40s", key);
    report_help(reading->context, "the keys are core_grid, strategy and order");
    fail_now(reading->context);
}

static void read_asked(Reading *reading) {
    if (reading->asked->kind != VALUE_DICT)
        refuse(reading, "annotation", reading->asked, "a dict of core_grid, strategy and order");
    for (uint32_t i = 0; i < reading->asked->count; i++)
        read_key(reading, reading->asked->keys[i], reading->asked->items[i]);
}

// ---------------------------------------------------------------- what goes together

// Orders in which a core can visit the items that a strategy gives it, the usual one first.
static const struct {
    TileOrder orders[4];
    int count;
} orders_of[PARTITION_COUNT] = {
    [PARTITION_ROW_MAJOR] = {{ORDER_ROW_MAJOR}, 1},
    [PARTITION_COLUMN_MAJOR] = {{ORDER_COLUMN_MAJOR}, 1},
    [PARTITION_BLOCK] = {{ORDER_ROW_MAJOR, ORDER_COLUMN_MAJOR, ORDER_MATCH_SHARD, ORDER_Z}, 4},
};

static bool goes_with(PartitionStrategy strategy, TileOrder order) {
    for (int i = 0; i < orders_of[strategy].count; i++)
        if (orders_of[strategy].orders[i] == order) return true;
    return false;
}

static PartitionStrategy strategy_for(TileOrder order) {
    static const PartitionStrategy strategies[] = {[ORDER_ROW_MAJOR] = PARTITION_ROW_MAJOR,
                                                   [ORDER_COLUMN_MAJOR] = PARTITION_COLUMN_MAJOR,
                                                   [ORDER_MATCH_SHARD] = PARTITION_BLOCK,
                                                   [ORDER_Z] = PARTITION_BLOCK};
    return strategies[order];
}

static void check_together(const Reading *reading) {
    const Schedule *schedule = &reading->schedule;
    if (!reading->has_strategy || !reading->has_order || goes_with(schedule->strategy, schedule->order)) return;
    report(reading->context, DIAG_SCHEDULE_ANNOTATION, schedule->order_place,
           "the order %s does not go with the strategy %s", tile_order_name(schedule->order),
           partition_name(schedule->strategy));
    report_help(reading->context, "row_major and column_major deal items in that order; rectangles of the strategy "
                                  "block are visited in row_major, column_major or z_order, or match_shard");
    fail_now(reading->context);
}

static void tell(const Reading *reading, const char *key, const char *option) {
    if (!reading->tell) return;
    report(reading->context, DIAG_SCHEDULE_OVERRIDDEN, reading->function->location,
           "the option %s goes before the kernel's own %s", option, key);
}

// ---------------------------------------------------------------- options over annotations

static void apply_strategy_option(Reading *reading, PartitionStrategy option) {
    Schedule *schedule = &reading->schedule;
    if (reading->has_strategy && schedule->strategy != option) tell(reading, "strategy", "--partition-strategy");
    if (reading->has_order && !goes_with(option, schedule->order)) {
        tell(reading, "order", "--partition-strategy");
        reading->has_order = false;
    }
    schedule->strategy = option;
    reading->has_strategy = true;
}

static void apply_grid_option(Reading *reading, const CompileOptions *options) {
    Schedule *schedule = &reading->schedule;
    bool differs = schedule->core_columns != options->core_columns || schedule->core_rows != options->core_rows;
    if (reading->has_grid && differs) tell(reading, "core_grid", "--core-grid");
    schedule->core_columns = options->core_columns;
    schedule->core_rows = options->core_rows;
    schedule->core_grid_place = (Location){0};
}

// The annotation and tt.core_grid must say the same; told at the later of the two.
static void check_same_grid(const Reading *reading, const Schedule *held, Location place) {
    const Schedule *asked = &reading->schedule;
    if (held->core_columns == asked->core_columns && held->core_rows == asked->core_rows) return;
    Location other = asked->core_grid_place;
    bool is_later = place.line > other.line || (place.line == other.line && place.column > other.column);
    report(reading->context, DIAG_SCHEDULE_ANNOTATION, is_later ? place : other,
           "the schedule's core_grid is %dx%d, and tt.core_grid is %dx%d", asked->core_columns, asked->core_rows,
           held->core_columns, held->core_rows);
    report_help(reading->context, "leave one of them out, or make both say the same");
    fail_now(reading->context);
}

// A core grid that the function holds alone is the user's choice.
static void apply_grid_attribute(Reading *reading) {
    const Function *function = reading->function;
    const Value *grid = function->attributes[ATTR_CORE_GRID];
    if (!grid || function->attributes[ATTR_WORK_PARTITION]) return;
    Location place = grid->location.line ? grid->location : function->location;
    Schedule held = reading->schedule;
    if (!read_grid(grid, &held))
        fail(reading->context, DIAG_CORE_GRID, place, "tt.core_grid: expected [columns, rows] of at least 1");
    if (reading->has_grid) {
        check_same_grid(reading, &held, place);
        return;
    }
    reading->schedule = held;
    reading->schedule.core_grid_place = grid->location;
    reading->has_grid = true;
}

Schedule schedule_of(Function *function, const CompileOptions *options, bool tell_notes) {
    Reading reading = {.context = function->module->context,
                       .function = function,
                       .asked = options->legacy ? NULL : value_get(function->user_attributes, ATTRIBUTE),
                       .tell = tell_notes};
    Schedule *schedule = &reading.schedule;
    if (reading.asked) read_asked(&reading);
    check_together(&reading);
    apply_grid_attribute(&reading);
    if (options->strategy_given) apply_strategy_option(&reading, options->partition_strategy);
    if (options->core_columns) apply_grid_option(&reading, options);
    if (!reading.has_strategy)
        schedule->strategy = reading.has_order ? strategy_for(schedule->order) : options->partition_strategy;
    if (!reading.has_order) schedule->order = orders_of[schedule->strategy].orders[0];
    schedule->asked = reading.has_strategy || reading.has_order;
    return *schedule;
}

// ---------------------------------------------------------------- cores

LaunchGrid launch_grid_of(Function *function) { return grid_of_launch(function, function_launch(function)); }

LaunchGrid grid_of_launch(const Function *function, const Statement *launch) {
    Context *context = function->module->context;
    LaunchGrid grid = {{1, 1, 1}, 1};
    for (int i = 0; i < launch->launch.rank; i++) {
        if (!expr_evaluate_bound(launch->launch.extents[i], &grid.extent[i]))
            fail(context, DIAG_UNBOUND_LAUNCH, launch->location,
                 "the launch's extent %d depends on something that is not known when the plan is made", i);
        if (grid.extent[i] < 1)
            fail(context, DIAG_LAUNCH_EMPTY, launch->location, "the launch has %lld blocks along dimension %d",
                 (long long)grid.extent[i], i);
        if (__builtin_mul_overflow(grid.items, grid.extent[i], &grid.items) || grid.items > INT32_MAX)
            fail(context, DIAG_LAUNCH_TOO_LARGE, launch->location, "the launch has more than 2^31 - 1 blocks");
    }
    return grid;
}

static void check_grid(Function *function, const Schedule *schedule, const Target *target) {
    Context *context = function->module->context;
    if (schedule->core_columns <= target->grid_columns && schedule->core_rows <= target->grid_rows) return;
    Location place = schedule->core_grid_place;
    report(context, DIAG_CORE_GRID, place.line ? place : function_launch(function)->location,
           "the core grid %dx%d is larger than %s's %lldx%lld", schedule->core_columns, schedule->core_rows,
           target->name, (long long)target->grid_columns, (long long)target->grid_rows);
    report_help(context, "ask for at most %lldx%lld", (long long)target->grid_columns, (long long)target->grid_rows);
    fail_now(context);
}

CoreBudget core_budget(Function *function, const Schedule *schedule, const Target *target) {
    LaunchGrid grid = launch_grid_of(function);
    int64_t columns = target->grid_columns, rows = target->grid_rows;
    check_grid(function, schedule, target);
    if (schedule->core_columns)
        columns = schedule->core_columns, rows = schedule->core_rows;
    else if (function_launch(function)->launch.rank == 2 && grid.extent[0] <= columns && grid.extent[1] <= rows)
        columns = grid.extent[0], rows = grid.extent[1];
    int64_t cores = grid.items < columns * rows ? grid.items : columns * rows;
    return (CoreBudget){.columns = (int)(cores < columns ? cores : columns), .cores = (int)cores};
}
