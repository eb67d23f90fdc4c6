// Which cores a legacy schedule may use: tt.grid, tt.core_grid and tt.core_ranges.
#include "compat/internal.h"

void read_core_grid(Rewriting *work, const char *name) {
    const Value *grid = legacy_value(work, name);
    if (!grid) return;
    if (grid->count != 2 || grid->items[0]->integer < 1 || grid->items[1]->integer < 1)
        fail_malformed(work, name, "[columns, rows]", grid);
    if (grid->items[0]->integer > work->cores.columns || grid->items[1]->integer > work->cores.rows)
        fail(work->context, DIAG_CORE_GRID, legacy_place(work, grid),
             "%s: a grid of %lldx%lld cores is larger than the %dx%d that there are", name,
             (long long)grid->items[0]->integer, (long long)grid->items[1]->integer, work->cores.columns,
             work->cores.rows);
    if (work->core_grid && !value_equal(work->core_grid, grid))
        fail(work->context, DIAG_LEGACY_CONTRADICTION, legacy_place(work, grid),
             "tt.grid and tt.core_grid say different grids");
    work->core_grid = grid;
}

// A rectangle of tt.core_ranges, of either form, as x, y, columns and rows.
static void read_range(Rewriting *work, const Value *range, int64_t place[4]) {
    const Value *start = NULL, *extent = NULL;
    if (range->kind == VALUE_DICT) start = value_get(range, "start"), extent = value_get(range, "extent");
    bool pairs = start && extent && is_int_list(start, 2) && is_int_list(extent, 2);
    pairs = pairs && start->count == 2 && extent->count == 2;
    if (!pairs && !(is_int_list(range, 4) && range->count == 4))
        fail_malformed(work, "tt.core_ranges", "{\"start\": [x, y], \"extent\": [columns, rows]}", range);
    for (uint32_t i = 0; i < 4; i++) {
        place[i] = (pairs ? (i < 2 ? start : extent)->items[i % 2] : range->items[i])->integer;
        if (place[i] < i / 2) fail_malformed(work, "tt.core_ranges", "ranges of at least one core of the chip", range);
    }
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
        report(work->context, DIAG_LEGACY_SCHEDULE, legacy_place(work, ranges),
               "tt.core_ranges without work for its cores can only be one rectangle from core (0, 0)");
        report_help(work->context, "say the work by tt.work_partition, or the cores by tt.grid");
        fail_now(work->context);
    }
    const Value *grid = work->core_grid;
    if (place[2] > work->cores.columns || place[3] > work->cores.rows ||
        (grid && (place[2] > grid->items[0]->integer || place[3] > grid->items[1]->integer)))
        fail(work->context, DIAG_LEGACY_CONTRADICTION, legacy_place(work, ranges),
             "tt.core_ranges has %lldx%lld cores, more than the grid", (long long)place[2], (long long)place[3]);
    work->core_grid = value_integers(work->arena, 2, place + 2);
}

// Ranges hold every core with work.
void read_core_ranges(Rewriting *work) {
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
            fail(work->context, DIAG_LEGACY_CONTRADICTION, legacy_place(work, ranges),
                 "tt.core_ranges does not hold core (%lld, %lld), which %s gives work", (long long)core->x,
                 (long long)core->y, work->assigned_by);
    }
}
