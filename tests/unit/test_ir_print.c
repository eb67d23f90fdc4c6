// IR text: every kind of statement, declaration and expression as docs/ir.md shows it.
#include "fixture.h"

#include <math.h>
#include <string.h>

#include "ir/attrs.h"
#include "ir/build.h"
#include "ir/layout.h"
#include "ir/names.h"
#include "ir/verify.h"

// Two instructions, as a table of another folder has them.
static const Operation instruction_rows[] = {
    {"read_page", "", "tensor:tensor page:int cb:cb slot:int", 0, NULL},
    {"set", "", "sem:sem value:float order:up|down flag:bool=True", 1, NULL},
};
static const OperationTable instructions = {instruction_rows, 2};

typedef struct World {
    Context *context;
    Module *module;
    Function *function;
} World;

static World new_world(Context *context) {
    OperationTable both[] = {ir_operations, instructions};
    World world = {.context = context, .module = module_new(context, both, 2)};
    world.function = function_new(world.module, name_of(context, "kernel"), (Location){0});
    return world;
}

static Variable *new_variable(World *w, VariableKind kind, const char *name, DType type) {
    return variable_new(w->function, kind, name_of(w->context, name), type, (Location){0});
}

static Buffer *new_buffer(World *w, Scope scope, const char *name, DType type, int rank, int64_t rows,
                          int64_t columns) {
    const Expr *shape[] = {expr_int(w->module, rows), expr_int(w->module, columns)};
    return buffer_new(w->function, scope, name_of(w->context, name), type, rank, shape, (Location){0});
}

static void assert_prints(World *w, const char *expected) {
    Text text = {.arena = &w->context->unit};
    print_module(w->module, (PrintOptions){.locations = true}, &text);
    assert_string_equal(text.data, expected);
}

// ---------------------------------------------------------------- expressions

static void assert_text(World *w, const Expr *expr, const char *expected) {
    Text text = {.arena = &w->context->unit};
    print_expression(expr, &text);
    assert_string_equal(text.data, expected);
}

static void parentheses(Context *context, void *user) {
    (void)user;
    World w = new_world(context);
    Module *m = w.module;
    const Expr *a = expr_variable(m, new_variable(&w, VARIABLE_LET, "a", DTYPE_FLOAT32));
    const Expr *b = expr_variable(m, new_variable(&w, VARIABLE_LET, "b", DTYPE_FLOAT32));
    const Expr *p = expr_binary(m, OP_LT, a, b), *q = expr_binary(m, OP_GE, a, b);
    const Expr *sum = expr_add(m, a, b), *i = expr_variable(m, new_variable(&w, VARIABLE_LET, "i", DTYPE_INT32));
    const Expr *j = expr_variable(m, new_variable(&w, VARIABLE_LET, "j", DTYPE_INT32));
    assert_text(&w, expr_add(m, sum, b), "a + b + b");
    assert_text(&w, expr_add(m, b, sum), "b + (a + b)");
    assert_text(&w, expr_sub(m, a, expr_sub(m, a, b)), "a - (a - b)");
    assert_text(&w, expr_mul(m, sum, b), "(a + b) * b");
    assert_text(&w, expr_binary(m, OP_DIV, a, expr_mul(m, a, b)), "a / (a * b)");
    assert_text(&w, expr_unary(m, OP_NEG, sum), "-(a + b)");
    assert_text(&w, expr_mul(m, expr_unary(m, OP_NEG, a), b), "-a * b");
    assert_text(&w, expr_unary(m, OP_NEG, expr_mul(m, a, b)), "-(a * b)");
    assert_text(&w, expr_add(m, a, expr_unary(m, OP_NEG, b)), "a + -b");
    assert_text(&w, expr_binary(m, OP_EQ, p, q), "(a < b) == (a >= b)");
    assert_text(&w, expr_unary(m, OP_NOT, p), "not a < b");
    assert_text(&w, expr_binary(m, OP_EQ, expr_unary(m, OP_NOT, p), q), "(not a < b) == (a >= b)");
    assert_text(&w, expr_binary(m, OP_AND, expr_binary(m, OP_OR, p, q), p), "(a < b or a >= b) and a < b");
    assert_text(&w, expr_binary(m, OP_OR, p, expr_binary(m, OP_OR, q, p)), "a < b or (a >= b or a < b)");
    assert_text(&w, expr_binary(m, OP_BITAND, expr_binary(m, OP_BITOR, i, j), i), "(i | j) & i");
    assert_text(&w, expr_binary(m, OP_BITOR, i, expr_binary(m, OP_BITXOR, expr_binary(m, OP_SHL, i, j), j)),
                "i | i << j ^ j");
    assert_text(&w, expr_binary(m, OP_SHL, expr_add(m, i, j), expr_binary(m, OP_SHR, i, j)), "i + j << (i >> j)");
    assert_text(&w, expr_unary(m, OP_BITNOT, expr_unary(m, OP_NEG, i)), "~-i");
    assert_text(&w, expr_select(m, p, a, expr_max(m, a, b)), "T.if_then_else(a < b, a, T.max(a, b))");
    assert_text(&w, expr_unary(m, OP_EXP2, sum), "T.exp2(a + b)");
    assert_text(&w, expr_cast(m, DTYPE_BFLOAT16, sum), "T.cast(a + b, \"bfloat16\")");
    assert_text(&w, expr_unary(m, OP_BROADCAST_ROW, a), "tt.broadcast_row(a)");
    assert_text(&w, expr_op(m, OP_ROW_INDEX, DTYPE_INT32, NULL), "tt.row_index(\"int32\")");
    const Expr *half = expr_float(m, DTYPE_BFLOAT16, 0.5);
    assert_text(&w, expr_op(m, OP_MATMUL, DTYPE_VOID, (const Expr *[]){a, half, half}),
                "tt.matmul(a, T.bfloat16(0.5), T.bfloat16(0.5))");
}

static void test_parentheses(void **state) { assert_works(*state, parentheses, NULL); }

static void constants(Context *context, void *user) {
    (void)user;
    World w = new_world(context);
    Module *m = w.module;
    assert_text(&w, expr_int(m, -5), "-5");
    assert_text(&w, expr_int(m, INT32_MAX), "2147483647");
    assert_text(&w, expr_int(m, INT32_MIN), "T.int32(-2147483648)");
    assert_text(&w, expr_integer(m, DTYPE_INT64, 5), "T.int64(5)");
    assert_text(&w, expr_integer(m, DTYPE_UINT8, 255), "T.uint8(255)");
    assert_text(&w, expr_bool(m, false), "False");
    assert_text(&w, expr_float(m, DTYPE_FLOAT32, 1), "1.0");
    assert_text(&w, expr_float(m, DTYPE_FLOAT32, 1e-30), "1e-30");
    assert_text(&w, expr_float(m, DTYPE_FLOAT32, -0.0), "-0.0");
    assert_text(&w, expr_float(m, DTYPE_FLOAT32, 16777217), "16777216.0");
    assert_text(&w, expr_float(m, DTYPE_FLOAT16, 0.1), "T.float16(0.1)");
    assert_text(&w, expr_float(m, DTYPE_FLOAT64, 0.1), "T.float64(0.1)");
    assert_text(&w, expr_float(m, DTYPE_FLOAT32, -INFINITY), "T.float32(\"-inf\")");
    assert_text(&w, expr_float(m, DTYPE_BFLOAT16, NAN), "T.bfloat16(\"nan\")");
    assert_ptr_equal(expr_float(m, DTYPE_FLOAT32, NAN), expr_float(m, DTYPE_FLOAT32, -NAN));
    assert_ptr_not_equal(expr_float(m, DTYPE_FLOAT32, 0), expr_float(m, DTYPE_FLOAT32, -0.0));
}

static void test_constants(void **state) { assert_works(*state, constants, NULL); }

// ---------------------------------------------------------------- an element-level kernel

static Region whole(World *w, Buffer *buffer) {
    Region region = {.buffer = buffer};
    for (int i = 0; i < buffer->rank; i++) {
        region.start[i] = expr_int(w->module, 0);
        region.extent[i] = buffer->shape[i];
    }
    return region;
}

static void add_kernel(World *w, const Source *source) {
    Module *m = w->module;
    Function *f = w->function;
    Arena *arena = &w->context->unit;
    Location here = {source, 7, 3, 0};
    Variable *size = new_variable(w, VARIABLE_SIZE, "m", DTYPE_INT32),
             *free = new_variable(w, VARIABLE_SIZE, "k", DTYPE_INT64);
    size->is_bound = true, size->bound = 100;
    vector_push(arena, f->sizes, size);
    vector_push(arena, f->sizes, free);
    const Expr *shape[] = {expr_variable(m, size), expr_int(m, 64)};
    Buffer *a = buffer_new(f, SCOPE_GLOBAL, name_of(w->context, "A"), DTYPE_BFLOAT16, 2, shape, here);
    a->parameter = 0;
    vector_push(arena, f->parameters, a);
    f->location = (Location){source, 6, 1, 0};
    f->attributes[ATTR_CANONICAL] = value_bool(arena, true);
    value_set(arena, f->user_attributes, name_of(w->context, "mine"), value_text(arena, name_of(w->context, "x")));

    Variable *bx = new_variable(w, VARIABLE_BLOCK, "bx", DTYPE_INT32),
             *i = new_variable(w, VARIABLE_LOOP, "i", DTYPE_INT32);
    Variable *x = new_variable(w, VARIABLE_LET, "i", DTYPE_INT32); // becomes i_1
    Statement *launch = statement_new(m, STATEMENT_LAUNCH, here);
    launch->launch.rank = 1;
    launch->launch.variables[0] = bx;
    launch->launch.extents[0] = expr_int(m, 4);
    launch->launch.body = block_new(m, launch);
    block_append(f->body, launch);
    Block *body = launch->launch.body;

    Buffer *s = new_buffer(w, SCOPE_SHARED, "s", DTYPE_BFLOAT16, 2, 32, 64);
    s->has_layout = true;
    s->layout = (Layout){.space = SPACE_L1, .rows_dimension = 0, .columns_dimension = 1, .format = DTYPE_BFLOAT16};
    s->layout.tile_rows = s->layout.tile_columns = 32;
    s->layout.padding = name_of(w->context, "zero");
    Value *annotation = value_dict(arena);
    value_set(arena, annotation, name_of(w->context, "memory_space"), value_text(arena, name_of(w->context, "L1")));
    s->annotation = annotation;
    Buffer *v = new_buffer(w, SCOPE_FRAGMENT, "v", DTYPE_FLOAT32, 1, 32, 0);
    Buffer *t = new_buffer(w, SCOPE_VAR, "t", DTYPE_INT32, 0, 0, 0);
    Buffer *allocs[] = {s, v, t};
    for (int k = 0; k < 3; k++) block_append(body, build_alloc(m, allocs[k]));
    block_append(body, build_let(m, x, expr_add(m, expr_variable(m, bx), expr_int(m, 1))));
    block_append(body, build_store(m, t, NULL, expr_load(m, t, NULL), (Location){0}));

    Statement *loop = build_for(m, FOR_PIPELINED, i, expr_int(m, 2), here);
    loop->loop.stages = 3;
    Region from = whole(w, a), to = whole(w, s), row = whole(w, v);
    from.start[0] = expr_mul(m, expr_variable(m, i), expr_int(m, 32));
    from.extent[0] = expr_int(m, 32);
    const Operation *copy = &ir_operations.rows[IR_COPY], *gemm = &ir_operations.rows[IR_GEMM],
                    *reduce = &ir_operations.rows[IR_REDUCE];
    block_append(loop->loop.body,
                 build_operation(m, copy, here, 2, (Operand[]){operand_region(&from), operand_region(&to)}));
    Operand factors[] = {operand_region(&to), operand_region(&to), operand_region(&to), {0}, operand_bool(true)};
    block_append(loop->loop.body, build_operation(m, gemm, (Location){0}, 5, factors));
    Operand sums[] = {operand_region(&to), operand_region(&row), operand_name(name_of(w->context, "max")),
                      operand_expr(expr_int(m, 1))};
    block_append(loop->loop.body, build_operation(m, reduce, (Location){0}, 4, sums));
    block_append(body, loop);

    Statement *branch = build_if(m, expr_binary(m, OP_LT, expr_load(m, t, NULL), expr_variable(m, x)), (Location){0});
    branch->branch.otherwise = block_new(m, branch);
    Statement *forever = statement_new(m, STATEMENT_WHILE, (Location){0});
    forever->branch.condition = expr_bool(m, true);
    forever->branch.then = block_new(m, forever);
    block_append(forever->branch.then, statement_new(m, STATEMENT_BREAK, (Location){0}));
    block_append(branch->branch.otherwise, forever);
    block_append(body, branch);
    Statement *check = statement_new(m, STATEMENT_ASSERT, (Location){0});
    check->branch.condition = branch->branch.condition;
    check->branch.message = name_of(w->context, "say \"no\"");
    block_append(body, check);
}

static const char kernel_text[] =
    "# ttile ir 1\n"
    "\n"
    "@T.prim_func\n"
    "def kernel(\n"
    "    A: T.Tensor((m, 64), \"bfloat16\", role=\"in\"),  # dir/k.py:7:3\n"
    "    m: T.size(\"int32\", 100),\n"
    "    k: T.size(\"int64\"),\n"
    "):  # dir/k.py:6:1\n"
    "    T.func_attr({\"tt.canonical\": True, \"mine\": \"x\"})\n"
    "    with T.Kernel(4) as bx:  # dir/k.py:7:3\n"
    "        s = T.alloc_shared((32, 64), \"bfloat16\", annotation={\"memory_space\": \"L1\"}, layout={\"space\": "
    "\"l1\", "
    "\"memory\": \"interleaved\", \"orientation\": \"tile\", \"tile_plane\": [0, 1], \"format\": \"bfloat16\", "
    "\"tile_shape\": [32, 32], \"tile_order\": \"row_major\", \"padding\": \"zero\"})\n"
    "        v = T.alloc_fragment((32,), \"float32\")\n"
    "        t = T.alloc_var(\"int32\")\n"
    "        i_1: T.int32 = bx + 1\n"
    "        t[()] = t[()]\n"
    "        for i in T.Pipelined(0, 2, 1, num_stages=3):  # dir/k.py:7:3\n"
    "            T.copy(A[T.span(i * 32, 32), T.span(0, 64)], s[T.span(0, 32), T.span(0, 64)])  # dir/k.py:7:3\n"
    "            T.gemm(s[T.span(0, 32), T.span(0, 64)], s[T.span(0, 32), T.span(0, 64)], "
    "s[T.span(0, 32), T.span(0, 64)], transpose_b=True)\n"
    "            T.reduce(s[T.span(0, 32), T.span(0, 64)], v[T.span(0, 32)], \"max\", 1)\n"
    "        if t[()] < i_1:\n"
    "            pass\n"
    "        else:\n"
    "            while True:\n"
    "                break\n"
    "        assert t[()] < i_1, \"say \\\"no\\\"\"\n";

static void kernel(Context *context, void *user) {
    (void)user;
    World w = new_world(context);
    add_kernel(&w, context_add_source(context, "dir/k.py", "", 0));
    assert_true(verify_module(w.module));
    assert_prints(&w, kernel_text);
}

static void test_kernel(void **state) { assert_works(*state, kernel, NULL); }

// A name that a comment cannot hold is left out rather than printed as something else.
static void odd_path(Context *context, void *user) {
    (void)user;
    World w = new_world(context);
    w.function->location = (Location){context_add_source(context, "a\nb", "", 0), 1, 1, 0};
    assert_prints(&w, "# ttile ir 1\n\n@T.prim_func\ndef kernel(\n):\n    pass\n");
}

static void test_odd_path(void **state) { assert_works(*state, odd_path, NULL); }

// ---------------------------------------------------------------- thread level

static CircularBuffer *new_circular(World *w, const char *name, int index) {
    CircularBuffer *circular = arena_new(&w->context->unit, CircularBuffer);
    *circular =
        (CircularBuffer){.name = function_fresh_name(w->function, name), .index = index, .format = DTYPE_BFLOAT16};
    circular->page_bytes = 2048, circular->pages = 8, circular->window = 4;
    circular->consumer = THREAD_COMPUTE;
    vector_push(&w->context->unit, w->function->circular_buffers, circular);
    return circular;
}

static void add_program(World *w) {
    Module *m = w->module;
    Function *f = w->function;
    Arena *arena = &w->context->unit;
    f->body = NULL;
    Buffer *a = new_buffer(w, SCOPE_GLOBAL, "A", DTYPE_BFLOAT16, 2, 64, 64);
    a->role = ROLE_INOUT, a->parameter = 0;
    vector_push(arena, f->parameters, a);
    CircularBuffer *first = new_circular(w, "cb", 0), *second = new_circular(w, "cb", 1);
    first->holds = name_of(w->context, "s"), first->resident = true;
    second->alias = first, second->unpack = UNPACK_DST;
    Semaphore *ready = arena_new(arena, Semaphore);
    *ready = (Semaphore){function_fresh_name(f, "ready"), 0, 2};
    vector_push(arena, f->semaphores, ready);
    RuntimeArgument *argument = arena_new(arena, RuntimeArgument);
    argument->variable = new_variable(w, VARIABLE_RUNTIME, "item", DTYPE_INT32);
    vector_push(arena, argument->pieces, ((ArgumentPiece){{0, 0, 8, 4}, -5, 1, 8}));
    vector_push(arena, argument->pieces, ((ArgumentPiece){{0, 4, 1, 1}, 32, 0, 0}));
    vector_push(arena, f->arguments, argument);
    ThreadProgram *reader = arena_new(arena, ThreadProgram), *writer = arena_new(arena, ThreadProgram);
    reader->body = block_new(m, NULL), writer->body = block_new(m, NULL);
    writer->thread = THREAD_WRITER;
    vector_push(arena, writer->cores, ((CoreRange){0, 0, 8, 4}));
    vector_push(arena, writer->cores, ((CoreRange){0, 4, 1, 1}));
    vector_push(arena, f->threads, reader);
    vector_push(arena, f->threads, writer);
    Operand page[] = {operand_tensor(a), operand_expr(expr_variable(m, argument->variable)), operand_circular(second),
                      operand_expr(expr_int(m, 0))};
    block_append(reader->body, build_operation(m, &instruction_rows[0], (Location){0}, 4, page));
    Operand set[] = {{.kind = OPERAND_SEMAPHORE, .semaphore = ready},
                     operand_expr(expr_float(m, DTYPE_FLOAT32, 2)),
                     operand_name(name_of(w->context, "down")),
                     operand_bool(false)};
    block_append(reader->body, build_operation(m, &instruction_rows[1], (Location){0}, 4, set));
    block_append(reader->body, build_operation(m, &instruction_rows[1], (Location){0}, 3, set));
}

static const char program_text[] =
    "# ttile ir 1\n"
    "\n"
    "@T.prim_func\n"
    "def kernel(\n"
    "    A: T.Tensor((64, 64), \"bfloat16\", role=\"inout\"),\n"
    "):\n"
    "    item = T.runtime_arg(\"int32\", [[0, 0, 8, 4, -5, 1, 8], [0, 4, 1, 1, 32, 0, 0]])\n"
    "    cb = T.circular_buffer(0, \"bfloat16\", page_bytes=2048, pages=8, window=4, producer=\"reader\", "
    "consumer=\"compute\", unpack=\"source\", resident=True, holds=\"s\")\n"
    "    cb_1 = T.circular_buffer(1, \"bfloat16\", page_bytes=2048, pages=8, window=4, producer=\"reader\", "
    "consumer=\"compute\", unpack=\"dst\", alias=cb)\n"
    "    ready = T.semaphore(0, 2)\n"
    "    with T.reader():\n"
    "        read_page(A, item, cb_1, 0)\n"
    "        set(ready, 2.0, \"down\", flag=False)\n"
    "        set(ready, 2.0, \"down\")\n"
    "    with T.writer(cores=[[0, 0, 8, 4], [0, 4, 1, 1]]):\n"
    "        pass\n";

static void program(Context *context, void *user) {
    (void)user;
    World w = new_world(context);
    add_program(&w);
    assert_true(verify_module(w.module));
    assert_prints(&w, program_text);
}

static void test_program(void **state) { assert_works(*state, program, NULL); }

// ---------------------------------------------------------------- tables

static void check_layout(Context *context, void *user) {
    (void)user;
    Layout layout;
    Value *dict = value_dict(&context->unit), *pair = value_list(&context->unit);
    assert_non_null(layout_from_value(pair, &layout));
    value_append(&context->unit, pair, value_int(&context->unit, 1));
    value_append(&context->unit, pair, value_int(&context->unit, -1));
    static const char *const texts[][2] = {
        {"space", "l1"}, {"memory", "block_sharded"}, {"orientation", "column"}, {"format", "float32"}};
    for (int i = 0; i < 4; i++) {
        assert_non_null(layout_from_value(dict, &layout));
        value_set(&context->unit, dict, name_of(context, texts[i][0]),
                  value_text(&context->unit, name_of(context, texts[i][1])));
    }
    value_set(&context->unit, dict, name_of(context, "tile_plane"), pair);
    assert_string_equal(layout_from_value(dict, &layout), "'tile_shape' must be two sizes");
    Value *shape = value_list(&context->unit);
    value_append(&context->unit, shape, value_int(&context->unit, 32));
    value_append(&context->unit, shape, value_int(&context->unit, 16));
    value_set(&context->unit, dict, name_of(context, "tile_shape"), shape);
    Value *shard = value_dict(&context->unit);
    value_set(&context->unit, dict, name_of(context, "shard"), shard);
    assert_string_equal(layout_from_value(dict, &layout), "'shard' must have a 'shape' of rows and columns");
    value_set(&context->unit, shard, name_of(context, "shape"), shape);
    assert_string_equal(layout_from_value(dict, &layout), "'shard' must have a 'grid' of columns and rows");
    value_set(&context->unit, shard, name_of(context, "grid"), shape);
    value_set(&context->unit, shard, name_of(context, "order"),
              value_text(&context->unit, name_of(context, "z_order")));
    assert_string_equal(layout_from_value(dict, &layout), "the 'order' of 'shard' must be row_major or column_major");
    value_set(&context->unit, shard, name_of(context, "order"),
              value_text(&context->unit, name_of(context, "column_major")));
    assert_null(layout_from_value(dict, &layout));
    assert_true(layout.rows_dimension == 1 && layout.columns_dimension == -1 && layout.tile_columns == 16);
    assert_true(layout.shard.rows == 32 && layout.shard.grid_rows == 16 && layout.shard.column_major);
    Text text = {.arena = &context->unit};
    layout_print(&layout, &text);
    assert_non_null(
        strstr(text.data, "\"shard\": {\"shape\": [32, 16], \"grid\": [32, 16], \"order\": \"column_major\"}"));
    value_set(&context->unit, dict, name_of(context, "colour"), pair);
    assert_non_null(layout_from_value(dict, &layout));
}

static void test_layout(void **state) { assert_works(*state, check_layout, NULL); }

static void test_words(void **state) {
    (void)state;
    ForKind kind;
    Thread thread;
    assert_string_equal(scope_name(SCOPE_FRAGMENT), "fragment");
    assert_true(for_kind_parse("tiles", &kind) && kind == FOR_TILE);
    assert_false(for_kind_parse("reader", &kind) || thread_parse("tiles", &thread) || thread_parse("", &thread));
    for (int i = 0; i < THREAD_COUNT; i++)
        assert_true(thread_parse(thread_name((Thread)i), &thread) && thread == (Thread)i);
}

static void attributes(Context *context, void *user) {
    Arena *arena = &context->unit;
    (void)user;
    for (int id = 0; id < ATTR_COUNT; id++) assert_int_equal(attr_find(attr_name((AttrId)id)), id);
    assert_int_equal(attr_find("tt.none"), ATTR_COUNT);
    Value *rows = value_list(arena), *row = value_list(arena);
    assert_true(attr_check(ATTR_CORE_RANGES, rows));
    value_append(arena, rows, row);
    value_append(arena, row, value_int(arena, 3));
    assert_true(attr_check(ATTR_CORE_RANGES, rows));
    assert_false(attr_check(ATTR_CORE_GRID, rows));
    value_append(arena, row, value_bool(arena, true));
    assert_false(attr_check(ATTR_CORE_RANGES, rows));
    assert_true(attr_check(ATTR_TILED, value_bool(arena, true)));
    assert_false(attr_check(ATTR_TILED, value_bool(arena, false)));
    Value *dict = value_dict(arena), *deep = value_list(arena);
    assert_true(attr_check(ATTR_OPTIONS, dict));
    value_set(arena, dict, name_of(context, "x"), value_float(arena, INFINITY));
    assert_false(attr_check(ATTR_OPTIONS, dict));
    for (int i = 0; i < 100; i++) {
        Value *outer = value_list(arena);
        value_append(arena, outer, deep);
        deep = outer;
    }
    assert_false(attr_is_printable(deep));
}

static void test_attributes(void **state) { assert_works(*state, attributes, NULL); }

static void test_signatures(void **state) {
    OperandSpec specs[MAX_OPERANDS];
    (void)state;
    assert_int_equal(operation_operands(&ir_operations.rows[IR_GEMM], specs), 6);
    assert_true(specs[2].kind == OPERAND_REGION && specs[2].reads && specs[2].writes && !specs[2].default_text);
    assert_string_equal(specs[4].name, "transpose_b");
    assert_string_equal(specs[4].default_text, "False");
    assert_int_equal(operation_operands(&ir_operations.rows[IR_REDUCE], specs), 5);
    assert_string_equal(specs[2].words, "sum|max|min|abssum|absmax|bitand|bitor|bitxor");
    assert_true(operand_has_word(&specs[2], "sum") && operand_has_word(&specs[2], "bitxor"));
    assert_false(operand_has_word(&specs[2], "bit") || operand_has_word(&specs[2], "") ||
                 operand_has_word(&specs[2], "sum|max"));
    assert_true(specs[3].kind == OPERAND_EXPR && specs[3].class == CLASS_INT);
    assert_string_equal(specs[4].default_text, "True");
    const Operation empty = {"x", "", "", 0, NULL};
    assert_int_equal(operation_operands(&empty, specs), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_parentheses),       TEST(test_constants),  TEST(test_kernel),
        TEST(test_odd_path),          TEST(test_program),    TEST(test_layout),
        cmocka_unit_test(test_words), TEST(test_attributes), cmocka_unit_test(test_signatures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
