// Python tokens with indentation. Comments are kept on the token they follow: in IR text they hold locations.
#ifndef TTILE_FRONT_LEX_H
#define TTILE_FRONT_LEX_H

#include "base/context.h"

typedef enum TokenKind {
    TOKEN_END,
    TOKEN_NEWLINE, // end of a logical line
    TOKEN_INDENT,
    TOKEN_DEDENT,
    TOKEN_NAME,
    TOKEN_KEYWORD,
    TOKEN_INT,
    TOKEN_FLOAT,
    TOKEN_STRING, // with its prefix and quotes
    TOKEN_OPERATOR
} TokenKind;

typedef struct Token {
    TokenKind kind;
    uint32_t length;
    const char *text;    // in the source, or a name for messages
    Name name;           // NAME, KEYWORD, OPERATOR: interned
    const char *comment; // behind this token on its line, from its `#`; NULL if there is none
    uint32_t comment_length;
    uint32_t line, column;
} Token;

typedef struct Tokens {
    Token *items;
    uint32_t count, capacity;
} Tokens;

#define MAX_SOURCE_BYTES (4u << 20)  // larger files are refused: no kernel is that long
#define MAX_TEXT_BYTES   (64u << 20) // of IR text, which is longer than the source it came from
#define MAX_NESTING      128         // brackets, blocks and operators inside one another

// The tokens of a source, ended by TOKEN_END. Fails with `code` on characters that Python does not have.
Tokens lex_source(Context *context, const Source *source, DiagnosticCode code);
// The tokens of a part of a source: an expression inside an f-string, which starts at that place.
Tokens lex_part(Context *context, const Source *source, DiagnosticCode code, const char *start, size_t length,
                uint32_t line, uint32_t column);

#endif
