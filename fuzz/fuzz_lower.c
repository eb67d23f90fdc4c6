// Source or IR text through the passes, the proofs and the simulator (lowering.h).
#include "lowering.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) { return fuzz_run(data, size, lower_input); }
