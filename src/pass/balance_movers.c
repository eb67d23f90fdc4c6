// BalanceMovers: where a loop brings in several streams and writes nothing, the writer has nothing to do meanwhile. It
// takes half of them, so that two cores issue reads and both NoCs carry them.
//
// The writer waits for an item's results before it goes on to the next item, so what it loads is not fetched ahead
// over the items' border: only loops of some turns make up for that. And its NoC is the slower one for reads, since
// they share the links of the DRAM banks' columns: only streams that several cores can share go there (InferMulticast),
// of which few cores read.
#include "ir/walk.h"
#include "pass/internal.h"

enum { LEAST_TURNS = 4, MAX_STREAMS = 32 };

typedef struct Stream {
    CircularBuffer *circular;
    bool own;       // depends on every coordinate of the block, so that no other core reads the same
    bool elsewhere; // also filled outside of the loop
    int64_t bytes;  // each turn
} Stream;

typedef struct Balance {
    Function *function;
    const Statement *launch;
    Stream streams[MAX_STREAMS]; // of the loop under way, in the order of their loads
    int count;
    bool writes; // the loop writes tensors
} Balance;

static const Statement *store_of(const Statement *nest) {
    while (nest->kind == STATEMENT_FOR) nest = nest->loop.body->first;
    return nest;
}

// Does it load tiles of its own for every block?
static bool is_own(const Balance *balance, const Statement *nest) {
    const Expr *load = store_of(nest)->store.value;
    for (int i = 0; i < balance->launch->launch.rank; i++) {
        int64_t extent;
        bool used = false;
        for (uint32_t d = 0; d < load->count; d++)
            used = used || expression_uses(load->args[d], balance->launch->launch.variables[i]);
        if (!used && (!expr_evaluate_bound(balance->launch->launch.extents[i], &extent) || extent > 1)) return false;
    }
    return true;
}

static Stream *stream_of(Balance *balance, const CircularBuffer *circular) {
    for (int i = 0; i < balance->count; i++)
        if (balance->streams[i].circular == circular) return &balance->streams[i];
    return NULL;
}

static void note_read(Balance *balance, const Statement *nest) {
    CircularBuffer *circular = circular_of(balance->function, store_of(nest)->store.buffer);
    if (!circular || circular->consumer != THREAD_COMPUTE) return;
    Stream *stream = stream_of(balance, circular);
    if (!stream && balance->count < MAX_STREAMS) {
        stream = &balance->streams[balance->count++];
        *stream = (Stream){.circular = circular};
    }
    if (!stream) return;
    stream->bytes += (int64_t)circular->window * circular->page_bytes;
    stream->own = stream->own || is_own(balance, nest);
}

static void note_nest(Balance *balance, const Statement *nest) {
    NestKind kind = nest_kind(nest);
    if (kind == NEST_WRITE) balance->writes = true;
    if (kind == NEST_READ) note_read(balance, nest);
}

static void scan(Balance *balance, const Block *block) {
    for (const Statement *s = block->first; s; s = s->next) {
        if (is_nest(s)) {
            note_nest(balance, s);
            continue;
        }
        Block *blocks[2];
        int count = statement_blocks(s, blocks);
        for (int i = 0; i < count; i++) scan(balance, blocks[i]);
    }
}

// Buffers that some statement outside of `loop` fills too.
static void find_elsewhere(Balance *balance, const Block *block, const Statement *loop) {
    for (const Statement *s = block->first; s; s = s->next) {
        if (s == loop) continue;
        if (is_nest(s)) {
            const CircularBuffer *circular =
                nest_kind(s) == NEST_READ ? circular_of(balance->function, store_of(s)->store.buffer) : NULL;
            Stream *stream = circular ? stream_of(balance, circular) : NULL;
            if (stream) stream->elsewhere = true;
            continue;
        }
        Block *blocks[2];
        int count = statement_blocks(s, blocks);
        for (int i = 0; i < count; i++) find_elsewhere(balance, blocks[i], loop);
    }
}

static void take_largest_first(Balance *balance) {
    for (int i = 1; i < balance->count; i++)
        for (int k = i; k > 0 && balance->streams[k].bytes > balance->streams[k - 1].bytes; k--) {
            Stream larger = balance->streams[k];
            balance->streams[k] = balance->streams[k - 1];
            balance->streams[k - 1] = larger;
        }
}

// Each stream goes to the thread that has fewer bytes to load.
static void deal(Balance *balance) {
    int64_t reader = 0, writer = 0;
    take_largest_first(balance);
    for (int i = 0; i < balance->count; i++) {
        Stream *stream = &balance->streams[i];
        bool moves = !stream->elsewhere && !stream->own && writer < reader;
        if (moves) stream->circular->producer = THREAD_WRITER;
        *(moves ? &writer : &reader) += stream->bytes;
    }
}

static bool turns_enough(const Statement *loop) {
    int64_t turns;
    return expr_evaluate_bound(loop->loop.extent, &turns) && turns >= LEAST_TURNS;
}

static void balance_loops(Function *function, Block *block) {
    for (Statement *s = block->first; s; s = s->next) {
        if (is_nest(s)) continue;
        if (s->kind == STATEMENT_FOR && turns_enough(s)) {
            Balance balance = {.function = function, .launch = function_launch(function)};
            scan(&balance, s->loop.body);
            if (!balance.writes && balance.count > 1) {
                find_elsewhere(&balance, balance.launch->launch.body, s);
                deal(&balance);
                continue;
            }
        }
        Block *blocks[2];
        int count = statement_blocks(s, blocks);
        for (int i = 0; i < count; i++) balance_loops(function, blocks[i]);
    }
}

static void run(Function *function, const CompileOptions *options) {
    if (!options->legacy) balance_loops(function, function_launch(function)->launch.body);
    hold(function, ATTR_BALANCED);
}

const Pass pass_balance_movers = {
    .name = "BalanceMovers",
    .file = "balance-movers",
    .summary = "the writer loads half of the streams of loops that write nothing",
    .requires = ATTR_BIT(CIRCULAR_BUFFERS),
    .provides = ATTR_BIT(BALANCED),
    .optional = true,
    .run = run,
};
