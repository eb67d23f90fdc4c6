// Kernels of several launches: each launch becomes a function of its own, which is lowered like any other kernel. What
// one launch leaves in DRAM for the next, T.alloc_global too, is a parameter of both.
#ifndef TTILE_API_LAUNCHES_H
#define TTILE_API_LAUNCHES_H

#include "ir/ir.h"

int launch_count(const Function *function);
// Launch `index` of an element-level function, in a module of its own: NAME_launch<index>. Its parameters are the
// global buffers that it uses, in the function's order, then T.alloc_global ones, with the roles that they have in it.
Function *launch_function(const Function *function, int index);
// A function with the tensors of several programs and nothing else: named and ordered, with the roles, as their plan
// says.
Function *launches_together(const Value *plan, int count, Function *const programs[]);

#endif
