// Statements of Python: the grammar rule stands above the function that reads it.
#include <string.h>

#include "front/parse.h"

static void parse_statement(Parser *parser, Node *owner, NodeList *list);
static void attempt_statement(Parser *parser, Node *owner, NodeList *list);

// Keeps the comment behind the last token read, for IR text.
static void keep_comment(Parser *parser, Node *node) {
    const Token *last = &parser->tokens[parser->next - 1];
    node->comment = last->comment;
    node->comment_length = last->comment_length;
}

// block: NEWLINE INDENT statement+ DEDENT | simple_statements
static void parse_block(Parser *parser, Node *owner, NodeList *list) {
    expect_token(parser, ":");
    if (list == &owner->body) keep_comment(parser, owner);
    enter_nesting(parser);
    if (peek_token(parser)->kind != TOKEN_NEWLINE) {
        parse_statement(parser, owner, list);
    } else {
        next_token(parser);
        if (peek_token(parser)->kind != TOKEN_INDENT) fail_expected(parser, "an indented block");
        next_token(parser);
        while (peek_token(parser)->kind != TOKEN_DEDENT && peek_token(parser)->kind != TOKEN_END)
            attempt_statement(parser, owner, list);
        if (peek_token(parser)->kind == TOKEN_DEDENT) next_token(parser);
    }
    leave_nesting(parser);
}

// parameter: '*' NAME? | '**' NAME | '/' | NAME (':' expression)? ('=' expression)?
static Node *parse_parameter(Parser *parser, bool annotated, bool *keyword_only) {
    Token *token = peek_token(parser);
    Node *node = node_new(parser, NODE_PARAMETER, token);
    node->parameter = *keyword_only ? PARAMETER_KEYWORD_ONLY : PARAMETER_PLAIN;
    if (accept_token(parser, "/")) return NULL;
    if (accept_token(parser, "*")) {
        *keyword_only = true;
        if (sees_token(parser, ",")) return NULL;
        node->parameter = PARAMETER_REST;
    } else if (accept_token(parser, "**"))
        node->parameter = PARAMETER_KEYWORDS;
    node->location = token_location(parser, peek_token(parser));
    node->name = expect_name(parser, "a parameter's name");
    if (annotated && accept_token(parser, ":")) node_set(parser, node, &node->first, parse_expression(parser));
    if (accept_token(parser, "=")) node_set(parser, node, &node->second, parse_expression(parser));
    return node;
}

// parameters: (parameter (',' parameter)* ','?)? closer
void parse_parameters(Parser *parser, Node *function, const char *closer, bool annotated) {
    bool keyword_only = false;
    while (!sees_token(parser, closer)) {
        Node *parameter = parse_parameter(parser, annotated, &keyword_only);
        bool more = accept_token(parser, ",");
        if (parameter) {
            keep_comment(parser, parameter);
            node_add(parser, function, &function->items, parameter);
        }
        if (!more) break;
    }
    expect_token(parser, closer);
}

// function: 'def' NAME '(' parameters ('->' expression)? block
static Node *parse_function(Parser *parser) {
    expect_token(parser, "def");
    Node *node = node_new(parser, NODE_FUNCTION, peek_token(parser));
    node->name = expect_name(parser, "the function's name");
    expect_token(parser, "(");
    parse_parameters(parser, node, ")", true);
    if (accept_token(parser, "->")) node_set(parser, node, &node->second, parse_expression(parser));
    parse_block(parser, node, &node->body);
    return node;
}

// class: 'class' NAME ('(' arguments)? block
static Node *parse_class(Parser *parser) {
    expect_token(parser, "class");
    Node *node = node_new(parser, NODE_CLASS, peek_token(parser));
    node->name = expect_name(parser, "the class's name");
    if (accept_token(parser, "(")) parse_arguments(parser, node);
    parse_block(parser, node, &node->body);
    return node;
}

// decorated: ('@' expression NEWLINE)+ (function | class)
static Node *parse_decorated(Parser *parser) {
    Node *holder = node_new(parser, NODE_TUPLE, peek_token(parser));
    while (accept_token(parser, "@")) {
        node_add(parser, holder, &holder->decorators, parse_expression(parser));
        if (peek_token(parser)->kind != TOKEN_NEWLINE) fail_expected(parser, "the end of the line");
        next_token(parser);
    }
    accept_token(parser, "async");
    if (!sees_token(parser, "def") && !sees_token(parser, "class")) fail_expected(parser, "`def` or `class`");
    Node *node = sees_token(parser, "class") ? parse_class(parser) : parse_function(parser);
    node->decorators = holder->decorators;
    return node;
}

// if: ('if' | 'elif') expression block (if | 'else' block)?
static Node *parse_if(Parser *parser) {
    enter_nesting(parser);
    Node *node = node_new(parser, NODE_IF, next_token(parser));
    node_set(parser, node, &node->first, parse_item(parser));
    parse_block(parser, node, &node->body);
    if (sees_token(parser, "elif"))
        node_add(parser, node, &node->otherwise, parse_if(parser));
    else if (accept_token(parser, "else"))
        parse_block(parser, node, &node->otherwise);
    leave_nesting(parser);
    return node;
}

// while: 'while' expression block ('else' block)?
static Node *parse_while(Parser *parser) {
    Node *node = node_new(parser, NODE_WHILE, expect_token(parser, "while"));
    node_set(parser, node, &node->first, parse_item(parser));
    parse_block(parser, node, &node->body);
    if (accept_token(parser, "else")) parse_block(parser, node, &node->otherwise);
    return node;
}

// for: 'for' target 'in' expressions block ('else' block)?
static Node *parse_for(Parser *parser) {
    Node *node = node_new(parser, NODE_FOR, expect_token(parser, "for"));
    node_set(parser, node, &node->first, parse_target(parser));
    expect_token(parser, "in");
    node_set(parser, node, &node->second, parse_expressions(parser));
    parse_block(parser, node, &node->body);
    if (accept_token(parser, "else")) parse_block(parser, node, &node->otherwise);
    return node;
}

// with_item: expression ('as' target)?
static Node *parse_with_item(Parser *parser) {
    Node *item = node_new(parser, NODE_WITH_ITEM, peek_token(parser));
    node_set(parser, item, &item->first, parse_expression(parser));
    if (accept_token(parser, "as")) node_set(parser, item, &item->second, parse_postfix(parser));
    return item;
}

// True if the parenthesis that comes next holds `as` at its own level and ends before `:`.
static bool sees_grouped_items(const Parser *parser) {
    if (!sees_token(parser, "(")) return false;
    int depth = 0;
    for (const Token *token = peek_token(parser); token->kind != TOKEN_END && token->kind != TOKEN_NEWLINE; token++) {
        if (token->kind != TOKEN_OPERATOR && token->kind != TOKEN_KEYWORD) continue;
        if (strchr("([{", token->name[0]) && token->kind == TOKEN_OPERATOR) depth++;
        if (strchr(")]}", token->name[0]) && token->kind == TOKEN_OPERATOR && --depth == 0) return false;
        if (depth == 1 && strcmp(token->name, "as") == 0) return true;
    }
    return false;
}

// with: 'with' ('(' with_item (',' with_item)* ','? ')' | with_item (',' with_item)*) block
static Node *parse_with(Parser *parser) {
    Node *node = node_new(parser, NODE_WITH, expect_token(parser, "with"));
    bool grouped = sees_grouped_items(parser);
    if (grouped) expect_token(parser, "(");
    do {
        if (grouped && sees_token(parser, ")")) break;
        node_add(parser, node, &node->items, parse_with_item(parser));
    } while (accept_token(parser, ","));
    if (grouped) expect_token(parser, ")");
    parse_block(parser, node, &node->body);
    return node;
}

// try: 'try' block ('except' (expression ('as' NAME)?)? block)* ('else' block)? ('finally' block)?
static Node *parse_try(Parser *parser) {
    Node *node = node_new(parser, NODE_TRY, expect_token(parser, "try"));
    parse_block(parser, node, &node->body);
    while (sees_token(parser, "except") || sees_token(parser, "else") || sees_token(parser, "finally")) {
        bool except = accept_token(parser, "except");
        if (!except)
            next_token(parser);
        else if (!sees_token(parser, ":")) {
            parse_expressions(parser);
            if (accept_token(parser, "as")) expect_name(parser, "a name");
        }
        parse_block(parser, node, &node->otherwise);
    }
    return node;
}

typedef struct StatementRule {
    const char *keyword;
    Node *(*parse)(Parser *parser);
    bool compound; // ends with a block
} StatementRule;

static const StatementRule rules[] = {
    {"def", parse_function, true},   {"class", parse_class, true},
    {"@", parse_decorated, true},    {"if", parse_if, true},
    {"while", parse_while, true},    {"for", parse_for, true},
    {"with", parse_with, true},      {"try", parse_try, true},
    {"import", parse_import, false}, {"from", parse_import_from, false},
    {"return", parse_return, false}, {"assert", parse_assert, false},
    {"raise", parse_raise, false},   {"del", parse_names, false},
    {"global", parse_names, false},  {"nonlocal", parse_names, false},
    {"pass", parse_word, false},     {"break", parse_word, false},
    {"continue", parse_word, false},
};

// simple_statements: simple_statement (';' simple_statement)* ';'? NEWLINE
static bool end_simple(Parser *parser, Node *node) {
    keep_comment(parser, node);
    bool more = accept_token(parser, ";");
    if (peek_token(parser)->kind == TOKEN_NEWLINE) {
        next_token(parser);
        return false;
    }
    if (!more && peek_token(parser)->kind != TOKEN_END) fail_expected(parser, "the end of the statement");
    return more && peek_token(parser)->kind != TOKEN_END;
}

// statement: compound_statement | simple_statements
static void parse_statement(Parser *parser, Node *owner, NodeList *list) {
    if (peek_token(parser)->kind == TOKEN_INDENT) fail_expected(parser, "a statement at the block's indentation");
    bool more;
    do {
        accept_token(parser, "async");
        const StatementRule *rule = NULL;
        for (size_t i = 0; i < sizeof rules / sizeof *rules && !rule; i++)
            if (sees_token(parser, rules[i].keyword)) rule = &rules[i];
        Node *node = rule ? rule->parse(parser) : parse_assignment(parser);
        more = !(rule && rule->compound) && end_simple(parser, node);
        node_add(parser, owner, list, node);
    } while (more);
}

// ---------------------------------------------------------------- going on behind an error

typedef struct Attempt {
    Parser *parser;
    Node *owner;
    NodeList *list;
} Attempt;

static void attempt(Context *context, void *user) {
    (void)context;
    const Attempt *job = user;
    parse_statement(job->parser, job->owner, job->list);
}

// Steps over an indented block, if one comes next.
static void skip_block(Parser *parser) {
    uint32_t depth = 0;
    do {
        TokenKind kind = peek_token(parser)->kind;
        if (kind == TOKEN_INDENT) depth++;
        if (kind == TOKEN_DEDENT) depth--;
        if (depth > 0 || kind == TOKEN_DEDENT) next_token(parser);
    } while (depth > 0 && peek_token(parser)->kind != TOKEN_END);
}

static bool continues_statement(const Parser *parser) {
    return sees_token(parser, "else") || sees_token(parser, "elif") || sees_token(parser, "except") ||
           sees_token(parser, "finally");
}

// Steps over what is left of a statement: its line, the block below, and the branches that go with it.
static void skip_statement(Parser *parser) {
    do {
        while (peek_token(parser)->kind > TOKEN_DEDENT) next_token(parser);
        if (peek_token(parser)->kind == TOKEN_NEWLINE) next_token(parser);
        if (peek_token(parser)->kind == TOKEN_INDENT) skip_block(parser);
    } while (continues_statement(parser));
}

// A statement with an error is left out, so that those behind it are read too. parse_module fails at the end.
static void attempt_statement(Parser *parser, Node *owner, NodeList *list) {
    const uint32_t first = parser->next, depth = parser->depth;
    Attempt job = {parser, owner, list};
    if (context_attempt(parser->context, attempt, &job)) return;
    parser->depth = depth;
    parser->failed = true;
    if (vector_last(parser->context->diagnostics).code == DIAG_FRONT_NESTING) fail_now(parser->context);
    skip_statement(parser);
    if (parser->next == first) next_token(parser);
}

// module: statement*
Node *parse_module(Context *context, const Source *source, DiagnosticCode code) {
    Tokens tokens = lex_source(context, source, code);
    Parser parser = {.context = context, .source = source, .code = code, .tokens = tokens.items, .count = tokens.count};
    Node *module = node_new(&parser, NODE_MODULE, peek_token(&parser));
    while (peek_token(&parser)->kind != TOKEN_END) attempt_statement(&parser, module, &module->body);
    if (parser.failed) fail_now(context);
    return module;
}
