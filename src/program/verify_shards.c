// Circular buffers that lie over a tensor's shard on their core. An input's tiles are there already: its producer only
// hands them over. What is pushed into an output's is the output: its consumer only takes note of it.
#include "ir/print.h"
#include "program/verify.h"

static bool is_input(const CircularBuffer *circular) { return circular->shard->role == ROLE_IN; }

// ---------------------------------------------------------------- declarations

// NULL if there is none.
static const char *fault_of(const Check *check, const CircularBuffer *circular, const PageMap *map) {
    const Buffer *tensor = circular->shard;
    if (circular->alias) return "an alias has the bytes of its buffer and no shard besides";
    if (!tensor->has_layout || map->space != SPACE_L1 || map->shard.rows == 0 || map->pages == 0)
        return "the tensor has no shards in L1";
    if (tensor->layout.format != circular->format) return "the tensor has another format";
    if (shard_pages(map) != circular->pages) return "a shard has another number of tiles than the buffer has pages";
    for (int i = 0; i < check->buffer_count; i++) {
        const CircularBuffer *other = check->function->circular_buffers.items[i];
        if (other != circular && other->shard == tensor && !is_input(circular))
            return "another circular buffer lies over the same shard of an output";
    }
    return NULL;
}

static void check_declaration(Check *check, const CircularBuffer *circular) {
    PageMap map = page_map(circular->shard);
    const char *fault = fault_of(check, circular, &map);
    if (!fault) return;
    report(check->context, DIAG_PROOF_SHARD, circular->location,
           "circular buffer '%s' of %d pages cannot lie over the shard of '%s': %s", circular->name, circular->pages,
           circular->shard->name, fault);
    report_help(check->context, "give it the format and as many pages as the shard of a tensor in L1 has tiles");
}

void verify_shards(Check *check) {
    for (int i = 0; i < check->buffer_count; i++)
        if (check->function->circular_buffers.items[i]->shard)
            check_declaration(check, check->function->circular_buffers.items[i]);
}

// ---------------------------------------------------------------- what is done with them

static bool only_hands_over(Effect effect) {
    return effect == EFFECT_RESERVE || effect == EFFECT_PUSH || effect == EFFECT_WAIT || effect == EFFECT_POP;
}

void verify_shard_use(Check *check, const Statement *statement, bool is_producer, const CircularBuffer *circular) {
    if (circular->alias) circular = circular->alias;
    Effect effect = instruction_of(statement)->effect;
    bool is_multicast = effect == EFFECT_NOC_MULTICAST;
    if (!circular->shard || only_hands_over(effect)) return;
    if (!is_multicast && is_producer != is_input(circular)) return;
    report(check->context, DIAG_PROOF_SHARD, statement->location,
           "%s %s circular buffer '%s', which lies over the shard of %s '%s'", statement->op.operation->name,
           is_multicast  ? "sends to"
           : is_producer ? "writes into"
                         : "reads from",
           circular->name, is_input(circular) ? "input" : "output", circular->shard->name);
    report_help(check->context, is_multicast  ? "send another circular buffer: everybody's shard is a part of its own"
                                : is_producer ? "only reserve and push it: its tiles are there"
                                              : "only wait and pop it: what is pushed is the output");
}

// ---------------------------------------------------------------- on each core

static void check_holder(Check *check, const Tree *tree, int buffer, const PageMap *map, int core) {
    const CircularBuffer *circular = check->function->circular_buffers.items[buffer];
    bool is_known = true;
    int64_t pushed = amount_on(check, tree, core, tree->totals[buffer].pushed, &is_known);
    if ((is_known && pushed == 0) || shard_page(map, check->cores[core], 0) >= 0) return;
    report(check->context, DIAG_PROOF_SHARD, circular->location,
           "circular buffer '%s' is pushed on core (%d, %d), which holds no shard of '%s'", circular->name,
           check->cores[core].x, check->cores[core].y, circular->shard->name);
    report_help(check->context, "use the cores that hold shards");
}

void verify_shard_holders(Check *check) {
    for (int buffer = 0; buffer < check->buffer_count; buffer++) {
        const CircularBuffer *circular = check->function->circular_buffers.items[buffer];
        uint32_t errors = check->context->error_count;
        if (!circular->shard) continue;
        PageMap map = page_map(circular->shard);
        for (int core = 0; core < check->core_count && check->context->error_count == errors; core++) {
            const Tree *tree = tree_on(check, core, circular->producer);
            if (tree) check_holder(check, tree, buffer, &map, core);
        }
    }
}

static const CircularBuffer *output_over(const Check *check, const Buffer *tensor, int *buffer) {
    for (int i = 0; i < check->buffer_count; i++) {
        *buffer = i;
        const CircularBuffer *circular = check->function->circular_buffers.items[i];
        if (circular->shard == tensor && !is_input(circular)) return circular;
    }
    return NULL;
}

static void report_again(Check *check, const CircularBuffer *circular, int64_t pushed, int core) {
    report(check->context, DIAG_PROOF_WRITE_ONCE, circular->location,
           "output '%s' is written by %lld pushes on core (%d, %d), whose shard has %d tiles", circular->shard->name,
           (long long)pushed, check->cores[core].x, check->cores[core].y, circular->pages);
    report_help(check->context, "push every tile of the shard once");
}

// The first tiles of the shard, as many as were pushed, are the output's; those beyond its edge are none of it.
bool shard_tiles_written(Check *check, const Buffer *tensor, int core, int64_t *sum) {
    int buffer;
    const CircularBuffer *circular = output_over(check, tensor, &buffer);
    const Tree *tree = circular ? tree_on(check, core, circular->producer) : NULL;
    bool is_known = true;
    if (!tree) return true;
    int64_t pushed = amount_on(check, tree, core, tree->totals[buffer].pushed, &is_known);
    if (!is_known || !tree->end) return false;
    if (pushed > circular->pages) report_again(check, circular, pushed, core);
    if (pushed > circular->pages) return false;
    PageMap map = page_map(tensor);
    for (int64_t place = 0; place < pushed; place++) *sum += shard_page(&map, check->cores[core], place) >= 0;
    return true;
}
