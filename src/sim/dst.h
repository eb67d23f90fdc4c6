// DST as one instruction sees it: the bank that belongs to math or to the packer now.
#ifndef TTILE_SIM_DST_H
#define TTILE_SIM_DST_H

#include "sim/machine.h"

typedef struct DstView {
    SimCore *core;
    const ThreadState *thread;
    const CodeInstruction *in;
    float *tiles;
    uint32_t *defined;
} DstView;

// False after a violation: the instruction's side does not have DST.
bool sim_dst_open(SimCore *core, const ThreadState *thread, const CodeInstruction *in, DstView *view);
// Tiles for writing whole, for reading what was written, for adding to (zero where nothing was written). NULL after a
// violation.
float *sim_dst_write(const DstView *view, int64_t tile);
float *sim_dst_read(const DstView *view, int64_t tile);
float *sim_dst_accumulate(const DstView *view, int64_t first, int64_t count);

#endif
