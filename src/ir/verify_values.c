// Expressions, buffers and operands against what their places ask for.
#include "ir/names.h"
#include "ir/verify_shared.h"

static void verify_uses(Verifier *verifier, const Expr *expr) {
    if (expr->kind == EXPR_VARIABLE && !scope_has(&verifier->scope, expr->variable))
        invalid(verifier, "'%s' is used where it is not defined", expr->variable->name);
    if (expr->kind == EXPR_LOAD) verify_buffer_use(verifier, expr->buffer);
    for (uint32_t i = 0; i < expr->count; i++) verify_uses(verifier, expr->args[i]);
}

void verify_value(Verifier *verifier, const Expr *expr, const char *what) {
    if (expr)
        verify_uses(verifier, expr);
    else
        invalid(verifier, "the %s is missing", what);
}

void verify_typed(Verifier *verifier, const Expr *expr, DType type, const char *what) {
    verify_value(verifier, expr, what);
    if (expr && expr->type != type)
        invalid(verifier, "the %s must be %s, and is %s", what, dtype_name(type), dtype_name(expr->type));
}

void verify_integer(Verifier *verifier, const Expr *expr, const char *what) {
    verify_value(verifier, expr, what);
    if (expr && !dtype_is_integer(expr->type))
        invalid(verifier, "the %s must be an integer, and is %s", what, dtype_name(expr->type));
}

// ---------------------------------------------------------------- buffers

void verify_buffer_use(Verifier *verifier, const Buffer *buffer) {
    if (!scope_has(&verifier->scope, buffer))
        invalid(verifier, "buffer '%s' is used where it is not allocated", buffer->name);
}

void verify_buffer(Verifier *verifier, const Buffer *buffer) {
    if (buffer->type == DTYPE_VOID) invalid(verifier, "buffer '%s' has no type", buffer->name);
    if (buffer->scope == SCOPE_VAR && buffer->rank != 0)
        invalid(verifier, "variable '%s' must have no dimensions, and has %d", buffer->name, buffer->rank);
    for (int i = 0; i < buffer->rank; i++) verify_integer(verifier, buffer->shape[i], "size of a dimension");
    verify_layout(verifier, buffer);
}

// ---------------------------------------------------------------- operands

static void verify_region(Verifier *verifier, const Region *region) {
    verify_buffer_use(verifier, region->buffer);
    for (int i = 0; i < region->buffer->rank; i++) {
        verify_integer(verifier, region->start[i], "start of a region");
        verify_integer(verifier, region->extent[i], "extent of a region");
    }
}

static bool is_declared_circular(const Function *function, const CircularBuffer *circular) {
    for (uint32_t i = 0; i < function->circular_buffers.count; i++) {
        if (function->circular_buffers.items[i] == circular) return true;
    }
    return false;
}

static bool is_declared_semaphore(const Function *function, const Semaphore *semaphore) {
    for (uint32_t i = 0; i < function->semaphores.count; i++) {
        if (function->semaphores.items[i] == semaphore) return true;
    }
    return false;
}

static void verify_scalar(Verifier *verifier, const OperandSpec *spec, const Expr *expr) {
    if (spec->class == CLASS_INT)
        verify_integer(verifier, expr, spec->name);
    else
        verify_value(verifier, expr, spec->name);
    if (expr && spec->class == CLASS_FLOAT && !dtype_is_float(expr->type))
        invalid(verifier, "operand '%s' must be a float, and is %s", spec->name, dtype_name(expr->type));
}

static void verify_operand(Verifier *verifier, const OperandSpec *spec, const Operand *operand) {
    if (operand->kind != OPERAND_BOOL && !operand->expr) { // one pointer stands for every kind
        invalid(verifier, "operand '%s' is missing", spec->name);
        return;
    }
    if (operand->kind != spec->kind) {
        invalid(verifier, "operand '%s' is of another kind than the signature says", spec->name);
        return;
    }
    switch (operand->kind) {
    case OPERAND_EXPR: verify_scalar(verifier, spec, operand->expr); break;
    case OPERAND_REGION: verify_region(verifier, operand->region); break;
    case OPERAND_TENSOR: verify_buffer_use(verifier, operand->tensor); break;
    case OPERAND_CIRCULAR:
        if (!is_declared_circular(verifier->function, operand->circular))
            invalid(verifier, "operand '%s' is no circular buffer of this function", spec->name);
        break;
    case OPERAND_SEMAPHORE:
        if (!is_declared_semaphore(verifier->function, operand->semaphore))
            invalid(verifier, "operand '%s' is no semaphore of this function", spec->name);
        break;
    case OPERAND_NAME:
        if (!operand_has_word(spec, operand->name))
            invalid(verifier, "operand '%s' must be one of %s, and is %s", spec->name, spec->words, operand->name);
        break;
    case OPERAND_BOOL:
    case OPERAND_NONE: break;
    }
}

void verify_operation(Verifier *verifier, const Statement *statement) {
    int count;
    const OperandSpec *specs = module_operands(verifier->function->module, statement->op.operation, &count);
    for (int i = 0; i < count; i++) verify_operand(verifier, &specs[i], &statement->op.operands[i]);
    if (count < MAX_OPERANDS && statement->op.operands[count].kind != OPERAND_NONE)
        invalid(verifier, "%s takes %d operands, and has more", statement->op.operation->name, count);
}
