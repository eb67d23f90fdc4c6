// Where lines break: as clang-format 14 breaks them with .clang-format, which these texts were taken from.
#include "fixture.h"

#include <string.h>

#include "emit/printer.h"

typedef struct Line {
    const char *text;
    int indent; // columns
    Text out;
    bool broken;
} Line;

static void break_it(Context *context, void *user) {
    Line *line = user;
    line->out.arena = &context->unit;
    line->broken = break_line(context, line->text, line->indent, &line->out);
}

#define A40 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B30 "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define C90 "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"
#define L118                                                                                                           \
    "llllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllll" \
    "llllll"

static const struct {
    int indent; // columns
    const char *text, *expected;
} lines[] = {
    // clang-format off
    // a call's arguments
    {4, "matmul_block(" A40 ", " B30 ", 0, " A40 " + 1, 1);",
     "    matmul_block(" A40 ", " B30 ", 0,\n"
     "                 " A40 " + 1, 1);\n"},
    // all of them in the next line
    {4, "cb_wait_front(" C90 "_cb_A_shared, 10);",
     "    cb_wait_front(\n"
     "        " C90 "_cb_A_shared, 10);\n"},
    // nested calls
    {4, "noc_async_read_page(" A40 " * 2 + " B30 ", accessor, get_write_ptr(" A40 ") + " B30 " * bytes);",
     "    noc_async_read_page(" A40 " * 2 + " B30 ", accessor,\n"
     "                        get_write_ptr(" A40 ") +\n"
     "                            " B30 " * bytes);\n"},
    // a constant
    {4, "const uint32_t " C90 " = get_arg_val<uint32_t>(3);",
     "    const uint32_t " C90 " =\n"
     "        get_arg_val<uint32_t>(3);\n"},
    // a name that is too long
    {8, "const uint32_t " L118 " = get_arg_val<uint32_t>(3);",
     "        const uint32_t\n"
     "            " L118 " =\n"
     "                get_arg_val<uint32_t>(3);\n"},
    // a pointer
    {4, "volatile tt_l1_ptr uint32_t *const " C90 " = reinterpret_cast<volatile tt_l1_ptr uint32_t *>(" B30 ");",
     "    volatile tt_l1_ptr uint32_t\n"
     "        *const " C90 " =\n"
     "            reinterpret_cast<volatile tt_l1_ptr uint32_t *>(" B30 ");\n"},
    // a sum
    {4, "const int32_t page = " A40 " * " B30 " + " B30 " % " A40 " * 2 - " B30 ";",
     "    const int32_t page = " A40 " * " B30 " +\n"
     "                         " B30 " % " A40 " * 2 -\n"
     "                         " B30 ";\n"},
    // a choice
    {4, "const int32_t page = " A40 " * " B30 " < " B30 " ? " A40 " : " B30 " + " B30 ";",
     "    const int32_t page =\n"
     "        " A40 " * " B30 " < " B30 "\n"
     "            ? " A40 "\n"
     "            : " B30 " + " B30 ";\n"},
    // a loop
    {4, "for (int32_t " B30 " = " B30 "; " B30 " < " A40 "; " B30 " += 2) {",
     "    for (int32_t " B30 " = " B30 ";\n"
     "         " B30 " < " A40 ";\n"
     "         " B30 " += 2) {\n"},
    // a loop of two variables
    {4, "for (int32_t " B30 " = " B30 ", " B30 "_turns = 2; " B30 "_turns > 0; --" B30 "_turns, ++" B30 ") {",
     "    for (int32_t " B30 " = " B30 ",\n"
     "                 " B30 "_turns = 2;\n"
     "         " B30 "_turns > 0;\n"
     "         --" B30 "_turns, ++" B30 ") {\n"},
    // a condition
    {12, "if (" A40 " < " B30 " && " B30 " % 2 == 0 && " A40 " - 1 == " B30 ") {",
     "            if (" A40 " < " B30 " &&\n"
     "                " B30 " % 2 == 0 &&\n"
     "                " A40 " - 1 == " B30 ") {\n"},
    // a comment inside
    {4, "mul_unary_tile(" A40 ", 0x3f000000 /* 0.5 */, " A40 ", " B30 ");",
     "    mul_unary_tile(" A40 ", 0x3f000000 /* 0.5 */,\n"
     "                   " A40 ", " B30 ");\n"},
    // template arguments
    {0, "constexpr auto " A40 " = TensorAccessorArgs<" C90 ".next_compile_time_args_offset()>();",
     "constexpr auto " A40 " =\n"
     "    TensorAccessorArgs<" C90 "\n"
     "                           .next_compile_time_args_offset()>();\n"},
    // far to the right
    {88, "cb_push_back(cb_" B30 ", " B30 ");",
     "                                                                                        cb_push_back(\n"
     "                                                                                            cb_" B30 ",\n"
     "                                                                                            " B30 ");\n"},
    // clang-format on
};

static void test_lines(void **state) {
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        Line line = {.text = lines[i].text, .indent = lines[i].indent};
        assert_works(*state, break_it, &line);
        assert_true(line.broken);
        assert_string_equal(line.out.data, lines[i].expected);
    }
}

// `text` `count` times, between `before` and `behind`.
static const char *repeated(Context *context, const char *before, const char *text, int count, const char *behind) {
    Text out = {.arena = &context->unit};
    text_add(&out, before);
    for (int i = 0; i < count; i++) text_add(&out, text);
    text_add(&out, behind);
    return out.data;
}

static void assert_same_tokens(const char *text, const char *broken) {
    for (;; text++, broken++) {
        while (*text == ' ') text++;
        while (*broken == ' ' || *broken == '\n') broken++;
        assert_int_equal(*text, *broken);
        if (!*text) return;
    }
}

// What takes too many steps is still broken somehow; what is too long or too deep is left to the caller.
static void test_bounds(void **state) {
    Line line = {.text = repeated(*state, "const int32_t sum = first", " + f(second % 7, third ? a : b)", 120, ";"),
                 .indent = 4};
    assert_works(*state, break_it, &line);
    assert_true(line.broken);
    assert_same_tokens(line.text, line.out.data);
    for (const char *at = line.out.data; *at; at = strchr(at, '\n') + 1) assert_true(strcspn(at, "\n") <= LINE_WIDTH);
    Line wide = {.text = repeated(*state, "a = b", " + c", 2000, ";")};
    assert_works(*state, break_it, &wide);
    assert_false(wide.broken);
    Line deep = {.text = repeated(*state, "a = ", "f(", 2000, "b;")};
    assert_works(*state, break_it, &deep);
    assert_false(deep.broken);
}

int main(void) {
    const struct CMUnitTest tests[] = {TEST(test_lines), TEST(test_bounds)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
