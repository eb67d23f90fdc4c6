// What the front end's tests share: elaborating a source that stands in the test, and looking at the IR as text.
#ifndef TTILE_TESTS_FRONT_FIXTURE_H
#define TTILE_TESTS_FRONT_FIXTURE_H

#include <string.h>

#include "fixture.h"
#include "front/front.h"
#include "ir/print.h"
#include "ir/verify.h"
#include "program/program.h"

typedef struct Elaboration {
    const char *source;
    const char *entry;
    Binding bindings[8];
    bool native_float16;
    Module *module;
    Function *function;
} Elaboration;

static inline Module *new_module(Context *context) {
    const OperationTable tables[] = {ir_operations, program_instructions};
    return module_new(context, tables, 2);
}

static inline void elaborate(Context *context, void *user) {
    Elaboration *job = user;
    const Source *source = context_add_source(context, "kernel.py", job->source, strlen(job->source));
    ElaborateOptions options = {.entry = job->entry, .bindings = job->bindings, .worker_cores = 64};
    options.native_float16 = job->native_float16;
    while (options.binding_count < 8 && job->bindings[options.binding_count].name) options.binding_count++;
    job->module = new_module(context);
    job->function = front_elaborate(job->module, source, &options);
    verify_module(job->module);
}

static inline const char *print_ir(const Module *module, bool locations) {
    Text text = {.arena = &module->context->unit};
    print_module(module, (PrintOptions){.locations = locations}, &text);
    return text.data;
}

typedef struct Reading {
    const char *text;
    Module *module;
} Reading;

static inline void read_ir_text(Context *context, void *user) {
    Reading *reading = user;
    const Source *source = context_add_source(context, "dump.ttir", reading->text, strlen(reading->text));
    reading->module = new_module(context);
    front_read_ir(reading->module, source);
}

// The IR of a job, as text without locations. It must verify, and its text must read back as itself.
static inline const char *ir_of_job(Context *context, Elaboration *job) {
    assert_works(context, elaborate, job);
    Reading reading = {.text = print_ir(job->module, true)};
    assert_works(context, read_ir_text, &reading);
    assert_string_equal(reading.text, print_ir(reading.module, true));
    return print_ir(job->module, false);
}

// A kernel `k` with A and C of 64 x 64, fragments a and c of that shape; the lines stand in its launch.
#define KERNEL(...)                                                                                                    \
    "import tilelang\n"                                                                                                \
    "import tilelang.language as T\n"                                                                                  \
    "@T.prim_func\n"                                                                                                   \
    "def k(A: T.Tensor((64, 64), 'float32'), C: T.Tensor((64, 64), 'float32')):\n"                                     \
    "    with T.Kernel(2, 2) as (bx, by):\n"                                                                           \
    "        a = T.alloc_fragment((64, 64), 'float32')\n"                                                              \
    "        c = T.alloc_fragment((64, 64), 'float32')\n" __VA_ARGS__
#define KERNEL_LINE 8 // of the first of those lines

static inline const char *ir_of(Context *context, const char *source) {
    Elaboration job = {.source = source};
    return ir_of_job(context, &job);
}

static inline void assert_has(const char *text, const char *part) {
    if (!strstr(text, part)) stop_test("expected\n%s\nin\n%s\n", part, text);
}

static inline void assert_has_not(const char *text, const char *part) {
    if (strstr(text, part)) stop_test("did not expect\n%s\nin\n%s\n", part, text);
}

// Elaborating the job must fail with that code at that place.
static inline const Diagnostic *assert_refuses_job(Context *context, Elaboration *job, DiagnosticCode code,
                                                   uint32_t line, uint32_t column) {
    assert_fails(context, elaborate, job, code);
    const Diagnostic *diagnostic = last_diagnostic(context);
    if (diagnostic->location.line != line || diagnostic->location.column != column)
        stop_test("%u:%u instead of %u:%u: %s\n", diagnostic->location.line, diagnostic->location.column, line, column,
                  diagnostic->message);
    return diagnostic;
}

static inline const Diagnostic *assert_refuses(Context *context, const char *source, DiagnosticCode code, uint32_t line,
                                               uint32_t column) {
    Elaboration job = {.source = source};
    return assert_refuses_job(context, &job, code, line, column);
}

static inline int count_code(const Context *context, DiagnosticCode code) {
    int count = 0;
    for (uint32_t i = 0; i < context->diagnostics.count; i++) count += context->diagnostics.items[i].code == code;
    return count;
}

#endif
