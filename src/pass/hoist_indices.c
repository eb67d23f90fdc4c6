// HoistIndices: page numbers and slots are sums, of which an inner loop changes one term. What stays the same in it is
// computed in front of it, so that each turn adds little and issues its page sooner.
#include "ir/affine.h"
#include "ir/walk.h"
#include "pass/internal.h"
#include "program/program.h"

enum { WORTH_OPERATIONS = 2 }; // fewer in front of a loop are not worth a name

typedef struct Hoisting {
    Function *function;
    Module *module;
    Statement *loop;          // under way
    VECTOR(Statement *) lets; // made in front of it
} Hoisting;

static const Expr *hoisted(Hoisting *hoisting, const Expr *value, Name name) {
    for (uint32_t i = 0; i < hoisting->lets.count; i++) {
        const Statement *let = hoisting->lets.items[i];
        if (let->let.value == value) return expr_variable(hoisting->module, let->let.variable);
    }
    Variable *variable = variable_new(hoisting->function, VARIABLE_LET, name, value->type, hoisting->loop->location);
    Statement *let = build_let(hoisting->module, variable, value);
    block_insert_before(hoisting->loop, let);
    vector_push(&hoisting->module->context->scratch, hoisting->lets, let);
    return expr_variable(hoisting->module, variable);
}

static void count_operation(const Expr *expr, void *user) { *(int *)user += expr->kind == EXPR_OP; }

// Whether the expression means the same in front of the loop.
static bool stands_outside(const Statement *loop, const Expr *expr) {
    for (const Statement *s = loop->loop.body->first; s; s = s->next)
        if (s->kind == STATEMENT_LET && expression_uses(expr, s->let.variable)) return false;
    return true;
}

// base + coefficient * variable, with the base in front of the loop.
static const Expr *split_index(Hoisting *hoisting, const Expr *expr, Name name) {
    const Variable *variable = hoisting->loop->loop.variable;
    Module *module = hoisting->module;
    Affine affine;
    int operations = 0;
    if (expr->type != DTYPE_INT32 || !affine_of(module, expr, 1, &variable, &affine)) return expr;
    walk_expression(affine.base, count_operation, &operations);
    if (operations < WORTH_OPERATIONS || !stands_outside(hoisting->loop, affine.base)) return expr;
    const Expr *base = hoisted(hoisting, affine.base, name);
    if (!affine.count) return base;
    const Expr *step = expr_int(module, affine.coefficients[0]);
    return expr_add(module, base, expr_mul(module, expr_variable(module, variable), step));
}

static void split_transfer(Hoisting *hoisting, Statement *statement) {
    Effect effect = instruction_of(statement)->effect;
    if (effect != EFFECT_NOC_READ && effect != EFFECT_NOC_WRITE) return;
    Context *context = hoisting->module->context;
    Operand *operands = statement->op.operands;
    const CircularBuffer *circular = operands[2].circular;
    Name page = name_format(context, "%s_page", operands[0].tensor->name);
    Name slot = name_format(context, "%s_slot", circular->holds ? circular->holds : circular->name);
    operands[1].expr = split_index(hoisting, operands[1].expr, page);
    operands[3].expr = split_index(hoisting, operands[3].expr, slot);
}

static void split_transfers(Hoisting *hoisting, Block *block) {
    for (Statement *s = block->first; s; s = s->next) {
        if (s->kind == STATEMENT_OPERATION) split_transfer(hoisting, s);
        if (s->kind != STATEMENT_IF) continue;
        split_transfers(hoisting, s->branch.then);
        if (s->branch.otherwise) split_transfers(hoisting, s->branch.otherwise);
    }
}

static bool holds_loop(const Block *block) {
    for (const Statement *s = block->first; s; s = s->next) {
        if (s->kind == STATEMENT_FOR || s->kind == STATEMENT_WHILE) return true;
        Block *blocks[2];
        int count = statement_blocks(s, blocks);
        for (int i = 0; i < count; i++)
            if (holds_loop(blocks[i])) return true;
    }
    return false;
}

static void hoist_block(Hoisting *hoisting, Block *block) {
    for (Statement *s = block->first; s; s = s->next) {
        Block *blocks[2];
        int count = statement_blocks(s, blocks);
        for (int i = 0; i < count; i++) hoist_block(hoisting, blocks[i]);
        if (s->kind != STATEMENT_FOR || holds_loop(s->loop.body)) continue;
        hoisting->loop = s;
        hoisting->lets.count = 0;
        split_transfers(hoisting, s->loop.body);
    }
}

static void run(Function *function, const CompileOptions *options) {
    for (uint32_t i = 0; i < function->threads.count; i++) {
        ThreadProgram *program = function->threads.items[i];
        if (program->thread == THREAD_COMPUTE || options->legacy) continue;
        Hoisting hoisting = {.function = function, .module = function->module};
        hoist_block(&hoisting, program->body);
    }
    hold(function, ATTR_HOISTED);
}

const Pass pass_hoist_indices = {
    .name = "HoistIndices",
    .file = "hoist-indices",
    .summary = "what an inner loop of a mover does not change of page numbers is computed in front of it",
    .requires = ATTR_BIT(PERSISTENT),
    .provides = ATTR_BIT(HOISTED),
    .optional = true,
    .run = run,
};
