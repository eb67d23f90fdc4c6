// Statements in IR text (read_ir.h).
#include <string.h>

#include "front/read_ir.h"
#include "ir/layout.h"
#include "ir/names.h"

// ---------------------------------------------------------------- buffers

static int read_shape(Reader *reader, const Node *node, const Expr *shape[]) {
    if (node->kind != NODE_TUPLE && node->kind != NODE_LIST) ir_refuse(reader, node, "a shape is a tuple");
    if (node->items.count > MAX_RANK) ir_refuse(reader, node, "a buffer has at most %d dimensions", MAX_RANK);
    for (uint32_t i = 0; i < node->items.count; i++) {
        shape[i] = ir_expression(reader, node->items.items[i]);
        if (!dtype_is_integer(shape[i]->type)) ir_refuse(reader, node->items.items[i], "a size is an integer");
    }
    return (int)node->items.count;
}

Buffer *ir_buffer(Reader *reader, Name name, const Node *call, Scope scope, Location location) {
    const Expr *shape[MAX_RANK];
    bool scalar = scope == SCOPE_VAR;
    int rank = scalar ? 0 : read_shape(reader, ir_required(reader, call, 0, NULL), shape);
    DType type = ir_dtype(reader, ir_required(reader, call, scalar ? 0 : 1, NULL));
    Buffer *buffer = buffer_new(reader->function, scope, name, type, rank, shape, location);
    buffer->parameter = -1;
    const Node *role = ir_argument(call, UINT32_MAX, "role"), *annotation = ir_argument(call, UINT32_MAX, "annotation");
    const Node *layout = ir_argument(call, UINT32_MAX, "layout");
    if (role && !role_parse(ir_text(reader, role), &buffer->role))
        ir_refuse(reader, role, "a role is \"in\", \"out\", \"inout\" or \"scratch\"");
    if (annotation) buffer->annotation = ir_value(reader, annotation);
    if (layout) {
        const char *wrong = layout_from_value(ir_value(reader, layout), &buffer->layout);
        if (wrong) ir_refuse(reader, layout, "%s", wrong);
        buffer->has_layout = true;
        reader->function->is_claimed = true;
    }
    ir_define(reader, call, (Symbol){.name = name, .kind = SYMBOL_BUFFER, .buffer = buffer});
    return buffer;
}

static bool read_alloc(Reader *reader, const Node *node, Block *block) {
    static const char prefix[] = "alloc_";
    const char *called =
        node->items.count == 1 && node->items.items[0]->kind == NODE_NAME ? ir_call_name(node->first, "T") : NULL;
    Scope scope;
    if (!called || strncmp(called, prefix, sizeof prefix - 1) || !scope_parse(called + sizeof prefix - 1, &scope))
        return false;
    Buffer *buffer = ir_buffer(reader, node->items.items[0]->name, node->first, scope, ir_location(reader, node));
    Statement *alloc = build_alloc(reader->module, buffer);
    alloc->location = ir_location(reader, node);
    block_append(block, alloc);
    return true;
}

// ---------------------------------------------------------------- variables

// Threads share the variables of the control flow that they have in common: a name of one kind and type means one
// variable. A name that means something else from here on gets a new variable.
static Variable *local_variable(Reader *reader, const Node *node, Name name, VariableKind kind, DType type,
                                Location location) {
    const Symbol *known = ir_find(reader, name);
    if (known && known->kind == SYMBOL_VARIABLE && known->variable->kind == kind && known->variable->type == type)
        return known->variable;
    Variable *variable = variable_new(reader->function, kind, name, type, location);
    ir_define(reader, node, (Symbol){.name = name, .kind = SYMBOL_VARIABLE, .variable = variable});
    return variable;
}

static void read_let(Reader *reader, const Node *node, Block *block) {
    DType type;
    const Node *annotation = node->second;
    bool typed = node->first->kind == NODE_NAME && annotation && annotation->kind == NODE_ATTRIBUTE &&
                 dtype_parse(annotation->name, &type);
    if (!typed || !node->third) ir_refuse(reader, node, "a let is `name: T.dtype = value`");
    const Expr *value = ir_expression(reader, node->third);
    if (value->type != type)
        ir_refuse(reader, node, "%s is %s, its value %s", node->first->name, dtype_name(type), dtype_name(value->type));
    Location location = ir_location(reader, node);
    Variable *variable = local_variable(reader, node, node->first->name, VARIABLE_LET, type, location);
    Statement *let = build_let(reader->module, variable, value);
    let->location = location;
    block_append(block, let);
}

static void read_assignment(Reader *reader, const Node *node, Block *block) {
    if (read_alloc(reader, node, block)) return;
    const Node *target = node->items.count == 1 ? node->items.items[0] : node;
    if (target->kind != NODE_SUBSCRIPT)
        ir_refuse(reader, node, "expected a buffer's declaration or `buffer[...] = value`");
    Buffer *buffer = ir_symbol(reader, target->first, SYMBOL_BUFFER, "a buffer")->buffer;
    const Expr *indices[MAX_RANK];
    ir_indices(reader, target, buffer->rank, indices);
    const Expr *value = ir_expression(reader, node->first);
    if (value->type != buffer->type)
        ir_refuse(reader, node, "%s holds %s, the value is %s", buffer->name, dtype_name(buffer->type),
                  dtype_name(value->type));
    block_append(block, build_store(reader->module, buffer, indices, value, ir_location(reader, node)));
}

// ---------------------------------------------------------------- control flow

static const Expr *integer_expression(Reader *reader, const Node *node) {
    const Expr *expr = ir_expression(reader, node);
    if (!dtype_is_integer(expr->type)) ir_refuse(reader, node, "expected an integer, seen %s", dtype_name(expr->type));
    return expr;
}

static void read_for(Reader *reader, const Node *node, Block *block) {
    const char *called = ir_call_name(node->second, "T");
    ForKind kind;
    if (node->first->kind != NODE_NAME || !called || !for_kind_parse(called, &kind))
        ir_refuse(reader, node, "a loop is `for name in T.serial(start, count, step)` or of another kind");
    const Expr *bounds[3];
    for (uint32_t i = 0; i < 3; i++) bounds[i] = integer_expression(reader, ir_required(reader, node->second, i, NULL));
    for (int i = 1; i < 3; i++)
        if (bounds[i]->type != bounds[0]->type) ir_refuse(reader, node->second, "start, count and step have one type");
    Location location = ir_location(reader, node);
    Variable *variable = local_variable(reader, node, node->first->name, VARIABLE_LOOP, bounds[0]->type, location);
    Statement *loop = build_for(reader->module, kind, variable, bounds[1], location);
    loop->loop.start = bounds[0];
    loop->loop.step = bounds[2];
    const Node *stages = ir_argument(node->second, UINT32_MAX, "num_stages");
    if (stages) loop->loop.stages = ir_small_integer(reader, stages);
    block_append(block, loop);
    ir_block(reader, &node->body, loop->loop.body);
}

static const Expr *condition(Reader *reader, const Node *node) {
    const Expr *expr = ir_expression(reader, node);
    if (expr->type != DTYPE_BOOL) ir_refuse(reader, node, "a condition is a bool, seen %s", dtype_name(expr->type));
    return expr;
}

static void read_branch(Reader *reader, const Node *node, Block *block) {
    Statement *branch = build_if(reader->module, condition(reader, node->first), ir_location(reader, node));
    if (node->kind == NODE_WHILE) branch->kind = STATEMENT_WHILE;
    block_append(block, branch);
    ir_block(reader, &node->body, branch->branch.then);
    if (!node->otherwise.count) return;
    if (node->kind == NODE_WHILE) ir_refuse(reader, node, "a while loop has no else");
    branch->branch.otherwise = block_new(reader->module, branch);
    ir_block(reader, &node->otherwise, branch->branch.otherwise);
}

static void read_assert(Reader *reader, const Node *node, Block *block) {
    Statement *assertion = statement_new(reader->module, STATEMENT_ASSERT, ir_location(reader, node));
    assertion->branch.condition = condition(reader, node->first);
    if (node->second) assertion->branch.message = ir_text(reader, node->second);
    block_append(block, assertion);
}

static void read_launch(Reader *reader, const Node *node, Block *block) {
    const Node *item = node->items.count == 1 ? node->items.items[0] : NULL;
    const char *called = item ? ir_call_name(item->first, "T") : NULL;
    if (!called || strcmp(called, "Kernel") || !item->second)
        ir_refuse(reader, node, "expected `with T.Kernel(...) as ...:`");
    bool several = item->second->kind == NODE_TUPLE;
    uint32_t rank = several ? item->second->items.count : 1;
    if (rank < 1 || rank > 3 || rank != item->first->items.count)
        ir_refuse(reader, node, "a launch has 1 to 3 extents, and a variable for each");
    Statement *launch = statement_new(reader->module, STATEMENT_LAUNCH, ir_location(reader, node));
    launch->launch.rank = (int)rank;
    for (uint32_t i = 0; i < rank; i++) {
        const Node *name = several ? item->second->items.items[i] : item->second;
        if (name->kind != NODE_NAME) ir_refuse(reader, name, "expected a name");
        launch->launch.extents[i] = integer_expression(reader, item->first->items.items[i]);
        launch->launch.variables[i] =
            local_variable(reader, name, name->name, VARIABLE_BLOCK, launch->launch.extents[i]->type, launch->location);
    }
    launch->launch.body = block_new(reader->module, launch);
    block_append(block, launch);
    ir_block(reader, &node->body, launch->launch.body);
}

// ---------------------------------------------------------------- operations

static Operand read_operand(Reader *reader, const OperandSpec *spec, const Node *node) {
    switch (spec->kind) {
    case OPERAND_REGION: return operand_region(ir_region(reader, node));
    case OPERAND_TENSOR: {
        Buffer *tensor = ir_symbol(reader, node, SYMBOL_BUFFER, "a tensor")->buffer;
        if (tensor->scope != SCOPE_GLOBAL) ir_refuse(reader, node, "%s is no tensor", tensor->name);
        return operand_tensor(tensor);
    }
    case OPERAND_CIRCULAR:
        return operand_circular(ir_symbol(reader, node, SYMBOL_CIRCULAR, "a circular buffer")->circular);
    case OPERAND_SEMAPHORE:
        return (Operand){.kind = OPERAND_SEMAPHORE,
                         .semaphore = ir_symbol(reader, node, SYMBOL_SEMAPHORE, "a semaphore")->semaphore};
    case OPERAND_BOOL: return operand_bool(ir_boolean(reader, node));
    case OPERAND_NAME: return operand_name(ir_text(reader, node));
    default: return operand_expr(ir_expression(reader, node));
    }
}

static void check_keywords(Reader *reader, const Node *call, const OperandSpec *specs, int count) {
    int positional = 0;
    for (uint32_t k = 0; k < call->items.count; k++) {
        const Node *item = call->items.items[k];
        if (item->kind != NODE_KEYWORD) {
            positional++;
            continue;
        }
        bool known = false;
        for (int i = 0; i < count; i++) known |= !strcmp(specs[i].name, item->name);
        if (!known) ir_refuse(reader, item, "there is no operand %s", item->name);
    }
    if (positional > count) ir_refuse(reader, call, "expected at most %d operands, seen %d", count, positional);
}

static void read_operation(Reader *reader, const Node *node, Block *block) {
    const Node *call = node->first;
    if (call->kind != NODE_CALL) ir_refuse(reader, node, "expected an operation");
    const char *tile = ir_call_name(call, "T"), *name = call->first->kind == NODE_NAME ? call->first->name : NULL;
    if (tile) name = arena_format(&reader->context->scratch, "T.%s", tile);
    const Operation *operation = name ? module_find_operation(reader->module, name) : NULL;
    if (!operation) ir_refuse(reader, call, "%s is no operation", name ? name : "this");
    OperandSpec specs[MAX_OPERANDS];
    int count = operation_operands(operation, specs);
    check_keywords(reader, call, specs, count);
    Operand operands[MAX_OPERANDS];
    for (int i = 0; i < count; i++) {
        const Node *argument = ir_argument(call, (uint32_t)i, specs[i].name);
        if (argument)
            operands[i] = read_operand(reader, &specs[i], argument);
        else if (specs[i].default_text)
            operands[i] = operand_bool(!strcmp(specs[i].default_text, "True"));
        else
            ir_refuse(reader, call, "the operand %s is missing", specs[i].name);
    }
    block_append(block, build_operation(reader->module, operation, ir_location(reader, node), count, operands));
}

// ---------------------------------------------------------------- all

static void read_jump(Reader *reader, const Node *node, Block *block) {
    StatementKind kind = node->kind == NODE_BREAK ? STATEMENT_BREAK : STATEMENT_CONTINUE;
    block_append(block, statement_new(reader->module, kind, ir_location(reader, node)));
}

static void read_pass(Reader *reader, const Node *node, Block *block) { (void)reader, (void)node, (void)block; }

void ir_block(Reader *reader, const NodeList *statements, Block *block) {
    typedef void Read(Reader * reader, const Node *node, Block *block);
    static Read *const reads[NODE_KIND_COUNT] = {
        [NODE_EXPRESSION] = read_operation,
        [NODE_ASSIGN] = read_assignment,
        [NODE_ANNOTATED] = read_let,
        [NODE_FOR] = read_for,
        [NODE_IF] = read_branch,
        [NODE_WHILE] = read_branch,
        [NODE_ASSERT] = read_assert,
        [NODE_WITH] = read_launch,
        [NODE_BREAK] = read_jump,
        [NODE_CONTINUE] = read_jump,
        [NODE_PASS] = read_pass,
    };
    for (uint32_t i = 0; i < statements->count; i++) {
        const Node *node = statements->items[i];
        if (!reads[node->kind]) ir_refuse(reader, node, "this is no IR statement");
        reads[node->kind](reader, node, block);
    }
}
