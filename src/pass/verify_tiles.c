// What tt.tiled, tt.staged and tt.circular_buffers say of a function's body, held against it: passes take nests apart
// by these rules without asking again. Text may say the attributes of any body.
#include "pass/verify_tiles.h"

#include "ir/attrs.h"
#include "ir/build.h"
#include "ir/walk.h"
#include "pass/dst.h"
#include "pass/internal.h"
#include "program/program.h"

typedef struct TileCheck {
    Function *function;
    Context *context;
    DiagnosticCode code;
    bool staged, circular;
    bool program; // inside of a thread program, which has instructions, and whose nests all compute
} TileCheck;

static _Noreturn void refuse(const TileCheck *check, const Statement *statement, AttrId attribute, const char *format,
                             ...) __attribute__((format(printf, 4, 5)));

static _Noreturn void refuse(const TileCheck *check, const Statement *statement, AttrId attribute, const char *format,
                             ...) {
    Text text = {.arena = &check->context->scratch};
    va_list arguments;
    va_start(arguments, format);
    text_format_list(&text, format, arguments);
    va_end(arguments);
    report(check->context, check->code, statement->location, "%s holds %s, and %s", check->function->name,
           attr_name(attribute), text.data);
    report_help(check->context, "leave the attribute out and run the pass that gives it, or complete the text");
    fail_now(check->context);
}

// ---------------------------------------------------------------- the form of nests

static void check_nest_form(const TileCheck *check, const Statement *statement) {
    if (statement->kind == STATEMENT_STORE) {
        if (statement->store.buffer->scope == SCOPE_VAR)
            refuse(check, statement, ATTR_TILED, "a loop over tiles stores to the variable '%s'",
                   statement->store.buffer->name);
        return;
    }
    bool loops =
        statement->kind == STATEMENT_FOR && (statement->loop.kind == FOR_TILE || statement->loop.kind == FOR_SERIAL);
    if (!loops) refuse(check, statement, ATTR_TILED, "a loop over tiles holds more than loops and stores");
    int64_t turns;
    if (expr_constant(statement->loop.extent, &turns) && turns < 1)
        refuse(check, statement, ATTR_TILED, "a loop over tiles has %lld turns", (long long)turns);
    if (!expr_is_int(statement->loop.start, 0) || !expr_is_int(statement->loop.step, 1))
        refuse(check, statement, ATTR_TILED, "a loop over tiles does not count from 0 by 1");
    if (!statement->loop.body->first) refuse(check, statement, ATTR_TILED, "a loop over tiles is empty");
    for (const Statement *s = statement->loop.body->first; s; s = s->next) check_nest_form(check, s);
}

// Inside the loops over the tiles that are stored, only sums of products have loops of their own.
static void check_sums(const TileCheck *check, Statement *nest) {
    NestLoops loops = nest_loops(nest);
    for (Statement *s = loops.first; s; s = s == loops.last ? NULL : s->next) {
        const Statement *inner = s;
        while (inner->kind == STATEMENT_FOR && !inner->loop.body->first->next) inner = inner->loop.body->first;
        if (inner->kind != STATEMENT_STORE || (inner != s && !is_product_store(inner)))
            refuse(check, s, ATTR_TILED, "a loop that does not run over the tiles stored sums no product");
    }
}

static void check_alloc(const TileCheck *check, const Statement *statement) {
    const Buffer *buffer = statement->alloc;
    int64_t size, tiles = 1;
    if (!is_on_chip(buffer)) return;
    for (int d = 0; d < buffer->rank; d++) {
        if (!expr_constant(buffer->shape[d], &size) || size < 1)
            refuse(check, statement, ATTR_TILED, "dimension %d of the on-chip buffer '%s' is no positive constant", d,
                   buffer->name);
        int64_t side = tile_side(buffer, d);
        if (__builtin_mul_overflow(tiles, size / side + (size % side != 0), &tiles) || tiles > MOST_BUFFER_TILES)
            refuse(check, statement, ATTR_TILED, "the on-chip buffer '%s' has more than %lld tiles", buffer->name,
                   (long long)MOST_BUFFER_TILES);
    }
}

// ---------------------------------------------------------------- who produces and who consumes

static bool loads_tensor(const Expr *expr) {
    if (expr->kind == EXPR_LOAD && is_global(expr->buffer)) return true;
    for (uint32_t i = 0; i < expr->count; i++)
        if (loads_tensor(expr->args[i])) return true;
    return false;
}

static bool touches_tensor(const Statement *statement) {
    if (statement->kind == STATEMENT_STORE)
        return is_global(statement->store.buffer) || loads_tensor(statement->store.value);
    for (const Statement *s = statement->loop.body->first; s; s = s->next)
        if (touches_tensor(s)) return true;
    return false;
}

// A nest that has to do with tensors moves tiles, one at a time, and nothing else.
static void check_moves(const TileCheck *check, const Statement *nest) {
    if (!touches_tensor(nest)) return;
    if (check->program) refuse(check, nest, ATTR_THREADS, "this loop over tiles of a tensor is no instruction");
    const Statement *inner = nest;
    while (inner->kind == STATEMENT_FOR && !inner->loop.body->first->next) inner = inner->loop.body->first;
    const Expr *value = inner->kind == STATEMENT_STORE ? inner->store.value : NULL;
    if (!value || value->kind != EXPR_LOAD || is_global(value->buffer) == is_global(inner->store.buffer) ||
        value->buffer->scope == SCOPE_VAR)
        refuse(check, nest, ATTR_STAGED, "this both moves tiles of a tensor and computes");
}

// What a nest takes from before it lies in a circular buffer.
static void check_circular(const TileCheck *check, const Statement *nest) {
    NestAccesses accesses = nest_accesses(check->function->module, nest);
    for (uint32_t i = 0; i < accesses.count; i++) {
        const NestAccess *access = &accesses.items[i];
        if (access->reads && is_on_chip(access->buffer) && !circular_of(check->function, access->buffer))
            refuse(check, nest, ATTR_CIRCULAR_BUFFERS, "'%s', which this reads, has no circular buffer",
                   access->buffer->name);
    }
}

// ---------------------------------------------------------------- the walk

// Ends of circular buffers alone stand between nests.
static void check_operation(const TileCheck *check, const Statement *statement) {
    const Instruction *instruction = instruction_of(statement);
    if (!instruction || instruction->effect > EFFECT_POP)
        refuse(check, statement, ATTR_TILED, "%s%s has no place there", statement->op.operation->prefix,
               statement->op.operation->name);
}

static void check_nest(const TileCheck *check, Statement *nest) {
    check_nest_form(check, nest);
    check_sums(check, nest);
    if (check->staged) check_moves(check, nest);
    if (check->circular) check_circular(check, nest);
}

static void check_block(const TileCheck *check, const Block *block) {
    for (Statement *s = block->first; s; s = s->next) {
        if (is_nest(s)) {
            check_nest(check, s);
            continue;
        }
        if (s->kind == STATEMENT_OPERATION && !check->program) check_operation(check, s);
        if (s->kind == STATEMENT_ALLOC) check_alloc(check, s);
        if (s->kind == STATEMENT_FOR && (s->loop.kind == FOR_PARALLEL || s->loop.kind == FOR_VECTORIZED))
            refuse(check, s, ATTR_TILED, "this loop runs over elements");
        Block *blocks[2];
        int count = statement_blocks(s, blocks);
        for (int i = 0; i < count; i++) check_block(check, blocks[i]);
    }
}

void verify_tiles(Function *function, DiagnosticCode code) {
    AttrSet held = attrs_held(function);
    AttrSet circular = ATTR_BIT(CIRCULAR_BUFFERS) | ATTR_BIT(FLOW_CONTROL) | ATTR_BIT(THREADS);
    AttrSet staged = ATTR_BIT(STAGED) | circular; // what comes later says what came before it, too
    if (!(held & (ATTR_BIT(TILED) | staged))) return;
    TileCheck check = {.function = function,
                       .context = function->module->context,
                       .code = code,
                       .staged = held & staged,
                       .circular = held & circular};
    if (function->body) check_block(&check, function->body);
    check.program = true;
    for (uint32_t i = 0; i < function->threads.count; i++) check_block(&check, function->threads.items[i]->body);
}
