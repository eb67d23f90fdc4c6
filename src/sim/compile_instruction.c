// Compiles instructions: resolves their operands to places in the machine's tables, and checks once what no run can
// change: which thread, which end of a circular buffer, which formats.
#include "sim/compile.h"

#include <string.h>

#include "ir/print.h"

// What an instruction does with its circular buffers decides which thread may do it.
typedef enum Access { ACCESS_NONE, ACCESS_PRODUCE, ACCESS_CONSUME } Access;

typedef struct EffectRule {
    Access access;
    uint8_t parts; // of the engine that act, when compute executes it; 0: by unit
} EffectRule;

static const EffectRule effect_rules[] = {
    [EFFECT_RESERVE] = {ACCESS_PRODUCE, PART_PACK},
    [EFFECT_PUSH] = {ACCESS_PRODUCE, PART_PACK},
    [EFFECT_WAIT] = {ACCESS_CONSUME, PART_UNPACK},
    [EFFECT_POP] = {ACCESS_CONSUME, PART_UNPACK},
    [EFFECT_NOC_READ] = {ACCESS_PRODUCE, 0},
    [EFFECT_NOC_WRITE] = {ACCESS_CONSUME, 0},
    [EFFECT_NOC_MULTICAST] = {ACCESS_PRODUCE, 0},
    [EFFECT_PAGE_STORE] = {ACCESS_PRODUCE, 0},
    [EFFECT_PAGE_UPDATE] = {ACCESS_PRODUCE, 0},
    [EFFECT_STARTUP] = {ACCESS_NONE, PART_UNPACK | PART_MATH | PART_PACK},
    [EFFECT_ACQUIRE] = {ACCESS_NONE, PART_MATH},
    [EFFECT_COMMIT] = {ACCESS_NONE, PART_MATH},
    [EFFECT_REGS_WAIT] = {ACCESS_NONE, PART_PACK},
    [EFFECT_RELEASE] = {ACCESS_NONE, PART_PACK},
    [EFFECT_LOAD_A] = {ACCESS_CONSUME, 0},
    [EFFECT_LOAD_B] = {ACCESS_CONSUME, 0},
    [EFFECT_PRODUCT] = {ACCESS_CONSUME, 0},
    [EFFECT_BINARY] = {ACCESS_CONSUME, 0},
    [EFFECT_PACK] = {ACCESS_PRODUCE, PART_PACK},
    [EFFECT_PACK_AT] = {ACCESS_PRODUCE, PART_PACK},
    [EFFECT_PACK_ACCUMULATE] = {ACCESS_NONE, PART_PACK},
};

static const uint8_t unit_parts[] = {
    [UNIT_FPU] = PART_UNPACK | PART_MATH, [UNIT_SFPU] = PART_MATH, [UNIT_PACK] = PART_PACK};

static uint8_t engine_parts(const Instruction *row) {
    uint8_t parts = effect_rules[row->effect].parts;
    return parts ? parts : unit_parts[row->unit];
}

static bool complain(Compiler *compiler, DiagnosticCode code, const char *help, const char *text) {
    Context *context = compiler->machine->context;
    report(context, code, compiler->statement->location, "%s", text);
    report_help(context, "%s", help);
    return false;
}

#define COMPLAIN(compiler, code, help, ...) complain(compiler, code, help, arena_format(compiler->arena, __VA_ARGS__))

// ---------------------------------------------------------------- operands

static bool is_real_operand(const Instruction *row, const char *name) {
    const char *found = strstr(row->signature, ":float");
    size_t length = strlen(name);
    while (found) {
        bool fits = (size_t)(found - row->signature) >= length && memcmp(found - length, name, length) == 0;
        if (fits && (found - length == row->signature || found[-(ptrdiff_t)length - 1] == ' ')) return true;
        found = strstr(found + 1, ":float");
    }
    return false;
}

// The first of the words that a spec lists is false.
static bool word_flag(const OperandSpec *spec, Name word) { return strncmp(spec->words, word, strlen(word)) != 0; }

typedef struct Slots {
    int buffers;
} Slots;

static bool add_buffer(Compiler *compiler, CodeInstruction *in, Slots *slots, const CircularBuffer *circular) {
    int place = sim_buffer_place(compiler->machine, circular);
    if (place < 0 || slots->buffers == 3)
        return COMPLAIN(compiler, DIAG_SIM_PROGRAM, "Declare it with T.circular_buffer.",
                        "`%s` is not among the program's circular buffers", circular ? circular->name : "?");
    in->buffers[slots->buffers++] = (int16_t)place;
    return true;
}

static bool add_semaphore(Compiler *compiler, CodeInstruction *in, const Semaphore *semaphore) {
    in->semaphore = (int16_t)sim_semaphore_place(compiler->machine, semaphore);
    if (in->semaphore >= 0) return true;
    return COMPLAIN(compiler, DIAG_SIM_PROGRAM, "Declare it with T.semaphore.",
                    "`%s` is not among the program's semaphores", semaphore ? semaphore->name : "?");
}

// Which coordinate of a core an operand is.
static CoreAxis axis_of(const Instruction *row, const OperandSpec *spec) {
    bool names_cores = row->effect == EFFECT_NOC_MULTICAST || row->effect == EFFECT_SEMAPHORE_INC ||
                       row->effect == EFFECT_SEMAPHORE_MULTICAST;
    if (!names_cores) return AXIS_NONE;
    return spec->name[0] == 'x' ? AXIS_X : spec->name[0] == 'y' ? AXIS_Y : AXIS_NONE;
}

static uint16_t scalar_operand(Compiler *compiler, const CodeInstruction *in, const OperandSpec *spec,
                               const Expr *expr) {
    CoreAxis axis = axis_of(in->row, spec);
    if (axis != AXIS_NONE) return compile_coordinate(compiler, expr, axis);
    return compile_as(compiler, expr, is_real_operand(in->row, spec->name));
}

static bool add_operand(Compiler *compiler, CodeInstruction *in, Slots *slots, const OperandSpec *spec,
                        const Operand *operand) {
    switch (operand->kind) {
    case OPERAND_EXPR: in->scalars[in->scalar_count++] = scalar_operand(compiler, in, spec, operand->expr); return true;
    case OPERAND_SEMAPHORE: return add_semaphore(compiler, in, operand->semaphore);
    case OPERAND_CIRCULAR: return add_buffer(compiler, in, slots, operand->circular);
    case OPERAND_TENSOR: in->tensor = (int16_t)sim_tensor_place(compiler->machine, operand->tensor); return true;
    case OPERAND_NAME: in->flag = word_flag(spec, operand->name); return true;
    case OPERAND_BOOL: in->flag = operand->boolean; return true;
    default:
        return COMPLAIN(compiler, DIAG_SIM_PROGRAM, "The instruction's signature lists its operands.",
                        "%s: operand `%s` is missing or of a kind that no instruction takes", in->row->name,
                        spec->name);
    }
}

static bool add_operands(Compiler *compiler, CodeInstruction *in) {
    OperandSpec specs[MAX_OPERANDS];
    int count = instruction_operands(in->row, specs);
    Slots slots = {0};
    for (int i = 0; i < count; i++)
        if (!add_operand(compiler, in, &slots, &specs[i], &in->statement->op.operands[i])) return false;
    return true;
}

// ---------------------------------------------------------------- which operand goes through which source register

static Effect initialised_effect(InstructionId init) {
    for (int id = 0; id < INSTR_COUNT; id++) {
        const Instruction *row = instruction_at((InstructionId)id);
        if (row->init == init && row->effect != EFFECT_INIT) return row->effect;
    }
    return EFFECT_INIT;
}

// A tile that is broadcast to DST goes through SrcB, or by SrcA's unpacker if it unpacks to DST; the matrix unit takes
// both formats into account, so that neither may be left over from another operation.
static void set_sources(CodeInstruction *in) {
    Effect effect = in->row->effect == EFFECT_INIT ? initialised_effect(in->row->id) : in->row->effect;
    bool ordered = effect == EFFECT_STARTUP || effect == EFFECT_RECONFIG;
    bool straight = effect == EFFECT_BINARY || (ordered && !in->flag);
    bool reversed = effect == EFFECT_PRODUCT || (ordered && in->flag);
    bool alone = effect == EFFECT_LOAD_B;
    bool first_a = straight || alone || effect == EFFECT_LOAD_A || effect == EFFECT_RECONFIG_A;
    bool first_b = reversed || alone || effect == EFFECT_RECONFIG_B;
    in->source_a = (int8_t)(first_a ? 0 : reversed ? 1 : -1);
    in->source_b = (int8_t)(first_b ? 0 : straight ? 1 : -1);
}

// ---------------------------------------------------------------- rules

static const char *const end_names[] = {[ACCESS_PRODUCE] = "producer", [ACCESS_CONSUME] = "consumer"};

static bool thread_fits(Compiler *compiler, const CodeInstruction *in) {
    Thread thread = compiler->code->program->thread;
    if (in->row->threads & 1u << thread) return true;
    return COMPLAIN(compiler, DIAG_SIM_THREAD, "Move it to a thread that has it.", "the %s thread has no %s",
                    thread_name(thread), in->row->name);
}

static bool end_fits(Compiler *compiler, const CodeInstruction *in, int which) {
    Access access = effect_rules[in->row->effect].access;
    if (access == ACCESS_NONE) return true;
    const CircularBuffer *circular = compiler->machine->buffers[in->buffers[which]].circular;
    Thread legal = access == ACCESS_PRODUCE ? circular->producer : circular->consumer;
    Thread thread = compiler->code->program->thread;
    if (thread == legal) return true;
    return COMPLAIN(compiler, DIAG_SIM_THREAD,
                    "A circular buffer has one producer and one consumer thread; use one of its own for other pairs.",
                    "%s in the %s thread, but the %s of `%s` is the %s thread", in->row->name, thread_name(thread),
                    end_names[access], circular->name, thread_name(legal));
}

static bool ends_fit(Compiler *compiler, const CodeInstruction *in, int count) {
    for (int i = 0; i < count; i++)
        if (!end_fits(compiler, in, i)) return false;
    return true;
}

static bool matrix_operand_fits(Compiler *compiler, const CodeInstruction *in, int which) {
    const BufferInfo *buffer = &compiler->machine->buffers[in->buffers[which]];
    if (buffer->to_dst)
        return COMPLAIN(compiler, DIAG_SIM_UNPACK_TO_DST,
                        "Give it an alias over the same pages that unpacks to the source registers.",
                        "%s reads `%s`, which unpacks to DST and not to the source registers", in->row->name,
                        buffer->circular->name);
    if (dtype_is_float(buffer->format)) return true;
    return COMPLAIN(compiler, DIAG_SIM_OPERAND, "Use the vector unit, from a buffer that unpacks to DST.",
                    "%s reads `%s` in %s: the matrix unit has floating-point operands only", in->row->name,
                    buffer->circular->name, dtype_name(buffer->format));
}

static bool load_operand_fits(Compiler *compiler, const CodeInstruction *in) {
    const BufferInfo *buffer = &compiler->machine->buffers[in->buffers[0]];
    bool narrow = dtype_bits(buffer->format) <= 16;
    if (in->row->id == INSTR_BCAST_ROW && narrow && compiler->machine->mode.dst_fp32)
        return COMPLAIN(compiler, DIAG_SIM_OPERAND,
                        "Keep the row in a float32 buffer, or add it with add_tiles_bcast_rows.",
                        "unary_bcast_row of `%s` in %s into a 32-bit DST gives wrong values on the chip",
                        buffer->circular->name, dtype_name(buffer->format));
    if (dtype_is_float(buffer->format) || buffer->to_dst) return true;
    return COMPLAIN(compiler, DIAG_SIM_OPERAND, "Give the buffer unpack=\"dst\".",
                    "%s of `%s` in %s: integers reach DST only by unpacking to it", in->row->name,
                    buffer->circular->name, dtype_name(buffer->format));
}

static bool transfer_fits(Compiler *compiler, const CodeInstruction *in) {
    const TensorInfo *tensor = &compiler->machine->tensors[in->tensor];
    const BufferInfo *buffer = &compiler->machine->buffers[in->buffers[0]];
    if (in->row->effect == EFFECT_NOC_WRITE && tensor->buffer->role == ROLE_IN)
        return COMPLAIN(compiler, DIAG_SIM_TENSOR, "Declare the tensor role=\"out\" or role=\"inout\".",
                        "%s writes `%s`, which is an input", in->row->name, tensor->buffer->name);
    if (tensor->format == buffer->format && tensor->map.page_bytes != buffer->page_bytes)
        return COMPLAIN(compiler, DIAG_SIM_TENSOR, "A transfer moves whole pages: give both tiles of one shape.",
                        "pages of `%s` have %d bytes, those of `%s` %lld", tensor->buffer->name, tensor->map.page_bytes,
                        buffer->circular->name, (long long)buffer->page_bytes);
    if (tensor->format == buffer->format) return true;
    return COMPLAIN(compiler, DIAG_SIM_TENSOR,
                    "A transfer moves bytes; convert between formats by unpacking and packing.",
                    "pages of `%s` are %s, those of `%s` are %s", tensor->buffer->name, dtype_name(tensor->format),
                    buffer->circular->name, dtype_name(buffer->format));
}

static bool store_fits(Compiler *compiler, const CodeInstruction *in) {
    const BufferInfo *buffer = &compiler->machine->buffers[in->buffers[0]];
    if (in->row->id == INSTR_FILL_PAGE || buffer->page_bytes == TILE_ELEMENTS * (int64_t)dtype_bytes(buffer->format))
        return true;
    return COMPLAIN(compiler, DIAG_SIM_BUFFER, "Use fill_page, or tiles of 32x32.",
                    "%s stores into a tile of 32x32, and pages of `%s` have %lld bytes", in->row->name,
                    buffer->circular->name, (long long)buffer->page_bytes);
}

static bool formats_fit(Compiler *compiler, const CodeInstruction *in) {
    switch (in->row->effect) {
    case EFFECT_PRODUCT:
    case EFFECT_BINARY: return matrix_operand_fits(compiler, in, 0) && matrix_operand_fits(compiler, in, 1);
    case EFFECT_LOAD_A:
    case EFFECT_LOAD_B: return load_operand_fits(compiler, in);
    case EFFECT_NOC_READ:
    case EFFECT_NOC_WRITE: return transfer_fits(compiler, in);
    case EFFECT_PAGE_STORE:
    case EFFECT_PAGE_UPDATE: return store_fits(compiler, in);
    default: return true;
    }
}

static int buffer_operands(const CodeInstruction *in) {
    OperandSpec specs[MAX_OPERANDS];
    int count = instruction_operands(in->row, specs), buffers = 0;
    for (int i = 0; i < count; i++) buffers += specs[i].kind == OPERAND_CIRCULAR;
    return buffers;
}

bool compile_instruction(Compiler *compiler, const Statement *statement, CodeInstruction *in) {
    *in = (CodeInstruction){.row = instruction_of(statement), .statement = statement, .tensor = -1, .semaphore = -1};
    if (!in->row)
        return COMPLAIN(compiler, DIAG_SIM_PROGRAM, "Lower the kernel first.", "`%s` is no instruction of the chip",
                        statement->op.operation->name);
    uint32_t before = compile_here(compiler);
    if (!add_operands(compiler, in)) return false;
    uint32_t work = compile_here(compiler) - before;
    in->scalar_work = (uint16_t)(work < UINT16_MAX ? work : UINT16_MAX);
    in->handlers[MODE_NUMBERS] = sim_number_handlers[in->row->effect];
    in->handlers[MODE_TIMING] = sim_timing_handlers[in->row->effect];
    if (compiler->code->program->thread == THREAD_COMPUTE) in->parts = engine_parts(in->row);
    set_sources(in);
    return thread_fits(compiler, in) && ends_fit(compiler, in, buffer_operands(in)) && formats_fit(compiler, in);
}
