// Runs of numbers between an array of any dtype and doubles or 64-bit integers, many at a time.
#ifndef TTILE_DATA_CONVERT_H
#define TTILE_DATA_CONVERT_H

#include "base/dtype.h"

// Elements [first, first + count) of an array of `type` as doubles, and back as storing them rounds: floats to nearest
// even, integers cut towards zero and wrapped, bool to 0 or 1.
void convert_to_doubles(DType type, const void *array, size_t first, size_t count, double *values);
void convert_from_doubles(DType type, const double *values, size_t count, void *array, size_t first);
// The same as integers, exact for 64 bits; floats are cut towards zero.
void convert_to_integers(DType type, const void *array, size_t first, size_t count, int64_t *values);
void convert_from_integers(DType type, const int64_t *values, size_t count, void *array, size_t first);
// What storing in `type` leaves of each value, in place.
void convert_round_doubles(DType type, double *values, size_t count);
void convert_round_integers(DType type, int64_t *values, size_t count);
// Towards zero; out of range gives the nearest end, NaN gives 0.
int64_t convert_double_to_integer(double value);

#endif
