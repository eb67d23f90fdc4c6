// The table of diagnostics.
#include "base/diagnostic.h"

#include <string.h>

static const struct {
    const char *name;
    DiagnosticKind kind;
    const char *explanation;
} rows[DIAG_COUNT] = {
#define DIAGNOSTIC(id, kind, name, explanation) {name, KIND_##kind, explanation},
#include "base/diagnostics.def"
#undef DIAGNOSTIC
};

const char *diagnostic_name(DiagnosticCode code) { return rows[code].name; }
DiagnosticKind diagnostic_kind(DiagnosticCode code) { return rows[code].kind; }
const char *diagnostic_explanation(DiagnosticCode code) { return rows[code].explanation; }

DiagnosticCode diagnostic_find(const char *name) {
    int code = 0;
    while (code < DIAG_COUNT && strcmp(rows[code].name, name) != 0) code++;
    return (DiagnosticCode)code;
}
