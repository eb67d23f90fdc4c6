// Completing a user's layout: what it says is held against the kernel and the chip, what it leaves out follows from
// them.
#include <stdarg.h>

#include "ir/names.h"
#include "pass/item_block.h"
#include "pass/user_layout.h"
#include "pass/user_schedule.h"
#include "program/program.h"

typedef struct Completion {
    Function *function;
    Context *context;
    const CompileOptions *options;
    const UserLayout *user;
    const Layout *proven;
    Location use;
    Layout layout;
    PageMap map; // of the tensor with the layout so far
} Completion;

static bool says(const Completion *work, unsigned keys) { return (work->user->says & keys) != 0; }

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
    report(work->context, DIAG_LAYOUT_UNSUPPORTED, user_layout_place(work->user, "tile_shape"),
           "%s: tiles of %dx%d are not supported%s", work->user->buffer->name, asked->tile_rows, asked->tile_columns,
           plane ? "" : " for a vector");
    report_help(work->context, plane
                                   ? "use [32, 32]; or [16, 32], [32, 16] or [16, 16] for tensors that are only copied"
                                   : "use [32, 32]");
    fail_now(work->context);
}

// ---------------------------------------------------------------- memory

static _Noreturn void contradict(const Completion *work, const char *key, const char *message, const char *help) {
    report(work->context, DIAG_LAYOUT_ANNOTATION, user_layout_place(work->user, key), "%s: %s",
           work->user->buffer->name, message);
    report_help(work->context, "%s", help);
    fail_now(work->context);
}

// Of the planes of all outer indices, in whole tiles.
static int64_t rows_of_all(const PageMap *map) { return map->outer * map->tile_rows * map->tile_height; }

static bool says_shard(const Completion *work) {
    return says(work, KEY_SHARD_SHAPE | KEY_SHARD_GRID | KEY_SHARD_ORDER);
}

// Shards as wide as the tensor are height shards, as high as all of it width shards.
static MemoryLayout memory_of_shard(const Completion *work) {
    if (!says(work, KEY_SHARD_SHAPE))
        contradict(work, "shard", "memory is missing, and the shard's shape does not say it",
                   "say height_sharded, width_sharded or block_sharded");
    const PageMap *map = &work->map;
    const Shard *shard = &work->user->layout.shard;
    if (shard->columns >= map->columns) return MEMORY_HEIGHT_SHARDED;
    return shard->rows >= rows_of_all(map) ? MEMORY_WIDTH_SHARDED : MEMORY_BLOCK_SHARDED;
}

static void decide_memory(Completion *work) {
    Layout *layout = &work->layout;
    const Layout *asked = &work->user->layout;
    if (says(work, KEY_MEMORY) && asked->memory == MEMORY_INTERLEAVED && says_shard(work))
        contradict(work, "memory", "an interleaved tensor has no shards",
                   "leave out shard, or use height_sharded, width_sharded or block_sharded");
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
    report(work->context, DIAG_LAYOUT_UNSUPPORTED, user_layout_place(work->user, "memory"),
           "%s: a tensor that the kernel itself makes lies in DRAM, interleaved", work->user->buffer->name);
    report_help(work->context, "make it a parameter of the kernel");
    fail_now(work->context);
}

// ---------------------------------------------------------------- shards

static int64_t parts(int64_t whole, int64_t part) { return whole / part + (whole % part != 0); }

// Columns and rows of the cores or banks that shards may lie on.
static Shard shard_room(const Completion *work) {
    const Target *target = work->options->target;
    if (work->layout.space == SPACE_DRAM) return (Shard){.grid_columns = (int)target->dram_banks, .grid_rows = 1};
    Schedule schedule = schedule_of(work->function, work->options, false);
    CoreBudget budget = core_budget(work->function, &schedule, target);
    return (Shard){.grid_columns = budget.columns, .grid_rows = (int)parts(budget.cores, budget.columns)};
}

// Tiles of one of `count` equal parts, rounded up to whole blocks of an item.
static int64_t part_of(int64_t tiles, int64_t count, int64_t block) {
    int64_t part = parts(tiles, count);
    return block > 0 && block <= tiles ? parts(part, block) * block : part;
}

// What an item takes of the tensor at once, in tiles; 0 where that is not known or no whole number.
static int64_t block_tiles(const ItemBlock *block, int dimension, int side) {
    if (dimension < 0 || block->extent[dimension] % side) return 0;
    return block->extent[dimension] / side;
}

// A shard's shape from the grid, the user's or all the room that there is.
static void complete_shape(const Completion *work, Shard *shard) {
    const PageMap *map = &work->map;
    Shard room = says(work, KEY_SHARD_GRID) ? *shard : shard_room(work);
    int64_t cores = (int64_t)room.grid_columns * room.grid_rows;
    int64_t down = shard->column_major ? room.grid_columns : room.grid_rows;
    int64_t across = shard->column_major ? room.grid_rows : room.grid_columns;
    if (work->layout.memory != MEMORY_BLOCK_SHARDED) down = across = cores;
    ItemBlock block = {0};
    find_item_block(work->function, work->user->buffer, &block);
    int64_t rows = map->outer * map->tile_rows, columns = map->tile_columns;
    if (work->layout.memory != MEMORY_WIDTH_SHARDED)
        rows = part_of(rows, down, block_tiles(&block, work->layout.rows_dimension, map->tile_height));
    if (work->layout.memory != MEMORY_HEIGHT_SHARDED)
        columns = part_of(columns, across, block_tiles(&block, work->layout.columns_dimension, map->tile_width));
    shard->rows = (int)(rows * map->tile_height);
    shard->columns = (int)(columns * map->tile_width);
}

// The smallest grid that holds the shards, whose rows (columns, if shards follow each other down them) are as long as
// those of the room; all of the chip's where that is not enough.
static void complete_grid(const Completion *work, const ShardCounts *counts, Shard *shard) {
    const Target *target = work->options->target;
    Shard room = shard_room(work);
    int64_t across = counts->across, down = counts->down, shards = across * down;
    if (work->layout.memory != MEMORY_BLOCK_SHARDED) {
        if (work->layout.space == SPACE_L1 && shards > (int64_t)room.grid_columns * room.grid_rows)
            room = (Shard){.grid_columns = (int)target->grid_columns, .grid_rows = (int)target->grid_rows};
        int64_t line = shard->column_major ? room.grid_rows : room.grid_columns;
        across = shards < line ? shards : line;
        down = parts(shards, across);
    }
    bool turned = shard->column_major && work->layout.space == SPACE_L1;
    shard->grid_columns = (int)(turned ? down : across);
    shard->grid_rows = (int)(turned ? across : down);
}

static _Noreturn void refuse_shard(const Completion *work, const char *key, const char *help, const char *format, ...) {
    Text message = {.arena = &work->context->scratch};
    va_list arguments;
    va_start(arguments, format);
    text_format_list(&message, format, arguments);
    va_end(arguments);
    report(work->context, DIAG_LAYOUT_SHARD, user_layout_place(work->user, key), "%s: %s", work->user->buffer->name,
           message.data);
    report_help(work->context, "%s", help);
    fail_now(work->context);
}

static void check_shape(const Completion *work, const Shard *shard) {
    const PageMap *map = &work->map;
    MemoryLayout memory = work->layout.memory;
    if (shard->rows % map->tile_height || shard->columns % map->tile_width)
        refuse_shard(work, "shard.shape", "leave out the shape to have it computed",
                     "the shard shape [%d, %d] is not tile-aligned: its sides must be multiples of %d and %d",
                     shard->rows, shard->columns, map->tile_height, map->tile_width);
    int64_t width = map->tile_columns * map->tile_width;
    if (memory == MEMORY_HEIGHT_SHARDED && shard->columns != width)
        refuse_shard(work, "shard.shape", "use block_sharded for shards of part of a row",
                     "a height shard holds whole rows: %lld columns, got %d", (long long)width, shard->columns);
    if (memory == MEMORY_WIDTH_SHARDED && shard->rows != rows_of_all(map))
        refuse_shard(work, "shard.shape", "use block_sharded for shards of part of a column",
                     "a width shard holds whole columns: %lld rows, got %d", (long long)rows_of_all(map), shard->rows);
}

static void check_room(const Completion *work, const Shard *shard) {
    const Target *target = work->options->target;
    bool in_l1 = work->layout.space == SPACE_L1;
    int64_t columns = in_l1 ? target->grid_columns : target->dram_banks, rows = in_l1 ? target->grid_rows : 1;
    if (shard->grid_columns <= columns && shard->grid_rows <= rows) return;
    refuse_shard(work, "shard.grid", "use larger shards, or leave out shape and grid to have them computed",
                 "its shards need a grid of %dx%d, and %s has %lldx%lld %s", shard->grid_columns, shard->grid_rows,
                 target->name, (long long)columns, (long long)rows, in_l1 ? "cores" : "DRAM banks");
}

static void check_hold(const Completion *work, const ShardCounts *counts, const Shard *shard) {
    PageMap map = work->map;
    map.memory = work->layout.memory;
    map.shard = *shard;
    if (shards_fit(&map)) return;
    refuse_shard(work, "shard.grid", "use larger shards or a larger grid, or leave one of them out",
                 "%lldx%lld shards of [%d, %d] hold the tensor, and the %s grid of %dx%d does not have room for them",
                 (long long)counts->across, (long long)counts->down, shard->rows, shard->columns,
                 shard->column_major ? "column-major" : "row-major", shard->grid_columns, shard->grid_rows);
}

static void complete_shard(Completion *work) {
    Shard *shard = &work->layout.shard;
    if (work->layout.memory == MEMORY_INTERLEAVED) return;
    if (work->layout.memory == MEMORY_BLOCK_SHARDED && work->layout.space == SPACE_DRAM)
        contradict(work, "memory", "DRAM banks form one row, which block shards cannot lie on",
                   "use height_sharded or width_sharded, or the space l1");
    if (!work->map.pages || rows_of_all(&work->map) > INT32_MAX)
        refuse_shard(work, "shard", "bind its sizes, or leave it interleaved",
                     "its shape is not known or too large for shards");
    *shard = work->user->layout.shard;
    if (!says(work, KEY_SHARD_SHAPE)) complete_shape(work, shard);
    check_shape(work, shard);
    PageMap map = work->map;
    map.shard = *shard;
    ShardCounts counts = shard_counts(&map);
    if (!says(work, KEY_SHARD_GRID)) complete_grid(work, &counts, shard);
    check_room(work, shard);
    check_hold(work, &counts, shard);
}

// ---------------------------------------------------------------- tile orders

static bool has_constant_shape(const Buffer *buffer) {
    int64_t size;
    for (int d = 0; d < buffer->rank; d++)
        if (!expr_constant(buffer->shape[d], &size)) return false;
    return true;
}

static _Noreturn void refuse_order(const Completion *work, const char *help, const char *format, ...) {
    Text message = {.arena = &work->context->scratch};
    va_list arguments;
    va_start(arguments, format);
    text_format_list(&message, format, arguments);
    va_end(arguments);
    report(work->context, DIAG_LAYOUT_UNSUPPORTED, user_layout_place(work->user, "tile_id_order"), "%s: %s",
           work->user->buffer->name, message.data);
    report_help(work->context, "%s", help);
    fail_now(work->context);
}

static void decide_order(Completion *work) {
    const char *key = "tile_id_order";
    Layout *layout = &work->layout;
    if (!says(work, KEY_ORDER)) return;
    layout->tile_order = work->user->layout.tile_order;
    bool sharded = layout->memory != MEMORY_INTERLEAVED;
    if (layout->tile_order == ORDER_ROW_MAJOR) return;
    if (sharded && layout->tile_order != ORDER_MATCH_SHARD)
        contradict(work, key, "tiles of a sharded tensor are numbered in row_major or by match_shard",
                   "use one of them, or leave it interleaved");
    if (!sharded && layout->tile_order == ORDER_MATCH_SHARD)
        contradict(work, key, "match_shard numbers tiles shard by shard, and the tensor is not sharded",
                   "say memory or shard, too, or use another order");
    if (layout->tile_order != ORDER_COLUMN_MAJOR && !has_constant_shape(work->user->buffer))
        refuse_order(work, "make them constants by T.const, or use row_major or column_major",
                     "%s needs sizes that are known when kernels are compiled", tile_order_name(layout->tile_order));
    PageMap map = work->map;
    map.memory = layout->memory;
    map.shard = layout->shard;
    map.tile_order = layout->tile_order;
    if (order_fits(&map)) return;
    if (sharded)
        refuse_order(work, "use shards that divide the tensor, or row_major",
                     "match_shard needs shards that divide the tensor without a rest");
    refuse_order(work, "use row_major or column_major",
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
        contradict(work, "padded_shape", "padded_shape is not the tensor's shape in whole tiles", "leave it out");
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
        contradict(&work, "space", "on-chip buffers lie in l1", help);
    if (says(&work, KEY_MEMORY) && asked->memory != MEMORY_INTERLEAVED)
        contradict(&work, "memory", "on-chip buffers are not sharded", help);
    if (says_shard(&work)) contradict(&work, "shard", "on-chip buffers are not sharded", help);
    if (says(&work, KEY_ORDER) && asked->tile_order != ORDER_ROW_MAJOR)
        contradict(&work, "tile_id_order", "the tiles of on-chip buffers lie in row_major", help);
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
