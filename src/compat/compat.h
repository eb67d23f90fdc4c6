// What older backends wrote, as what is written today: their attributes, the passes that inferred them, their plans.
//
// Legacy attributes live among a function's user attributes. Generation 1 names them tt_..., generation 2 tt.... ; the
// table is legacy.def. Schedules are contiguous runs of work items, one a core; core i of a schedule sits at column
// i mod columns and row i / columns.
#ifndef TTILE_COMPAT_COMPAT_H
#define TTILE_COMPAT_COMPAT_H

#include "base/json.h"
#include "ir/ir.h"

typedef struct CompatCores {
    int columns, rows;
} CompatCores;

// The passes that infer leave a function as it is that says the same already, itself or by later generations.
//
// The default policy on a function that holds no Tenstorrent attribute; leaves others as they are.
void compat_apply_defaults(Function *function);
// Extents of the launch, and the runs of all cores, those without work among them. Fails where the launch is not known.
void compat_infer_schedule(Function *function, CompatCores cores);
// Tiles and padding of each tensor.
void compat_infer_shard(Function *function);
// Places of the cores that have work, with the arguments that each is started with.
void compat_infer_core_map(Function *function, CompatCores cores);

// Rewrites legacy attributes of both generations to today's: tt.core_grid, tt.core_ranges, tt.work_partition and
// tt.work_grid of a function that says which core does what, tt.core_grid alone of one that says only how many cores,
// and annotations of its tensors. Names what it rewrote in notes; does nothing the second time. Unknown, malformed and
// contradictory attributes and mixed generations fail, and leave the function as it was. `quiet` leaves the notes out.
void compat_apply_transforms(Function *function, CompatCores cores, bool quiet);

// Whether a parsed plan has the older form: core_grid, core_ranges, work_partition, layouts and no schema_version.
bool compat_is_old_plan(const Value *root);
typedef struct OldPlan {
    int64_t columns, rows;                    // core_grid
    int64_t cores;                            // that have work
    int64_t items, block_rows, block_columns; // io and jo count from 0 up to these
} OldPlan;
// Checks form and rules; fails at the place of the first violation.
OldPlan compat_read_old_plan(Context *context, const Source *source, const Value *root);

#endif
