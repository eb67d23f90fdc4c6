// How tiles come into DST (dst_expression.h): from a register that holds them, from a circular buffer as they are or
// broadcast, as an index tile, or two buffers at once by way of the matrix unit.
#include "pass/dst_expression.h"

bool section_narrows(const Section *section, DType from, DType to) {
    return section->fp32 && dtype_is_float(from) && dtype_is_float(to) && dtype_bits(from) > dtype_bits(to);
}

const Expr *without_casts(const Expr *expr) {
    while (expr->kind == EXPR_OP && expr->op == OP_CAST && dtype_is_float(expr->type) &&
           dtype_is_float(expr->args[0]->type) && dtype_bits(expr->type) >= dtype_bits(expr->args[0]->type))
        expr = expr->args[0];
    return expr;
}

TileValue load_resident(Section *section, Resident *resident) {
    if (resident->zero) {
        emit_fill(section, resident->reg, expr_float(section->module, DTYPE_FLOAT32, 0));
        resident->zero = false;
    }
    resident->uses_left--;
    return (TileValue){resident->reg, false};
}

TileValue load_tile(Section *section, InstructionId id, const Expr *load) {
    int reg = section_allocate(section);
    emit_load(section, id, load, reg);
    return (TileValue){reg, true};
}

// A row of a 16-bit buffer does not broadcast into an fp32 DST by unary_bcast: add it to zeros instead.
TileValue load_row(Section *section, const Expr *load) {
    if (!section->fp32 || load->type == DTYPE_FLOAT32) return load_tile(section, INSTR_BCAST_ROW, load);
    TileValue vector = load_tile(section, INSTR_COPY_TILE, load);
    int reg = section_allocate(section);
    emit_fill(section, reg, expr_float(section->module, DTYPE_FLOAT32, 0));
    emit_registers(section, INSTR_ADD_BCAST_ROW, 2, (int[]){reg, vector.reg});
    section_free(section, vector.reg);
    return (TileValue){reg, true};
}

TileValue load_index(Section *section, bool row) {
    Name name = name_of(section->module->context, row ? "row_index" : "column_index");
    CircularBuffer *circular = NULL;
    for (uint32_t i = 0; i < section->function->circular_buffers.count; i++)
        if (section->function->circular_buffers.items[i]->constant == name)
            circular = section->function->circular_buffers.items[i];
    int reg = section_allocate(section);
    section->dirty[reg] = true;
    for (int t = 0; t < section->rows * section->columns; t++) {
        Operand operands[] = {operand_circular(circular), operand_expr(expr_int(section->module, 0)),
                              operand_tile(section, section_tile(section, reg, 0, 0) + t)};
        section_emit(section, INSTR_COPY_TILE, 3, operands);
    }
    return (TileValue){reg, true};
}

// ---------------------------------------------------------------- two buffers on the matrix unit

// The matrix unit adds, subtracts and multiplies 16-bit tiles straight from their buffers, exactly at HiFi4; the second
// one may be a row or a column for all.
typedef struct MatrixRule {
    ExprOp op;
    InstructionId plain, rows, columns;
} MatrixRule;
static const MatrixRule matrix_rules[] = {
    {OP_ADD, INSTR_ADD_TILES, INSTR_ADD_ROWS, INSTR_ADD_COLS},
    {OP_SUB, INSTR_SUB_TILES, INSTR_SUB_ROWS, INSTR_SUB_COLS},
    {OP_MUL, INSTR_MUL_TILES, INSTR_MUL_ROWS, INSTR_MUL_COLS},
};

// The load, if the expression is a 16-bit tile that is still in its buffer.
static const Expr *buffered_tile(Section *section, const Expr *expr) {
    expr = without_casts(expr);
    bool loads = expr->kind == EXPR_LOAD && expr->buffer->scope != SCOPE_VAR && dtype_bits(expr->type) == 16;
    return loads && !section_resident(section, expr->buffer) ? expr : NULL;
}

InstructionId matrix_instruction(Section *section, const Expr *expr, const Expr **a, const Expr **b) {
    const MatrixRule *rule = NULL;
    for (size_t i = 0; i < sizeof matrix_rules / sizeof *matrix_rules; i++)
        if (matrix_rules[i].op == expr->op) rule = &matrix_rules[i];
    *a = rule ? buffered_tile(section, expr->args[0]) : NULL;
    if (!*a || (expr->op == OP_MUL && program_fidelity(section->function) != FIDELITY_HIFI4)) return INSTR_NONE;
    *b = buffered_tile(section, expr->args[1]);
    if (*b) return rule->plain;
    const Expr *second = without_casts(expr->args[1]);
    bool row = second->kind == EXPR_OP && second->op == OP_BROADCAST_ROW;
    if (!row && !(second->kind == EXPR_OP && second->op == OP_BROADCAST_COLUMN)) return INSTR_NONE;
    *b = buffered_tile(section, second->args[0]);
    return !*b ? INSTR_NONE : row ? rule->rows : rule->columns;
}

TileValue on_matrix_unit(Section *section, InstructionId id, const Expr *a, const Expr *b) {
    int reg = section_allocate(section);
    // Products accumulate onto DST.
    if (section->dirty[reg]) emit_fill(section, reg, expr_float(section->module, DTYPE_FLOAT32, 0));
    section->dirty[reg] = true;
    for (int i = 0; i < section->rows; i++)
        for (int j = 0; j < section->columns; j++) {
            Operand operands[] = {operand_circular(circular_of(section->function, a->buffer)),
                                  operand_circular(circular_of(section->function, b->buffer)),
                                  operand_expr(section_slot(section, a->buffer, a->args, i, j)),
                                  operand_expr(section_slot(section, b->buffer, b->args, i, j)),
                                  operand_tile(section, section_tile(section, reg, i, j))};
            section_emit(section, id, 5, operands);
        }
    return (TileValue){reg, true};
}
