// DST registers of a section (dst_expression.h): which are in use, where their tiles lie, and instructions for all
// tiles of one.
#include "ir/walk.h"
#include "pass/dst_expression.h"

int section_allocate(Section *section) {
    int used = 1;
    for (int i = 0; i < MAX_REGISTERS; i++) used += section->in_use[i];
    if (used > section->most) section->most = used;
    for (int i = 0; i < MAX_REGISTERS; i++) {
        if (section->in_use[i]) continue;
        section->in_use[i] = true;
        return i;
    }
    fail(section->module->context, DIAG_DST_PRESSURE, section->location,
         "this expression needs more than %d tiles in DST at once", MAX_REGISTERS);
}

void section_free(Section *section, int reg) { section->in_use[reg] = false; }

int section_tile(const Section *section, int reg, int i, int j) {
    return reg * section->rows * section->columns + i * section->columns + j;
}

const Expr *section_index(Section *section, const Expr *expr, int i, int j) {
    Module *module = section->module;
    if (section->row_variable)
        expr =
            substitute(module, expr, section->row_variable, expr_add(module, section->row_start, expr_int(module, i)));
    if (section->column_variable)
        expr = substitute(module, expr, section->column_variable,
                          expr_add(module, section->column_start, expr_int(module, j)));
    return expr;
}

const Expr *section_slot(Section *section, const Buffer *buffer, const Expr *const indices[], int i, int j) {
    return section_index(section, tile_slot(section->module, buffer, indices), i, j);
}

Resident *section_resident(Section *section, const Buffer *buffer) {
    for (int i = 0; i < section->resident_count; i++)
        if (section->resident[i].buffer == buffer && section->resident[i].reg >= 0) return &section->resident[i];
    return NULL;
}

void section_emit(Section *section, InstructionId id, int count, const Operand operands[]) {
    if (section->into) emit_instruction(section->module, section->into, id, section->location, count, operands);
}

// ---------------------------------------------------------------- one instruction for every tile of a register

void emit_unary(Section *section, InstructionId id, int reg, const Expr *scalar) {
    section->dirty[reg] = true;
    for (int i = 0; i < section->rows; i++)
        for (int j = 0; j < section->columns; j++) {
            const Expr *value = scalar ? section_index(section, scalar, i, j) : NULL;
            bool adds_nothing = id == INSTR_ADD_UNARY && value->kind == EXPR_FLOAT && value->real == 0;
            if (adds_nothing) continue; // the first tile of an index
            Operand operands[] = {operand_tile(section, section_tile(section, reg, i, j)), operand_expr(value)};
            section_emit(section, id, value ? 2 : 1, operands);
        }
}

void emit_registers(Section *section, InstructionId id, int count, const int regs[]) {
    section->dirty[regs[count - 1]] = true;
    for (int i = 0; i < section->rows; i++)
        for (int j = 0; j < section->columns; j++) {
            Operand operands[4];
            for (int k = 0; k < count; k++) operands[k] = operand_tile(section, section_tile(section, regs[k], i, j));
            section_emit(section, id, count, operands);
        }
}

void emit_load(Section *section, InstructionId id, const Expr *load, int reg) {
    CircularBuffer *circular = circular_of(section->function, load->buffer);
    section->dirty[reg] = true;
    for (int i = 0; i < section->rows; i++)
        for (int j = 0; j < section->columns; j++) {
            Operand operands[] = {operand_circular(circular),
                                  operand_expr(section_slot(section, load->buffer, load->args, i, j)),
                                  operand_tile(section, section_tile(section, reg, i, j))};
            section_emit(section, id, 3, operands);
        }
}

void emit_fill(Section *section, int reg, const Expr *value) { emit_unary(section, INSTR_FILL_TILE, reg, value); }
