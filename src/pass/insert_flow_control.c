// InsertFlowControl: reserve, push, wait and pop around tile nests. A nest that writes a buffer makes a new version of
// it, one window of pages; a version is popped where its last reader is done. A sum that the packer adds up in L1 is
// one version from its first value to its last term: nobody waits for what is in between. Placed in the whole body,
// before it is split into threads, so that both ends of a circular buffer count alike.
#include "ir/walk.h"
#include "pass/liveness.h"
#include "pass/sums.h"
#include "program/program.h"

typedef struct Version {
    Buffer *buffer;
    CircularBuffer *circular;
    bool available;        // a version is in the circular buffer here
    bool waited;           // and its consumer has waited for it
    Statement *open_until; // the last term of the sum that is being added up; NULL
} Version;

typedef struct Versions {
    Version items[MAX_TRACKED]; // of the tracked buffer of that index; circular is NULL if it never leaves DST
    int count;
} Versions;

typedef struct FlowControl {
    Function *function;
    Module *module;
    Tracked tracked;
    Versions now;
} FlowControl;

// -1 if the buffer never leaves DST.
static int version_index(const FlowControl *flow, const Buffer *buffer) {
    int index = tracked_index(&flow->tracked, buffer);
    return index >= 0 && flow->now.items[index].circular ? index : -1;
}

// ---------------------------------------------------------------- placing

static Statement *cb_call(FlowControl *flow, InstructionId id, const Version *version, int pages, Location location) {
    Operand operands[] = {operand_circular(version->circular), operand_expr(expr_int(flow->module, pages))};
    return build_operation(flow->module, &program_instructions.rows[id], location, 2, operands);
}

static void call_before(FlowControl *flow, InstructionId id, const Version *version, Statement *place) {
    block_insert_before(place, cb_call(flow, id, version, version->circular->window, place->location));
}

// Returns the inserted call, so that several can follow one another.
static Statement *call_after(FlowControl *flow, InstructionId id, const Version *version, Statement *place) {
    Statement *call = cb_call(flow, id, version, version->circular->window, place->location);
    block_insert_after(place, call);
    return call;
}

static void wait_before(FlowControl *flow, Version *version, Statement *place) {
    if (version->waited) return;
    call_before(flow, INSTR_CB_WAIT_FRONT, version, place);
    version->waited = true;
}

static _Noreturn void refuse_version(FlowControl *flow, const Version *version, Location location, const char *why) {
    report(flow->module->context, DIAG_BUFFER_LIFETIME, location, "%s %s", version->buffer->name, why);
    report_help(flow->module->context, "write the whole buffer before the loop or branch, or use a buffer for each");
    fail_now(flow->module->context);
}

// In place over the same pages: the old version is handed back and the same pages are written again.
static void reopen(FlowControl *flow, Version *version, Statement *nest) {
    wait_before(flow, version, nest);
    call_before(flow, INSTR_CB_POP_FRONT, version, nest);
    version->available = version->waited = false;
}

// ---------------------------------------------------------------- sums

// A new version is there; handed back at once if nobody reads it.
static Statement *push_version(FlowControl *flow, Version *version, Statement *end, bool live) {
    end = call_after(flow, INSTR_CB_PUSH_BACK, version, end);
    version->available = true;
    version->waited = false;
    version->open_until = NULL;
    if (live) return end;
    end = call_after(flow, INSTR_CB_WAIT_FRONT, version, end);
    end = call_after(flow, INSTR_CB_POP_FRONT, version, end);
    version->available = false;
    return end;
}

// The sums that `statement` adds the last term to.
static Statement *close_sums(FlowControl *flow, const Statement *statement, Statement *end, LiveSet after) {
    for (int i = 0; i < flow->now.count; i++) {
        Version *version = &flow->now.items[i];
        if (version->open_until == statement) end = push_version(flow, version, end, after >> i & 1);
    }
    return end;
}

// ---------------------------------------------------------------- nests

static Statement *place_nest(FlowControl *flow, Statement *nest, LiveSet after) {
    NestAccesses accesses = nest_accesses(flow->module, nest);
    Statement *end = nest;
    for (uint32_t i = 0; i < accesses.count; i++) { // before: waits, then what is written
        NestAccess *access = &accesses.items[i];
        int index = version_index(flow, access->buffer);
        if (index < 0) continue;
        Version *version = &flow->now.items[index];
        if (access->reads && !version->open_until) {
            if (!version->available)
                refuse_version(flow, version, nest->location,
                               "is read here, but is not written on every way to this place");
            wait_before(flow, version, nest);
        }
    }
    for (uint32_t i = 0; i < accesses.count; i++) {
        NestAccess *access = &accesses.items[i];
        int index = version_index(flow, access->buffer);
        if (index < 0 || !access->writes || flow->now.items[index].open_until) continue;
        Version *version = &flow->now.items[index];
        bool ping_pong = version->circular->pages > version->circular->window;
        if (version->available) {
            bool same_pages = !ping_pong && (access->accumulates || !access->whole);
            if (!same_pages && !access->reads)
                refuse_version(flow, version, nest->location,
                               "is written in parts; ttile keeps only one part at a time here");
            if (same_pages) reopen(flow, version, nest);
        }
        call_before(flow, INSTR_CB_RESERVE_BACK, version, nest);
    }
    for (uint32_t i = 0; i < accesses.count; i++) { // after: what was read for the last time, what is new
        NestAccess *access = &accesses.items[i];
        int index = version_index(flow, access->buffer);
        if (index < 0 || flow->now.items[index].open_until) continue;
        Version *version = &flow->now.items[index];
        bool live = after >> index & 1;
        if (version->available && (access->writes || !live)) {
            end = call_after(flow, INSTR_CB_POP_FRONT, version, end);
            version->available = version->waited = false;
        }
        if (!access->writes) continue;
        version->open_until = adds_in_window(version->circular) ? last_term(flow->module, nest, version->buffer) : NULL;
        if (!version->open_until) end = push_version(flow, version, end, live);
    }
    return end;
}

static void place_block(FlowControl *flow, Block *block, LiveSet after_block);

static bool same_versions(const Versions *a, const Versions *b, int *differs) {
    for (int i = 0; i < a->count; i++)
        if (a->items[i].available != b->items[i].available) {
            *differs = i;
            return false;
        }
    return true;
}

static void place_branch(FlowControl *flow, Statement *branch, LiveSet after) {
    Versions before = flow->now;
    if (!branch->branch.otherwise) branch->branch.otherwise = block_new(flow->module, branch);
    place_block(flow, branch->branch.then, after);
    Versions then = flow->now;
    flow->now = before;
    place_block(flow, branch->branch.otherwise, after);
    int differs;
    if (!same_versions(&then, &flow->now, &differs))
        refuse_version(flow, &flow->now.items[differs], branch->location,
                       "is written in one branch only and read after it");
    for (int i = 0; i < then.count; i++) flow->now.items[i].waited &= then.items[i].waited;
    if (!branch->branch.otherwise->first) branch->branch.otherwise = NULL;
}

typedef struct Uses {
    bool reads, replaces; // replaces: makes a new version
} Uses;

static Uses uses_in(const FlowControl *flow, const Block *block, const Buffer *buffer) {
    Uses uses = {0};
    for (const Statement *s = block->first; s; s = s->next) {
        Block *blocks[2];
        int count = is_nest(s) ? 0 : statement_blocks(s, blocks);
        NestAccesses accesses = is_nest(s) ? nest_accesses(flow->module, s) : (NestAccesses){0};
        const NestAccess *access = find_access(&accesses, buffer);
        uses.reads |= access && access->reads;
        uses.replaces |= access && access->writes;
        for (int i = 0; i < count; i++) {
            Uses inner = uses_in(flow, blocks[i], buffer);
            uses.reads |= inner.reads;
            uses.replaces |= inner.replaces;
        }
    }
    return uses;
}

// What waits inside of a body did holds for one turn only; what was waited for before and is not replaced stays. So
// what every turn would wait for is waited for here, once.
static void wait_before_loop(FlowControl *flow, Statement *loop, const Block *body) {
    for (int i = 0; i < flow->now.count; i++) {
        Version *version = &flow->now.items[i];
        Uses uses = uses_in(flow, body, version->buffer);
        if (uses.replaces)
            version->waited = false;
        else if (uses.reads && version->available && version->circular)
            wait_before(flow, version, loop);
    }
}

static void place_loop(FlowControl *flow, Statement *loop, LiveSet after) {
    Block *body = loop->kind == STATEMENT_WHILE ? loop->branch.then : loop->loop.body;
    LiveSet around = live_before(&flow->tracked, loop, after);
    Versions before = flow->now;
    wait_before_loop(flow, loop, body);
    Versions entry = flow->now;
    place_block(flow, body, around);
    int differs;
    if (!same_versions(&before, &flow->now, &differs))
        refuse_version(flow, &flow->now.items[differs], loop->location,
                       "is written inside this loop and read after it");
    for (int i = 0; i < entry.count; i++) flow->now.items[i].waited &= entry.items[i].waited;
}

// Versions that nothing will read are handed back. `place` is what they come after; NULL: the start of the block.
static Statement *pop_dead(FlowControl *flow, Block *block, Statement *place, LiveSet live) {
    for (int i = 0; i < flow->now.count; i++) {
        Version *version = &flow->now.items[i];
        if (!version->available || live >> i & 1) continue;
        Location location = place ? place->location : block->owner ? block->owner->location : flow->function->location;
        InstructionId ids[] = {INSTR_CB_WAIT_FRONT, INSTR_CB_POP_FRONT};
        for (int k = version->waited ? 1 : 0; k < 2; k++) {
            Statement *call = cb_call(flow, ids[k], version, version->circular->window, location);
            if (place)
                block_insert_after(place, call);
            else if (block->first)
                block_insert_before(block->first, call);
            else
                block_append(block, call);
            place = call;
        }
        version->available = version->waited = false;
    }
    return place;
}

static void place_block(FlowControl *flow, Block *block, LiveSet after_block) {
    Statement *first = block->first;
    pop_dead(flow, block, NULL, live_before_block(&flow->tracked, block, after_block));
    for (Statement *s = first, *next; s; s = next) {
        next = s->next;
        LiveSet live = live_after(&flow->tracked, s, after_block);
        Statement *end = s;
        if (is_nest(s))
            end = place_nest(flow, s, live);
        else if (s->kind == STATEMENT_IF)
            place_branch(flow, s, live);
        else if (s->kind == STATEMENT_FOR || s->kind == STATEMENT_WHILE)
            place_loop(flow, s, live);
        end = close_sums(flow, s, end, live);
        pop_dead(flow, block, end, live);
    }
}

static void run(Function *function, const CompileOptions *options) {
    (void)options;
    FlowControl flow = {.function = function, .module = function->module};
    Block *body = function_launch(function)->launch.body;
    flow.tracked = track_buffers(function, body);
    flow.now.count = flow.tracked.count;
    for (int i = 0; i < flow.tracked.count; i++)
        flow.now.items[i] =
            (Version){.buffer = flow.tracked.buffers[i], .circular = circular_of(function, flow.tracked.buffers[i])};
    place_block(&flow, body, 0);
    hold(function, ATTR_FLOW_CONTROL);
}

const Pass pass_insert_flow_control = {
    .name = "InsertFlowControl",
    .file = "insert-flow-control",
    .summary = "reserve, push, wait and pop: a window for each version of a buffer",
    .requires = ATTR_BIT(CIRCULAR_BUFFERS),
    .provides = ATTR_BIT(FLOW_CONTROL),
    .precedes = ATTR_BIT(FLOW_CONTROL),
    .run = run,
};
