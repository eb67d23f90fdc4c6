// What a thread uses: everything that its loops, branches and instructions mention, and what the lets behind that need.
#include "program/kernel.h"

#include "ir/walk.h"

// A set of pointers, and the values of lets that nothing has needed so far.
typedef struct UseSet {
    Arena *arena;
    const void **items;
    uint32_t count, capacity; // a power of two, at least twice the count
    struct LetValue *lets;    // by variable, with the same hashing
    uint32_t let_count, let_capacity;
    VECTOR(const Expr *) open; // expressions still to be looked at
} UseSet;

typedef struct LetValue {
    const Variable *variable;
    VECTOR(const Expr *) values;
} LetValue;

static uint32_t place_of(const void *item, uint32_t capacity) {
    return (uint32_t)(((uintptr_t)item >> 4) * 0x9E3779B1u) & (capacity - 1);
}

// ---------------------------------------------------------------- the set

static uint32_t find_item(const UseSet *set, const void *item) {
    uint32_t place = place_of(item, set->capacity);
    while (set->items[place] && set->items[place] != item) place = (place + 1) & (set->capacity - 1);
    return place;
}

static bool is_used(const UseSet *set, const void *item) { return set->capacity && set->items[find_item(set, item)]; }

static void grow_items(UseSet *set) {
    UseSet old = *set;
    set->capacity = old.capacity ? old.capacity * 2 : 64;
    set->items = arena_new_array(set->arena, const void *, set->capacity);
    for (uint32_t i = 0; i < old.capacity; i++)
        if (old.items[i]) set->items[find_item(set, old.items[i])] = old.items[i];
}

// ---------------------------------------------------------------- lets

static LetValue *find_let(const UseSet *set, const Variable *variable) {
    uint32_t place = place_of(variable, set->let_capacity);
    while (set->lets[place].variable && set->lets[place].variable != variable)
        place = (place + 1) & (set->let_capacity - 1);
    return &set->lets[place];
}

static void grow_lets(UseSet *set) {
    UseSet old = *set;
    set->let_capacity = old.let_capacity ? old.let_capacity * 2 : 16;
    set->lets = arena_new_array(set->arena, LetValue, set->let_capacity);
    for (uint32_t i = 0; i < old.let_capacity; i++)
        if (old.lets[i].variable) *find_let(set, old.lets[i].variable) = old.lets[i];
}

static void add_let(UseSet *set, const Statement *let) {
    if (2 * set->let_count >= set->let_capacity) grow_lets(set);
    LetValue *found = find_let(set, let->let.variable);
    if (!found->variable) set->let_count++;
    found->variable = let->let.variable;
    vector_push(set->arena, found->values, let->let.value);
}

// ---------------------------------------------------------------- marking

static void use(UseSet *set, const void *item) {
    if (2 * set->count >= set->capacity) grow_items(set);
    const void **slot = &set->items[find_item(set, item)];
    if (*slot) return;
    *slot = item;
    set->count++;
}

static void use_variable(UseSet *set, const Variable *variable) {
    if (is_used(set, variable)) return;
    use(set, variable);
    if (variable->kind != VARIABLE_LET || !set->let_capacity) return;
    const LetValue *let = find_let(set, variable);
    for (uint32_t i = 0; i < let->values.count; i++) vector_push(set->arena, set->open, let->values.items[i]);
}

static void use_node(const Expr *expr, void *user) {
    if (expr->kind == EXPR_VARIABLE) use_variable(user, expr->variable);
    if (expr->kind == EXPR_LOAD) use(user, expr->buffer);
}

static void use_slot(const Expr **slot, void *user) { walk_expression(*slot, use_node, user); }

static void use_operand(UseSet *set, const Operand *operand) {
    if (operand->kind == OPERAND_CIRCULAR) use(set, operand->circular);
    if (operand->kind == OPERAND_TENSOR) use(set, operand->tensor);
    if (operand->kind == OPERAND_SEMAPHORE) use(set, operand->semaphore);
}

static void visit_let(Statement *statement, void *user) {
    if (statement->kind == STATEMENT_LET) add_let(user, statement);
}

static void visit_other(Statement *statement, void *user) {
    if (statement->kind == STATEMENT_LET) return;
    statement_expressions(statement, use_slot, user);
    if (statement->kind != STATEMENT_OPERATION) return;
    for (int i = 0; i < MAX_OPERANDS; i++) use_operand(user, &statement->op.operands[i]);
}

static UseSet *uses_of(const ThreadProgram *thread, Arena *arena) {
    UseSet *set = arena_new(arena, UseSet);
    set->arena = arena;
    walk_statements(thread->body, visit_let, set);
    walk_statements(thread->body, visit_other, set);
    while (set->open.count) {
        const Expr *value = set->open.items[--set->open.count];
        walk_expression(value, use_node, set);
    }
    return set;
}

// ---------------------------------------------------------------- the kernel

#define KEEP_USED(list, from, key)                                                                                     \
    for (uint32_t i = 0; i < (from).count; i++)                                                                        \
        if (is_used(kernel->uses, key)) vector_push(arena, kernel->list, (from).items[i])

ThreadKernel *thread_kernel(const Function *program, const ThreadProgram *thread) {
    Arena *arena = &program->module->context->unit;
    ThreadKernel *kernel = arena_new(arena, ThreadKernel);
    kernel->program = program;
    kernel->thread = thread;
    kernel->file = kernel_file(program, thread);
    kernel->uses = uses_of(thread, arena);
    KEEP_USED(circular_buffers, program->circular_buffers, program->circular_buffers.items[i]);
    KEEP_USED(tensors, program->parameters, program->parameters.items[i]);
    KEEP_USED(arguments, program->arguments, program->arguments.items[i]->variable);
    KEEP_USED(sizes, program->sizes, program->sizes.items[i]);
    KEEP_USED(semaphores, program->semaphores, program->semaphores.items[i]);
    return kernel;
}

bool kernel_uses(const ThreadKernel *kernel, const void *item) { return is_used(kernel->uses, item); }
