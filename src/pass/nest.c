// Questions about tile nests and the buffers they touch (internal.h).
#include <string.h>

#include "ir/walk.h"
#include "pass/internal.h"

void hold(Function *function, AttrId attribute) {
    function->attributes[attribute] = value_bool(&function->module->context->unit, true);
}

Statement *block_launch(Block *block) {
    Statement *s = block->first;
    while (s && s->kind != STATEMENT_LAUNCH) s = s->next;
    return s;
}

Statement *function_launch(Function *function) {
    Statement *launch = NULL;
    for (Statement *s = function->body->first; s; s = s->next) {
        if (s->kind != STATEMENT_LAUNCH) continue;
        if (launch)
            fail(function->module->context, DIAG_UNSUPPORTED_LAUNCHES, s->location,
                 "a second launch: passes work on kernels of one launch; `ttile run` and `ttile compile` lower each");
        launch = s;
    }
    if (!launch)
        fail(function->module->context, DIAG_NO_LAUNCH, function->location, "%s launches nothing: it has no T.Kernel",
             function->name);
    return launch;
}

Buffer *add_on_chip_buffer(Function *function, Name stem, const Buffer *like, DType type, Location location) {
    Buffer *buffer = buffer_new(function, SCOPE_SHARED, stem, type, like->rank, like->shape, location);
    buffer->layout = like->layout;
    buffer->layout.format = type;
    buffer->has_layout = true;
    Statement *launch = function_launch(function);
    Statement *alloc = build_alloc(function->module, buffer);
    if (launch->launch.body->first)
        block_insert_before(launch->launch.body->first, alloc);
    else
        block_append(launch->launch.body, alloc);
    return buffer;
}

bool leaves_loop(const Block *block) {
    for (const Statement *s = block->first; s; s = s->next) {
        if (s->kind == STATEMENT_BREAK || s->kind == STATEMENT_CONTINUE) return true;
        if (s->kind != STATEMENT_IF) continue;
        if (leaves_loop(s->branch.then) || (s->branch.otherwise && leaves_loop(s->branch.otherwise))) return true;
    }
    return false;
}

void dissolve_loop(Module *module, Statement *loop) {
    substitute_block(module, loop->loop.body, loop->loop.variable, loop->loop.start);
    while (loop->loop.body->first) {
        Statement *statement = loop->loop.body->first;
        statement_remove(statement);
        block_insert_before(loop, statement);
    }
    statement_remove(loop);
}

// The outermost loop of a nest, if no loop inside of it runs over the tiles that are stored: products may have k loops
// alone there.
static bool is_last_of_nest(const Statement *loop) {
    const Statement *outer = loop->block->owner, *store = loop;
    if (loop->loop.kind != FOR_TILE || (outer && is_nest(outer))) return false;
    while (store && store->kind == STATEMENT_FOR) store = store->loop.body->first;
    if (!store || store->kind != STATEMENT_STORE) return false;
    for (const Statement *inner = loop->loop.body->first; inner != store; inner = inner->loop.body->first)
        for (int d = 0; d < store->store.buffer->rank; d++)
            if (expression_uses(store->store.indices[d], inner->loop.variable)) return false;
    return true;
}

void dissolve_unit_loops(Module *module, Block *block, bool keep_nests) {
    for (Statement *s = block->first, *next; s; s = next) {
        next = s->next;
        Block *blocks[2];
        int count = statement_blocks(s, blocks);
        for (int i = 0; i < count; i++) dissolve_unit_loops(module, blocks[i], keep_nests);
        bool unit = s->kind == STATEMENT_FOR && (s->loop.kind == FOR_TILE || s->loop.kind == FOR_SERIAL) &&
                    expr_is_int(s->loop.extent, 1) && !leaves_loop(s->loop.body);
        if (unit && !(keep_nests && is_last_of_nest(s))) dissolve_loop(module, s);
    }
}

CircularBuffer *circular_of(const Function *function, const Buffer *buffer) {
    for (uint32_t i = 0; i < function->circular_buffers.count; i++)
        if (function->circular_buffers.items[i]->holds == buffer->name) return function->circular_buffers.items[i];
    return NULL;
}

int64_t tile_side(const Buffer *buffer, int dimension) {
    if (dimension < 0) return 1;
    if (dimension == buffer->layout.rows_dimension) return buffer->layout.tile_rows;
    return dimension == buffer->layout.columns_dimension ? buffer->layout.tile_columns : 1;
}

bool has_small_tiles(const Buffer *buffer) {
    return buffer->has_layout && (buffer->layout.tile_rows != TILE_SIZE || buffer->layout.tile_columns != TILE_SIZE);
}

TileShape tile_shape(const Buffer *buffer) {
    TileShape shape = {.rank = buffer->rank, .total = 1};
    for (int d = 0; d < buffer->rank; d++) {
        int64_t size = 1;
        expr_evaluate_bound(buffer->shape[d], &size);
        int64_t side = tile_side(buffer, d);
        shape.tiles[d] = (size + side - 1) / side;
        shape.total *= shape.tiles[d];
    }
    return shape;
}

const Expr *plane_tiles(Module *module, const Buffer *buffer, int dimension) {
    if (dimension < 0) return expr_int(module, 1);
    return expr_ceildiv(module, buffer->shape[dimension], expr_int(module, tile_side(buffer, dimension)));
}

const Expr *tile_slot(Module *module, const Buffer *buffer, const Expr *const indices[]) {
    TileShape shape = tile_shape(buffer);
    int order[MAX_RANK];
    for (int d = 0; d < buffer->rank; d++) order[d] = d;
    if (buffer->rank >= 2 && buffer->layout.tile_order == ORDER_COLUMN_MAJOR) {
        order[buffer->rank - 2] = buffer->rank - 1;
        order[buffer->rank - 1] = buffer->rank - 2;
    }
    const Expr *slot = expr_int(module, 0);
    for (int d = 0; d < buffer->rank; d++)
        slot = expr_add(module, expr_mul(module, slot, expr_int(module, shape.tiles[order[d]])), indices[order[d]]);
    return slot;
}

bool is_nest(const Statement *statement) {
    if (statement->kind == STATEMENT_STORE) return statement->store.buffer->scope != SCOPE_VAR;
    return statement->kind == STATEMENT_FOR && statement->loop.kind == FOR_TILE;
}

static const Statement *first_store(const Statement *nest) {
    while (nest && nest->kind == STATEMENT_FOR) nest = nest->loop.body->first;
    return nest;
}

NestKind nest_kind(const Statement *nest) {
    const Statement *store = first_store(nest);
    if (!store || store->kind != STATEMENT_STORE) return NEST_COMPUTE;
    if (is_global(store->store.buffer)) return NEST_WRITE;
    const Expr *value = store->store.value;
    return value->kind == EXPR_LOAD && is_global(value->buffer) ? NEST_READ : NEST_COMPUTE;
}

// ---------------------------------------------------------------- what a nest reads and writes

typedef struct AccessWalk {
    Module *module;
    NestAccesses accesses;
} AccessWalk;

static NestAccess *access_of(AccessWalk *walk, Buffer *buffer) {
    NestAccess *found = find_access(&walk->accesses, buffer);
    if (found) return found;
    NestAccess access = {.buffer = buffer};
    vector_push(&walk->module->context->scratch, walk->accesses, access);
    return &vector_last(walk->accesses);
}

NestAccess *find_access(const NestAccesses *accesses, const Buffer *buffer) {
    for (uint32_t i = 0; i < accesses->count; i++)
        if (accesses->items[i].buffer == buffer) return &accesses->items[i];
    return NULL;
}

static void visit_load(const Expr *expr, void *user) {
    AccessWalk *walk = user;
    if (expr->kind != EXPR_LOAD || expr->buffer->scope == SCOPE_VAR) return;
    NestAccess *access = access_of(walk, expr->buffer);
    if (!access->writes) access->reads = true; // a value that the nest itself wrote before is not from outside
}

static bool is_product(const Expr *value) {
    return value->kind == EXPR_OP && (value->op == OP_MATMUL || value->op == OP_MATMUL_TRANSPOSED);
}

// Turns of a loop at most. The last chunk of a coarsened loop is shorter, and what it leaves out is not read.
static bool most_turns(const Expr *extent, int64_t *turns) {
    if (expr_constant(extent, turns)) return true;
    if (extent->kind != EXPR_OP || extent->op != OP_MIN) return false;
    return expr_constant(extent->args[0], turns) || expr_constant(extent->args[1], turns);
}

static int64_t product_of_extents(const Statement *store, const Statement *nest) {
    int64_t product = 1, turns;
    for (const Statement *loop = store; loop != nest; product *= turns) {
        loop = loop->block->owner;
        if (!most_turns(loop->loop.extent, &turns)) return -1;
    }
    return product;
}

static void visit_store(AccessWalk *walk, const Statement *store, const Statement *nest) {
    walk_expression(store->store.value, visit_load, walk);
    NestAccess *access = access_of(walk, store->store.buffer);
    bool product = is_product(store->store.value);
    if (!access->writes) access->accumulates = product;
    if (!product) access->accumulates = false;
    access->writes = true;
    if (!is_global(store->store.buffer) && !product)
        access->whole |= product_of_extents(store, nest) == tile_shape(store->store.buffer).total;
}

static void visit_nest(AccessWalk *walk, const Statement *statement, const Statement *nest) {
    if (statement->kind == STATEMENT_STORE) {
        visit_store(walk, statement, nest);
        return;
    }
    Block *blocks[2];
    int count = statement_blocks(statement, blocks);
    for (int i = 0; i < count; i++)
        for (Statement *s = blocks[i]->first; s; s = s->next) visit_nest(walk, s, nest);
}

NestAccesses nest_accesses(Module *module, const Statement *nest) {
    AccessWalk walk = {.module = module};
    visit_nest(&walk, nest, nest);
    for (uint32_t i = 0; i < walk.accesses.count; i++) { // a product over all tiles covers the whole buffer too
        NestAccess *access = &walk.accesses.items[i];
        if (access->writes && access->accumulates) access->reads = true;
    }
    return walk.accesses;
}
