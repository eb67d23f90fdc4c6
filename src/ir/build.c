// Making statements and linking them into blocks.
#include "ir/build.h"

#include <string.h>

Block *block_new(Module *module, Statement *owner) {
    Block *block = arena_new(&module->context->unit, Block);
    block->owner = owner;
    return block;
}

Statement *statement_new(Module *module, StatementKind kind, Location location) {
    Statement *statement = arena_new(&module->context->unit, Statement);
    statement->kind = kind;
    statement->location = location;
    return statement;
}

// ---------------------------------------------------------------- lists

static void link_between(Block *block, Statement *previous, Statement *statement, Statement *next) {
    statement->block = block;
    statement->previous = previous;
    statement->next = next;
    *(previous ? &previous->next : &block->first) = statement;
    *(next ? &next->previous : &block->last) = statement;
}

void block_append(Block *block, Statement *statement) { link_between(block, block->last, statement, NULL); }

void block_insert_before(Statement *place, Statement *statement) {
    link_between(place->block, place->previous, statement, place);
}

void block_insert_after(Statement *place, Statement *statement) {
    link_between(place->block, place, statement, place->next);
}

// `next` stays, so that a walk that stands on the removed statement finds its way on.
void statement_remove(Statement *statement) {
    Block *block = statement->block;
    *(statement->previous ? &statement->previous->next : &block->first) = statement->next;
    *(statement->next ? &statement->next->previous : &block->last) = statement->previous;
    statement->previous = NULL;
    statement->block = NULL;
}

// ---------------------------------------------------------------- statements

Statement *build_alloc(Module *module, Buffer *buffer) {
    Statement *statement = statement_new(module, STATEMENT_ALLOC, buffer->location);
    statement->alloc = buffer;
    return statement;
}

Statement *build_let(Module *module, Variable *variable, const Expr *value) {
    Statement *statement = statement_new(module, STATEMENT_LET, variable->location);
    statement->let.variable = variable;
    statement->let.value = value;
    return statement;
}

Statement *build_store(Module *module, Buffer *buffer, const Expr *const indices[], const Expr *value,
                       Location location) {
    Statement *statement = statement_new(module, STATEMENT_STORE, location);
    statement->store.buffer = buffer;
    for (int i = 0; i < buffer->rank; i++) statement->store.indices[i] = indices[i];
    statement->store.value = value;
    return statement;
}

Statement *build_for(Module *module, ForKind kind, Variable *variable, const Expr *extent, Location location) {
    Statement *statement = statement_new(module, STATEMENT_FOR, location);
    statement->loop.kind = kind;
    statement->loop.variable = variable;
    statement->loop.start = expr_integer(module, extent->type, 0);
    statement->loop.extent = extent;
    statement->loop.step = expr_integer(module, extent->type, 1);
    statement->loop.stages = -1;
    statement->loop.body = block_new(module, statement);
    return statement;
}

Statement *build_if(Module *module, const Expr *condition, Location location) {
    Statement *statement = statement_new(module, STATEMENT_IF, location);
    statement->branch.condition = condition;
    statement->branch.then = block_new(module, statement);
    return statement;
}

// ---------------------------------------------------------------- operations

// A region of its own, since passes rewrite regions in place.
static Operand own_operand(Module *module, Operand operand) {
    if (operand.kind != OPERAND_REGION) return operand;
    Region *region = arena_new(&module->context->unit, Region);
    *region = *operand.region;
    return operand_region(region);
}

static Operand default_operand(const OperandSpec *spec) {
    return operand_bool(spec->default_text && strcmp(spec->default_text, "True") == 0);
}

Statement *build_operation(Module *module, const Operation *operation, Location location, int count,
                           const Operand operands[]) {
    int wanted;
    const OperandSpec *specs = module_operands(module, operation, &wanted);
    if (count > wanted)
        fail(module->context, DIAG_INTERNAL, location, "%s takes %d operands, not %d", operation->name, wanted, count);
    Statement *statement = statement_new(module, STATEMENT_OPERATION, location);
    statement->op.operation = operation;
    for (int i = 0; i < wanted; i++) {
        bool given = i < count && operands[i].kind != OPERAND_NONE;
        if (!given && !specs[i].default_text)
            fail(module->context, DIAG_INTERNAL, location, "%s needs operand '%s'", operation->name, specs[i].name);
        statement->op.operands[i] = given ? own_operand(module, operands[i]) : default_operand(&specs[i]);
    }
    return statement;
}
