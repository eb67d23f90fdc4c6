// The context of the C API, its diagnostics, and how calls become statuses.
#include <string.h>

#include "api/internal.h"

const char *ttile_version(void) { return TTILE_VERSION; }

// ---------------------------------------------------------------- diagnostics

static ttile_status status_of(DiagnosticKind kind) {
    static const ttile_status statuses[] = {
        [KIND_NOTE] = TTILE_OK,
        [KIND_WARNING] = TTILE_OK,
        [KIND_USER] = TTILE_USER_ERROR,
        [KIND_UNSUPPORTED] = TTILE_UNSUPPORTED,
        [KIND_INTERNAL] = TTILE_INTERNAL_ERROR,
    };
    return statuses[kind];
}

typedef struct Rendering {
    const Diagnostic *diagnostic;
    Text text;
} Rendering;

static void render(Context *base, void *user) {
    Rendering *rendering = user;
    rendering->text = (Text){.arena = &base->unit};
    diagnostic_print(rendering->diagnostic, &rendering->text, false);
}

static void deliver(void *user, const Context *base, const Diagnostic *diagnostic) {
    ttile_context *context = user;
    (void)base;
    if (!context->callback) return;
    Rendering rendering = {.diagnostic = diagnostic};
    bool rendered = context_try(context->base, render, &rendering); // not if memory is what is missing
    const Location *location = &diagnostic->location;
    bool placed = location->source && location->line;
    ttile_diagnostic given = {
        .severity = diagnostic->kind == KIND_NOTE      ? TTILE_NOTE
                    : diagnostic->kind == KIND_WARNING ? TTILE_WARNING
                                                       : TTILE_ERROR,
        .status = status_of(diagnostic->kind),
        .code = diagnostic_name(diagnostic->code),
        .message = diagnostic->message,
        .file = placed ? location->source->path : NULL,
        .line = placed ? location->line : 0,
        .column = placed ? location->column : 0,
        .text = rendered ? rendering.text.data : diagnostic->message,
        .explanation = diagnostic_explanation(diagnostic->code),
    };
    context->callback(context->callback_user, &given);
}

void ttile_context_on_diagnostic(ttile_context *context, ttile_diagnostic_callback callback, void *user) {
    if (!context) return;
    context->callback = callback;
    context->callback_user = user;
}

// ---------------------------------------------------------------- context

ttile_status ttile_context_create(const ttile_allocator *allocator, ttile_context **context) {
    if (!context) return TTILE_USER_ERROR;
    Allocator memory = system_allocator;
    if (allocator) memory = (Allocator){allocator->allocate, allocator->release, allocator->user};
    ttile_context *made = memory.allocate(memory.user, sizeof *made);
    if (!made) return TTILE_INTERNAL_ERROR;
    memset(made, 0, sizeof *made);
    made->allocator = memory;
    made->base = context_new(&made->allocator);
    if (!made->base) {
        memory.release(memory.user, made, sizeof *made);
        return TTILE_INTERNAL_ERROR;
    }
    made->base->on_diagnostic = deliver;
    made->base->on_diagnostic_user = made;
    *context = made;
    return TTILE_OK;
}

void ttile_context_destroy(ttile_context *context) {
    if (!context) return;
    for (ttile_reference *reference = context->references; reference; reference = reference->next)
        ttile_reference_destroy(reference);
    Allocator memory = context->allocator;
    context_free(context->base);
    memory.release(memory.user, context, sizeof *context);
}

// ---------------------------------------------------------------- calls

static ttile_status worst_since(const Context *base, uint32_t first) {
    ttile_status worst = TTILE_OK;
    for (uint32_t i = first; i < base->diagnostics.count; i++) {
        ttile_status status = status_of(base->diagnostics.items[i].kind);
        if (status > worst) worst = status;
    }
    return worst;
}

ttile_status api_call(ttile_context *context, void (*work)(Context *base, void *user), void *user) {
    if (!context) return TTILE_USER_ERROR;
    Context *base = context->base;
    uint32_t first = base->diagnostics.count;
    base->error_count = 0; // the limit on errors is each call's own
    bool done = context_try(base, work, user);
    context_flush(base);
    ttile_status worst = worst_since(base, first);
    return done || worst != TTILE_OK ? worst : TTILE_INTERNAL_ERROR;
}

void api_require(Context *base, bool good, const char *complaint) {
    if (!good) fail(base, DIAG_API_ARGUMENT, (Location){0}, "%s", complaint);
}
