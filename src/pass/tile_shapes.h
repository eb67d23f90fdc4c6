// Tiles of another shape than 32x32.
#ifndef TTILE_PASS_TILE_SHAPES_H
#define TTILE_PASS_TILE_SHAPES_H

#include "pass/internal.h"

// Gives on-chip buffers the tiles of the tensors that they are copied with. What does more with such tiles than moving
// them is reported, and fails.
void settle_tile_shapes(Function *function);

#endif
