// Proof obligations between cores, and of shards: one change to programs that multicast breaks them, and is reported
// with its code at its line.
#include "proof_fixture.h"

static const char row[] = "tests/programs/legal/multicast_row.ttir",
                  once[] = "tests/programs/legal/multicast_once.ttir",
                  chain[] = "tests/programs/legal/multicast_chain.ttir",
                  pair[] = "tests/programs/legal/multicast_pair.ttir",
                  one_window[] = "tests/programs/legal/multicast_one_window.ttir",
                  shards[] = "tests/programs/legal/shards_in_place.ttir";

#define MULTICAST "            noc_async_write_multicast(cb_A, 0, 2, first_x, first_y, last_x, last_y, 3)\n"
#define SEND_FLAG "            noc_semaphore_set_multicast(valid, first_x, first_y, last_x, last_y, 3)\n"
#define RECEIVE                                                                                                        \
    "            noc_semaphore_set(valid, 0)\n            noc_semaphore_inc(ready, sender_x, sender_y, 1)\n          " \
    "  "                                                                                                               \
    "noc_semaphore_wait(valid, 1)\n"
#define RESERVE_AND_CLEAR "            cb_reserve_back(cb_A, 2)\n            noc_semaphore_set(valid, 0)\n"

static const Case row_cases[] = {
    // declarations
    {"number_taken", "valid = T.semaphore(1, 0)", "valid = T.semaphore(0, 0)", DIAG_PROOF_SEMAPHORE,
     "def multicast_row("},
    {"number_16", "valid = T.semaphore(1, 0)", "valid = T.semaphore(16, 0)", DIAG_PROOF_SEMAPHORE,
     "def multicast_row("},
    {"value_below_0", "noc_semaphore_wait(ready, 3)", "noc_semaphore_wait(ready, w - 1)", DIAG_PROOF_SEMAPHORE,
     "noc_semaphore_wait(ready, w - 1)"},
    {"value_of_33_bits", "noc_semaphore_set(valid, 1)", "noc_semaphore_set(valid, T.int64(4294967296))",
     DIAG_PROOF_SEMAPHORE, "noc_semaphore_set(valid, T.int64(4294967296))"},
    // coordinates
    {"computed_coordinate", "noc_semaphore_inc(ready, sender_x,", "noc_semaphore_inc(ready, sender_x + row,",
     DIAG_PROOF_COORDINATES, "noc_semaphore_inc(ready, sender_x + row"},
    {"constant_coordinate", "noc_semaphore_inc(ready, sender_x,", "noc_semaphore_inc(ready, 1,", DIAG_PROOF_COORDINATES,
     "noc_semaphore_inc(ready, 1,"},
    {"axes_swapped", "noc_semaphore_inc(ready, sender_x, sender_y,", "noc_semaphore_inc(ready, sender_y, sender_x,",
     DIAG_PROOF_COORDINATES, "noc_semaphore_inc(ready, sender_y,"},
    {"no_axis", "noc_semaphore_inc(ready, sender_x,", "noc_semaphore_inc(ready, row,", DIAG_PROOF_COORDINATES,
     "noc_semaphore_inc(ready, row,"},
    {"coordinate_as_number", "noc_semaphore_wait(ready, 3)", "noc_semaphore_wait(ready, last_x)",
     DIAG_PROOF_COORDINATES, "noc_semaphore_wait(ready, last_x)"},
    // rectangles and destinations
    {"corners_swapped", MULTICAST,
     "            noc_async_write_multicast(cb_A, 0, 2, last_x, first_y, first_x, last_y, 3)\n", DIAG_PROOF_RECTANGLE,
     "noc_async_write_multicast(cb_A, 0, 2, last_x"},
    {"beyond_used", "last_x = T.runtime_arg(\"int32\", [[0, 0, 4, 1, 3, 0, 0]]",
     "last_x = T.runtime_arg(\"int32\", [[0, 0, 4, 1, 4, 0, 0]]", DIAG_PROOF_RECTANGLE, "noc_async_write_multicast("},
    {"beyond_used_below", "last_y = T.runtime_arg(\"int32\", [[0, 0, 4, 1, 0, 0, 0]]",
     "last_y = T.runtime_arg(\"int32\", [[0, 0, 4, 1, 7, 0, 0]]", DIAG_PROOF_RECTANGLE, "noc_async_write_multicast("},
    {"increment_beyond", "sender_x = T.runtime_arg(\"int32\", [[0, 0, 4, 1, 1, 0, 0]]",
     "sender_x = T.runtime_arg(\"int32\", [[0, 0, 4, 1, -1, 0, 0]]", DIAG_PROOF_RECTANGLE, "noc_semaphore_inc("},
    {"sender_counted", MULTICAST,
     "            noc_async_write_multicast(cb_A, 0, 2, first_x, first_y, last_x, last_y, 4)\n",
     DIAG_PROOF_DESTINATIONS, "noc_async_write_multicast("},
    {"flag_destinations", SEND_FLAG,
     "            noc_semaphore_set_multicast(valid, first_x, first_y, last_x, last_y, 2)\n", DIAG_PROOF_DESTINATIONS,
     "noc_semaphore_set_multicast("},
    {"to_itself", MULTICAST,
     "            noc_async_write_multicast(cb_A, 0, 2, sender_x, sender_y, sender_x, sender_y, 0)\n",
     DIAG_PROOF_DESTINATIONS, "noc_async_write_multicast("},
    // parts
    {"increment_for_nobody", "sender_x = T.runtime_arg(\"int32\", [[0, 0, 4, 1, 1, 0, 0]]",
     "sender_x = T.runtime_arg(\"int32\", [[0, 0, 4, 1, 0, 0, 0]]", DIAG_PROOF_RECEIVER, "noc_semaphore_inc("},
    {"flag_for_nobody", "            noc_semaphore_wait(valid, 1)\n", "", DIAG_PROOF_RECEIVER,
     "noc_semaphore_set_multicast("},
    {"wait_alone", SEND_FLAG, "", DIAG_PROOF_RECEIVER, "noc_semaphore_wait(valid, 1)"},
    {"nothing_sent", MULTICAST, "", DIAG_PROOF_UNWRITTEN, "cb_push_back(cb_A, 2)"},
    // counts
    {"waits_for_two", "noc_semaphore_wait(ready, 3)", "noc_semaphore_wait(ready, 2)", DIAG_PROOF_HANDSHAKE_COUNT,
     "noc_semaphore_wait(ready, 2)"},
    {"increments_by_two", "noc_semaphore_inc(ready, sender_x, sender_y, 1)",
     "noc_semaphore_inc(ready, sender_x, sender_y, 2)", DIAG_PROOF_HANDSHAKE_COUNT, "noc_semaphore_wait(ready, 3)"},
    {"flag_once", SEND_FLAG,
     "            if w > 0:\n                noc_semaphore_set_multicast(valid, first_x, first_y, last_x, last_y, 3)\n",
     DIAG_PROOF_HANDSHAKE_COUNT, "noc_semaphore_wait(valid, 1)"},
    // order
    {"flag_not_cleared", "            noc_semaphore_set(valid, 0)\n", "", DIAG_PROOF_HANDSHAKE_ORDER,
     "noc_semaphore_inc("},
    {"cleared_late", RECEIVE,
     "            noc_semaphore_inc(ready, sender_x, sender_y, 1)\n            noc_semaphore_set(valid, 0)\n           "
     " "
     "noc_semaphore_wait(valid, 1)\n",
     DIAG_PROOF_HANDSHAKE_ORDER, "noc_semaphore_inc("},
    {"cleared_twice", RECEIVE,
     "            noc_semaphore_set(valid, 0)\n            noc_semaphore_inc(ready, sender_x, sender_y, 1)\n           "
     " "
     "noc_semaphore_set(valid, 0)\n            noc_semaphore_wait(valid, 1)\n",
     DIAG_PROOF_HANDSHAKE_ORDER, "noc_semaphore_set(valid, 0)"},
    {"waits_before_ready", RECEIVE,
     "            noc_semaphore_set(valid, 0)\n            noc_semaphore_wait(valid, 1)\n            "
     "noc_semaphore_inc(ready, sender_x, sender_y, 1)\n",
     DIAG_PROOF_HANDSHAKE_ORDER, "noc_semaphore_inc("},
    {"ready_not_cleared", "            noc_semaphore_set(ready, 0)\n", "", DIAG_PROOF_HANDSHAKE_ORDER,
     "noc_semaphore_set_multicast("},
    {"ready_not_cleared_any_count",
     "            noc_semaphore_wait(ready, 3)\n            noc_semaphore_set(ready, 0)\n",
     "            noc_semaphore_wait(ready, row + 2)\n", DIAG_PROOF_HANDSHAKE_ORDER, "noc_semaphore_set_multicast("},
    {"ready_cleared_late", "            noc_semaphore_set(ready, 0)\n" MULTICAST SEND_FLAG,
     MULTICAST SEND_FLAG "            noc_semaphore_set(ready, 0)\n", DIAG_PROOF_HANDSHAKE_ORDER,
     "noc_semaphore_set_multicast("},
    {"ready_cleared_first", "        noc_semaphore_set(valid, 1)\n",
     "        noc_semaphore_set(valid, 1)\n        noc_semaphore_set(ready, 0)\n", DIAG_PROOF_HANDSHAKE_ORDER,
     "noc_semaphore_set(ready, 0)"},
    {"sends_before_ready",
     "            noc_semaphore_wait(ready, 3)\n            noc_semaphore_set(ready, 0)\n" MULTICAST,
     MULTICAST "            noc_semaphore_wait(ready, 3)\n            noc_semaphore_set(ready, 0)\n",
     DIAG_PROOF_MULTICAST_WINDOW, "noc_async_write_multicast("},
    {"flag_value", "noc_semaphore_set(valid, 1)", "noc_semaphore_set(valid, 2)", DIAG_PROOF_FLAG_VALUE,
     "noc_semaphore_set_multicast("},
    {"flag_value_unset", "        noc_semaphore_set(valid, 1)\n", "", DIAG_PROOF_FLAG_VALUE,
     "noc_semaphore_set_multicast("},
    // windows
    {"ready_before_reserve", RESERVE_AND_CLEAR "            noc_semaphore_inc(ready, sender_x, sender_y, 1)\n",
     "            noc_semaphore_set(valid, 0)\n            noc_semaphore_inc(ready, sender_x, sender_y, 1)\n           "
     " "
     "cb_reserve_back(cb_A, 2)\n",
     DIAG_PROOF_MULTICAST_WINDOW, "noc_async_write_multicast("},
    {"other_place", MULTICAST,
     "            noc_async_write_multicast(cb_A, 0, 1, first_x, first_y, last_x, last_y, 3)\n            "
     "cb_push_back(cb_A, 1)\n            noc_async_write_multicast(cb_A, 1, 1, first_x, first_y, last_x, last_y, 3)\n",
     DIAG_PROOF_UNRESERVED, "noc_async_write_multicast(cb_A, 1, 1"},
    {"sends_unreserved", MULTICAST,
     "            noc_async_write_multicast(cb_A, 1, 2, first_x, first_y, last_x, last_y, 3)\n", DIAG_PROOF_UNRESERVED,
     "noc_async_write_multicast(cb_A, 1, 2"},
    // arrival
    {"flag_before_data", MULTICAST SEND_FLAG, SEND_FLAG MULTICAST, DIAG_PROOF_ARRIVAL, "cb_push_back(cb_A, 2)"},
    {"half_sent", MULTICAST, "            noc_async_write_multicast(cb_A, 0, 1, first_x, first_y, last_x, last_y, 3)\n",
     DIAG_PROOF_ARRIVAL, "cb_push_back(cb_A, 2)"},
    {"pushes_early", "            noc_semaphore_wait(valid, 1)\n            cb_push_back(cb_A, 2)\n",
     "            cb_push_back(cb_A, 2)\n            noc_semaphore_wait(valid, 1)\n", DIAG_PROOF_ARRIVAL,
     "cb_push_back(cb_A, 2)"},
    // transfers
    {"no_flush", "            noc_async_writes_flushed()\n            noc_semaphore_wait(ready, 3)\n",
     "            noc_semaphore_wait(ready, 3)\n", DIAG_PROOF_MULTICAST_FLUSH,
     "noc_async_read_page(A, w * 2, cb_A, 0)"},
    {"two_reads_one_page", "noc_async_read_page(A, w * 2 + 1, cb_A, 1)", "noc_async_read_page(A, w * 2 + 1, cb_A, 0)",
     DIAG_PROOF_READ_BARRIER, "noc_async_read_page(A, w * 2 + 1"},
    {"flag_changed_in_flight", SEND_FLAG, SEND_FLAG "            noc_semaphore_set(valid, 0)\n",
     DIAG_PROOF_MULTICAST_FLUSH, "noc_semaphore_set(valid, 0)"},
    {"sent_in_flight", "            noc_async_read_barrier()\n            noc_async_writes_flushed()\n",
     "            noc_async_writes_flushed()\n", DIAG_PROOF_READ_BARRIER, "noc_async_write_multicast("},
    {"atomic_barrier", "        noc_async_atomic_barrier()\n", "", DIAG_PROOF_ATOMIC_BARRIER, "noc_semaphore_inc("},
    {"write_barrier", "        noc_async_write_barrier()\n    with T.reader(cores=[[0", "    with T.reader(cores=[[0",
     DIAG_PROOF_WRITE_BARRIER, "noc_semaphore_set_multicast("},
    // roles
    {"waits_for_more", "cb_wait_front(cb_A, 2)", "cb_wait_front(cb_A, 3)", DIAG_PROOF_BALANCE,
     "cb_wait_front(cb_A, 3)"},
    {"core_without_reader", "with T.reader(cores=[[0, 0, 1, 1], [2, 0, 2, 1]]):",
     "with T.reader(cores=[[0, 0, 1, 1], [2, 0, 1, 1]]):", DIAG_PROOF_BALANCE, "cb_pop_front(cb_A, 2)"},
    {"core_with_two", "with T.reader(cores=[[0, 0, 1, 1], [2, 0, 2, 1]]):", "with T.reader(cores=[[0, 0, 4, 1]]):",
     DIAG_PROOF_CORES, "def multicast_row("},
    {"core_not_used", "with T.reader(cores=[[0, 0, 1, 1], [2, 0, 2, 1]]):",
     "with T.reader(cores=[[0, 0, 1, 1], [2, 0, 3, 1]]):", DIAG_PROOF_CORES, "def multicast_row("},
};

static const Case shards_cases[] = {
    {"cut_tiles", "\"shape\": [128, 32], \"grid\": [2, 2]", "\"shape\": [128, 31], \"grid\": [2, 2]", DIAG_PROOF_BOUNDS,
     "noc_async_read_page(B"},
    {"no_grid", "\"shard\": {\"shape\": [32, 64], \"grid\": [2, 2], \"order\": \"row_major\"}}),\n    B:",
     "\"shard\": {\"shape\": [32, 64], \"grid\": [1, 1], \"order\": \"row_major\"}}),\n    B:", DIAG_PROOF_SHARD,
     "cb_A = "},
    {"pages", "cb_A = T.circular_buffer(0, \"bfloat16\", page_bytes=2048, pages=2,",
     "cb_A = T.circular_buffer(0, \"bfloat16\", page_bytes=2048, pages=4,", DIAG_PROOF_SHARD, "cb_A = "},
    {"format", "cb_A = T.circular_buffer(0, \"bfloat16\", page_bytes=2048,",
     "cb_A = T.circular_buffer(0, \"float32\", page_bytes=4096,", DIAG_PROOF_SHARD, "cb_A = "},
    {"two_over_one", "holds=\"B\")", "holds=\"B\", shard=C)", DIAG_PROOF_SHARD, "cb_B = "},
    {"reads_into_input", "        cb_push_back(cb_A, 2)\n",
     "        noc_async_read_page(A, row * 2, cb_A, 0)\n        noc_async_read_barrier()\n        cb_push_back(cb_A, "
     "2)\n",
     DIAG_PROOF_SHARD, "noc_async_read_page(A"},
    {"fills_input", "        cb_push_back(cb_A, 2)\n",
     "        fill_page(cb_A, 1, 0.0)\n        cb_push_back(cb_A, 2)\n", DIAG_PROOF_SHARD, "fill_page(cb_A"},
    {"moves_output", "        cb_pop_front(cb_C, 2)\n",
     "        noc_async_write_page(C, row * 2, cb_C, 0)\n        noc_async_write_barrier()\n        cb_pop_front(cb_C, "
     "2)\n",
     DIAG_PROOF_SHARD, "noc_async_write_page(C"},
    {"core_without_shard", "\"shard\": {\"shape\": [32, 64], \"grid\": [2, 2], \"order\": \"row_major\"}}),\n    B:",
     "\"shard\": {\"shape\": [64, 32], \"grid\": [2, 1], \"order\": \"row_major\"}}),\n    B:", DIAG_PROOF_SHARD,
     "cb_A = "},
    {"written_half",
     "        cb_push_back(cb_C, 2)\n    with T.writer():\n        cb_wait_front(cb_C, 2)\n        cb_pop_front(cb_C, "
     "2)",
     "        cb_push_back(cb_C, 1)\n    with T.writer():\n        cb_wait_front(cb_C, 1)\n        cb_pop_front(cb_C, "
     "1)",
     DIAG_PROOF_WRITE_ONCE, "C: T.Tensor"},
    {"written_again",
     "        cb_push_back(cb_C, 2)\n    with T.writer():\n        cb_wait_front(cb_C, 2)\n        cb_pop_front(cb_C, "
     "2)",
     "        cb_push_back(cb_C, 2)\n        cb_reserve_back(cb_C, 2)\n        cb_push_back(cb_C, 2)\n    with "
     "T.writer():\n        "
     "for i in T.serial(0, 2, 1):\n            cb_wait_front(cb_C, 2)\n            cb_pop_front(cb_C, 2)",
     DIAG_PROOF_WRITE_ONCE, "cb_C = "},
};

// A row that is sent once: events have numbers.
static const Case once_cases[] = {
    {"pushes_early", "        noc_semaphore_wait(valid, 1)\n        cb_push_back(cb_B, 4)\n",
     "        cb_push_back(cb_B, 4)\n        noc_semaphore_wait(valid, 1)\n", DIAG_PROOF_ARRIVAL,
     "cb_push_back(cb_B, 4)"},
    {"sends_early",
     "        noc_semaphore_wait(ready, 2)\n        noc_async_write_multicast(cb_B, 0, 4, first_x, sender_y, last_x, "
     "sender_y, 2)\n",
     "        noc_async_write_multicast(cb_B, 0, 4, first_x, sender_y, last_x, sender_y, 2)\n        "
     "noc_semaphore_wait(ready, 2)\n",
     DIAG_PROOF_MULTICAST_WINDOW, "noc_async_write_multicast("},
    {"never_ready", "        noc_semaphore_inc(ready, sender_x, sender_y, 1)\n", "", DIAG_PROOF_RECEIVER,
     "noc_semaphore_wait(ready, 2)"},
    {"nobody_asked", "        noc_async_read_barrier()\n        noc_semaphore_wait(ready, 2)\n",
     "        noc_async_read_barrier()\n", DIAG_PROOF_RECEIVER, "noc_semaphore_inc("},
    {"reader_missing", "with T.reader(cores=[[0, 0, 3, 1]]):", "with T.reader(cores=[[0, 0, 2, 1]]):",
     DIAG_PROOF_BALANCE, "cb_pop_front(cb_A, 1)"},
    {"reader_too_many", "with T.reader(cores=[[0, 0, 3, 1]]):", "with T.reader(cores=[[0, 0, 4, 1]]):",
     DIAG_PROOF_BALANCE, "cb_push_back(cb_A, 1)"},
};

// What is received is sent on, and received again over it.
static const Case chain_cases[] = {
    {"received_over_leaving", "            noc_async_writes_flushed()\n            noc_semaphore_inc(",
     "            noc_semaphore_inc(", DIAG_PROOF_MULTICAST_FLUSH, "noc_semaphore_inc(ready"},
    {"does_not_grow", "noc_semaphore_wait(ready, w + 1)", "noc_semaphore_wait(ready, 1)", DIAG_PROOF_HANDSHAKE_ORDER,
     "noc_semaphore_set_multicast(got"},
};

// Two buffers under one flag, one of them in halves.
static const Case pair_cases[] = {
    {"half_late",
     "                noc_async_write_multicast(cb_S, 0, 2, first_x, first_y, last_x, last_y, 3)\n                "
     "noc_semaphore_set_multicast(valid, first_x, first_y, last_x, last_y, 3)\n",
     "                noc_semaphore_set_multicast(valid, first_x, first_y, last_x, last_y, 3)\n                "
     "noc_async_write_multicast(cb_S, 0, 2, first_x, first_y, last_x, last_y, 3)\n",
     DIAG_PROOF_ARRIVAL, "cb_push_back(cb_S, 2)"},
    {"half_missing", "                noc_async_write_multicast(cb_A, 1, 1, first_x, first_y, last_x, last_y, 3)\n", "",
     DIAG_PROOF_ARRIVAL, "cb_push_back(cb_A, 2)"},
    {"ready_for_one",
     "            cb_reserve_back(cb_S, 2)\n            noc_semaphore_inc(ready, first_x, first_y, 1)\n",
     "            noc_semaphore_inc(ready, first_x, first_y, 1)\n            cb_reserve_back(cb_S, 2)\n",
     DIAG_PROOF_MULTICAST_WINDOW, "noc_async_write_multicast(cb_S"},
    {"half_in_flight",
     "                noc_async_read_page(A, half * 8 + w * 2, cb_A, 0)\n                noc_async_read_barrier()\n",
     "                noc_async_read_page(A, half * 8 + w * 2, cb_A, 0)\n", DIAG_PROOF_READ_BARRIER,
     "noc_async_write_multicast(cb_A, 0, 1"},
};

// Blackhole's flags may overtake what was sent before them.
static const Case overtaking = {
    "no_flush_before_flag", "            noc_async_writes_flushed()\n            noc_semaphore_set_multicast(",
    "            noc_semaphore_set_multicast(", DIAG_PROOF_FLAG_OVERTAKES, "noc_semaphore_set_multicast("};

typedef struct Group {
    const char *base;
    const Case *cases;
    size_t count;
} Group;

#define GROUP(base)                                                                                                    \
    { base, base##_cases, sizeof base##_cases / sizeof base##_cases[0] }
static const Group groups[] = {GROUP(row), GROUP(shards), GROUP(once), GROUP(chain), GROUP(pair)};
enum { GROUP_COUNT = sizeof groups / sizeof groups[0] };

static void test_violations(void **state) {
    (void)state;
    for (size_t i = 0; i < GROUP_COUNT; i++)
        for (size_t j = 0; j < groups[i].count; j++) check_case(groups[i].base, "wormhole", &groups[i].cases[j]);
}

static void test_flags_that_overtake(void **state) {
    Context *context = *state;
    Run run = {base_text(context, one_window), "blackhole", false};
    assert_works(context, verify_text, &run);
    assert_true(run.holds);
    check_case(one_window, "blackhole", &overtaking);
}

// Changes that are right.
static const Case legal_cases[] = {
    {"flag_after_push", SEND_FLAG "            cb_push_back(cb_A, 2)\n",
     "            cb_push_back(cb_A, 2)\n" SEND_FLAG, 0, ""},
    {"clear_before_reserve", RESERVE_AND_CLEAR,
     "            noc_semaphore_set(valid, 0)\n            cb_reserve_back(cb_A, 2)\n", 0, ""},
    {"clear_at_once",
     "            noc_semaphore_set(valid, 0)\n            noc_semaphore_inc(ready, sender_x, sender_y, 1)\n           "
     " "
     "noc_semaphore_wait(valid, 1)\n",
     "            noc_semaphore_inc(ready, sender_x, sender_y, 1)\n            noc_semaphore_wait(valid, 1)\n          "
     "  "
     "noc_semaphore_set(valid, 0)\n",
     0, ""},
    {"clear_by_another_value", "            noc_semaphore_set(valid, 0)\n", "            noc_semaphore_set(valid, 3)\n",
     0, ""},
    {"clear_but_last", "            noc_semaphore_set(ready, 0)\n",
     "            if w < 7:\n                noc_semaphore_set(ready, 0)\n", 0, ""},
    {"clear_but_first", "            noc_semaphore_set(valid, 0)\n",
     "            if w > 0:\n                noc_semaphore_set(valid, 0)\n", 0, ""},
    {"wait_twice", "            noc_semaphore_wait(valid, 1)\n",
     "            noc_semaphore_wait(valid, 1)\n            noc_semaphore_wait(valid, 1)\n", 0, ""},
    {"any_count", "noc_semaphore_wait(ready, 3)", "noc_semaphore_wait(ready, row + 2)", 0, ""},
    {"send_before_clear", "            noc_semaphore_set(ready, 0)\n" MULTICAST,
     MULTICAST "            noc_semaphore_set(ready, 0)\n", 0, ""},
    {"send_in_halves", MULTICAST,
     "            for p in T.serial(0, 2, 1):\n                noc_async_write_multicast(cb_A, p, 1, first_x, first_y, "
     "last_x, "
     "last_y, 3)\n",
     0, ""},
    {"wait_first", "            cb_reserve_back(cb_A, 2)\n            noc_async_read_page(A, w * 2, cb_A, 0)\n",
     "            noc_async_writes_flushed()\n            cb_reserve_back(cb_A, 2)\n            "
     "noc_async_read_page(A, w * 2, cb_A, 0)\n",
     0, ""},
};

static void check_legal(const Case *one) {
    Context *context = context_new(&system_allocator);
    Run run = {changed_text(context, base_text(context, row), one), "wormhole", false};
    context_try(context, verify_text, &run);
    if (!run.holds) stop_test("%s: %s\n", one->name, last_diagnostic(context)->message);
    context_free(context);
}

static void test_legal_changes(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof legal_cases / sizeof legal_cases[0]; i++) check_legal(&legal_cases[i]);
}

static bool is_broken(DiagnosticCode code) {
    bool found = overtaking.code == code;
    for (size_t i = 0; i < GROUP_COUNT; i++) found |= has_case(groups[i].count, groups[i].cases, code);
    return found;
}

static void test_every_code_is_broken(void **state) {
    (void)state;
    for (DiagnosticCode code = 0; code < DIAG_COUNT; code++)
        if (is_between_cores(code) && !is_broken(code)) stop_test("no case breaks %s\n", diagnostic_name(code));
}

int main(void) {
    const struct CMUnitTest tests[] = {TEST(test_violations), TEST(test_legal_changes), TEST(test_flags_that_overtake),
                                       TEST(test_every_code_is_broken)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
