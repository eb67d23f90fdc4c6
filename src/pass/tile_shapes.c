// Tiles of 16 rows or columns. What computes is emitted for tiles of 32x32, the only ones with which the instruction
// sequences were run on the vendor's stack (smaller ones differ in faces, broadcasts and masks); others can be moved. A
// buffer that a tensor with such tiles is copied to or from has the same, and nothing else may touch either.
#include "pass/tile_shapes.h"
#include "ir/walk.h"

typedef struct Settling {
    Context *context;
    const Statement *statement;
} Settling;

static bool is_transfer(const Statement *statement) {
    if (!statement_is(statement, IR_COPY)) return false;
    const Buffer *source = statement->op.operands[0].region->buffer, *target = statement->op.operands[1].region->buffer;
    return is_global(source) != is_global(target) && source->type == target->type;
}

static _Noreturn void refuse_mixture(const Settling *work, const Buffer *buffer, const Buffer *tensor) {
    report(work->context, DIAG_LAYOUT_ANNOTATION, work->statement->location,
           "%s has tiles of %dx%d, and %s, which it is copied with, of %dx%d", tensor->name, tensor->layout.tile_rows,
           tensor->layout.tile_columns, buffer->name, buffer->layout.tile_rows, buffer->layout.tile_columns);
    report_help(work->context, "give every tensor that is copied by way of %s the same tile_shape", buffer->name);
    fail_now(work->context);
}

// The first copy gives a buffer its tiles.
static void settle_copy(Statement *statement, void *user) {
    Settling *work = user;
    work->statement = statement;
    if (!is_transfer(statement)) return;
    Buffer *source = statement->op.operands[0].region->buffer, *target = statement->op.operands[1].region->buffer;
    const Buffer *tensor = is_global(source) ? source : target;
    Buffer *buffer = is_global(source) ? target : source;
    if (!tensor->has_layout || !has_small_tiles(tensor)) return;
    if (has_small_tiles(buffer) && (buffer->layout.tile_rows != tensor->layout.tile_rows ||
                                    buffer->layout.tile_columns != tensor->layout.tile_columns))
        refuse_mixture(work, buffer, tensor);
    buffer->layout.tile_rows = tensor->layout.tile_rows;
    buffer->layout.tile_columns = tensor->layout.tile_columns;
}

static void refuse_use(const Settling *work, const Buffer *buffer) {
    if (!has_small_tiles(buffer)) return;
    report(
        work->context, DIAG_LAYOUT_UNSUPPORTED, work->statement->location,
        "%s has tiles of %dx%d: expected 32x32, the only tiles that kernels compute with; others can be copied between "
        "memory and a buffer of the same dtype",
        buffer->name, buffer->layout.tile_rows, buffer->layout.tile_columns);
    report_help(work->context, "leave out the tile_shape of what is computed with");
    fail_now(work->context);
}

static void check_load(const Expr *expr, void *user) {
    if (expr->kind == EXPR_LOAD) refuse_use(user, expr->buffer);
}

static void check_slot(const Expr **slot, void *user) { walk_expression(*slot, check_load, user); }

static void check_copy(const Settling *work) {
    const Buffer *source = work->statement->op.operands[0].region->buffer;
    const Buffer *target = work->statement->op.operands[1].region->buffer;
    const Buffer *tensor = is_global(source) ? source : target, *buffer = is_global(source) ? target : source;
    if (tensor->layout.tile_rows != buffer->layout.tile_rows ||
        tensor->layout.tile_columns != buffer->layout.tile_columns)
        refuse_mixture(work, buffer, tensor);
}

static void check_statement(Statement *statement, void *user) {
    Settling *work = user;
    work->statement = statement;
    statement_expressions(statement, check_slot, work);
    if (statement->kind == STATEMENT_STORE) refuse_use(work, statement->store.buffer);
    if (statement->kind != STATEMENT_OPERATION) return;
    if (is_transfer(statement)) {
        check_copy(work);
        return;
    }
    for (int i = 0; i < MAX_OPERANDS; i++)
        if (statement->op.operands[i].kind == OPERAND_REGION)
            refuse_use(work, statement->op.operands[i].region->buffer);
}

static void find_small(Statement *statement, void *user) {
    if (!is_transfer(statement)) return;
    for (int i = 0; i < 2; i++) {
        const Buffer *buffer = statement->op.operands[i].region->buffer;
        if (is_global(buffer) && has_small_tiles(buffer)) *(bool *)user = true;
    }
}

void settle_tile_shapes(Function *function) {
    Settling work = {.context = function->module->context};
    bool small = false;
    for (uint32_t i = 0; i < function->parameters.count; i++) small |= has_small_tiles(function->parameters.items[i]);
    walk_statements(function->body, find_small, &small);
    if (!small) return;
    walk_statements(function->body, settle_copy, &work);
    walk_statements(function->body, check_statement, &work);
}
