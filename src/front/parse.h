// What the parser's files share.
#ifndef TTILE_FRONT_PARSE_H
#define TTILE_FRONT_PARSE_H

#include "front/ast.h"
#include "front/lex.h"

typedef struct Parser {
    Context *context;
    const Source *source;
    DiagnosticCode code;
    Token *tokens;
    uint32_t next, count;
    uint32_t depth; // of nested calls
    bool failed;    // a statement was left out
} Parser;

Token *peek_token(const Parser *parser);
Token *next_token(Parser *parser);
bool sees_token(const Parser *parser, const char *text); // the next token is this operator or keyword
bool accept_token(Parser *parser, const char *text);     // and steps over it
Token *expect_token(Parser *parser, const char *text);   // or fails
Name expect_name(Parser *parser, const char *what);
_Noreturn void fail_expected(Parser *parser, const char *what); // expected what, seen the next token
Location token_location(const Parser *parser, const Token *token);

Node *node_new(Parser *parser, NodeKind kind, const Token *token);
void node_add(Parser *parser, Node *node, NodeList *list, Node *item);
void node_set(Parser *parser, Node *node, Node **slot, Node *child);
// Guards recursion: fails when it is too deep.
void enter_nesting(Parser *parser);
void leave_nesting(Parser *parser);

Node *parse_expression(Parser *parser);  // with conditional, lambda; no bare tuple
Node *parse_item(Parser *parser);        // the same, starred, or with :=
Node *parse_expressions(Parser *parser); // a bare tuple too, and starred items
Node *parse_disjunction(Parser *parser); // without conditional and lambda
Node *parse_target(Parser *parser);      // what `for` and `as` bind
Node *parse_postfix(Parser *parser);     // an atom with its calls, subscripts and attributes
Node *parse_strings(Parser *parser);     // adjacent string literals, joined
Node *parse_number(Parser *parser);
Node *parse_negative_integer(Parser *parser, const Token *sign); // the digits behind `-`
void parse_parameters(Parser *parser, Node *function, const char *closer, bool annotated);
void parse_arguments(Parser *parser, Node *call);

// Statements of one line.
Node *parse_import(Parser *parser);
Node *parse_import_from(Parser *parser);
Node *parse_assignment(Parser *parser);
Node *parse_return(Parser *parser);
Node *parse_assert(Parser *parser);
Node *parse_raise(Parser *parser);
Node *parse_names(Parser *parser);
Node *parse_word(Parser *parser);

#endif
