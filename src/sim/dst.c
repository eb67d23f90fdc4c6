// DST: handed from math to the packer and back. A tile that nothing wrote since the acquire reads as zero to a product;
// anything else that reads it is an error.
#include <string.h>

#include "sim/dst.h"

static Outcome refuse_order(SimCore *core, const ThreadState *thread, const CodeInstruction *in, const char *why) {
    return sim_violation(core, thread, in, DIAG_SIM_DST_ORDER,
                         "The order is acquire, math, commit, wait, pack, release.", "%s %s", in->row->name, why);
}

static int bank_of(const SimCore *core, int64_t sections) { return (int)((sections - 1) % core->machine->dst_banks); }

// DST is free again when the packer released the section that used this bank before.
Outcome sim_acquire(SimCore *core, ThreadState *thread, const CodeInstruction *in, const Scalar *values) {
    (void)values;
    Engine *engine = &number_core(core)->engine;
    if (engine->math_open) return refuse_order(core, thread, in, "while DST is acquired already");
    if (engine->acquired - engine->released >= core->machine->dst_banks) return OUTCOME_BLOCKED;
    engine->math_open = true;
    engine->acquired++;
    engine->defined[bank_of(core, engine->acquired)] = 0;
    return OUTCOME_DONE;
}

Outcome sim_commit(SimCore *core, ThreadState *thread, const CodeInstruction *in, const Scalar *values) {
    (void)values;
    Engine *engine = &number_core(core)->engine;
    if (!engine->math_open) return refuse_order(core, thread, in, "without tile_regs_acquire");
    engine->math_open = false;
    engine->committed++;
    return OUTCOME_DONE;
}

Outcome sim_regs_wait(SimCore *core, ThreadState *thread, const CodeInstruction *in, const Scalar *values) {
    (void)values;
    Engine *engine = &number_core(core)->engine;
    if (engine->pack_open) return refuse_order(core, thread, in, "while the packer has DST already");
    if (engine->committed == engine->waited)
        return core->queue.is_serving ? OUTCOME_BLOCKED : refuse_order(core, thread, in, "before tile_regs_commit");
    engine->pack_open = true;
    engine->waited++;
    return OUTCOME_DONE;
}

Outcome sim_release(SimCore *core, ThreadState *thread, const CodeInstruction *in, const Scalar *values) {
    (void)values;
    Engine *engine = &number_core(core)->engine;
    if (!engine->pack_open) return refuse_order(core, thread, in, "without tile_regs_wait");
    engine->pack_open = false;
    engine->released++;
    return OUTCOME_DONE;
}

// ---------------------------------------------------------------- tiles

static bool index_fits(SimCore *core, const ThreadState *thread, const CodeInstruction *in, int64_t first,
                       int64_t count) {
    int64_t tiles = core->machine->dst_tiles;
    if (first >= 0 && first < tiles && count <= tiles - first) return true;
    sim_violation(core, thread, in, DIAG_SIM_DST_INDEX, "Use fewer tiles a section.",
                  "%s uses tiles %lld to %lld of DST, which has %lld", in->row->name, (long long)first,
                  (long long)(first + count - 1), (long long)tiles);
    return false;
}

bool sim_dst_open(SimCore *core, const ThreadState *thread, const CodeInstruction *in, DstView *view) {
    Engine *engine = &number_core(core)->engine;
    bool packs = in->parts == PART_PACK;
    if (!(packs ? engine->pack_open : engine->math_open)) {
        refuse_order(core, thread, in, packs ? "before tile_regs_wait" : "before tile_regs_acquire");
        return false;
    }
    int bank = bank_of(core, packs ? engine->waited : engine->acquired);
    *view = (DstView){core, thread, in, engine->banks[bank], &engine->defined[bank]};
    return true;
}

float *sim_dst_write(const DstView *view, int64_t tile) {
    if (!index_fits(view->core, view->thread, view->in, tile, 1)) return NULL;
    *view->defined |= 1u << tile;
    return view->tiles + tile * TILE_ELEMENTS;
}

float *sim_dst_read(const DstView *view, int64_t tile) {
    if (!index_fits(view->core, view->thread, view->in, tile, 1)) return NULL;
    if (*view->defined >> tile & 1) return view->tiles + tile * TILE_ELEMENTS;
    sim_violation(view->core, view->thread, view->in, DIAG_SIM_DST_UNDEFINED,
                  "Load the tile, or compute it, after tile_regs_acquire.",
                  "%s reads tile %lld of DST, which nothing has written since tile_regs_acquire", view->in->row->name,
                  (long long)tile);
    return NULL;
}

float *sim_dst_accumulate(const DstView *view, int64_t first, int64_t count) {
    if (!index_fits(view->core, view->thread, view->in, first, count)) return NULL;
    float *tiles = view->tiles + first * TILE_ELEMENTS;
    uint32_t wanted = ((1u << count) - 1) << first, missing = wanted & ~*view->defined;
    *view->defined |= wanted;
    for (int64_t i = 0; missing && i < count; i++)
        if (missing >> (first + i) & 1) memset(tiles + i * TILE_ELEMENTS, 0, TILE_ELEMENTS * sizeof(float));
    return tiles;
}
