// How far a value may be off on the chip, in the terms of the tolerance rule: which roundoffs lie on its way, the
// longest reduction that feeds it, and the norm that the roundoffs are relative to. Buffers have one track for all of
// their elements.
#include <math.h>
#include <string.h>

#include "oracle/launch.h"

// TF32 as the matrix unit multiplies it: ten stored mantissa bits of in0, nine of in1, the rest cut off.
#define TF32_IN0 0x1p-10
#define TF32_IN1 0x1p-9

Track track_merged(Track a, Track b) {
    return (Track){fmax(a.magnitude, b.magnitude), fmax(a.length, b.length), fmax(a.storage, b.storage),
                   fmax(a.operand, b.operand), fmax(a.accumulator, b.accumulator)};
}

static size_t buffer_number(const Machine *machine, const Storage *storage) {
    return (size_t)(storage->info - machine->plan->buffers.items);
}

Track track_of(const Machine *machine, const Storage *storage) {
    if (!storage->global) return storage->track;
    return track_merged(storage->track, machine->globals[buffer_number(machine, storage)]);
}

void track_set(Machine *machine, Storage *storage, Track track, bool all) {
    if (storage->global) {
        Track *known = &machine->globals[buffer_number(machine, storage)];
        *known = track_merged(*known, track);
        return;
    }
    storage->track = all ? track : track_merged(storage->track, track);
    for (int i = 0; i < SAMPLES; i++) storage->squares[i] = storage->track.magnitude * storage->track.magnitude;
}

Track track_rounded(Track track, DType type, bool rounded, double largest) {
    if (!dtype_is_float(type)) return (Track){0};
    if (!rounded && track.magnitude == 0) return track;
    track.magnitude = fmax(track.magnitude, largest);
    track.storage = fmax(track.storage, dtype_unit_roundoff(type));
    return track;
}

static bool whole_buffer(const View *view) {
    return (size_t)view_count(view) == view->storage->info->count && !view->outside;
}

void track_fill(Machine *machine, const View *to) { track_set(machine, to->storage, (Track){0}, whole_buffer(to)); }

// Largest magnitude of a view's values; only asked for where a copy narrows.
static double largest_in(Machine *machine, const View *view, Location location) {
    double largest = 0;
    int64_t length = view->rank ? view->extent[view->rank - 1] : 1, rows = view_count(view) / length;
    Lane *row = machine_scratch(machine, SCRATCH_COPY, (size_t)length * sizeof *row);
    for (int64_t r = 0; r < rows; r++) {
        view_read(machine, view, r, 0, (size_t)length, row, location);
        lanes_to_domain(view_domain(view), DOMAIN_REAL, row, (size_t)length);
        for (int64_t i = 0; i < length; i++)
            if (isfinite(row[i].real)) largest = fmax(largest, fabs(row[i].real));
    }
    return largest;
}

void track_copy(Machine *machine, const Node *node, const View *from, const View *to) {
    Track track = track_of(machine, from->storage);
    bool narrows = dtype_unit_roundoff(view_type(to)) > dtype_unit_roundoff(view_type(from));
    bool rounds = narrows && dtype_is_float(view_type(from));
    double largest = rounds ? largest_in(machine, from, node->statement->location) : 0;
    track_set(machine, to->storage, track_rounded(track, view_type(to), rounds, largest), whole_buffer(to));
}

// An element takes part in about as many additions as elements were added, over those of the tensor.
void track_add(Machine *machine, const View *to, const View *from) {
    Track added = track_of(machine, from->storage), old = track_of(machine, to->storage);
    Track track = track_merged(added, old);
    track.length = fmax(added.length, old.length + (double)view_count(from) / (double)to->storage->info->count);
    track.accumulator = fmax(track.accumulator, dtype_unit_roundoff(view_type(to)));
    track.storage = fmax(track.storage, dtype_unit_roundoff(view_type(to)));
    track_set(machine, to->storage, track, false);
}

void track_reduce(Machine *machine, const View *to, const View *from, bool sums, double length, double largest,
                  double norm) {
    Track track = track_of(machine, from->storage);
    bool wide = view_type(from) == DTYPE_FLOAT32 || view_type(from) == DTYPE_FLOAT64;
    if (wide) track.operand = fmax(track.operand, TF32_IN1);
    if (sums) {
        track.magnitude = fmax(track.magnitude * sqrt(length), norm);
        track.length = fmax(track.length, 0) + length;
        track.accumulator = fmax(track.accumulator, dtype_unit_roundoff(view_type(to)));
    }
    track_set(machine, to->storage, track_rounded(track, view_type(to), sums || wide, largest), whole_buffer(to));
}

// ---------------------------------------------------------------- products

// Error of an element of an operand, relative to what rounding the element itself would give.
static double excess(double value, double magnitude) { return fmax(value * value, magnitude * magnitude); }

// Adds, for SAMPLES elements of c, the squares of the terms that the product adds to them.
static void add_squares(const ProductSample *sample, double *squares, double a_magnitude, double b_magnitude) {
    for (int64_t i = 0; i < SAMPLES; i++) {
        int64_t row = i * 7919 % sample->m, column = i * 104729 % sample->n;
        double sum = 0;
        for (int64_t k = 0; k < sample->k; k++)
            sum += excess(sample->a[packed_place(row, k, sample->k, PRODUCT_ROWS)], a_magnitude) *
                   excess(sample->b[packed_place(column, k, sample->k, PRODUCT_COLUMNS)], b_magnitude);
        if (isfinite(sum)) squares[i] += sum;
    }
}

static double operand_roundoff(const Machine *machine, const Storage *a, const Storage *b) {
    double roundoff = machine->shared->options.operand_roundoff;
    if (dtype_unit_roundoff(a->info->buffer->type) < TF32_IN0) roundoff += TF32_IN0;
    if (dtype_unit_roundoff(b->info->buffer->type) < TF32_IN1) roundoff += TF32_IN1;
    return roundoff;
}

void track_product(Machine *machine, const ProductSample *sample, Storage *a, Storage *b, Storage *c, bool clear) {
    if (!dtype_is_float(c->info->buffer->type)) return;
    Track left = track_of(machine, a), right = track_of(machine, b), old = clear ? (Track){0} : track_of(machine, c);
    Track track = track_merged(track_merged(left, right), old);
    double squares[SAMPLES] = {0}, largest = 0, step = dtype_unit_roundoff(c->info->buffer->type);
    if (!clear) memcpy(squares, c->squares, sizeof squares);
    add_squares(sample, squares, left.magnitude, right.magnitude);
    for (int i = 0; i < SAMPLES; i++) largest = fmax(largest, squares[i]);
    track.magnitude = fmax(old.magnitude, sqrt(largest));
    track.length = fmax(fmax(left.length, right.length), old.length + (double)sample->k);
    track.operand = fmax(track.operand, operand_roundoff(machine, a, b));
    track.accumulator = fmax(track.accumulator, step);
    track.storage = fmax(track.storage, step);
    track_set(machine, c, track, clear);
    if (!c->global) memcpy(c->squares, squares, sizeof squares);
}

// ---------------------------------------------------------------- results

void track_gather(Shared *shared) {
    for (uint32_t b = 0; b < shared->plan->buffers.count; b++)
        for (int i = 0; i < shared->machine_count; i++) {
            Track *known = &shared->machines[i]->globals[b];
            shared->globals[b].track = track_merged(shared->globals[b].track, *known);
            *known = (Track){0};
        }
}

Precision track_precision(const Storage *storage) {
    const Track *track = &storage->track;
    bool exact = track->magnitude == 0 && track->storage == 0 && track->operand == 0;
    return (Precision){
        .storage_roundoff = exact ? 0 : fmax(track->storage, dtype_unit_roundoff(storage->info->buffer->type)),
        .operand_roundoff = track->operand,
        .accumulator_roundoff = track->accumulator,
        .reduction_length = fmax(track->length, 1),
        .magnitude = track->magnitude,
    };
}
