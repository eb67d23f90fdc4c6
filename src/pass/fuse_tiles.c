// FuseTiles: neighbouring computing nests over the same tiles become one nest, so that a value goes from one to the
// next in DST. Legal when every buffer that one writes and the other touches is touched at the same tile in both.
#include "ir/walk.h"
#include "pass/dst.h"
#include "pass/liveness.h"

typedef struct Fusion {
    Function *function;
    Module *module;
} Fusion;

// ---------------------------------------------------------------- same tiles

typedef struct IndexCheck {
    const Buffer *buffer;
    const Expr *const *indices; // the one index that is allowed; NULL: take the first seen
    const Expr *seen[MAX_RANK];
    bool any, differs;
} IndexCheck;

static void check_index(IndexCheck *check, const Expr *const indices[]) {
    for (int d = 0; d < check->buffer->rank; d++) {
        if (check->any && check->seen[d] != indices[d]) check->differs = true;
        check->seen[d] = indices[d];
    }
    check->any = true;
}

static void check_load(const Expr *expr, void *user) {
    IndexCheck *check = user;
    if (expr->kind == EXPR_LOAD && expr->buffer == check->buffer) check_index(check, expr->args);
    bool moves = expr->kind == EXPR_OP && (expr->op == OP_TRANSPOSE || expr->op == OP_BROADCAST_ROW ||
                                           expr->op == OP_BROADCAST_COLUMN || expr->op == OP_BROADCAST_SCALAR);
    if (moves && expr->args[0]->kind == EXPR_LOAD && expr->args[0]->buffer == check->buffer) check->differs = true;
    bool product = expr->kind == EXPR_OP && (expr->op == OP_MATMUL || expr->op == OP_MATMUL_TRANSPOSED);
    for (int i = 1; product && i < 3; i++) // a factor comes from a circular buffer, never from DST
        if (expr->args[i]->buffer == check->buffer) check->differs = true;
}

static void check_statement(IndexCheck *check, const Statement *statement) {
    if (statement->kind == STATEMENT_STORE) {
        walk_expression(statement->store.value, check_load, check);
        if (statement->store.buffer == check->buffer) check_index(check, statement->store.indices);
        return;
    }
    for (const Statement *s = statement->loop.body->first; s; s = s->next) check_statement(check, s);
}

// Both bodies in terms of the same loop variables: is `buffer` touched at one tile only?
static bool one_tile(const Buffer *buffer, const NestLoops *a, const NestLoops *b) {
    IndexCheck check = {.buffer = buffer};
    for (const Statement *s = a->first; s; s = s == a->last ? NULL : s->next) check_statement(&check, s);
    for (const Statement *s = b->first; s; s = s == b->last ? NULL : s->next) check_statement(&check, s);
    return !check.differs;
}

static bool same_loops(const NestLoops *a, const NestLoops *b) {
    if (a->count != b->count) return false;
    for (int i = 0; i < a->count; i++)
        if (a->loops[i]->loop.extent != b->loops[i]->loop.extent) return false;
    return true;
}

static bool shared_buffers_agree(Fusion *fusion, Statement *first, Statement *second, const NestLoops *a,
                                 const NestLoops *b) {
    NestAccesses one = nest_accesses(fusion->module, first), two = nest_accesses(fusion->module, second);
    for (uint32_t i = 0; i < one.count; i++) {
        NestAccess *other = find_access(&two, one.items[i].buffer);
        if (!other || (!other->writes && !one.items[i].writes)) continue;
        if (!one_tile(one.items[i].buffer, a, b)) return false;
    }
    return true;
}

// ---------------------------------------------------------------- moving together

// Could `nest` run after everything up to `end` instead of before it?
static bool may_sink(Fusion *fusion, Statement *nest, const Statement *end) {
    NestAccesses mine = nest_accesses(fusion->module, nest);
    for (Statement *s = nest->next; s != end; s = s->next) {
        if (s->kind == STATEMENT_ALLOC) continue;
        if (!is_nest(s)) return false;
        NestAccesses theirs = nest_accesses(fusion->module, s);
        for (uint32_t i = 0; i < theirs.count; i++) {
            NestAccess *access = find_access(&mine, theirs.items[i].buffer);
            if (access && (access->writes || theirs.items[i].writes)) return false;
        }
    }
    return true;
}

static Statement *next_compute(Statement *nest) {
    for (Statement *s = nest->next; s; s = s->next) {
        if (s->kind == STATEMENT_ALLOC) continue;
        if (!is_nest(s)) return NULL;
        if (nest_kind(s) == NEST_COMPUTE) return s;
    }
    return NULL;
}

// ---------------------------------------------------------------- joining

static void take_body(Fusion *fusion, const NestLoops *from, const NestLoops *to) {
    for (int i = 0; i < from->count; i++)
        substitute_block(fusion->module, from->body, from->loops[i]->loop.variable,
                         expr_variable(fusion->module, to->loops[i]->loop.variable));
}

static bool stores_before(const NestLoops *loops, const Statement *end, const Buffer *buffer) {
    for (Statement *s = loops->first; s != end; s = s == loops->last ? NULL : s->next)
        if (product_store(s)->store.buffer == buffer) return true;
    return false;
}

// Is every product's accumulator given its first value in the same nest? Otherwise the packer adds what DST holds to
// what is in L1, in this nest and in what is joined with it.
static bool starts_in_dst(const NestLoops *first, const NestLoops *second) {
    const NestLoops *both[] = {first, second};
    for (int i = 0; i < 2; i++)
        for (Statement *s = both[i]->first; s; s = s == both[i]->last ? NULL : s->next) {
            const Statement *store = product_store(s);
            if (!is_product_store(store) || stores_before(both[i], s, store->store.buffer)) continue;
            if (i == 0 || !stores_before(first, NULL, store->store.buffer)) return false;
        }
    return true;
}

// The bodies of both, in order, inside the second one's loops; undone if DST is too small for them together.
static bool join(Fusion *fusion, Statement *first, Statement *second) {
    NestLoops a = nest_loops(first), b = nest_loops(second);
    if (!a.count || !same_loops(&a, &b)) return false;
    if ((holds_product(first) && holds_product(second)) || !starts_in_dst(&a, &b)) return false;
    take_body(fusion, &a, &b); // in terms of the second one's variables
    bool legal = shared_buffers_agree(fusion, first, second, &a, &b) && may_sink(fusion, first, second);
    if (legal) {
        Statement *place = b.first;
        for (Statement *s = a.first, *next; s; s = next) {
            next = s == a.last ? NULL : s->next;
            statement_remove(s);
            block_insert_before(place, s);
        }
        if (dst_registers(fusion->function, second) <= 4) {
            statement_remove(first);
            return true;
        }
        for (Statement *s = a.first, *next; s; s = next) { // back again
            next = s == a.last ? NULL : s->next;
            statement_remove(s);
            block_append(a.loops[a.count - 1]->loop.body, s);
        }
    }
    for (int i = 0; i < a.count; i++)
        substitute_block(fusion->module, a.loops[a.count - 1]->loop.body, b.loops[i]->loop.variable,
                         expr_variable(fusion->module, a.loops[i]->loop.variable));
    return false;
}

// ---------------------------------------------------------------- fills

static bool reads_nothing(const NestAccesses *accesses) {
    for (uint32_t i = 0; i < accesses->count; i++)
        if (accesses->items[i].reads) return false;
    return true;
}

static bool share_a_buffer(const NestAccesses *a, const NestAccesses *b) {
    for (uint32_t i = 0; i < a->count; i++)
        if (find_access(b, a->items[i].buffer)) return true;
    return false;
}

// The first nest that touches what `fill` fills, if only nests stand between them.
static Statement *first_use(Fusion *fusion, Statement *fill) {
    NestAccesses mine = nest_accesses(fusion->module, fill);
    if (!reads_nothing(&mine)) return NULL;
    for (Statement *s = fill->next; s && (is_nest(s) || s->kind == STATEMENT_ALLOC); s = s->next) {
        NestAccesses theirs = is_nest(s) ? nest_accesses(fusion->module, s) : (NestAccesses){0};
        if (share_a_buffer(&mine, &theirs)) return s;
    }
    return NULL;
}

// A sum of products that begins with a fill begins in DST, whatever is computed between the two.
static void join_fills(Fusion *fusion, Block *block) {
    for (Statement *s = block->first, *next; s; s = next) {
        next = s->next;
        Block *blocks[2];
        int count = is_nest(s) ? 0 : statement_blocks(s, blocks);
        for (int i = 0; i < count; i++) join_fills(fusion, blocks[i]);
        Statement *use = is_nest(s) && nest_kind(s) == NEST_COMPUTE ? first_use(fusion, s) : NULL;
        if (use && nest_kind(use) == NEST_COMPUTE && holds_product(use)) join(fusion, s, use);
    }
}

static void fuse_block(Fusion *fusion, Block *block) {
    for (Statement *s = block->first, *next; s; s = next) {
        next = s->next;
        if (!is_nest(s)) {
            Block *blocks[2];
            int count = statement_blocks(s, blocks);
            for (int i = 0; i < count; i++) fuse_block(fusion, blocks[i]);
            continue;
        }
        if (nest_kind(s) != NEST_COMPUTE) continue;
        Statement *second = next_compute(s);
        if (second) join(fusion, s, second);
    }
}

// ---------------------------------------------------------------- values that end in their nest

typedef struct Retiring {
    Buffer *old, *fresh;
    bool stored;
} Retiring;

static const Expr *retire_load(Module *module, const Expr *expr, void *user) {
    const Retiring *retiring = user;
    if (expr->kind != EXPR_LOAD || expr->buffer != retiring->old) return expr;
    return expr_load(module, retiring->fresh, expr->args);
}

static void retire_stores(Module *module, Retiring *retiring, Statement *statement) {
    if (statement->kind == STATEMENT_FOR) {
        for (Statement *s = statement->loop.body->first; s; s = s->next) retire_stores(module, retiring, s);
        return;
    }
    if (retiring->stored)
        statement->store.value = map_expression(module, statement->store.value, retire_load, retiring);
    if (statement->store.buffer != retiring->old) return;
    statement->store.buffer = retiring->fresh;
    retiring->stored = true;
}

// A new value that nobody reads after its nest gets a buffer of its own, which then never leaves DST.
static void retire_values(Fusion *fusion, const Tracked *tracked, Statement *nest, LiveSet after) {
    NestAccesses accesses = nest_accesses(fusion->module, nest);
    for (uint32_t i = 0; i < accesses.count; i++) {
        const NestAccess *access = &accesses.items[i];
        int index = tracked_index(tracked, access->buffer);
        if (index < 0 || !access->writes || access->accumulates || !access->whole || after >> index & 1) continue;
        Retiring retiring = {.old = access->buffer};
        retiring.fresh = add_on_chip_buffer(fusion->function, access->buffer->name, access->buffer,
                                            access->buffer->type, nest->location);
        retire_stores(fusion->module, &retiring, nest);
    }
}

static void retire_block(Fusion *fusion, const Tracked *tracked, Block *block, LiveSet after_block) {
    for (Statement *s = block->first; s; s = s->next) {
        LiveSet after = live_after(tracked, s, after_block);
        if (is_nest(s)) {
            if (nest_kind(s) == NEST_COMPUTE) retire_values(fusion, tracked, s, after);
            continue;
        }
        Block *blocks[2];
        int count = statement_blocks(s, blocks);
        bool loop = s->kind == STATEMENT_FOR || s->kind == STATEMENT_WHILE;
        for (int i = 0; i < count; i++)
            retire_block(fusion, tracked, blocks[i], loop ? live_before(tracked, s, after) : after);
    }
}

static void run(Function *function, const CompileOptions *options) {
    (void)options;
    Fusion fusion = {.function = function, .module = function->module};
    Block *body = function_launch(function)->launch.body;
    join_fills(&fusion, body);
    fuse_block(&fusion, body);
    Tracked tracked = track_buffers(function, body);
    retire_block(&fusion, &tracked, body, 0);
    hold(function, ATTR_FUSED);
}

const Pass pass_fuse_tiles = {
    .name = "FuseTiles",
    .file = "fuse-tiles",
    .summary = "neighbouring nests over the same tiles become one, values stay in DST between them",
    .requires = ATTR_BIT(STAGED),
    .provides = ATTR_BIT(FUSED),
    .optional = true,
    .run = run,
};
