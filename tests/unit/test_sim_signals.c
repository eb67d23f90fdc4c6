// Time of what cores say to each other: semaphores that others change, and multicasts behind which flags stay.
#include "sim_fixture.h"

static char *legal_program(const char *name) {
    char path[200];
    snprintf(path, sizeof path, "tests/programs/legal/%s.ttir", name);
    FILE *file = fopen(path, "r");
    if (!file) stop_test("%s: cannot be read\n", path);
    char *text = calloc(1, 65536);
    assert_true(fread(text, 1, 65535, file) > 0);
    fclose(file);
    return text;
}

static SimResult run(Context *context, const char *text, int threads) {
    Simulation simulation = {.text = text, .options = {.timing = true, .threads = threads}};
    assert_works(context, simulate, &simulation);
    tensors_free(&simulation.tensors);
    return simulation.result;
}

static SimResult run_changed(Context *context, const char *program, const char *from, const char *to) {
    char *base = legal_program(program), *text = replace(base, from, to);
    SimResult result = run(context, text, 1);
    free(base), free(text);
    return result;
}

// ---------------------------------------------------------------- semaphores

// Two cores of a row hand a token to and fro, `turns` times.
static int64_t ping_pong(Context *context, int turns) {
    static const char form[] = "# ttile ir 1\n\n@T.prim_func\ndef ping_pong(\n" TENSOR(
        "A", 32, 32, "bfloat16",
        "in") "):\n"
              "    T.func_attr({\"tt.core_ranges\": [[0, 0, 2, 1]], \"tt.dst_schedule\": {\"fp32\": False}})\n"
              "    x0 = T.runtime_arg(\"int32\", [[0, 0, 2, 1, 0, 0, 0]], core=\"x\")\n"
              "    x1 = T.runtime_arg(\"int32\", [[0, 0, 2, 1, 1, 0, 0]], core=\"x\")\n"
              "    y0 = T.runtime_arg(\"int32\", [[0, 0, 2, 1, 0, 0, 0]], core=\"y\")\n"
              "    ping = T.semaphore(0, 0)\n"
              "    pong = T.semaphore(1, 0)\n"
              "    with T.reader(cores=[[0, 0, 1, 1]]):\n"
              "        for i in T.serial(0, %d, 1):\n"
              "            noc_semaphore_inc(ping, x1, y0, 1)\n"
              "            noc_semaphore_wait(pong, 1)\n"
              "            noc_semaphore_set(pong, 0)\n"
              "        noc_async_atomic_barrier()\n"
              "    with T.reader(cores=[[1, 0, 1, 1]]):\n"
              "        for i in T.serial(0, %d, 1):\n"
              "            noc_semaphore_wait(ping, 1)\n"
              "            noc_semaphore_set(ping, 0)\n"
              "            noc_semaphore_inc(pong, x0, y0, 1)\n"
              "        noc_async_atomic_barrier()\n";
    char text[sizeof form + 40];
    snprintf(text, sizeof text, form, turns, turns);
    SimResult result = run(context, text, 1);
    assert_true(result.stall[CLOCK_READER][STALL_SEMAPHORE] > 0);
    return result.cycles;
}

// A turn is a small write there, one hop, and one back, nine hops; and what the cores do in between.
static void test_a_token_takes_its_way(void **state) {
    const Target *target = target_parse(*state, "wormhole:n150");
    int64_t turn = (ping_pong(*state, 101) - ping_pong(*state, 1)) / 100;
    int64_t ways = 2 * target->noc_write_latency + 10 * target->noc_write_hop_cycles;
    int64_t issue = 2 * target->noc_issue_cycles;
    assert_true(turn >= ways + issue);
    assert_true(turn <= ways + issue + 60);
}

// ---------------------------------------------------------------- multicasts

#define ROW "multicast_row"

static const char *const programs[] = {"multicast_row",  "multicast_one_window", "multicast_gemm",
                                       "multicast_once", "multicast_pair",       "multicast_chain"};

static void test_cycles_do_not_depend_on_the_host(void **state) {
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
        char *text = legal_program(programs[i]);
        SimResult one = run(*state, text, 1), many = run(*state, text, 4);
        assert_true(one.cycles > 0);
        assert_int_equal(one.cycles, many.cycles);
        assert_int_equal(one.math_cycles, many.math_cycles);
        free(text);
    }
}

// A receiver has nothing before the sender has read and sent it; the sender waits for those that are not ready.
static void test_both_sides_wait(void **state) {
    char *text = legal_program(ROW);
    SimResult result = run(*state, text, 1);
    const Target *target = target_parse(*state, "wormhole:n150");
    int64_t window = target->noc_read_latency + target->noc_multicast_latency;
    assert_true(result.cycles > 4 * window);
    assert_true(result.stall[CLOCK_READER][STALL_SEMAPHORE] > 3 * window); // three receivers
    free(text);
}

// One receiver that comes late to every window holds up the sender, and by it all others.
static void test_the_last_receiver_sets_the_pace(void **state) {
    static const char ready[] = "            noc_semaphore_set(valid, 0)\n            noc_semaphore_inc(";
    static const char late[] = "            for wait in T.serial(0, (row // 3) * 2000, 1):\n"
                               "                noc_async_read_barrier()\n"
                               "            noc_semaphore_set(valid, 0)\n            noc_semaphore_inc(";
    char *text = legal_program(ROW);
    SimResult normal = run(*state, text, 1), slow = run_changed(*state, ROW, ready, late);
    assert_true(slow.cycles > normal.cycles + 8 * 2000);
    assert_true(slow.stall[CLOCK_READER][STALL_SEMAPHORE] > normal.stall[CLOCK_READER][STALL_SEMAPHORE] + 8 * 2000);
    free(text);
}

// Of each window, one after the other: two pages read, found their way, gone to the receivers, and then two pages that
// every core reads for itself. A flag that overtook its data would save most of it.
static void test_flags_stay_behind_data(void **state) {
    char *text = legal_program(ROW);
    const Target *target = target_parse(*state, "wormhole:n150");
    int64_t read = target->noc_read_latency + target->dram_latency;
    int64_t sent = target->noc_multicast_latency + (int64_t)(2 * 2048 / target->noc_bytes_per_cycle);
    assert_true(run(*state, text, 1).cycles > 8 * (read + sent + read));
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_a_token_takes_its_way),  TEST(test_cycles_do_not_depend_on_the_host),
        TEST(test_both_sides_wait),        TEST(test_the_last_receiver_sets_the_pace),
        TEST(test_flags_stay_behind_data),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
