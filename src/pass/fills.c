// Window fills, found by what lies between a push and the reserve before it.
#include "pass/fills.h"

#include "ir/affine.h"
#include "ir/walk.h"
#include "program/program.h"

static const CircularBuffer *buffer_of(const Statement *statement) {
    for (int i = 0; i < MAX_OPERANDS; i++)
        if (statement->op.operands[i].kind == OPERAND_CIRCULAR) return statement->op.operands[i].circular;
    return NULL;
}

static bool is_call(const Statement *statement, Effect effect, const CircularBuffer *circular) {
    const Instruction *instruction = instruction_of(statement);
    return instruction && instruction->effect == effect && buffer_of(statement) == circular;
}

static bool takes_window(const Statement *call, const CircularBuffer *circular) {
    return expr_is_int(call->op.operands[1].expr, circular->window);
}

// ---------------------------------------------------------------- what a fill may hold

static bool is_own_work(const Statement *statement, const CircularBuffer *circular) {
    switch (instruction_of(statement)->effect) {
    case EFFECT_NOC_READ:
    case EFFECT_PAGE_STORE:
    case EFFECT_PAGE_UPDATE: return buffer_of(statement) == circular;
    case EFFECT_READ_BARRIER: return true;
    default: return false;
    }
}

static bool only_fills(const Block *block, const CircularBuffer *circular);

static bool is_part_of_fill(const Statement *statement, const CircularBuffer *circular) {
    switch (statement->kind) {
    case STATEMENT_LET: return true;
    case STATEMENT_OPERATION: return is_own_work(statement, circular);
    case STATEMENT_FOR: return only_fills(statement->loop.body, circular);
    case STATEMENT_IF:
        return only_fills(statement->branch.then, circular) &&
               (!statement->branch.otherwise || only_fills(statement->branch.otherwise, circular));
    default: return false;
    }
}

static bool only_fills(const Block *block, const CircularBuffer *circular) {
    for (const Statement *s = block->first; s; s = s->next)
        if (!is_part_of_fill(s, circular)) return false;
    return true;
}

// ---------------------------------------------------------------- which pages it writes

static const Expr *fill_slot(const Statement *store) {
    OperandSpec specs[MAX_OPERANDS];
    int count = instruction_operands(instruction_of(store), specs);
    for (int i = 1; i < count; i++)
        if (store->op.operands[i - 1].kind == OPERAND_CIRCULAR) return store->op.operands[i].expr;
    return NULL;
}

static const Statement *only_statement(const Block *block) {
    return block->first && !block->first->next ? block->first : NULL;
}

// The slot that a statement always writes, whichever way it goes; NULL if there is none such.
static const Expr *written_slot(const Statement *statement) {
    const Instruction *instruction = statement ? instruction_of(statement) : NULL;
    if (instruction) {
        bool writes = instruction->effect == EFFECT_NOC_READ || instruction->effect == EFFECT_PAGE_STORE;
        return writes ? fill_slot(statement) : NULL;
    }
    if (!statement || statement->kind != STATEMENT_IF || !statement->branch.otherwise) return NULL;
    const Expr *slot = written_slot(only_statement(statement->branch.then));
    return slot && slot == written_slot(only_statement(statement->branch.otherwise)) ? slot : NULL;
}

typedef struct Turns { // of a loop, and how far apart the pages of two of them lie
    const Expr *extent;
    int64_t step;
} Turns;

// The pages 0, 1, ... that nested loops write, each run of pages next to the one before; only the widest loop's extent
// may be unknown. NULL if there are gaps.
static const Expr *pages_of_loops(Module *module, int count, Turns loops[]) {
    for (int i = 1; i < count; i++)
        for (int k = i; k > 0 && loops[k].step < loops[k - 1].step; k--) {
            Turns wider = loops[k - 1];
            loops[k - 1] = loops[k];
            loops[k] = wider;
        }
    int64_t pages = 1;
    for (int i = 0; i < count; i++) {
        int64_t extent;
        if (loops[i].step != pages) return NULL;
        if (!expr_constant(loops[i].extent, &extent))
            return i + 1 == count ? expr_mul(module, loops[i].extent, expr_int(module, pages)) : NULL;
        if (extent < 1 || extent > INT16_MAX || (pages *= extent) > INT16_MAX) return NULL;
    }
    return expr_int(module, pages);
}

// The pages that a nest of loops around one transfer writes.
static const Expr *pages_of_nest(Module *module, const Statement *nest) {
    const Statement *loops[MAX_AFFINE_TERMS];
    const Variable *variables[MAX_AFFINE_TERMS];
    int count = 0;
    for (; nest && nest->kind == STATEMENT_FOR; nest = only_statement(nest->loop.body)) {
        bool plain = expr_is_int(nest->loop.start, 0) && expr_is_int(nest->loop.step, 1);
        if (count == MAX_AFFINE_TERMS || !plain) return NULL;
        variables[count] = nest->loop.variable;
        loops[count++] = nest;
    }
    const Expr *slot = written_slot(nest);
    Affine place;
    if (!slot || !affine_of(module, slot, count, variables, &place) || !expr_is_int(place.base, 0)) return NULL;
    Turns turns[MAX_AFFINE_TERMS];
    for (int i = 0; i < count; i++) turns[i] = (Turns){loops[i]->loop.extent, affine_coefficient(&place, variables[i])};
    return pages_of_loops(module, count, turns);
}

static bool only_updates(const Statement *statement) {
    const Instruction *instruction = instruction_of(statement);
    if (instruction) return instruction->effect == EFFECT_PAGE_UPDATE || instruction->effect == EFFECT_READ_BARRIER;
    Block *blocks[2];
    int count = statement_blocks(statement, blocks);
    for (int i = 0; i < count; i++)
        for (const Statement *s = blocks[i]->first; s; s = s->next)
            if (!only_updates(s)) return false;
    return true;
}

// One statement writes the pages, others only change parts of them.
static const Expr *filled_pages(Module *module, const Fill *fill) {
    const Statement *nest = NULL;
    for (const Statement *s = fill->reserve->next; s != fill->push; s = s->next) {
        if (only_updates(s)) continue;
        if (nest) return NULL;
        nest = s;
    }
    return nest ? pages_of_nest(module, nest) : NULL;
}

// ---------------------------------------------------------------- the search

typedef struct Search {
    Module *module;
    const CircularBuffer *circular;
    Fills fills;
    bool other; // a page comes in otherwise
} Search;

static bool make_fill(const Search *search, Statement *push, Fill *fill) {
    const CircularBuffer *circular = search->circular;
    Statement *s = push->previous;
    while (s && !is_call(s, EFFECT_RESERVE, circular)) {
        if (!is_part_of_fill(s, circular)) return false;
        s = s->previous;
    }
    if (!s || !takes_window(s, circular) || !takes_window(push, circular)) return false;
    *fill = (Fill){.reserve = s, .push = push};
    fill->pages = filled_pages(search->module, fill);
    return fill->pages != NULL;
}

static void visit_push(Statement *statement, void *user) {
    Search *search = user;
    if (search->other || !is_call(statement, EFFECT_PUSH, search->circular)) return;
    Fill fill;
    if (make_fill(search, statement, &fill))
        vector_push(&search->module->context->scratch, search->fills, fill);
    else
        search->other = true;
}

Fills find_fills(Module *module, Block *program, const CircularBuffer *circular) {
    Search search = {.module = module, .circular = circular};
    walk_statements(program, visit_push, &search);
    return search.other ? (Fills){0} : search.fills;
}
