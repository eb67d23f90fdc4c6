// InsertSynchronization: the calls that bring the engine into the state that the instructions need. Start-up first;
// before an instruction of the matrix or vector unit the reconfiguration and init that it asks for, unless they already
// hold; before a loop when its body begins and ends in the same state; the write barrier at the end.
#include <string.h>

#include "ir/walk.h"
#include "pass/internal.h"
#include "program/program.h"

// What an FPU instruction needs: its init with these formats and parameters.
typedef struct Config {
    InstructionId init;           // INSTR_NONE: unknown
    int source_a, source_b;       // format and unpack mode; -1: does not matter
    int parameters[4];            // transpose, columns, rows, inner
    const Statement *instruction; // one that asks for it
} Config;

typedef struct State {
    Config fpu;
    InstructionId sfpu;
    int source_a, source_b, pack; // -1: unknown
    const Statement *sfpu_instruction, *pack_instruction;
} State;

typedef struct Sync {
    Function *function;
    Module *module;
    State state;
    State first; // what was first asked of each part since this was reset
    bool emit;
} Sync;

static const State unknown_state = {
    .fpu = {.init = INSTR_NONE}, .sfpu = INSTR_NONE, .source_a = -1, .source_b = -1, .pack = -1};

static int format_key(const CircularBuffer *circular) {
    return (int)circular->format * 2 + (circular->unpack == UNPACK_DST);
}

static bool same_config(const Config *a, const Config *b) {
    if (a->init != b->init || a->source_a != b->source_a || a->source_b != b->source_b) return false;
    for (int i = 0; i < 4; i++)
        if (a->parameters[i] != b->parameters[i]) return false;
    return true;
}

static int operand_index(const Instruction *instruction, const char *name) {
    OperandSpec specs[MAX_OPERANDS];
    int count = instruction_operands(instruction, specs);
    for (int i = 0; i < count; i++)
        if (!strcmp(specs[i].name, name)) return i;
    return -1;
}

static Config config_of(const Statement *statement) {
    static const char *const parameters[] = {"transpose", "columns", "rows", "inner"};
    const Instruction *instruction = instruction_of(statement);
    Config config = {.init = instruction->init, .source_a = -1, .source_b = -1, .instruction = statement};
    const Operand *operands = statement->op.operands;
    switch (instruction->effect) {
    case EFFECT_PRODUCT:
        config.source_b = format_key(operands[0].circular), config.source_a = format_key(operands[1].circular);
        break;
    case EFFECT_BINARY:
        config.source_a = format_key(operands[0].circular), config.source_b = format_key(operands[1].circular);
        break;
    case EFFECT_LOAD_B:
        config.source_b = format_key(operands[0].circular); // also through SrcA when it is unpacked to DST
    // fall through
    default: config.source_a = format_key(operands[0].circular); break;
    }
    const Instruction *init = instruction_at(instruction->init);
    for (int i = 0; i < 4; i++) {
        int index = operand_index(instruction, parameters[i]);
        int64_t value = 0;
        if (index >= 0 && operand_index(init, parameters[i]) >= 0) expr_constant(operands[index].expr, &value);
        config.parameters[i] = (int)value;
    }
    return config;
}

// ---------------------------------------------------------------- emission

static void insert(Sync *sync, Statement *place, InstructionId id, Location location, int count,
                   const Operand operands[]) {
    if (!sync->emit) return;
    block_insert_before(place,
                        build_operation(sync->module, &program_instructions.rows[id], location, count, operands));
}

static Operand order_operand(Sync *sync, bool reverse) {
    return operand_name(name_of(sync->module->context, reverse ? "reverse" : "regular"));
}

static void reconfigure(Sync *sync, const Config *config, Statement *place) {
    const Statement *instruction = config->instruction;
    const Operand *operands = instruction->op.operands;
    Effect effect = instruction_of(instruction)->effect;
    bool a_differs = config->source_a >= 0 && sync->state.source_a != config->source_a;
    bool b_differs = config->source_b >= 0 && sync->state.source_b != config->source_b;
    if (!a_differs && !b_differs) return;
    bool two = effect == EFFECT_PRODUCT || effect == EFFECT_BINARY;
    if (effect == EFFECT_LOAD_A) {
        insert(sync, place, INSTR_RECONFIG_SRCA, instruction->location, 1, operands);
    } else {
        Operand both[] = {operands[0], operands[two ? 1 : 0], order_operand(sync, effect == EFFECT_PRODUCT)};
        insert(sync, place, INSTR_RECONFIG, instruction->location, 3, both);
    }
    if (config->source_a >= 0) sync->state.source_a = config->source_a;
    if (config->source_b >= 0) sync->state.source_b = config->source_b;
}

// An init takes the operands of the instruction that have its operands' names.
static void initialize(Sync *sync, const Statement *instruction, Statement *place) {
    const Instruction *row = instruction_of(instruction), *init = instruction_at(row->init);
    Operand operands[MAX_OPERANDS];
    OperandSpec specs[MAX_OPERANDS];
    int count = instruction_operands(init, specs);
    for (int i = 0; i < count; i++) {
        int index = operand_index(row, specs[i].name);
        operands[i] = index >= 0 ? instruction->op.operands[index] : operand_expr(expr_int(sync->module, 0));
    }
    insert(sync, place, row->init, instruction->location, count, operands);
}

// ---------------------------------------------------------------- requirements

static void require_fpu(Sync *sync, const Statement *instruction, Statement *place) {
    Config config = config_of(instruction);
    if (sync->first.fpu.init == INSTR_NONE) sync->first.fpu = config;
    bool formats_hold = (config.source_a < 0 || config.source_a == sync->state.source_a) &&
                        (config.source_b < 0 || config.source_b == sync->state.source_b);
    if (formats_hold && same_config(&config, &sync->state.fpu)) return;
    reconfigure(sync, &config, place);
    initialize(sync, instruction, place);
    sync->state.fpu = config;
}

static void require_sfpu(Sync *sync, const Statement *instruction, Statement *place) {
    InstructionId init = instruction_of(instruction)->init;
    if (sync->first.sfpu == INSTR_NONE) sync->first.sfpu = init, sync->first.sfpu_instruction = instruction;
    if (sync->state.sfpu == init) return;
    initialize(sync, instruction, place);
    sync->state.sfpu = init;
}

static void require_pack(Sync *sync, const Statement *instruction, Statement *place) {
    const CircularBuffer *circular = instruction->op.operands[1].circular;
    int key = (int)circular->format;
    if (sync->first.pack < 0) sync->first.pack = key, sync->first.pack_instruction = instruction;
    if (sync->state.pack == key) return;
    Operand operands[] = {operand_circular((CircularBuffer *)circular)};
    insert(sync, place, INSTR_PACK_RECONFIG, instruction->location, 1, operands);
    sync->state.pack = key;
}

static void require(Sync *sync, Statement *statement) {
    const Instruction *instruction = instruction_of(statement);
    if (!instruction || instruction->effect == EFFECT_INIT) return;
    if (instruction->unit == UNIT_FPU && instruction->init != INSTR_NONE) require_fpu(sync, statement, statement);
    if (instruction->unit == UNIT_SFPU) require_sfpu(sync, statement, statement);
    if (instruction->effect == EFFECT_PACK || instruction->effect == EFFECT_PACK_AT)
        require_pack(sync, statement, statement);
}

// ---------------------------------------------------------------- control flow

static void visit_block(Sync *sync, Block *block);

static void meet(State *a, const State *b) {
    if (!same_config(&a->fpu, &b->fpu)) a->fpu = unknown_state.fpu;
    if (a->sfpu != b->sfpu) a->sfpu = INSTR_NONE;
    if (a->source_a != b->source_a) a->source_a = -1;
    if (a->source_b != b->source_b) a->source_b = -1;
    if (a->pack != b->pack) a->pack = -1;
}

static void visit_branch(Sync *sync, Statement *branch) {
    State before = sync->state;
    visit_block(sync, branch->branch.then);
    State then = sync->state;
    sync->state = before;
    if (branch->branch.otherwise) visit_block(sync, branch->branch.otherwise);
    meet(&sync->state, &then);
}

// What is asked first in the body and still holds at its end is established once, before the loop.
static void hoist(Sync *sync, const State *first, const State *end, Statement *loop) {
    if (first->fpu.init != INSTR_NONE && same_config(&first->fpu, &end->fpu))
        require_fpu(sync, first->fpu.instruction, loop);
    if (first->sfpu != INSTR_NONE && first->sfpu == end->sfpu) require_sfpu(sync, first->sfpu_instruction, loop);
    if (first->pack >= 0 && first->pack == end->pack) require_pack(sync, first->pack_instruction, loop);
}

static void visit_loop(Sync *sync, Statement *loop, Block *body) {
    Sync trial = {.function = sync->function, .module = sync->module, .state = unknown_state, .first = unknown_state};
    visit_block(&trial, body);
    hoist(sync, &trial.first, &trial.state, loop);
    State entry = sync->state;
    if (trial.first.fpu.init != INSTR_NONE && !same_config(&trial.state.fpu, &entry.fpu)) entry.fpu = unknown_state.fpu;
    if (trial.first.sfpu != INSTR_NONE && trial.state.sfpu != entry.sfpu) entry.sfpu = INSTR_NONE;
    if (trial.state.source_a >= 0 && trial.state.source_a != entry.source_a) entry.source_a = -1;
    if (trial.state.source_b >= 0 && trial.state.source_b != entry.source_b) entry.source_b = -1;
    if (trial.first.pack >= 0 && trial.state.pack != entry.pack) entry.pack = -1;
    sync->state = entry;
    visit_block(sync, body);
    meet(&sync->state, &entry);
}

static void visit_block(Sync *sync, Block *block) {
    for (Statement *s = block->first; s; s = s->next) {
        if (s->kind == STATEMENT_OPERATION)
            require(sync, s);
        else if (s->kind == STATEMENT_IF)
            visit_branch(sync, s);
        else if (s->kind == STATEMENT_FOR)
            visit_loop(sync, s, s->loop.body);
        else if (s->kind == STATEMENT_WHILE)
            visit_loop(sync, s, s->branch.then);
        else if (s->kind == STATEMENT_LAUNCH) // will be a loop over items
            visit_loop(sync, s, s->launch.body);
    }
}

// ---------------------------------------------------------------- start and end

typedef struct Firsts {
    const Statement *fpu, *pack;
    bool writes;
} Firsts;

static void find_firsts(Statement *statement, void *user) {
    Firsts *firsts = user;
    const Instruction *instruction = statement->kind == STATEMENT_OPERATION ? instruction_of(statement) : NULL;
    if (!instruction) return;
    if (instruction->effect == EFFECT_NOC_WRITE) firsts->writes = true;
    if (!firsts->fpu && instruction->unit == UNIT_FPU && instruction->init != INSTR_NONE) firsts->fpu = statement;
    if (!firsts->pack && (instruction->effect == EFFECT_PACK || instruction->effect == EFFECT_PACK_AT))
        firsts->pack = statement;
}

static void start_up(Sync *sync, Block *body) {
    Firsts firsts = {0};
    walk_statements(body, find_firsts, &firsts);
    if (!firsts.pack) return; // computes nothing
    const Statement *fpu = firsts.fpu;
    Effect effect = fpu ? instruction_of(fpu)->effect : EFFECT_LOAD_A;
    bool two = effect == EFFECT_PRODUCT || effect == EFFECT_BINARY;
    Operand out = firsts.pack->op.operands[1];
    Operand in0 = fpu ? fpu->op.operands[0] : out, in1 = fpu ? fpu->op.operands[two ? 1 : 0] : out;
    Operand operands[] = {in0, in1, out, order_operand(sync, effect == EFFECT_PRODUCT)};
    Statement *first = body->first;
    sync->emit = true;
    insert(sync, first, INSTR_STARTUP, sync->function->location, 4, operands);
    bool reverse = effect == EFFECT_PRODUCT;
    sync->state.source_a = format_key(reverse ? in1.circular : in0.circular);
    sync->state.source_b = format_key(reverse ? in0.circular : in1.circular);
    sync->state.pack = (int)out.circular->format;
}

static void finish_writes(Function *function, Block *body) {
    Firsts firsts = {0};
    walk_statements(body, find_firsts, &firsts);
    if (firsts.writes)
        emit_instruction(function->module, body, INSTR_NOC_ASYNC_WRITE_BARRIER, function->location, 0, NULL);
}

static void run(Function *function, const CompileOptions *options) {
    (void)options;
    for (uint32_t i = 0; i < function->threads.count; i++) {
        Block *body = function->threads.items[i]->body;
        if (function->threads.items[i]->thread == THREAD_COMPUTE) {
            Sync sync = {.function = function,
                         .module = function->module,
                         .state = unknown_state,
                         .first = unknown_state,
                         .emit = true};
            start_up(&sync, body);
            visit_block(&sync, body);
        } else {
            finish_writes(function, body);
        }
    }
    hold(function, ATTR_SYNCHRONIZED);
}

const Pass pass_insert_synchronization = {
    .name = "InsertSynchronization",
    .file = "insert-synchronization",
    .summary = "start-up, init and format reconfiguration calls, hoisted; the write barrier",
    .requires = ATTR_BIT(SECTIONS),
    .provides = ATTR_BIT(SYNCHRONIZED),
    .run = run,
};
