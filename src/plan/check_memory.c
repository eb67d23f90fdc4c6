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

void plan_violate_layout(LayoutCheck *layout, const char *key, const char *complaint) {
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
            plan_violate_layout(layout, "orientation", "does not go with the tile plane");
    if (rows >= rank || columns >= rank)
        plan_violate_layout(layout, "tile_plane", "names a dimension that the tensor lacks");
    if (rows >= 0 && rows == columns) plan_violate_layout(layout, "tile_plane", "names one dimension twice");
}

static bool is_tile_side(int64_t side) { return side == 16 || side == 32; }

static void check_tile(LayoutCheck *layout) {
    const Value *tile = value_get(layout->layout, "tile_shape");
    if (!is_tile_side(plan_at(tile, 0)) || !is_tile_side(plan_at(tile, 1)))
        plan_violate_layout(layout, "tile_shape", "a tile has 16 or 32 rows and columns");
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
    if (!same) plan_violate_layout(layout, "padded_shape", "is not the tensor's shape in whole tiles");
}

void plan_check_layouts(Check *check) {
    const Value *layouts = value_get(check->root, "layouts"), *tensors = value_get(check->root, "tensors");
    static void (*const rules[])(LayoutCheck *) = {check_plane, check_tile, check_padding, plan_check_shard};
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

// The hardware gives a program so many on every core.
enum { SEMAPHORES = 16 };

static void check_semaphores(Check *check) {
    const Value *semaphores = value_get(check->root, "semaphores");
    JsonPath list = {NULL, "semaphores", 0};
    uint64_t taken = 0;
    for (uint32_t i = 0; i < semaphores->count && !check->failed; i++) {
        int64_t index = plan_integer(semaphores->items[i], "index");
        JsonPath item = {&list, NULL, i}, path = {&item, "index", 0};
        if (index >= SEMAPHORES)
            plan_violation(check, DIAG_PLAN_SEMAPHORES, &path, "there are the numbers 0 to %d, got %lld",
                           SEMAPHORES - 1, (long long)index);
        else if (taken >> index & 1)
            plan_violation(check, DIAG_PLAN_SEMAPHORES, &path, "%lld is taken by another one", (long long)index);
        else
            taken |= (uint64_t)1 << index;
    }
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
        plan_check_buffer_shard(check, buffers->items[i], &path);
    }
    if (!check->failed) check_semaphores(check);
}

// An alias has those of another one, a shard those of its tensor.
static bool has_bytes(const Value *buffer) { return !plan_word(buffer, "alias") && !plan_word(buffer, "shard"); }

static int64_t own_bytes(const Value *buffer) {
    return !has_bytes(buffer) ? 0 : plan_integer(buffer, "pages") * plan_integer(buffer, "page_bytes");
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
    int64_t rows = sharded ? plan_at(shape, 0) : plan_stacked_rows(layout);
    int64_t columns = sharded ? plan_at(shape, 1) : plan_plane_size(layout, 1);
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
        if (!has_bytes(buffer)) continue;
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
