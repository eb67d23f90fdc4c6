// Runs of work items: what tt.work_partition and a plan give a core, without enumerating them.
#ifndef TTILE_PROGRAM_ITEMS_H
#define TTILE_PROGRAM_ITEMS_H

#include "base/context.h"
#include "base/value.h"

// Item k of a run, for k below `count`, is start + k % length * stride + k / length * jump. `count` is a multiple of
// `length`. Of a run without `length` and `jump` they are `count` and 1. All numbers but `start` are 1 or more.
typedef struct ItemRun {
    int64_t start, count, stride, length, jump;
    uint32_t core, index; // where it stands: entry `core` of the partition, its run `index`
} ItemRun;
typedef VECTOR(ItemRun) ItemRuns;

typedef enum Coverage {
    COVERAGE_WHOLE,
    COVERAGE_TWICE,
    COVERAGE_MISSING,
    COVERAGE_OUTSIDE,
    COVERAGE_TOO_MANY
} Coverage;

// Reads a run of tt.work_partition: [start, count, stride] or [start, count, stride, length, jump]. False if it is
// none.
bool item_run_read(const Value *item, ItemRun *run);
// Are the runs exactly the numbers 0 to `count` - 1, each once? `width` is the launch's extent along x. `fault` is set
// to the run at fault, if there is one.
Coverage items_coverage(Context *context, ItemRuns *runs, int64_t width, int64_t count, const ItemRun **fault);
// Settles runs that are rectangles of blocks, which are `width` blocks wide; false if some are not.
bool rectangles_settle(Context *context, const ItemRuns *runs, int64_t width, const ItemRun **fault);

#endif
