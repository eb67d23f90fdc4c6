// Windows of a circular buffer that can be handed over in parts, by either end.
#ifndef TTILE_PASS_RESULT_WINDOWS_H
#define TTILE_PASS_RESULT_WINDOWS_H

#include "pass/window_parts.h"

// A window between two calls of one block.
typedef struct ResultWindow {
    CircularBuffer *circular;
    Statement *begin; // wait or reserve; NULL where a whole window stays reserved
    Statement *end;   // push or pop
    Statement *sum;   // the loop whose last turn completes the window; NULL
    PartLoops parts;
} ResultWindow;

// The window that a push or pop ends; false if it cannot be cut.
bool result_window(Module *module, CircularBuffer *circular, Statement *end, ResultWindow *window);
// Finds the loops again, in a copy of the last turn of the sum.
void result_window_in_turn(Module *module, Block *turn, ResultWindow *window);
// Does compute give it?
bool is_given(const ResultWindow *window);

#endif
