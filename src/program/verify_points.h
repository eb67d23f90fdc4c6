// Positions over a count of events, held against each other; verify_points.c.
#ifndef TTILE_PROGRAM_VERIFY_POINTS_H
#define TTILE_PROGRAM_VERIFY_POINTS_H

#include "program/verify.h"

// At event number x (from 0) a thread is at these places, end exclusive.
typedef struct Point {
    Amount x, low, high;
    const Node *node;
} Point;
typedef VECTOR(Point) Points;

// Whether every point of `inner` lies within those of `outer` at the same event. There are `events` of them, 0 if that
// is not known. TRUTH_OPEN if it cannot be told.
Truth points_inside(Amounts *amounts, const Points *inner, const Points *outer, int64_t events);

#endif
