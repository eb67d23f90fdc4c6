// The first block of a tensor that an item touches. Loops are taken at their start, lets by their values.
#include "pass/item_block.h"

#include "ir/affine.h"
#include "ir/walk.h"

typedef struct Search {
    Function *function;
    const Statement *launch, *place;
    const Buffer *tensor;
    ItemBlock *block;
    bool found;
} Search;

// The expression where the statement is first reached, in the launch's variables.
static const Expr *at_first(const Search *search, const Expr *expr) {
    Module *module = search->function->module;
    for (const Statement *s = search->place; s && s != search->launch;
         s = s->previous ? s->previous : s->block->owner) {
        if (s->kind == STATEMENT_LET) expr = substitute(module, expr, s->let.variable, s->let.value);
        if (s->kind == STATEMENT_FOR) expr = substitute(module, expr, s->loop.variable, s->loop.start);
    }
    return expr;
}

static bool read_start(Search *search, int dimension, const Expr *start) {
    const Statement *launch = search->launch;
    Affine affine;
    if (!affine_of(search->function->module, at_first(search, start), launch->launch.rank,
                   (const Variable *const *)launch->launch.variables, &affine) ||
        !expr_evaluate_bound(affine.base, &search->block->base[dimension]))
        return false;
    for (int i = 0; i < launch->launch.rank; i++)
        search->block->step[dimension][i] = affine_coefficient(&affine, launch->launch.variables[i]);
    return true;
}

static void try_access(Search *search, const Buffer *buffer, const Expr *const start[], const Expr *const extent[]) {
    if (search->found || buffer != search->tensor) return;
    *search->block = (ItemBlock){.location = search->place->location};
    for (int d = 0; d < buffer->rank; d++) {
        if (!read_start(search, d, start[d])) return;
        if (extent && !expr_constant(extent[d], &search->block->extent[d])) search->block->extent[d] = 0;
    }
    search->found = true;
}

static void try_load(const Expr *expr, void *user) {
    if (expr->kind == EXPR_LOAD) try_access(user, expr->buffer, expr->args, NULL);
}

static void try_expression(const Expr **slot, void *user) { walk_expression(*slot, try_load, user); }

static void try_statement(Statement *statement, void *user) {
    Search *search = user;
    if (search->found) return;
    search->place = statement;
    if (statement->kind == STATEMENT_STORE) try_access(search, statement->store.buffer, statement->store.indices, NULL);
    statement_expressions(statement, try_expression, search);
    if (statement->kind != STATEMENT_OPERATION) return;
    for (int i = 0; i < MAX_OPERANDS; i++) {
        const Operand *operand = &statement->op.operands[i];
        if (operand->kind == OPERAND_REGION)
            try_access(search, operand->region->buffer, operand->region->start, operand->region->extent);
    }
}

bool find_item_block(Function *function, const Buffer *tensor, ItemBlock *block) {
    Statement *launch = function_launch(function);
    Search search = {.function = function, .launch = launch, .tensor = tensor, .block = block};
    walk_statements(launch->launch.body, try_statement, &search);
    if (!search.found) *block = (ItemBlock){0};
    return search.found;
}
