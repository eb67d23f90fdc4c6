// The L1 that buffers will take, before it is allocated (coarsen.h).
#include "pass/coarsen.h"

#include "ir/walk.h"
#include "pass/sums.h"

int64_t bytes_in_l1(const Buffer *buffer) {
    return tile_shape(buffer).total * TILE_SIZE * TILE_SIZE * (int64_t)dtype_bytes(buffer->type);
}

typedef struct Search {
    Module *module;
    const Buffer *buffer;
    bool doubled;
} Search;

static void search_nest(Statement *statement, void *user) {
    Search *search = user;
    if (!is_nest(statement)) return;
    if (statement->block->owner && is_nest(statement->block->owner)) return; // seen with its nest
    NestAccesses accesses = nest_accesses(search->module, statement);
    const NestAccess *access = find_access(&accesses, search->buffer);
    search->doubled = search->doubled || (access && doubles_windows(search->module, statement, access));
}

// Only the nests behind it, which will be one with it, use what the nest makes of the buffer.
static bool stays_in_dst(Module *module, const Statement *nest, const Buffer *buffer) {
    const Statement *owner = nest->block->owner;
    if (!owner || owner->kind != STATEMENT_LAUNCH) return false; // the next turn of a loop may use it
    Statement *s = nest->next;
    while (s && is_nest(s) && nest_kind(s) == NEST_COMPUTE) s = s->next;
    for (; s; s = s->next)
        if (touches_buffer(module, s, buffer)) return false;
    return true;
}

bool doubles_windows(Module *module, const Statement *nest, const NestAccess *access) {
    if (nest_kind(nest) != NEST_COMPUTE) return true;
    bool updates = access->reads && access->writes && !access->accumulates;
    return updates && !stays_in_dst(module, nest, access->buffer);
}

bool has_two_windows(Module *module, Block *block, const Buffer *buffer) {
    Search search = {.module = module, .buffer = buffer};
    walk_statements(block, search_nest, &search);
    return search.doubled;
}
