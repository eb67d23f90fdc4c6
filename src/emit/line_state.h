// How a statement lies on lines up to some token, and what that allows for the next one: clang-format's rules of when a
// line may or must be broken, and where the next one begins.
#ifndef TTILE_EMIT_LINE_STATE_H
#define TTILE_EMIT_LINE_STATE_H

#include <stddef.h>

#include "emit/tokens.h"

#define LINE_WIDTH   120
#define INDENT_WIDTH 4

// A bracket or an expression that is open at a place. Columns are 0 where there are none.
typedef struct Level {
    int indent;
    int last_space;    // what its parts are indented against
    int call_start;    // of the call that it belongs to
    int question;      // column of its `?`
    int first_shift;   // of its first `<<`
    int continuation;  // of calls of members
    int variable;      // that is declared: names behind a comma stand below it
    bool each_breaks;  // a parameter that follows begins a line
    bool whole;        // must not be broken
    bool operand_only; // must not be broken before the next operator
    bool operator_led; // the last operator began a line
    bool broken;
    bool has_member; // a member was called in the line where the one before ended
} Level;

// The way to a place: `next` is the first token that is not yet there.
typedef struct State {
    uint32_t next;
    int column;
    int line_nesting;   // of the line's first token
    int lowest_nesting; // in the line
    uint32_t depth;
    Level levels[]; // inner ones last
} State;

typedef struct BrokenLine {
    Tokens tokens;
    int indent;
    bool is_for;
} BrokenLine;

static inline size_t state_bytes(uint32_t depth) { return sizeof(State) + depth * sizeof(Level); }
// The levels that there must be room for behind the token.
uint32_t state_room(const BrokenLine *line, const State *state);

bool may_begin_line(const BrokenLine *line, State *state);
bool must_begin_line(const BrokenLine *line, State *state);
// Puts the next token into a line of its own, or behind the one before it: what that costs, and the column of the
// token.
uint32_t place_token(const BrokenLine *line, State *state, bool newline, int *column);
// The first token, of a state that is all zero.
void place_first(const BrokenLine *line, State *state);

#endif
