// Cores that talk to each other: legal programs give the same bytes with any number of host threads, and each rule of
// what they may say is broken once. Cases change one place of a program of tests/programs/legal, and name the code that
// must be reported and the line that it points at.
#include "sim_fixture.h"

static char *legal_program(const char *name) {
    char path[200];
    snprintf(path, sizeof path, "tests/programs/legal/%s.ttir", name);
    FILE *file = fopen(path, "r");
    if (!file) stop_test("%s: cannot be read\n", path);
    char *text = calloc(1, 65536);
    size_t length = fread(text, 1, 65535, file);
    fclose(file);
    assert_true(length > 0 && length < 65535);
    return text;
}

// ---------------------------------------------------------------- rules, each broken once

typedef struct Case {
    const char *name, *program;
    const char *from, *to;
    DiagnosticCode code;
    const char *line; // a part of the line that the error points at; NULL: anywhere
} Case;

#define ROW        "multicast_row"
#define ONE_WINDOW "multicast_one_window"
#define GEMM       "multicast_gemm"
#define SEND       "            noc_async_write_multicast(cb_A, 0, 2, first_x, first_y, last_x, last_y, 3)\n"
#define FLAG       "            noc_semaphore_set_multicast(valid, first_x, first_y, last_x, last_y, 3)\n"
#define SMALL_SEND                                                                                                     \
    "            noc_async_write_multicast(cb_A, 0, 2, receiver_x, receiver_y, receiver_x, receiver_y, 1)\n"
#define SMALL_FLAG "            noc_semaphore_set_multicast(valid, receiver_x, receiver_y, receiver_x, receiver_y, 1)\n"
#define CLEAR      "            noc_semaphore_set(valid, 0)\n"
#define INCREMENT  "            noc_semaphore_inc(ready, sender_x, sender_y, 1)\n"
#define AWAIT      "            noc_semaphore_wait(valid, 1)\n"
#define READY      "            noc_semaphore_wait(ready, 3)\n"
#define AGAIN      "            noc_semaphore_set(ready, 0)\n"
#define FLUSH      "            noc_async_writes_flushed()\n"
#define ARRIVED    "            noc_async_read_barrier()\n"
#define PUSH       "            cb_push_back(cb_A, 2)\n"
#define RESERVE    "            cb_reserve_back(cb_A, 2)\n"

static const Case cases[] = {
    // who may be sent to
    {"one destination too many", ROW, SEND,
     "            noc_async_write_multicast(cb_A, 0, 2, first_x, first_y, last_x, last_y, 4)\n", DIAG_SIM_DESTINATION,
     "noc_async_write_multicast"},
    {"one flag too few", ROW, FLAG,
     "            noc_semaphore_set_multicast(valid, first_x, first_y, last_x, last_y, 2)\n", DIAG_SIM_DESTINATION,
     "noc_semaphore_set_multicast"},
    {"nobody but the sender", ROW, SEND,
     "            noc_async_write_multicast(cb_A, 0, 2, sender_x, sender_y, sender_x, sender_y, 0)\n",
     DIAG_SIM_DESTINATION, "noc_async_write_multicast"},
    {"corners the wrong way round", ROW, SEND,
     "            noc_async_write_multicast(cb_A, 0, 2, last_x, first_y, first_x, last_y, 3)\n", DIAG_SIM_DESTINATION,
     "noc_async_write_multicast"},
    {"a core that has no part in the program", ROW, "[[0, 0, 4, 1, 3, 0, 0]], core=\"x\"",
     "[[0, 0, 4, 1, 4, 0, 0]], core=\"x\"", DIAG_SIM_DESTINATION, "noc_async_write_multicast"},
    {"a core beyond the grid", ROW, "[[0, 0, 4, 1, 3, 0, 0]], core=\"x\"", "[[0, 0, 4, 1, 8, 0, 0]], core=\"x\"",
     DIAG_SIM_DESTINATION, "noc_async_write_multicast"},
    {"an increment to a core that has no part", ROW, "[[0, 0, 4, 1, 1, 0, 0]], core=\"x\"",
     "[[0, 0, 4, 1, 5, 0, 0]], core=\"x\"", DIAG_SIM_DESTINATION, "noc_semaphore_inc"},
    {"a coordinate that is a number", ROW, "noc_semaphore_inc(ready, sender_x, sender_y, 1)",
     "noc_semaphore_inc(ready, 1, sender_y, 1)", DIAG_SIM_COORDINATE, "noc_semaphore_inc"},
    {"a coordinate of the other axis", ROW, "noc_semaphore_inc(ready, sender_x, sender_y, 1)",
     "noc_semaphore_inc(ready, sender_x, sender_x, 1)", DIAG_SIM_COORDINATE, "noc_semaphore_inc"},
    {"a coordinate that is computed with", ROW, "noc_semaphore_inc(ready, sender_x, sender_y, 1)",
     "noc_semaphore_inc(ready, sender_x, sender_y, sender_x)", DIAG_SIM_COORDINATE, "noc_semaphore_inc"},
    // what may be sent
    {"pages that are not reserved", ROW, SEND,
     "            noc_async_write_multicast(cb_A, 1, 2, first_x, first_y, last_x, last_y, 3)\n",
     DIAG_SIM_WRITE_UNRESERVED, "noc_async_write_multicast"},
    {"pages before they are reserved", ROW, SEND FLAG PUSH, PUSH SEND FLAG, DIAG_SIM_WRITE_UNRESERVED,
     "noc_async_write_multicast"},
    {"no pages", ROW, SEND, "            noc_async_write_multicast(cb_A, 0, 0, first_x, first_y, last_x, last_y, 3)\n",
     DIAG_SIM_OPERAND, "noc_async_write_multicast"},
    {"a page that nothing wrote", ROW, "            noc_async_read_page(A, w * 2 + 1, cb_A, 1)\n", "",
     DIAG_SIM_READ_UNWRITTEN, "noc_async_write_multicast"},
    {"pages that are still arriving", ROW, ARRIVED FLUSH READY AGAIN SEND FLAG, FLUSH READY AGAIN SEND FLAG ARRIVED,
     DIAG_SIM_READ_IN_FLIGHT, "noc_async_write_multicast"},
    {"overwritten before they have left", ROW, ARRIVED FLUSH, ARRIVED, DIAG_SIM_WRITE_IN_FLIGHT,
     "noc_async_read_page(A, w * 2,"},
    {"one window, pushed before it has left", ONE_WINDOW, SMALL_SEND FLUSH, SMALL_SEND, DIAG_SIM_WRITE_IN_FLIGHT,
     "noc_async_read_page(A, w * 2,"},
    {"from a thread that does not fill the buffer", GEMM,
     "            noc_async_write_multicast(cb_A, 0, 2, a_first_x,",
     "            noc_async_write_multicast(cb_B, 0, 2, a_first_x,", DIAG_SIM_THREAD, "noc_async_write_multicast"},
    // when it may be sent
    {"without waiting for the receivers", ROW, READY, "", DIAG_SIM_MULTICAST_UNRESERVED, "noc_async_write_multicast"},
    {"without waiting for all of them", ROW, READY, "            noc_semaphore_wait(ready, 2)\n",
     DIAG_SIM_MULTICAST_UNRESERVED, "noc_async_write_multicast"},
    {"counting from where it was", ROW, AGAIN, "", DIAG_SIM_MULTICAST_UNRESERVED, "noc_async_write_multicast"},
    {"ready before it has reserved", ROW, RESERVE CLEAR INCREMENT, CLEAR INCREMENT RESERVE,
     DIAG_SIM_MULTICAST_UNRESERVED, "noc_async_write_multicast"},
    {"ready for one page of two", ROW, RESERVE CLEAR INCREMENT,
     "            cb_reserve_back(cb_A, 1)\n" CLEAR INCREMENT, DIAG_SIM_MULTICAST_UNRESERVED,
     "noc_async_write_multicast"},
    {"at another place of the ring", ROW, "        for w in T.serial(0, 8, 1):\n" RESERVE CLEAR,
     "        cb_reserve_back(cb_A, 2)\n        fill_page(cb_A, 0, 0.0)\n        fill_page(cb_A, 1, 0.0)\n"
     "        cb_push_back(cb_A, 2)\n        for w in T.serial(0, 8, 1):\n" RESERVE CLEAR,
     DIAG_SIM_MULTICAST_PLACE, "noc_async_write_multicast"},
    // how it arrives
    {"pushed before the flag", ROW, AWAIT PUSH, PUSH AWAIT, DIAG_SIM_MULTICAST_ARRIVAL, "noc_semaphore_wait(valid"},
    {"written from both sides", ROW, INCREMENT,
     "            noc_async_read_page(A, 0, cb_A, 1)\n            noc_async_read_barrier()\n" INCREMENT,
     DIAG_SIM_MULTICAST_ARRIVAL, "noc_semaphore_wait(valid"},
    {"written while they come", ROW, AWAIT, "            fill_page(cb_A, 1, 0.0)\n" AWAIT, DIAG_SIM_MULTICAST_ARRIVAL,
     "noc_semaphore_wait(valid"},
    {"pushed without waiting for the flag", ROW, AWAIT, "", DIAG_SIM_SEMAPHORE_RACE, "noc_semaphore_set(ready, 0)"},
    {"the old flag taken for the new one", ROW, CLEAR, "", DIAG_SIM_READ_UNWRITTEN, "add_tiles"},
    {"the flag before the pages", ROW, SEND FLAG, FLAG SEND, DIAG_SIM_MULTICAST_ARRIVAL, "noc_semaphore_wait(valid"},
    // semaphores
    {"cleared after the receiver is ready", ROW, CLEAR INCREMENT, INCREMENT CLEAR, DIAG_SIM_SEMAPHORE_RACE,
     "noc_semaphore_set(valid, 0)"},
    {"cleared before it is waited for", ROW, READY AGAIN, AGAIN READY, DIAG_SIM_SEMAPHORE_RACE,
     "noc_semaphore_set(ready, 0)"},
    {"cleared after the flag is sent", ROW, AGAIN SEND FLAG, SEND FLAG AGAIN, DIAG_SIM_SEMAPHORE_RACE,
     "noc_semaphore_set(ready, 0)"},
    {"incremented twice", GEMM, "            noc_semaphore_inc(a_ready, a_sender_x, a_sender_y, 1)\n",
     "            noc_semaphore_inc(a_ready, a_sender_x, a_sender_y, 1)\n"
     "            noc_semaphore_inc(a_ready, a_sender_x, a_sender_y, 1)\n",
     DIAG_SIM_SEMAPHORE_RACE, "noc_semaphore_set(a_ready, 0)"},
    {"set by three cores", ROW, INCREMENT,
     "            noc_semaphore_set_multicast(ready, sender_x, sender_y, sender_x, sender_y, 1)\n" INCREMENT,
     DIAG_SIM_SEMAPHORE_RACE, "noc_semaphore_wait(ready"},
    {"changed while it leaves", ROW, FLAG, FLAG "            noc_semaphore_set(valid, 2)\n", DIAG_SIM_WRITE_IN_FLIGHT,
     "noc_semaphore_set(valid, 2)"},
    {"used by both threads of a core", GEMM, "        noc_semaphore_set(b_valid, 1)\n",
     "        noc_semaphore_set(b_valid, 1)\n        noc_semaphore_set(a_valid, 1)\n", DIAG_SIM_SEMAPHORE_SHARED,
     "noc_semaphore_set(a_valid, 1)"},
    {"a negative value", ROW, "noc_semaphore_set(valid, 1)", "noc_semaphore_set(valid, 0 - 1)", DIAG_SIM_OPERAND,
     "noc_semaphore_set(valid, 0 - 1)"},
    {"an increment by nothing", ROW, "sender_y, 1)", "sender_y, 0)", DIAG_SIM_OPERAND, "noc_semaphore_inc"},
    {"an index above the chip's", ROW, "T.semaphore(1, 0)", "T.semaphore(16, 0)", DIAG_SIM_SEMAPHORE, NULL},
    {"an index twice", ROW, "T.semaphore(1, 0)", "T.semaphore(0, 0)", DIAG_SIM_SEMAPHORE, NULL},
    {"in the compute thread", ROW, "        add_init(cb_A, cb_B)\n",
     "        add_init(cb_A, cb_B)\n        noc_semaphore_set(valid, 1)\n", DIAG_SIM_THREAD, "noc_semaphore_set"},
    // the end
    {"no atomic barrier", ROW, "        noc_async_atomic_barrier()\n", "", DIAG_SIM_BARRIER, "noc_semaphore_inc"},
    {"no write barrier", ROW, "        noc_async_write_barrier()\n", "", DIAG_SIM_BARRIER,
     "noc_semaphore_set_multicast"},
    {"an increment that nobody waits for", ROW, "        noc_async_atomic_barrier()\n",
     "        noc_semaphore_inc(ready, sender_x, sender_y, 1)\n        noc_async_atomic_barrier()\n",
     DIAG_SIM_UNRECEIVED, "noc_semaphore_inc"},
    {"a flood of increments", ROW, "        noc_async_atomic_barrier()\n",
     "        for i in T.serial(0, 9000, 1):\n            noc_semaphore_inc(ready, sender_x, sender_y, 1)\n"
     "        noc_async_atomic_barrier()\n",
     DIAG_SIM_UNRECEIVED, "noc_semaphore_inc"},
    {"one window less", ROW, "        for w in T.serial(0, 8, 1):\n" RESERVE CLEAR,
     "        for w in T.serial(0, 7, 1):\n" RESERVE CLEAR, DIAG_SIM_DEADLOCK, NULL},
    {"not ready", ROW, INCREMENT, "", DIAG_SIM_DEADLOCK, NULL},
    {"a flag of 0", ROW, "        noc_semaphore_set(valid, 1)\n", "", DIAG_SIM_DEADLOCK, NULL},
    {"no flag", ROW, FLAG, "", DIAG_SIM_DEADLOCK, NULL},
};

static void run_case(const Case *one, const char *target, int threads) {
    Context *context = context_new(&system_allocator);
    char line[400], *base = legal_program(one->program), *text = replace(base, one->from, one->to);
    Simulation simulation = {
        .text = text, .target = target, .options = {.threads = threads, .numbers = true, .step_limit = 1000000}};
    bool done = context_try(context, simulate, &simulation);
    if (done || context->diagnostics.count == 0) stop_test("%s: nothing was reported\n", one->name);
    const Diagnostic *first = &context->diagnostics.items[0];
    if (first->code != one->code)
        stop_test("%s: expected %s, seen %s: %s\n", one->name, diagnostic_name(one->code), diagnostic_name(first->code),
                  first->message);
    if (one->line && !strstr(line_at(first->location, line, sizeof line), one->line))
        stop_test("%s: expected a line with `%s`, seen `%s`\n", one->name, one->line, line);
    tensors_free(&simulation.tensors);
    free(text), free(base);
    context_free(context);
}

static void test_each_rule(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int threads = 1; threads <= 3; threads += 2) run_case(&cases[i], NULL, threads);
}

// On Blackhole the flag needs a flush between it and the pages; on Wormhole it does not.
static void test_flag_may_overtake(void **state) {
    static const Case one = {"a flag that may overtake its pages",
                             ONE_WINDOW,
                             SMALL_SEND FLUSH SMALL_FLAG,
                             SMALL_SEND SMALL_FLAG FLUSH,
                             DIAG_SIM_MULTICAST_ORDER,
                             "noc_semaphore_set_multicast"};
    run_case(&one, "blackhole:p150", 2);
    char *base = legal_program(ONE_WINDOW), *text = replace(base, one.from, one.to);
    Simulation simulation = {.text = text, .options = {.numbers = true}};
    assert_works(*state, simulate, &simulation);
    tensors_free(&simulation.tensors);
    free(text), free(base);
}

// ---------------------------------------------------------------- legal programs

static void assert_same_bytes(const TensorSet *a, const TensorSet *b) {
    for (int i = 0; i < a->count; i++) {
        size_t bytes = a->tensors[i].count * (size_t)dtype_bytes(a->tensors[i].type);
        assert_memory_equal(a->tensors[i].data, b->tensors[i].data, bytes);
    }
}

static void check_threads(const char *text) {
    Simulation first = {.text = text, .options = {.threads = 1, .numbers = true}};
    Context *context = context_new(&system_allocator);
    assert_works(context, simulate, &first);
    for (int threads = 2; threads <= 8; threads++) {
        Context *other = context_new(&system_allocator);
        Simulation again = {.text = text, .options = {.threads = threads, .numbers = true}};
        assert_works(other, simulate, &again);
        assert_same_bytes(&first.tensors, &again.tensors);
        assert_int_equal(first.result.instructions, again.result.instructions);
        assert_int_equal(first.result.dram_read_bytes, again.result.dram_read_bytes);
        tensors_free(&again.tensors);
        context_free(other);
    }
    tensors_free(&first.tensors);
    context_free(context);
}

static void test_host_threads_change_nothing(void **state) {
    static const char *const names[] = {ROW, ONE_WINDOW, GEMM, "shards_in_place"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char *text = legal_program(names[i]);
        check_threads(text);
        free(text);
    }
}

static double run_sum(const char *text, Context *context, Simulation *simulation, int rows) {
    *simulation = (Simulation){.text = text, .options = {.threads = 3, .numbers = true}};
    assert_works(context, simulate, simulation);
    for (int r = 0; r < rows; r++)
        for (size_t i = 0; i < 32 * 512; i++) {
            double shared = random_input(0, i), own = random_input(1, (size_t)r * 32 * 512 + i);
            assert_near(element(simulation, 2, (size_t)r * 32 * 512 + i), shared + own, 0.0079);
        }
    return (double)simulation->result.dram_read_bytes;
}

// The shared row is read once, the own ones by each core.
static void test_shared_pages_are_read_once(void **state) {
    Simulation simulation;
    char *text = legal_program(ROW);
    assert_near(run_sum(text, *state, &simulation, 4), (16 + 4 * 16) * 2048.0, 0);
    tensors_free(&simulation.tensors);
    free(text);
}

// Every window is read and sent by another core: each is sender and receiver of one buffer in turn.
#define TURN(number)                                                                                                   \
    "            if w % 3 == " #number ":\n"                                                                           \
    "                if me == " #number ":\n"                                                                          \
    "                    noc_async_read_page(A, w * 2, cb_A, 0)\n"                                                     \
    "                    noc_async_read_page(A, w * 2 + 1, cb_A, 1)\n"                                                 \
    "                    noc_async_read_barrier()\n"                                                                   \
    "                    noc_semaphore_set(valid, 1)\n"                                                                \
    "                    noc_semaphore_wait(ready, 2)\n"                                                               \
    "                    noc_semaphore_set(ready, 0)\n"                                                                \
    "                    noc_async_write_multicast(cb_A, 0, 2, x0, y, x2, y, 2)\n"                                     \
    "                    noc_semaphore_set_multicast(valid, x0, y, x2, y, 2)\n"                                        \
    "                    noc_async_writes_flushed()\n"                                                                 \
    "                else:\n"                                                                                          \
    "                    noc_semaphore_set(valid, 0)\n"                                                                \
    "                    noc_semaphore_inc(ready, x" #number ", y, 1)\n"                                               \
    "                    noc_semaphore_wait(valid, 1)\n"

// The head and the other threads of multicast_one_window, with a reader of its own.
static char *with_reader(const char *arguments, const char *reader) {
    char *base = legal_program(ONE_WINDOW), *text = calloc(1, 65536);
    const char *declared = strstr(base, "    sender_x = "), *buffers = strstr(base, "    cb_A = "),
               *begin = strstr(base, "    with T.reader("), *end = strstr(base, "    with T.compute(");
    assert_true(declared && buffers && begin && end);
    snprintf(text, 65536, "%.*s%s%.*s%s%s", (int)(declared - base), base, arguments, (int)(begin - buffers), buffers,
             reader, end);
    free(base);
    return text;
}

#define LOAD_B                                                                                                         \
    "            cb_reserve_back(cb_B, 2)\n"                                                                           \
    "            noc_async_read_page(B, row * 16 + w * 2, cb_B, 0)\n"                                                  \
    "            noc_async_read_page(B, row * 16 + w * 2 + 1, cb_B, 1)\n"                                              \
    "            noc_async_read_barrier()\n"                                                                           \
    "            cb_push_back(cb_B, 2)\n"
#define PLACES                                                                                                         \
    "    x0 = T.runtime_arg(\"int32\", [[0, 0, 3, 1, 0, 0, 0]], core=\"x\")\n"                                         \
    "    x1 = T.runtime_arg(\"int32\", [[0, 0, 3, 1, 1, 0, 0]], core=\"x\")\n"                                         \
    "    x2 = T.runtime_arg(\"int32\", [[0, 0, 3, 1, 2, 0, 0]], core=\"x\")\n"                                         \
    "    y = T.runtime_arg(\"int32\", [[0, 0, 3, 1, 0, 0, 0]], core=\"y\")\n"                                          \
    "    me = T.runtime_arg(\"int32\", [[0, 0, 3, 1, 0, 1, 0]])\n"

static const char taking_turns[] = "    with T.reader():\n"
                                   "        for w in T.serial(0, 8, 1):\n" RESERVE TURN(0) TURN(1) TURN(2) PUSH LOAD_B
    "        noc_async_write_barrier()\n"
    "        noc_async_atomic_barrier()\n";

static void test_senders_take_turns(void **state) {
    Simulation simulation;
    char *text = with_reader(PLACES, taking_turns);
    run_sum(text, *state, &simulation, 3);
    tensors_free(&simulation.tensors);
    check_threads(text);
    free(text);
}

// Pages are handed on from core to core: each sends on what it received. The one in the middle flushes before it is
// ready for more, or (too late) after that.
#define CHAIN(before_ready, after_ready)                                                                               \
    "    with T.reader(cores=[[0, 0, 1, 1]]):\n"                                                                       \
    "        noc_semaphore_set(valid, 1)\n"                                                                            \
    "        for w in T.serial(0, 8, 1):\n" RESERVE "            noc_async_read_page(A, w * 2, cb_A, 0)\n"             \
    "            noc_async_read_page(A, w * 2 + 1, cb_A, 1)\n" ARRIVED                                                 \
    "            noc_semaphore_wait(ready, 1)\n" AGAIN                                                                 \
    "            noc_async_write_multicast(cb_A, 0, 2, next_x, y, next_x, y, 1)\n"                                     \
    "            noc_semaphore_set_multicast(valid, next_x, y, next_x, y, 1)\n" FLUSH PUSH LOAD_B                      \
    "        noc_async_write_barrier()\n"                                                                              \
    "    with T.reader(cores=[[1, 0, 1, 1]]):\n"                                                                       \
    "        for w in T.serial(0, 8, 1):\n" RESERVE before_ready CLEAR                                                 \
    "            noc_semaphore_inc(ready, last_x, y, 1)\n" after_ready AWAIT                                           \
    "            noc_semaphore_wait(ready, 1)\n" AGAIN                                                                 \
    "            noc_async_write_multicast(cb_A, 0, 2, next_x, y, next_x, y, 1)\n"                                     \
    "            noc_semaphore_set_multicast(go, next_x, y, next_x, y, 1)\n" PUSH LOAD_B                               \
    "        noc_async_write_barrier()\n"                                                                              \
    "        noc_async_atomic_barrier()\n"                                                                             \
    "    with T.reader(cores=[[2, 0, 1, 1]]):\n"                                                                       \
    "        for w in T.serial(0, 8, 1):\n" RESERVE "            noc_semaphore_set(go, 0)\n"                           \
    "            noc_semaphore_inc(ready, last_x, y, 1)\n"                                                             \
    "            noc_semaphore_wait(go, 1)\n" PUSH LOAD_B "        noc_async_atomic_barrier()\n"
#define NEIGHBOURS                                                                                                     \
    "    next_x = T.runtime_arg(\"int32\", [[0, 0, 2, 1, 1, 1, 0], [2, 0, 1, 1, 0, 0, 0]], core=\"x\")\n"              \
    "    last_x = T.runtime_arg(\"int32\", [[0, 0, 1, 1, 0, 0, 0], [1, 0, 2, 1, 0, 1, 0]], core=\"x\")\n"              \
    "    y = T.runtime_arg(\"int32\", [[0, 0, 3, 1, 0, 0, 0]], core=\"y\")\n"                                          \
    "    go = T.semaphore(2, 1)\n"

static void test_pages_are_handed_on(void **state) {
    Simulation simulation;
    char *text = with_reader(NEIGHBOURS, CHAIN(FLUSH, ""));
    assert_near(run_sum(text, *state, &simulation, 3), (16 + 3 * 16) * 2048.0, 0);
    tensors_free(&simulation.tensors);
    check_threads(text);
    free(text);
}

static void test_ready_before_the_own_pages_left(void **state) {
    char *text = with_reader(NEIGHBOURS, CHAIN("", FLUSH));
    Simulation simulation = {.text = text, .options = {.numbers = true}};
    assert_fails(*state, simulate, &simulation, DIAG_SIM_MULTICAST_UNRESERVED);
    tensors_free(&simulation.tensors);
    free(text);
}

// The fourth core only reads and sends (its compute throws its own pages away), the fifth has a writer that does
// nothing.
static const char apart[] =
    "    with T.reader(cores=[[3, 0, 1, 1]]):\n"
    "        noc_semaphore_set(valid, 1)\n"
    "        for w in T.serial(0, 8, 1):\n" RESERVE "            noc_async_read_page(A, w * 2, cb_A, 0)\n"
    "            noc_async_read_page(A, w * 2 + 1, cb_A, 1)\n" ARRIVED READY AGAIN
    "            noc_async_write_multicast(cb_A, 0, 2, x0, y, x2, y, 3)\n"
    "            noc_semaphore_set_multicast(valid, x0, y, x2, y, 3)\n" FLUSH PUSH "        noc_async_write_barrier()\n"
    "    with T.reader(cores=[[0, 0, 3, 1]]):\n"
    "        for w in T.serial(0, 8, 1):\n" RESERVE CLEAR
    "            noc_semaphore_inc(ready, x3, y, 1)\n" AWAIT PUSH LOAD_B "        noc_async_atomic_barrier()\n"
    "    with T.compute(cores=[[3, 0, 1, 1]]):\n"
    "        for w in T.serial(0, 8, 1):\n"
    "            cb_wait_front(cb_A, 2)\n"
    "            cb_pop_front(cb_A, 2)\n"
    "    with T.writer(cores=[[4, 0, 1, 1]]):\n"
    "        noc_async_write_barrier()\n";

static void test_cores_with_fewer_threads(void **state) {
    Simulation simulation;
    char *text = with_reader(PLACES "    x3 = T.runtime_arg(\"int32\", [[0, 0, 3, 1, 3, 0, 0]], core=\"x\")\n", apart);
    static const char *const changes[][2] = {{"[[0, 0, 3, 1", "[[0, 0, 5, 1"},
                                             {"T.compute():", "T.compute(cores=[[0, 0, 3, 1]]):"},
                                             {"T.writer():", "T.writer(cores=[[0, 0, 3, 1]]):"}};
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++)
        while (strstr(text, changes[i][0]) && (i > 0 || strstr(text, changes[i][0]) < strstr(text, "    with T."))) {
            char *next = replace(text, changes[i][0], changes[i][1]);
            free(text);
            text = next;
        }
    assert_near(run_sum(text, *state, &simulation, 3), (16 + 3 * 16) * 2048.0, 0);
    assert_int_equal(simulation.result.cores, 5);
    tensors_free(&simulation.tensors);
    check_threads(text);
    free(text);
}

// ---------------------------------------------------------------- the deadlock report

static void test_deadlock_names_every_core(void **state) {
    char *base = legal_program(ROW), *text = replace(base, "        noc_semaphore_set(valid, 1)\n", ""), line[400];
    Simulation simulation = {.text = text, .options = {.threads = 2, .numbers = true}};
    assert_fails(*state, simulate, &simulation, DIAG_SIM_DEADLOCK);
    const Diagnostic *report = last_diagnostic(*state);
    assert_non_null(strstr(report->message, "4 of 4 wait, the first is core (0, 0)"));
    Text notes = {.arena = &((Context *)*state)->unit};
    for (uint32_t i = 0; i < report->notes.count; i++)
        text_format(&notes, "%s |%s\n", report->notes.items[i].message,
                    line_at(report->notes.items[i].location, line, sizeof line));
    assert_non_null(strstr(notes.data, "core (0, 0), reader waits at noc_semaphore_wait: `valid` = 1 wanted, and it is "
                                       "0 |            noc_semaphore_wait(valid, 1)\n"));
    assert_non_null(strstr(notes.data, "core (1, 0), reader waits at noc_semaphore_wait: `ready` = 3 wanted, and it is "
                                       "0 |            noc_semaphore_wait(ready, 3)\n"));
    assert_non_null(strstr(notes.data, "core (3, 0), compute waits at cb_wait_front: 2 pages of `cb_A` (A) wanted, 0 "
                                       "there |            cb_wait_front(cb_A, 2)\n"));
    assert_non_null(strstr(notes.data, "`cb_A` (A) holds 0 of 4 pages"));
    tensors_free(&simulation.tensors);
    free(text), free(base);
}

// An increment may overtake pages unless a write barrier comes between.
static void test_increment_as_a_flag(void **state) {
    char *base = legal_program(ONE_WINDOW);
    char *early = replace(base, SMALL_FLAG, "            noc_semaphore_inc(valid, receiver_x, receiver_y, 1)\n");
    char *ended = replace(early, "        noc_async_write_barrier()\n",
                          "        noc_async_write_barrier()\n        noc_async_atomic_barrier()\n");
    char *legal = replace(ended, SMALL_SEND FLUSH, SMALL_SEND "            noc_async_write_barrier()\n");
    Simulation simulation = {.text = ended, .options = {.numbers = true}};
    assert_fails(*state, simulate, &simulation, DIAG_SIM_READ_UNWRITTEN);
    tensors_free(&simulation.tensors);
    Context *other = context_new(&system_allocator);
    run_sum(legal, other, &simulation, 3);
    tensors_free(&simulation.tensors);
    context_free(other);
    free(legal), free(ended), free(early), free(base);
}

// Pages and a flag that go to different rectangles may take different ways.
static void test_flag_to_another_rectangle(void **state) {
    char *base = legal_program(ROW);
    char *declared = replace(
        base,
        "    last_x = ", "    second_x = T.runtime_arg(\"int32\", [[0, 0, 4, 1, 2, 0, 0]], core=\"x\")\n    last_x = ");
    char *text = replace(declared, FLAG,
                         "            noc_semaphore_set_multicast(valid, second_x, first_y, last_x, last_y, 2)\n"
                         "            noc_semaphore_set_multicast(valid, first_x, first_y, first_x, first_y, 1)\n");
    Simulation simulation = {.text = text, .options = {.numbers = true}};
    assert_fails(*state, simulate, &simulation, DIAG_SIM_READ_UNWRITTEN);
    tensors_free(&simulation.tensors);
    free(text), free(declared), free(base);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_each_rule),
        TEST(test_flag_may_overtake),
        TEST(test_host_threads_change_nothing),
        TEST(test_shared_pages_are_read_once),
        TEST(test_senders_take_turns),
        TEST(test_ready_before_the_own_pages_left),
        TEST(test_pages_are_handed_on),
        TEST(test_cores_with_fewer_threads),
        TEST(test_increment_as_a_flag),
        TEST(test_flag_to_another_rectangle),
        TEST(test_deadlock_names_every_core),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
