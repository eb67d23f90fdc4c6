#include "emit/tokens.h"

#include <ctype.h>
#include <string.h>

// ---------------------------------------------------------------- reading

// clang-format reads `>>` as two of `>`.
static const struct {
    const char *text;
    Precedence precedence;
} operators[] = {
    {"<<", PRECEDENCE_SHIFT},      {">>", PRECEDENCE_RELATION},   {"<=", PRECEDENCE_RELATION},
    {">=", PRECEDENCE_RELATION},   {"==", PRECEDENCE_EQUALITY},   {"!=", PRECEDENCE_EQUALITY},
    {"&&", PRECEDENCE_AND},        {"||", PRECEDENCE_OR},         {"++", PRECEDENCE_UNARY},
    {"--", PRECEDENCE_UNARY},      {"+=", PRECEDENCE_ASSIGNMENT}, {"-=", PRECEDENCE_ASSIGNMENT},
    {"*=", PRECEDENCE_ASSIGNMENT}, {"=", PRECEDENCE_ASSIGNMENT},  {"<", PRECEDENCE_RELATION},
    {">", PRECEDENCE_RELATION},    {"+", PRECEDENCE_SUM},         {"-", PRECEDENCE_SUM},
    {"*", PRECEDENCE_PRODUCT},     {"/", PRECEDENCE_PRODUCT},     {"%", PRECEDENCE_PRODUCT},
    {"&", PRECEDENCE_BIT_AND},     {"|", PRECEDENCE_BIT_OR},      {"^", PRECEDENCE_BIT_XOR},
    {"!", PRECEDENCE_UNARY},       {"~", PRECEDENCE_UNARY},
};

static const struct {
    char text;
    TokenKind kind;
} marks[] = {
    {'(', TOKEN_OPEN},      {')', TOKEN_CLOSE},    {'{', TOKEN_OPEN},   {',', TOKEN_COMMA},
    {';', TOKEN_SEMICOLON}, {'?', TOKEN_QUESTION}, {'.', TOKEN_MEMBER}, {':', TOKEN_COLON},
};

static bool is_word_character(char c) { return c == '_' || isalnum((unsigned char)c); }

static bool is_keyword(const Token *token) {
    static const char *const words[] = {"const", "constexpr",   "volatile",         "static", "auto", "if",   "for",
                                        "while", "static_cast", "reinterpret_cast", "float",  "bool", "true", "false"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (token_is(token, words[i])) return true;
    return false;
}

static void read_word(Token *token) {
    // A number may hold a point and, behind its exponent, a sign.
    bool is_number = isdigit((unsigned char)*token->text) && strncmp(token->text, "0x", 2) != 0;
    for (const char *at = token->text;; at++) {
        bool sign = is_number && (*at == '+' || *at == '-') && at[-1] == 'e';
        if (!is_word_character(*at) && !sign && !(is_number && *at == '.')) break;
        token->length++;
    }
    token->kind = is_keyword(token) ? TOKEN_KEYWORD : TOKEN_WORD;
}

// Whether an operand ends in front of the token.
static bool follows_operand(const Token *before) {
    return before && (before->kind == TOKEN_WORD || before->kind == TOKEN_CLOSE || before->kind == TOKEN_COMMENT ||
                      token_is(before, "true") || token_is(before, "false"));
}

static void read_operator(Token *token, const Token *before) {
    token->length = 1;
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
        size_t length = strlen(operators[i].text);
        if (strncmp(token->text, operators[i].text, length) != 0) continue;
        token->length = (int)length;
        token->precedence = operators[i].precedence;
        break;
    }
    bool is_binary = follows_operand(before) && token->precedence != PRECEDENCE_UNARY;
    token->kind = is_binary ? TOKEN_BINARY : TOKEN_UNARY;
    token->is_shift = token_is(token, "<<");
    if (!is_binary) token->precedence = PRECEDENCE_NONE;
}

static void read_mark(Token *token, const Token *before) {
    char next = token->text[1];
    if (*token->text == ':' && next == ':') {
        token->kind = TOKEN_SCOPE;
        token->length = 2;
        return;
    }
    token->length = 1;
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        if (marks[i].text != *token->text) continue;
        token->kind = marks[i].kind;
        if (token->kind == TOKEN_COMMA) token->precedence = PRECEDENCE_COMMA;
        return;
    }
    if (*token->text == '<' && !token->spaced) {
        token->kind = TOKEN_OPEN;
    } else if (*token->text == '>' && !token->spaced) {
        token->kind = TOKEN_CLOSE;
    } else if (*token->text == '*' && next != ' ' && follows_operand(before)) {
        token->kind = TOKEN_POINTER;
    } else {
        read_operator(token, before);
    }
}

static void read_token(Token *token, const Token *before) {
    if (!strncmp(token->text, "/*", 2)) {
        const char *end = strstr(token->text + 2, "*/");
        token->kind = TOKEN_COMMENT;
        token->length = end ? (int)(end - token->text) + 2 : (int)strlen(token->text);
    } else if (is_word_character(*token->text)) {
        read_word(token);
    } else {
        read_mark(token, before);
    }
}

static bool read_tokens(Arena *arena, const char *text, Tokens *tokens) {
    for (const char *at = text; *at;) {
        Token token = {.precedence = PRECEDENCE_NONE, .match = -1, .next_operator = -1, .spaced = *at == ' '};
        at += token.spaced;
        token.text = at;
        read_token(&token, tokens->count ? &vector_last(*tokens) : NULL);
        at += token.length;
        token.end = (int)(at - text);
        if (tokens->count == MAX_TOKENS) return false;
        vector_push(arena, *tokens, token);
    }
    return true;
}

// ---------------------------------------------------------------- brackets and names

static bool nest_tokens(Tokens *tokens) {
    int open[MAX_NESTING], depth = 0, binding = 1;
    for (uint32_t i = 0; i < tokens->count; i++) {
        Token *token = &tokens->items[i];
        token->nesting = depth;
        token->binding = binding;
        bool is_angle = *token->text == '<' || *token->text == '>';
        if (token->kind == TOKEN_OPEN && *token->text != '{') {
            if (depth == MAX_NESTING) return false;
            open[depth++] = (int)i;
            binding += is_angle ? 12 : 1;
        } else if (token->kind == TOKEN_CLOSE && depth) {
            token->match = open[--depth];
            tokens->items[token->match].match = (int)i;
            binding -= is_angle ? 12 : 1;
        } else if (depth && token->kind != TOKEN_COMMENT) {
            int *parameters = &tokens->items[open[depth - 1]].parameters;
            if (token->kind == TOKEN_COMMA)
                ++*parameters;
            else if (!*parameters)
                *parameters = 1;
        }
    }
    return depth == 0;
}

// A name stands behind a type: behind another name, `auto`, or the `*` of a pointer.
static bool is_declared(const Tokens *tokens, uint32_t index) {
    if (tokens->items[index].kind != TOKEN_WORD || isdigit((unsigned char)*tokens->items[index].text)) return false;
    while (index > 0 && token_is(&tokens->items[index - 1], "const")) index--;
    if (index == 0) return false;
    const Token *before = &tokens->items[index - 1];
    return before->kind == TOKEN_WORD || before->kind == TOKEN_POINTER || token_is(before, "auto") ||
           token_is(before, "float") || token_is(before, "bool");
}

static void find_names(Tokens *tokens) {
    bool is_for = token_is(&tokens->items[0], "for");
    Token *declared[MAX_NESTING + 1] = {NULL};
    for (uint32_t i = 0; i < tokens->count; i++) {
        Token *token = &tokens->items[i];
        token->is_name = is_declared(tokens, i);
        Token **at_level = &declared[token->nesting];
        if (token->is_name && !*at_level) *at_level = token;
        if (token->kind == TOKEN_COMMA && *at_level && (token->nesting == 0 || is_for)) (*at_level)->in_list = true;
        if (token->kind == TOKEN_OPEN) declared[token->nesting + (*token->text != '{')] = NULL;
    }
}

// ---------------------------------------------------------------- expressions

typedef struct Parser {
    Arena *arena;
    Tokens *tokens;
    uint32_t at;
} Parser;

static Token *current(const Parser *parser) {
    return parser->at < parser->tokens->count ? &parser->tokens->items[parser->at] : NULL;
}

static Precedence precedence_of(const Token *token) {
    switch (token->kind) {
    case TOKEN_QUESTION:
    case TOKEN_COLON: return PRECEDENCE_CONDITIONAL;
    case TOKEN_SEMICOLON: return PRECEDENCE_SEMICOLON;
    case TOKEN_MEMBER: return PRECEDENCE_MEMBER;
    default: return token->precedence;
    }
}

// What began at `start` ends in front of the place.
static void end_expression(Parser *parser, uint32_t start, Precedence precedence) {
    Token *first = &parser->tokens->items[start], *last = NULL;
    vector_push(parser->arena, first->begins, precedence);
    for (uint32_t i = parser->at; i-- > 0 && (!last || last->kind == TOKEN_COMMENT);) last = &parser->tokens->items[i];
    bool is_binary = precedence > PRECEDENCE_SEMICOLON;
    if (is_binary) first->starts_binary = true;
    if (!last || !current(parser)) return;
    last->ends++;
    if (is_binary) last->ends_binary = true;
}

static void parse(Parser *parser, Precedence precedence);

static void parse_unary(Parser *parser) {
    uint32_t first = parser->at;
    while (current(parser) && current(parser)->kind == TOKEN_UNARY) parser->at++;
    uint32_t behind = parser->at;
    parse(parser, PRECEDENCE_MEMBER);
    while (behind-- > first) end_expression(parser, behind, PRECEDENCE_SEMICOLON);
}

static void parse_conditional(Parser *parser) {
    uint32_t start = parser->at;
    parse(parser, PRECEDENCE_OR);
    if (!current(parser) || current(parser)->kind != TOKEN_QUESTION) return;
    parser->at++;
    parse(parser, PRECEDENCE_ASSIGNMENT);
    if (!current(parser) || current(parser)->kind != TOKEN_COLON) return;
    parser->at++;
    parse(parser, PRECEDENCE_ASSIGNMENT);
    end_expression(parser, start, PRECEDENCE_CONDITIONAL);
}

static void parse_brackets(Parser *parser) {
    while (current(parser) && current(parser)->kind != TOKEN_CLOSE) {
        parser->at++;
        parse(parser, PRECEDENCE_SEMICOLON);
    }
    parser->at++;
}

static bool ends_operands(const Token *token, Precedence precedence) {
    if (!token || token->kind == TOKEN_CLOSE) return true;
    Precedence own = precedence_of(token);
    return (own != PRECEDENCE_NONE && own < precedence) ||
           (token->kind == TOKEN_COLON && precedence == PRECEDENCE_ASSIGNMENT);
}

// Operands of one precedence, with the operators between them.
static void parse_operands(Parser *parser, Precedence precedence) {
    uint32_t start = parser->at;
    Token *latest = NULL;
    int index = 0;
    for (;;) {
        parse(parser, precedence + 1);
        Token *token = current(parser);
        if (ends_operands(token, precedence)) break;
        if (token->kind == TOKEN_OPEN) {
            parse_brackets(parser);
        } else {
            if (precedence_of(token) == precedence) {
                if (latest) latest->next_operator = (int)parser->at;
                token->operator_index = index++;
                latest = token;
            }
            parser->at++;
        }
        if (!current(parser)) break;
    }
    bool is_whole = !current(parser) && precedence == PRECEDENCE_SEMICOLON;
    if (latest && !is_whole)
        end_expression(parser, start, precedence == PRECEDENCE_MEMBER ? PRECEDENCE_SEMICOLON : precedence);
}

static void parse(Parser *parser, Precedence precedence) {
    if (!current(parser) || precedence > PRECEDENCE_MEMBER) return;
    if (precedence == PRECEDENCE_CONDITIONAL)
        parse_conditional(parser);
    else if (precedence == PRECEDENCE_UNARY)
        parse_unary(parser);
    else
        parse_operands(parser, precedence);
}

// ---------------------------------------------------------------- breaks

static bool is_angle(const Token *token) { return token->kind == TOKEN_OPEN && *token->text == '<'; }

static bool may_break(const Tokens *tokens, uint32_t index) {
    const Token *left = &tokens->items[index - 1], *right = &tokens->items[index];
    if (right->is_name || right->kind == TOKEN_POINTER) return true;
    if (right->kind == TOKEN_QUESTION || right->kind == TOKEN_COLON) return true;
    if (right->kind == TOKEN_COMMENT || right->kind == TOKEN_CLOSE) return false;
    if (left->kind == TOKEN_QUESTION || left->kind == TOKEN_COLON || left->kind == TOKEN_UNARY) return false;
    if (left->kind == TOKEN_OPEN && index > 1 && tokens->items[index - 2].kind == TOKEN_BINARY) return false;
    if (left->kind == TOKEN_BINARY && !left->is_shift) return true;
    return left->kind == TOKEN_COMMA || left->kind == TOKEN_SCOPE || left->kind == TOKEN_SEMICOLON ||
           left->kind == TOKEN_COMMENT || left->kind == TOKEN_OPEN || right->kind == TOKEN_MEMBER || right->is_shift ||
           (left->kind == TOKEN_CLOSE && *left->text == ')' && right->kind == TOKEN_WORD);
}

static int bracket_penalty(const Tokens *tokens, uint32_t bracket) {
    const Token *before = bracket ? &tokens->items[bracket - 1] : NULL;
    if (before && (token_is(before, "if") || token_is(before, "for"))) return 1000;
    return is_angle(&tokens->items[bracket]) ? 100 : 19;
}

static int member_penalty(const Tokens *tokens, const Token *dot) {
    return dot->next_operator < 0 || tokens->items[dot->next_operator - 1].kind != TOKEN_CLOSE ? 150 : 35;
}

static int operator_penalty(const Token *left, const Token *right) {
    if (right->is_shift) return left->kind != TOKEN_CLOSE || right->operator_index > 0 ? 2 : 1;
    if (left->kind == TOKEN_QUESTION || left->kind == TOKEN_COLON) return PRECEDENCE_CONDITIONAL;
    Precedence precedence = left->precedence > PRECEDENCE_SEMICOLON ? left->precedence : precedence_of(right);
    if (precedence == PRECEDENCE_ASSIGNMENT) return 2;
    return precedence > PRECEDENCE_SEMICOLON ? (int)precedence : 3;
}

static int name_penalty(const Token *left, const Token *right, bool is_for) {
    if (is_for && right->in_list) return 3;
    return left->is_name ? 110 : 200;
}

static int break_penalty(const Tokens *tokens, uint32_t index) {
    const Token *left = &tokens->items[index - 1], *right = &tokens->items[index];
    bool is_for = token_is(&tokens->items[0], "for");
    if (left->kind == TOKEN_SEMICOLON) return 0;
    if (right->is_name) return name_penalty(left, right, is_for);
    if (right->kind == TOKEN_POINTER) return 190;
    if (left->kind == TOKEN_SCOPE) return 500;
    if (left->kind == TOKEN_COMMENT) return 1000;
    if (right->kind == TOKEN_MEMBER) return member_penalty(tokens, right);
    if (is_for && token_is(left, "=")) return 4;
    if (left->kind == TOKEN_OPEN) return bracket_penalty(tokens, index - 1);
    return left->kind == TOKEN_COMMA ? 1 : operator_penalty(left, right);
}

bool tokenize(Arena *arena, const char *text, Tokens *tokens) {
    if (!read_tokens(arena, text, tokens) || !tokens->count || !nest_tokens(tokens)) return false;
    find_names(tokens);
    parse(&(Parser){arena, tokens, 0}, PRECEDENCE_SEMICOLON);
    for (uint32_t i = 1; i < tokens->count; i++) {
        Token *token = &tokens->items[i];
        token->can_break = may_break(tokens, i);
        token->penalty = 20 * token->binding + break_penalty(tokens, i);
    }
    return true;
}
