// What the files of LowerTTTileIntrinsics share.
#ifndef TTILE_PASS_LOWER_H
#define TTILE_PASS_LOWER_H

#include "pass/internal.h"

// The tile that begins at an element of a dimension; fails with DIAG_UNALIGNED where none is known to.
const Expr *tile_start(Module *module, const Expr *element, Location location, const Buffer *buffer, int dimension);
// An empty FOR_TILE loop of `extent` turns.
Statement *tile_loop(Function *function, const char *name, const Expr *extent, Location location);
// Puts `inner` at the end of the loop's body; returns `inner`.
Statement *nest_inside(Statement *loop, Statement *inner);
// Turns of the tile loop over `extent` elements of a dimension of the buffer, tiled or not.
const Expr *dimension_turns(Module *module, const Buffer *buffer, int dimension, const Expr *extent);
bool is_tiled_dimension(const Buffer *buffer, int dimension);

// Replaces a FOR_PARALLEL nest by tile nests.
void lower_parallel(Function *function, Statement *loop);

// A computing nest that copies a whole buffer into another of the same shape.
Statement *copy_nest(Function *function, Buffer *target, Buffer *source, Location location);
// Gives the matrix unit its own copy of every fp32 buffer that is also read elementwise: a circular buffer unpacks
// either to the source registers, where fp32 loses bits, or to DST, where products cannot read it.
void stage_operands(Function *function, Block *body);

#endif
