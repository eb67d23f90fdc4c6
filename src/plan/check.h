// What the rules of a plan share. Every rule runs on a plan of the right form, in which the rules before it hold.
#ifndef TTILE_PLAN_CHECK_H
#define TTILE_PLAN_CHECK_H

#include "base/json.h"
#include "plan/plan.h"
#include "program/items.h"
#include "target/target.h"

typedef struct PlacedKernels PlacedKernels;

typedef struct Check {
    Context *context;
    const PlanFile *plan;
    const Value *root;
    const Target *target;
    int64_t columns, rows; // of the core grid
    uint8_t *used;         // one a core of the grid: 1 inside of the core ranges
    PlacedKernels *placed; // one a core of the grid, once plan_check_kernels has run
    bool failed;
} Check;

// Reports a violation at a place of the plan.
void plan_violation(Check *check, DiagnosticCode code, const JsonPath *path, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

// Short ways to what the form guarantees to be there.
int64_t plan_integer(const Value *dict, const char *key);
const char *plan_word(const Value *dict, const char *key); // NULL if it is null
int64_t plan_at(const Value *list, uint32_t index);
// The item of a list of dicts whose `name` is that; NULL.
const Value *plan_named(const Value *list, const char *name);
// Reports the first name that two items of a list share.
bool plan_names_unique(Check *check, DiagnosticCode code, const char *section);

// A layout under the rules of its tensor.
typedef struct LayoutCheck {
    Check *check;
    const Value *layout, *shape;
    JsonPath path;
} LayoutCheck;
void plan_violate_layout(LayoutCheck *layout, const char *key, const char *complaint);
// Elements of the plane's rows (0) or columns (1) in whole tiles; its rows when the planes of the dimensions outside of
// it lie above each other, as shards hold them.
int64_t plan_plane_size(const LayoutCheck *layout, uint32_t side);
int64_t plan_stacked_rows(const LayoutCheck *layout);
void plan_check_shard(LayoutCheck *layout);
void plan_check_buffer_shard(Check *check, const Value *buffer, const JsonPath *path);

// The rules, in order.
void plan_check_target(Check *check);
void plan_check_grid(Check *check);
void plan_check_ranges(Check *check);
void plan_check_cores(Check *check);
void plan_check_work(Check *check);
void plan_check_tensors(Check *check);
void plan_check_layouts(Check *check);
void plan_check_buffers(Check *check);
void plan_check_l1(Check *check);
void plan_check_kernels(Check *check);
void plan_check_coordinates(Check *check);
void plan_check_arguments(Check *check);

#endif
