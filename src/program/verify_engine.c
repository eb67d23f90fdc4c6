// Obligation 8: what start-up, reconfiguration and init calls have set is what each operation needs. On the chip a
// missing call is most often silent garbage.
//
// A format is a number format and the way it is unpacked; changing a source's format undoes the matrix unit's init.
#include <string.h>

#include "program/verify.h"

typedef enum Setting { SET_NOT, SET_UNSURE, SET_TO } Setting; // where control flow meets, it may be unsure

typedef struct Format {
    Setting set;
    DType type;
    Unpack unpack;
} Format;

typedef struct Init {
    Setting set;
    InstructionId id;
    Unpack unpack;        // of its operand: it chooses between source registers and DST
    Amount parameters[4]; // of a product: transpose, columns, rows, inner
} Init;

typedef struct Accumulation {
    Setting set; // SET_TO: on or off for certain
    bool is_on;
    int buffer; // packed to since it was switched on; -1: none
    const Node *node;
} Accumulation;

typedef struct Engine {
    Setting started;
    Format source_a, source_b, pack;
    Init matrix, vector;
    Accumulation accumulation;
} Engine;

static size_t engine_bytes(const Check *check) {
    (void)check;
    return sizeof(Engine);
}

static void begin_engine(Walk *walk, void *state) {
    (void)walk;
    Engine *engine = state;
    engine->accumulation = (Accumulation){.set = SET_TO, .buffer = -1};
}

static const CircularBuffer *operand_buffer(const Node *node, int operand) {
    return node->statement->op.operands[operand].circular;
}

static Format format_of(const CircularBuffer *circular) { return (Format){SET_TO, circular->format, circular->unpack}; }

static bool same_format(const Format *a, const Format *b) {
    return a->set == b->set && (a->set != SET_TO || (a->type == b->type && a->unpack == b->unpack));
}

static const char *format_text(Walk *walk, const Format *format, bool is_source) {
    if (format->set == SET_NOT) return "not set";
    if (format->set == SET_UNSURE) return "not the same on every path";
    bool to_dst = is_source && format->unpack == UNPACK_DST;
    return arena_format(walk->check->arena, "%s%s", dtype_name(format->type), to_dst ? " unpacked to DST" : "");
}

// ---------------------------------------------------------------- setting

static void set_source(Engine *engine, Format *source, const CircularBuffer *circular) {
    Format format = format_of(circular);
    if (same_format(source, &format)) return;
    *source = format;
    engine->matrix.set = SET_NOT;
}

// Operands in0, in1 and, last, the order: in0 goes to SrcA unless the order is reversed.
static void set_sources(Engine *engine, const Node *node, int order) {
    Name word = node->statement->op.operands[order].name;
    bool is_reverse = word && strcmp(word, "reverse") == 0;
    set_source(engine, is_reverse ? &engine->source_b : &engine->source_a, operand_buffer(node, 0));
    set_source(engine, is_reverse ? &engine->source_a : &engine->source_b, operand_buffer(node, 1));
}

static void start_up(Walk *walk, Engine *engine, const Node *node) {
    if (engine->started != SET_NOT)
        find(walk, DIAG_PROOF_STARTUP, node, "move compute_kernel_hw_startup to the front of the compute thread, once",
             "compute_kernel_hw_startup may run a second time here; it must run once");
    engine->started = SET_TO;
    set_sources(engine, node, 3);
    engine->pack = format_of(operand_buffer(node, 2));
}

// matmul_init: in0, in1, transpose; matmul_block_init: in0, in1, transpose, columns, rows, inner.
static void set_init(Engine *engine, const Node *node, const Amount values[]) {
    Init *init = node->instruction->unit == UNIT_SFPU ? &engine->vector : &engine->matrix;
    *init = (Init){.set = SET_TO, .id = node->instruction->id};
    if (node->instruction->unit == UNIT_SFPU) return;
    init->unpack = operand_buffer(node, 0)->unpack;
    int parameters = node->instruction->id == INSTR_MATMUL_BLOCK_INIT ? 4 : node->instruction->id == INSTR_MATMUL_INIT;
    for (int i = 0; i < parameters; i++) init->parameters[i] = values[2 + i];
}

static void set_accumulation(Engine *engine, const Node *node, Amount enable) {
    engine->accumulation = (Accumulation){
        .set = enable.sum ? SET_UNSURE : SET_TO, .is_on = !amount_is(enable, 0), .buffer = -1, .node = node};
}

// ---------------------------------------------------------------- needing

static void need_source(Walk *walk, const Node *node, const Format *source, char letter,
                        const CircularBuffer *circular) {
    Format wanted = format_of(circular);
    if (same_format(source, &wanted)) return;
    find(walk, DIAG_PROOF_SOURCE_FORMAT, node,
         "put reconfig_data_format (or its srca or srcb form) and the init call before it",
         "%s reads circular buffer '%s' by way of Src%c: expected Src%c set to %s, but it is %s",
         node->instruction->name, circular->name, letter, letter, format_text(walk, &wanted, true),
         format_text(walk, source, true));
}

static void need_no_unpack_to_dst(Walk *walk, const Node *node, const CircularBuffer *circular) {
    if (circular->unpack == UNPACK_SOURCE) return;
    find(walk, DIAG_PROOF_OPERAND, node,
         "give the operand a second circular buffer over the same bytes (alias=) that unpacks to the source registers",
         "%s is a matrix-unit operation, but circular buffer '%s' unpacks to DST", node->instruction->name,
         circular->name);
}

static void need_float(Walk *walk, const Node *node, const CircularBuffer *circular) {
    if (dtype_is_float(circular->format)) return;
    find(walk, DIAG_PROOF_OPERAND, node, "copy the tile to DST and use vector-unit operations",
         "%s is a matrix-unit operation and takes no %s: circular buffer '%s'", node->instruction->name,
         dtype_name(circular->format), circular->name);
}

// ROW of a 16-bit buffer into fp32 DST gave wrong numbers on the vendor's simulator.
static void need_broadcast(Walk *walk, const Node *node, const CircularBuffer *circular) {
    bool is_row = node->instruction->id == INSTR_BCAST_ROW && circular->unpack == UNPACK_SOURCE;
    if (!is_row || dtype_bits(circular->format) != 16 || !program_dst_fp32(walk->check->function)) return;
    find(walk, DIAG_PROOF_OPERAND, node,
         "use a 32-bit circular buffer, or sfpu_add_bcast_row and its like on tiles in DST",
         "unary_bcast_row of a 16-bit circular buffer ('%s') into fp32 DST gives wrong values", circular->name);
}

static bool same_parameters(const Node *node, const Init *init, const Amount values[]) {
    if (node->instruction->id != INSTR_MATMUL_BLOCK) return true;
    for (int i = 0; i < 4; i++)
        if (!amount_equal(init->parameters[i], values[5 + i])) return false;
    return true;
}

static const char *init_text(const Init *init, bool is_wanted) {
    if (init->set == SET_NOT) return "there is none in force; a change of formats undoes it";
    if (init->set == SET_UNSURE) return "the last init is not the same on every path";
    return is_wanted ? "that init had other parameters or another way to unpack" : instruction_at(init->id)->name;
}

static void need_init(Walk *walk, const Engine *engine, const Node *node, const Amount values[]) {
    const Instruction *instruction = node->instruction;
    if (instruction->init == INSTR_NONE) return;
    bool is_vector = instruction->unit == UNIT_SFPU;
    const Init *init = is_vector ? &engine->vector : &engine->matrix;
    bool is_wanted = init->set == SET_TO && init->id == instruction->init;
    bool fits = is_wanted &&
                (is_vector || (init->unpack == operand_buffer(node, 0)->unpack && same_parameters(node, init, values)));
    if (fits) return;
    find(walk, DIAG_PROOF_INIT, node,
         "emit the init call again after another operation of the same unit or a change of formats",
         "%s needs %s as the last init of its unit, but %s%s", instruction->name,
         instruction_at(instruction->init)->name, init->set == SET_TO && !is_wanted ? "here it is " : "",
         init_text(init, is_wanted));
}

static void need_started(Walk *walk, Engine *engine, const Node *node) {
    if (engine->started == SET_TO) return;
    find(walk, DIAG_PROOF_STARTUP, node, "begin the compute thread with compute_kernel_hw_startup",
         "%s comes before compute_kernel_hw_startup", node->instruction->name);
    engine->started = SET_TO; // the first one says it all
}

// ---------------------------------------------------------------- packing

static void pack(Walk *walk, Engine *engine, const Node *node) {
    const CircularBuffer *circular = operand_buffer(node, 1);
    Accumulation *accumulation = &engine->accumulation;
    if (engine->pack.set != SET_TO || engine->pack.type != circular->format)
        find(walk, DIAG_PROOF_PACK_FORMAT, node, "put pack_reconfig_data_format before it",
             "%s packs to circular buffer '%s': expected the packer set to %s, but it is %s", node->instruction->name,
             circular->name, dtype_name(circular->format), format_text(walk, &engine->pack, false));
    if (!accumulation->is_on) return;
    int buffer = node->buffers[1];
    if (accumulation->buffer >= 0 && accumulation->buffer != buffer)
        find(walk, DIAG_PROOF_ACCUMULATE, node, "put pack_reconfig_l1_acc(0) before packing elsewhere",
             "%s packs to circular buffer '%s' while packs may still be added to what '%s' holds",
             node->instruction->name, circular->name,
             walk->check->function->circular_buffers.items[accumulation->buffer]->name);
    accumulation->buffer = buffer;
}

// ---------------------------------------------------------------- steps

// A broadcast goes through SrcB, or by SrcA's unpacker if it unpacks to DST, and needs the formats of both.
static void load(Walk *walk, const Engine *engine, const Node *node) {
    const CircularBuffer *circular = operand_buffer(node, 0);
    need_source(walk, node, &engine->source_a, 'A', circular);
    if (node->instruction->effect != EFFECT_LOAD_B) return;
    need_source(walk, node, &engine->source_b, 'B', circular);
    need_broadcast(walk, node, circular);
}

// in0 and in1 of a product go to SrcB and SrcA, those of other operations to SrcA and SrcB.
static void combine(Walk *walk, const Engine *engine, const Node *node) {
    int a = node->instruction->effect == EFFECT_PRODUCT ? 1 : 0;
    for (int operand = 0; operand < 2; operand++) {
        need_no_unpack_to_dst(walk, node, operand_buffer(node, operand));
        need_float(walk, node, operand_buffer(node, operand));
    }
    need_source(walk, node, &engine->source_a, 'A', operand_buffer(node, a));
    need_source(walk, node, &engine->source_b, 'B', operand_buffer(node, 1 - a));
}

static void step_engine(Walk *walk, void *state, const Node *node, const Amount values[]) {
    Engine *engine = state;
    Effect effect = node->instruction->effect;
    if (effect == EFFECT_STARTUP)
        start_up(walk, engine, node);
    else if (node->instruction->unit != UNIT_NONE || effect == EFFECT_ACQUIRE)
        need_started(walk, engine, node);
    switch (effect) {
    case EFFECT_RECONFIG: set_sources(engine, node, 2); break;
    case EFFECT_RECONFIG_A: set_source(engine, &engine->source_a, operand_buffer(node, 0)); break;
    case EFFECT_RECONFIG_B: set_source(engine, &engine->source_b, operand_buffer(node, 0)); break;
    case EFFECT_RECONFIG_PACK: engine->pack = format_of(operand_buffer(node, 0)); break;
    case EFFECT_INIT: set_init(engine, node, values); return;
    case EFFECT_LOAD_A:
    case EFFECT_LOAD_B: load(walk, engine, node); break;
    case EFFECT_PRODUCT:
    case EFFECT_BINARY: combine(walk, engine, node); break;
    case EFFECT_PACK:
    case EFFECT_PACK_AT: pack(walk, engine, node); break;
    case EFFECT_PACK_ACCUMULATE: set_accumulation(engine, node, values[0]); break;
    default: break;
    }
    need_init(walk, engine, node, values);
}

// ---------------------------------------------------------------- joins and loops

static void join_format(Format *into, const Format *other) {
    if (!same_format(into, other)) into->set = SET_UNSURE;
}

static bool same_init(const Init *a, const Init *b) {
    if (a->set != b->set || a->set != SET_TO) return a->set == b->set;
    for (int i = 0; i < 4; i++)
        if (!amount_equal(a->parameters[i], b->parameters[i])) return false;
    return a->id == b->id && a->unpack == b->unpack;
}

static void join_init(Init *into, const Init *other) {
    if (!same_init(into, other)) *into = (Init){.set = SET_UNSURE};
}

// Unsure, it counts as on: packs may be added to what is there.
static void join_accumulation(Accumulation *into, const Accumulation *other) {
    if (into->is_on != other->is_on || into->set != other->set) into->set = SET_UNSURE;
    if (other->is_on && !into->is_on) into->node = other->node;
    if (into->buffer < 0) into->buffer = other->buffer;
    into->is_on = into->is_on || other->is_on;
}

static void join_engine(Walk *walk, void *state, const void *other, Amount condition) {
    Engine *into = state;
    const Engine *from = other;
    (void)walk;
    (void)condition;
    if (into->started != from->started) into->started = SET_UNSURE;
    join_format(&into->source_a, &from->source_a);
    join_format(&into->source_b, &from->source_b);
    join_format(&into->pack, &from->pack);
    join_init(&into->matrix, &from->matrix);
    join_init(&into->vector, &from->vector);
    join_accumulation(&into->accumulation, &from->accumulation);
}

static bool same_engine(const Engine *a, const Engine *b) {
    return a->started == b->started && same_format(&a->source_a, &b->source_a) &&
           same_format(&a->source_b, &b->source_b) && same_format(&a->pack, &b->pack) &&
           same_init(&a->matrix, &b->matrix) && same_init(&a->vector, &b->vector) &&
           a->accumulation.set == b->accumulation.set && a->accumulation.is_on == b->accumulation.is_on &&
           a->accumulation.buffer == b->accumulation.buffer;
}

static bool settle_engine(Walk *walk, LoopStates *loop, int pass) {
    Engine *head = loop->head, before = *head;
    (void)pass;
    join_engine(walk, head, loop->out, (Amount){0});
    return same_engine(head, &before);
}

static void leave_engine(Walk *walk, const LoopStates *loop, void *state) {
    *(Engine *)state = *(const Engine *)loop->out;
    if (!loop_surely_runs(walk, loop)) join_engine(walk, state, loop->entry, (Amount){0});
}

static void finish_engine(Walk *walk, void *state) {
    const Engine *engine = state;
    if (!engine->accumulation.is_on) return;
    find(walk, DIAG_PROOF_ACCUMULATE, engine->accumulation.node, "end with pack_reconfig_l1_acc(0)",
         "the compute thread may end with packs still being added to what L1 holds");
}

const Analysis engine_analysis = {.bytes = engine_bytes,
                                  .begin = begin_engine,
                                  .step = step_engine,
                                  .join = join_engine,
                                  .settle = settle_engine,
                                  .leave = leave_engine,
                                  .finish = finish_engine};
