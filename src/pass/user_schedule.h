// How work is dealt out: what the options, the user's T.annotate_tt_schedule and the attributes ask for, together.
#ifndef TTILE_PASS_USER_SCHEDULE_H
#define TTILE_PASS_USER_SCHEDULE_H

#include "pass/internal.h"

typedef struct Schedule {
    PartitionStrategy strategy;
    TileOrder order;             // in which a core visits its blocks; ORDER_MATCH_SHARD: it gets those of its shard
    bool asked;                  // for a strategy or an order, by an option or the kernel
    int core_columns, core_rows; // 0: the compiler chooses
    Location core_grid_place;    // where the grid was asked for
    Location order_place;
} Schedule;

// An option goes before the kernel's own words. With `tell`, what is left out because of that is told in notes.
Schedule schedule_of(Function *function, const CompileOptions *options, bool tell);

// The cores that work is spread over unless its layouts say otherwise: the grid asked for, the launch's own shape if it
// fits, else as many as there are items, row by row. Fails where the grid is larger than the chip.
typedef struct CoreBudget {
    int columns; // a row of cores; the last row may be shorter
    int cores;
} CoreBudget;
CoreBudget core_budget(Function *function, const Schedule *schedule, const Target *target);

// Extents of the launch, x first, 1 where it has none; fails where they are unknown, not positive or too many.
typedef struct LaunchGrid {
    int64_t extent[3];
    int64_t items;
} LaunchGrid;
LaunchGrid grid_of_launch(const Function *function, const Statement *launch);
LaunchGrid launch_grid_of(Function *function); // of its launch

#endif
