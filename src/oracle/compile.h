// Compiling a function to nodes: the state that compile_*.c share (internal to oracle).
#ifndef TTILE_ORACLE_COMPILE_H
#define TTILE_ORACLE_COMPILE_H

#include "ir/build.h"
#include "ir/walk.h"
#include "oracle/evaluate.h"

#define NESTING_LIMIT  2000
#define NEST_VARIABLES 6

// An index as a linear form in the variables of the running T.Parallel nest (its loop variables, parallel or serial).
typedef struct Linear {
    int count;
    int variables[NEST_VARIABLES]; // places in Compiler.nest
    int64_t coefficients[NEST_VARIABLES];
    bool opaque;  // some other part changes within the nest
    bool by_lane; // some other part differs from lane to lane
} Linear;

typedef struct NestVariable {
    const Variable *variable;
    bool parallel;
    int64_t extent; // -1: not known
} NestVariable;

typedef struct Slotted { // a variable's or an expression's value
    Slot slot;
    uint32_t stamp; // valid when it is the compiler's
} Slotted;

typedef struct RememberedExpr {
    const Expr *expr;
    bool lane_zero;
} RememberedExpr;

typedef struct LinearMemo {
    Linear form;
    uint32_t stamp;
} LinearMemo;

typedef struct VariableInfo {
    Slot slot;
    Linear form;
    bool defined;
} VariableInfo;

typedef struct Map { // from pointers to small numbers
    const void **keys;
    uint32_t *values;
    uint32_t count, capacity;
} Map;

// A condition under which code is evaluated; its row of flags is made when something asks for it.
typedef struct Guard {
    struct Guard *outer;
    Slot condition;
    bool negated;
    bool made;
    Slot mask; // when made
} Guard;

typedef struct Compiler {
    Plan *plan;
    Context *context;
    Module *module;
    Arena *arena;
    Map variables, buffers;
    VECTOR(VariableInfo) variable_infos;
    int32_t top; // of the frame
    int nesting;
    Effects *launch; // of the launch being compiled; NULL outside
    // The program being made, and the expressions it has evaluated: [0] for all lanes, [1] for lane 0 only.
    VECTOR(Instruction) program;
    uint32_t operations;
    bool lane_zero;
    Slotted *memo[2];
    uint32_t memo_capacity[2];
    uint32_t stamp;
    VECTOR(RememberedExpr) remembered; // in the order of evaluation, to forget those of a guarded branch
    LinearMemo *linear;
    uint32_t linear_capacity, linear_stamp;
    // The T.Parallel nest being compiled.
    VECTOR(NestVariable) nest;
    bool in_nest, nest_checked;
    // The row loop being compiled.
    bool in_row;
    int row_variable; // place in nest
    bool row_refused; // something in it needs a loop lane by lane
    Guard *guard;     // NULL: every lane takes part
} Compiler;

uint32_t map_number(Arena *arena, Map *map, const void *key, bool *added); // numbers keys in order of first sight
VariableInfo *compile_variable(Compiler *compiler, const Variable *variable);
int compile_buffer(Compiler *compiler, Buffer *buffer);
// Notes what the code being compiled does to a buffer.
typedef enum Effect { EFFECT_READ, EFFECT_WRITE, EFFECT_ADD } Effect;
void compile_effect(Compiler *compiler, Effect effect, int buffer);
void oracle_enter(Compiler *compiler, Location location); // one level of nesting more
static inline void compile_leave(Compiler *compiler) { compiler->nesting--; }

// compile_expression.c
Slot compile_slot(Compiler *compiler, Domain domain, bool varying);
Slot compile_constant(Compiler *compiler, Domain domain, Lane lane);
void compile_begin(Compiler *compiler); // a new program
Program compile_end(Compiler *compiler);
Instruction *oracle_emit(Compiler *compiler, RunRow run, Slot target, DType type);
Slot compile_value(Compiler *compiler, const Expr *expr, Domain domain, Location location);
Slot compile_condition(Compiler *compiler, const Expr *expr, Location location);
Slot compile_guard(Compiler *compiler, Guard *guard); // its mask
Access *compile_access(Compiler *compiler, Buffer *buffer, const Expr *const indices[], Location location);

// linear.c
Linear linear_of(Compiler *compiler, const Expr *expr);
// Lanes' difference when the form is linear over the row; false if it is not.
bool linear_step(const Compiler *compiler, const Linear *form, int64_t *step);
// True if different iterations of the nest's parallel loops never give the same indices.
bool linear_injective(Compiler *compiler, int rank, const Linear forms[]);
// Adds a variable to the nest and returns its place.
int nest_add(Compiler *compiler, const Variable *variable, bool parallel, int64_t extent);

// compile_statement.c
NodeList compile_block(Compiler *compiler, const Block *block);
Node *compile_node(Compiler *compiler, const Statement *statement, RunNode run);

// compile_loop.c
Node *compile_for(Compiler *compiler, const Statement *statement);
// compile_operation.c
Node *compile_operation(Compiler *compiler, const Statement *statement);

#endif
