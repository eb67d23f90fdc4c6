// Diagnostics: every message has a code of diagnostics.def, a place in a source, and says how to fix it.
#ifndef TTILE_BASE_DIAGNOSTIC_H
#define TTILE_BASE_DIAGNOSTIC_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "base/vector.h"

typedef enum DiagnosticCode {
#define DIAGNOSTIC(id, kind, name, explanation) DIAG_##id,
#include "base/diagnostics.def"
#undef DIAGNOSTIC
    DIAG_COUNT
} DiagnosticCode;

// What went wrong decides the exit code: 1 user, 2 unsupported, 3 internal. Warnings and notes do not fail.
typedef enum DiagnosticKind { KIND_NOTE, KIND_WARNING, KIND_USER, KIND_UNSUPPORTED, KIND_INTERNAL } DiagnosticKind;

typedef struct Source Source; // a file or a named piece of memory; context.h

// A place: line and column count from 1, columns in bytes; line 0 means nowhere.
typedef struct Location {
    const Source *source;
    uint32_t line, column;
    uint32_t length; // bytes to underline; 0 means one
} Location;

typedef struct DiagnosticNote {
    Location location;
    const char *message;
    bool is_help;
} DiagnosticNote;

typedef struct Diagnostic {
    DiagnosticCode code;
    DiagnosticKind kind;
    Location location;
    const char *message;
    VECTOR(DiagnosticNote) notes;
} Diagnostic;

const char *diagnostic_name(DiagnosticCode code);
DiagnosticKind diagnostic_kind(DiagnosticCode code);
const char *diagnostic_explanation(DiagnosticCode code);
// DIAG_COUNT if there is no such code.
DiagnosticCode diagnostic_find(const char *name);

#endif
