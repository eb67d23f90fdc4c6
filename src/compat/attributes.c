// The table of legacy attributes, and what can be asked of a function that may hold them.
#include <stdlib.h>
#include <string.h>

#include "compat/internal.h"
#include "ir/build.h"

const LegacyRow legacy_rows[] = {
#define LEGACY(name, generation, type, becomes) {name, generation, type, becomes},
#include "compat/legacy.def"
#undef LEGACY
};
const int legacy_row_count = sizeof legacy_rows / sizeof *legacy_rows;
const LegacyRow legacy_buffer_row = {"tt_buffer_N_*", 1, "any", "the tensors' layouts"};

const LegacyRow *legacy_find(const char *name) {
    for (int i = 0; i < legacy_row_count; i++)
        if (!strcmp(legacy_rows[i].name, name)) return &legacy_rows[i];
    return NULL;
}

const char *legacy_buffer_part(const char *name, int64_t *number) {
    static const char prefix[] = "tt_buffer_";
    static const char *const parts[] = {"_layout",          "_tile_shape",    "_num_tiles_height",
                                        "_num_tiles_width", "_needs_padding", "_padded_shape"};
    if (strncmp(name, prefix, sizeof prefix - 1)) return NULL;
    const char *middle = name + sizeof prefix - 1;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        size_t length = strlen(middle), tail = strlen(parts[i]);
        if (length <= tail || strcmp(middle + length - tail, parts[i])) continue;
        char *end;
        long parsed = strtol(middle, &end, 10);
        *number = end == middle + length - tail && *middle >= '0' && *middle <= '9' ? parsed : -1;
        return parts[i] + 1;
    }
    return NULL;
}

static const Statement *only_launch(const Function *function) {
    const Statement *found = NULL;
    for (const Statement *s = function->body ? function->body->first : NULL; s; s = s->next) {
        if (s->kind != STATEMENT_LAUNCH) continue;
        if (found) return NULL;
        found = s;
    }
    return found;
}

bool launch_grid(const Function *function, LaunchGrid *grid) {
    *grid = (LaunchGrid){.launch = only_launch(function), .extent = {1, 1, 1}, .items = 1};
    if (!grid->launch) return false;
    for (int i = 0; i < grid->launch->launch.rank; i++)
        if (!expr_evaluate_bound(grid->launch->launch.extents[i], &grid->extent[i]) || grid->extent[i] < 1)
            return false;
    for (int i = 0; i < 3; i++)
        if (__builtin_mul_overflow(grid->items, grid->extent[i], &grid->items)) return false;
    return grid->items <= INT32_MAX;
}

int64_t run_start(int64_t items, int64_t cores, int64_t core) {
    int64_t more = items % cores;
    return core * (items / cores) + (core < more ? core : more);
}

bool count_tiles(const Buffer *buffer, TileCount *count) {
    *count = (TileCount){.height = 1};
    if (buffer->rank < 1 || !expr_evaluate_bound(buffer->shape[buffer->rank - 1], &count->width)) return false;
    if (buffer->rank > 1 && !expr_evaluate_bound(buffer->shape[buffer->rank - 2], &count->height)) return false;
    if (count->width < 1 || count->height < 1 || count->width > INT32_MAX || count->height > INT32_MAX) return false;
    count->rows = (count->height + TILE_SIZE - 1) / TILE_SIZE;
    count->columns = (count->width + TILE_SIZE - 1) / TILE_SIZE;
    count->padded = count->height % TILE_SIZE || count->width % TILE_SIZE;
    return true;
}

bool parse_core_key(const char *key, int64_t *x, int64_t *y) {
    int columns = 0, rows = 0, end = 0;
    if (sscanf(key, "(%4d,%4d)%n", &columns, &rows, &end) != 2 || key[end] || columns < 0 || rows < 0) return false;
    *x = columns;
    *y = rows;
    return true;
}

static int by_place(const void *left, const void *right) {
    const Assignment *a = left, *b = right;
    if (a->y != b->y) return a->y < b->y ? -1 : 1;
    return (a->x > b->x) - (a->x < b->x);
}

static int by_start(const void *left, const void *right) {
    const Assignment *a = left, *b = right;
    return (a->start > b->start) - (a->start < b->start);
}

// Most schedules are written in order.
static void sort(Assignment *items, uint32_t count, int (*compare)(const void *left, const void *right)) {
    uint32_t ordered = 1;
    while (ordered < count && compare(&items[ordered - 1], &items[ordered]) <= 0) ordered++;
    if (ordered < count) qsort(items, count, sizeof *items, compare);
}

const Assignment *assignments_by_start(const Assignments *assignments, Arena *arena) {
    Assignment *items = arena_new_array(arena, Assignment, assignments->count);
    if (assignments->count) memcpy(items, assignments->items, assignments->count * sizeof *items);
    sort(items, assignments->count, by_start);
    return items;
}

void assignments_normalize(Assignments *assignments) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < assignments->count; i++)
        if (assignments->items[i].count > 0) assignments->items[kept++] = assignments->items[i];
    assignments->count = kept;
    sort(assignments->items, kept, by_place);
}
