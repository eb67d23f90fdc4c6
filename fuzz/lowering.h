// Text through the passes, the proofs and the simulator, as its last line says:
//     # run NAME     that pass alone, on whatever level the text is at
//     # from NAME    that pass and all behind it
// Without such a line, the whole pipeline. What is a program then is proven and simulated.
#ifndef TTILE_FUZZ_LOWERING_H
#define TTILE_FUZZ_LOWERING_H

#include "fuzz.h"

// Work for fuzz_run.
void lower_input(Context *context, void *input);

#endif
