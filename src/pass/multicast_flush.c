// Which flushes a sender needs: one in front of each send sees to it that pages sent before may be filled again.
#include "ir/walk.h"
#include "pass/multicast.h"
#include "pass/window_parts.h"

static bool pushes(const Statement *statement, const CircularBuffer *circular) {
    return has_effect(statement, EFFECT_PUSH) && statement->op.operands[0].circular == circular;
}

// The buffer whose receivers a wait is for; NULL for any other statement.
static const CircularBuffer *sent_behind(const Multicast *multicast, const Statement *wait) {
    if (!has_effect(wait, EFFECT_SEMAPHORE_WAIT)) return NULL;
    for (int i = 0; i < multicast->shared_count; i++)
        if (multicast->shared[i].ready == wait->op.operands[0].semaphore) return multicast->shared[i].circular;
    return NULL;
}

// Is a window that a turn of the block fills again sent in the turn before, or sooner, and flushed since then?
static bool has_spare_window(const Block *block, const CircularBuffer *circular) {
    int fills = 0;
    for (const Statement *s = block->first; s; s = s->next) fills += pushes(s, circular);
    return fills < circular->pages / circular->window;
}

// A flush waits for all that the thread has sent: one in front of the first send serves every other of the same turn,
// if the turn leaves a window of the buffer alone.
void keep_first_flush(const Multicast *multicast, Block *block) {
    bool is_flushed = false;
    for (Statement *s = block->first, *next; s; s = next) {
        next = s->next;
        Block *blocks[2];
        int count = statement_blocks(s, blocks);
        for (int i = 0; i < count; i++) keep_first_flush(multicast, blocks[i]);
        if (!has_effect(s, EFFECT_WRITE_FLUSH)) continue;
        const CircularBuffer *sent = next ? sent_behind(multicast, next) : NULL;
        if (is_flushed && sent && has_spare_window(block, sent)) statement_remove(s);
        is_flushed = true;
    }
}
