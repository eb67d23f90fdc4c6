// Canonicalize: loops start at 0 and step by 1, loops of one turn and constant branches dissolve, integer lets that
// read no memory are put in place, so that index expressions are written in loop and block variables alone.
#include "ir/walk.h"
#include "pass/internal.h"

static void load_found(const Expr *expr, void *found) {
    if (expr->kind == EXPR_LOAD) *(bool *)found = true;
}

static bool reads_memory(const Expr *expr) {
    bool found = false;
    walk_expression(expr, load_found, &found);
    return found;
}

static void splice(Block *block, Statement *place) {
    while (block && block->first) {
        Statement *statement = block->first;
        statement_remove(statement);
        block_insert_before(place, statement);
    }
    statement_remove(place);
}

static void normalize_loop(Module *module, Statement *loop) {
    const Expr *variable = expr_variable(module, loop->loop.variable);
    const Expr *value = expr_add(module, loop->loop.start, expr_mul(module, variable, loop->loop.step));
    if (value == variable) return;
    substitute_block(module, loop->loop.body, loop->loop.variable, value);
    loop->loop.start = expr_integer(module, loop->loop.variable->type, 0);
    loop->loop.step = expr_integer(module, loop->loop.variable->type, 1);
}

static void simplify_block(Module *module, Block *block);

static void simplify_loop(Module *module, Statement *loop) {
    normalize_loop(module, loop);
    int64_t turns;
    bool known = expr_constant(loop->loop.extent, &turns);
    if (known && turns <= 0) {
        statement_remove(loop);
        return;
    }
    bool dissolves = known && turns == 1 && loop->loop.kind != FOR_PARALLEL && loop->loop.kind != FOR_TILE &&
                     !leaves_loop(loop->loop.body);
    if (dissolves) substitute_block(module, loop->loop.body, loop->loop.variable, loop->loop.start);
    simplify_block(module, loop->loop.body);
    if (dissolves)
        splice(loop->loop.body, loop);
    else if (!loop->loop.body->first)
        statement_remove(loop);
}

static void simplify_branch(Module *module, Statement *branch) {
    int64_t value;
    simplify_block(module, branch->branch.then);
    if (branch->branch.otherwise) simplify_block(module, branch->branch.otherwise);
    if (expr_constant(branch->branch.condition, &value)) {
        splice(value ? branch->branch.then : branch->branch.otherwise, branch);
        return;
    }
    if (branch->branch.otherwise && !branch->branch.otherwise->first) branch->branch.otherwise = NULL;
    if (!branch->branch.then->first && !branch->branch.otherwise) statement_remove(branch);
}

static void simplify_let(Module *module, Statement *let) {
    if (!dtype_is_integer(let->let.variable->type) && let->let.variable->type != DTYPE_BOOL) return;
    if (reads_memory(let->let.value)) return;
    substitute_block(module, let->block, let->let.variable, let->let.value);
    statement_remove(let);
}

static void simplify_statement(Module *module, Statement *statement) {
    switch (statement->kind) {
    case STATEMENT_LAUNCH: simplify_block(module, statement->launch.body); break;
    case STATEMENT_FOR: simplify_loop(module, statement); break;
    case STATEMENT_IF: simplify_branch(module, statement); break;
    case STATEMENT_WHILE: simplify_block(module, statement->branch.then); break;
    case STATEMENT_LET: simplify_let(module, statement); break;
    default: break;
    }
}

static void simplify_block(Module *module, Block *block) {
    for (Statement *statement = block->first, *next; statement; statement = next) {
        next = statement->next;
        simplify_statement(module, statement);
    }
}

static void run(Function *function, const CompileOptions *options) {
    (void)options;
    simplify_block(function->module, function->body);
    hold(function, ATTR_CANONICAL);
}

const Pass pass_canonicalize = {
    .name = "Canonicalize",
    .file = "canonicalize",
    .summary = "loops from 0 by 1, no loops of one turn, no constant branches, index lets put in place",
    .requires = 0,
    .provides = ATTR_BIT(CANONICAL),
    .run = run,
};
