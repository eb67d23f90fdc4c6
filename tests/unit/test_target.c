// Chips: the names that are understood, and what every table must hold.
#include "fixture.h"

#include <string.h>

#include "target/target.h"

typedef struct Parse {
    const char *text;
    const Target *target;
} Parse;

static void parse(Context *context, void *user) {
    Parse *work = user;
    work->target = target_parse(context, work->text);
}

static void test_names(void **state) {
    static const char *const names[][2] = {
        {"wormhole", "wormhole:n150"},
        {"wormhole:n300", "wormhole:n300"},
        {"blackhole", "blackhole:p100"},
        {"blackhole:p150", "blackhole:p150"},
        {"grayskull", "grayskull:e150"},
        {"tenstorrent -device=blackhole", "blackhole:p100"},
        {"tenstorrent -device=wormhole:n300", "wormhole:n300"},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        Parse work = {names[i][0], NULL};
        assert_works(*state, parse, &work);
        assert_string_equal(work.target->name, names[i][1]);
    }
}

static bool helps_with(const Diagnostic *diagnostic, const char *word) {
    for (uint32_t i = 0; i < diagnostic->notes.count; i++)
        if (diagnostic->notes.items[i].is_help && strstr(diagnostic->notes.items[i].message, word)) return true;
    return false;
}

static void test_unknown_names(void **state) {
    static const char *const names[][2] = {
        {"wormhole:n350", "wormhole:n"},
        {"blackhle", "blackhole:"},
        {"tenstorrent -device=wormhol", "wormhole:"},
        {"tenstorrent", "-device="}, // names no chip
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        Parse work = {names[i][0], NULL};
        assert_fails(*state, parse, &work, DIAG_UNKNOWN_TARGET);
        const Diagnostic *seen = last_diagnostic(*state);
        assert_non_null(strstr(seen->message, "blackhole:p150")); // the legal ones are listed
        assert_true(helps_with(seen, names[i][1]));
    }
    Parse empty = {"", NULL};
    assert_fails(*state, parse, &empty, DIAG_UNKNOWN_TARGET);
}

static bool may_be_zero(const Target *target, const char *field) {
    if (strcmp(field, "flag_overtakes_data") == 0) return true;
    return strcmp(target->arch, "grayskull") == 0 && strcmp(field, "dst_tiles_32") == 0;
}

// A figure left out of a table would be zero.
static void test_tables_are_complete(void **state) {
    (void)state;
    for (int i = 0; i < target_count(); i++) {
        const Target *target = target_at(i);
#define FIELD_INT(name, doc)  assert_true(target->name > 0 || may_be_zero(target, #name));
#define FIELD_REAL(name, doc) assert_true(target->name > 0);
#define FIELD_TEXT(name, doc) assert_non_null(target->name);
#define FIELD_LIST(name, doc) assert_true(target->name.count > 0);
#include "target/fields.def"
#undef FIELD_INT
#undef FIELD_REAL
#undef FIELD_TEXT
#undef FIELD_LIST
    }
    assert_null(target_at(target_count()));
}

static void test_dst_tiles(void **state) {
    Parse work = {"wormhole", NULL};
    assert_works(*state, parse, &work);
    assert_int_equal(target_dst_tiles(work.target, true), 4);
    assert_int_equal(target_dst_tiles(work.target, false), 8);
}

static void test_fidelity_names(void **state) {
    MathFidelity fidelity = FIDELITY_LOFI;
    (void)state;
    for (int i = FIDELITY_LOFI; i <= FIDELITY_HIFI4; i++) {
        assert_true(fidelity_parse(fidelity_name((MathFidelity)i), &fidelity));
        assert_int_equal(fidelity, i);
    }
    assert_false(fidelity_parse("HiFi5", &fidelity));
    assert_false(fidelity_parse("", &fidelity));
}

int main(void) {
    const struct CMUnitTest tests[] = {TEST(test_names), TEST(test_unknown_names), TEST(test_tables_are_complete),
                                       TEST(test_dst_tiles), TEST(test_fidelity_names)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
