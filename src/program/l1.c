// L1 of a core: what circular buffers and the parts of tensors that are kept there take, and the table that says so.
#include "program/program.h"

// Hostile text may name any counts; sums saturate.
static int64_t buffer_bytes(const CircularBuffer *buffer) {
    int64_t bytes = (int64_t)buffer->pages * buffer->page_bytes;
    return buffer->alias || buffer->shard || bytes < 0 ? 0 : bytes;
}

static int64_t parameter_bytes(const Buffer *tensor, const Target *target) {
    if (!tensor->has_layout || tensor->layout.space != SPACE_L1) return 0;
    PageMap map = page_map(tensor);
    return tensor_l1_bytes(&map, target);
}

static int64_t saturated(int64_t a, int64_t b) {
    int64_t sum;
    return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

// Every grid of shards begins at core [0, 0], which therefore holds a part of each tensor: no core holds more.
int64_t program_tensor_bytes(const Function *program, const Target *target) {
    int64_t total = 0;
    for (uint32_t i = 0; i < program->parameters.count; i++)
        total = saturated(total, parameter_bytes(program->parameters.items[i], target));
    return total;
}

static int64_t buffers_bytes(const Function *program) {
    int64_t total = 0;
    for (uint32_t i = 0; i < program->circular_buffers.count; i++)
        total = saturated(total, buffer_bytes(program->circular_buffers.items[i]));
    return total;
}

int64_t program_l1_bytes(const Function *program, const Target *target) {
    return saturated(buffers_bytes(program), program_tensor_bytes(program, target));
}

static void add_row(const CircularBuffer *buffer, Text *out) {
    const char *holds = buffer->holds ? buffer->holds : "";
    if (buffer->alias)
        text_format(out, "  %5d  %-20.40s %-16.40s the bytes of %s\n", buffer->index, buffer->name, holds,
                    buffer->alias->name);
    else if (buffer->shard)
        text_format(out, "  %5d  %-20.40s %-16.40s the shard of %s\n", buffer->index, buffer->name, holds,
                    buffer->shard->name);
    else
        text_format(out, "  %5d  %-20.40s %-16.40s %6d x %5d = %8lld\n", buffer->index, buffer->name, holds,
                    buffer->pages, buffer->page_bytes, (long long)buffer_bytes(buffer));
}

static void add_tensor_row(const Buffer *tensor, const Target *target, Text *out) {
    PageMap map = page_map(tensor);
    int64_t bytes = tensor_l1_bytes(&map, target);
    const char *what = map.shard.rows ? "shard" : "pages";
    text_format(out, "  %5s  %-20s %-16.40s %6lld x %5d = %8lld\n", "", what, tensor->name,
                (long long)(bytes / (map.page_bytes > 0 ? map.page_bytes : 1)), map.page_bytes, (long long)bytes);
}

static void add_sum(Text *out, const char *label, int64_t bytes) {
    text_format(out, "         %-52s %8lld\n", label, (long long)bytes);
}

void program_l1_table(const Function *program, const Target *target, Text *out) {
    int64_t used = program_l1_bytes(program, target), room = target->l1_bytes - target->l1_base;
    int64_t tensors = program_tensor_bytes(program, target);
    text_format(out, "  %5s  %-20s %-16s %6s   %5s   %8s\n", "index", "circular buffer", "holds", "pages", "bytes",
                "total");
    for (uint32_t i = 0; i < program->circular_buffers.count; i++) add_row(program->circular_buffers.items[i], out);
    for (uint32_t i = 0; i < program->parameters.count; i++)
        if (parameter_bytes(program->parameters.items[i], target))
            add_tensor_row(program->parameters.items[i], target, out);
    add_sum(out, "circular buffers together", buffers_bytes(program));
    if (tensors) add_sum(out, "tensors in L1 together", tensors);
    add_sum(out, "reserved below them", target->l1_base);
    add_sum(out, "L1 of a core", target->l1_bytes);
    add_sum(out, used > room ? "too much" : "free", used > room ? used - room : room - used);
}
