// Statements of one line: the grammar rule stands above the function that reads it.
#include <string.h>

#include "front/parse.h"

// alias: NAME ('.' NAME)* ('as' NAME)?
static Node *parse_alias(Parser *parser, bool dotted) {
    Node *alias = node_new(parser, NODE_ALIAS, peek_token(parser));
    alias->name = expect_name(parser, "a name");
    while (dotted && accept_token(parser, "."))
        alias->name = name_format(parser->context, "%s.%s", alias->name, expect_name(parser, "a name"));
    if (accept_token(parser, "as")) alias->text = expect_name(parser, "a name");
    return alias;
}

// import: 'import' alias (',' alias)*
Node *parse_import(Parser *parser) {
    Node *node = node_new(parser, NODE_IMPORT, expect_token(parser, "import"));
    do node_add(parser, node, &node->items, parse_alias(parser, true));
    while (accept_token(parser, ","));
    return node;
}

// import_from: 'from' ('.' | '...')* dotted_name? 'import' ('*' | '(' aliases ','? ')' | aliases)
Node *parse_import_from(Parser *parser) {
    Node *node = node_new(parser, NODE_IMPORT_FROM, expect_token(parser, "from"));
    while (accept_token(parser, ".") || accept_token(parser, "...")) node->name = name_of(parser->context, ".");
    if (peek_token(parser)->kind == TOKEN_NAME) {
        const char *dots = node->name ? node->name : "";
        node->name = name_format(parser->context, "%s%s", dots, parse_alias(parser, true)->name);
    } else if (!node->name)
        fail_expected(parser, "a module's name");
    expect_token(parser, "import");
    if (accept_token(parser, "*")) return node;
    bool grouped = accept_token(parser, "(");
    do {
        if (grouped && sees_token(parser, ")")) break;
        node_add(parser, node, &node->items, parse_alias(parser, false));
    } while (accept_token(parser, ","));
    if (grouped) expect_token(parser, ")");
    return node;
}

// augmented: target ('+=' | '-=' | ...) expressions
static Operator augmented_operator(const Parser *parser) {
    static const Operator legal[] = {OPERATOR_ADD,   OPERATOR_SUB,    OPERATOR_MUL,   OPERATOR_DIV, OPERATOR_FLOORDIV,
                                     OPERATOR_MOD,   OPERATOR_POW,    OPERATOR_SHL,   OPERATOR_SHR, OPERATOR_BITAND,
                                     OPERATOR_BITOR, OPERATOR_BITXOR, OPERATOR_MATMUL};
    const Token *token = peek_token(parser);
    if (token->kind != TOKEN_OPERATOR) return OPERATOR_COUNT;
    for (size_t i = 0; i < sizeof legal / sizeof *legal; i++) {
        size_t length = strlen(operator_spelling(legal[i]));
        if (token->length == length + 1 && token->name[length] == '=' &&
            memcmp(token->name, operator_spelling(legal[i]), length) == 0)
            return legal[i];
    }
    return OPERATOR_COUNT;
}

static void check_target(Parser *parser, const Node *target) {
    if (target->kind == NODE_TUPLE || target->kind == NODE_LIST) {
        for (uint32_t i = 0; i < target->items.count; i++) check_target(parser, target->items.items[i]);
        return;
    }
    if (target->kind == NODE_STARRED) target = target->first;
    if (target->kind != NODE_NAME && target->kind != NODE_ATTRIBUTE && target->kind != NODE_SUBSCRIPT)
        fail(parser->context, parser->code, target->location,
             "expected a name, an element or an attribute to assign to");
}

// assignment: expressions ':' expression ('=' expressions)? | expressions augmented | (expressions '=')* expressions
Node *parse_assignment(Parser *parser) {
    Token *token = peek_token(parser);
    Node *first = parse_expressions(parser), *node;
    Operator op = augmented_operator(parser);
    if (sees_token(parser, ":")) {
        node = node_new(parser, NODE_ANNOTATED, token);
        check_target(parser, first);
        next_token(parser);
        node_set(parser, node, &node->first, first);
        node_set(parser, node, &node->second, parse_expression(parser));
        if (accept_token(parser, "=")) node_set(parser, node, &node->third, parse_expressions(parser));
    } else if (op != OPERATOR_COUNT) {
        node = node_new(parser, NODE_AUGMENTED, next_token(parser));
        check_target(parser, first);
        node->op = op;
        node_set(parser, node, &node->first, first);
        node_set(parser, node, &node->second, parse_expressions(parser));
    } else if (sees_token(parser, "=")) {
        node = node_new(parser, NODE_ASSIGN, token);
        while (accept_token(parser, "=")) {
            check_target(parser, first);
            node_add(parser, node, &node->items, first);
            first = parse_expressions(parser);
        }
        node_set(parser, node, &node->first, first);
    } else {
        node = node_new(parser, NODE_EXPRESSION, token);
        node_set(parser, node, &node->first, first);
    }
    return node;
}

// return: 'return' expressions?
Node *parse_return(Parser *parser) {
    Node *node = node_new(parser, NODE_RETURN, expect_token(parser, "return"));
    if (peek_token(parser)->kind != TOKEN_NEWLINE && !sees_token(parser, ";"))
        node_set(parser, node, &node->first, parse_expressions(parser));
    return node;
}

// assert: 'assert' expression (',' expression)?
Node *parse_assert(Parser *parser) {
    Node *node = node_new(parser, NODE_ASSERT, expect_token(parser, "assert"));
    node_set(parser, node, &node->first, parse_expression(parser));
    if (accept_token(parser, ",")) node_set(parser, node, &node->second, parse_expression(parser));
    return node;
}

// raise: 'raise' (expression ('from' expression)?)?
Node *parse_raise(Parser *parser) {
    Node *node = node_new(parser, NODE_RAISE, expect_token(parser, "raise"));
    if (peek_token(parser)->kind == TOKEN_NEWLINE) return node;
    node_set(parser, node, &node->first, parse_expression(parser));
    if (accept_token(parser, "from")) parse_expression(parser);
    return node;
}

// delete: 'del' target    global: ('global' | 'nonlocal') NAME (',' NAME)*
Node *parse_names(Parser *parser) {
    Node *node = node_new(parser, sees_token(parser, "del") ? NODE_DELETE : NODE_GLOBAL, next_token(parser));
    Node *target = parse_target(parser);
    node_add(parser, node, &node->items, target);
    return node;
}

Node *parse_word(Parser *parser) {
    NodeKind kind = sees_token(parser, "pass") ? NODE_PASS : sees_token(parser, "break") ? NODE_BREAK : NODE_CONTINUE;
    return node_new(parser, kind, next_token(parser));
}
