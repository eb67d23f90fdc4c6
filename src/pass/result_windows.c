// Windows of results that can be handed over in parts: between two calls stand loops of which each turn packs, or
// sends, the next pages of the window (result_windows.h).
#include "pass/result_windows.h"

#include "ir/walk.h"

// The only statement of the block that touches the buffer; NULL if there are more or none.
static Statement *only_touching(Block *block, const CircularBuffer *circular) {
    Statement *only = NULL;
    for (Statement *s = block->first; s; s = s->next) {
        if (!touches_pages(s, circular)) continue;
        if (only) return NULL;
        only = s;
    }
    return only;
}

// The loop, and those inside of it, that cut the window into parts; false if even the outermost does not.
static bool find_loops(Module *module, Statement *loop, ResultWindow *window) {
    PartLoops *parts = &window->parts;
    *parts = (PartLoops){.part = window->circular->window};
    while (loop && parts->count < MOST_LOOPS) {
        int64_t part = pages_of_turn(module, window->circular, loop, parts);
        if (part == 0) break;
        parts->loops[parts->count++] = loop;
        parts->part = part;
        loop = only_touching(loop->loop.body, window->circular);
    }
    return parts->part < window->circular->window;
}

// What stands before `s` in its block, without calls that have nothing to do with the buffer.
static Statement *before(const CircularBuffer *circular, const Statement *s) {
    Statement *previous = s->previous;
    while (previous && !touches_pages(previous, circular) &&
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
    if (!is_plain_loop(loop, &turns) || turns < 2) return false;
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
