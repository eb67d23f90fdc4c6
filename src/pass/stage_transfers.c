// StageTransfers: a buffer has one producer thread and one consumer thread, and data-movement threads move tiles as
// they are. Where a nest computes on tensors directly, or a buffer would need two producers or two consumers, the data
// goes through a buffer of its own.
#include "ir/walk.h"
#include "pass/lower.h"
#include "pass/sums.h"

// An element's tile that the nest under way has stored: what it reads of it later comes from here.
typedef struct StagedStore {
    const Buffer *tensor;
    const Expr *value; // a load of the buffer that holds it
    const Expr *indices[MAX_RANK];
} StagedStore;

typedef struct Staging {
    Function *function;
    Module *module;
    Statement *nest; // under way
    VECTOR(StagedStore) stored;
} Staging;

// ---------------------------------------------------------------- tensors inside computing nests

// The loops of `nest` whose variables occur in the indices, outermost first.
static int used_loops(const Statement *nest, const Statement *store, const Expr *const indices[], int rank,
                      const Statement *loops[MAX_RANK]) {
    const Statement *chain[2 * MAX_RANK];
    int length = 0, count = 0;
    for (const Statement *s = store; s != nest && length < 2 * MAX_RANK;) {
        s = s->block->owner;
        chain[length++] = s;
    }
    while (length-- > 0) {
        bool used = false;
        for (int d = 0; d < rank; d++) used |= expression_uses(indices[d], chain[length]->loop.variable);
        if (used && count < MAX_RANK) loops[count++] = chain[length];
    }
    return count;
}

// An on-chip buffer with one tile for each turn of the loops, lying as `tensor` does, and its indices.
static Buffer *staging_buffer(Staging *staging, const Buffer *tensor, int count, const Statement *const loops[],
                              const char *stem, Location location, const Expr *indices[]) {
    Module *module = staging->module;
    Buffer like = {.type = tensor->type, .layout = tensor->layout};
    const Expr *tile = expr_int(module, TILE_SIZE), *zero = expr_int(module, 0);
    bool vector = tensor->layout.orientation != ORIENT_TILE;
    int plane = vector ? 1 : 2;
    like.rank = count > plane ? count : plane;
    for (int d = 0; d < like.rank; d++) {
        int loop = d - (like.rank - count); // right-aligned
        const Expr *turns = loop < 0 ? expr_int(module, 1) : loops[loop]->loop.extent;
        indices[d] = loop < 0 ? zero : expr_variable(module, loops[loop]->loop.variable);
        like.shape[d] = d >= like.rank - plane ? expr_mul(module, turns, tile) : turns;
    }
    like.layout.space = SPACE_L1;
    like.layout.memory = MEMORY_INTERLEAVED;
    like.layout.shard = (Shard){0};
    like.layout.rows_dimension =
        vector ? (tensor->layout.orientation == ORIENT_COLUMN ? like.rank - 1 : -1) : like.rank - 2;
    like.layout.columns_dimension =
        vector ? (tensor->layout.orientation == ORIENT_COLUMN ? -1 : like.rank - 1) : like.rank - 1;
    Name name = name_format(module->context, "%s_%s", tensor->name, stem);
    return add_on_chip_buffer(staging->function, name, &like, tensor->type, location);
}

// A nest over fresh copies of the loops: target[...] = source[...].
static Statement *move_nest(Staging *staging, int count, const Statement *const loops[], Buffer *target,
                            const Expr *const to[], const Expr *source, Location location) {
    Module *module = staging->module;
    Statement *store = build_store(module, target, to, source, location), *outer = store;
    for (int i = count - 1; i >= 0; i--) {
        Statement *loop = build_for(module, FOR_TILE, loops[i]->loop.variable, loops[i]->loop.extent, location);
        block_append(loop->loop.body, outer);
        outer = loop;
    }
    for (int i = 0; i < count; i++) { // its own variables
        Statement *loop = outer;
        for (int depth = 0; depth < i; depth++) loop = loop->loop.body->first;
        Variable *fresh =
            variable_new(staging->function, VARIABLE_LOOP, loop->loop.variable->name, DTYPE_INT32, location);
        const Variable *old = loop->loop.variable;
        loop->loop.variable = fresh;
        substitute_block(module, loop->loop.body, old, expr_variable(module, fresh));
    }
    return outer;
}

typedef struct LoadStaging {
    Staging *staging;
    Statement *store;
} LoadStaging;

static const Expr *stored_value(const Staging *staging, const Expr *load) {
    for (uint32_t i = staging->stored.count; i-- > 0;) {
        const StagedStore *stored = &staging->stored.items[i];
        bool same = stored->tensor == load->buffer;
        for (uint32_t d = 0; same && d < load->count; d++) same = stored->indices[d] == load->args[d];
        if (same) return stored->value;
    }
    return NULL;
}

static const Expr *stage_load(Module *module, const Expr *expr, void *user) {
    LoadStaging *load = user;
    if (expr->kind != EXPR_LOAD || !is_global(expr->buffer)) return expr;
    Staging *staging = load->staging;
    const Expr *stored = stored_value(staging, expr);
    if (stored) return stored;
    const Statement *loops[MAX_RANK];
    int count = used_loops(staging->nest, load->store, expr->args, (int)expr->count, loops);
    const Expr *indices[MAX_RANK];
    Buffer *buffer = staging_buffer(staging, expr->buffer, count, loops, "in", load->store->location, indices);
    buffer->layout.padding = load->store->store.buffer->layout.padding;
    Statement *nest = move_nest(staging, count, loops, buffer, indices, expr, load->store->location);
    block_insert_before(staging->nest, nest);
    return expr_load(module, buffer, indices);
}

static void stage_store(Staging *staging, Statement *store) {
    Buffer *tensor = store->store.buffer;
    const Statement *loops[MAX_RANK];
    int count = used_loops(staging->nest, store, store->store.indices, tensor->rank, loops);
    const Expr *indices[MAX_RANK], *to[MAX_RANK];
    Buffer *buffer = staging_buffer(staging, tensor, count, loops, "out", store->location, indices);
    StagedStore stored = {.tensor = tensor, .value = expr_load(staging->module, buffer, indices)};
    for (int d = 0; d < tensor->rank; d++) stored.indices[d] = to[d] = store->store.indices[d];
    vector_push(&staging->module->context->scratch, staging->stored, stored);
    block_insert_after(staging->nest, move_nest(staging, count, loops, tensor, to, stored.value, store->location));
    store->store.buffer = buffer;
    for (int d = 0; d < buffer->rank; d++) store->store.indices[d] = indices[d];
}

// A nest that only moves tiles, one at a time, is the work of a data-movement thread as it is.
static bool only_moves(const Statement *nest) {
    const Statement *inner = nest;
    while (inner->kind == STATEMENT_FOR && !inner->loop.body->first->next) inner = inner->loop.body->first;
    if (inner->kind != STATEMENT_STORE) return false;
    const Expr *value = inner->store.value;
    return value->kind == EXPR_LOAD && is_global(value->buffer) != is_global(inner->store.buffer);
}

static void stage_stores(Staging *staging, Statement *statement) {
    if (statement->kind == STATEMENT_STORE) {
        LoadStaging load = {staging, statement};
        statement->store.value = map_expression(staging->module, statement->store.value, stage_load, &load);
        if (is_global(statement->store.buffer)) stage_store(staging, statement);
        return;
    }
    Block *blocks[2];
    int count = statement_blocks(statement, blocks);
    for (int i = 0; i < count; i++)
        for (Statement *s = blocks[i]->first; s; s = s->next) stage_stores(staging, s);
}

static void stage_nest(Staging *staging, Statement *nest) {
    if (only_moves(nest)) return;
    staging->stored.count = 0;
    stage_stores(staging, nest);
}

typedef void NestVisit(Staging *staging, Statement *nest);

static void each_nest(Staging *staging, Block *block, NestVisit *visit) {
    for (Statement *s = block->first, *next; s; s = next) {
        next = s->next;
        if (is_nest(s)) {
            staging->nest = s;
            visit(staging, s);
            continue;
        }
        Block *blocks[2];
        int count = statement_blocks(s, blocks);
        for (int i = 0; i < count; i++) each_nest(staging, blocks[i], visit);
    }
}

// ---------------------------------------------------------------- one producer, one consumer

typedef struct Ends {
    Buffer *buffer;
    Buffer *in, *out;              // what the second producer and the second consumer use instead; NULL
    unsigned producers, consumers; // bits of NestKind
    bool sum;                      // that is added up where the writer takes it from
} Ends;

typedef struct EndsTable {
    Staging staging; // first: visits cast it back
    VECTOR(Ends) ends;
} EndsTable;

static Ends *ends_of(EndsTable *table, Buffer *buffer) {
    for (uint32_t i = 0; i < table->ends.count; i++)
        if (table->ends.items[i].buffer == buffer) return &table->ends.items[i];
    Module *module = table->staging.module;
    Ends ends = {.buffer = buffer};
    ends.sum = is_sum_for_writer(module, function_launch(table->staging.function)->launch.body, buffer);
    vector_push(&table->staging.module->context->scratch, table->ends, ends);
    return &vector_last(table->ends);
}

static void note_ends(Staging *staging, Statement *nest) {
    EndsTable *table = (EndsTable *)staging;
    NestAccesses accesses = nest_accesses(staging->module, nest);
    unsigned kind = 1u << nest_kind(nest);
    for (uint32_t i = 0; i < accesses.count; i++) {
        if (!is_on_chip(accesses.items[i].buffer)) continue;
        Ends *ends = ends_of(table, accesses.items[i].buffer);
        bool adds = accesses.items[i].accumulates && ends->sum; // in place
        if (accesses.items[i].reads && !adds) ends->consumers |= kind;
        if (accesses.items[i].writes) ends->producers |= kind;
    }
}

// A computing nest that copies a whole buffer.
Statement *copy_nest(Function *function, Buffer *target, Buffer *source, Location location) {
    TileShape shape = tile_shape(source);
    const Expr *indices[MAX_RANK];
    Statement *outer = NULL, *inner = NULL;
    for (int d = 0; d < shape.rank; d++) {
        Statement *loop =
            tile_loop(function, d == shape.rank - 1 ? "c" : "r", expr_int(function->module, shape.tiles[d]), location);
        indices[d] = expr_variable(function->module, loop->loop.variable);
        if (inner)
            nest_inside(inner, loop);
        else
            outer = loop;
        inner = loop;
    }
    nest_inside(inner,
                build_store(function->module, target, indices, expr_load(function->module, source, indices), location));
    return outer;
}

typedef struct Renaming {
    const Buffer *from;
    Buffer *to;
} Renaming;

static const Expr *rename_load(Module *module, const Expr *expr, void *user) {
    const Renaming *renaming = user;
    if (expr->kind != EXPR_LOAD || expr->buffer != renaming->from) return expr;
    return expr_load(module, renaming->to, expr->args);
}

static Buffer *split_buffer(Staging *staging, const Buffer *whole, const char *stem) {
    Name name = name_format(staging->module->context, "%s_%s", whole->name, stem);
    return add_on_chip_buffer(staging->function, name, whole, whole->type, whole->location);
}

static bool crowded(unsigned kinds) { return (kinds & (kinds - 1)) != 0; }

static void stage_written(Staging *staging, Statement *nest) {
    EndsTable *table = (EndsTable *)staging;
    Statement *store = nest;
    while (store->kind == STATEMENT_FOR) store = store->loop.body->first;
    const Expr *load = store->store.value;
    Ends *ends = ends_of(table, load->buffer);
    if (!crowded(ends->consumers)) return;
    if (!ends->out) ends->out = split_buffer(staging, load->buffer, "out");
    block_insert_before(nest, copy_nest(staging->function, ends->out, load->buffer, nest->location));
    store->store.value = rename_load(staging->module, load, &(Renaming){load->buffer, ends->out});
}

static void stage_read(Staging *staging, Statement *nest) {
    EndsTable *table = (EndsTable *)staging;
    Statement *store = nest;
    while (store->kind == STATEMENT_FOR) store = store->loop.body->first;
    Ends *ends = ends_of(table, store->store.buffer);
    if (!crowded(ends->producers)) return;
    Buffer *whole = store->store.buffer;
    if (!ends->in) ends->in = split_buffer(staging, whole, "in");
    store->store.buffer = ends->in;
    block_insert_after(nest, copy_nest(staging->function, whole, ends->in, nest->location));
}

static void stage_ends(Staging *staging, Statement *nest) {
    NestKind kind = nest_kind(nest);
    if (kind == NEST_WRITE)
        stage_written(staging, nest);
    else if (kind == NEST_READ)
        stage_read(staging, nest);
}

static void run(Function *function, const CompileOptions *options) {
    (void)options;
    EndsTable table = {.staging = {.function = function, .module = function->module}};
    Block *body = function_launch(function)->launch.body;
    each_nest(&table.staging, body, stage_nest);
    each_nest(&table.staging, body, note_ends);
    each_nest(&table.staging, body, stage_ends);
    stage_operands(function, body);
    refuse_rereads(function->module, body);
    dissolve_unit_loops(function->module, body, true); // as the nests around them, so that they can be joined
    hold(function, ATTR_STAGED);
}

const Pass pass_stage_transfers = {
    .name = "StageTransfers",
    .file = "stage-transfers",
    .summary = "data that would have two producer or two consumer threads goes through a buffer of its own",
    .requires = ATTR_BIT(TILED),
    .provides = ATTR_BIT(STAGED),
    .run = run,
};
