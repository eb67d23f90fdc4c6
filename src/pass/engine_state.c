// The states of the compute engine that InsertSynchronization tells apart, and how they meet.
#include "pass/engine_state.h"

#include <string.h>

#include "ir/build.h"

const EngineState engine_unknown = {
    .fpu = {.init = INSTR_NONE}, .sfpu = INSTR_NONE, .source_a = -1, .source_b = -1, .pack = -1};

int engine_source_key(const CircularBuffer *circular) {
    return (int)circular->format * 2 + (circular->unpack == UNPACK_DST);
}

bool engine_same_config(const EngineConfig *a, const EngineConfig *b) {
    if (a->init != b->init || a->source_a != b->source_a || a->source_b != b->source_b) return false;
    for (int i = 0; i < 4; i++)
        if (a->parameters[i] != b->parameters[i]) return false;
    return true;
}

bool engine_holds(const EngineState *state, const EngineConfig *config) {
    return (config->source_a < 0 || config->source_a == state->source_a) &&
           (config->source_b < 0 || config->source_b == state->source_b) && engine_same_config(config, &state->fpu);
}

int engine_operand(const Instruction *instruction, const char *name) {
    OperandSpec specs[MAX_OPERANDS];
    int count = instruction_operands(instruction, specs);
    for (int i = 0; i < count; i++)
        if (!strcmp(specs[i].name, name)) return i;
    return -1;
}

EngineConfig engine_config(const Statement *statement) {
    static const char *const parameters[] = {"transpose", "columns", "rows", "inner"};
    const Instruction *instruction = instruction_of(statement);
    EngineConfig config = {.init = instruction->init, .source_a = -1, .source_b = -1, .instruction = statement};
    const Operand *operands = statement->op.operands;
    switch (instruction->effect) {
    case EFFECT_PRODUCT:
        config.source_b = engine_source_key(operands[0].circular);
        config.source_a = engine_source_key(operands[1].circular);
        break;
    case EFFECT_BINARY:
        config.source_a = engine_source_key(operands[0].circular);
        config.source_b = engine_source_key(operands[1].circular);
        break;
    case EFFECT_LOAD_B:
        config.source_b = engine_source_key(operands[0].circular); // also through SrcA when it is unpacked to DST
    // fall through
    default: config.source_a = engine_source_key(operands[0].circular); break;
    }
    const Instruction *init = instruction_at(instruction->init);
    for (int i = 0; i < 4; i++) {
        int index = engine_operand(instruction, parameters[i]);
        int64_t value = 0;
        if (index >= 0 && engine_operand(init, parameters[i]) >= 0) expr_constant(operands[index].expr, &value);
        config.parameters[i] = (int)value;
    }
    return config;
}

void engine_meet(EngineState *a, const EngineState *b) {
    if (!engine_same_config(&a->fpu, &b->fpu)) a->fpu = engine_unknown.fpu;
    if (a->sfpu != b->sfpu) a->sfpu = INSTR_NONE;
    if (a->source_a != b->source_a) a->source_a = -1;
    if (a->source_b != b->source_b) a->source_b = -1;
    if (a->pack != b->pack) a->pack = -1;
}

// ---------------------------------------------------------------- needs

EngineNeeds engine_no_needs(void) { return (EngineNeeds){.first = engine_unknown}; }

static void note(int *first, bool *varies, int key) {
    if (key < 0) return;
    if (*first < 0)
        *first = key;
    else if (*first != key)
        *varies = true;
}

void engine_note_fpu(EngineNeeds *needs, const EngineConfig *config) {
    note(&needs->first.source_a, &needs->source_a_varies, config->source_a);
    note(&needs->first.source_b, &needs->source_b_varies, config->source_b);
    if (needs->first.fpu.init == INSTR_NONE)
        needs->first.fpu = *config;
    else if (!engine_same_config(&needs->first.fpu, config))
        needs->fpu_varies = true;
}

void engine_note_sfpu(EngineNeeds *needs, const Statement *statement) {
    InstructionId init = instruction_of(statement)->init;
    if (needs->first.sfpu == INSTR_NONE) {
        needs->first.sfpu = init;
        needs->sfpu_instruction = statement;
    } else if (needs->first.sfpu != init) {
        needs->sfpu_varies = true;
    }
}

void engine_note_pack(EngineNeeds *needs, const Statement *statement) {
    if (needs->first.pack < 0) needs->pack_instruction = statement;
    note(&needs->first.pack, &needs->pack_varies, (int)statement->op.operands[1].circular->format);
}

// ---------------------------------------------------------------- loops

// A setting stays what it is on entry if the body does not touch it, ends with it, or never asks for another.
static bool stays(int entry, int first, bool varies, int end) {
    return first < 0 || end == entry || (!varies && first == entry);
}

static bool config_stays(const EngineConfig *entry, const EngineNeeds *needs, const EngineConfig *end) {
    return needs->first.fpu.init == INSTR_NONE || engine_same_config(end, entry) ||
           (!needs->fpu_varies && engine_same_config(&needs->first.fpu, entry));
}

EngineState engine_at_head(const EngineState *entry, const EngineNeeds *needs, const EngineState *end) {
    const EngineState *first = &needs->first;
    EngineState head = *entry;
    if (!config_stays(&entry->fpu, needs, &end->fpu)) head.fpu = engine_unknown.fpu;
    if (!stays(entry->sfpu, first->sfpu, needs->sfpu_varies, end->sfpu)) head.sfpu = INSTR_NONE;
    if (!stays(entry->source_a, first->source_a, needs->source_a_varies, end->source_a)) head.source_a = -1;
    if (!stays(entry->source_b, first->source_b, needs->source_b_varies, end->source_b)) head.source_b = -1;
    if (!stays(entry->pack, first->pack, needs->pack_varies, end->pack)) head.pack = -1;
    return head;
}
