// A thread program's statements as structured C++: loops, branches, constants, calls.
#include <stdlib.h>

#include "emit/printer.h"
#include "ir/build.h"
#include "ir/walk.h"

static void open_block(Emitter *emitter, Text *head) {
    text_add(head, " {");
    print_line(emitter, head->data);
    emitter->indent++;
}

static void close_block(Emitter *emitter, const char *end) {
    emitter->indent--;
    print_line(emitter, end);
}

// ---------------------------------------------------------------- scalars

static void print_let(Emitter *emitter, const Statement *statement) {
    const Variable *variable = statement->let.variable;
    if (!kernel_uses(emitter->kernel, variable)) return;
    print_source_line(emitter, statement->location);
    Text text = {.arena = emitter->arena};
    Identifier *identifier = identifier_of(emitter, variable->name);
    text_format(&text, "const %s %s = ", cpp_type(emitter, variable->type), identifier->text);
    print_scalar(emitter, statement->let.value, &text);
    text_add(&text, ";");
    identifier_of(emitter, variable->name)->is_natural = is_natural(emitter, statement->let.value);
    print_line(emitter, text.data);
}

static void print_scalar_store(Emitter *emitter, const Statement *statement) {
    const Buffer *buffer = statement->store.buffer;
    if (buffer->scope != SCOPE_VAR || buffer->rank)
        fail_emit(emitter, DIAG_EMIT_EXPRESSION, NULL, "a thread program stores to scalars only, not to %s",
                  buffer->name);
    print_source_line(emitter, statement->location);
    Text text = {.arena = emitter->arena};
    text_format(&text, "%s = ", cpp_name(emitter, buffer->name));
    print_scalar(emitter, statement->store.value, &text);
    text_add(&text, ";");
    print_line(emitter, text.data);
}

static void print_alloc(Emitter *emitter, const Statement *statement) {
    const Buffer *buffer = statement->alloc;
    if (!kernel_uses(emitter->kernel, buffer)) return;
    print_source_line(emitter, statement->location);
    print_line(emitter, arena_format(emitter->arena, "%s %s = 0;", cpp_type(emitter, buffer->type),
                                     cpp_name(emitter, buffer->name)));
}

// ---------------------------------------------------------------- loops

static void find_load(const Expr *expr, void *user) {
    if (expr->kind == EXPR_LOAD) *(bool *)user = true;
}

static bool loads(const Expr *expr) {
    bool found = false;
    walk_expression(expr, find_load, &found);
    return found;
}

// `start + extent * step` behind a loop that counts up, or NULL where it is better to count turns.
static const Expr *end_of(Emitter *emitter, const Statement *loop) {
    Module *module = emitter->kernel->program->module;
    int64_t step;
    if (!expr_constant(loop->loop.step, &step) || step < 1) return NULL;
    if (loads(loop->loop.start) || loads(loop->loop.extent)) return NULL;
    return expr_add(module, loop->loop.start, expr_mul(module, loop->loop.extent, loop->loop.step));
}

static void add_step(Emitter *emitter, const char *name, const Expr *step, Text *out) {
    if (expr_is_int(step, 1)) {
        text_format(out, "++%s", name);
    } else {
        text_format(out, "%s += ", name);
        print_scalar(emitter, step, out);
    }
}

// The bounds count once, before the loop, even where its body changes what they are made of.
static void print_turns_head(Emitter *emitter, const Statement *loop, Text *out) {
    Name name = loop->loop.variable->name;
    const char *type = cpp_type(emitter, loop->loop.variable->type), *variable = cpp_name(emitter, name);
    const char *turns = cpp_derived(emitter, name, "turns");
    text_format(out, "for (%s %s = ", type, variable);
    print_scalar(emitter, loop->loop.start, out);
    text_format(out, ", %s = ", turns);
    print_scalar(emitter, loop->loop.extent, out);
    text_format(out, "; %s > 0; --%s, ", turns, turns);
    add_step(emitter, variable, loop->loop.step, out);
    text_add(out, ")");
}

static void print_counting_head(Emitter *emitter, const Statement *loop, const Expr *end, Text *out) {
    const char *variable = cpp_name(emitter, loop->loop.variable->name);
    text_format(out, "for (%s %s = ", cpp_type(emitter, loop->loop.variable->type), variable);
    print_scalar(emitter, loop->loop.start, out);
    text_format(out, "; %s < ", variable);
    print_scalar(emitter, end, out);
    text_add(out, "; ");
    add_step(emitter, variable, loop->loop.step, out);
    text_add(out, ")");
}

static void print_for(Emitter *emitter, const Statement *statement) {
    size_t before = emitter->out->length;
    Location said = emitter->said;
    Text head = {.arena = emitter->arena};
    const Expr *end = end_of(emitter, statement);
    print_source_line(emitter, statement->location);
    if (end)
        print_counting_head(emitter, statement, end, &head);
    else
        print_turns_head(emitter, statement, &head);
    identifier_of(emitter, statement->loop.variable->name)->is_natural =
        end && is_natural(emitter, statement->loop.start);
    open_block(emitter, &head);
    size_t empty = emitter->out->length;
    print_thread_block(emitter, statement->loop.body);
    if (emitter->out->length > empty) {
        close_block(emitter, "}");
        return;
    }
    emitter->indent--; // nothing in it is needed
    emitter->said = said;
    emitter->out->length = before;
    emitter->out->data[before] = '\0';
}

static void print_while(Emitter *emitter, const Statement *statement) {
    print_source_line(emitter, statement->location);
    Text head = {.arena = emitter->arena};
    text_add(&head, "while (");
    print_scalar(emitter, statement->branch.condition, &head);
    text_add(&head, ")");
    open_block(emitter, &head);
    print_thread_block(emitter, statement->branch.then);
    close_block(emitter, "}");
}

static void print_jump(Emitter *emitter, const Statement *statement) {
    print_source_line(emitter, statement->location);
    print_line(emitter, statement->kind == STATEMENT_BREAK ? "break;" : "continue;");
}

// ---------------------------------------------------------------- branches

static void print_if(Emitter *emitter, const Statement *statement) {
    print_source_line(emitter, statement->location);
    Text head = {.arena = emitter->arena};
    text_add(&head, "if (");
    print_scalar(emitter, statement->branch.condition, &head);
    text_add(&head, ")");
    open_block(emitter, &head);
    print_thread_block(emitter, statement->branch.then);
    if (statement->branch.otherwise && statement->branch.otherwise->first) {
        emitter->indent--;
        print_line(emitter, "} else {");
        emitter->indent++;
        print_thread_block(emitter, statement->branch.otherwise);
    }
    close_block(emitter, "}");
}

static void print_assert(Emitter *emitter, const Statement *statement) {
    print_source_line(emitter, statement->location);
    Text text = {.arena = emitter->arena};
    text_add(&text, "ASSERT(");
    print_scalar(emitter, statement->branch.condition, &text);
    text_add(&text, ");");
    print_line(emitter, text.data);
}

// ---------------------------------------------------------------- statements

static void print_operation_statement(Emitter *emitter, const Statement *statement) {
    const Instruction *instruction = instruction_of(statement);
    if (!instruction)
        fail_emit(emitter, DIAG_EMIT_INSTRUCTION, "run all passes first", "%s is no instruction of a thread",
                  statement->op.operation->name);
    print_source_line(emitter, statement->location);
    print_instruction(emitter, statement, instruction);
}

static void refuse_launch(Emitter *emitter, const Statement *statement) {
    (void)statement;
    fail_emit(emitter, DIAG_EMIT_INSTRUCTION, "run all passes first", "a thread program holds no launch");
}

void print_thread_block(Emitter *emitter, const Block *block) {
    static void (*const prints[])(Emitter * emitter, const Statement *statement) = {
        [STATEMENT_LAUNCH] = refuse_launch,
        [STATEMENT_ALLOC] = print_alloc,
        [STATEMENT_LET] = print_let,
        [STATEMENT_STORE] = print_scalar_store,
        [STATEMENT_FOR] = print_for,
        [STATEMENT_IF] = print_if,
        [STATEMENT_WHILE] = print_while,
        [STATEMENT_BREAK] = print_jump,
        [STATEMENT_CONTINUE] = print_jump,
        [STATEMENT_ASSERT] = print_assert,
        [STATEMENT_OPERATION] = print_operation_statement,
    };
    for (const Statement *statement = block->first; statement; statement = statement->next) {
        emitter->here = statement->location;
        prints[statement->kind](emitter, statement);
    }
}
