// tt.block_shape: what a work item writes of an output, in elements. It is held against what the kernel writes.
//
// An access covers, along each dimension, its own extent and the way that the loops around it go inside of the launch.
// Dimensions of one element do not count: a block of rows [1, 32] is also one of a vector.
#include "compat/internal.h"
#include "ir/affine.h"
#include "ir/build.h"
#include "ir/walk.h"

typedef struct BlockSides {
    int64_t sides[MAX_RANK]; // those above 1
    int count;
} BlockSides;

typedef struct BlockSearch {
    Rewriting *work;
    const Value *asked;
    BlockSides asked_sides;
    bool found, same;
    BlockSides first; // that was found
} BlockSearch;

static void add_side(BlockSides *block, int64_t side) {
    if (side > 1) block->sides[block->count++] = side;
}

static bool is_equal(const BlockSides *a, const BlockSides *b) {
    for (int i = 0; i < a->count && a->count == b->count; i++)
        if (a->sides[i] != b->sides[i]) return false;
    return a->count == b->count;
}

// How far a loop moves `start`; false if that is not known.
static bool way_of(Module *module, const Statement *loop, const Expr *start, int64_t *way) {
    Affine affine;
    int64_t turns, step;
    if (!affine_of(module, start, 1, (const Variable *const *)&loop->loop.variable, &affine) ||
        !expr_evaluate_bound(loop->loop.extent, &turns) || !expr_evaluate_bound(loop->loop.step, &step) || turns < 1)
        return false;
    *way = affine_coefficient(&affine, loop->loop.variable);
    return !__builtin_mul_overflow(*way, step, way) && !__builtin_mul_overflow(*way, turns - 1, way) && *way >= 0;
}

// Elements that an access covers along a dimension while the loops around it run; false if that is not known.
static bool cover(const BlockSearch *search, const Statement *place, const Expr *start, int64_t *side) {
    Module *module = search->work->function->module;
    for (const Statement *s = place; s && s->kind != STATEMENT_LAUNCH;
         s = s->previous ? s->previous : s->block->owner) {
        int64_t way;
        if (s->kind == STATEMENT_LET) start = substitute(module, start, s->let.variable, s->let.value);
        if (s->kind != STATEMENT_FOR || !expression_uses(start, s->loop.variable)) continue;
        if (!way_of(module, s, start, &way) || __builtin_add_overflow(*side, way, side)) return false;
    }
    return true;
}

static void compare(BlockSearch *search, const BlockSides *block) {
    search->same = search->same || is_equal(block, &search->asked_sides);
    if (!search->found) search->first = *block;
    search->found = true;
}

// Every access is a block, and so is what the loops around it make of it.
static void try_access(BlockSearch *search, const Statement *place, const Buffer *buffer, const Expr *const start[],
                       const Expr *const extent[]) {
    if (buffer->scope != SCOPE_GLOBAL || (buffer->role != ROLE_OUT && buffer->role != ROLE_INOUT)) return;
    BlockSides alone = {0}, together = {0};
    bool is_covered = true;
    for (int i = 0; i < buffer->rank; i++) {
        int64_t side = 1;
        if (extent && !expr_evaluate_bound(extent[i], &side)) return;
        add_side(&alone, side);
        is_covered = is_covered && cover(search, place, start[i], &side);
        add_side(&together, side);
    }
    if (is_covered) compare(search, &together);
    if (extent) compare(search, &alone);
}

static void try_statement(Statement *statement, void *user) {
    if (statement->kind == STATEMENT_STORE)
        try_access(user, statement, statement->store.buffer, statement->store.indices, NULL);
    for (int i = 0; statement->kind == STATEMENT_OPERATION && i < MAX_OPERANDS; i++) {
        const Operand *operand = &statement->op.operands[i];
        if (operand->kind == OPERAND_REGION)
            try_access(user, statement, operand->region->buffer, operand->region->start, operand->region->extent);
    }
}

static _Noreturn void fail_other_block(const BlockSearch *search) {
    Rewriting *work = search->work;
    Text seen = {.arena = work->arena}, expected = {.arena = work->arena};
    value_print(search->asked, &seen);
    for (int i = 0; i < search->first.count; i++)
        text_format(&expected, "%s%lld", i ? "x" : "", (long long)search->first.sides[i]);
    report(work->context, DIAG_LEGACY_CONTRADICTION, legacy_place(work, search->asked),
           "tt.block_shape says %s, but the kernel writes blocks of %s", seen.data,
           search->first.count ? expected.data : "one element");
    report_help(work->context, "leave tt.block_shape out, or make both say the same");
    fail_now(work->context);
}

void check_block_shape(Rewriting *work) {
    const Value *asked = legacy_value(work, "tt.block_shape");
    if (!asked) return;
    if (asked->count != 2 || asked->items[0]->integer < 1 || asked->items[1]->integer < 1)
        fail_malformed(work, "tt.block_shape", "[rows, columns] of at least 1", asked);
    BlockSearch search = {.work = work, .asked = asked};
    for (uint32_t i = 0; i < 2; i++) add_side(&search.asked_sides, asked->items[i]->integer);
    if (work->function->body) walk_statements(work->function->body, try_statement, &search);
    if (search.found && !search.same) fail_other_block(&search);
}
