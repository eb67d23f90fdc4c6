// How far values may be off on the chip: an absolute error that every rounding adds to and that operations pass on.
// Buffers have one track for all of their elements.
#include <float.h>
#include <math.h>
#include <string.h>

#include "data/convert.h"

#include "oracle/launch.h"

// TF32 as the matrix unit multiplies it: ten stored mantissa bits of in0, nine of in1, the rest cut off.
#define TF32_IN0 0x1p-10
#define TF32_IN1 0x1p-9
// Terms that the matrix unit adds before a 16-bit DST is rounded: the columns of a tile.
#define INNER_STEP 32
#define ROOT_3     1.7320508 // what is off by anything up to 1 is off by 1 / ROOT_3 in the mean of squares

Track track_merged(Track a, Track b) {
    return (Track){
        .error = {fmax(a.error.largest, b.error.largest), fmax(a.error.typical, b.error.typical)},
        .inexact = a.inexact || b.inexact,
        .seen = fmax(a.seen, b.seen),
        .length = fmax(a.length, b.length),
        .roundings = fmax(a.roundings, b.roundings),
        .norm = fmax(a.norm, b.norm),
        .operand = fmax(a.operand, b.operand),
        .accumulator = fmax(a.accumulator, b.accumulator),
    };
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
    for (int i = 0; i < SAMPLES; i++) {
        storage->squares[i] = 0;
        storage->errors[i] = storage->track.error.typical * storage->track.error.typical;
    }
}

static Track with_error(Track track, double largest, double typical) {
    track.inexact = true;
    track.error.largest += largest;
    track.error.typical = hypot(track.error.typical, typical); // what is independent adds up as squares
    return track;
}

Track track_rounded(Track track, DType type, bool rounded, Norms values) {
    double roundoff = dtype_unit_roundoff(type);
    if (!dtype_is_float(type)) return (Track){0};
    if (!rounded && !track.inexact) return track;
    return with_error(track, roundoff * values.largest, roundoff / ROOT_3 * values.typical);
}

static bool whole_buffer(const View *view) {
    return (size_t)view_count(view) == view->storage->info->count && !view->outside;
}

void track_fill(Machine *machine, const View *to) { track_set(machine, to->storage, (Track){0}, whole_buffer(to)); }

Norms norms_of_lanes(const Lane *values, size_t count) {
    double largest = 0, squares = 0;
    for (size_t i = 0; i < count; i++) {
        double value = isfinite(values[i].real) ? fabs(values[i].real) : 0;
        largest = value > largest ? value : largest;
        squares += value * value;
    }
    return (Norms){largest, sqrt(squares / (double)count)};
}

// Norms of a view's values; only asked for where a copy narrows, or adds.
static Norms norms_of(Machine *machine, const View *view, Location location) {
    Norms norms = {0};
    int64_t length = view->rank ? view->extent[view->rank - 1] : 1, rows = view_count(view) / length;
    Lane *row = machine_scratch(machine, SCRATCH_COPY, (size_t)length * sizeof *row);
    for (int64_t r = 0; r < rows; r++) {
        view_read(machine, view, r, 0, (size_t)length, row, location);
        lanes_to_domain(view_domain(view), DOMAIN_REAL, row, (size_t)length);
        Norms more = norms_of_lanes(row, (size_t)length);
        norms.largest = fmax(norms.largest, more.largest);
        norms.typical += more.typical * more.typical / (double)rows;
    }
    norms.typical = sqrt(norms.typical);
    return norms;
}

static Track narrowed(Track track, DType type, Norms values) {
    track.seen = values.largest;
    return track_rounded(track, type, true, values);
}

void track_copy(Machine *machine, const Node *node, const View *from, const View *to) {
    Track track = track_of(machine, from->storage);
    bool narrows = dtype_unit_roundoff(view_type(to)) > dtype_unit_roundoff(view_type(from));
    if (narrows && dtype_is_float(view_type(from)))
        track = narrowed(track, view_type(to), norms_of(machine, from, node->statement->location));
    track_set(machine, to->storage, dtype_is_float(view_type(to)) ? track : (Track){0}, whole_buffer(to));
}

// Errors of sums add up as their squares. The tensor's track speaks of all elements, of which this changes a share.
void track_add(Machine *machine, const Node *node, const View *to, const View *from) {
    if (!dtype_is_float(view_type(to))) return;
    Track added = track_of(machine, from->storage), old = track_of(machine, to->storage);
    Track track = track_merged(added, old);
    double share = (double)view_count(from) / (double)to->storage->info->count;
    double step = dtype_unit_roundoff(view_type(to)) * norms_of(machine, to, node->statement->location).largest;
    track.error.largest =
        sqrt(old.error.largest * old.error.largest + share * (added.error.largest * added.error.largest + step * step));
    track.error.typical = track.error.largest;
    track.inexact = true;
    track.length = fmax(added.length, old.length + share);
    track.accumulator = fmax(track.accumulator, dtype_unit_roundoff(view_type(to)));
    track_set(machine, to->storage, track, false);
}

// What a reduction's own roundings come to: each operand is cut off once, by anything up to its roundoff, and the sum
// is rounded, which comes to so many steps of the same size.
static double reduction_error(const Track *track, double steps, double scale) {
    return scale * (track->operand / ROOT_3 + steps * track->accumulator);
}

void track_reduce(Machine *machine, const View *to, const View *from, bool sums, double length, Norms results,
                  double norm) {
    Track track = track_of(machine, from->storage);
    Track own = {.operand = dtype_unit_roundoff(view_type(from)) < TF32_IN1 ? TF32_IN1 : 0};
    if (!dtype_is_float(view_type(to))) return;
    bool inexact = track.inexact;
    if (sums) {
        own.length = length;
        own.accumulator = fmax(dtype_unit_roundoff(view_type(to)), machine->plan->step_roundoff);
        track.error.largest = track.error.typical *= sqrt(length);
        track.length += length;
        track.norm = fmax(track.norm, norm);
    }
    track = with_error(track, reduction_error(&own, sqrt(own.length), fmax(sums ? norm : 0, results.largest)),
                       reduction_error(&own, sqrt(own.length), fmax(sums ? norm : 0, results.typical)));
    track.operand = fmax(track.operand, own.operand);
    track.accumulator = fmax(track.accumulator, own.accumulator);
    track.inexact = inexact || sums || own.operand > 0;
    track.seen = results.largest;
    track_set(machine, to->storage, track, whole_buffer(to));
}

// ---------------------------------------------------------------- products

static int64_t sample_row(const ProductSample *sample, int64_t i) { return i * 7919 % sample->m; }
static int64_t sample_column(const ProductSample *sample, int64_t i) { return i * 104729 % sample->n; }

// Adds, for one of SAMPLES elements of c, the squares of the product's terms and of the errors of their factors.
static void add_squares(const ProductSample *sample, int64_t i, double *square, double *error, Error a, Error b) {
    double terms = 0, a_squares = 0, b_squares = 0;
    for (int64_t k = 0; k < sample->k; k++) {
        double x = sample->a[packed_place(sample_row(sample, i), k, sample->k, PRODUCT_ROWS)];
        double y = sample->b[packed_place(sample_column(sample, i), k, sample->k, PRODUCT_COLUMNS)];
        terms += x * y * x * y;
        a_squares += x * x;
        b_squares += y * y;
    }
    double errors = a.typical * a.typical * b_squares + b.typical * b.typical * a_squares;
    if (isfinite(terms)) *square += terms;
    if (isfinite(errors)) *error += errors;
}

static double operand_roundoff(const Machine *machine, const Storage *a, const Storage *b) {
    double roundoff = machine->shared->options.operand_roundoff;
    if (dtype_unit_roundoff(a->info->buffer->type) < TF32_IN0) roundoff += TF32_IN0;
    if (dtype_unit_roundoff(b->info->buffer->type) < TF32_IN1) roundoff += TF32_IN1;
    return roundoff;
}

// How often the accumulator rounds while k terms are added: a 16-bit DST after each inner step, a wider one at each
// term.
static double product_roundings(const Storage *c, int64_t k) {
    bool narrow = dtype_bits(c->info->buffer->type) <= 16;
    return narrow ? ceil((double)k / INNER_STEP) : (double)k;
}

// What the accumulator's roundings come to, each off by anything up to the roundoff. They add up
// as squares where terms differ by more than a rounding; else each may be off to the same side, by a quarter on
// average.
static double rounding_steps(const Track *track, double norm, double value) {
    double steps = sqrt(track->roundings);
    bool alike = norm < track->accumulator * steps * value;
    return alike ? fmax(steps / ROOT_3, track->roundings / 8) : steps / ROOT_3;
}

static double product_error(const Track *track, double norm, double value) {
    return reduction_error(track, rounding_steps(track, norm, value), fmax(norm, value));
}

// Error of c, from the sampled elements.
static Error sampled_error(const ProductSample *sample, const Storage *c, Track *track) {
    Error error = {0};
    for (int i = 0; i < SAMPLES; i++) {
        double norm = sqrt(c->squares[i]);
        double value = fabs(sample->c[sample_row(sample, i) * sample->n + sample_column(sample, i)]);
        double one = sqrt(c->errors[i]) + product_error(track, norm, isfinite(value) ? value : 0);
        track->norm = fmax(track->norm, norm);
        if (isfinite(value)) track->seen = fmax(track->seen, value);
        error.largest = fmax(error.largest, one);
        error.typical += one * one / SAMPLES;
    }
    error.typical = sqrt(error.typical);
    return error;
}

void track_product(Machine *machine, const ProductSample *sample, Storage *a, Storage *b, Storage *c, bool clear) {
    if (!dtype_is_float(c->info->buffer->type)) return;
    Track left = track_of(machine, a), right = track_of(machine, b), old = clear ? (Track){0} : track_of(machine, c);
    Track track = track_merged(track_merged(left, right), old);
    double squares[SAMPLES] = {0}, errors[SAMPLES] = {0};
    track.operand = fmax(old.operand, operand_roundoff(machine, a, b));
    track.accumulator = fmax(old.accumulator, dtype_unit_roundoff(c->info->buffer->type));
    track.length = old.length + (double)sample->k;
    track.roundings = old.roundings + product_roundings(c, sample->k);
    if (!clear) {
        memcpy(squares, c->squares, sizeof squares);
        memcpy(errors, c->errors, sizeof errors);
    }
    for (int64_t i = 0; i < SAMPLES; i++) add_squares(sample, i, &squares[i], &errors[i], left.error, right.error);
    Storage sampled = *c;
    memcpy(sampled.squares, squares, sizeof squares);
    memcpy(sampled.errors, errors, sizeof errors);
    track.inexact = true;
    track.seen = 0;
    track.error = sampled_error(sample, &sampled, &track);
    track.length = fmax(track.length, fmax(left.length, right.length));
    track.operand = fmax(track.operand, fmax(left.operand, right.operand));
    track_set(machine, c, track, clear);
    if (c->global) return;
    memcpy(c->squares, squares, sizeof squares);
    memcpy(c->errors, errors, sizeof errors);
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

// Errors were estimated on some elements: where others are larger, they are taken to be larger, too.
static double unseen_share(const Track *track, double largest) {
    return track->seen > 0 && largest > track->seen ? largest / track->seen : 1;
}

static double largest_element(const Storage *storage) {
    double largest = 0, values[256];
    for (size_t first = 0; first < storage->info->count; first += 256) {
        size_t count = storage->info->count - first < 256 ? storage->info->count - first : 256;
        convert_to_doubles(storage->info->buffer->type, storage->data, first, count, values);
        for (size_t i = 0; i < count; i++) {
            double value = fabs(values[i]);
            largest = value > largest && value <= DBL_MAX ? value : largest;
        }
    }
    return largest;
}

Precision track_precision(const Storage *storage) {
    const Track *track = &storage->track;
    if (!track->inexact) return (Precision){.reduction_length = 1};
    double unseen = unseen_share(track, largest_element(storage));
    return (Precision){
        .storage_roundoff = dtype_unit_roundoff(storage->info->buffer->type),
        .error = track->error.largest * unseen,
        .typical = track->error.typical * unseen,
        .operand_roundoff = track->operand,
        .accumulator_roundoff = track->accumulator,
        .reduction_length = fmax(track->length, 1),
        .magnitude = track->norm,
    };
}
