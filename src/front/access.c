// Buffers and their parts: elements, starts and regions; reshaped views are mapped to the buffer they look at.
#include <string.h>

#include "front/evaluate.h"
#include "ir/affine.h"
#include "ir/build.h"

const char *show_shape(Evaluator *ev, int rank, const Expr *const shape[]) {
    Text text = {.arena = ev->arena};
    text_add(&text, "(");
    for (int i = 0; i < rank; i++) {
        int64_t value;
        if (i > 0) text_add(&text, ", ");
        if (expr_constant(shape[i], &value))
            text_format(&text, "%lld", (long long)value);
        else
            text_add(&text, shape[i]->kind == EXPR_VARIABLE ? shape[i]->variable->name : "?");
    }
    text_add(&text, rank == 1 ? ",)" : ")");
    return text.data;
}

static void set_slice(Evaluator *ev, Access *access, int i, const Object *slice, const Node *node) {
    const Object *none = slice->list.items[2];
    if (none->kind != OBJECT_NONE && !(none->kind == OBJECT_INT && none->integer == 1))
        stop_at(ev, DIAG_FRONT_UNSUPPORTED, node->location,
                "expected a slice of step 1 of a buffer, seen another step");
    Object *low = slice->list.items[0], *high = slice->list.items[1];
    access->start[i] =
        low->kind == OBJECT_NONE ? expr_int(ev->module, 0) : need_index(ev, low, node, "a slice's start");
    const Expr *end = high->kind == OBJECT_NONE ? access->shape[i] : need_index(ev, high, node, "a slice's end");
    int64_t constant;
    if (expr_constant(end, &constant) && constant < 0) end = expr_add(ev->module, access->shape[i], end);
    access->extent[i] = expr_sub(ev->module, end, access->start[i]);
    if (expr_constant(access->extent[i], &constant) && constant <= 0)
        stop_at(ev, DIAG_FRONT_SHAPE, node->location, "expected a slice that holds something, seen an extent of %lld",
                (long long)constant);
}

static void check_constant_index(Evaluator *ev, Access *access, int i, const Node *node) {
    int64_t index, size;
    if (!expr_constant(access->start[i], &index)) return;
    if (index < 0) access->start[i] = expr_add(ev->module, access->shape[i], access->start[i]);
    if (access->buffer->scope == SCOPE_GLOBAL || !expr_constant(access->shape[i], &size)) return;
    if (index < -size || index >= size)
        stop_at(ev, DIAG_FRONT_SHAPE, node->location, "expected an index below %lld in dimension %d of `%s`, seen %lld",
                (long long)size, i, access->buffer->name, (long long)index);
}

static uint32_t set_index(Evaluator *ev, Access *access, int i, Object *index, const Node *node) {
    if (index->kind == OBJECT_SLICE) {
        set_slice(ev, access, i, index, node);
        return 1;
    }
    access->start[i] = need_index(ev, index, node, "an index");
    check_constant_index(ev, access, i, node);
    return index->weight ? index->weight : 1;
}

static const Node *index_node(const Node *node, uint32_t i) {
    const Node *index = node->kind == NODE_SUBSCRIPT ? node->second : node;
    return index->kind == NODE_TUPLE && i < index->items.count ? index->items.items[i] : index;
}

// buffer[index]. Which of element, start and region it is, its use decides.
Object *index_buffer(Evaluator *ev, Object *value, Object *index, const Node *node) {
    Object *element = object_new(ev->arena, OBJECT_ELEMENT);
    Access *access = arena_new(ev->arena, Access);
    *access = *value->access;
    bool tuple = index->kind == OBJECT_TUPLE || index->kind == OBJECT_LIST;
    uint32_t count = tuple ? index->list.count : 1, weight = 1;
    if (object_is_variable(value) && count == 1) return value; // x[0] of a T.alloc_var
    if (count > (uint32_t)access->shape_rank)
        stop_at(ev, DIAG_FRONT_SHAPE, node->location, "expected %d indices of `%s`, seen %u", access->shape_rank,
                access->buffer->name, count);
    access->rank = (int)count;
    for (uint32_t i = 0; i < count; i++)
        weight += set_index(ev, access, (int)i, tuple ? index->list.items[i] : index, index_node(node, i));
    element->access = access;
    element->weight = weight;
    element->location = node->location;
    return element;
}

static bool is_view(const Access *access) {
    if (access->shape_rank != access->buffer->rank) return true;
    for (int i = 0; i < access->shape_rank; i++)
        if (access->shape[i] != access->buffer->shape[i]) return true;
    return false;
}

// Indices of the buffer for an element of a view: its linear index, taken apart again.
static void element_indices(Evaluator *ev, const Access *access, const Expr *indices[MAX_RANK]) {
    const Buffer *buffer = access->buffer;
    if (!is_view(access)) {
        memcpy(indices, access->start, sizeof(Expr *) * MAX_RANK);
        return;
    }
    const Expr *linear = expr_int(ev->module, 0);
    for (int i = 0; i < access->shape_rank; i++)
        linear = expr_add(ev->module, expr_mul(ev->module, linear, access->shape[i]), access->start[i]);
    for (int i = buffer->rank - 1; i >= 0; i--) {
        indices[i] = i > 0 ? expr_floormod(ev->module, linear, buffer->shape[i]) : linear;
        linear = expr_floordiv(ev->module, linear, buffer->shape[i]);
    }
}

static void check_element(Evaluator *ev, const Access *access, const Node *node) {
    if (access->rank != access->shape_rank)
        stop_at(ev, DIAG_FRONT_SHAPE, node->location, "expected %d indices of `%s`, seen %d", access->shape_rank,
                access->buffer->name, access->rank);
    for (int i = 0; i < access->rank; i++)
        if (access->extent[i])
            stop_with_help(ev, DIAG_FRONT_TYPE, node->location, "use T.copy or T.Parallel for whole parts of a buffer",
                           "expected one element of `%s`, seen a slice", access->buffer->name);
}

const Expr *load_access(Evaluator *ev, const Access *access, const Node *node) {
    check_element(ev, access, node);
    const Expr *indices[MAX_RANK] = {0};
    element_indices(ev, access, indices);
    return expr_load(ev->module, access->buffer, indices);
}

void store_access(Evaluator *ev, const Access *access, Object *value, const Node *node) {
    check_element(ev, access, node);
    Block *block = need_block(ev, node, "a store");
    const Expr *indices[MAX_RANK] = {0};
    element_indices(ev, access, indices);
    const Expr *stored = expr_as(ev, value, access->buffer->type, node);
    block_append(block, build_store(ev->module, access->buffer, indices, stored, node->location));
}

Access *need_buffer(Evaluator *ev, Object *value, const Node *node, const char *what) {
    if (value->kind == OBJECT_BUFFER || value->kind == OBJECT_ELEMENT) return value->access;
    stop_at(ev, value->kind == OBJECT_OPAQUE ? DIAG_FRONT_OPAQUE : DIAG_FRONT_TYPE, node->location,
            "expected %s, a buffer or a part of one, seen %s", what, show_object(ev, value));
}

bool access_is_start(const Access *access) {
    for (int i = 0; i < access->rank; i++)
        if (access->extent[i]) return false;
    return access->rank > 0;
}

// Dimensions that the access does not name are whole; one index is an extent of 1.
static void fill_access(Evaluator *ev, const Access *access, Access *full) {
    *full = *access;
    for (int i = 0; i < access->shape_rank; i++) {
        if (i >= access->rank) {
            full->start[i] = expr_int(ev->module, 0);
            full->extent[i] = access->shape[i];
        } else if (!full->extent[i])
            full->extent[i] = expr_int(ev->module, 1);
    }
    full->rank = access->shape_rank;
}

typedef struct Group { // dimensions of a view and of its buffer that hold the same elements
    int view, view_count, base, base_count;
} Group;

static bool next_group(const Access *view, Group *group) {
    const Buffer *buffer = view->buffer;
    group->view += group->view_count;
    group->base += group->base_count;
    group->view_count = group->base_count = 1;
    if (group->view >= view->shape_rank || group->base >= buffer->rank) return false;
    if (view->shape[group->view] == buffer->shape[group->base]) return true;
    int64_t left, right, factor;
    if (!expr_constant(view->shape[group->view], &left) || !expr_constant(buffer->shape[group->base], &right))
        return false;
    while (left != right) {
        bool grow_view = left < right;
        int next = grow_view ? group->view + group->view_count++ : group->base + group->base_count++;
        if (next >= (grow_view ? view->shape_rank : buffer->rank)) return false;
        if (!expr_constant(grow_view ? view->shape[next] : buffer->shape[next], &factor)) return false;
        if (__builtin_mul_overflow(grow_view ? left : right, factor, grow_view ? &left : &right)) return false;
    }
    return true;
}

static bool is_whole(const Access *view, int i) {
    return expr_is_int(view->start[i], 0) && view->extent[i] == view->shape[i];
}

// Whether a part cannot run over the end of its dimension into what the view holds next.
static bool stays_inside(const Access *view, int i) {
    int64_t size, extent;
    return is_whole(view, i) || (expr_constant(view->shape[i], &size) && expr_constant(view->extent[i], &extent) &&
                                 extent > 0 && size % extent == 0 && expr_divisor(view->start[i]) % extent == 0);
}

// Several dimensions of the view are one of the buffer: contiguous if only the leading ones are cut.
static bool join_dimensions(Evaluator *ev, const Access *view, const Group *group, Region *region) {
    const Expr *start = expr_int(ev->module, 0), *extent = expr_int(ev->module, 1);
    bool started = false;
    for (int i = group->view; i < group->view + group->view_count; i++) {
        start = expr_add(ev->module, expr_mul(ev->module, start, view->shape[i]), view->start[i]);
        if (started ? !is_whole(view, i) : !stays_inside(view, i)) return false;
        started |= !expr_is_int(view->extent[i], 1);
        extent = expr_mul(ev->module, extent, view->extent[i]);
    }
    region->start[group->base] = start;
    region->extent[group->base] = extent;
    return true;
}

// One dimension of the view is several of the buffer: whole inner rows, or a part of one of them.
static bool split_dimension(Evaluator *ev, const Access *view, const Group *group, Region *region) {
    Module *module = ev->module;
    const Expr *start = view->start[group->view];
    int64_t extent;
    if (!expr_constant(view->extent[group->view], &extent) || extent <= 0) return false;
    for (int i = group->base + group->base_count - 1; i >= group->base; i--) {
        int64_t size;
        if (!expr_constant(view->buffer->shape[i], &size)) return false;
        bool rows = extent >= size && extent % size == 0 && expr_divisor(start) % size == 0;
        bool part = extent < size && size % extent == 0 && expr_divisor(start) % extent == 0;
        bool last = i == group->base;
        if (!last && !rows && !part) return false;
        region->start[i] = last   ? start
                           : rows ? expr_int(module, 0)
                                  : expr_floormod(module, start, view->buffer->shape[i]);
        region->extent[i] = expr_int(module, last ? extent : rows ? size : extent);
        start = expr_floordiv(module, start, view->buffer->shape[i]);
        extent = rows ? extent / size : 1;
    }
    return true;
}

static bool map_group(Evaluator *ev, const Access *view, const Group *group, Region *region) {
    if (group->view_count == 1 && group->base_count == 1) {
        region->start[group->base] = view->start[group->view];
        region->extent[group->base] = view->extent[group->view];
        return true;
    }
    bool whole = true;
    for (int i = group->view; i < group->view + group->view_count; i++) whole &= is_whole(view, i);
    if (whole) {
        for (int i = group->base; i < group->base + group->base_count; i++) {
            region->start[i] = expr_int(ev->module, 0);
            region->extent[i] = view->buffer->shape[i];
        }
        return true;
    }
    if (group->base_count == 1) return join_dimensions(ev, view, group, region);
    return group->view_count == 1 && split_dimension(ev, view, group, region);
}

static bool map_view(Evaluator *ev, const Access *view, Region *region) {
    Group group = {0};
    while (next_group(view, &group))
        if (!map_group(ev, view, &group, region)) return false;
    for (int i = 0; i < view->buffer->rank; i++) { // dimensions of extent 1 that no group held
        if (region->start[i]) continue;
        if (!expr_is_int(view->buffer->shape[i], 1)) return false;
        region->start[i] = expr_int(ev->module, 0);
        region->extent[i] = expr_int(ev->module, 1);
    }
    return true;
}

Region *region_of(Evaluator *ev, const Access *access, const Node *node) {
    Region *region = arena_new(&ev->context->unit, Region);
    region->buffer = access->buffer;
    Access full;
    fill_access(ev, access, &full);
    if (is_view(access)) {
        if (!map_view(ev, &full, region))
            stop_with_help(ev, DIAG_FRONT_UNSUPPORTED, node->location, "copy it element by element with T.Parallel",
                           "expected a part of a reshaped buffer that is a box of `%s`, seen another",
                           access->buffer->name);
        return region;
    }
    memcpy(region->start, full.start, sizeof region->start);
    memcpy(region->extent, full.extent, sizeof region->extent);
    return region;
}

Region *need_region(Evaluator *ev, Object *value, const Node *node, const char *what) {
    return region_of(ev, need_buffer(ev, value, node, what), node);
}
