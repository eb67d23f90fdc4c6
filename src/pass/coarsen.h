// What coarsening of k steps and of items must agree on.
#ifndef TTILE_PASS_COARSEN_H
#define TTILE_PASS_COARSEN_H

#include "pass/internal.h"

// Steps of the loop that CoarsenK keeps in L1 together; 1 if it leaves the loop as it is.
int64_t coarse_steps(Function *function, const CompileOptions *options, Statement *loop);
// Bytes of a window of an on-chip buffer.
int64_t bytes_in_l1(const Buffer *buffer);
// Does the access ask for two windows: one that is worked on, and one that a mover fills or empties, or that a nest
// makes from it?
bool doubles_windows(Module *module, const Statement *nest, const NestAccess *access);
// Does any nest of the block?
bool has_two_windows(Module *module, Block *block, const Buffer *buffer);

#endif
