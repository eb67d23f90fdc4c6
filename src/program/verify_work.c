// Obligation 7, the work items' part: the runs of all cores together are the launch grid, each item once.
//
// A run is (start, count, stride). Runs are never enumerated: those of one stride are sorted by residue and place,
// where neighbours that overlap are next to each other.
#include <stdlib.h>

#include "program/verify.h"

typedef struct Run {
    int64_t start, count, stride;
} Run;

typedef VECTOR(Run) Runs;

static bool read_run(const Value *item, Run *run) {
    if (item->kind != VALUE_LIST || item->count != 3) return false;
    for (uint32_t i = 0; i < 3; i++)
        if (item->items[i]->kind != VALUE_INT || item->items[i]->integer < 0 || item->items[i]->integer > INT32_MAX)
            return false;
    *run = (Run){item->items[0]->integer, item->items[1]->integer, item->items[2]->integer};
    return run->count <= 1 || run->stride > 0;
}

static bool read_runs(Check *check, const Value *partition, Runs *runs) {
    if (partition->kind != VALUE_LIST) return false;
    for (uint32_t i = 0; i < partition->count; i++) {
        const Value *items = partition->items[i]->kind == VALUE_DICT ? value_get(partition->items[i], "items") : NULL;
        if (!items || items->kind != VALUE_LIST) return false;
        for (uint32_t j = 0; j < items->count; j++) {
            Run run;
            if (!read_run(items->items[j], &run)) return false;
            if (run.count == 1) run.stride = 1;
            if (run.count > 0) vector_push(check->arena, *runs, run);
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

static int by_place(const void *left, const void *right) {
    const Run *a = left, *b = right;
    if (a->stride != b->stride) return a->stride < b->stride ? -1 : 1;
    int64_t a_residue = a->start % a->stride, b_residue = b->start % b->stride;
    if (a_residue != b_residue) return a_residue < b_residue ? -1 : 1;
    return (a->start > b->start) - (a->start < b->start);
}

static int64_t last_item(const Run *run) { return run->start + (run->count - 1) * run->stride; }

// Two runs of one stride share an item if they have one residue and their intervals meet. Runs of different strides are
// compared by counting only.
static const Run *find_overlap(const Runs *runs) {
    for (uint32_t i = 1; i < runs->count; i++) {
        const Run *before = &runs->items[i - 1], *run = &runs->items[i];
        bool is_comparable = before->stride == run->stride && before->start % run->stride == run->start % run->stride;
        if (is_comparable && run->start <= last_item(before)) return run;
    }
    return NULL;
}

static void complain(Check *check, const char *message) {
    report(check->context, DIAG_PROOF_WORK_ITEMS, check->function->location, "tt.work_partition: %s", message);
    report_help(check->context, "give every item of tt.work_grid to one core, as runs [start, count, stride]");
}

void verify_work_items(Check *check) {
    const Value *partition = check->function->attributes[ATTR_WORK_PARTITION];
    const Value *grid = check->function->attributes[ATTR_WORK_GRID];
    Runs runs = {0};
    int64_t items, sum = 0, last = -1;
    if (!partition || !grid_items(grid, &items)) return;
    if (!read_runs(check, partition, &runs)) {
        complain(check, "expected a list of {\"core\": [x, y], \"items\": [[start, count, stride], ...]}");
        return;
    }
    if (runs.count) qsort(runs.items, runs.count, sizeof(Run), by_place);
    for (uint32_t i = 0; i < runs.count; i++) {
        sum += runs.items[i].count;
        if (last_item(&runs.items[i]) > last) last = last_item(&runs.items[i]);
    }
    const Run *overlap = find_overlap(&runs);
    if (overlap)
        complain(check, arena_format(check->arena, "item %lld is assigned twice", (long long)overlap->start));
    else if (sum != items || last >= items)
        complain(check, arena_format(check->arena, "%lld items up to number %lld are assigned; expected %lld items",
                                     (long long)sum, (long long)last, (long long)items));
}
