// Walking and rewriting IR.
#ifndef TTILE_IR_WALK_H
#define TTILE_IR_WALK_H

#include "ir/ir.h"

// Calls `visit` on every statement of the block, outer before inner, in order. The visited statement may be
// removed, or statements inserted before or after it (those inserted after it are visited).
void walk_statements(Block *block, void (*visit)(Statement *statement, void *user), void *user);
// The blocks directly inside a statement (0 to 2).
int statement_blocks(const Statement *statement, Block *blocks[2]);
// Calls `visit` on every expression directly held by a statement (not those in nested blocks), as slots.
void statement_expressions(Statement *statement, void (*visit)(const Expr **slot, void *user), void *user);
// Calls `visit` on an expression and all below it, each shared node once per path.
void walk_expression(const Expr *expr, void (*visit)(const Expr *expr, void *user), void *user);
// Rebuilds bottom-up: `map` gets each node with mapped operands and returns its replacement (or the node itself).
typedef const Expr *(*ExprMap)(Module *module, const Expr *expr, void *user);
const Expr *map_expression(Module *module, const Expr *expr, ExprMap map, void *user);
// The same for every expression in a block, nested blocks included.
void map_block_expressions(Module *module, Block *block, ExprMap map, void *user);
const Expr *substitute(Module *module, const Expr *expr, const Variable *variable, const Expr *value);
void substitute_block(Module *module, Block *block, const Variable *variable, const Expr *value);
bool expression_uses(const Expr *expr, const Variable *variable);
// A deep copy of the block for another place of the same function: loop and let variables and allocated buffers
// are shared with the original (for duplicating control flow into threads).
Block *block_clone(Module *module, const Block *block, Statement *owner);

#endif
