// PadTiles: sizes that are no multiple of the tile. What lies beyond a tensor's edge is undefined on the chip; where a
// product sums over it, it must read as 0, so every buffer that an operand comes from is marked. Everything else only
// ever reaches elements that are not stored.
//
// A buffer may itself be no multiple of the tile along the summed dimension. Then one of the two operands must be 0
// there: one that only copies fill.
#include "ir/affine.h"
#include "ir/walk.h"
#include "pass/internal.h"
#include "pass/padding.h"

typedef struct Padding {
    Function *function;
    const Buffer *target; // asked: what is it written from?
    bool copied;          // it is written by a copy
    bool computed;        // it is written by something else than a copy or a fill with 0
    bool again;           // a buffer was marked in this round
    const Buffer *first;  // that was marked
} Padding;

static bool is_zero(const Expr *expr) { return (expr->kind == EXPR_FLOAT && expr->real == 0) || expr_is_int(expr, 0); }

static void visit_writer(Statement *statement, void *user) {
    Padding *padding = user;
    if (statement->kind == STATEMENT_STORE && statement->store.buffer == padding->target) {
        if (statement->store.value->kind == EXPR_LOAD)
            padding->copied = true;
        else if (!is_zero(statement->store.value))
            padding->computed = true;
    }
    if (statement->kind != STATEMENT_OPERATION) return;
    OperandSpec specs[MAX_OPERANDS];
    int count = operation_operands(statement->op.operation, specs);
    for (int i = 0; i < count; i++) {
        if (!specs[i].writes || statement->op.operands[i].region->buffer != padding->target) continue;
        if (statement_is(statement, IR_COPY))
            padding->copied = true;
        else if (!statement_is(statement, IR_FILL) || !is_zero(statement->op.operands[1].expr))
            padding->computed = true;
    }
}

// 0 beyond the buffer's own edge?
static bool only_copied(Padding *padding, const Buffer *buffer) {
    padding->target = buffer;
    padding->copied = padding->computed = false;
    walk_statements(padding->function->body, visit_writer, padding);
    return padding->copied && !padding->computed;
}

static void mark(Padding *padding, Buffer *buffer) {
    if (!is_on_chip(buffer) || buffer->layout.padding) return;
    buffer->layout.padding = name_of(padding->function->module->context, "zero");
    padding->again = true;
    if (!padding->first) padding->first = buffer;
}

static void visit_product(Statement *statement, void *user) {
    Padding *padding = user;
    if (!statement_is(statement, IR_GEMM)) return;
    const Operand *operands = statement->op.operands;
    const Region *a = operands[0].region, *b = operands[1].region;
    mark(padding, a->buffer);
    mark(padding, b->buffer);
    const Expr *summed = a->extent[a->buffer->rank - (operands[3].boolean ? 2 : 1)];
    if (expr_divisor(summed) % TILE_SIZE == 0) return;
    if (only_copied(padding, a->buffer) || only_copied(padding, b->buffer)) return;
    report(padding->function->module->context, DIAG_PARTIAL_TILE, statement->location,
           "this product sums over part of a tile of %s and %s, and neither is known to be 0 in the rest of it",
           a->buffer->name, b->buffer->name);
    report_help(padding->function->module->context,
                "make the summed dimension a multiple of %d, or fill one of the operands by T.copy alone", TILE_SIZE);
}

static void mark_load(const Expr *expr, void *user) {
    if (expr->kind == EXPR_LOAD) mark(user, expr->buffer);
}

static void mark_slot(const Expr **slot, void *user) { walk_expression(*slot, mark_load, user); }

// What a marked buffer is made of.
static void visit_source(Statement *statement, void *user) {
    if (statement->kind == STATEMENT_STORE && statement->store.buffer->layout.padding)
        statement_expressions(statement, mark_slot, user);
    if (statement->kind != STATEMENT_OPERATION) return;
    OperandSpec specs[MAX_OPERANDS];
    int count = operation_operands(statement->op.operation, specs);
    const Operand *operands = statement->op.operands;
    bool feeds = false;
    for (int i = 0; i < count; i++) feeds |= specs[i].writes && operands[i].region->buffer->layout.padding;
    for (int i = 0; feeds && i < count; i++)
        if (operands[i].kind == OPERAND_REGION) mark(user, operands[i].region->buffer);
}

const Buffer *mark_padding(Function *function) {
    Padding padding = {.function = function};
    walk_statements(function->body, visit_product, &padding);
    do {
        padding.again = false;
        walk_statements(function->body, visit_source, &padding);
    } while (padding.again);
    return padding.first;
}

static void run(Function *function, const CompileOptions *options) {
    (void)options;
    mark_padding(function);
    hold(function, ATTR_PADDED);
}

const Pass pass_pad_tiles = {
    .name = "PadTiles",
    .file = "pad-tiles",
    .summary = "which buffers must read 0 beyond a tensor's edge",
    .requires = ATTR_BIT(BUFFER_LAYOUTS),
    .provides = ATTR_BIT(PADDED),
    .run = run,
};
