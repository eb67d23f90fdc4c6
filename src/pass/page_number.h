// The number of a tensor's page as an expression of the tile's indices.
#ifndef TTILE_PASS_PAGE_NUMBER_H
#define TTILE_PASS_PAGE_NUMBER_H

#include "pass/internal.h"

// Tiles are numbered as the layout's tile order says, the same way as page_of_tile does (program/program.h).
const Expr *page_of_indices(Module *module, const Buffer *tensor, const Expr *const indices[]);

#endif
