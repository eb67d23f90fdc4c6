// Lowering a kernel: its launch, or each of its launches as a program of its own.
#include "cli/lower.h"

#include "api/launches.h"
#include "api/pipelines.h"
#include "ir/print.h"

// Thread programs are taken as they are, when they are proven to be right.
static void make_program(const Kernel *kernel, Function *function) {
    if (is_program(function)) {
        require_proven(function, kernel->options.target);
        return;
    }
    require_source_level(function);
    compile_run(function, &kernel->options, &kernel->pipeline);
}

static Lowered lower(Cli *cli, const Kernel *kernel, Function *function) {
    Lowered lowered = {.function = function, .text = {.arena = &cli->context->unit}};
    make_program(kernel, function);
    print_module(function->module, (PrintOptions){.locations = true}, &lowered.text);
    const char *name = arena_format(&cli->context->unit, "%s.ttir", function->name);
    lowered.plan = plan_build(function, name, &lowered.text);
    return lowered;
}

LoweredKernel cli_lower(Cli *cli, Kernel *kernel) {
    Arena *arena = &cli->context->unit;
    LoweredKernel result = {0};
    int count = launch_count(kernel->function);
    if (count < 2) {
        vector_push(arena, result.launches, lower(cli, kernel, kernel->function));
        result.plan = result.launches.items[0].plan;
        return result;
    }
    const Value **plans = arena_new_array(arena, const Value *, (size_t)count);
    for (int i = 0; i < count; i++) {
        Lowered lowered = lower(cli, kernel, launch_function(kernel->function, i));
        lowered.folder = arena_format(arena, "launch%d", i);
        plans[i] = lowered.plan;
        vector_push(arena, result.launches, lowered);
    }
    result.plan = plan_build_launches(kernel->function, count, plans);
    return result;
}
