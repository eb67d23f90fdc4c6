// Whose mistake a failed proof is: of a program that the passes made ttile's, of one that was read its author's; room
// on the chip is the author's in both.
#include "front_fixture.h"

#include "ir/build.h"
#include "ir/walk.h"
#include "pass/pass.h"

static const char kernel[] = "import tilelang\n"
                             "import tilelang.language as T\n"
                             "@T.prim_func\n"
                             "def copy(A: T.Tensor((64, 64), 'bfloat16'), B: T.Tensor((64, 64), 'bfloat16')):\n"
                             "    with T.Kernel(2, 2) as (bx, by):\n"
                             "        S = T.alloc_shared((32, 32), 'bfloat16')\n"
                             "        T.copy(A[by * 32, bx * 32], S)\n"
                             "        T.copy(S, B[by * 32, bx * 32])\n";

typedef struct Compilation {
    const char *after; // this pass, the program is changed
    void (*change)(Function *function);
    Function *function;
} Compilation;

static void change_after(void *user, const Pass *pass, Function *function) {
    Compilation *compilation = user;
    if (!strcmp(pass->name, compilation->after)) compilation->change(function);
}

static void compile(Context *context, void *user) {
    Compilation *compilation = user;
    Elaboration job = {.source = kernel};
    elaborate(context, &job);
    compilation->function = job.function;
    CompileOptions options = compile_options_default(target_parse(context, "wormhole"));
    PipelineOptions pipeline = {.after = change_after, .user = compilation, .verify_each = true};
    pipeline_run(job.function, &options, &pipeline);
}

static void drop_read_barrier(Statement *statement, void *user) {
    const Instruction *instruction = instruction_of(statement);
    (void)user;
    if (instruction && instruction->effect == EFFECT_READ_BARRIER) statement_remove(statement);
}

static void without_barriers(Function *function) {
    for (uint32_t i = 0; i < function->threads.count; i++)
        walk_statements(function->threads.items[i]->body, drop_read_barrier, NULL);
}

static void with_many_pages(Function *function) {
    for (uint32_t i = 0; i < function->circular_buffers.count; i++) function->circular_buffers.items[i]->pages *= 1024;
}

static void check_blame(Context *context, Compilation *compilation, DiagnosticCode code, DiagnosticKind kind) {
    assert_false(context_try(context, compile, compilation));
    const Diagnostic *seen = &context->diagnostics.items[0];
    assert_string_equal(diagnostic_name(seen->code), diagnostic_name(code));
    assert_int_equal(seen->kind, kind);
    assert_null(context->kind_of);
}

static void test_broken_by_a_pass(void **state) {
    Compilation compilation = {.after = "GridToPersistentTT", .change = without_barriers};
    check_blame(*state, &compilation, DIAG_PROOF_READ_BARRIER, KIND_INTERNAL);
    assert_int_equal(context_exit_code(*state), 3);
}

static void test_too_large(void **state) {
    Compilation compilation = {.after = "GridToPersistentTT", .change = with_many_pages};
    check_blame(*state, &compilation, DIAG_PROOF_L1, KIND_USER);
    assert_int_equal(context_exit_code(*state), 1);
}

static void verify_read(Context *context, void *user) {
    Reading *reading = user;
    read_ir_text(context, reading);
    program_verify(reading->module->functions.items[0], target_parse(context, "wormhole"));
}

static void test_read_from_text(void **state) {
    Context *context = *state;
    const char *text = context_read_source(context, "tests/programs/relu_twice.ttir")->text;
    const char *barrier = strstr(text, "            noc_async_read_barrier()\n");
    Text changed = {.arena = &context->unit};
    text_add_bytes(&changed, text, (size_t)(barrier - text));
    text_add(&changed, strchr(barrier, '\n') + 1);
    Reading reading = {.text = changed.data};
    assert_fails(context, verify_read, &reading, DIAG_PROOF_READ_BARRIER);
    assert_int_equal(context_exit_code(context), 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {TEST(test_broken_by_a_pass), TEST(test_too_large), TEST(test_read_from_text)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
