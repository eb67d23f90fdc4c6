// Loops to nodes. An innermost T.Parallel loop runs as rows, LANES iterations side by side, when its body holds nothing
// but stores, lets, branches, inner serial loops with bounds common to all lanes, and variables; else lane by lane.
#include "oracle/compile.h"

static bool block_fits_row(const Block *block);

static bool loop_fits_row(const Statement *statement) {
    return statement->loop.kind != FOR_PARALLEL && block_fits_row(statement->loop.body);
}

static bool fits_row(const Statement *statement) {
    switch (statement->kind) {
    case STATEMENT_LET:
    case STATEMENT_STORE:
    case STATEMENT_ASSERT: return true;
    case STATEMENT_ALLOC: return statement->alloc->scope == SCOPE_VAR;
    case STATEMENT_FOR: return loop_fits_row(statement);
    case STATEMENT_IF:
        return block_fits_row(statement->branch.then) &&
               (!statement->branch.otherwise || block_fits_row(statement->branch.otherwise));
    case STATEMENT_LAUNCH:
    case STATEMENT_WHILE:
    case STATEMENT_BREAK:
    case STATEMENT_CONTINUE:
    case STATEMENT_OPERATION: return false;
    }
    return false;
}

static bool block_fits_row(const Block *block) {
    for (const Statement *statement = block->first; statement; statement = statement->next)
        if (!fits_row(statement)) return false;
    return true;
}

static void compile_bounds(Compiler *compiler, Node *node) {
    const Statement *statement = node->statement;
    compile_begin(compiler);
    node->loop.start = compile_value(compiler, statement->loop.start, DOMAIN_INTEGER, statement->location);
    node->loop.extent = compile_value(compiler, statement->loop.extent, DOMAIN_INTEGER, statement->location);
    node->loop.step = compile_value(compiler, statement->loop.step, DOMAIN_INTEGER, statement->location);
    node->program = compile_end(compiler);
    if (node->loop.start.varying || node->loop.extent.varying || node->loop.step.varying) compiler->row_refused = true;
}

// Gives the loop's variable its slot and, within a nest, its place there.
static int define_variable(Compiler *compiler, Node *node, bool varying) {
    const Statement *statement = node->statement;
    int64_t extent = -1;
    int place = -1;
    node->loop.variable = compile_slot(compiler, DOMAIN_INTEGER, varying);
    *compile_variable(compiler, statement->loop.variable) =
        (VariableInfo){.slot = node->loop.variable, .defined = true};
    if (!expr_evaluate_bound(statement->loop.extent, &extent) || extent < 0) extent = -1;
    if (compiler->in_nest) place = nest_add(compiler, statement->loop.variable, node->loop.parallel, extent);
    return place;
}

static void compile_body(Compiler *compiler, Node *node, bool as_row) {
    uint32_t nest = compiler->nest.count;
    int32_t top = compiler->top;
    int place = define_variable(compiler, node, as_row);
    if (as_row) {
        compiler->in_row = true;
        compiler->row_variable = place;
        compiler->linear_stamp++;
    }
    node->body = compile_block(compiler, node->statement->loop.body);
    compiler->top = top;
    compiler->nest.count = nest;
    compiler->linear_stamp++;
    if (as_row) compiler->in_row = false;
}

static void forget_private(Compiler *compiler, const Block *block);

static void forget_private_in(Compiler *compiler, const Statement *statement) {
    Block *blocks[2];
    int count = statement_blocks(statement, blocks);
    for (int i = 0; i < count; i++) forget_private(compiler, blocks[i]);
    if (statement->kind == STATEMENT_ALLOC)
        compiler->plan->buffers.items[compile_buffer(compiler, statement->alloc)].is_private = false;
}

static void forget_private(Compiler *compiler, const Block *block) {
    for (const Statement *statement = block->first; statement; statement = statement->next)
        forget_private_in(compiler, statement);
}

static bool compile_row(Compiler *compiler, Node *node) {
    if (!block_fits_row(node->statement->loop.body)) return false;
    Guard *guard = compiler->guard;
    compiler->row_refused = false;
    node->run = run_row_loop;
    compile_body(compiler, node, true);
    compiler->guard = guard;
    if (!compiler->row_refused) return true;
    forget_private(compiler, node->statement->loop.body);
    return false;
}

Node *compile_for(Compiler *compiler, const Statement *statement) {
    Node *node = compile_node(compiler, statement, run_loop);
    node->loop.parallel = statement->loop.kind == FOR_PARALLEL;
    compile_bounds(compiler, node);
    node->loop.nest_root = node->loop.parallel && !compiler->in_nest;
    if (node->loop.nest_root) {
        compiler->in_nest = true;
        compiler->nest_checked = false;
        compiler->linear_stamp++;
    }
    if (!node->loop.parallel || compiler->in_row || !compile_row(compiler, node)) {
        node->run = run_loop;
        compile_body(compiler, node, false);
    }
    if (node->loop.nest_root) {
        compiler->in_nest = false;
        node->loop.checked = compiler->nest_checked;
    }
    return node;
}
