// Which dimensions of each buffer form its tile plane, and which way each vector lies, from how the kernel uses them.
#ifndef TTILE_PASS_PLANES_H
#define TTILE_PASS_PLANES_H

#include "pass/internal.h"

// A parallel nest's variables by what they run over; NULL where the nest has none.
typedef struct ParallelAxes {
    const Variable *row, *column;
} ParallelAxes;
// Axes of the nest that starts at this FOR_PARALLEL loop. The store's own plane decides; a nest over vectors alone has
// its variable as `row` and `vector` set.
typedef struct NestAxes {
    ParallelAxes axes;
    const Variable *variables[MAX_RANK]; // all parallel variables, outermost first
    int count;
    Block *body; // the innermost body
    bool vector; // one variable, and no buffer of rank 2 or more is indexed by it
} NestAxes;
NestAxes nest_axes(const Statement *loop);

// matched[c]: the dimension of the wide side that dimension c of the narrow side is copied with. Aligned from the
// right; dimensions of extent 1 of the wide side may be skipped. False if they do not match.
bool match_regions(const Region *wide, const Region *narrow, int matched[MAX_RANK]);

// Layouts of all buffers of a function, global and on-chip, as its uses ask. Reports DIAG_LAYOUT_CONFLICT.
typedef struct BufferPlane {
    Buffer *buffer;
    bool used;
    bool vector;            // one dimension forms tile rows or columns
    int rows, columns;      // plane, or for a vector the dimension in `columns` before its orientation is known
    bool as_row, as_column; // how a vector is used
    int group;              // of vectors that must lie the same way (a union-find parent)
    Location location;      // of the use that decided
} BufferPlane;
typedef VECTOR(BufferPlane) BufferPlanes;
BufferPlanes analyze_planes(Function *function);
Layout plane_layout(Function *function, const BufferPlanes *planes, int index);

#endif
