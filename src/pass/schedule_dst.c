// ScheduleDST: computing nests become loops over DST sections. Each section works on a subblock of tiles, as large as
// DST holds; products use matmul_block, which unpacks each operand tile once for a whole row or column of the subblock.
#include "ir/walk.h"
#include "pass/dst_section.h"

typedef struct Scheduling {
    Function *function;
    Module *module;
    int capacity; // DST tiles of a section
    bool fp32;
} Scheduling;

// ---------------------------------------------------------------- subblocks

typedef struct Subblock {
    int rows, columns;
} Subblock;

// What the products of a nest allow: their operands' pages must be evenly spaced along the subblock's sides.
static void limit_by_products(Scheduling *work, const NestLoops *loops, const Variable *row, const Variable *column,
                              int64_t *most_rows, int64_t *most_columns) {
    for (Statement *s = loops->first; s; s = s == loops->last ? NULL : s->next) {
        const Statement *store = product_store(s);
        if (!is_product_store(store)) continue;
        int64_t a_row, a_column, b_row, b_column;
        const Expr *a = store->store.value->args[1], *b = store->store.value->args[2];
        bool regular = slot_step(work->module, a, row, &a_row) && slot_step(work->module, a, column, &a_column) &&
                       slot_step(work->module, b, row, &b_row) && slot_step(work->module, b, column, &b_column);
        if (!regular || a_row <= 0 || b_row != 0) *most_rows = 1;
        if (!regular || a_column != 0 || b_column != 1) *most_columns = 1;
    }
}

static Subblock choose_subblock(int64_t rows, int64_t columns, int64_t most_rows, int64_t most_columns, int tiles) {
    Subblock best = {1, 1};
    for (int h = 1; h <= tiles && h <= most_rows; h++) {
        if (rows % h) continue;
        for (int w = 1; w * h <= tiles && w <= most_columns; w++) {
            if (columns % w) continue;
            bool larger = h * w > best.rows * best.columns;
            bool squarer = h * w == best.rows * best.columns && h + w < best.rows + best.columns;
            if (larger || squarer) best = (Subblock){h, w};
        }
    }
    return best;
}

static int64_t constant_extent(const Statement *loop) {
    int64_t extent;
    return loop && expr_constant(loop->loop.extent, &extent) ? extent : 1;
}

static Subblock nest_subblock(Scheduling *work, const NestLoops *loops, const Statement *row, const Statement *column,
                              int registers) {
    int64_t most_rows = row ? constant_extent(row) : 1, most_columns = column ? constant_extent(column) : 1;
    limit_by_products(work, loops, row ? row->loop.variable : NULL, column ? column->loop.variable : NULL, &most_rows,
                      &most_columns);
    return choose_subblock(row ? constant_extent(row) : 1, column ? constant_extent(column) : 1, most_rows,
                           most_columns, work->capacity / registers);
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

static void accumulate_in_l1(Scheduling *work, Statement *nest, Block *into, bool enable) {
    Operand operands[] = {operand_expr(expr_int(work->module, enable))};
    emit_instruction(work->module, into, INSTR_PACK_L1_ACC, nest->location, 1, operands);
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
    if (accumulates) accumulate_in_l1(work, nest, schedule, true);
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
    if (accumulates) accumulate_in_l1(work, nest, schedule, false);
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
                       .fp32 = program_dst_fp32(function)};
    for (uint32_t i = 0; i < function->threads.count; i++) {
        ThreadProgram *program = function->threads.items[i];
        if (program->thread != THREAD_COMPUTE) continue;
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
