// The lexer: one pass over the bytes; a stack of indentations makes INDENT and DEDENT; inside brackets lines do not
// end.
#include "front/lex.h"

#include <string.h>

#define MAX_INDENTATIONS MAX_NESTING

typedef struct Lexer {
    Context *context;
    const Source *source;
    DiagnosticCode code;
    const char *next, *end;
    const char *line_start; // so that column = next - line_start + 1
    uint32_t line;
    uint32_t brackets; // how many are open
    uint32_t indentations[MAX_INDENTATIONS];
    uint32_t depth;        // of the stack
    bool whole;            // a file, not a part of one: lines and indentation matter
    uint32_t refused_line; // the last line with a byte that starts no token
    Tokens tokens;
} Lexer;

static const char *const keywords[] = {"False",  "None",   "True",    "and",      "as",       "assert", "async",
                                       "await",  "break",  "class",   "continue", "def",      "del",    "elif",
                                       "else",   "except", "finally", "for",      "from",     "global", "if",
                                       "import", "in",     "is",      "lambda",   "nonlocal", "not",    "or",
                                       "pass",   "raise",  "return",  "try",      "while",    "with",   "yield"};

// Longest first, so that the first match is the right one.
static const char *const operators[] = {
    "**=", "//=", ">>=", "<<=", "...", "!=", "%=", "&=", "**", "*=", "+=", "-=", "->", "//", "/=", ":=",
    "<<",  "<=",  "==",  ">=",  ">>",  "@=", "^=", "|=", "%",  "&",  "(",  ")",  "*",  "+",  ",",  "-",
    ".",   "/",   ":",   ";",   "<",   "=",  ">",  "@",  "[",  "]",  "^",  "{",  "|",  "}",  "~"};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static Location here(const Lexer *lexer) {
    return (Location){lexer->source, lexer->line, (uint32_t)(lexer->next - lexer->line_start) + 1, 1};
}

static bool is_name_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c & 0x80); }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_name_part(char c) { return is_name_start(c) || is_digit(c); }
static char at(const Lexer *lexer, size_t ahead) {
    return (size_t)(lexer->end - lexer->next) > ahead ? lexer->next[ahead] : '\0';
}

static Token *add_token(Lexer *lexer, TokenKind kind, const char *start, size_t length) {
    Token token = {.kind = kind,
                   .text = start,
                   .length = (uint32_t)length,
                   .line = lexer->line,
                   .column = (uint32_t)(start - lexer->line_start) + 1};
    if (kind == TOKEN_NAME || kind == TOKEN_KEYWORD || kind == TOKEN_OPERATOR)
        token.name = intern(&lexer->context->names, start, length);
    vector_push(&lexer->context->unit, lexer->tokens, token);
    return &lexer->tokens.items[lexer->tokens.count - 1];
}

static void new_line(Lexer *lexer) {
    lexer->line++;
    lexer->line_start = lexer->next;
}

// True if a line end was there, and steps over it.
static bool skip_line_end(Lexer *lexer) {
    if (at(lexer, 0) == '\r' && at(lexer, 1) == '\n')
        lexer->next++;
    else if (at(lexer, 0) != '\n' && at(lexer, 0) != '\r')
        return false;
    lexer->next++;
    new_line(lexer);
    return true;
}

static void lex_comment(Lexer *lexer) {
    const char *start = lexer->next;
    while (lexer->next < lexer->end && *lexer->next != '\n' && *lexer->next != '\r') lexer->next++;
    if (lexer->tokens.count == 0) return;
    Token *previous = &lexer->tokens.items[lexer->tokens.count - 1];
    if (previous->line != lexer->line || previous->comment) return;
    previous->comment = start;
    previous->comment_length = (uint32_t)(lexer->next - start);
}

// A number: int in four bases, or float. Its value is made by the parser.
static void lex_number(Lexer *lexer) {
    const char *start = lexer->next;
    bool hexadecimal = at(lexer, 0) == '0' && (at(lexer, 1) == 'x' || at(lexer, 1) == 'X');
    bool is_float = false;
    while (lexer->next < lexer->end) {
        char c = *lexer->next;
        bool exponent_sign = !hexadecimal && (c == '+' || c == '-') && lexer->next > start &&
                             (lexer->next[-1] == 'e' || lexer->next[-1] == 'E') && is_digit(at(lexer, 1));
        if (!hexadecimal && (c == '.' || c == 'e' || c == 'E')) is_float = true;
        if (!is_name_part(c) && c != '.' && !exponent_sign) break;
        lexer->next++;
    }
    add_token(lexer, is_float ? TOKEN_FLOAT : TOKEN_INT, start, (size_t)(lexer->next - start));
}

// Length of a string's prefix (r, b, u, f and their pairs) if a quote follows it, else -1.
static int string_prefix(const Lexer *lexer) {
    int length = 0;
    while (length < 3 && at(lexer, (size_t)length) && strchr("rRbBuUfF", at(lexer, (size_t)length))) length++;
    char quote = at(lexer, (size_t)length);
    return length < 3 && (quote == '"' || quote == '\'') ? length : -1;
}

static bool closes_string(const Lexer *lexer, char quote, bool triple) {
    return at(lexer, 0) == quote && (!triple || (at(lexer, 1) == quote && at(lexer, 2) == quote));
}

static void lex_string(Lexer *lexer, int prefix) {
    const char *start = lexer->next;
    Location open = here(lexer);
    uint32_t first_line = lexer->line, first_column = open.column;
    lexer->next += prefix;
    char quote = *lexer->next;
    bool triple = at(lexer, 1) == quote && at(lexer, 2) == quote;
    lexer->next += triple ? 3 : 1;
    while (!closes_string(lexer, quote, triple)) {
        bool line_end = at(lexer, 0) == '\n' || at(lexer, 0) == '\r';
        if (lexer->next >= lexer->end || (line_end && !triple)) {
            report(lexer->context, lexer->code, open, "expected a closing quote, seen the end of the %s",
                   triple ? "file" : "line");
            return;
        }
        if (at(lexer, 0) == '\\' && lexer->next + 1 < lexer->end) lexer->next++;
        if (!skip_line_end(lexer)) lexer->next++;
    }
    lexer->next += triple ? 3 : 1;
    Token *token = add_token(lexer, TOKEN_STRING, start, (size_t)(lexer->next - start));
    token->line = first_line;
    token->column = first_column;
}

static void lex_name(Lexer *lexer) {
    const char *start = lexer->next;
    while (lexer->next < lexer->end && is_name_part(*lexer->next)) lexer->next++;
    size_t length = (size_t)(lexer->next - start);
    TokenKind kind = TOKEN_NAME;
    for (size_t i = 0; i < COUNT(keywords); i++)
        if (keywords[i][0] == *start && strlen(keywords[i]) == length && memcmp(keywords[i], start, length) == 0)
            kind = TOKEN_KEYWORD;
    add_token(lexer, kind, start, length);
}

// Steps over a byte that starts no token; one is told for each line.
static void refuse_byte(Lexer *lexer) {
    Location location = here(lexer);
    unsigned char c = (unsigned char)*lexer->next++;
    if (lexer->refused_line == lexer->line) return;
    lexer->refused_line = lexer->line;
    if (c >= 0x20 && c < 0x7f)
        report(lexer->context, lexer->code, location, "expected a Python token, seen `%c`", c);
    else
        report(lexer->context, lexer->code, location, "expected a Python token, seen the byte 0x%02x", c);
}

static void lex_operator(Lexer *lexer) {
    for (size_t i = 0; i < COUNT(operators); i++) {
        if (operators[i][0] != *lexer->next) continue;
        size_t length = strlen(operators[i]);
        if ((size_t)(lexer->end - lexer->next) < length || memcmp(lexer->next, operators[i], length) != 0) continue;
        if (strchr("([{", operators[i][0])) lexer->brackets++;
        if (strchr(")]}", operators[i][0]) && lexer->brackets > 0) lexer->brackets--;
        add_token(lexer, TOKEN_OPERATOR, lexer->next, length);
        lexer->next += length;
        return;
    }
    refuse_byte(lexer);
}

// Indentation of a line that holds something: INDENT, or DEDENTs back to a width that is on the stack.
static void lex_indentation(Lexer *lexer, uint32_t width) {
    if (width > lexer->indentations[lexer->depth]) {
        if (lexer->depth + 1 == MAX_INDENTATIONS)
            fail(lexer->context, DIAG_FRONT_NESTING, here(lexer), "blocks are nested more than %d deep",
                 MAX_INDENTATIONS);
        lexer->indentations[++lexer->depth] = width;
        add_token(lexer, TOKEN_INDENT, lexer->next, 0);
    }
    while (width < lexer->indentations[lexer->depth]) {
        lexer->depth--;
        add_token(lexer, TOKEN_DEDENT, lexer->next, 0);
    }
    if (width != lexer->indentations[lexer->depth])
        report(lexer->context, lexer->code, here(lexer),
               "expected an indentation that an outer block has, seen %u columns", width);
}

// The blanks at a line's start; blank and comment lines count for nothing.
static void lex_line_start(Lexer *lexer) {
    uint32_t width = 0;
    for (; at(lexer, 0) == ' ' || at(lexer, 0) == '\t' || at(lexer, 0) == '\f'; lexer->next++)
        width = *lexer->next == '\t' ? (width / 8 + 1) * 8 : *lexer->next == '\f' ? 0 : width + 1;
    char c = at(lexer, 0);
    if (lexer->next < lexer->end && c != '#' && c != '\n' && c != '\r') lex_indentation(lexer, width);
}

static bool line_is_open(const Lexer *lexer) {
    return lexer->tokens.count > 0 && vector_last(lexer->tokens).kind != TOKEN_NEWLINE &&
           vector_last(lexer->tokens).kind != TOKEN_INDENT && vector_last(lexer->tokens).kind != TOKEN_DEDENT;
}

static void lex_line_end(Lexer *lexer) {
    bool ends = lexer->whole && lexer->brackets == 0;
    if (ends && line_is_open(lexer)) add_token(lexer, TOKEN_NEWLINE, lexer->next, 0);
    skip_line_end(lexer);
    if (ends) lex_line_start(lexer);
}

static void lex_token(Lexer *lexer) {
    char c = *lexer->next;
    int prefix = string_prefix(lexer);
    if (c == ' ' || c == '\t' || c == '\f')
        lexer->next++;
    else if (c == '\n' || c == '\r')
        lex_line_end(lexer);
    else if (c == '\\' && (at(lexer, 1) == '\n' || at(lexer, 1) == '\r')) {
        lexer->next++;
        skip_line_end(lexer);
    } else if (c == '#')
        lex_comment(lexer);
    else if (prefix >= 0)
        lex_string(lexer, prefix);
    else if (is_name_start(c))
        lex_name(lexer);
    else if (is_digit(c) || (c == '.' && is_digit(at(lexer, 1))))
        lex_number(lexer);
    else
        lex_operator(lexer);
}

// Fails behind the last token if any was refused.
static Tokens lex_all(Lexer *lexer) {
    uint32_t errors = lexer->context->error_count;
    if (lexer->whole) lex_line_start(lexer);
    while (lexer->next < lexer->end) lex_token(lexer);
    if (lexer->whole && line_is_open(lexer)) add_token(lexer, TOKEN_NEWLINE, lexer->next, 0);
    for (; lexer->depth > 0; lexer->depth--) add_token(lexer, TOKEN_DEDENT, lexer->next, 0);
    add_token(lexer, TOKEN_END, lexer->next, 0);
    if (lexer->context->error_count != errors) fail_now(lexer->context);
    return lexer->tokens;
}

// Text has no zero bytes: they would end names and paths early.
static void refuse_zero_byte(Context *context, const Source *source, DiagnosticCode code) {
    const char *zero = memchr(source->text, '\0', source->length);
    if (!zero) return;
    Location location = {source, 1, 1, 1};
    for (const char *c = source->text; c < zero; c++) {
        location.column++;
        if (*c != '\n') continue;
        location.line++;
        location.column = 1;
    }
    fail(context, code, location, "expected text, seen a zero byte");
}

Tokens lex_source(Context *context, const Source *source, DiagnosticCode code) {
    uint32_t limit = code == DIAG_IR_TEXT ? MAX_TEXT_BYTES : MAX_SOURCE_BYTES;
    if (source->length > limit)
        fail(context, code, (Location){source, 1, 1, 1}, "expected at most %u bytes of source, seen %zu", limit,
             source->length);
    refuse_zero_byte(context, source, code);
    Lexer lexer = {.context = context, .source = source, .code = code, .line = 1, .whole = true};
    lexer.next = lexer.line_start = source->text;
    lexer.end = source->text + source->length;
    if (source->length >= 3 && memcmp(source->text, "\xef\xbb\xbf", 3) == 0) lexer.next = lexer.line_start += 3;
    return lex_all(&lexer);
}

Tokens lex_part(Context *context, const Source *source, DiagnosticCode code, const char *start, size_t length,
                uint32_t line, uint32_t column) {
    Lexer lexer = {
        .context = context, .source = source, .code = code, .next = start, .end = start + length, .line = line};
    lexer.line_start = start - (column - 1);
    return lex_all(&lexer);
}
