// Backward liveness over the structured body (liveness.h). A loop may run no turn or many; a nest that writes every
// tile of a buffer ends the life of its old value.
#include "pass/liveness.h"
#include "ir/walk.h"

static void add_tracked(Statement *statement, void *user) {
    Tracked *tracked = user;
    if (statement->kind != STATEMENT_ALLOC || !is_on_chip(statement->alloc) || tracked->count == MAX_TRACKED) return;
    if (tracked->function->circular_buffers.count && !circular_of(tracked->function, statement->alloc)) return;
    tracked->buffers[tracked->count++] = statement->alloc;
}

Tracked track_buffers(Function *function, Block *block) {
    Tracked tracked = {.function = function, .module = function->module};
    walk_statements(block, add_tracked, &tracked);
    return tracked;
}

int tracked_index(const Tracked *tracked, const Buffer *buffer) {
    for (int i = 0; i < tracked->count; i++)
        if (tracked->buffers[i] == buffer) return i;
    return -1;
}

static LiveSet live_before_nest(const Tracked *tracked, const Statement *nest, LiveSet live) {
    NestAccesses accesses = nest_accesses(tracked->module, nest);
    for (uint32_t i = 0; i < accesses.count; i++) {
        const NestAccess *access = &accesses.items[i];
        int index = tracked_index(tracked, access->buffer);
        if (index < 0) continue;
        LiveSet bit = (LiveSet)1 << index;
        if (access->writes && access->whole) live &= ~bit;
        if (access->reads) live |= bit;
    }
    return live;
}

LiveSet live_before(const Tracked *tracked, const Statement *statement, LiveSet after) {
    if (is_nest(statement)) return live_before_nest(tracked, statement, after);
    Block *blocks[2];
    int count = statement_blocks(statement, blocks);
    if (!count) return after;
    if (statement->kind == STATEMENT_IF) {
        LiveSet then = live_before_block(tracked, blocks[0], after);
        return then | (count > 1 ? live_before_block(tracked, blocks[1], after) : after);
    }
    if (statement->kind == STATEMENT_LAUNCH) return live_before_block(tracked, blocks[0], after);
    LiveSet around = after; // a loop: around its back edge, or not at all
    for (LiveSet before = ~around; before != around;) {
        before = around;
        around |= live_before_block(tracked, blocks[0], around);
    }
    return around;
}

LiveSet live_before_block(const Tracked *tracked, const Block *block, LiveSet after) {
    for (const Statement *s = block->last; s; s = s->previous) after = live_before(tracked, s, after);
    return after;
}

LiveSet live_after(const Tracked *tracked, const Statement *statement, LiveSet after_block) {
    for (const Statement *s = statement->block->last; s != statement; s = s->previous)
        after_block = live_before(tracked, s, after_block);
    return after_block;
}
