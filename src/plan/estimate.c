// A lower bound of a program's cycles, counted from its text: how often the busiest core executes each costly
// instruction, and how many bytes all cores move. Nothing waits in it: the simulator says what really happens.
#include <string.h>

#include "ir/affine.h"
#include "ir/build.h"
#include "ir/walk.h"
#include "plan/internal.h"

#define MAX_KNOWN    64
#define MAX_STEERING 64 // variables that trip counts depend on
#define MAX_KINDS    16 // kinds of cores that are told apart

typedef struct Tally {
    const Function *program;
    const Target *target;
    RangeOf known[MAX_KNOWN]; // arguments of the core, lets and enclosing loop variables
    int known_count;
    double products, binaries, vector, long_vector, packs, unpacks; // tiles
    double dram;                                                    // bytes to and from banks
    double links[THREAD_COUNT][2]; // bytes that a thread takes in and sends: each has a network of its own
    Thread thread;
} Tally;

static void know(Tally *tally, const Variable *variable, Range range) {
    if (tally->known_count < MAX_KNOWN) tally->known[tally->known_count++] = (RangeOf){variable, range};
}

static double trips(const Tally *tally, const Expr *extent) {
    Range range;
    if (!expr_range(extent, tally->known_count, tally->known, &range)) return 1;
    return range.high > 0 ? (double)range.high : 0;
}

static int64_t operand_integer(const Statement *statement, int index, int64_t otherwise) {
    int64_t value = otherwise;
    const Operand *operand = &statement->op.operands[index];
    if (operand->kind == OPERAND_EXPR) expr_evaluate_bound(operand->expr, &value);
    return value;
}

// Operands of matmul_block: in0 in1 tile0 tile1 dst transpose columns rows inner.
static double block_products(const Statement *statement) {
    return (double)(operand_integer(statement, 6, 1) * operand_integer(statement, 7, 1));
}

static const CircularBuffer *circular_operand(const Statement *statement) {
    const Operand *operand = statement->op.operands;
    while (operand->kind != OPERAND_CIRCULAR) operand++; // every row that moves pages has one
    return operand->circular;
}

// A page of a tensor, or the pages that go to other cores.
static void count_pages(Tally *tally, const Statement *statement, double times) {
    const Operand *first = &statement->op.operands[0];
    bool is_sent = first->kind == OPERAND_CIRCULAR;
    double bytes = times * circular_operand(statement)->page_bytes;
    if (is_sent) bytes *= (double)operand_integer(statement, 2, 1);
    tally->links[tally->thread][instruction_of(statement)->effect != EFFECT_NOC_READ] += bytes;
    if (!is_sent && first->tensor->layout.space != SPACE_L1) tally->dram += bytes;
}

static void count_instruction(Tally *tally, const Statement *statement, double times) {
    const Instruction *instruction = instruction_of(statement);
    if (!instruction) return;
    switch (instruction->cost) {
    case COST_MATMUL_TILES: tally->products += times; break;
    case COST_MATMUL_BLOCK: tally->products += times * block_products(statement); break;
    case COST_FPU_BINARY: tally->binaries += times; break;
    case COST_SFPU:
    case COST_SFPU_BINARY: tally->vector += times; break;
    case COST_SFPU_LONG: tally->long_vector += times; break;
    case COST_PACK: tally->packs += times; break;
    case COST_UNPACK: tally->unpacks += times; break;
    case COST_NOC_PAGE: count_pages(tally, statement, times); break;
    default: break;
    }
}

static double enter(Tally *tally, const Statement *statement) {
    Range range = {0, 0};
    if (statement->kind == STATEMENT_LET && expr_range(statement->let.value, tally->known_count, tally->known, &range))
        know(tally, statement->let.variable, range);
    if (statement->kind != STATEMENT_FOR) return 1;
    double count = trips(tally, statement->loop.extent);
    int64_t start = 0, step = 1, last = 0;
    if (expr_evaluate_bound(statement->loop.start, &start) && expr_evaluate_bound(statement->loop.step, &step) &&
        count >= 1 && count < 1e15 && !__builtin_mul_overflow((int64_t)count - 1, step, &last) &&
        !__builtin_add_overflow(last, start, &last))
        know(tally, statement->loop.variable, last < start ? (Range){last, start} : (Range){start, last});
    return count;
}

static void count_block(Tally *tally, const Block *block, double times) {
    int outer = tally->known_count;
    for (const Statement *statement = block->first; statement; statement = statement->next) {
        double inner = times * enter(tally, statement);
        if (statement->kind == STATEMENT_OPERATION) count_instruction(tally, statement, times);
        Block *nested[2];
        int blocks = statement_blocks(statement, nested);
        for (int i = 0; i < blocks; i++) count_block(tally, nested[i], inner);
        if (statement->kind == STATEMENT_FOR) tally->known_count = outer;
    }
    tally->known_count = outer;
}

static Tally count_core(const Function *program, const Target *target, Core core) {
    Tally tally = {.program = program, .target = target};
    for (uint32_t i = 0; i < program->arguments.count; i++) {
        const RuntimeArgument *argument = program->arguments.items[i];
        int64_t value = argument_value(argument, core);
        know(&tally, argument->variable, (Range){value, value});
    }
    for (int thread = 0; thread < THREAD_COUNT; thread++) {
        const ThreadProgram *body = program_thread(program, (Thread)thread, core);
        tally.thread = (Thread)thread;
        if (body) count_block(&tally, body->body, 1);
    }
    return tally;
}

// ---------------------------------------------------------------- which arguments matter

// The variables that trip counts depend on, through lets, too. Cores whose arguments differ in no other ones cost the
// same.
typedef struct Steering {
    const Variable *variables[MAX_STEERING];
    int count;
} Steering;

static bool steers(const Steering *steering, const Variable *variable) {
    for (int i = 0; i < steering->count; i++)
        if (steering->variables[i] == variable) return true;
    return steering->count == MAX_STEERING;
}

static void add_steering(const Expr *expr, void *user) {
    Steering *steering = user;
    if (expr->kind == EXPR_VARIABLE && !steers(steering, expr->variable))
        steering->variables[steering->count++] = expr->variable;
}

static void steer_statement(Statement *statement, void *user) {
    Steering *steering = user;
    if (statement->kind == STATEMENT_FOR) {
        walk_expression(statement->loop.start, add_steering, user);
        walk_expression(statement->loop.extent, add_steering, user);
        walk_expression(statement->loop.step, add_steering, user);
    }
    if (statement->kind == STATEMENT_LET && steers(steering, statement->let.variable))
        walk_expression(statement->let.value, add_steering, user);
}

static Steering find_steering(const Function *program) {
    Steering steering = {.count = 0};
    int before;
    do {
        before = steering.count;
        for (uint32_t i = 0; i < program->threads.count; i++)
            walk_statements(program->threads.items[i]->body, steer_statement, &steering);
    } while (steering.count > before);
    return steering;
}

// Do two cores run the same threads the same number of times?
static bool same_kind(const Function *program, const Steering *steering, Core a, Core b) {
    for (int thread = 0; thread < THREAD_COUNT; thread++)
        if (program_thread(program, (Thread)thread, a) != program_thread(program, (Thread)thread, b)) return false;
    for (uint32_t i = 0; i < program->arguments.count; i++) {
        const RuntimeArgument *argument = program->arguments.items[i];
        if (steers(steering, argument->variable) && argument_value(argument, a) != argument_value(argument, b))
            return false;
    }
    return true;
}

// ---------------------------------------------------------------- cycles

static double fidelity_phases(MathFidelity fidelity) { return (double)(fidelity - FIDELITY_LOFI) + 1; }

// The matrix unit, the vector unit and the packer work side by side: the busiest of them bounds the core.
static double compute_cycles(const Tally *tally) {
    const Target *target = tally->target;
    double phases = fidelity_phases(program_fidelity(tally->program));
    double product = phases * (double)target->cycles_phase + (double)target->cycles_product;
    double math = tally->products * product + tally->binaries * (double)target->cycles_fpu_binary +
                  tally->vector * (double)target->cycles_sfpu_simple +
                  tally->long_vector * (double)target->cycles_sfpu_long;
    double pack = tally->packs * (double)target->cycles_pack_tile;
    double unpack = tally->unpacks * (double)target->cycles_unpack_pair / 2; // both unpackers at work
    double most = math > pack ? math : pack;
    return most > unpack ? most : unpack;
}

static int64_t cycles_of(double value) { return value < 9e18 ? (int64_t)value : INT64_MAX; }

static void conclude(Estimate *estimate) {
    estimate->cycles = estimate->compute_cycles;
    estimate->bound = "compute";
    if (estimate->dram_cycles > estimate->cycles) {
        estimate->cycles = estimate->dram_cycles;
        estimate->bound = "dram";
    }
    if (estimate->noc_cycles > estimate->cycles) {
        estimate->cycles = estimate->noc_cycles;
        estimate->bound = "noc";
    }
}

// What each kind of core does, in the order in which kinds appear.
typedef struct Kinds {
    int count;
    Core cores[MAX_KINDS]; // the first of its kind
    double compute[MAX_KINDS], dram[MAX_KINDS], noc[MAX_KINDS];
} Kinds;

static double busiest_link(const Tally *tally) {
    double most = 0;
    for (int thread = 0; thread < THREAD_COUNT; thread++)
        for (int way = 0; way < 2; way++)
            if (tally->links[thread][way] > most) most = tally->links[thread][way];
    return most;
}

static int kind_of(Kinds *kinds, const Function *program, const Target *target, const Steering *steering, Core core) {
    for (int i = kinds->count - 1; i >= 0; i--)
        if (same_kind(program, steering, kinds->cores[i], core)) return i;
    int kind = kinds->count < MAX_KINDS ? kinds->count++ : MAX_KINDS - 1;
    Tally tally = count_core(program, target, core);
    kinds->cores[kind] = core;
    kinds->compute[kind] = compute_cycles(&tally);
    kinds->dram[kind] = tally.dram;
    kinds->noc[kind] = busiest_link(&tally);
    return kind;
}

Estimate plan_estimate(const Function *program) {
    const Target *target = options_of(program).target;
    Steering steering = find_steering(program);
    Kinds kinds = {.count = 0};
    Core *cores;
    int count = program_cores(program, &cores);
    double compute = 0, noc = 0, dram = 0;
    for (int i = 0; i < count; i++) {
        int kind = kind_of(&kinds, program, target, &steering, cores[i]);
        if (kinds.compute[kind] > compute) compute = kinds.compute[kind];
        if (kinds.noc[kind] > noc) noc = kinds.noc[kind];
        dram += kinds.dram[kind];
    }
    Estimate estimate = {
        .compute_cycles = cycles_of(compute),
        .dram_cycles = cycles_of(dram / ((double)target->dram_banks * target->dram_read_bytes_per_cycle)),
        .noc_cycles = cycles_of(noc / target->noc_bytes_per_cycle),
    };
    conclude(&estimate);
    return estimate;
}
