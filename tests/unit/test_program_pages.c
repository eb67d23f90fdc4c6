// Pages of tensors, cores and their arguments, and the instruction table.
#include "fixture.h"

#include <string.h>

#include "ir/build.h"
#include "program/program.h"

static Module *new_module(Context *context) {
    static const int table_count = 2;
    OperationTable *tables = arena_new_array(&context->unit, OperationTable, table_count);
    tables[0] = ir_operations;
    tables[1] = program_instructions;
    return module_new(context, tables, table_count);
}

typedef struct Shape {
    int rank;
    int64_t extents[MAX_RANK];
    Layout layout;
    PageMap map;
} Shape;

static void map_shape(Context *context, void *user) {
    Shape *shape = user;
    Module *module = new_module(context);
    Function *function = function_new(module, name_of(context, "f"), (Location){0});
    const Expr *extents[MAX_RANK];
    for (int i = 0; i < shape->rank; i++) extents[i] = expr_int(module, shape->extents[i]);
    Buffer *tensor = buffer_new(function, SCOPE_GLOBAL, name_of(context, "A"), shape->layout.format, shape->rank,
                                extents, (Location){0});
    tensor->has_layout = true;
    tensor->layout = shape->layout;
    shape->map = page_map(tensor);
}

static Layout plane(int rows, int columns, DType format) {
    return (Layout){.space = SPACE_DRAM,
                    .rows_dimension = rows,
                    .columns_dimension = columns,
                    .format = format,
                    .tile_rows = TILE_SIZE,
                    .tile_columns = TILE_SIZE};
}

static void test_matrix(void **state) {
    Shape shape = {.rank = 2, .extents = {100, 250}, .layout = plane(0, 1, DTYPE_BFLOAT16)};
    assert_works(*state, map_shape, &shape);
    assert_int_equal(shape.map.tile_rows, 4);
    assert_int_equal(shape.map.tile_columns, 8);
    assert_int_equal(shape.map.rows, 100);
    assert_int_equal(shape.map.columns, 250);
    assert_int_equal(shape.map.row_stride, 250);
    assert_int_equal(shape.map.column_stride, 1);
    assert_int_equal(shape.map.pages, 32);
    assert_int_equal(shape.map.page_bytes, 2048);
    assert_int_equal(shape.map.outer_rank, 0);
}

static void test_plane_of_any_dimensions(void **state) {
    Shape shape = {.rank = 4, .extents = {2, 64, 3, 96}, .layout = plane(3, 1, DTYPE_FLOAT32)};
    assert_works(*state, map_shape, &shape);
    assert_int_equal(shape.map.outer_rank, 2);
    assert_int_equal(shape.map.outer, 6);
    assert_int_equal(shape.map.outer_extent[0], 2);
    assert_int_equal(shape.map.outer_stride[0], 64 * 3 * 96);
    assert_int_equal(shape.map.outer_extent[1], 3);
    assert_int_equal(shape.map.outer_stride[1], 96);
    assert_int_equal(shape.map.rows, 96);
    assert_int_equal(shape.map.row_stride, 1);
    assert_int_equal(shape.map.columns, 64);
    assert_int_equal(shape.map.column_stride, 3 * 96);
    assert_int_equal(shape.map.pages, 6 * 3 * 2);
    assert_int_equal(shape.map.page_bytes, 4096);
}

static void test_vectors(void **state) {
    Shape row = {.rank = 1, .extents = {70}, .layout = plane(-1, 0, DTYPE_BFLOAT16)};
    assert_works(*state, map_shape, &row);
    assert_int_equal(row.map.rows, 1);
    assert_int_equal(row.map.columns, 70);
    assert_int_equal(row.map.row_stride, 0);
    assert_int_equal(row.map.tile_rows, 1);
    assert_int_equal(row.map.tile_columns, 3);
    Shape column = {.rank = 1, .extents = {70}, .layout = plane(0, -1, DTYPE_BFLOAT16)};
    assert_works(*state, map_shape, &column);
    assert_int_equal(column.map.rows, 70);
    assert_int_equal(column.map.columns, 1);
    assert_int_equal(column.map.column_stride, 0);
    assert_int_equal(column.map.pages, 3);
}

// No page of a tensor that memory cannot address may be accessed.
static void test_sizes_that_overflow(void **state) {
    Shape shape = {
        .rank = 4, .extents = {INT32_MAX, INT32_MAX, INT32_MAX, INT32_MAX}, .layout = plane(2, 3, DTYPE_BFLOAT16)};
    assert_works(*state, map_shape, &shape);
    assert_int_equal(shape.map.pages, 0);
}

// ---------------------------------------------------------------- cores and arguments

static const Value *rectangle(Arena *arena, int x, int y, int columns, int rows) {
    Value *list = value_list(arena);
    const int sides[] = {x, y, columns, rows};
    for (int i = 0; i < 4; i++) value_append(arena, list, value_int(arena, sides[i]));
    return list;
}

static void check_cores(Context *context, void *user) {
    Function *function = function_new(new_module(context), name_of(context, "f"), (Location){0});
    Value *ranges = value_list(&context->unit);
    Core *cores;
    (void)user;
    value_append(&context->unit, ranges, rectangle(&context->unit, 1, 0, 2, 1));
    value_append(&context->unit, ranges, rectangle(&context->unit, 0, 1, 1, 2));
    function->attributes[ATTR_CORE_RANGES] = ranges;
    assert_int_equal(program_cores(function, &cores), 4);
    const Core expected[] = {{1, 0}, {2, 0}, {0, 1}, {0, 2}};
    for (int i = 0; i < 4; i++) {
        assert_int_equal(cores[i].x, expected[i].x);
        assert_int_equal(cores[i].y, expected[i].y);
    }
}

static void test_cores_row_by_row(void **state) { assert_works(*state, check_cores, NULL); }

static void test_argument_pieces(void **state) {
    Context *context = *state;
    RuntimeArgument argument = {0};
    vector_push(&context->unit, argument.pieces, ((ArgumentPiece){{0, 0, 4, 2}, 10, 3, 100}));
    vector_push(&context->unit, argument.pieces, ((ArgumentPiece){{0, 2, 1, 1}, -7, 0, 0}));
    assert_int_equal(argument_value(&argument, (Core){0, 0}), 10);
    assert_int_equal(argument_value(&argument, (Core){3, 1}), 119);
    assert_int_equal(argument_value(&argument, (Core){0, 2}), -7);
}

// ---------------------------------------------------------------- instructions

static void check_instructions(Context *context, void *user) {
    Module *module = new_module(context);
    (void)user;
    for (InstructionId id = 0; id < INSTR_COUNT; id++) {
        const Instruction *instruction = instruction_at(id);
        OperandSpec specs[MAX_OPERANDS];
        assert_int_equal(instruction->id, id);
        assert_true(instruction_operands(instruction, specs) >= 0);
        const Operation *operation = module_find_operation(module, instruction->name);
        assert_ptr_equal(operation, &program_instructions.rows[id]);
        assert_ptr_equal(operation->row, instruction);
    }
}

static void test_instruction_rows(void **state) { assert_works(*state, check_instructions, NULL); }

// An init row names itself; what needs one names a row of its own unit.
static void test_inits(void **state) {
    (void)state;
    for (InstructionId id = 0; id < INSTR_COUNT; id++) {
        const Instruction *instruction = instruction_at(id);
        if (instruction->effect == EFFECT_INIT) assert_int_equal(instruction->init, id);
        if (instruction->init == INSTR_NONE) continue;
        assert_int_equal(instruction_at(instruction->init)->effect, EFFECT_INIT);
        assert_int_equal(instruction_at(instruction->init)->unit, instruction->unit);
    }
    assert_null(instruction_at(INSTR_NONE));
    assert_null(instruction_at(INSTR_COUNT));
}

static void check_emitted(Context *context, void *user) {
    Module *module = new_module(context);
    Block *block = block_new(module, NULL);
    (void)user;
    Statement *statement = emit_instruction(module, block, INSTR_TILE_REGS_ACQUIRE, (Location){0}, 0, NULL);
    assert_ptr_equal(block->last, statement);
    assert_ptr_equal(instruction_of(statement), instruction_at(INSTR_TILE_REGS_ACQUIRE));
}

static void test_emit(void **state) { assert_works(*state, check_emitted, NULL); }

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_matrix),
        TEST(test_plane_of_any_dimensions),
        TEST(test_vectors),
        TEST(test_sizes_that_overflow),
        TEST(test_cores_row_by_row),
        TEST(test_argument_pieces),
        TEST(test_instruction_rows),
        TEST(test_inits),
        TEST(test_emit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
