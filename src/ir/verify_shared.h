// What the files of the verifier share.
#ifndef TTILE_IR_VERIFY_SHARED_H
#define TTILE_IR_VERIFY_SHARED_H

#include "ir/ir.h"

#define MAX_BLOCK_DEPTH 256

// The variables and buffers that are defined at the place that is looked at: a hash set of pointers, and the order in
// which they came, so that leaving a block takes its own away.
typedef struct ScopeSet {
    Arena *arena;
    struct ScopeSlot *slots;
    uint32_t count, capacity;
    VECTOR(const void *) order;
} ScopeSet;

bool scope_has(const ScopeSet *set, const void *thing);
// False if it is there already.
bool scope_add(ScopeSet *set, const void *thing);
void scope_leave(ScopeSet *set, uint32_t mark); // takes away what came after `order.count` was `mark`

typedef struct Verifier {
    Function *function;
    ScopeSet scope;
    const Statement *statement; // the one that is looked at; NULL for the function's head
    const Location *place;      // of the part of the head that is looked at; NULL: the function's
    int depth, loops;           // of enclosing blocks and loops
    bool in_launch;
    bool valid;
    DiagnosticCode code; // of violations
} Verifier;

void invalid(Verifier *verifier, const char *format, ...) __attribute__((format(printf, 2, 3)));

void verify_value(Verifier *verifier, const Expr *expr, const char *what);
void verify_integer(Verifier *verifier, const Expr *expr, const char *what);
void verify_typed(Verifier *verifier, const Expr *expr, DType type, const char *what);
void verify_buffer_use(Verifier *verifier, const Buffer *buffer);
void verify_buffer(Verifier *verifier, const Buffer *buffer);
void verify_layout(Verifier *verifier, const Buffer *buffer); // and that there is one, where attributes say so
void verify_operation(Verifier *verifier, const Statement *statement);
void verify_head(Verifier *verifier);    // parameters, sizes, attributes
void verify_program(Verifier *verifier); // circular buffers, arguments, cores
void verify_block(Verifier *verifier, const Block *block, const Statement *owner);

#endif
