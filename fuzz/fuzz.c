// The bounded context that every fuzz target runs in. Its memory lies at the same addresses in every process, so that
// hashes of addresses, and with them what a run covers, depend on the input alone.
#include "fuzz.h"

#include <sanitizer/asan_interface.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

// Far above what an input of a few KiB needs; beyond it, memory "runs out" and the reader must say so.
#define MEMORY_LIMIT ((size_t)512 << 20)
#define ADDRESS      ((void *)0x200000000000) // where neither systems nor sanitizers put anything
#define UNSET        0xbe
#define ALIGNMENT    64 // and what lies between blocks at least, poisoned

typedef struct Budget {
    char *memory;
    size_t taken; // bytes from its start that are blocks, or were and lie below others
    size_t used;  // bytes that were not given back
} Budget;

static char *reserve_memory(void) {
    int kind = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    void *memory = mmap(ADDRESS, MEMORY_LIMIT, PROT_READ | PROT_WRITE, kind | MAP_FIXED_NOREPLACE, -1, 0);
    if (memory == MAP_FAILED) memory = mmap(NULL, MEMORY_LIMIT, PROT_READ | PROT_WRITE, kind, -1, 0);
    if (memory == MAP_FAILED) abort();
    return memory;
}

static size_t block_bytes(size_t bytes) { return (bytes + 2 * ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT; }

static void *budget_allocate(void *user, size_t bytes) {
    Budget *budget = user;
    if (bytes > MEMORY_LIMIT || block_bytes(bytes) > MEMORY_LIMIT - budget->taken) return NULL;
    char *block = budget->memory + budget->taken;
    budget->taken += block_bytes(bytes);
    budget->used += bytes;
    ASAN_UNPOISON_MEMORY_REGION(block, bytes);
    memset(block, UNSET, bytes); // what an earlier input left must not count
    return block;
}

// The last block's room is taken again; the others' when the context has ended.
static void budget_release(void *user, void *memory, size_t bytes) {
    Budget *budget = user;
    if (!memory) return;
    budget->used -= bytes;
    ASAN_POISON_MEMORY_REGION(memory, bytes);
    if ((char *)memory + block_bytes(bytes) == budget->memory + budget->taken) budget->taken -= block_bytes(bytes);
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
    static char *memory; // of this process
    if (!memory) {
        memory = reserve_memory();
        ASAN_POISON_MEMORY_REGION(memory, MEMORY_LIMIT);
    }
    Budget budget = {.memory = memory};
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
