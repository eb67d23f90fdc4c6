// Legacy runs: each attribute that assigns work items to cores is read into runs, which are held against each other.
#include <stdlib.h>
#include <string.h>

#include "compat/internal.h"

static int64_t field(Rewriting *work, const char *name, const Value *dict, const char *key) {
    const Value *value = dict->kind == VALUE_DICT ? value_get(dict, key) : NULL;
    if (!value || value->kind != VALUE_INT || value->integer < 0 || value->integer > INT32_MAX)
        fail_malformed(work, name, arena_format(work->arena, "a dict with an integer `%s` of at least 0", key), dict);
    return value->integer;
}

// A list with room for what an attribute says of so many cores.
static Assignments room_for(const Rewriting *work, uint32_t count) {
    return (Assignments){.items = arena_new_array(work->arena, Assignment, count), .capacity = count};
}

static void add(Rewriting *work, Assignments *list, Assignment assignment) {
    vector_push(work->arena, *list, assignment);
}

static void add_numbered(Rewriting *work, Assignments *list, int64_t core, int64_t start, int64_t count,
                         const Value *by) {
    int64_t columns = work->cores.columns;
    add(work, list, (Assignment){core % columns, core / columns, start, count, by});
}

// [[start, count], ...]: entry i is core i.
static void read_list(Rewriting *work, const char *name, const Value *value, Assignments *list) {
    for (uint32_t i = 0; i < value->count; i++) {
        const Value *run = value->items[i];
        if (!is_int_list(run, 2) || run->items[0]->integer < 0 || run->items[1]->integer < 0)
            fail_malformed(work, name, "runs [start, count]", run);
        add_numbered(work, list, i, run->items[0]->integer, run->items[1]->integer, run);
    }
}

static void read_schedule_dict(Rewriting *work, const char *name, const Value *value, Assignments *list) {
    const Value *assignments = value_get(value, "assignments");
    if (!assignments || assignments->kind != VALUE_LIST) fail_malformed(work, name, "a list `assignments`", value);
    for (uint32_t i = 0; i < assignments->count; i++) {
        const Value *entry = assignments->items[i];
        add_numbered(work, list, field(work, name, entry, "core_id"), field(work, name, entry, "start_tile"),
                     field(work, name, entry, "tile_count"), entry);
    }
}

// [[x, y, x, y, start, count], ...]
static void read_placed_runs(Rewriting *work, const char *name, const Value *value, Assignments *list) {
    for (uint32_t i = 0; i < value->count; i++) {
        const Value *range = value->items[i];
        if (!is_int_list(range, 6) || range->count != 6)
            fail_malformed(work, name, "[x, y, x, y, start, count]", range);
        for (uint32_t k = 0; k < 6; k++)
            if (range->items[k]->integer < 0) fail_malformed(work, name, "numbers of at least 0", range);
        int64_t x = range->items[0]->integer, y = range->items[1]->integer;
        if (range->items[2]->integer != x || range->items[3]->integer != y)
            fail_malformed(work, name, "one core a range: its first corner twice", range);
        add(work, list, (Assignment){x, y, range->items[4]->integer, range->items[5]->integer, range});
    }
}

// [[start, count, ...], ...]: entry i is started on the core of tt_core_ranges[i], or on core i.
static void read_runtime_arguments(Rewriting *work, const char *name, const Value *value, Assignments *list) {
    const Value *ranges = legacy_value(work, "tt_core_ranges");
    read_list(work, name, value, list);
    if (!ranges) return;
    require_same(work, name, value, value->count, "the number of tt_core_ranges", ranges->count);
    for (uint32_t i = 0; i < list->count; i++) {
        list->items[i].x = ranges->items[i]->items[0]->integer;
        list->items[i].y = ranges->items[i]->items[1]->integer;
    }
}

static int ascending(const void *left, const void *right) {
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

// What may stand beside a block's row and column. How many steps it takes comes from the kernel's own loop.
static bool is_known_of_block(const char *key, const Value *value) {
    if (!strcmp(key, "len_k") || !strcmp(key, "k_len"))
        return value->kind == VALUE_NULL || (value->kind == VALUE_INT && value->integer >= 1);
    return !strcmp(key, "tile_order") && (value->kind == VALUE_NULL || value->kind == VALUE_TEXT);
}

static void check_block(Rewriting *work, const char *name, const Value *block, const char *const keys[2]) {
    for (uint32_t i = 0; block->kind == VALUE_DICT && i < block->count; i++) {
        const char *key = block->keys[i];
        if (!strcmp(key, keys[0]) || !strcmp(key, keys[1]) || is_known_of_block(key, block->items[i])) continue;
        report(work->context, DIAG_LEGACY_MALFORMED, legacy_key_place(work, block, i), "%s: a block has no such %s",
               name, key);
        report_help(work->context, "a block has %s, %s, a length along k of at least 1, and tile_order", keys[0],
                    keys[1]);
        fail_now(work->context);
    }
}

// Blocks as {row, column} of one core; together they must be one run of items.
static void add_blocks(Rewriting *work, const char *name, const Value *cores, uint32_t entry, const char *const keys[2],
                       Assignments *list) {
    const char *core = cores->keys[entry];
    const Value *blocks = cores->items[entry];
    int64_t x, y;
    if (!parse_core_key(core, &x, &y))
        fail(work->context, DIAG_LEGACY_MALFORMED, legacy_key_place(work, cores, entry),
             "%s: expected cores as \"(x,y)\", got %.40s", name, core);
    if (blocks->kind != VALUE_LIST) fail_malformed(work, name, "a list of blocks for each core", blocks);
    if (!work->has_grid) return;
    int64_t *items = arena_new_array(work->arena, int64_t, blocks->count);
    for (uint32_t i = 0; i < blocks->count; i++) {
        check_block(work, name, blocks->items[i], keys);
        int64_t row = field(work, name, blocks->items[i], keys[0]),
                column = field(work, name, blocks->items[i], keys[1]);
        if (column >= work->grid.extent[0] || row >= work->grid.extent[1] * work->grid.extent[2])
            fail_malformed(work, name, "blocks of the launch", blocks->items[i]);
        items[i] = row * work->grid.extent[0] + column;
    }
    if (blocks->count) qsort(items, blocks->count, sizeof *items, ascending);
    for (uint32_t i = 1; i < blocks->count; i++) {
        if (items[i] == items[i - 1] + 1) continue;
        report(work->context, DIAG_LEGACY_SCHEDULE, legacy_place(work, blocks),
               "%s gives core %s blocks that are no run of work items: %lld is followed by %lld", name, core,
               (long long)items[i - 1], (long long)items[i]);
        report_help(work->context, "leave it out and use --partition-strategy=block or column_major");
        fail_now(work->context);
    }
    add(work, list, (Assignment){x, y, blocks->count ? items[0] : 0, blocks->count, blocks});
}

static void read_blocks(Rewriting *work, const char *name, const Value *dict, const char *const keys[2],
                        Assignments *list) {
    for (uint32_t i = 0; i < dict->count; i++) add_blocks(work, name, dict, i, keys, list);
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
    const Value *run = items->items[0];
    add(work, list,
        (Assignment){core->items[0]->integer, core->items[1]->integer, run->items[0]->integer, run->items[1]->integer,
                     entry});
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
    {"tt_tiles_per_core", read_list},           {"tt_schedule", read_schedule_dict},
    {"tt_core_ranges", read_placed_runs},       {"tt_core_runtime_args", read_runtime_arguments},
    {"tt.runtime_args", read_core_assignments}, {"tt.work_partition", read_partition},
};

// ---------------------------------------------------------------- holding them against each other

static bool is_same_run(const Assignment *a, const Assignment *b) {
    return a->x == b->x && a->y == b->y && a->start == b->start && a->count == b->count;
}

static void require_equal_runs(Rewriting *work, const char *name, const Value *value, const Assignments *list) {
    const Assignments *first = &work->assignments;
    uint32_t same = 0;
    while (same < first->count && same < list->count && is_same_run(&first->items[same], &list->items[same])) same++;
    if (same == first->count && same == list->count) return;
    report(work->context, DIAG_LEGACY_CONTRADICTION,
           legacy_place(work, same < list->count ? list->items[same].by : value),
           "%s assigns other work items than %s does", name, work->assigned_by);
    report_note(work->context, legacy_place(work, legacy_value(work, work->assigned_by)), "%s is here",
                work->assigned_by);
    report_help(work->context, "leave one of them out");
    fail_now(work->context);
}

static void read_source(Rewriting *work, size_t which) {
    const char *name = sources[which].name;
    const Value *value = legacy_value(work, name);
    if (!value) return;
    Assignments list = room_for(work, value->count);
    sources[which].read(work, name, value, &list);
    assignments_normalize(&list);
    if (work->assigned_by) {
        require_equal_runs(work, name, value, &list);
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
                     run_start(work->grid.items, number->integer, core + 1) - start, number);
    }
    assignments_normalize(&work->assignments);
    work->assigned_by = "tt_num_cores";
}

void read_runs(Rewriting *work) {
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) read_source(work, i);
    deal_over_cores(work);
}
