// Buffers that one core fills for others: what InferMulticast has chosen, and the programs that do it.
#ifndef TTILE_PASS_MULTICAST_H
#define TTILE_PASS_MULTICAST_H

#include "pass/internal.h"
#include "program/program.h"

typedef struct Group {
    CoreRange range;
    Core sender; // inside of it
} Group;

typedef enum CastArgument { // runtime arguments of a buffer
    CAST_SENDER_X,
    CAST_SENDER_Y,
    CAST_FIRST_X,
    CAST_FIRST_Y,
    CAST_LAST_X,
    CAST_LAST_Y,
    CAST_DESTINATIONS,
    CAST_ARGUMENTS
} CastArgument;

typedef struct Shared {
    CircularBuffer *circular;
    int64_t saved; // cycles of DRAM for each window
    VECTOR(Group) groups;
    Semaphore *ready, *valid; // set by multicast_build, as are the arguments
    const Variable *arguments[CAST_ARGUMENTS];
} Shared;

typedef struct Multicast {
    Function *function;
    const Target *target;
    int core_count;
    const Core *cores;
    int shared_count;
    Shared *shared;
} Multicast;

// Gives the movers' programs a version for each role, with what cores say to each other, and the function the
// semaphores and arguments for it.
void multicast_build(Multicast *multicast);
// Drops flushes in front of sends where another one of the block serves them.
void keep_first_flush(const Multicast *multicast, Block *block);

#endif
