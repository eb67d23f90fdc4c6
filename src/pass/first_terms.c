// A buffer that is cleared and then added to in every turn of a loop: its first turn can write instead of adding, and
// nothing needs to be cleared.
#include "pass/first_terms.h"

#include "ir/walk.h"
#include "pass/sums.h"
#include "program/program.h"

// The buffer that a nest sets to zero; NULL if it does anything else.
static Buffer *cleared_buffer(Function *function, Statement *nest) {
    Statement *store = nest;
    while (store->kind == STATEMENT_FOR) {
        if (store->loop.body->first != store->loop.body->last) return NULL;
        store = store->loop.body->first;
    }
    const Expr *value = store->store.value;
    bool zero = value->kind == EXPR_FLOAT && value->real == 0;
    if (!zero || !is_on_chip(store->store.buffer)) return NULL;
    NestAccesses accesses = nest_accesses(function->module, nest);
    return accesses.count == 1 && accesses.items[0].whole ? store->store.buffer : NULL;
}

static bool calls(const Statement *statement, const CircularBuffer *circular) {
    if (statement->kind != STATEMENT_OPERATION) return false;
    for (int i = 0; i < MAX_OPERANDS; i++)
        if (statement->op.operands[i].kind == OPERAND_CIRCULAR && statement->op.operands[i].circular == circular)
            return true;
    return false;
}

// Nests and calls that have to do with the buffer, nested ones included.
static int touches(Function *function, const Statement *statement, const Buffer *buffer) {
    if (is_nest(statement)) {
        NestAccesses accesses = nest_accesses(function->module, statement);
        return find_access(&accesses, buffer) != NULL;
    }
    int sum = calls(statement, circular_of(function, buffer));
    Block *blocks[2];
    int count = statement_blocks(statement, blocks);
    for (int i = 0; i < count; i++)
        for (const Statement *s = blocks[i]->first; s; s = s->next) sum += touches(function, s, buffer);
    return sum;
}

static bool covers(Statement *nest, const Buffer *buffer) {
    NestLoops loops = nest_loops(nest);
    int64_t tiles = 1, turns;
    for (int i = 0; i < loops.count; i++) {
        if (!expr_constant(loops.loops[i]->loop.extent, &turns) || turns > INT16_MAX || tiles > INT16_MAX) return false;
        tiles *= turns;
    }
    return tiles == tile_shape(buffer).total;
}

// The nest of a loop's body that adds to every tile of the buffer, if nothing else in the loop touches it.
static const Statement *adding_nest(Function *function, const Statement *loop, const Buffer *buffer) {
    int64_t turns;
    bool runs = loop->kind == STATEMENT_FOR && !is_nest(loop) && expr_is_int(loop->loop.start, 0) &&
                expr_constant(loop->loop.extent, &turns) && turns > 0 && !leaves_loop(loop->loop.body);
    if (!runs || touches(function, loop, buffer) != 1) return NULL;
    for (Statement *s = loop->loop.body->first; s; s = s->next) {
        if (!is_nest(s)) continue;
        NestAccesses accesses = nest_accesses(function->module, s);
        const NestAccess *access = find_access(&accesses, buffer);
        if (access) return access->accumulates && access->writes && covers(s, buffer) ? s : NULL;
    }
    return NULL;
}

static bool try_clearing(Function *function, Statement *clearing, FirstTerm *term) {
    Buffer *buffer = cleared_buffer(function, clearing);
    const CircularBuffer *circular = buffer ? circular_of(function, buffer) : NULL;
    if (!circular || !adds_in_window(circular)) return false;
    Statement *s = clearing->next;
    while (s && !touches(function, s, buffer)) s = s->next;
    const Statement *nest = s ? adding_nest(function, s, buffer) : NULL;
    *term = (FirstTerm){nest, s};
    return nest != NULL;
}

static void search(Function *function, Block *block, FirstTerms *terms) {
    for (Statement *s = block->first, *next; s; s = next) {
        next = s->next;
        FirstTerm term;
        if (!is_nest(s)) {
            Block *blocks[2];
            int count = statement_blocks(s, blocks);
            for (int i = 0; i < count; i++) search(function, blocks[i], terms);
        } else if (try_clearing(function, s, &term)) {
            vector_push(&function->module->context->scratch, *terms, term);
            statement_remove(s);
        }
    }
}

FirstTerms find_first_terms(Function *function, Block *block) {
    FirstTerms terms = {0};
    search(function, block, &terms);
    return terms;
}

const Statement *first_term_loop(const FirstTerms *terms, const Statement *nest) {
    for (uint32_t i = 0; i < terms->count; i++)
        if (terms->items[i].nest == nest) return terms->items[i].loop;
    return NULL;
}
