// Lowering, plans and runs through the C API, in one thread and in two.
#include "api_fixture.h"

#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

static ttile_program *lower(Fixture *fixture, ttile_module *module, const ttile_options *options) {
    (void)fixture;
    ttile_program *program = NULL;
    assert_int_equal(ttile_optimize_for_target(module, options), TTILE_OK);
    assert_int_equal(ttile_program_from_module(module, &program), TTILE_OK);
    return program;
}

static void test_run_and_compare(void **state) {
    Fixture *fixture = *state;
    ttile_module *module = read_product(fixture->context);
    ttile_reference *reference;
    ttile_simulation simulation;
    ttile_comparison comparison;
    make_buffers(fixture, module);
    assert_int_equal(ttile_evaluate(module, fixture->buffers, TENSORS, &reference), TTILE_OK);
    ttile_program *program = lower(fixture, module, NULL);
    assert_int_equal(ttile_simulate(program, fixture->buffers, TENSORS, NULL, &simulation), TTILE_OK);
    assert_true(simulation.cycles > 0 && simulation.cores == 6 && simulation.bound);
    assert_int_equal(ttile_compare(reference, fixture->buffers, TENSORS, 0, &comparison), TTILE_OK);
    assert_true(comparison.pass);
    // Some rounding is there, and a changed product is seen.
    assert_true(comparison.max_abs_error < comparison.tolerance);
    ((float *)fixture->buffers[2].data)[70] += 1;
    assert_int_equal(ttile_compare(reference, fixture->buffers, TENSORS, 0, &comparison), TTILE_OK);
    assert_false(comparison.pass);
    assert_int_equal(comparison.worst_tensor, 2);
    assert_int_equal(comparison.worst_index[0], 0);
    assert_int_equal(comparison.worst_index[1], 70);
    assert_int_equal(fixture->record.errors, 0);
}

// The reference against a product written out here.
static void test_reference_is_the_product(void **state) {
    Fixture *fixture = *state;
    ttile_module *module = read_product(fixture->context);
    ttile_reference *reference;
    static float a[64 * 64], b[64 * 96];
    make_buffers(fixture, module);
    ttile_elements_to_float(TTILE_BFLOAT16, fixture->buffers[0].data, 64 * 64, a);
    ttile_elements_to_float(TTILE_BFLOAT16, fixture->buffers[1].data, 64 * 96, b);
    assert_int_equal(ttile_evaluate(module, fixture->buffers, TENSORS, &reference), TTILE_OK);
    assert_int_equal(ttile_reference_tensor(reference, 2, fixture->buffers[2]), TTILE_OK);
    const float *c = fixture->buffers[2].data;
    for (int i = 0; i < 64; i++)
        for (int j = 0; j < 96; j++) {
            double sum = 0;
            for (int k = 0; k < 64; k++) sum += (double)a[i * 64 + k] * (double)b[k * 96 + j];
            assert_true(sum - 1e-4 < (double)c[i * 96 + j] && (double)c[i * 96 + j] < sum + 1e-4);
        }
    ttile_reference_destroy(reference);
    expect_error(fixture, ttile_reference_tensor(reference, 2, fixture->buffers[2]), TTILE_USER_ERROR, "api-argument");
}

static void test_wrong_buffers(void **state) {
    Fixture *fixture = *state;
    ttile_module *module = read_product(fixture->context);
    make_buffers(fixture, module);
    ttile_program *program = lower(fixture, module, NULL);
    ttile_buffer wrong[TENSORS];
    memcpy(wrong, fixture->buffers, sizeof wrong);
    wrong[1].bytes--;
    expect_error(fixture, ttile_simulate(program, wrong, TENSORS, NULL, NULL), TTILE_USER_ERROR, "api-argument");
    expect_error(fixture, ttile_simulate(program, wrong, 2, NULL, NULL), TTILE_USER_ERROR, "api-argument");
    expect_error(fixture, ttile_simulate(program, NULL, TENSORS, NULL, NULL), TTILE_USER_ERROR, "api-argument");
    assert_int_equal(ttile_simulate(program, fixture->buffers, TENSORS, NULL, NULL), TTILE_OK);
}

static void test_wrong_order(void **state) {
    Fixture *fixture = *state;
    ttile_module *module = read_product(fixture->context);
    ttile_program *program;
    ttile_reference *reference;
    make_buffers(fixture, module);
    expect_error(fixture, ttile_program_from_module(module, &program), TTILE_USER_ERROR, "not-a-program");
    lower(fixture, module, NULL);
    expect_error(fixture, ttile_optimize_for_target(module, NULL), TTILE_USER_ERROR, "already-lowered");
    expect_error(fixture, ttile_evaluate(module, fixture->buffers, TENSORS, &reference), TTILE_USER_ERROR,
                 "already-lowered");
}

static void test_unknown_options(void **state) {
    Fixture *fixture = *state;
    ttile_module *module = read_product(fixture->context);
    ttile_options options = ttile_options_default();
    options.partition_strategy = "diagonal";
    expect_error(fixture, ttile_optimize_for_target(module, &options), TTILE_USER_ERROR, "unknown-strategy");
    options = ttile_options_default();
    options.target_device = "n150:wormhole";
    expect_error(fixture, ttile_optimize_for_target(module, &options), TTILE_USER_ERROR, "unknown-target");
    options = ttile_options_default();
    options.core_grid = "100x1";
    expect_error(fixture, ttile_optimize_for_target(module, &options), TTILE_USER_ERROR, "core-grid");
    options = ttile_options_default();
    options.accumulate = "8";
    expect_error(fixture, ttile_optimize_for_target(module, &options), TTILE_USER_ERROR, "unknown-accumulate");
    assert_int_equal(ttile_optimize_for_target(module, NULL), TTILE_OK); // nothing was done before
}

// ---------------------------------------------------------------- accumulators of 16 bits

static ttile_module *read_with(Fixture *fixture, const char *accumulate) {
    ttile_module_options options = product_options;
    ttile_module *module = NULL;
    options.accumulate = accumulate;
    assert_int_equal(ttile_module_from_memory(fixture->context, "product.py", product_kernel, strlen(product_kernel),
                                              &options, &module),
                     TTILE_OK);
    return module;
}

// Given to the module, the reference has them, too.
static void test_accumulate_of_a_module(void **state) {
    Fixture *fixture = *state;
    ttile_module *module = read_with(fixture, "16");
    ttile_reference *reference, *wide;
    ttile_comparison comparison;
    ttile_plan *plan;
    const char *text;
    assert_int_equal(fixture->record.others, 1); // the note
    assert_int_equal(ttile_module_attribute(module, "tt.options", &text), TTILE_OK);
    assert_non_null(strstr(text, "\"accumulate\": 16"));
    make_buffers(fixture, module);
    assert_int_equal(ttile_evaluate(module, fixture->buffers, TENSORS, &reference), TTILE_OK);
    assert_int_equal(ttile_evaluate(read_with(fixture, "32"), fixture->buffers, TENSORS, &wide), TTILE_OK);
    ttile_program *program = lower(fixture, module, NULL);
    assert_int_equal(ttile_simulate(program, fixture->buffers, TENSORS, NULL, NULL), TTILE_OK);
    assert_int_equal(ttile_compare(reference, fixture->buffers, TENSORS, 0, &comparison), TTILE_OK);
    assert_true(comparison.pass);
    assert_int_equal(ttile_compare(wide, fixture->buffers, TENSORS, 1e-4, &comparison), TTILE_OK);
    assert_false(comparison.pass);
    assert_int_equal(ttile_plan_from_program(program, &plan), TTILE_OK);
    assert_int_equal(ttile_plan_text(plan, &text, NULL), TTILE_OK);
    assert_non_null(strstr(text, "\"accumulate\": 16"));
    assert_int_equal(fixture->record.errors, 0);
}

static void test_accumulate_of_a_pipeline(void **state) {
    Fixture *fixture = *state;
    ttile_options options = ttile_options_default();
    const char *by_module, *by_pipeline, *neither;
    ttile_module *module = read_with(fixture, "16"), *too_late = read_with(fixture, "16");
    assert_int_equal(ttile_program_text(lower(fixture, module, NULL), &by_module, NULL), TTILE_OK);
    options.accumulate = "16";
    module = read_with(fixture, NULL);
    assert_int_equal(ttile_program_text(lower(fixture, module, &options), &by_pipeline, NULL), TTILE_OK);
    assert_string_equal(by_module, by_pipeline);
    options.accumulate = "32";
    module = read_with(fixture, NULL);
    assert_int_equal(ttile_program_text(lower(fixture, module, &options), &neither, NULL), TTILE_OK);
    assert_string_not_equal(by_module, neither);
    expect_error(fixture, ttile_optimize_for_target(too_late, &options), TTILE_USER_ERROR, "already-lowered");
    ttile_module_options unknown = product_options;
    unknown.accumulate = "64";
    expect_error(fixture,
                 ttile_module_from_memory(fixture->context, "product.py", product_kernel, strlen(product_kernel),
                                          &unknown, &module),
                 TTILE_USER_ERROR, "unknown-accumulate");
}

// ---------------------------------------------------------------- pipelines

typedef struct Seen {
    int runs, passes;
    const char *grid;
    ttile_status answer;
} Seen;

static ttile_status look(void *user, ttile_module *module) {
    Seen *seen = user;
    seen->runs++;
    assert_int_equal(ttile_module_attribute(module, "tt.core_grid", &seen->grid), TTILE_OK);
    return seen->answer;
}

static void count_pass(void *user, const char *pass, const ttile_module *module) {
    (void)module;
    ((Seen *)user)->passes += pass != NULL;
}

static void test_own_pass(void **state) {
    Fixture *fixture = *state;
    static const char *const needs[] = {"tt.core_grid", NULL};
    Seen seen = {0};
    ttile_pass pass = {.name = "Look", .requires_attributes = needs, .run = look, .user = &seen};
    ttile_pipeline *pipeline;
    assert_int_equal(ttile_pipeline_create(fixture->context, &pipeline), TTILE_OK);
    size_t count = ttile_pipeline_count(pipeline);
    assert_int_equal(ttile_pipeline_insert_pass(pipeline, "LowerTTTileIntrinsics", &pass), TTILE_OK);
    assert_int_equal(ttile_pipeline_count(pipeline), count + 1);
    ttile_pipeline_after_each(pipeline, count_pass, &seen);
    ttile_module *module = read_product(fixture->context);
    assert_int_equal(ttile_pipeline_run(pipeline, module, NULL), TTILE_OK);
    assert_int_equal(seen.runs, 1);
    assert_int_equal(seen.passes, count + 1);
    assert_string_equal(seen.grid, "[3, 2]");
    seen.answer = TTILE_USER_ERROR;
    module = read_product(fixture->context);
    expect_error(fixture, ttile_pipeline_run(pipeline, module, NULL), TTILE_USER_ERROR, "pass-failed");
    expect_error(fixture, ttile_pipeline_run(pipeline, module, NULL), TTILE_USER_ERROR, "api-argument");
}

static void test_own_pass_is_held_to_its_contract(void **state) {
    Fixture *fixture = *state;
    static const char *const needs[] = {"tt.core_grid", NULL};
    static const char *const unknown[] = {"tt.colour", NULL};
    Seen seen = {0};
    ttile_pass pass = {.name = "Look", .requires_attributes = needs, .run = look, .user = &seen};
    ttile_pipeline *pipeline;
    assert_int_equal(ttile_pipeline_create(fixture->context, &pipeline), TTILE_OK);
    const char *first = ttile_pipeline_pass(pipeline, 0);
    assert_int_equal(ttile_pipeline_insert_pass(pipeline, first, &pass), TTILE_OK);
    expect_error(fixture, ttile_pipeline_run(pipeline, read_product(fixture->context), NULL), TTILE_USER_ERROR,
                 "pass-requires");
    assert_int_equal(seen.runs, 0);
    assert_int_equal(ttile_pipeline_remove(pipeline, "Look"), TTILE_OK);
    pass.requires_attributes = NULL;
    pass.provides_attributes = needs;
    assert_int_equal(ttile_pipeline_insert_pass(pipeline, first, &pass), TTILE_OK);
    expect_error(fixture, ttile_pipeline_run(pipeline, read_product(fixture->context), NULL), TTILE_USER_ERROR,
                 "pass-provides");
    pass.provides_attributes = unknown;
    expect_error(fixture, ttile_pipeline_insert_pass(pipeline, first, &pass), TTILE_USER_ERROR, "api-argument");
    expect_error(fixture, ttile_pipeline_insert(pipeline, "Nothing", "InferTTLayout"), TTILE_USER_ERROR,
                 "api-argument");
    expect_error(fixture, ttile_pipeline_insert(pipeline, NULL, "Nothing"), TTILE_USER_ERROR, "unknown-pass");
    assert_null(ttile_pipeline_pass(pipeline, 1000));
}

static void test_a_pass_taken_out_is_missed(void **state) {
    Fixture *fixture = *state;
    ttile_pipeline *pipeline;
    assert_int_equal(ttile_pipeline_create(fixture->context, &pipeline), TTILE_OK);
    assert_int_equal(ttile_pipeline_remove(pipeline, "InferTTLayout"), TTILE_OK);
    expect_error(fixture, ttile_pipeline_run(pipeline, read_product(fixture->context), NULL), TTILE_USER_ERROR,
                 "pass-requires");
}

// ---------------------------------------------------------------- plans

static void test_plan_is_written_and_runs(void **state) {
    Fixture *fixture = *state;
    char folder[] = "/tmp/ttile-api-XXXXXX", path[64], program_path[64];
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/gemm.plan.json", folder);
    snprintf(program_path, sizeof program_path, "%s/product.ttir", folder);
    ttile_options options = ttile_options_default();
    options.plan_path = path;
    ttile_module *module = read_product(fixture->context);
    make_buffers(fixture, module);
    assert_int_equal(ttile_run_pipeline(module, &options), TTILE_OK);

    ttile_program *compiled, *planned;
    ttile_plan *plan, *same;
    size_t bytes = fixture->buffers[2].bytes;
    void *first = malloc(bytes);
    assert_int_equal(ttile_program_from_module(module, &compiled), TTILE_OK);
    assert_int_equal(ttile_simulate(compiled, fixture->buffers, TENSORS, NULL, NULL), TTILE_OK);
    memcpy(first, fixture->buffers[2].data, bytes);
    memset(fixture->buffers[2].data, 0, bytes);
    assert_int_equal(ttile_plan_read(fixture->context, path, &plan), TTILE_OK);
    assert_int_equal(ttile_plan_program(plan, &planned), TTILE_OK);
    assert_int_equal(ttile_simulate(planned, fixture->buffers, TENSORS, NULL, NULL), TTILE_OK);
    assert_memory_equal(first, fixture->buffers[2].data, bytes);
    free(first);

    const char *read, *made;
    assert_int_equal(ttile_plan_from_program(compiled, &same), TTILE_OK);
    assert_int_equal(ttile_plan_text(plan, &read, NULL), TTILE_OK);
    assert_int_equal(ttile_plan_text(same, &made, NULL), TTILE_OK);
    assert_string_equal(read, made);

    FILE *program = fopen(program_path, "a");
    fputs("# edited\n", program);
    fclose(program);
    expect_error(fixture, ttile_plan_read(fixture->context, path, &plan), TTILE_USER_ERROR, "plan-file");
    unlink(program_path);
    unlink(path);
    assert_int_equal(rmdir(folder), 0); // nothing else was left there
}

// Names that cannot be a plan's: nothing is written, and what lies there stays.
static void test_plan_needs_a_name_of_its_own(void **state) {
    Fixture *fixture = *state;
    static const struct {
        const char *name, *code;
    } cases[] = {
        {"product.ttir", "plan-path"},         {"./product.ttir", "plan-path"}, {"", "file-unwritable"},
        {"missing/a.json", "file-unwritable"}, {"missing/", "file-unwritable"}, {"folder", "file-unwritable"},
    };
    char start[4096], folder[] = "/tmp/ttile-api-XXXXXX";
    assert_non_null(getcwd(start, sizeof start));
    assert_non_null(mkdtemp(folder));
    assert_int_equal(chdir(folder), 0);
    assert_int_equal(mkdir("folder", 0777), 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ttile_options options = ttile_options_default();
        options.plan_path = cases[i].name;
        ttile_module *module = read_product(fixture->context);
        ttile_program *program;
        ttile_plan *plan;
        expect_error(fixture, ttile_run_pipeline(module, &options), TTILE_USER_ERROR, cases[i].code);
        module = read_product(fixture->context);
        assert_int_equal(ttile_optimize_for_target(module, NULL), TTILE_OK);
        assert_int_equal(ttile_program_from_module(module, &program), TTILE_OK);
        assert_int_equal(ttile_plan_from_program(program, &plan), TTILE_OK);
        expect_error(fixture, ttile_plan_write(plan, cases[i].name), TTILE_USER_ERROR, cases[i].code);
        assert_int_not_equal(access("product.ttir", F_OK), 0);
    }
    assert_int_equal(rmdir("folder"), 0);
    assert_int_equal(chdir(start), 0);
    assert_int_equal(rmdir(folder), 0); // nothing else was left there
}

// ---------------------------------------------------------------- threads

// The whole way in a context of its own; gives the output's bytes.
static void *whole_way(void *user) {
    Fixture *fixture = user;
    const char *strategies[] = {"row_major", "column_major", "block"};
    for (int i = 0; i < 3; i++) {
        ttile_options options = ttile_options_default();
        options.partition_strategy = strategies[i];
        ttile_module *module;
        ttile_program *program;
        ttile_simulate_options one = {.threads = 1};
        if (ttile_module_from_memory(fixture->context, "product.py", product_kernel, strlen(product_kernel),
                                     &product_options, &module) ||
            ttile_optimize_for_target(module, &options) || ttile_program_from_module(module, &program) ||
            ttile_simulate(program, fixture->buffers, TENSORS, &one, NULL))
            return "failed";
    }
    return NULL;
}

static void test_two_contexts_in_two_threads(void **state) {
    (void)state;
    enum { THREADS = 2 };
    void *fixtures[THREADS];
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(make_fixture(&fixtures[i]), 0);
        make_buffers(fixtures[i], read_product(((Fixture *)fixtures[i])->context));
    }
    for (int i = 0; i < THREADS; i++) assert_int_equal(pthread_create(&threads[i], NULL, whole_way, fixtures[i]), 0);
    for (int i = 0; i < THREADS; i++) {
        void *answer;
        pthread_join(threads[i], &answer);
        assert_null(answer);
    }
    ttile_buffer *one = ((Fixture *)fixtures[0])->buffers, *other = ((Fixture *)fixtures[1])->buffers;
    assert_memory_equal(one[2].data, other[2].data, one[2].bytes);
    for (int i = 0; i < THREADS; i++) drop_fixture(&fixtures[i]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        API_TEST(test_run_and_compare),
        API_TEST(test_reference_is_the_product),
        API_TEST(test_wrong_buffers),
        API_TEST(test_wrong_order),
        API_TEST(test_unknown_options),
        API_TEST(test_accumulate_of_a_module),
        API_TEST(test_accumulate_of_a_pipeline),
        API_TEST(test_own_pass),
        API_TEST(test_own_pass_is_held_to_its_contract),
        API_TEST(test_a_pass_taken_out_is_missed),
        API_TEST(test_plan_is_written_and_runs),
        API_TEST(test_plan_needs_a_name_of_its_own),
        cmocka_unit_test(test_two_contexts_in_two_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
