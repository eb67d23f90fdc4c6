// A fill whose second half is read while its first half is sent on.
#ifndef TTILE_PASS_FILL_HALVES_H
#define TTILE_PASS_FILL_HALVES_H

#include "pass/fills.h"
#include "target/target.h"

// Puts a barrier between the halves of a fill's reads, and none behind the second. Returns the pages of the first half;
// 0, and nothing is changed, if the fill cannot be halved or if that would gain nothing.
int64_t halve_fill(Module *module, const Target *target, const CircularBuffer *circular, const Fill *fill);

#endif
