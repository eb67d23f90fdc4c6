// Contexts and modules of the C API: what can be read, what is refused, how memory and diagnostics behave.
#include "api_fixture.h"

static void test_version(void **state) {
    (void)state;
    assert_non_null(strchr(ttile_version(), '.'));
}

static void test_module_describes_its_tensors(void **state) {
    Fixture *fixture = *state;
    ttile_module *module = read_product(fixture->context);
    ttile_tensor tensor;
    assert_string_equal(ttile_module_name(module), "product");
    assert_int_equal(ttile_module_tensor_count(module), TENSORS);
    assert_int_equal(ttile_module_tensor(module, 1, &tensor), TTILE_OK);
    assert_string_equal(tensor.name, "B");
    assert_int_equal(tensor.dtype, TTILE_BFLOAT16);
    assert_int_equal(tensor.role, TTILE_IN);
    assert_int_equal(tensor.rank, 2);
    assert_int_equal(tensor.shape[0], 64);
    assert_int_equal(tensor.shape[1], 96);
    assert_int_equal(tensor.bytes, 64 * 96 * 2);
    assert_int_equal(ttile_module_tensor(module, 2, &tensor), TTILE_OK);
    assert_int_equal(tensor.role, TTILE_OUT);
    expect_error(fixture, ttile_module_tensor(module, 3, &tensor), TTILE_USER_ERROR, "api-argument");
}

static void test_text_reads_back(void **state) {
    Fixture *fixture = *state;
    ttile_module *module = read_product(fixture->context), *again;
    const char *text, *same;
    size_t length, same_length;
    assert_int_equal(ttile_module_text(module, &text, &length), TTILE_OK);
    assert_int_equal(ttile_module_from_memory(fixture->context, "again.ttir", text, length, NULL, &again), TTILE_OK);
    assert_int_equal(ttile_module_text(again, &same, &same_length), TTILE_OK);
    assert_string_equal(text, same);
}

static void test_attributes(void **state) {
    Fixture *fixture = *state;
    ttile_module *module = read_product(fixture->context);
    const char *text = "untouched";
    assert_int_equal(ttile_module_attribute(module, "tt.core_grid", &text), TTILE_OK);
    assert_null(text);
    expect_error(fixture, ttile_module_attribute(module, "tt.nothing", &text), TTILE_USER_ERROR, "api-argument");
    assert_int_equal(ttile_optimize_for_target(module, NULL), TTILE_OK);
    assert_int_equal(ttile_module_attribute(module, "tt.core_grid", &text), TTILE_OK);
    assert_string_equal(text, "[3, 2]");
}

static void test_errors_in_the_source(void **state) {
    Fixture *fixture = *state;
    ttile_module *module = NULL;
    static const char broken[] = "import tilelang.language as T\n\ndef f(:\n";
    ttile_status status = ttile_module_from_memory(fixture->context, "k.py", broken, strlen(broken), NULL, &module);
    assert_int_equal(status, TTILE_USER_ERROR);
    assert_int_equal(fixture->record.line, 3);
    assert_null(module);
    memset(&fixture->record, 0, sizeof fixture->record);
    status = ttile_module_from_file(fixture->context, "no such file", NULL, &module);
    expect_error(fixture, status, TTILE_USER_ERROR, "file-unreadable");
    ttile_module_options options = {.target_device = "wormhole:n9000"};
    status =
        ttile_module_from_memory(fixture->context, "k.py", product_kernel, strlen(product_kernel), &options, &module);
    expect_error(fixture, status, TTILE_USER_ERROR, "unknown-target");
    read_product(fixture->context); // the context still works
}

static void test_many_failures_are_not_too_many(void **state) {
    Fixture *fixture = *state;
    ttile_module *module;
    for (int i = 0; i < 50; i++) {
        ttile_status status = ttile_module_from_file(fixture->context, "no such file", NULL, &module);
        expect_error(fixture, status, TTILE_USER_ERROR, "file-unreadable");
    }
}

static void test_null_arguments(void **state) {
    Fixture *fixture = *state;
    ttile_module *module;
    assert_int_equal(ttile_context_create(NULL, NULL), TTILE_USER_ERROR);
    assert_int_equal(ttile_module_from_file(NULL, "x", NULL, &module), TTILE_USER_ERROR);
    assert_int_equal(ttile_module_from_file(fixture->context, "x", NULL, NULL), TTILE_USER_ERROR);
    expect_error(fixture, ttile_module_from_file(fixture->context, NULL, NULL, &module), TTILE_USER_ERROR,
                 "api-argument");
    assert_int_equal(ttile_optimize_for_target(NULL, NULL), TTILE_USER_ERROR);
    assert_int_equal(ttile_simulate(NULL, NULL, 0, NULL, NULL), TTILE_USER_ERROR);
    assert_int_equal(ttile_module_tensor_count(NULL), 0);
    ttile_context_destroy(NULL);
    ttile_reference_destroy(NULL);
}

static void test_elements(void **state) {
    (void)state;
    static const float values[] = {1.0f, -2.5f, 3.14159274f, 300.0f};
    uint16_t halves[4];
    float back[4];
    int8_t bytes[2];
    ttile_elements_from_float(TTILE_BFLOAT16, values, 4, halves);
    assert_int_equal(halves[0], 0x3F80);
    ttile_elements_to_float(TTILE_BFLOAT16, halves, 4, back);
    assert_true(back[1] == -2.5f && back[2] == 3.140625f && back[3] == 300.0f);
    ttile_elements_from_float(TTILE_INT8, values, 2, bytes);
    assert_int_equal(bytes[0], 1);
}

// ---------------------------------------------------------------- memory

typedef struct Meter {
    long left;     // allocations that succeed
    size_t in_use; // bytes
} Meter;

static void *metered_allocate(void *user, size_t bytes) {
    Meter *meter = user;
    if (meter->left-- <= 0) return NULL;
    meter->in_use += bytes;
    return malloc(bytes);
}

static void metered_release(void *user, void *memory, size_t bytes) {
    Meter *meter = user;
    meter->in_use -= memory ? bytes : 0;
    free(memory);
}

typedef struct Way {
    ttile_module *module;
    ttile_program *program;
    ttile_reference *reference;
    ttile_buffer buffers[TENSORS];
} Way;

// The whole way, one call after the other until one fails.
static ttile_status go(ttile_context *context, Way *way) {
    static const ttile_options options = {.enable_double_buffer = true};
    static const ttile_simulate_options one_thread = {.threads = 1};
    ttile_status status = ttile_module_from_memory(context, "product.py", product_kernel, strlen(product_kernel),
                                                   &product_options, &way->module);
    if (status == TTILE_OK) status = ttile_fill_inputs(way->module, 1, way->buffers, TENSORS);
    if (status == TTILE_OK) status = ttile_evaluate(way->module, way->buffers, TENSORS, &way->reference);
    if (status == TTILE_OK) status = ttile_run_pipeline(way->module, &options);
    if (status == TTILE_OK) status = ttile_program_from_module(way->module, &way->program);
    if (status == TTILE_OK) status = ttile_simulate(way->program, way->buffers, TENSORS, &one_thread, NULL);
    return status;
}

// With only as many allocations as the meter allows. Each failure tells what it is.
static ttile_status run_metered(Meter *meter) {
    static uint16_t a[64 * 64], b[64 * 96];
    static float c[64 * 96];
    const ttile_allocator allocator = {metered_allocate, metered_release, meter};
    Way way = {.buffers = {{a, sizeof a}, {b, sizeof b}, {c, sizeof c}}};
    Record seen = {0};
    ttile_context *context;
    ttile_status status = ttile_context_create(&allocator, &context);
    if (status != TTILE_OK) return status;
    ttile_context_on_diagnostic(context, record, &seen);
    status = go(context, &way);
    ttile_context_destroy(context);
    if (status != TTILE_OK) assert_string_equal(seen.code, "out-of-memory");
    return status;
}

static void test_every_allocation_may_fail(void **state) {
    (void)state;
    ttile_status status = TTILE_INTERNAL_ERROR;
    for (long allowed = 0; allowed < 2000 && status != TTILE_OK; allowed++) {
        Meter meter = {.left = allowed};
        status = run_metered(&meter);
        assert_true(status == TTILE_OK || status == TTILE_INTERNAL_ERROR);
        assert_int_equal(meter.in_use, 0);
    }
    assert_int_equal(status, TTILE_OK);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_version),
        API_TEST(test_module_describes_its_tensors),
        API_TEST(test_text_reads_back),
        API_TEST(test_attributes),
        API_TEST(test_errors_in_the_source),
        API_TEST(test_many_failures_are_not_too_many),
        API_TEST(test_null_arguments),
        cmocka_unit_test(test_elements),
        cmocka_unit_test(test_every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
