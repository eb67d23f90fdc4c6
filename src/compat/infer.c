// The legacy metadata passes: default policy, schedule over all cores, tiles of every tensor, map of the cores with
// work.
#include <string.h>

#include "compat/internal.h"

typedef struct Maker {
    Context *context;
    Arena *arena;
    Function *function;
} Maker;

static Maker maker_of(Function *function) {
    Context *context = function->module->context;
    return (Maker){context, &context->unit, function};
}

static void put(Maker *maker, Value *dict, const char *key, const Value *value) {
    value_set(maker->arena, dict, name_of(maker->context, key), value);
}

static void hold(Maker *maker, const char *key, const Value *value) {
    put(maker, maker->function->user_attributes, key, value);
}

// What is said already stays, so that apply_compatibility_transforms holds it against the kernel.
static void hold_missing(Maker *maker, const char *key, const Value *value) {
    if (!value_get(maker->function->user_attributes, key)) hold(maker, key, value);
}

static Value *integer(Maker *maker, int64_t value) { return value_int(maker->arena, value); }
static Value *word(Maker *maker, const char *value) { return value_text(maker->arena, name_of(maker->context, value)); }

static Value *integers(Maker *maker, int count, const int64_t values[]) {
    Value *list = value_list(maker->arena);
    for (int i = 0; i < count; i++) value_append(maker->arena, list, integer(maker, values[i]));
    return list;
}

// ---------------------------------------------------------------- defaults

// A schedule by annotation is none of them: the legacy pipeline leaves it out.
static bool holds_prefix(const Function *function, const char *prefix) {
    const Value *user = function->user_attributes;
    for (uint32_t i = 0; i < user->count; i++)
        if (!strncmp(user->keys[i], prefix, strlen(prefix)) && strcmp(user->keys[i], "tt.user_schedule")) return true;
    return false;
}

// A later generation says it, so that the first one must not.
static bool is_said(const Function *function) {
    return holds_prefix(function, "tt.") || function->attributes[ATTR_CORE_GRID] ||
           function->attributes[ATTR_CORE_RANGES] || function->attributes[ATTR_WORK_PARTITION];
}

static bool holds(const Function *function, const char *name) { return value_get(function->user_attributes, name); }

void compat_apply_defaults(Function *function) {
    if (is_said(function) || holds_prefix(function, "tt_") || function->attributes[ATTR_LAYOUT_DESC]) return;
    Maker maker = maker_of(function);
    hold(&maker, "tt_schedule_policy", word(&maker, "contiguous"));
    hold(&maker, "tt_schedule_order", word(&maker, "row_major"));
    hold(&maker, "tt_layout_type", word(&maker, "dram_interleaved"));
    hold(&maker, "tt_tile_height", integer(&maker, TILE_SIZE));
    hold(&maker, "tt_tile_width", integer(&maker, TILE_SIZE));
}

// ---------------------------------------------------------------- schedule

static Value *make_schedule(Maker *maker, const LaunchGrid *grid, int64_t cores, Value *assignments) {
    static const char *const policies[][2] = {{"tt_schedule_policy", "policy"}, {"tt_schedule_order", "order"}};
    Value *schedule = value_dict(maker->arena);
    for (int i = 0; i < 2; i++) {
        const Value *value = value_get(maker->function->user_attributes, policies[i][0]);
        if (value) put(maker, schedule, policies[i][1], value);
    }
    put(maker, schedule, "grid_shape", integers(maker, 3, grid->extent));
    put(maker, schedule, "total_tiles", integer(maker, grid->items));
    put(maker, schedule, "num_cores", integer(maker, cores));
    put(maker, schedule, "assignments", assignments);
    return schedule;
}

static Value *make_assignment(Maker *maker, int64_t core, int64_t start, int64_t count) {
    Value *assignment = value_dict(maker->arena);
    put(maker, assignment, "core_id", integer(maker, core));
    put(maker, assignment, "start_tile", integer(maker, start));
    put(maker, assignment, "tile_count", integer(maker, count));
    return assignment;
}

// All there are, or as many as tt_num_cores says.
static int64_t cores_of_schedule(const Maker *maker, CompatCores cores) {
    const Value *number = value_get(maker->function->user_attributes, "tt_num_cores");
    int64_t all = (int64_t)cores.columns * cores.rows;
    if (!number) return all;
    if (number->kind == VALUE_INT && number->integer >= 1 && number->integer <= all) return number->integer;
    fail(maker->context, DIAG_LEGACY_MALFORMED, number->location.line ? number->location : maker->function->location,
         "tt_num_cores: expected 1 to %lld cores", (long long)all);
}

void compat_infer_schedule(Function *function, CompatCores cores) {
    static const char *const extents[] = {"tt_grid_x", "tt_grid_y", "tt_grid_z"};
    static const char *const saying[] = {"tt_tiles_per_core", "tt_schedule", "tt_core_ranges", "tt_core_runtime_args"};
    if (is_said(function)) return;
    for (size_t i = 0; i < sizeof saying / sizeof *saying; i++)
        if (holds(function, saying[i])) return;
    Maker maker = maker_of(function);
    LaunchGrid grid;
    if (!launch_grid(function, &grid))
        fail(maker.context, DIAG_LEGACY_LAUNCH, grid.launch ? grid.launch->location : function->location,
             "infer_default_tt_schedule needs one launch of at most 2^31 - 1 blocks, its extents known");
    int64_t all = cores_of_schedule(&maker, cores);
    Value *runs = value_list(maker.arena), *assignments = value_list(maker.arena);
    for (int64_t core = 0; core < all; core++) {
        int64_t start = run_start(grid.items, all, core), count = run_start(grid.items, all, core + 1) - start;
        value_append(maker.arena, runs, integers(&maker, 2, (int64_t[]){start, count}));
        value_append(maker.arena, assignments, make_assignment(&maker, core, start, count));
    }
    for (int i = 0; i < 3; i++) hold_missing(&maker, extents[i], integer(&maker, grid.extent[i]));
    hold_missing(&maker, "tt_num_tiles", integer(&maker, grid.items));
    hold_missing(&maker, "tt_num_cores", integer(&maker, all));
    hold(&maker, "tt_tiles_per_core", runs);
    hold(&maker, "tt_schedule", make_schedule(&maker, &grid, all, assignments));
}

// ---------------------------------------------------------------- tensors

typedef struct TensorFact {
    const char *part, *key; // of tt_buffer_N_part, and in tt_shard
    const Value *value;
} TensorFact;

static void hold_tensor(Maker *maker, Value *shard, uint32_t number, const Buffer *buffer) {
    TileCount count;
    if (!count_tiles(buffer, &count)) return;
    const int64_t tile[] = {TILE_SIZE, TILE_SIZE}, padded[] = {count.rows * TILE_SIZE, count.columns * TILE_SIZE};
    const TensorFact facts[] = {
        {"layout", "layout", word(maker, "dram_interleaved")},
        {"tile_shape", "tile_shape", integers(maker, 2, tile)},
        {"num_tiles_height", "tiles_height", integer(maker, count.rows)},
        {"num_tiles_width", "tiles_width", integer(maker, count.columns)},
        {"needs_padding", "needs_padding", value_bool(maker->arena, count.padded)},
        {"padded_shape", "padded_shape", integers(maker, 2, padded)}, // only of a tensor that needs it
    };
    Value *entry = value_dict(maker->arena);
    for (size_t i = 0; i < sizeof facts / sizeof *facts - !count.padded; i++) {
        hold_missing(maker, name_format(maker->context, "tt_buffer_%u_%s", number, facts[i].part), facts[i].value);
        put(maker, entry, facts[i].key, facts[i].value);
    }
    put(maker, shard, buffer->name, entry);
}

void compat_infer_shard(Function *function) {
    if (is_said(function) || holds(function, "tt_shard")) return;
    Maker maker = maker_of(function);
    Value *shard = value_dict(maker.arena);
    for (uint32_t i = 0; i < function->parameters.count; i++)
        hold_tensor(&maker, shard, i, function->parameters.items[i]);
    hold(&maker, "tt_shard", shard);
}

// ---------------------------------------------------------------- cores with work

void compat_infer_core_map(Function *function, CompatCores cores) {
    static const char *const placing[] = {"tt_schedule", "tt_core_runtime_args"}; // they have the places themselves
    if (is_said(function) || holds(function, "tt_core_ranges")) return;
    for (size_t i = 0; i < sizeof placing / sizeof *placing && !holds(function, "tt_tiles_per_core"); i++)
        if (holds(function, placing[i])) return;
    Maker maker = maker_of(function);
    const Value *runs = value_get(function->user_attributes, "tt_tiles_per_core");
    if (runs && runs->kind != VALUE_LIST) return; // apply_compatibility_transforms says what is wrong with it
    if (!runs) {
        report(maker.context, DIAG_PASS_REQUIRES, function->location,
               "apply_layout_aware_metadata_passes needs the attribute tt_tiles_per_core, which %s does not hold",
               function->name);
        report_help(maker.context, "run infer_default_tt_schedule before it");
        fail_now(maker.context);
    }
    Value *ranges = value_list(maker.arena), *arguments = value_list(maker.arena);
    for (uint32_t i = 0; i < runs->count; i++) {
        const Value *run = runs->items[i];
        if (!is_int_list(run, 2) || run->items[1]->integer == 0) continue;
        int64_t x = i % (uint32_t)cores.columns, y = i / (uint32_t)cores.columns;
        int64_t start = run->items[0]->integer, count = run->items[1]->integer;
        value_append(maker.arena, ranges, integers(&maker, 6, (int64_t[]){x, y, x, y, start, count}));
        value_append(maker.arena, arguments, integers(&maker, 2, (int64_t[]){start, count}));
    }
    hold(&maker, "tt_core_ranges", ranges);
    hold(&maker, "tt_core_runtime_args", arguments);
}
