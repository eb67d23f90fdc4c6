// GridToPersistentTT: the launch becomes one loop per core over its work items. Runtime arguments say which; the
// block's coordinates follow from the item's number.
#include "ir/walk.h"
#include "pass/arguments.h"
#include "pass/items_together.h"
#include "pass/work_partition.h"

typedef struct Persistent {
    Function *function;
    Module *module;
    WorkForm form;
    const Variable *arguments[4]; // item_start, item_count; or block_x, block_y, block_columns, block_rows
    const Expr *grid[3];
    ItemsTogether together; // a turn of the loop is for that many items
} Persistent;

// ---------------------------------------------------------------- runtime arguments

static int64_t list_item(const Value *list, uint32_t i) { return list->items[i]->integer; }

// The partition may come from IR text.
static void check_work(const Persistent *work, const CompileOptions *options) {
    Function *function = work->function;
    const char *fault = work_fault(function, work->form);
    if (fault)
        fail(work->module->context, DIAG_PASS_REQUIRES, function->location, "GridToPersistentTT needs %s", fault);
    for (uint32_t i = 0; function->is_claimed && i < function->threads.count; i++) {
        const Statement *launch = block_launch(function->threads.items[i]->body);
        if (launch) check_partition(function, options, launch);
    }
}

// `each`: how many the argument counts as one.
static const Variable *partition_argument(Persistent *work, const char *name, const char *key, uint32_t which,
                                          int64_t each) {
    const Value *partition = work->function->attributes[ATTR_WORK_PARTITION];
    Arena *arena = &work->module->context->scratch;
    Core *cores = arena_new_array(arena, Core, partition->count);
    int64_t *values = arena_new_array(arena, int64_t, partition->count);
    for (uint32_t i = 0; i < partition->count; i++) {
        const Value *core = value_get(partition->items[i], "core");
        cores[i] = (Core){(int)list_item(core, 0), (int)list_item(core, 1)};
        values[i] = list_item(value_get(partition->items[i], key), which) / each;
    }
    return add_runtime_argument(work->function, name, AXIS_NONE, (int)partition->count, cores, values)->variable;
}

static void add_arguments(Persistent *work) {
    if (work->form.blocks) {
        static const char *const names[] = {"block_x", "block_y", "block_columns", "block_rows"};
        const int64_t each[] = {1, 1, work->together.columns, work->together.rows};
        for (uint32_t i = 0; i < 4; i++) work->arguments[i] = partition_argument(work, names[i], "block", i, each[i]);
    } else {
        work->arguments[0] = partition_argument(work, "item_start", "run", 0, 1);
        work->arguments[1] =
            partition_argument(work, "item_count", "run", 1, work->together.columns * work->together.rows);
    }
}

// ---------------------------------------------------------------- the loop

static const Expr *argument(Persistent *work, int i) { return expr_variable(work->module, work->arguments[i]); }

static const Expr *turns(Persistent *work) {
    if (!work->form.blocks) return argument(work, 1);
    return expr_mul(work->module, argument(work, 2), argument(work, 3));
}

static const Expr *halves(Module *module, const Expr *number, int64_t times) {
    return expr_floordiv(module, number, expr_int(module, (int64_t)1 << times));
}

// Every second bit of the number below `bits` pairs, gathered.
static const Expr *gathered_bits(Module *module, const Expr *number, int first, int bits) {
    const Expr *sum = expr_int(module, 0);
    for (int i = 0; i < bits; i++) {
        const Expr *bit = expr_floormod(module, halves(module, number, 2 * i + first), expr_int(module, 2));
        sum = expr_add(module, sum, expr_mul(module, bit, expr_int(module, (int64_t)1 << i)));
    }
    return sum;
}

static int log2_of(int64_t value) {
    int bits = 0;
    while (value > 1) value /= 2, bits++;
    return bits;
}

// Squares one after the other along the longer side, each in Morton order. All rectangles are of one shape.
static void z_place(Persistent *work, const Expr *turn, const Expr **x, const Expr **y) {
    Module *module = work->module;
    const Value *block = value_get(work->function->attributes[ATTR_WORK_PARTITION]->items[0], "block");
    int columns = log2_of(list_item(block, 2)), rows = log2_of(list_item(block, 3));
    int bits = columns < rows ? columns : rows;
    const Expr *square = expr_mul(module, halves(module, turn, 2 * bits), expr_int(module, (int64_t)1 << bits));
    *x = gathered_bits(module, turn, 0, bits);
    *y = gathered_bits(module, turn, 1, bits);
    if (columns > rows)
        *x = expr_add(module, *x, square);
    else if (rows > columns)
        *y = expr_add(module, *y, square);
}

// Column and row inside a core's rectangle.
static void place_in_block(Persistent *work, const Expr *turn, const Expr **x, const Expr **y) {
    bool by_columns = work->form.order == ORDER_COLUMN_MAJOR;
    const Expr *side = argument(work, by_columns ? 3 : 2);
    const Expr *along = expr_floormod(work->module, turn, side), *across = expr_floordiv(work->module, turn, side);
    *x = by_columns ? across : along;
    *y = by_columns ? along : across;
    if (work->form.order == ORDER_Z) z_place(work, turn, x, y);
}

// Column x and row y of the block, y counting through y and z.
static void place_of_item(Persistent *work, const Expr *turn, const Expr **x, const Expr **y) {
    Module *module = work->module;
    if (work->form.blocks) {
        place_in_block(work, turn, x, y);
        *x = expr_add(module, argument(work, 0), expr_mul(module, *x, expr_int(module, work->together.columns)));
        *y = expr_add(module, argument(work, 1), expr_mul(module, *y, expr_int(module, work->together.rows)));
        return;
    }
    bool by_columns = work->form.order == ORDER_COLUMN_MAJOR;
    const Expr *side = by_columns ? expr_mul(module, work->grid[1], work->grid[2]) : work->grid[0];
    int64_t each = work->together.columns * work->together.rows; // in a run they follow each other
    const Expr *item = expr_add(module, argument(work, 0), expr_mul(module, turn, expr_int(module, each)));
    const Expr *along = expr_floormod(module, item, side), *across = expr_floordiv(module, item, side);
    *x = by_columns ? across : along;
    *y = by_columns ? along : across;
}

typedef struct Use {
    const Variable *variable;
    bool found;
} Use;

static void find_use(const Expr **slot, void *user) {
    Use *use = user;
    use->found = use->found || expression_uses(*slot, use->variable);
}

static void find_uses(Statement *statement, void *user) { statement_expressions(statement, find_use, user); }

static void add_let(Persistent *work, Block *body, Variable *variable, const Expr *value) {
    Use use = {.variable = variable};
    walk_statements(body, find_uses, &use);
    if (!use.found) return;
    variable->kind = VARIABLE_LET;
    Statement *let = build_let(work->module, variable, value);
    if (body->first)
        block_insert_before(body->first, let);
    else
        block_append(body, let);
}

static void make_persistent(Persistent *work, Statement *launch) {
    Module *module = work->module;
    for (int i = 0; i < 3; i++)
        work->grid[i] = i < launch->launch.rank ? launch->launch.extents[i] : expr_int(module, 1);
    Variable *item =
        variable_new(work->function, VARIABLE_LOOP, name_of(module->context, "item"), DTYPE_INT32, launch->location);
    Statement *loop = build_for(module, FOR_SERIAL, item, turns(work), launch->location);
    const Expr *x, *y;
    if (launch->launch.rank == 1 && !work->form.blocks) {
        const Expr *first = expr_mul(module, expr_variable(module, item), expr_int(module, work->together.columns));
        x = expr_add(module, argument(work, 0), first);
        y = expr_int(module, 0);
    } else {
        place_of_item(work, expr_variable(module, item), &x, &y);
    }
    const Expr *coordinates[] = {x, launch->launch.rank == 3 ? expr_floormod(module, y, work->grid[1]) : y,
                                 expr_floordiv(module, y, work->grid[1])};
    while (launch->launch.body->first) {
        Statement *statement = launch->launch.body->first;
        statement_remove(statement);
        block_append(loop->loop.body, statement);
    }
    for (int i = launch->launch.rank - 1; i >= 0; i--)
        add_let(work, loop->loop.body, launch->launch.variables[i], coordinates[i]);
    block_insert_before(launch, loop);
    statement_remove(launch);
}

static void run(Function *function, const CompileOptions *options) {
    Persistent work = {.function = function, .module = function->module, .form = work_form(function, options)};
    check_work(&work, options);
    work.together = items_together(function, options);
    add_arguments(&work);
    for (uint32_t i = 0; i < function->threads.count; i++) {
        Statement *launch = block_launch(function->threads.items[i]->body);
        if (launch) make_persistent(&work, launch);
    }
    hold(function, ATTR_PERSISTENT);
}

const Pass pass_grid_to_persistent = {
    .name = "GridToPersistentTT",
    .file = "grid-to-persistent",
    .summary = "one loop per core over its work items, by runtime arguments",
    .requires = ATTR_BIT(THREADS) | ATTR_BIT(WORK_PARTITION) | ATTR_BIT(WORK_GRID),
    .provides = ATTR_BIT(PERSISTENT),
    .run = run,
};
