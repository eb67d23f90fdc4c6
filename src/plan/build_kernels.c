// The part of a plan that describes the kernels: which thread runs what where, with which arguments.
#include "ir/print.h"
#include "ir/walk.h"
#include "plan/internal.h"

// What a thread reads: runtime arguments, sizes, circular buffers.
typedef struct Uses {
    const Value *names; // a dict used as a set
    Maker *maker;
} Uses;

static void use_name(Uses *uses, const char *name) {
    if (!value_get(uses->names, name))
        plan_set(uses->maker, (Value *)uses->names, name, value_bool(uses->maker->arena, true));
}

static void use_expression(const Expr *expr, void *user) {
    if (expr->kind == EXPR_VARIABLE &&
        (expr->variable->kind == VARIABLE_RUNTIME || expr->variable->kind == VARIABLE_SIZE))
        use_name(user, expr->variable->name);
}

static void use_slot(const Expr **slot, void *user) { walk_expression(*slot, use_expression, user); }

static void use_statement(Statement *statement, void *user) {
    statement_expressions(statement, use_slot, user);
    if (statement->kind != STATEMENT_OPERATION) return;
    for (int i = 0; i < MAX_OPERANDS; i++)
        if (statement->op.operands[i].kind == OPERAND_CIRCULAR)
            use_name(user, statement->op.operands[i].circular->name);
}

static Value *used_arguments(Maker *maker, const Uses *uses) {
    Value *list = plan_list(maker);
    for (uint32_t i = 0; i < maker->program->arguments.count; i++) {
        Name name = maker->program->arguments.items[i]->variable->name;
        if (value_get(uses->names, name)) plan_add(maker, list, plan_text(maker, name));
    }
    return list;
}

static Value *used_sizes(Maker *maker, const Uses *uses) {
    Value *list = plan_list(maker);
    for (uint32_t i = 0; i < maker->program->sizes.count; i++) {
        Name name = maker->program->sizes.items[i]->name;
        if (value_get(uses->names, name)) plan_add(maker, list, plan_text(maker, name));
    }
    return list;
}

static Value *used_circular_buffers(Maker *maker, const Uses *uses) {
    Value *dict = plan_dict(maker);
    for (uint32_t i = 0; i < maker->program->circular_buffers.count; i++) {
        const CircularBuffer *buffer = maker->program->circular_buffers.items[i];
        if (value_get(uses->names, buffer->name)) plan_set(maker, dict, buffer->name, plan_int(maker, buffer->index));
    }
    return dict;
}

static Value *thread_cores(Maker *maker, const ThreadProgram *thread) {
    if (thread->cores.count == 0) return plan_build_core_ranges(maker);
    CoreRanges ranges = {thread->cores.items, thread->cores.count, thread->cores.capacity};
    return plan_build_ranges(maker, ranges);
}

static Value *build_program(Maker *maker) {
    Value *dict = plan_dict(maker);
    plan_set(maker, dict, "file", plan_text(maker, maker->program_file));
    plan_set(maker, dict, "sha256", maker->program_digest);
    return dict;
}

static Value *build_kernel(Maker *maker, const ThreadProgram *thread) {
    Uses uses = {plan_dict(maker), maker};
    walk_statements(thread->body, use_statement, &uses);
    Value *dict = plan_dict(maker);
    plan_set(maker, dict, "thread", plan_text(maker, thread_name(thread->thread)));
    plan_set(maker, dict, "program", build_program(maker));
    plan_set(maker, dict, "cores", thread_cores(maker, thread));
    plan_set(maker, dict, "compile_time_args", used_circular_buffers(maker, &uses));
    plan_set(maker, dict, "runtime_args", used_arguments(maker, &uses));
    plan_set(maker, dict, "size_args", used_sizes(maker, &uses));
    return dict;
}

Value *plan_build_kernels(Maker *maker) {
    Value *list = plan_list(maker);
    for (uint32_t i = 0; i < maker->program->threads.count; i++)
        plan_add(maker, list, build_kernel(maker, maker->program->threads.items[i]));
    return list;
}
