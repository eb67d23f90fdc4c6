// Windows of results that can be handed over in parts: between two calls stand loops of which each turn packs, or
// sends, the next pages of the window (result_windows.h).
#include "pass/result_windows.h"

#include "ir/affine.h"
#include "ir/walk.h"

// ---------------------------------------------------------------- what touches the buffer

bool has_effect(const Statement *statement, Effect effect) {
    const Instruction *instruction = statement->kind == STATEMENT_OPERATION ? instruction_of(statement) : NULL;
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

// The slot of a page that an instruction packs or sends; NULL for any other instruction.
Operand *slot_of(Statement *statement) {
    if (has_effect(statement, EFFECT_PACK_AT)) return &statement->op.operands[2];
    return has_effect(statement, EFFECT_NOC_WRITE) ? &statement->op.operands[3] : NULL;
}

typedef struct Search {
    const CircularBuffer *circular;
    bool found;
} Search;

static void search_name(Statement *statement, void *user) {
    Search *search = user;
    search->found = search->found || uses_pages(statement, search->circular);
}

static bool touches(Statement *statement, const CircularBuffer *circular) {
    Search search = {circular, uses_pages(statement, circular)};
    Block *blocks[2];
    int count = statement_blocks(statement, blocks);
    for (int i = 0; i < count; i++) walk_statements(blocks[i], search_name, &search);
    return search.found;
}

// The only statement of the block that touches the buffer; NULL if there are more or none.
static Statement *only_touching(Block *block, const CircularBuffer *circular) {
    Statement *only = NULL;
    for (Statement *s = block->first; s; s = s->next) {
        if (!touches(s, circular)) continue;
        if (only) return NULL;
        only = s;
    }
    return only;
}

// ---------------------------------------------------------------- loops that go through a window in order

typedef struct Stepping {
    Module *module;
    const CircularBuffer *circular;
    const Statement *loop;
    int64_t part; // pages of a turn
    RangeOf ranges[2 * MOST_LOOPS];
    int count;
} Stepping;

static bool plain_loop(const Statement *loop, int64_t *turns) {
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
    if (!plain_loop(loop, &turns) || stepping->count == 2 * MOST_LOOPS) return false;
    stepping->ranges[stepping->count++] = (RangeOf){loop->loop.variable, {0, turns - 1}};
    bool steps = block_steps(stepping, loop->loop.body);
    stepping->count--;
    return steps;
}

static bool statement_steps(Stepping *stepping, Statement *s) {
    if (!touches(s, stepping->circular)) return true;
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

// The loop, and those inside of it, that cut the window into parts; false if even the outermost does not.
static bool find_loops(Module *module, Statement *loop, ResultWindow *window) {
    const CircularBuffer *circular = window->circular;
    window->count = 0;
    window->part = circular->window;
    int64_t turns;
    while (loop && window->count < MOST_LOOPS && plain_loop(loop, &turns) && touches(loop, circular)) {
        Stepping stepping = {.module = module, .circular = circular, .loop = loop, .part = window->part / turns};
        for (int i = 0; i < window->count; i++) // parts count from their own first page
            stepping.ranges[stepping.count++] = (RangeOf){window->loops[i]->loop.variable, {0, 0}};
        if (window->part % turns || !block_steps(&stepping, loop->loop.body)) break;
        window->loops[window->count++] = loop;
        window->part = stepping.part;
        loop = only_touching(loop->loop.body, circular);
    }
    return window->part < circular->window;
}

// ---------------------------------------------------------------- windows

// What stands before `s` in its block, without calls that have nothing to do with the buffer.
static Statement *before(const CircularBuffer *circular, const Statement *s) {
    Statement *previous = s->previous;
    while (previous && !touches(previous, circular) &&
           (previous->kind == STATEMENT_OPERATION || previous->kind == STATEMENT_LET))
        previous = previous->previous;
    return previous;
}

static void note_let(Statement *statement, void *user) {
    if (statement->kind == STATEMENT_LET || statement->kind == STATEMENT_ALLOC) *(bool *)user = true;
}

// A loop whose every turn adds to the whole window.
static bool find_sum(Module *module, Statement *loop, ResultWindow *window) {
    int64_t turns;
    bool declares = false;
    if (!plain_loop(loop, &turns) || turns < 2) return false;
    walk_statements(loop->loop.body, note_let, &declares);
    Statement *inside = only_touching(loop->loop.body, window->circular);
    if (declares || !inside || !find_loops(module, inside, window)) return false;
    window->sum = loop;
    return true;
}

// The call that makes the window's pages available.
static Statement *find_begin(const CircularBuffer *circular, const Statement *loop, Effect effect) {
    Statement *begin = before(circular, loop);
    return begin && has_effect(begin, effect) ? begin : NULL;
}

bool is_given(const ResultWindow *window) { return has_effect(window->end, EFFECT_PUSH); }

bool result_window(Module *module, CircularBuffer *circular, Statement *end, ResultWindow *window) {
    *window = (ResultWindow){.circular = circular, .end = end};
    Statement *loop = before(circular, end);
    if (!expr_is_int(end->op.operands[1].expr, circular->window) || !loop) return false;
    if (!find_loops(module, loop, window)) return is_given(window) && find_sum(module, loop, window);
    window->begin = find_begin(circular, loop, is_given(window) ? EFFECT_RESERVE : EFFECT_WAIT);
    return window->begin || is_given(window);
}

void result_window_in_turn(Module *module, Block *turn, ResultWindow *window) {
    find_loops(module, only_touching(turn, window->circular), window);
}
