// What unit tests share: a context that a test runs in, and what it reported.
#ifndef TTILE_TESTS_FIXTURE_H
#define TTILE_TESTS_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#undef fail // is a function of base/context.h

#include "base/context.h"

#define stop_test(...)                                                                                                 \
    do {                                                                                                               \
        print_error(__VA_ARGS__);                                                                                      \
        _fail(__FILE__, __LINE__);                                                                                     \
    } while (0)

static inline int make_context(void **state) {
    *state = context_new(&system_allocator);
    return *state ? 0 : -1;
}

static inline int drop_context(void **state) {
    context_free(*state);
    return 0;
}

// The last diagnostic; the test fails if there is none.
static inline const Diagnostic *last_diagnostic(const Context *context) {
    assert_true(context->diagnostics.count > 0);
    return &vector_last(context->diagnostics);
}

// Runs `work`, which must fail with that code as the last one reported.
static inline void assert_fails(Context *context, void (*work)(Context *context, void *user), void *user,
                                DiagnosticCode code) {
    assert_false(context_try(context, work, user));
    assert_string_equal(diagnostic_name(last_diagnostic(context)->code), diagnostic_name(code));
}

// Runs `work`, which must report nothing.
static inline void assert_works(Context *context, void (*work)(Context *context, void *user), void *user) {
    bool done = context_try(context, work, user);
    if (!done) stop_test("%s\n", last_diagnostic(context)->message);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, make_context, drop_context)

#endif
