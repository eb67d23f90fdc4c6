// The rules about shards: of a tensor's layout, and of circular buffers that lie in them.
#include <string.h>

#include "plan/check.h"

int64_t plan_plane_size(const LayoutCheck *layout, uint32_t side) {
    int64_t dimension = plan_at(value_get(layout->layout, "tile_plane"), side);
    const Value *padded = value_get(layout->layout, "padded_shape");
    return dimension < 0 ? 1 : plan_at(padded, (uint32_t)dimension);
}

int64_t plan_stacked_rows(const LayoutCheck *layout) {
    const Value *padded = value_get(layout->layout, "padded_shape");
    int64_t rows = 1, columns = plan_at(value_get(layout->layout, "tile_plane"), 1);
    for (uint32_t i = 0; i < padded->count; i++)
        if (i != columns && __builtin_mul_overflow(rows, plan_at(padded, i), &rows)) return INT64_MAX;
    return rows;
}

static bool shards_hold(const Value *shard, int64_t rows, int64_t columns, const char *memory) {
    const Value *shape = value_get(shard, "shape"), *grid = value_get(shard, "grid");
    int64_t cores = plan_at(grid, 0) * plan_at(grid, 1);
    bool turned = !strcmp(plan_word(shard, "order"), "column_major");
    int64_t down = plan_at(grid, !turned), across = plan_at(grid, turned);
    if (!strcmp(memory, "height_sharded")) down = cores, across = 1;
    if (!strcmp(memory, "width_sharded")) down = 1, across = cores;
    return plan_at(shape, 0) * down >= rows && plan_at(shape, 1) * across >= columns;
}

// Shards lie in the L1 of cores, or in DRAM banks, which are counted in one row.
static bool grid_fits(LayoutCheck *layout, const Value *grid) {
    const Target *target = layout->check->target;
    bool in_dram = !strcmp(plan_word(layout->layout, "space"), "dram");
    int64_t columns = in_dram ? target->dram_banks : target->grid_columns, rows = in_dram ? 1 : target->grid_rows;
    if (plan_at(grid, 0) <= columns && plan_at(grid, 1) <= rows) return true;
    plan_violate_layout(layout, "shard",
                        in_dram ? "its grid is no row of the chip's DRAM banks" : "its grid is larger than the chip's");
    return false;
}

void plan_check_shard(LayoutCheck *layout) {
    const Value *shard = value_get(layout->layout, "shard"), *tile = value_get(layout->layout, "tile_shape");
    const char *memory = plan_word(layout->layout, "memory");
    bool sharded = strcmp(memory, "interleaved") != 0;
    if (sharded != (shard->kind == VALUE_DICT)) {
        plan_violate_layout(layout, "shard",
                            sharded ? "is missing for a sharded tensor" : "is there for an interleaved tensor");
        return;
    }
    if (!sharded) return;
    const Value *shape = value_get(shard, "shape"), *grid = value_get(shard, "grid");
    if (plan_at(shape, 0) % plan_at(tile, 0) || plan_at(shape, 1) % plan_at(tile, 1))
        plan_violate_layout(layout, "shard", "its shape is not tile-aligned");
    if (!grid_fits(layout, grid)) return;
    if (!shards_hold(shard, plan_stacked_rows(layout), plan_plane_size(layout, 1), memory))
        plan_violate_layout(layout, "shard", "shards times cores do not hold the tensor");
}

// ---------------------------------------------------------------- circular buffers

static int64_t shard_tiles(const Value *layout) {
    const Value *shape = value_get(value_get(layout, "shard"), "shape"), *tile = value_get(layout, "tile_shape");
    return plan_at(shape, 0) / plan_at(tile, 0) * (plan_at(shape, 1) / plan_at(tile, 1));
}

void plan_check_buffer_shard(Check *check, const Value *buffer, const JsonPath *path) {
    const char *name = plan_word(buffer, "shard");
    if (!name) return;
    const Value *layout = value_get(value_get(check->root, "layouts"), name);
    JsonPath place = {path, "shard", 0};
    if (!layout || value_get(layout, "shard")->kind != VALUE_DICT || strcmp(plan_word(layout, "space"), "l1"))
        plan_violation(check, DIAG_PLAN_NAME, &place, "%s is no tensor with shards in L1", name);
    else if (plan_word(buffer, "alias"))
        plan_violation(check, DIAG_PLAN_CIRCULAR_BUFFERS, &place, "its memory is that of %s already",
                       plan_word(buffer, "alias"));
    else if (strcmp(plan_word(layout, "format"), plan_word(buffer, "format")))
        plan_violation(check, DIAG_PLAN_CIRCULAR_BUFFERS, &place, "%s is kept in %s, the circular buffer in %s", name,
                       plan_word(layout, "format"), plan_word(buffer, "format"));
    else if (plan_integer(buffer, "pages") > shard_tiles(layout))
        plan_violation(check, DIAG_PLAN_CIRCULAR_BUFFERS, &(JsonPath){path, "pages", 0},
                       "a shard of %s has %lld tiles, got %lld", name, (long long)shard_tiles(layout),
                       (long long)plan_integer(buffer, "pages"));
}
