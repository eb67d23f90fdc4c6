// Compile-time Python: what expressions give, seen as the value that a kernel stores.
#include "front_fixture.h"

// The value of the expression, with `lines` before it at module level.
static void assert_gives(void **state, const char *lines, const char *expression, const char *printed) {
    Context *context = *state;
    const char *source = arena_format(
        &context->unit,
        "import tilelang.language as T\nimport math\nimport itertools\nfrom functools import partial, reduce\n%s\n"
        "@T.prim_func\ndef k(A: T.Tensor((8,), 'int32')):\n    with T.Kernel(8) as i:\n"
        "        A[i] = %s\n",
        lines, expression);
    assert_has(ir_of(context, source), arena_format(&context->unit, "A[i] = %s\n", printed));
}

static void assert_equal(void **state, const char *left, const char *right) {
    assert_gives(state, "", arena_format(&((Context *)*state)->unit, "1 if (%s) == (%s) else 0", left, right), "1");
}

static void arithmetic(void **state) {
    assert_gives(state, "", "-7 // 2", "-4");
    assert_gives(state, "", "-7 % 3", "2");
    assert_gives(state, "", "7 % -3", "-2");
    assert_gives(state, "", "2 ** 10 - -3 ** 2", "1033");
    assert_gives(state, "", "int(7 / 2)", "3");
    assert_gives(state, "", "0x1F & ~1 | 1 << 5 ^ 3", "63");
    assert_gives(state, "", "True + True", "2");
    assert_gives(state, "", "1_000", "1000");
    assert_equal(state, "7.5 // 2", "3.0");
    assert_equal(state, "-2 ** -1", "-0.5");
}

static void comparisons_and_logic(void **state) {
    assert_gives(state, "", "1 if 1 < 2 < 3 != 4 else 0", "1");
    assert_gives(state, "", "1 if 1 < 3 < 2 else 0", "0");
    assert_gives(state, "", "0 or 5 and 6", "6");
    assert_gives(state, "", "1 if not [] and None is None and 'a' in 'cat' and 3 not in (1, 2) else 0", "1");
    assert_gives(state, "", "1 if (1, 2) < (1, 3) and 'b' > 'a' else 0", "1");
    assert_gives(state, "", "1 if T.float16 == 'float16' and 'float16' in [T.float16] else 0", "1");
}

static void sequences(void **state) {
    assert_equal(state, "[1, 2, 3, 4][1:-1]", "[2, 3]");
    assert_equal(state, "(1, 2, 3)[::-1]", "(3, 2, 1)");
    assert_equal(state, "[*range(3), *[7]] + [8] * 2", "[0, 1, 2, 7, 8, 8]");
    assert_equal(state, "'abc'[1] + 'abc'[-1]", "'bc'");
    assert_equal(state, "[x * y for x in range(3) if x for y in (1, 10)]", "[1, 10, 2, 20]");
    assert_equal(state, "{k: v for k, v in zip('ab', [1, 2])}", "{'b': 2, 'a': 1}");
    assert_equal(state, "sorted({3, 1, 2, 3}, reverse=True)", "[3, 2, 1]");
    assert_equal(state, "dict({'a': 1}, b=2)", "{'a': 1, **{'b': 2}}");
    assert_equal(state, "sum(i for i in range(5))", "10");
    assert_equal(state, "list(itertools.product([1, 2], 'x'))", "[(1, 'x'), (2, 'x')]");
    assert_equal(state, "list(enumerate('ab', 1))", "[(1, 'a'), (2, 'b')]");
}

static void texts(void **state) {
    assert_equal(state, "f'{1 + 1}x{\"y\"!r}{{}}{2.5:.2f}'", "\"2x'y'{}2.50\"");
    assert_equal(state, "'a' 'b' \"\"\"c\nd\"\"\"", "'abc\\nd'");
    assert_equal(state, "r'\\n' + '\\x41\\u00e9\\101'", "'\\\\nA\\u00e9A'");
    assert_equal(state, "''.join(c for c in T.int8 if c.isdigit())", "'8'");
    assert_equal(state, "'a,b'.split(',') + ['X'.lower()]", "['a', 'b', 'x']");
    assert_equal(state, "str(1.5) + str((1, 'a')) + repr('q')", "\"1.5(1, 'a')'q'\"");
}

static void functions(void **state) {
    assert_gives(
        state,
        "def f(a, b=2, *rest, c, **more):\n    return a + b * 10 + len(rest) * 100 + c * 1000 + more['z'] * 10000",
        "f(1, 3, 9, 9, c=4, z=5)", "54231");
    assert_gives(state, "def outer(n):\n    def inner(x):\n        return x + n\n    return inner", "outer(3)(4)", "7");
    assert_gives(state, "add = lambda x, y=1: x + y", "partial(add, y=5)(2)", "7");
    assert_gives(state, "def f(n):\n    return 1 if n < 2 else n * f(n - 1)", "f(5)", "120");
    assert_gives(state,
                 "def f():\n    total = 0\n    for i in range(10):\n        if i == 3:\n            continue\n        "
                 "if i == 6:\n"
                 "            break\n        total += i\n    else:\n        total = -1\n    while total < 100:\n       "
                 " total *= 2\n    return total",
                 "f()", "192");
    assert_gives(state, "a, (b, *c) = 1, [2, 3, 4]", "a + b * 10 + c[1] * 100", "421");
    assert_gives(state, "", "reduce(lambda x, y: x * y, [1, 2, 3, 4])", "24");
}

static void library(void **state) {
    assert_gives(state, "", "math.ceil(7 / 2) + math.floor(-0.5) + math.gcd(12, 18) + math.isqrt(17)", "13");
    assert_gives(state, "", "(13).bit_length()", "4");
    assert_gives(state, "", "T.ceildiv(7, 2) + max(3, 9, 4) + min([5, 2])", "15");
}

static void dtypes(void **state) {
    assert_gives(state, "from tvm import DataType", "128 // DataType('float16').bits", "8");
    assert_gives(state, "", "1 if isinstance(3, (str, int)) and not isinstance('a', int) else 0", "1");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(arithmetic), TEST(comparisons_and_logic), TEST(sequences), TEST(texts), TEST(functions), TEST(library),
        TEST(dtypes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
