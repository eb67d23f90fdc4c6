// L1 of a core: what the circular buffers take, and the table that says so.
#include "program/program.h"

// Hostile text may name any counts; the sum saturates.
static int64_t buffer_bytes(const CircularBuffer *buffer) {
    int64_t bytes = (int64_t)buffer->pages * buffer->page_bytes;
    return buffer->alias || bytes < 0 ? 0 : bytes;
}

int64_t program_l1_bytes(const Function *program) {
    int64_t total = 0;
    for (uint32_t i = 0; i < program->circular_buffers.count; i++)
        if (__builtin_add_overflow(total, buffer_bytes(program->circular_buffers.items[i]), &total)) return INT64_MAX;
    return total;
}

static void add_row(const CircularBuffer *buffer, Text *out) {
    const char *holds = buffer->holds ? buffer->holds : "";
    if (buffer->alias)
        text_format(out, "  %5d  %-20.40s %-16.40s the bytes of %s\n", buffer->index, buffer->name, holds,
                    buffer->alias->name);
    else
        text_format(out, "  %5d  %-20.40s %-16.40s %6d x %5d = %8lld\n", buffer->index, buffer->name, holds,
                    buffer->pages, buffer->page_bytes, (long long)buffer_bytes(buffer));
}

static void add_sum(Text *out, const char *label, int64_t bytes) {
    text_format(out, "         %-52s %8lld\n", label, (long long)bytes);
}

void program_l1_table(const Function *program, const Target *target, Text *out) {
    int64_t used = program_l1_bytes(program), room = target->l1_bytes - target->l1_base;
    text_format(out, "  %5s  %-20s %-16s %6s   %5s   %8s\n", "index", "circular buffer", "holds", "pages", "bytes",
                "total");
    for (uint32_t i = 0; i < program->circular_buffers.count; i++) add_row(program->circular_buffers.items[i], out);
    add_sum(out, "circular buffers together", used);
    add_sum(out, "reserved below them", target->l1_base);
    add_sum(out, "L1 of a core", target->l1_bytes);
    add_sum(out, used > room ? "too much" : "free", used > room ? used - room : room - used);
}
