// SplitDataflow: the body becomes three thread programs. Each thread keeps its own nests and its ends of the circular
// buffers, with the control flow around them; reads and writes become NoC instructions.
#include "ir/walk.h"
#include "pass/dst.h"
#include "pass/movement.h"
#include "program/program.h"

typedef struct Split {
    Function *function;
    Module *module;
    Thread thread;
    VECTOR(Buffer *) scalars; // of the threads before
} Split;

static Thread thread_of_nest(const Function *function, const Statement *nest) {
    NestKind kind = nest_kind(nest);
    if (kind != NEST_READ) return kind == NEST_WRITE ? THREAD_WRITER : THREAD_COMPUTE;
    while (nest->kind == STATEMENT_FOR) nest = nest->loop.body->first;
    const CircularBuffer *circular = circular_of(function, nest->store.buffer);
    return circular ? circular->producer : THREAD_READER; // nobody reads what has none
}

static bool call_belongs(const Split *split, const Statement *statement) {
    const Instruction *instruction = instruction_of(statement);
    const CircularBuffer *circular = statement->op.operands[0].circular;
    bool produces = instruction->effect == EFFECT_RESERVE || instruction->effect == EFFECT_PUSH;
    return (produces ? circular->producer : circular->consumer) == split->thread;
}

static void keep_own(Split *split, Block *block);

static void keep_inside(Split *split, Statement *statement) {
    Block *blocks[2];
    int count = statement_blocks(statement, blocks);
    for (int i = 0; i < count; i++) keep_own(split, blocks[i]);
}

static void keep_own(Split *split, Block *block) {
    for (Statement *s = block->first, *next; s; s = next) {
        next = s->next;
        if (s->kind == STATEMENT_FOR && s->loop.kind == FOR_PIPELINED) {
            s->loop.kind = FOR_SERIAL;
            s->loop.stages = -1;
        }
        if (is_nest(s)) {
            if (thread_of_nest(split->function, s) != split->thread) statement_remove(s);
        } else if (s->kind == STATEMENT_OPERATION) {
            if (!call_belongs(split, s)) statement_remove(s);
        } else if (s->kind == STATEMENT_ALLOC) {
            if (is_on_chip(s->alloc) && split->thread != THREAD_COMPUTE) statement_remove(s);
        } else if (s->kind == STATEMENT_ASSERT) {
            if (split->thread != THREAD_READER) statement_remove(s);
        } else {
            keep_inside(split, s);
        }
    }
}

// ---------------------------------------------------------------- scalars

typedef struct Renaming {
    const Buffer *from;
    Buffer *to;
} Renaming;

static const Expr *rename_load(Module *module, const Expr *expr, void *user) {
    const Renaming *renaming = user;
    bool loads = expr->kind == EXPR_LOAD && expr->buffer == renaming->from;
    return loads ? expr_load(module, renaming->to, NULL) : expr;
}

static void rename_statement(Statement *statement, void *user) {
    const Renaming *renaming = user;
    if (statement->kind == STATEMENT_STORE && statement->store.buffer == renaming->from)
        statement->store.buffer = renaming->to;
    if (statement->kind == STATEMENT_ALLOC && statement->alloc == renaming->from) statement->alloc = renaming->to;
}

static void find_scalars(Statement *statement, void *user) {
    Split *split = user;
    if (statement->kind == STATEMENT_ALLOC && statement->alloc->scope == SCOPE_VAR)
        vector_push(&split->module->context->scratch, split->scalars, statement->alloc);
}

// A thread has scalars of its own.
static void own_scalars(Split *split, Block *body) {
    uint32_t before = split->scalars.count;
    walk_statements(body, find_scalars, split);
    for (uint32_t i = before; i < split->scalars.count; i++) {
        const Buffer *scalar = split->scalars.items[i];
        bool taken = false;
        for (uint32_t k = 0; k < before; k++) taken |= split->scalars.items[k] == scalar;
        if (!taken) continue;
        Renaming renaming = {
            scalar, buffer_new(split->function, SCOPE_VAR, scalar->name, scalar->type, 0, NULL, scalar->location)};
        map_block_expressions(split->module, body, rename_load, &renaming);
        walk_statements(body, rename_statement, &renaming);
    }
}

static void lower_movement(Split *split, Block *block) {
    for (Statement *s = block->first, *next; s; s = next) {
        next = s->next;
        if (is_nest(s)) {
            NestKind kind = nest_kind(s);
            if (kind == NEST_READ) lower_read_nest(split->function, s);
            if (kind == NEST_WRITE) lower_write_nest(split->function, s);
            continue;
        }
        Block *blocks[2];
        int count = statement_blocks(s, blocks);
        for (int i = 0; i < count; i++) lower_movement(split, blocks[i]);
    }
}

// Resident tiles are made once, before the work items.
static void add_resident_tiles(Split *split, Block *body) {
    Module *module = split->module;
    Function *function = split->function;
    Statement *place = body->first;
    for (uint32_t i = 0; i < function->circular_buffers.count; i++) {
        CircularBuffer *circular = function->circular_buffers.items[i];
        if (!circular->constant) continue;
        Block *block = block_new(module, NULL);
        Operand call[] = {operand_circular(circular), operand_expr(expr_int(module, circular->window))};
        if (split->thread == circular->producer) {
            bool row = circular->constant == name_of(module->context, "row_index");
            Operand fill[] = {operand_circular(circular), operand_expr(expr_int(module, 0)),
                              operand_name(name_of(module->context, row ? "row" : "column"))};
            emit_instruction(module, block, INSTR_CB_RESERVE_BACK, function->location, 2, call);
            emit_instruction(module, block, INSTR_FILL_PAGE_INDEX, function->location, 3, fill);
            emit_instruction(module, block, INSTR_CB_PUSH_BACK, function->location, 2, call);
        } else if (split->thread == circular->consumer) {
            emit_instruction(module, block, INSTR_CB_WAIT_FRONT, function->location, 2, call);
        }
        while (block->first) {
            Statement *statement = block->first;
            statement_remove(statement);
            block_insert_before(place, statement);
        }
    }
}

// Without prefetch the reader starts an item only when everything of the one before is consumed.
static void hold_back_reader(Split *split, Statement *launch) {
    for (uint32_t i = 0; i < split->function->circular_buffers.count; i++) {
        CircularBuffer *circular = split->function->circular_buffers.items[i];
        if (circular->producer != THREAD_READER || circular->resident) continue;
        Operand call[] = {operand_circular(circular), operand_expr(expr_int(split->module, circular->pages))};
        Statement *reserve = build_operation(split->module, &program_instructions.rows[INSTR_CB_RESERVE_BACK],
                                             launch->location, 2, call);
        block_insert_before(launch->launch.body->first, reserve);
    }
}

static void add_thread(Split *split, Thread thread, const CompileOptions *options) {
    Function *function = split->function;
    split->thread = thread;
    ThreadProgram *program = arena_new(&function->module->context->unit, ThreadProgram);
    program->thread = thread;
    program->body = block_clone(function->module, function->body, NULL);
    keep_own(split, program->body);
    drop_unused(program->body);
    own_scalars(split, program->body);
    lower_movement(split, program->body);
    if (thread != THREAD_COMPUTE) dissolve_unit_loops(function->module, program->body, false);
    add_resident_tiles(split, program->body);
    Statement *launch = block_launch(program->body);
    if (thread == THREAD_READER && !options->prefetch && launch->launch.body->first) hold_back_reader(split, launch);
    vector_push(&function->module->context->unit, function->threads, program);
}

static void run(Function *function, const CompileOptions *options) {
    Split split = {.function = function, .module = function->module};
    for (int thread = 0; thread < THREAD_COUNT; thread++) add_thread(&split, (Thread)thread, options);
    function->body = NULL;
    function->is_compiled = !function->is_claimed;
    hold(function, ATTR_THREADS);
}

const Pass pass_split_dataflow = {
    .name = "SplitDataflow",
    .file = "split-dataflow",
    .summary = "reader, compute and writer programs; reads and writes become NoC instructions",
    .requires = ATTR_BIT(FLOW_CONTROL),
    .provides = ATTR_BIT(THREADS),
    .run = run,
};
