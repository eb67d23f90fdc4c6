// Which loops go through a window of a circular buffer in order (window_parts.h).
#include "pass/window_parts.h"

#include "ir/affine.h"
#include "ir/walk.h"

bool has_effect(const Statement *statement, Effect effect) {
    const Instruction *instruction = instruction_of(statement);
    return instruction && instruction->effect == effect;
}

// Formats and modes have to do with no page.
static bool configures(const Statement *statement) {
    const Instruction *instruction = instruction_of(statement);
    return !instruction || (instruction->effect >= EFFECT_STARTUP && instruction->effect <= EFFECT_INIT);
}

bool uses_pages(const Statement *statement, const CircularBuffer *circular) {
    if (statement->kind != STATEMENT_OPERATION || configures(statement)) return false;
    for (int i = 0; i < MAX_OPERANDS; i++)
        if (statement->op.operands[i].kind == OPERAND_CIRCULAR && statement->op.operands[i].circular == circular)
            return true;
    return false;
}

Operand *slot_of(Statement *statement) {
    if (has_effect(statement, EFFECT_PACK_AT)) return &statement->op.operands[2];
    bool moves = has_effect(statement, EFFECT_NOC_READ) || has_effect(statement, EFFECT_NOC_WRITE);
    return moves ? &statement->op.operands[3] : NULL;
}

typedef struct Search {
    const CircularBuffer *circular;
    bool found;
} Search;

static void search_name(Statement *statement, void *user) {
    Search *search = user;
    search->found = search->found || uses_pages(statement, search->circular);
}

bool touches_pages(Statement *statement, const CircularBuffer *circular) {
    Search search = {circular, uses_pages(statement, circular)};
    Block *blocks[2];
    int count = statement_blocks(statement, blocks);
    for (int i = 0; i < count; i++) walk_statements(blocks[i], search_name, &search);
    return search.found;
}

typedef struct Stepping {
    Module *module;
    const CircularBuffer *circular;
    const Statement *loop;
    int64_t part; // pages of a turn
    RangeOf ranges[2 * MOST_LOOPS];
    int count;
} Stepping;

bool is_plain_loop(const Statement *loop, int64_t *turns) {
    return loop->kind == STATEMENT_FOR && expr_is_int(loop->loop.start, 0) && expr_is_int(loop->loop.step, 1) &&
           expr_constant(loop->loop.extent, turns) && *turns > 0 && !leaves_loop(loop->loop.body);
}

// Does a turn stay in its part of the window?
static bool slot_steps(const Stepping *stepping, const Expr *slot) {
    const Variable *variable = stepping->loop->loop.variable;
    Affine affine;
    Range range;
    return affine_of(stepping->module, slot, 1, &variable, &affine) &&
           affine_coefficient(&affine, variable) == stepping->part &&
           expr_range(affine.base, stepping->count, stepping->ranges, &range) && range.low >= 0 &&
           range.high < stepping->part;
}

static bool block_steps(Stepping *stepping, Block *block);

static bool loop_steps(Stepping *stepping, Statement *loop) {
    int64_t turns;
    if (!is_plain_loop(loop, &turns) || stepping->count == 2 * MOST_LOOPS) return false;
    stepping->ranges[stepping->count++] = (RangeOf){loop->loop.variable, {0, turns - 1}};
    bool steps = block_steps(stepping, loop->loop.body);
    stepping->count--;
    return steps;
}

static bool statement_steps(Stepping *stepping, Statement *s) {
    if (!touches_pages(s, stepping->circular)) return true;
    if (s->kind == STATEMENT_FOR) return loop_steps(stepping, s);
    if (s->kind == STATEMENT_IF)
        return block_steps(stepping, s->branch.then) &&
               (!s->branch.otherwise || block_steps(stepping, s->branch.otherwise));
    const Operand *slot = slot_of(s);
    return slot && slot_steps(stepping, slot->expr);
}

static bool block_steps(Stepping *stepping, Block *block) {
    for (Statement *s = block->first; s; s = s->next)
        if (!statement_steps(stepping, s)) return false;
    return true;
}

int64_t pages_of_turn(Module *module, const CircularBuffer *circular, Statement *loop, const PartLoops *around) {
    int64_t turns;
    if (!is_plain_loop(loop, &turns) || around->part % turns || !touches_pages(loop, circular)) return 0;
    Stepping stepping = {.module = module, .circular = circular, .loop = loop, .part = around->part / turns};
    for (int i = 0; i < around->count; i++) // parts count from their own first page
        stepping.ranges[stepping.count++] = (RangeOf){around->loops[i]->loop.variable, {0, 0}};
    return block_steps(&stepping, loop->loop.body) ? stepping.part : 0;
}
