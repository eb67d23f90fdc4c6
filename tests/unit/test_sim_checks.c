// Every dynamic check of the simulator, violated once: each case changes one place of a legal program and names the
// code that must be reported, and the line.
#include "sim_fixture.h"

// Four tiles through compute, with relu.
static const char relu_program[] = "# ttile ir 1\n\n@T.prim_func\ndef relu(\n" TENSOR("A", 64, 64, "bfloat16", "in")
    TENSOR("C", 64, 64, "bfloat16", "out") TENSOR(
        "B", 64, 64, "float32",
        "in") "):\n"
              "    T.func_attr({\"tt.core_ranges\": [[0, 0, 1, 1]], \"tt.dst_schedule\": {\"fp32\": True}})\n" BUFFER(
                  "cb_a", 0, "bfloat16", 2048, 2, "reader", "compute", ", unpack=\"source\", holds=\"A_shared\"")
                  BUFFER("cb_c", 1, "bfloat16", 2048, 2, "compute", "writer", ", unpack=\"source\"") BUFFER(
                      "cb_wide", 2, "float32", 4096, 2, "compute", "compute", ", unpack=\"source\"")
                      BUFFER("cb_exact", 3, "float32", 4096, 2, "compute", "compute", ", unpack=\"dst\"") BUFFER(
                          "cb_int", 4, "int32", 4096, 2, "compute", "compute",
                          ", unpack=\"source\"") "    with T.reader():\n"
                                                 "        for i in T.serial(0, 4, 1):\n"
                                                 "            cb_reserve_back(cb_a, 1)\n"
                                                 "            noc_async_read_page(A, i, cb_a, 0)\n"
                                                 "            noc_async_read_barrier()\n"
                                                 "            cb_push_back(cb_a, 1)\n"
                                                 "    with T.compute():\n"
                                                 "        compute_kernel_hw_startup(cb_a, cb_a, cb_c, \"regular\")\n"
                                                 "        copy_init(cb_a)\n"
                                                 "        relu_tile_init()\n"
                                                 "        for j in T.serial(0, 4, 1):\n"
                                                 "            cb_wait_front(cb_a, 1)\n"
                                                 "            tile_regs_acquire()\n"
                                                 "            copy_tile(cb_a, 0, 0)\n"
                                                 "            relu_tile(0)\n"
                                                 "            tile_regs_commit()\n"
                                                 "            cb_pop_front(cb_a, 1)\n"
                                                 "            cb_reserve_back(cb_c, 1)\n"
                                                 "            tile_regs_wait()\n"
                                                 "            pack_tile(0, cb_c)\n"
                                                 "            tile_regs_release()\n"
                                                 "            cb_push_back(cb_c, 1)\n"
                                                 "    with T.writer():\n"
                                                 "        for k in T.serial(0, 4, 1):\n"
                                                 "            cb_wait_front(cb_c, 1)\n"
                                                 "            noc_async_write_page(C, k, cb_c, 0)\n"
                                                 "            noc_async_writes_flushed()\n"
                                                 "            cb_pop_front(cb_c, 1)\n"
                                                 "        noc_async_write_barrier()\n";

typedef struct Case {
    const char *name;
    const char *from, *to;
    DiagnosticCode code;
    const char *line; // a part of the line that the error points at; NULL: anywhere
} Case;

static const Case cases[] = {
    // circular buffers
    {"read of a page not waited for", "            cb_wait_front(cb_a, 1)\n", "", DIAG_SIM_READ_UNWAITED, "copy_tile"},
    {"read beyond what was waited for", "copy_tile(cb_a, 0, 0)", "copy_tile(cb_a, 1, 0)", DIAG_SIM_READ_UNWAITED,
     "copy_tile"},
    {"read behind the pop", "            noc_async_writes_flushed()\n            cb_pop_front(cb_c, 1)\n",
     "            noc_async_writes_flushed()\n            cb_pop_front(cb_c, 1)\n            noc_async_write_page(C, "
     "k, cb_c, 0)\n",
     DIAG_SIM_READ_UNWAITED, "noc_async_write_page"},
    {"read of a page that nothing wrote", "noc_async_read_page(A, i, cb_a, 0)", "noc_async_read_barrier()",
     DIAG_SIM_READ_UNWRITTEN, "copy_tile"},
    {"read of a page that nothing wrote in this lap", "            noc_async_read_page(A, i, cb_a, 0)\n",
     "            if i < 2:\n                noc_async_read_page(A, i, cb_a, 0)\n", DIAG_SIM_READ_UNWRITTEN,
     "copy_tile"},
    {"edge of a page that nothing wrote", "noc_async_read_page(A, i, cb_a, 0)", "fill_page_edge(cb_a, 0, 3, 5, 0.0)",
     DIAG_SIM_READ_UNWRITTEN, "fill_page_edge"},
    {"write to a page not reserved", "            cb_reserve_back(cb_a, 1)\n", "", DIAG_SIM_WRITE_UNRESERVED,
     "noc_async_read_page"},
    {"pack to a page not reserved", "            cb_reserve_back(cb_c, 1)\n", "", DIAG_SIM_WRITE_UNRESERVED,
     "pack_tile"},
    {"pack at a slot not reserved", "pack_tile(0, cb_c)", "pack_tile_at(0, cb_c, 1)", DIAG_SIM_WRITE_UNRESERVED,
     "pack_tile_at"},
    {"push of more than was reserved", "cb_push_back(cb_a, 1)", "cb_push_back(cb_a, 2)", DIAG_SIM_PUSH_UNRESERVED,
     "cb_push_back(cb_a"},
    {"pop of more than was waited for", "cb_pop_front(cb_a, 1)", "cb_pop_front(cb_a, 2)", DIAG_SIM_POP_UNWAITED,
     "cb_pop_front(cb_a"},
    {"reserve above capacity", "cb_reserve_back(cb_a, 1)", "cb_reserve_back(cb_a, 3)", DIAG_SIM_CAPACITY,
     "cb_reserve_back(cb_a"},
    {"wait above capacity", "cb_wait_front(cb_c, 1)", "cb_wait_front(cb_c, 3)", DIAG_SIM_CAPACITY,
     "cb_wait_front(cb_c"},
    {"negative count", "cb_reserve_back(cb_a, 1)", "cb_reserve_back(cb_a, i - 1)", DIAG_SIM_CAPACITY,
     "cb_reserve_back(cb_a"},
    {"pages left over", "for k in T.serial(0, 4, 1)", "for k in T.serial(0, 3, 1)", DIAG_SIM_LEFTOVER, "cb_c = "},
    // transfers
    {"push before the read barrier", "            noc_async_read_barrier()\n", "", DIAG_SIM_READ_IN_FLIGHT,
     "cb_push_back(cb_a"},
    {"two reads into one page", "            noc_async_read_barrier()\n",
     "            noc_async_read_page(A, 0, cb_a, 0)\n", DIAG_SIM_READ_IN_FLIGHT, "noc_async_read_page"},
    {"fill of a page in flight", "            noc_async_read_barrier()\n", "            fill_page(cb_a, 0, 1.0)\n",
     DIAG_SIM_READ_IN_FLIGHT, "fill_page"},
    {"pop before the flush", "            noc_async_writes_flushed()\n", "", DIAG_SIM_WRITE_IN_FLIGHT,
     "cb_pop_front(cb_c"},
    {"no write barrier", "        noc_async_write_barrier()\n", "", DIAG_SIM_BARRIER, "noc_async_write_page"},
    {"page beyond the tensor", "noc_async_write_page(C, k, cb_c, 0)", "noc_async_write_page(C, k + 1, cb_c, 0)",
     DIAG_SIM_PAGE_RANGE, "noc_async_write_page"},
    {"page before the tensor", "noc_async_read_page(A, i, cb_a, 0)", "noc_async_read_page(A, i - 1, cb_a, 0)",
     DIAG_SIM_PAGE_RANGE, "noc_async_read_page"},
    {"two cores, one page", "[[0, 0, 1, 1]]", "[[0, 0, 2, 1]]", DIAG_SIM_OUTPUT_RACE, "noc_async_write_page"},
    {"one core, one page twice", "noc_async_write_page(C, k, cb_c, 0)", "noc_async_write_page(C, 2, cb_c, 0)",
     DIAG_SIM_OUTPUT_REWRITTEN, "noc_async_write_page"},
    {"pages that nobody writes", "            noc_async_write_page(C, k, cb_c, 0)\n",
     "            if k == 1:\n                noc_async_write_page(C, k, cb_c, 0)\n", DIAG_SIM_OUTPUT_UNWRITTEN, "C: "},
    {"an output that nobody writes", "            noc_async_write_page(C, k, cb_c, 0)\n", "", DIAG_SIM_OUTPUT_UNWRITTEN,
     "C: "},
    {"write of an input", "noc_async_write_page(C, k, cb_c, 0)", "noc_async_write_page(A, k, cb_c, 0)", DIAG_SIM_TENSOR,
     "noc_async_write_page"},
    {"edge of more than a tile", "            noc_async_read_barrier()\n",
     "            noc_async_read_barrier()\n            fill_page_edge(cb_a, 0, 33, 5, 0.0)\n", DIAG_SIM_OPERAND,
     "fill_page_edge"},
    // the engine
    {"no start-up", "        compute_kernel_hw_startup(cb_a, cb_a, cb_c, \"regular\")\n", "", DIAG_SIM_STARTUP,
     "copy_init"},
    {"start-up twice", "        copy_init(cb_a)\n",
     "        compute_kernel_hw_startup(cb_a, cb_a, cb_c, \"regular\")\n        copy_init(cb_a)\n", DIAG_SIM_STARTUP,
     "compute_kernel_hw_startup"},
    {"no init", "        copy_init(cb_a)\n", "", DIAG_SIM_INIT, "copy_tile"},
    {"another operation's init", "        copy_init(cb_a)\n", "        transpose_init(cb_a)\n", DIAG_SIM_INIT,
     "copy_tile"},
    {"no init of the vector unit", "        relu_tile_init()\n", "", DIAG_SIM_INIT, "relu_tile"},
    {"another vector init", "        relu_tile_init()\n", "        relu_tile_init()\n        exp_tile_init()\n",
     DIAG_SIM_INIT, "relu_tile"},
    {"init in front of the reconfiguration", "        copy_init(cb_a)\n",
     "        copy_init(cb_a)\n        reconfig_data_format_srca(cb_wide)\n        reconfig_data_format_srca(cb_a)\n",
     DIAG_SIM_INIT, "copy_tile"},
    {"source in another format", "cb_a, cb_a, cb_c, \"regular\"", "cb_wide, cb_wide, cb_c, \"regular\"",
     DIAG_SIM_SOURCE_FORMAT, "copy_tile"},
    {"source order", "cb_a, cb_a, cb_c, \"regular\"", "cb_a, cb_wide, cb_c, \"reverse\"", DIAG_SIM_SOURCE_FORMAT,
     "copy_tile"},
    {"source unpacked to DST", "        copy_init(cb_a)\n",
     "        reconfig_data_format_srca(cb_exact)\n        copy_init(cb_a)\n", DIAG_SIM_SOURCE_FORMAT, "copy_tile"},
    {"init for another way of unpacking", "        copy_init(cb_a)\n",
     "        reconfig_data_format(cb_a, cb_a, \"regular\")\n        unary_bcast_col_init(cb_exact)\n", DIAG_SIM_INIT,
     "copy_tile"},
    {"broadcast with SrcA of another format", "            copy_tile(cb_a, 0, 0)\n",
     "            reconfig_data_format_srca(cb_wide)\n            unary_bcast_col_init(cb_a)\n            "
     "unary_bcast_col(cb_a, 0, 0)\n",
     DIAG_SIM_SOURCE_FORMAT, "unary_bcast_col(cb_a, 0, 0)"},
    {"broadcast with SrcB of another format", "            copy_tile(cb_a, 0, 0)\n",
     "            reconfig_data_format_srcb(cb_wide)\n            unary_bcast_col_init(cb_a)\n            "
     "unary_bcast_col(cb_a, 0, 0)\n",
     DIAG_SIM_SOURCE_FORMAT, "unary_bcast_col(cb_a, 0, 0)"},
    {"core beyond the grid", "[[0, 0, 1, 1]]", "[[8, 0, 1, 1]]", DIAG_SIM_PROGRAM, NULL},
    {"packer in another format", "cb_a, cb_a, cb_c, \"regular\"", "cb_a, cb_a, cb_wide, \"regular\"",
     DIAG_SIM_PACK_FORMAT, "pack_tile"},
    {"matrix unit on a buffer that unpacks to DST", "copy_tile(cb_a, 0, 0)", "add_tiles(cb_exact, cb_exact, 0, 0, 0)",
     DIAG_SIM_UNPACK_TO_DST, "add_tiles"},
    {"matrix unit on integers", "copy_tile(cb_a, 0, 0)", "add_tiles(cb_int, cb_int, 0, 0, 0)", DIAG_SIM_OPERAND,
     "add_tiles"},
    {"integers through the source registers", "copy_tile(cb_a, 0, 0)", "copy_tile(cb_int, 0, 0)", DIAG_SIM_OPERAND,
     "copy_tile"},
    {"row broadcast into fp32 DST", "copy_tile(cb_a, 0, 0)", "unary_bcast_row(cb_a, 0, 0)", DIAG_SIM_OPERAND,
     "unary_bcast_row"},
    {"accumulation onto nothing", "        relu_tile_init()\n",
     "        relu_tile_init()\n        pack_reconfig_l1_acc(1)\n", DIAG_SIM_ACCUMULATE, "pack_tile"},
    // DST
    {"math without acquire", "            tile_regs_acquire()\n", "", DIAG_SIM_DST_ORDER, "copy_tile"},
    {"acquire twice", "            tile_regs_acquire()\n",
     "            tile_regs_acquire()\n            tile_regs_acquire()\n", DIAG_SIM_DST_ORDER, "tile_regs_acquire"},
    {"math behind the commit", "            tile_regs_commit()\n",
     "            tile_regs_commit()\n            relu_tile(0)\n", DIAG_SIM_DST_ORDER, "relu_tile"},
    {"no commit", "            tile_regs_commit()\n", "", DIAG_SIM_DST_ORDER, "tile_regs_wait"},
    {"commit twice", "            tile_regs_commit()\n",
     "            tile_regs_commit()\n            tile_regs_commit()\n", DIAG_SIM_DST_ORDER, "tile_regs_commit"},
    {"no wait", "            tile_regs_wait()\n", "", DIAG_SIM_DST_ORDER, "pack_tile"},
    {"pack behind the release", "            tile_regs_release()\n            cb_push_back(cb_c, 1)\n",
     "            tile_regs_release()\n            pack_tile_at(0, cb_c, 0)\n            cb_push_back(cb_c, 1)\n",
     DIAG_SIM_DST_ORDER, "pack_tile_at"},
    {"no release", "            tile_regs_release()\n", "", DIAG_SIM_DST_ORDER, "tile_regs_wait"},
    {"tile beyond DST", "copy_tile(cb_a, 0, 0)", "copy_tile(cb_a, 0, 4)", DIAG_SIM_DST_INDEX, "copy_tile"},
    {"negative tile of DST", "copy_tile(cb_a, 0, 0)", "copy_tile(cb_a, 0, 0 - 1)", DIAG_SIM_DST_INDEX, "copy_tile"},
    {"vector unit on a tile that nothing wrote", "relu_tile(0)", "relu_tile(1)", DIAG_SIM_DST_UNDEFINED, "relu_tile"},
    {"pack of a tile that nothing wrote", "pack_tile(0, cb_c)", "pack_tile(2, cb_c)", DIAG_SIM_DST_UNDEFINED,
     "pack_tile"},
    // scalars, threads, declarations
    {"division by zero", "noc_async_read_page(A, i, cb_a, 0)", "noc_async_read_page(A, 3 // i, cb_a, 0)",
     DIAG_SIM_SCALAR, "noc_async_read_page"},
    {"assertion", "            cb_reserve_back(cb_a, 1)\n",
     "            assert i < 3, \"three\"\n            cb_reserve_back(cb_a, 1)\n", DIAG_SIM_ASSERT, "assert"},
    {"loop without end", "            cb_reserve_back(cb_a, 1)\n",
     "            while i < 4:\n                noc_async_read_barrier()\n", DIAG_SIM_STEPS, NULL},
    {"another thread's instruction", "            noc_async_read_barrier()\n", "            tile_regs_acquire()\n",
     DIAG_SIM_THREAD, "tile_regs_acquire"},
    {"another thread's end of a buffer", "            cb_wait_front(cb_c, 1)\n", "            cb_wait_front(cb_a, 1)\n",
     DIAG_SIM_THREAD, "cb_wait_front(cb_a"},
    {"page size", "page_bytes=4096, pages=2", "page_bytes=2048, pages=2", DIAG_SIM_BUFFER, "cb_wide = "},
    {"index taken", "circular_buffer(3,", "circular_buffer(2,", DIAG_SIM_BUFFER, "cb_exact = "},
    {"index above the chip's", "circular_buffer(3,", "circular_buffer(32,", DIAG_SIM_BUFFER, "cb_exact = "},
    {"too large for L1", "page_bytes=4096, pages=2", "page_bytes=4096, pages=400", DIAG_SIM_L1, NULL},
    {"format of a transfer", "noc_async_read_page(A, i, cb_a, 0)", "noc_async_read_page(B, i, cb_a, 0)",
     DIAG_SIM_TENSOR, "noc_async_read_page"},
    // waiting for ever
    {"one page too few", "for i in T.serial(0, 4, 1)", "for i in T.serial(0, 3, 1)", DIAG_SIM_DEADLOCK, NULL},
    {"nobody pops", "            cb_pop_front(cb_a, 1)\n", "", DIAG_SIM_DEADLOCK, NULL},
};

static void run_case(Context *context, const Case *one) {
    char line[400], *text = replace(relu_program, one->from, one->to);
    Simulation simulation = {.text = text, .options = {.threads = 2, .numbers = true, .step_limit = 100000}};
    bool done = context_try(context, simulate, &simulation);
    if (done || context->diagnostics.count == 0) stop_test("%s: nothing was reported\n", one->name);
    const Diagnostic *first = &context->diagnostics.items[0];
    if (first->code != one->code)
        stop_test("%s: expected %s, seen %s: %s\n", one->name, diagnostic_name(one->code), diagnostic_name(first->code),
                  first->message);
    if (one->line && !strstr(line_at(first->location, line, sizeof line), one->line))
        stop_test("%s: expected a line with `%s`, seen `%s`\n", one->name, one->line, line);
    tensors_free(&simulation.tensors);
    free(text);
}

static void test_each_check(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Context *context = context_new(&system_allocator);
        run_case(context, &cases[i]);
        context_free(context);
    }
}

static void test_legal_program(void **state) {
    Simulation simulation = {.text = relu_program, .options = {.numbers = true, .timing = true}};
    assert_works(*state, simulate, &simulation);
    for (size_t i = 0; i < 64 * 64; i++) {
        float input = random_input(0, i);
        assert_near(element(&simulation, 1, i), input > 0 ? input : 0, 0);
    }
    assert_int_equal(simulation.result.dram_read_bytes, 4 * 2048);
    assert_int_equal(simulation.result.dram_write_bytes, 4 * 2048);
    assert_true(simulation.result.cycles > 0);
    tensors_free(&simulation.tensors);
}

// The notes of the deadlock that one change of the program leads to, each with the line that it points at.
static const char *deadlock_notes(Context *context, const char *from, const char *to) {
    char *text = replace(relu_program, from, to), line[400];
    Simulation simulation = {.text = text, .options = {.numbers = true}};
    assert_fails(context, simulate, &simulation, DIAG_SIM_DEADLOCK);
    const Diagnostic *report = last_diagnostic(context);
    assert_non_null(strstr(report->message, "core (0, 0)"));
    Text notes = {.arena = &context->unit};
    for (uint32_t i = 0; i < report->notes.count; i++)
        text_format(&notes, "%s |%s\n", report->notes.items[i].message,
                    line_at(report->notes.items[i].location, line, sizeof line));
    tensors_free(&simulation.tensors);
    free(text);
    return notes.data;
}

// The report names each thread that waits, its line, what it waits for, and what every buffer holds.
static void test_deadlock_for_space(void **state) {
    const char *notes = deadlock_notes(*state, "            cb_pop_front(cb_a, 1)\n", "");
    assert_non_null(strstr(notes, "reader waits at cb_reserve_back: 1 free pages of `cb_a` (A_shared) wanted, 0 there |"
                                  "            cb_reserve_back(cb_a, 1)\n"));
    assert_non_null(strstr(notes, "`cb_a` (A_shared) holds 2 of 2 pages: 2 pushed by reader, 0 popped by compute |"));
    assert_non_null(strstr(
        notes, "`cb_c` (no buffer of the source) holds 0 of 2 pages: 4 pushed by compute, 4 popped by writer |"));
    assert_null(strstr(notes, "compute waits"));
}

static void test_deadlock_for_data(void **state) {
    const char *notes = deadlock_notes(*state, "for i in T.serial(0, 4, 1)", "for i in T.serial(0, 3, 1)");
    assert_non_null(strstr(notes, "compute waits at cb_wait_front: 1 pages of `cb_a` (A_shared) wanted, 0 there |"
                                  "            cb_wait_front(cb_a, 1)\n"));
    assert_non_null(strstr(notes, "writer waits at cb_wait_front: 1 pages of `cb_c` (no buffer of the source) wanted, "
                                  "0 there |            cb_wait_front(cb_c, 1)\n"));
    assert_null(strstr(notes, "reader waits"));
}

// A window of two pages in a buffer of three.
static void test_straddle(void **state) {
    char *pages = replace(relu_program, "page_bytes=2048, pages=2, window=1, producer=\"reader\"",
                          "page_bytes=2048, pages=3, window=1, producer=\"reader\"");
    char *turns = replace(pages, "for i in T.serial(0, 4, 1)", "for i in T.serial(0, 2, 1)");
    char *reserves = replace(turns, "cb_reserve_back(cb_a, 1)", "cb_reserve_back(cb_a, 2)");
    char *reads = replace(reserves, "            noc_async_read_barrier()\n",
                          "            noc_async_read_page(A, i, cb_a, 1)\n            noc_async_read_barrier()\n");
    char *text = replace(reads, "cb_push_back(cb_a, 1)", "cb_push_back(cb_a, 2)");
    Simulation simulation = {.text = text, .options = {.numbers = true}};
    assert_fails(*state, simulate, &simulation, DIAG_SIM_STRADDLE);
    tensors_free(&simulation.tensors);
    free(pages), free(turns), free(reserves), free(reads), free(text);
}

// The same error whatever the number of host threads: two of four cores write the last core's page.
static void test_error_is_deterministic(void **state) {
    (void)state;
    char *text = replace(relu_program, "[[0, 0, 1, 1]]", "[[0, 0, 4, 1]]"), first[600] = "";
    for (int threads = 1; threads <= 8; threads++) {
        Context *context = context_new(&system_allocator);
        Simulation simulation = {.text = text, .options = {.threads = threads, .numbers = true}};
        assert_fails(context, simulate, &simulation, DIAG_SIM_OUTPUT_RACE);
        if (threads == 1) snprintf(first, sizeof first, "%s", last_diagnostic(context)->message);
        assert_string_equal(first, last_diagnostic(context)->message);
        tensors_free(&simulation.tensors);
        context_free(context);
    }
    free(text);
}

// What a rewrite is told with: core, thread, page and tensor.
static void test_rewrite_names_its_place(void **state) {
    char *text =
        replace(relu_program, "noc_async_write_page(C, k, cb_c, 0)", "noc_async_write_page(C, k // 2, cb_c, 0)");
    Simulation simulation = {.text = text, .options = {.numbers = true}};
    assert_fails(*state, simulate, &simulation, DIAG_SIM_OUTPUT_REWRITTEN);
    assert_non_null(
        strstr(last_diagnostic(*state)->message, "core (0, 0), writer: noc_async_write_page writes page 0 of `C`"));
    tensors_free(&simulation.tensors);
    free(text);
}

static void test_unwritten_names_the_first_page(void **state) {
    char *text = replace(relu_program, "            noc_async_write_page(C, k, cb_c, 0)\n",
                         "            if k % 2 == 0:\n                noc_async_write_page(C, k, cb_c, 0)\n");
    Simulation simulation = {.text = text, .options = {.numbers = true}};
    assert_fails(*state, simulate, &simulation, DIAG_SIM_OUTPUT_UNWRITTEN);
    assert_non_null(strstr(last_diagnostic(*state)->message, "2 of the 4 pages of output `C`; the first is page 1"));
    tensors_free(&simulation.tensors);
    free(text);
}

// A tensor that keeps some of its pages is legal; one that gets a page twice is not.
static void test_inout_is_written_at_most_once(void **state) {
    char *inout = replace(relu_program, "role=\"out\"", "role=\"inout\"");
    char *some = replace(inout, "            noc_async_write_page(C, k, cb_c, 0)\n",
                         "            if k == 1:\n                noc_async_write_page(C, k, cb_c, 0)\n");
    char *twice = replace(inout, "noc_async_write_page(C, k, cb_c, 0)", "noc_async_write_page(C, 3, cb_c, 0)");
    Simulation partly = {.text = some, .options = {.numbers = true}};
    assert_works(*state, simulate, &partly);
    tensors_free(&partly.tensors);
    Simulation rewritten = {.text = twice, .options = {.numbers = true}};
    assert_fails(*state, simulate, &rewritten, DIAG_SIM_OUTPUT_REWRITTEN);
    tensors_free(&rewritten.tensors);
    free(inout), free(some), free(twice);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_each_check),
        TEST(test_legal_program),
        TEST(test_deadlock_for_space),
        TEST(test_deadlock_for_data),
        TEST(test_straddle),
        TEST(test_error_is_deterministic),
        TEST(test_rewrite_names_its_place),
        TEST(test_unwritten_names_the_first_page),
        TEST(test_inout_is_written_at_most_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
