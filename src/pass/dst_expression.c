// Tile expressions as instructions on DST registers (dst_expression.h). Tables say which instruction does which
// operation: on one tile, on a tile and a scalar, on two tiles.
#include "pass/dst_expression.h"

#include "ir/walk.h"

// ---------------------------------------------------------------- tables

typedef struct UnaryRule {
    ExprOp op;
    InstructionId id;
} UnaryRule;
static const UnaryRule unary_rules[] = {
    {OP_NEG, INSTR_NEGATIVE_TILE},    {OP_EXP, INSTR_EXP_TILE},   {OP_EXP2, INSTR_EXP2_TILE},
    {OP_LOG, INSTR_LOG_TILE},         {OP_SQRT, INSTR_SQRT_TILE}, {OP_RSQRT, INSTR_RSQRT_TILE},
    {OP_SIN, INSTR_SIN_TILE},         {OP_COS, INSTR_COS_TILE},   {OP_TANH, INSTR_TANH_TILE},
    {OP_SIGMOID, INSTR_SIGMOID_TILE}, {OP_ERF, INSTR_ERF_TILE},   {OP_ABS, INSTR_ABS_TILE},
    {OP_FLOOR, INSTR_FLOOR_TILE},     {OP_CEIL, INSTR_CEIL_TILE}, {OP_TRUNC, INSTR_TRUNC_TILE},
};

// tile op scalar, scalar op tile, tile op tile. A tile-tile comparison is a difference compared with 0, by > or <
// alone: the difference of equal infinities is NaN, which is neither, so the others are made of those two.
typedef struct BinaryRule {
    ExprOp op;
    InstructionId with_scalar, scalar_first, with_tile, then, or_else;
    bool negate;
} BinaryRule;
static const BinaryRule binary_rules[] = {
    {OP_ADD, INSTR_ADD_UNARY, INSTR_ADD_UNARY, INSTR_ADD_BINARY, INSTR_NONE, INSTR_NONE, false},
    {OP_SUB, INSTR_SUB_UNARY, INSTR_RSUB_UNARY, INSTR_SUB_BINARY, INSTR_NONE, INSTR_NONE, false},
    {OP_MUL, INSTR_MUL_UNARY, INSTR_MUL_UNARY, INSTR_MUL_BINARY, INSTR_NONE, INSTR_NONE, false},
    {OP_DIV, INSTR_NONE, INSTR_NONE, INSTR_DIV_BINARY, INSTR_NONE, INSTR_NONE, false},
    {OP_POW, INSTR_NONE, INSTR_NONE, INSTR_POWER_BINARY, INSTR_NONE, INSTR_NONE, false},
    {OP_MAX, INSTR_UNARY_MAX, INSTR_UNARY_MAX, INSTR_BINARY_MAX, INSTR_NONE, INSTR_NONE, false},
    {OP_MIN, INSTR_UNARY_MIN, INSTR_UNARY_MIN, INSTR_BINARY_MIN, INSTR_NONE, INSTR_NONE, false},
    {OP_LT, INSTR_UNARY_LT, INSTR_UNARY_GT, INSTR_SUB_BINARY, INSTR_LTZ_TILE, INSTR_NONE, false},
    {OP_LE, INSTR_UNARY_LE, INSTR_UNARY_GE, INSTR_SUB_BINARY, INSTR_GTZ_TILE, INSTR_NONE, true},
    {OP_GT, INSTR_UNARY_GT, INSTR_UNARY_LT, INSTR_SUB_BINARY, INSTR_GTZ_TILE, INSTR_NONE, false},
    {OP_GE, INSTR_UNARY_GE, INSTR_UNARY_LE, INSTR_SUB_BINARY, INSTR_LTZ_TILE, INSTR_NONE, true},
    {OP_EQ, INSTR_UNARY_EQ, INSTR_UNARY_EQ, INSTR_SUB_BINARY, INSTR_GTZ_TILE, INSTR_LTZ_TILE, true},
    {OP_NE, INSTR_UNARY_NE, INSTR_UNARY_NE, INSTR_SUB_BINARY, INSTR_GTZ_TILE, INSTR_LTZ_TILE, false},
    {OP_AND, INSTR_MUL_UNARY, INSTR_MUL_UNARY, INSTR_MUL_BINARY, INSTR_NONE, INSTR_NONE, false}, // of 0 and 1
    {OP_OR, INSTR_UNARY_MAX, INSTR_UNARY_MAX, INSTR_BINARY_MAX, INSTR_NONE, INSTR_NONE, false},
};

static const BinaryRule *binary_rule(ExprOp op) {
    for (size_t i = 0; i < sizeof binary_rules / sizeof *binary_rules; i++)
        if (binary_rules[i].op == op) return &binary_rules[i];
    return NULL;
}

static _Noreturn void refuse_operation(Section *section, const Expr *expr) {
    report(section->module->context, DIAG_UNSUPPORTED_OPERATION, section->location,
           "%s on %s tiles has no sequence of Tensix instructions here yet", expr_op_name(expr->op),
           dtype_name(expr->count ? expr->args[0]->type : expr->type));
    fail_now(section->module->context);
}

bool is_scalar(const Expr *expr) {
    if (expr->kind == EXPR_LOAD) return expr->buffer->scope == SCOPE_VAR;
    if (expr->kind != EXPR_OP) return true;
    if (expr->op == OP_ROW_INDEX || expr->op == OP_COLUMN_INDEX) return false;
    for (uint32_t i = 0; i < expr->count; i++)
        if (!is_scalar(expr->args[i])) return false;
    return true;
}

static const Expr *scalar_value(Section *section, const Expr *expr) {
    return expr_cast(section->module, DTYPE_FLOAT32, expr);
}

// ---------------------------------------------------------------- operations

static TileValue evaluate(Section *section, const Expr *expr);

// Takes a resident's register over after its last use; false if the value is still needed.
static bool take_over(Section *section, int reg) {
    for (int i = 0; i < section->resident_count; i++) {
        Resident *resident = &section->resident[i];
        if (resident->reg != reg) continue;
        if (resident->kept || resident->uses_left > 0 || section->lent[reg]) return false;
        resident->reg = -1;
        return true;
    }
    return false;
}

// The value in a register that may be changed.
static int own(Section *section, TileValue value) {
    if (value.owned || take_over(section, value.reg)) return value.reg;
    int reg = section_allocate(section);
    emit_registers(section, INSTR_COPY_DEST, 2, (int[]){value.reg, reg});
    return reg;
}

static void drop(Section *section, TileValue value) {
    if (value.owned) section_free(section, value.reg);
}

// Evaluates operands in order; none of them changes one before it.
static void evaluate_operands(Section *section, int count, const Expr *const operands[], TileValue values[]) {
    for (int i = 0; i < count; i++) {
        values[i] = evaluate(section, operands[i]);
        section->lent[values[i].reg]++;
    }
    for (int i = 0; i < count; i++) section->lent[values[i].reg]--;
}

// The register for a result of these operands: one that nothing else needs, or a new one. Drops the others.
static int result_register(Section *section, int count, const TileValue values[]) {
    int out = -1;
    for (int i = 0; i < count && out < 0; i++)
        if (values[i].owned || take_over(section, values[i].reg)) out = values[i].reg;
    if (out < 0) out = section_allocate(section);
    for (int i = 0; i < count; i++)
        if (values[i].reg != out) drop(section, values[i]);
    return out;
}

static TileValue unary(Section *section, InstructionId id, const Expr *operand, const Expr *scalar) {
    int reg = own(section, evaluate(section, operand));
    emit_unary(section, id, reg, scalar);
    return (TileValue){reg, true};
}

static const Expr *constant(Section *section, double value) {
    return expr_float(section->module, DTYPE_FLOAT32, value);
}

static const Expr *reciprocal(Section *section, const Expr *scalar) {
    return expr_binary(section->module, OP_DIV, constant(section, 1), scalar);
}

// floor((x + 0.5) / s) is x // s for integers, whatever the division rounds to.
static TileValue floor_divide(Section *section, const Expr *expr) {
    const Expr *scalar = scalar_value(section, expr->args[1]);
    int reg = own(section, evaluate(section, expr->args[0]));
    if (dtype_is_integer(expr->type)) emit_unary(section, INSTR_ADD_UNARY, reg, constant(section, 0.5));
    emit_unary(section, INSTR_MUL_UNARY, reg, reciprocal(section, scalar));
    emit_unary(section, INSTR_FLOOR_TILE, reg, NULL);
    return (TileValue){reg, true};
}

static TileValue floor_remainder(Section *section, const Expr *expr) {
    const Expr *scalar = scalar_value(section, expr->args[1]);
    int value = own(section, evaluate(section, expr->args[0])), quotient = section_allocate(section);
    emit_registers(section, INSTR_COPY_DEST, 2, (int[]){value, quotient});
    if (dtype_is_integer(expr->type)) emit_unary(section, INSTR_ADD_UNARY, quotient, constant(section, 0.5));
    emit_unary(section, INSTR_MUL_UNARY, quotient, reciprocal(section, scalar));
    emit_unary(section, INSTR_FLOOR_TILE, quotient, NULL);
    emit_unary(section, INSTR_MUL_UNARY, quotient, scalar);
    emit_registers(section, INSTR_SUB_BINARY, 3, (int[]){value, quotient, value});
    section_free(section, quotient);
    return (TileValue){value, true};
}

static bool is_one(const Expr *scalar) { return scalar->kind == EXPR_FLOAT && scalar->real == 1; }

static TileValue with_scalar(Section *section, const Expr *expr, const BinaryRule *rule) {
    bool scalar_first = is_scalar(expr->args[0]);
    const Expr *tile = expr->args[scalar_first ? 1 : 0],
               *scalar = scalar_value(section, expr->args[scalar_first ? 0 : 1]);
    if (expr->op == OP_FLOORDIV && !scalar_first) return floor_divide(section, expr);
    if (expr->op == OP_FLOORMOD && !scalar_first) return floor_remainder(section, expr);
    if (expr->op == OP_DIV && !scalar_first) return unary(section, INSTR_MUL_UNARY, tile, reciprocal(section, scalar));
    if (expr->op == OP_DIV) {
        TileValue value = unary(section, INSTR_RECIP_TILE, tile, NULL);
        if (!is_one(scalar)) emit_unary(section, INSTR_MUL_UNARY, value.reg, scalar);
        return value;
    }
    if (expr->op == OP_MAX && scalar->kind == EXPR_FLOAT && scalar->real == 0)
        return unary(section, INSTR_RELU_TILE, tile, NULL);
    InstructionId id = !rule ? INSTR_NONE : scalar_first ? rule->scalar_first : rule->with_scalar;
    if (id == INSTR_NONE && rule && rule->with_tile != INSTR_NONE) { // pow: the scalar becomes a tile
        TileValue values[2];
        evaluate_operands(section, 2, expr->args, values);
        int out = result_register(section, 2, values);
        emit_registers(section, rule->with_tile, 3, (int[]){values[0].reg, values[1].reg, out});
        return (TileValue){out, true};
    }
    if (id == INSTR_NONE) refuse_operation(section, expr);
    return unary(section, id, tile, scalar);
}

static bool is_row(const Expr *expr) {
    expr = without_casts(expr);
    return expr->kind == EXPR_OP && expr->op == OP_BROADCAST_ROW;
}

static InstructionId row_instruction(ExprOp op) {
    return op == OP_ADD   ? INSTR_ADD_BCAST_ROW
           : op == OP_SUB ? INSTR_SUB_BCAST_ROW
           : op == OP_MUL ? INSTR_MUL_BCAST_ROW
                          : INSTR_NONE;
}

// tile op row vector, both in DST.
static TileValue with_row(Section *section, const Expr *expr) {
    bool swapped = is_row(expr->args[0]) && expr->op != OP_SUB;
    const Expr *data = expr->args[swapped ? 1 : 0], *row = without_casts(expr->args[swapped ? 0 : 1]);
    int reg = own(section, evaluate(section, data));
    TileValue vector = load_tile(section, INSTR_COPY_TILE, row->args[0]);
    emit_registers(section, row_instruction(expr->op), 2, (int[]){reg, vector.reg});
    section->dirty[reg] = true;
    section_free(section, vector.reg);
    return (TileValue){reg, true};
}

static void compare_with_zero(Section *section, const BinaryRule *rule, int difference) {
    if (rule->or_else != INSTR_NONE) {
        int other = section_allocate(section);
        emit_registers(section, INSTR_COPY_DEST, 2, (int[]){difference, other});
        emit_unary(section, rule->or_else, other, NULL);
        emit_unary(section, rule->then, difference, NULL);
        emit_registers(section, INSTR_BINARY_MAX, 3, (int[]){difference, other, difference});
        section_free(section, other);
    } else if (rule->then != INSTR_NONE) {
        emit_unary(section, rule->then, difference, NULL);
    }
    if (rule->negate) emit_unary(section, INSTR_RSUB_UNARY, difference, constant(section, 1));
}

static void forget_load(const Expr *expr, void *user) {
    Resident *resident = expr->kind == EXPR_LOAD ? section_resident(user, expr->buffer) : NULL;
    if (resident) resident->uses_left--;
}

// Both operands; one that is the same as the other is evaluated once.
static int evaluate_pair(Section *section, const Expr *expr, TileValue values[]) {
    bool same = expr->args[0] == expr->args[1];
    if (same) walk_expression(expr->args[1], forget_load, section);
    evaluate_operands(section, same ? 1 : 2, expr->args, values);
    return same ? 1 : 2;
}

static TileValue binary(Section *section, const Expr *expr) {
    const Expr *left, *right;
    InstructionId matrix = matrix_instruction(section, expr, &left, &right);
    if (matrix != INSTR_NONE) return on_matrix_unit(section, matrix, left, right);
    const BinaryRule *rule = binary_rule(expr->op);
    if (is_scalar(expr->args[0]) != is_scalar(expr->args[1])) return with_scalar(section, expr, rule);
    if (!rule) refuse_operation(section, expr);
    bool one_row = is_row(expr->args[1]) || (is_row(expr->args[0]) && expr->op != OP_SUB && !is_row(expr->args[1]));
    if (one_row && row_instruction(expr->op) != INSTR_NONE) return with_row(section, expr);
    TileValue values[2];
    int count = evaluate_pair(section, expr, values), out = result_register(section, count, values);
    emit_registers(section, rule->with_tile, 3, (int[]){values[0].reg, values[count - 1].reg, out});
    compare_with_zero(section, rule, out);
    return (TileValue){out, true};
}

static TileValue select_tiles(Section *section, const Expr *expr) {
    TileValue values[3];
    evaluate_operands(section, 3, expr->args, values);
    int out = result_register(section, 3, values);
    emit_registers(section, INSTR_WHERE_TILE, 4, (int[]){values[0].reg, values[1].reg, values[2].reg, out});
    return (TileValue){out, true};
}

static TileValue convert(Section *section, const Expr *expr) {
    DType from = expr->args[0]->type, to = expr->type;
    if (dtype_is_float(from) && dtype_is_integer(to)) refuse_operation(section, expr);
    if (to == DTYPE_BOOL && from != DTYPE_BOOL) return unary(section, INSTR_NEZ_TILE, expr->args[0], NULL);
    TileValue value = evaluate(section, expr->args[0]);
    if (!section_narrows(section, from, to)) return value;
    if (to != DTYPE_BFLOAT16) refuse_operation(section, expr);
    int reg = own(section, value);
    emit_unary(section, INSTR_ROUND_TILE, reg, NULL);
    return (TileValue){reg, true};
}

static TileValue evaluate_operation(Section *section, const Expr *expr) {
    switch (expr->op) {
    case OP_CAST: return convert(section, expr);
    case OP_SELECT: return select_tiles(section, expr);
    case OP_NOT: return unary(section, INSTR_RSUB_UNARY, expr->args[0], constant(section, 1));
    case OP_ROW_INDEX: return load_index(section, true);
    case OP_COLUMN_INDEX: return load_index(section, false);
    case OP_BROADCAST_ROW: return load_row(section, expr->args[0]);
    case OP_BROADCAST_COLUMN: return load_tile(section, INSTR_BCAST_COL, expr->args[0]);
    case OP_BROADCAST_SCALAR: return load_tile(section, INSTR_BCAST_SCALAR, expr->args[0]);
    case OP_TRANSPOSE: return load_tile(section, INSTR_TRANSPOSE_TILE, expr->args[0]);
    case OP_LOG2: {
        TileValue value = unary(section, INSTR_LOG_TILE, expr->args[0], NULL);
        emit_unary(section, INSTR_MUL_UNARY, value.reg, constant(section, 1.4426950408889634));
        return value;
    }
    default: break;
    }
    for (size_t i = 0; i < sizeof unary_rules / sizeof *unary_rules; i++)
        if (unary_rules[i].op == expr->op) return unary(section, unary_rules[i].id, expr->args[0], NULL);
    if (expr->count == 2) return binary(section, expr);
    refuse_operation(section, expr);
}

static TileValue evaluate(Section *section, const Expr *expr) {
    if (is_scalar(expr)) {
        int reg = section_allocate(section);
        emit_fill(section, reg, scalar_value(section, expr));
        return (TileValue){reg, true};
    }
    if (expr->kind == EXPR_LOAD) {
        Resident *resident = section_resident(section, expr->buffer);
        return resident ? load_resident(section, resident) : load_tile(section, INSTR_COPY_TILE, expr);
    }
    return evaluate_operation(section, expr);
}

int evaluate_tile(Section *section, const Expr *expr) { return own(section, evaluate(section, expr)); }
