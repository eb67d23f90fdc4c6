// The part of a plan that describes L1: circular buffers, semaphores, the byte table.
#include "ir/print.h"
#include "plan/internal.h"

static int64_t buffer_bytes(const CircularBuffer *buffer) { return (int64_t)buffer->pages * buffer->page_bytes; }

static Value *build_circular_buffer(Maker *maker, const CircularBuffer *buffer) {
    Value *dict = plan_dict(maker);
    plan_set(maker, dict, "name", plan_text(maker, buffer->name));
    plan_set(maker, dict, "index", plan_int(maker, buffer->index));
    plan_set(maker, dict, "format", plan_text(maker, dtype_name(buffer->format)));
    plan_set(maker, dict, "page_bytes", plan_int(maker, buffer->page_bytes));
    plan_set(maker, dict, "pages", plan_int(maker, buffer->pages));
    plan_set(maker, dict, "window", plan_int(maker, buffer->window));
    plan_set(maker, dict, "producer", plan_text(maker, thread_name(buffer->producer)));
    plan_set(maker, dict, "consumer", plan_text(maker, thread_name(buffer->consumer)));
    plan_set(maker, dict, "unpack", plan_text(maker, buffer->unpack == UNPACK_DST ? "dst" : "source"));
    plan_set(maker, dict, "resident", value_bool(maker->arena, buffer->resident));
    plan_set(maker, dict, "alias", plan_text(maker, buffer->alias ? buffer->alias->name : NULL));
    plan_set(maker, dict, "holds", plan_text(maker, buffer->holds));
    plan_set(maker, dict, "shard", plan_text(maker, buffer->shard ? buffer->shard->name : NULL));
    return dict;
}

Value *plan_build_circular_buffers(Maker *maker) {
    Value *list = plan_list(maker);
    for (uint32_t i = 0; i < maker->program->circular_buffers.count; i++)
        plan_add(maker, list, build_circular_buffer(maker, maker->program->circular_buffers.items[i]));
    return list;
}

Value *plan_build_semaphores(Maker *maker) {
    Value *list = plan_list(maker);
    for (uint32_t i = 0; i < maker->program->semaphores.count; i++) {
        const Semaphore *semaphore = maker->program->semaphores.items[i];
        Value *dict = plan_dict(maker);
        plan_set(maker, dict, "name", plan_text(maker, semaphore->name));
        plan_set(maker, dict, "index", plan_int(maker, semaphore->index));
        plan_set(maker, dict, "initial", plan_int(maker, semaphore->initial));
        plan_add(maker, list, dict);
    }
    return list;
}

Value *plan_build_l1(Maker *maker) {
    const Target *target = maker->options.target;
    Value *dict = plan_dict(maker), *table = plan_list(maker);
    for (uint32_t i = 0; i < maker->program->circular_buffers.count; i++) {
        const CircularBuffer *buffer = maker->program->circular_buffers.items[i];
        if (buffer->alias || buffer->shard) continue;
        Value *row = plan_dict(maker);
        plan_set(maker, row, "circular_buffer", plan_text(maker, buffer->name));
        plan_set(maker, row, "bytes", plan_int(maker, buffer_bytes(buffer)));
        plan_add(maker, table, row);
    }
    plan_set(maker, dict, "bytes", plan_int(maker, target->l1_bytes));
    plan_set(maker, dict, "reserved", plan_int(maker, target->l1_base));
    plan_set(maker, dict, "used", plan_int(maker, program_l1_bytes(maker->program, target)));
    plan_set(maker, dict, "tensors", plan_int(maker, program_tensor_bytes(maker->program, target)));
    plan_set(maker, dict, "table", table);
    return dict;
}
