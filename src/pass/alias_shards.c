// AliasShards: a buffer that takes exactly the shard that its core holds, or gives exactly that, lies over the shard
// instead of being copied: the reader only says that its pages are there, the writer only that they are done.
//
// A core must have one item alone, since a shard has the place of one window; and the nest must bring each page of the
// shard to the slot at which it lies there.
#include "ir/affine.h"
#include "ir/walk.h"
#include "pass/internal.h"
#include "pass/work_partition.h"
#include "program/program.h"

enum { MAX_LOOPS = 8, MAX_SHARD_PAGES = 1 << 16 };

typedef struct Aliasing {
    Function *function;
    Module *module;
    Statement *launch;
    const CompileOptions *options;
    Value *aliases; // names of tensors by names of buffers
} Aliasing;

// A nest that copies between a tensor and a buffer, tile by tile.
typedef struct CopyNest {
    const Buffer *tensor, *buffer;
    bool reads; // from the tensor
    const Variable *loops[MAX_LOOPS];
    int64_t turns[MAX_LOOPS];
    int loop_count;
    Affine tensor_index[MAX_RANK], slot;
    PageMap map;
} CopyNest;

// ---------------------------------------------------------------- nests

static const Statement *enter_loops(const Statement *nest, CopyNest *copy) {
    while (nest && nest->kind == STATEMENT_FOR) {
        if (copy->loop_count == MAX_LOOPS || !expr_is_int(nest->loop.start, 0) || !expr_is_int(nest->loop.step, 1) ||
            !expr_constant(nest->loop.extent, &copy->turns[copy->loop_count]))
            return NULL;
        copy->loops[copy->loop_count++] = nest->loop.variable;
        nest = nest->loop.body->first;
    }
    return nest;
}

static bool is_affine(Aliasing *work, const CopyNest *copy, const Expr *expr, Affine *affine) {
    return affine_of(work->module, expr, copy->loop_count, (const Variable *const *)copy->loops, affine);
}

static bool read_nest(Aliasing *work, const Statement *nest, CopyNest *copy) {
    NestKind kind = nest_kind(nest);
    const Statement *store = enter_loops(nest, copy);
    if (kind == NEST_COMPUTE || !store || store->kind != STATEMENT_STORE || store->store.value->kind != EXPR_LOAD)
        return false;
    const Expr *load = store->store.value;
    copy->reads = kind == NEST_READ;
    copy->tensor = copy->reads ? load->buffer : store->store.buffer;
    copy->buffer = copy->reads ? store->store.buffer : load->buffer;
    const Expr *const *places = copy->reads ? load->args : store->store.indices;
    const Expr *slot = tile_slot(work->module, copy->buffer, copy->reads ? store->store.indices : load->args);
    for (int d = 0; d < copy->tensor->rank; d++)
        if (!is_affine(work, copy, places[d], &copy->tensor_index[d])) return false;
    return is_affine(work, copy, slot, &copy->slot);
}

static int64_t count_turns(const CopyNest *copy) {
    int64_t turns = 1;
    for (int i = 0; i < copy->loop_count; i++)
        if (copy->turns[i] < 1 || __builtin_mul_overflow(turns, copy->turns[i], &turns)) return -1;
    return turns;
}

// May the buffer lie over the tensor's shards at all?
static bool suits(CopyNest *copy) {
    const Buffer *tensor = copy->tensor, *buffer = copy->buffer;
    if (tensor->parameter < 0 || tensor->role != (copy->reads ? ROLE_IN : ROLE_OUT)) return false;
    if (tensor->layout.space != SPACE_L1 || !tensor->layout.shard.rows || tensor->type != buffer->type) return false;
    copy->map = page_map(tensor);
    int64_t pages = shard_pages(&copy->map);
    if (!copy->map.pages || pages > MAX_SHARD_PAGES || tile_shape(buffer).total != pages) return false;
    if (count_turns(copy) != pages) return false;
    // What lies beyond a tensor's edge would have to be cleared in the tensor itself.
    bool ragged = copy->map.rows % copy->map.tile_height || copy->map.columns % copy->map.tile_width;
    return !(copy->reads && copy->buffer->layout.padding && ragged);
}

// ---------------------------------------------------------------- one core

typedef struct Env {
    RangeOf known[3];
    int count;
} Env;

static bool evaluate(const Env *env, const Expr *expr, int64_t *value) {
    Range range;
    if (!expr_range(expr, env->count, env->known, &range) || range.low != range.high) return false;
    *value = range.low;
    return true;
}

// Places of the nest's turns: a base and a step for each loop.
typedef struct Path {
    int64_t base, steps[MAX_LOOPS];
} Path;

static bool path_of(const CopyNest *copy, const Env *env, const Affine *affine, Path *path) {
    if (!evaluate(env, affine->base, &path->base)) return false;
    for (int i = 0; i < copy->loop_count; i++) path->steps[i] = affine_coefficient(affine, copy->loops[i]);
    return true;
}

static int64_t place_at(const CopyNest *copy, const Path *path, const int64_t turn[]) {
    int64_t place = path->base;
    for (int i = 0; i < copy->loop_count; i++) place += path->steps[i] * turn[i];
    return place;
}

// The tile that a turn touches: its row among those of all planes, and its column. False if the tensor has no such
// tile.
static bool tile_at(const CopyNest *copy, const Path paths[], const int64_t turn[], int64_t *row, int64_t *column) {
    const Layout *layout = &copy->tensor->layout;
    int64_t plane_row = 0, outer = 0;
    *column = 0;
    for (int d = 0, outer_dimension = 0; d < copy->tensor->rank; d++) {
        int64_t place = place_at(copy, &paths[d], turn), limit;
        if (d == layout->rows_dimension) {
            plane_row = place;
            limit = copy->map.tile_rows;
        } else if (d == layout->columns_dimension) {
            *column = place;
            limit = copy->map.tile_columns;
        } else {
            limit = copy->map.outer_extent[outer_dimension++];
            if (place < limit) outer = outer * limit + place;
        }
        if (place < 0 || place >= limit) return false;
    }
    *row = outer * copy->map.tile_rows + plane_row;
    return true;
}

static bool next_turn(const CopyNest *copy, int64_t turn[]) {
    for (int i = copy->loop_count - 1; i >= 0; i--) {
        if (++turn[i] < copy->turns[i]) return true;
        turn[i] = 0;
    }
    return false;
}

// The first tile of a core's shard, and its size in tiles.
typedef struct ShardPlace {
    int64_t row, column, rows, columns;
} ShardPlace;

// Is the tile that belongs into a slot none of the tensor's?
static bool is_beyond(const CopyNest *copy, const ShardPlace *shard, int64_t slot) {
    return shard->row + slot / shard->columns >= copy->map.outer * copy->map.tile_rows ||
           shard->column + slot % shard->columns >= copy->map.tile_columns;
}

// Does the turn bring the tile into the slot at which it lies in the shard? Tiles that the tensor does not have may be
// left out where they belong, but not read.
static bool fits_slot(const CopyNest *copy, const ShardPlace *shard, const Path paths[], const int64_t turn[],
                      int64_t slot) {
    int64_t row, column;
    if (!tile_at(copy, paths, turn, &row, &column)) return !copy->reads && is_beyond(copy, shard, slot);
    row -= shard->row;
    column -= shard->column;
    return row >= 0 && row < shard->rows && column >= 0 && column < shard->columns &&
           slot == row * shard->columns + column;
}

// Every slot once, each with its own tile.
static bool takes_shard(const CopyNest *copy, Core core, const Env *env, bool seen[]) {
    Path paths[MAX_RANK], slots;
    ShardCounts counts = shard_counts(&copy->map);
    int64_t turn[MAX_LOOPS] = {0}, pages = counts.tile_rows * counts.tile_columns, i, j;
    if (!shard_of_core(&copy->map, core, &i, &j)) return false;
    ShardPlace shard = {i * counts.tile_rows, j * counts.tile_columns, counts.tile_rows, counts.tile_columns};
    for (int d = 0; d < copy->tensor->rank; d++)
        if (!path_of(copy, env, &copy->tensor_index[d], &paths[d])) return false;
    if (!path_of(copy, env, &copy->slot, &slots)) return false;
    for (int64_t k = 0; k < pages; k++) seen[k] = false;
    do {
        int64_t slot = place_at(copy, &slots, turn);
        if (slot < 0 || slot >= pages || seen[slot] || !fits_slot(copy, &shard, paths, turn, slot)) return false;
        seen[slot] = true;
    } while (next_turn(copy, turn));
    return true; // as many turns as slots, no slot twice
}

// ---------------------------------------------------------------- all cores

static int64_t item_at(const Value *list, uint32_t i) { return list->items[i]->integer; }

// The coordinates of a core's only item; false if it has several.
static bool only_item(const Aliasing *work, const WorkForm *form, const Value *entry, Env *env) {
    const Value *grid = work->function->attributes[ATTR_WORK_GRID];
    const Value *numbers = value_get(entry, form->blocks ? "block" : "run");
    int64_t width = item_at(grid, 0), height = item_at(grid, 1), x, y;
    if (form->blocks) {
        if (item_at(numbers, 2) != 1 || item_at(numbers, 3) != 1) return false;
        x = item_at(numbers, 0), y = item_at(numbers, 1);
    } else {
        if (item_at(numbers, 1) != 1) return false;
        int64_t item = item_at(numbers, 0), depth = item_at(grid, 2);
        bool by_columns = form->order == ORDER_COLUMN_MAJOR;
        x = by_columns ? item / (height * depth) : item % width;
        y = by_columns ? item % (height * depth) : item / width;
    }
    int64_t place[] = {x, y % height, y / height};
    for (int i = 0; i < work->launch->launch.rank; i++)
        env->known[env->count++] = (RangeOf){work->launch->launch.variables[i], {place[i], place[i]}};
    return true;
}

static bool every_core_takes_its_shard(const Aliasing *work, const CopyNest *copy) {
    const Value *partition = work->function->attributes[ATTR_WORK_PARTITION];
    WorkForm form = work_form(work->function, work->options);
    int64_t pages = shard_pages(&copy->map);
    bool *seen = arena_new_array(&work->module->context->scratch, bool, (size_t)pages);
    for (uint32_t i = 0; i < partition->count; i++) {
        const Value *entry = partition->items[i], *place = value_get(entry, "core");
        Core core = {(int)item_at(place, 0), (int)item_at(place, 1)};
        Env env = {.count = 0};
        if (!only_item(work, &form, entry, &env) || !takes_shard(copy, core, &env, seen)) return false;
    }
    return partition->count > 0;
}

// ---------------------------------------------------------------- all nests

typedef struct OtherNests {
    const Aliasing *work;
    const Statement *nest;
    const CopyNest *copy;
    bool found;
} OtherNests;

static void visit_other(Statement *statement, void *user) {
    OtherNests *others = user;
    const Statement *owner = statement->block->owner;
    if (statement == others->nest || !is_nest(statement) || (owner && is_nest(owner))) return;
    NestKind same = others->copy->reads ? NEST_READ : NEST_WRITE;
    if (nest_kind(statement) == NEST_COMPUTE) return;
    NestAccesses accesses = nest_accesses(others->work->module, statement);
    if (nest_kind(statement) == same && find_access(&accesses, others->copy->buffer)) others->found = true;
    if (!others->copy->reads && find_access(&accesses, others->copy->tensor)) others->found = true;
}

// Nothing else fills the buffer, or takes from it, or writes the output.
static bool is_only_nest(const Aliasing *work, const Statement *nest, const CopyNest *copy) {
    OtherNests others = {work, nest, copy, false};
    walk_statements(work->launch->launch.body, visit_other, &others);
    return !others.found;
}

static void try_nest(Aliasing *work, const Statement *nest) {
    CopyNest copy = {0};
    if (!read_nest(work, nest, &copy) || !suits(&copy) || !is_only_nest(work, nest, &copy)) return;
    if (value_get(work->aliases, copy.buffer->name)) return; // it lies over one shard, and is copied to or from another
    if (!every_core_takes_its_shard(work, &copy)) return;
    Arena *arena = &work->module->context->unit;
    value_set(arena, work->aliases, copy.buffer->name, value_text(arena, copy.tensor->name));
}

static void run(Function *function, const CompileOptions *options) {
    Context *context = function->module->context;
    Aliasing work = {.function = function,
                     .module = function->module,
                     .launch = function_launch(function),
                     .options = options,
                     .aliases = value_dict(&context->unit)};
    const char *fault = work_fault(function, work_form(function, options));
    if (fault) fail(context, DIAG_PASS_REQUIRES, function->location, "AliasShards needs %s", fault);
    for (const Statement *s = work.launch->launch.body->first; s; s = s->next)
        if (is_nest(s)) try_nest(&work, s);
    if (work.aliases->count) function->attributes[ATTR_SHARD_ALIASES] = work.aliases;
}

const Pass pass_alias_shards = {
    .name = "AliasShards",
    .file = "alias-shards",
    .summary = "buffers that are a core's whole shard lie over it: nothing is copied",
    .requires = ATTR_BIT(STAGED) | ATTR_BIT(WORK_PARTITION) | ATTR_BIT(WORK_GRID),
    .precedes = ATTR_BIT(CIRCULAR_BUFFERS),
    .optional = true,
    .run = run,
};
