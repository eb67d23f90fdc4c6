// The timing model: what must hold of cycles, busy and stalled time, bounds and the trace, whatever the constants are.
#include "sim_fixture.h"

#include <unistd.h>

#include "base/json.h"

// `turns` times: a tile of A and one of B, their product; `depth` pages in a buffer; on `cores` (x, y, columns, rows).
static const char product_program[] = "# ttile ir 1\n\n@T.prim_func\ndef product(\n" TENSOR(
    "A", 32, 32, "bfloat16", "in") TENSOR("B", 32, 2048, "bfloat16", "in")
    TENSOR("C", 32, 2048, "bfloat16",
           "out") "):\n"
                  "    T.func_attr({\"tt.core_ranges\": [[0, 0, 1, 1]], \"tt.dst_schedule\": {\"fp32\": True, "
                  "\"math_fidelity\": "
                  "\"HiFi4\"}})\n"
                  "    first = T.runtime_arg(\"int32\", [[0, 0, 1, 1, 0, 0, 0]])\n" BUFFER(
                      "a", 0, "bfloat16", 2048, 2, "reader", "compute", ", unpack=\"source\"")
                      BUFFER("b", 1, "bfloat16", 2048, 2, "reader", "compute", ", unpack=\"source\"")
                          BUFFER("c", 2, "bfloat16", 2048, 2, "compute", "writer",
                                 ", unpack=\"source\"") "    with T.reader():\n"
                                                        "        for i in T.serial(0, 64, 1):\n"
                                                        "            cb_reserve_back(a, 1)\n"
                                                        "            cb_reserve_back(b, 1)\n"
                                                        "            noc_async_read_page(A, 0, a, 0)\n"
                                                        "            noc_async_read_page(B, first + i, b, 0)\n"
                                                        "            noc_async_read_barrier()\n"
                                                        "            cb_push_back(a, 1)\n"
                                                        "            cb_push_back(b, 1)\n"
                                                        "    with T.compute():\n"
                                                        "        compute_kernel_hw_startup(a, b, c, \"reverse\")\n"
                                                        "        matmul_init(a, b, 0)\n"
                                                        "        for j in T.serial(0, 64, 1):\n"
                                                        "            cb_wait_front(a, 1)\n"
                                                        "            cb_wait_front(b, 1)\n"
                                                        "            tile_regs_acquire()\n"
                                                        "            for k in T.serial(0, 1, 1):\n"
                                                        "                matmul_tiles(a, b, 0, 0, 0)\n"
                                                        "            tile_regs_commit()\n"
                                                        "            cb_pop_front(a, 1)\n"
                                                        "            cb_pop_front(b, 1)\n"
                                                        "            cb_reserve_back(c, 1)\n"
                                                        "            tile_regs_wait()\n"
                                                        "            pack_tile(0, c)\n"
                                                        "            tile_regs_release()\n"
                                                        "            cb_push_back(c, 1)\n"
                                                        "    with T.writer():\n"
                                                        "        for w in T.serial(0, 64, 1):\n"
                                                        "            cb_wait_front(c, 1)\n"
                                                        "            noc_async_write_page(C, first + w, c, 0)\n"
                                                        "            noc_async_writes_flushed()\n"
                                                        "            cb_pop_front(c, 1)\n"
                                                        "        noc_async_write_barrier()\n";

static SimResult run(Context *context, const char *text, const char *trace) {
    Simulation simulation = {.text = text, .options = {.numbers = true, .timing = true, .trace = trace}};
    assert_works(context, simulate, &simulation);
    tensors_free(&simulation.tensors);
    return simulation.result;
}

static SimResult run_changed(Context *context, const char *from, const char *to) {
    char *text = replace(product_program, from, to);
    SimResult result = run(context, text, NULL);
    free(text);
    return result;
}

// Nobody is busy or waits for longer than the program takes, and no resource is faster than its table says.
static void test_times_add_up(void **state) {
    SimResult result = run(*state, product_program, NULL);
    for (int clock = 0; clock < CLOCK_COUNT; clock++) {
        int64_t sum = result.busy[clock];
        for (int cause = 0; cause < STALL_COUNT; cause++) sum += result.stall[clock][cause];
        assert_true(result.busy[clock] > 0);
        assert_true(sum <= result.cycles);
    }
    const Target *target = target_parse(*state, "wormhole:n150");
    assert_true(result.busy[CLOCK_MATH] >= 64 * 4 * target->cycles_phase);
    assert_true(result.busy[CLOCK_UNPACK] >= 64 * target->cycles_unpack_tile);
    assert_true(result.cycles > 64 * target->noc_read_latency / 2);
    assert_int_equal(result.products, 64);
    double useful = 64.0 * 4 * (double)target->cycles_phase;
    assert_near(result.utilization, useful / (double)result.cycles, 1e-9);
    assert_near(result.chip_utilization, result.utilization / 64, 1e-9);
    assert_string_equal(result.bound, "latency");
}

// Waiting for one page at a time, the reader's answers are what the cycles go to; a second page overlaps them.
static void test_double_buffering_is_faster(void **state) {
    char *first = replace(product_program, "page_bytes=2048, pages=2", "page_bytes=2048, pages=1");
    char *both = replace(first, "page_bytes=2048, pages=2", "page_bytes=2048, pages=1");
    int64_t single = run(*state, both, NULL).cycles, twice = run(*state, product_program, NULL).cycles;
    assert_true(twice < single);
    free(first), free(both);
}

static void test_fidelity_costs(void **state) {
    SimResult high = run(*state, product_program, NULL), low = run_changed(*state, "HiFi4", "LoFi");
    const Target *target = target_parse(*state, "wormhole:n150");
    assert_int_equal(high.busy[CLOCK_MATH] - low.busy[CLOCK_MATH], 64 * (3 * target->cycles_phase + 1));
}

// Many products on each pair of tiles: math is what bounds it, and it is nearly always busy.
static void test_bound_by_compute(void **state) {
    SimResult result = run_changed(*state, "for k in T.serial(0, 1, 1)", "for k in T.serial(0, 50, 1)");
    assert_string_equal(result.bound, "compute");
    assert_true(result.utilization > 0.9 && result.utilization <= 1);
}

// Sixty-four cores that each move what one moved: no faster than the banks, slower than one core alone.
static void test_bound_by_memory(void **state) {
    SimResult alone = run(*state, product_program, NULL);
    char *wide = replace(product_program, "T.Tensor((32, 2048), \"bfloat16\", role=\"in\"",
                         "T.Tensor((2048, 2048), \"bfloat16\", role=\"in\"");
    char *tall = replace(wide, "T.Tensor((32, 2048), \"bfloat16\", role=\"out\"",
                         "T.Tensor((2048, 2048), \"bfloat16\", role=\"out\"");
    char *cores = replace(tall, "[[0, 0, 1, 1]], \"tt.dst", "[[0, 0, 8, 8]], \"tt.dst");
    char *text = replace(cores, "[[0, 0, 1, 1, 0, 0, 0]]", "[[0, 0, 8, 8, 0, 64, 512]]");
    SimResult all = run(*state, text, NULL);
    const Target *target = target_parse(*state, "wormhole:n150");
    assert_int_equal(all.dram_read_bytes, 64 * alone.dram_read_bytes);
    assert_true(all.cycles > alone.cycles);
    double least = (double)all.dram_read_bytes / ((double)target->dram_banks * target->dram_read_bytes_per_cycle);
    assert_true((double)all.cycles > least);
    // Page 0 of A, which all of them read, is in one bank.
    double hot = 64.0 * 64 * 2048 / target->dram_read_bytes_per_cycle;
    assert_true((double)all.cycles > hot);
    free(wide), free(tall), free(cores), free(text);
}

// ---------------------------------------------------------------- products

// Cycles of one block product of rows x columns tiles, many of them one behind the other.
static double cycles_of_block(Context *context, int rows, int columns, const char *fidelity) {
    static const char form[] = "# ttile ir 1\n\n@T.prim_func\ndef block(\n" TENSOR(
        "A", 32, 32, "bfloat16",
        "in") "):\n"
              "    T.func_attr({\"tt.core_ranges\": [[0, 0, 1, 1]], \"tt.dst_schedule\": {\"fp32\": False, "
              "\"math_fidelity\": \"%s\"}})\n" BUFFER("a", 0, "bfloat16", 2048, 8, "reader", "compute",
                                                      ", unpack=\"source\"")
                  BUFFER("b", 1, "bfloat16", 2048, 8, "reader", "compute",
                         ", unpack=\"source\"") "    with T.reader():\n"
                                                "        cb_reserve_back(a, 8)\n"
                                                "        cb_reserve_back(b, 8)\n"
                                                "        for i in T.serial(0, 8, 1):\n"
                                                "            fill_page(a, i, 1.0)\n"
                                                "            fill_page(b, i, 1.0)\n"
                                                "        cb_push_back(a, 8)\n"
                                                "        cb_push_back(b, 8)\n"
                                                "    with T.compute():\n"
                                                "        compute_kernel_hw_startup(a, b, a, \"reverse\")\n"
                                                "        matmul_block_init(a, b, 0, %d, %d, 1)\n"
                                                "        cb_wait_front(a, 8)\n"
                                                "        cb_wait_front(b, 8)\n"
                                                "        tile_regs_acquire()\n"
                                                "        for k in T.serial(0, %d, 1):\n"
                                                "            matmul_block(a, b, 0, 0, 0, 0, %d, %d, 1)\n"
                                                "        tile_regs_commit()\n"
                                                "        cb_pop_front(a, 8)\n"
                                                "        cb_pop_front(b, 8)\n"
                                                "        tile_regs_wait()\n"
                                                "        tile_regs_release()\n";
    int64_t cycles[2];
    for (int i = 0; i < 2; i++) {
        char text[sizeof form + 100];
        snprintf(text, sizeof text, form, fidelity, columns, rows, 100 + 100 * i, columns, rows);
        cycles[i] = run(context, text, NULL).cycles;
    }
    return (double)(cycles[1] - cycles[0]) / 100;
}

// The vendor's best utilisations of each shape (docs/timing.md), in cycles of a product, less what goes to the start of
// the program and the ends of subblocks and inner steps. 1x6 and 1x8 tiles a call need the unpacker in HiFi2 and math
// in HiFi4; 4x2 need both in turn.
static void test_products_as_measured(void **state) {
    assert_near(cycles_of_block(*state, 1, 6, "HiFi2") / 6, 48.9 - 2.3, 1);
    assert_near(cycles_of_block(*state, 1, 6, "HiFi4") / 6, 69.3 - 2.7, 1);
    assert_near(cycles_of_block(*state, 4, 2, "HiFi2") / 8, 42.6 - 2, 0.5);
    assert_near(cycles_of_block(*state, 4, 2, "HiFi4") / 8, 69.4 - 1.4, 0.5);
}

// With two tiles kept, the next call's first tile can be read before its bank is free by as much as the unpacker holds;
// then the second one and the first that streams by. In HiFi2 both of these want L1 at once, in HiFi4 the second kept
// one still waits for its bank.
static void test_gap_between_calls(void **state) {
    const Target *target = target_parse(*state, "wormhole:n150");
    int64_t step2 = 2 * target->cycles_phase + target->cycles_product, step4 = step2 + 2 * target->cycles_phase;
    int64_t first = target->cycles_unpack_tile - target->cycles_unpack_ahead;
    assert_near(cycles_of_block(*state, 4, 2, "HiFi2"), (double)(7 * step2 + first + target->cycles_unpack_pair), 1e-9);
    assert_near(cycles_of_block(*state, 4, 2, "HiFi4"), (double)(7 * step4 + first + target->cycles_unpack_tile), 1e-9);
}

// What math issues around the phases of a product: less with one tile kept, less with one phase.
static void test_instructions_of_math(void **state) {
    const Target *target = target_parse(*state, "wormhole:n150");
    assert_near(cycles_of_block(*state, 1, 8, "HiFi4"),
                (double)(8 * (4 * target->cycles_phase + target->cycles_product - 1) + 1), 1e-9);
    assert_near(cycles_of_block(*state, 1, 8, "HiFi3"),
                (double)(8 * (3 * target->cycles_phase + target->cycles_product - 1) + 1), 1e-9);
}

// Tiles that stay in their register are unpacked once: wide and tall blocks cost the same. Where the unpacker is the
// bound, two rows cost less than one; where math is, more, as it stands still until their tiles are there.
static void test_blocks_reuse_tiles(void **state) {
    double wide = cycles_of_block(*state, 2, 4, "HiFi2"), tall = cycles_of_block(*state, 4, 2, "HiFi2");
    double row = cycles_of_block(*state, 1, 8, "HiFi2"), single = cycles_of_block(*state, 1, 1, "HiFi2");
    assert_near(wide, tall, 1e-9);
    assert_true(wide < row && row < 8 * single);
    assert_true(cycles_of_block(*state, 2, 4, "HiFi4") > cycles_of_block(*state, 1, 8, "HiFi4"));
    const Target *target = target_parse(*state, "wormhole:n150");
    assert_true(wide >= 8.0 * (double)(2 * target->cycles_phase + target->cycles_product));
    assert_near(single, (double)target->cycles_unpack_pair, 2);
}

static void test_without_timing(void **state) {
    Simulation simulation = {.text = product_program, .options = {.numbers = true}};
    assert_works(*state, simulate, &simulation);
    assert_int_equal(simulation.result.cycles, 0);
    assert_string_equal(simulation.result.bound, "");
    assert_int_equal(simulation.result.products, 64);
    tensors_free(&simulation.tensors);
}

// The numbers left out: the same cycles, and nothing is written.
static void test_timing_alone(void **state) {
    Simulation simulation = {.text = product_program, .options = {.timing = true}};
    assert_works(*state, simulate, &simulation);
    assert_int_equal(simulation.result.cycles, run(*state, product_program, NULL).cycles);
    for (size_t i = 0; i < 32 * 2048; i++) assert_near(element(&simulation, 2, i), 0, 0);
    tensors_free(&simulation.tensors);
}

// Slices of every clock, inside the run, one behind the other on each track.
static void check_trace(const Value *root, const SimResult *result) {
    const Value *events = value_get(root, "traceEvents");
    double ends[CLOCK_COUNT] = {0};
    int slices[CLOCK_COUNT] = {0};
    assert_true(events && events->kind == VALUE_LIST);
    for (uint32_t i = 0; i < events->count; i++) {
        const Value *event = events->items[i];
        if (strcmp(value_get(event, "ph")->text, "X") != 0) continue;
        int64_t clock = value_get(event, "tid")->integer;
        double start = value_get(event, "ts")->real, end = start + value_get(event, "dur")->real;
        assert_true(clock >= 0 && clock < CLOCK_COUNT && end > start);
        assert_true(start >= ends[clock] - 1e-6 && end * 1000 <= (double)result->cycles + 1);
        ends[clock] = end;
        slices[clock]++;
    }
    for (int clock = 0; clock < CLOCK_COUNT; clock++) assert_true(slices[clock] >= 64);
}

static void test_trace(void **state) {
    Context *context = *state;
    char path[] = "/tmp/ttile_trace_XXXXXX";
    int file = mkstemp(path);
    assert_true(file >= 0);
    close(file);
    SimResult result = run(context, product_program, path);
    const Source *source = context_read_source(context, path);
    check_trace(json_parse(context, source, DIAG_FILE_UNREADABLE), &result);
    unlink(path);
}

static void test_unwritable_trace(void **state) {
    Simulation simulation = {.text = product_program,
                             .options = {.timing = true, .trace = "/nowhere/at/all/trace.json"}};
    assert_fails(*state, simulate, &simulation, DIAG_FILE_UNWRITABLE);
    tensors_free(&simulation.tensors);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_times_add_up),         TEST(test_double_buffering_is_faster),
        TEST(test_fidelity_costs),       TEST(test_bound_by_compute),
        TEST(test_products_as_measured), TEST(test_gap_between_calls),
        TEST(test_instructions_of_math), TEST(test_blocks_reuse_tiles),
        TEST(test_bound_by_memory),      TEST(test_without_timing),
        TEST(test_timing_alone),         TEST(test_trace),
        TEST(test_unwritable_trace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
