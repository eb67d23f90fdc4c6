// Lets unpack, math and pack run apart. Interpreted in order, a program may come to a call of one part that can go on
// only after a later call of another, such as a reserve (pack) in front of the pop (unpack) that makes room. The chip
// runs such programs, so when a core is stuck the instructions ahead are queued and every part executes its own in
// order.
#include <string.h>

#include "sim/machine.h"

Outcome sim_queue_add(SimCore *core, const CodeInstruction *in, const Scalar *values) {
    Queue *queue = &core->queue;
    if (queue->count == QUEUE_ENTRIES) return OUTCOME_BLOCKED;
    QueueEntry *entry = &queue->entries[queue->count++];
    entry->in = in;
    memcpy(entry->values, values, (size_t)in->scalar_count * sizeof *values);
    return OUTCOME_DONE;
}

// Executes what can be executed: an entry goes when no earlier one holds up a part that acts on it. The rest moves up.
static bool serve(SimCore *core, Outcome *outcome) {
    Queue *queue = &core->queue;
    unsigned blocked = 0;
    int kept = 0, count = queue->count;
    queue->is_serving = true;
    for (int i = 0; i < count; i++) {
        QueueEntry *entry = &queue->entries[i];
        bool free = !(blocked & entry->in->parts) && *outcome == OUTCOME_DONE;
        Outcome result = OUTCOME_BLOCKED;
        if (free)
            result = entry->in->handlers[core->mode](core, &core->threads[THREAD_COMPUTE], entry->in, entry->values);
        if (result == OUTCOME_FAILED) *outcome = OUTCOME_FAILED;
        if (result == OUTCOME_DONE) continue;
        blocked |= entry->in->parts;
        if (kept != i) queue->entries[kept] = *entry;
        kept++;
    }
    queue->is_serving = false;
    queue->count = kept;
    return kept < count;
}

// Puts the instruction that compute waits at into the empty queue, and whatever follows behind it.
static void fill(SimCore *core, Outcome *outcome) {
    ThreadState *thread = &core->threads[THREAD_COMPUTE];
    if (core->queue.count == 0) {
        Scalar values[MAX_OPERANDS];
        for (int i = 0; i < thread->at->scalar_count; i++) values[i] = thread->registers[thread->at->scalars[i]];
        sim_queue_add(core, thread->at, values);
        thread->instructions++;
        thread->next++;
    }
    if (!thread->ended && sim_interpret(core, thread) == OUTCOME_FAILED) *outcome = OUTCOME_FAILED;
}

bool sim_queue_run(SimCore *core, Outcome *outcome) {
    const ThreadState *thread = &core->threads[THREAD_COMPUTE];
    bool moved = false;
    *outcome = OUTCOME_DONE;
    if (!thread->code || (thread->ended && core->queue.count == 0)) return false;
    fill(core, outcome);
    while (*outcome == OUTCOME_DONE && core->queue.count > 0 && serve(core, outcome)) {
        moved = true;
        if (*outcome == OUTCOME_DONE && core->queue.count > 0 && !thread->ended) fill(core, outcome);
    }
    return moved;
}
