// Operands of products that elementwise operations read too (lower.h). The elementwise ones keep the buffer itself,
// which then unpacks to DST exactly; a product reads a copy that is made right before it.
#include "ir/walk.h"
#include "pass/dst.h"
#include "pass/lower.h"

typedef struct OperandUse {
    Buffer *buffer, *copy;
    bool factor, elementwise;
} OperandUse;

typedef struct OperandUses {
    Function *function;
    Module *module;
    VECTOR(OperandUse) uses;
} OperandUses;

static OperandUse *use_of(OperandUses *work, Buffer *buffer) {
    for (uint32_t i = 0; i < work->uses.count; i++)
        if (work->uses.items[i].buffer == buffer) return &work->uses.items[i];
    OperandUse use = {.buffer = buffer};
    vector_push(&work->module->context->scratch, work->uses, use);
    return &vector_last(work->uses);
}

static void note_elementwise(const Expr *expr, void *user) {
    if (expr->kind == EXPR_LOAD && is_on_chip(expr->buffer)) use_of(user, expr->buffer)->elementwise = true;
}

static void note_store(OperandUses *work, const Statement *store) {
    const Expr *value = store->store.value;
    if (!is_product_store(store)) {
        walk_expression(value, note_elementwise, work);
        return;
    }
    note_elementwise(value->args[0], work); // an accumulator may be loaded to DST
    for (int i = 1; i < 3; i++) use_of(work, value->args[i]->buffer)->factor = true;
}

static const Expr *read_copy(Module *module, const Expr *expr, void *user) {
    if (expr->kind != EXPR_LOAD) return expr;
    const OperandUse *use = user;
    return expr->buffer == use->buffer ? expr_load(module, use->copy, expr->args) : expr;
}

static void give_copy(OperandUses *work, Statement *nest, Statement *store, int factor) {
    const Expr *value = store->store.value;
    OperandUse *use = use_of(work, value->args[factor]->buffer);
    if (!use->elementwise || use->buffer->type != DTYPE_FLOAT32) return;
    if (!use->copy) {
        Name name = name_format(work->module->context, "%s_operand", use->buffer->name);
        use->copy = add_on_chip_buffer(work->function, name, use->buffer, use->buffer->type, use->buffer->location);
    }
    bool copied = value->args[3 - factor]->buffer == use->copy; // for the other factor
    if (!copied) block_insert_before(nest, copy_nest(work->function, use->copy, use->buffer, nest->location));
    const Expr *args[] = {value->args[0], value->args[1], value->args[2]};
    args[factor] = map_expression(work->module, args[factor], read_copy, use);
    store->store.value = expr_op(work->module, value->op, value->type, args);
}

typedef void StoreVisit(OperandUses *work, Statement *nest, Statement *store);

static void note(OperandUses *work, Statement *nest, Statement *store) {
    (void)nest;
    note_store(work, store);
}

static void rewrite(OperandUses *work, Statement *nest, Statement *store) {
    if (!is_product_store(store)) return;
    for (int factor = 1; factor < 3; factor++) give_copy(work, nest, store, factor);
}

static void each_store(OperandUses *work, Statement *nest, Statement *statement, StoreVisit *visit) {
    if (statement->kind == STATEMENT_STORE) {
        visit(work, nest, statement);
        return;
    }
    for (Statement *s = statement->loop.body->first; s; s = s->next) each_store(work, nest, s, visit);
}

static void each_block(OperandUses *work, Block *block, StoreVisit *visit) {
    for (Statement *s = block->first, *next; s; s = next) {
        next = s->next;
        if (is_nest(s)) {
            if (nest_kind(s) == NEST_COMPUTE) each_store(work, s, s, visit);
            continue;
        }
        Block *blocks[2];
        int count = statement_blocks(s, blocks);
        for (int i = 0; i < count; i++) each_block(work, blocks[i], visit);
    }
}

void stage_operands(Function *function, Block *body) {
    OperandUses work = {.function = function, .module = function->module};
    each_block(&work, body, note);
    each_block(&work, body, rewrite);
}
