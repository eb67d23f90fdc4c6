// Products with AVX-512 on floats: fp32 operands, HiFi3, and CPUs without products of bfloat16.
#include "sim/units_internal.h"

#if UNITS_X86
#define PRODUCT_KERNEL    product_kernel_avx512
#define PRODUCT_NAME      "avx512"
#define PRODUCT_TARGET    __attribute__((target("avx512f")))
#define PRODUCT_SUPPORTED __builtin_cpu_supports("avx512f")
#define PRODUCT_LANES     16
#define PRODUCT_ROWS      8
#include "sim/units_product_template.h"
#endif
