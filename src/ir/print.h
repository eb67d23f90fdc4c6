// IR text (docs/ir.md): printing. Reading is front/read_ir.h. Printing and reading back is the identity.
#ifndef TTILE_IR_PRINT_H
#define TTILE_IR_PRINT_H

#include "ir/ir.h"

typedef struct PrintOptions {
    bool locations; // trailing `# file:line:col` comments
} PrintOptions;

void print_module(const Module *module, PrintOptions options, Text *out);
void print_function(const Function *function, PrintOptions options, Text *out);
void print_statement(const Statement *statement, Text *out); // one line, without nested blocks: for diagnostics
void print_expression(const Expr *expr, Text *out);
// An operand's name in C-like text for reports.
const char *thread_name(Thread thread); // "reader", "compute", "writer"
const char *scope_name(Scope scope);

#endif
