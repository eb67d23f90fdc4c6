// Mutants: every synchronising instruction dropped, moved past a neighbour, out of its loop or into the next one; and
// every other pair of neighbours that does not commute, swapped.
#include "campaign.h"

#include <string.h>

#include "ir/build.h"
#include "ir/print.h"
#include "ir/walk.h"

const char *const mutation_names[MUTATION_COUNT] = {"dropped", "moved past a neighbour", "moved out of a loop",
                                                    "moved into a loop"};

typedef struct Maker {
    const Function *function;
    Module *module;
    const ThreadProgram *program;
    Mutants mutants;
} Maker;

static const Instruction *instruction_in(const Statement *statement) {
    return statement && statement->kind == STATEMENT_OPERATION ? instruction_of(statement) : NULL;
}

static const Instruction *synchronising_in(const Statement *statement) {
    const Instruction *instruction = instruction_in(statement);
    return instruction && is_synchronising(instruction->effect) ? instruction : NULL;
}

static bool is_compound(const Statement *statement) {
    Block *blocks[2];
    return statement && statement_blocks(statement, blocks) > 0;
}

// ---------------------------------------------------------------- names

static const char *text_of(Maker *maker, const Statement *statement) {
    Text text = {.arena = &maker->module->context->unit};
    print_statement(statement, &text);
    return text.data;
}

static bool begins_with(const char *name, const char *stem) {
    size_t length = strlen(stem);
    return !strncmp(name, stem, length) && (name[length] == ' ' || !name[length]);
}

// Those of one thread with the same words are numbered from the second on.
static const char *name_for(Maker *maker, const char *words) {
    Arena *arena = &maker->module->context->unit;
    const CoreRange *range = maker->program->cores.count ? &maker->program->cores.items[0] : NULL;
    const char *thread = thread_name(maker->program->thread);
    const char *stem = range ? arena_format(arena, "%s(%d, %d): %s", thread, range->x, range->y, words)
                             : arena_format(arena, "%s: %s", thread, words);
    int same = 1;
    for (uint32_t i = 0; i < maker->mutants.list.count; i++) {
        const char *name = maker->mutants.list.items[i].name;
        same += begins_with(name, stem) && (!name[strlen(stem)] || !strncmp(name + strlen(stem), " #", 2));
    }
    return same == 1 ? stem : arena_format(arena, "%s #%d", stem, same);
}

static void add(Maker *maker, Mutation mutation, Statement *statement, Place to, const Instruction *kind,
                const char *words) {
    Mutant mutant = {.mutation = mutation,
                     .name = name_for(maker, words),
                     .statement = statement,
                     .home = {statement->block, statement->previous},
                     .to = to,
                     .kind = kind};
    vector_push(&maker->module->context->unit, maker->mutants.list, mutant);
}

// ---------------------------------------------------------------- one statement

static void make_drop(Maker *maker, Statement *statement) {
    const Instruction *kind = synchronising_in(statement);
    if (!kind) return;
    add(maker, MUTATION_DROP, statement, (Place){0}, kind,
        arena_format(&maker->module->context->unit, "drop %s", text_of(maker, statement)));
}

// The statement and the one behind it change places.
static void make_swap(Maker *maker, Statement *statement) {
    Statement *next = statement->next;
    const Instruction *kind = synchronising_in(statement) ? synchronising_in(statement) : synchronising_in(next);
    bool are_instructions = instruction_in(statement) && instruction_in(next);
    bool is_moved_past = kind && next && (is_compound(statement) || is_compound(next));
    if (!are_instructions && !is_moved_past) return;
    const char *first = text_of(maker, statement), *second = text_of(maker, next);
    if (!strcmp(first, second) || statements_commute(maker->module, statement, next)) return;
    add(maker, MUTATION_SWAP, statement, (Place){next->block, next}, kind,
        arena_format(&maker->module->context->unit, "swap %s | %s", first, second));
}

typedef struct Use {
    const Variable *variable;
    bool found;
} Use;

static void look_for(const Expr *expr, void *user) {
    Use *use = user;
    if (expr->kind != EXPR_VARIABLE) return;
    use->found = use->found || expr->variable == use->variable || expr->variable->kind == VARIABLE_LET;
}

static void look_in(const Expr **slot, void *user) { walk_expression(*slot, look_for, user); }

static bool means_the_same_outside(Statement *statement, const Statement *loop) {
    Use use = {.variable = loop->loop.variable};
    statement_expressions(statement, look_in, &use);
    return !use.found;
}

static const Expr *on_core(const Function *function, const Expr *expr, Core core) {
    for (uint32_t i = 0; i < function->arguments.count; i++) {
        const RuntimeArgument *argument = function->arguments.items[i];
        const Expr *value = expr_integer(function->module, argument->variable->type, argument_value(argument, core));
        expr = substitute(function->module, expr, argument->variable, value);
    }
    return expr;
}

// In a loop of one turn on every core, everything may as well stand beside the loop.
static bool has_one_turn(const Maker *maker, const Statement *loop) {
    Core *cores;
    int count = program_cores(maker->function, &cores);
    bool once = true;
    for (int i = 0; i < count && once; i++)
        once = expr_is_int(on_core(maker->function, loop->loop.extent, cores[i]), 1);
    return once;
}

// Does the order of the instruction and of anything else in the loop matter?
static bool matters_in(Maker *maker, const Statement *statement, const Block *body) {
    for (const Statement *s = body->first; s; s = s->next)
        if (s != statement &&
            !(statements_commute(maker->module, s, statement) && statements_commute(maker->module, statement, s)))
            return true;
    return false;
}

static bool is_let_used(const Statement *let, Statement *statement) {
    Use use = {.variable = let->kind == STATEMENT_LET ? let->let.variable : NULL};
    if (use.variable) statement_expressions(statement, look_in, &use);
    return use.found;
}

// The nearest one whose order with the statement matters, farther away than next to it; NULL if there is none.
static Statement *far_neighbour(Maker *maker, Statement *statement, bool ahead) {
    Statement *beside = ahead ? statement->next : statement->previous, *other = beside;
    while (other && !is_let_used(other, statement) &&
           statements_commute(maker->module, ahead ? statement : other, ahead ? other : statement))
        other = ahead ? other->next : other->previous;
    if (!other || other == beside || other->kind == STATEMENT_LET) return NULL;
    return strcmp(text_of(maker, statement), text_of(maker, other)) ? other : NULL;
}

// Past those that it commutes with to the other side of the first that it does not commute with.
static void make_far_moves(Maker *maker, Statement *statement) {
    const Instruction *kind = synchronising_in(statement);
    if (!kind) return;
    const char *text = text_of(maker, statement);
    Arena *arena = &maker->module->context->unit;
    Statement *behind = far_neighbour(maker, statement, true), *before = far_neighbour(maker, statement, false);
    if (behind)
        add(maker, MUTATION_SWAP, statement, (Place){behind->block, behind}, kind,
            arena_format(arena, "move %s behind %s", text, text_of(maker, behind)));
    if (before)
        add(maker, MUTATION_SWAP, statement, (Place){before->block, before->previous}, kind,
            arena_format(arena, "move %s before %s", text, text_of(maker, before)));
}

static void make_out(Maker *maker, Statement *statement) {
    Statement *loop = statement->block->owner;
    const Instruction *kind = synchronising_in(statement);
    if (!kind || !loop || loop->kind != STATEMENT_FOR || !means_the_same_outside(statement, loop) ||
        has_one_turn(maker, loop) || !matters_in(maker, statement, loop->loop.body))
        return;
    const char *text = text_of(maker, statement);
    Arena *arena = &maker->module->context->unit;
    if (!statement->previous)
        add(maker, MUTATION_OUT, statement, (Place){loop->block, loop->previous}, kind,
            arena_format(arena, "hoist %s out of %s", text, text_of(maker, loop)));
    if (!statement->next)
        add(maker, MUTATION_OUT, statement, (Place){loop->block, loop}, kind,
            arena_format(arena, "sink %s out of %s", text, text_of(maker, loop)));
}

// Calls that change nothing when they are made again, until the other one comes.
static const struct {
    Effect again, undone;
} repeatable[] = {
    {EFFECT_RESERVE, EFFECT_PUSH},
    {EFFECT_WAIT, EFFECT_POP},
    {EFFECT_READ_BARRIER, EFFECT_READ_BARRIER},
    {EFFECT_WRITE_FLUSH, EFFECT_WRITE_FLUSH},
    {EFFECT_WRITE_BARRIER, EFFECT_WRITE_BARRIER},
    {EFFECT_ATOMIC_BARRIER, EFFECT_ATOMIC_BARRIER},
    {EFFECT_INIT, EFFECT_INIT},
    {EFFECT_RECONFIG, EFFECT_RECONFIG},
    {EFFECT_RECONFIG_A, EFFECT_RECONFIG_A},
    {EFFECT_RECONFIG_B, EFFECT_RECONFIG_B},
    {EFFECT_RECONFIG_PACK, EFFECT_RECONFIG_PACK},
    {EFFECT_PACK_ACCUMULATE, EFFECT_PACK_ACCUMULATE},
};

typedef struct Undoing {
    Effect effect;
    const CircularBuffer *circular;
    bool found;
} Undoing;

static void look_for_undoing(Statement *statement, void *user) {
    Undoing *undoing = user;
    const Instruction *instruction = instruction_in(statement);
    if (!instruction || instruction->effect != undoing->effect) return;
    undoing->found = undoing->found || statement->op.operands[0].circular == undoing->circular;
}

// True if every turn of the loop may as well make the call that is made beside it now.
static bool may_be_repeated(const Statement *statement, Block *body) {
    Effect effect = instruction_of(statement)->effect;
    for (size_t i = 0; i < sizeof repeatable / sizeof *repeatable; i++) {
        if (repeatable[i].again != effect) continue;
        if (repeatable[i].undone == effect) return true;
        Undoing undoing = {repeatable[i].undone, statement->op.operands[0].circular, false};
        walk_statements(body, look_for_undoing, &undoing);
        return !undoing.found;
    }
    return false;
}

static Block *body_of_turns(const Maker *maker, const Statement *statement) {
    bool turns = statement && statement->kind == STATEMENT_FOR && !has_one_turn(maker, statement);
    return turns ? statement->loop.body : NULL;
}

static void make_in(Maker *maker, Statement *statement) {
    const Instruction *kind = synchronising_in(statement);
    Block *next = body_of_turns(maker, statement->next), *previous = body_of_turns(maker, statement->previous);
    const char *text = text_of(maker, statement);
    Arena *arena = &maker->module->context->unit;
    if (kind && next && matters_in(maker, statement, next) && !may_be_repeated(statement, next))
        add(maker, MUTATION_IN, statement, (Place){next, NULL}, kind,
            arena_format(arena, "put %s first in %s", text, text_of(maker, statement->next)));
    if (kind && previous && matters_in(maker, statement, previous) && !may_be_repeated(statement, previous))
        add(maker, MUTATION_IN, statement, (Place){previous, previous->last}, kind,
            arena_format(arena, "put %s last in %s", text, text_of(maker, statement->previous)));
}

static void make(Statement *statement, void *user) {
    Maker *maker = user;
    make_drop(maker, statement);
    make_swap(maker, statement);
    make_far_moves(maker, statement);
    make_out(maker, statement);
    make_in(maker, statement);
}

Mutants mutants_of(Function *program) {
    Maker maker = {.function = program, .module = program->module};
    for (uint32_t i = 0; i < program->threads.count; i++) {
        maker.program = program->threads.items[i];
        walk_statements(maker.program->body, make, &maker);
    }
    return maker.mutants;
}

// ---------------------------------------------------------------- there and back

static void put(Statement *statement, Place place) {
    if (!place.block) return;
    if (place.previous)
        block_insert_after(place.previous, statement);
    else if (place.block->first)
        block_insert_before(place.block->first, statement);
    else
        block_append(place.block, statement);
}

void mutant_apply(const Mutant *mutant) {
    statement_remove(mutant->statement);
    put(mutant->statement, mutant->to);
}

void mutant_undo(const Mutant *mutant) {
    if (mutant->to.block) statement_remove(mutant->statement);
    put(mutant->statement, mutant->home);
}
