// The rules about what lies in memory: tensors, layouts, circular buffers, L1.
#include <string.h>

#include "base/dtype.h"
#include "plan/check.h"

// ---------------------------------------------------------------- tensors and layouts

void plan_check_tensors(Check *check) {
    const Value *tensors = value_get(check->root, "tensors");
    if (!plan_names_unique(check, DIAG_PLAN_TENSORS, "tensors")) return;
    JsonPath list = {NULL, "tensors", 0};
    for (uint32_t i = 0; i < tensors->count && !check->failed; i++) {
        const Value *shape = value_get(tensors->items[i], "shape");
        int64_t elements = 8; // bytes of the largest element
        bool overflow = false;
        for (uint32_t k = 0; k < shape->count; k++)
            overflow = overflow || __builtin_mul_overflow(elements, plan_at(shape, k), &elements);
        JsonPath item = {&list, NULL, i};
        if (overflow)
            plan_violation(check, DIAG_PLAN_TENSORS, &(JsonPath){&item, "shape", 0}, "larger than memory can be");
    }
}

typedef struct LayoutCheck {
    Check *check;
    const Value *layout, *shape;
    JsonPath path;
} LayoutCheck;

static void violate_layout(LayoutCheck *layout, const char *key, const char *complaint) {
    plan_violation(layout->check, DIAG_PLAN_LAYOUT, &(JsonPath){&layout->path, key, 0}, "%s", complaint);
}

// Which of the plane's two dimensions an orientation has.
static void check_plane(LayoutCheck *layout) {
    static const struct {
        const char *word;
        bool rows, columns;
    } orientations[] = {{"tile", true, true}, {"row", false, true}, {"column", true, false}, {"scalar", false, false}};
    const Value *plane = value_get(layout->layout, "tile_plane");
    int64_t rows = plan_at(plane, 0), columns = plan_at(plane, 1), rank = layout->shape->count;
    const char *word = plan_word(layout->layout, "orientation");
    for (size_t i = 0; i < sizeof orientations / sizeof *orientations; i++)
        if (!strcmp(orientations[i].word, word) &&
            ((rows >= 0) != orientations[i].rows || (columns >= 0) != orientations[i].columns))
            violate_layout(layout, "orientation", "does not go with the tile plane");
    if (rows >= rank || columns >= rank)
        violate_layout(layout, "tile_plane", "names a dimension that the tensor lacks");
    if (rows >= 0 && rows == columns) violate_layout(layout, "tile_plane", "names one dimension twice");
}

static bool is_tile_side(int64_t side) { return side == 16 || side == 32; }

static void check_tile(LayoutCheck *layout) {
    const Value *tile = value_get(layout->layout, "tile_shape");
    if (!is_tile_side(plan_at(tile, 0)) || !is_tile_side(plan_at(tile, 1)))
        violate_layout(layout, "tile_shape", "a tile has 16 or 32 rows and columns");
}

static int64_t round_up(int64_t size, int64_t unit) {
    return size > INT64_MAX - unit ? size : (size + unit - 1) / unit * unit;
}

static void check_padding(LayoutCheck *layout) {
    const Value *padded = value_get(layout->layout, "padded_shape"), *tile = value_get(layout->layout, "tile_shape");
    const Value *plane = value_get(layout->layout, "tile_plane");
    bool same = padded->count == layout->shape->count;
    for (uint32_t i = 0; same && i < padded->count; i++) {
        int64_t unit = i == plan_at(plane, 0) ? plan_at(tile, 0) : i == plan_at(plane, 1) ? plan_at(tile, 1) : 1;
        same = plan_at(padded, i) == round_up(plan_at(layout->shape, i), unit);
    }
    if (!same) violate_layout(layout, "padded_shape", "is not the tensor's shape in whole tiles");
}

static int64_t plane_size(const LayoutCheck *layout, uint32_t side) {
    int64_t dimension = plan_at(value_get(layout->layout, "tile_plane"), side);
    const Value *padded = value_get(layout->layout, "padded_shape");
    return dimension < 0 ? 1 : plan_at(padded, (uint32_t)dimension);
}

// Dimensions outside of the plane lie above each other: the shards hold their planes one after the other.
static int64_t stacked_rows(const LayoutCheck *layout) {
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

static void check_shard(LayoutCheck *layout) {
    const Value *shard = value_get(layout->layout, "shard"), *tile = value_get(layout->layout, "tile_shape");
    const char *memory = plan_word(layout->layout, "memory");
    bool sharded = strcmp(memory, "interleaved") != 0;
    if (sharded != (shard->kind == VALUE_DICT)) {
        violate_layout(layout, "shard",
                       sharded ? "is missing for a sharded tensor" : "is there for an interleaved tensor");
        return;
    }
    if (!sharded) return;
    const Value *shape = value_get(shard, "shape"), *grid = value_get(shard, "grid");
    if (plan_at(shape, 0) % plan_at(tile, 0) || plan_at(shape, 1) % plan_at(tile, 1))
        violate_layout(layout, "shard", "its shape is not tile-aligned");
    if (plan_at(grid, 0) > layout->check->target->grid_columns || plan_at(grid, 1) > layout->check->target->grid_rows)
        violate_layout(layout, "shard", "its grid is larger than the chip's");
    if (!shards_hold(shard, stacked_rows(layout), plane_size(layout, 1), memory))
        violate_layout(layout, "shard", "shards times cores do not hold the tensor");
}

void plan_check_layouts(Check *check) {
    const Value *layouts = value_get(check->root, "layouts"), *tensors = value_get(check->root, "tensors");
    static void (*const rules[])(LayoutCheck *) = {check_plane, check_tile, check_padding, check_shard};
    JsonPath list = {NULL, "layouts", 0};
    for (uint32_t i = 0; i < layouts->count && !check->failed; i++) {
        const Value *tensor = plan_named(tensors, layouts->keys[i]);
        LayoutCheck layout = {check, layouts->items[i], NULL, {&list, layouts->keys[i], 0}};
        if (!tensor) {
            plan_violation(check, DIAG_PLAN_NAME, &layout.path, "there is no such tensor");
            return;
        }
        layout.shape = value_get(tensor, "shape");
        for (size_t k = 0; k < sizeof rules / sizeof *rules && !check->failed; k++) rules[k](&layout);
    }
}

// ---------------------------------------------------------------- circular buffers and L1

static void check_buffer(Check *check, const Value *buffer, const JsonPath *path, uint64_t *taken) {
    int64_t index = plan_integer(buffer, "index"), page = plan_integer(buffer, "page_bytes");
    DType format = DTYPE_VOID;
    dtype_parse(plan_word(buffer, "format"), &format);
    if (index >= check->target->circular_buffers)
        plan_violation(check, DIAG_PLAN_CIRCULAR_BUFFERS, &(JsonPath){path, "index", 0},
                       "%s has numbers 0 to %lld, got %lld", check->target->name,
                       (long long)check->target->circular_buffers - 1, (long long)index);
    else if (*taken >> index & 1)
        plan_violation(check, DIAG_PLAN_CIRCULAR_BUFFERS, &(JsonPath){path, "index", 0}, "%lld is taken by another one",
                       (long long)index);
    else
        *taken |= (uint64_t)1 << index;
    if (page % (int64_t)(dtype_bytes(format) * 16 * 16))
        plan_violation(check, DIAG_PLAN_CIRCULAR_BUFFERS, &(JsonPath){path, "page_bytes", 0},
                       "%lld bytes are no whole tile of %s", (long long)page, dtype_name(format));
    if (plan_integer(buffer, "pages") % plan_integer(buffer, "window"))
        plan_violation(check, DIAG_PLAN_CIRCULAR_BUFFERS, &(JsonPath){path, "pages", 0},
                       "%lld is no multiple of the window %lld", (long long)plan_integer(buffer, "pages"),
                       (long long)plan_integer(buffer, "window"));
}

static void check_alias(Check *check, const Value *buffers, const Value *buffer, const JsonPath *path) {
    const char *alias = plan_word(buffer, "alias");
    if (!alias) return;
    const Value *other = plan_named(buffers, alias);
    if (!other || other == buffer || plan_word(other, "alias"))
        plan_violation(check, DIAG_PLAN_NAME, &(JsonPath){path, "alias", 0},
                       "%s is no circular buffer with bytes of its own", alias);
    else if (plan_integer(other, "pages") != plan_integer(buffer, "pages") ||
             plan_integer(other, "page_bytes") != plan_integer(buffer, "page_bytes"))
        plan_violation(check, DIAG_PLAN_CIRCULAR_BUFFERS, path, "its pages are not those of %s, whose bytes it shares",
                       alias);
}

void plan_check_buffers(Check *check) {
    const Value *buffers = value_get(check->root, "circular_buffers");
    if (!plan_names_unique(check, DIAG_PLAN_NAME, "circular_buffers")) return;
    if (!plan_names_unique(check, DIAG_PLAN_NAME, "semaphores")) return;
    JsonPath list = {NULL, "circular_buffers", 0};
    uint64_t taken = 0;
    for (uint32_t i = 0; i < buffers->count && !check->failed; i++) {
        JsonPath path = {&list, NULL, i};
        check_buffer(check, buffers->items[i], &path, &taken);
        check_alias(check, buffers, buffers->items[i], &path);
    }
}

static int64_t own_bytes(const Value *buffer) {
    return plan_word(buffer, "alias") ? 0 : plan_integer(buffer, "pages") * plan_integer(buffer, "page_bytes");
}

static int64_t times(int64_t a, int64_t b) {
    int64_t product;
    return __builtin_mul_overflow(a, b, &product) ? INT64_MAX : product;
}

static int64_t parts(int64_t whole, int64_t part) { return whole / part + (whole % part != 0); }

// Bytes that a tensor in L1 takes of each core that holds a part of it: its shard, or its share of interleaved pages.
static int64_t layout_l1_bytes(const LayoutCheck *layout) {
    const Value *tile = value_get(layout->layout, "tile_shape"), *shard = value_get(layout->layout, "shard");
    if (strcmp(plan_word(layout->layout, "space"), "l1") != 0) return 0;
    bool sharded = shard->kind == VALUE_DICT;
    const Value *shape = sharded ? value_get(shard, "shape") : NULL;
    int64_t rows = sharded ? plan_at(shape, 0) : stacked_rows(layout);
    int64_t columns = sharded ? plan_at(shape, 1) : plane_size(layout, 1);
    int64_t pages = times(parts(rows, plan_at(tile, 0)), parts(columns, plan_at(tile, 1)));
    if (!sharded) pages = parts(pages, layout->check->target->grid_columns * layout->check->target->grid_rows);
    DType format = DTYPE_VOID;
    dtype_parse(plan_word(layout->layout, "format"), &format);
    return times(pages, times(plan_at(tile, 0) * plan_at(tile, 1), (int64_t)dtype_bytes(format)));
}

static int64_t tensors_l1_bytes(Check *check) {
    const Value *layouts = value_get(check->root, "layouts"), *tensors = value_get(check->root, "tensors");
    int64_t sum = 0;
    for (uint32_t i = 0; i < layouts->count; i++) {
        const Value *tensor = plan_named(tensors, layouts->keys[i]);
        LayoutCheck layout = {check, layouts->items[i], tensor ? value_get(tensor, "shape") : NULL, {0}};
        if (tensor && __builtin_add_overflow(sum, layout_l1_bytes(&layout), &sum)) return INT64_MAX;
    }
    return sum;
}

static void check_l1_table(Check *check, const JsonPath *l1) {
    const Value *table = value_get(value_get(check->root, "l1"), "table");
    const Value *buffers = value_get(check->root, "circular_buffers");
    uint32_t row = 0;
    for (uint32_t i = 0; i < buffers->count; i++) {
        const Value *buffer = buffers->items[i];
        if (plan_word(buffer, "alias")) continue;
        const Value *entry = row < table->count ? table->items[row++] : NULL;
        if (entry && !strcmp(plan_word(entry, "circular_buffer"), plan_word(buffer, "name")) &&
            plan_integer(entry, "bytes") == own_bytes(buffer))
            continue;
        plan_violation(check, DIAG_PLAN_L1, &(JsonPath){l1, "table", 0}, "expected %lld bytes for %s",
                       (long long)own_bytes(buffer), plan_word(buffer, "name"));
        return;
    }
    if (row < table->count)
        plan_violation(check, DIAG_PLAN_L1, &(JsonPath){l1, "table", 0}, "holds more than the circular buffers");
}

void plan_check_l1(Check *check) {
    const Value *l1 = value_get(check->root, "l1"), *buffers = value_get(check->root, "circular_buffers");
    JsonPath path = {NULL, "l1", 0};
    int64_t tensors = tensors_l1_bytes(check), used = tensors, room = check->target->l1_bytes - check->target->l1_base;
    for (uint32_t i = 0; i < buffers->count; i++)
        if (__builtin_add_overflow(used, own_bytes(buffers->items[i]), &used)) used = INT64_MAX, i = buffers->count;
    if (plan_integer(l1, "bytes") != check->target->l1_bytes)
        plan_violation(check, DIAG_PLAN_L1, &(JsonPath){&path, "bytes", 0}, "%s has %lld", check->target->name,
                       (long long)check->target->l1_bytes);
    if (plan_integer(l1, "reserved") != check->target->l1_base)
        plan_violation(check, DIAG_PLAN_L1, &(JsonPath){&path, "reserved", 0}, "%s reserves %lld", check->target->name,
                       (long long)check->target->l1_base);
    if (plan_integer(l1, "tensors") != tensors)
        plan_violation(check, DIAG_PLAN_L1, &(JsonPath){&path, "tensors", 0}, "the tensors take %lld, got %lld",
                       (long long)tensors, (long long)plan_integer(l1, "tensors"));
    if (plan_integer(l1, "used") != used)
        plan_violation(check, DIAG_PLAN_L1, &(JsonPath){&path, "used", 0},
                       "the circular buffers and tensors take %lld, got %lld", (long long)used,
                       (long long)plan_integer(l1, "used"));
    if (used > room)
        plan_violation(check, DIAG_PLAN_L1, &(JsonPath){NULL, "circular_buffers", 0},
                       "they take %lld bytes, %lld more than there is room for", (long long)used,
                       (long long)(used - room));
    check_l1_table(check, &path);
}
