// What tests of the proofs share: a program that holds them all, one change, and the code and line that it is reported
// with.
#ifndef TTILE_TESTS_PROOF_FIXTURE_H
#define TTILE_TESTS_PROOF_FIXTURE_H

#include "fixture.h"

#include <string.h>

#include "front/front.h"
#include "ir/print.h"
#include "program/program.h"

typedef struct Case {
    const char *name, *find, *replace;
    DiagnosticCode code; // of the first diagnostic
    const char *line;    // part of the line that it names
} Case;

typedef struct Run {
    const char *text, *target;
    bool holds;
} Run;

static inline void verify_text(Context *context, void *user) {
    Run *run = user;
    const OperationTable tables[] = {ir_operations, program_instructions};
    Module *module = module_new(context, tables, 2);
    front_read_ir(module, context_add_source(context, "program.ttir", run->text, strlen(run->text)));
    assert_int_equal(module->functions.count, 1);
    run->holds = program_verify(module->functions.items[0], target_parse(context, run->target));
}

static inline const char *base_text(Context *context, const char *path) {
    return context_read_source(context, path)->text;
}

// The base program with the change made; what is replaced must occur exactly once.
static inline const char *changed_text(Context *context, const char *base, const Case *one) {
    const char *place = strstr(base, one->find);
    if (!place || strstr(place + 1, one->find)) stop_test("%s: '%s' must occur once\n", one->name, one->find);
    Text text = {.arena = &context->unit};
    text_add_bytes(&text, base, (size_t)(place - base));
    text_add(&text, one->replace);
    text_add(&text, place + strlen(one->find));
    return text.data;
}

static inline const char *line_of(const char *text, uint32_t line) {
    for (; line > 1 && text; line--) text = strchr(text, '\n') ? strchr(text, '\n') + 1 : NULL;
    return text ? text : "";
}

static inline void check_place(const char *text, const Diagnostic *seen, const Case *one) {
    const char *line = line_of(text, seen->location.line);
    size_t length = strcspn(line, "\n");
    const char *part = strstr(line, one->line);
    if (seen->location.line == 0 || !part || part > line + length)
        stop_test("%s: expected a line with '%s', seen %u: %.*s\n", one->name, one->line, seen->location.line,
                  (int)length, line);
}

static inline void check_case(const char *base, const char *target, const Case *one) {
    Context *context = context_new(&system_allocator);
    Run run = {changed_text(context, base_text(context, base), one), target, false};
    context_try(context, verify_text, &run);
    if (run.holds || context->diagnostics.count == 0) stop_test("%s is accepted\n", one->name);
    const Diagnostic *seen = &context->diagnostics.items[0];
    if (seen->code != one->code)
        stop_test("%s: expected %s, seen %s: %s\n", one->name, diagnostic_name(one->code), diagnostic_name(seen->code),
                  seen->message);
    check_place(run.text, seen, one);
    bool has_help = false;
    for (uint32_t i = 0; i < seen->notes.count; i++) has_help |= seen->notes.items[i].is_help;
    if (!has_help) stop_test("%s has no help line\n", one->name);
    context_free(context);
}

// The codes that are about what cores say to each other and about shards; the others need one core.
static inline bool is_between_cores(DiagnosticCode code) {
    static const DiagnosticCode codes[] = {
        DIAG_PROOF_ATOMIC_BARRIER,  DIAG_PROOF_MULTICAST_FLUSH, DIAG_PROOF_SEMAPHORE,        DIAG_PROOF_COORDINATES,
        DIAG_PROOF_RECTANGLE,       DIAG_PROOF_DESTINATIONS,    DIAG_PROOF_RECEIVER,         DIAG_PROOF_HANDSHAKE_COUNT,
        DIAG_PROOF_HANDSHAKE_ORDER, DIAG_PROOF_ARRIVAL,         DIAG_PROOF_MULTICAST_WINDOW, DIAG_PROOF_FLAG_VALUE,
        DIAG_PROOF_UNWRITTEN,       DIAG_PROOF_SHARD,           DIAG_PROOF_FLAG_OVERTAKES,
    };
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        if (codes[i] == code) return true;
    return false;
}

static inline bool has_case(size_t count, const Case cases[], DiagnosticCode code) {
    for (size_t i = 0; i < count; i++)
        if (cases[i].code == code) return true;
    return false;
}

#endif
