// Running the launches of a kernel one after the other, on one set of tensors.
#ifndef TTILE_CLI_RUN_LAUNCHES_H
#define TTILE_CLI_RUN_LAUNCHES_H

#include "cli/run.h"

// Runs the programs, the simulator or the card as `launch` does. The run's own tensors are those of its function; the
// programs' tensors are found by name, and what only programs name is handed from one to the next.
void run_launches(Run *run, int count, Function *const programs[],
                  void (*launch)(Run *launch, const SimSettings *settings), const SimSettings *settings);

#endif
