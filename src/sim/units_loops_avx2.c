// Loops over tiles for AVX2. Without FMA, so that the numbers are those of the plain loops.
#include "sim/units_internal.h"

#if UNITS_X86
#define LOOPS           tile_loops_avx2
#define LOOPS_NAME      "avx2"
#define LOOPS_TARGET    __attribute__((target("avx2")))
#define LOOPS_SUPPORTED __builtin_cpu_supports("avx2")
#include "sim/units_loops.h"
#endif
