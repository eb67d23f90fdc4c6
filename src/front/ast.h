// The syntax tree: one kind of node, whose fields mean what the table says. Every node keeps its place in the source.
#ifndef TTILE_FRONT_AST_H
#define TTILE_FRONT_AST_H

#include "base/context.h"

typedef enum Operator {
#define OPERATOR(id, spelling, precedence, ir) OPERATOR_##id,
#include "front/operators.def"
#undef OPERATOR
    OPERATOR_COUNT
} Operator;

typedef enum NodeKind {
    // Expressions.
    NODE_NAME,    // name
    NODE_INT,     // integer
    NODE_FLOAT,   // real
    NODE_STRING,  // text
    NODE_FSTRING, // items: NODE_STRING, NODE_FORMAT
    NODE_FORMAT,  // first: the value; name: conversion or NULL; second: the format NODE_FSTRING or NULL
    NODE_BOOL,    // integer
    NODE_NONE,
    NODE_ELLIPSIS,
    NODE_TUPLE,          // items
    NODE_LIST,           // items
    NODE_SET,            // items
    NODE_DICT,           // items: NODE_PAIR, NODE_DOUBLE_STARRED
    NODE_PAIR,           // first: key; second: value
    NODE_UNARY,          // operator, first
    NODE_BINARY,         // operator, first, second
    NODE_LOGIC,          // `and`, `or`: op, first, second
    NODE_COMPARE,        // first, items: NODE_COMPARAND
    NODE_COMPARAND,      // op, first
    NODE_CONDITIONAL,    // first if second else third
    NODE_LAMBDA,         // items: NODE_PARAMETER; first: the value
    NODE_CALL,           // first(items): expressions, NODE_KEYWORD, NODE_STARRED, NODE_DOUBLE_STARRED
    NODE_KEYWORD,        // name=first
    NODE_STARRED,        // *first
    NODE_DOUBLE_STARRED, // **first
    NODE_ATTRIBUTE,      // first.name
    NODE_SUBSCRIPT,      // first[second]; several indices are a NODE_TUPLE
    NODE_SLICE,          // first:second:third, each may be NULL
    NODE_COMPREHENSION,  // name: "list", "set", "dict", "generator"; first, second (dict): the item; items: NODE_CLAUSE
    NODE_CLAUSE,         // for first in second; items: conditions
    NODE_WALRUS,         // (first := second)
    NODE_YIELD,          // read, never evaluated
    // Statements.
    NODE_EXPRESSION, // first
    NODE_ASSIGN,     // items: targets; first: the value
    NODE_ANNOTATED,  // first: second = third; third may be NULL
    NODE_AUGMENTED,  // first op= second
    NODE_RETURN,     // first or NULL
    NODE_PASS,
    NODE_BREAK,
    NODE_CONTINUE,
    NODE_ASSERT,      // first, second or NULL
    NODE_RAISE,       // first or NULL
    NODE_IF,          // first: body, otherwise
    NODE_WHILE,       // first: body, otherwise
    NODE_FOR,         // for first in second: body, otherwise
    NODE_WITH,        // items: NODE_WITH_ITEM; body
    NODE_WITH_ITEM,   // first as second (or NULL)
    NODE_FUNCTION,    // def name(items): body; decorators; second: the result's annotation
    NODE_PARAMETER,   // name: first = second; parameter
    NODE_CLASS,       // class name(items): body; decorators
    NODE_IMPORT,      // items: NODE_ALIAS
    NODE_IMPORT_FROM, // from name import items; no items: *
    NODE_ALIAS,       // name as text (or NULL)
    NODE_TRY,         // body; otherwise: its handlers' and other blocks' statements
    NODE_DELETE,      // items
    NODE_GLOBAL,      // items: NODE_NAME; nonlocal too
    NODE_MODULE,      // body
    NODE_KIND_COUNT
} NodeKind;

typedef enum ParameterKind {
    PARAMETER_PLAIN,
    PARAMETER_KEYWORD_ONLY,
    PARAMETER_REST,
    PARAMETER_KEYWORDS
} ParameterKind;

typedef struct Node Node;
typedef struct NodeList {
    Node **items;
    uint32_t count, capacity;
} NodeList;

struct Node {
    NodeKind kind;
    Operator op;
    uint32_t height; // of the tree below; bounded, so that walks may recurse
    ParameterKind parameter;
    Location location;
    Name name;
    union {
        int64_t integer;
        double real;
        Name text;
    };
    Node *first, *second, *third;
    NodeList items, body, otherwise, decorators;
    const char *comment; // IR text: behind a statement's first line, a block's header or a parameter; else NULL
    uint32_t comment_length;
};

// Parses a whole source. Fails with `code` at the first place that is not Python.
Node *parse_module(Context *context, const Source *source, DiagnosticCode code);

const char *operator_spelling(Operator op);
// Calls `visit` on a node and all below it, outer before inner; goes below a node only if `visit` says true.
void walk_nodes(const Node *node, bool (*visit)(const Node *node, void *user), void *user);

#endif
