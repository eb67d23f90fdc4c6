// Legacy schedules: runs of work items are compared with the launch and with what else is said of it, and written as
// today's attributes.
#include <string.h>

#include "compat/internal.h"

// Every item exactly once.
static void check_cover(Rewriting *work) {
    uint32_t count = work->assignments.count;
    const Assignment *runs = assignments_by_start(&work->assignments, work->arena);
    int64_t next = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (runs[i].count > work->grid.items)
            fail(work->context, DIAG_LEGACY_CONTRADICTION, legacy_place(work, runs[i].by),
                 "%s: core (%lld, %lld) has %lld work items, and the launch has %lld", work->assigned_by,
                 (long long)runs[i].x, (long long)runs[i].y, (long long)runs[i].count, (long long)work->grid.items);
        if (runs[i].start != next)
            fail(work->context, DIAG_LEGACY_CONTRADICTION, legacy_place(work, runs[i].by),
                 "%s: core (%lld, %lld) begins at work item %lld, expected %lld: every item once", work->assigned_by,
                 (long long)runs[i].x, (long long)runs[i].y, (long long)runs[i].start, (long long)next);
        next += runs[i].count;
    }
    require_same(work, work->assigned_by, legacy_value(work, work->assigned_by), next,
                 "the number of blocks of the launch", work->grid.items);
}

static void check_cores(Rewriting *work) {
    int64_t columns = work->cores.columns, rows = work->cores.rows;
    if (work->core_grid) columns = work->core_grid->items[0]->integer, rows = work->core_grid->items[1]->integer;
    for (uint32_t i = 0; i < work->assignments.count; i++) {
        const Assignment *core = &work->assignments.items[i];
        if (core->x < 0 || core->y < 0 || core->x >= columns || core->y >= rows)
            fail(work->context, DIAG_LEGACY_CONTRADICTION, legacy_place(work, core->by),
                 "%s: core (%lld, %lld) lies outside of the grid of %lldx%lld cores", work->assigned_by,
                 (long long)core->x, (long long)core->y, (long long)columns, (long long)rows);
        if (i && core[-1].x == core->x && core[-1].y == core->y)
            fail(work->context, DIAG_LEGACY_CONTRADICTION, legacy_place(work, core->by),
                 "%s: core (%lld, %lld) has two runs", work->assigned_by, (long long)core->x, (long long)core->y);
    }
}

// ---------------------------------------------------------------- single facts

static void check_word(Rewriting *work, const char *name, const Value *value, const char *legal) {
    if (!value || (value->kind == VALUE_TEXT && !strcmp(value->text, legal))) return;
    fail_malformed(work, name, arena_format(work->arena, "\"%s\"", legal), value);
}

static void check_number(Rewriting *work, const char *name, const Value *value, const char *what, int64_t expected) {
    if (!value) return;
    if (value->kind != VALUE_INT) fail_malformed(work, name, "an integer", value);
    require_same(work, name, value, value->integer, what, expected);
}

static void check_schedule_dict(Rewriting *work, const Value *schedule) {
    if (!schedule) return;
    check_word(work, "tt_schedule[\"policy\"]", value_get(schedule, "policy"), "contiguous");
    check_word(work, "tt_schedule[\"order\"]", value_get(schedule, "order"), "row_major");
    check_number(work, "tt_schedule[\"total_tiles\"]", value_get(schedule, "total_tiles"),
                 "the number of blocks of the launch", work->grid.items);
    const Value *shape = value_get(schedule, "grid_shape");
    if (shape && (!is_int_list(shape, 1) || shape->count > 3))
        fail_malformed(work, "tt_schedule[\"grid_shape\"]", "a list of one to three integers", shape);
    for (uint32_t i = 0; shape && i < shape->count; i++)
        require_same(work, "tt_schedule[\"grid_shape\"]", shape->items[i], shape->items[i]->integer,
                     "the launch's extent", work->grid.extent[i]);
}

static void check_facts(Rewriting *work) {
    static const char *const extents[] = {"tt_grid_x", "tt_grid_y", "tt_grid_z"};
    check_word(work, "tt_schedule_policy", legacy_value(work, "tt_schedule_policy"), "contiguous");
    check_word(work, "tt_schedule_order", legacy_value(work, "tt_schedule_order"), "row_major");
    for (int i = 0; i < 3; i++)
        check_number(work, extents[i], legacy_value(work, extents[i]), "the launch's extent", work->grid.extent[i]);
    check_number(work, "tt_num_tiles", legacy_value(work, "tt_num_tiles"), "the number of blocks of the launch",
                 work->grid.items);
    check_schedule_dict(work, legacy_value(work, "tt_schedule"));
    const Value *runs = legacy_value(work, "tt_tiles_per_core");
    if (runs)
        check_number(work, "tt_num_cores", legacy_value(work, "tt_num_cores"), "the number of tt_tiles_per_core",
                     runs->count);
    check_number(work, "tt.start_tile", legacy_value(work, "tt.start_tile"), "the first work item", 0);
}

static void check_mesh(Rewriting *work) {
    const Value *mesh = legacy_value(work, "tt.device_mesh");
    if (mesh && !mesh->count) fail_malformed(work, "tt.device_mesh", "sizes of the mesh, such as [1, 1]", mesh);
    for (uint32_t i = 0; mesh && i < mesh->count; i++) {
        if (mesh->items[i]->integer == 1) continue;
        report(work->context, DIAG_LEGACY_SCHEDULE, legacy_place(work, mesh->items[i]),
               "tt.device_mesh asks for several devices, and a kernel runs on one");
        report_help(work->context, "use [1, 1]");
        fail_now(work->context);
    }
}

// A schedule is in row-major order, so the options must not ask for another.
static void check_strategy(Rewriting *work) {
    const Value *options = work->function->attributes[ATTR_OPTIONS];
    const Value *strategy = options ? value_get(options, "partition_strategy") : NULL;
    if (!strategy || strategy->kind != VALUE_TEXT || !strcmp(strategy->text, "row_major")) return;
    report(work->context, DIAG_LEGACY_CONTRADICTION, legacy_place(work, legacy_value(work, work->assigned_by)),
           "%s deals work items in row-major order, and the partition strategy is %s", work->assigned_by,
           strategy->text);
    report_help(work->context, "leave one of them out");
    fail_now(work->context);
}

// Nor must the kernel's own schedule, unless the legacy pipeline leaves it out.
static void check_annotation(Rewriting *work) {
    static const char *const keys[] = {"strategy", "order"};
    const Value *options = work->function->attributes[ATTR_OPTIONS];
    const Value *asked = value_get(work->function->user_attributes, "tt.user_schedule");
    const Value *pipeline = options ? value_get(options, "pipeline") : NULL;
    if (!asked || asked->kind != VALUE_DICT) return;
    if (pipeline && pipeline->kind == VALUE_TEXT && !strcmp(pipeline->text, "legacy")) return;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const Value *value = value_get(asked, keys[i]);
        if (!value || value->kind != VALUE_TEXT || !strcmp(value->text, "row_major")) continue;
        report(work->context, DIAG_LEGACY_CONTRADICTION, legacy_place(work, legacy_value(work, work->assigned_by)),
               "%s deals work items in row-major order, and T.annotate_tt_schedule has the %s %.40s", work->assigned_by,
               keys[i], value->text);
        if (value->location.line) report_note(work->context, value->location, "the annotation is here");
        report_help(work->context, "leave one of them out");
        fail_now(work->context);
    }
}

// The first attribute that counts the blocks of the launch; NULL. Those that become tt.core_ranges do in the first
// generation, where each range has its run.
static const LegacyUse *first_schedule(const Rewriting *work) {
    for (uint32_t i = 0; i < work->uses.count; i++) {
        const LegacyRow *row = work->uses.items[i].row;
        if (!strcmp(row->becomes, "tt.work_partition") || !strcmp(row->becomes, "tt.work_grid") ||
            (!strcmp(row->becomes, "tt.core_ranges") && row->generation == 1))
            return &work->uses.items[i];
    }
    return NULL;
}

static void require_grid(const Rewriting *work) {
    const LegacyUse *schedule = work->has_grid ? NULL : first_schedule(work);
    if (!schedule) return;
    report(work->context, DIAG_LEGACY_LAUNCH, schedule->place.line ? schedule->place : work->function->location,
           "%s needs one launch of at most 2^31 - 1 blocks, its extents known", schedule->name);
    if (work->grid.launch) report_note(work->context, work->grid.launch->location, "the launch is here");
    fail_now(work->context);
}

void read_schedule(Rewriting *work) {
    read_core_grid(work, "tt.grid");
    read_core_grid(work, "tt.core_grid");
    check_mesh(work);
    check_block_shape(work);
    require_grid(work);
    read_runs(work);
    if (work->has_grid) check_facts(work);
    if (work->assigned_by) {
        check_cores(work);
        check_cover(work);
        check_strategy(work);
        check_annotation(work);
    }
    read_core_ranges(work);
}

// ---------------------------------------------------------------- writing

typedef struct EntryKeys {
    Name core, run, items;
} EntryKeys;

static Value *integers(Rewriting *work, uint32_t count, const int64_t values[]) {
    return value_integers(work->arena, count, values);
}

static Value *partition_entry(Rewriting *work, const EntryKeys *keys, const Assignment *core) {
    Value *entry = value_dict(work->arena), *items = value_list(work->arena);
    value_append(work->arena, items, integers(work, 3, (int64_t[]){core->start, core->count, 1}));
    value_set(work->arena, entry, keys->core, integers(work, 2, (int64_t[]){core->x, core->y}));
    value_set(work->arena, entry, keys->run, integers(work, 2, (int64_t[]){core->start, core->count}));
    value_set(work->arena, entry, keys->items, items);
    return entry;
}

// Cores of a row that are next to each other are one rectangle; rows of the same columns join.
static Value *make_ranges(Rewriting *work) {
    Value *list = value_list(work->arena);
    const Assignments *cores = &work->assignments;
    int64_t open[4] = {0};
    for (uint32_t i = 0; i < cores->count;) {
        int64_t row[4] = {cores->items[i].x, cores->items[i].y, 0, 1};
        while (i < cores->count && cores->items[i].y == row[1] && cores->items[i].x == row[0] + row[2]) i++, row[2]++;
        if (open[3] && open[0] == row[0] && open[2] == row[2] && open[1] + open[3] == row[1]) {
            open[3]++;
            continue;
        }
        if (open[3]) value_append(work->arena, list, integers(work, 4, open));
        memcpy(open, row, sizeof open);
    }
    if (open[3]) value_append(work->arena, list, integers(work, 4, open));
    return list;
}

void write_schedule(Rewriting *work) {
    Function *function = work->function;
    if (work->core_grid) function->attributes[ATTR_CORE_GRID] = work->core_grid;
    if (!work->assigned_by) return;
    const EntryKeys keys = {name_of(work->context, "core"), name_of(work->context, "run"),
                            name_of(work->context, "items")};
    Value *partition = value_list(work->arena);
    int64_t columns = 0, rows = 0;
    for (uint32_t i = 0; i < work->assignments.count; i++) {
        const Assignment *core = &work->assignments.items[i];
        value_append(work->arena, partition, partition_entry(work, &keys, core));
        if (core->x >= columns) columns = core->x + 1;
        if (core->y >= rows) rows = core->y + 1;
    }
    function->attributes[ATTR_CORE_GRID] = integers(work, 2, (int64_t[]){columns, rows});
    function->attributes[ATTR_CORE_RANGES] = make_ranges(work);
    function->attributes[ATTR_WORK_PARTITION] = partition;
    function->attributes[ATTR_WORK_GRID] = integers(work, 3, work->grid.extent);
}
