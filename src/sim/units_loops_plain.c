// Loops over tiles for any CPU.
#define LOOPS      tile_loops_plain
#define LOOPS_NAME "plain"
#define LOOPS_TARGET
#define LOOPS_SUPPORTED true
#include "sim/units_loops.h"

const TileLoops *tile_loops(void) {
#if UNITS_X86
    if (tile_loops_avx2.supported()) return &tile_loops_avx2;
#endif
    return &tile_loops_plain;
}
