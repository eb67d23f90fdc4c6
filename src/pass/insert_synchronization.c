// InsertSynchronization: the calls that bring the engine into the state that the instructions need. Start-up first;
// before an instruction of the matrix or vector unit the reconfiguration and init that it asks for, unless they already
// hold; before a loop when its body begins and ends in the same state; the write barrier at the end.
#include "ir/build.h"
#include "ir/walk.h"
#include "pass/engine_state.h"
#include "pass/internal.h"
#include "pass/items_together.h"

// What was found out about a loop's body: it does not depend on where the loop stands.
typedef struct LoopSummary {
    const Statement *loop;
    EngineNeeds needs;
    EngineState end; // of a turn that begins with nothing known
} LoopSummary;

typedef struct LoopSummaries {
    VECTOR(LoopSummary) list;
} LoopSummaries;

typedef struct Sync {
    Function *function;
    Module *module;
    LoopSummaries *summaries;
    EngineState state;
    EngineNeeds needs; // since the beginning of the body under way
    bool one_item;     // no core works on more
    bool emit;
} Sync;

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

static void reconfigure(Sync *sync, const EngineConfig *config, Statement *place) {
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
        int index = engine_operand(row, specs[i].name);
        operands[i] = index >= 0 ? instruction->op.operands[index] : operand_expr(expr_int(sync->module, 0));
    }
    insert(sync, place, row->init, instruction->location, count, operands);
}

// ---------------------------------------------------------------- requirements

static void require_fpu(Sync *sync, const Statement *instruction, Statement *place) {
    EngineConfig config = engine_config(instruction);
    engine_note_fpu(&sync->needs, &config);
    if (engine_holds(&sync->state, &config)) return;
    reconfigure(sync, &config, place);
    initialize(sync, instruction, place);
    sync->state.fpu = config;
}

static void require_sfpu(Sync *sync, const Statement *instruction, Statement *place) {
    InstructionId init = instruction_of(instruction)->init;
    engine_note_sfpu(&sync->needs, instruction);
    if (sync->state.sfpu == init) return;
    initialize(sync, instruction, place);
    sync->state.sfpu = init;
}

static void require_pack(Sync *sync, const Statement *instruction, Statement *place) {
    const CircularBuffer *circular = instruction->op.operands[1].circular;
    engine_note_pack(&sync->needs, instruction);
    if (sync->state.pack == (int)circular->format) return;
    Operand operands[] = {operand_circular((CircularBuffer *)circular)};
    insert(sync, place, INSTR_PACK_RECONFIG, instruction->location, 1, operands);
    sync->state.pack = (int)circular->format;
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

static void visit_branch(Sync *sync, Statement *branch) {
    EngineState before = sync->state;
    visit_block(sync, branch->branch.then);
    EngineState then = sync->state;
    sync->state = before;
    if (branch->branch.otherwise) visit_block(sync, branch->branch.otherwise);
    engine_meet(&sync->state, &then);
}

static LoopSummary summarize(Sync *sync, const Statement *loop, Block *body) {
    for (uint32_t i = 0; i < sync->summaries->list.count; i++)
        if (sync->summaries->list.items[i].loop == loop) return sync->summaries->list.items[i];
    Sync trial = {.function = sync->function,
                  .module = sync->module,
                  .summaries = sync->summaries,
                  .one_item = sync->one_item,
                  .state = engine_unknown,
                  .needs = engine_no_needs()};
    visit_block(&trial, body);
    LoopSummary summary = {loop, trial.needs, trial.state};
    vector_push(&sync->module->context->scratch, sync->summaries->list, summary);
    return summary;
}

// What every turn would ask for is established once, before the loop: the body asks for nothing else, or asks for it
// first and ends with it.
static void hoist(Sync *sync, const LoopSummary *summary, Statement *loop) {
    const EngineNeeds *needs = &summary->needs;
    const EngineState *first = &needs->first, *end = &summary->end;
    bool returns = engine_same_config(&first->fpu, &end->fpu) && !needs->fpu_anyway;
    if (first->fpu.init != INSTR_NONE && (!needs->fpu_varies || returns))
        require_fpu(sync, first->fpu.instruction, loop);
    if (first->sfpu != INSTR_NONE && (!needs->sfpu_varies || first->sfpu == end->sfpu))
        require_sfpu(sync, needs->sfpu_instruction, loop);
    if (first->pack >= 0 && (!needs->pack_varies || first->pack == end->pack))
        require_pack(sync, needs->pack_instruction, loop);
}

static bool surely_runs(const Statement *loop) {
    int64_t turns;
    return loop->kind == STATEMENT_FOR && expr_constant(loop->loop.extent, &turns) && turns > 0;
}

// Every turn asks for the first configuration, whatever the loop begins with.
static bool asks_anyway(const LoopSummary *summary) {
    const EngineNeeds *needs = &summary->needs;
    return needs->fpu_anyway || (needs->fpu_varies && !engine_same_config(&needs->first.fpu, &summary->end.fpu));
}

static void visit_loop(Sync *sync, Statement *loop, Block *body) {
    LoopSummary summary = summarize(sync, loop, body);
    if (sync->needs.first.fpu.init == INSTR_NONE) sync->needs.fpu_anyway |= asks_anyway(&summary);
    hoist(sync, &summary, loop);
    bool has_one_turn = loop->kind == STATEMENT_LAUNCH && sync->one_item;
    EngineState head = sync->state;
    if (!has_one_turn) head = engine_at_head(&sync->state, &summary.needs, &summary.end);
    sync->state = head;
    visit_block(sync, body);
    if (!surely_runs(loop)) engine_meet(&sync->state, &head);
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
    const Instruction *instruction = instruction_of(statement);
    if (!instruction) return;
    if (instruction->effect == EFFECT_NOC_WRITE) firsts->writes = true;
    if (!firsts->fpu && instruction->unit == UNIT_FPU && instruction->init != INSTR_NONE) firsts->fpu = statement;
    if (!firsts->pack && (instruction->effect == EFFECT_PACK || instruction->effect == EFFECT_PACK_AT))
        firsts->pack = statement;
}

static void start_up(Sync *sync, Block *body) {
    Firsts firsts = {0};
    walk_statements(body, find_firsts, &firsts);
    if (!firsts.pack && !firsts.fpu) return; // computes nothing
    const Statement *fpu = firsts.fpu;
    Effect effect = fpu ? instruction_of(fpu)->effect : EFFECT_LOAD_A;
    bool two = effect == EFFECT_PRODUCT || effect == EFFECT_BINARY;
    Operand out = firsts.pack ? firsts.pack->op.operands[1] : fpu->op.operands[0];
    Operand in0 = fpu ? fpu->op.operands[0] : out, in1 = fpu ? fpu->op.operands[two ? 1 : 0] : out;
    Operand operands[] = {in0, in1, out, order_operand(sync, effect == EFFECT_PRODUCT)};
    Statement *first = body->first;
    sync->emit = true;
    insert(sync, first, INSTR_STARTUP, sync->function->location, 4, operands);
    bool reverse = effect == EFFECT_PRODUCT;
    sync->state.source_a = engine_source_key(reverse ? in1.circular : in0.circular);
    sync->state.source_b = engine_source_key(reverse ? in0.circular : in1.circular);
    sync->state.pack = (int)out.circular->format;
}

static void finish_writes(Function *function, Block *body) {
    Firsts firsts = {0};
    walk_statements(body, find_firsts, &firsts);
    if (firsts.writes)
        emit_instruction(function->module, body, INSTR_NOC_ASYNC_WRITE_BARRIER, function->location, 0, NULL);
}

static void run(Function *function, const CompileOptions *options) {
    for (uint32_t i = 0; i < function->threads.count; i++) {
        Block *body = function->threads.items[i]->body;
        if (function->threads.items[i]->thread == THREAD_COMPUTE) {
            LoopSummaries summaries = {0};
            Sync sync = {.function = function,
                         .module = function->module,
                         .summaries = &summaries,
                         .state = engine_unknown,
                         .needs = engine_no_needs(),
                         .one_item = one_group_each(function, options),
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
    .precedes = ATTR_BIT(SYNCHRONIZED),
    .run = run,
};
