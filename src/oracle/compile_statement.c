// Statements to nodes. A table chooses by kind; loops and operations have files of their own.
#include <string.h>

#include "oracle/compile.h"

#define UPDATE_DEPTH 4 // how deep in a value a read of the element that it replaces is looked for

static void note_effect(Effects *effects, Effect effect, int buffer) {
    bool *const flags[] = {effects->reads, effects->writes, effects->adds};
    flags[effect][buffer] = true;
}

void compile_effect(Compiler *compiler, Effect effect, int buffer) {
    note_effect(&compiler->plan->effects, effect, buffer);
    if (compiler->launch) note_effect(compiler->launch, effect, buffer);
}

// ---------------------------------------------------------------- single statements

Node *compile_node(Compiler *compiler, const Statement *statement, RunNode run) {
    Node *node = arena_new(compiler->arena, Node);
    node->run = run;
    node->statement = statement;
    return node;
}

static Node *compile_let(Compiler *compiler, const Statement *statement) {
    Variable *variable = statement->let.variable;
    Node *node = compile_node(compiler, statement, run_let);
    Linear form = linear_of(compiler, statement->let.value);
    compile_begin(compiler);
    Slot slot = compile_value(compiler, statement->let.value, domain_of(variable->type), statement->location);
    node->program = compile_end(compiler);
    *compile_variable(compiler, variable) = (VariableInfo){slot, form, true};
    return node;
}

// True if the value reads the very element that it replaces, not too deep inside.
static bool updates(const Statement *statement, const Expr *expr, int depth) {
    if (expr->kind == EXPR_LOAD && expr->buffer == statement->store.buffer)
        return memcmp(expr->args, statement->store.indices, expr->count * sizeof(Expr *)) == 0;
    if (expr->kind != EXPR_OP || depth == 0) return false;
    for (uint32_t i = 0; i < expr->count; i++)
        if (updates(statement, expr->args[i], depth - 1)) return true;
    return false;
}

static Node *compile_private_store(Compiler *compiler, const Statement *statement, const BufferInfo *info) {
    Node *node = compile_node(compiler, statement, run_private_store);
    compile_begin(compiler);
    node->value = compile_value(compiler, statement->store.value, info->slot.domain, statement->location);
    node->store.updates = updates(statement, statement->store.value, UPDATE_DEPTH);
    node->store.is_private = true;
    node->store.target = info->slot;
    node->store.access.masked = compiler->guard != NULL;
    if (compiler->guard) node->store.access.mask = compile_guard(compiler, compiler->guard);
    node->program = compile_end(compiler);
    return node;
}

static void check_store(Compiler *compiler, Node *node, const Statement *statement) {
    Linear forms[MAX_RANK];
    int rank = statement->store.buffer->rank;
    for (int d = 0; d < rank; d++) forms[d] = linear_of(compiler, statement->store.indices[d]);
    bool injective = linear_injective(compiler, rank, forms);
    bool own = compiler->plan->buffers.items[node->store.access.buffer].in_nest;
    node->store.checked = !injective && !own;
    node->store.covers = injective && !compiler->guard;
    compiler->nest_checked = compiler->nest_checked || node->store.checked;
}

static Node *compile_store(Compiler *compiler, const Statement *statement) {
    Buffer *buffer = statement->store.buffer;
    int number = compile_buffer(compiler, buffer);
    const BufferInfo *info = &compiler->plan->buffers.items[number];
    if (info->is_private) return compile_private_store(compiler, statement, info);
    compile_effect(compiler, EFFECT_WRITE, number);
    Node *node = compile_node(compiler, statement, run_store);
    compile_begin(compiler);
    node->value = compile_value(compiler, statement->store.value, domain_of(buffer->type), statement->location);
    node->store.access = *compile_access(compiler, buffer, statement->store.indices, statement->location);
    node->program = compile_end(compiler);
    node->store.updates = updates(statement, statement->store.value, UPDATE_DEPTH);
    node->store.number = compiler->plan->stores++;
    node->store.in_nest = compiler->in_nest;
    if (compiler->in_nest) check_store(compiler, node, statement);
    return node;
}

static NodeList compile_guarded_block(Compiler *compiler, const Block *block, Guard *guard) {
    Guard *outer = compiler->guard;
    compiler->guard = guard;
    NodeList list = compile_block(compiler, block);
    compiler->guard = outer;
    return list;
}

// An `if` whose condition differs from lane to lane: both branches, each for the lanes that take it.
static Node *compile_row_if(Compiler *compiler, Node *node, Slot condition) {
    const Statement *statement = node->statement;
    Guard then = {.outer = compiler->guard, .condition = condition};
    Guard otherwise = {.outer = compiler->guard, .condition = condition, .negated = true};
    node->run = run_row_if;
    node->branch.varying = true;
    node->branch.mask = compile_guard(compiler, &then);
    node->branch.otherwise_mask = compile_guard(compiler, &otherwise);
    node->program = compile_end(compiler);
    node->body = compile_guarded_block(compiler, statement->branch.then, &then);
    if (statement->branch.otherwise)
        node->otherwise = compile_guarded_block(compiler, statement->branch.otherwise, &otherwise);
    return node;
}

static Node *compile_if(Compiler *compiler, const Statement *statement) {
    Node *node = compile_node(compiler, statement, run_if);
    compile_begin(compiler);
    node->value = compile_condition(compiler, statement->branch.condition, statement->location);
    if (node->value.varying) return compile_row_if(compiler, node, node->value);
    node->program = compile_end(compiler);
    node->body = compile_block(compiler, statement->branch.then);
    if (statement->branch.otherwise) node->otherwise = compile_block(compiler, statement->branch.otherwise);
    return node;
}

static Node *compile_while(Compiler *compiler, const Statement *statement) {
    Node *node = compile_node(compiler, statement, run_while);
    compile_begin(compiler);
    node->value = compile_condition(compiler, statement->branch.condition, statement->location);
    node->program = compile_end(compiler);
    node->body = compile_block(compiler, statement->branch.then);
    return node;
}

static Node *compile_assert(Compiler *compiler, const Statement *statement) {
    Node *node = compile_node(compiler, statement, run_assert);
    compile_begin(compiler);
    node->value = compile_condition(compiler, statement->branch.condition, statement->location);
    node->branch.varying = compiler->guard != NULL;
    if (compiler->guard) node->branch.mask = compile_guard(compiler, compiler->guard);
    node->program = compile_end(compiler);
    return node;
}

static Node *compile_break(Compiler *compiler, const Statement *statement) {
    return compile_node(compiler, statement, run_break);
}

static Node *compile_continue(Compiler *compiler, const Statement *statement) {
    return compile_node(compiler, statement, run_continue);
}

// A variable of a row loop's body has a value for each lane; other on-chip buffers belong to the machine.
static Node *compile_alloc(Compiler *compiler, const Statement *statement) {
    Node *node = compile_node(compiler, statement, run_alloc);
    node->buffer = compile_buffer(compiler, statement->alloc);
    if (!compiler->launch && statement->alloc->scope != SCOPE_GLOBAL) compiler->plan->outer_state = true;
    BufferInfo *info = &compiler->plan->buffers.items[node->buffer];
    info->in_nest = compiler->in_nest;
    if (!compiler->in_row) return node;
    info->is_private = true;
    info->slot = compile_slot(compiler, domain_of(statement->alloc->type), true);
    return node;
}

static Effects new_effects(Compiler *compiler) {
    size_t count = compiler->plan->buffers.count; // all are numbered before
    return (Effects){arena_new_array(compiler->arena, bool, count), arena_new_array(compiler->arena, bool, count),
                     arena_new_array(compiler->arena, bool, count)};
}

static Node *compile_launch(Compiler *compiler, const Statement *statement) {
    Node *node = compile_node(compiler, statement, run_launch);
    node->launch.effects = new_effects(compiler);
    node->launch.rank = statement->launch.rank;
    compile_begin(compiler);
    for (int d = 0; d < statement->launch.rank; d++) {
        node->launch.extents[d] =
            compile_value(compiler, statement->launch.extents[d], DOMAIN_INTEGER, statement->location);
        node->launch.variables[d] = compile_slot(compiler, DOMAIN_INTEGER, false);
        *compile_variable(compiler, statement->launch.variables[d]) =
            (VariableInfo){.slot = node->launch.variables[d], .defined = true};
    }
    node->program = compile_end(compiler);
    compiler->launch = &node->launch.effects;
    node->body = compile_block(compiler, statement->launch.body);
    compiler->launch = NULL;
    return node;
}

static Node *(*const compilers[])(Compiler *compiler, const Statement *statement) = {
    [STATEMENT_LAUNCH] = compile_launch,
    [STATEMENT_ALLOC] = compile_alloc,
    [STATEMENT_LET] = compile_let,
    [STATEMENT_STORE] = compile_store,
    [STATEMENT_FOR] = compile_for,
    [STATEMENT_IF] = compile_if,
    [STATEMENT_WHILE] = compile_while,
    [STATEMENT_BREAK] = compile_break,
    [STATEMENT_CONTINUE] = compile_continue,
    [STATEMENT_ASSERT] = compile_assert,
    [STATEMENT_OPERATION] = compile_operation,
};

NodeList compile_block(Compiler *compiler, const Block *block) {
    VECTOR(Node *) nodes = {0};
    int32_t outer_top = compiler->top;
    oracle_enter(compiler, block->owner ? block->owner->location : (Location){0});
    for (const Statement *statement = block->first; statement; statement = statement->next) {
        int32_t top = compiler->top;
        Node *node = compilers[statement->kind](compiler, statement);
        vector_push(compiler->arena, nodes, node);
        // What a let or a variable holds lives on to the end of the block.
        if (statement->kind != STATEMENT_LET && statement->kind != STATEMENT_ALLOC) compiler->top = top;
    }
    compile_leave(compiler);
    compiler->top = outer_top;
    return (NodeList){nodes.items, nodes.count};
}

static void number_buffer(Statement *statement, void *user) {
    if (statement->kind == STATEMENT_ALLOC) compile_buffer(user, statement->alloc);
}

// DST holds 32 bits if and only if some buffer does; a 16-bit one rounds the result of every operation.
static double step_roundoff(const Plan *plan) {
    for (uint32_t i = 0; i < plan->buffers.count; i++)
        if (dtype_bits(plan->buffers.items[i].buffer->type) >= 32) return 0;
    return dtype_unit_roundoff(DTYPE_BFLOAT16);
}

void plan_compile(Plan *plan) {
    Compiler compiler = {
        .plan = plan, .context = plan->context, .module = plan->function->module, .arena = plan->arena};
    compiler.linear_stamp = 1;
    for (uint32_t i = 0; i < plan->function->parameters.count; i++)
        compile_buffer(&compiler, plan->function->parameters.items[i]);
    walk_statements(plan->function->body, number_buffer, &compiler);
    plan->step_roundoff = step_roundoff(plan);
    plan->effects = new_effects(&compiler);
    plan->body = compile_block(&compiler, plan->function->body);
}
