// Errors of elementwise code. On some rows every instruction passes on its operands' errors, times how steeply its
// result follows them, and adds what rounding the result costs. A few lanes of the row stand for all.
#include <math.h>

#include "oracle/launch.h"

#define ROOT_3      1.7320508

#define LANE_STRIDE 7
#define ROW_SHARE   16 // one row in so many is looked at
#define FIRST_ROWS  4  // and the first of each loop

// How steeply a result r follows its operands x and y.
typedef struct Gain {
    double x, y;
} Gain;
typedef Gain (*GainOf)(double x, double y, double r);

static Gain gain_one(double x, double y, double r) { return (void)x, (void)y, (void)r, (Gain){1, 1}; }
static Gain gain_mul(double x, double y, double r) { return (void)r, (Gain){fabs(y), fabs(x)}; }
static Gain gain_div(double x, double y, double r) { return (void)x, (Gain){fabs(1 / y), fabs(r / y)}; }
static Gain gain_mod(double x, double y, double r) { return (void)r, (Gain){1, fabs(floor(x / y))}; }
static Gain gain_pow(double x, double y, double r) { return (Gain){fabs(y * r / x), fabs(r * log(fabs(x)))}; }
// It is steepest at the largest result, which may lie between the lanes that are looked at.
static Gain gain_exp(double x, double y, double r) { return (void)x, (void)y, (Gain){1.25 * fabs(r), 0}; }
static Gain gain_log(double x, double y, double r) { return (void)y, (void)r, (Gain){fabs(1 / x), 0}; }
static Gain gain_log2(double x, double y, double r) { return (void)y, (void)r, (Gain){fabs(1 / (x * M_LN2)), 0}; }
static Gain gain_sqrt(double x, double y, double r) { return (void)x, (void)y, (Gain){0.5 / fabs(r), 0}; }
static Gain gain_rsqrt(double x, double y, double r) { return (void)y, (Gain){fabs(0.5 * r / x), 0}; }
static Gain gain_tanh(double x, double y, double r) { return (void)x, (void)y, (Gain){1 - r * r, 0}; }
static Gain gain_sigmoid(double x, double y, double r) { return (void)x, (void)y, (Gain){r * (1 - r), 0}; }

typedef struct Rule {
    GainOf gain; // NULL: 1
    bool exact;  // the result is one of the operands, or a whole number: it costs nothing itself
} Rule;

static const Rule rules[OP_COUNT] = {
    [OP_MUL] = {gain_mul, false},     [OP_DIV] = {gain_div, false},
    [OP_FLOORDIV] = {gain_div, true}, [OP_FLOORMOD] = {gain_mod, false},
    [OP_POW] = {gain_pow, false},     [OP_EXP] = {gain_exp, false},
    [OP_EXP2] = {gain_exp, false},    [OP_LOG] = {gain_log, false},
    [OP_LOG2] = {gain_log2, false},   [OP_SQRT] = {gain_sqrt, false},
    [OP_RSQRT] = {gain_rsqrt, false}, [OP_TANH] = {gain_tanh, false},
    [OP_ERF] = {gain_one, false},     [OP_SIGMOID] = {gain_sigmoid, false},
    [OP_NEG] = {NULL, true},          [OP_ABS] = {NULL, true},
    [OP_MIN] = {NULL, true},          [OP_MAX] = {NULL, true},
    [OP_FLOOR] = {NULL, true},        [OP_CEIL] = {NULL, true},
    [OP_ROUND] = {NULL, true},        [OP_TRUNC] = {NULL, true},
};

void track_row_begin(Machine *machine, bool first) {
    if (first) machine->track_count = 0;
    uint32_t count = machine->track_count++;
    machine->tracking = count < FIRST_ROWS || ((count * 0x9e3779b1u) >> 16) % ROW_SHARE == 0;
}

static double lane_of(const Machine *machine, Slot slot, size_t lane) {
    return machine->frame[slot.at + (slot.varying ? (int32_t)lane : 0)].real;
}

static double finite_or_zero(double value) { return isfinite(value) ? fabs(value) : 0; }

// Norms over the sampled lanes of a row.
typedef struct Sums {
    Norms norms;
    double squares;
    size_t count;
} Sums;

static void add_lane(Sums *sums, double value) {
    value = finite_or_zero(value);
    sums->norms.largest = value > sums->norms.largest ? value : sums->norms.largest;
    sums->squares += value * value;
    sums->count++;
}

static Norms norms_of(Sums *sums) {
    sums->norms.typical = sums->count ? sqrt(sums->squares / (double)sums->count) : 0;
    return sums->norms;
}

static Norms lane_norms(const Machine *machine, Slot slot) {
    Sums sums = {0};
    size_t lanes = slot.varying ? machine->lanes : 1;
    for (size_t i = 0; i < lanes; i += LANE_STRIDE) add_lane(&sums, lane_of(machine, slot, i));
    return norms_of(&sums);
}

static double steepened(double gain, double error) { return error > 0 ? gain * error : 0; }

// What an operation makes of the errors of its operands.
static Error passed_on(const Machine *machine, const Instruction *instruction, GainOf gain, Error x, Error y) {
    const Slot *operand = instruction->operand;
    Sums largest = {0}, typical = {0};
    size_t lanes = instruction->target.varying ? machine->lanes : 1;
    for (size_t i = 0; i < lanes; i += LANE_STRIDE) {
        Gain steep = gain(lane_of(machine, operand[0], i), lane_of(machine, operand[1], i),
                          lane_of(machine, instruction->target, i));
        add_lane(&largest, steepened(steep.x, x.largest) + steepened(steep.y, y.largest));
        add_lane(&typical, hypot(steepened(steep.x, x.typical), steepened(steep.y, y.typical)));
    }
    return (Error){norms_of(&largest).largest, norms_of(&typical).typical};
}

static Track operands_merged(const Machine *machine, const Instruction *instruction) {
    Track track = {0};
    for (int i = 0; i < 3; i++) track = track_merged(track, machine->tracks[instruction->operand[i].track]);
    return track;
}

static Track operation_track(const Machine *machine, const Instruction *instruction) {
    const Slot *operand = instruction->operand;
    const Rule *rule = &rules[instruction->op];
    Track track = operands_merged(machine, instruction);
    if (instruction->op == OP_SELECT) return track;
    if (!rule->exact || rule->gain)
        track.error = passed_on(machine, instruction, rule->gain ? rule->gain : gain_one,
                                machine->tracks[operand[0].track].error, machine->tracks[operand[1].track].error);
    if (rule->exact) return track;
    double roundoff = fmax(dtype_unit_roundoff(instruction->type), machine->plan->step_roundoff);
    Norms norms = lane_norms(machine, instruction->target);
    track.inexact = true;
    track.error.largest += roundoff * norms.largest;
    track.error.typical = hypot(track.error.typical, roundoff / ROOT_3 * norms.typical);
    return track;
}

static bool rounding_shows(const Machine *machine, const Instruction *instruction) {
    size_t lanes = instruction->target.varying ? machine->lanes : 1;
    for (size_t i = 0; i < lanes; i++)
        if (lane_of(machine, instruction->target, i) != lane_of(machine, instruction->operand[0], i)) return true;
    return false;
}

static Track instruction_track(Machine *machine, const Instruction *instruction) {
    if (instruction->run == row_load) return track_of(machine, machine->storages[instruction->access->buffer]);
    if (instruction->run == row_move) return machine->tracks[instruction->operand[0].track];
    if (instruction->run == row_to_real) return (Track){0};
    if (instruction->run == row_round)
        return track_rounded(machine->tracks[instruction->operand[0].track], instruction->type,
                             rounding_shows(machine, instruction), lane_norms(machine, instruction->target));
    return operation_track(machine, instruction);
}

void track_program(Machine *machine, const Program *program) {
    for (uint32_t i = 0; i < program->count; i++) {
        const Instruction *instruction = &program->items[i];
        if (instruction->target.domain != DOMAIN_REAL) continue;
        machine->tracks[instruction->target.track] = instruction_track(machine, instruction);
    }
}

// ---------------------------------------------------------------- stores

static Track stored_track(const Machine *machine, const Node *node, const Lane *rounded) {
    DType type = node->statement->store.buffer->type;
    Track track = machine->tracks[node->value.track];
    if (node->value.domain != DOMAIN_REAL || !dtype_is_float(type)) return (Track){0};
    bool shows = false;
    for (size_t i = 0; i < machine->lanes; i++) shows = shows || rounded[i].real != lane_of(machine, node->value, i);
    Norms norms = lane_norms(machine, node->value);
    track = track_rounded(track, type, shows, norms);
    track.seen = norms.largest;
    if (!node->store.updates) return track;
    track.length += 1;
    track.accumulator = fmax(track.accumulator, dtype_unit_roundoff(type));
    return track;
}

void track_private_store(Machine *machine, const Node *node, const Lane *rounded) {
    machine->tracks[node->store.target.track] = stored_track(machine, node, rounded);
}

// Within a nest what was there before counts until its end, since rows read it.
static void set_pending(Machine *machine, const Node *node, Track track) {
    Pending *pending = &machine->pending[node->store.number];
    if (!pending->touched) {
        *pending = (Pending){.buffer = node->store.access.buffer, .covers = node->store.covers, .touched = true};
        machine->touched[machine->touched_count++] = node->store.number;
    }
    pending->looked_at = pending->looked_at || machine->tracking;
    pending->track = track_merged(pending->track, track);
    pending->lanes += machine->lanes;
}

// A store that nobody looked at.
static void track_unseen(Machine *machine, Storage *storage, bool updates) {
    Track track = track_of(machine, storage);
    if (updates) track.length += 1;
    track.inexact = true;
    track_set(machine, storage, track, false);
}

void track_store(Machine *machine, const Node *node, const Lane *rounded) {
    Storage *storage = machine->storages[node->store.access.buffer];
    Track track = {0};
    if (machine->tracking) track = stored_track(machine, node, rounded);
    if (node->store.in_nest)
        set_pending(machine, node, track);
    else if (machine->tracking)
        track_set(machine, storage, track, storage->info->count == 1);
    else
        track_unseen(machine, storage, node->store.updates);
}

void track_nest_end(Machine *machine) {
    for (int i = 0; i < machine->touched_count; i++) {
        Pending *pending = &machine->pending[machine->touched[i]];
        Storage *storage = machine->storages[pending->buffer];
        if (!pending->looked_at) pending->track.inexact = true;
        track_set(machine, storage, pending->track, pending->covers && pending->lanes >= storage->info->count);
        pending->touched = false;
    }
    machine->touched_count = 0;
}
