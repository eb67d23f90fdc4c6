// Parts of a window: loops of which each turn reads, packs or sends the next pages of it.
#ifndef TTILE_PASS_WINDOW_PARTS_H
#define TTILE_PASS_WINDOW_PARTS_H

#include "pass/internal.h"
#include "program/program.h"

enum { MOST_LOOPS = 8 };

// Nested loops that cut a window, outermost first.
typedef struct PartLoops {
    Statement *loops[MOST_LOOPS];
    int count;
    int64_t part; // pages of a turn of the innermost; of the window if there are no loops
} PartLoops;

// The pages of a turn of the loop, the innermost of those that stand `around` it; 0 if it does not go through a part
// in order.
int64_t pages_of_turn(Module *module, const CircularBuffer *circular, Statement *loop, const PartLoops *around);
// A loop from 0 by 1, of constant length, that nothing leaves early.
bool is_plain_loop(const Statement *loop, int64_t *turns);
bool has_effect(const Statement *statement, Effect effect);
// Does the instruction do anything with the buffer's pages?
bool uses_pages(const Statement *statement, const CircularBuffer *circular);
// Does it, or any inside of it?
bool touches_pages(Statement *statement, const CircularBuffer *circular);
// The slot of the page that an instruction reads into, packs or sends; NULL for any other instruction.
Operand *slot_of(Statement *statement);

#endif
