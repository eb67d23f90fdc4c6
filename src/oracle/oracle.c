// The whole run: compile, make machines, run the function's body on the first, gather what there is to say.
#include "oracle/oracle.h"

#include <string.h>

#include "oracle/launch.h"

#define THREADS_MAX 64

typedef struct Job {
    Function *function;
    const TensorSet *inputs;
    OracleResult result;
    Plan plan;
    Arena arena;
    Shared shared;
} Job;

static void copy_inputs(Job *job) {
    TensorSet *tensors = &job->result.tensors;
    for (int i = 0; i < tensors->count; i++)
        memcpy(tensors->tensors[i].data, job->inputs->tensors[i].data,
               tensors->tensors[i].count * dtype_bytes(tensors->tensors[i].type));
}

_Noreturn static void fail_memory(Context *context, Name name) {
    fail(context, DIAG_OUT_OF_MEMORY, (Location){0}, "no memory to evaluate '%s' by the reference", name);
}

static void *must_allocate(Job *job, size_t bytes, Name name) {
    void *memory = shared_allocate(&job->shared, bytes);
    if (!memory) fail_memory(job->plan.context, name);
    memset(memory, 0, bytes);
    return memory;
}

static bool is_written(const Plan *plan, uint32_t buffer) {
    const Buffer *which = plan->buffers.items[buffer].buffer;
    return plan->effects.writes[buffer] || plan->effects.adds[buffer] || which->role == ROLE_OUT ||
           which->role == ROLE_INOUT || which->parameter < 0;
}

static size_t global_bytes(const BufferInfo *info) { return info->count * dtype_bytes(info->buffer->type); }

// Parameters come first among the plan's buffers, so their numbers are their places.
static void make_globals(Job *job) {
    const Plan *plan = &job->plan;
    job->shared.globals = arena_new_array(plan->arena, Storage, plan->buffers.count);
    for (uint32_t i = 0; i < plan->buffers.count; i++) {
        const BufferInfo *info = &plan->buffers.items[i];
        Storage *storage = &job->shared.globals[i];
        bool parameter = i < plan->function->parameters.count;
        if (info->buffer->scope != SCOPE_GLOBAL) continue;
        storage->info = info;
        storage->global = true;
        storage->data = parameter ? job->result.tensors.tensors[i].data
                                  : must_allocate(job, global_bytes(info), info->buffer->name);
        if (is_written(plan, i)) storage->written = must_allocate(job, info->count, info->buffer->name);
        if (parameter) job->result.written[i] = storage->written;
    }
}

static void make_machines(Job *job) {
    Shared *shared = &job->shared;
    int wanted = shared->options.threads < 1             ? 1
                 : shared->options.threads > THREADS_MAX ? THREADS_MAX
                                                         : shared->options.threads;
    shared->machines = arena_new_array(job->plan.arena, Machine *, (size_t)wanted);
    for (int i = 0; i < wanted; i++) {
        shared->machines[i] = machine_new(shared);
        if (!shared->machines[i] && i == 0) fail_memory(job->plan.context, job->function->name);
        if (!shared->machines[i]) break;
        shared->machine_count = i + 1;
    }
}

static void run_body(Machine *machine, void *user) {
    const Plan *plan = user;
    run_nodes(machine, &plan->body);
}

static void report_failure(Context *context, const Failure *failure) {
    report(context, failure->code, failure->location, "%s", failure->message);
    if (failure->help[0]) report_help(context, "%s", failure->help);
    fail_now(context);
}

static int64_t count_never_written(const Job *job) {
    int64_t count = 0;
    for (uint32_t i = 0; i < job->function->parameters.count; i++) {
        const uint8_t *written = job->result.written[i];
        if (!written || job->function->parameters.items[i]->role != ROLE_OUT) continue;
        for (size_t e = 0; e < job->result.tensors.tensors[i].count; e++) count += !written[e];
    }
    return count;
}

static void check_inputs(Job *job) {
    bool same = job->inputs->count == job->result.tensors.count;
    for (int i = 0; same && i < job->inputs->count; i++)
        same = job->inputs->tensors[i].count == job->result.tensors.tensors[i].count &&
               job->inputs->tensors[i].type == job->result.tensors.tensors[i].type;
    if (!same)
        fail(job->plan.context, DIAG_INTERNAL, job->function->location,
             "the tensors given to the reference are not those of '%s'", job->function->name);
}

static void run_job(Context *context, void *user) {
    Job *job = user;
    OracleResult *result = &job->result;
    size_t count = job->function->parameters.count;
    result->tensors = tensors_for(job->function);
    check_inputs(job);
    copy_inputs(job);
    result->written = arena_new_array(&context->unit, uint8_t *, count);
    result->precision = arena_new_array(&context->unit, Precision, count);
    plan_compile(&job->plan);
    make_globals(job);
    make_machines(job);
    Machine *machine = job->shared.machines[0];
    if (!machine_try(machine, run_body, &job->plan)) report_failure(context, &machine->failure);
    for (int i = 0; i < job->shared.machine_count; i++) result->operations += job->shared.machines[i]->operations;
    track_gather(&job->shared);
    for (uint32_t i = 0; i < count; i++) result->precision[i] = track_precision(&job->shared.globals[i]);
    if (!result->sampled) result->never_written = count_never_written(job);
}

// What is not handed out in the result.
static void free_job(Job *job) {
    Shared *shared = &job->shared;
    for (int i = 0; i < shared->machine_count; i++) machine_free(shared->machines[i]);
    for (uint32_t i = 0; shared->globals && i < job->plan.buffers.count; i++) {
        Storage *storage = &shared->globals[i];
        if (!storage->global) continue;
        shared_release(shared, storage->owner, storage->info->count * sizeof(uint32_t));
        if (i < job->function->parameters.count) continue;
        shared_release(shared, storage->data, global_bytes(storage->info));
        shared_release(shared, storage->written, storage->info->count);
    }
    pthread_mutex_destroy(&shared->memory);
    arena_reset(&job->arena);
}

OracleResult oracle_run(Function *function, const TensorSet *inputs, const OracleOptions *options) {
    Context *context = function->module->context;
    Job job = {.function = function, .inputs = inputs};
    job.arena = (Arena){.allocator = context->unit.allocator,
                        .exhausted = context->unit.exhausted,
                        .exhausted_user = context->unit.exhausted_user};
    job.plan = (Plan){.context = context, .function = function, .arena = &job.arena};
    job.shared =
        (Shared){.plan = &job.plan, .allocator = context->unit.allocator, .options = *options, .result = &job.result};
    pthread_mutex_init(&job.shared.memory, NULL);
    bool done = context_try(context, run_job, &job);
    free_job(&job);
    if (!done) {
        oracle_free(&job.result);
        fail_now(context);
    }
    return job.result;
}

void oracle_free(OracleResult *result) {
    if (!result->tensors.context) return;
    const Allocator *allocator = result->tensors.context->unit.allocator;
    for (int i = 0; result->written && i < result->tensors.count; i++)
        if (result->written[i])
            allocator->release(allocator->user, result->written[i], result->tensors.tensors[i].count);
    result->written = NULL;
    tensors_free(&result->tensors);
}
