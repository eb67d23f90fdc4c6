// Comparing a result with its reference.
//
// The rule. A result may differ from its reference by CONSTANT times the error that all roundings together are expected
// to leave behind, at least the storage roundoff of the reference's largest magnitude. The oracle carries that error
// through the kernel (oracle/track.c): a reduction contributes the norm of its terms, times the unit
// roundoff of the operands as the fidelity truncates them (over sqrt(3), as cuts are anything up to it) plus that of
// the accumulator times what its number of roundings comes to; any other operation, and every store, the unit roundoff
// of its result; and each passes on the errors of its operands as steeply as it depends on them. The reference itself
// rounds, too, which the constant allows for. The mean of the squares of all differences is held to the same rule, with
// errors as they add up in the mean of squares: it sees what is off everywhere by less than one element may be.
// Integers must be equal.
#include "data/compare.h"

#include <math.h>
#include <string.h>

#include "data/convert.h"

#define CONSTANT 4.0
#define ROOT_3   1.7320508 // roundings are off by anything up to the roundoff: by 1 / ROOT_3 of it in the mean of squares
#define CHUNK    1024
#define LANES    8

typedef struct Rows {
    double result[CHUNK], reference[CHUNK];
    const uint8_t *mask; // of this chunk; NULL: all
    size_t count;
} Rows;

static size_t load_rows(Rows *rows, const Tensor *result, const Tensor *reference, const uint8_t *mask, size_t first) {
    size_t count = reference->count - first < CHUNK ? reference->count - first : CHUNK;
    convert_to_doubles(result->type, result->data, first, count, rows->result);
    convert_to_doubles(reference->type, reference->data, first, count, rows->reference);
    rows->mask = mask ? mask + first : NULL;
    rows->count = count;
    // Lanes behind the end and masked ones count as equal zeros.
    for (size_t i = count; i < CHUNK && i % LANES; i++) rows->result[i] = rows->reference[i] = 0;
    if (mask)
        for (size_t i = 0; i < count; i++)
            if (!rows->mask[i]) rows->result[i] = rows->reference[i] = 0;
    return count;
}

// Largest of |a - b|, or of |a| without b; NaN is skipped. Lanes keep their own maximum, which compilers vectorise.
static double largest_of(const double *a, const double *b, size_t count) {
    double largest[LANES] = {0};
    for (size_t i = 0; i < count; i += LANES)
        for (size_t lane = 0; lane < LANES; lane++) {
            double value = fabs(b ? a[i + lane] - b[i + lane] : a[i + lane]);
            largest[lane] = value > largest[lane] ? value : largest[lane];
        }
    double all = 0;
    for (size_t lane = 0; lane < LANES; lane++) all = largest[lane] > all ? largest[lane] : all;
    return all;
}

// Sum of the squares of a - b, or of a without b. Lanes keep sums of their own.
static double squares_of(const double *a, const double *b, size_t count) {
    double squares[LANES] = {0};
    for (size_t i = 0; i < count; i += LANES)
        for (size_t lane = 0; lane < LANES; lane++) {
            double value = b ? a[i + lane] - b[i + lane] : a[i + lane];
            squares[lane] += value * value;
        }
    double all = 0;
    for (size_t lane = 0; lane < LANES; lane++) all += squares[lane];
    return all;
}

static bool all_finite(const Rows *rows) {
    double sum[LANES] = {0}; // stays 0 while everything is finite: x - x is NaN otherwise
    for (size_t i = 0; i < rows->count; i += LANES)
        for (size_t lane = 0; lane < LANES; lane++)
            sum[lane] += (rows->result[i + lane] - rows->result[i + lane]) +
                         (rows->reference[i + lane] - rows->reference[i + lane]);
    double all = 0;
    for (size_t lane = 0; lane < LANES; lane++) all += sum[lane];
    return all == 0;
}

// Counts elements that are not finite, and makes zeros of them.
static size_t drop_special(Rows *rows) {
    size_t special = 0;
    for (size_t i = 0; i < rows->count; i++) {
        if (isfinite(rows->reference[i])) continue;
        rows->reference[i] = 0;
        special++;
    }
    return special;
}

typedef struct Magnitude {
    double largest, squares; // of the finite elements; their sum
    size_t special;          // elements that are not
} Magnitude;

// Of the compared reference.
static Magnitude reference_magnitude(const Tensor *reference, const uint8_t *mask, Rows *rows) {
    Magnitude magnitude = {0};
    for (size_t first = 0; first < reference->count; first += CHUNK) {
        load_rows(rows, reference, reference, mask, first);
        if (!all_finite(rows)) magnitude.special += drop_special(rows);
        magnitude.largest = fmax(magnitude.largest, largest_of(rows->reference, NULL, rows->count));
        magnitude.squares += squares_of(rows->reference, NULL, rows->count);
    }
    return magnitude;
}

static double rule(const Precision *precision, double largest, DType type) {
    if (!precision || !dtype_is_float(type)) return 0;
    return CONSTANT * fmax(precision->error, precision->storage_roundoff * largest);
}

// Many elements that are each off by little: the rule over the mean of squares.
static double mean_rule(const Precision *precision, double mean, DType type) {
    if (!precision || !dtype_is_float(type)) return 0;
    return CONSTANT * fmax(precision->typical, precision->storage_roundoff / ROOT_3 * mean);
}

static void set_worst(Comparison *comparison, const Rows *rows, const Tensor *reference, size_t first, size_t i) {
    comparison->worst_result = rows->result[i];
    comparison->worst_reference = rows->reference[i];
    size_t rest = first + i;
    for (int d = reference->rank - 1; d >= 0; d--) {
        comparison->worst_index[d] = (int64_t)(rest % (size_t)reference->shape[d]);
        rest /= (size_t)reference->shape[d];
    }
}

static void compare_finite(Comparison *comparison, const Rows *rows, const Tensor *reference, size_t first) {
    double largest = largest_of(rows->result, rows->reference, rows->count);
    if (largest > comparison->tolerance)
        for (size_t i = 0; i < rows->count; i++)
            comparison->mismatched += fabs(rows->result[i] - rows->reference[i]) > comparison->tolerance;
    if (largest <= comparison->max_abs_error) return;
    comparison->max_abs_error = largest;
    size_t worst = 0;
    while (worst + 1 < rows->count && fabs(rows->result[worst] - rows->reference[worst]) != largest) worst++;
    set_worst(comparison, rows, reference, first, worst);
}

// A pair in which something is not finite is right only if both are the same infinity, or both NaN.
static void compare_special(Comparison *comparison, const Rows *rows, const Tensor *reference, size_t first, size_t i) {
    double a = rows->result[i], b = rows->reference[i];
    if (a == b || (isnan(a) && isnan(b))) return;
    comparison->mismatched++;
    if (!isinf(comparison->max_abs_error)) set_worst(comparison, rows, reference, first, i);
    comparison->max_abs_error = INFINITY;
    comparison->has_nan = comparison->has_nan || isfinite(b);
}

static void compare_any(Comparison *comparison, Rows *rows, const Tensor *reference, size_t first) {
    for (size_t i = 0; i < rows->count; i++) {
        if (isfinite(rows->result[i]) && isfinite(rows->reference[i])) continue;
        compare_special(comparison, rows, reference, first, i);
        rows->result[i] = rows->reference[i] = 0;
    }
}

static size_t count_compared(const uint8_t *mask, size_t count) {
    if (!mask) return count;
    size_t compared = 0;
    for (size_t i = 0; i < count; i++) compared += mask[i] != 0;
    return compared;
}

Comparison compare_tensors(const Tensor *result, const Tensor *reference, const uint8_t *mask,
                           const Precision *precision, double relative) {
    Comparison comparison = {0};
    Rows rows;
    Magnitude magnitude = reference_magnitude(reference, mask, &rows);
    double largest = magnitude.largest, squares = 0;
    comparison.tolerance = relative > 0 ? relative * largest : rule(precision, largest, reference->type);
    comparison.compared = count_compared(mask, reference->count);
    for (size_t first = 0; first < reference->count; first += CHUNK) {
        load_rows(&rows, result, reference, mask, first);
        if (first == 0 && rows.count) set_worst(&comparison, &rows, reference, 0, 0); // where nothing is off
        if (!all_finite(&rows)) compare_any(&comparison, &rows, reference, first);
        compare_finite(&comparison, &rows, reference, first);
        squares += squares_of(rows.result, rows.reference, rows.count);
    }
    double error = comparison.max_abs_error;
    comparison.max_rel_error = error == 0 ? 0 : largest > 0 ? error / largest : INFINITY;
    comparison.reference_is_zero = largest == 0 && magnitude.special == 0;
    comparison.reference_is_not_finite = magnitude.special > 0 && magnitude.special == comparison.compared;
    double compared = comparison.compared ? (double)comparison.compared : 1;
    comparison.mean_error = sqrt(squares / compared);
    if (relative <= 0)
        comparison.mean_tolerance = mean_rule(precision, sqrt(magnitude.squares / compared), reference->type);
    bool mean_holds = comparison.mean_tolerance == 0 || comparison.mean_error <= comparison.mean_tolerance;
    comparison.pass = comparison.mismatched == 0 && mean_holds;
    return comparison;
}
