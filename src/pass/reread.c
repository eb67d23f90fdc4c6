// Tensors that a block writes and reads again: refused, since the reader does not wait for the writer. And tensors that
// it writes twice at the same place: refused, since every page is written once.
#include "ir/build.h"
#include "ir/walk.h"
#include "pass/internal.h"

typedef struct Written {
    const Buffer *tensor;
    bool found;
    Location location;
} Written;

static void find_write(Statement *statement, void *user) {
    Written *written = user;
    if (written->found || statement->kind != STATEMENT_STORE || statement->store.buffer != written->tensor) return;
    written->found = true;
    written->location = statement->location;
}

static void find_write_in(Statement *statement, Written *written) {
    find_write(statement, written);
    Block *blocks[2];
    int count = statement_blocks(statement, blocks);
    for (int i = 0; i < count; i++) walk_statements(blocks[i], find_write, written);
}

// Does the loop read the same elements on every turn?
static bool comes_back(const Statement *loop, const Expr *load) {
    if (loop->kind != STATEMENT_FOR) return loop->kind == STATEMENT_WHILE;
    for (uint32_t d = 0; d < load->count; d++)
        if (expression_uses(load->args[d], loop->loop.variable)) return false;
    return true;
}

static _Noreturn void refuse_reread(Module *module, const Expr *load, Location location, const Written *written) {
    report(module->context, DIAG_READ_AFTER_WRITE, location,
           "%s is read here after the same block has written it, and nothing makes the read wait for the write",
           load->buffer->name);
    report_note(module->context, written->location, "it is written here");
    report_help(module->context, "keep the value in a shared buffer");
    fail_now(module->context);
}

// Before the read in its own block or one around it, or in a loop that comes back to the same elements.
static void check_read(Module *module, Statement *nest) {
    const Statement *store = nest;
    while (store->kind == STATEMENT_FOR) store = store->loop.body->first;
    const Expr *load = store->store.value;
    for (Statement *place = nest; place; place = place->block->owner) {
        Written written = {.tensor = load->buffer};
        for (Statement *s = place->previous; s; s = s->previous) find_write_in(s, &written);
        if (place != nest && comes_back(place, load)) find_write_in(place, &written);
        if (written.found) refuse_reread(module, load, nest->location, &written);
    }
}

// The store of a write nest at its first tile.
static const Expr *first_tile(Module *module, const Statement *nest, int dimension) {
    const Statement *store = nest;
    while (store->kind == STATEMENT_FOR) store = store->loop.body->first;
    const Expr *index = store->store.indices[dimension];
    for (; nest != store; nest = nest->loop.body->first)
        index = substitute(module, index, nest->loop.variable, expr_int(module, 0));
    return index;
}

static const Buffer *written_tensor(const Statement *nest) {
    if (!is_nest(nest) || nest_kind(nest) != NEST_WRITE) return NULL;
    while (nest->kind == STATEMENT_FOR) nest = nest->loop.body->first;
    return nest->store.buffer;
}

static void check_write(Module *module, const Statement *nest) {
    const Buffer *tensor = written_tensor(nest);
    for (const Statement *again = nest->next; again; again = again->next) {
        if (written_tensor(again) != tensor) continue;
        bool same = true;
        for (int d = 0; d < tensor->rank; d++) same &= first_tile(module, nest, d) == first_tile(module, again, d);
        if (!same) continue;
        bool in_order = nest->location.line <= again->location.line; // staged nests may stand the other way round
        const Statement *first = in_order ? nest : again, *second = in_order ? again : nest;
        report(module->context, DIAG_WRITTEN_TWICE, second->location, "%s is written a second time here", tensor->name);
        report_note(module->context, first->location, "the same block has written it here");
        report_help(module->context, "write into a shared buffer, and copy that to %s once", tensor->name);
        fail_now(module->context);
    }
}

void refuse_rereads(Module *module, Block *block) {
    for (Statement *s = block->first; s; s = s->next) {
        if (is_nest(s)) {
            if (nest_kind(s) == NEST_READ) check_read(module, s);
            if (nest_kind(s) == NEST_WRITE) check_write(module, s);
            continue;
        }
        Block *blocks[2];
        int count = statement_blocks(s, blocks);
        for (int i = 0; i < count; i++) refuse_rereads(module, blocks[i]);
    }
}
