// The finished function: its parameters in order with their roles, and the dynamic sizes that it uses.

#include "front/kernel.h"
#include "ir/build.h"
#include "ir/walk.h"

typedef struct Use {
    Buffer *buffer;
    bool read, written;
} Use;

typedef struct Uses {
    Evaluator *ev;
    VECTOR(Use) buffers;
} Uses;

static Use *use_of(Uses *uses, Buffer *buffer) {
    for (uint32_t i = 0; i < uses->buffers.count; i++)
        if (uses->buffers.items[i].buffer == buffer) return &uses->buffers.items[i];
    vector_push(uses->ev->arena, uses->buffers, ((Use){.buffer = buffer}));
    return &vector_last(uses->buffers);
}

static void use_size(Evaluator *ev, const Variable *variable) {
    if (variable->kind != VARIABLE_SIZE) return;
    for (uint32_t i = 0; i < ev->function->sizes.count; i++)
        if (ev->function->sizes.items[i] == variable) return;
    vector_push(&ev->context->unit, ev->function->sizes, (Variable *)variable);
    for (uint32_t i = 0; i < ev->kernel->sizes.count; i++)
        if (ev->kernel->sizes.items[i].variable == variable) ev->kernel->sizes.items[i].used = true;
}

static void use_node(const Expr *expr, void *user) {
    Uses *uses = user;
    if (expr->kind == EXPR_VARIABLE) use_size(uses->ev, expr->variable);
    if (expr->kind == EXPR_LOAD && expr->buffer->scope == SCOPE_GLOBAL) use_of(uses, expr->buffer)->read = true;
}

static void use_expression(const Expr **slot, void *user) { walk_expression(*slot, use_node, user); }

static void use_operands(Uses *uses, const Statement *statement) {
    OperandSpec specs[MAX_OPERANDS];
    int count = operation_operands(statement->op.operation, specs);
    for (int i = 0; i < count; i++) {
        const Operand *operand = &statement->op.operands[i];
        if (operand->kind != OPERAND_REGION || operand->region->buffer->scope != SCOPE_GLOBAL) continue;
        Use *use = use_of(uses, operand->region->buffer);
        use->read |= specs[i].reads;
        use->written |= specs[i].writes;
    }
}

static void use_statement(Statement *statement, void *user) {
    Uses *uses = user;
    statement_expressions(statement, use_expression, user);
    if (statement->kind == STATEMENT_STORE && statement->store.buffer->scope == SCOPE_GLOBAL)
        use_of(uses, statement->store.buffer)->written = true;
    if (statement->kind == STATEMENT_OPERATION) use_operands(uses, statement);
}

static void add_parameter(Evaluator *ev, Buffer *buffer) {
    if (buffer->parameter >= 0) return;
    buffer->parameter = (int)ev->function->parameters.count;
    vector_push(&ev->context->unit, ev->function->parameters, buffer);
}

// Tensor arguments in the order of the signature, then returned tensors in the order of the return.
static void add_parameters(Evaluator *ev) {
    const Kernel *kernel = ev->kernel;
    const Node *function = kernel->function->node;
    for (uint32_t i = 0; i < function->items.count; i++)
        for (uint32_t j = 0; j < kernel->inputs.count; j++)
            if (kernel->input_names.items[j] == function->items.items[i]->name)
                add_parameter(ev, kernel->inputs.items[j]);
    for (uint32_t j = 0; j < kernel->inputs.count; j++) add_parameter(ev, kernel->inputs.items[j]);
    for (uint32_t j = 0; j < kernel->returned.count; j++) add_parameter(ev, kernel->returned.items[j]);
    for (uint32_t i = 0; i < ev->function->parameters.count; i++)
        for (int d = 0; d < ev->function->parameters.items[i]->rank; d++) {
            Uses uses = {.ev = ev};
            walk_expression(ev->function->parameters.items[i]->shape[d], use_node, &uses);
        }
}

static void infer_roles(Evaluator *ev, Uses *uses) {
    for (uint32_t i = 0; i < ev->function->parameters.count; i++) {
        Buffer *buffer = ev->function->parameters.items[i];
        const Use *use = use_of(uses, buffer);
        if (buffer->role == ROLE_OUT) continue; // T.empty
        buffer->role = !use->written ? ROLE_IN : use->read ? ROLE_INOUT : ROLE_OUT;
    }
}

static void apply_out_idx(Evaluator *ev, Object *index, const Node *node) {
    if (object_is_sequence(index)) {
        for (uint32_t i = 0; i < index->list.count; i++)
            if (!object_is_sequence(index->list.items[i])) apply_out_idx(ev, index->list.items[i], node);
        return;
    }
    int64_t count = ev->function->parameters.count, place = need_int(ev, index, node, "an index of out_idx");
    if (place < -count || place >= count)
        stop_at(ev, DIAG_FRONT_OUTPUT, node->location, "expected out_idx to name one of %lld parameters, seen %lld",
                (long long)count, (long long)place);
    ev->function->parameters.items[place < 0 ? place + count : place]->role = ROLE_OUT;
}

void finish_function(Evaluator *ev) {
    Uses uses = {.ev = ev};
    add_parameters(ev);
    walk_statements(ev->function->body, use_statement, &uses);
    infer_roles(ev, &uses);
    const FunctionObject *kernel = ev->kernel->function;
    if (ev->kernel->out_idx) apply_out_idx(ev, ev->kernel->out_idx, kernel->out_idx ? kernel->out_idx : kernel->node);
    bool launches = false;
    for (const Statement *s = ev->function->body->first; s; s = s->next) launches |= s->kind == STATEMENT_LAUNCH;
    if (!launches)
        stop_with_help(ev, DIAG_FRONT_LAUNCH, kernel->node->location, "put its statements into `with T.Kernel(...)`",
                       "expected a T.Kernel in `%s`, seen none", kernel->node->name);
}
