// Walks that change what they walk over, rewriting, substitution, and copies of blocks.
#include "fixture.h"

#include <string.h>

#include "ir/build.h"
#include "ir/print.h"
#include "ir/walk.h"

typedef struct World {
    Context *context;
    Module *module;
    Function *function;
    Buffer *v;
    Variable *i;
    char seen[64];
} World;

static World new_world(Context *context) {
    World w = {.context = context, .module = module_new(context, &ir_operations, 1)};
    w.function = function_new(w.module, name_of(context, "kernel"), (Location){0});
    const Expr *shape[] = {expr_int(w.module, 32)};
    w.v = buffer_new(w.function, SCOPE_SHARED, name_of(context, "v"), DTYPE_INT32, 1, shape, (Location){0});
    w.i = variable_new(w.function, VARIABLE_LOOP, name_of(context, "i"), DTYPE_INT32, (Location){0});
    return w;
}

// v[number] = i * 2 + number
static Statement *numbered(World *w, int number) {
    const Expr *two_i = expr_mul(w->module, expr_variable(w->module, w->i), expr_int(w->module, 2));
    const Expr *value = expr_add(w->module, two_i, expr_int(w->module, number));
    return build_store(w->module, w->v, (const Expr *[]){expr_int(w->module, number)}, value, (Location){0});
}

static int number_of(const Statement *statement) {
    return statement->kind == STATEMENT_STORE ? (int)statement->store.indices[0]->integer : -1;
}

// v[0..2], then a loop over v[3..4], then v[5]
static Statement *fill(World *w) {
    Statement *loop = build_for(w->module, FOR_SERIAL, w->i, expr_int(w->module, 4), (Location){0});
    for (int k = 0; k < 3; k++) block_append(w->function->body, numbered(w, k));
    block_append(w->function->body, loop);
    for (int k = 3; k < 5; k++) block_append(loop->loop.body, numbered(w, k));
    block_append(w->function->body, numbered(w, 5));
    return loop;
}

static void note(World *w, const Statement *statement) {
    size_t length = strlen(w->seen);
    assert_true(length + 1 < sizeof w->seen);
    int number = number_of(statement);
    w->seen[length] = number < 0 ? 'x' : (char)('0' + number);
}

static void only_note(Statement *statement, void *user) { note(user, statement); }

static void remove_even(Statement *statement, void *user) {
    note(user, statement);
    int number = number_of(statement);
    if (number >= 0 && number % 2 == 0) statement_remove(statement);
}

static void replace_one(Statement *statement, void *user) {
    note(user, statement);
    if (number_of(statement) != 1) return;
    block_insert_before(statement, numbered(user, 8));
    block_insert_after(statement, numbered(user, 9));
    statement_remove(statement);
}

static void wrap_one(Statement *statement, void *user) {
    World *w = user;
    note(w, statement);
    if (number_of(statement) != 1) return;
    Statement *branch = build_if(w->module, expr_bool(w->module, true), (Location){0});
    block_insert_before(statement, branch);
    statement_remove(statement);
    block_append(branch->branch.then, statement);
}

static void remove_following(Statement *statement, void *user) {
    note(user, statement);
    if (number_of(statement) != 0) return;
    statement_remove(statement->next);
    statement_remove(statement);
}

static const struct {
    void (*visit)(Statement *statement, void *user);
    const char *during, *after;
} walks[] = {{only_note, "012x345", "012x345"},
             {remove_even, "012x345", "1x35"},
             {replace_one, "0192x345", "0892x345"},
             {wrap_one, "012x345", "0x12x345"},
             {remove_following, "02x345", "2x345"}};

static void walk_each(Context *context, void *user) {
    (void)user;
    for (size_t i = 0; i < sizeof walks / sizeof *walks; i++) {
        World w = new_world(context);
        fill(&w);
        walk_statements(w.function->body, walks[i].visit, &w);
        assert_string_equal(w.seen, walks[i].during);
        memset(w.seen, 0, sizeof w.seen);
        walk_statements(w.function->body, only_note, &w);
        assert_string_equal(w.seen, walks[i].after);
    }
}

static void test_walks(void **state) { assert_works(*state, walk_each, NULL); }

// ---------------------------------------------------------------- rewriting

static const char *printed(World *w) {
    Text text = {.arena = &w->context->unit};
    print_function(w->function, (PrintOptions){false}, &text);
    return strstr(text.data, "):\n") + 3;
}

static void substitution(Context *context, void *user) {
    (void)user;
    World w = new_world(context);
    Statement *loop = fill(&w);
    Block *copy = block_clone(w.module, loop->loop.body, loop);
    const Expr *wider = expr_add(w.module, expr_variable(w.module, w.i), expr_int(w.module, 10));
    substitute_block(w.module, loop->loop.body, w.i, wider);
    assert_string_equal(printed(&w), "    v[0] = i * 2\n    v[1] = i * 2 + 1\n    v[2] = i * 2 + 2\n"
                                     "    for i in T.serial(0, 4, 1):\n"
                                     "        v[3] = i * 2 + 23\n        v[4] = i * 2 + 24\n    v[5] = i * 2 + 5\n");
    assert_ptr_equal(copy->owner, loop);
    loop->loop.body = copy; // the copy was not touched
    assert_non_null(strstr(printed(&w), "        v[3] = i * 2 + 3\n        v[4] = i * 2 + 4\n"));
    assert_true(expression_uses(wider, w.i));
    assert_false(expression_uses(substitute(w.module, wider, w.i, expr_int(w.module, 1)), w.i));
}

static void test_substitution(void **state) { assert_works(*state, substitution, NULL); }

static void region_copies(Context *context, void *user) {
    (void)user;
    World w = new_world(context);
    Region region = {.buffer = w.v, .start = {expr_variable(w.module, w.i)}, .extent = {expr_int(w.module, 1)}};
    Operand operands[] = {operand_region(&region), operand_region(&region)};
    Statement *copy = build_operation(w.module, &ir_operations.rows[IR_COPY], (Location){0}, 2, operands);
    block_append(w.function->body, copy);
    Block *clone = block_clone(w.module, w.function->body, NULL);
    const Expr *next = expr_add(w.module, expr_variable(w.module, w.i), expr_int(w.module, 1));
    substitute_block(w.module, w.function->body, w.i, next);
    assert_string_equal(printed(&w), "    T.copy(v[T.span(i + 1, 1)], v[T.span(i + 1, 1)])\n");
    w.function->body = clone;
    assert_string_equal(printed(&w), "    T.copy(v[T.span(i, 1)], v[T.span(i, 1)])\n");
}

static void test_region_copies(void **state) { assert_works(*state, region_copies, NULL); }

typedef struct Count {
    int calls;
} Count;

static const Expr *count_nodes(Module *module, const Expr *expr, void *user) {
    (void)module;
    ((Count *)user)->calls++;
    return expr;
}

// A tree of 2^12 paths over 14 nodes.
static void shared_nodes(Context *context, void *user) {
    (void)user;
    World w = new_world(context);
    const Expr *sum = expr_cast(w.module, DTYPE_FLOAT32, expr_variable(w.module, w.i));
    for (int k = 0; k < 12; k++) sum = expr_add(w.module, sum, sum);
    Count count = {0};
    assert_ptr_equal(map_expression(w.module, sum, count_nodes, &count), sum);
    assert_true(count.calls < 200);
    const Expr *other = substitute(w.module, sum, w.i, expr_int(w.module, 1));
    assert_true(other->kind == EXPR_FLOAT && other->real == 4096);
}

static void test_shared_nodes(void **state) { assert_works(*state, shared_nodes, NULL); }

static void names(Context *context, void *user) {
    (void)user;
    World w = new_world(context);
    Name fresh = function_fresh_name(w.function, "i");
    assert_string_equal(fresh, "i_1");
    assert_string_equal(function_fresh_name(w.function, "i"), "i_2");
    Variable *taken = variable_new(w.function, VARIABLE_LET, fresh, DTYPE_INT32, (Location){0});
    assert_string_equal(taken->name, "i_1"); // it was made for somebody
    taken = variable_new(w.function, VARIABLE_LET, fresh, DTYPE_INT32, (Location){0});
    assert_string_equal(taken->name, "i_1_1");
    taken = variable_new(w.function, VARIABLE_LET, name_of(context, "for"), DTYPE_INT32, (Location){0});
    assert_string_equal(taken->name, "for_1"); // words of the language are not names
    for (int k = 0; k < 1000; k++) function_fresh_name(w.function, "many");
    assert_string_equal(function_fresh_name(w.function, "many"), "many_1000");
}

static void test_names(void **state) { assert_works(*state, names, NULL); }

static void missing_operand(Context *context, void *user) {
    (void)user;
    World w = new_world(context);
    build_operation(w.module, &ir_operations.rows[IR_COPY], (Location){0}, 0, NULL);
}

static void test_missing_operand(void **state) { assert_fails(*state, missing_operand, NULL, DIAG_INTERNAL); }

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_walks),        TEST(test_substitution), TEST(test_region_copies),
        TEST(test_shared_nodes), TEST(test_names),        TEST(test_missing_operand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
