// Reading IR text: it prints back as it was, at every level, and what is wrong in it is said at its place.
#include "front_fixture.h"

static const char element_level[] =
    "# ttile ir 1\n"
    "\n"
    "@T.prim_func\n"
    "def k(\n"
    "    A: T.Tensor((m, 64), \"bfloat16\", role=\"in\", annotation={\"space\": \"l1\", \"n\": [1, -2, 0.5, None, "
    "True]}),  # k.py:4:11\n"
    "    C: T.Tensor((m, 64), \"float32\", role=\"inout\"),\n"
    "    m: T.size(\"int32\", 128),\n"
    "    n: T.size(\"int64\"),\n"
    "):  # k.py:3:5\n"
    "    T.func_attr({\"tt.core_grid\": [8, 8], \"tt.hoisted\": True, \"mine\": \"a \\\"b\\\"\"})\n"
    "    with T.Kernel(m // 32, 2) as (bx, by):  # k.py:5:10\n"
    "        a = T.alloc_shared((32, 64), \"bfloat16\")  # k.py:6:9\n"
    "        v = T.alloc_var(\"float32\")\n"
    "        v[()] = -1.5  # dir/k.py:7:9\n"
    "        T.copy(A[T.span(bx * 32, 32), T.span(0, 64)], a[T.span(0, 32), T.span(0, 64)])\n"
    "        for i in T.Pipelined(1, m // 4, 2, num_stages=3):\n"
    "            x: T.float32 = T.cast(a[i, 0], \"float32\") * T.exp(v[()])\n"
    "            if x < T.float32(\"-inf\") or not i == 3:\n"
    "                break\n"
    "            else:\n"
    "                pass\n"
    "            while i > -5:\n"
    "                continue\n"
    "            assert i < 4, \"small\"\n"
    "        for i_1 in T.parallel(0, 32, 1):\n"
    "            C[i_1, by] = T.if_then_else(i_1 % 2 == 0, T.max(C[i_1, 0], 0.0), -(C[i_1, 1] - (C[i_1, 2] - 1.0)))\n"
    "        T.gemm(a[T.span(0, 32), T.span(0, 64)], a[T.span(0, 32), T.span(0, 64)], C[T.span(0, 32), T.span(0, 32)], "
    "transpose_b=True)\n"
    "        T.reduce(C[T.span(0, 32), T.span(0, 64)], C[T.span(0, 32), T.span(0, 1)], \"absmax\", 1, clear=False)\n";

static const char thread_level[] = "# ttile ir 1\n"
                                   "\n"
                                   "@T.prim_func\n"
                                   "def k(\n"
                                   "    A: T.Tensor((64, 64), \"bfloat16\", role=\"in\", layout={\"space\": \"dram\", "
                                   "\"memory\": \"interleaved\", \"orientation\": "
                                   "\"tile\", \"tile_plane\": [0, 1], \"format\": \"bfloat16\", \"tile_shape\": [32, "
                                   "32], \"tile_order\": \"row_major\"}),\n"
                                   "):\n"
                                   "    start = T.runtime_arg(\"int32\", [[0, 0, 2, 2, 0, 1, -2]])\n"
                                   "    cb_A = T.circular_buffer(0, \"bfloat16\", page_bytes=2048, pages=4, window=2, "
                                   "producer=\"reader\", consumer=\"writer\", "
                                   "unpack=\"source\", resident=True, holds=\"A\")\n"
                                   "    ready = T.semaphore(0, 1)\n"
                                   "    with T.reader(cores=[[0, 0, 2, 2]]):\n"
                                   "        for i in T.serial(0, 2, 1):\n"
                                   "            cb_reserve_back(cb_A, 2)\n"
                                   "            noc_async_read_page(A, i + start, cb_A, 0)\n"
                                   "            noc_async_read_page(A, i + start, cb_A, 1)\n"
                                   "            noc_async_read_barrier()\n"
                                   "            cb_push_back(cb_A, 2)\n"
                                   "    with T.writer():\n"
                                   "        for i in T.serial(0, 2, 1):\n"
                                   "            cb_wait_front(cb_A, 2)\n"
                                   "            cb_pop_front(cb_A, 2)\n";

static void assert_reads_back(void **state, const char *text, bool locations) {
    Reading reading = {.text = text};
    assert_works(*state, read_ir_text, &reading);
    assert_string_equal(print_ir(reading.module, locations), text);
}

static void element_level_is_the_identity(void **state) { assert_reads_back(state, element_level, true); }
static void thread_level_is_the_identity(void **state) { assert_reads_back(state, thread_level, false); }

static void threads_share_their_loops(void **state) {
    Reading reading = {.text = thread_level};
    assert_works(*state, read_ir_text, &reading);
    const Function *function = reading.module->functions.items[0];
    assert_null(function->body);
    assert_int_equal(function->threads.count, 2);
    const Statement *first = function->threads.items[0]->body->first, *second = function->threads.items[1]->body->first;
    assert_ptr_equal(first->loop.variable, second->loop.variable);
}

static void comments_are_locations(void **state) {
    Reading reading = {.text = element_level};
    assert_works(*state, read_ir_text, &reading);
    const Function *function = reading.module->functions.items[0];
    assert_int_equal(function->location.line, 3);
    assert_string_equal(function->location.source->path, "k.py");
    const Statement *launch = function->body->first;
    assert_int_equal(launch->location.column, 10);
    const Statement *store = launch->launch.body->first->next->next;
    assert_string_equal(store->location.source->path, "dir/k.py");
    assert_int_equal(store->next->location.line, 0); // a statement without a comment, in text that has some
}

static void text_without_comments_is_its_own_place(void **state) {
    Reading reading = {.text = thread_level};
    assert_works(*state, read_ir_text, &reading);
    const Statement *loop = reading.module->functions.items[0]->threads.items[0]->body->first;
    assert_int_equal(loop->location.line, 11);
    assert_string_equal(loop->location.source->path, "dump.ttir");
}

static void assert_text_fails(void **state, const char *body, uint32_t line, uint32_t column) {
    Context *context = *state;
    Reading reading = {.text = arena_format(
                           &context->unit,
                           "# ttile ir 1\n@T.prim_func\ndef k(\n    A: T.Tensor((8, 8), \"float32\", role=\"inout\"),\n"
                           "):\n    with T.Kernel(8) as b:\n%s",
                           body)};
    assert_fails(context, read_ir_text, &reading, DIAG_IR_TEXT);
    Location location = last_diagnostic(context)->location;
    if (location.line != line || location.column != column)
        stop_test("%u:%u instead of %u:%u: %s\n", location.line, location.column, line, column,
                  last_diagnostic(context)->message);
    assert_int_equal(context_exit_code(context), 1);
}

static void malformed_text_is_refused(void **state) {
    assert_text_fails(state, "        A[b, 0] = c\n", 7, 19);
    assert_text_fails(state, "        A[b] = 1.0\n", 7, 9);
    assert_text_fails(state, "        A[b, 0] = 1\n", 7, 9);
    assert_text_fails(state, "        A[b, 0] = A[b, 0] + 1\n", 7, 27);
    assert_text_fails(state, "        T.copi(A[...], A[...])\n", 7, 9);
    assert_text_fails(state, "        T.copy(A[...])\n", 7, 9);
    assert_text_fails(state, "        T.copy(A[...], A[T.span(0, 8)])\n", 7, 24);
    assert_text_fails(state, "        x: T.int32 = 1.0\n", 7, 9);
    assert_text_fails(state, "        x: T.int32 = 1 << 2 ** 3\n", 7, 29);
    assert_text_fails(state, "        a = T.alloc_shared((8,), \"float33\")\n", 7, 34);
    assert_text_fails(state, "        for i in T.sequential(0, 1, 1):\n            pass\n", 7, 9);
    assert_text_fails(state, "        for i in T.serial(0, 1, 0):\n            pass\n", 7, 9);
    assert_text_fails(state, "        for i in T.serial(0, 1, 2 - 2):\n            pass\n", 7, 9);
    assert_text_fails(state, "        while 1:\n            pass\n", 7, 15);
    assert_text_fails(state, "        lambda: 1\n", 7, 9);
    assert_text_fails(state, "        b: T.int8 = T.int8(200)\n", 7, 28);
    assert_text_fails(state, "        x: T.int32 = 2147483648\n", 7, 22);
    assert_text_fails(state, "        A = T.alloc_shared((8,), \"float32\")\n", 7, 13);
    assert_text_fails(state, "        break\n", 7, 9);
    assert_text_fails(state, "        A[b, 0] = 1.0 +\n", 7, 24);
}

// Found by fuzzing: a path with a control character has no place in a comment, and a bad layout is the text's fault.
static void what_cannot_be_printed_is_not_kept(void **state) {
    Reading reading = {.text = "# ttile ir 1\n@T.prim_func\ndef k(\n):  # a\x01b.py:4:5\n    pass\n"};
    assert_works(*state, read_ir_text, &reading);
    assert_string_equal(reading.module->functions.items[0]->location.source->path, "dump.ttir");
    Reading layout = {
        .text = "# ttile ir 1\n@T.prim_func\ndef k(\n"
                "    A: T.Tensor((8, 8), \"float32\", role=\"in\", layout={\"space\": \"dram\", \"memory\": "
                "\"interleaved\", \"orientation\": \"tile\", \"tile_plane\": [1, 1], \"format\": \"float32\", "
                "\"tile_shape\": [32, 32]}),\n):\n    pass\n"};
    assert_fails(*state, read_ir_text, &layout, DIAG_IR_TEXT);
}

static void zero_bytes_are_refused(void **state) {
    Context *context = *state;
    const Source *source = context_add_source(context, "zero.ttir", "# ttile ir 1\n\0", 14);
    assert_true(front_is_ir(source));
    jmp_buf escape, *outer = context->escape;
    context->escape = &escape;
    if (setjmp(escape) == 0) front_read_ir(new_module(context), source);
    context->escape = outer;
    assert_int_equal(last_diagnostic(context)->code, DIAG_IR_TEXT);
    assert_int_equal(last_diagnostic(context)->location.line, 2);
}

static void first_line_is_asked_for(void **state) {
    Reading reading = {.text = "@T.prim_func\ndef k():\n    pass\n"};
    assert_fails(*state, read_ir_text, &reading, DIAG_IR_TEXT);
    Source text = {.text = "# ttile ir 1\n", .length = 13}, other = {.text = "# ttile", .length = 7};
    assert_true(front_is_ir(&text));
    assert_false(front_is_ir(&other));
}

static void elaborated_kernels_read_back(void **state) {
    ir_of(*state, KERNEL("        n = T.alloc_var('int64', -3)\n"
                         "        for i, j in T.Parallel(64, 64):\n"
                         "            a[i, j] = T.if_then_else(i >= j, A[i, j], -T.infinity('float32'))\n"
                         "        T.gemm(a, a, c, clear_accum=True)\n"
                         "        for k in T.Pipelined(T.min(bx + 1, 3), num_stages=2):\n"
                         "            if k == 1:\n"
                         "                continue\n"
                         "            assert k < 8, 'a \"quoted\" text'\n"
                         "            T.copy(c, C[bx * 64, 0])\n"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(element_level_is_the_identity),
        TEST(thread_level_is_the_identity),
        TEST(threads_share_their_loops),
        TEST(comments_are_locations),
        TEST(text_without_comments_is_its_own_place),
        TEST(malformed_text_is_refused),
        TEST(what_cannot_be_printed_is_not_kept),
        TEST(zero_bytes_are_refused),
        TEST(first_line_is_asked_for),
        TEST(elaborated_kernels_read_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
