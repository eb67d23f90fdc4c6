// CoarsenK: keeps several steps of a product loop in L1 together, so that DST sums over all of them before a partial
// sum is packed. A loop whose body only loads buffers of its own and accumulates products is strip-mined: its buffers
// get a leading dimension of that many steps, and each nest of its body runs over them.
#include "ir/walk.h"
#include "pass/coarsen.h"
#include "program/program.h"

// k tiles of a chunk. More make fewer partial sums to pack and fewer, longer transfers; fewer let products begin
// sooner, and a loop should have some chunks, so that loads and products overlap.
enum { CHUNK_TILES = 8, SHORT_CHUNK_TILES = 4, ENOUGH_CHUNKS = 8 };

typedef struct LocalBuffer {
    Buffer *old, *coarse;
} LocalBuffer;

typedef struct Coarsening {
    Function *function;
    Module *module;
    const CompileOptions *options;
    Statement *loop;
    VECTOR(LocalBuffer) locals; // written and read inside the loop alone
    int64_t step_bytes;         // L1 that one step takes
    int64_t other_bytes;        // L1 of everything else
    int64_t step_tiles;         // k tiles of one step
    const Expr *step;           // index of the step inside the chunk, of the nest under way
} Coarsening;

static LocalBuffer *local_of(Coarsening *work, const Buffer *buffer) {
    for (uint32_t i = 0; i < work->locals.count; i++)
        if (work->locals.items[i].old == buffer) return &work->locals.items[i];
    return NULL;
}

typedef struct UseCount {
    Module *module;
    const Buffer *buffer;
    int uses;
} UseCount;

static void count_nest(Statement *statement, void *user) {
    UseCount *count = user;
    if (!is_nest(statement)) return;
    if (statement->block->owner && is_nest(statement->block->owner)) return; // counted with its nest
    NestAccesses accesses = nest_accesses(count->module, statement);
    if (find_access(&accesses, count->buffer)) count->uses++;
}

static int nests_using(Module *module, Block *block, const Buffer *buffer) {
    UseCount count = {.module = module, .buffer = buffer};
    walk_statements(block, count_nest, &count);
    return count.uses;
}

// k tiles that a product's own loops run over.
static int64_t nest_step_tiles(const Statement *nest) {
    const Statement *store = nest;
    while (store->kind == STATEMENT_FOR) store = store->loop.body->first;
    int64_t tiles = 1;
    for (; nest != store; nest = nest->loop.body->first) {
        int64_t extent;
        bool indexes = false;
        for (int d = 0; d < store->store.buffer->rank; d++)
            indexes |= expression_uses(store->store.indices[d], nest->loop.variable);
        if (!indexes && expr_constant(nest->loop.extent, &extent)) tiles *= extent;
    }
    return tiles;
}

// Does the loop's body consist of loads into buffers of its own, computations between them and accumulations?
static bool examine_nest(Coarsening *work, Statement *nest, bool *has_product) {
    NestKind kind = nest_kind(nest);
    if (kind == NEST_WRITE) return false;
    NestAccesses accesses = nest_accesses(work->module, nest);
    for (uint32_t i = 0; i < accesses.count; i++) {
        NestAccess *access = &accesses.items[i];
        if (is_global(access->buffer)) continue;
        if (access->writes && access->accumulates) {
            *has_product = true;
            work->step_tiles = nest_step_tiles(nest);
            if (local_of(work, access->buffer)) return false;
        } else if (access->writes) {
            if (!access->whole || access->reads || local_of(work, access->buffer)) return false;
            LocalBuffer local = {.old = access->buffer};
            vector_push(&work->module->context->scratch, work->locals, local);
            work->step_bytes += bytes_in_l1(access->buffer) * (kind == NEST_READ ? 2 : 1);
        }
    }
    return true;
}

static bool reads_are_local(Coarsening *work, Statement *nest) {
    NestAccesses accesses = nest_accesses(work->module, nest);
    for (uint32_t i = 0; i < accesses.count; i++) {
        NestAccess *access = &accesses.items[i];
        if (is_global(access->buffer) || (access->writes && access->accumulates)) continue;
        if (access->reads && !local_of(work, access->buffer)) {
            // An operand from outside of the loop stays as it is; an accumulator of the loop must not be read.
            if (nests_using(work->module, work->loop->loop.body, access->buffer) > 1) return false;
        }
    }
    return true;
}

static bool can_coarsen(Coarsening *work) {
    bool has_product = false;
    for (Statement *s = work->loop->loop.body->first; s; s = s->next) {
        if (s->kind == STATEMENT_ALLOC) continue;
        if (!is_nest(s) || !examine_nest(work, s, &has_product)) return false;
    }
    for (Statement *s = work->loop->loop.body->first; s; s = s->next)
        if (is_nest(s) && !reads_are_local(work, s)) return false;
    Block *whole = function_launch(work->function)->launch.body;
    for (uint32_t i = 0; i < work->locals.count; i++) {
        const Buffer *buffer = work->locals.items[i].old;
        if (buffer->rank >= MAX_RANK) return false;
        if (nests_using(work->module, whole, buffer) != nests_using(work->module, work->loop->loop.body, buffer))
            return false;
    }
    return has_product && work->locals.count;
}

static void add_other_bytes(Statement *statement, void *user) {
    Coarsening *work = user;
    if (statement->kind != STATEMENT_ALLOC || !is_on_chip(statement->alloc) || local_of(work, statement->alloc)) return;
    const Value *aliases = work->function->attributes[ATTR_SHARD_ALIASES];
    if (aliases && value_get(aliases, statement->alloc->name)) return; // has the memory of a tensor
    Block *whole = function_launch(work->function)->launch.body;
    bool doubled = has_two_windows(work->module, whole, statement->alloc);
    work->other_bytes += bytes_in_l1(statement->alloc) * (doubled ? 2 : 1);
}

static int64_t chunk_tiles(const Coarsening *work) {
    int64_t steps;
    if (!expr_constant(work->loop->loop.extent, &steps)) return CHUNK_TILES;
    int64_t chunk = CHUNK_TILES / work->step_tiles; // steps
    return steps > chunk && steps < ENOUGH_CHUNKS * chunk ? SHORT_CHUNK_TILES : CHUNK_TILES;
}

// Steps a chunk may hold: what fits L1, and no more than pays. Double buffering is reckoned with even where it is off,
// so that it changes no sums.
static int64_t chunk_limit(Coarsening *work) {
    walk_statements(function_launch(work->function)->launch.body, add_other_bytes, work);
    const Target *target = work->options->target;
    int64_t tensors = program_tensor_bytes(work->function, target);
    int64_t free_bytes = target->l1_bytes - target->l1_base - work->other_bytes - tensors;
    int64_t fits = free_bytes / (work->step_bytes ? work->step_bytes : 1);
    int64_t tiles = chunk_tiles(work), pays = work->step_tiles >= tiles ? 1 : tiles / work->step_tiles;
    return fits < pays ? fits : pays;
}

static int64_t choose_chunk(Coarsening *work) {
    int64_t limit = chunk_limit(work), steps;
    if (limit < 2) return 1;
    if (!expr_constant(work->loop->loop.extent, &steps)) return limit;
    if (steps <= limit) return steps;
    for (int64_t chunk = limit; chunk > limit / 2; chunk--)
        if (steps % chunk == 0) return chunk;
    return limit; // the last chunk is shorter
}

int64_t coarse_steps(Function *function, const CompileOptions *options, Statement *loop) {
    Coarsening work = {.function = function, .module = function->module, .options = options, .loop = loop};
    return can_coarsen(&work) ? choose_chunk(&work) : 1;
}

// ---------------------------------------------------------------- the rewriting

static const Expr *coarse_load(Module *module, const Expr *expr, void *user) {
    Coarsening *work = user;
    if (expr->kind != EXPR_LOAD) return expr;
    LocalBuffer *local = local_of(work, expr->buffer);
    if (!local) return expr;
    const Expr *indices[MAX_RANK] = {work->step};
    for (uint32_t d = 0; d < expr->count; d++) indices[d + 1] = expr->args[d];
    return expr_load(module, local->coarse, indices);
}

static void coarse_stores(Coarsening *work, Statement *statement) {
    if (statement->kind == STATEMENT_STORE) {
        statement->store.value = map_expression(work->module, statement->store.value, coarse_load, work);
        LocalBuffer *local = local_of(work, statement->store.buffer);
        if (!local) return;
        for (int d = local->old->rank; d > 0; d--) statement->store.indices[d] = statement->store.indices[d - 1];
        statement->store.indices[0] = work->step;
        statement->store.buffer = local->coarse;
        return;
    }
    for (Statement *s = statement->loop.body->first; s; s = s->next) coarse_stores(work, s);
}

static Buffer *coarse_buffer(Coarsening *work, Buffer *old, int64_t chunk) {
    const Expr *shape[MAX_RANK] = {expr_int(work->module, chunk)};
    for (int d = 0; d < old->rank; d++) shape[d + 1] = old->shape[d];
    Buffer *coarse = buffer_new(work->function, old->scope, old->name, old->type, old->rank + 1, shape, old->location);
    coarse->name = old->name; // the old one goes
    coarse->layout = old->layout;
    coarse->has_layout = true;
    if (coarse->layout.rows_dimension >= 0) coarse->layout.rows_dimension++;
    if (coarse->layout.columns_dimension >= 0) coarse->layout.columns_dimension++;
    return coarse;
}

static void replace_alloc(Statement *statement, void *user) {
    Coarsening *work = user;
    if (statement->kind != STATEMENT_ALLOC) return;
    LocalBuffer *local = local_of(work, statement->alloc);
    if (local) statement->alloc = local->coarse;
}

// The place for the loop over steps: outside of a product's own k loop, outside of everything else's loops.
static Statement *step_place(Statement *nest) {
    NestKind kind = nest_kind(nest);
    Statement *inner = nest;
    while (inner->kind == STATEMENT_FOR && inner->loop.body->first->kind == STATEMENT_FOR)
        inner = inner->loop.body->first;
    const Statement *store = inner->kind == STATEMENT_FOR ? inner->loop.body->first : inner;
    bool product = kind == NEST_COMPUTE && store->store.value->kind == EXPR_OP &&
                   (store->store.value->op == OP_MATMUL || store->store.value->op == OP_MATMUL_TRANSPOSED);
    if (!product) return nest;
    // Loops that do not index the accumulator run over k.
    Statement *place = inner->kind == STATEMENT_FOR ? inner : NULL;
    bool over_k = place != NULL;
    if (place)
        for (int d = 0; d < store->store.buffer->rank; d++)
            over_k = over_k && !expression_uses(store->store.indices[d], place->loop.variable);
    return over_k ? place : (Statement *)store;
}

static void coarsen_nest(Coarsening *work, Statement *nest, const Expr *base, const Expr *turns) {
    Module *module = work->module;
    Statement *place = step_place(nest);
    Name name = name_of(module->context, "kk");
    Variable *variable = variable_new(work->function, VARIABLE_LOOP, name, DTYPE_INT32, nest->location);
    Statement *steps = build_for(module, FOR_TILE, variable, turns, nest->location);
    block_insert_before(place, steps);
    statement_remove(place);
    block_append(steps->loop.body, place);
    work->step = expr_variable(module, variable);
    substitute_block(module, steps->loop.body, work->loop->loop.variable, expr_add(module, base, work->step));
    Statement *outermost = place == nest ? steps : nest;
    coarse_stores(work, outermost);
}

static void coarsen_loop(Coarsening *work, int64_t chunk) {
    Module *module = work->module;
    Statement *loop = work->loop;
    const Expr *chunks = expr_int(module, chunk), *steps = loop->loop.extent;
    const Expr *base = expr_mul(module, expr_variable(module, loop->loop.variable), chunks);
    int64_t count;
    bool even = expr_constant(steps, &count) && count % chunk == 0;
    const Expr *turns = even ? chunks : expr_min(module, chunks, expr_sub(module, steps, base));
    for (uint32_t i = 0; i < work->locals.count; i++)
        work->locals.items[i].coarse = coarse_buffer(work, work->locals.items[i].old, chunk);
    walk_statements(function_launch(work->function)->launch.body, replace_alloc, work);
    for (Statement *s = loop->loop.body->first, *next; s; s = next) {
        next = s->next;
        if (is_nest(s)) coarsen_nest(work, s, base, turns);
    }
    loop->loop.extent = expr_ceildiv(module, steps, chunks);
    if (expr_is_int(loop->loop.extent, 1)) dissolve_loop(module, loop);
}

static void coarsen_block(Function *function, const CompileOptions *options, Block *block) {
    for (Statement *s = block->first, *next; s; s = next) {
        next = s->next;
        if (is_nest(s)) continue;
        if (s->kind == STATEMENT_FOR) {
            Coarsening work = {.function = function, .module = function->module, .options = options, .loop = s};
            int64_t chunk = can_coarsen(&work) ? choose_chunk(&work) : 1;
            if (chunk > 1) {
                coarsen_loop(&work, chunk);
                continue;
            }
        }
        Block *blocks[2];
        int count = statement_blocks(s, blocks);
        for (int i = 0; i < count; i++) coarsen_block(function, options, blocks[i]);
    }
}

static void run(Function *function, const CompileOptions *options) {
    coarsen_block(function, options, function_launch(function)->launch.body);
    hold(function, ATTR_K_COARSENED);
}

const Pass pass_coarsen_k = {
    .name = "CoarsenK",
    .file = "coarsen-k",
    .summary = "several k steps of a product stay in L1 together",
    .requires = ATTR_BIT(STAGED),
    .provides = ATTR_BIT(K_COARSENED),
    .precedes = ATTR_BIT(CIRCULAR_BUFFERS),
    .optional = true,
    .run = run,
};
