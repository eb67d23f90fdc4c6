// Legacy schedules: every attribute that assigns work items to cores is read into runs, compared with the others and
// with the launch, and written as today's attributes.
#include <stdlib.h>
#include <string.h>

#include "compat/internal.h"

// ---------------------------------------------------------------- reading runs

static int64_t field(Rewriting *work, const char *name, const Value *dict, const char *key) {
    const Value *value = dict->kind == VALUE_DICT ? value_get(dict, key) : NULL;
    if (!value || value->kind != VALUE_INT || value->integer < 0 || value->integer > INT32_MAX)
        fail_malformed(work, name, arena_format(work->arena, "a dict with an integer `%s` of at least 0", key), dict);
    return value->integer;
}

static void add(Rewriting *work, Assignments *list, int64_t x, int64_t y, int64_t start, int64_t count) {
    Assignment assignment = {x, y, start, count};
    vector_push(work->arena, *list, assignment);
}

static void add_numbered(Rewriting *work, Assignments *list, int64_t core, int64_t start, int64_t count) {
    add(work, list, core % work->cores.columns, core / work->cores.columns, start, count);
}

// [[start, count], ...]: entry i is core i.
static void read_runs(Rewriting *work, const char *name, const Value *value, Assignments *list) {
    for (uint32_t i = 0; i < value->count; i++) {
        const Value *run = value->items[i];
        if (!is_int_list(run, 2) || run->items[0]->integer < 0 || run->items[1]->integer < 0)
            fail_malformed(work, name, "runs [start, count]", run);
        add_numbered(work, list, i, run->items[0]->integer, run->items[1]->integer);
    }
}

static void read_schedule_dict(Rewriting *work, const char *name, const Value *value, Assignments *list) {
    const Value *assignments = value_get(value, "assignments");
    if (!assignments || assignments->kind != VALUE_LIST) fail_malformed(work, name, "a list `assignments`", value);
    for (uint32_t i = 0; i < assignments->count; i++) {
        const Value *entry = assignments->items[i];
        add_numbered(work, list, field(work, name, entry, "core_id"), field(work, name, entry, "start_tile"),
                     field(work, name, entry, "tile_count"));
    }
}

// [[x, y, x, y, start, count], ...]
static void read_core_ranges(Rewriting *work, const char *name, const Value *value, Assignments *list) {
    for (uint32_t i = 0; i < value->count; i++) {
        const Value *range = value->items[i];
        if (!is_int_list(range, 6) || range->count != 6)
            fail_malformed(work, name, "[x, y, x, y, start, count]", range);
        for (uint32_t k = 0; k < 6; k++)
            if (range->items[k]->integer < 0) fail_malformed(work, name, "numbers of at least 0", range);
        int64_t x = range->items[0]->integer, y = range->items[1]->integer;
        if (range->items[2]->integer != x || range->items[3]->integer != y)
            fail_malformed(work, name, "one core a range: its first corner twice", range);
        add(work, list, x, y, range->items[4]->integer, range->items[5]->integer);
    }
}

// [[start, count, ...], ...]: entry i is started on the core of tt_core_ranges[i], or on core i.
static void read_runtime_arguments(Rewriting *work, const char *name, const Value *value, Assignments *list) {
    const Value *ranges = legacy_value(work, "tt_core_ranges");
    read_runs(work, name, value, list);
    if (!ranges) return;
    require_same(work, name, value->count, "the number of tt_core_ranges", ranges->count);
    for (uint32_t i = 0; i < list->count; i++) {
        list->items[i].x = ranges->items[i]->items[0]->integer;
        list->items[i].y = ranges->items[i]->items[1]->integer;
    }
}

static int ascending(const void *left, const void *right) {
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

// Blocks as {row, column} of one core; together they must be one run of items.
static void add_blocks(Rewriting *work, const char *name, const char *core, const Value *blocks,
                       const char *const keys[2], Assignments *list) {
    int64_t x, y;
    if (!parse_core_key(core, &x, &y)) fail_malformed(work, name, "cores as \"(x,y)\"", value_text(work->arena, core));
    if (blocks->kind != VALUE_LIST) fail_malformed(work, name, "a list of blocks for each core", blocks);
    if (!work->has_grid) return;
    int64_t *items = arena_new_array(work->arena, int64_t, blocks->count);
    for (uint32_t i = 0; i < blocks->count; i++) {
        int64_t row = field(work, name, blocks->items[i], keys[0]),
                column = field(work, name, blocks->items[i], keys[1]);
        if (column >= work->grid.extent[0] || row >= work->grid.extent[1] * work->grid.extent[2])
            fail_malformed(work, name, "blocks of the launch", blocks->items[i]);
        items[i] = row * work->grid.extent[0] + column;
    }
    if (blocks->count) qsort(items, blocks->count, sizeof *items, ascending);
    for (uint32_t i = 1; i < blocks->count; i++) {
        if (items[i] == items[i - 1] + 1) continue;
        report(work->context, DIAG_LEGACY_SCHEDULE, work->function->location,
               "%s gives core %s blocks that are no run of work items: %lld is followed by %lld", name, core,
               (long long)items[i - 1], (long long)items[i]);
        report_help(work->context, "leave it out and use --partition-strategy=block or column_major");
        fail_now(work->context);
    }
    add(work, list, x, y, blocks->count ? items[0] : 0, blocks->count);
}

static void read_blocks(Rewriting *work, const char *name, const Value *dict, const char *const keys[2],
                        Assignments *list) {
    for (uint32_t i = 0; i < dict->count; i++) add_blocks(work, name, dict->keys[i], dict->items[i], keys, list);
}

static void read_core_assignments(Rewriting *work, const char *name, const Value *value, Assignments *list) {
    static const char *const keys[] = {"m_idx", "n_idx"};
    const Value *assignments = value_get(value, "core_assignments");
    if (!assignments || assignments->kind != VALUE_DICT) fail_malformed(work, name, "a dict `core_assignments`", value);
    read_blocks(work, name, assignments, keys, list);
}

static void read_todays_entry(Rewriting *work, const char *name, const Value *entry, Assignments *list) {
    const Value *core = entry->kind == VALUE_DICT ? value_get(entry, "core") : NULL;
    const Value *items = entry->kind == VALUE_DICT ? value_get(entry, "items") : NULL;
    bool good = core && is_int_list(core, 2) && items && items->kind == VALUE_LIST && items->count == 1 &&
                is_int_list(items->items[0], 3) && items->items[0]->items[2]->integer == 1;
    if (!good) fail_malformed(work, name, "{\"core\": [x, y], \"items\": [[start, count, 1]]}", entry);
    add(work, list, core->items[0]->integer, core->items[1]->integer, items->items[0]->items[0]->integer,
        items->items[0]->items[1]->integer);
}

static void read_partition(Rewriting *work, const char *name, const Value *value, Assignments *list) {
    static const char *const keys[] = {"io", "jo"};
    if (value->kind == VALUE_DICT) {
        read_blocks(work, name, value, keys, list);
        return;
    }
    if (value->kind != VALUE_LIST) fail_malformed(work, name, "a dict of cores \"(x,y)\"", value);
    for (uint32_t i = 0; i < value->count; i++) read_todays_entry(work, name, value->items[i], list);
}

static const struct {
    const char *name;
    void (*read)(Rewriting *work, const char *name, const Value *value, Assignments *list);
} sources[] = {
    {"tt_tiles_per_core", read_runs},           {"tt_schedule", read_schedule_dict},
    {"tt_core_ranges", read_core_ranges},       {"tt_core_runtime_args", read_runtime_arguments},
    {"tt.runtime_args", read_core_assignments}, {"tt.work_partition", read_partition},
};

// ---------------------------------------------------------------- holding them against each other

static void require_equal_runs(Rewriting *work, const char *name, const Assignments *list) {
    const Assignments *first = &work->assignments;
    bool same = first->count == list->count;
    for (uint32_t i = 0; same && i < list->count; i++)
        same = !memcmp(&first->items[i], &list->items[i], sizeof(Assignment));
    if (same) return;
    report(work->context, DIAG_LEGACY_CONTRADICTION, work->function->location,
           "%s assigns other work items than %s does", name, work->assigned_by);
    report_help(work->context, "leave one of them out");
    fail_now(work->context);
}

static void read_source(Rewriting *work, size_t which) {
    const char *name = sources[which].name;
    const Value *value = legacy_value(work, name);
    if (!value) return;
    Assignments list = {0};
    sources[which].read(work, name, value, &list);
    assignments_normalize(&list);
    if (work->assigned_by) {
        require_equal_runs(work, name, &list);
        return;
    }
    work->assignments = list;
    work->assigned_by = name;
}

// tt_num_cores alone: contiguous runs over so many cores.
static void deal_over_cores(Rewriting *work) {
    const Value *number = legacy_value(work, "tt_num_cores");
    if (work->assigned_by || !number) return;
    int64_t all = (int64_t)work->cores.columns * work->cores.rows;
    if (number->kind != VALUE_INT || number->integer < 1 || number->integer > all)
        fail_malformed(work, "tt_num_cores", arena_format(work->arena, "1 to %lld cores", (long long)all), number);
    for (int64_t core = 0; core < number->integer; core++) {
        int64_t start = run_start(work->grid.items, number->integer, core);
        add_numbered(work, &work->assignments, core, start,
                     run_start(work->grid.items, number->integer, core + 1) - start);
    }
    assignments_normalize(&work->assignments);
    work->assigned_by = "tt_num_cores";
}

static int by_start(const void *left, const void *right) {
    const Assignment *a = left, *b = right;
    return (a->start > b->start) - (a->start < b->start);
}

// Every item exactly once.
static void check_cover(Rewriting *work) {
    uint32_t count = work->assignments.count;
    Assignment *runs = arena_new_array(work->arena, Assignment, count);
    if (count) {
        memcpy(runs, work->assignments.items, count * sizeof *runs);
        qsort(runs, count, sizeof *runs, by_start);
    }
    int64_t next = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (runs[i].start != next || runs[i].count > work->grid.items)
            fail(work->context, DIAG_LEGACY_CONTRADICTION, work->function->location,
                 "%s: core (%lld, %lld) begins at work item %lld, expected %lld: every item once", work->assigned_by,
                 (long long)runs[i].x, (long long)runs[i].y, (long long)runs[i].start, (long long)next);
        next += runs[i].count;
    }
    require_same(work, work->assigned_by, next, "the number of blocks of the launch", work->grid.items);
}

static void check_cores(Rewriting *work) {
    int64_t columns = work->cores.columns, rows = work->cores.rows;
    if (work->core_grid) columns = work->core_grid->items[0]->integer, rows = work->core_grid->items[1]->integer;
    for (uint32_t i = 0; i < work->assignments.count; i++) {
        const Assignment *core = &work->assignments.items[i];
        if (core->x < 0 || core->y < 0 || core->x >= columns || core->y >= rows)
            fail(work->context, DIAG_LEGACY_CONTRADICTION, work->function->location,
                 "%s: core (%lld, %lld) lies outside of the grid of %lldx%lld cores", work->assigned_by,
                 (long long)core->x, (long long)core->y, (long long)columns, (long long)rows);
        if (i && core[-1].x == core->x && core[-1].y == core->y)
            fail(work->context, DIAG_LEGACY_CONTRADICTION, work->function->location,
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
    require_same(work, name, value->integer, what, expected);
}

static void check_schedule_dict(Rewriting *work, const Value *schedule) {
    if (!schedule) return;
    check_word(work, "tt_schedule[\"policy\"]", value_get(schedule, "policy"), "contiguous");
    check_word(work, "tt_schedule[\"order\"]", value_get(schedule, "order"), "row_major");
    check_number(work, "tt_schedule[\"total_tiles\"]", value_get(schedule, "total_tiles"),
                 "the number of blocks of the launch", work->grid.items);
    const Value *shape = value_get(schedule, "grid_shape");
    if (shape && !is_int_list(shape, 1))
        fail_malformed(work, "tt_schedule[\"grid_shape\"]", "a list of integers", shape);
    for (uint32_t i = 0; shape && i < shape->count && i < 3; i++)
        require_same(work, "tt_schedule[\"grid_shape\"]", shape->items[i]->integer, "the launch's extent",
                     work->grid.extent[i]);
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

static void read_core_grid(Rewriting *work, const char *name) {
    const Value *grid = legacy_value(work, name);
    if (!grid) return;
    if (grid->count != 2 || grid->items[0]->integer < 1 || grid->items[1]->integer < 1)
        fail_malformed(work, name, "[columns, rows]", grid);
    if (grid->items[0]->integer > work->cores.columns || grid->items[1]->integer > work->cores.rows)
        fail(work->context, DIAG_CORE_GRID, work->function->location,
             "%s: a grid of %lldx%lld cores is larger than the %dx%d that there are", name,
             (long long)grid->items[0]->integer, (long long)grid->items[1]->integer, work->cores.columns,
             work->cores.rows);
    if (work->core_grid && !value_equal(work->core_grid, grid))
        fail(work->context, DIAG_LEGACY_CONTRADICTION, work->function->location,
             "tt.grid and tt.core_grid say different grids");
    work->core_grid = grid;
}

// Sizes that say nothing that the kernel does not.
static void check_rest(Rewriting *work) {
    const Value *shape = legacy_value(work, "tt.block_shape"), *mesh = legacy_value(work, "tt.device_mesh");
    for (uint32_t i = 0; shape && i < shape->count; i++)
        if (shape->items[i]->integer < 1) fail_malformed(work, "tt.block_shape", "sizes of at least 1", shape);
    for (uint32_t i = 0; mesh && i < mesh->count; i++) {
        if (mesh->items[i]->integer == 1) continue;
        report(work->context, DIAG_LEGACY_SCHEDULE, work->function->location,
               "tt.device_mesh asks for several devices, and a kernel runs on one");
        report_help(work->context, "use [1, 1]");
        fail_now(work->context);
    }
}

static Value *integers(Rewriting *work, int count, const int64_t values[]) {
    Value *list = value_list(work->arena);
    for (int i = 0; i < count; i++) value_append(work->arena, list, value_int(work->arena, values[i]));
    return list;
}

// A rectangle of tt.core_ranges, of either form, as x, y, columns and rows.
static void read_range(Rewriting *work, const Value *range, int64_t place[4]) {
    const Value *start = NULL, *extent = NULL;
    if (range->kind == VALUE_DICT) start = value_get(range, "start"), extent = value_get(range, "extent");
    bool pairs = start && extent && is_int_list(start, 2) && is_int_list(extent, 2);
    if (!pairs && !is_int_list(range, 4))
        fail_malformed(work, "tt.core_ranges", "{\"start\": [x, y], \"extent\": [columns, rows]}", range);
    for (uint32_t i = 0; i < 4; i++)
        place[i] = (pairs ? (i < 2 ? start : extent)->items[i % 2] : range->items[i])->integer;
}

static bool range_holds(Rewriting *work, const Value *range, const Assignment *core) {
    int64_t place[4];
    read_range(work, range, place);
    return core->x >= place[0] && core->y >= place[1] && core->x - place[0] < place[2] && core->y - place[1] < place[3];
}

// Where nothing says what a core does, ranges say which cores are used: one rectangle from core (0, 0) can be that.
static void choose_cores(Rewriting *work, const Value *ranges) {
    int64_t place[4] = {1, 1, 1, 1};
    if (ranges->count == 1) read_range(work, ranges->items[0], place);
    if (place[0] || place[1]) {
        report(work->context, DIAG_LEGACY_SCHEDULE, work->function->location,
               "tt.core_ranges without work for its cores can only be one rectangle from core (0, 0)");
        report_help(work->context, "say the work by tt.work_partition, or the cores by tt.grid");
        fail_now(work->context);
    }
    const Value *grid = work->core_grid;
    if (place[2] < 1 || place[3] < 1) fail_malformed(work, "tt.core_ranges", "ranges of at least one core", ranges);
    if (place[2] > work->cores.columns || place[3] > work->cores.rows ||
        (grid && (place[2] > grid->items[0]->integer || place[3] > grid->items[1]->integer)))
        fail(work->context, DIAG_LEGACY_CONTRADICTION, work->function->location,
             "tt.core_ranges has %lldx%lld cores, more than the grid", (long long)place[2], (long long)place[3]);
    work->core_grid = integers(work, 2, place + 2);
}

// Ranges hold every core with work.
static void check_ranges(Rewriting *work) {
    const Value *ranges = legacy_value(work, "tt.core_ranges");
    if (!ranges) return;
    if (ranges->kind != VALUE_LIST) fail_malformed(work, "tt.core_ranges", "a list of ranges", ranges);
    int64_t place[4];
    for (uint32_t k = 0; k < ranges->count; k++) read_range(work, ranges->items[k], place);
    if (!work->assigned_by) choose_cores(work, ranges);
    for (uint32_t i = 0; i < work->assignments.count; i++) {
        const Assignment *core = &work->assignments.items[i];
        bool held = false;
        for (uint32_t k = 0; k < ranges->count; k++) held = held || range_holds(work, ranges->items[k], core);
        if (!held)
            fail(work->context, DIAG_LEGACY_CONTRADICTION, work->function->location,
                 "tt.core_ranges does not hold core (%lld, %lld), which %s gives work", (long long)core->x,
                 (long long)core->y, work->assigned_by);
    }
}

// A schedule is in row-major order, so the options must not ask for another.
static void check_strategy(Rewriting *work) {
    const Value *options = work->function->attributes[ATTR_OPTIONS];
    const Value *strategy = options ? value_get(options, "partition_strategy") : NULL;
    if (!strategy || strategy->kind != VALUE_TEXT || !strcmp(strategy->text, "row_major")) return;
    report(work->context, DIAG_LEGACY_CONTRADICTION, work->function->location,
           "%s deals work items in row-major order, and the partition strategy is %s", work->assigned_by,
           strategy->text);
    report_help(work->context, "leave one of them out");
    fail_now(work->context);
}

static bool holds_schedule(const Rewriting *work) {
    const Value *user = work->function->user_attributes;
    for (uint32_t i = 0; i < user->count; i++) {
        const LegacyRow *row = legacy_find(user->keys[i]);
        if (row && (!strcmp(row->becomes, "tt.work_partition") || !strcmp(row->becomes, "tt.work_grid"))) return true;
    }
    return false;
}

void read_schedule(Rewriting *work) {
    read_core_grid(work, "tt.grid");
    read_core_grid(work, "tt.core_grid");
    check_rest(work);
    if (!work->has_grid) {
        if (!holds_schedule(work)) return;
        fail(work->context, DIAG_LEGACY_LAUNCH, work->function->location,
             "a legacy schedule needs one launch of at most 2^31 - 1 blocks, its extents known");
    }
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) read_source(work, i);
    deal_over_cores(work);
    check_facts(work);
    if (work->assigned_by) {
        check_cores(work);
        check_cover(work);
        check_strategy(work);
    }
    check_ranges(work);
}

// ---------------------------------------------------------------- writing

static Value *partition_entry(Rewriting *work, const Assignment *core) {
    Value *entry = value_dict(work->arena), *items = value_list(work->arena);
    value_append(work->arena, items, integers(work, 3, (int64_t[]){core->start, core->count, 1}));
    value_set(work->arena, entry, name_of(work->context, "core"), integers(work, 2, (int64_t[]){core->x, core->y}));
    value_set(work->arena, entry, name_of(work->context, "run"),
              integers(work, 2, (int64_t[]){core->start, core->count}));
    value_set(work->arena, entry, name_of(work->context, "items"), items);
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
    Value *partition = value_list(work->arena);
    int64_t columns = 0, rows = 0;
    for (uint32_t i = 0; i < work->assignments.count; i++) {
        const Assignment *core = &work->assignments.items[i];
        value_append(work->arena, partition, partition_entry(work, core));
        if (core->x >= columns) columns = core->x + 1;
        if (core->y >= rows) rows = core->y + 1;
    }
    function->attributes[ATTR_CORE_GRID] = integers(work, 2, (int64_t[]){columns, rows});
    function->attributes[ATTR_CORE_RANGES] = make_ranges(work);
    function->attributes[ATTR_WORK_PARTITION] = partition;
    function->attributes[ATTR_WORK_GRID] = integers(work, 3, work->grid.extent);
}
