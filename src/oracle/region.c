// Regions as views: what an operation works on, row by row, without the dimensions of extent 1.
#include <string.h>

#include "oracle/evaluate.h"

bool view_pad(View *view, int rank) {
    if (view->rank > rank) return false;
    int missing = rank - view->rank;
    memmove(view->start + missing, view->start, (size_t)view->rank * sizeof *view->start);
    memmove(view->extent + missing, view->extent, (size_t)view->rank * sizeof *view->extent);
    memmove(view->limit + missing, view->limit, (size_t)view->rank * sizeof *view->limit);
    memmove(view->stride + missing, view->stride, (size_t)view->rank * sizeof *view->stride);
    for (int d = 0; d < missing; d++) {
        view->start[d] = 0;
        view->extent[d] = view->limit[d] = 1;
        view->stride[d] = 0;
    }
    view->rank = rank;
    return true;
}

// Keeps dimensions of extent 1 if they are among the last `keep`.
static View view_keeping(Machine *machine, const Node *node, int operand, int keep) {
    const RegionSlots *slots = &node->op.regions[operand];
    View view = {.storage = machine->storages[slots->buffer]};
    const BufferInfo *info = view.storage->info;
    for (int d = 0; d < slots->rank; d++) {
        int64_t start = integer_at(machine, slots->start[d]), extent = integer_at(machine, slots->extent[d]);
        int64_t end;
        if (extent < 1 || __builtin_add_overflow(start, extent, &end))
            machine_fail(machine, DIAG_REGION_SHAPE, node->statement->location, NULL,
                         "the region of '%s' has %lld elements in dimension %d", info->buffer->name, (long long)extent,
                         d);
        if (extent == 1 && d < slots->rank - keep) {
            bool inside = start >= 0 && start < info->shape[d];
            if (inside)
                view.base += start * info->stride[d];
            else
                view.outside = true;
            continue;
        }
        view.start[view.rank] = start;
        view.extent[view.rank] = extent;
        view.limit[view.rank] = info->shape[d];
        view.stride[view.rank++] = info->stride[d];
    }
    return view;
}

View view_of(Machine *machine, const Node *node, int operand) { return view_keeping(machine, node, operand, 0); }

bool view_matrix(Machine *machine, const Node *node, int operand, View *view) {
    *view = view_keeping(machine, node, operand, 2);
    if (view->rank > 2) *view = view_of(machine, node, operand);
    return view_pad(view, 2);
}

int64_t view_count(const View *view) {
    int64_t count = 1;
    for (int d = 0; d < view->rank; d++)
        if (__builtin_mul_overflow(count, view->extent[d], &count)) return INT64_MAX;
    return count;
}

// The part of a row that lies inside of the buffer.
typedef struct Span {
    int64_t first, stride; // of position 0
    int64_t low, high;     // positions [low, high) are inside
} Span;

static Span row_span(const View *view, int64_t row, int64_t from, size_t count) {
    int last = view->rank - 1;
    int64_t first = view->base;
    bool outside = view->outside;
    for (int d = last - 1; d >= 0; d--) {
        int64_t index = view->start[d] + row % view->extent[d];
        row /= view->extent[d];
        outside = outside || index < 0 || index >= view->limit[d];
        if (!outside) first += index * view->stride[d];
    }
    if (view->rank == 0) return (Span){first, 0, 0, outside ? 0 : 1};
    int64_t start = view->start[last] + from;
    if (outside || start <= -(int64_t)count || start >= view->limit[last]) return (Span){0, 0, 0, 0};
    int64_t low = start < 0 ? -start : 0, high = view->limit[last] - start;
    if (high > (int64_t)count) high = (int64_t)count;
    return (Span){first + start * view->stride[last], view->stride[last], low, high};
}

static void check_inside(Machine *machine, const View *view, const Span *span, size_t count, Location location) {
    if (view->storage->global || (span->low == 0 && span->high == (int64_t)count)) return;
    machine_fail(machine, DIAG_OUT_OF_BOUNDS, location, "correct the region or the buffer's shape",
                 "a region reaches outside of '%s'", view->storage->info->buffer->name);
}

void view_read(Machine *machine, const View *view, int64_t row, int64_t from, size_t count, Lane *out,
               Location location) {
    Span span = row_span(view, row, from, count);
    check_inside(machine, view, &span, count, location);
    memset(out, 0, (size_t)span.low * sizeof *out);
    memset(out + span.high, 0, (count - (size_t)span.high) * sizeof *out);
    if (span.low < span.high)
        storage_read(machine, view->storage, span.first + span.low * span.stride, span.stride,
                     (size_t)(span.high - span.low), out + span.low, location);
}

void view_write(Machine *machine, const View *view, int64_t row, int64_t from, size_t count, const Lane *values,
                Location location) {
    Span span = row_span(view, row, from, count);
    check_inside(machine, view, &span, count, location);
    if (span.low < span.high)
        storage_write(machine, view->storage, span.first + span.low * span.stride, span.stride,
                      (size_t)(span.high - span.low), values + span.low, location);
}
