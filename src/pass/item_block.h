// Which part of a tensor a work item begins with: where its block lies as the launch's coordinates say it.
#ifndef TTILE_PASS_ITEM_BLOCK_H
#define TTILE_PASS_ITEM_BLOCK_H

#include "pass/internal.h"

// start[d] = base[d] + x * step[d][0] + y * step[d][1] + z * step[d][2], in elements, where loops begin.
typedef struct ItemBlock {
    int64_t base[MAX_RANK], step[MAX_RANK][3];
    int64_t extent[MAX_RANK]; // elements; 0 where it is not known
    Location location;        // of the access
} ItemBlock;

// The first access to the tensor whose place is affine in the launch's coordinates; false if there is none.
bool find_item_block(Function *function, const Buffer *tensor, ItemBlock *block);

#endif
