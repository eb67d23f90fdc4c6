// Every signature of every table is read whole: put together again, its operands give the same text.
#include "fixture.h"

#include <string.h>

#include "program/program.h"

static const char *kind_word(const OperandSpec *spec) {
    switch (spec->kind) {
    case OPERAND_REGION: return spec->reads ? spec->writes ? "rw" : "r" : "w";
    case OPERAND_EXPR: return spec->class == CLASS_INT ? "int" : spec->class == CLASS_FLOAT ? "float" : "expr";
    case OPERAND_TENSOR: return "tensor";
    case OPERAND_CIRCULAR: return "cb";
    case OPERAND_SEMAPHORE: return "sem";
    case OPERAND_BOOL: return "bool";
    case OPERAND_NAME: return spec->words;
    case OPERAND_NONE: break;
    }
    return "?";
}

static void check_table(Context *context, const OperationTable *table) {
    for (int i = 0; i < table->count; i++) {
        OperandSpec specs[MAX_OPERANDS];
        Text text = {.arena = &context->scratch};
        text_add(&text, "");
        int count = operation_operands(&table->rows[i], specs);
        for (int k = 0; k < count; k++) {
            text_format(&text, "%s%s:%s", k ? " " : "", specs[k].name, kind_word(&specs[k]));
            if (specs[k].default_text) text_format(&text, "=%s", specs[k].default_text);
        }
        assert_string_equal(text.data, table->rows[i].signature);
    }
}

static void check_tables(Context *context, void *user) {
    (void)user;
    check_table(context, &ir_operations);
    check_table(context, &program_instructions);
    OperationTable tables[] = {ir_operations, program_instructions};
    Module *module = module_new(context, tables, 2);
    assert_ptr_equal(module_find_operation(module, "T.copy"), &ir_operations.rows[IR_COPY]);
    assert_ptr_equal(module_find_operation(module, "pack_tile"), &program_instructions.rows[INSTR_PACK_TILE]);
    assert_null(module_find_operation(module, "copy"));
    assert_null(module_find_operation(module, "T.pack_tile"));
    assert_null(module_find_operation(module, ""));
    int count;
    const OperandSpec *specs = module_operands(module, &ir_operations.rows[IR_FILL], &count);
    assert_true(count == 2 && specs == module_operands(module, &ir_operations.rows[IR_FILL], &count));
}

static void test_tables(void **state) { assert_works(*state, check_tables, NULL); }

int main(void) {
    const struct CMUnitTest tests[] = {TEST(test_tables)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
