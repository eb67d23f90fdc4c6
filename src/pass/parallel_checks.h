// What a T.Parallel nest may not do, whatever its accesses look like.
#ifndef TTILE_PASS_PARALLEL_CHECKS_H
#define TTILE_PASS_PARALLEL_CHECKS_H

#include "pass/planes.h"

// Fails with DIAG_RACE where an iteration reads what another one writes, and with DIAG_INDEX_RANGE where index
// arithmetic leaves what the vector unit holds exactly.
void check_parallel(Function *function, const NestAxes *nest);

#endif
