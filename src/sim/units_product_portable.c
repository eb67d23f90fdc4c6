// Products on any CPU, with the compiler's vectors of four floats.
#define PRODUCT_KERNEL product_kernel_portable
#define PRODUCT_NAME   "portable"
#define PRODUCT_TARGET
#define PRODUCT_SUPPORTED true
#define PRODUCT_LANES     4
#define PRODUCT_ROWS      4
#include "sim/units_product_template.h"
