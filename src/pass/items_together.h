// tt.items_together: how many neighbouring items a core works on at once.
#ifndef TTILE_PASS_ITEMS_TOGETHER_H
#define TTILE_PASS_ITEMS_TOGETHER_H

#include "pass/internal.h"

typedef struct ItemsTogether {
    int64_t columns, rows; // of blocks; 1 and 1: one at a time
} ItemsTogether;

// Of the attribute; fails where it is no pair of numbers from 1 on that the partition allows.
ItemsTogether items_together(Function *function, const CompileOptions *options);
// The fewest groups that a core has when its work, as tt.work_partition deals it, falls into rectangles of that many
// blocks; 0 if some core's does not.
int64_t groups_of_items(const Function *function, const CompileOptions *options, ItemsTogether together);
// True if no core has more than one group, so that what follows an item is the end.
bool one_group_each(Function *function, const CompileOptions *options);

#endif
