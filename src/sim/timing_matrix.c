// Time of the unpackers and the matrix unit, tile by tile.
//
// Each unpacker fills the banks of its source register in turn, and waits until math has handed the next one back.
// Their instructions are issued in order, each when its unpacker is through with the one before. One that waits for a
// bank holds up its own unpacker alone, and has read by then what the unpacker holds: it waits as it writes. Math needs
// a full bank of both. A block product keeps up to two tiles of its shorter side in their banks while those of the
// longer side stream by; when it starts, the banks are still those of the product before, and so math waits for them.
#include "sim/timing.h"

enum { SOURCE_A, SOURCE_B };

static const Target *target_of(const TimedCore *core) { return core->core.machine->target; }

// The kept side and the streaming side of an instruction: which source, how many tiles, in which format.
typedef struct Side {
    TimedSource *source;
    int64_t tiles;
    DType format;
} Side;

typedef struct Call {
    TimedCore *core;
    Side kept, streaming; // tiles of a pass
    int64_t passes, step; // cycles of math for a pair of tiles, with two tiles kept
    int64_t less_alone;   // with one
    int64_t pass_end;     // at the end of a pass
    int64_t work;         // of the busier unpacker
    int64_t first_start;  // of math
    int64_t math_busy;
} Call;

// ---------------------------------------------------------------- one tile

static int64_t bank_of(const TimedSource *source, int64_t tile) { return (source->filled + tile) & 1; }

// Issues the instruction that unpacks the tile; gives when it starts to read, which is before its bank is there by as
// much as the unpacker holds.
static int64_t issue_unpack(Call *call, const Side *side, int64_t tile) {
    TimedCore *core = call->core;
    core->unpack_gate = later(later(core->unpack_gate, core->unpack.issue), side->source->free);
    int64_t back = side->source->back[bank_of(side->source, tile)];
    return later(core->unpack_gate, back - target_of(core)->cycles_unpack_ahead);
}

static void unpack(Call *call, const Side *side, int64_t tile, int64_t start) {
    TimedCore *core = call->core;
    const Target *target = target_of(core);
    TimedSource *source = side->source;
    core->l1_free = later(core->l1_free, start) + sim_tile_cycles(target->cycles_unpack_pair, side->format) / 2;
    source->free = later(start + sim_tile_cycles(target->cycles_unpack_tile, side->format), core->l1_free);
    source->ready[bank_of(source, tile)] = source->free;
    core->unpack.engine = later(core->unpack.engine, source->free);
}

static void unpack_tile(Call *call, const Side *side, int64_t tile) {
    if (tile < side->tiles) unpack(call, side, tile, issue_unpack(call, side, tile));
}

// One tile of each side: the one that starts earlier is the first at L1.
static void unpack_both(Call *call, int64_t kept, int64_t streaming) {
    int64_t kept_start = issue_unpack(call, &call->kept, kept);
    int64_t streaming_start = issue_unpack(call, &call->streaming, streaming);
    if (kept_start <= streaming_start) unpack(call, &call->kept, kept, kept_start);
    unpack(call, &call->streaming, streaming, streaming_start);
    if (kept_start > streaming_start) unpack(call, &call->kept, kept, kept_start);
}

static void multiply(Call *call, int64_t kept, int64_t streaming) {
    Pipe *math = &call->core->math;
    TimedSource *left = call->kept.source, *right = call->streaming.source;
    int64_t banks[2] = {bank_of(left, kept), bank_of(right, streaming)};
    int64_t start = sim_pipe_start(math);
    if (call->kept.tiles > 0) start = later(start, left->ready[banks[0]]);
    if (call->streaming.tiles > 0) start = later(start, right->ready[banks[1]]);
    if (call->first_start < 0) call->first_start = start;
    int64_t step = call->step - (call->kept.tiles < 2 ? call->less_alone : 0);
    math->engine = start + step;
    call->math_busy += step;
    if (kept + 1 >= call->kept.tiles) right->back[banks[1]] = math->engine;
    if (streaming + 1 >= call->streaming.tiles) left->back[banks[0]] = math->engine;
}

// ---------------------------------------------------------------- one pass

static int64_t at_least_one(int64_t tiles) { return tiles > 0 ? tiles : 1; }

static void unpack_first(Call *call) {
    int64_t last = call->kept.tiles - 1;
    for (int64_t i = 0; i < last; i++) unpack_tile(call, &call->kept, i);
    if (call->streaming.tiles > 0)
        unpack_both(call, last, 0);
    else
        unpack_tile(call, &call->kept, last);
}

static void run_pass(Call *call) {
    call->core->unpack.issue += target_of(call->core)->cycles_unpack_call;
    unpack_first(call);
    for (int64_t j = 0; j < at_least_one(call->streaming.tiles); j++) {
        if (j > 0) unpack_tile(call, &call->streaming, j);
        for (int64_t i = 0; i < at_least_one(call->kept.tiles); i++) multiply(call, i, j);
    }
    call->core->math.engine += call->pass_end;
    call->math_busy += call->pass_end;
    call->kept.source->filled += call->kept.tiles;
    call->streaming.source->filled += call->streaming.tiles;
}

static int64_t unpacker_work(const Call *call, const Side *side) {
    return call->passes * side->tiles * sim_tile_cycles(target_of(call->core)->cycles_unpack_tile, side->format);
}

// ---------------------------------------------------------------- instructions

static Side side_of(TimedCore *core, const CodeInstruction *in, int which, int64_t tiles) {
    int source = which == in->source_b ? SOURCE_B : SOURCE_A;
    return (Side){&core->sources[source], tiles, core->buffers[in->buffers[which]].info->format};
}

// The shorter side is kept, two tiles at a time. Of the instructions around the phases of a product one is for several
// phases and one for two kept tiles; another ends the pass.
static Call product_call(TimedCore *core, const CodeInstruction *in, const Scalar *values) {
    const Target *target = target_of(core);
    bool is_block = in->row->id == INSTR_MATMUL_BLOCK;
    int64_t columns = is_block ? values[4].i : 1, rows = is_block ? values[5].i : 1;
    bool keeps_rows = columns >= rows;
    int64_t kept = keeps_rows ? rows : columns, streaming = keeps_rows ? columns : rows;
    return (Call){.core = core,
                  .kept = side_of(core, in, keeps_rows ? 0 : 1, kept),
                  .streaming = side_of(core, in, keeps_rows ? 1 : 0, streaming),
                  .step =
                      target->cycles_phase * core->timing->phases + target->cycles_product - (core->timing->phases < 2),
                  .less_alone = 1,
                  .pass_end = 1};
}

static Call binary_call(TimedCore *core, const CodeInstruction *in) {
    bool multiplies =
        in->row->init == INSTR_MUL_INIT || in->row->init == INSTR_MUL_ROWS_INIT || in->row->init == INSTR_MUL_COLS_INIT;
    return (Call){.core = core,
                  .kept = side_of(core, in, 0, 1),
                  .streaming = side_of(core, in, 1, 1),
                  .step = target_of(core)->cycles_fpu_binary * (multiplies ? core->timing->phases : 1)};
}

// A tile on its way from a source register to DST, or straight to DST.
static Call load_call(TimedCore *core, const CodeInstruction *in) {
    Side loaded = side_of(core, in, 0, 1), none = {.source = &core->sources[SOURCE_B]};
    if (loaded.source == none.source) none.source = &core->sources[SOURCE_A];
    bool to_dst = core->buffers[in->buffers[0]].info->to_dst;
    return (Call){
        .core = core, .kept = loaded, .streaming = none, .step = to_dst ? 0 : target_of(core)->cycles_fpu_binary};
}

static Call call_of(TimedCore *core, const CodeInstruction *in, const Scalar *values) {
    if (in->row->effect == EFFECT_PRODUCT) return product_call(core, in, values);
    return in->row->effect == EFFECT_BINARY ? binary_call(core, in) : load_call(core, in);
}

static void run_passes(Call *call) {
    int64_t kept = call->kept.tiles;
    do {
        call->kept.tiles = kept < 2 ? kept : 2;
        call->passes = 1;
        call->work += later(unpacker_work(call, &call->kept), unpacker_work(call, &call->streaming));
        run_pass(call);
        kept -= 2;
    } while (kept > 0);
}

Outcome sim_timed_matrix(SimCore *base, ThreadState *thread, const CodeInstruction *in, const Scalar *values) {
    TimedCore *core = timed_core(base);
    Call call = call_of(core, in, values);
    call.first_start = -1;
    sim_time_scalars(core, thread, in);
    int64_t idle_from = sim_pipe_start(&core->math), unpacked = sim_pipe_start(&core->unpack);
    run_passes(&call);
    int64_t idle = call.first_start - idle_from;
    if (core->waited_for_data < idle) idle = core->waited_for_data;
    sim_time_stall(core, CLOCK_MATH, STALL_WAIT_FRONT, call.first_start - idle, call.first_start);
    core->waited_for_data = 0;
    int64_t work = core->unpack.engine - unpacked;
    if (call.work < work) work = call.work;
    sim_time_busy(core, CLOCK_UNPACK, in->row->name, core->unpack.engine - work, work);
    sim_time_busy(core, CLOCK_MATH, in->row->name, core->math.engine - call.math_busy, call.math_busy);
    return OUTCOME_DONE;
}
