// Statements of Python: the grammar rule stands above the function that reads it.
#include <string.h>

#include "front/parse.h"

static void parse_statement(Parser *parser, Node *owner, NodeList *list);

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
            parse_statement(parser, owner, list);
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
static Node *parse_import(Parser *parser) {
    Node *node = node_new(parser, NODE_IMPORT, expect_token(parser, "import"));
    do node_add(parser, node, &node->items, parse_alias(parser, true));
    while (accept_token(parser, ","));
    return node;
}

// import_from: 'from' ('.' | '...')* dotted_name? 'import' ('*' | '(' aliases ','? ')' | aliases)
static Node *parse_import_from(Parser *parser) {
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
static Node *parse_assignment(Parser *parser) {
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
static Node *parse_return(Parser *parser) {
    Node *node = node_new(parser, NODE_RETURN, expect_token(parser, "return"));
    if (peek_token(parser)->kind != TOKEN_NEWLINE && !sees_token(parser, ";"))
        node_set(parser, node, &node->first, parse_expressions(parser));
    return node;
}

// assert: 'assert' expression (',' expression)?
static Node *parse_assert(Parser *parser) {
    Node *node = node_new(parser, NODE_ASSERT, expect_token(parser, "assert"));
    node_set(parser, node, &node->first, parse_expression(parser));
    if (accept_token(parser, ",")) node_set(parser, node, &node->second, parse_expression(parser));
    return node;
}

// raise: 'raise' (expression ('from' expression)?)?
static Node *parse_raise(Parser *parser) {
    Node *node = node_new(parser, NODE_RAISE, expect_token(parser, "raise"));
    if (peek_token(parser)->kind == TOKEN_NEWLINE) return node;
    node_set(parser, node, &node->first, parse_expression(parser));
    if (accept_token(parser, "from")) parse_expression(parser);
    return node;
}

// delete: 'del' target    global: ('global' | 'nonlocal') NAME (',' NAME)*
static Node *parse_names(Parser *parser) {
    Node *node = node_new(parser, sees_token(parser, "del") ? NODE_DELETE : NODE_GLOBAL, next_token(parser));
    Node *target = parse_target(parser);
    node_add(parser, node, &node->items, target);
    return node;
}

static Node *parse_word(Parser *parser) {
    NodeKind kind = sees_token(parser, "pass") ? NODE_PASS : sees_token(parser, "break") ? NODE_BREAK : NODE_CONTINUE;
    return node_new(parser, kind, next_token(parser));
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

// module: statement*
Node *parse_module(Context *context, const Source *source, DiagnosticCode code) {
    Tokens tokens = lex_source(context, source, code);
    Parser parser = {.context = context, .source = source, .code = code, .tokens = tokens.items, .count = tokens.count};
    Node *module = node_new(&parser, NODE_MODULE, peek_token(&parser));
    while (peek_token(&parser)->kind != TOKEN_END) parse_statement(&parser, module, &module->body);
    return module;
}
