// Walking over statements and expressions, and copying blocks.
#include "ir/walk.h"

#include "ir/build.h"

int statement_blocks(const Statement *statement, Block *blocks[2]) {
    Block *first = NULL, *second = NULL;
    switch (statement->kind) {
    case STATEMENT_LAUNCH: first = statement->launch.body; break;
    case STATEMENT_FOR: first = statement->loop.body; break;
    case STATEMENT_IF: second = statement->branch.otherwise; // fall through
    case STATEMENT_WHILE: first = statement->branch.then; break;
    default: break;
    }
    int count = 0;
    if (first) blocks[count++] = first;
    if (second) blocks[count++] = second;
    return count;
}

// Where the walk goes on after `statement`, which stood before `after` and may have been removed or moved.
static Statement *step(const Block *block, const Statement *statement, Statement *after) {
    Statement *next = statement->next;
    if (statement->block && statement->block != block) next = after;
    while (next && next->block != block) next = next->next;
    return next;
}

void walk_statements(Block *block, void (*visit)(Statement *statement, void *user), void *user) {
    for (Statement *statement = block->first; statement;) {
        Statement *after = statement->next;
        visit(statement, user);
        Block *inner[2];
        int count = statement->block ? statement_blocks(statement, inner) : 0;
        for (int i = 0; i < count; i++) walk_statements(inner[i], visit, user);
        statement = step(block, statement, after);
    }
}

// ---------------------------------------------------------------- expressions of a statement

typedef void (*SlotVisit)(const Expr **slot, void *user);

static void visit_region(Region *region, SlotVisit visit, void *user) {
    for (int i = 0; i < region->buffer->rank; i++) {
        visit(&region->start[i], user);
        visit(&region->extent[i], user);
    }
}

static void visit_operands(Statement *statement, SlotVisit visit, void *user) {
    for (int i = 0; i < MAX_OPERANDS && statement->op.operands[i].kind != OPERAND_NONE; i++) {
        Operand *operand = &statement->op.operands[i];
        if (operand->kind == OPERAND_EXPR) visit(&operand->expr, user);
        if (operand->kind == OPERAND_REGION) visit_region(operand->region, visit, user);
    }
}

void statement_expressions(Statement *statement, SlotVisit visit, void *user) {
    switch (statement->kind) {
    case STATEMENT_LAUNCH:
        for (int i = 0; i < statement->launch.rank; i++) visit(&statement->launch.extents[i], user);
        break;
    case STATEMENT_LET: visit(&statement->let.value, user); break;
    case STATEMENT_STORE:
        for (int i = 0; i < statement->store.buffer->rank; i++) visit(&statement->store.indices[i], user);
        visit(&statement->store.value, user);
        break;
    case STATEMENT_FOR:
        visit(&statement->loop.start, user);
        visit(&statement->loop.extent, user);
        visit(&statement->loop.step, user);
        break;
    case STATEMENT_IF:
    case STATEMENT_WHILE:
    case STATEMENT_ASSERT: visit(&statement->branch.condition, user); break;
    case STATEMENT_OPERATION: visit_operands(statement, visit, user); break;
    case STATEMENT_ALLOC:
    case STATEMENT_BREAK:
    case STATEMENT_CONTINUE: break;
    }
}

void walk_expression(const Expr *expr, void (*visit)(const Expr *expr, void *user), void *user) {
    visit(expr, user);
    for (uint32_t i = 0; i < expr->count; i++) walk_expression(expr->args[i], visit, user);
}

bool expression_uses(const Expr *expr, const Variable *variable) {
    if (expr->kind == EXPR_VARIABLE) return expr->variable == variable;
    for (uint32_t i = 0; i < expr->count; i++) {
        if (expression_uses(expr->args[i], variable)) return true;
    }
    return false;
}

// ---------------------------------------------------------------- copies

static void clone_parts(Module *module, Statement *copy, const Statement *statement) {
    switch (statement->kind) {
    case STATEMENT_LAUNCH: copy->launch.body = block_clone(module, statement->launch.body, copy); break;
    case STATEMENT_FOR: copy->loop.body = block_clone(module, statement->loop.body, copy); break;
    case STATEMENT_IF:
        if (statement->branch.otherwise)
            copy->branch.otherwise = block_clone(module, statement->branch.otherwise, copy);
        // fall through
    case STATEMENT_WHILE: copy->branch.then = block_clone(module, statement->branch.then, copy); break;
    default: break;
    }
}

static void clone_regions(Module *module, Statement *copy) {
    for (int i = 0; i < MAX_OPERANDS; i++) {
        Operand *operand = &copy->op.operands[i];
        if (operand->kind != OPERAND_REGION) continue;
        Region *region = arena_new(&module->context->unit, Region);
        *region = *operand->region;
        operand->region = region;
    }
}

Block *block_clone(Module *module, const Block *block, Statement *owner) {
    Block *copies = block_new(module, owner);
    for (const Statement *statement = block->first; statement; statement = statement->next) {
        Statement *copy = arena_new(&module->context->unit, Statement);
        *copy = *statement;
        if (copy->kind == STATEMENT_OPERATION) clone_regions(module, copy);
        block_append(copies, copy);
        clone_parts(module, copy, statement);
    }
    return copies;
}
