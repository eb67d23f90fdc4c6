// Pipelines of the C API: lists of passes, ttile's own and the caller's. Passes run one at a time through the pass
// manager, which holds both kinds to their contracts.
#include <string.h>
#include <strings.h>

#include "api/internal.h"
#include "api/pipelines.h"

// Either a pass of ttile, or the caller's with the contract that the pass manager reads.
typedef struct Stage {
    const Pass *pass;
    const ttile_pass *own; // NULL
} Stage;

struct ttile_pipeline {
    ttile_context *context;
    VECTOR(Stage) stages;
    void (*after)(void *user, const char *pass, const ttile_module *module);
    void *after_user;
};

// ---------------------------------------------------------------- options

ttile_options ttile_options_default(void) {
    return (ttile_options){
        .target_device = "wormhole:n150",
        .partition_strategy = "row_major",
        .math_fidelity = "HiFi4",
        .enable_double_buffer = true,
        .enable_prefetch = true,
        .plan_path = PLAN_FILE_NAME,
    };
}

// The default leaves it to the kernel's own schedule and layouts.
static const char *asked_strategy(const ttile_options *options) {
    bool usual = options->partition_strategy && !strcmp(options->partition_strategy, "row_major");
    return usual ? NULL : options->partition_strategy;
}

OptionWords api_option_words(const ttile_options *options) {
    ttile_options defaults = ttile_options_default();
    if (!options) options = &defaults;
    return (OptionWords){
        .target = options->target_device,
        .partition_strategy = asked_strategy(options),
        .math_fidelity = options->math_fidelity,
        .accumulate = options->accumulate,
        .core_grid = options->core_grid,
        .pipeline = options->pipeline,
        .no_double_buffer = !options->enable_double_buffer,
        .no_prefetch = !options->enable_prefetch,
    };
}

// ---------------------------------------------------------------- the caller's passes

// The pass manager calls this for every pass of a caller; which one it is stands in the context.
static void run_own(Function *function, const CompileOptions *options) {
    (void)options;
    ttile_context *context = function->module->context->on_diagnostic_user;
    const ttile_pass *pass = context->running;
    ttile_status status = pass->run(pass->user, context->running_on);
    context->running = NULL;
    if (status != TTILE_OK)
        fail(context->base, DIAG_PASS_FAILED, function->location, "the pass %s failed with status %d", pass->name,
             (int)status);
}

static AttrSet attribute_set(Context *base, const char *const *names) {
    static const char *const known[ATTR_COUNT] = {
#define ATTR(id, name, type, doc) name,
#include "ir/attrs.def"
#undef ATTR
    };
    AttrSet set = 0;
    for (; names && *names; names++) {
        int found = 0;
        while (found < ATTR_COUNT && strcmp(known[found], *names)) found++;
        if (found == ATTR_COUNT) fail(base, DIAG_API_ARGUMENT, (Location){0}, "there is no attribute `%s`", *names);
        set |= (AttrSet)1 << found;
    }
    return set;
}

static Stage own_stage(Context *base, const ttile_pass *pass) {
    api_require(base, pass && pass->name && pass->run, "a pass needs a name and a function");
    ttile_pass *copy = arena_new(&base->unit, ttile_pass);
    *copy = *pass;
    copy->name = name_of(base, pass->name);
    Pass *contract = arena_new(&base->unit, Pass);
    *contract = (Pass){
        .name = copy->name,
        .file = copy->name,
        .summary = "a pass of the caller's",
        .requires = attribute_set(base, pass->requires_attributes),
        .provides = attribute_set(base, pass->provides_attributes),
        .breaks = attribute_set(base, pass->breaks_attributes),
        .is_callers = true,
        .run = run_own,
    };
    return (Stage){contract, copy};
}

// ---------------------------------------------------------------- lists

static void add_stage(Context *base, ttile_pipeline *pipeline, uint32_t index, Stage stage) {
    vector_push(&base->unit, pipeline->stages, stage);
    Stage *items = pipeline->stages.items;
    memmove(items + index + 1, items + index, (pipeline->stages.count - 1 - index) * sizeof *items);
    items[index] = stage;
}

static uint32_t find_stage(Context *base, const ttile_pipeline *pipeline, const char *name) {
    for (uint32_t i = 0; i < pipeline->stages.count; i++) {
        const Pass *pass = pipeline->stages.items[i].pass;
        if (!strcasecmp(pass->name, name) || !strcasecmp(pass->file, name)) return i;
    }
    fail(base, DIAG_API_ARGUMENT, (Location){0}, "the pipeline has no pass `%s`", name);
}

typedef struct PipelineCall {
    ttile_context *context;
    ttile_pipeline *pipeline;
    const char *before, *name;
    const ttile_pass *own;
    ttile_module *module;
    const ttile_options *options;
} PipelineCall;

static void create_from(Context *base, PipelineCall *call, bool legacy) {
    PassList list = pipeline_passes(legacy);
    call->pipeline = arena_new(&base->unit, ttile_pipeline);
    call->pipeline->context = call->context;
    for (int i = 0; i < list.count; i++) add_stage(base, call->pipeline, (uint32_t)i, (Stage){list.passes[i], NULL});
}

static void create(Context *base, void *user) { create_from(base, user, false); }

ttile_status ttile_pipeline_create(ttile_context *context, ttile_pipeline **pipeline) {
    if (!pipeline) return TTILE_USER_ERROR;
    PipelineCall call = {.context = context};
    ttile_status status = api_call(context, create, &call);
    if (status == TTILE_OK) *pipeline = call.pipeline;
    return status;
}

size_t ttile_pipeline_count(const ttile_pipeline *pipeline) { return pipeline ? pipeline->stages.count : 0; }

const char *ttile_pipeline_pass(const ttile_pipeline *pipeline, size_t index) {
    return pipeline && index < pipeline->stages.count ? pipeline->stages.items[index].pass->name : NULL;
}

static void insert(Context *base, void *user) {
    PipelineCall *call = user;
    api_require(base, call->name || call->own, "the pass is NULL");
    uint32_t index = call->before ? find_stage(base, call->pipeline, call->before) : call->pipeline->stages.count;
    Stage stage = call->own ? own_stage(base, call->own) : (Stage){pass_require(base, call->name), NULL};
    add_stage(base, call->pipeline, index, stage);
}

ttile_status ttile_pipeline_insert(ttile_pipeline *pipeline, const char *before, const char *name) {
    if (!pipeline) return TTILE_USER_ERROR;
    PipelineCall call = {.pipeline = pipeline, .before = before, .name = name};
    return api_call(pipeline->context, insert, &call);
}

ttile_status ttile_pipeline_insert_pass(ttile_pipeline *pipeline, const char *before, const ttile_pass *pass) {
    if (!pipeline) return TTILE_USER_ERROR;
    PipelineCall call = {.pipeline = pipeline, .before = before, .own = pass};
    return api_call(pipeline->context, insert, &call);
}

static void remove_stage(Context *base, void *user) {
    PipelineCall *call = user;
    api_require(base, call->name != NULL, "the pass's name is NULL");
    uint32_t index = find_stage(base, call->pipeline, call->name);
    Stage *items = call->pipeline->stages.items;
    call->pipeline->stages.count--;
    memmove(items + index, items + index + 1, (call->pipeline->stages.count - index) * sizeof *items);
}

ttile_status ttile_pipeline_remove(ttile_pipeline *pipeline, const char *name) {
    if (!pipeline) return TTILE_USER_ERROR;
    PipelineCall call = {.pipeline = pipeline, .name = name};
    return api_call(pipeline->context, remove_stage, &call);
}

void ttile_pipeline_after_each(ttile_pipeline *pipeline,
                               void (*after)(void *user, const char *pass, const ttile_module *module), void *user) {
    if (!pipeline) return;
    pipeline->after = after;
    pipeline->after_user = user;
}

// ---------------------------------------------------------------- running

static void run_stage(PipelineCall *call, const Stage *stage, const CompileOptions *options) {
    ttile_context *context = call->context;
    const Pass *const passes[] = {stage->pass};
    PipelineOptions one = {.passes = passes, .pass_count = 1, .verify_each = true};
    context->running = stage->own;
    context->running_on = call->module;
    pipeline_run(call->module->function, options, &one);
    if (call->pipeline->after) call->pipeline->after(call->pipeline->after_user, stage->pass->name, call->module);
}

static void run_stages(Context *base, void *user) {
    PipelineCall *call = user;
    OptionWords words = api_option_words(call->options);
    api_require(base, !call->module->failed, "an earlier pipeline failed on this module");
    CompileOptions options = compile_options_for(call->module->function, &words);
    options = pipeline_options(call->module->function, &options);
    call->module->failed = true;
    for (uint32_t i = 0; i < call->pipeline->stages.count; i++)
        run_stage(call, &call->pipeline->stages.items[i], &options);
    call->module->failed = false;
}

ttile_status ttile_pipeline_run(ttile_pipeline *pipeline, ttile_module *module, const ttile_options *options) {
    if (!pipeline || !module || pipeline->context != module->context) return TTILE_USER_ERROR;
    PipelineCall call = {.context = pipeline->context, .pipeline = pipeline, .module = module, .options = options};
    return api_call(pipeline->context, run_stages, &call);
}

static void optimize(Context *base, void *user) {
    PipelineCall *call = user;
    require_source_level(call->module->function);
    OptionWords words = api_option_words(call->options);
    create_from(base, call, compile_options_for(call->module->function, &words).legacy);
    run_stages(base, call);
}

ttile_status ttile_optimize_for_target(ttile_module *module, const ttile_options *options) {
    if (!module) return TTILE_USER_ERROR;
    PipelineCall call = {.context = module->context, .module = module, .options = options};
    return api_call(module->context, optimize, &call);
}

static void optimize_and_write(Context *base, void *user) {
    PipelineCall *call = user;
    ttile_options defaults = ttile_options_default();
    const char *path = call->options ? call->options->plan_path : defaults.plan_path;
    optimize(base, call);
    if (!path) return;
    Text text = api_print(call->module->function);
    plan_write_to(base, path, api_build_plan(call->module->function, &text), &text);
}

ttile_status ttile_run_pipeline(ttile_module *module, const ttile_options *options) {
    if (!module) return TTILE_USER_ERROR;
    PipelineCall call = {.context = module->context, .module = module, .options = options};
    return api_call(module->context, optimize_and_write, &call);
}
