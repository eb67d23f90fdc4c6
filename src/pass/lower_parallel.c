// T.Parallel nests as tile nests. Every access is proved, never guessed: each index is affine in the nest's row and
// column variables, and its form says whether a tile is read as it is, transposed, or as a row, column or scalar
// broadcast.
#include "ir/affine.h"
#include "ir/walk.h"
#include "pass/lower.h"
#include "pass/parallel_checks.h"
#include "pass/planes.h"

// A let whose value is read from a buffer that is written later.
typedef struct KeptValue {
    const Variable *variable;
    const Expr *tile;
} KeptValue;

typedef struct Lowering {
    Function *function;
    Module *module;
    NestAxes nest;
    const Expr *row_tile, *column_tile; // tile loop variables; NULL where the nest lacks the axis
    VECTOR(KeptValue) kept;
    Location location; // of the statement under way
} Lowering;

// How one dimension of an access is indexed.
typedef enum IndexForm { INDEX_SCALAR, INDEX_ROW, INDEX_COLUMN, INDEX_OTHER } IndexForm;
typedef struct IndexUse {
    IndexForm form;
    const Expr *base; // what is left without the axis' variable
} IndexUse;

static _Noreturn void refuse(Lowering *lowering, const Buffer *buffer, const char *why) {
    report(lowering->module->context, DIAG_ACCESS_PATTERN, lowering->location,
           "%s is accessed in a way that tiles cannot express: %s", buffer->name, why);
    report_help(
        lowering->module->context,
        "index it by the loop variables with constant offsets that are multiples of %d, each variable in one dimension",
        TILE_SIZE);
    fail_now(lowering->module->context);
}

static IndexUse index_use(Lowering *lowering, const Expr *index) {
    const Variable *variables[2];
    int count = 0;
    if (lowering->nest.axes.row) variables[count++] = lowering->nest.axes.row;
    if (lowering->nest.axes.column) variables[count++] = lowering->nest.axes.column;
    Affine affine;
    if (!affine_of(lowering->module, index, count, variables, &affine)) return (IndexUse){INDEX_OTHER, NULL};
    if (affine.count == 0) return (IndexUse){INDEX_SCALAR, index};
    if (affine.count > 1 || affine.coefficients[0] != 1) return (IndexUse){INDEX_OTHER, NULL};
    return (IndexUse){affine.variables[0] == lowering->nest.axes.row ? INDEX_ROW : INDEX_COLUMN, affine.base};
}

static const Expr *tile_of(Lowering *lowering, IndexUse use, const Buffer *buffer, int dimension) {
    const Expr *start = tile_start(lowering->module, use.base, lowering->location, buffer, dimension);
    if (use.form == INDEX_SCALAR) return start;
    return expr_add(lowering->module, start, use.form == INDEX_ROW ? lowering->row_tile : lowering->column_tile);
}

// ---------------------------------------------------------------- values

static const Expr *lower_value(Lowering *lowering, const Expr *expr);

typedef struct Access {
    const Expr *indices[MAX_RANK]; // in tiles along the plane
    IndexForm rows, columns;       // of the plane's dimensions; INDEX_OTHER for a dimension that a vector lacks
} Access;

static Access lower_access(Lowering *lowering, const Buffer *buffer, const Expr *const indices[]) {
    Access access = {.rows = INDEX_OTHER, .columns = INDEX_OTHER};
    for (int d = 0; d < buffer->rank; d++) {
        IndexUse use = index_use(lowering, indices[d]);
        if (use.form == INDEX_OTHER) refuse(lowering, buffer, "an index is not one loop variable plus an offset");
        if (!is_tiled_dimension(buffer, d)) {
            if (use.form != INDEX_SCALAR)
                refuse(lowering, buffer, "a loop variable runs over a dimension outside of its tile plane");
            access.indices[d] = indices[d];
            continue;
        }
        access.indices[d] = tile_of(lowering, use, buffer, d);
        if (d == buffer->layout.rows_dimension)
            access.rows = use.form;
        else
            access.columns = use.form;
    }
    return access;
}

// The broadcast or transposition that an access form asks for; row: form of the rows dimension, column: of the columns.
typedef struct FormRule {
    IndexForm rows, columns;
    ExprOp op; // OP_COUNT: the tile as it is
} FormRule;
static const FormRule plane_rules[] = {
    {INDEX_ROW, INDEX_COLUMN, OP_COUNT},
    {INDEX_COLUMN, INDEX_ROW, OP_TRANSPOSE},
    {INDEX_SCALAR, INDEX_COLUMN, OP_BROADCAST_ROW},
    {INDEX_ROW, INDEX_SCALAR, OP_BROADCAST_COLUMN},
    {INDEX_SCALAR, INDEX_SCALAR, OP_BROADCAST_SCALAR},
    {INDEX_OTHER, INDEX_COLUMN, OP_BROADCAST_ROW}, // a row vector
    {INDEX_ROW, INDEX_OTHER, OP_BROADCAST_COLUMN}, // a column vector
    {INDEX_OTHER, INDEX_SCALAR, OP_BROADCAST_SCALAR},
    {INDEX_SCALAR, INDEX_OTHER, OP_BROADCAST_SCALAR},
};

static ExprOp form_op(Lowering *lowering, const Buffer *buffer, const Access *access) {
    bool scalar = access->rows != INDEX_ROW && access->rows != INDEX_COLUMN && access->columns != INDEX_ROW &&
                  access->columns != INDEX_COLUMN;
    if (lowering->nest.vector && !scalar) return OP_COUNT; // vectors of a nest over vectors lie alike
    for (size_t i = 0; i < sizeof plane_rules / sizeof *plane_rules; i++)
        if (plane_rules[i].rows == access->rows && plane_rules[i].columns == access->columns) return plane_rules[i].op;
    refuse(lowering, buffer, "its orientation does not match the loops");
}

static const Expr *lower_load(Lowering *lowering, const Expr *load) {
    if (load->buffer->scope == SCOPE_VAR) return load;
    Access access = lower_access(lowering, load->buffer, load->args);
    ExprOp op = form_op(lowering, load->buffer, &access);
    const Expr *tile = expr_load(lowering->module, load->buffer, access.indices);
    return op == OP_COUNT ? tile : expr_unary(lowering->module, op, tile);
}

// A loop variable used as a value: the tile's first element plus the index within the tile.
static const Expr *lower_variable(Lowering *lowering, const Expr *expr) {
    for (uint32_t i = 0; i < lowering->kept.count; i++)
        if (lowering->kept.items[i].variable == expr->variable) return lowering->kept.items[i].tile;
    bool row = expr->variable == lowering->nest.axes.row, column = expr->variable == lowering->nest.axes.column;
    if (!row && !column) return expr;
    const Expr *tile = row ? lowering->row_tile : lowering->column_tile;
    const Expr *first = expr_mul(lowering->module, tile, expr_integer(lowering->module, expr->type, TILE_SIZE));
    return expr_add(lowering->module, first,
                    expr_op(lowering->module, row ? OP_ROW_INDEX : OP_COLUMN_INDEX, expr->type, NULL));
}

static const Expr *lower_value(Lowering *lowering, const Expr *expr) {
    if (expr->kind == EXPR_VARIABLE) return lower_variable(lowering, expr);
    if (expr->kind == EXPR_LOAD) return lower_load(lowering, expr);
    if (expr->kind != EXPR_OP) return expr;
    const Expr *args[3];
    for (uint32_t i = 0; i < expr->count; i++) args[i] = lower_value(lowering, expr->args[i]);
    return expr_op(lowering->module, expr->op, expr->type, args);
}

// ---------------------------------------------------------------- statements

static void check_coverage(Lowering *lowering, const Buffer *buffer, const Expr *const indices[]) {
    for (int d = 0; d < buffer->rank; d++) {
        IndexUse use = index_use(lowering, indices[d]);
        if (!is_tiled_dimension(buffer, d)) continue;
        const Variable *variable = use.form == INDEX_ROW ? lowering->nest.axes.row : lowering->nest.axes.column;
        const Expr *extent = expr_int(lowering->module, 1);
        for (Statement *loop = lowering->nest.body->owner; use.form != INDEX_SCALAR && loop;
             loop = loop->block->owner) {
            if (loop->loop.variable != variable) continue;
            extent = loop->loop.extent;
            break;
        }
        if (expr_divisor(extent) % TILE_SIZE == 0) continue;
        if (expr_add(lowering->module, use.base, extent) == buffer->shape[d]) continue;
        refuse(lowering, buffer, "the nest writes a part of a tile");
    }
}

static void lower_store(Lowering *lowering, Statement *store, const Expr *condition, Block *into) {
    Buffer *buffer = store->store.buffer;
    lowering->location = store->location;
    if (buffer->scope == SCOPE_VAR) refuse(lowering, buffer, "a scalar is written by every iteration");
    Access access = lower_access(lowering, buffer, store->store.indices);
    if (form_op(lowering, buffer, &access) != OP_COUNT)
        refuse(lowering, buffer, "each element must be written by one iteration");
    check_coverage(lowering, buffer, store->store.indices);
    const Expr *value = lower_value(lowering, store->store.value);
    if (condition) {
        const Expr *old = expr_load(lowering->module, buffer, access.indices);
        value = expr_select(lowering->module, condition, value, old);
    }
    block_append(into, build_store(lowering->module, buffer, access.indices, value, store->location));
}

// ---------------------------------------------------------------- values that must outlive a store

typedef struct Overwriting {
    const Buffer *stored;
    bool read;
} Overwriting;

static void find_read(const Expr *expr, void *user) {
    Overwriting *overwriting = user;
    if (expr->kind == EXPR_LOAD && expr->buffer == overwriting->stored) overwriting->read = true;
}

static bool stores_into(const Block *block, const Expr *value) {
    for (const Statement *s = block->first; s; s = s->next) {
        Overwriting overwriting = {.stored = s->kind == STATEMENT_STORE ? s->store.buffer : NULL};
        walk_expression(value, find_read, &overwriting);
        if (overwriting.read) return true;
        Block *blocks[2];
        int count = statement_blocks(s, blocks);
        for (int i = 0; i < count; i++)
            if (stores_into(blocks[i], value)) return true;
    }
    return false;
}

// A tile value as it is here: stored into a buffer with a tile for each turn of the nest, which stays in DST.
static const Expr *keep_value(Lowering *lowering, const char *name, const Expr *value, Block *into) {
    Module *module = lowering->module;
    Buffer like = {.rank = 0};
    const Expr *indices[MAX_RANK];
    const Statement *loops[MAX_RANK];
    int count = 0, rows = -1, columns = -1;
    for (const Statement *loop = into->owner; loop; loop = loop->block ? loop->block->owner : NULL)
        loops[count++] = loop; // the outermost has no place yet
    for (int d = 0; d < count; d++) {
        const Statement *loop = loops[count - 1 - d];
        indices[d] = expr_variable(module, loop->loop.variable);
        if (indices[d] == lowering->row_tile) rows = d;
        if (indices[d] == lowering->column_tile) columns = d;
        like.shape[d] = d == rows || d == columns ? expr_mul(module, loop->loop.extent, expr_int(module, TILE_SIZE))
                                                  : loop->loop.extent;
    }
    like.rank = count;
    like.layout = (Layout){.space = SPACE_L1,
                           .memory = MEMORY_INTERLEAVED,
                           .orientation = rows < 0      ? ORIENT_ROW
                                          : columns < 0 ? ORIENT_COLUMN
                                                        : ORIENT_TILE,
                           .rows_dimension = rows,
                           .columns_dimension = columns,
                           .tile_rows = TILE_SIZE,
                           .tile_columns = TILE_SIZE};
    Buffer *kept =
        add_on_chip_buffer(lowering->function, name_of(module->context, name), &like, value->type, lowering->location);
    block_append(into, build_store(module, kept, indices, value, lowering->location));
    return expr_load(module, kept, indices);
}

// ---------------------------------------------------------------- bodies

static void lower_body(Lowering *lowering, Block *body, const Expr *condition, Block *into);

static void lower_branch(Lowering *lowering, Statement *branch, const Expr *condition, Block *into) {
    Module *module = lowering->module;
    const Expr *here = lower_value(lowering, branch->branch.condition);
    bool overwritten = stores_into(branch->branch.then, branch->branch.condition) ||
                       (branch->branch.otherwise && stores_into(branch->branch.otherwise, branch->branch.condition));
    if (overwritten) here = keep_value(lowering, "condition", here, into);
    lower_body(lowering, branch->branch.then, condition ? expr_binary(module, OP_AND, condition, here) : here, into);
    if (!branch->branch.otherwise) return;
    const Expr *not_here = expr_unary(module, OP_NOT, here);
    lower_body(lowering, branch->branch.otherwise,
               condition ? expr_binary(module, OP_AND, condition, not_here) : not_here, into);
}

static void lower_let(Lowering *lowering, Statement *let, Block *into) {
    Variable *variable = let->let.variable;
    if (!stores_into(let->block, let->let.value)) {
        substitute_block(lowering->module, let->block, variable, let->let.value);
        return;
    }
    vector_push(
        &lowering->module->context->scratch, lowering->kept,
        ((KeptValue){variable, keep_value(lowering, variable->name, lower_value(lowering, let->let.value), into)}));
}

static void lower_body(Lowering *lowering, Block *body, const Expr *condition, Block *into) {
    for (Statement *s = body->first, *next; s; s = next) {
        next = s->next;
        lowering->location = s->location;
        if (s->kind == STATEMENT_STORE)
            lower_store(lowering, s, condition, into);
        else if (s->kind == STATEMENT_LET)
            lower_let(lowering, s, into);
        else if (s->kind == STATEMENT_IF)
            lower_branch(lowering, s, condition, into);
        else
            fail(lowering->module->context, DIAG_UNSUPPORTED_OPERATION, s->location,
                 "this statement inside T.Parallel is not lowered to tile operations yet");
    }
}

// The loop of the nest that runs over `variable`.
static const Statement *loop_of(const Lowering *lowering, const Variable *variable) {
    for (const Statement *loop = lowering->nest.body->owner; loop; loop = loop->block->owner)
        if (loop->kind == STATEMENT_FOR && loop->loop.variable == variable) return loop;
    return NULL;
}

static Statement *axis_loop(Lowering *lowering, const Variable *axis, const char *name, const Expr **tile) {
    const Statement *loop = loop_of(lowering, axis);
    const Expr *turns = expr_ceildiv(lowering->module, loop->loop.extent, expr_int(lowering->module, TILE_SIZE));
    Statement *tiles = tile_loop(lowering->function, name, turns, loop->location);
    *tile = expr_variable(lowering->module, tiles->loop.variable);
    return tiles;
}

void lower_parallel(Function *function, Statement *loop) {
    Lowering lowering = {.function = function, .module = function->module, .nest = nest_axes(loop)};
    const NestAxes *nest = &lowering.nest;
    check_parallel(function, nest);
    Statement *outermost = NULL, *innermost = NULL;
    Statement *loops[MAX_RANK] = {NULL};
    int count = 0;
    for (int v = 0; v < nest->count; v++) { // variables outside of the plane run over elements
        if (nest->variables[v] == nest->axes.row || nest->variables[v] == nest->axes.column) continue;
        const Statement *source = loop_of(&lowering, nest->variables[v]);
        loops[count++] =
            build_for(function->module, FOR_TILE, source->loop.variable, source->loop.extent, source->location);
    }
    if (nest->axes.row) loops[count++] = axis_loop(&lowering, nest->axes.row, "r", &lowering.row_tile);
    if (nest->axes.column) loops[count++] = axis_loop(&lowering, nest->axes.column, "c", &lowering.column_tile);
    for (int i = 0; i < count; i++) innermost = innermost ? nest_inside(innermost, loops[i]) : (outermost = loops[i]);
    lower_body(&lowering, nest->body, NULL, innermost->loop.body);
    block_insert_before(loop, outermost);
    statement_remove(loop);
}
