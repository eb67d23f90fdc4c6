// What the files of this folder share.
#ifndef TTILE_COMPAT_INTERNAL_H
#define TTILE_COMPAT_INTERNAL_H

#include "compat/compat.h"

typedef struct LegacyRow {
    const char *name;
    int generation;
    const char *type, *becomes;
} LegacyRow;
extern const LegacyRow legacy_rows[];
extern const int legacy_row_count;
// NULL if no legacy attribute has that name.
const LegacyRow *legacy_find(const char *name);
// The row that stands for every tt_buffer_N_*.
extern const LegacyRow legacy_buffer_row;
// Part after the number of `tt_buffer_N_part`, and N; NULL if it is none. The number is -1 if a name stands there.
const char *legacy_buffer_part(const char *name, int64_t *number);

// A legacy attribute that the function holds.
typedef struct LegacyUse {
    const char *name;
    const LegacyRow *row;
    const Value *value;
    Location place;
    const char *part; // of tt_buffer_N_part, else NULL
    int64_t number;
} LegacyUse;

// The launch of a function with its extents; false unless there is exactly one and they are known.
typedef struct LaunchGrid {
    const Statement *launch;
    int64_t extent[3], items;
} LaunchGrid;
bool launch_grid(const Function *function, LaunchGrid *grid);

// A core's run of work items.
typedef struct Assignment {
    int64_t x, y, start, count;
    const Value *by; // what says so; NULL
} Assignment;
typedef VECTOR(Assignment) Assignments;

// Tiles that a tensor's last two dimensions are cut into; a vector has one row. False if its sizes are not known.
typedef struct TileCount {
    int64_t height, width; // elements
    int64_t rows, columns; // tiles
    bool padded;
} TileCount;
bool count_tiles(const Buffer *buffer, TileCount *count);
// First item of a core's run when items are dealt to cores in order, as evenly as they go.
int64_t run_start(int64_t items, int64_t cores, int64_t core);

// A rewriting under way. Everything is checked first, then written at once.
typedef struct Rewriting {
    Context *context;
    Arena *arena; // of the unit
    Function *function;
    CompatCores cores;
    VECTOR(LegacyUse) uses;
    bool has_grid;
    LaunchGrid grid;
    Assignments assignments;
    const char *assigned_by;  // the attribute they are from; NULL: no attribute gives any
    const Value *core_grid;   // a user's; NULL
    Value *layouts;           // annotations by tensor
    const Value *dram_layout; // one that several tensors have; NULL
} Rewriting;

const Value *legacy_value(const Rewriting *work, const char *name); // NULL if the function does not hold it
// Where a value was written; the function's place for one that nobody wrote.
Location legacy_place(const Rewriting *work, const Value *value);
// The same of an entry of a dict: its key's place.
Location legacy_key_place(const Rewriting *work, const Value *dict, uint32_t index);
_Noreturn void fail_malformed(Rewriting *work, const char *name, const char *expected, const Value *seen);
// Fails at `value` unless both say the same number.
void require_same(Rewriting *work, const char *name, const Value *value, int64_t seen, const char *what,
                  int64_t expected);

// Every attribute that assigns work items to cores, each held against the others and the launch.
void read_runs(Rewriting *work);
void read_core_grid(Rewriting *work, const char *name);
// tt.core_ranges, after the runs are known.
void read_core_ranges(Rewriting *work);
void check_block_shape(Rewriting *work);
void read_schedule(Rewriting *work);
void read_layouts(Rewriting *work);
void write_schedule(Rewriting *work);

// "(x,y)"; false if the text is none.
bool parse_core_key(const char *key, int64_t *x, int64_t *y);
// Sorts by place, leaves out cores without work.
void assignments_normalize(Assignments *assignments);
// In the order of their first items.
const Assignment *assignments_by_start(const Assignments *assignments, Arena *arena);

static inline bool is_int_list(const Value *value, uint32_t least) {
    if (value->kind != VALUE_LIST || value->count < least) return false;
    for (uint32_t i = 0; i < value->count; i++)
        if (value->items[i]->kind != VALUE_INT) return false;
    return true;
}

#endif
