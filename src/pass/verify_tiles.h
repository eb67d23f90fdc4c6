// The tile level's own rules.
#ifndef TTILE_PASS_VERIFY_TILES_H
#define TTILE_PASS_VERIFY_TILES_H

#include "ir/ir.h"

// Fails with `code` where the body is not what tt.tiled, tt.staged and tt.circular_buffers say, where they are held.
void verify_tiles(Function *function, DiagnosticCode code);

#endif
