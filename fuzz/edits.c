// Small changes of a text in the syntax of Python (edits.h).
#include "edits.h"

#include <ctype.h>
#include <string.h>

#include "ir/attrs.h"

#define PIECE(text) ((Piece){text, sizeof text - 1})

static void add(Edits *edits, Piece old, Piece first, Piece second) {
    vector_push(edits->arena, edits->list, ((Edit){old, {first, second}}));
}

static void replace(Edits *edits, Piece old, Piece new) { add(edits, old, new, (Piece){0}); }
static bool is_same(Piece a, Piece b) { return a.length == b.length && memcmp(a.start, b.start, a.length) == 0; }
static const char *end_of(Piece piece) { return piece.start + piece.length; }

// ---------------------------------------------------------------- lines

static Piece line_at(Piece text, const char *at) {
    const char *newline = memchr(at, '\n', (size_t)(end_of(text) - at));
    return (Piece){at, (size_t)((newline ? newline + 1 : end_of(text)) - at)};
}

static size_t indent_of(Piece line) {
    size_t indent = 0;
    while (indent < line.length && line.start[indent] == ' ') indent++;
    return indent;
}

static bool is_blank(Piece line) { return indent_of(line) + 1 >= line.length; }

// The line and the ones behind it that are indented more.
static Piece block_at(Piece text, Piece line) {
    Piece block = line;
    while (end_of(block) < end_of(text)) {
        Piece next = line_at(text, end_of(block));
        if (!is_blank(next) && indent_of(next) <= indent_of(line)) break;
        block.length += next.length;
    }
    return block;
}

static void edit_line(Edits *edits, Piece line) {
    Piece block = block_at(edits->text, line);
    replace(edits, block, (Piece){0});
    add(edits, block, block, block);
    if (end_of(block) < end_of(edits->text)) {
        Piece next = block_at(edits->text, line_at(edits->text, end_of(block)));
        if (indent_of(next) == indent_of(line))
            add(edits, (Piece){line.start, block.length + next.length}, next, block);
    }
    if (block.length == line.length) return;
    size_t indent = indent_of(line);
    Piece header = {line.start + indent, line.length - indent};
    replace(edits, line, (Piece){0});
    replace(edits, header, PIECE("if True:\n"));
    replace(edits, header, PIECE("for turn in T.serial(0, 2, 1):\n"));
}

// ---------------------------------------------------------------- tokens

static bool is_word(char c) { return isalnum((unsigned char)c) || c == '_' || c == '.'; }

static Piece token_at(Piece text, const char *at) {
    const char *end = at + 1;
    if (*at == '"') {
        while (end < end_of(text) && *end != '"' && *end != '\n') end++;
        if (end < end_of(text)) end++;
    } else if (is_word(*at)) {
        while (end < end_of(text) && is_word(*end)) end++;
    } else if (*at == '#') {
        while (end < end_of(text) && *end != '\n') end++;
    }
    return (Piece){at, (size_t)(end - at)};
}

static void edit_number(Edits *edits, Piece token) {
    static const Piece others[] = {PIECE("0"),   PIECE("1"),          PIECE("2"),           PIECE("3"),  PIECE("-1"),
                                   PIECE("-32"), PIECE("2147483647"), PIECE("-2147483648"), PIECE("64"), PIECE("31")};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (!is_same(token, others[i])) replace(edits, token, others[i]);
    add(edits, token, token, PIECE("0"));
    add(edits, token, token, PIECE(" + 1"));
}

typedef struct Vocabulary {
    VECTOR(Piece) words, texts;
} Vocabulary;

static void learn(Edits *edits, Vocabulary *vocabulary, Piece token) {
    bool is_text = *token.start == '"';
    const Piece *known = is_text ? vocabulary->texts.items : vocabulary->words.items;
    uint32_t count = is_text ? vocabulary->texts.count : vocabulary->words.count;
    for (uint32_t i = 0; i < count; i++)
        if (is_same(known[i], token)) return;
    if (is_text)
        vector_push(edits->arena, vocabulary->texts, token);
    else
        vector_push(edits->arena, vocabulary->words, token);
}

// Another word of the same text: those known last are the likeliest to be in scope.
static void edit_word(Edits *edits, const Vocabulary *vocabulary, Piece token) {
    bool is_text = *token.start == '"';
    const Piece *known = is_text ? vocabulary->texts.items : vocabulary->words.items;
    uint32_t count = is_text ? vocabulary->texts.count : vocabulary->words.count;
    int left = is_text ? 6 : 4;
    for (uint32_t i = count; i-- > 0 && left > 0;) {
        if (is_same(known[i], token)) continue;
        replace(edits, token, known[i]);
        left--;
    }
    if (is_same(token, PIECE("True"))) replace(edits, token, PIECE("False"));
    if (memchr(token.start, '.', token.length)) return;
    if (!is_text) replace(edits, token, PIECE("0"));
}

static void edit_sign(Edits *edits, Piece token) {
    static const char signs[] = "+-*/%<>";
    if (!strchr(signs, *token.start)) return;
    static const Piece others[] = {PIECE("+"), PIECE("-"), PIECE("*"), PIECE("//"), PIECE("%"), PIECE("<<")};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (!is_same(token, others[i])) replace(edits, token, others[i]);
}

// ---------------------------------------------------------------- items in brackets

static void edit_item(Edits *edits, Piece item, Piece last) {
    if (item.length == 0) return;
    bool has_comma = end_of(item) < end_of(edits->text) && *end_of(item) == ',';
    Piece whole = {item.start, item.length + has_comma};
    replace(edits, whole, (Piece){0});
    add(edits, item, (Piece){item.start, whole.length}, has_comma ? item : (Piece){0});
    if (last.length) replace(edits, item, last);
}

typedef struct Bracket {
    const char *item;
    Piece last;
} Bracket;

#define MAX_BRACKETS 16

typedef struct Nesting {
    Bracket open[MAX_BRACKETS];
    int depth;
} Nesting;

static void edit_bracket(Edits *edits, Nesting *nesting, const char *at) {
    if (strchr("([{", *at)) {
        if (nesting->depth < MAX_BRACKETS) nesting->open[nesting->depth] = (Bracket){at + 1, {0}};
        nesting->depth++;
        return;
    }
    if (!strchr(")]},", *at) || nesting->depth == 0) return;
    if (nesting->depth <= MAX_BRACKETS) {
        Bracket *bracket = &nesting->open[nesting->depth - 1];
        Piece item = {bracket->item, (size_t)(at - bracket->item)};
        edit_item(edits, item, bracket->last);
        *bracket = (Bracket){at + 1, item};
    }
    if (*at != ',') nesting->depth--;
}

// ---------------------------------------------------------------- attributes that are not there

static Piece value_of_type(const char *type) {
    static const struct {
        const char *type;
        Piece value;
    } values[] = {{"flag", PIECE(": True, ")},
                  {"text", PIECE(": \"row_major\", ")},
                  {"dict", PIECE(": {}, ")},
                  {"[int]", PIECE(": [1, 1], ")},
                  {"[[int]]", PIECE(": [[0, 0, 1, 1]], ")},
                  {"[dict]", PIECE(": [{\"core\": [0, 0], \"items\": [[0, 1, 1]]}], ")}};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        if (!strcmp(type, values[i].type)) return values[i].value;
    return PIECE(": 1, ");
}

static void add_attributes(Edits *edits) {
    static const char opening[] = "T.func_attr({";
    const char *at = memmem(edits->text.start, edits->text.length, opening, sizeof opening - 1);
    if (!at) return;
    at += sizeof opening - 1;
    for (int id = 0; id < ATTR_COUNT; id++) {
        Text key = {.arena = edits->arena};
        text_add_quoted(&key, attr_name((AttrId)id));
        if (!memmem(edits->text.start, edits->text.length, key.data, key.length))
            add(edits, (Piece){at, 0}, (Piece){key.data, key.length}, value_of_type(attr_type((AttrId)id)));
    }
}

// ---------------------------------------------------------------- all of them

static void edit_tokens(Edits *edits) {
    Vocabulary vocabulary = {0};
    Nesting nesting = {0};
    Piece token;
    for (const char *at = edits->text.start; at < end_of(edits->text); at = end_of(token)) {
        token = token_at(edits->text, at);
        if (isspace((unsigned char)*at) || *at == '#') continue;
        edit_bracket(edits, &nesting, at);
        edit_sign(edits, token);
        if (isdigit((unsigned char)*at)) edit_number(edits, token);
        if (*at != '"' && !isalpha((unsigned char)*at) && *at != '_') continue;
        edit_word(edits, &vocabulary, token);
        learn(edits, &vocabulary, token);
    }
}

Edits edits_of(Arena *arena, const char *text, size_t length) {
    Edits edits = {.arena = arena, .text = {text, length}};
    for (const char *at = text; at < end_of(edits.text); at = end_of(line_at(edits.text, at))) {
        Piece line = line_at(edits.text, at);
        if (!is_blank(line) && *line.start != '#') edit_line(&edits, line);
    }
    edit_tokens(&edits);
    add_attributes(&edits);
    return edits;
}

static void add_piece(Text *out, Piece piece) {
    if (piece.length) text_add_bytes(out, piece.start, piece.length);
}

void edit_apply(const Edits *edits, uint32_t number, Text *out) {
    const Edit *edit = &edits->list.items[number];
    add_piece(out, (Piece){edits->text.start, (size_t)(edit->old.start - edits->text.start)});
    add_piece(out, edit->new[0]);
    add_piece(out, edit->new[1]);
    add_piece(out, (Piece){end_of(edit->old), (size_t)(end_of(edits->text) - end_of(edit->old))});
}

static int line_number(const Edits *edits, const char *at) {
    int line = 1;
    for (const char *c = edits->text.start; c < at; c++) line += *c == '\n';
    return line;
}

static void describe_piece(Text *out, Piece piece) {
    enum { SHOWN = 60 };
    text_format(out, "`%.*s%s`", (int)(piece.length < SHOWN ? piece.length : SHOWN), piece.start ? piece.start : "",
                piece.length > SHOWN ? "..." : "");
}

void edit_describe(const Edits *edits, uint32_t number, Text *out) {
    const Edit *edit = &edits->list.items[number];
    text_format(out, "line %d, %u: ", line_number(edits, edit->old.start), number);
    describe_piece(out, edit->old);
    text_add(out, " becomes ");
    describe_piece(out, edit->new[0]);
    if (edit->new[1].length) describe_piece(out, edit->new[1]);
}
