// What every part of the parser needs: looking at tokens, making nodes, guarding depth, failing with a caret.
#include "front/parse.h"

#include <string.h>

Token *peek_token(const Parser *parser) { return &parser->tokens[parser->next]; }

Token *next_token(Parser *parser) {
    Token *token = peek_token(parser);
    if (token->kind != TOKEN_END) parser->next++;
    return token;
}

static bool is_word(const Token *token) { return token->kind == TOKEN_OPERATOR || token->kind == TOKEN_KEYWORD; }

bool sees_token(const Parser *parser, const char *text) {
    const Token *token = peek_token(parser);
    return is_word(token) && token->name[0] == text[0] && strcmp(token->name, text) == 0;
}

bool accept_token(Parser *parser, const char *text) {
    if (!sees_token(parser, text)) return false;
    next_token(parser);
    return true;
}

Location token_location(const Parser *parser, const Token *token) {
    const char *line_end = memchr(token->text, '\n', token->length);
    uint32_t length = line_end ? (uint32_t)(line_end - token->text) : token->length;
    return (Location){parser->source, token->line, token->column, length};
}

static const char *describe(Parser *parser, const Token *token) {
    static const char *const names[] = {[TOKEN_END] = "the end of the file",
                                        [TOKEN_NEWLINE] = "the end of the line",
                                        [TOKEN_INDENT] = "an indented block",
                                        [TOKEN_DEDENT] = "the end of the block"};
    if (token->kind <= TOKEN_DEDENT) return names[token->kind];
    int length = token->length < 40 ? (int)token->length : 40;
    return arena_format(&parser->context->unit, "`%.*s`", length, token->text);
}

void fail_expected(Parser *parser, const char *what) {
    const Token *token = peek_token(parser);
    fail(parser->context, parser->code, token_location(parser, token), "expected %s, seen %s", what,
         describe(parser, token));
}

Token *expect_token(Parser *parser, const char *text) {
    if (!sees_token(parser, text)) fail_expected(parser, arena_format(&parser->context->unit, "`%s`", text));
    return next_token(parser);
}

Name expect_name(Parser *parser, const char *what) {
    if (peek_token(parser)->kind != TOKEN_NAME) fail_expected(parser, what);
    return next_token(parser)->name;
}

Node *node_new(Parser *parser, NodeKind kind, const Token *token) {
    Node *node = arena_new(&parser->context->unit, Node);
    node->kind = kind;
    node->location = token_location(parser, token);
    node->height = 1;
    return node;
}

static void grow(Parser *parser, Node *node, const Node *child) {
    if (child->height + 1 > node->height) node->height = child->height + 1;
    if (node->height > 4 * MAX_NESTING)
        fail(parser->context, DIAG_FRONT_NESTING, child->location, "the code is nested more than %d deep",
             4 * MAX_NESTING);
}

void node_add(Parser *parser, Node *node, NodeList *list, Node *item) {
    vector_push(&parser->context->unit, *list, item);
    grow(parser, node, item);
}

void node_set(Parser *parser, Node *node, Node **slot, Node *child) {
    *slot = child;
    if (child) grow(parser, node, child);
}

void enter_nesting(Parser *parser) {
    if (++parser->depth > MAX_NESTING)
        fail(parser->context, DIAG_FRONT_NESTING, token_location(parser, peek_token(parser)),
             "the code is nested more than %d deep", MAX_NESTING);
}

void leave_nesting(Parser *parser) { parser->depth--; }

const char *operator_spelling(Operator op) {
    static const char *const spellings[] = {
#define OPERATOR(id, spelling, precedence, ir) [OPERATOR_##id] = (spelling),
#include "front/operators.def"
#undef OPERATOR
    };
    return spellings[op];
}

static void walk_list(const NodeList *list, bool (*visit)(const Node *node, void *user), void *user) {
    for (uint32_t i = 0; i < list->count; i++) walk_nodes(list->items[i], visit, user);
}

void walk_nodes(const Node *node, bool (*visit)(const Node *node, void *user), void *user) {
    if (!node || !visit(node, user)) return;
    walk_list(&node->decorators, visit, user);
    walk_nodes(node->first, visit, user);
    walk_nodes(node->second, visit, user);
    walk_nodes(node->third, visit, user);
    walk_list(&node->items, visit, user);
    walk_list(&node->body, visit, user);
    walk_list(&node->otherwise, visit, user);
}
