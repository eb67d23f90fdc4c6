// Atoms of Python's expressions, and what may follow one: calls, subscripts, attributes.
#include <string.h>

#include "front/parse.h"

// list_items: item (',' item)* ','?   up to `closer`
static void parse_items(Parser *parser, Node *node, const char *closer, Node *(*item)(Parser *parser)) {
    while (!sees_token(parser, closer)) {
        node_add(parser, node, &node->items, item(parser));
        if (!accept_token(parser, ",")) break;
    }
    expect_token(parser, closer);
}

// starred_or_expression: '*' expression | expression (':=' expression)?
Node *parse_item(Parser *parser) {
    Token *token = peek_token(parser);
    if (accept_token(parser, "*")) {
        Node *starred = node_new(parser, NODE_STARRED, token);
        node_set(parser, starred, &starred->first, parse_expression(parser));
        return starred;
    }
    Node *value = parse_expression(parser);
    if (!sees_token(parser, ":=")) return value;
    Node *walrus = node_new(parser, NODE_WALRUS, next_token(parser));
    node_set(parser, walrus, &walrus->first, value);
    node_set(parser, walrus, &walrus->second, parse_expression(parser));
    return walrus;
}

// clauses: ('async'? 'for' target 'in' disjunction ('if' disjunction)*)+
static void parse_clauses(Parser *parser, Node *comprehension) {
    while (sees_token(parser, "for") || sees_token(parser, "async")) {
        accept_token(parser, "async");
        Node *clause = node_new(parser, NODE_CLAUSE, expect_token(parser, "for"));
        node_set(parser, clause, &clause->first, parse_target(parser));
        expect_token(parser, "in");
        node_set(parser, clause, &clause->second, parse_disjunction(parser));
        while (accept_token(parser, "if")) node_add(parser, clause, &clause->items, parse_disjunction(parser));
        node_add(parser, comprehension, &comprehension->items, clause);
    }
}

static Node *comprehension_of(Parser *parser, const Token *token, const char *kind, Node *item, Node *value) {
    Node *node = node_new(parser, NODE_COMPREHENSION, token);
    node->name = name_of(parser->context, kind);
    node_set(parser, node, &node->first, item);
    node_set(parser, node, &node->second, value);
    parse_clauses(parser, node);
    return node;
}

// group: '(' ')' | '(' item ')' | '(' item clauses ')' | '(' item (',' item)* ','? ')'
static Node *parse_group(Parser *parser) {
    Token *open = expect_token(parser, "(");
    Node *tuple = node_new(parser, NODE_TUPLE, open);
    if (accept_token(parser, ")")) return tuple;
    if (sees_token(parser, "yield")) {
        Node *yielded = parse_expressions(parser);
        expect_token(parser, ")");
        return yielded;
    }
    Node *first = parse_item(parser);
    if (sees_token(parser, "for") || sees_token(parser, "async")) {
        Node *node = comprehension_of(parser, open, "generator", first, NULL);
        expect_token(parser, ")");
        return node;
    }
    if (accept_token(parser, ")")) return first;
    node_add(parser, tuple, &tuple->items, first);
    if (!accept_token(parser, ",")) fail_expected(parser, "`)` or `,`");
    parse_items(parser, tuple, ")", parse_item);
    return tuple;
}

// list: '[' ']' | '[' item clauses ']' | '[' item (',' item)* ','? ']'
static Node *parse_list(Parser *parser) {
    Token *open = expect_token(parser, "[");
    Node *list = node_new(parser, NODE_LIST, open);
    if (accept_token(parser, "]")) return list;
    Node *first = parse_item(parser);
    if (sees_token(parser, "for") || sees_token(parser, "async")) {
        Node *node = comprehension_of(parser, open, "list", first, NULL);
        expect_token(parser, "]");
        return node;
    }
    node_add(parser, list, &list->items, first);
    if (accept_token(parser, ","))
        parse_items(parser, list, "]", parse_item);
    else
        expect_token(parser, "]");
    return list;
}

// pair: '**' expression | expression ':' expression
static Node *parse_pair(Parser *parser) {
    Token *token = peek_token(parser);
    if (accept_token(parser, "**")) {
        Node *spread = node_new(parser, NODE_DOUBLE_STARRED, token);
        node_set(parser, spread, &spread->first, parse_expression(parser));
        return spread;
    }
    Node *pair = node_new(parser, NODE_PAIR, token);
    node_set(parser, pair, &pair->first, parse_expression(parser));
    expect_token(parser, ":");
    node_set(parser, pair, &pair->second, parse_expression(parser));
    return pair;
}

static Node *parse_set(Parser *parser, const Token *open, Node *first) {
    if (sees_token(parser, "for") || sees_token(parser, "async")) {
        Node *node = comprehension_of(parser, open, "set", first, NULL);
        expect_token(parser, "}");
        return node;
    }
    Node *set = node_new(parser, NODE_SET, open);
    node_add(parser, set, &set->items, first);
    if (accept_token(parser, ","))
        parse_items(parser, set, "}", parse_item);
    else
        expect_token(parser, "}");
    return set;
}

// braces: '{' '}' | '{' pair (',' pair)* '}' | '{' pair clauses '}' | '{' item (',' item)* '}' | '{' item clauses '}'
static Node *parse_braces(Parser *parser) {
    Token *open = expect_token(parser, "{");
    Node *dict = node_new(parser, NODE_DICT, open);
    if (accept_token(parser, "}")) return dict;
    if (sees_token(parser, "**")) {
        parse_items(parser, dict, "}", parse_pair);
        return dict;
    }
    Node *first = parse_item(parser);
    if (!sees_token(parser, ":")) return parse_set(parser, open, first);
    Node *pair = node_new(parser, NODE_PAIR, next_token(parser));
    node_set(parser, pair, &pair->first, first);
    node_set(parser, pair, &pair->second, parse_expression(parser));
    if (sees_token(parser, "for") || sees_token(parser, "async")) {
        Node *node = comprehension_of(parser, open, "dict", first, pair->second);
        expect_token(parser, "}");
        return node;
    }
    node_add(parser, dict, &dict->items, pair);
    if (accept_token(parser, ","))
        parse_items(parser, dict, "}", parse_pair);
    else
        expect_token(parser, "}");
    return dict;
}

static Node *parse_constant(Parser *parser) {
    Token *token = next_token(parser);
    bool none = strcmp(token->name, "None") == 0;
    Node *node = node_new(parser, none ? NODE_NONE : NODE_BOOL, token);
    if (!none) node->integer = strcmp(token->name, "True") == 0;
    return node;
}

// atom: NAME | NUMBER | STRING+ | 'True' | 'False' | 'None' | '...' | group | list | braces
static Node *parse_atom(Parser *parser) {
    Token *token = peek_token(parser);
    if (token->kind == TOKEN_NAME) {
        Node *node = node_new(parser, NODE_NAME, next_token(parser));
        node->name = token->name;
        return node;
    }
    if (token->kind == TOKEN_INT || token->kind == TOKEN_FLOAT) return parse_number(parser);
    if (token->kind == TOKEN_STRING) return parse_strings(parser);
    if (sees_token(parser, "True") || sees_token(parser, "False") || sees_token(parser, "None"))
        return parse_constant(parser);
    if (sees_token(parser, "...")) return node_new(parser, NODE_ELLIPSIS, next_token(parser));
    if (sees_token(parser, "(")) return parse_group(parser);
    if (sees_token(parser, "[")) return parse_list(parser);
    if (sees_token(parser, "{")) return parse_braces(parser);
    fail_expected(parser, "an expression");
}

// argument: '*' expression | '**' expression | NAME '=' expression | item clauses?
static Node *parse_argument(Parser *parser) {
    Token *token = peek_token(parser);
    if (sees_token(parser, "**")) return parse_pair(parser);
    if (token->kind == TOKEN_NAME && token[1].kind == TOKEN_OPERATOR && strcmp(token[1].name, "=") == 0) {
        Node *keyword = node_new(parser, NODE_KEYWORD, next_token(parser));
        keyword->name = token->name;
        expect_token(parser, "=");
        node_set(parser, keyword, &keyword->first, parse_expression(parser));
        return keyword;
    }
    Node *item = parse_item(parser);
    if (!sees_token(parser, "for") && !sees_token(parser, "async")) return item;
    return comprehension_of(parser, token, "generator", item, NULL);
}

// arguments: argument (',' argument)* ','? ')'
void parse_arguments(Parser *parser, Node *call) { parse_items(parser, call, ")", parse_argument); }

// index: expression | expression? ':' expression? (':' expression?)?
static Node *parse_index(Parser *parser) {
    Token *token = peek_token(parser);
    Node *start = sees_token(parser, ":") ? NULL : parse_item(parser);
    if (!sees_token(parser, ":")) return start;
    Node *slice = node_new(parser, NODE_SLICE, token);
    node_set(parser, slice, &slice->first, start);
    expect_token(parser, ":");
    if (!sees_token(parser, ":") && !sees_token(parser, "]") && !sees_token(parser, ","))
        node_set(parser, slice, &slice->second, parse_expression(parser));
    if (accept_token(parser, ":") && !sees_token(parser, "]") && !sees_token(parser, ","))
        node_set(parser, slice, &slice->third, parse_expression(parser));
    return slice;
}

// subscript: '[' index (',' index)* ','? ']'
static Node *parse_subscript(Parser *parser, Node *value, const Token *start) {
    Token *open = expect_token(parser, "[");
    Node *node = node_new(parser, NODE_SUBSCRIPT, open);
    node->location = token_location(parser, start);
    node_set(parser, node, &node->first, value);
    Node *tuple = node_new(parser, NODE_TUPLE, open);
    Node *index = parse_index(parser);
    if (sees_token(parser, ",")) {
        node_add(parser, tuple, &tuple->items, index);
        next_token(parser);
        parse_items(parser, tuple, "]", parse_index);
        index = tuple;
    } else
        expect_token(parser, "]");
    node_set(parser, node, &node->second, index);
    return node;
}

// postfix: atom ('.' NAME | '(' arguments | subscript)*
Node *parse_postfix(Parser *parser) {
    enter_nesting(parser);
    const Token *start = peek_token(parser);
    if (accept_token(parser, "await")) fail_expected(parser, "an expression without `await`");
    Node *value = parse_atom(parser);
    for (;;) {
        if (sees_token(parser, ".")) {
            next_token(parser);
            Node *node = node_new(parser, NODE_ATTRIBUTE, peek_token(parser));
            node->name = expect_name(parser, "a name");
            node_set(parser, node, &node->first, value);
            value = node;
        } else if (sees_token(parser, "(")) {
            next_token(parser);
            Node *call = node_new(parser, NODE_CALL, peek_token(parser));
            call->location = token_location(parser, start);
            node_set(parser, call, &call->first, value);
            parse_arguments(parser, call);
            value = call;
        } else if (sees_token(parser, "["))
            value = parse_subscript(parser, value, start);
        else
            break;
    }
    leave_nesting(parser);
    return value;
}
