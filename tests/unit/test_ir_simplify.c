// Expressions simplify to what is expected, keep their value, and stand unchanged when they are built again.
#include "fixture.h"

#include <string.h>

#include "ir/affine.h"
#include "ir/build.h"
#include "ir/print.h"
#include "ir/walk.h"

typedef struct World {
    Module *module;
    Function *function;
    const Expr *x, *y, *i, *j, *bx, *n, *f, *wide;
} World;

static const Expr *new_variable(World *world, VariableKind kind, const char *name, DType type) {
    Name interned = name_of(world->module->context, name);
    return expr_variable(world->module, variable_new(world->function, kind, interned, type, (Location){0}));
}

static World new_world(Context *context) {
    World world = {.module = module_new(context, &ir_operations, 1)};
    world.function = function_new(world.module, name_of(context, "kernel"), (Location){0});
    world.x = new_variable(&world, VARIABLE_LOOP, "x", DTYPE_INT32);
    world.y = new_variable(&world, VARIABLE_LOOP, "y", DTYPE_INT32);
    world.i = new_variable(&world, VARIABLE_LOOP, "i", DTYPE_INT32);
    world.j = new_variable(&world, VARIABLE_LOOP, "j", DTYPE_INT32);
    world.bx = new_variable(&world, VARIABLE_BLOCK, "bx", DTYPE_INT32);
    world.n = new_variable(&world, VARIABLE_SIZE, "n", DTYPE_INT32);
    world.f = new_variable(&world, VARIABLE_LET, "f", DTYPE_FLOAT32);
    world.wide = new_variable(&world, VARIABLE_LOOP, "wide", DTYPE_INT64);
    return world;
}

static void assert_text(const World *world, const Expr *expr, const char *expected) {
    Text text = {.arena = &world->module->context->unit};
    print_expression(expr, &text);
    assert_string_equal(text.data, expected);
}

// ---------------------------------------------------------------- named cases

#define I(value)     expr_int(w.module, value)
#define ADD(a, b)    expr_add(w.module, a, b)
#define SUB(a, b)    expr_sub(w.module, a, b)
#define MUL(a, b)    expr_mul(w.module, a, b)
#define DIV(a, b)    expr_floordiv(w.module, a, b)
#define MOD(a, b)    expr_floormod(w.module, a, b)
#define OP(op, a, b) expr_binary(w.module, OP_##op, a, b)

static void sums(Context *context, void *user) {
    (void)user;
    World w = new_world(context);
    assert_text(&w, SUB(ADD(MUL(w.x, I(32)), I(5)), MUL(w.x, I(32))), "5");
    assert_text(&w, ADD(I(5), MUL(I(32), w.x)), "x * 32 + 5");
    assert_ptr_equal(ADD(w.x, w.y), ADD(w.y, w.x));
    assert_ptr_equal(ADD(MUL(w.i, I(32)), MUL(w.bx, I(128))), ADD(MUL(w.bx, I(128)), MUL(w.i, I(32))));
    assert_text(&w, SUB(I(5), w.x), "5 - x");
    assert_text(&w, MUL(w.f, expr_float(w.module, DTYPE_FLOAT32, -1.0)), "-f");
    assert_text(&w, SUB(SUB(I(0), w.x), I(3)), "-x - 3");
    assert_text(&w, MUL(ADD(w.x, I(5)), I(32)), "x * 32 + 160");
    assert_text(&w, MUL(w.x, I(0)), "0");
    assert_text(&w, expr_unary(w.module, OP_NEG, SUB(w.x, w.y)), "y - x");
    assert_text(&w, MUL(MUL(w.x, I(3)), MUL(I(2), w.y)), "x * y * 6");
    assert_text(&w, MUL(ADD(w.x, w.y), w.n), "(x + y) * n");
}

static void divisions(Context *context, void *user) {
    (void)user;
    World w = new_world(context);
    assert_text(&w, DIV(ADD(MUL(w.x, I(128)), MUL(w.i, I(32))), I(32)), "x * 4 + i");
    assert_text(&w, MOD(MUL(w.x, I(32)), I(32)), "0");
    assert_text(&w, MOD(ADD(MUL(w.x, I(128)), w.i), I(32)), "i % 32");
    assert_text(&w, DIV(ADD(w.x, I(33)), I(32)), "(x + 1) // 32 + 1");
    assert_text(&w, expr_ceildiv(w.module, MUL(w.x, I(128)), I(32)), "x * 4");
    assert_text(&w, expr_ceildiv(w.module, w.n, I(32)), "(n + 31) // 32");
    assert_text(&w, DIV(MOD(w.x, I(32)), I(32)), "0");
    assert_text(&w, DIV(DIV(w.x, I(4)), I(8)), "x // 32");
    assert_text(&w, MOD(MOD(w.x, I(64)), I(32)), "x % 32");
    assert_text(&w, MOD(MUL(w.x, I(2)), I(4)), "x % 2 * 2");
    assert_text(&w, DIV(MUL(w.x, I(2)), I(4)), "x // 2");
    assert_text(&w, ADD(MUL(DIV(w.x, I(32)), I(32)), MOD(w.x, I(32))), "x");
    assert_text(&w, DIV(w.x, I(1)), "x");
    assert_text(&w, MOD(w.x, I(1)), "0");
    assert_text(&w, DIV(I(-7), I(2)), "-4");
    assert_text(&w, MOD(I(-7), I(2)), "1");
    assert_text(&w, MOD(I(7), I(-2)), "-1");
    assert_text(&w, OP(SHR, w.x, I(5)), "x // 32");
    assert_text(&w, OP(SHL, w.x, I(5)), "x * 32");
}

// Nothing that would divide by zero or leave the type is folded.
static void left_alone(Context *context, void *user) {
    (void)user;
    World w = new_world(context);
    assert_text(&w, DIV(w.x, I(0)), "x // 0");
    assert_text(&w, MOD(I(5), I(0)), "5 % 0");
    assert_text(&w, MUL(I(100000), I(100000)), "100000 * 100000");
    assert_text(&w, ADD(I(INT32_MAX), I(1)), "2147483647 + 1");
    assert_text(&w, ADD(ADD(w.x, I(INT32_MAX)), I(1)), "x + 2147483647 + 1");
    assert_text(&w, SUB(ADD(ADD(w.x, I(INT32_MAX)), I(1)), I(1)), "x + 2147483647");
    assert_text(&w, MUL(MUL(w.x, I(100000)), I(100000)), "x * 100000 * 100000");
    assert_text(&w, SUB(w.x, I(INT32_MIN)), "x - T.int32(-2147483648)");
    const Expr *least = expr_integer(w.module, DTYPE_INT64, INT64_MIN);
    const Expr *minus = expr_integer(w.module, DTYPE_INT64, -1);
    assert_text(&w, DIV(least, minus), "T.int64(-9223372036854775808) // T.int64(-1)");
    assert_text(&w, expr_unary(w.module, OP_NEG, least), "-T.int64(-9223372036854775808)");
    assert_text(&w, ADD(w.wide, least), "wide + T.int64(-9223372036854775808)");
    assert_text(&w, OP(SHL, w.x, I(40)), "x << 40");
    const Expr *zero = expr_float(w.module, DTYPE_FLOAT32, 0);
    assert_text(&w, ADD(w.f, zero), "f + 0.0");
    assert_text(&w, MUL(w.f, zero), "f * 0.0");
    assert_text(&w, OP(MAX, w.f, zero), "T.max(f, 0.0)");
    assert_text(&w, OP(EQ, w.f, w.f), "f == f");
}

static void choices(Context *context, void *user) {
    (void)user;
    World w = new_world(context);
    const Expr *yes = expr_bool(w.module, true), *less = OP(LT, w.x, w.y);
    assert_text(&w, OP(MIN, I(3), OP(MIN, w.x, I(5))), "T.min(x, 3)");
    assert_text(&w, OP(MAX, ADD(w.x, I(3)), w.x), "x + 3");
    assert_text(&w, OP(MIN, MOD(w.x, I(32)), I(31)), "x % 32");
    assert_text(&w, OP(LT, MOD(w.x, I(32)), I(32)), "True");
    assert_text(&w, OP(GE, w.bx, I(0)), "True");
    assert_text(&w, OP(EQ, w.x, ADD(w.x, I(1))), "False");
    assert_text(&w, OP(AND, yes, less), "x < y");
    assert_text(&w, OP(OR, yes, less), "True");
    assert_text(&w, OP(AND, less, less), "x < y");
    assert_text(&w, expr_unary(w.module, OP_NOT, expr_unary(w.module, OP_NOT, less)), "x < y");
    assert_text(&w, expr_select(w.module, yes, w.x, w.y), "x");
    assert_text(&w, expr_select(w.module, less, w.x, w.x), "x");
    assert_text(&w, expr_cast(w.module, DTYPE_INT32, w.x), "x");
    assert_text(&w, expr_cast(w.module, DTYPE_INT32, expr_cast(w.module, DTYPE_INT64, w.x)), "x");
    assert_text(&w, expr_cast(w.module, DTYPE_INT64, expr_cast(w.module, DTYPE_INT32, w.wide)),
                "T.cast(T.cast(wide, \"int32\"), \"int64\")");
    assert_text(&w, expr_cast(w.module, DTYPE_FLOAT32, I(3)), "3.0");
    assert_text(&w, expr_cast(w.module, DTYPE_BFLOAT16, expr_float(w.module, DTYPE_FLOAT32, 0.1)), "T.bfloat16(0.1)");
    assert_text(&w, expr_cast(w.module, DTYPE_INT8, I(300)), "T.cast(300, \"int8\")");
}

static void wrong_types(Context *context, void *user) {
    (void)user;
    World w = new_world(context);
    expr_add(w.module, w.x, w.f);
}

static void too_deep(Context *context, void *user) {
    (void)user;
    World w = new_world(context);
    const Expr *sum = w.f;
    for (int k = 0; k < 100000; k++) sum = expr_unary(w.module, k % 2 ? OP_EXP : OP_LOG, sum);
}

static void too_large(Context *context, void *user) {
    (void)user;
    World w = new_world(context);
    const Expr *sum = w.f;
    for (int k = 0; k < 60; k++) sum = expr_mul(w.module, sum, sum);
}

static void test_sums(void **state) { assert_works(*state, sums, NULL); }
static void test_divisions(void **state) { assert_works(*state, divisions, NULL); }
static void test_left_alone(void **state) { assert_works(*state, left_alone, NULL); }
static void test_choices(void **state) { assert_works(*state, choices, NULL); }
static void test_wrong_types(void **state) { assert_fails(*state, wrong_types, NULL, DIAG_INTERNAL); }
static void test_too_deep(void **state) { assert_fails(*state, too_deep, NULL, DIAG_EXPRESSION_TOO_LARGE); }
static void test_too_large(void **state) { assert_fails(*state, too_large, NULL, DIAG_EXPRESSION_TOO_LARGE); }

// ---------------------------------------------------------------- random expressions

#define VARIABLES 5
#define LEAST     (-40) // of the variables' values; a block index is not negative
#define SAMPLES   12

typedef struct Random {
    uint64_t state;
} Random;

static uint32_t draw(Random *random, uint32_t below) {
    random->state = random->state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(random->state >> 33) % below;
}

// An expression as it was asked for, before any rule saw it.
typedef struct Tree Tree;
struct Tree {
    int variable; // -1: constant or operation
    int64_t constant;
    ExprOp op; // OP_COUNT: a leaf
    const Tree *args[3];
};

typedef struct Sample {
    int64_t values[VARIABLES];
    bool overflow; // or a division by zero: this sample says nothing
} Sample;

static const Tree *random_tree(Arena *arena, Random *random, int depth, bool truth);

static const Tree *random_leaf(Arena *arena, Random *random) {
    static const int64_t constants[] = {0, 1, 2, 3, 4, 5, 8, 16, 31, 32, 33, 64, 128, -1, -2, -3, -32, 7, 100};
    Tree *leaf = arena_new(arena, Tree);
    bool constant = draw(random, 5) < 2;
    *leaf = (Tree){.variable = constant ? -1 : (int)draw(random, VARIABLES), .op = OP_COUNT};
    if (constant) leaf->constant = constants[draw(random, sizeof constants / sizeof *constants)];
    return leaf;
}

static const Tree *random_tree(Arena *arena, Random *random, int depth, bool truth) {
    static const ExprOp numbers[] = {OP_ADD, OP_SUB, OP_MUL,      OP_FLOORDIV, OP_FLOORMOD, OP_ADD, OP_SUB,
                                     OP_MUL, OP_NEG, OP_FLOORDIV, OP_FLOORMOD, OP_MIN,      OP_MAX, OP_SELECT,
                                     OP_SHR, OP_SHL, OP_BITAND,   OP_BITXOR,   OP_ABS};
    static const ExprOp truths[] = {OP_EQ, OP_NE, OP_LT, OP_LE, OP_GT, OP_GE, OP_AND, OP_OR, OP_NOT};
    if (!truth && (depth == 0 || draw(random, 7) == 0)) return random_leaf(arena, random);
    Tree *tree = arena_new(arena, Tree);
    tree->variable = -1;
    tree->op =
        truth ? truths[draw(random, depth > 0 ? 9 : 6)] : numbers[draw(random, sizeof numbers / sizeof *numbers)];
    bool connective = tree->op == OP_AND || tree->op == OP_OR || tree->op == OP_NOT;
    for (int k = 0; k < expr_op_arity(tree->op); k++) {
        bool condition = connective || (tree->op == OP_SELECT && k == 0);
        tree->args[k] = random_tree(arena, random, depth > 0 ? depth - 1 : 0, condition);
    }
    return tree;
}

static int64_t keep(Sample *sample, int64_t value) {
    if (value < INT32_MIN || value > INT32_MAX) sample->overflow = true;
    return sample->overflow ? 1 : value;
}

static int64_t value_of_tree(const Tree *tree, Sample *sample) {
    int64_t args[3] = {0}, result = 1;
    if (tree->variable >= 0) return sample->values[tree->variable];
    if (tree->op == OP_COUNT) return tree->constant;
    for (int k = 0; k < expr_op_arity(tree->op); k++) args[k] = value_of_tree(tree->args[k], sample);
    if (tree->op == OP_SELECT) return args[args[0] ? 1 : 2];
    if (!expr_fold_integer(tree->op, args[0], args[1], &result)) sample->overflow = true;
    return keep(sample, result);
}

static const Expr *expr_of_tree(World *w, const Expr *const variables[], const Tree *tree) {
    const Expr *args[3];
    if (tree->variable >= 0) return variables[tree->variable];
    if (tree->op == OP_COUNT) return expr_int(w->module, tree->constant);
    for (int k = 0; k < expr_op_arity(tree->op); k++) args[k] = expr_of_tree(w, variables, tree->args[k]);
    return expr_op(w->module, tree->op, DTYPE_VOID, args);
}

// Exact values: sums that the rules have moved may leave 32 bits on the way.
static int64_t value_of_expr(const Expr *const variables[], const Expr *expr, const Sample *sample) {
    int64_t args[3] = {0}, result = 0;
    if (expr->kind == EXPR_INT) return expr->integer;
    for (int k = 0; expr->kind == EXPR_VARIABLE && k < VARIABLES; k++) {
        if (variables[k] == expr) return sample->values[k];
    }
    for (uint32_t k = 0; k < expr->count; k++) args[k] = value_of_expr(variables, expr->args[k], sample);
    if (expr->op == OP_SELECT) return args[args[0] ? 1 : 2];
    assert_true(expr_fold_integer(expr->op, args[0], args[1], &result));
    return result;
}

static void stands(const Expr *expr, void *user) {
    Module *module = user;
    if (expr->kind == EXPR_OP) assert_ptr_equal(expr_op(module, expr->op, expr->type, expr->args), expr);
}

static void check_ranges(const Expr *const variables[], const Expr *expr, const Sample *sample, int64_t value) {
    RangeOf known[VARIABLES];
    Range range;
    for (int k = 0; k < VARIABLES; k++)
        known[k] = (RangeOf){variables[k]->variable, {sample->values[k] - (k & 1), sample->values[k] + (k & 2)}};
    if (expr_range(expr, VARIABLES, known, &range)) assert_true(range.low <= value && value <= range.high);
    int64_t divisor = expr_divisor(expr);
    assert_true(divisor == 0 ? value == 0 : value % divisor == 0);
}

static void check_affine(World *w, const Expr *const variables[], const Expr *expr, const Sample *sample,
                         int64_t value) {
    const Variable *asked[] = {variables[0]->variable, variables[2]->variable};
    Affine affine;
    if (expr->type != DTYPE_INT32 || !affine_of(w->module, expr, 2, asked, &affine)) return;
    int64_t sum = value_of_expr(variables, affine.base, sample);
    sum += affine_coefficient(&affine, asked[0]) * sample->values[0];
    sum += affine_coefficient(&affine, asked[1]) * sample->values[2];
    assert_int_equal(sum, value);
    assert_false(expression_uses(affine.base, asked[0]) || expression_uses(affine.base, asked[1]));
}

typedef struct Campaign {
    uint64_t seed;
    int rounds, depth;
} Campaign;

static const char *text_of(World *w, const Expr *expr) {
    Text text = {.arena = &w->module->context->scratch};
    print_expression(expr, &text);
    return text.data;
}

static void check_tree(World *w, World *other, const Tree *tree, Random *random) {
    const Expr *variables[VARIABLES] = {w->x, w->y, w->i, w->j, w->bx};
    const Expr *others[VARIABLES] = {other->x, other->y, other->i, other->j, other->bx};
    const Expr *expr = expr_of_tree(w, variables, tree);
    walk_expression(expr, stands, w->module);
    assert_string_equal(text_of(w, expr), text_of(other, expr_of_tree(other, others, tree)));
    for (int s = 0; s < SAMPLES; s++) {
        Sample sample = {.overflow = false};
        for (int k = 0; k < VARIABLES; k++) sample.values[k] = LEAST + (int64_t)draw(random, 1 - 2 * LEAST);
        sample.values[VARIABLES - 1] -= LEAST;
        int64_t expected = value_of_tree(tree, &sample);
        if (sample.overflow) continue;
        int64_t value = value_of_expr(variables, expr, &sample);
        if (value != expected)
            stop_test("%s is %lld, not %lld\n", text_of(w, expr), (long long)value, (long long)expected);
        check_ranges(variables, expr, &sample, value);
        check_affine(w, variables, expr, &sample, value);
    }
}

// The second module has made other expressions before, so nothing may depend on the age of a node.
static void random_expressions(Context *context, void *user) {
    const Campaign *campaign = user;
    World w = new_world(context), other = new_world(context);
    Random random = {campaign->seed};
    expr_add(other.module, expr_add(other.module, other.j, other.i), expr_mul(other.module, other.y, other.x));
    for (int round = 0; round < campaign->rounds; round++) {
        const Tree *tree = random_tree(&context->scratch, &random, campaign->depth, round % 4 == 0);
        check_tree(&w, &other, tree, &random);
        arena_reset(&context->scratch);
    }
}

static void test_random_small(void **state) { assert_works(*state, random_expressions, &(Campaign){1, 20000, 3}); }
static void test_random_large(void **state) { assert_works(*state, random_expressions, &(Campaign){2, 2000, 6}); }

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_sums),      TEST(test_divisions),    TEST(test_left_alone),
        TEST(test_choices),   TEST(test_wrong_types),  TEST(test_too_deep),
        TEST(test_too_large), TEST(test_random_small), TEST(test_random_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
