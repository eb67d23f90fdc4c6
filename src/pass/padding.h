// Which on-chip buffers must read 0 beyond a tensor's edge.
#ifndef TTILE_PASS_PADDING_H
#define TTILE_PASS_PADDING_H

#include "ir/ir.h"

// Marks them all; the first one that was not marked before, or NULL.
const Buffer *mark_padding(Function *function);

#endif
