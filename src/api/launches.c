// A launch is taken out of a kernel by way of the kernel's text: what is read back shares nothing with the kernel, so
// that the other launches and what only they need can be taken off it.
#include "api/launches.h"

#include <string.h>

#include "api/compile.h"
#include "ir/build.h"
#include "ir/names.h"
#include "ir/print.h"
#include "ir/walk.h"

int launch_count(const Function *function) {
    int count = 0;
    for (const Statement *s = function->body ? function->body->first : NULL; s; s = s->next)
        count += s->kind == STATEMENT_LAUNCH;
    return count;
}

static Function *copy_of(const Function *function, int index) {
    Context *context = function->module->context;
    Text text = {.arena = &context->unit};
    text_add(&text, "# ttile ir 1\n\n");
    print_function(function, (PrintOptions){.locations = true}, &text);
    const char *name = arena_format(&context->unit, "%s, launch %d", function->name, index);
    Module *module = module_open(context);
    front_read_ir(module, context_add_source(context, name, text.data, text.length));
    Function *copy = module->functions.items[0];
    copy->name = name_format(context, "%s_launch%d", function->name, index);
    copy->location = function->location;
    return copy;
}

// ---------------------------------------------------------------- what a launch uses

typedef struct Use {
    const Buffer *buffer;
    bool read, written;
} Use;

static void find_load(const Expr *expr, void *user) {
    Use *use = user;
    use->read = use->read || (expr->kind == EXPR_LOAD && expr->buffer == use->buffer);
}

static void find_loads(const Expr **slot, void *user) { walk_expression(*slot, find_load, user); }

static void find_operands(const Statement *statement, Use *use) {
    OperandSpec specs[MAX_OPERANDS];
    int count = operation_operands(statement->op.operation, specs);
    for (int i = 0; i < count; i++) {
        const Operand *operand = &statement->op.operands[i];
        if (operand->kind != OPERAND_REGION || operand->region->buffer != use->buffer) continue;
        use->read = use->read || specs[i].reads;
        use->written = use->written || specs[i].writes;
    }
}

static void find_uses(Statement *statement, void *user) {
    Use *use = user;
    statement_expressions(statement, find_loads, user);
    if (statement->kind == STATEMENT_STORE && statement->store.buffer == use->buffer) use->written = true;
    if (statement->kind == STATEMENT_OPERATION) find_operands(statement, use);
}

// ---------------------------------------------------------------- the function of one launch

static void keep_launch(Function *function, int index) {
    int number = 0;
    for (Statement *s = function->body->first, *next; s; s = next) {
        next = s->next;
        if (s->kind == STATEMENT_LAUNCH && number++ != index) statement_remove(s);
    }
}

static void add_if_used(Function *function, Buffer *buffer) {
    Use use = {.buffer = buffer};
    walk_statements(function->body, find_uses, &use);
    buffer->parameter = -1;
    if (!use.read && !use.written) return;
    buffer->role = !use.written ? ROLE_IN : use.read ? ROLE_INOUT : ROLE_OUT;
    buffer->parameter = (int)function->parameters.count;
    vector_push(&function->module->context->unit, function->parameters, buffer);
}

Function *launch_function(const Function *whole, int index) {
    Function *function = copy_of(whole, index);
    const Function before = *function;
    keep_launch(function, index);
    function->parameters.items = NULL;
    function->parameters.count = function->parameters.capacity = 0;
    for (uint32_t i = 0; i < before.parameters.count; i++) add_if_used(function, before.parameters.items[i]);
    for (Statement *s = function->body->first, *next; s; s = next) {
        next = s->next;
        if (s->kind != STATEMENT_ALLOC || s->alloc->scope != SCOPE_GLOBAL) continue;
        statement_remove(s);
        add_if_used(function, s->alloc);
    }
    return function;
}

// ---------------------------------------------------------------- back together

static const Buffer *find_parameter(int count, Function *const programs[], const char *name) {
    for (int i = 0; i < count; i++)
        for (uint32_t k = 0; k < programs[i]->parameters.count; k++)
            if (!strcmp(programs[i]->parameters.items[k]->name, name)) return programs[i]->parameters.items[k];
    return NULL;
}

Function *launches_together(const Value *plan, int count, Function *const programs[]) {
    Context *context = programs[0]->module->context;
    const Value *tensors = value_get(plan, "tensors");
    Name name = name_of(context, value_get(plan, "kernel")->text);
    Function *whole = function_new(module_open(context), name, programs[0]->location);
    for (uint32_t i = 0; i < tensors->count; i++) {
        const Buffer *found = find_parameter(count, programs, value_get(tensors->items[i], "name")->text);
        if (!found) continue; // no launch uses it
        Buffer *buffer = arena_new(&context->unit, Buffer);
        *buffer = *found;
        role_parse(value_get(tensors->items[i], "role")->text, &buffer->role);
        buffer->parameter = (int)whole->parameters.count;
        vector_push(&context->unit, whole->parameters, buffer);
    }
    return whole;
}
