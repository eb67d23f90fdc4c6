// Which on-chip buffers may still be read at a place of the tile-level body.
#ifndef TTILE_PASS_LIVENESS_H
#define TTILE_PASS_LIVENESS_H

#include "pass/internal.h"

enum { MAX_TRACKED = 64 };

typedef uint64_t LiveSet; // bit i: tracked buffer i may still be read

typedef struct Tracked {
    Function *function;
    Module *module;
    Buffer *buffers[MAX_TRACKED];
    int count;
} Tracked;

// The on-chip buffers that the block declares, at most MAX_TRACKED; once circular buffers are allocated, those that
// have one, which are never more.
Tracked track_buffers(Function *function, Block *block);
// -1 if it is not tracked.
int tracked_index(const Tracked *tracked, const Buffer *buffer);
LiveSet live_before(const Tracked *tracked, const Statement *statement, LiveSet after);
LiveSet live_before_block(const Tracked *tracked, const Block *block, LiveSet after);
// After `statement`, given what is live after its block.
LiveSet live_after(const Tracked *tracked, const Statement *statement, LiveSet after_block);

#endif
