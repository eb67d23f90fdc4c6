// Rewriting of expressions. Within one rewrite every shared node is mapped once.
#include <string.h>

#include "ir/build.h"
#include "ir/walk.h"

// Results by node, in a hash table that lives for one rewrite.
typedef struct Memo {
    const Expr *from, *to;
} Memo;

typedef struct Rewrite {
    Module *module;
    ExprMap map;
    void *user;
    Memo *memos; // NULL while there are few nodes
    uint32_t count, capacity;
} Rewrite;

static const Expr *mapped(Rewrite *rewrite, const Expr *expr);

static const Expr *rebuild(Module *module, const Expr *expr, const Expr *const args[]) {
    return expr->kind == EXPR_LOAD ? expr_load(module, expr->buffer, args)
                                   : expr_op(module, expr->op, expr->type, args);
}

static const Expr *map_node(Rewrite *rewrite, const Expr *expr) {
    const Expr *args[MAX_RANK];
    bool changed = false;
    for (uint32_t i = 0; i < expr->count; i++) {
        args[i] = mapped(rewrite, expr->args[i]);
        changed |= args[i] != expr->args[i];
    }
    if (changed) expr = rebuild(rewrite->module, expr, args);
    return rewrite->map(rewrite->module, expr, rewrite->user);
}

static Memo *slot_of(Memo *memos, uint32_t capacity, const Expr *expr) {
    uint32_t i = expr->hash & (capacity - 1);
    while (memos[i].from && memos[i].from != expr) i = (i + 1) & (capacity - 1);
    return &memos[i];
}

static void remember(Rewrite *rewrite, const Expr *from, const Expr *to) {
    if (rewrite->count * 2 >= rewrite->capacity) {
        uint32_t capacity = rewrite->capacity ? rewrite->capacity * 2 : 64;
        Memo *memos = arena_new_array(&rewrite->module->context->scratch, Memo, capacity);
        for (uint32_t i = 0; i < rewrite->capacity; i++) {
            if (rewrite->memos[i].from) *slot_of(memos, capacity, rewrite->memos[i].from) = rewrite->memos[i];
        }
        rewrite->memos = memos;
        rewrite->capacity = capacity;
    }
    *slot_of(rewrite->memos, rewrite->capacity, from) = (Memo){from, to};
    rewrite->count++;
}

#define SMALL 24 // trees of fewer nodes are mapped path by path

static const Expr *mapped(Rewrite *rewrite, const Expr *expr) {
    if (expr->nodes < SMALL) return map_node(rewrite, expr);
    if (rewrite->memos) {
        const Memo *memo = slot_of(rewrite->memos, rewrite->capacity, expr);
        if (memo->from) return memo->to;
    }
    const Expr *result = map_node(rewrite, expr);
    remember(rewrite, expr, result);
    return result;
}

const Expr *map_expression(Module *module, const Expr *expr, ExprMap map, void *user) {
    Rewrite rewrite = {.module = module, .map = map, .user = user};
    return mapped(&rewrite, expr);
}

// ---------------------------------------------------------------- blocks

// Each expression is a rewrite of its own, since a map may look at what it met before.
static void map_slot(const Expr **slot, void *user) {
    const Rewrite *rewrite = user;
    *slot = map_expression(rewrite->module, *slot, rewrite->map, rewrite->user);
}

static void map_statement(Statement *statement, void *user) { statement_expressions(statement, map_slot, user); }

void map_block_expressions(Module *module, Block *block, ExprMap map, void *user) {
    walk_statements(block, map_statement, &(Rewrite){.module = module, .map = map, .user = user});
}

// ---------------------------------------------------------------- substitution

typedef struct Substitution {
    const Variable *variable;
    const Expr *value;
} Substitution;

static const Expr *replace(Module *module, const Expr *expr, void *user) {
    const Substitution *substitution = user;
    (void)module;
    bool hit = expr->kind == EXPR_VARIABLE && expr->variable == substitution->variable;
    return hit ? substitution->value : expr;
}

const Expr *substitute(Module *module, const Expr *expr, const Variable *variable, const Expr *value) {
    return map_expression(module, expr, replace, &(Substitution){variable, value});
}

void substitute_block(Module *module, Block *block, const Variable *variable, const Expr *value) {
    map_block_expressions(module, block, replace, &(Substitution){variable, value});
}
