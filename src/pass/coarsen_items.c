// CoarsenItems: neighbouring blocks of one core that load the same tiles are worked on together, so that each tile is
// loaded once for all of them. Buffers that differ between them get leading dimensions, one for each coordinate that
// they depend on, and nests run over those; a loop is shared by all. Blocks are independent, so that their statements
// may take turns.
//
// Groups are no larger than they need to be: the longest of a block's loads should take a small part of the time that
// its products take, since what limits loads are links that many cores share.
#include "ir/walk.h"
#include "pass/coarsen.h"
#include "pass/dst.h"
#include "pass/items_together.h"
#include "pass/subblock.h"
#include "program/program.h"

enum { AXES = 2, ROW_AXIS = 0, COLUMN_AXIS = 1, MOST_TOGETHER = 4 };
enum { LOAD_SHARE = 4 };   // products should take that many times as long as loads
enum { LEAST_GROUPS = 2 }; // of a core: the next one's tiles are loaded while the results of one are written

typedef struct Axes {
    bool along[AXES]; // differs between blocks of one column (ROW_AXIS), of one row (COLUMN_AXIS)
} Axes;

typedef struct WideBuffer {
    Buffer *old, *wide;
    Axes axes;
    int64_t copies; // that L1 must hold of it: windows, and steps of a coarsened loop
    bool doubled;   // of windows
} WideBuffer;

typedef struct Nest {
    Statement *statement;
    NestAccesses accesses;
    Axes axes;
} Nest;

typedef struct Stream { // tiles that a loop loads
    const Statement *nest;
    int64_t bytes; // for one block
} Stream;

typedef struct Grouping {
    Function *function;
    Module *module;
    Arena *arena;
    const CompileOptions *options;
    Statement *launch;
    VECTOR(Nest) nests;
    VECTOR(WideBuffer) buffers;
    VECTOR(Stream) streams;
    double product_cycles; // of a block
    int64_t turns, copies; // of the loops around the statement under way
    bool refused;
    int64_t factor[AXES];
    const Expr *place[AXES]; // of the block in its group, in the nest under way
} Grouping;

// ---------------------------------------------------------------- what the kernel does

static const Variable *coordinate(const Grouping *grouping, int axis) {
    int dimension = axis == COLUMN_AXIS ? 0 : 1;
    return dimension < grouping->launch->launch.rank ? grouping->launch->launch.variables[dimension] : NULL;
}

typedef struct Dependence {
    const Grouping *grouping;
    Axes axes;
} Dependence;

static void find_dependence(const Expr **slot, void *user) {
    Dependence *found = user;
    for (int axis = 0; axis < AXES; axis++) {
        const Variable *variable = coordinate(found->grouping, axis);
        if (variable && expression_uses(*slot, variable)) found->axes.along[axis] = true;
    }
}

static void find_dependences(Statement *statement, void *user) {
    statement_expressions(statement, find_dependence, user);
}

// On which coordinates the statement itself depends, without what is inside of it.
static bool depends(const Grouping *grouping, Statement *statement) {
    Dependence found = {.grouping = grouping};
    find_dependences(statement, &found);
    return found.axes.along[0] || found.axes.along[1];
}

static void check_loops(Statement *statement, void *user) {
    Grouping *grouping = user;
    if (statement->kind == STATEMENT_FOR && depends(grouping, statement)) grouping->refused = true;
}

static WideBuffer *wide_of(Grouping *grouping, const Buffer *buffer) {
    for (uint32_t i = 0; i < grouping->buffers.count; i++)
        if (grouping->buffers.items[i].old == buffer) return &grouping->buffers.items[i];
    return NULL;
}

// Cycles of the products of a nest, in all turns of the loops around it.
static double cycles_of_products(const Grouping *grouping, const Statement *nest) {
    double products = (double)grouping->turns;
    for (; nest->kind == STATEMENT_FOR; nest = nest->loop.body->first) {
        int64_t turns;
        products *= expr_constant(nest->loop.extent, &turns) ? (double)turns : 1;
    }
    if (!is_product_store(nest)) return 0;
    ProductCost cost =
        product_cost(grouping->options->target, grouping->options->fidelity, nest->store.value->args[1]->type);
    return products * (double)(cost.step > cost.unpack ? cost.step : cost.unpack);
}

static void add_nest(Grouping *grouping, Statement *statement) {
    Nest nest = {.statement = statement, .accesses = nest_accesses(grouping->module, statement)};
    Dependence found = {.grouping = grouping};
    Block *blocks[2];
    find_dependences(statement, &found);
    if (statement_blocks(statement, blocks)) {
        check_loops(statement, grouping);
        walk_statements(blocks[0], find_dependences, &found);
        walk_statements(blocks[0], check_loops, grouping);
    }
    nest.axes = found.axes;
    grouping->product_cycles += cycles_of_products(grouping, statement);
    bool reads = nest_kind(statement) == NEST_READ;
    for (uint32_t i = 0; i < nest.accesses.count; i++) {
        const NestAccess *access = &nest.accesses.items[i];
        WideBuffer *buffer = wide_of(grouping, access->buffer);
        if (!buffer) continue;
        buffer->doubled = buffer->doubled || doubles_windows(grouping->module, statement, access);
        if (!access->writes || access->accumulates) continue;
        if (grouping->copies > buffer->copies) buffer->copies = grouping->copies;
        Stream stream = {statement, bytes_in_l1(access->buffer) * grouping->turns};
        if (reads && grouping->turns > 1) vector_push(grouping->arena, grouping->streams, stream);
    }
    vector_push(grouping->arena, grouping->nests, nest);
}

static void scan(Grouping *grouping, Block *block);

static void scan_loop(Grouping *grouping, Statement *loop) {
    int64_t turns = grouping->turns, copies = grouping->copies, extent;
    if (!expr_constant(loop->loop.extent, &extent)) extent = 1;
    int64_t steps = coarse_steps(grouping->function, grouping->options, loop); // that CoarsenK would keep together
    if (extent >= 2 * steps && __builtin_mul_overflow(turns, extent, &grouping->turns)) grouping->refused = true;
    grouping->copies = copies * steps;
    scan(grouping, loop->loop.body);
    grouping->turns = turns;
    grouping->copies = copies;
}

static void scan_statement(Grouping *grouping, Statement *statement) {
    switch (statement->kind) {
    case STATEMENT_ALLOC: {
        WideBuffer buffer = {.old = statement->alloc, .copies = 1};
        if (is_on_chip(statement->alloc)) vector_push(grouping->arena, grouping->buffers, buffer);
        if (!is_on_chip(statement->alloc) || statement->alloc->rank + AXES >= MAX_RANK) grouping->refused = true;
        return;
    }
    case STATEMENT_FOR: scan_loop(grouping, statement); return;
    case STATEMENT_IF:
        scan(grouping, statement->branch.then);
        if (statement->branch.otherwise) scan(grouping, statement->branch.otherwise);
        return;
    default: grouping->refused = true;
    }
}

// Anything but nests, and control flow that is the same for all blocks, is refused.
static void scan(Grouping *grouping, Block *block) {
    for (Statement *s = block->first; s && !grouping->refused; s = s->next) {
        if (is_nest(s)) {
            add_nest(grouping, s);
            continue;
        }
        if (depends(grouping, s)) grouping->refused = true;
        scan_statement(grouping, s);
    }
}

static bool join_axes(Axes *axes, const Axes *more) {
    bool grown = false;
    for (int axis = 0; axis < AXES; axis++) {
        grown = grown || (more->along[axis] && !axes->along[axis]);
        axes->along[axis] = axes->along[axis] || more->along[axis];
    }
    return grown;
}

// A nest differs between blocks as what it reads and writes does, a buffer as the nests that write it do.
static bool spread_axes(Grouping *grouping) {
    bool grown = false;
    for (uint32_t i = 0; i < grouping->nests.count; i++) {
        Nest *nest = &grouping->nests.items[i];
        for (uint32_t k = 0; k < nest->accesses.count; k++) {
            WideBuffer *buffer = wide_of(grouping, nest->accesses.items[k].buffer);
            if (buffer) grown = join_axes(&nest->axes, &buffer->axes) || grown;
        }
        for (uint32_t k = 0; k < nest->accesses.count; k++) {
            WideBuffer *buffer = wide_of(grouping, nest->accesses.items[k].buffer);
            if (buffer && nest->accesses.items[k].writes) grown = join_axes(&buffer->axes, &nest->axes) || grown;
        }
    }
    return grown;
}

// ---------------------------------------------------------------- how many together

static int64_t times(const Axes *axes, const int64_t factor[AXES]) {
    return (axes->along[0] ? factor[0] : 1) * (axes->along[1] ? factor[1] : 1);
}

static bool fits_l1(Grouping *grouping, const int64_t factor[AXES]) {
    const Target *target = grouping->options->target;
    int64_t bytes = program_l1_bytes(grouping->function, target);
    for (uint32_t i = 0; i < grouping->buffers.count; i++) {
        const WideBuffer *buffer = &grouping->buffers.items[i];
        bytes += bytes_in_l1(buffer->old) * buffer->copies * (buffer->doubled ? 2 : 1) * times(&buffer->axes, factor);
    }
    return bytes <= target->l1_bytes - target->l1_base;
}

static const Nest *nest_of(const Grouping *grouping, const Statement *statement) {
    for (uint32_t i = 0; i < grouping->nests.count; i++)
        if (grouping->nests.items[i].statement == statement) return &grouping->nests.items[i];
    return NULL;
}

// What the loops of a whole group load, for each of its blocks.
typedef struct Load {
    double bytes;
    double cycles; // of the longest stream, on its way into one core
} Load;

static Load load_of_block(const Grouping *grouping, const int64_t factor[AXES]) {
    Load load = {0};
    for (uint32_t i = 0; i < grouping->streams.count; i++) {
        const Stream *stream = &grouping->streams.items[i];
        double bytes = (double)stream->bytes * (double)times(&nest_of(grouping, stream->nest)->axes, factor) /
                       (double)(factor[0] * factor[1]);
        double cycles = bytes / grouping->options->target->noc_answer_bytes_per_cycle;
        load.bytes += bytes;
        if (cycles > load.cycles) load.cycles = cycles;
    }
    return load;
}

static bool loads_enough(const Grouping *grouping, const Load *load) {
    return load->cycles * LOAD_SHARE <= grouping->product_cycles;
}

static bool may_choose(Grouping *grouping, const int64_t factor[AXES]) {
    ItemsTogether together = {factor[COLUMN_AXIS], factor[ROW_AXIS]};
    return fits_l1(grouping, factor) &&
           groups_of_items(grouping->function, grouping->options, together) >= LEAST_GROUPS;
}

// The smallest group whose loads are short enough; without one, the group that loads least for each block.
static void choose_factors(Grouping *grouping) {
    int64_t factor[AXES];
    Load best = load_of_block(grouping, grouping->factor);
    for (factor[0] = 1; factor[0] <= MOST_TOGETHER; factor[0] *= 2)
        for (factor[1] = 1; factor[1] <= MOST_TOGETHER; factor[1] *= 2) {
            Load load = load_of_block(grouping, factor);
            bool enough = loads_enough(grouping, &load), had = loads_enough(grouping, &best);
            bool smaller = factor[0] * factor[1] < grouping->factor[0] * grouping->factor[1];
            bool better = had ? enough && smaller : enough || load.bytes < best.bytes;
            if (!better || !may_choose(grouping, factor)) continue;
            best = load;
            for (int axis = 0; axis < AXES; axis++) grouping->factor[axis] = factor[axis];
        }
}

// ---------------------------------------------------------------- the rewriting

// In the order of the leading dimensions: rows of blocks, then columns.
static bool has_axis(const Grouping *grouping, const Axes *axes, int axis) {
    return axes->along[axis] && grouping->factor[axis] > 1;
}

static Buffer *widened(Grouping *grouping, const WideBuffer *buffer) {
    Buffer *old = buffer->old;
    const Expr *shape[MAX_RANK];
    int lead = 0;
    for (int axis = 0; axis < AXES; axis++)
        if (has_axis(grouping, &buffer->axes, axis)) shape[lead++] = expr_int(grouping->module, grouping->factor[axis]);
    if (!lead) return old;
    for (int d = 0; d < old->rank; d++) shape[lead + d] = old->shape[d];
    Buffer *wide =
        buffer_new(grouping->function, old->scope, old->name, old->type, old->rank + lead, shape, old->location);
    wide->name = old->name; // the old one goes
    wide->layout = old->layout;
    wide->has_layout = true;
    if (wide->layout.rows_dimension >= 0) wide->layout.rows_dimension += lead;
    if (wide->layout.columns_dimension >= 0) wide->layout.columns_dimension += lead;
    return wide;
}

// Its indices with those of the block in its group in front; false if the buffer stays as it is.
static bool widen_indices(const Grouping *grouping, const WideBuffer *buffer, const Expr *const old[],
                          const Expr *indices[MAX_RANK]) {
    if (!buffer || buffer->wide == buffer->old) return false;
    int lead = 0;
    for (int axis = 0; axis < AXES; axis++)
        if (has_axis(grouping, &buffer->axes, axis)) indices[lead++] = grouping->place[axis];
    for (int d = 0; d < buffer->old->rank; d++) indices[lead + d] = old[d];
    return true;
}

static const Expr *widen_load(Module *module, const Expr *expr, void *user) {
    Grouping *grouping = user;
    if (expr->kind != EXPR_LOAD) return expr;
    const Expr *indices[MAX_RANK];
    WideBuffer *buffer = wide_of(grouping, expr->buffer);
    return widen_indices(grouping, buffer, expr->args, indices) ? expr_load(module, buffer->wide, indices) : expr;
}

static void widen_store(Statement *statement, void *user) {
    Grouping *grouping = user;
    if (statement->kind != STATEMENT_STORE) return;
    statement->store.value = map_expression(grouping->module, statement->store.value, widen_load, grouping);
    const Expr *indices[MAX_RANK];
    WideBuffer *buffer = wide_of(grouping, statement->store.buffer);
    if (!widen_indices(grouping, buffer, statement->store.indices, indices)) return;
    statement->store.buffer = buffer->wide;
    for (int d = 0; d < buffer->wide->rank; d++) statement->store.indices[d] = indices[d];
}

static void widen_nest(Grouping *grouping, const Nest *nest) {
    static const char *const names[AXES] = {"by_in_group", "bx_in_group"};
    Module *module = grouping->module;
    Statement *place = nest->statement, *loops[AXES] = {NULL};
    for (int axis = AXES - 1; axis >= 0; axis--) { // the innermost first
        if (!has_axis(grouping, &nest->axes, axis)) continue;
        Name name = name_of(module->context, names[axis]);
        Variable *variable = variable_new(grouping->function, VARIABLE_LOOP, name, DTYPE_INT32, place->location);
        loops[axis] = build_for(module, FOR_TILE, variable, expr_int(module, grouping->factor[axis]), place->location);
        block_insert_before(place, loops[axis]);
        statement_remove(place);
        block_append(loops[axis]->loop.body, place);
        place = loops[axis];
        grouping->place[axis] = expr_variable(module, variable);
    }
    if (place == nest->statement) return;
    walk_statements(place->loop.body, widen_store, grouping);
    for (int axis = 0; axis < AXES; axis++) {
        const Variable *variable = coordinate(grouping, axis);
        if (loops[axis] && variable)
            substitute_block(module, place->loop.body, variable,
                             expr_add(module, expr_variable(module, variable), grouping->place[axis]));
    }
}

static void replace_alloc(Statement *statement, void *user) {
    if (statement->kind != STATEMENT_ALLOC) return;
    WideBuffer *buffer = wide_of(user, statement->alloc);
    if (buffer) statement->alloc = buffer->wide;
}

static void widen(Grouping *grouping) {
    for (uint32_t i = 0; i < grouping->buffers.count; i++)
        grouping->buffers.items[i].wide = widened(grouping, &grouping->buffers.items[i]);
    for (uint32_t i = 0; i < grouping->nests.count; i++) widen_nest(grouping, &grouping->nests.items[i]);
    walk_statements(grouping->launch->launch.body, replace_alloc, grouping);
}

// ---------------------------------------------------------------- the pass

// Sizes that are bound late would make the programs of two sizes differ. A core works on the shards that it holds.
static bool may_group(const Function *function, const CompileOptions *options, const Statement *launch) {
    int64_t extent;
    bool fixed = !options->legacy;
    for (int i = 0; i < launch->launch.rank; i++) fixed = fixed && expr_constant(launch->launch.extents[i], &extent);
    for (uint32_t i = 0; i < function->parameters.count; i++)
        fixed = fixed && function->parameters.items[i]->layout.space != SPACE_L1;
    return fixed;
}

static void run(Function *function, const CompileOptions *options) {
    Context *context = function->module->context;
    Grouping grouping = {.function = function,
                         .module = function->module,
                         .arena = &context->scratch,
                         .options = options,
                         .launch = function_launch(function),
                         .turns = 1,
                         .copies = 1,
                         .factor = {1, 1}};
    if (may_group(function, options, grouping.launch)) scan(&grouping, grouping.launch->launch.body);
    if (!grouping.refused) {
        while (spread_axes(&grouping)) continue;
        choose_factors(&grouping);
    }
    if (grouping.factor[0] > 1 || grouping.factor[1] > 1) widen(&grouping);
    Value *pair = value_list(&context->unit);
    value_append(&context->unit, pair, value_int(&context->unit, grouping.factor[COLUMN_AXIS]));
    value_append(&context->unit, pair, value_int(&context->unit, grouping.factor[ROW_AXIS]));
    function->attributes[ATTR_ITEMS_TOGETHER] = pair;
}

const Pass pass_coarsen_items = {
    .name = "CoarsenItems",
    .file = "coarsen-items",
    .summary = "neighbouring blocks of a core that load the same tiles are worked on together",
    .requires = ATTR_BIT(STAGED) | ATTR_BIT(WORK_PARTITION) | ATTR_BIT(WORK_GRID),
    .provides = ATTR_BIT(ITEMS_TOGETHER),
    .precedes = ATTR_BIT(CIRCULAR_BUFFERS),
    .optional = true,
    .run = run,
};
