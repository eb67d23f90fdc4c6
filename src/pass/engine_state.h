// What the compute engine is set up for at a place of a program, as far as it is known there, and what a stretch of the
// program asks of it. For InsertSynchronization.
#ifndef TTILE_PASS_ENGINE_STATE_H
#define TTILE_PASS_ENGINE_STATE_H

#include "program/program.h"

// What an instruction of the matrix unit needs: its init with these formats and parameters.
typedef struct EngineConfig {
    InstructionId init;           // INSTR_NONE: unknown
    int source_a, source_b;       // format and way of unpacking, as a key; -1: does not matter
    int parameters[4];            // transpose, columns, rows, inner
    const Statement *instruction; // one that asks for it
} EngineConfig;

typedef struct EngineState {
    EngineConfig fpu;
    InstructionId sfpu;           // INSTR_NONE: unknown
    int source_a, source_b, pack; // keys; -1: unknown
} EngineState;

// What is asked of each part first, and whether it is asked for anything else later.
typedef struct EngineNeeds {
    EngineState first;
    const Statement *sfpu_instruction, *pack_instruction; // that ask first
    bool fpu_varies, sfpu_varies, source_a_varies, source_b_varies, pack_varies;
    bool fpu_anyway; // the first one stands in a loop whose turns end with another: it is asked for in there anyway
} EngineNeeds;

extern const EngineState engine_unknown;

int engine_source_key(const CircularBuffer *circular);
// The operand of that name in the instruction's row; -1 if it has none.
int engine_operand(const Instruction *instruction, const char *name);
EngineConfig engine_config(const Statement *statement);
bool engine_same_config(const EngineConfig *a, const EngineConfig *b);
// True if nothing has to be done for an instruction that needs `config`.
bool engine_holds(const EngineState *state, const EngineConfig *config);

// What holds in both states.
void engine_meet(EngineState *a, const EngineState *b);

EngineNeeds engine_no_needs(void);
void engine_note_fpu(EngineNeeds *needs, const EngineConfig *config);
void engine_note_sfpu(EngineNeeds *needs, const Statement *statement);
void engine_note_pack(EngineNeeds *needs, const Statement *statement);

// A loop whose body asks for `needs` and, entered in a state of which nothing is known, ends in `end`. What is known at
// its head in every turn, entered in `entry`:
EngineState engine_at_head(const EngineState *entry, const EngineNeeds *needs, const EngineState *end);

#endif
