// Compiles scalar expressions. A node that several places share is computed once a statement, unless only one of the
// paths to it did: if_then_else, `and` and `or` compute no more than they need.
#include "sim/compile.h"

#include "ir/build.h"
#include "ir/print.h"

typedef struct ScalarCode {
    CodeOp wide, narrow; // for 64-bit types and for int32, whose result it wraps
    bool wraps;          // the result may leave a narrower type
} ScalarCode;

// Integer operations that have a code of their own; the others go by expr_fold_integer.
static const ScalarCode integer_codes[OP_COUNT] = {
    [OP_ADD] = {CODE_ADD, CODE_ADD32, true},
    [OP_SUB] = {CODE_SUB, CODE_SUB32, true},
    [OP_MUL] = {CODE_MUL, CODE_MUL32, true},
    [OP_FLOORDIV] = {CODE_FLOORDIV, CODE_FLOORDIV, false},
    [OP_FLOORMOD] = {CODE_FLOORMOD, CODE_FLOORMOD, false},
    [OP_EQ] = {CODE_EQ, CODE_EQ, false},
    [OP_NE] = {CODE_NE, CODE_NE, false},
    [OP_LT] = {CODE_LT, CODE_LT, false},
    [OP_LE] = {CODE_LE, CODE_LE, false},
    [OP_GT] = {CODE_GT, CODE_GT, false},
    [OP_GE] = {CODE_GE, CODE_GE, false},
    [OP_NOT] = {CODE_NOT, CODE_NOT, false},
};

_Noreturn static void refuse(Compiler *compiler, const Expr *expr, const char *why) {
    Text text = {.arena = compiler->arena};
    print_expression(expr, &text);
    fail(compiler->machine->context, DIAG_SIM_PROGRAM, compiler->statement->location, "`%.200s` %s", text.data, why);
}

static uint16_t constant(Compiler *compiler, const Expr *expr) {
    uint16_t slot;
    if (register_find(&compiler->permanent, expr, &slot)) return slot;
    Scalar value = {0};
    if (expr->kind == EXPR_INT)
        value.i = expr->integer;
    else
        value.f = expr->real;
    slot = compile_register(compiler, value);
    register_set(compiler, expr, slot);
    return slot;
}

static uint16_t register_of(Compiler *compiler, const Expr *expr) {
    uint16_t slot;
    if (!register_find(&compiler->permanent, expr->variable, &slot)) refuse(compiler, expr, "has no value here");
    return slot;
}

static CoreAxis axis_of(const Compiler *compiler, const Expr *expr) {
    const Function *program = compiler->machine->program;
    if (expr->kind != EXPR_VARIABLE) return AXIS_NONE;
    for (uint32_t i = 0; i < program->arguments.count; i++)
        if (program->arguments.items[i]->variable == expr->variable) return program->arguments.items[i]->axis;
    return AXIS_NONE;
}

_Noreturn static void refuse_coordinate(Compiler *compiler, const Expr *expr, const char *why) {
    Text text = {.arena = compiler->arena};
    print_expression(expr, &text);
    report(compiler->machine->context, DIAG_SIM_COORDINATE, compiler->statement->location, "`%.200s` %s", text.data,
           why);
    report_help(compiler->machine->context,
                "Declare T.runtime_arg(..., core=\"x\") or core=\"y\" for it, and pass it as it is.");
    fail_now(compiler->machine->context);
}

uint16_t compile_coordinate(Compiler *compiler, const Expr *expr, CoreAxis axis) {
    static const char *const missing[] = {[AXIS_X] = "is no runtime argument that stands for a core's x",
                                          [AXIS_Y] = "is no runtime argument that stands for a core's y"};
    if (axis_of(compiler, expr) != axis) refuse_coordinate(compiler, expr, missing[axis]);
    return register_of(compiler, expr);
}

static uint16_t variable(Compiler *compiler, const Expr *expr) {
    if (axis_of(compiler, expr) != AXIS_NONE)
        refuse_coordinate(compiler, expr, "stands for a core's coordinate, and is used as a number");
    return register_of(compiler, expr);
}

static uint16_t scalar_load(Compiler *compiler, const Expr *expr) {
    if (expr->buffer->scope != SCOPE_VAR || expr->buffer->rank != 0)
        refuse(compiler, expr, "is no scalar: a thread program reads numbers only through instructions");
    return compile_assigned(compiler, expr->buffer);
}

static bool in_memo(const Compiler *compiler, const Expr *expr, uint16_t *slot) {
    for (uint32_t i = compiler->memo.count; i-- > 0;) {
        if (compiler->memo.items[i].number != expr->number + 1) continue;
        *slot = compiler->memo.items[i].slot;
        return true;
    }
    return false;
}

// An operand that is computed on one path only: what it puts in registers is forgotten.
static uint16_t conditional(Compiler *compiler, const Expr *expr) {
    uint32_t known = compiler->memo.count;
    uint16_t slot = compile_expression(compiler, expr);
    compiler->memo.count = known;
    return slot;
}

static uint16_t select_value(Compiler *compiler, const Expr *expr) {
    uint16_t result = compile_temporary(compiler);
    uint16_t condition = compile_expression(compiler, expr->args[0]);
    uint32_t otherwise = compile_jump(compiler, CODE_JUMP_ZERO, condition, 0);
    compile_emit(compiler, CODE_COPY, result, conditional(compiler, expr->args[1]), 0);
    uint32_t end = compile_jump(compiler, CODE_JUMP, 0, 0);
    compile_patch(compiler, otherwise, compile_here(compiler));
    compile_emit(compiler, CODE_COPY, result, conditional(compiler, expr->args[2]), 0);
    compile_patch(compiler, end, compile_here(compiler));
    return result;
}

static uint16_t logical(Compiler *compiler, const Expr *expr) {
    uint16_t result = compile_temporary(compiler);
    compile_emit(compiler, CODE_COPY, result, compile_expression(compiler, expr->args[0]), 0);
    uint32_t end = compile_jump(compiler, expr->op == OP_AND ? CODE_JUMP_ZERO : CODE_JUMP_NONZERO, result, 0);
    compile_emit(compiler, CODE_COPY, result, conditional(compiler, expr->args[1]), 0);
    compile_patch(compiler, end, compile_here(compiler));
    return result;
}

static bool is_real(const Expr *expr) { return dtype_is_float(expr->type); }

static uint16_t converted(Compiler *compiler, uint16_t value, bool to_real) {
    uint16_t result = compile_temporary(compiler);
    compile_emit(compiler, to_real ? CODE_TO_REAL : CODE_TO_INTEGER, result, value, 0);
    return result;
}

uint16_t compile_as(Compiler *compiler, const Expr *expr, bool real) {
    uint16_t value = compile_expression(compiler, expr);
    return is_real(expr) == real ? value : converted(compiler, value, real);
}

static uint16_t cast(Compiler *compiler, const Expr *expr) {
    bool to_real = is_real(expr);
    uint16_t result = compile_temporary(compiler), value = compile_as(compiler, expr->args[0], to_real);
    if (expr->type == DTYPE_BOOL) {
        uint16_t zero = compile_register(compiler, (Scalar){0});
        compile_emit(compiler, CODE_NE, result, compile_expression(compiler, expr->args[0]), zero);
        return result;
    }
    compile_emit(compiler, CODE_COPY, result, value, 0);
    compile_emit(compiler, to_real ? CODE_ROUND : CODE_WRAP, result, (uint16_t)expr->type, 0);
    return result;
}

static uint16_t integer_operation(Compiler *compiler, const Expr *expr, uint16_t a, uint16_t b) {
    uint16_t result = compile_temporary(compiler);
    ScalarCode code = integer_codes[expr->op];
    bool is_int32 = expr->type == DTYPE_INT32, has_code = code.wide != CODE_INSTRUCTION;
    CodeOp op = !has_code ? (CodeOp)(CODE_INTEGER + expr->op) : is_int32 ? code.narrow : code.wide;
    compile_emit(compiler, op, result, a, b);
    bool wrapped = has_code && (!code.wraps || is_int32);
    if (!wrapped && expr->type != DTYPE_INT64 && expr->type != DTYPE_BOOL)
        compile_emit(compiler, CODE_WRAP, result, (uint16_t)expr->type, 0);
    return result;
}

static uint16_t real_operation(Compiler *compiler, const Expr *expr, uint16_t a, uint16_t b) {
    uint16_t result = compile_temporary(compiler);
    compile_emit(compiler, (CodeOp)(CODE_REAL + expr->op), result, a, b);
    if (is_real(expr)) compile_emit(compiler, CODE_ROUND, result, (uint16_t)expr->type, 0);
    return result;
}

static uint16_t operation(Compiler *compiler, const Expr *expr) {
    if (expr->op == OP_SELECT) return select_value(compiler, expr);
    if (expr->op == OP_AND || expr->op == OP_OR) return logical(compiler, expr);
    if (expr->op == OP_CAST) return cast(compiler, expr);
    if (expr->count == 0 || expr->count > 2) refuse(compiler, expr, "is no scalar operation");
    uint16_t a = compile_expression(compiler, expr->args[0]);
    uint16_t b = expr->count > 1 ? compile_expression(compiler, expr->args[1]) : a;
    return is_real(expr->args[0]) ? real_operation(compiler, expr, a, b) : integer_operation(compiler, expr, a, b);
}

static uint16_t (*const compile_kind[])(Compiler *compiler, const Expr *expr) = {
    [EXPR_INT] = constant, [EXPR_FLOAT] = constant,   [EXPR_VARIABLE] = variable,
    [EXPR_OP] = operation, [EXPR_LOAD] = scalar_load,
};

uint16_t compile_expression(Compiler *compiler, const Expr *expr) {
    uint16_t slot;
    if (expr->kind != EXPR_OP) return compile_kind[expr->kind](compiler, expr);
    if (in_memo(compiler, expr, &slot)) return slot;
    compile_enter(compiler);
    slot = operation(compiler, expr);
    compile_leave(compiler);
    vector_push(compiler->arena, compiler->memo, ((Memo){expr->number + 1, slot}));
    return slot;
}
