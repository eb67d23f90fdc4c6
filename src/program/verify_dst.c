// Obligation 5: DST is acquired, committed, waited for and released in that order; every tile is below the capacity,
// defined before it is used, and not used after the release that clears it.
#include <string.h>

#include "program/verify.h"

// Math and packer each hold a section of DST of their own; committed ones queue between them.
enum { MAX_COMMITTED = 4 };

typedef struct DstState {
    int is_math_open, is_pack_open, is_unsure; // no padding: states are compared byte by byte
    int committed;                             // sections between commit and wait
    uint64_t math, packing;                    // tiles that are defined, one bit each
    uint64_t queue[MAX_COMMITTED];             // the same of the committed sections, oldest first
} DstState;

static size_t dst_bytes(const Check *check) {
    (void)check;
    return sizeof(DstState);
}

static void begin_dst(Walk *walk, void *state) {
    (void)walk;
    (void)state;
}

static void require(Walk *walk, const Node *node, bool holds, const char *expected) {
    if (holds) return;
    find(walk, DIAG_PROOF_DST_ORDER, node,
         "a section of DST goes tile_regs_acquire, math, tile_regs_commit, tile_regs_wait, packs, tile_regs_release",
         "%s: expected %s", node->instruction->name, expected);
}

static void acquire(Walk *walk, DstState *dst, const Node *node) {
    require(walk, node, !dst->is_math_open && !dst->is_unsure, "that the section before it was committed");
    dst->is_math_open = true;
    dst->math = 0;
}

static void commit(Walk *walk, DstState *dst, const Node *node) {
    require(walk, node, dst->is_math_open && !dst->is_unsure, "tile_regs_acquire before it");
    require(walk, node, dst->committed < MAX_COMMITTED, "that the packer waits for the sections committed before");
    dst->is_math_open = false;
    if (dst->committed < MAX_COMMITTED) dst->queue[dst->committed++] = dst->math;
}

static void wait_for_math(Walk *walk, DstState *dst, const Node *node) {
    require(walk, node, dst->committed > 0 && !dst->is_unsure, "tile_regs_commit before it");
    require(walk, node, !dst->is_pack_open, "that the section before it was released");
    dst->is_pack_open = true;
    if (dst->committed == 0) return;
    dst->packing = dst->queue[0];
    dst->committed--;
    for (int i = 0; i < dst->committed; i++) dst->queue[i] = dst->queue[i + 1];
}

static void release(Walk *walk, DstState *dst, const Node *node) {
    require(walk, node, dst->is_pack_open && !dst->is_unsure, "tile_regs_wait before it");
    dst->is_pack_open = false;
}

static bool change_section(Walk *walk, DstState *dst, const Node *node) {
    switch (node->instruction->effect) {
    case EFFECT_ACQUIRE: acquire(walk, dst, node); return true;
    case EFFECT_COMMIT: commit(walk, dst, node); return true;
    case EFFECT_REGS_WAIT: wait_for_math(walk, dst, node); return true;
    case EFFECT_RELEASE: release(walk, dst, node); return true;
    default: return false;
    }
}

// The bits of the tiles that an access may touch; those below `limit` only.
static uint64_t tile_bits(Walk *walk, const TileAccess *access, int limit) {
    Amount end = amount_add(&walk->check->amounts, access->first, access->count);
    int64_t low = amount_interval(&walk->place, access->first).low, high = amount_interval(&walk->place, end).high;
    if (low < 0) low = 0;
    if (high > limit) high = limit;
    uint64_t bits = 0;
    for (int64_t tile = low; tile < high; tile++) bits |= (uint64_t)1 << tile;
    return bits;
}

static void check_index(Walk *walk, const Node *node, const TileAccess *access, int limit) {
    Amount end = amount_add(&walk->check->amounts, access->first, access->count);
    if (amount_at_least(&walk->place, access->first, 0) && amount_not_above(&walk->place, end, amount_constant(limit)))
        return;
    bool is_fp32 = program_dst_fp32(walk->check->function), is_full = program_dst_full_sync(walk->check->function);
    find(walk, DIAG_PROOF_DST_INDEX, node, "use smaller subblocks, or full sync, which holds twice as many tiles",
         "%s uses DST tile %s, but DST holds %d tiles here (%s, %s)", node->instruction->name,
         show(walk, amount_add(&walk->check->amounts, end, amount_constant(-1))), limit, is_fp32 ? "fp32" : "16-bit",
         is_full ? "full sync" : "half sync");
}

static void check_defined(Walk *walk, uint64_t defined, const Node *node, const TileAccess *access, int limit) {
    if (!(tile_bits(walk, access, limit) & ~defined)) return;
    find(walk, DIAG_PROOF_DST_UNDEFINED, node, "compute the tile in the same section; a release clears all of DST",
         "%s reads DST tile %s, which nothing has defined since tile_regs_acquire", node->instruction->name,
         show(walk, access->first));
}

static int dst_limit(const Walk *walk) {
    int tiles = program_dst_tiles(walk->check->function, walk->check->target);
    return tiles < 64 ? tiles : 64;
}

static void read_tiles(Walk *walk, uint64_t defined, const Node *node, const Amount values[]) {
    TileAccess reads[3];
    int limit = dst_limit(walk);
    for (int i = dst_reads(node, values, reads) - 1; i >= 0; i--) {
        check_index(walk, node, &reads[i], limit);
        check_defined(walk, defined, node, &reads[i], limit);
    }
}

static void write_tiles(Walk *walk, DstState *dst, const Node *node, const Amount values[]) {
    TileAccess writes[1];
    if (!dst_writes(walk, node, values, writes)) return;
    check_index(walk, node, &writes[0], dst_limit(walk));
    bool is_certain = !writes[0].first.sum && !writes[0].count.sum;
    if (is_certain) dst->math |= tile_bits(walk, &writes[0], dst_limit(walk));
}

static void step_dst(Walk *walk, void *state, const Node *node, const Amount values[]) {
    DstState *dst = state;
    Effect effect = node->instruction->effect;
    if (change_section(walk, dst, node) || !touches_dst(node)) return;
    if (effect == EFFECT_PACK || effect == EFFECT_PACK_AT) {
        require(walk, node, dst->is_pack_open && !dst->is_unsure,
                "a place between tile_regs_wait and tile_regs_release");
        read_tiles(walk, dst->packing, node, values);
        return;
    }
    require(walk, node, dst->is_math_open && !dst->is_unsure, "a place between tile_regs_acquire and tile_regs_commit");
    read_tiles(walk, dst->math, node, values);
    write_tiles(walk, dst, node, values);
}

static void join_dst(Walk *walk, void *state, const void *other, Amount condition) {
    DstState *into = state;
    const DstState *from = other;
    (void)walk;
    (void)condition;
    if (into->is_math_open != from->is_math_open || into->is_pack_open != from->is_pack_open ||
        into->committed != from->committed || from->is_unsure)
        into->is_unsure = true;
    into->math &= from->math;
    into->packing &= from->packing;
    for (int i = 0; i < MAX_COMMITTED; i++) into->queue[i] &= from->queue[i];
}

// What closed sections defined does not matter any more, so that a loop's state repeats.
static void forget_closed(DstState *dst) {
    if (!dst->is_math_open) dst->math = 0;
    if (!dst->is_pack_open) dst->packing = 0;
    for (int i = dst->committed; i < MAX_COMMITTED; i++) dst->queue[i] = 0;
}

static bool settle_dst(Walk *walk, LoopStates *loop, int pass) {
    DstState *head = loop->head, before = *head;
    (void)pass;
    forget_closed(&before);
    forget_closed(loop->out);
    join_dst(walk, head, loop->out, (Amount){0});
    forget_closed(head);
    return memcmp(head, &before, sizeof before) == 0;
}

static void leave_dst(Walk *walk, const LoopStates *loop, void *state) {
    *(DstState *)state = *(const DstState *)loop->out;
    if (!loop_surely_runs(walk, loop)) join_dst(walk, state, loop->entry, (Amount){0});
}

// DST is small: loops that choose its tiles are walked turn by turn, so that what they define is known exactly.
static bool unrolls_dst(const Node *loop) { return loop->dst_depths >> loop->depth & 1; }

static void finish_dst(Walk *walk, void *state) {
    const DstState *dst = state;
    if (!dst->is_math_open && !dst->is_pack_open && !dst->is_unsure && dst->committed == 0) return;
    find(walk, DIAG_PROOF_DST_ORDER, NULL, "end every section with tile_regs_release()",
         "the compute thread ends while DST is %s",
         dst->is_math_open ? "acquired but not committed" : "committed but not released");
}

const Analysis dst_analysis = {.bytes = dst_bytes,
                               .begin = begin_dst,
                               .step = step_dst,
                               .join = join_dst,
                               .settle = settle_dst,
                               .leave = leave_dst,
                               .unrolls = unrolls_dst,
                               .finish = finish_dst};
