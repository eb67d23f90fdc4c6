// Arenas, names and vectors; and what happens when the system gives no memory.
#include "fixture.h"

#include <stdlib.h>
#include <string.h>

#include "ir/build.h"
#include "ir/print.h"

// ---------------------------------------------------------------- an allocator that can refuse

typedef struct Ration {
    int left;    // allocations that still succeed; negative: all of them
    size_t held; // bytes that were not given back
    int asked;
} Ration;

static void *ration_allocate(void *user, size_t bytes) {
    Ration *ration = user;
    ration->asked++;
    if (ration->left == 0) return NULL;
    if (ration->left > 0) ration->left--;
    ration->held += bytes;
    return malloc(bytes);
}

static void ration_release(void *user, void *memory, size_t bytes) {
    Ration *ration = user;
    ration->held -= bytes;
    free(memory);
}

// ---------------------------------------------------------------- arenas

static void arenas(Context *context, void *user) {
    Arena *arena = &context->scratch;
    (void)user;
    char *last = NULL;
    for (size_t bytes = 0; bytes < 300000; bytes = bytes * 2 + 1) {
        char *memory = arena_allocate(arena, bytes);
        assert_int_equal((uintptr_t)memory % _Alignof(max_align_t), 0);
        assert_ptr_not_equal(memory, last);
        for (size_t i = 0; i < bytes; i++) assert_int_equal(memory[i], 0);
        if (bytes) memset(memory, 0xff, bytes);
        last = memory;
    }
    arena_reset(arena);
    assert_int_equal(arena->used, 0);
    assert_int_equal(((char *)arena_allocate(arena, 1000))[999], 0);
    assert_string_equal(arena_copy_text(arena, "abcdef", 3), "abc");
    assert_string_equal(arena_format(arena, "%s-%d", "x", 7), "x-7");
}

static void test_arenas(void **state) { assert_works(*state, arenas, NULL); }

static void huge_array(Context *context, void *user) {
    (void)user;
    arena_array(&context->unit, SIZE_MAX / 4, 16);
}

static void test_array_overflow(void **state) {
    assert_fails(*state, huge_array, NULL, DIAG_OUT_OF_MEMORY);
    assert_int_equal(context_exit_code(*state), 3);
}

static void grow_vector(Context *context, void *user) {
    VECTOR(int) numbers = {0};
    (void)user;
    for (int i = 0; i < 10000; i++) vector_push(&context->unit, numbers, i);
    assert_int_equal(numbers.count, 10000);
    for (int i = 0; i < 10000; i++) assert_int_equal(numbers.items[i], i);
    assert_int_equal(vector_last(numbers), 9999);
}

static void test_vector(void **state) { assert_works(*state, grow_vector, NULL); }

static void make_names(Context *context, void *user) {
    (void)user;
    Name first = name_of(context, "first");
    for (int i = 0; i < 5000; i++) {
        Name name = name_format(context, "name%d", i);
        assert_ptr_equal(name, name_of(context, name));
    }
    assert_ptr_equal(first, intern(&context->names, "firstly", 5));
    assert_ptr_not_equal(first, name_of(context, "firstly"));
    assert_string_equal(name_format(context, "%s", ""), "");
}

static void test_names(void **state) { assert_works(*state, make_names, NULL); }

// ---------------------------------------------------------------- no memory

// Touches every kind of allocation: names, sources, expressions, statements, text, diagnostics.
static void much_work(Context *context, void *user) {
    (void)user;
    Module *module = module_new(context, &ir_operations, 1);
    Function *function = function_new(module, name_of(context, "f"), (Location){0});
    const Source *source = context_add_source(context, "a.py", "x", 1);
    for (int i = 0; i < 3000; i++) {
        Variable *variable = variable_new(function, VARIABLE_LET, name_of(context, "v"), DTYPE_INT32, (Location){0});
        const Expr *sum = expr_add(module, expr_variable(module, variable), expr_int(module, i));
        block_append(function->body, build_let(module, variable, sum));
        if (i % 200 == 0) report(context, DIAG_NOTE, (Location){source, 1, 1, 1}, "%d", i);
    }
    Text text = {.arena = &context->scratch};
    print_module(module, (PrintOptions){true}, &text);
}

// Memory ends inside of an inner attempt, and again after it.
static void retry(Context *context, void *user) {
    if (!context_try(context, much_work, user)) much_work(context, user);
}

static bool run_with(Ration *ration, void (*work)(Context *context, void *user), DiagnosticCode *code) {
    const Allocator allocator = {ration_allocate, ration_release, ration};
    Context *context = context_new(&allocator);
    *code = DIAG_OUT_OF_MEMORY;
    if (!context) return false;
    bool done = context_try(context, work, NULL);
    if (!done) *code = last_diagnostic(context)->code;
    context_free(context);
    return done;
}

static void fail_each(void (*work)(Context *context, void *user)) {
    bool done = false;
    int failures = 0;
    for (int allowed = 0; !done; allowed++, failures += !done) {
        Ration ration = {.left = allowed};
        DiagnosticCode code;
        done = run_with(&ration, work, &code);
        assert_int_equal(ration.held, 0);
        if (!done) assert_int_equal(code, DIAG_OUT_OF_MEMORY);
    }
    assert_true(failures > 8);
}

static void test_each_allocation_fails(void **state) {
    (void)state;
    fail_each(much_work);
    fail_each(retry);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_arenas),
        TEST(test_array_overflow),
        TEST(test_vector),
        TEST(test_names),
        cmocka_unit_test(test_each_allocation_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
