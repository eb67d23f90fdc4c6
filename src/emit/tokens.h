// The tokens of one statement of a kernel, with what clang-format knows of them: where a line may be broken, at what
// price, and which operands belong together.
#ifndef TTILE_EMIT_TOKENS_H
#define TTILE_EMIT_TOKENS_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/vector.h"

typedef enum TokenKind {
    TOKEN_WORD, // a name or a number
    TOKEN_KEYWORD,
    TOKEN_COMMENT,
    TOKEN_OPEN, // of parentheses, of template arguments, or the brace that ends a line
    TOKEN_CLOSE,
    TOKEN_COMMA,
    TOKEN_SEMICOLON,
    TOKEN_BINARY, // assignments, too
    TOKEN_UNARY,
    TOKEN_QUESTION,
    TOKEN_COLON, // of a `?`
    TOKEN_MEMBER,
    TOKEN_SCOPE,
    TOKEN_POINTER, // `*` of a type
} TokenKind;

// How tightly operators bind, loosest first, as in C++.
typedef enum Precedence {
    PRECEDENCE_NONE = -1,
    PRECEDENCE_SEMICOLON,
    PRECEDENCE_COMMA,
    PRECEDENCE_ASSIGNMENT,
    PRECEDENCE_CONDITIONAL,
    PRECEDENCE_OR,
    PRECEDENCE_AND,
    PRECEDENCE_BIT_OR,
    PRECEDENCE_BIT_XOR,
    PRECEDENCE_BIT_AND,
    PRECEDENCE_EQUALITY,
    PRECEDENCE_RELATION,
    PRECEDENCE_ORDER, // `<=>`, which no kernel has
    PRECEDENCE_SHIFT,
    PRECEDENCE_SUM,
    PRECEDENCE_PRODUCT,
    PRECEDENCE_MEMBER_POINTER, // `.*`, which no kernel has
    PRECEDENCE_UNARY,
    PRECEDENCE_MEMBER,
} Precedence;

typedef struct Token {
    const char *text;
    int length;
    TokenKind kind;
    Precedence precedence; // of an operator
    bool spaced;           // a space stands in front of it
    bool is_name;          // that is declared here
    bool is_shift;         // `<<`
    bool in_list;          // a name of a declaration of several
    int nesting;           // brackets around it; a closing bracket counts as inside
    int binding;           // the same, but template arguments hold together more tightly
    int match;             // the other bracket; -1
    int parameters;        // of an opening bracket
    int end;               // column behind it, were the statement one line
    bool can_break;        // a line may begin with it
    int penalty;           // for that
    // Expressions of operators, and where they begin and end: each gets an indent of its own.
    VECTOR(Precedence) begins; // inner ones first
    int ends;
    bool starts_binary, ends_binary; // of anything but statements
    int operator_index;              // among those of one expression
    int next_operator;               // of the same expression; -1
} Token;

typedef VECTOR(Token) Tokens;

#define MAX_TOKENS  2000
#define MAX_NESTING 60

// In `arena`. False if there are too many tokens, or they are nested too deep, to be looked at in this way.
bool tokenize(Arena *arena, const char *text, Tokens *tokens);

static inline bool token_is(const Token *token, const char *text) {
    for (int i = 0; i < token->length; i++)
        if (text[i] != token->text[i]) return false; // also where `text` ends
    return !text[token->length];
}

#endif
