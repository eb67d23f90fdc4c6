// The L1 that buffers will take, before it is allocated (coarsen.h).
#include "pass/coarsen.h"

#include "ir/walk.h"

int64_t bytes_in_l1(const Buffer *buffer) {
    return tile_shape(buffer).total * TILE_SIZE * TILE_SIZE * (int64_t)dtype_bytes(buffer->type);
}

bool doubles_windows(const Statement *nest, const NestAccess *access) {
    return nest_kind(nest) != NEST_COMPUTE || (access->reads && access->writes && !access->accumulates);
}

typedef struct WindowSearch {
    Module *module;
    const Buffer *buffer;
    bool doubled;
} WindowSearch;

static void search_nest(Statement *statement, void *user) {
    WindowSearch *search = user;
    if (!is_nest(statement)) return;
    if (statement->block->owner && is_nest(statement->block->owner)) return; // seen with its nest
    NestAccesses accesses = nest_accesses(search->module, statement);
    const NestAccess *access = find_access(&accesses, search->buffer);
    search->doubled = search->doubled || (access && doubles_windows(statement, access));
}

bool has_two_windows(Module *module, Block *block, const Buffer *buffer) {
    WindowSearch search = {.module = module, .buffer = buffer};
    walk_statements(block, search_nest, &search);
    return search.doubled;
}
