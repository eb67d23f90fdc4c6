// Expressions are made once: a hash table holds every node of the module, so equal expressions are one pointer.
#include <math.h>
#include <string.h>

#include "ir/expr.h"

#define FIRST_CAPACITY 1024u

struct ExprTable {
    const Expr **slots;
    uint32_t count, capacity;
};

typedef enum ResultRule { RESULT_SAME, RESULT_BOOL, RESULT_SECOND, RESULT_OWN } ResultRule;

static const struct {
    const char *name;
    int arity;
    ResultRule result;
} rows[OP_COUNT] = {
#define EXPR(id, name, arity, form, result) {name, arity, RESULT_##result},
#include "ir/exprs.def"
#undef EXPR
};

const char *expr_op_name(ExprOp op) { return rows[op].name; }
int expr_op_arity(ExprOp op) { return rows[op].arity; }

// ---------------------------------------------------------------- the table

static uint64_t payload(const Expr *expr) {
    uint64_t bits;
    switch (expr->kind) {
    case EXPR_INT: return (uint64_t)expr->integer;
    case EXPR_FLOAT: memcpy(&bits, &expr->real, sizeof bits); return bits;
    case EXPR_VARIABLE: return (uintptr_t)expr->variable;
    case EXPR_LOAD: return (uintptr_t)expr->buffer;
    case EXPR_OP: break;
    }
    return 0;
}

static uint64_t mix(uint64_t hash, uint64_t value) {
    hash = (hash ^ value) * 0x9e3779b97f4a7c15u;
    return hash ^ hash >> 29;
}

static uint32_t hash_of(const Expr *head, const Expr *const args[]) {
    uint64_t hash = mix((uint64_t)head->kind << 16 | (uint64_t)head->op << 8 | (uint64_t)head->type, payload(head));
    for (uint32_t i = 0; i < head->count; i++) hash = mix(hash, args[i]->number);
    return (uint32_t)(hash ^ hash >> 32);
}

static bool same(const Expr *known, const Expr *head, const Expr *const args[]) {
    if (known->hash != head->hash || known->kind != head->kind || known->type != head->type || known->op != head->op)
        return false;
    if (known->count != head->count || payload(known) != payload(head)) return false;
    for (uint32_t i = 0; i < head->count; i++) {
        if (known->args[i] != args[i]) return false;
    }
    return true;
}

static uint32_t free_slot(const Expr **slots, uint32_t capacity, uint32_t hash) {
    uint32_t i = hash & (capacity - 1);
    while (slots[i]) i = (i + 1) & (capacity - 1);
    return i;
}

static void grow(Module *module, struct ExprTable *table) {
    uint32_t capacity = table->capacity ? table->capacity * 2 : FIRST_CAPACITY;
    const Expr **slots = arena_new_array(&module->context->unit, const Expr *, capacity);
    for (uint32_t i = 0; i < table->capacity; i++) {
        if (table->slots[i]) slots[free_slot(slots, capacity, table->slots[i]->hash)] = table->slots[i];
    }
    table->slots = slots;
    table->capacity = capacity;
}

static void measure(Module *module, Expr *head, const Expr *const args[]) {
    uint64_t nodes = 1;
    for (uint32_t i = 0; i < head->count; i++) {
        nodes += args[i]->nodes;
        if (args[i]->depth > head->depth) head->depth = args[i]->depth;
    }
    head->depth++;
    head->nodes = nodes > MAX_EXPR_NODES ? MAX_EXPR_NODES + 1 : (uint32_t)nodes;
    if (head->depth <= MAX_EXPR_DEPTH && head->nodes <= MAX_EXPR_NODES) return;
    report(module->context, DIAG_EXPRESSION_TOO_LARGE, (Location){0},
           "an expression is nested more than %d deep or has more than %d nodes", MAX_EXPR_DEPTH, MAX_EXPR_NODES);
    report_help(module->context, "keep intermediate results in a buffer or a T.alloc_var");
    fail_now(module->context);
}

// The node equal to `head` with these operands.
static const Expr *intern_expr(Module *module, Expr *head, const Expr *const args[]) {
    struct ExprTable *table = module->exprs;
    head->hash = hash_of(head, args);
    if (table->count * 2 >= table->capacity) grow(module, table);
    uint32_t i = head->hash & (table->capacity - 1);
    for (; table->slots[i]; i = (i + 1) & (table->capacity - 1)) {
        if (same(table->slots[i], head, args)) return table->slots[i];
    }
    measure(module, head, args);
    Expr *expr = arena_allocate(&module->context->unit, sizeof *expr + head->count * sizeof args[0]);
    head->number = table->count++;
    *expr = *head;
    for (uint32_t k = 0; k < head->count; k++) expr->args[k] = args[k];
    table->slots[i] = expr;
    return expr;
}

struct ExprTable *expr_table_new(Context *context) {
    return arena_new(&context->unit, struct ExprTable);
}

// ---------------------------------------------------------------- leaves

const Expr *expr_int(Module *module, int64_t value) { return expr_integer(module, DTYPE_INT32, value); }

const Expr *expr_integer(Module *module, DType type, int64_t value) {
    if (!integer_fits(type, value))
        fail(module->context, DIAG_CONSTANT_RANGE, (Location){0}, "%lld does not fit in %s", (long long)value,
             dtype_name(type));
    return intern_expr(module, &(Expr){.kind = EXPR_INT, .type = type, .integer = value}, NULL);
}

const Expr *expr_bool(Module *module, bool value) { return expr_integer(module, DTYPE_BOOL, value); }

const Expr *expr_float(Module *module, DType type, double value) {
    double rounded = value != value ? (double)NAN : dtype_round(type, value);
    return intern_expr(module, &(Expr){.kind = EXPR_FLOAT, .type = type, .real = rounded}, NULL);
}

const Expr *expr_variable(Module *module, const Variable *variable) {
    return intern_expr(module, &(Expr){.kind = EXPR_VARIABLE, .type = variable->type, .variable = variable}, NULL);
}

const Expr *expr_load(Module *module, Buffer *buffer, const Expr *const indices[]) {
    Expr head = {.kind = EXPR_LOAD, .type = buffer->type, .count = (uint32_t)buffer->rank, .buffer = buffer};
    return intern_expr(module, &head, indices);
}

// ---------------------------------------------------------------- operations

const Expr *expr_node(Module *module, ExprOp op, DType type, const Expr *const args[]) {
    Expr head = {.kind = EXPR_OP, .type = type, .op = op, .count = (uint32_t)rows[op].arity};
    return intern_expr(module, &head, args);
}

const Expr *expr_node2(Module *module, ExprOp op, DType type, const Expr *a, const Expr *b) {
    return expr_node(module, op, type, (const Expr *const[]){a, b});
}

static DType result_type(ExprOp op, DType own_type, const Expr *const args[]) {
    switch (rows[op].result) {
    case RESULT_SAME: return args[0]->type;
    case RESULT_BOOL: return DTYPE_BOOL;
    case RESULT_SECOND: return args[1]->type;
    case RESULT_OWN: break;
    }
    return own_type;
}

const Expr *expr_op(Module *module, ExprOp op, DType own_type, const Expr *const args[]) {
    const char *refusal = expr_refusal(op, args);
    if (refusal) fail(module->context, DIAG_INTERNAL, (Location){0}, "'%s' takes %s", rows[op].name, refusal);
    DType type = result_type(op, own_type, args);
    const Expr *simple = expr_simplifiers[op] ? expr_simplifiers[op](module, op, type, args) : NULL;
    return simple ? simple : expr_node(module, op, type, args);
}

const Expr *expr_unary(Module *module, ExprOp op, const Expr *a) {
    return expr_op(module, op, DTYPE_VOID, (const Expr *const[]){a});
}

const Expr *expr_binary(Module *module, ExprOp op, const Expr *a, const Expr *b) {
    return expr_op(module, op, DTYPE_VOID, (const Expr *const[]){a, b});
}

const Expr *expr_select(Module *module, const Expr *condition, const Expr *then, const Expr *otherwise) {
    return expr_op(module, OP_SELECT, DTYPE_VOID, (const Expr *const[]){condition, then, otherwise});
}

const Expr *expr_cast(Module *module, DType type, const Expr *a) {
    return expr_op(module, OP_CAST, type, (const Expr *const[]){a});
}

const Expr *expr_add(Module *module, const Expr *a, const Expr *b) { return expr_binary(module, OP_ADD, a, b); }
const Expr *expr_sub(Module *module, const Expr *a, const Expr *b) { return expr_binary(module, OP_SUB, a, b); }
const Expr *expr_mul(Module *module, const Expr *a, const Expr *b) { return expr_binary(module, OP_MUL, a, b); }
const Expr *expr_min(Module *module, const Expr *a, const Expr *b) { return expr_binary(module, OP_MIN, a, b); }
const Expr *expr_max(Module *module, const Expr *a, const Expr *b) { return expr_binary(module, OP_MAX, a, b); }

const Expr *expr_floordiv(Module *module, const Expr *a, const Expr *b) {
    return expr_binary(module, OP_FLOORDIV, a, b);
}

const Expr *expr_floormod(Module *module, const Expr *a, const Expr *b) {
    return expr_binary(module, OP_FLOORMOD, a, b);
}

const Expr *expr_ceildiv(Module *module, const Expr *a, const Expr *b) {
    const Expr *less = expr_sub(module, b, expr_integer(module, b->type, 1));
    return expr_floordiv(module, expr_add(module, a, less), b);
}

// ---------------------------------------------------------------- constants

bool expr_is_int(const Expr *expr, int64_t value) { return expr->kind == EXPR_INT && expr->integer == value; }

bool expr_constant(const Expr *expr, int64_t *value) {
    if (expr->kind != EXPR_INT) return false;
    *value = expr->integer;
    return true;
}
