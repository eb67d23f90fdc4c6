// The table of instructions.def as constants, in two forms: rows for whoever acts on an instruction, and operations
// for whoever reads or prints one. An operation's number is its InstructionId, so that either leads to the other at
// once.
#include "ir/build.h"
#include "program/program.h"

static const Instruction rows[INSTR_COUNT] = {
#define INSTRUCTION(id_, name_, threads_, signature_, effect_, unit_, init_, cost_, header_, emit_)                    \
    [INSTR_##id_] = {.id = INSTR_##id_,                                                                                \
                     .name = name_,                                                                                    \
                     .threads = THREADS_##threads_,                                                                    \
                     .effect = EFFECT_##effect_,                                                                       \
                     .unit = UNIT_##unit_,                                                                             \
                     .init = INSTR_##init_,                                                                            \
                     .cost = COST_##cost_,                                                                             \
                     .header = header_,                                                                                \
                     .emit = emit_,                                                                                    \
                     .signature = signature_},
#include "program/instructions.def"
#undef INSTRUCTION
};

static const Operation operations[INSTR_COUNT] = {
#define INSTRUCTION(id_, name_, threads_, signature_, effect_, unit_, init_, cost_, header_, emit_)                    \
    [INSTR_##id_] = {                                                                                                  \
        .name = name_, .prefix = "", .signature = signature_, .number = INSTR_##id_, .row = &rows[INSTR_##id_]},
#include "program/instructions.def"
#undef INSTRUCTION
};

const OperationTable program_instructions = {operations, INSTR_COUNT};

const Instruction *instruction_at(InstructionId id) { return id >= 0 && id < INSTR_COUNT ? &rows[id] : NULL; }

int instruction_operands(const Instruction *instruction, OperandSpec specs[MAX_OPERANDS]) {
    return operation_operands(&operations[instruction->id], specs);
}

const Instruction *instruction_of(const Statement *statement) {
    if (statement->kind != STATEMENT_OPERATION) return NULL;
    const Operation *operation = statement->op.operation;
    bool is_ours = operation->number < INSTR_COUNT && operation == &operations[operation->number];
    return is_ours ? &rows[operation->number] : NULL;
}

Statement *emit_instruction(Module *module, Block *block, InstructionId id, Location location, int count,
                            const Operand operands[]) {
    Statement *statement = build_operation(module, &operations[id], location, count, operands);
    block_append(block, statement);
    return statement;
}
