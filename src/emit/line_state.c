#include "emit/line_state.h"

#include <string.h>

enum { EXCESS_PENALTY = 1000000, FIRST_BREAK_PENALTY = 15, FIRST_SHIFT_PENALTY = 120 };

static Level *top(State *state) { return &state->levels[state->depth - 1]; }
static const Token *at(const BrokenLine *line, uint32_t index) { return &line->tokens.items[index]; }
static int larger(int a, int b) { return a > b ? a : b; }

// The last token in front of the place that is no comment; NULL if there is none.
static const Token *operand_before(const BrokenLine *line, uint32_t index) {
    while (index-- > 0)
        if (at(line, index)->kind != TOKEN_COMMENT) return at(line, index);
    return NULL;
}

// ---------------------------------------------------------------- levels

// There is room: state_room.
static void push_level(State *state, Level level) { state->levels[state->depth++] = level; }

static void pop_level(State *state) {
    if (state->depth > 1) state->depth--;
}

static bool skips_indent(const Token *before) {
    return before && (before->kind == TOKEN_OPEN || before->kind == TOKEN_SEMICOLON ||
                      before->precedence == PRECEDENCE_ASSIGNMENT);
}

static void open_expressions(const BrokenLine *line, State *state) {
    const Token *token = at(line, state->next), *before = operand_before(line, state->next);
    bool skip = skips_indent(before);
    for (uint32_t i = token->begins.count; i-- > 0;) {
        Precedence precedence = token->begins.items[i];
        Level level = *top(state);
        level.broken = false;
        level.operator_led = true;
        level.whole |= top(state)->operand_only;
        level.indent = larger(larger(state->column, level.indent), level.last_space);
        if (precedence > PRECEDENCE_SEMICOLON) level.last_space = larger(level.last_space, state->column);
        if (precedence != PRECEDENCE_CONDITIONAL && token->kind != TOKEN_UNARY) level.call_start = state->column;
        if (precedence == PRECEDENCE_CONDITIONAL || (!skip && precedence > PRECEDENCE_ASSIGNMENT))
            level.indent += INDENT_WIDTH;
        if ((before && before->kind != TOKEN_OPEN) || precedence != PRECEDENCE_COMMA) level.each_breaks = false;
        push_level(state, level);
        skip = false;
    }
}

// Template arguments of what stands between parentheses.
static bool is_angle_in_parentheses(const BrokenLine *line, uint32_t index) {
    const Token *token = at(line, index);
    if (*token->text != '<') return false;
    while (index-- > 0) {
        const Token *outer = at(line, index);
        if (outer->kind == TOKEN_OPEN && outer->nesting == token->nesting - 1) return *outer->text == '(';
    }
    return false;
}

static void open_bracket(const BrokenLine *line, State *state) {
    const Token *token = at(line, state->next);
    if (token->kind != TOKEN_OPEN) return;
    const Level *outer = top(state);
    Level level = {.indent = INDENT_WIDTH + larger(outer->last_space, outer->call_start),
                   .last_space = outer->last_space,
                   .operator_led = true};
    if (is_angle_in_parentheses(line, state->next)) {
        level.indent = larger(level.indent, outer->indent);
        level.last_space = larger(level.last_space, outer->indent);
    }
    level.whole = outer->whole || outer->operand_only || (*token->text == '<' && outer->has_member);
    push_level(state, level);
}

static void close_expressions(State *state, const Token *token) {
    for (int i = 0; i < token->ends && state->depth > 1; i++) {
        int variable = top(state)->variable;
        state->depth--;
        top(state)->variable = variable;
    }
}

// What the token changes of the levels, when its column is known; the price of what stands beyond the width.
static uint32_t pass_token(const BrokenLine *line, State *state, bool newline) {
    const Token *token = at(line, state->next), *before = state->next ? token - 1 : NULL;
    Level *level = top(state);
    bool is_conditional = token->kind == TOKEN_QUESTION || token->kind == TOKEN_COLON;
    if (token->kind == TOKEN_COMMA || token->kind == TOKEN_BINARY) level->operand_only = false;
    if (token->is_shift) {
        if (!level->first_shift)
            level->first_shift = state->column;
        else
            level->operator_led = newline;
    } else if (token->kind == TOKEN_BINARY ||
               (is_conditional && before->kind != TOKEN_QUESTION && before->kind != TOKEN_COLON)) {
        level->operator_led = newline;
    }
    if (token->kind == TOKEN_QUESTION) level->question = state->column;
    bool is_bracket = token->kind == TOKEN_OPEN || token->kind == TOKEN_CLOSE;
    if (!is_bracket && token->kind != TOKEN_POINTER && token->nesting < state->lowest_nesting)
        state->lowest_nesting = token->nesting;
    if (token->kind == TOKEN_MEMBER) level->call_start = token->next_operator < 0 ? 0 : state->column;
    open_expressions(line, state);
    if (token->kind == TOKEN_CLOSE) pop_level(state);
    open_bracket(line, state);
    close_expressions(state, token);
    state->column += token->length;
    state->next++;
    return state->column > LINE_WIDTH ? (uint32_t)(state->column - LINE_WIDTH) * EXCESS_PENALTY : 0;
}

// ---------------------------------------------------------------- a token in the same line

static void note_variable(const BrokenLine *line, State *state, const Token *token) {
    Level *level = top(state);
    if (!token_is(token, "=") || (!line->is_for && token->nesting) || level->variable) return;
    level->variable = state->column;
    for (const Token *name = token - 1;; name--) { // and a `*` that belongs to it
        level->variable -= name->length;
        if (name->spaced || name == line->tokens.items) break;
    }
    if (token[-1].in_list) level->last_space = level->variable;
}

// The right side of an operator is not broken unless a line begins with it.
static bool keeps_operand(const Level *level, const Token *token, const Token *before) {
    if (token->kind == TOKEN_COMMENT || !before) return false;
    bool is_colon = before->kind == TOKEN_COLON;
    if (before->kind != TOKEN_BINARY && before->kind != TOKEN_COMMA && !is_colon) return false;
    if (before->precedence == PRECEDENCE_ASSIGNMENT || before->precedence == PRECEDENCE_RELATION) return false;
    bool leads = before->is_shift || is_colon;
    bool has_two = before->operator_index == 0 && before->next_operator < 0 && !is_colon;
    return (!leads && !has_two) || (!level->operator_led && leads);
}

static void note_last_space(const BrokenLine *line, State *state, const Token *token, const Token *before) {
    Level *level = top(state);
    bool is_head = before->kind == TOKEN_OPEN && before > line->tokens.items &&
                   (token_is(before - 1, "for") || token_is(before - 1, "if"));
    bool follows = before->kind == TOKEN_COMMA || before->kind == TOKEN_QUESTION || before->kind == TOKEN_COLON;
    bool is_operand = before->kind == TOKEN_BINARY &&
                      ((before->precedence != PRECEDENCE_ASSIGNMENT &&
                        (!before->is_shift || before->operator_index != 0 || before->next_operator >= 0)) ||
                       token->starts_binary);
    bool is_receiver =
        before->kind == TOKEN_OPEN && before->match >= 0 && (uint32_t)before->match + 1 < line->tokens.count &&
        at(line, (uint32_t)before->match + 1)->kind == TOKEN_MEMBER && state->depth > 1 && level[-1].continuation == 0;
    if ((token->kind != TOKEN_COMMENT && (is_head || follows)) || is_operand || is_receiver)
        level->last_space = state->column;
}

static int new_line_column(const BrokenLine *line, State *state);

static bool continues_calls(const Token *token, const Token *before) {
    return token->kind == TOKEN_MEMBER && before->kind == TOKEN_CLOSE;
}

static void go_on(const BrokenLine *line, State *state) {
    const Token *token = at(line, state->next), *before = token - 1;
    note_variable(line, state, token);
    Level *level = top(state);
    if (before->kind == TOKEN_OPEN) level->indent = state->column + token->spaced;
    if (continues_calls(token, before) && state->column > new_line_column(line, state)) level->has_member = true;
    if (continues_calls(token, before) && *before->text == ')' && before->match >= 0 &&
        before->end - at(line, (uint32_t)before->match)->end > 10)
        level->whole = true;
    if (keeps_operand(level, token, operand_before(line, state->next))) level->operand_only = true;
    state->column += token->spaced;
    note_last_space(line, state, token, before);
}

// ---------------------------------------------------------------- a token in a new line

static int new_line_column(const BrokenLine *line, State *state) {
    const Token *token = at(line, state->next), *before = token - 1;
    const Token *operand = operand_before(line, state->next);
    const Level *level = top(state);
    int continuation = larger(level->last_space, level->indent) + INDENT_WIDTH;
    if (token->is_shift && level->first_shift) return level->first_shift;
    if (token->kind == TOKEN_MEMBER) return level->continuation ? level->continuation : continuation;
    if (level->question &&
        (token->kind == TOKEN_COLON || before->kind == TOKEN_QUESTION || before->kind == TOKEN_COLON))
        return level->question;
    if (before->kind == TOKEN_COMMA && level->variable) return level->variable;
    if (token->is_name || token->kind == TOKEN_POINTER || before->kind == TOKEN_SCOPE || token_is(before, "="))
        return continuation;
    bool is_operator = token->precedence > PRECEDENCE_COMMA || token->kind == TOKEN_QUESTION;
    if (before->kind == TOKEN_CLOSE && *before->text == ')' && !is_operator && token->kind != TOKEN_COLON &&
        token->kind != TOKEN_COMMENT)
        return continuation;
    if (level->indent == line->indent && operand) return level->indent + INDENT_WIDTH;
    return level->indent;
}

static void note_parameters(State *state, const Token *token, const Token *before, const Token *operand) {
    Level *level = top(state);
    bool is_separator = operand->kind == TOKEN_COMMA || operand->kind == TOKEN_SEMICOLON;
    bool is_angle = operand->kind == TOKEN_CLOSE && *operand->text == '>';
    if (is_separator || before->kind == TOKEN_BINARY) level->each_breaks = false;
    if (is_angle && token->nesting == 0) level->each_breaks = false;
    if (token->kind == TOKEN_QUESTION || operand->kind == TOKEN_QUESTION) level->each_breaks = true;
    for (uint32_t i = 0; i + 1 < state->depth; i++) state->levels[i].each_breaks = true;
    if (is_separator || operand->kind == TOKEN_COLON || (is_angle && token->nesting == 0)) return;
    if (operand->kind == TOKEN_BINARY || token->kind == TOKEN_BINARY || operand->kind == TOKEN_OPEN) return;
    level->each_breaks = true;
}

static uint32_t begin_line(const BrokenLine *line, State *state) {
    const Token *token = at(line, state->next), *before = token - 1;
    const Token *operand = operand_before(line, state->next);
    Level *level = top(state);
    uint32_t cost = (uint32_t)token->penalty + (level->broken ? 0 : FIRST_BREAK_PENALTY);
    level->broken = true;
    if (token->is_shift && !level->first_shift && (state->column <= LINE_WIDTH / 3 || level->each_breaks))
        cost += FIRST_SHIFT_PENALTY;
    state->column = new_line_column(line, state);
    if (token->kind == TOKEN_MEMBER && !level->continuation) level->continuation = state->column;
    level->last_space = state->column + (token->is_shift ? 3 : 0);
    state->line_nesting = state->lowest_nesting = token->nesting;
    note_parameters(state, token, before, operand);
    if (token->kind == TOKEN_BINARY && token->can_break) level->each_breaks = false;
    return cost;
}

// ---------------------------------------------------------------- what may be done

bool may_begin_line(const BrokenLine *line, State *state) {
    const Token *token = at(line, state->next), *before = token - 1;
    const Level *level = top(state);
    if (!token->can_break) return false;
    if (before->kind == TOKEN_OPEN && state->lowest_nesting < state->line_nesting &&
        state->lowest_nesting < token->nesting)
        return false;
    if (token->kind == TOKEN_MEMBER && level->has_member) return false;
    if (token->kind != TOKEN_BINARY && token->kind != TOKEN_COMMA && level->operand_only) return false;
    return !level->whole;
}

static bool begins_part(const Token *token, const Token *before) {
    if (token->kind == TOKEN_CLOSE) return false;
    return before->kind == TOKEN_COMMA || before->kind == TOKEN_SEMICOLON ||
           (before->kind == TOKEN_CLOSE && *before->text == '>' && token->is_name) ||
           ((token->kind == TOKEN_QUESTION || token->kind == TOKEN_COLON) && before->kind != TOKEN_QUESTION);
}

// A line that was broken within an operator's left side is broken behind the operator, too.
static bool follows_broken_operand(const Token *token, const Token *before) {
    if (before->kind != TOKEN_BINARY || !token->can_break) return token->kind == TOKEN_BINARY && token->can_break;
    bool compares = (before->precedence == PRECEDENCE_RELATION && !token_is(before, ">>")) ||
                    before->precedence == PRECEDENCE_EQUALITY;
    if (before->precedence == PRECEDENCE_ASSIGNMENT) return false;
    return !compares || before[-1].ends_binary;
}

bool must_begin_line(const BrokenLine *line, State *state) {
    const Token *token = at(line, state->next), *before = token - 1;
    const Level *level = top(state);
    if (begins_part(token, before) && level->each_breaks) return true;
    int column = new_line_column(line, state);
    int ahead = token->next_operator < 0 ? 0 : at(line, (uint32_t)token->next_operator)->end - token->end;
    if (token->kind == TOKEN_MEMBER && state->column + ahead > LINE_WIDTH &&
        (state->column > column || token->nesting < state->line_nesting))
        return true;
    if (continues_calls(token, before) && (level->continuation || level->each_breaks)) return true;
    if (state->column <= column) return false;
    if (level->each_breaks && follows_broken_operand(token, before)) return true;
    return token->is_shift && level->each_breaks && !level->first_shift;
}

// ---------------------------------------------------------------- placing

uint32_t state_room(const BrokenLine *line, const State *state) {
    return state->depth + at(line, state->next)->begins.count + 1;
}

uint32_t place_token(const BrokenLine *line, State *state, bool newline, int *column) {
    uint32_t cost = 0;
    if (newline)
        cost = begin_line(line, state);
    else
        go_on(line, state);
    *column = state->column;
    return cost + pass_token(line, state, newline);
}

void place_first(const BrokenLine *line, State *state) {
    state->column = line->indent;
    push_level(state, (Level){.indent = line->indent, .last_space = line->indent, .operator_led = true});
    pass_token(line, state, false);
}
