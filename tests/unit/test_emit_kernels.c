// What kernels are printed as: every instruction of the table, loops and scalars as C++ means them, and refusals at
// their lines. With TTILE_EMIT_TO=FOLDER the kernels of all instructions are written there, for
// tests/metalium/check.py.
#include <stdlib.h>

#include "sim_fixture.h"

#include "base/file.h"
#include "emit/emit.h"

// clang-format off
#define HEAD                                                                                                           \
    "# ttile ir 1\n@T.prim_func\ndef kernel(\n"                                                                        \
    TENSOR("A", 64, 64, "bfloat16", "in")                                                                              \
    TENSOR("C", 64, 64, "float32", "out")                                                                              \
    "):\n"                                                                                                             \
    "    T.func_attr({\"tt.core_grid\": [1, 1], \"tt.core_ranges\": [[0, 0, 1, 1]]})\n"                                 \
    "    first = T.runtime_arg(\"int32\", [[0, 0, 1, 1, -4, 0, 0]])\n"                                                 \
    "    count = T.runtime_arg(\"int32\", [[0, 0, 1, 1, 4, 0, 0]])\n"                                                  \
    "    core_x = T.runtime_arg(\"int32\", [[0, 0, 1, 1, 0, 0, 0]], core=\"x\")\n"                                 \
    "    core_y = T.runtime_arg(\"int32\", [[0, 0, 1, 1, 0, 0, 0]], core=\"y\")\n"                                 \
    BUFFER("cb_a", 0, "bfloat16", 2048, 4, "reader", "compute", ", unpack=\"source\"")                                 \
    BUFFER("cb_f", 1, "float32", 4096, 4, "compute", "writer", ", unpack=\"source\"")                                \
    "    valid = T.semaphore(1, 0)\n"
// clang-format on

typedef struct Emission {
    const char *text;
    EmittedFiles files;
} Emission;

static void emit(Context *context, void *user) {
    Emission *emission = user;
    const Source *source = context_add_source(context, "test.ttir", emission->text, strlen(emission->text));
    Module *module = module_new(context, &program_instructions, 1);
    front_read_ir(module, source);
    emission->files = emit_program(module->functions.items[0]);
}

// The kernel of that file; it must hold `part`.
static const char *kernel_with(const Emission *emission, const char *file, const char *part) {
    for (uint32_t i = 0; i < emission->files.count; i++) {
        if (strcmp(emission->files.items[i].name, file) != 0) continue;
        const char *text = emission->files.items[i].text.data;
        if (!strstr(text, part)) stop_test("expected `%s` in:\n%s", part, text);
        return text;
    }
    stop_test("there is no %s\n", file);
    return NULL;
}

static void assert_printed(Context *context, const char *text, const char *file, const char *part) {
    Emission emission = {.text = text};
    assert_works(context, emit, &emission);
    kernel_with(&emission, file, part);
}

// ---------------------------------------------------------------- the whole table

static bool is_coordinate(const char *name) { return strlen(name) <= 2 && (*name == 'x' || *name == 'y'); }

static void add_operand(const OperandSpec *spec, Text *out) {
    bool is_float = spec->class == CLASS_FLOAT, is_output = !strcmp(spec->name, "out");
    if (spec->kind == OPERAND_CIRCULAR)
        text_add(out, is_output ? "cb_f" : "cb_a");
    else if (spec->kind == OPERAND_TENSOR)
        text_add(out, "A");
    else if (spec->kind == OPERAND_SEMAPHORE)
        text_add(out, "valid");
    else if (is_coordinate(spec->name))
        text_format(out, "core_%c", spec->name[0]);
    else if (spec->kind == OPERAND_NAME)
        text_format(out, "\"%.*s\"", (int)strcspn(spec->words, "|"), spec->words);
    else
        text_add(out, is_float ? "0.5" : "1");
}

static void add_instruction(const Instruction *instruction, Text *out) {
    OperandSpec specs[MAX_OPERANDS];
    int count = instruction_operands(instruction, specs);
    text_format(out, "        %s(", instruction->name);
    for (int i = 0; i < count; i++) {
        if (i) text_add(out, ", ");
        add_operand(&specs[i], out);
    }
    text_add(out, ")\n");
}

// What the chip does not do in fp32 DST, which is what the program has.
static bool is_refused(InstructionId id) { return id == INSTR_BCAST_ROW; }

static void add_thread(Thread thread, Text *out) {
    static const char *const heads[] = {"    with T.reader():\n", "    with T.compute():\n", "    with T.writer():\n"};
    text_add(out, heads[thread]);
    for (int i = 0; i < INSTR_COUNT; i++) {
        const Instruction *instruction = instruction_at((InstructionId)i);
        if (instruction->threads & (1u << thread) && !is_refused(instruction->id)) add_instruction(instruction, out);
    }
}

static void test_every_instruction(void **state) {
    Context *context = *state;
    Text text = {.arena = &context->unit};
    text_add(&text, HEAD);
    for (int thread = 0; thread < THREAD_COUNT; thread++) add_thread((Thread)thread, &text);
    Emission emission = {.text = text.data};
    assert_works(context, emit, &emission);
    const char *compute = kernel_with(&emission, "compute.cpp", "matmul_block(cb_a, cb_a, 1, 1, 1, 1, 1, 1, 1);");
    assert_null(strchr(compute, '$'));
    kernel_with(&emission, "compute.cpp", "mul_unary_tile(1, 0x3f000000 /* 0.5 */);");
    kernel_with(&emission, "compute.cpp", "fill_tile(1, 0.5f);");
    kernel_with(&emission, "compute.cpp", "compute_kernel_hw_startup<SrcOrder::Regular>(cb_a, cb_a, cb_f);");
    kernel_with(&emission, "reader.cpp", "noc_async_read_page(1, A, get_write_ptr(cb_a) + 1 * cb_a_page_bytes);");
    kernel_with(&emission, "reader.cpp",
                "fill_page(get_write_ptr(cb_a) + 1 * cb_a_page_bytes, cb_a_page_bytes, 0x3f003f00);");
    const char *folder = getenv("TTILE_EMIT_TO");
    for (uint32_t i = 0; folder && i < emission.files.count; i++) {
        const EmittedFile *file = &emission.files.items[i];
        const char *path = arena_format(&context->unit, "%s/%s", folder, file->name);
        file_write(context, path, file->text.data, file->text.length);
    }
}

// ---------------------------------------------------------------- scalars

#define READER(body)   HEAD "    with T.reader():\n" body
#define RESERVE(pages) "            cb_reserve_back(cb_a, " pages ")\n"

static void test_division_rounds_down(void **state) {
    const char *text = READER("        for i in T.serial(0, count, 1):\n" RESERVE("i // 3 + i % 3")
                                  RESERVE("(i + first) // 3") RESERVE("(i + first) % 3"));
    assert_printed(*state, text, "reader.cpp", "cb_reserve_back(cb_a, i / 3 + i % 3);");
    assert_printed(*state, text, "reader.cpp", "cb_reserve_back(cb_a, floor_divide(first + i, 3));");
    assert_printed(*state, text, "reader.cpp", "cb_reserve_back(cb_a, floor_modulo(first + i, 3));");
    assert_printed(*state, text, "reader.cpp", "static int32_t floor_divide(int32_t a, int32_t b)");
}

static void test_lets_keep_what_is_known(void **state) {
    const char *text = READER("        for i in T.serial(0, count, 1):\n"
                              "            half: T.int32 = i // 2\n"
                              "            below: T.int32 = i - 2\n" RESERVE("half // 2 + below // 2"));
    assert_printed(*state, text, "reader.cpp", "const int32_t half = i / 2;");
    assert_printed(*state, text, "reader.cpp", "cb_reserve_back(cb_a, floor_divide(below, 2) + half / 2);");
}

static void test_unused_lets_are_left_out(void **state) {
    Emission emission = {.text = READER("        for i in T.serial(0, count, 1):\n"
                                        "            a: T.int32 = i + first\n"
                                        "            b: T.int32 = a + 1\n" RESERVE("i"))};
    assert_works(*state, emit, &emission);
    const char *text = kernel_with(&emission, "reader.cpp", "cb_reserve_back(cb_a, i);");
    assert_null(strstr(text, "first"));
    assert_null(strstr(text, " b "));
}

static void test_parentheses(void **state) {
    const char *text = READER("        if (first < 0 or count > 1) and not (first == count):\n" RESERVE(
        "(T.max(first, 4) + count) // 2 * 3"));
    assert_printed(*state, text, "reader.cpp", "if ((first < 0 || count > 1) && !(first == count)) {");
    assert_printed(*state, text, "reader.cpp",
                   "cb_reserve_back(cb_a, floor_divide(maximum(first, 4) + count, 2) * 3);");
}

static void test_select_and_minimum(void **state) {
    const char *text = READER("        if True:\n" RESERVE("T.min(count, T.max(first, 2))")
                                  RESERVE("T.if_then_else(first < count, 1, 2)"));
    assert_printed(*state, text, "reader.cpp", "cb_reserve_back(cb_a, minimum(maximum(first, 2), count));");
    assert_printed(*state, text, "reader.cpp", "cb_reserve_back(cb_a, first < count ? 1 : 2);");
}

// ---------------------------------------------------------------- control flow

static void test_loops(void **state) {
    const char *text = READER("        for i in T.serial(first, count, 2):\n" RESERVE("1"));
    assert_printed(*state, text, "reader.cpp", "for (int32_t i = first; i < count * 2 + first; i += 2) {");
    text = READER("        for i in T.serial(8, count, -2):\n" RESERVE("1"));
    assert_printed(*state, text, "reader.cpp",
                   "for (int32_t i = 8, i_turns = count; i_turns > 0; --i_turns, i += -2) {");
}

static void test_branches(void **state) {
    const char *text = READER("        if first < count:\n" RESERVE("1") "        else:\n" RESERVE("2"));
    assert_printed(
        *state, text, "reader.cpp",
        "    } else {\n        // test.ttir:19: cb_reserve_back(cb_a, 2)\n        cb_reserve_back(cb_a, 2);\n    }\n");
}

// ---------------------------------------------------------------- arguments

static void test_arguments_are_those_used(void **state) {
    const char *text = READER("        noc_async_read_page(A, count, cb_a, 0)\n        noc_async_read_barrier()\n");
    assert_printed(*state, text, "reader.cpp", "const uint32_t A_address = get_arg_val<uint32_t>(0);");
    assert_printed(*state, text, "reader.cpp", "const int32_t count = get_arg_val<int32_t>(1);");
    assert_printed(*state, text, "reader.cpp", "constexpr auto A_args = TensorAccessorArgs<1>();");
    assert_printed(*state, text, "reader.cpp", "noc_async_read_page(count, A, get_write_ptr(cb_a));");
}

static void test_scalars_of_the_vector_unit(void **state) {
    const char *text = HEAD "    with T.compute():\n        add_unary_tile(0, T.cast(first, \"float32\"))\n"
                            "        fill_tile(0, T.float32(\"-inf\"))\n";
    assert_printed(*state, text, "compute.cpp", "add_unary_tile(0, float_bits(first));");
    assert_printed(*state, text, "compute.cpp", "fill_tile(0, __builtin_bit_cast(float, 0xff800000));");
}

// ---------------------------------------------------------------- between cores

#define SEND                                                                                                           \
    "        noc_async_write_multicast(cb_a, 0, count + 1, core_x, core_y, 1, 1, 3)\n"                                 \
    "        noc_semaphore_set_multicast(valid, core_x, core_y, 1, 1, 3)\n"                                            \
    "        noc_semaphore_set(valid, 1)\n"

static void test_multicast(void **state) {
    const char *text = READER(SEND);
    assert_printed(*state, text, "reader.cpp", "constexpr uint32_t valid = get_compile_time_arg_val(1);");
    assert_printed(*state, text, "reader.cpp", "const uint32_t valid_address = get_semaphore(valid);");
    assert_printed(*state, text, "reader.cpp",
                   "volatile tt_l1_ptr uint32_t *const valid_ptr = "
                   "reinterpret_cast<volatile tt_l1_ptr uint32_t *>(valid_address);");
    assert_printed(
        *state, text, "reader.cpp",
        "const uint64_t cb_a_receivers = get_noc_multicast_addr(core_x, core_y, 1, 1, get_write_ptr(cb_a));");
    assert_printed(
        *state, text, "reader.cpp",
        "noc_async_write_multicast(get_write_ptr(cb_a), cb_a_receivers, (count + 1) * cb_a_page_bytes, 3, true);");
    assert_printed(*state, text, "reader.cpp",
                   "const uint64_t valid_receivers = get_noc_multicast_addr(core_x, core_y, 1, 1, valid_address);");
    assert_printed(*state, text, "reader.cpp", "noc_semaphore_set_multicast(valid_address, valid_receivers, 3);");
    assert_printed(*state, text, "reader.cpp", "noc_semaphore_set(valid_ptr, 1);");
}

#define DATA "        noc_async_write_multicast(cb_a, 0, 1, core_x, core_y, 1, 1, 3)\n"
#define CALL "noc_async_write_multicast(get_write_ptr(cb_a), cb_a_receivers, 1 * cb_a_page_bytes, 3, "

// Linked packets keep a way through the NoC: nothing else may be sent before the flag that opens it again.
static void test_data_is_linked_to_its_flag_alone(void **state) {
    static const char flag[] = "        noc_semaphore_set_multicast(valid, core_x, core_y, 1, 1, 3)\n";
    static const char other_cores[] = "        noc_semaphore_set_multicast(valid, core_x, core_y, 1, 0, 1)\n";
    static const char flush[] = "        noc_async_writes_flushed()\n", push[] = "        cb_push_back(cb_a, 1)\n";
    const struct {
        const char *between, *behind, *expected;
    } cases[] = {{"", flag, CALL "true);"},         {flush, flag, CALL "true);"}, {push, flag, CALL "false);"},
                 {"", other_cores, CALL "false);"}, {flush, "", CALL "false);"},  {DATA, flag, CALL "false);"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Context *context = *state;
        const char *text = arena_format(&context->unit, "%s%s%s", READER(DATA), cases[i].between, cases[i].behind);
        assert_printed(context, text, "reader.cpp", cases[i].expected);
    }
}

// NoC 1, which writers use, goes the other way round.
static void test_multicast_of_a_writer(void **state) {
    const char *text = HEAD "    with T.writer():\n" SEND SEND;
    assert_printed(
        *state, text, "writer.cpp",
        "const uint64_t cb_a_receivers = get_noc_multicast_addr(1, 1, core_x, core_y, get_write_ptr(cb_a));");
    assert_printed(*state, text, "writer.cpp",
                   "const uint64_t valid_receivers_2 = get_noc_multicast_addr(1, 1, core_x, core_y, valid_address);");
}

static void test_receiver(void **state) {
    const char *text = READER("        noc_semaphore_inc(valid, core_x, core_y, 1)\n"
                              "        noc_semaphore_wait(valid, count)\n");
    assert_printed(*state, text, "reader.cpp", "noc_semaphore_inc(get_noc_addr(core_x, core_y, valid_address), 1);");
    assert_printed(*state, text, "reader.cpp", "noc_semaphore_wait(valid_ptr, count);");
}

#define ROLE(core, body) "    with T.reader(cores=[[" core ", 0, 1, 1]]):\n" body

// Each file is there once, and nothing of the names in the source can lead elsewhere.
static void test_files_of_roles(void **state) {
    static const char receive[] = ROLE("1", "        noc_semaphore_wait(valid, 1)\n        cb_push_back(cb_a, 1)\n");
    static const char load[] = ROLE("2", "        noc_async_read_page(A, 0, cb_a, 0)\n        cb_push_back(cb_a, 1)\n");
    static const char *const expected[] = {"reader_send_a_b_.cpp", "reader_receive_a_b_.cpp", "reader.cpp",
                                           "reader_send_a_b_-2.cpp", "run.py"};
    Emission emission = {.text = arena_format(&((Context *)*state)->unit, "%s%s%s%s%s", HEAD, ROLE("0", SEND), receive,
                                              load, ROLE("3", SEND))};
    const char *holds = strstr(emission.text, "unpack=\"source\"");
    emission.text = arena_format(&((Context *)*state)->unit, "%.*sholds=\"a/b.\", %s", (int)(holds - emission.text),
                                 emission.text, holds);
    assert_works(*state, emit, &emission);
    assert_int_equal(emission.files.count, 5);
    for (int i = 0; i < 5; i++) assert_string_equal(emission.files.items[i].name, expected[i]);
}

// ---------------------------------------------------------------- refusals

static void assert_refused(Context *context, const char *text, DiagnosticCode code, uint32_t line) {
    assert_fails(context, emit, &(Emission){.text = text}, code);
    assert_int_equal(last_diagnostic(context)->location.line, line);
}

static void test_scalar_functions_are_refused(void **state) {
    const char *text = HEAD "    with T.compute():\n        fill_tile(0, T.exp(T.cast(first, \"float32\")))\n";
    assert_refused(*state, text, DIAG_EMIT_EXPRESSION, 16);
}

static void test_narrow_row_broadcast_is_refused(void **state) {
    const char *text = HEAD "    with T.compute():\n        unary_bcast_row(cb_a, 0, 0)\n";
    assert_refused(*state, text, DIAG_EMIT_INSTRUCTION, 16);
}

static void test_runtime_fill_is_refused(void **state) {
    const char *text = READER("        fill_page(cb_a, 0, T.cast(first, \"float32\"))\n");
    assert_refused(*state, text, DIAG_EMIT_INSTRUCTION, 16);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_every_instruction),
        TEST(test_division_rounds_down),
        TEST(test_lets_keep_what_is_known),
        TEST(test_unused_lets_are_left_out),
        TEST(test_parentheses),
        TEST(test_select_and_minimum),
        TEST(test_loops),
        TEST(test_branches),
        TEST(test_arguments_are_those_used),
        TEST(test_scalars_of_the_vector_unit),
        TEST(test_multicast),
        TEST(test_data_is_linked_to_its_flag_alone),
        TEST(test_multicast_of_a_writer),
        TEST(test_receiver),
        TEST(test_files_of_roles),
        TEST(test_scalar_functions_are_refused),
        TEST(test_narrow_row_broadcast_is_refused),
        TEST(test_runtime_fill_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
