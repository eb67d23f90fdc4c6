// FuseTiles: neighbouring computing nests over the same tiles become one nest, so that a value goes from one to the
// next in DST. Legal when every buffer that one writes and the other touches is touched at the same tile in both.
#include "ir/walk.h"
#include "pass/dst.h"

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
    for (int i = 0; i < from->count; i++) {
        Block body = {.first = from->first, .last = from->last};
        substitute_block(fusion->module, &body, from->loops[i]->loop.variable,
                         expr_variable(fusion->module, to->loops[i]->loop.variable));
    }
}

// The bodies of both, in order, inside the second one's loops; undone if DST is too small for them together.
static bool join(Fusion *fusion, Statement *first, Statement *second) {
    NestLoops a = nest_loops(first), b = nest_loops(second);
    if (!a.count || !same_loops(&a, &b)) return false;
    bool second_product = holds_product(second);
    if (second_product && holds_product(first)) return false;
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

static void run(Function *function, const CompileOptions *options) {
    (void)options;
    Fusion fusion = {.function = function, .module = function->module};
    fuse_block(&fusion, function_launch(function)->launch.body);
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
