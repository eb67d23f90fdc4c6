// Obligation 7, the work items' part: the runs of all cores together are the launch grid, each item once.
#include "program/items.h"
#include "program/verify.h"

static bool read_runs(Check *check, const Value *partition, ItemRuns *runs) {
    if (partition->kind != VALUE_LIST) return false;
    for (uint32_t i = 0; i < partition->count; i++) {
        const Value *items = partition->items[i]->kind == VALUE_DICT ? value_get(partition->items[i], "items") : NULL;
        if (!items || items->kind != VALUE_LIST) return false;
        for (uint32_t j = 0; j < items->count; j++) {
            ItemRun run;
            if (!item_run_read(items->items[j], &run)) return false;
            run.core = i;
            run.index = j;
            vector_push(check->arena, *runs, run);
        }
    }
    return true;
}

static bool grid_items(const Value *grid, int64_t *items) {
    if (!grid || grid->kind != VALUE_LIST) return false;
    *items = 1;
    for (uint32_t i = 0; i < grid->count; i++) {
        bool is_extent = grid->items[i]->kind == VALUE_INT && grid->items[i]->integer >= 0;
        if (!is_extent || __builtin_mul_overflow(*items, grid->items[i]->integer, items)) return false;
    }
    return true;
}

static void complain(Check *check, const char *message) {
    report(check->context, DIAG_PROOF_WORK_ITEMS, check->function->location, "tt.work_partition: %s", message);
    report_help(check->context, "give every item of tt.work_grid to one core, as runs [start, count, stride] or "
                                "[start, count, stride, length, jump]");
}

static int64_t sum_of(const ItemRuns *runs) {
    int64_t sum = 0;
    for (uint32_t i = 0; i < runs->count; i++) sum += runs->items[i].count;
    return sum;
}

void verify_work_items(Check *check) {
    const Value *partition = check->function->attributes[ATTR_WORK_PARTITION];
    const Value *grid = check->function->attributes[ATTR_WORK_GRID];
    ItemRuns runs = {0};
    int64_t items;
    if (!partition || !grid_items(grid, &items)) return;
    if (!read_runs(check, partition, &runs)) {
        complain(check, "expected a list of {\"core\": [x, y], \"items\": [[start, count, stride], ...]}");
        return;
    }
    int64_t width = grid->count && grid->items[0]->integer > 0 ? grid->items[0]->integer : 1;
    const ItemRun *fault;
    switch (items_coverage(check->context, &runs, width, items, &fault)) {
    case COVERAGE_WHOLE: return;
    case COVERAGE_OUTSIDE:
        complain(check, arena_format(check->arena, "the run from %lld goes beyond the last of %lld items",
                                     (long long)fault->start, (long long)items));
        return;
    case COVERAGE_TWICE:
        complain(check, arena_format(check->arena, "the run from %lld holds an item that another run holds, too",
                                     fault ? (long long)fault->start : 0));
        return;
    case COVERAGE_MISSING:
        complain(check, arena_format(check->arena, "%lld items are assigned; expected %lld items",
                                     (long long)sum_of(&runs), (long long)items));
        return;
    case COVERAGE_TOO_MANY: complain(check, "too many interleaved runs");
    }
}
