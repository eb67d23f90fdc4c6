// StreamResults: a window of results is handed to the writer in parts, each as soon as it is packed, so that writing
// goes on while the rest is computed. Both ends keep the order of the pages; they need not agree on the size of a part.
// Of a sum that the packer adds up over a loop, the parts are done in its last turn, which gets a copy of its own.
//
//     reserve(64)                          reserve(64)
//     for k in 0 ... 15:                   for k in 0 ... 14:
//         for b in 0 ... 3:                    for b in 0 ... 3:
//             add to slots b * 16 + ...            add to slots b * 16 + ...
//     push(64)                             for b in 0 ... 3:
//                                              add to slots 0 + ...      (slots count from the next page to push)
//                                              push(16)
#include "ir/walk.h"
#include "pass/result_windows.h"

typedef struct Streaming {
    Function *function;
    Module *module;
    CircularBuffer *circular; // under way
    VECTOR(ResultWindow) windows;
    bool refused;
} Streaming;

static void collect(Statement *statement, void *user) {
    Streaming *work = user;
    if (!uses_pages(statement, work->circular)) return;
    if (!has_effect(statement, EFFECT_PUSH) && !has_effect(statement, EFFECT_POP)) return;
    ResultWindow window;
    if (result_window(work->module, work->circular, statement, &window))
        vector_push(&work->module->context->scratch, work->windows, window);
    else
        work->refused = true;
}

static void shift_slots(const Streaming *work, Block *block, const Variable *variable) {
    for (Statement *s = block->first; s; s = s->next) {
        Operand *slot = uses_pages(s, work->circular) ? slot_of(s) : NULL;
        if (slot) slot->expr = substitute(work->module, slot->expr, variable, expr_int(work->module, 0));
        Block *blocks[2];
        int count = statement_blocks(s, blocks);
        for (int i = 0; i < count; i++) shift_slots(work, blocks[i], variable);
    }
}

static void move_to(Statement *statement, Block *block, bool front) {
    statement_remove(statement);
    if (front && block->first)
        block_insert_before(block->first, statement);
    else
        block_append(block, statement);
}

static void set_pages(const Streaming *work, Statement *call, int64_t pages) {
    call->op.operands[1].expr = expr_int(work->module, pages);
}

// Pages may be handed back when they have left the core.
static Statement *flush_before(const Statement *pop) {
    Statement *flush = pop->previous;
    return flush && has_effect(flush, EFFECT_WRITE_FLUSH) ? flush : NULL;
}

static void note_pack(Statement *statement, void *user) {
    const Instruction *instruction = instruction_of(statement);
    if (instruction && instruction->unit == UNIT_PACK) *(bool *)user = true;
}

static bool packs(Statement *statement) {
    bool found = false;
    Block *blocks[2];
    int count = statement_blocks(statement, blocks);
    note_pack(statement, &found);
    for (int i = 0; i < count; i++) walk_statements(blocks[i], note_pack, &found);
    return found;
}

static Statement *first_pack(Block *block) {
    Statement *first = block->first;
    while (first && !packs(first)) first = first->next;
    return first;
}

static bool sets_adding(const Statement *statement) {
    return statement && has_effect(statement, EFFECT_PACK_ACCUMULATE);
}

// The packer need not stop adding at the end of a turn if the next one tells it anew before it packs anything.
static bool drop_stop(Block *turn) {
    Statement *first = first_pack(turn), *last = turn->last;
    while (last && !packs(last)) last = last->previous;
    if (first == last || !sets_adding(first) || !sets_adding(last)) return false;
    statement_remove(last);
    return true;
}

// Nor need it be told in the last turn what it was told in the one before.
static void drop_repeated(const Streaming *work, const Statement *sum, int64_t before, Block *last) {
    Statement *told = first_pack(sum->loop.body), *again = first_pack(last);
    const Expr *adds = told->op.operands[0].expr, *turn = expr_int(work->module, before);
    if (substitute(work->module, adds, sum->loop.variable, turn) == again->op.operands[0].expr) statement_remove(again);
}

// The last turn of the sum, as statements behind its loop. Finds the loops of the window there.
static void unroll_last_turn(const Streaming *work, ResultWindow *window) {
    Module *module = work->module;
    Statement *sum = window->sum;
    int64_t turns;
    expr_constant(sum->loop.extent, &turns);
    Block *last = block_clone(module, sum->loop.body, NULL);
    substitute_block(module, last, sum->loop.variable, expr_int(module, turns - 1));
    result_window_in_turn(module, last, window);
    if (drop_stop(sum->loop.body)) drop_repeated(work, sum, turns - 2, last);
    while (last->last) {
        Statement *statement = last->last;
        statement_remove(statement);
        block_insert_after(sum, statement);
    }
    sum->loop.extent = expr_int(module, turns - 1);
    if (turns == 2) dissolve_loop(module, sum);
}

static void stream(const Streaming *work, ResultWindow *window) {
    if (window->sum) unroll_last_turn(work, window);
    for (int i = 0; i < window->parts.count; i++)
        shift_slots(work, window->parts.loops[i]->loop.body, window->parts.loops[i]->loop.variable);
    Block *inside = window->parts.loops[window->parts.count - 1]->loop.body;
    if (window->begin) {
        set_pages(work, window->begin, window->parts.part);
        move_to(window->begin, inside, true);
        Statement *flush = flush_before(window->end);
        if (flush) move_to(flush, inside, false);
    }
    set_pages(work, window->end, window->parts.part);
    move_to(window->end, inside, false);
}

static int64_t part_of_compute(const Streaming *work) {
    for (uint32_t i = 0; i < work->windows.count; i++)
        if (is_given(&work->windows.items[i])) return work->windows.items[i].parts.part;
    return 1;
}

// A writer need not take smaller parts than it is given.
static void widen_parts(Streaming *work) {
    int64_t given = part_of_compute(work), turns;
    for (uint32_t i = 0; i < work->windows.count; i++) {
        ResultWindow *window = &work->windows.items[i];
        while (!is_given(window) && window->parts.count > 1 &&
               expr_constant(window->parts.loops[window->parts.count - 1]->loop.extent, &turns) &&
               window->parts.part * turns <= given) {
            window->parts.part *= turns;
            window->parts.count--;
        }
    }
}

static bool is_result(const CircularBuffer *circular) {
    return circular->producer == THREAD_COMPUTE && circular->consumer != THREAD_COMPUTE && !circular->shard &&
           circular->window > 1;
}

static void run(Function *function, const CompileOptions *options) {
    for (uint32_t i = 0; i < function->circular_buffers.count && !options->legacy; i++) {
        CircularBuffer *circular = function->circular_buffers.items[i];
        if (!is_result(circular)) continue;
        Streaming work = {.function = function, .module = function->module, .circular = circular};
        for (uint32_t k = 0; k < function->threads.count; k++)
            walk_statements(function->threads.items[k]->body, collect, &work);
        if (work.refused) continue;
        widen_parts(&work);
        for (uint32_t k = 0; k < work.windows.count; k++) stream(&work, &work.windows.items[k]);
    }
    hold(function, ATTR_STREAMED);
}

const Pass pass_stream_results = {
    .name = "StreamResults",
    .file = "stream-results",
    .summary = "windows of results are handed to the writer in parts, each as soon as it is packed",
    .requires = ATTR_BIT(PERSISTENT) | ATTR_BIT(SYNCHRONIZED),
    .provides = ATTR_BIT(STREAMED),
    .precedes = ATTR_BIT(STREAMED) | ATTR_BIT(HOISTED),
    .optional = true,
    .run = run,
};
