// The verifier: a sound kernel passes, and each rule, broken once, is reported with what broke it.
#include "fixture.h"

#include <string.h>

#include "ir/build.h"
#include "ir/verify.h"

// One kernel: a launch, a shared buffer, a loop that copies and stores.
typedef struct World {
    Context *context;
    Module *module;
    Function *function;
    Buffer *a, *s;
    Variable *bx, *i;
    Statement *launch, *alloc, *loop, *copy, *store;
} World;

static Location at(World *w, uint32_t line) { return (Location){context_find_source(w->context, "k.py"), line, 1, 0}; }

static Variable *new_variable(World *w, VariableKind kind, const char *name, DType type) {
    return variable_new(w->function, kind, name_of(w->context, name), type, (Location){0});
}

static Buffer *new_buffer(World *w, Scope scope, const char *name, uint32_t line) {
    const Expr *shape[] = {expr_int(w->module, 64), expr_int(w->module, 64)};
    return buffer_new(w->function, scope, name_of(w->context, name), DTYPE_FLOAT32, 2, shape, at(w, line));
}

static Region whole(World *w, Buffer *buffer) {
    Region region = {.buffer = buffer};
    for (int i = 0; i < buffer->rank; i++) {
        region.start[i] = expr_int(w->module, 0);
        region.extent[i] = buffer->shape[i];
    }
    return region;
}

static void add_launch(World *w) {
    w->launch = statement_new(w->module, STATEMENT_LAUNCH, at(w, 1));
    w->launch->launch.rank = 1;
    w->launch->launch.variables[0] = w->bx;
    w->launch->launch.extents[0] = expr_int(w->module, 8);
    w->launch->launch.body = block_new(w->module, w->launch);
    block_append(w->function->body, w->launch);
}

static World new_world(Context *context) {
    World w = {.context = context, .module = module_new(context, &ir_operations, 1)};
    w.function = function_new(w.module, name_of(context, "kernel"), at(&w, 9));
    w.a = new_buffer(&w, SCOPE_GLOBAL, "A", 9);
    w.a->parameter = 0;
    vector_push(&context->unit, w.function->parameters, w.a);
    w.bx = new_variable(&w, VARIABLE_BLOCK, "bx", DTYPE_INT32);
    w.i = new_variable(&w, VARIABLE_LOOP, "i", DTYPE_INT32);
    w.s = new_buffer(&w, SCOPE_SHARED, "s", 2);
    add_launch(&w);
    w.alloc = build_alloc(w.module, w.s);
    block_append(w.launch->launch.body, w.alloc);
    w.loop = build_for(w.module, FOR_SERIAL, w.i, expr_int(w.module, 4), at(&w, 3));
    block_append(w.launch->launch.body, w.loop);
    Region from = whole(&w, w.a), to = whole(&w, w.s);
    Operand operands[] = {operand_region(&from), operand_region(&to)};
    w.copy = build_operation(w.module, &ir_operations.rows[IR_COPY], at(&w, 4), 2, operands);
    block_append(w.loop->loop.body, w.copy);
    const Expr *indices[] = {expr_variable(w.module, w.i), expr_variable(w.module, w.bx)};
    const Expr *value = expr_load(w.module, w.s, indices);
    w.store = build_store(w.module, w.s, indices, value, at(&w, 5));
    block_append(w.loop->loop.body, w.store);
    return w;
}

// ---------------------------------------------------------------- one change each

static void break_nothing(World *w) { (void)w; }

static void use_outside_of_loop(World *w) {
    statement_remove(w->store);
    block_append(w->launch->launch.body, w->store);
}

static void use_before_alloc(World *w) {
    statement_remove(w->alloc);
    block_append(w->launch->launch.body, w->alloc);
}

static void alloc_twice(World *w) { block_insert_after(w->alloc, build_alloc(w->module, w->s)); }

static void shadow_loop(World *w) {
    block_append(w->loop->loop.body, build_for(w->module, FOR_SERIAL, w->i, expr_int(w->module, 4), at(w, 6)));
}

static void store_wrong_type(World *w) { w->store->store.value = expr_int(w->module, 1); }
static void store_float_index(World *w) { w->store->store.indices[0] = w->store->store.value; }
static void lose_index(World *w) { w->store->store.indices[1] = NULL; }
static void wide_loop(World *w) { w->loop->loop.extent = expr_integer(w->module, DTYPE_INT64, 4); }
static void still_loop(World *w) { w->loop->loop.step = expr_int(w->module, 0); }
static void start_elsewhere(World *w) {
    w->function->attributes[ATTR_CANONICAL] = value_bool(&w->context->unit, true);
    w->loop->loop.start = expr_int(w->module, 1);
}

static void stages_of_serial(World *w) { w->loop->loop.stages = 2; }
static void launch_of_rank_4(World *w) { w->launch->launch.rank = 4; }
static void missing_region(World *w) { w->copy->op.operands[1].region = NULL; }
static void swap_kind(World *w) { w->copy->op.operands[0] = operand_bool(true); }
static void extra_operand(World *w) { w->copy->op.operands[2] = operand_bool(true); }
static void unlink_statement(World *w) { w->store->previous = NULL; }
static void wrong_owner(World *w) { w->loop->loop.body->owner = w->launch; }
static void parameter_place(World *w) { w->a->parameter = 1; }
static void wrong_attribute(World *w) { w->function->attributes[ATTR_CORE_GRID] = value_bool(&w->context->unit, true); }
static void void_buffer(World *w) { w->s->type = DTYPE_VOID; }

static void tile_plane(World *w) {
    w->s->has_layout = true;
    w->s->layout.rows_dimension = w->s->layout.columns_dimension = 1;
}

static void no_layout(World *w) { w->function->attributes[ATTR_BUFFER_LAYOUTS] = value_bool(&w->context->unit, true); }

static void layout_of_another_type(World *w) {
    no_layout(w);
    w->a->has_layout = true;
    w->a->layout = (Layout){.space = SPACE_L1,
                            .rows_dimension = 0,
                            .columns_dimension = 1,
                            .format = DTYPE_BFLOAT16,
                            .tile_rows = TILE_SIZE,
                            .tile_columns = TILE_SIZE};
}

static void user_takes_ours(World *w) {
    Arena *arena = &w->context->unit;
    value_set(arena, w->function->user_attributes, name_of(w->context, "tt.tiled"), value_bool(arena, true));
}

static void break_outside(World *w) {
    block_append(w->launch->launch.body, statement_new(w->module, STATEMENT_BREAK, at(w, 6)));
}

static void integer_condition(World *w) {
    block_append(w->loop->loop.body, build_if(w->module, expr_int(w->module, 1), at(w, 6)));
}

static void nested_launch(World *w) {
    Statement *loop = w->launch;
    add_launch(w);
    statement_remove(w->launch);
    w->launch->launch.variables[0] = new_variable(w, VARIABLE_BLOCK, "by", DTYPE_INT32);
    block_append(loop->launch.body, w->launch);
}

static void unknown_word(World *w) {
    Region from = whole(w, w->s), to = whole(w, w->s);
    Operand operands[] = {operand_region(&from), operand_region(&to), operand_name(name_of(w->context, "mean")),
                          operand_expr(expr_int(w->module, 0))};
    Statement *reduce = build_operation(w->module, &ir_operations.rows[IR_REDUCE], at(w, 6), 4, operands);
    block_append(w->loop->loop.body, reduce);
}

static void deep_blocks(World *w) {
    Block *block = w->loop->loop.body;
    for (int k = 0; k < 5000; k++) {
        Statement *branch = build_if(w->module, expr_bool(w->module, true), at(w, 6));
        block_append(block, branch);
        block = branch->branch.then;
    }
}

static CircularBuffer *add_circular(World *w, const char *name, int pages) {
    CircularBuffer *circular = arena_new(&w->context->unit, CircularBuffer);
    *circular = (CircularBuffer){.name = name_of(w->context, name), .page_bytes = 2048, .pages = pages, .window = 2};
    vector_push(&w->context->unit, w->function->circular_buffers, circular);
    return circular;
}

static void window_does_not_divide(World *w) { add_circular(w, "cb", 5); }
static void same_names(World *w) { add_circular(w, "cb", 4), add_circular(w, "cb", 4); }

static void alias_of_later(World *w) {
    CircularBuffer *first = add_circular(w, "cb", 4);
    first->alias = add_circular(w, "other", 4);
}

static void body_and_threads(World *w) {
    ThreadProgram *thread = arena_new(&w->context->unit, ThreadProgram);
    thread->body = block_new(w->module, NULL);
    vector_push(&w->context->unit, w->function->threads, thread);
}

static const struct {
    void (*change)(World *w);
    const char *message; // part of it; NULL: valid
    uint32_t line;
} cases[] = {
    {break_nothing, NULL, 0},
    {use_outside_of_loop, "'i' is used where it is not defined", 5},
    {use_before_alloc, "buffer 's' is used where it is not allocated", 4},
    {alloc_twice, "'s' is defined again", 2},
    {shadow_loop, "'i' is defined again", 6},
    {store_wrong_type, "the value of a store must be float32, and is int32", 5},
    {store_float_index, "the index of a store must be an integer, and is float32", 5},
    {lose_index, "the index of a store is missing", 5},
    {wide_loop, "the count of a loop must be int32, and is int64", 3},
    {still_loop, "the step of a loop is 0", 3},
    {stages_of_serial, "only a T.Pipelined loop has stages", 3},
    {launch_of_rank_4, "1 to 3 dimensions, not 4", 1},
    {missing_region, "operand 'dst' is missing", 4},
    {swap_kind, "operand 'src' is of another kind", 4},
    {extra_operand, "copy takes 2 operands, and has more", 4},
    {unlink_statement, "not linked", 4},
    {wrong_owner, "another owner", 3},
    {parameter_place, "not in its place", 9},
    {wrong_attribute, "tt.core_grid must be of type [int]", 9},
    {void_buffer, "buffer 's' has no type", 2},
    {tile_plane, "the tile plane [1, 1] of 's' does not suit", 2},
    {no_layout, "'A' has no layout, and tt.buffer_layouts says", 9},
    {layout_of_another_type, "the layout of 'A' says bfloat16, and its elements are float32", 9},
    {user_takes_ours, "the attribute tt.tiled is no flag", 9},
    {break_outside, "'break' stands outside of every loop", 6},
    {start_elsewhere, "tt.canonical says that loops count from 0 by 1", 3},
    {integer_condition, "the condition must be bool, and is int32", 6},
    {nested_launch, "a launch stands inside", 1},
    {unknown_word, "must be one of sum|max|", 6},
    {deep_blocks, "nested more than", 6},
    {window_does_not_divide, "no multiple of its window", 9},
    {same_names, "'cb' is given twice", 9},
    {alias_of_later, "not declared before", 9},
    {body_and_threads, "both a body and threads", 9},
};

static void run_case(Context *context, void *user) {
    size_t number = *(size_t *)user;
    World w = new_world(context);
    cases[number].change(&w);
    assert_int_equal(verify_module(w.module), cases[number].message == NULL);
}

static void test_cases(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Context *context = context_new(&system_allocator);
        context_try(context, run_case, &i);
        if (cases[i].message) {
            const Diagnostic *first = context->diagnostics.items;
            assert_int_equal(first->code, cases[i].change == user_takes_ours ? DIAG_IR_TEXT : DIAG_IR_INVALID);
            if (!strstr(first->message, cases[i].message)) stop_test("%s: %s\n", cases[i].message, first->message);
            assert_int_equal(first->location.line, cases[i].line);
        } else {
            assert_int_equal(context->diagnostics.count, 0);
        }
        context_free(context);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_cases)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
