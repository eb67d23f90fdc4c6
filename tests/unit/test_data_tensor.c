// Tensors and their seeded inputs.
#include "fixture.h"

#include <math.h>
#include <string.h>

#include "data/tensor.h"
#include "ir/build.h"

typedef struct World {
    Module *module;
    Function *function;
} World;

static World new_world(Context *context) {
    World world = {.module = module_new(context, &ir_operations, 1)};
    world.function = function_new(world.module, name_of(context, "kernel"), (Location){0});
    world.function->body = block_new(world.module, NULL);
    return world;
}

static Buffer *add_tensor(World *world, const char *name, DType type, Role role, int rank, const Expr *const shape[]) {
    Context *context = world->module->context;
    Buffer *buffer =
        buffer_new(world->function, SCOPE_GLOBAL, name_of(context, name), type, rank, shape, (Location){0});
    buffer->role = role;
    buffer->parameter = (int)world->function->parameters.count;
    vector_push(&context->unit, world->function->parameters, buffer);
    return buffer;
}

static Buffer *add_matrix(World *world, const char *name, DType type, Role role, int64_t rows, int64_t columns) {
    const Expr *shape[] = {expr_integer(world->module, DTYPE_INT64, rows),
                           expr_integer(world->module, DTYPE_INT64, columns)};
    return add_tensor(world, name, type, role, 2, shape);
}

static void shapes_by_bound_sizes(Context *context, void *user) {
    (void)user;
    World world = new_world(context);
    Variable *size = variable_new(world.function, VARIABLE_SIZE, name_of(context, "n"), DTYPE_INT32, (Location){0});
    size->is_bound = true;
    size->bound = 5;
    vector_push(&context->unit, world.function->sizes, size);
    const Expr *shape[] = {expr_variable(world.module, size), expr_int(world.module, 3)};
    add_tensor(&world, "A", DTYPE_INT8, ROLE_IN, 2, shape);
    TensorSet set = tensors_for(world.function);
    assert_int_equal(set.count, 1);
    assert_int_equal(set.tensors[0].shape[0], 5);
    assert_int_equal(set.tensors[0].count, 15);
    static const char zeros[15];
    assert_memory_equal(set.tensors[0].data, zeros, 15);
    tensors_free(&set);
    tensors_free(&set); // twice is harmless
}

static void unbound_size(Context *context, void *user) {
    (void)user;
    World world = new_world(context);
    Variable *size = variable_new(world.function, VARIABLE_SIZE, name_of(context, "n"), DTYPE_INT32, (Location){0});
    const Expr *shape[] = {expr_variable(world.module, size)};
    add_tensor(&world, "A", DTYPE_INT8, ROLE_IN, 1, shape);
    tensors_for(world.function);
}

static void bad_matrix(Context *context, void *user) {
    const int64_t *sizes = user;
    World world = new_world(context);
    add_matrix(&world, "A", DTYPE_FLOAT32, ROLE_IN, sizes[0], sizes[1]);
    add_matrix(&world, "B", DTYPE_FLOAT32, ROLE_IN, sizes[0], sizes[1]);
    tensors_for(world.function);
}

static void moments(const Tensor *tensor, double *mean, double *variance, double *kurtosis) {
    double sum[3] = {0};
    for (size_t i = 0; i < tensor->count; i++) *mean += dtype_load(tensor->type, tensor->data, i);
    *mean /= (double)tensor->count;
    for (size_t i = 0; i < tensor->count; i++) {
        double d = dtype_load(tensor->type, tensor->data, i) - *mean;
        sum[1] += d * d;
        sum[2] += d * d * d * d;
    }
    *variance = sum[1] / (double)tensor->count;
    *kurtosis = sum[2] / (double)tensor->count / (*variance * *variance);
}

static void floats_are_normal(Context *context, void *user) {
    (void)user;
    World world = new_world(context);
    add_matrix(&world, "A", DTYPE_FLOAT32, ROLE_IN, 500, 401);
    add_matrix(&world, "B", DTYPE_BFLOAT16, ROLE_INOUT, 500, 401);
    add_matrix(&world, "C", DTYPE_FLOAT32, ROLE_OUT, 10, 10);
    TensorSet set = tensors_for(world.function);
    tensors_fill_inputs(&set, world.function, 7);
    for (int i = 0; i < 2; i++) {
        double mean = 0, variance = 0, kurtosis = 0;
        moments(&set.tensors[i], &mean, &variance, &kurtosis);
        assert_true(fabs(mean) < 0.01);
        assert_true(fabs(variance - 1) < 0.02);
        assert_true(fabs(kurtosis - 3) < 0.1);
    }
    for (size_t i = 0; i < set.tensors[2].count; i++) assert_true(((float *)set.tensors[2].data)[i] == 0);
    tensors_free(&set);
}

static void streams(Context *context, void *user) {
    (void)user;
    World world = new_world(context);
    add_matrix(&world, "A", DTYPE_FLOAT32, ROLE_IN, 64, 64);
    add_matrix(&world, "B", DTYPE_FLOAT32, ROLE_IN, 64, 64);
    TensorSet one = tensors_for(world.function), two = tensors_for(world.function);
    tensors_fill_inputs(&one, world.function, 1);
    tensors_fill_inputs(&two, world.function, 1);
    assert_memory_equal(one.tensors[0].data, two.tensors[0].data, 4 * 4096);
    assert_memory_not_equal(one.tensors[0].data, one.tensors[1].data, 4 * 4096);
    tensors_fill_inputs(&two, world.function, 2);
    assert_memory_not_equal(one.tensors[0].data, two.tensors[0].data, 4 * 4096);
    // The very numbers, which no machine may change.
    const float *values = one.tensors[0].data;
    assert_true(values[0] == 0.0886351615f);
    assert_true(values[1] == 1.48285234f);
    assert_true(values[4095] == 0.740370452f);
    tensors_free(&one);
    tensors_free(&two);
}

static void integers_are_small(Context *context, void *user) {
    (void)user;
    World world = new_world(context);
    add_matrix(&world, "A", DTYPE_INT32, ROLE_IN, 100, 100);
    add_matrix(&world, "B", DTYPE_BOOL, ROLE_IN, 100, 100);
    TensorSet set = tensors_for(world.function);
    tensors_fill_inputs(&set, world.function, 3);
    int seen[8] = {0}, ones = 0;
    for (size_t i = 0; i < 10000; i++) {
        int value = ((int32_t *)set.tensors[0].data)[i];
        assert_in_range(value, 0, 7);
        seen[value]++;
        assert_in_range(((uint8_t *)set.tensors[1].data)[i], 0, 1);
        ones += ((uint8_t *)set.tensors[1].data)[i];
    }
    for (int i = 0; i < 8; i++) assert_in_range(seen[i], 1100, 1400);
    assert_in_range(ones, 4800, 5200);
    tensors_free(&set);
}

static void add_gemm(World *world, Buffer *a) {
    Region *region = arena_new(&world->module->context->unit, Region);
    region->buffer = a;
    for (int d = 0; d < 2; d++) {
        region->start[d] = expr_int(world->module, 0);
        region->extent[d] = a->shape[d];
    }
    Operand operands[] = {operand_region(region), operand_region(region), operand_region(region)};
    block_append(world->function->body, build_operation(world->module, module_find_operation(world->module, "T.gemm"),
                                                        (Location){0}, 3, operands));
}

// Four products in a row of length 1024 reach 2^20 in norm: float16 ends at 65504, bfloat16 does not.
static double largest_input(Context *context, DType type) {
    World world = new_world(context);
    Buffer *a = add_matrix(&world, "A", type, ROLE_IN, 1024, 1024);
    for (int i = 0; i < 4; i++) add_gemm(&world, a);
    TensorSet set = tensors_for(world.function);
    tensors_fill_inputs(&set, world.function, 3);
    double largest = 0;
    for (size_t i = 0; i < 1000; i++) largest = fmax(largest, dtype_load(type, set.tensors[0].data, i));
    tensors_free(&set);
    return largest;
}

static void products_that_overflow(Context *context, void *user) {
    (void)user;
    assert_true(largest_input(context, DTYPE_BFLOAT16) > 2);
    assert_true(largest_input(context, DTYPE_FLOAT16) < 0.2);
}

static void shapes(void **state) { assert_works(*state, shapes_by_bound_sizes, NULL); }
static void unknown_size(void **state) { assert_fails(*state, unbound_size, NULL, DIAG_TENSOR_SIZE); }
static void sizes_that_cannot_be(void **state) {
    static int64_t sizes[][2] = {{0, 4}, {4, -1}, {INT64_MAX, INT64_MAX}, {INT64_MAX / 8, 1}, {(int64_t)1 << 58, 2}};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        assert_fails(*state, bad_matrix, sizes[i], DIAG_TENSOR_SIZE);
}
static void normal(void **state) { assert_works(*state, floats_are_normal, NULL); }
static void same_seed_same_bytes(void **state) { assert_works(*state, streams, NULL); }
static void integers(void **state) { assert_works(*state, integers_are_small, NULL); }
static void scaled(void **state) { assert_works(*state, products_that_overflow, NULL); }

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(shapes),   TEST(unknown_size), TEST(sizes_that_cannot_be), TEST(normal), TEST(same_seed_same_bytes),
        TEST(integers), TEST(scaled),
    };
    return cmocka_run_group_tests_name("data: tensor", tests, NULL, NULL);
}
