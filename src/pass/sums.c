// Which statements begin a sum, add to it, and use it.
#include "pass/sums.h"

#include "ir/walk.h"

typedef enum Touch { TOUCH_NONE, TOUCH_ADDS, TOUCH_OTHER } Touch; // more than what comes before

static Touch touch_of(Module *module, const Statement *statement, const Buffer *buffer) {
    if (is_nest(statement)) {
        NestAccesses accesses = nest_accesses(module, statement);
        const NestAccess *access = find_access(&accesses, buffer);
        if (!access) return TOUCH_NONE;
        return access->writes && access->accumulates ? TOUCH_ADDS : TOUCH_OTHER;
    }
    Touch touch = TOUCH_NONE;
    Block *blocks[2];
    int count = statement_blocks(statement, blocks);
    for (int i = 0; i < count; i++)
        for (const Statement *s = blocks[i]->first; s; s = s->next) {
            Touch inner = touch_of(module, s, buffer);
            if (inner > touch) touch = inner;
        }
    return touch;
}

bool touches_buffer(Module *module, const Statement *statement, const Buffer *buffer) {
    return touch_of(module, statement, buffer) != TOUCH_NONE;
}

Statement *last_term(Module *module, Statement *nest, const Buffer *buffer) {
    NestAccesses accesses = nest_accesses(module, nest);
    const NestAccess *access = find_access(&accesses, buffer);
    bool begins = access && access->writes && access->whole && !access->reads;
    Statement *last = NULL;
    for (Statement *s = nest->next; begins && s; s = s->next) {
        Touch touch = touch_of(module, s, buffer);
        if (touch == TOUCH_OTHER) break;
        if (touch == TOUCH_ADDS) last = s;
    }
    return last;
}

static Statement *next_touching(Module *module, Statement *s, const Buffer *buffer) {
    while (s && !touches_buffer(module, s, buffer)) s = s->next;
    return s;
}

bool is_sum_for_writer(Module *module, const Block *block, const Buffer *buffer) {
    Statement *first = next_touching(module, block->first, buffer);
    if (!first) return false;
    Statement *second = next_touching(module, first->next, buffer);
    if (!is_nest(first)) { // everything may be in one of its blocks
        Block *blocks[2];
        int count = statement_blocks(first, blocks), inside = 0;
        for (int i = 0; i < count; i++) inside += is_sum_for_writer(module, blocks[i], buffer);
        return !second && inside == 1 && count == 1;
    }
    Statement *last = last_term(module, first, buffer);
    if (!last || nest_kind(first) != NEST_COMPUTE) return false;
    bool moved = false;
    for (Statement *s = last; (s = next_touching(module, s->next, buffer));) {
        if (!is_nest(s) || nest_kind(s) != NEST_WRITE) return false;
        moved = true;
    }
    return moved;
}
