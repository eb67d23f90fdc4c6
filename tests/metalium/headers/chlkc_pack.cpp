// The compute kernel as the packing core sees it. The headers of vector-unit operations come first, with nothing packed
// in their bodies: those need the vendor's compiler, while their declarations, which the kernel calls, do not.
#define TRISC_PACK
void kernel_main();
#include "api/compute/common_globals.h"
#include "api/compute/pack.h"
#pragma push_macro("PACK")
#undef PACK
#define PACK(...)
#undef TRISC_PACK
#include "vector_unit.h"
#pragma pop_macro("PACK")
#define TRISC_PACK
#include KERNEL_FILE
