// Programs and plans of the C API.
#include "api/internal.h"

#include "program/program.h"

typedef struct ProgramCall {
    ttile_context *context;
    ttile_module *module;
    const char *name, *text;
    size_t length;
    ttile_program *result;
    ttile_plan *plan;
} ProgramCall;

static ttile_program *program_new(Context *base, ttile_context *context, Function *function) {
    ttile_program *program = arena_new(&base->unit, ttile_program);
    *program = (ttile_program){context, function};
    return program;
}

static void take_program(Context *base, void *user) {
    ProgramCall *call = user;
    api_require(base, !call->module->failed, "an earlier pipeline failed on this module");
    require_program(call->module->function);
    call->result = program_new(base, call->context, call->module->function);
}

ttile_status ttile_program_from_module(ttile_module *module, ttile_program **program) {
    if (!module || !program) return TTILE_USER_ERROR;
    ProgramCall call = {.context = module->context, .module = module};
    ttile_status status = api_call(module->context, take_program, &call);
    if (status == TTILE_OK) *program = call.result;
    return status;
}

static void read_program(Context *base, void *user) {
    ProgramCall *call = user;
    api_require(base, call->name != NULL, "the file's name is NULL");
    const Source *source = call->text ? context_add_source(base, call->name, call->text, call->length)
                                      : context_read_source(base, call->name);
    Function *function = kernel_load(module_open(base), source, &(ElaborateOptions){0});
    require_proven(function, options_of(function).target);
    call->result = program_new(base, call->context, function);
}

static ttile_status program_call(ProgramCall *call, ttile_program **program) {
    if (!program) return TTILE_USER_ERROR;
    ttile_status status = api_call(call->context, read_program, call);
    if (status == TTILE_OK) *program = call->result;
    return status;
}

ttile_status ttile_program_from_file(ttile_context *context, const char *path, ttile_program **program) {
    ProgramCall call = {.context = context, .name = path};
    return program_call(&call, program);
}

ttile_status ttile_program_from_memory(ttile_context *context, const char *name, const char *text, size_t length,
                                       ttile_program **program) {
    ProgramCall call = {.context = context, .name = name, .text = text ? text : "", .length = text ? length : 0};
    return program_call(&call, program);
}

size_t ttile_program_tensor_count(const ttile_program *program) {
    return program ? program->function->parameters.count : 0;
}

ttile_status ttile_program_tensor(const ttile_program *program, size_t index, ttile_tensor *tensor) {
    return program ? api_describe(program->context, program->function, index, tensor) : TTILE_USER_ERROR;
}

// ---------------------------------------------------------------- plans

const Value *api_build_plan(const Function *program, const Text *text) {
    const char *file = arena_format(&program->module->context->unit, "%s.ttir", program->name);
    return plan_build(program, file, text);
}

static void make_plan(Context *base, void *user) {
    ProgramCall *call = user;
    ttile_plan *plan = arena_new(&base->unit, ttile_plan);
    plan->context = call->context;
    plan->program = call->result;
    plan->program_text = api_print(call->result->function);
    plan->root = api_build_plan(call->result->function, &plan->program_text);
    call->plan = plan;
}

ttile_status ttile_plan_from_program(ttile_program *program, ttile_plan **plan) {
    if (!program || !plan) return TTILE_USER_ERROR;
    ProgramCall call = {.context = program->context, .result = program};
    ttile_status status = api_call(program->context, make_plan, &call);
    if (status == TTILE_OK) *plan = call.plan;
    return status;
}

static void read_plan(Context *base, void *user) {
    ProgramCall *call = user;
    api_require(base, call->name != NULL, "the file's name is NULL");
    PlanFile file = plan_read(base, call->name);
    if (!plan_check(base, &file)) fail_now(base);
    if (value_get(file.root, "launches"))
        fail(base, DIAG_UNSUPPORTED_LAUNCHES, (Location){file.source, 1, 1, 0},
             "a plan of several launches: read the plans in the folders of its launches, one at a time");
    ttile_plan *plan = arena_new(&base->unit, ttile_plan);
    plan->context = call->context;
    plan->root = file.root;
    const Source *source;
    plan->program = program_new(base, call->context, plan_load(base, &file, &source));
    plan->program_text = (Text){.arena = &base->unit};
    text_add_bytes(&plan->program_text, source->text, source->length);
    call->plan = plan;
}

ttile_status ttile_plan_read(ttile_context *context, const char *path, ttile_plan **plan) {
    if (!plan) return TTILE_USER_ERROR;
    ProgramCall call = {.context = context, .name = path};
    ttile_status status = api_call(context, read_plan, &call);
    if (status == TTILE_OK) *plan = call.plan;
    return status;
}

typedef struct PlanCall {
    const ttile_plan *plan;
    const char *path;
    Text text;
} PlanCall;

static void print_plan(Context *base, void *user) {
    PlanCall *call = user;
    call->text = (Text){.arena = &base->unit};
    plan_print(call->plan->root, &call->text);
}

ttile_status ttile_plan_text(const ttile_plan *plan, const char **text, size_t *length) {
    if (!plan) return TTILE_USER_ERROR;
    PlanCall call = {.plan = plan};
    ttile_status status = api_call(plan->context, print_plan, &call);
    if (status != TTILE_OK) return status;
    if (text) *text = call.text.data;
    if (length) *length = call.text.length;
    return TTILE_OK;
}

static void write_plan(Context *base, void *user) {
    PlanCall *call = user;
    api_require(base, call->path != NULL, "the file's name is NULL");
    plan_write_to(base, call->path, call->plan->root, &call->plan->program_text);
}

ttile_status ttile_plan_write(const ttile_plan *plan, const char *path) {
    if (!plan) return TTILE_USER_ERROR;
    PlanCall call = {.plan = plan, .path = path};
    return api_call(plan->context, write_plan, &call);
}

ttile_status ttile_plan_program(const ttile_plan *plan, ttile_program **program) {
    if (!plan || !program) return TTILE_USER_ERROR;
    *program = plan->program;
    return TTILE_OK;
}
