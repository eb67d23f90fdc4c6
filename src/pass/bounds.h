// Element-level indices of on-chip buffers that are certain to leave them.
#ifndef TTILE_PASS_BOUNDS_H
#define TTILE_PASS_BOUNDS_H

#include "ir/ir.h"

// Fails with DIAG_OUT_OF_BOUNDS at the first of them. What a condition guards, and what is not linear in loops of known
// length, is taken as it is.
void check_on_chip_bounds(Function *function);

#endif
