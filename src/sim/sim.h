// The simulated chip: runs the three thread programs of every core, instruction for instruction (docs/simulator.md).
#ifndef TTILE_SIM_SIM_H
#define TTILE_SIM_SIM_H

#include "data/tensor.h"
#include "program/program.h"

enum { SIM_THREADS_MAX = 256 }; // host threads; more are not started

typedef struct SimOptions {
    int threads;         // host threads, at least 1; results do not depend on it
    bool numbers;        // compute values (false: timing only)
    bool timing;         // count cycles
    const char *trace;   // file for a Chrome trace; NULL
    uint64_t step_limit; // instructions and scalar steps per thread before DIAG_SIM_STEPS; 0: a default
} SimOptions;

typedef enum StallCause {
    STALL_NONE,
    STALL_WAIT_FRONT,
    STALL_RESERVE_BACK,
    STALL_NOC,
    STALL_DST,
    STALL_SEMAPHORE,
    STALL_COUNT
} StallCause;

// Clocks of a core: the reader, the three compute cores, the writer.
typedef enum Clock { CLOCK_READER, CLOCK_UNPACK, CLOCK_MATH, CLOCK_PACK, CLOCK_WRITER, CLOCK_COUNT } Clock;

typedef struct SimResult {
    int64_t cycles;      // until the last thread of the last core ends
    int64_t math_cycles; // until math ends, on average over the cores
    const char *
        bound; // "compute", "unpack", "pack", "dram", "noc", "latency": what the cycles are spent on; "" without timing
    double utilization;      // share of the used cores' peak product rate at this fidelity over `cycles`; of the vector
                             // unit's where there are no products
    double chip_utilization; // the same against the whole worker grid's peak
    int64_t busy[CLOCK_COUNT];               // summed over cores
    int64_t stall[CLOCK_COUNT][STALL_COUNT]; // summed over cores
    int64_t dram_read_bytes, dram_write_bytes;
    int64_t l1_local_bytes, l1_remote_bytes; // read and written of tensors kept in L1: the own core's, other cores'
    int64_t noc_bytes;                       // summed over the links of every transfer's way; with timing only
    int64_t products;                        // tile products
    int64_t instructions;                    // executed, all threads
    int cores;
} SimResult;

// Runs the program on tensors (parameters in order); outputs are written to them. Fails with a DIAG_SIM_* diagnostic at
// the instruction's location: reads of pages never pushed, races, engine state, deadlock with its report, and so on.
SimResult sim_run(Function *program, const Target *target, TensorSet *tensors, const SimOptions *options);

#endif
