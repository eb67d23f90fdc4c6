// Local shards: a core works on the blocks that begin in the shard it holds, so that it finds them in its own L1.
//
// An item's block lies at a row and a column that are affine in the launch's coordinates. Where rows grow with one of
// them alone and columns with the other, the blocks of a shard are an interval of each: a rectangle of the launch.
#include "pass/core_map.h"
#include "pass/item_block.h"

// Where items begin along one side of the tensor: base + x * step[0] + y * step[1] + z * step[2], in elements, rows of
// all planes counted through.
typedef struct Line {
    int64_t base, step[3];
} Line;

typedef enum Axis { AXIS_COLUMNS, AXIS_ROWS } Axis; // of the launch: x, and y with z

typedef struct Local {
    const Mapping *map;
    const Buffer *tensor;
    PageMap pages;
    ShardCounts counts;
    Line rows, columns;
    Axis axis_of_rows;
} Local;

static bool add_scaled(int64_t *sum, int64_t value, int64_t factor) {
    int64_t product;
    return !__builtin_mul_overflow(value, factor, &product) && !__builtin_add_overflow(*sum, product, sum);
}

static bool add_dimension(Line *line, const ItemBlock *block, int dimension, int64_t factor) {
    bool fits = add_scaled(&line->base, block->base[dimension], factor);
    for (int i = 0; i < 3; i++) fits = fits && add_scaled(&line->step[i], block->step[dimension][i], factor);
    return fits;
}

// Rows of a plane follow those of the planes before it.
static bool measure_lines(Local *local, const ItemBlock *block) {
    const Layout *layout = &local->tensor->layout;
    int64_t factor = local->pages.tile_rows * local->pages.tile_height;
    bool fits = true;
    for (int d = local->tensor->rank - 1; d >= 0 && fits; d--) {
        int64_t extent = 1;
        if (d == layout->columns_dimension) {
            fits = add_dimension(&local->columns, block, d, 1);
        } else if (d == layout->rows_dimension) {
            fits = add_dimension(&local->rows, block, d, 1);
        } else {
            fits = expr_evaluate_bound(local->tensor->shape[d], &extent) &&
                   add_dimension(&local->rows, block, d, factor) && !__builtin_mul_overflow(factor, extent, &factor);
        }
    }
    return fits;
}

// Coordinates that are always 0 do not count.
static void drop_single(Line *line, const LaunchGrid *grid) {
    for (int i = 0; i < 3; i++)
        if (grid->extent[i] == 1) line->step[i] = 0;
}

static bool grows_with(const Line *line, Axis axis) {
    return axis == AXIS_COLUMNS ? line->step[0] != 0 : line->step[1] != 0 || line->step[2] != 0;
}

// Never falls as its coordinate grows; rows of the launch go from one z to the next.
static bool is_monotone(const Line *line, const LaunchGrid *grid) {
    if (line->base < -INT32_MAX || line->base > INT32_MAX) return false; // so that no place overflows
    for (int i = 0; i < 3; i++)
        if (line->step[i] < 0 || line->step[i] > INT32_MAX) return false;
    return grid->extent[2] == 1 || line->step[2] >= line->step[1] * (grid->extent[1] - 1);
}

static bool choose_axes(Local *local) {
    const LaunchGrid *grid = &local->map->grid;
    drop_single(&local->rows, grid);
    drop_single(&local->columns, grid);
    if (!is_monotone(&local->rows, grid) || !is_monotone(&local->columns, grid)) return false;
    for (int turned = 0; turned < 2; turned++) {
        Axis of_rows = turned ? AXIS_COLUMNS : AXIS_ROWS, of_columns = turned ? AXIS_ROWS : AXIS_COLUMNS;
        if (grows_with(&local->rows, of_columns) || grows_with(&local->columns, of_rows)) continue;
        local->axis_of_rows = of_rows;
        return true;
    }
    return false;
}

// ---------------------------------------------------------------- intervals

typedef struct Interval {
    int64_t start, end;
} Interval;

static int64_t axis_length(const LaunchGrid *grid, Axis axis) {
    return axis == AXIS_COLUMNS ? grid->extent[0] : grid->extent[1] * grid->extent[2];
}

static int64_t value_at(const Line *line, const LaunchGrid *grid, Axis axis, int64_t place) {
    if (axis == AXIS_COLUMNS) return line->base + line->step[0] * place;
    return line->base + line->step[1] * (place % grid->extent[1]) + line->step[2] * (place / grid->extent[1]);
}

// The first place whose value is at least `limit`.
static int64_t first_from(const Line *line, const LaunchGrid *grid, Axis axis, int64_t limit) {
    int64_t low = 0, high = axis_length(grid, axis);
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (value_at(line, grid, axis, middle) >= limit)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

// What begins in shard i of `count`. Blocks beyond the tensor go to the last one: no item may be lost.
static Interval shard_interval(const Line *line, const LaunchGrid *grid, Axis axis, int64_t size, int64_t i,
                               int64_t count) {
    return (Interval){.start = i == 0 ? 0 : first_from(line, grid, axis, i * size),
                      .end = i + 1 == count ? axis_length(grid, axis) : first_from(line, grid, axis, (i + 1) * size)};
}

// The blocks that begin in a core's shard: columns x and rows y of the launch; false if there are none.
static bool blocks_of(const Local *local, Core core, Interval *x, Interval *y) {
    int64_t i, j;
    if (!shard_of_core(&local->pages, core, &i, &j)) return false;
    const LaunchGrid *grid = &local->map->grid;
    const Shard *shard = &local->pages.shard;
    Axis of_rows = local->axis_of_rows, of_columns = of_rows == AXIS_ROWS ? AXIS_COLUMNS : AXIS_ROWS;
    Interval rows = shard_interval(&local->rows, grid, of_rows, shard->rows, i, local->counts.down);
    Interval columns = shard_interval(&local->columns, grid, of_columns, shard->columns, j, local->counts.across);
    *x = of_rows == AXIS_ROWS ? columns : rows;
    *y = of_rows == AXIS_ROWS ? rows : columns;
    return x->start < x->end && y->start < y->end;
}

// ---------------------------------------------------------------- which tensor

static bool is_sharded(const Buffer *tensor) {
    return tensor->has_layout && tensor->layout.space == SPACE_L1 && tensor->layout.shard.rows > 0;
}

static bool is_output(const Buffer *tensor) { return tensor->role == ROLE_OUT || tensor->role == ROLE_INOUT; }

static bool measure(Local *local) {
    ItemBlock block;
    local->pages = page_map(local->tensor);
    if (!local->pages.pages || !find_item_block(local->map->function, local->tensor, &block)) return false;
    local->counts = shard_counts(&local->pages);
    return measure_lines(local, &block) && choose_axes(local);
}

static int cores_with_work(const Local *local) {
    int count = 0;
    Interval x, y;
    for (int row = 0; row < local->pages.shard.grid_rows; row++)
        for (int column = 0; column < local->pages.shard.grid_columns; column++)
            count += blocks_of(local, (Core){column, row}, &x, &y);
    return count;
}

// Why a tensor's shards do not say who works on what; NULL if they do. An output's always do, as only one core writes
// each page; for an input's sake no core stays idle.
static const char *obstacle(const Mapping *map, Local *local) {
    Arena *arena = &map->context->scratch;
    const Schedule *schedule = &map->schedule;
    const Shard *shard = &local->tensor->layout.shard;
    const char *name = local->tensor->name;
    if (!measure(local))
        return arena_format(arena, "where a block of %s begins does not follow from its coordinates", name);
    if (schedule->core_columns &&
        (shard->grid_columns > schedule->core_columns || shard->grid_rows > schedule->core_rows))
        return arena_format(arena, "%s has shards on %dx%d cores, and %dx%d are asked for", name, shard->grid_columns,
                            shard->grid_rows, schedule->core_columns, schedule->core_rows);
    int cores = cores_with_work(local);
    if (!is_output(local->tensor) && schedule->order != ORDER_MATCH_SHARD && cores < map->cores)
        return arena_format(arena, "%d of %d cores would have all blocks of %s", cores, map->cores, name);
    return NULL;
}

// Outputs first. `why` is what kept the first tensor from being taken; NULL if none is sharded.
static bool find_tensor(const Mapping *map, Local *local, const char **why, Location *place) {
    const Function *function = map->function;
    for (int outputs = 1; outputs >= 0; outputs--)
        for (uint32_t i = 0; i < function->parameters.count; i++) {
            const Buffer *tensor = function->parameters.items[i];
            if (!is_sharded(tensor) || is_output(tensor) != outputs) continue;
            *local = (Local){.map = map, .tensor = tensor};
            const char *problem = obstacle(map, local);
            if (!problem) return true;
            if (!*why) *why = problem, *place = tensor->location;
        }
    return false;
}

static _Noreturn void refuse_order(const Mapping *map, const char *why) {
    Location place = map->schedule.order_place;
    report(map->context, DIAG_SCHEDULE_ANNOTATION, place.line ? place : map->function->location,
           "the order match_shard gives each core the blocks of its shard, and %s",
           why ? why : "no tensor is sharded over L1");
    report_help(map->context, "shard a tensor over L1 by T.annotate_tt_layout, or use another order");
    fail_now(map->context);
}

bool map_local_shards(Mapping *map) {
    Local local;
    const char *why = NULL;
    Location place = {0};
    bool forced = map->schedule.order == ORDER_MATCH_SHARD;
    if (map->schedule.asked && !forced) return false;
    if (!find_tensor(map, &local, &why, &place)) {
        if (forced) refuse_order(map, why);
        if (why) report(map->context, DIAG_REMOTE_SHARDS, place, "cores do not work on their own shards: %s", why);
        return false;
    }
    for (int row = 0; row < local.pages.shard.grid_rows; row++)
        for (int column = 0; column < local.pages.shard.grid_columns; column++) {
            Interval x, y;
            if (blocks_of(&local, (Core){column, row}, &x, &y))
                map_rectangle(map, (Core){column, row}, x.start, y.start, x.end - x.start, y.end - y.start);
        }
    return true;
}
