// What the files that build a plan share: the maker, and short names for making values.
#ifndef TTILE_PLAN_INTERNAL_H
#define TTILE_PLAN_INTERNAL_H

#include "pass/pass.h"
#include "plan/plan.h"
#include "program/kernel.h"
#include "program/program.h"

typedef VECTOR(CoreRange) CoreRanges;

typedef struct Maker {
    Context *context;
    Arena *arena;
    const Function *program;
    CompileOptions options;
    const char *program_file;
    const Value *program_digest;
    CoreRanges ranges;                    // of tt.core_ranges
    VECTOR(const ThreadKernel *) kernels; // of the program's threads, in order
    uint32_t next_entry;                  // of tt.work_partition, where the search for the next core begins
} Maker;

Value *plan_dict(Maker *maker);
Value *plan_list(Maker *maker);
Value *plan_int(Maker *maker, int64_t value);
Value *plan_text(Maker *maker, const char *text); // null if `text` is NULL
Value *plan_pair(Maker *maker, int64_t a, int64_t b);
Value *plan_digest(Maker *maker, const char *data, size_t length);
void plan_set(Maker *maker, Value *dict, const char *key, const Value *value);
void plan_add(Maker *maker, Value *list, const Value *value);

// The sections of a plan, each the value of its key.
CoreRanges plan_core_ranges(Maker *maker);
Value *plan_build_ranges(Maker *maker, CoreRanges ranges);
Value *plan_build_core_grid(Maker *maker);
Value *plan_build_core_ranges(Maker *maker);
Value *plan_build_cores(Maker *maker);
Value *plan_build_work_items(Maker *maker);
Value *plan_build_work_partition(Maker *maker);
Value *plan_build_tensors(Maker *maker);
Value *plan_build_layouts(Maker *maker);
Value *plan_build_sizes(Maker *maker);
Value *plan_build_circular_buffers(Maker *maker);
Value *plan_build_semaphores(Maker *maker);
Value *plan_build_l1(Maker *maker);
Value *plan_build_kernels(Maker *maker);
Value *plan_build_core_coordinates(Maker *maker);
Value *plan_build_compute(Maker *maker);

#endif
