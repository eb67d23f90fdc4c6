// Sets of cores as rectangles.
#ifndef TTILE_PASS_RECTANGLES_H
#define TTILE_PASS_RECTANGLES_H

#include "pass/internal.h"
#include "program/program.h"

typedef VECTOR(CoreRange) CoreRanges;

// The cores `i` with member[i], taken apart into rectangles, the largest first; those of fewer than `least` cores are
// left out. In the scratch arena.
CoreRanges core_rectangles(Module *module, int count, const Core cores[], const bool member[], int least);

#endif
