// The shape of a computing nest (dst.h): the loops that index what it stores, and the body inside them.
#include "ir/walk.h"
#include "pass/dst.h"

bool is_product_store(const Statement *store) {
    const Expr *value = store->kind == STATEMENT_STORE ? store->store.value : NULL;
    return value && value->kind == EXPR_OP && (value->op == OP_MATMUL || value->op == OP_MATMUL_TRANSPOSED);
}

static const Statement *first_store(const Statement *statement) {
    while (statement && statement->kind == STATEMENT_FOR) statement = statement->loop.body->first;
    return statement;
}

Statement *product_store(Statement *statement) {
    while (statement->kind == STATEMENT_FOR) statement = statement->loop.body->first;
    return statement;
}

bool holds_product(const Statement *nest) {
    if (nest->kind == STATEMENT_STORE) return is_product_store(nest);
    for (const Statement *s = nest->loop.body->first; s; s = s->next)
        if (holds_product(s)) return true;
    return false;
}

static bool indexes_store(const Statement *loop) {
    const Statement *store = first_store(loop);
    if (!store) return false;
    for (int d = 0; d < store->store.buffer->rank; d++)
        if (expression_uses(store->store.indices[d], loop->loop.variable)) return true;
    return false;
}

NestLoops nest_loops(Statement *nest) {
    NestLoops loops = {.body = nest->block, .first = nest, .last = nest};
    Statement *s = nest;
    while (s->kind == STATEMENT_FOR && loops.count < MAX_RANK && indexes_store(s)) {
        loops.loops[loops.count++] = s;
        loops.body = s->loop.body;
        loops.first = s->loop.body->first;
        loops.last = s->loop.body->last;
        if (loops.first != loops.last) break;
        s = loops.first;
    }
    return loops;
}
