// Programs that the compiler would not write but that are right: all hold their proofs, and run.
#include "fixture.h"

#include <glob.h>

#include "front/front.h"
#include "program/program.h"

typedef struct Check {
    const char *path;
    bool holds;
} Check;

static void verify_file(Context *context, void *user) {
    Check *check = user;
    const OperationTable tables[] = {ir_operations, program_instructions};
    Module *module = module_new(context, tables, 2);
    front_read_ir(module, context_read_source(context, check->path));
    assert_int_equal(module->functions.count, 1);
    check->holds = program_verify(module->functions.items[0], target_parse(context, "wormhole"));
}

static void test_legal_programs(void **state) {
    glob_t found;
    (void)state;
    assert_int_equal(glob("tests/programs/legal/*.ttir", 0, NULL, &found), 0);
    assert_true(found.gl_pathc >= 10);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        Context *context = context_new(&system_allocator);
        Check check = {found.gl_pathv[i], false};
        context_try(context, verify_file, &check);
        if (!check.holds) stop_test("%s: %s\n", check.path, last_diagnostic(context)->message);
        context_free(context);
    }
    globfree(&found);
}

int main(void) {
    const struct CMUnitTest tests[] = {TEST(test_legal_programs)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
