// What the files of this folder share.
#ifndef TTILE_PROGRAM_INTERNAL_H
#define TTILE_PROGRAM_INTERNAL_H

#include "program/program.h"

enum { MAX_CORE_RANGES = 256, MAX_GRID_SIDE = 256 };

// The rectangles of tt.core_ranges; core (0, 0) if the attribute is absent. Returns their number.
int program_core_ranges(const Function *program, CoreRange ranges[MAX_CORE_RANGES]);
bool range_holds(CoreRange range, Core core);

#endif
