// One compilation's state: memory, names, sources, diagnostics. There is no global state.
//
// Errors: `report` records one and returns, so that up to 20 are found in a run; `fail` records it and leaves to
// the innermost `context_try`. Messages say what was expected and what was seen; `report_help` says how to fix it.
#ifndef TTILE_BASE_CONTEXT_H
#define TTILE_BASE_CONTEXT_H

#include <setjmp.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/diagnostic.h"
#include "base/text.h"
#include "base/vector.h"

struct Source {
    Name path;        // as the user gave it
    const char *text; // NUL-terminated; NULL if only the name is known (a location read from IR text)
    size_t length;
};

typedef struct Context {
    Arena unit;    // lives as long as the context
    Arena scratch; // reset after each pass
    Interner names;
    VECTOR(Source *) sources;
    VECTOR(Diagnostic) diagnostics;
    uint32_t error_count;
    jmp_buf *escape; // where `fail` goes; set by context_try
    // Called with each diagnostic when it is complete (at the next report, or at context_flush); may be NULL.
    void (*on_diagnostic)(void *user, const struct Context *context, const Diagnostic *diagnostic);
    void *on_diagnostic_user;
    uint32_t delivered; // diagnostics already given to on_diagnostic
    bool warnings_as_errors;
    // Says whose an error is where that depends on more than its code; NULL: as diagnostics.def has it.
    DiagnosticKind (*kind_of)(DiagnosticCode code);
} Context;

#define MAX_ERRORS 20

Context *context_new(const Allocator *allocator); // NULL if there is no memory
void context_free(Context *context);
// Runs `work`; false if it failed or reported an error. May be nested. A failure is in the diagnostics.
bool context_try(Context *context, void (*work)(Context *context, void *user), void *user);
// The same for a part of a source behind which more errors may be found: false if it failed. A failure behind which
// nothing can be found goes on to the context_try around it.
bool context_attempt(Context *context, void (*work)(Context *context, void *user), void *user);
void context_flush(Context *context);

Name name_of(Context *context, const char *text);
Name name_format(Context *context, const char *format, ...) __attribute__((format(printf, 2, 3)));

// Adds a source. `text` is copied.
const Source *context_add_source(Context *context, const char *path, const char *text, size_t length);
// Reads a file (at most 64 MiB) or reports DIAG_FILE_UNREADABLE and fails.
const Source *context_read_source(Context *context, const char *path);
// The source of that name, made without text if there is none yet.
const Source *context_find_source(Context *context, const char *path);

void report(Context *context, DiagnosticCode code, Location location, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void report_note(Context *context, Location location, const char *format, ...) __attribute__((format(printf, 3, 4)));
void report_help(Context *context, const char *format, ...) __attribute__((format(printf, 2, 3)));
// Leaves to context_try after what was reported last.
_Noreturn void fail_now(Context *context);
_Noreturn void fail(Context *context, DiagnosticCode code, Location location, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
// Worst exit code of what was reported: 0, 1, 2 or 3.
int context_exit_code(const Context *context);

// The diagnostic as a terminal shows it: `file:line:col: error[code]: text`, the line, a caret, notes.
void diagnostic_print(const Diagnostic *diagnostic, Text *out, bool colour);

#endif
