// Which cores bring the same pages into a circular buffer, in the same order.
#ifndef TTILE_PASS_SHARING_H
#define TTILE_PASS_SHARING_H

#include "pass/fills.h"
#include "program/program.h"

// What has been found out about one thread program.
typedef struct Sharing Sharing;

// In the scratch arena.
Sharing *sharing_new(Function *function, int core_count, const Core cores[]);
// For each core the first one whose fills read the same pages under the same control flow; itself when there is none.
// NULL if it cannot be told.
int *same_fills(Sharing *sharing, const Fills *fills);

#endif
