// Window fills: the places of a mover's program that bring pages into a circular buffer.
#ifndef TTILE_PASS_FILLS_H
#define TTILE_PASS_FILLS_H

#include "pass/internal.h"

// From cb_reserve_back to cb_push_back of one window, in one block, with nothing but reads, stores into its pages,
// barriers and the control flow around them between the two.
typedef struct Fill {
    Statement *reserve, *push;
    const Expr *pages; // what it writes: that many from the window's first on
} Fill;

typedef VECTOR(Fill) Fills;

// The fills of a circular buffer in a mover's program, in the scratch arena; none if some page comes in otherwise.
Fills find_fills(Module *module, Block *program, const CircularBuffer *circular);

#endif
