// --accumulate=16: the float32 buffers in which products add up become bfloat16, as if the kernel had said so, and with
// them those that only ever hold what bfloat16 holds because of that: copies of them, fills with a constant. This
// happens to the elaborated kernel, before the reference and before every pass, so that all of them see these types.
#include <stdlib.h>

#include "ir/build.h"
#include "ir/walk.h"
#include "pass/internal.h"

typedef struct Candidate Candidate;
typedef struct CopyTo { // a copy out of a candidate
    Candidate *target;
    struct CopyTo *next;
} CopyTo;

struct Candidate {
    Buffer *buffer; // on chip, float32
    Buffer *narrow; // what takes its place; NULL: it stays
    CopyTo *copies;
    uint32_t wide_writes; // that may leave more in it than bfloat16 holds, as far as is known
};

typedef struct Narrowing {
    Function *function;
    Module *module;
    Arena *scratch;
    VECTOR(Candidate) candidates; // by address
    VECTOR(Candidate *) fresh;    // narrowed, their copies not looked at
} Narrowing;

// ---------------------------------------------------------------- candidates

static void collect(Statement *statement, void *user) {
    Narrowing *work = user;
    if (statement->kind != STATEMENT_ALLOC || !is_on_chip(statement->alloc)) return;
    if (statement->alloc->type != DTYPE_FLOAT32) return;
    vector_push(work->scratch, work->candidates, (Candidate){.buffer = statement->alloc});
}

static int by_address(const void *left, const void *right) {
    uintptr_t a = (uintptr_t)((const Candidate *)left)->buffer, b = (uintptr_t)((const Candidate *)right)->buffer;
    return (a > b) - (a < b);
}

static Candidate *candidate_of(const Narrowing *work, const Buffer *buffer) {
    Candidate key = {.buffer = (Buffer *)buffer};
    uint32_t count = work->candidates.count;
    return count ? bsearch(&key, work->candidates.items, count, sizeof key, by_address) : NULL;
}

static Buffer *narrow_of(const Narrowing *work, const Buffer *buffer) {
    const Candidate *candidate = candidate_of(work, buffer);
    return candidate ? candidate->narrow : NULL;
}

// ---------------------------------------------------------------- what is written to them

static void narrow(Narrowing *work, Candidate *candidate) {
    if (candidate->narrow) return;
    candidate->narrow = arena_new(&work->module->context->unit, Buffer);
    *candidate->narrow = *candidate->buffer;
    candidate->narrow->type = candidate->narrow->layout.format = DTYPE_BFLOAT16;
    vector_push(work->scratch, work->fresh, candidate);
}

static void see_copy(Narrowing *work, Candidate *target, const Buffer *source) {
    if (source->type == DTYPE_BFLOAT16) return;
    Candidate *from = candidate_of(work, source);
    target->wide_writes++;
    if (!from) return;
    CopyTo *copy = arena_new(work->scratch, CopyTo);
    *copy = (CopyTo){target, from->copies};
    from->copies = copy;
}

// A constant that bfloat16 holds as it is.
static bool is_exact(Module *module, const Expr *expr) {
    return expr->kind == EXPR_FLOAT && expr_cast(module, DTYPE_BFLOAT16, expr)->real == expr->real;
}

static void see_value(Narrowing *work, Candidate *target, const Expr *value) {
    if (value->kind == EXPR_LOAD)
        see_copy(work, target, value->buffer);
    else if (!is_exact(work->module, value))
        target->wide_writes++;
}

static void see_product(Narrowing *work, const Operand operands[]) {
    for (int i = 0; i < 2; i++) { // a factor has the other one's type
        Candidate *factor = candidate_of(work, operands[i].region->buffer);
        if (factor) factor->wide_writes++;
    }
    Candidate *accumulator = candidate_of(work, operands[2].region->buffer);
    if (accumulator) narrow(work, accumulator);
}

static void see_operation(Narrowing *work, const Statement *statement) {
    const Operand *operands = statement->op.operands;
    int count;
    const OperandSpec *specs = module_operands(work->module, statement->op.operation, &count);
    for (int i = 0; i < count; i++) {
        Candidate *target = specs[i].writes ? candidate_of(work, operands[i].region->buffer) : NULL;
        if (!target) continue;
        if (statement_is(statement, IR_COPY))
            see_copy(work, target, operands[0].region->buffer);
        else if (statement_is(statement, IR_FILL))
            see_value(work, target, operands[1].expr);
        else
            target->wide_writes++;
    }
    if (statement_is(statement, IR_GEMM)) see_product(work, operands);
}

static void see(Statement *statement, void *user) {
    Narrowing *work = user;
    Candidate *stored = statement->kind == STATEMENT_STORE ? candidate_of(work, statement->store.buffer) : NULL;
    if (stored) see_value(work, stored, statement->store.value);
    if (statement->kind == STATEMENT_OPERATION) see_operation(work, statement);
}

static void follow_copies(Narrowing *work) {
    for (uint32_t i = 0; i < work->fresh.count; i++)
        for (CopyTo *copy = work->fresh.items[i]->copies; copy; copy = copy->next)
            if (--copy->target->wide_writes == 0) narrow(work, copy->target);
}

// ---------------------------------------------------------------- the new types

static const Expr *map_load(Module *module, const Expr *expr, void *user) {
    Buffer *buffer = expr->kind == EXPR_LOAD ? narrow_of(user, expr->buffer) : NULL;
    return buffer ? expr_cast(module, DTYPE_FLOAT32, expr_load(module, buffer, expr->args)) : expr;
}

static void map_slot(const Expr **slot, void *user) {
    *slot = map_expression(((Narrowing *)user)->module, *slot, map_load, user);
}

// Operations that a front end leaves in bfloat16 when both operands are.
static bool keeps_type(const Expr *expr) {
    bool logical = expr->op == OP_SELECT || expr->op == OP_MIN || expr->op == OP_MAX;
    bool arithmetic = expr->op == OP_ADD || expr->op == OP_SUB || expr->op == OP_MUL || expr->op == OP_DIV;
    return expr->kind == EXPR_OP && (logical || arithmetic || expr->op == OP_NEG || expr->op == OP_ABS);
}

// A float32 value in bfloat16, computed as the kernel would with bfloat16 buffers; NULL if something in it is float32
// by itself, such as a buffer or a factor.
static const Expr *in_bfloat16(Module *module, const Expr *expr) {
    if (expr->type == DTYPE_BOOL) return expr; // the condition of a selection
    if (expr->kind == EXPR_OP && expr->op == OP_CAST)
        return expr->args[0]->type == DTYPE_BFLOAT16 ? expr->args[0] : NULL;
    if (!keeps_type(expr)) return NULL;
    bool selects = expr->op == OP_SELECT || expr->op == OP_MIN || expr->op == OP_MAX;
    const Expr *args[3];
    for (uint32_t i = 0; i < expr->count; i++) {
        bool constant = selects && is_exact(module, expr->args[i]);
        args[i] = constant ? expr_cast(module, DTYPE_BFLOAT16, expr->args[i]) : in_bfloat16(module, expr->args[i]);
        if (!args[i]) return NULL;
    }
    return expr_op(module, expr->op, DTYPE_BFLOAT16, args);
}

static const Expr *to_bfloat16(Module *module, const Expr *value) {
    const Expr *same = in_bfloat16(module, value);
    return same ? same : expr_cast(module, DTYPE_BFLOAT16, value);
}

static void retype_store(Narrowing *work, Statement *statement, const Expr *before) {
    const Expr *value = statement->store.value;
    Buffer *buffer = narrow_of(work, statement->store.buffer);
    bool casts = value->kind == EXPR_OP && value->op == OP_CAST && value->args[0]->type == DTYPE_FLOAT32;
    if (buffer) {
        statement->store.value = to_bfloat16(work->module, value);
        statement->store.buffer = buffer;
    } else if (value != before && casts && value->type == DTYPE_BFLOAT16) {
        statement->store.value = to_bfloat16(work->module, value->args[0]);
    }
}

static void require_same_factors(const Narrowing *work, const Statement *product) {
    const Buffer *a = product->op.operands[0].region->buffer, *b = product->op.operands[1].region->buffer;
    if (a->type == b->type) return;
    const Buffer *narrowed = a->type == DTYPE_BFLOAT16 ? a : b, *other = narrowed == a ? b : a;
    Context *context = work->module->context;
    report(context, DIAG_ACCUMULATE_OPERAND, product->location,
           "both operands of a product have one type: --accumulate=16 keeps %s as bfloat16, and %s is %s",
           narrowed->name, other->name, dtype_name(other->type));
    report_help(context, "make %s bfloat16, too, or leave --accumulate=16 out", other->name);
    fail_now(context);
}

static void retype_operands(Narrowing *work, Statement *statement) {
    bool changed = false;
    for (int i = 0; i < MAX_OPERANDS; i++) {
        Operand *operand = &statement->op.operands[i];
        Buffer *buffer = operand->kind == OPERAND_REGION ? narrow_of(work, operand->region->buffer) : NULL;
        if (buffer) operand->region->buffer = buffer;
        changed |= buffer != NULL;
    }
    if (changed && statement_is(statement, IR_GEMM)) require_same_factors(work, statement);
    if (changed && statement_is(statement, IR_FILL))
        statement->op.operands[1].expr = expr_cast(work->module, DTYPE_BFLOAT16, statement->op.operands[1].expr);
}

static void retype(Statement *statement, void *user) {
    Narrowing *work = user;
    const Expr *before = statement->kind == STATEMENT_STORE ? statement->store.value : NULL;
    statement_expressions(statement, map_slot, work);
    if (statement->kind == STATEMENT_STORE) retype_store(work, statement, before);
    if (statement->kind == STATEMENT_OPERATION) retype_operands(work, statement);
    Buffer *buffer = statement->kind == STATEMENT_ALLOC ? narrow_of(work, statement->alloc) : NULL;
    if (buffer) statement->alloc = buffer;
}

// ---------------------------------------------------------------- the whole

typedef struct Names {
    const Narrowing *work;
    Text text;
    Location first;
} Names;

static void add_name(Statement *statement, void *user) {
    Names *names = user;
    Buffer *buffer = statement->kind == STATEMENT_ALLOC ? narrow_of(names->work, statement->alloc) : NULL;
    if (!buffer) return;
    if (!names->text.length) names->first = buffer->location;
    text_format(&names->text, "%s%s", names->text.length ? ", " : "", buffer->name);
}

static void tell(const Narrowing *work) {
    Names names = {.work = work, .text = {.arena = work->scratch}};
    walk_statements(work->function->body, add_name, &names);
    report(work->module->context, DIAG_ACCUMULATE, names.first,
           "accumulators of products are kept as bfloat16: %s; --accumulate=32 keeps float32", names.text.data);
}

void narrow_accumulators(Function *function) {
    Module *module = function->module;
    Narrowing work = {.function = function, .module = module, .scratch = &module->context->scratch};
    walk_statements(function->body, collect, &work);
    if (!work.candidates.count) return;
    qsort(work.candidates.items, work.candidates.count, sizeof *work.candidates.items, by_address);
    walk_statements(function->body, see, &work);
    follow_copies(&work);
    if (!work.fresh.count) return;
    tell(&work);
    walk_statements(function->body, retype, &work);
}
