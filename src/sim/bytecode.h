// Thread programs as the simulator runs them: a statement tree becomes, once, a flat list of three-address operations
// on scalar registers, with the chip's instructions between them.
#ifndef TTILE_SIM_BYTECODE_H
#define TTILE_SIM_BYTECODE_H

#include "program/program.h"

typedef union Scalar {
    int64_t i;
    double f;
} Scalar;

// a, b, c are registers unless said otherwise. Behind the named ones come, for every ExprOp, one code for integers
// (CODE_INTEGER + op) and one for reals (CODE_REAL + op): a = b op c.
typedef enum CodeOp {
    CODE_INSTRUCTION, // target: place in ThreadCode.instructions
    CODE_COPY,        // a = b
    CODE_ADD,
    CODE_SUB,
    CODE_MUL, // 64 bits wide
    CODE_ADD32,
    CODE_SUB32,
    CODE_MUL32, // wrapped to int32
    CODE_FLOORDIV,
    CODE_FLOORMOD,
    CODE_EQ,
    CODE_NE,
    CODE_LT,
    CODE_LE,
    CODE_GT,
    CODE_GE,
    CODE_NOT,
    CODE_TO_REAL,    // a = b
    CODE_TO_INTEGER, // a = b, towards zero
    CODE_ROUND,      // a = a as stored in the real type b
    CODE_WRAP,       // a = a as stored in the integer type b
    CODE_JUMP,       // to target
    CODE_JUMP_BACK,  // the same, and a turn of a loop
    CODE_JUMP_ZERO,  // to target if a is 0
    CODE_JUMP_NONZERO,
    CODE_LOOP_ENTER, // registers a: variable, a + 1: turns left, a + 2: step; to target if there are none
    CODE_LOOP_NEXT,  // to target if turns are left
    CODE_ASSERT,     // a must not be 0
    CODE_END,
    CODE_INTEGER,
    CODE_REAL = CODE_INTEGER + OP_COUNT
} CodeOp;

typedef struct Code {
    uint16_t op, a;
    union {
        struct {
            uint16_t b, c;
        };
        int32_t target;
    };
} Code;

typedef struct SimCore SimCore;
typedef struct ThreadState ThreadState;
typedef struct CodeInstruction CodeInstruction;

// What became of an instruction, or of a thread that was let run.
typedef enum Outcome {
    OUTCOME_DONE,
    OUTCOME_BLOCKED, // waits for another thread; nothing was changed, the instruction is tried again
    OUTCOME_YIELD,   // must let others catch up in simulated time first; tried again
    OUTCOME_FAILED,  // broke a rule
    OUTCOME_ENDED    // the thread's program is over
} Outcome;

typedef Outcome (*Handler)(SimCore *core, ThreadState *thread, const CodeInstruction *in, const Scalar *values);
typedef enum Mode { MODE_NUMBERS, MODE_TIMING, MODE_COUNT } Mode;

enum { PART_UNPACK = 1, PART_MATH = 2, PART_PACK = 4 }; // of the engine: which of its three cores act on an instruction

struct CodeInstruction {
    const Instruction *row;
    const Statement *statement;
    Handler handlers[MODE_COUNT];
    int scalar_count;
    uint16_t scalars[MAX_OPERANDS]; // registers of the scalar operands, in order
    int16_t buffers[3];             // places in the machine's table, in order of the operands
    int16_t tensor;
    int16_t semaphore;         // place in the program's list; -1: none
    int8_t source_a, source_b; // which of `buffers` goes through SrcA and SrcB; -1: none
    uint8_t parts;             // of the engine
    bool flag;                 // a word operand holds its second word: reverse, column
    uint16_t scalar_work;      // scalar operations that give its operands
};

typedef struct ArgumentSlot {
    uint16_t slot;
    const RuntimeArgument *argument;
} ArgumentSlot;

typedef struct ThreadCode {
    const ThreadProgram *program;
    VECTOR(Code) codes;
    VECTOR(const Statement *) places; // of each code; NULL for the end
    VECTOR(CodeInstruction) instructions;
    VECTOR(Scalar) registers; // their values at the start
    VECTOR(ArgumentSlot) arguments;
} ThreadCode;

// A thread of a core, stopped between two instructions.
struct ThreadState {
    const ThreadCode *code; // NULL: the core has no program for it
    Thread thread;
    bool ended;
    uint32_t next; // place in `code->codes`
    Scalar *registers;
    int64_t budget; // instructions and turns of loops left
    int64_t turns;  // of loops, so far
    int64_t instructions;
    const CodeInstruction *at; // where it waits, when it does
};

#endif
