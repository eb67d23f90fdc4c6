// Sets of cores as rectangles: the largest rectangle of what is left is taken until none is left.
#include "pass/rectangles.h"

typedef struct Map {
    int columns, rows;
    bool *set; // row by row
} Map;

static Map map_of(Arena *arena, int count, const Core cores[], const bool member[]) {
    Map map = {0};
    for (int i = 0; i < count; i++) {
        if (cores[i].x >= map.columns) map.columns = cores[i].x + 1;
        if (cores[i].y >= map.rows) map.rows = cores[i].y + 1;
    }
    map.set = arena_new_array(arena, bool, (size_t)map.columns *(size_t)map.rows);
    for (int i = 0; i < count; i++) map.set[cores[i].y * map.columns + cores[i].x] = member[i];
    return map;
}

// The largest rectangle whose first core is at x, y.
static CoreRange largest_from(const Map *map, int x, int y) {
    CoreRange best = {x, y, 0, 0};
    int columns = map->columns - x;
    for (int row = y; row < map->rows && columns > 0; row++) {
        int width = 0;
        while (width < columns && map->set[row * map->columns + x + width]) width++;
        columns = width;
        int rows = row - y + 1;
        if (columns * rows > best.columns * best.rows) best.columns = columns, best.rows = rows;
    }
    return best;
}

static CoreRange largest(const Map *map) {
    CoreRange best = {0};
    for (int y = 0; y < map->rows; y++)
        for (int x = 0; x < map->columns; x++) {
            if (!map->set[y * map->columns + x]) continue;
            CoreRange range = largest_from(map, x, y);
            if (range.columns * range.rows > best.columns * best.rows) best = range;
        }
    return best;
}

static void take_out(Map *map, CoreRange range) {
    for (int y = range.y; y < range.y + range.rows; y++)
        for (int x = range.x; x < range.x + range.columns; x++) map->set[y * map->columns + x] = false;
}

CoreRanges core_rectangles(Module *module, int count, const Core cores[], const bool member[], int least) {
    Arena *arena = &module->context->scratch;
    CoreRanges ranges = {0};
    Map map = map_of(arena, count, cores, member);
    for (;;) {
        CoreRange range = largest(&map);
        if (range.columns * range.rows < least || range.columns == 0) return ranges;
        vector_push(arena, ranges, range);
        take_out(&map, range);
    }
}
