// IR text: what is read prints, and the print reads back as itself.
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "front/front.h"
#include "ir/print.h"
#include "ir/verify.h"
#include "program/program.h"

static Module *new_module(Context *context) {
    OperationTable *tables = arena_new_array(&context->unit, OperationTable, 2);
    tables[0] = ir_operations;
    tables[1] = program_instructions;
    return module_new(context, tables, 2);
}

static const char *read_and_print(Context *context, const char *text, size_t length) {
    Module *module = new_module(context);
    front_read_ir(module, context_add_source(context, "fuzz.ttir", text, length));
    if (context->error_count > 0) fail_now(context);
    if (!verify_module(module)) fail_now(context);
    Text out = {.arena = &context->unit};
    print_module(module, (PrintOptions){.locations = true}, &out);
    return out.data ? out.data : "";
}

static void read_twice(Context *context, void *user) {
    const FuzzInput *input = user;
    const char *first = read_and_print(context, input->bytes, input->length);
    const char *second = read_and_print(context, first, strlen(first));
    if (strcmp(first, second) == 0) return;
    fprintf(stderr, "printed:\n%s\nread back and printed:\n%s\n", first, second);
    abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) { return fuzz_run(data, size, read_twice); }
