// Reporting: diagnostics are recorded, counted, and delivered when they are complete.
#include "base/context.h"

static DiagnosticKind kind_of(const Context *context, DiagnosticCode code) {
    DiagnosticKind kind = context->kind_of ? context->kind_of(code) : diagnostic_kind(code);
    return kind == KIND_WARNING && context->warnings_as_errors ? KIND_USER : kind;
}

// The vector keeps one place free for DIAG_OUT_OF_MEMORY.
static Diagnostic *add_diagnostic(Context *context, DiagnosticCode code, Location location, const char *message) {
    if (context->diagnostics.count + 1 >= context->diagnostics.capacity)
        vector_grow(&context->unit, (void **)&context->diagnostics.items, &context->diagnostics.capacity,
                    sizeof(Diagnostic));
    Diagnostic *diagnostic = &context->diagnostics.items[context->diagnostics.count++];
    *diagnostic = (Diagnostic){.code = code, .kind = kind_of(context, code), .location = location, .message = message};
    if (diagnostic->kind >= KIND_USER) context->error_count++;
    return diagnostic;
}

static const char *format_message(Context *context, const char *format, va_list arguments) {
    Text text = {.arena = &context->unit};
    text_format_list(&text, format, arguments);
    return text.data ? text.data : "";
}

static void refuse_more_errors(Context *context) {
    if (vector_last(context->diagnostics).code != DIAG_TOO_MANY_ERRORS)
        add_diagnostic(context, DIAG_TOO_MANY_ERRORS, (Location){0}, "more errors were found and are not shown");
    fail_now(context);
}

static void report_list(Context *context, DiagnosticCode code, Location location, const char *format,
                        va_list arguments) {
    context_flush(context);
    if (context->error_count >= MAX_ERRORS && kind_of(context, code) >= KIND_USER) refuse_more_errors(context);
    add_diagnostic(context, code, location, format_message(context, format, arguments));
}

void report(Context *context, DiagnosticCode code, Location location, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    report_list(context, code, location, format, arguments);
    va_end(arguments);
}

void fail(Context *context, DiagnosticCode code, Location location, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    report_list(context, code, location, format, arguments);
    va_end(arguments);
    fail_now(context);
}

// Notes belong to the diagnostic reported last; one that was delivered is out of reach.
static void add_note(Context *context, DiagnosticNote note) {
    if (context->diagnostics.count == context->delivered) return;
    vector_push(&context->unit, vector_last(context->diagnostics).notes, note);
}

void report_note(Context *context, Location location, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    add_note(context, (DiagnosticNote){.location = location, .message = format_message(context, format, arguments)});
    va_end(arguments);
}

void report_help(Context *context, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    add_note(context, (DiagnosticNote){.message = format_message(context, format, arguments), .is_help = true});
    va_end(arguments);
}

void context_flush(Context *context) {
    while (context->delivered < context->diagnostics.count) {
        const Diagnostic *diagnostic = &context->diagnostics.items[context->delivered++];
        if (context->on_diagnostic) context->on_diagnostic(context->on_diagnostic_user, context, diagnostic);
    }
}

int context_exit_code(const Context *context) {
    static const int exit_codes[] = {[KIND_USER] = 1, [KIND_UNSUPPORTED] = 2, [KIND_INTERNAL] = 3};
    int worst = 0;
    for (uint32_t i = 0; i < context->diagnostics.count; i++) {
        int code = exit_codes[context->diagnostics.items[i].kind];
        if (code > worst) worst = code;
    }
    return worst;
}
