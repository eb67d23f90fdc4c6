// What the files of TTTilesToCoreMap share.
#ifndef TTILE_PASS_CORE_MAP_H
#define TTILE_PASS_CORE_MAP_H

#include "pass/user_schedule.h"
#include "program/program.h"

typedef struct Mapping {
    Arena *arena;
    Context *context;
    Function *function;
    const Target *target;
    Schedule schedule;
    LaunchGrid grid;
    int columns, cores;        // cores are numbered row by row over this many columns
    int64_t z_columns, z_rows; // of a core's rectangle in z_order
    Value *partition;          // tt.work_partition: entries by core, row by row
} Mapping;

Value *integers(Arena *arena, int count, const int64_t values[]);

// Gives a core the rectangle of blocks from column x and row y on; rows count through y and z.
void map_rectangle(Mapping *map, Core core, int64_t x, int64_t y, int64_t columns, int64_t rows);
// Gives it a run of items, counted by rows or columns as the order says.
void map_run(Mapping *map, Core core, int64_t start, int64_t count);
// Gives every core of a sharded tensor the blocks that begin in its shard; false if no tensor asks for that or the
// schedule asks for something else.
bool map_local_shards(Mapping *map);

// Sets the attributes of the partition.
void hold_partition(const Mapping *map, const CompileOptions *options);
// A partition that the function holds already stays, if it is right; false if it holds none.
bool keep_partition(Mapping *map, const CompileOptions *options);
// The note that an option goes before the partition that is held.
void tell_overridden(const Mapping *map, const char *option);

#endif
