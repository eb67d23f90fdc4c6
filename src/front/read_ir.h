// What the files of the IR text reader share.
#ifndef TTILE_FRONT_READ_IR_H
#define TTILE_FRONT_READ_IR_H

#include "front/ast.h"
#include "ir/build.h"

typedef enum SymbolKind { SYMBOL_VARIABLE, SYMBOL_BUFFER, SYMBOL_CIRCULAR, SYMBOL_SEMAPHORE } SymbolKind;

typedef struct Symbol {
    Name name;
    SymbolKind kind;
    union {
        Variable *variable;
        Buffer *buffer;
        CircularBuffer *circular;
        Semaphore *semaphore;
    };
} Symbol;

typedef struct Reader {
    Context *context;
    Module *module;
    Function *function;
    bool has_locations; // some comment names a place: what has none came from nowhere
    Symbol *symbols;    // of the function, a hash table
    uint32_t symbol_count, symbol_capacity;
} Reader;

_Noreturn void ir_refuse(Reader *reader, const Node *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
// The place that a trailing `# file:line:col` names; false if there is none.
bool ir_comment(Reader *reader, const Node *node, Location *location);
// That place, or in text without such comments the node's own.
Location ir_location(Reader *reader, const Node *node);

void ir_define(Reader *reader, const Node *node, Symbol symbol); // fails if the name is taken by another kind of thing
const Symbol *ir_find(Reader *reader, Name name);
// The symbol that a name node stands for; fails if it is not of this kind, which messages call `what`.
const Symbol *ir_symbol(Reader *reader, const Node *node, SymbolKind kind, const char *what);

// "name" if the node is a call of T.name (or of prefix.name), else NULL.
const char *ir_call_name(const Node *node, const char *prefix);
// Argument `i` of a call, positional; or by keyword if `keyword` is not NULL. NULL if it is missing.
const Node *ir_argument(const Node *call, uint32_t i, const char *keyword);
const Node *ir_required(Reader *reader, const Node *call, uint32_t i, const char *keyword);
int64_t ir_integer(Reader *reader, const Node *node);
int ir_small_integer(Reader *reader, const Node *node); // 0 to 2^31 - 1
Name ir_text(Reader *reader, const Node *node);
bool ir_boolean(Reader *reader, const Node *node);
DType ir_dtype(Reader *reader, const Node *node);
const Value *ir_value(Reader *reader, const Node *node); // a literal

const Expr *ir_expression(Reader *reader, const Node *node);
// Expressions of a subscript, which must be `count` many.
void ir_indices(Reader *reader, const Node *subscript, int count, const Expr *indices[]);
Region *ir_region(Reader *reader, const Node *node);

// Statements of a block, appended to it.
void ir_block(Reader *reader, const NodeList *statements, Block *block);
// The buffer that T.Tensor(...) or T.alloc_...(...) describes.
Buffer *ir_buffer(Reader *reader, Name name, const Node *call, Scope scope, Location location);

#endif
