// Text, quoting, numbers, the nearest word, and attribute values.
#include "fixture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/dtype.h"
#include "base/value.h"

static void adding(Context *context, void *user) {
    (void)user;
    Text text = {.arena = &context->unit};
    for (int i = 0; i < 1000; i++) text_format(&text, "%03d,", i);
    assert_int_equal(text.length, 4000);
    assert_int_equal(strlen(text.data), 4000);
    assert_memory_equal(text.data + 3996, "999,", 4);
    Text other = {.arena = &context->unit};
    text_add_bytes(&other, NULL, 0);
    assert_string_equal(other.data, "");
    text_add_integer(&other, INT64_MIN);
    text_add(&other, " ");
    text_add_integer(&other, 0);
    assert_string_equal(other.data, "-9223372036854775808 0");
}

static void test_adding(void **state) { assert_works(*state, adding, NULL); }

static void quoting(Context *context, void *user) {
    (void)user;
    Text text = {.arena = &context->unit};
    text_add_quoted(&text, "a\"b\\c\n\t\x01\x7f\xc3\xa9");
    assert_string_equal(text.data, "\"a\\\"b\\\\c\\n\\x09\\x01\\x7f\xc3\xa9\"");
}

static void test_quoting(void **state) { assert_works(*state, quoting, NULL); }

static double to_float(double value) { return dtype_round(DTYPE_FLOAT32, value); }
static double to_bfloat(double value) { return dtype_round(DTYPE_BFLOAT16, value); }

static const char *real_text(Context *context, double value, double (*round)(double value)) {
    Text text = {.arena = &context->unit};
    text_add_real(&text, value, round);
    return text.data;
}

static void reals(Context *context, void *user) {
    (void)user;
    assert_string_equal(real_text(context, 0, NULL), "0.0");
    assert_string_equal(real_text(context, -0.0, NULL), "-0.0");
    assert_string_equal(real_text(context, 1, NULL), "1.0");
    assert_string_equal(real_text(context, 0.1, NULL), "0.1");
    assert_string_equal(real_text(context, 1e300, NULL), "1e+300");
    assert_string_equal(real_text(context, (double)0.1f, to_float), "0.1");
    assert_string_equal(real_text(context, to_bfloat(3.14159), to_bfloat), "3.14");
    assert_string_equal(real_text(context, 0.1 + 0.2, NULL), "0.30000000000000004");
    uint64_t seed = 9;
    for (int i = 0; i < 20000; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        double value;
        memcpy(&value, &seed, sizeof value);
        if (!isfinite(value)) continue;
        assert_true(strtod(real_text(context, value, NULL), NULL) == value);
    }
}

static void test_reals(void **state) { assert_works(*state, reals, NULL); }

static void test_nearest(void **state) {
    static const char *const words[] = {"block_M", "block_N", "threads", "num_stages", "x"};
    (void)state;
    assert_int_equal(text_nearest("blok_M", words, 5), 0);
    assert_int_equal(text_nearest("BLOCK_N", words, 5), 1);
    assert_int_equal(text_nearest("nun_stage", words, 5), 3);
    assert_int_equal(text_nearest("quantization", words, 5), -1);
    assert_int_equal(text_nearest("y", words, 5), -1);
    assert_int_equal(text_nearest("", words, 5), -1);
    static const char *const codes[] = {"note", "run", "race"};
    assert_int_equal(text_nearest("nope", codes, 1), 0);
    assert_int_equal(text_nearest("nosy", codes, 3), -1); // half of it is wrong
    assert_int_equal(text_nearest("rnu", codes, 3), 1);   // neighbours swapped
    assert_int_equal(text_nearest("arce", codes, 3), 2);
    char endless[5000];
    memset(endless, 'a', sizeof endless - 1);
    endless[sizeof endless - 1] = '\0';
    assert_int_equal(text_nearest(endless, words, 5), -1);
}

static void values(Context *context, void *user) {
    Arena *arena = &context->unit;
    (void)user;
    Value *list = value_list(arena), *dict = value_dict(arena);
    value_append(arena, list, value_int(arena, -3));
    value_append(arena, list, value_float(arena, 2));
    value_append(arena, list, value_null(arena));
    for (int i = 0; i < 20; i++) value_set(arena, dict, name_format(context, "k%d", i), value_int(arena, i));
    value_set(arena, dict, name_of(context, "k3"), list);
    assert_int_equal(dict->count, 20);
    assert_int_equal(value_get(dict, "k19")->integer, 19);
    assert_null(value_get(dict, "k20"));
    assert_null(value_get(NULL, "k"));
    assert_null(value_get(list, "k"));
    Text text = {.arena = arena};
    value_print(value_get(dict, "k3"), &text);
    assert_string_equal(text.data, "[-3, 2.0, None]");
    Value *small = value_dict(arena);
    value_set(arena, small, name_of(context, "a"), value_bool(arena, true));
    value_set(arena, small, name_of(context, "b \""), value_text(arena, name_of(context, "t")));
    Text other = {.arena = arena};
    value_print(small, &other);
    assert_string_equal(other.data, "{\"a\": True, \"b \\\"\": \"t\"}");
}

static void test_values(void **state) { assert_works(*state, values, NULL); }

static void equality(Context *context, void *user) {
    Arena *arena = &context->unit;
    (void)user;
    Value *a = value_dict(arena), *b = value_dict(arena);
    Name x = name_of(context, "x"), y = name_of(context, "y");
    value_set(arena, a, x, value_int(arena, 1));
    value_set(arena, a, y, value_list(arena));
    value_set(arena, b, y, value_list(arena));
    assert_false(value_equal(a, b));
    value_set(arena, b, x, value_int(arena, 1));
    assert_true(value_equal(a, b)); // the order of keys does not matter
    value_set(arena, b, x, value_bool(arena, true));
    assert_false(value_equal(a, b));
    assert_false(value_equal(a, NULL));
    assert_false(value_equal(value_int(arena, 1), value_float(arena, 1)));
}

static void test_equality(void **state) { assert_works(*state, equality, NULL); }

// More keys than a dict has room for at first, some of them without a place.
static void places(Context *context, void *user) {
    Arena *arena = &context->unit;
    (void)user;
    Value *dict = value_dict(arena);
    for (uint32_t i = 0; i < 40; i++) {
        Value *item = value_int(arena, i);
        item->location = (Location){.line = 100 + i};
        value_set_at(arena, dict, name_format(context, "key%u", i), (Location){.line = i % 3}, item);
    }
    for (uint32_t i = 0; i < 40; i++) {
        assert_int_equal(value_place(dict, i).line, i % 3 ? i % 3 : 100 + i);
        assert_int_equal(value_find(dict, name_format(context, "key%u", i))->integer, i);
    }
    assert_null(value_find(dict, name_of(context, "key40")));
    assert_null(value_find(value_list(arena), name_of(context, "key0")));
}

static void test_places(void **state) { assert_works(*state, places, NULL); }

static void integers(Context *context, void *user) {
    Arena *arena = &context->unit;
    (void)user;
    Value *list = value_integers(arena, 2, (int64_t[]){7, -1}), *empty = value_integers(arena, 0, NULL);
    value_append(arena, list, value_int(arena, 5));
    assert_int_equal(list->count, 3);
    assert_int_equal(list->items[1]->integer, -1);
    assert_int_equal(list->items[2]->integer, 5);
    value_append(arena, empty, value_int(arena, 1));
    assert_int_equal(empty->items[0]->integer, 1);
}

static void test_integers(void **state) { assert_works(*state, integers, NULL); }

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_adding), TEST(test_quoting),  TEST(test_reals),  cmocka_unit_test(test_nearest),
        TEST(test_values), TEST(test_equality), TEST(test_places), TEST(test_integers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
