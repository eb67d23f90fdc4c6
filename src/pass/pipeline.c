// The pipeline: the order of the passes, and the manager that holds each to its contract.
#include <string.h>
#include <strings.h>

#include "ir/attrs.h"
#include "ir/verify.h"
#include "pass/pass.h"
#include "pass/verify_tiles.h"

const Pass *const default_pipeline[] = {
#define PASS(id) &pass_##id,
#include "pass/passes.def"
#undef PASS
};
const int default_pipeline_length = sizeof default_pipeline / sizeof *default_pipeline;

const Pass *pass_find(const char *name) {
    for (int i = 0; i < default_pipeline_length; i++)
        if (!strcasecmp(default_pipeline[i]->name, name) || !strcasecmp(default_pipeline[i]->file, name))
            return default_pipeline[i];
    return NULL;
}

static AttrSet held_attributes(const Function *function) {
    AttrSet held = 0;
    for (int i = 0; i < ATTR_COUNT; i++)
        if (function->attributes[i]) held |= (AttrSet)1 << i;
    return held;
}

static const Pass *provider_of(AttrId attribute) {
    for (int i = 0; i < default_pipeline_length; i++)
        if (default_pipeline[i]->provides >> attribute & 1) return default_pipeline[i];
    return NULL;
}

static void check_requirements(const Pass *pass, Function *function) {
    AttrSet missing = pass->requires & ~held_attributes(function);
    if (!missing) return;
    AttrId first = (AttrId)__builtin_ctzll(missing);
    const Pass *provider = provider_of(first);
    Context *context = function->module->context;
    report(context, DIAG_PASS_REQUIRES, function->location, "%s needs the attribute %s, which %s does not hold",
           pass->name, attr_name(first), function->name);
    if (provider) report_help(context, "run %s before it", provider->name);
    fail_now(context);
}

static void check_precedence(const Pass *pass, Function *function) {
    AttrSet early = pass->precedes & held_attributes(function);
    if (!early) return;
    AttrId first = (AttrId)__builtin_ctzll(early);
    const Pass *provider = provider_of(first);
    Context *context = function->module->context;
    report(context, DIAG_ALREADY_LOWERED, function->location, "%s must run before %s holds %s", pass->name,
           function->name, attr_name(first));
    if (provider == pass)
        report_help(context, "run it once");
    else if (provider)
        report_help(context, "run it before %s", provider->name);
    fail_now(context);
}

// Whether a pass of the default pipeline comes behind the one that makes thread programs; -1 for a caller's own pass.
static int works_on_programs(const Pass *pass) {
    bool split = false;
    for (int i = 0; i < default_pipeline_length; i++) {
        if (default_pipeline[i] == pass) return split;
        split = split || (default_pipeline[i]->provides >> ATTR_THREADS & 1);
    }
    return -1;
}

// IR text may claim any attribute, so the level is seen from the function itself.
static void check_level(const Pass *pass, Function *function) {
    Context *context = function->module->context;
    int wanted = works_on_programs(pass);
    bool is_program = function->threads.count > 0;
    if (wanted == 1 && !is_program)
        fail(context, DIAG_NOT_A_PROGRAM, function->location, "%s works on thread programs, and %s holds none",
             pass->name, function->name);
    if (wanted == 0 && (is_program || !function->body))
        fail(context, DIAG_ALREADY_LOWERED, function->location, "%s works on kernels, and %s holds thread programs",
             pass->name, function->name);
}

static void drop_broken(const Pass *pass, Function *function) {
    for (int i = 0; i < ATTR_COUNT; i++)
        if (pass->breaks >> i & 1) function->attributes[i] = NULL;
}

static void check_provided(const Pass *pass, Function *function) {
    AttrSet missing = pass->provides & ~held_attributes(function);
    if (missing)
        fail(function->module->context, pass->is_callers ? DIAG_PASS_PROVIDES : DIAG_INTERNAL, function->location,
             "%s did not set %s", pass->name, attr_name((AttrId)__builtin_ctzll(missing)));
}

// What is wrong behind a pass is ttile's fault, unless it began with text that claimed what it was not.
static void verify_after(const Pass *pass, Function *function) {
    Context *context = function->module->context;
    bool holds = (function->is_claimed ? verify_text : verify_function)(function);
    if (holds) verify_tiles(function, function->is_claimed ? DIAG_IR_TEXT : DIAG_IR_INVALID);
    if (holds) return;
    report_note(context, function->location, "after %s", pass->name);
    fail_now(context);
}

static void run_pass(const Pass *pass, Function *function, const CompileOptions *options, bool verify_each) {
    Context *context = function->module->context;
    uint32_t errors_before = context->error_count;
    check_requirements(pass, function);
    check_level(pass, function);
    check_precedence(pass, function);
    if (function->is_claimed) verify_tiles(function, DIAG_IR_TEXT);
    pass->run(function, options);
    if (context->error_count != errors_before) fail_now(context);
    drop_broken(pass, function);
    check_provided(pass, function);
    if (verify_each) verify_after(pass, function);
    arena_reset(&context->scratch);
}

static bool is_disabled(const Pass *pass, const PipelineOptions *pipeline) {
    for (int i = 0; i < pipeline->disabled_count; i++)
        if (pipeline->disabled[i] == pass) return true;
    return false;
}

void pipeline_run(Function *function, const CompileOptions *options, const PipelineOptions *pipeline) {
    const Pass *const *passes = pipeline->passes ? pipeline->passes : default_pipeline;
    int count = pipeline->passes ? pipeline->pass_count : default_pipeline_length;
    Context *context = function->module->context;
    for (int i = 0; i < pipeline->disabled_count; i++)
        if (!pipeline->disabled[i]->optional) {
            report(context, DIAG_PASS_NOT_OPTIONAL, function->location, "%s cannot be left out",
                   pipeline->disabled[i]->name);
            report_help(context, "`ttile passes` shows which passes are optional");
            fail_now(context);
        }
    if (!function->attributes[ATTR_TARGET]) options_attach(function, options);
    bool started = !pipeline->start_before;
    for (int i = 0; i < count; i++) {
        if (passes[i] == pipeline->start_before) started = true;
        if (!started || is_disabled(passes[i], pipeline)) continue;
        run_pass(passes[i], function, options, pipeline->verify_each);
        if (pipeline->after) pipeline->after(pipeline->user, passes[i], function);
    }
}
