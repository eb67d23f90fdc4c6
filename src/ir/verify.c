// The verifier: blocks and statements, with what is in scope at each.
#include "ir/verify.h"

#include "ir/build.h"
#include "ir/names.h"
#include "ir/verify_shared.h"
#include "ir/walk.h"

void invalid(Verifier *verifier, const char *format, ...) {
    Context *context = verifier->function->module->context;
    Text text = {.arena = &context->scratch};
    va_list arguments;
    va_start(arguments, format);
    text_format_list(&text, format, arguments);
    va_end(arguments);
    verifier->valid = false;
    const Statement *statement = verifier->statement;
    Location place = verifier->place ? *verifier->place : verifier->function->location;
    report(context, verifier->code, statement ? statement->location : place, "%s: %s", verifier->function->name,
           text.data);
    if (!statement) return;
    Text line = {.arena = &context->scratch};
    print_statement(statement, &line);
    report_note(context, (Location){0}, "in `%s`", line.data);
}

static void define(Verifier *verifier, const void *thing, Name name) {
    if (!scope_add(&verifier->scope, thing)) invalid(verifier, "'%s' is defined again within its own scope", name);
}

// ---------------------------------------------------------------- statements

static void verify_launch(Verifier *verifier, const Statement *statement) {
    if (statement->launch.rank < 1 || statement->launch.rank > 3) {
        invalid(verifier, "a launch has 1 to 3 dimensions, not %d", statement->launch.rank);
        return;
    }
    if (verifier->in_launch || verifier->depth > 1) invalid(verifier, "a launch stands inside of another statement");
    for (int i = 0; i < statement->launch.rank; i++)
        verify_typed(verifier, statement->launch.extents[i], statement->launch.variables[i]->type, "launch's extent");
    for (int i = 0; i < statement->launch.rank; i++)
        define(verifier, statement->launch.variables[i], statement->launch.variables[i]->name);
    verifier->in_launch = true;
    verify_block(verifier, statement->launch.body, statement);
    verifier->in_launch = false;
}

static void verify_alloc(Verifier *verifier, const Statement *statement) {
    verify_buffer(verifier, statement->alloc);
    define(verifier, statement->alloc, statement->alloc->name);
}

static void verify_let(Verifier *verifier, const Statement *statement) {
    verify_typed(verifier, statement->let.value, statement->let.variable->type, "value of a let");
    define(verifier, statement->let.variable, statement->let.variable->name);
}

static void verify_store(Verifier *verifier, const Statement *statement) {
    const Buffer *buffer = statement->store.buffer;
    verify_buffer_use(verifier, buffer);
    for (int i = 0; i < buffer->rank; i++) verify_integer(verifier, statement->store.indices[i], "index of a store");
    verify_typed(verifier, statement->store.value, buffer->type, "value of a store");
}

static bool is_canonical(const Statement *loop) {
    return loop->loop.start && expr_is_int(loop->loop.start, 0) && loop->loop.step && expr_is_int(loop->loop.step, 1);
}

static void verify_for(Verifier *verifier, const Statement *statement) {
    DType type = statement->loop.variable->type;
    if (!dtype_is_integer(type)) invalid(verifier, "a loop's variable must be an integer, and is %s", dtype_name(type));
    verify_typed(verifier, statement->loop.start, type, "start of a loop");
    verify_typed(verifier, statement->loop.extent, type, "count of a loop");
    verify_typed(verifier, statement->loop.step, type, "step of a loop");
    if (statement->loop.step && expr_is_int(statement->loop.step, 0)) invalid(verifier, "the step of a loop is 0");
    const Function *function = verifier->function;
    if (function->attributes[ATTR_CANONICAL] && function->body && !is_canonical(statement))
        invalid(verifier, "tt.canonical says that loops count from 0 by 1");
    if (statement->loop.stages >= 0 && statement->loop.kind != FOR_PIPELINED)
        invalid(verifier, "only a T.Pipelined loop has stages");
    if (statement->loop.stages < -1) invalid(verifier, "a loop has %d stages", statement->loop.stages);
    define(verifier, statement->loop.variable, statement->loop.variable->name);
    verifier->loops++;
    verify_block(verifier, statement->loop.body, statement);
    verifier->loops--;
}

static void verify_branch(Verifier *verifier, const Statement *statement) {
    verify_typed(verifier, statement->branch.condition, DTYPE_BOOL, "condition");
    verifier->loops += statement->kind == STATEMENT_WHILE;
    verify_block(verifier, statement->branch.then, statement);
    if (statement->branch.otherwise) verify_block(verifier, statement->branch.otherwise, statement);
    if (statement->branch.otherwise && statement->kind == STATEMENT_WHILE)
        invalid(verifier, "a while loop has an else");
    verifier->loops -= statement->kind == STATEMENT_WHILE;
}

static void verify_break(Verifier *verifier, const Statement *statement) {
    if (verifier->loops == 0)
        invalid(verifier, "'%s' stands outside of every loop",
                statement->kind == STATEMENT_BREAK ? "break" : "continue");
}

static void verify_assert(Verifier *verifier, const Statement *statement) {
    verify_typed(verifier, statement->branch.condition, DTYPE_BOOL, "condition");
}

// ---------------------------------------------------------------- blocks

static void verify_statement(Verifier *verifier, const Statement *statement) {
    static void (*const checks[])(Verifier * verifier, const Statement *statement) = {
        [STATEMENT_LAUNCH] = verify_launch,
        [STATEMENT_ALLOC] = verify_alloc,
        [STATEMENT_LET] = verify_let,
        [STATEMENT_STORE] = verify_store,
        [STATEMENT_FOR] = verify_for,
        [STATEMENT_IF] = verify_branch,
        [STATEMENT_WHILE] = verify_branch,
        [STATEMENT_BREAK] = verify_break,
        [STATEMENT_CONTINUE] = verify_break,
        [STATEMENT_ASSERT] = verify_assert,
        [STATEMENT_OPERATION] = verify_operation,
    };
    verifier->statement = statement;
    checks[statement->kind](verifier, statement);
}

static bool is_linked(const Block *block, const Statement *statement) {
    bool before = statement->previous ? statement->previous->next == statement : block->first == statement;
    bool behind = statement->next ? statement->next->previous == statement : block->last == statement;
    return before && behind && statement->block == block;
}

// A loop's or launch's variables end with its statement, what a block defines with the block.
void verify_block(Verifier *verifier, const Block *block, const Statement *owner) {
    uint32_t outer = verifier->scope.order.count;
    if (!block || block->owner != owner || verifier->depth == MAX_BLOCK_DEPTH) {
        invalid(verifier, "a block is missing, has another owner, or is nested more than %d deep", MAX_BLOCK_DEPTH);
        return;
    }
    verifier->depth++;
    for (const Statement *statement = block->first; statement; statement = statement->next) {
        verifier->statement = statement;
        if (!is_linked(block, statement)) {
            invalid(verifier, "the statement is not linked to its neighbours");
            break;
        }
        uint32_t mark = verifier->scope.order.count;
        verify_statement(verifier, statement);
        Block *inner[2];
        if (statement_blocks(statement, inner)) scope_leave(&verifier->scope, mark);
    }
    verifier->depth--;
    scope_leave(&verifier->scope, outer);
    verifier->statement = owner;
}

static bool verify_as(Function *function, DiagnosticCode code) {
    Verifier verifier = {.function = function, .valid = true, .code = code};
    verifier.scope.arena = &function->module->context->scratch;
    verify_head(&verifier);
    if (function->body && function->threads.count) invalid(&verifier, "a function has both a body and threads");
    if (function->body) verify_block(&verifier, function->body, NULL);
    verify_program(&verifier);
    return verifier.valid;
}

bool verify_function(Function *function) { return verify_as(function, DIAG_IR_INVALID); }
bool verify_text(Function *function) { return verify_as(function, DIAG_IR_TEXT); }

bool verify_module(Module *module) {
    bool valid = true;
    for (uint32_t i = 0; i < module->functions.count; i++) valid &= verify_function(module->functions.items[i]);
    return valid;
}
