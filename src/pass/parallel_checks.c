// What a T.Parallel nest may not do (parallel_checks.h). Its iterations run in no order: one may read an element that
// the nest writes only at the place where it writes it itself. Its indices are computed in fp32.
#include "pass/parallel_checks.h"
#include "ir/affine.h"
#include "ir/walk.h"

enum { MAX_RANGES = 32, EXACT_BITS = 24 };

typedef struct ParallelCheck {
    Module *module;
    const NestAxes *nest;
    RangeOf known[MAX_RANGES];
    int known_count;
    const Statement *statement; // under way
    const Statement *store;     // race: the store whose buffer is looked for
} ParallelCheck;

// ---------------------------------------------------------------- races

static bool same_indices(const Statement *store, const Expr *load) {
    for (int d = 0; d < store->store.buffer->rank; d++)
        if (store->store.indices[d] != load->args[d]) return false;
    return true;
}

static void check_load(const Expr *expr, void *user) {
    ParallelCheck *check = user;
    if (expr->kind != EXPR_LOAD || expr->buffer != check->store->store.buffer || expr->buffer->scope == SCOPE_VAR)
        return;
    if (same_indices(check->store, expr)) return;
    Context *context = check->module->context;
    report(context, DIAG_RACE, check->statement->location,
           "iterations of this T.Parallel read elements of '%s' that other iterations write", expr->buffer->name);
    report_note(context, check->store->location, "they are written here");
    report_help(context, "read from a copy, or write to another buffer");
    fail_now(context);
}

static void check_slot(const Expr **slot, void *user) { walk_expression(*slot, check_load, user); }

static void check_reads(Statement *statement, void *user) {
    ParallelCheck *check = user;
    check->statement = statement;
    statement_expressions(statement, check_slot, check);
}

static void check_races(Statement *statement, void *user) {
    ParallelCheck *check = user;
    if (statement->kind != STATEMENT_STORE || statement->store.buffer->scope == SCOPE_VAR) return;
    ParallelCheck one = *check;
    one.store = statement;
    walk_statements(check->nest->body, check_reads, &one);
}

// ---------------------------------------------------------------- index arithmetic

static void add_range(ParallelCheck *check, const Variable *variable, const Expr *extent) {
    Range range;
    if (check->known_count == MAX_RANGES || !expr_range(extent, check->known_count, check->known, &range)) return;
    check->known[check->known_count++] = (RangeOf){variable, {0, range.high > 0 ? range.high - 1 : 0}};
}

static void add_enclosing(ParallelCheck *check, const Statement *statement) {
    if (!statement) return;
    add_enclosing(check, statement->block->owner); // outer variables first
    if (statement->kind == STATEMENT_FOR) add_range(check, statement->loop.variable, statement->loop.extent);
    for (int i = 0; statement->kind == STATEMENT_LAUNCH && i < statement->launch.rank; i++)
        add_range(check, statement->launch.variables[i], statement->launch.extents[i]);
}

static bool uses_nest(const ParallelCheck *check, const Expr *expr) {
    for (int v = 0; v < check->nest->count; v++)
        if (expression_uses(expr, check->nest->variables[v])) return true;
    return false;
}

// Values only: the indices of loads are addresses, which are computed in integers.
static void check_values(ParallelCheck *check, const Expr *expr) {
    if (expr->kind != EXPR_OP) return;
    for (uint32_t i = 0; i < expr->count; i++) check_values(check, expr->args[i]);
    if (!dtype_is_integer(expr->type) || !uses_nest(check, expr)) return;
    Range range;
    bool known = expr_range(expr, check->known_count, check->known, &range);
    const int64_t exact = (int64_t)1 << EXACT_BITS;
    if (known && range.low >= -exact && range.high <= exact) return;
    Context *context = check->module->context;
    if (known)
        report(context, DIAG_INDEX_RANGE, check->statement->location,
               "index arithmetic here ranges from %lld to %lld; fp32 holds integers exactly up to %lld",
               (long long)range.low, (long long)range.high, (long long)exact);
    else
        report(context, DIAG_INDEX_RANGE, check->statement->location,
               "the range of the index arithmetic here is not known; fp32 holds integers exactly up to %lld",
               (long long)exact);
    report_help(context, "compare row and column indices apart, or compute with values of the block alone");
    fail_now(context);
}

static void check_indices(Statement *statement, void *user) {
    ParallelCheck *check = user;
    check->statement = statement;
    if (statement->kind == STATEMENT_STORE) check_values(check, statement->store.value);
    if (statement->kind == STATEMENT_LET) check_values(check, statement->let.value);
    if (statement->kind == STATEMENT_IF) check_values(check, statement->branch.condition);
}

void check_parallel(Function *function, const NestAxes *nest) {
    ParallelCheck check = {.module = function->module, .nest = nest};
    walk_statements(nest->body, check_races, &check);
    add_enclosing(&check, nest->body->owner);
    walk_statements(nest->body, check_indices, &check);
}
