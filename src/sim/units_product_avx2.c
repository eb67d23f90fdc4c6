// Products with AVX2 and FMA.
#include "sim/units_internal.h"

#if UNITS_X86
#define PRODUCT_KERNEL    product_kernel_avx2
#define PRODUCT_NAME      "avx2"
#define PRODUCT_TARGET    __attribute__((target("avx2,fma")))
#define PRODUCT_SUPPORTED (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
#define PRODUCT_LANES     8
#define PRODUCT_ROWS      4
#include "sim/units_product_template.h"
#endif
