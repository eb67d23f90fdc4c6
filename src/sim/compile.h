// Shared by the files that compile thread programs: registers and the code under construction.
#ifndef TTILE_SIM_COMPILE_H
#define TTILE_SIM_COMPILE_H

#include "sim/machine.h"

// Which register holds a variable, a scalar buffer or a constant expression: a hash table by address.
typedef struct RegisterMap {
    const void **keys;
    uint16_t *slots;
    uint32_t count, capacity;
} RegisterMap;

typedef struct Memo {
    uint32_t number; // of the expression, plus 1
    uint16_t slot;
} Memo;

typedef struct Jump {
    uint32_t at; // code whose target is to be the loop's end (break) or its next turn (continue)
    bool is_break;
} Jump;

typedef struct Compiler {
    Machine *machine;
    Arena *arena;
    ThreadCode *code;
    RegisterMap permanent;
    VECTOR(uint16_t) temporaries; // registers for intermediate values, used anew by every statement
    uint32_t temporaries_used;
    VECTOR(Memo) memo;  // expressions of this statement whose value is in a register on every path to here
    VECTOR(Jump) jumps; // of the loops around, innermost last
    const Statement *statement;
    int depth; // nesting of statements or of expressions
} Compiler;

enum { MAX_NESTING = 1000, MAX_REGISTERS = 60000, MAX_CODES = 4000000 };

// Register of `expr`'s value, after code that computes it.
uint16_t compile_expression(Compiler *compiler, const Expr *expr);
// The same as a real number or an integer, whatever its type.
uint16_t compile_as(Compiler *compiler, const Expr *expr, bool real);
// Register of a runtime argument that stands for a core's coordinate; fails if it is anything else.
uint16_t compile_coordinate(Compiler *compiler, const Expr *expr, CoreAxis axis);
// Fills `in` from the statement after compiling its scalar operands; false if it reported something.
bool compile_instruction(Compiler *compiler, const Statement *statement, CodeInstruction *in);

uint32_t compile_emit(Compiler *compiler, CodeOp op, uint16_t a, uint16_t b, uint16_t c);
uint32_t compile_jump(Compiler *compiler, CodeOp op, uint16_t a, uint32_t target);
uint32_t compile_here(const Compiler *compiler);
void compile_patch(Compiler *compiler, uint32_t at, uint32_t target);
// A register of its own, with that value at the start.
uint16_t compile_register(Compiler *compiler, Scalar initial);
uint16_t compile_temporary(Compiler *compiler);
bool register_find(const RegisterMap *map, const void *key, uint16_t *slot);
void register_set(Compiler *compiler, const void *key, uint16_t slot);
// The register of a variable that the program assigns; made at its first use.
uint16_t compile_assigned(Compiler *compiler, const void *key);
void compile_enter(Compiler *compiler); // one level deeper; fails when that is too deep
void compile_leave(Compiler *compiler);

#endif
