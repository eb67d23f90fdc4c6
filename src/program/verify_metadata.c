// What a program's attributes say of its cores: well-formed ranges, each core once, the grid that they span, and no
// work on other cores. Programs written by hand may leave attributes out.
#include "program/verify.h"

static void complain(Check *check, const char *name, const char *message, const char *help) {
    report(check->context, DIAG_PROOF_CORES, check->function->location, "%s: %s", name, message);
    report_help(check->context, "%s", help);
}

static bool are_integers(const Value *list, uint32_t count) {
    if (list->kind != VALUE_LIST || list->count != count) return false;
    for (uint32_t i = 0; i < count; i++)
        if (list->items[i]->kind != VALUE_INT || list->items[i]->integer < 0 || list->items[i]->integer > MAX_GRID_SIDE)
            return false;
    return true;
}

static const char *value_shown(Check *check, const Value *value) {
    Text text = {.arena = check->arena};
    value_print(value, &text);
    return arena_format(check->arena, "%.60s", text.data);
}

static int64_t at(const Value *list, uint32_t index) { return list->items[index]->integer; }

static bool overlap(const Value *a, const Value *b) {
    return at(a, 0) < at(b, 0) + at(b, 2) && at(b, 0) < at(a, 0) + at(a, 2) && at(a, 1) < at(b, 1) + at(b, 3) &&
           at(b, 1) < at(a, 1) + at(a, 3);
}

static bool check_range(Check *check, const Value *ranges, uint32_t index) {
    const Value *range = ranges->items[index];
    static const char help[] = "give every core in one rectangle [x, y, columns, rows]";
    if (!are_integers(range, 4) || at(range, 2) < 1 || at(range, 3) < 1) {
        complain(check, "tt.core_ranges",
                 arena_format(check->arena, "expected [x, y, columns, rows], seen %s", value_shown(check, range)),
                 help);
        return false;
    }
    for (uint32_t i = 0; i < index; i++)
        if (overlap(ranges->items[i], range)) {
            complain(check, "tt.core_ranges",
                     arena_format(check->arena, "%s and %s overlap", value_shown(check, ranges->items[i]),
                                  value_shown(check, range)),
                     help);
            return false;
        }
    return true;
}

static bool check_ranges(Check *check, const Value *ranges) {
    if (ranges->kind != VALUE_LIST || ranges->count == 0 || ranges->count > MAX_CORE_RANGES) {
        complain(check, "tt.core_ranges",
                 arena_format(check->arena, "expected 1 to %d rectangles, seen %s", MAX_CORE_RANGES,
                              value_shown(check, ranges)),
                 "name the cores that are used");
        return false;
    }
    for (uint32_t i = 0; i < ranges->count; i++)
        if (!check_range(check, ranges, i)) return false;
    return true;
}

static void check_grid(Check *check, const Value *grid, const Value *ranges) {
    int64_t columns = 0, rows = 0;
    for (uint32_t i = 0; i < ranges->count; i++) {
        const Value *range = ranges->items[i];
        if (at(range, 0) + at(range, 2) > columns) columns = at(range, 0) + at(range, 2);
        if (at(range, 1) + at(range, 3) > rows) rows = at(range, 1) + at(range, 3);
    }
    if (are_integers(grid, 2) && at(grid, 0) == columns && at(grid, 1) == rows) return;
    complain(check, "tt.core_grid",
             arena_format(check->arena, "expected [%lld, %lld], which tt.core_ranges span, seen %s", (long long)columns,
                          (long long)rows, value_shown(check, grid)),
             "the grid is the smallest rectangle from core [0, 0] that holds the ranges");
}

static bool is_used(const Value *ranges, const Value *core) {
    for (uint32_t i = 0; i < ranges->count; i++) {
        const Value *range = ranges->items[i];
        if (at(core, 0) >= at(range, 0) && at(core, 0) < at(range, 0) + at(range, 2) && at(core, 1) >= at(range, 1) &&
            at(core, 1) < at(range, 1) + at(range, 3))
            return true;
    }
    return false;
}

static void check_work(Check *check, const Value *partition, const Value *ranges) {
    for (uint32_t i = 0; partition->kind == VALUE_LIST && i < partition->count; i++) {
        const Value *entry = partition->items[i];
        const Value *core = entry->kind == VALUE_DICT ? value_get(entry, "core") : NULL;
        if (core && are_integers(core, 2) && is_used(ranges, core)) continue;
        complain(check, "tt.work_partition",
                 arena_format(check->arena, "expected a core of tt.core_ranges, seen %s",
                              value_shown(check, core ? core : entry)),
                 "give work to cores that are used");
        return;
    }
}

bool verify_metadata(Check *check) {
    const Value *const *attributes = check->function->attributes;
    const Value *ranges = attributes[ATTR_CORE_RANGES];
    uint32_t before = check->context->error_count;
    if (!ranges) return true;
    if (!check_ranges(check, ranges)) return false;
    if (attributes[ATTR_CORE_GRID]) check_grid(check, attributes[ATTR_CORE_GRID], ranges);
    if (attributes[ATTR_WORK_PARTITION]) check_work(check, attributes[ATTR_WORK_PARTITION], ranges);
    return check->context->error_count == before;
}
