// Times what compatibility and validation cost beside a compilation, and the validation of plans of a million work
// items. Every figure is the best of many rounds; what is compared takes turns.
//
//     bench_plan KERNEL.py
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/compile.h"
#include "api/pipelines.h"
#include "compat/compat.h"
#include "ir/print.h"

#define ROUNDS 40

typedef struct Times { // milliseconds
    double compile, compatibility, validation, reading;
} Times;

typedef struct Job {
    const char *path;
    OptionWords words;
    const Binding *bindings;
    int binding_count;
    bool legacy_attributes;
    Times best, now;
} Job;

static void keep_least(double *best, double value) {
    if (*best == 0 || value < *best) *best = value;
}

static void time_compatibility(Job *job, Function *function, const CompileOptions *options) {
    CompatCores cores = {(int)options->target->grid_columns, (int)options->target->grid_rows};
    if (job->legacy_attributes) {
        compat_apply_defaults(function);
        compat_infer_schedule(function, cores);
        compat_infer_shard(function);
        compat_infer_core_map(function, cores);
    }
    double start = monotonic_milliseconds();
    compat_apply_transforms(function, cores, false);
    job->now.compatibility = monotonic_milliseconds() - start;
}

static void time_validation(Job *job, Context *context, const Value *plan) {
    Text text = {.arena = &context->unit};
    plan_print(plan, &text);
    double start = monotonic_milliseconds();
    PlanFile file = plan_read_text(context, "tt.plan.json", text.data, text.length);
    double read = monotonic_milliseconds();
    if (!plan_check(context, &file)) fail_now(context);
    job->now.reading = monotonic_milliseconds() - start;
    job->now.validation = monotonic_milliseconds() - read;
}

static void run(Context *context, void *user) {
    Job *job = user;
    CompileOptions options = compile_options_parse(context, &job->words);
    const Source *source = context_read_source(context, job->path);
    ElaborateOptions front = {.bindings = job->bindings, .binding_count = job->binding_count, .worker_cores = 64};
    double start = monotonic_milliseconds();
    Function *function = kernel_load(module_open(context), source, &front);
    double loaded = monotonic_milliseconds() - start;
    options_attach(function, &options);
    time_compatibility(job, function, &options);
    start = monotonic_milliseconds();
    PassList passes = pipeline_passes(false);
    pipeline_run(function, &options,
                 &(PipelineOptions){.passes = passes.passes + 1, .pass_count = passes.count - 1, .verify_each = true});
    Text program = {.arena = &context->unit};
    print_module(function->module, (PrintOptions){.locations = true}, &program);
    const Value *plan = plan_build(function, "kernel.ttir", &program);
    job->now.compile = loaded + monotonic_milliseconds() - start;
    time_validation(job, context, plan);
}

static void run_job(Job *job) {
    Context *context = context_new(NULL);
    if (!context || !context_try(context, run, job)) {
        for (uint32_t i = 0; context && i < context->diagnostics.count; i++)
            fprintf(stderr, "bench_plan: %s\n", context->diagnostics.items[i].message);
        exit(1);
    }
    keep_least(&job->best.compile, job->now.compile);
    keep_least(&job->best.compatibility, job->now.compatibility);
    keep_least(&job->best.validation, job->now.validation);
    keep_least(&job->best.reading, job->now.reading);
    context_free(context);
}

static void print_share(const char *what, const Job *job) {
    double added = job->best.compatibility + job->best.validation;
    printf("%-28s %8.3f ms compile, %7.4f ms compatibility, %7.4f ms validation: %5.2f %%\n", what, job->best.compile,
           job->best.compatibility, job->best.validation, 100 * added / job->best.compile);
}

int main(int argc, char **argv) {
    static const Binding million[] = {{"M", "32000"},    {"N", "32000"},    {"K", "64"},
                                      {"block_M", "32"}, {"block_N", "32"}, {"block_K", "32"}};
    static const char *const strategies[] = {"row_major", "column_major", "block"};
    if (argc != 2) return 2;
    Job plain = {.path = argv[1]}, legacy = {.path = argv[1], .legacy_attributes = true}, large[3];
    for (int i = 0; i < 3; i++)
        large[i] =
            (Job){.path = argv[1], .words.partition_strategy = strategies[i], .bindings = million, .binding_count = 6};
    for (int round = 0; round < ROUNDS; round++) {
        run_job(&plain);
        run_job(&legacy);
        for (int i = 0; i < 3; i++) run_job(&large[i]);
    }
    print_share("a kernel (at most 5 %)", &plain);
    print_share("with legacy attributes", &legacy);
    for (int i = 0; i < 3; i++)
        printf("a million items, %-12s %8.3f ms compile, %7.3f ms to read and validate the plan (at most 5 ms)\n",
               strategies[i], large[i].best.compile, large[i].best.reading);
    return 0;
}
