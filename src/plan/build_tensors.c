// The part of a plan that describes tensors: arguments, sizes, layouts.
#include "ir/build.h"
#include "ir/names.h"
#include "plan/internal.h"

static Value *bound_shape(Maker *maker, const Buffer *buffer) {
    Value *list = plan_list(maker);
    for (int i = 0; i < buffer->rank; i++) {
        int64_t size = 0;
        expr_evaluate_bound(buffer->shape[i], &size);
        plan_add(maker, list, plan_int(maker, size));
    }
    return list;
}

// The shape with the two dimensions of the tile plane rounded up to whole tiles.
static Value *padded_shape(Maker *maker, const Buffer *buffer) {
    const Layout *layout = &buffer->layout;
    Value *list = plan_list(maker);
    for (int i = 0; i < buffer->rank; i++) {
        int64_t size = 0;
        expr_evaluate_bound(buffer->shape[i], &size);
        int64_t unit = i == layout->rows_dimension      ? layout->tile_rows
                       : i == layout->columns_dimension ? layout->tile_columns
                                                        : 1;
        plan_add(maker, list,
                 plan_int(maker, unit > 1 && size < INT64_MAX - unit ? (size + unit - 1) / unit * unit : size));
    }
    return list;
}

static const char *const space_names[] = {NULL, "dram", "l1"};
static const char *const memory_names[] = {"interleaved", "height_sharded", "width_sharded", "block_sharded"};
static const char *const orientation_names[] = {"tile", "row", "column", "scalar"};
static const char *const role_names[] = {"in", "out", "inout", "scratch"};

static Value *build_shard(Maker *maker, const Shard *shard) {
    if (!shard->rows) return value_null(maker->arena);
    Value *dict = plan_dict(maker);
    plan_set(maker, dict, "shape", plan_pair(maker, shard->rows, shard->columns));
    plan_set(maker, dict, "grid", plan_pair(maker, shard->grid_columns, shard->grid_rows));
    plan_set(maker, dict, "order",
             plan_text(maker, tile_order_name(shard->column_major ? ORDER_COLUMN_MAJOR : ORDER_ROW_MAJOR)));
    return dict;
}

static Value *build_layout(Maker *maker, const Buffer *buffer) {
    const Layout *layout = &buffer->layout;
    Value *dict = plan_dict(maker);
    plan_set(maker, dict, "space", plan_text(maker, space_names[layout->space]));
    plan_set(maker, dict, "memory", plan_text(maker, memory_names[layout->memory]));
    plan_set(maker, dict, "tile_plane", plan_pair(maker, layout->rows_dimension, layout->columns_dimension));
    plan_set(maker, dict, "tile_shape", plan_pair(maker, layout->tile_rows, layout->tile_columns));
    plan_set(maker, dict, "format", plan_text(maker, dtype_name(layout->format)));
    plan_set(maker, dict, "orientation", plan_text(maker, orientation_names[layout->orientation]));
    plan_set(maker, dict, "shard", build_shard(maker, &layout->shard));
    plan_set(maker, dict, "tile_id_order", plan_text(maker, tile_order_name(layout->tile_order)));
    plan_set(maker, dict, "padded_shape", padded_shape(maker, buffer));
    return dict;
}

Value *plan_build_layouts(Maker *maker) {
    Value *dict = plan_dict(maker);
    for (uint32_t i = 0; i < maker->program->parameters.count; i++) {
        const Buffer *buffer = maker->program->parameters.items[i];
        if (buffer->has_layout) plan_set(maker, dict, buffer->name, build_layout(maker, buffer));
    }
    return dict;
}

Value *plan_build_tensors(Maker *maker) {
    Value *list = plan_list(maker);
    for (uint32_t i = 0; i < maker->program->parameters.count; i++) {
        const Buffer *buffer = maker->program->parameters.items[i];
        Value *dict = plan_dict(maker);
        plan_set(maker, dict, "name", plan_text(maker, buffer->name));
        plan_set(maker, dict, "shape", bound_shape(maker, buffer));
        plan_set(maker, dict, "dtype", plan_text(maker, dtype_name(buffer->type)));
        plan_set(maker, dict, "role", plan_text(maker, role_names[buffer->role]));
        plan_add(maker, list, dict);
    }
    return list;
}

Value *plan_build_sizes(Maker *maker) {
    Value *dict = plan_dict(maker);
    for (uint32_t i = 0; i < maker->program->sizes.count; i++) {
        const Variable *size = maker->program->sizes.items[i];
        plan_set(maker, dict, size->name, size->is_bound ? plan_int(maker, size->bound) : value_null(maker->arena));
    }
    return dict;
}
