// Read and write nests as NoC instructions.
#ifndef TTILE_PASS_MOVEMENT_H
#define TTILE_PASS_MOVEMENT_H

#include "pass/internal.h"

// Replaces a read nest by page reads, fills beyond the tensor, a barrier and edge fills.
void lower_read_nest(Function *function, Statement *nest);
// Replaces a write nest by page writes and a flush.
void lower_write_nest(Function *function, Statement *nest);

#endif
