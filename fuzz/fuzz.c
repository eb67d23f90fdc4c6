// The bounded context that every fuzz target runs in.
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>

// Far above what an input of a few KiB needs; beyond it, memory "runs out" and the reader must say so.
#define MEMORY_LIMIT ((size_t)512 << 20)

typedef struct Budget {
    size_t used;
} Budget;

static void *budget_allocate(void *user, size_t bytes) {
    Budget *budget = user;
    if (bytes > MEMORY_LIMIT - budget->used) return NULL;
    void *memory = malloc(bytes);
    if (memory) budget->used += bytes;
    return memory;
}

static void budget_release(void *user, void *memory, size_t bytes) {
    Budget *budget = user;
    if (memory) budget->used -= bytes;
    free(memory);
}

void fuzz_refuse_internal(const Context *context) {
    for (uint32_t i = 0; i < context->diagnostics.count; i++) {
        const Diagnostic *diagnostic = &context->diagnostics.items[i];
        if (diagnostic->kind != KIND_INTERNAL || diagnostic->code == DIAG_OUT_OF_MEMORY) continue;
        fprintf(stderr, "internal error: %s [%s]\n", diagnostic->message, diagnostic_name(diagnostic->code));
        abort();
    }
}

int fuzz_run(const uint8_t *data, size_t size, void (*work)(Context *context, void *user)) {
    Budget budget = {0};
    Allocator allocator = {budget_allocate, budget_release, &budget};
    FuzzInput input = {(const char *)data, size};
    Context *context = context_new(&allocator);
    if (!context) return 0;
    context_try(context, work, &input);
    fuzz_refuse_internal(context);
    context_free(context);
    if (budget.used != 0) {
        fprintf(stderr, "%zu bytes were not given back\n", budget.used);
        abort();
    }
    return 0;
}
