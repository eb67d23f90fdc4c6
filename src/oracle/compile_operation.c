// Tile operations to nodes: the slots of their regions and scalars, and what they do to global buffers.
#include "oracle/compile.h"

static void note_effects(Compiler *compiler, const OperandSpec *spec, int buffer, OpId id) {
    if (id == IR_ATOMIC_ADD && spec->writes) {
        compile_effect(compiler, EFFECT_ADD, buffer);
        return;
    }
    if (spec->reads) compile_effect(compiler, EFFECT_READ, buffer);
    if (spec->writes) compile_effect(compiler, EFFECT_WRITE, buffer);
}

static RegionSlots compile_region(Compiler *compiler, const Region *region, Location location) {
    RegionSlots slots = {.buffer = compile_buffer(compiler, region->buffer), .rank = region->buffer->rank};
    for (int d = 0; d < slots.rank; d++) {
        slots.start[d] = compile_value(compiler, region->start[d], DOMAIN_INTEGER, location);
        slots.extent[d] = compile_value(compiler, region->extent[d], DOMAIN_INTEGER, location);
    }
    return slots;
}

static OpId operation_id(Compiler *compiler, const Statement *statement) {
    for (int id = 0; id < IR_OP_COUNT; id++)
        if (statement_is(statement, (OpId)id)) return (OpId)id;
    fail(compiler->context, DIAG_IR_INVALID, statement->location, "'%s' is no operation on elements",
         statement->op.operation->name);
}

Node *compile_operation(Compiler *compiler, const Statement *statement) {
    OperandSpec specs[MAX_OPERANDS];
    int count = operation_operands(statement->op.operation, specs);
    Node *node = compile_node(compiler, statement, run_operation);
    node->op.id = operation_id(compiler, statement);
    compile_begin(compiler);
    for (int i = 0; i < count; i++) {
        const Operand *operand = &statement->op.operands[i];
        if (operand->kind == OPERAND_REGION) {
            node->op.regions[i] = compile_region(compiler, operand->region, statement->location);
            note_effects(compiler, &specs[i], node->op.regions[i].buffer, node->op.id);
        }
        if (operand->kind == OPERAND_EXPR)
            node->op.scalars[i] =
                compile_value(compiler, operand->expr, domain_of(operand->expr->type), statement->location);
    }
    node->program = compile_end(compiler);
    return node;
}
