// Operators of Python's expressions: the grammar rule stands above the function that reads it.
#include <string.h>

#include "front/parse.h"

static Node *unary_of(Parser *parser, const Token *token, Operator op, Node *operand) {
    Node *node = node_new(parser, NODE_UNARY, token);
    node->op = op;
    node_set(parser, node, &node->first, operand);
    return node;
}

static bool is_operator(const Token *token, const char *text) {
    return token->kind == TOKEN_OPERATOR && strcmp(token->name, text) == 0;
}

// factor: ('-' | '+' | '~') factor | postfix ('**' factor)?
static Node *parse_factor(Parser *parser) {
    Token *token = peek_token(parser);
    Operator op = sees_token(parser, "-")   ? OPERATOR_NEG
                  : sees_token(parser, "+") ? OPERATOR_PLUS
                  : sees_token(parser, "~") ? OPERATOR_BITNOT
                                            : OPERATOR_COUNT;
    enter_nesting(parser);
    Node *result;
    if (op != OPERATOR_COUNT) {
        next_token(parser);
        bool literal =
            op == OPERATOR_NEG && peek_token(parser)->kind == TOKEN_INT && !is_operator(peek_token(parser) + 1, "**");
        result = literal ? parse_negative_integer(parser, token) : NULL;
        if (!literal) result = unary_of(parser, token, op, parse_factor(parser));
    } else {
        result = parse_postfix(parser);
        if (sees_token(parser, "**")) {
            Node *power = node_new(parser, NODE_BINARY, next_token(parser));
            power->op = OPERATOR_POW;
            node_set(parser, power, &power->first, result);
            node_set(parser, power, &power->second, parse_factor(parser));
            result = power;
        }
    }
    leave_nesting(parser);
    return result;
}

typedef struct OperatorRow {
    const char *spelling;
    int precedence;
} OperatorRow;
static const OperatorRow operator_rows[] = {
#define OPERATOR(id, spelling, precedence, ir) {spelling, precedence},
#include "front/operators.def"
#undef OPERATOR
};

// The infix op of at least that precedence that comes next (comparisons excluded), or COUNT.
static Operator infix_operator(const Parser *parser, int precedence) {
    for (int i = OPERATOR_BITOR; i <= OPERATOR_MATMUL; i++)
        if (operator_rows[i].precedence >= precedence && sees_token(parser, operator_rows[i].spelling))
            return (Operator)i;
    return OPERATOR_COUNT;
}

// arithmetic: factor (op factor)*   by precedence, to the left
static Node *parse_arithmetic(Parser *parser, int precedence) {
    Node *left = parse_factor(parser);
    for (Operator op; (op = infix_operator(parser, precedence)) != OPERATOR_COUNT;) {
        Node *node = node_new(parser, NODE_BINARY, next_token(parser));
        node->op = op;
        node_set(parser, node, &node->first, left);
        node_set(parser, node, &node->second, parse_arithmetic(parser, operator_rows[op].precedence + 1));
        left = node;
    }
    return left;
}

// comparison op: '==' | '!=' | '<' | '<=' | '>' | '>=' | 'is' 'not'? | 'not'? 'in'
static bool accept_comparison(Parser *parser, Operator *op) {
    for (int i = OPERATOR_EQ; i <= OPERATOR_GE; i++) {
        *op = (Operator)i;
        if (accept_token(parser, operator_rows[i].spelling)) return true;
    }
    if (accept_token(parser, "is"))
        *op = accept_token(parser, "not") ? OPERATOR_IS_NOT : OPERATOR_IS;
    else if (accept_token(parser, "in"))
        *op = OPERATOR_IN;
    else if (sees_token(parser, "not") && peek_token(parser)[1].kind == TOKEN_KEYWORD &&
             strcmp(peek_token(parser)[1].name, "in") == 0) {
        next_token(parser);
        next_token(parser);
        *op = OPERATOR_NOT_IN;
    } else
        return false;
    return true;
}

// comparison: arithmetic (op arithmetic)*
static Node *parse_comparison(Parser *parser) {
    Node *left = parse_arithmetic(parser, 2), *compare = NULL;
    for (;;) {
        Token *token = peek_token(parser);
        Operator op;
        if (!accept_comparison(parser, &op)) return compare ? compare : left;
        if (!compare) {
            compare = node_new(parser, NODE_COMPARE, token);
            node_set(parser, compare, &compare->first, left);
        }
        Node *comparand = node_new(parser, NODE_COMPARAND, token);
        comparand->op = op;
        node_set(parser, comparand, &comparand->first, parse_arithmetic(parser, 2));
        node_add(parser, compare, &compare->items, comparand);
    }
}

// inversion: 'not' inversion | comparison
static Node *parse_inversion(Parser *parser) {
    if (!sees_token(parser, "not")) return parse_comparison(parser);
    enter_nesting(parser);
    Token *token = next_token(parser);
    Node *node = unary_of(parser, token, OPERATOR_NOT, parse_inversion(parser));
    leave_nesting(parser);
    return node;
}

// disjunction: conjunction ('or' conjunction)*    conjunction: inversion ('and' inversion)*
static Node *parse_logic(Parser *parser, Operator op) {
    bool is_or = op == OPERATOR_OR;
    Node *left = is_or ? parse_logic(parser, OPERATOR_AND) : parse_inversion(parser);
    while (sees_token(parser, operator_rows[op].spelling)) {
        Node *node = node_new(parser, NODE_LOGIC, next_token(parser));
        node->op = op;
        node_set(parser, node, &node->first, left);
        node_set(parser, node, &node->second, is_or ? parse_logic(parser, OPERATOR_AND) : parse_inversion(parser));
        left = node;
    }
    return left;
}

Node *parse_disjunction(Parser *parser) {
    enter_nesting(parser);
    Node *node = parse_logic(parser, OPERATOR_OR);
    leave_nesting(parser);
    return node;
}

// lambda: 'lambda' parameters ':' expression
static Node *parse_lambda(Parser *parser) {
    Node *lambda = node_new(parser, NODE_LAMBDA, expect_token(parser, "lambda"));
    parse_parameters(parser, lambda, ":", false);
    node_set(parser, lambda, &lambda->first, parse_expression(parser));
    return lambda;
}

// expression: lambda | disjunction ('if' disjunction 'else' expression)?
Node *parse_expression(Parser *parser) {
    enter_nesting(parser);
    Node *value = sees_token(parser, "lambda") ? parse_lambda(parser) : parse_disjunction(parser);
    if (sees_token(parser, "if")) {
        Node *node = node_new(parser, NODE_CONDITIONAL, next_token(parser));
        node_set(parser, node, &node->first, value);
        node_set(parser, node, &node->second, parse_disjunction(parser));
        expect_token(parser, "else");
        node_set(parser, node, &node->third, parse_expression(parser));
        value = node;
    }
    leave_nesting(parser);
    return value;
}

static bool ends_expressions(const Parser *parser) {
    static const char *const closers[] = {")", "]", "}", ":", "=", ";"};
    if (peek_token(parser)->kind == TOKEN_NEWLINE || peek_token(parser)->kind == TOKEN_END) return true;
    for (size_t i = 0; i < sizeof closers / sizeof *closers; i++)
        if (sees_token(parser, closers[i])) return true;
    return false;
}

// yield: 'yield' ('from' expression | expressions)?
static Node *parse_yield(Parser *parser) {
    Node *node = node_new(parser, NODE_YIELD, expect_token(parser, "yield"));
    if (accept_token(parser, "from") || !ends_expressions(parser))
        node_set(parser, node, &node->first, parse_expressions(parser));
    return node;
}

// expressions: yield | item (',' item)* ','?
Node *parse_expressions(Parser *parser) {
    if (sees_token(parser, "yield")) return parse_yield(parser);
    Token *token = peek_token(parser);
    Node *first = parse_item(parser);
    if (!sees_token(parser, ",")) return first;
    Node *tuple = node_new(parser, NODE_TUPLE, token);
    node_add(parser, tuple, &tuple->items, first);
    while (accept_token(parser, ",") && !ends_expressions(parser))
        node_add(parser, tuple, &tuple->items, parse_item(parser));
    return tuple;
}

// target: '*'? postfix (',' '*'? postfix)* ','?
Node *parse_target(Parser *parser) {
    Token *token = peek_token(parser);
    Node *tuple = node_new(parser, NODE_TUPLE, token), *item;
    do {
        Token *start = peek_token(parser);
        if (tuple->items.count > 0 && (sees_token(parser, "in") || sees_token(parser, "=") || sees_token(parser, ":")))
            return tuple;
        bool starred = accept_token(parser, "*");
        item = parse_postfix(parser);
        if (starred) {
            Node *node = node_new(parser, NODE_STARRED, start);
            node_set(parser, node, &node->first, item);
            item = node;
        }
        node_add(parser, tuple, &tuple->items, item);
    } while (accept_token(parser, ","));
    return tuple->items.count == 1 ? item : tuple;
}
