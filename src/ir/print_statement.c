// Statements as text, one line each.
#include <string.h>

#include "ir/names.h"
#include "ir/print_shared.h"

static void print_list(const Expr *const exprs[], int count, Text *out) {
    for (int i = 0; i < count; i++) {
        if (i) text_add(out, ", ");
        print_expression(exprs[i], out);
    }
}

// ---------------------------------------------------------------- operands

static void print_region(const Region *region, Text *out) {
    text_add(out, region->buffer->name);
    text_add(out, region->buffer->rank ? "[" : "[()");
    for (int i = 0; i < region->buffer->rank; i++) {
        text_add(out, i ? ", T.span(" : "T.span(");
        print_expression(region->start[i], out);
        text_add(out, ", ");
        print_expression(region->extent[i], out);
        text_add(out, ")");
    }
    text_add(out, "]");
}

static bool is_missing(const Operand *operand) {
    return operand->kind != OPERAND_NONE && operand->kind != OPERAND_BOOL && !operand->expr;
}

static void print_operand(const Operand *operand, Text *out) {
    if (is_missing(operand)) {
        text_add(out, "?");
        return;
    }
    switch (operand->kind) {
    case OPERAND_NONE: text_add(out, "None"); break;
    case OPERAND_EXPR: print_expression(operand->expr, out); break;
    case OPERAND_REGION: print_region(operand->region, out); break;
    case OPERAND_TENSOR: text_add(out, operand->tensor->name); break;
    case OPERAND_CIRCULAR: text_add(out, operand->circular->name); break;
    case OPERAND_SEMAPHORE: text_add(out, operand->semaphore->name); break;
    case OPERAND_BOOL: text_add(out, operand->boolean ? "True" : "False"); break;
    case OPERAND_NAME: text_add_quoted(out, operand->name); break;
    }
}

static bool is_default(const OperandSpec *spec, const Operand *operand) {
    return spec->default_text && operand->kind == OPERAND_BOOL &&
           operand->boolean == (strcmp(spec->default_text, "True") == 0);
}

static void print_operation(const Statement *statement, Text *out) {
    OperandSpec specs[MAX_OPERANDS];
    int count = operation_operands(statement->op.operation, specs);
    text_add(out, statement->op.operation->prefix);
    text_add(out, statement->op.operation->name);
    const char *before = "(";
    for (int i = 0; i < count; i++) {
        if (is_default(&specs[i], &statement->op.operands[i])) continue;
        text_add(out, before);
        before = ", ";
        if (specs[i].default_text) {
            text_add(out, specs[i].name);
            text_add(out, "=");
        }
        print_operand(&statement->op.operands[i], out);
    }
    text_add(out, *before == '(' ? "()" : ")");
}

// ---------------------------------------------------------------- kinds of statements

static void print_launch(const Statement *statement, Text *out) {
    int rank = statement->launch.rank < 3 ? statement->launch.rank : 3;
    text_add(out, "with T.Kernel(");
    print_list(statement->launch.extents, rank, out);
    text_add(out, rank == 1 ? ") as " : ") as (");
    for (int i = 0; i < rank; i++) {
        if (i) text_add(out, ", ");
        text_add(out, statement->launch.variables[i] ? statement->launch.variables[i]->name : "?");
    }
    text_add(out, rank == 1 ? ":" : "):");
}

static void print_alloc(const Statement *statement, Text *out) {
    text_add(out, statement->alloc->name);
    text_add(out, " = T.alloc_");
    text_add(out, scope_name(statement->alloc->scope));
    text_add(out, "(");
    print_buffer_type(statement->alloc, out);
    text_add(out, ")");
}

static void print_let(const Statement *statement, Text *out) {
    text_add(out, statement->let.variable->name);
    text_add(out, ": T.");
    text_add(out, dtype_name(statement->let.variable->type));
    text_add(out, " = ");
    print_expression(statement->let.value, out);
}

static void print_store(const Statement *statement, Text *out) {
    int rank = statement->store.buffer->rank;
    text_add(out, statement->store.buffer->name);
    text_add(out, rank ? "[" : "[()");
    print_list(statement->store.indices, rank, out);
    text_add(out, "] = ");
    print_expression(statement->store.value, out);
}

static void print_for(const Statement *statement, Text *out) {
    const Expr *bounds[] = {statement->loop.start, statement->loop.extent, statement->loop.step};
    text_add(out, "for ");
    text_add(out, statement->loop.variable->name);
    text_add(out, " in T.");
    text_add(out, for_kind_name(statement->loop.kind));
    text_add(out, "(");
    print_list(bounds, 3, out);
    if (statement->loop.kind == FOR_PIPELINED && statement->loop.stages >= 0) {
        text_add(out, ", num_stages=");
        text_add_integer(out, statement->loop.stages);
    }
    text_add(out, "):");
}

static void print_condition(const Statement *statement, Text *out) {
    text_add(out, statement->kind == STATEMENT_IF ? "if " : "while ");
    print_expression(statement->branch.condition, out);
    text_add(out, ":");
}

static void print_assert(const Statement *statement, Text *out) {
    text_add(out, "assert ");
    print_expression(statement->branch.condition, out);
    if (!statement->branch.message) return;
    text_add(out, ", ");
    text_add_quoted(out, statement->branch.message);
}

static void print_break(const Statement *statement, Text *out) {
    text_add(out, statement->kind == STATEMENT_BREAK ? "break" : "continue");
}

void print_statement(const Statement *statement, Text *out) {
    static void (*const prints[])(const Statement *statement, Text *out) = {
        [STATEMENT_LAUNCH] = print_launch,
        [STATEMENT_ALLOC] = print_alloc,
        [STATEMENT_LET] = print_let,
        [STATEMENT_STORE] = print_store,
        [STATEMENT_FOR] = print_for,
        [STATEMENT_IF] = print_condition,
        [STATEMENT_WHILE] = print_condition,
        [STATEMENT_BREAK] = print_break,
        [STATEMENT_CONTINUE] = print_break,
        [STATEMENT_ASSERT] = print_assert,
        [STATEMENT_OPERATION] = print_operation,
    };
    prints[statement->kind](statement, out);
}

// ---------------------------------------------------------------- blocks

static void print_inner(Printer *printer, const Block *block) {
    printer->indent++;
    print_block(printer, block);
    printer->indent--;
}

static void print_nested(Printer *printer, const Statement *statement) {
    if (statement->kind == STATEMENT_LAUNCH) print_inner(printer, statement->launch.body);
    if (statement->kind == STATEMENT_FOR) print_inner(printer, statement->loop.body);
    if (statement->kind != STATEMENT_IF && statement->kind != STATEMENT_WHILE) return;
    print_inner(printer, statement->branch.then);
    if (!statement->branch.otherwise) return;
    print_indent(printer);
    text_add(printer->out, "else:\n");
    print_inner(printer, statement->branch.otherwise);
}

void print_block(Printer *printer, const Block *block) {
    if (!block->first) {
        print_indent(printer);
        text_add(printer->out, "pass\n");
    }
    for (const Statement *statement = block->first; statement; statement = statement->next) {
        print_indent(printer);
        print_statement(statement, printer->out);
        print_end(printer, statement->location);
        print_nested(printer, statement);
    }
}
