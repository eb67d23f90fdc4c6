// Lowering a kernel: its launch, or each of its launches as a program of its own.
#ifndef TTILE_CLI_LOWER_H
#define TTILE_CLI_LOWER_H

#include "cli/cli.h"

typedef struct Lowered {
    Function *function; // a program
    Text text;          // of it
    const Value *plan;
    const char *folder; // of one launch of several: beside the kernel's plan; else NULL
} Lowered;

typedef struct LoweredKernel {
    VECTOR(Lowered) launches; // in the order in which they run
    const Value *plan;        // of the kernel
} LoweredKernel;

LoweredKernel cli_lower(Cli *cli, Kernel *kernel);

#endif
