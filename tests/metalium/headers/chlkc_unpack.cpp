// The compute kernel as the unpacking core sees it.
#define TRISC_UNPACK
void kernel_main();
#include KERNEL_FILE
