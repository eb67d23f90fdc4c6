// Diagnostics: how they look, how they are counted and delivered, and how a failure leaves.
#include "fixture.h"

#include <string.h>

// ---------------------------------------------------------------- how they look

typedef struct Place {
    const char *text;
    uint32_t line, column, length;
} Place;

static void report_place(Context *context, void *user) {
    const Place *place = user;
    const Source *source = context_add_source(context, "k.py", place->text, strlen(place->text));
    report(context, DIAG_IR_TEXT, (Location){source, place->line, place->column, place->length}, "wrong");
}

static void assert_looks(Context *context, Place place, const char *expected) {
    assert_false(context_try(context, report_place, &place));
    Text text = {.arena = &context->unit};
    diagnostic_print(last_diagnostic(context), &text, false);
    assert_string_equal(text.data, expected);
}

#define HEAD(place) "k.py:" place ": error[ir-text]: wrong\n"

static void test_caret(void **state) {
    assert_looks(*state, (Place){"a = b\nc = dee\n", 2, 5, 3}, HEAD("2:5") "    2 | c = dee\n      |     ^~~\n");
    assert_looks(*state, (Place){"c = d", 1, 5, 0}, HEAD("1:5") "    1 | c = d\n      |     ^\n");
    assert_looks(*state, (Place){"c = d\r\n", 1, 6, 9}, HEAD("1:6") "    1 | c = d\n      |      ^\n");
    assert_looks(*state, (Place){"c", 1, 900, 9}, HEAD("1:900") "    1 | c\n      |  ^\n");
    assert_looks(*state, (Place){"c = (1 +\nd", 1, 5, 4000000000}, HEAD("1:5") "    1 | c = (1 +\n      |     ^~~~\n");
    assert_looks(*state, (Place){"", 1, 1, 1}, HEAD("1:1") "    1 | \n      | ^\n");
    assert_looks(*state, (Place){"c", 7, 1, 1}, HEAD("7:1"));
}

static void test_caret_tabs(void **state) {
    assert_looks(*state, (Place){"\tx = y", 1, 2, 1}, HEAD("1:2") "    1 |     x = y\n      |     ^\n");
    assert_looks(*state, (Place){"a\tb\tc", 1, 3, 3}, HEAD("1:3") "    1 | a   b   c\n      |     ^~~~~\n");
}

static void test_caret_utf8(void **state) {
    assert_looks(*state, (Place){"é = x", 1, 6, 1}, HEAD("1:6") "    1 | é = x\n      |     ^\n");
    assert_looks(*state, (Place){"漢字 = x", 1, 1, 6}, HEAD("1:1") "    1 | 漢字 = x\n      | ^~~~\n");
    assert_looks(*state, (Place){"a\xff\xfe = x", 1, 7, 1}, HEAD("1:7") "    1 | a?? = x\n      |       ^\n");
    assert_looks(*state, (Place){"\xe6\xbc", 1, 3, 1}, HEAD("1:3") "    1 | ??\n      |   ^\n");
    assert_looks(*state, (Place){"\x1b[31mx\xe2\x80\xae", 1, 6, 1}, HEAD("1:6") "    1 | ?[31mx?\n      |      ^\n");
}

static void test_long_line(void **state) {
    Context *context = *state;
    char line[20001];
    memset(line, 'a', 20000);
    line[20000] = '\0';
    line[9999] = 'X';
    Place place = {line, 1, 10000, 5};
    assert_false(context_try(context, report_place, &place));
    Text text = {.arena = &context->unit};
    diagnostic_print(last_diagnostic(context), &text, false);
    const char *second = strchr(text.data, '\n') + 1, *third = strchr(second, '\n') + 1;
    assert_true(text.length < 400);
    assert_ptr_equal(strchr(second, 'X') - second, (char *)(strchr(third, '^') - third));
    assert_non_null(strstr(third, "^~~~~\n"));
    assert_non_null(strstr(second, " | ...aaaa"));
}

static void full(Context *context, void *user) {
    (void)user;
    const Source *source = context_add_source(context, "k.py", "x = yy\n", 7);
    report(context, DIAG_IR_TEXT, (Location){source, 1, 5, 2}, "no '%s'\x1b[2J", "yy");
    report_note(context, (Location){source, 1, 1, 1}, "assigned here");
    report_help(context, "use 'x'");
}

static void test_notes_and_colour(void **state) {
    Context *context = *state;
    assert_false(context_try(context, full, NULL));
    Text plain = {.arena = &context->unit}, colour = {.arena = &context->unit};
    diagnostic_print(last_diagnostic(context), &plain, false);
    assert_string_equal(plain.data, "k.py:1:5: error[ir-text]: no 'yy'?[2J\n    1 | x = yy\n      |     ^~\n"
                                    "k.py:1:1: note: assigned here\n    1 | x = yy\n      | ^\nhelp: use 'x'\n");
    diagnostic_print(last_diagnostic(context), &colour, true);
    assert_non_null(strstr(colour.data, "\033[1;31merror[ir-text]"));
    assert_null(strstr(plain.data, "\033"));
}

static void test_table(void **state) {
    (void)state;
    for (int code = 0; code < DIAG_COUNT; code++) {
        const char *name = diagnostic_name((DiagnosticCode)code);
        assert_int_equal(diagnostic_find(name), code); // so no two have one name
        assert_true(strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(name));
        assert_true(strlen(diagnostic_explanation((DiagnosticCode)code)) > 20);
    }
    assert_int_equal(diagnostic_find("no-such-code"), DIAG_COUNT);
}

// ---------------------------------------------------------------- counting and leaving

static void report_many(Context *context, void *user) {
    for (int i = 0; i < *(int *)user; i++) report(context, DIAG_IR_TEXT, (Location){0}, "%d", i);
}

static void test_error_limit(void **state) {
    Context *context = *state;
    assert_false(context_try(context, report_many, &(int){MAX_ERRORS}));
    assert_int_equal(context->diagnostics.count, MAX_ERRORS);
    assert_fails(context, report_many, &(int){1000}, DIAG_TOO_MANY_ERRORS);
    assert_fails(context, report_many, &(int){1}, DIAG_TOO_MANY_ERRORS);
    assert_int_equal(context->diagnostics.count, MAX_ERRORS + 1);
    assert_int_equal(context_exit_code(context), 1);
}

static void inner_failure(Context *context, void *user) {
    (void)user;
    fail(context, DIAG_EXPRESSION_TOO_LARGE, (Location){0}, "inner");
}

static void outer_work(Context *context, void *user) {
    assert_false(context_try(context, inner_failure, NULL));
    assert_false(context_try(context, inner_failure, NULL));
    *(int *)user = 1; // it goes on after both
    inner_failure(context, NULL);
    *(int *)user = 2;
}

static void test_nested_failures(void **state) {
    Context *context = *state;
    int reached = 0;
    assert_false(context_try(context, outer_work, &reached));
    assert_int_equal(reached, 1);
    assert_int_equal(context->diagnostics.count, 3);
    assert_int_equal(context_exit_code(context), 2);
    assert_null(context->escape);
}

static void only_notes(Context *context, void *user) {
    (void)user;
    for (int i = 0; i < 100; i++) report(context, DIAG_NOTE, (Location){0}, "%d", i);
}

static void test_notes_do_not_fail(void **state) {
    assert_works(*state, only_notes, NULL);
    assert_int_equal(context_exit_code(*state), 0);
}

typedef struct Seen {
    int count;
    uint32_t notes;
} Seen;

static void see(void *user, const Context *context, const Diagnostic *diagnostic) {
    Seen *seen = user;
    (void)context;
    seen->count++;
    seen->notes += diagnostic->notes.count;
}

// A diagnostic arrives once, and only when its notes are there.
static void test_delivery(void **state) {
    Context *context = *state;
    Seen seen = {0};
    context->on_diagnostic = see;
    context->on_diagnostic_user = &seen;
    context_try(context, full, NULL);
    assert_int_equal(seen.count, 0);
    context_try(context, full, NULL);
    assert_int_equal(seen.count, 1);
    assert_int_equal(seen.notes, 2);
    context_flush(context);
    context_flush(context);
    assert_int_equal(seen.count, 2);
    assert_int_equal(seen.notes, 4);
}

static void test_sources(void **state) {
    Context *context = *state;
    const Source *source = context_add_source(context, "a", "text", 4);
    assert_ptr_equal(context_find_source(context, "a"), source);
    const Source *unknown = context_find_source(context, "b");
    assert_null(unknown->text);
    assert_ptr_equal(context_find_source(context, "b"), unknown);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_caret),    TEST(test_caret_tabs),        TEST(test_caret_utf8),  TEST(test_long_line),
        TEST(test_table),    TEST(test_notes_and_colour),  TEST(test_error_limit), TEST(test_nested_failures),
        TEST(test_delivery), TEST(test_notes_do_not_fail), TEST(test_sources),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
