// Names of kernel files. A thread's only program is reader.cpp; where cores have different roles, a name says what its
// cores send to others and receive from them: reader_send_A_shared_receive_B_shared.cpp.
#include <string.h>

#include "ir/print.h"
#include "ir/walk.h"
#include "program/kernel.h"

enum { MAX_STEM = 100 }; // a longer one says nothing any more

typedef struct Traffic {
    const Function *program;
    Arena *arena;
    VECTOR(const CircularBuffer *) sent, loaded, pushed;
    bool waits; // for another core
} Traffic;

static void note_operation(Statement *statement, void *user) {
    Traffic *traffic = user;
    const Instruction *instruction = instruction_of(statement);
    if (!instruction) return;
    const CircularBuffer *buffer = NULL;
    for (int i = 0; i < MAX_OPERANDS && !buffer; i++)
        if (statement->op.operands[i].kind == OPERAND_CIRCULAR) buffer = statement->op.operands[i].circular;
    Effect effect = instruction->effect;
    traffic->waits |= effect == EFFECT_SEMAPHORE_WAIT;
    if (effect == EFFECT_NOC_MULTICAST) vector_push(traffic->arena, traffic->sent, buffer);
    if (effect == EFFECT_NOC_READ || effect == EFFECT_PAGE_STORE) vector_push(traffic->arena, traffic->loaded, buffer);
    if (effect == EFFECT_PUSH) vector_push(traffic->arena, traffic->pushed, buffer);
}

#define HAS(list, item, found)                                                                                         \
    for (uint32_t k = 0; k < (list).count; k++) (found) |= (list).items[k] == (item)

static bool is_sent(const Traffic *traffic, const CircularBuffer *buffer) {
    bool found = false;
    HAS(traffic->sent, buffer, found);
    return found;
}

// Pages that it gives on and did not put there itself came from another core.
static bool is_received(const Traffic *traffic, const CircularBuffer *buffer) {
    bool pushed = false, loaded = buffer->shard != NULL;
    HAS(traffic->pushed, buffer, pushed);
    HAS(traffic->loaded, buffer, loaded);
    return traffic->waits && pushed && !loaded;
}

static void add_letters(Text *out, const char *text) {
    for (; *text; text++) {
        bool plain = (*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z') || (*text >= '0' && *text <= '9');
        text_add_bytes(out, plain ? text : "_", 1);
    }
}

static void add_role(const Traffic *traffic, const char *verb,
                     bool (*has_role)(const Traffic *, const CircularBuffer *), Text *out) {
    bool first = true;
    for (uint32_t i = 0; i < traffic->program->circular_buffers.count; i++) {
        const CircularBuffer *buffer = traffic->program->circular_buffers.items[i];
        if (!has_role(traffic, buffer)) continue;
        text_add(out, first ? verb : "_");
        add_letters(out, buffer->holds ? buffer->holds : buffer->name);
        first = false;
    }
}

static const char *stem_of(const Function *program, const ThreadProgram *thread, Arena *arena) {
    Traffic traffic = {.program = program, .arena = arena};
    Text stem = {.arena = arena};
    walk_statements(thread->body, note_operation, &traffic);
    text_add(&stem, thread_name(thread->thread));
    add_role(&traffic, "_send_", is_sent, &stem);
    add_role(&traffic, "_receive_", is_received, &stem);
    return stem.length <= MAX_STEM ? stem.data : thread_name(thread->thread);
}

const char *kernel_file(const Function *program, const ThreadProgram *thread) {
    Arena *arena = &program->module->context->unit;
    const char *stem = NULL;
    int roles = 0, same = 0;
    for (uint32_t i = 0; i < program->threads.count; i++) roles += program->threads.items[i]->thread == thread->thread;
    if (roles < 2) return arena_format(arena, "%s.cpp", thread_name(thread->thread));
    stem = stem_of(program, thread, arena);
    for (uint32_t i = 0; program->threads.items[i] != thread; i++) {
        const ThreadProgram *other = program->threads.items[i];
        same += other->thread == thread->thread && !strcmp(stem, stem_of(program, other, arena));
    }
    return same ? arena_format(arena, "%s-%d.cpp", stem, same + 1) : arena_format(arena, "%s.cpp", stem);
}
