// Comparing a result with its reference: norms, the worst pair and its coordinates, and the tolerance rule.
#ifndef TTILE_DATA_COMPARE_H
#define TTILE_DATA_COMPARE_H

#include "data/tensor.h"

// What the tolerance rule needs to know of how an output was computed (the oracle gives it).
typedef struct Precision {
    double storage_roundoff; // of the output's format, rounded to nearest; 0 if its elements are exact
    double error;            // absolute: what all roundings on the way to it are expected to leave behind
    double typical;          // the same in the mean of squares over the elements
    // What went into the error, for reports.
    double operand_roundoff;     // of product operands as the fidelity and the matrix unit cut them off
    double accumulator_roundoff; // of the narrowest accumulator of a reduction
    double reduction_length;     // longest reduction that feeds the output; 1 without
    double magnitude;            // norm of its terms: sqrt(sum of squares), largest over the output
} Precision;

typedef struct Comparison {
    bool pass;
    bool reference_is_zero;              // an all-zero reference: warn
    bool reference_is_not_finite;        // no element of it is finite: warn
    double max_abs_error, max_rel_error; // relative to the largest magnitude of the reference
    double tolerance;                    // absolute, as applied
    double mean_error, mean_tolerance;   // roots of means of squares over the elements; 0: no such rule
    double worst_result, worst_reference;
    int64_t worst_index[MAX_RANK];
    size_t compared, mismatched; // elements compared; elements over the tolerance
    bool has_nan;                // NaN or infinity where the reference has none
} Comparison;

// `mask`, if not NULL, has one byte an element: compare only where it is 1 (a sampled reference). `relative` > 0
// overrides the rule (--tolerance): |r - ref| <= relative * max |ref|.
Comparison compare_tensors(const Tensor *result, const Tensor *reference, const uint8_t *mask,
                           const Precision *precision, double relative);

#endif
