// The state of one compilation: its memory, names and sources, and the way out of a failure.
#include "base/context.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"

#define LARGEST_SOURCE ((size_t)64 << 20)

// There is always room for one more diagnostic (report.c), so this needs no memory.
static void out_of_memory(void *user, size_t bytes) {
    Context *context = user;
    bool told = context->diagnostics.count && vector_last(context->diagnostics).code == DIAG_OUT_OF_MEMORY;
    if (!told && context->diagnostics.count < context->diagnostics.capacity) {
        Diagnostic *diagnostic = &context->diagnostics.items[context->diagnostics.count++];
        *diagnostic = (Diagnostic){.code = DIAG_OUT_OF_MEMORY, .kind = diagnostic_kind(DIAG_OUT_OF_MEMORY)};
        diagnostic->message = bytes > SIZE_MAX / 2 ? "a size overflows the address space" : "no memory is left";
        context->error_count++;
    }
    fail_now(context);
}

static void prepare(Context *context, void *user) {
    (void)user;
    vector_grow(&context->unit, (void **)&context->diagnostics.items, &context->diagnostics.capacity,
                sizeof(Diagnostic));
    intern(&context->names, "", 0);
}

static Arena arena_of(Context *context, const Allocator *allocator) {
    return (Arena){.allocator = allocator, .exhausted = out_of_memory, .exhausted_user = context};
}

Context *context_new(const Allocator *allocator) {
    if (!allocator) allocator = &system_allocator;
    Context *context = allocator->allocate(allocator->user, sizeof *context);
    if (!context) return NULL;
    memset(context, 0, sizeof *context);
    context->unit = arena_of(context, allocator);
    context->scratch = arena_of(context, allocator);
    context->names.arena = &context->unit;
    if (context_try(context, prepare, NULL)) return context;
    context_free(context);
    return NULL;
}

void context_free(Context *context) {
    if (!context) return;
    arena_reset(&context->scratch);
    arena_reset(&context->unit);
    const Allocator *allocator = context->unit.allocator;
    allocator->release(allocator->user, context, sizeof *context);
}

// True if `work` came to its end.
static bool run_protected(Context *context, void (*work)(Context *context, void *user), void *user) {
    jmp_buf here;
    jmp_buf *const outer = context->escape;
    DiagnosticKind (*const outer_kind)(DiagnosticCode) = context->kind_of;
    context->escape = &here;
    if (setjmp(here) == 0) {
        work(context, user);
        context->escape = outer;
        return true;
    }
    context->escape = outer;
    context->kind_of = outer_kind;
    return false;
}

bool context_try(Context *context, void (*work)(Context *context, void *user), void *user) {
    const uint32_t errors = context->error_count;
    return run_protected(context, work, user) && context->error_count == errors;
}

// Without memory, and with enough errors told, nothing more is to be found.
static bool ends_search_for_errors(const Context *context) {
    for (uint32_t i = 0; i < context->diagnostics.count; i++) {
        const Diagnostic *diagnostic = &context->diagnostics.items[i];
        if (diagnostic->kind == KIND_INTERNAL || diagnostic->code == DIAG_OUT_OF_MEMORY ||
            diagnostic->code == DIAG_TOO_MANY_ERRORS)
            return true;
    }
    return false;
}

bool context_attempt(Context *context, void (*work)(Context *context, void *user), void *user) {
    if (run_protected(context, work, user)) return true;
    if (ends_search_for_errors(context)) fail_now(context);
    return false;
}

void fail_now(Context *context) {
    if (context->escape) longjmp(*context->escape, 1);
    // A caller that protects nothing has a bug; what was reported tells which.
    for (uint32_t i = 0; i < context->diagnostics.count; i++)
        fprintf(stderr, "ttile: %s\n", context->diagnostics.items[i].message);
    abort();
}

Name name_of(Context *context, const char *text) { return intern(&context->names, text, strlen(text)); }

Name name_format(Context *context, const char *format, ...) {
    Text text = {.arena = &context->scratch};
    va_list arguments;
    va_start(arguments, format);
    text_format_list(&text, format, arguments);
    va_end(arguments);
    return intern(&context->names, text.data ? text.data : "", text.length);
}

// ---------------------------------------------------------------- sources

static Source *new_source(Context *context, const char *path) {
    Source *source = arena_new(&context->unit, Source);
    source->path = name_of(context, path);
    vector_push(&context->unit, context->sources, source);
    return source;
}

const Source *context_add_source(Context *context, const char *path, const char *text, size_t length) {
    const char *copy = arena_copy_text(&context->unit, text, length);
    Source *source = new_source(context, path);
    source->text = copy;
    source->length = length;
    return source;
}

const Source *context_read_source(Context *context, const char *path) {
    size_t length;
    const char *text = file_read(context, path, LARGEST_SOURCE, &length);
    Source *source = new_source(context, path);
    source->text = text;
    source->length = length;
    return source;
}

const Source *context_find_source(Context *context, const char *path) {
    for (uint32_t i = 0; i < context->sources.count; i++) {
        if (strcmp(context->sources.items[i]->path, path) == 0) return context->sources.items[i];
    }
    return new_source(context, path);
}
