// ScheduleDST: computing nests become loops over DST sections. Each section works on a subblock of tiles, of a shape
// that suits the engine; products use matmul_block, which unpacks each operand tile once for a whole row or column of
// the subblock.
#include "ir/walk.h"
#include "pass/dst_section.h"
#include "pass/first_terms.h"
#include "pass/subblock.h"

typedef struct Scheduling {
    Function *function;
    Module *module;
    int capacity; // DST tiles of a section
    bool fp32;
    const Target *target;
    MathFidelity fidelity;
    FirstTerms first_terms;
} Scheduling;

// ---------------------------------------------------------------- subblocks

// What the products of a nest allow: their operands' pages must be evenly spaced along the subblock's sides.
static const Expr *limit_by_products(Scheduling *work, const NestLoops *loops, const Variable *row,
                                     const Variable *column, SubblockLimits *limits) {
    const Expr *product = NULL;
    for (Statement *s = loops->first; s; s = s == loops->last ? NULL : s->next) {
        const Statement *store = product_store(s);
        if (!is_product_store(store)) continue;
        int64_t a_row, a_column, b_row, b_column;
        product = store->store.value;
        const Expr *a = store->store.value->args[1], *b = store->store.value->args[2];
        bool regular = slot_step(work->module, a, row, &a_row) && slot_step(work->module, a, column, &a_column) &&
                       slot_step(work->module, b, row, &b_row) && slot_step(work->module, b, column, &b_column);
        if (!regular || a_row <= 0 || b_row != 0) limits->most_rows = 1;
        if (!regular || a_column != 0 || b_column != 1) limits->most_columns = 1;
    }
    return product;
}

static int64_t constant_extent(const Statement *loop) {
    int64_t extent;
    return loop && expr_constant(loop->loop.extent, &extent) ? extent : 1;
}

static Subblock nest_subblock(Scheduling *work, const NestLoops *loops, const Statement *row, const Statement *column,
                              int registers) {
    SubblockLimits limits = {constant_extent(row), constant_extent(column), constant_extent(row),
                             constant_extent(column), work->capacity / registers};
    const Expr *product =
        limit_by_products(work, loops, row ? row->loop.variable : NULL, column ? column->loop.variable : NULL, &limits);
    if (!product) return choose_subblock(&limits, NULL);
    DType a = product->args[1]->type, b = product->args[2]->type;
    ProductCost cost = product_cost(work->target, work->fidelity, dtype_bytes(a) > dtype_bytes(b) ? a : b);
    return choose_subblock(&limits, &cost);
}

// ---------------------------------------------------------------- loops

// A serial loop over subblocks of `size` tiles; sets the first tile's index. Returns the block inside.
static Block *subblock_loop(Scheduling *work, Statement *loop, int size, Block *into, const Expr **start) {
    if (!loop) return into;
    Module *module = work->module;
    const Expr *turns = expr_floordiv(module, loop->loop.extent, expr_int(module, size));
    if (expr_is_int(turns, 1)) {
        *start = expr_int(module, 0);
        return into;
    }
    Variable *variable =
        size == 1 ? loop->loop.variable
                  : variable_new(work->function, VARIABLE_LOOP, loop->loop.variable->name, DTYPE_INT32, loop->location);
    Statement *blocks = build_for(module, FOR_SERIAL, variable, turns, loop->location);
    *start = expr_mul(module, expr_variable(module, variable), expr_int(module, size));
    block_append(into, blocks);
    return blocks->loop.body;
}

static void accumulate_in_l1(Scheduling *work, Statement *nest, Block *into, const Expr *enable) {
    Operand operands[] = {operand_expr(enable)};
    emit_instruction(work->module, into, INSTR_PACK_L1_ACC, nest->location, 1, operands);
}

// The packer need not stop adding when nothing is packed before it is told anew.
static void drop_needless_stop(Statement *nest) {
    for (Statement *s = nest->previous; s && s->kind == STATEMENT_OPERATION; s = s->previous) {
        const Instruction *instruction = instruction_of(s);
        if (!instruction || instruction->unit == UNIT_PACK) {
            if (instruction && instruction->effect == EFFECT_PACK_ACCUMULATE) statement_remove(s);
            return;
        }
    }
}

// Whether the packer adds: not in the turn that gives a sum its first term.
static const Expr *adds_here(Scheduling *work, const Statement *nest) {
    const Expr *one = expr_int(work->module, 1);
    const Statement *loop = first_term_loop(&work->first_terms, nest);
    return loop ? expr_min(work->module, expr_variable(work->module, loop->loop.variable), one) : one;
}

// Does the nest's only loop run over the rows of its products?
static bool runs_over_rows(Scheduling *work, const NestLoops *loops) {
    for (Statement *s = loops->first; s; s = s == loops->last ? NULL : s->next) {
        const Statement *store = product_store(s);
        int64_t step;
        if (!is_product_store(store)) continue;
        if (slot_step(work->module, store->store.value->args[1], loops->loops[0]->loop.variable, &step) && step > 0)
            return true;
    }
    return false;
}

static void schedule_nest(Scheduling *work, Statement *nest) {
    NestLoops loops = nest_loops(nest);
    int registers = dst_registers(work->function, nest);
    if (registers > work->capacity) {
        report(work->module->context, DIAG_DST_PRESSURE, nest->location,
               "this needs %d tiles in DST at once, which holds %d", registers, work->capacity);
        report_help(work->module->context, "split the expression: store a part of it in a fragment first");
        fail_now(work->module->context);
    }
    Statement *column = loops.count ? loops.loops[loops.count - 1] : NULL;
    Statement *row = loops.count > 1 ? loops.loops[loops.count - 2] : NULL;
    if (loops.count == 1 && runs_over_rows(work, &loops)) row = column, column = NULL;
    Subblock subblock = nest_subblock(work, &loops, row, column, registers);
    bool accumulates = nest_accumulates(work->function, &loops);
    Block *schedule = block_new(work->module, NULL), *inside = schedule;
    if (accumulates) {
        drop_needless_stop(nest);
        accumulate_in_l1(work, nest, schedule, adds_here(work, nest));
    }
    for (int i = 0; i < loops.count - 2; i++) {
        Statement *outer = build_for(work->module, FOR_SERIAL, loops.loops[i]->loop.variable,
                                     loops.loops[i]->loop.extent, loops.loops[i]->location);
        block_append(inside, outer);
        inside = outer->loop.body;
    }
    Section section = {.function = work->function,
                       .module = work->module,
                       .location = nest->location,
                       .fp32 = work->fp32,
                       .rows = subblock.rows,
                       .columns = subblock.columns,
                       .row_variable = row ? row->loop.variable : NULL,
                       .column_variable = column ? column->loop.variable : NULL};
    inside = subblock_loop(work, row, subblock.rows, inside, &section.row_start);
    section.into = subblock_loop(work, column, subblock.columns, inside, &section.column_start);
    schedule_section(&section, &loops);
    if (accumulates) accumulate_in_l1(work, nest, schedule, expr_int(work->module, 0));
    while (schedule->first) {
        Statement *statement = schedule->first;
        statement_remove(statement);
        block_insert_before(nest, statement);
    }
    statement_remove(nest);
}

static void schedule_block(Scheduling *work, Block *block) {
    for (Statement *s = block->first, *next; s; s = next) {
        next = s->next;
        if (is_nest(s)) {
            schedule_nest(work, s);
        } else if (s->kind == STATEMENT_ALLOC && is_on_chip(s->alloc)) {
            continue; // removed when nothing refers to it any more
        } else {
            Block *blocks[2];
            int count = statement_blocks(s, blocks);
            for (int i = 0; i < count; i++) schedule_block(work, blocks[i]);
        }
    }
}

static void remove_alloc(Statement *statement, void *user) {
    (void)user;
    if (statement->kind == STATEMENT_ALLOC && is_on_chip(statement->alloc)) statement_remove(statement);
}

static int most_registers(Function *function, Block *block) {
    int most = 1;
    for (Statement *s = block->first; s; s = s->next) {
        int needed = 0;
        if (is_nest(s)) {
            needed = dst_registers(function, s);
        } else {
            Block *blocks[2];
            int count = statement_blocks(s, blocks);
            for (int i = 0; i < count; i++) {
                int inside = most_registers(function, blocks[i]);
                if (inside > needed) needed = inside;
            }
        }
        if (needed > most) most = needed;
    }
    return most;
}

// A kernel with an expression that half of DST cannot hold gets all of it, without double buffering.
static void widen_dst(Function *function, const CompileOptions *options, Block *body) {
    if (most_registers(function, body) <= program_dst_tiles(function, options->target)) return;
    Context *context = function->module->context;
    const Value *old = function->attributes[ATTR_DST_SCHEDULE];
    Value *schedule = value_dict(&context->unit);
    for (uint32_t i = 0; i < old->count; i++) value_set(&context->unit, schedule, old->keys[i], old->items[i]);
    value_set(&context->unit, schedule, name_of(context, "full_sync"), value_bool(&context->unit, true));
    function->attributes[ATTR_DST_SCHEDULE] = schedule;
}

static void run(Function *function, const CompileOptions *options) {
    for (uint32_t i = 0; i < function->threads.count; i++)
        if (function->threads.items[i]->thread == THREAD_COMPUTE)
            widen_dst(function, options, function->threads.items[i]->body);
    Scheduling work = {.function = function,
                       .module = function->module,
                       .capacity = program_dst_tiles(function, options->target),
                       .fp32 = program_dst_fp32(function),
                       .target = options->target,
                       .fidelity = program_fidelity(function)};
    for (uint32_t i = 0; i < function->threads.count; i++) {
        ThreadProgram *program = function->threads.items[i];
        if (program->thread != THREAD_COMPUTE) continue;
        work.first_terms = find_first_terms(function, program->body);
        schedule_block(&work, program->body);
        walk_statements(program->body, remove_alloc, NULL);
    }
    hold(function, ATTR_SECTIONS);
}

const Pass pass_schedule_dst = {
    .name = "ScheduleDST",
    .file = "schedule-dst",
    .summary = "subblocks, DST sections, and the instructions of the matrix and vector units",
    .requires = ATTR_BIT(THREADS) | ATTR_BIT(DST_SCHEDULE),
    .provides = ATTR_BIT(SECTIONS),
    .run = run,
};
