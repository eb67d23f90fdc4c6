// PadTiles: sizes that are no multiple of the tile. What lies beyond a tensor's edge is undefined on the chip; operands
// of products must read it as 0 along the summed dimension. Everything else only ever reaches elements that are not
// stored.
#include "ir/walk.h"
#include "pass/internal.h"

typedef struct Padding {
    Function *function;
    const Buffer *operand; // asked: is it filled by copies alone?
    bool copied;           // it is written by a copy
    bool computed;         // it is written by something else
    bool again;            // a buffer was marked in this round
} Padding;

static void visit_writer(Statement *statement, void *user) {
    Padding *padding = user;
    if (statement->kind == STATEMENT_STORE && statement->store.buffer == padding->operand) {
        if (statement->store.value->kind == EXPR_LOAD)
            padding->copied = true;
        else
            padding->computed = true;
    }
    if (statement->kind != STATEMENT_OPERATION) return;
    OperandSpec specs[MAX_OPERANDS];
    int count = operation_operands(statement->op.operation, specs);
    for (int i = 0; i < count; i++) {
        if (!specs[i].writes || statement->op.operands[i].region->buffer != padding->operand) continue;
        if (statement_is(statement, IR_COPY))
            padding->copied = true;
        else
            padding->computed = true;
    }
}

static bool is_copied(Padding *padding, const Buffer *buffer) {
    padding->operand = buffer;
    padding->copied = padding->computed = false;
    walk_statements(padding->function->body, visit_writer, padding);
    return padding->copied && !padding->computed;
}

static void mark(Padding *padding, Buffer *buffer) {
    if (buffer->layout.padding) return;
    buffer->layout.padding = name_of(padding->function->module->context, "zero");
    padding->again = true;
}

static void visit_product(Statement *statement, void *user) {
    Padding *padding = user;
    if (!statement_is(statement, IR_GEMM)) return;
    for (int i = 0; i < 2; i++) {
        Buffer *buffer = statement->op.operands[i].region->buffer;
        if (is_copied(padding, buffer)) mark(padding, buffer);
    }
}

static void visit_copy(Statement *statement, void *user) {
    Buffer *source, *target;
    if (statement_is(statement, IR_COPY)) {
        source = statement->op.operands[0].region->buffer;
        target = statement->op.operands[1].region->buffer;
    } else if (statement->kind == STATEMENT_STORE && statement->store.value->kind == EXPR_LOAD) {
        source = statement->store.value->buffer;
        target = statement->store.buffer;
    } else {
        return;
    }
    if (is_on_chip(source) && is_on_chip(target) && target->layout.padding) mark(user, source);
}

static void run(Function *function, const CompileOptions *options) {
    (void)options;
    Padding padding = {.function = function};
    walk_statements(function->body, visit_product, &padding);
    do { // a copy of a padded buffer asks the same of its source
        padding.again = false;
        walk_statements(function->body, visit_copy, &padding);
    } while (padding.again);
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
