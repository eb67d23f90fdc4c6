// What tt.work_partition says of every core: a run of items, or a rectangle of blocks.
#ifndef TTILE_PASS_WORK_PARTITION_H
#define TTILE_PASS_WORK_PARTITION_H

#include "pass/internal.h"

typedef struct WorkForm {
    bool blocks;     // entries hold "block": [x, y, columns, rows]; else "run": [start, count]
    TileOrder order; // runs: how items are counted off, by rows or columns; blocks: in which order they are visited
} WorkForm;
WorkForm work_form(const Function *function, const CompileOptions *options);
// IR text may hold any: NULL if every entry has a core and what the form says, and tt.work_grid three extents; else
// what is needed.
const char *work_fault(const Function *function, WorkForm form);
// Whether the partition that is held is one of that launch: fails with DIAG_WORK_PARTITION where entries contradict
// each other, the launch or the cores.
void check_partition(Function *function, const CompileOptions *options, const Statement *launch);

#endif
