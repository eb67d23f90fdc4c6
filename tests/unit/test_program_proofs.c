// Every proof obligation: one change to a program that holds them all breaks it, and is reported with its code at its
// line.
#include "proof_fixture.h"

static const char base[] = "tests/programs/relu_twice.ttir";

#define READ_BARRIER "            noc_async_read_barrier()\n"
#define TEN(text)    text text text text text text text text text text

static const Case cases[] = {
    // circular buffers
    {"pushes_more", "cb_push_back(cb_A, 2)", "cb_push_back(cb_A, 1)", DIAG_PROOF_BALANCE, "cb_pop_front(cb_A"},
    {"trip_count", "with T.writer():\n        for i in T.serial(0, 2, 1):",
     "with T.writer():\n        for i in T.serial(0, 1, 1):", DIAG_PROOF_CONTROL_FLOW, "cb_pop_front(cb_C"},
    {"resident_not_filled", "    with T.reader():\n",
     "    cb_R = T.circular_buffer(3, \"bfloat16\", page_bytes=2048, pages=1, window=1, producer=\"reader\", "
     "consumer=\"reader\", unpack=\"source\", resident=True)\n    with T.reader():\n        cb_wait_front(cb_R, 1)\n",
     DIAG_PROOF_BALANCE, "cb_wait_front(cb_R, 1)"},
    {"condition",
     "            cb_reserve_back(cb_A, 2)\n            noc_async_read_page(A, first + i * 2, cb_A, 0)\n            "
     "noc_async_read_page(A, first + i * 2 + 1, cb_A, 1)\n            noc_async_read_barrier()\n            "
     "cb_push_back(cb_A, 2)\n",
     "            if first > 0:\n                cb_reserve_back(cb_A, 2)\n                cb_push_back(cb_A, 2)\n",
     DIAG_PROOF_CONTROL_FLOW, "cb_pop_front(cb_A"},
    {"reserve_beyond", "cb_reserve_back(cb_A, 2)", "cb_reserve_back(cb_A, 5)", DIAG_PROOF_CAPACITY,
     "cb_reserve_back(cb_A, 5)"},
    {"wait_beyond", "cb_wait_front(cb_C, 2)", "cb_wait_front(cb_C, 5)", DIAG_PROOF_CAPACITY, "cb_wait_front(cb_C, 5)"},
    {"straddle", "cb_L = T.circular_buffer(2, \"float32\", page_bytes=4096, pages=4, window=2",
     "cb_L = T.circular_buffer(2, \"float32\", page_bytes=4096, pages=3, window=1", DIAG_PROOF_STRADDLE,
     "pack_tile(1, cb_L)"},
    // threads
    {"producer", "cb_pop_front(cb_C, 2)\n        noc",
     "cb_pop_front(cb_C, 2)\n            cb_push_back(cb_C, 1)\n        noc", DIAG_PROOF_PRODUCER,
     "cb_push_back(cb_C, 1)"},
    {"consumer", "cb_push_back(cb_A, 2)", "cb_push_back(cb_A, 2)\n            cb_wait_front(cb_A, 2)",
     DIAG_PROOF_CONSUMER, "cb_wait_front(cb_A, 2)"},
    {"thread", "noc_async_read_barrier()", "noc_async_read_barrier()\n            relu_tile_init()", DIAG_PROOF_THREAD,
     "relu_tile_init()"},
    // pages
    {"write_unreserved", "noc_async_read_page(A, first + i * 2 + 1, cb_A, 1)",
     "noc_async_read_page(A, first + i * 2 + 1, cb_A, 2)", DIAG_PROOF_UNRESERVED,
     "noc_async_read_page(A, first + i * 2 + 1"},
    {"push_unreserved", "cb_push_back(cb_C, 2)", "cb_push_back(cb_C, 3)", DIAG_PROOF_UNRESERVED,
     "cb_push_back(cb_C, 3)"},
    {"pack_unreserved", "            cb_reserve_back(cb_L, 2)\n", "", DIAG_PROOF_UNRESERVED, "pack_tile(0, cb_L)"},
    {"write_after_push", "            noc_async_read_barrier()\n            cb_push_back(cb_A, 2)\n",
     "            noc_async_read_barrier()\n            cb_push_back(cb_A, 2)\n            fill_page(cb_A, 0, 0.0)\n",
     DIAG_PROOF_UNRESERVED, "fill_page(cb_A, 0, 0.0)"},
    {"read_unwaited", "copy_tile(cb_A, 1, 1)", "copy_tile(cb_A, 2, 1)", DIAG_PROOF_UNWAITED, "copy_tile(cb_A, 2, 1)"},
    {"pop_unwaited", "            cb_wait_front(cb_L, 2)\n", "            cb_wait_front(cb_L, 1)\n",
     DIAG_PROOF_UNWAITED, "copy_tile(cb_L, j, j)"},
    {"read_after_pop",
     "            copy_tile(cb_A, 1, 1)\n            tile_regs_commit()\n            cb_pop_front(cb_A, 2)\n",
     "            cb_pop_front(cb_A, 2)\n            copy_tile(cb_A, 1, 1)\n            tile_regs_commit()\n",
     DIAG_PROOF_UNWAITED, "copy_tile(cb_A, 1, 1)"},
    {"negative_page", "copy_tile(cb_A, 1, 1)", "copy_tile(cb_A, i - 1, 1)", DIAG_PROOF_UNWAITED,
     "copy_tile(cb_A, i - 1, 1)"},
    // NoC
    {"read_barrier", "            noc_async_read_barrier()\n", "", DIAG_PROOF_READ_BARRIER, "cb_push_back(cb_A, 2)"},
    {"read_barrier_between",
     "            noc_async_read_page(A, first + i * 2 + 1, cb_A, 1)\n            noc_async_read_barrier()\n",
     "            noc_async_read_barrier()\n            noc_async_read_page(A, first + i * 2 + 1, cb_A, 1)\n",
     DIAG_PROOF_READ_BARRIER, "cb_push_back(cb_A, 2)"},
    {"store_in_flight", "            noc_async_read_barrier()\n",
     "            fill_page_edge(cb_A, 1, 32, 4, 0.0)\n            noc_async_read_barrier()\n", DIAG_PROOF_READ_BARRIER,
     "fill_page_edge(cb_A"},
    {"flush", "            noc_async_writes_flushed()\n", "", DIAG_PROOF_WRITE_FLUSH, "cb_pop_front(cb_C, 2)"},
    {"write_barrier", "        noc_async_write_barrier()\n", "", DIAG_PROOF_WRITE_BARRIER, "noc_async_write_page(C"},
    // DST
    {"no_acquire", "            tile_regs_acquire()\n            copy_tile(cb_A, 0, 0)",
     "            copy_tile(cb_A, 0, 0)", DIAG_PROOF_DST_ORDER, "copy_tile(cb_A, 0, 0)"},
    {"no_commit", "            copy_tile(cb_A, 1, 1)\n            tile_regs_commit()",
     "            copy_tile(cb_A, 1, 1)", DIAG_PROOF_DST_ORDER, "tile_regs_wait()"},
    {"no_wait", "            cb_reserve_back(cb_L, 2)\n            tile_regs_wait()",
     "            cb_reserve_back(cb_L, 2)", DIAG_PROOF_DST_ORDER, "pack_tile(0, cb_L)"},
    {"no_release", "            tile_regs_release()\n            cb_push_back(cb_C, 2)",
     "            cb_push_back(cb_C, 2)", DIAG_PROOF_DST_ORDER, "tile_regs_wait()"},
    {"dst_index", "            copy_tile(cb_A, 1, 1)\n", "            copy_tile(cb_A, 1, 4)\n", DIAG_PROOF_DST_INDEX,
     "copy_tile(cb_A, 1, 4)"},
    {"dst_index_in_loop", "                copy_tile(cb_L, j, j)\n",
     "                copy_tile(cb_L, j, j + 3)\n                copy_tile(cb_L, j, j)\n", DIAG_PROOF_DST_INDEX,
     "copy_tile(cb_L, j, j + 3)"},
    {"dst_undefined", "pack_tile(1, cb_L)", "pack_tile(2, cb_L)", DIAG_PROOF_DST_UNDEFINED, "pack_tile(2, cb_L)"},
    {"dst_across_release", "                copy_tile(cb_L, j, j)\n", "                copy_tile(cb_L, j, 0)\n",
     DIAG_PROOF_DST_UNDEFINED, "relu_tile(j)"},
    // resources
    {"index_taken", "T.circular_buffer(2,", "T.circular_buffer(16,", DIAG_PROOF_BUFFER, "cb_C = "},
    {"index_too_large", "T.circular_buffer(2,", "T.circular_buffer(32,", DIAG_PROOF_BUFFER, "cb_L = "},
    {"page_bytes", "page_bytes=4096", "page_bytes=2048", DIAG_PROOF_BUFFER, "cb_L = "},
    {"l1", "\"float32\", page_bytes=4096, pages=4", "\"float32\", page_bytes=4096, pages=400", DIAG_PROOF_L1,
     "def relu_twice("},
    {"cores", "\"tt.core_ranges\": [[0, 0, 2, 1]]", "\"tt.core_ranges\": [[0, 0, 9, 1]]", DIAG_PROOF_CORES,
     "def relu_twice("},
    {"cores_twice", "with T.writer():",
     "with T.writer(cores=[[0, 0, 1, 1]]):\n        noc_async_write_barrier()\n    with T.writer():", DIAG_PROOF_CORES,
     "def relu_twice("},
    {"argument_pieces", "[[0, 0, 2, 1, 0, 4, 0]]", "[[0, 0, 1, 1, 0, 4, 0]]", DIAG_PROOF_ARGUMENTS, "first = "},
    {"argument_twice", "[[0, 0, 2, 1, 0, 4, 0]]", "[[0, 0, 2, 1, 0, 4, 0], [1, 0, 1, 1, 9, 0, 0]]",
     DIAG_PROOF_ARGUMENTS, "first = "},
    {"code", READ_BARRIER, TEN(TEN(READ_BARRIER READ_BARRIER)), DIAG_PROOF_CODE, "def relu_twice("},
    // tensors and work items
    {"tensor_format",
     "C: T.Tensor((64, 128), \"bfloat16\", role=\"out\", layout={\"space\": \"dram\", \"memory\": \"interleaved\", "
     "\"orientation\": \"tile\", \"tile_plane\": [0, 1], \"format\": \"bfloat16\", \"tile_shape\": [32, 32], "
     "\"tile_order\": \"row_major\"}",
     "C: T.Tensor((64, 128), \"float32\", role=\"out\", layout={\"space\": \"dram\", \"memory\": \"interleaved\", "
     "\"orientation\": \"tile\", \"tile_plane\": [0, 1], \"format\": \"float32\", \"tile_shape\": [32, 32], "
     "\"tile_order\": \"row_major\"}",
     DIAG_PROOF_TENSOR, "noc_async_write_page(C"},
    {"bounds", "noc_async_read_page(A, first + i * 2 + 1, cb_A, 1)",
     "noc_async_read_page(A, first + i * 2 + 2, cb_A, 1)", DIAG_PROOF_BOUNDS,
     "noc_async_read_page(A, first + i * 2 + 2"},
    {"bounds_below", "noc_async_read_page(A, first + i * 2 + 1, cb_A, 1)",
     "noc_async_read_page(A, first + i * 2 - 1, cb_A, 1)", DIAG_PROOF_BOUNDS,
     "noc_async_read_page(A, first + i * 2 - 1"},
    {"written_less", "            for j in T.serial(0, 2, 1):\n                noc_async_write",
     "            for j in T.serial(0, 1, 1):\n                noc_async_write", DIAG_PROOF_WRITE_ONCE,
     "noc_async_write_page(C"},
    {"written_twice", "            noc_async_writes_flushed()\n",
     "            noc_async_write_page(C, first, cb_C, 0)\n            noc_async_writes_flushed()\n",
     DIAG_PROOF_WRITE_ONCE, "noc_async_write_page(C, first + i"},
    {"item_twice", "\"items\": [[1, 1, 1]]", "\"items\": [[0, 1, 1]]", DIAG_PROOF_WORK_ITEMS, "def relu_twice("},
    {"item_missing", "\"tt.work_grid\": [2]", "\"tt.work_grid\": [3]", DIAG_PROOF_WORK_ITEMS, "def relu_twice("},
    // engine
    {"no_startup", "        compute_kernel_hw_startup(cb_A, cb_A, cb_C, \"regular\")\n", "", DIAG_PROOF_STARTUP,
     "reconfig_data_format_srca(cb_A)"},
    {"startup_in_loop", "            cb_wait_front(cb_A, 2)\n            reconfig",
     "            cb_wait_front(cb_A, 2)\n            compute_kernel_hw_startup(cb_A, cb_A, cb_C, \"regular\")\n       "
     "     reconfig",
     DIAG_PROOF_STARTUP, "compute_kernel_hw_startup"},
    {"source_format", "            reconfig_data_format_srca(cb_L)\n", "", DIAG_PROOF_SOURCE_FORMAT,
     "copy_tile(cb_L, j, j)"},
    {"source_format_next_turn", "            reconfig_data_format_srca(cb_A)\n", "", DIAG_PROOF_SOURCE_FORMAT,
     "copy_tile(cb_A, 0, 0)"},
    {"pack_format", "            pack_reconfig_data_format(cb_L)\n", "", DIAG_PROOF_PACK_FORMAT, "pack_tile(0, cb_L)"},
    {"operand_to_dst", "                copy_tile(cb_L, j, j)\n", "                add_tiles(cb_L, cb_L, j, j, j)\n",
     DIAG_PROOF_OPERAND, "add_tiles(cb_L"},
    {"half_to_dst", "\"float32\", page_bytes=4096", "\"bfloat16\", page_bytes=2048", DIAG_PROOF_OPERAND, "cb_L = "},
    {"dst_16", "\"fp32\": True", "\"fp32\": False", DIAG_PROOF_OPERAND, "cb_L = "},
    {"format_mix",
     "cb_L = T.circular_buffer(2, \"float32\", page_bytes=4096, pages=4, window=2, producer=\"compute\", "
     "consumer=\"compute\", unpack=\"dst\"",
     "cb_L = T.circular_buffer(2, \"float16\", page_bytes=2048, pages=4, window=2, producer=\"compute\", "
     "consumer=\"compute\", unpack=\"source\"",
     DIAG_PROOF_OPERAND, "cb_L = "},
    {"no_init", "            reconfig_data_format_srca(cb_L)\n            copy_init(cb_L)\n",
     "            reconfig_data_format_srca(cb_L)\n", DIAG_PROOF_INIT, "copy_tile(cb_L, j, j)"},
    {"init_before_reconfig", "            reconfig_data_format_srca(cb_L)\n            copy_init(cb_L)\n",
     "            copy_init(cb_L)\n            reconfig_data_format_srca(cb_L)\n", DIAG_PROOF_INIT,
     "copy_tile(cb_L, j, j)"},
    {"broadcast_source_b",
     "            tile_regs_acquire()\n            for j in T.serial(0, 2, 1):\n                copy_tile(cb_L, j, "
     "j)\n",
     "            unary_bcast_col_init(cb_L)\n            tile_regs_acquire()\n            for j in T.serial(0, 2, "
     "1):\n"
     "                unary_bcast_col(cb_L, j, j)\n",
     DIAG_PROOF_SOURCE_FORMAT, "unary_bcast_col(cb_L, j, j)"},
    {"no_sfpu_init", "                relu_tile_init()\n", "", DIAG_PROOF_INIT, "relu_tile(j)"},
    {"other_sfpu_init", "                relu_tile_init()\n",
     "                relu_tile_init()\n                abs_tile_init()\n", DIAG_PROOF_INIT, "relu_tile(j)"},
    {"accumulate_elsewhere", "            pack_tile(0, cb_L)\n",
     "            pack_reconfig_l1_acc(1)\n            pack_tile(0, cb_L)\n", DIAG_PROOF_ACCUMULATE,
     "pack_tile_at(j, cb_C, j)"},
    {"accumulate_at_end", "            pack_reconfig_data_format(cb_C)\n",
     "            pack_reconfig_data_format(cb_C)\n            pack_reconfig_l1_acc(i)\n", DIAG_PROOF_ACCUMULATE, ""},
    // structure
    {"while", "            noc_async_read_barrier()\n",
     "            while first > 0:\n                noc_async_read_barrier()\n", DIAG_PROOF_STRUCTURE,
     "while first > 0"},
    {"alias_not_pushed", "    cb_C = T.circular_buffer(",
     "    cb_M = T.circular_buffer(3, \"float32\", page_bytes=4096, pages=4, window=2, producer=\"compute\", "
     "consumer=\"compute\", unpack=\"dst\", alias=cb_L)\n    cb_C = T.circular_buffer(",
     DIAG_PROOF_BALANCE, "cb_push_back(cb_L, 2)"},
};

enum { CASE_COUNT = sizeof cases / sizeof cases[0] };

static void test_violations(void **state) {
    (void)state;
    for (int i = 0; i < CASE_COUNT; i++) check_case(base, "wormhole", &cases[i]);
}

static void test_base_holds(void **state) {
    Context *context = *state;
    Run run = {base_text(context, base), "wormhole", false};
    assert_works(context, verify_text, &run);
    assert_true(run.holds);
}

static void test_every_code_is_broken(void **state) {
    (void)state;
    for (DiagnosticCode code = 0; code < DIAG_COUNT; code++) {
        bool is_ours = strncmp(diagnostic_name(code), "proof-", 6) == 0 && !is_between_cores(code);
        if (!is_ours || code == DIAG_PROOF_TOO_LARGE || has_case(CASE_COUNT, cases, code)) continue;
        stop_test("no case breaks %s\n", diagnostic_name(code));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {TEST(test_base_holds), TEST(test_violations), TEST(test_every_code_is_broken)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
