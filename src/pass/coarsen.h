// What coarsening of k steps and of items must agree on.
#ifndef TTILE_PASS_COARSEN_H
#define TTILE_PASS_COARSEN_H

#include "pass/internal.h"

// Steps of the loop that CoarsenK keeps in L1 together; 1 if it leaves the loop as it is.
int64_t coarse_steps(Function *function, const CompileOptions *options, Statement *loop);

#endif
