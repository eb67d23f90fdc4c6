// PrefetchItems: a mover that loads tiles and writes results waits for an item's results before it loads for the next
// one, and compute waits for that. So it writes one item late: behind the first windows of the next item, as many as
// their circular buffer holds.
//
//     load(0)                              loads of the first item
//     for item in 1 ... count - 1:
//         load(item, first windows)
//         write(item - 1)
//         load(item, the others)
//     write(count - 1)
#include "ir/walk.h"
#include "pass/internal.h"
#include "program/program.h"

typedef struct Parts { // of the body of a loop over items
    Statement *items;  // the loop
    Statement *loads;  // the loop that loads, first behind lets; what comes behind it writes
    int64_t ahead;     // turns of `loads` that the circular buffers hold
} Parts;

typedef struct Contents {
    bool fills, takes; // circular buffers
    int64_t windows;   // that the shallowest buffer filled holds
} Contents;

static void note_call(Statement *statement, void *user) {
    Contents *contents = user;
    const Instruction *instruction = instruction_of(statement);
    if (!instruction) return;
    if (instruction->effect == EFFECT_WAIT || instruction->effect == EFFECT_POP) contents->takes = true;
    if (instruction->effect != EFFECT_PUSH) return;
    const CircularBuffer *circular = statement->op.operands[0].circular;
    int64_t windows = circular->pages / circular->window;
    if (!contents->fills || windows < contents->windows) contents->windows = windows;
    contents->fills = true;
}

static Contents contents_of(Statement *statement) {
    Contents contents = {0};
    Block *blocks[2];
    int count = statement_blocks(statement, blocks);
    note_call(statement, &contents);
    for (int i = 0; i < count; i++) walk_statements(blocks[i], note_call, &contents);
    return contents;
}

// Lets, a loop that only loads, and what only writes behind it.
static bool find_parts(Statement *items, Parts *parts) {
    *parts = (Parts){.items = items};
    if (!expr_is_int(items->loop.start, 0) || !expr_is_int(items->loop.step, 1)) return false;
    Statement *s = items->loop.body->first;
    while (s && s->kind == STATEMENT_LET) s = s->next;
    if (!s || s->kind != STATEMENT_FOR || !s->next) return false;
    Contents loads = contents_of(s);
    int64_t turns;
    bool plain = loads.fills && !loads.takes && expr_constant(s->loop.extent, &turns) &&
                 expr_is_int(s->loop.start, 0) && expr_is_int(s->loop.step, 1) && !leaves_loop(s->loop.body);
    if (!plain || turns <= loads.windows) return false;
    parts->loads = s;
    parts->ahead = loads.windows;
    bool takes = false;
    for (s = s->next; s; s = s->next) {
        Contents contents = contents_of(s);
        if (contents.fills || s->kind == STATEMENT_LET) return false;
        takes = takes || contents.takes;
    }
    return takes;
}

// Some core has more than one item.
static bool has_next_item(const Function *function, const Statement *items) {
    Core *cores;
    int count = program_cores(function, &cores);
    for (int i = 0; i < count; i++) {
        const Expr *turns = items->loop.extent;
        for (uint32_t k = 0; k < function->arguments.count; k++) {
            const RuntimeArgument *argument = function->arguments.items[k];
            int64_t value = argument_value(argument, cores[i]);
            turns = substitute(function->module, turns, argument->variable, expr_int(function->module, value));
        }
        if (!expr_is_int(turns, 1)) return true;
    }
    return false;
}

// ---------------------------------------------------------------- copies

typedef struct Copying {
    Function *function;
    const Parts *parts;
} Copying;

// The loop over loads (`loads`) or all that comes behind it, copied for the item `value`, with lets of their own.
static Block *copy_for_item(const Copying *copying, const Expr *value, bool loads) {
    Module *module = copying->function->module;
    const Statement *items = copying->parts->items;
    Block *copy = block_clone(module, items->loop.body, NULL);
    bool behind = false;
    for (Statement *s = copy->first, *next; s; s = next) {
        next = s->next;
        if (s->kind == STATEMENT_LET) continue;
        bool is_loads = !behind; // the first one
        behind = true;
        if (is_loads != loads) statement_remove(s);
    }
    substitute_block(module, copy, items->loop.variable, value);
    for (Statement *s = copy->first; s && s->kind == STATEMENT_LET; s = s->next) {
        Variable *fresh = variable_new(copying->function, VARIABLE_LET, s->let.variable->name, s->let.variable->type,
                                       s->let.variable->location);
        substitute_block(module, copy, s->let.variable, expr_variable(module, fresh));
        s->let.variable = fresh;
    }
    return copy;
}

static void insert_before(Statement *place, Block *statements) {
    while (statements->first) {
        Statement *statement = statements->first;
        statement_remove(statement);
        block_insert_before(place, statement);
    }
}

static void rotate(Function *function, const Parts *parts) {
    Module *module = function->module;
    Copying copying = {function, parts};
    Statement *items = parts->items, *loads = parts->loads;
    const Expr *one = expr_int(module, 1), *item = expr_variable(module, items->loop.variable);
    const Expr *last = expr_sub(module, items->loop.extent, one), *ahead = expr_int(module, parts->ahead);
    Block *first_loads = copy_for_item(&copying, expr_int(module, 0), true);
    Block *late_writes = copy_for_item(&copying, expr_sub(module, item, one), false);
    Block *last_writes = copy_for_item(&copying, last, false);
    while (loads->next) statement_remove(loads->next);
    Statement *others = build_for(module, FOR_SERIAL, loads->loop.variable, expr_sub(module, loads->loop.extent, ahead),
                                  loads->location);
    others->loop.start = ahead;
    others->loop.body = block_clone(module, loads->loop.body, others);
    loads->loop.extent = ahead;
    block_insert_after(loads, others);
    insert_before(others, late_writes);
    insert_before(items, first_loads);
    items->loop.start = one;
    items->loop.extent = last;
    while (last_writes->last) {
        Statement *statement = last_writes->last;
        statement_remove(statement);
        block_insert_after(items, statement);
    }
}

static void run(Function *function, const CompileOptions *options) {
    for (uint32_t i = 0; i < function->threads.count; i++) {
        ThreadProgram *program = function->threads.items[i];
        if (program->thread == THREAD_COMPUTE || !options->prefetch || options->legacy) continue;
        for (Statement *s = program->body->first; s; s = s->next) {
            Parts parts;
            if (s->kind != STATEMENT_FOR || !find_parts(s, &parts) || !has_next_item(function, s)) continue;
            rotate(function, &parts);
            drop_unused(program->body);
            break;
        }
    }
    hold(function, ATTR_PREFETCHED);
}

const Pass pass_prefetch_items = {
    .name = "PrefetchItems",
    .file = "prefetch-items",
    .summary = "a mover that loads and writes loads for the next item before it writes an item's results",
    .requires = ATTR_BIT(PERSISTENT) | ATTR_BIT(SYNCHRONIZED),
    .provides = ATTR_BIT(PREFETCHED),
    .optional = true,
    .run = run,
};
