// The part of a plan that describes the kernels: which thread runs what where, with which arguments.
#include "ir/print.h"
#include "plan/internal.h"
#include "program/kernel.h"

static Value *tensor_arguments(Maker *maker, const ThreadKernel *kernel) {
    Value *list = plan_list(maker);
    for (uint32_t i = 0; i < kernel->tensors.count; i++)
        plan_add(maker, list, plan_text(maker, kernel->tensors.items[i]->name));
    return list;
}

static Value *used_arguments(Maker *maker, const ThreadKernel *kernel) {
    Value *list = plan_list(maker);
    for (uint32_t i = 0; i < kernel->arguments.count; i++)
        plan_add(maker, list, plan_text(maker, kernel->arguments.items[i]->variable->name));
    return list;
}

static Value *used_sizes(Maker *maker, const ThreadKernel *kernel) {
    Value *list = plan_list(maker);
    for (uint32_t i = 0; i < kernel->sizes.count; i++)
        plan_add(maker, list, plan_text(maker, kernel->sizes.items[i]->name));
    return list;
}

static Value *used_numbers(Maker *maker, const ThreadKernel *kernel) {
    Value *dict = plan_dict(maker);
    for (uint32_t i = 0; i < kernel->circular_buffers.count; i++) {
        const CircularBuffer *buffer = kernel->circular_buffers.items[i];
        plan_set(maker, dict, buffer->name, plan_int(maker, buffer->index));
    }
    for (uint32_t i = 0; i < kernel->semaphores.count; i++) {
        const Semaphore *semaphore = kernel->semaphores.items[i];
        plan_set(maker, dict, semaphore->name, plan_int(maker, semaphore->index));
    }
    return dict;
}

static Value *thread_cores(Maker *maker, const ThreadProgram *thread) {
    if (thread->cores.count == 0) return plan_build_core_ranges(maker);
    CoreRanges ranges = {thread->cores.items, thread->cores.count, thread->cores.capacity};
    return plan_build_ranges(maker, ranges);
}

static Value *build_program(Maker *maker) {
    Value *dict = plan_dict(maker);
    plan_set(maker, dict, "file", plan_text(maker, maker->program_file));
    plan_set(maker, dict, "sha256", maker->program_digest);
    return dict;
}

static Value *build_kernel(Maker *maker, const ThreadKernel *kernel) {
    const ThreadProgram *thread = kernel->thread;
    Value *dict = plan_dict(maker);
    plan_set(maker, dict, "thread", plan_text(maker, thread_name(thread->thread)));
    plan_set(maker, dict, "file", plan_text(maker, kernel->file));
    plan_set(maker, dict, "program", build_program(maker));
    plan_set(maker, dict, "cores", thread_cores(maker, thread));
    plan_set(maker, dict, "compile_time_args", used_numbers(maker, kernel));
    plan_set(maker, dict, "tensor_args", tensor_arguments(maker, kernel));
    plan_set(maker, dict, "runtime_args", used_arguments(maker, kernel));
    plan_set(maker, dict, "size_args", used_sizes(maker, kernel));
    return dict;
}

Value *plan_build_kernels(Maker *maker) {
    Value *list = plan_list(maker);
    for (uint32_t i = 0; i < maker->kernels.count; i++)
        plan_add(maker, list, build_kernel(maker, maker->kernels.items[i]));
    return list;
}

static bool is_read(const Maker *maker, const RuntimeArgument *argument) {
    for (uint32_t i = 0; i < maker->kernels.count; i++)
        for (uint32_t k = 0; k < maker->kernels.items[i]->arguments.count; k++)
            if (maker->kernels.items[i]->arguments.items[k] == argument) return true;
    return false;
}

// Which runtime arguments are coordinates of cores.
Value *plan_build_core_coordinates(Maker *maker) {
    static const char *const axes[] = {[AXIS_X] = "x", [AXIS_Y] = "y"};
    Value *dict = plan_dict(maker);
    for (uint32_t i = 0; i < maker->program->arguments.count; i++) {
        const RuntimeArgument *argument = maker->program->arguments.items[i];
        if (argument->axis == AXIS_NONE || !is_read(maker, argument)) continue;
        plan_set(maker, dict, argument->variable->name, plan_text(maker, axes[argument->axis]));
    }
    return dict;
}

Value *plan_build_compute(Maker *maker) {
    Value *dict = plan_dict(maker);
    plan_set(maker, dict, "math_fidelity", plan_text(maker, fidelity_name(program_fidelity(maker->program))));
    plan_set(maker, dict, "fp32_dst", value_bool(maker->arena, program_dst_fp32(maker->program)));
    plan_set(maker, dict, "full_sync_dst", value_bool(maker->arena, program_dst_full_sync(maker->program)));
    return dict;
}
