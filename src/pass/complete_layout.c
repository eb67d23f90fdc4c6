// Completing a user's layout: what it says is held against the kernel and the chip, what it leaves out follows from
// them.
#include <stdarg.h>

#include "ir/names.h"
#include "pass/layout_completion.h"

void refuse_layout(const Completion *work, DiagnosticCode code, const char *key, const char *help, const char *format,
                   ...) {
    Text message = {.arena = &work->context->scratch};
    va_list arguments;
    va_start(arguments, format);
    text_format_list(&message, format, arguments);
    va_end(arguments);
    report(work->context, code, user_layout_place(work->user, key), "%s: %s", work->user->buffer->name, message.data);
    report_help(work->context, "%s", help);
    fail_now(work->context);
}

// ---------------------------------------------------------------- what the kernel decides

// A key whose value only the kernel's own use of the buffer decides.
static void require_proven(const Completion *work, unsigned bit, const char *key, bool same, const char *proven) {
    if (!says(work, bit) || same) return;
    report(work->context, DIAG_LAYOUT_ANNOTATION, user_layout_place(work->user, key),
           "%s: the kernel's use of it gives the %s %s", work->user->buffer->name, key, proven);
    if (work->use.line) report_note(work->context, work->use, "the use is here");
    report_help(work->context, "leave %s out, or use %s accordingly", key, work->user->buffer->name);
    fail_now(work->context);
}

static void check_plane(const Completion *work) {
    const Layout *asked = &work->user->layout, *proven = work->proven;
    Text plane = {.arena = &work->context->scratch};
    text_format(&plane, "[%d, %d]", proven->rows_dimension, proven->columns_dimension);
    require_proven(work, KEY_TILE_PLANE, "tile_plane",
                   asked->rows_dimension == proven->rows_dimension &&
                       asked->columns_dimension == proven->columns_dimension,
                   plane.data);
    require_proven(work, KEY_ORIENTATION, "orientation", asked->orientation == proven->orientation,
                   orientation_name(proven->orientation));
    require_proven(work, KEY_FORMAT, "format", asked->format == proven->format, dtype_name(proven->format));
}

static bool is_tile_side(int side) { return side == TILE_SIZE || side == TILE_SIZE / 2; }

// A face of a tile is 16x16: the chip's tiles are made of one, two or four.
static void decide_tile(Completion *work) {
    const Layout *asked = &work->user->layout;
    if (!says(work, KEY_TILE_SHAPE)) return;
    bool whole = asked->tile_rows == TILE_SIZE && asked->tile_columns == TILE_SIZE;
    bool plane = work->proven->orientation == ORIENT_TILE;
    if (is_tile_side(asked->tile_rows) && is_tile_side(asked->tile_columns) && (whole || plane)) {
        work->layout.tile_rows = asked->tile_rows;
        work->layout.tile_columns = asked->tile_columns;
        return;
    }
    const char *legal =
        plane ? "use [32, 32]; or [16, 32], [32, 16] or [16, 16] for tensors that are only copied" : "use [32, 32]";
    refuse_layout(work, DIAG_LAYOUT_UNSUPPORTED, "tile_shape", legal, "tiles of %dx%d are not supported%s",
                  asked->tile_rows, asked->tile_columns, plane ? "" : " for a vector");
}

// ---------------------------------------------------------------- memory

static bool says_shard(const Completion *work) {
    return says(work, KEY_SHARD_SHAPE | KEY_SHARD_GRID | KEY_SHARD_ORDER);
}

// Shards as wide as the tensor are height shards, as high as all of it width shards.
static MemoryLayout memory_of_shard(const Completion *work) {
    if (!says(work, KEY_SHARD_SHAPE))
        refuse_layout(work, DIAG_LAYOUT_ANNOTATION, "shard", "say height_sharded, width_sharded or block_sharded",
                      "memory is missing, and the shard's shape does not say it");
    const PageMap *map = &work->map;
    const Shard *shard = &work->user->layout.shard;
    if (shard->columns >= map->columns) return MEMORY_HEIGHT_SHARDED;
    return shard->rows >= rows_of_all(map) ? MEMORY_WIDTH_SHARDED : MEMORY_BLOCK_SHARDED;
}

static void decide_memory(Completion *work) {
    Layout *layout = &work->layout;
    const Layout *asked = &work->user->layout;
    if (says(work, KEY_MEMORY) && asked->memory == MEMORY_INTERLEAVED && says_shard(work))
        refuse_layout(work, DIAG_LAYOUT_ANNOTATION, "memory",
                      "leave out shard, or use height_sharded, width_sharded or block_sharded",
                      "an interleaved tensor has no shards");
    if (says(work, KEY_MEMORY))
        layout->memory = asked->memory;
    else if (says_shard(work))
        layout->memory = memory_of_shard(work);
    if (says(work, KEY_SPACE))
        layout->space = asked->space;
    else if (layout->memory != MEMORY_INTERLEAVED)
        layout->space = SPACE_L1;
    if (work->user->buffer->parameter >= 0) return;
    if (layout->space == SPACE_DRAM && layout->memory == MEMORY_INTERLEAVED) return;
    refuse_layout(work, DIAG_LAYOUT_UNSUPPORTED, "memory", "make it a parameter of the kernel",
                  "a tensor that the kernel itself makes lies in DRAM, interleaved");
}

// ---------------------------------------------------------------- tile orders

static bool has_constant_shape(const Buffer *buffer) {
    int64_t size;
    for (int d = 0; d < buffer->rank; d++)
        if (!expr_constant(buffer->shape[d], &size)) return false;
    return true;
}

static void decide_order(Completion *work) {
    const char *key = "tile_id_order";
    Layout *layout = &work->layout;
    if (!says(work, KEY_ORDER)) return;
    layout->tile_order = work->user->layout.tile_order;
    bool sharded = layout->memory != MEMORY_INTERLEAVED;
    if (layout->tile_order == ORDER_ROW_MAJOR) return;
    if (sharded && layout->tile_order != ORDER_MATCH_SHARD)
        refuse_layout(work, DIAG_LAYOUT_ANNOTATION, key, "use one of them, or leave it interleaved",
                      "tiles of a sharded tensor are numbered in row_major or by match_shard");
    if (!sharded && layout->tile_order == ORDER_MATCH_SHARD)
        refuse_layout(work, DIAG_LAYOUT_ANNOTATION, key, "say memory or shard, too, or use another order",
                      "match_shard numbers tiles shard by shard, and the tensor is not sharded");
    if (layout->tile_order != ORDER_COLUMN_MAJOR && !has_constant_shape(work->user->buffer))
        refuse_layout(work, DIAG_LAYOUT_UNSUPPORTED, key,
                      "make them constants by T.const, or use row_major or column_major",
                      "%s needs sizes that are known when kernels are compiled", tile_order_name(layout->tile_order));
    PageMap map = work->map;
    map.memory = layout->memory;
    map.shard = layout->shard;
    map.tile_order = layout->tile_order;
    if (order_fits(&map)) return;
    if (sharded)
        refuse_layout(work, DIAG_LAYOUT_UNSUPPORTED, key, "use shards that divide the tensor, or row_major",
                      "match_shard needs shards that divide the tensor without a rest");
    refuse_layout(work, DIAG_LAYOUT_UNSUPPORTED, key, "use row_major or column_major",
                  "z_order needs powers of two, and the tensor has %lldx%lld tiles", (long long)map.tile_rows,
                  (long long)map.tile_columns);
}

// ---------------------------------------------------------------- all of it

static void check_padded_shape(const Completion *work) {
    const Value *shape = value_get(work->user->annotation, "padded_shape");
    const Layout *layout = &work->layout;
    for (uint32_t d = 0; shape && d < shape->count; d++) {
        int64_t size = 0;
        expr_evaluate_bound(work->user->buffer->shape[d], &size);
        if ((int)d == layout->rows_dimension) size = work->map.tile_rows * work->map.tile_height;
        if ((int)d == layout->columns_dimension) size = work->map.tile_columns * work->map.tile_width;
        if (shape->items[d]->integer == size) continue;
        refuse_layout(work, DIAG_LAYOUT_ANNOTATION, "padded_shape", "leave it out",
                      "padded_shape is not the tensor's shape in whole tiles");
    }
}

static PageMap interleaved_map(const Buffer *buffer, const Layout *layout) {
    Buffer plain = *buffer;
    plain.layout = *layout;
    return page_map(&plain);
}

void check_on_chip_layout(Function *function, const UserLayout *user, const Layout *proven) {
    const Layout *asked = &user->layout;
    Completion work = {.function = function, .context = function->module->context, .user = user, .proven = proven};
    check_plane(&work);
    require_proven(&work, KEY_TILE_SHAPE, "tile_shape",
                   asked->tile_rows == proven->tile_rows && asked->tile_columns == proven->tile_columns,
                   arena_format(&work.context->scratch, "[%d, %d]", proven->tile_rows, proven->tile_columns));
    const char *help = "leave it out: buffers that the kernel allocates lie in the L1 of the core that runs it";
    if (says(&work, KEY_SPACE) && asked->space != SPACE_L1)
        refuse_layout(&work, DIAG_LAYOUT_ANNOTATION, "space", help, "on-chip buffers lie in l1");
    if (says(&work, KEY_MEMORY) && asked->memory != MEMORY_INTERLEAVED)
        refuse_layout(&work, DIAG_LAYOUT_ANNOTATION, "memory", help, "on-chip buffers are not sharded");
    if (says_shard(&work))
        refuse_layout(&work, DIAG_LAYOUT_ANNOTATION, "shard", help, "on-chip buffers are not sharded");
    if (says(&work, KEY_ORDER) && asked->tile_order != ORDER_ROW_MAJOR)
        refuse_layout(&work, DIAG_LAYOUT_ANNOTATION, "tile_id_order", help,
                      "the tiles of on-chip buffers lie in row_major");
}

Layout complete_layout(Function *function, const CompileOptions *options, const UserLayout *user, const Layout *proven,
                       Location use) {
    Completion work = {.function = function,
                       .context = function->module->context,
                       .options = options,
                       .user = user,
                       .proven = proven,
                       .use = use,
                       .layout = *proven};
    check_plane(&work);
    decide_tile(&work);
    work.map = interleaved_map(user->buffer, &work.layout);
    decide_memory(&work);
    complete_shard(&work);
    decide_order(&work);
    check_padded_shape(&work);
    return work.layout;
}
