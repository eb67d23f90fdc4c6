// The kernel of a data-movement core.
void kernel_main();
#include KERNEL_FILE
