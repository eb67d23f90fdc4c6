// The state that machines share, and how they are made (internal to oracle).
#ifndef TTILE_ORACLE_LAUNCH_H
#define TTILE_ORACLE_LAUNCH_H

#include <pthread.h>

#include "oracle/evaluate.h"

// How writes of several blocks to one element are noticed.
typedef enum WriteCheck {
    CHECK_NONE,   // there is one block
    CHECK_ONCE,   // no element is written twice, by whomever; otherwise the launch starts over with CHECK_OWNER
    CHECK_OWNER,  // no element is written by two blocks; otherwise the launch starts over with CHECK_VALUES
    CHECK_VALUES, // blocks run one after the other, and those that meet write equal values
} WriteCheck;

struct Shared {
    const Plan *plan;
    const Allocator *allocator;
    OracleOptions options;
    OracleResult *result;
    Storage *globals;   // one per buffer; used for the global ones
    Machine **machines; // one per host thread; 0 is also the one that runs what is outside of launches
    int machine_count;
    pthread_mutex_t memory; // held around the allocator
    // The running launch.
    const Node *launch;
    int64_t extents[3], blocks;
    const int64_t *sample; // ascending numbers of the blocks that run; NULL: all
    int64_t sample_count;
    int64_t next; // work: index of the next block to run, taken atomically
    int64_t stop; // no block from here on is needed: an earlier one failed
    uint32_t owner_base, owner_shared;
    WriteCheck check;
};

void *shared_allocate(Shared *shared, size_t bytes); // NULL without memory; not zeroed
void shared_release(Shared *shared, void *memory, size_t bytes);

Machine *machine_new(Shared *shared); // NULL without memory
void machine_free(Machine *machine);
_Noreturn void machine_overlap(Machine *machine); // leaves the block: see globals.c
// Runs `work`; false if it failed (machine->failure).
bool machine_try(Machine *machine, void (*work)(Machine *machine, void *user), void *user);

void track_gather(Shared *shared); // what machines learned of global buffers, into those
Precision track_precision(const Storage *storage);

// Blocks to run in a launch that is sampled: ascending, the first and last among them.
int64_t *sample_blocks(Shared *shared, int64_t blocks, int64_t count);

#endif
