// Runs as rectangles of the launch's blocks: those that the partition strategies make. Whether two share an item is
// then seen without looking at items.
#include <stdlib.h>

#include "program/items.h"

#define MAX_RECTANGLES 4096 // compared in pairs

typedef struct Rectangle {
    int64_t x, y, columns, rows;
    const ItemRun *run;
} Rectangle;
typedef struct Plane {
    Arena *arena;
    int64_t width;
    VECTOR(Rectangle) rectangles;
} Plane;

static void add(Plane *plane, const ItemRun *run, int64_t x, int64_t y, int64_t columns, int64_t rows) {
    if (columns > 0 && rows > 0) vector_push(plane->arena, plane->rectangles, ((Rectangle){x, y, columns, rows, run}));
}

// Items one after the other: the rest of a row, whole rows, the beginning of a row.
static void add_row_major(Plane *plane, const ItemRun *run) {
    int64_t width = plane->width, x = run->start % width, y = run->start / width, left = run->count;
    if (x) {
        int64_t columns = left < width - x ? left : width - x;
        add(plane, run, x, y++, columns, 1);
        left -= columns;
    }
    add(plane, run, 0, y, width, left / width);
    add(plane, run, 0, y + left / width, left % width, 1);
}

// A run that steps by 1 and `width`, in either order; false if it is none or leaves a row.
static bool add_run(Plane *plane, const ItemRun *run) {
    int64_t x = run->start % plane->width, y = run->start / plane->width, times = run->count / run->length;
    int64_t stride = run->length == 1 ? 1 : run->stride, jump = run->jump;
    if (times == 1 && stride == 1) {
        add_row_major(plane, run);
        return true;
    }
    if (times == 1) jump = stride == plane->width ? 1 : plane->width;
    bool rows = stride == 1 && jump == plane->width, columns = stride == plane->width && jump == 1;
    int64_t reach = rows ? run->length : times;
    if (!(rows || columns) || x + reach > plane->width) return false;
    add(plane, run, x, y, reach, rows ? times : run->length);
    return true;
}

static int by_row(const void *left, const void *right) {
    const Rectangle *a = left, *b = right;
    return (a->y > b->y) - (a->y < b->y);
}

static const ItemRun *find_overlap(const Plane *plane) {
    for (uint32_t i = 0; i < plane->rectangles.count; i++) {
        const Rectangle *a = &plane->rectangles.items[i];
        for (uint32_t k = i + 1; k < plane->rectangles.count; k++) {
            const Rectangle *b = &plane->rectangles.items[k];
            if (b->y >= a->y + a->rows) break;
            if (a->x < b->x + b->columns && b->x < a->x + a->columns) return b->run;
        }
    }
    return NULL;
}

bool rectangles_settle(Context *context, const ItemRuns *runs, int64_t width, const ItemRun **fault) {
    Plane plane = {.arena = &context->scratch, .width = width};
    for (uint32_t i = 0; i < runs->count; i++)
        if (!add_run(&plane, &runs->items[i]) || plane.rectangles.count > MAX_RECTANGLES) return false;
    if (plane.rectangles.count) qsort(plane.rectangles.items, plane.rectangles.count, sizeof(Rectangle), by_row);
    *fault = find_overlap(&plane);
    return true;
}
