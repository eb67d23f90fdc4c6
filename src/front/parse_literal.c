// Literals: numbers, and strings with their prefixes, escapes and f-string parts.
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "front/parse.h"

static int digit_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return 99;
}

static int base_of(const char *text, size_t length) {
    if (length < 2 || text[0] != '0') return 10;
    switch (text[1]) {
    case 'x':
    case 'X': return 16;
    case 'o':
    case 'O': return 8;
    case 'b':
    case 'B': return 2;
    default: return 10;
    }
}

// The digits of a number without `_`. Fails if it is malformed.
static const char *number_text(Parser *parser, const Token *token) {
    char *text = arena_allocate(&parser->context->unit, token->length + 1);
    size_t length = 0;
    for (uint32_t i = 0; i < token->length; i++)
        if (token->text[i] != '_') text[length++] = token->text[i];
    return text;
}

_Noreturn static void fail_number(Parser *parser, const Token *token) {
    fail(parser->context, parser->code, token_location(parser, token), "expected a number, seen `%.*s`",
         (int)(token->length < 40 ? token->length : 40), token->text);
}

// Sums towards the sign, so that the smallest integer can be read.
static int64_t integer_value(Parser *parser, const Token *token, bool negative) {
    const char *text = number_text(parser, token);
    size_t length = strlen(text);
    int base = base_of(text, length);
    size_t i = base == 10 ? 0 : 2;
    int64_t value = 0;
    if (i == length) fail_number(parser, token);
    for (; i < length; i++) {
        int digit = digit_value(text[i]);
        if (digit >= base) fail_number(parser, token);
        if (__builtin_mul_overflow(value, base, &value) ||
            __builtin_add_overflow(value, negative ? -digit : digit, &value))
            fail(parser->context, DIAG_FRONT_OVERFLOW, token_location(parser, token),
                 "expected an integer of 64 bits, seen a larger one");
    }
    return value;
}

Node *parse_negative_integer(Parser *parser, const Token *sign) {
    Node *node = node_new(parser, NODE_INT, sign);
    const Token *token = next_token(parser);
    node->integer = integer_value(parser, token, true);
    return node;
}

Node *parse_number(Parser *parser) {
    Token *token = next_token(parser);
    Node *node = node_new(parser, token->kind == TOKEN_INT ? NODE_INT : NODE_FLOAT, token);
    if (token->kind == TOKEN_INT) {
        node->integer = integer_value(parser, token, false);
        return node;
    }
    char *end = NULL;
    const char *text = number_text(parser, token);
    node->real = strtod(text, &end);
    if (*end) fail_number(parser, token);
    return node;
}

typedef struct StringParts {
    const char *start; // behind the opening quote
    size_t length;     // to the closing quote
    bool raw, bytes, format;
    uint32_t line, column; // of `start`
} StringParts;

static StringParts string_parts(const Token *token) {
    StringParts parts = {.start = token->text, .line = token->line};
    for (; *parts.start != '"' && *parts.start != '\''; parts.start++) {
        parts.raw |= *parts.start == 'r' || *parts.start == 'R';
        parts.bytes |= *parts.start == 'b' || *parts.start == 'B';
        parts.format |= *parts.start == 'f' || *parts.start == 'F';
    }
    size_t quotes = parts.start[1] == *parts.start && parts.start[2] == *parts.start &&
                            token->length >= (size_t)(parts.start - token->text) + 6
                        ? 3
                        : 1;
    parts.start += quotes;
    parts.length = token->length - (size_t)(parts.start - token->text) - quotes;
    parts.column = token->column + (uint32_t)(parts.start - token->text);
    return parts;
}

static void add_code_point(Text *out, uint32_t point) {
    char bytes[4];
    size_t count = 0;
    if (point < 0x80)
        bytes[count++] = (char)point;
    else if (point < 0x800) {
        bytes[count++] = (char)(0xc0 | point >> 6);
        bytes[count++] = (char)(0x80 | (point & 0x3f));
    } else if (point < 0x10000) {
        bytes[count++] = (char)(0xe0 | point >> 12);
        bytes[count++] = (char)(0x80 | (point >> 6 & 0x3f));
        bytes[count++] = (char)(0x80 | (point & 0x3f));
    } else {
        bytes[count++] = (char)(0xf0 | (point >> 18 & 7));
        bytes[count++] = (char)(0x80 | (point >> 12 & 0x3f));
        bytes[count++] = (char)(0x80 | (point >> 6 & 0x3f));
        bytes[count++] = (char)(0x80 | (point & 0x3f));
    }
    text_add_bytes(out, bytes, count);
}

// `\xhh`, `\uhhhh`, `\Uhhhhhhhh`, `\ooo`: returns how many characters were read behind the backslash.
static size_t add_numeric_escape(Text *out, const char *text, const char *end) {
    size_t digits = *text == 'x' ? 2 : *text == 'u' ? 4 : *text == 'U' ? 8 : 3;
    uint32_t base = digits == 3 ? 8 : 16, point = 0;
    size_t start = digits == 3 ? 0 : 1, i = start;
    for (; i < start + digits && text + i < end && digit_value(text[i]) < (int)base; i++)
        point = point * base + (uint32_t)digit_value(text[i]);
    if (i == start || point > 0x10ffff || point == 0) {
        text_add(out, "\\");
        return 0;
    }
    add_code_point(out, point);
    return i;
}

static size_t add_escape(Text *out, const char *text, const char *end) {
    static const char letters[] = "ntrabfv\\'\"", values[] = "\n\t\r\a\b\f\v\\'\"";
    if (text >= end) return 0;
    if (*text == '\n') return 1;
    const char *letter = strchr(letters, *text);
    if (letter && *letter) {
        text_add_bytes(out, &values[letter - letters], 1);
        return 1;
    }
    if (strchr("xuU", *text) || (*text >= '0' && *text <= '7')) return add_numeric_escape(out, text, end);
    text_add(out, "\\");
    return 0;
}

static void add_text(Text *out, const char *text, const char *end, bool raw) {
    while (text < end) {
        if (*text == '\\' && !raw)
            text += 1 + add_escape(out, text + 1, end);
        else
            text_add_bytes(out, text++, 1);
    }
}

static Node *string_node(Parser *parser, const Token *token, const Text *text) {
    Node *node = node_new(parser, NODE_STRING, token);
    node->text = intern(&parser->context->names, text->data ? text->data : "", text->length);
    return node;
}

// Where the expression of `{...}` ends: at `!`, `:`, `=` before `}`, or `}` outside of brackets and quotes.
static const char *format_end(const char *text, const char *end) {
    int brackets = 0;
    char quote = 0;
    for (; text < end; text++) {
        if (quote) {
            if (*text == quote) quote = 0;
        } else if (*text == '"' || *text == '\'')
            quote = *text;
        else if (strchr("([{", *text))
            brackets++;
        else if (brackets > 0 && strchr(")]}", *text))
            brackets--;
        else if (brackets == 0 && (*text == '}' || *text == ':' || (*text == '!' && text + 1 < end && text[1] != '=')))
            break;
    }
    return text;
}

typedef struct FormatString {
    Parser *parser;
    const Token *token;
    StringParts parts;
    Node *node;
} FormatString;

static const char *parse_format_items(FormatString *string, Node *node, const char *text, const char *end,
                                      bool in_spec);

static Node *parse_replacement_value(FormatString *string, const char *start, const char *end) {
    const Parser *outer = string->parser;
    uint32_t line = string->parts.line, column = string->parts.column;
    for (const char *c = string->parts.start; c < start; c++) {
        column++;
        if (*c == '\n') {
            line++;
            column = 1;
        }
    }
    Tokens tokens = lex_part(outer->context, outer->source, outer->code, start, (size_t)(end - start), line, column);
    Parser inner = *outer;
    inner.tokens = tokens.items;
    inner.count = tokens.count;
    inner.next = 0;
    Node *value = parse_expressions(&inner);
    if (peek_token(&inner)->kind == TOKEN_OPERATOR && strcmp(peek_token(&inner)->name, "=") == 0)
        next_token(&inner); // `{x=}`
    if (peek_token(&inner)->kind != TOKEN_END) fail_expected(&inner, "the end of the f-string's expression");
    return value;
}

// `{expression!conversion:format}`, from behind its brace; returns what follows the closing brace.
static const char *parse_replacement(FormatString *string, Node *node, const char *text, const char *end) {
    Parser *parser = string->parser;
    enter_nesting(parser);
    const char *stop = format_end(text, end);
    Node *format = node_new(parser, NODE_FORMAT, string->token);
    node_set(parser, format, &format->first, parse_replacement_value(string, text, stop));
    if (stop + 1 < end && *stop == '!') {
        format->name = intern(&parser->context->names, stop + 1, 1);
        stop += 2;
    }
    if (stop < end && *stop == ':') {
        Node *spec = node_new(parser, NODE_FSTRING, string->token);
        stop = parse_format_items(string, spec, stop + 1, end, true);
        node_set(parser, format, &format->second, spec);
    }
    if (stop >= end || *stop != '}')
        fail(parser->context, parser->code, format->location, "expected `}` in the f-string, seen its end");
    node_add(parser, node, &node->items, format);
    leave_nesting(parser);
    return stop + 1;
}

static const char *parse_format_items(FormatString *string, Node *node, const char *text, const char *end,
                                      bool in_spec) {
    Parser *parser = string->parser;
    const char *start = text;
    Text literal = {.arena = &parser->context->unit};
    while (text < end && !(in_spec && *text == '}')) {
        bool doubled = text + 1 < end && text[1] == *text && (*text == '{' || *text == '}') && !in_spec;
        if (*text != '{' && *text != '}') {
            text++;
            continue;
        }
        add_text(&literal, start, doubled ? text + 1 : text, string->parts.raw);
        if (doubled)
            text += 2;
        else if (*text == '}')
            fail(parser->context, parser->code, token_location(parser, string->token),
                 "expected `}}` in the f-string, seen a single `}`");
        else {
            node_add(parser, node, &node->items, string_node(parser, string->token, &literal));
            literal = (Text){.arena = &parser->context->unit};
            text = parse_replacement(string, node, text + 1, end);
        }
        start = text;
    }
    add_text(&literal, start, text, string->parts.raw);
    node_add(parser, node, &node->items, string_node(parser, string->token, &literal));
    return text;
}

// strings: STRING+
Node *parse_strings(Parser *parser) {
    const Token *first = peek_token(parser);
    Node *joined = node_new(parser, NODE_FSTRING, first);
    Text text = {.arena = &parser->context->unit};
    bool format = false;
    while (peek_token(parser)->kind == TOKEN_STRING) {
        Token *token = next_token(parser);
        FormatString string = {parser, token, string_parts(token), joined};
        const char *end = string.parts.start + string.parts.length;
        if (!string.parts.format) {
            add_text(&text, string.parts.start, end, string.parts.raw);
            continue;
        }
        format = true;
        node_add(parser, joined, &joined->items, string_node(parser, token, &text));
        text = (Text){.arena = &parser->context->unit};
        parse_format_items(&string, joined, string.parts.start, end, false);
    }
    if (!format) return string_node(parser, first, &text);
    node_add(parser, joined, &joined->items, string_node(parser, first, &text));
    return joined;
}
