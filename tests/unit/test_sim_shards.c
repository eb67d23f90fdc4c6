// Tensors in L1: what is moved of them is counted by whose it is, and a circular buffer may lie over a shard. Rules are
// broken by one change of tests/programs/legal/shards_in_place.ttir.
#include "sim_fixture.h"

static char *legal_program(void) {
    FILE *file = fopen("tests/programs/legal/shards_in_place.ttir", "r");
    if (!file) stop_test("the program cannot be read\n");
    char *text = calloc(1, 65536);
    assert_true(fread(text, 1, 65535, file) > 0);
    fclose(file);
    return text;
}

static void check_sums(const Simulation *simulation) {
    for (size_t i = 0; i < 128 * 64; i++) {
        double sum = random_input(0, i) + random_input(1, i);
        assert_near(element(simulation, 2, i), sum > 0 ? sum : 0, 0.0079);
    }
}

// A and C never move. Of the eight pages of B, each of two cores keeps four and reads one of its own.
static void test_bytes_are_counted_by_home(void **state) {
    char *text = legal_program();
    Simulation simulation = {.text = text, .options = {.threads = 3, .numbers = true}};
    assert_works(*state, simulate, &simulation);
    check_sums(&simulation);
    assert_int_equal(simulation.result.dram_read_bytes, 0);
    assert_int_equal(simulation.result.dram_write_bytes, 0);
    assert_int_equal(simulation.result.l1_local_bytes, 2 * 2048);
    assert_int_equal(simulation.result.l1_remote_bytes, 6 * 2048);
    tensors_free(&simulation.tensors);
    free(text);
}

static void test_dram_is_counted_apart(void **state) {
    char *base = legal_program();
    char *text = replace(base,
                         "\"l1\", \"memory\": \"width_sharded\", \"orientation\": \"tile\", \"tile_plane\": [0, 1], "
                         "\"format\": \"bfloat16\", \"tile_shape\": [32, 32], \"tile_order\": \"row_major\", "
                         "\"shard\": {\"shape\": [128, 32], \"grid\": [2, 2], \"order\": \"row_major\"}}",
                         "\"dram\", \"memory\": \"interleaved\", \"orientation\": \"tile\", \"tile_plane\": [0, 1], "
                         "\"format\": \"bfloat16\", \"tile_shape\": [32, 32], \"tile_order\": \"row_major\"}");
    Simulation simulation = {.text = text, .options = {.numbers = true}};
    assert_works(*state, simulate, &simulation);
    check_sums(&simulation);
    assert_int_equal(simulation.result.dram_read_bytes, 8 * 2048);
    assert_int_equal(simulation.result.l1_local_bytes + simulation.result.l1_remote_bytes, 0);
    tensors_free(&simulation.tensors);
    free(text), free(base);
}

// An input's shard holds its tiles in every lap: here it is pushed and popped twice, the first time unused.
static void test_input_shard_stays(void **state) {
    char *base = legal_program();
    char *pushed = replace(base, "        cb_push_back(cb_A, 2)\n",
                           "        cb_push_back(cb_A, 2)\n        cb_reserve_back(cb_A, 2)\n"
                           "        cb_push_back(cb_A, 2)\n");
    char *text =
        replace(pushed, "        cb_wait_front(cb_A, 2)\n",
                "        cb_wait_front(cb_A, 2)\n        cb_pop_front(cb_A, 2)\n        cb_wait_front(cb_A, 2)\n");
    Simulation simulation = {.text = text, .options = {.numbers = true}};
    assert_works(*state, simulate, &simulation);
    check_sums(&simulation);
    tensors_free(&simulation.tensors);
    free(text), free(pushed), free(base);
}

typedef struct Case {
    const char *name, *from, *to;
    DiagnosticCode code;
    const char *line;
} Case;

#define READ_B "            noc_async_read_page(B, row * 2 + t, cb_B, 0)\n"

static const Case cases[] = {
    {"fewer pages than the shard", "circular_buffer(0, \"bfloat16\", page_bytes=2048, pages=2",
     "circular_buffer(0, \"bfloat16\", page_bytes=2048, pages=4", DIAG_SIM_SHARD, "cb_A = "},
    {"another format", "circular_buffer(0, \"bfloat16\", page_bytes=2048",
     "circular_buffer(0, \"float32\", page_bytes=4096", DIAG_SIM_SHARD, "cb_A = "},
    {"a shard written by way of the NoC", "        cb_push_back(cb_A, 2)\n",
     "        noc_async_read_page(B, 0, cb_A, 0)\n        noc_async_read_barrier()\n        cb_push_back(cb_A, 2)\n",
     DIAG_SIM_SHARD, "noc_async_read_page(B, 0, cb_A"},
    {"two buffers over an output", "    with T.reader():\n",
     "    cb_D = T.circular_buffer(17, \"bfloat16\", page_bytes=2048, pages=2, window=2, producer=\"compute\", "
     "consumer=\"writer\", unpack=\"source\", shard=C)\n    with T.reader():\n",
     DIAG_SIM_SHARD, "cb_C = "},
    {"a tensor that is neither", "role=\"in\"", "role=\"inout\"", DIAG_SIM_SHARD, "cb_A = "},
    {"an output that is not pushed", "        cb_wait_front(cb_C, 2)\n        cb_pop_front(cb_C, 2)\n",
     "        cb_wait_front(cb_C, 0)\n", DIAG_SIM_LEFTOVER, "cb_C = "},
    {"an output pushed in part",
     "        cb_push_back(cb_C, 2)\n    with T.writer():\n        cb_wait_front(cb_C, 2)\n        cb_pop_front(cb_C, "
     "2)\n",
     "        cb_push_back(cb_C, 1)\n    with T.writer():\n        cb_wait_front(cb_C, 1)\n        cb_pop_front(cb_C, "
     "1)\n",
     DIAG_SIM_SHARD, "cb_C = "},
    {"an output written in part", "            pack_tile(0, cb_C)\n",
     "            if t == 0:\n                pack_tile(0, cb_C)\n", DIAG_SIM_SHARD, "cb_C = "},
    {"an output pushed twice",
     "        cb_push_back(cb_C, 2)\n    with T.writer():\n        cb_wait_front(cb_C, 2)\n        cb_pop_front(cb_C, "
     "2)\n",
     "        cb_push_back(cb_C, 2)\n        cb_reserve_back(cb_C, 2)\n        cb_push_back(cb_C, 2)\n"
     "    with T.writer():\n        for i in T.serial(0, 2, 1):\n            cb_wait_front(cb_C, 2)\n"
     "            cb_pop_front(cb_C, 2)\n",
     DIAG_SIM_SHARD, "cb_C = "},
    {"an output read while it is made", READ_B, "            noc_async_read_page(C, row * 2 + t, cb_B, 0)\n",
     DIAG_SIM_OUTPUT_RACE, "cb_C = "},
    {"shards on cores that have no part", "\"tt.core_ranges\": [[0, 0, 2, 2]]", "\"tt.core_ranges\": [[0, 0, 2, 1]]",
     DIAG_SIM_OUTPUT_UNWRITTEN, "C: "},
};

static void run_case(const Case *one) {
    Context *context = context_new(&system_allocator);
    char line[400], *base = legal_program(), *text = replace(base, one->from, one->to);
    Simulation simulation = {.text = text, .options = {.threads = 2, .numbers = true}};
    bool done = context_try(context, simulate, &simulation);
    if (done || context->diagnostics.count == 0) stop_test("%s: nothing was reported\n", one->name);
    const Diagnostic *first = &context->diagnostics.items[0];
    if (first->code != one->code)
        stop_test("%s: expected %s, seen %s: %s\n", one->name, diagnostic_name(one->code), diagnostic_name(first->code),
                  first->message);
    if (!strstr(line_at(first->location, line, sizeof line), one->line))
        stop_test("%s: expected a line with `%s`, seen `%s`\n", one->name, one->line, line);
    tensors_free(&simulation.tensors);
    free(text), free(base);
    context_free(context);
}

static void test_each_rule(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) run_case(&cases[i]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_bytes_are_counted_by_home),
        TEST(test_dram_is_counted_apart),
        TEST(test_input_shard_stays),
        TEST(test_each_rule),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
