// Windows of a circular buffer that can be handed over in parts, by either end.
#ifndef TTILE_PASS_RESULT_WINDOWS_H
#define TTILE_PASS_RESULT_WINDOWS_H

#include "pass/internal.h"
#include "program/program.h"

enum { MOST_LOOPS = 8 };

// A window between two calls of one block, and the loops around its parts, outermost first.
typedef struct ResultWindow {
    CircularBuffer *circular;
    Statement *begin; // wait or reserve; NULL where a whole window stays reserved
    Statement *end;   // push or pop
    Statement *sum;   // the loop whose last turn completes the window; NULL
    Statement *loops[MOST_LOOPS];
    int count;
    int64_t part; // pages of a turn of the innermost loop
} ResultWindow;

// The window that a push or pop ends; false if it cannot be cut.
bool result_window(Module *module, CircularBuffer *circular, Statement *end, ResultWindow *window);
// Finds the loops again, in a copy of the last turn of the sum.
void result_window_in_turn(Module *module, Block *turn, ResultWindow *window);
// Does compute give it?
bool is_given(const ResultWindow *window);
bool has_effect(const Statement *statement, Effect effect);
// Does the instruction do anything with the buffer's pages?
bool uses_pages(const Statement *statement, const CircularBuffer *circular);
// The slot of the page that an instruction packs or sends; NULL for any other instruction.
Operand *slot_of(Statement *statement);

#endif
