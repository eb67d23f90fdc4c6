// Mutations of texts that libFuzzer does not know: lines, tokens and items (edits.h), and the line that chooses passes
// (lowering.h). Bytes are changed, too, as ever.
#include <string.h>

#include "edits.h"
#include "fuzz.h"
#include "pass/pass.h"

enum { EDIT_BYTES = 1 << 15 }; // longer texts have their bytes changed alone

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed);

static uint32_t next_random(uint32_t *state) {
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

static void edit(const char *text, size_t length, uint32_t *state, Text *out) {
    Edits edits = edits_of(out->arena, text, length);
    if (edits.list.count)
        edit_apply(&edits, next_random(state) % edits.list.count, out);
    else
        text_add_bytes(out, text, length);
}

// Another pass to run, or to go on from.
static void choose_again(const char *text, size_t length, uint32_t *state, Text *out) {
    while (length > 0 && text[length - 1] == '\n') length--;
    size_t start = length;
    while (start > 0 && text[start - 1] != '\n') start--;
    bool has_choice = start < length && text[start] == '#' && start > 0;
    text_add_bytes(out, text, has_choice ? start : length);
    const Pass *pass = default_pipeline[next_random(state) % (uint32_t)default_pipeline_length];
    text_format(out, "%s# %s %s\n", has_choice ? "" : "\n", next_random(state) % 2 ? "run" : "from", pass->name);
}

typedef struct Mutation {
    const char *text;
    size_t length;
    uint32_t state;
    uint8_t *out;
    size_t most, made;
} Mutation;

static void mutate(Context *context, void *user) {
    Mutation *mutation = user;
    Text out = {.arena = &context->unit};
    (next_random(&mutation->state) % 8 ? edit : choose_again)(mutation->text, mutation->length, &mutation->state, &out);
    mutation->made = out.length < mutation->most ? out.length : mutation->most;
    if (mutation->made) memcpy(mutation->out, out.data, mutation->made);
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed) {
    uint32_t state = seed;
    if (size == 0 || size > EDIT_BYTES || next_random(&state) % 4 == 0) return LLVMFuzzerMutate(data, size, most);
    Context *context = context_new(&system_allocator);
    if (!context) return size;
    Mutation mutation = {(const char *)data, size, state, data, most, size};
    context_try(context, mutate, &mutation);
    context_free(context);
    return mutation.made;
}
