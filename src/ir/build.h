// Making expressions and statements. Expressions are simplified as they are made: constants fold, x + 0, x * 1,
// (x * a) // a and the like reduce, so two equal index expressions are most often one pointer.
#ifndef TTILE_IR_BUILD_H
#define TTILE_IR_BUILD_H

#include "ir/ir.h"

const Expr *expr_int(Module *module, int64_t value); // int32
const Expr *expr_integer(Module *module, DType type, int64_t value);
const Expr *expr_float(Module *module, DType type, double value);
const Expr *expr_bool(Module *module, bool value);
const Expr *expr_variable(Module *module, const Variable *variable);
const Expr *expr_load(Module *module, Buffer *buffer, const Expr *const indices[]);
// NULL if the operands have the types that the operation takes, else what it takes, such as "integers of one type".
const char *expr_refusal(ExprOp op, const Expr *const args[]);
// Operands must have the types that it takes (promotion is the front end's work).
const Expr *expr_op(Module *module, ExprOp op, DType own_type, const Expr *const args[]);
const Expr *expr_unary(Module *module, ExprOp op, const Expr *a);
const Expr *expr_binary(Module *module, ExprOp op, const Expr *a, const Expr *b);
const Expr *expr_select(Module *module, const Expr *condition, const Expr *then, const Expr *otherwise);
const Expr *expr_cast(Module *module, DType type, const Expr *a);
const Expr *expr_add(Module *module, const Expr *a, const Expr *b);
const Expr *expr_sub(Module *module, const Expr *a, const Expr *b);
const Expr *expr_mul(Module *module, const Expr *a, const Expr *b);
const Expr *expr_floordiv(Module *module, const Expr *a, const Expr *b);
const Expr *expr_floormod(Module *module, const Expr *a, const Expr *b);
const Expr *expr_ceildiv(Module *module, const Expr *a, const Expr *b);
const Expr *expr_min(Module *module, const Expr *a, const Expr *b);
const Expr *expr_max(Module *module, const Expr *a, const Expr *b);

bool expr_is_int(const Expr *expr, int64_t value);
// The value of an integer constant; false if it is none.
bool expr_constant(const Expr *expr, int64_t *value);
// Its value with dynamic sizes at their bound values; false if it depends on anything else.
bool expr_evaluate_bound(const Expr *expr, int64_t *value);
// Value of every scalar op on constants, the one definition that all folding uses; false on division by zero.
bool expr_fold_integer(ExprOp op, int64_t a, int64_t b, int64_t *result);
const char *expr_op_name(ExprOp op);
int expr_op_arity(ExprOp op);

Variable *variable_new(Function *function, VariableKind kind, Name name, DType type,
                       Location location); // name made unique
Buffer *buffer_new(Function *function, Scope scope, Name name, DType type, int rank, const Expr *const shape[],
                   Location location);
// A name that is not in use, `stem` itself if it is free. It is kept from others; variable_new and buffer_new take it
// as it is.
Name function_fresh_name(Function *function, const char *stem);

Block *block_new(Module *module, Statement *owner);
Statement *statement_new(Module *module, StatementKind kind, Location location);
void block_append(Block *block, Statement *statement);
void block_insert_before(Statement *place, Statement *statement);
void block_insert_after(Statement *place, Statement *statement);
void statement_remove(Statement *statement);

Statement *build_alloc(Module *module, Buffer *buffer);
Statement *build_let(Module *module, Variable *variable, const Expr *value);
Statement *build_store(Module *module, Buffer *buffer, const Expr *const indices[], const Expr *value,
                       Location location);
Statement *build_for(Module *module, ForKind kind, Variable *variable, const Expr *extent,
                     Location location);                                       // from 0 by 1, with an empty body
Statement *build_if(Module *module, const Expr *condition, Location location); // with an empty `then`
// An operation with its operands in order; missing ones at the end take their defaults.
Statement *build_operation(Module *module, const Operation *operation, Location location, int count,
                           const Operand operands[]);
static inline Operand operand_expr(const Expr *expr) { return (Operand){.kind = OPERAND_EXPR, .expr = expr}; }
static inline Operand operand_region(Region *region) { return (Operand){.kind = OPERAND_REGION, .region = region}; }
static inline Operand operand_tensor(Buffer *tensor) { return (Operand){.kind = OPERAND_TENSOR, .tensor = tensor}; }
static inline Operand operand_circular(CircularBuffer *circular) {
    return (Operand){.kind = OPERAND_CIRCULAR, .circular = circular};
}
static inline Operand operand_bool(bool value) { return (Operand){.kind = OPERAND_BOOL, .boolean = value}; }
static inline Operand operand_name(Name name) { return (Operand){.kind = OPERAND_NAME, .name = name}; }

#endif
