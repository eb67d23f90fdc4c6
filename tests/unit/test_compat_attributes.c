// Legacy attributes through the C API: set on a module, rewritten by the pipeline, refused with their codes.
#include "api_fixture.h"

static ttile_module *with(Fixture *fixture, const char *name, const char *value) {
    ttile_module *module = read_product(fixture->context);
    assert_int_equal(ttile_module_set_attribute(module, name, value), TTILE_OK);
    return module;
}

static void expect_attribute(const ttile_module *module, const char *name, const char *expected) {
    const char *text = NULL;
    assert_int_equal(ttile_module_attribute(module, name, &text), TTILE_OK);
    if (!expected) {
        assert_null(text);
        return;
    }
    assert_non_null(text);
    assert_string_equal(text, expected);
}

static void test_set_and_get(void **state) {
    Fixture *fixture = *state;
    ttile_module *module = with(fixture, "tt.core_grid", "[2, 1]");
    expect_attribute(module, "tt.core_grid", "[2, 1]");
    assert_int_equal(ttile_module_set_attribute(module, "tt.core_grid", NULL), TTILE_OK);
    expect_attribute(module, "tt.core_grid", NULL);
    assert_int_equal(ttile_module_set_attribute(module, "author", "{'name': 'someone', 'years': [1, 2]}"), TTILE_OK);
    expect_attribute(module, "author", "{\"name\": \"someone\", \"years\": [1, 2]}");
    expect_error(fixture, ttile_module_set_attribute(module, "tt.core_grid", "'wide'"), TTILE_USER_ERROR, "ir-text");
    expect_error(fixture, ttile_module_set_attribute(module, "author", "f(1)"), TTILE_USER_ERROR, "ir-text");
    expect_error(fixture, ttile_module_set_attribute(module, NULL, "1"), TTILE_USER_ERROR, "api-argument");
}

static void test_only_an_authors_attributes(void **state) {
    Fixture *fixture = *state;
    static const char *const cases[][2] = {
        {"tt.canonical", "True"},   {"tt.buffer_layouts", "True"},
        {"tt.layout_desc", "True"}, {"tt.staged", "True"},
        {"tt.threads", "True"},     {"tt.padded", "True"},
        {"tt.verified", "True"},    {"tt.options", "{}"},
        {"tt.multicast", "[]"},     {"", "1"},
        {"bad name", "1"},          {"a\nb", "1"},
    };
    ttile_module *module = read_product(fixture->context);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_error(fixture, ttile_module_set_attribute(module, cases[i][0], cases[i][1]), TTILE_USER_ERROR,
                     "api-argument");
    assert_int_equal(ttile_optimize_for_target(module, NULL), TTILE_OK);
}

// What a pass says it provides it may set, and nobody behind it.
static ttile_status set_padded(void *user, ttile_module *module) {
    (void)user;
    return ttile_module_set_attribute(module, "tt.padded", "True");
}

static void test_a_pass_sets_what_it_provides(void **state) {
    Fixture *fixture = *state;
    static const char *const names[] = {"tt.padded", NULL};
    ttile_pass pass = {.name = "Pad", .provides_attributes = names, .run = set_padded};
    ttile_pipeline *pipeline;
    ttile_module *module = read_product(fixture->context);
    assert_int_equal(ttile_pipeline_create(fixture->context, &pipeline), TTILE_OK);
    while (ttile_pipeline_count(pipeline))
        assert_int_equal(ttile_pipeline_remove(pipeline, ttile_pipeline_pass(pipeline, 0)), TTILE_OK);
    assert_int_equal(ttile_pipeline_insert_pass(pipeline, NULL, &pass), TTILE_OK);
    assert_int_equal(ttile_pipeline_run(pipeline, module, NULL), TTILE_OK);
    expect_attribute(module, "tt.padded", "True");
    expect_error(fixture, set_padded(NULL, module), TTILE_USER_ERROR, "api-argument");
}

static void test_core_grid_is_kept(void **state) {
    ttile_module *module = with(*state, "tt.grid", "[2, 1]");
    assert_int_equal(ttile_optimize_for_target(module, NULL), TTILE_OK);
    expect_attribute(module, "tt.core_grid", "[2, 1]");
}

// Six blocks over two cores, unevenly: the user's schedule, not the even one.
static void test_schedule_is_kept_and_right(void **state) {
    Fixture *fixture = *state;
    ttile_module *module = with(fixture, "tt_tiles_per_core", "[[0, 5], [5, 1]]");
    ttile_program *program;
    ttile_reference *reference;
    ttile_comparison comparison;
    ttile_simulation simulation;
    make_buffers(fixture, module);
    assert_int_equal(ttile_evaluate(module, fixture->buffers, TENSORS, &reference), TTILE_OK);
    assert_int_equal(ttile_optimize_for_target(module, NULL), TTILE_OK);
    expect_attribute(module, "tt.work_partition",
                     "[{\"core\": [0, 0], \"run\": [0, 5], \"items\": [[0, 5, 1]]}, "
                     "{\"core\": [1, 0], \"run\": [5, 1], \"items\": [[5, 1, 1]]}]");
    assert_int_equal(ttile_program_from_module(module, &program), TTILE_OK);
    assert_int_equal(ttile_simulate(program, fixture->buffers, TENSORS, NULL, &simulation), TTILE_OK);
    assert_int_equal(simulation.cores, 2);
    assert_int_equal(ttile_compare(reference, fixture->buffers, TENSORS, 0, &comparison), TTILE_OK);
    assert_true(comparison.pass);
}

static void test_legacy_pipeline(void **state) {
    Fixture *fixture = *state;
    ttile_module *module = read_product(fixture->context);
    ttile_options options = ttile_options_default();
    options.pipeline = "legacy";
    assert_int_equal(ttile_optimize_for_target(module, &options), TTILE_OK);
    expect_attribute(module, "tt.core_grid", "[6, 1]");
    options.pipeline = "newest";
    expect_error(fixture, ttile_optimize_for_target(read_product(fixture->context), &options), TTILE_USER_ERROR,
                 "unknown-pipeline");
}

static void test_refusals(void **state) {
    static const struct {
        const char *name, *value, *code;
        ttile_status status;
    } cases[] = {
        {"tt_grid_x", "4", "legacy-contradiction", TTILE_USER_ERROR},
        {"tt_num_tiles", "7", "legacy-contradiction", TTILE_USER_ERROR},
        {"tt_grid_x", "'3'", "legacy-malformed", TTILE_USER_ERROR},
        {"tt_tiles_per_core", "[[0, 3], [4, 2]]", "legacy-contradiction", TTILE_USER_ERROR},
        {"tt_tiles_per_core", "[[0]]", "legacy-malformed", TTILE_USER_ERROR},
        {"tt_core_ranges", "[[0, 0, 1, 0, 0, 6]]", "legacy-malformed", TTILE_USER_ERROR},
        {"tt_schedule", "{'assignments': [{'core_id': 0}]}", "legacy-malformed", TTILE_USER_ERROR},
        {"tt_schedule_policy", "'strided'", "legacy-malformed", TTILE_USER_ERROR},
        {"tt_shard", "{'D': {}}", "legacy-contradiction", TTILE_USER_ERROR},
        {"tt_shard", "{'A': {'tiles_width': 3}}", "legacy-contradiction", TTILE_USER_ERROR},
        {"tt_buffer_3_layout", "'dram_interleaved'", "legacy-contradiction", TTILE_USER_ERROR},
        {"tt_layout_type", "'l1_sharded'", "legacy-layout", TTILE_UNSUPPORTED},
        {"tt_tile_height", "16", "legacy-layout", TTILE_UNSUPPORTED},
        {"tt_colour", "1", "legacy-unknown", TTILE_USER_ERROR},
        {"tt.device_mesh", "[2, 1]", "legacy-schedule", TTILE_UNSUPPORTED},
        {"tt.grid", "[9, 9]", "core-grid", TTILE_USER_ERROR},
        {"tt.start_tile", "1", "legacy-contradiction", TTILE_USER_ERROR},
        {"tt.runtime_args", "{'core_assignments': {'(0,0)': [{'m_idx': 0, 'n_idx': 3}]}}", "legacy-malformed",
         TTILE_USER_ERROR},
        {"tt.runtime_args", "{'core_assignments': {'(0,0)': [{'m_idx': 0, 'n_idx': 0}, {'m_idx': 0, 'n_idx': 2}]}}",
         "legacy-schedule", TTILE_UNSUPPORTED},
        {"tt.user_layout", "{'A': {'halo': [1, 1]}}", "legacy-layout", TTILE_UNSUPPORTED},
    };
    Fixture *fixture = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ttile_module *module = with(fixture, cases[i].name, cases[i].value);
        ttile_status status = ttile_optimize_for_target(module, NULL);
        if (strcmp(fixture->record.code, cases[i].code)) print_error("%s = %s\n", cases[i].name, cases[i].value);
        assert_int_equal(fixture->record.line, 5); // of the text that holds the literal
        expect_error(fixture, status, cases[i].status, cases[i].code);
    }
}

static void test_mixed_generations(void **state) {
    Fixture *fixture = *state;
    ttile_module *module = with(fixture, "tt_grid_x", "3");
    assert_int_equal(ttile_module_set_attribute(module, "tt.grid", "[3, 2]"), TTILE_OK);
    expect_error(fixture, ttile_optimize_for_target(module, NULL), TTILE_USER_ERROR, "legacy-mixed");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        API_TEST(test_set_and_get),
        API_TEST(test_only_an_authors_attributes),
        API_TEST(test_a_pass_sets_what_it_provides),
        API_TEST(test_core_grid_is_kept),
        API_TEST(test_schedule_is_kept_and_right),
        API_TEST(test_legacy_pipeline),
        API_TEST(test_refusals),
        API_TEST(test_mixed_generations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
