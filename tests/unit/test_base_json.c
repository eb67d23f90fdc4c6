// JSON: what is printed reads back, lines stay short, errors and parts have their places, hostile text is refused.
#include <math.h>
#include <string.h>

#include "base/json.h"
#include "fixture.h"

typedef struct Parse {
    const char *text;
    const Value *value;
    const Source *source;
} Parse;

static void parse(Context *context, void *user) {
    Parse *call = user;
    call->source = context_add_source(context, "x.json", call->text, strlen(call->text));
    call->value = json_parse(context, call->source, DIAG_PLAN_SYNTAX);
}

static bool parses(Context *context, Parse *call) { return context_try(context, parse, call); }

static void expect_round_trip(Context *context, const char *text) {
    Parse call = {.text = text};
    assert_true(parses(context, &call));
    Text out = {.arena = &context->unit};
    json_print(call.value, &out);
    assert_string_equal(out.data, text);
}

static void test_round_trip(void **state) {
    expect_round_trip(*state,
                      "{\"a\": [1, -2, 3.5, true, false, null], \"b\": {\"c\": \"text\"}, \"d\": [], \"e\": {}}\n");
    expect_round_trip(*state, "[\"quote \\\" backslash \\\\ newline \\n control \\u0001 \xC3\xA4\"]\n");
    expect_round_trip(*state, "[9223372036854775807, -9223372036854775808, 0.1, 1e+300, 1.0]\n");
}

static void test_long_values_get_lines(void **state) {
    Context *context = *state;
    Value *list = value_list(&context->unit);
    for (int i = 0; i < 60; i++) value_append(&context->unit, list, value_int(&context->unit, i));
    Text out = {.arena = &context->unit};
    json_print(list, &out);
    assert_non_null(strstr(out.data, "[\n  0,\n  1,\n"));
}

static void test_no_line_is_longer_than_100(void **state) {
    Context *context = *state;
    for (int count = 1; count < 60; count++) {
        Value *list = value_list(&context->unit);
        for (int i = 0; i < count; i++) value_append(&context->unit, list, value_int(&context->unit, i));
        Text out = {.arena = &context->unit};
        json_print(list, &out);
        for (const char *line = out.data; *line; line += strcspn(line, "\n") + 1)
            assert_true(strcspn(line, "\n") <= 100);
    }
}

static void test_not_a_number_is_null(void **state) {
    Context *context = *state;
    Text out = {.arena = &context->unit};
    json_print(value_float(&context->unit, NAN), &out);
    json_print(value_float(&context->unit, INFINITY), &out);
    assert_string_equal(out.data, "null\nnull\n");
}

static void test_bytes_that_are_no_utf8(void **state) {
    Context *context = *state;
    Text out = {.arena = &context->unit};
    Value *list = value_list(&context->unit);
    value_append(&context->unit, list, value_text(&context->unit, name_of(context, "a\xFF\xC3(\xED\xA0\x80")));
    json_print(list, &out);
    Parse call = {.text = out.data};
    assert_true(parses(context, &call));
}

static void expect_error(Context *context, const char *text, uint32_t line) {
    uint32_t before = context->diagnostics.count;
    Parse call = {.text = text};
    assert_false(parses(context, &call));
    const Diagnostic *diagnostic = &context->diagnostics.items[before];
    assert_int_equal(diagnostic->code, DIAG_PLAN_SYNTAX);
    assert_int_equal(diagnostic->location.line, line);
}

static void test_errors(void **state) {
    expect_error(*state, "", 1);
    expect_error(*state, "{\"a\": 1,\n \"b\": }", 2);
    expect_error(*state, "{\"a\": 1, \"a\": 2}", 1);
    expect_error(*state, "[1, 2", 1);
    expect_error(*state, "[99999999999999999999]", 1);
    expect_error(*state, "{} {}", 1);
}

static void test_deep_nesting(void **state) {
    char text[4096];
    memset(text, '[', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    expect_error(*state, text, 1);
}

static void test_brackets_in_strings_do_not_nest(void **state) {
    char text[512] = "[\"";
    memset(text + 2, '[', 300);
    memcpy(text + 302, "\"]", 3);
    Parse call = {.text = text};
    assert_true(parses(*state, &call));
}

static void expect_place(const Source *source, const JsonPath *path, uint32_t line, uint32_t column) {
    Location location = json_locate(source, path);
    assert_int_equal(location.line, line);
    assert_int_equal(location.column, column);
}

static void test_places(void **state) {
    Parse call = {.text = "{\n  \"a\": [10, {\"b\": \"x]\"}],\n  \"c\\\"\": 5, \"d\": {\"e\": [], \"f\": -1}\n}\n"};
    assert_true(parses(*state, &call));
    JsonPath a = {NULL, "a", 0}, second = {&a, NULL, 1}, b = {&second, "b", 0}, d = {NULL, "d", 0}, f = {&d, "f", 0};
    expect_place(call.source, NULL, 1, 1);
    expect_place(call.source, &a, 2, 8);
    expect_place(call.source, &second, 2, 13);
    expect_place(call.source, &b, 2, 19);
    expect_place(call.source, &f, 3, 33);
    expect_place(call.source, &(JsonPath){&d, "absent", 0}, 3, 18);
}

static void test_paths_are_readable(void **state) {
    Context *context = *state;
    JsonPath cores = {NULL, "cores", 0}, third = {&cores, NULL, 3}, items = {&third, "work_items", 0};
    Text text = {.arena = &context->unit};
    json_path_print(&items, &text);
    assert_string_equal(text.data, "cores[3].work_items");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_round_trip),
        TEST(test_long_values_get_lines),
        TEST(test_no_line_is_longer_than_100),
        TEST(test_not_a_number_is_null),
        TEST(test_bytes_that_are_no_utf8),
        TEST(test_errors),
        TEST(test_deep_nesting),
        TEST(test_brackets_in_strings_do_not_nest),
        TEST(test_places),
        TEST(test_paths_are_readable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
