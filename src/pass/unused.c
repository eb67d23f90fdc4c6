// What a thread program does not need: lets and scalar variables that nothing uses, and the loops and branches that
// they leave empty.
#include "ir/walk.h"
#include "pass/internal.h"

typedef struct Use {
    const Variable *variable;
    const Buffer *scalar;
    bool found;
} Use;

static void find_use(const Expr *expr, void *user) {
    Use *use = user;
    if (expr->kind == EXPR_VARIABLE && expr->variable == use->variable) use->found = true;
    if (expr->kind == EXPR_LOAD && expr->buffer == use->scalar) use->found = true;
}

static void find_use_slot(const Expr **slot, void *user) { walk_expression(*slot, find_use, user); }
static void find_use_statement(Statement *statement, void *user) {
    const Use *use = user;
    if (use->scalar && statement->kind == STATEMENT_STORE && statement->store.buffer == use->scalar) return; // its own
    statement_expressions(statement, find_use_slot, user);
}

static bool used_in(Block *block, const Variable *variable, const Buffer *scalar) {
    Use use = {variable, scalar, false};
    walk_statements(block, find_use_statement, &use);
    return use.found;
}

static bool is_empty(const Block *block) { return !block || !block->first; }

// Only breaks and continues are left of the loop's body: it does nothing, however often it runs.
static bool only_leaves(const Block *block) {
    for (const Statement *s = block->first; s; s = s->next) {
        bool leaves = s->kind == STATEMENT_BREAK || s->kind == STATEMENT_CONTINUE;
        bool branch = s->kind == STATEMENT_IF && only_leaves(s->branch.then) &&
                      (!s->branch.otherwise || only_leaves(s->branch.otherwise));
        if (!leaves && !branch) return false;
    }
    return true;
}

static bool is_unused(Block *whole, const Statement *s) {
    switch (s->kind) {
    case STATEMENT_LET: return !used_in(whole, s->let.variable, NULL);
    case STATEMENT_ALLOC: return s->alloc->scope == SCOPE_VAR && !used_in(whole, NULL, s->alloc);
    case STATEMENT_STORE: return s->store.buffer->scope == SCOPE_VAR && !used_in(whole, NULL, s->store.buffer);
    case STATEMENT_FOR: return only_leaves(s->loop.body);
    case STATEMENT_IF: return is_empty(s->branch.then) && is_empty(s->branch.otherwise);
    default: return false;
    }
}

static bool drop_once(Block *whole, Block *block) {
    bool dropped = false;
    for (Statement *s = block->last, *previous; s; s = previous) {
        previous = s->previous;
        Block *blocks[2];
        int count = statement_blocks(s, blocks);
        for (int i = 0; i < count; i++) dropped |= drop_once(whole, blocks[i]);
        if (!is_unused(whole, s)) continue;
        statement_remove(s);
        dropped = true;
    }
    return dropped;
}

void drop_unused(Block *program) {
    while (drop_once(program, program)) continue;
}
