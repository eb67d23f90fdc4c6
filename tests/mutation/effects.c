// When two neighbours of a program commute, by the effects in their rows and effects.def.
#include "campaign.h"

#include <string.h>

#include "ir/build.h"
#include "ir/walk.h"

typedef enum How { USE, ADD, SET, FINISH, HOW_COUNT } How;

// By what the first does and what the second does. To finish earlier than a use, or later than an addition, is to wait
// for as much or more.
static const bool order_matters[HOW_COUNT][HOW_COUNT] = {
    [USE] = {[USE] = false, [ADD] = true, [SET] = true, [FINISH] = false},
    [ADD] = {[USE] = true, [ADD] = false, [SET] = true, [FINISH] = true},
    [SET] = {[USE] = true, [ADD] = true, [SET] = true, [FINISH] = true},
    [FINISH] = {[USE] = true, [ADD] = false, [SET] = true, [FINISH] = false},
};

enum { MOVER = 1, UNPACK = 2, MATH = 4, PACKER = 8, ENGINE = UNPACK | MATH | PACKER };

// The processors of compute that execute a call; 0: those of its unit.
static const unsigned effect_processors[] = {
    [EFFECT_RESERVE] = PACKER, [EFFECT_PUSH] = PACKER,
    [EFFECT_WAIT] = UNPACK,    [EFFECT_POP] = UNPACK,
    [EFFECT_STARTUP] = ENGINE, [EFFECT_ACQUIRE] = MATH,
    [EFFECT_COMMIT] = MATH,    [EFFECT_REGS_WAIT] = PACKER,
    [EFFECT_RELEASE] = PACKER, [EFFECT_PACK_ACCUMULATE] = PACKER,
};
static const unsigned unit_processors[] = {[UNIT_FPU] = UNPACK | MATH, [UNIT_SFPU] = MATH, [UNIT_PACK] = PACKER};

static const Effect synchronising[] = {
    EFFECT_RESERVE,        EFFECT_PUSH,           EFFECT_WAIT,          EFFECT_POP,
    EFFECT_READ_BARRIER,   EFFECT_WRITE_FLUSH,    EFFECT_WRITE_BARRIER, EFFECT_NOC_MULTICAST,
    EFFECT_SEMAPHORE_SET,  EFFECT_SEMAPHORE_WAIT, EFFECT_SEMAPHORE_INC, EFFECT_SEMAPHORE_MULTICAST,
    EFFECT_ATOMIC_BARRIER, EFFECT_STARTUP,        EFFECT_RECONFIG,      EFFECT_RECONFIG_A,
    EFFECT_RECONFIG_B,     EFFECT_RECONFIG_PACK,  EFFECT_INIT,          EFFECT_ACQUIRE,
    EFFECT_COMMIT,         EFFECT_REGS_WAIT,      EFFECT_RELEASE,       EFFECT_PACK_ACCUMULATE,
};

bool is_synchronising(Effect effect) {
    for (size_t i = 0; i < sizeof synchronising / sizeof *synchronising; i++)
        if (synchronising[i] == effect) return true;
    return false;
}

// ---------------------------------------------------------------- what a statement does

typedef struct Row {
    Effect effect;
    int unit; // -1: any
    Resource resource;
    How how;
    const char *operand, *index;
} Row;

enum { UNIT_ANY = -1 };
static const Row rows[] = {
#define ACCESS(effect, unit, resource, how, operand, index)                                                            \
    {EFFECT_##effect, UNIT_##unit, resource, how, operand, index},
#include "effects.def"
#undef ACCESS
};

typedef struct Access {
    const Row *row;
    unsigned processors;
    const void *thing; // the circular buffer or semaphore; NULL: all, or the only one
    const Expr *index; // NULL: any
} Access;

typedef struct Accesses {
    Arena *arena;
    bool is_inner; // of a nested block, where indices mean something else
    VECTOR(Access) list;
} Accesses;

static const Operand *operand_called(const Statement *statement, const char *name) {
    OperandSpec specs[MAX_OPERANDS];
    int count = instruction_operands(instruction_of(statement), specs);
    for (int i = 0; i < count; i++)
        if (!strcmp(specs[i].name, name)) return &statement->op.operands[i];
    return NULL;
}

static const void *thing_of(const Operand *operand, Resource resource) {
    if (operand->kind == OPERAND_SEMAPHORE) return operand->semaphore;
    const CircularBuffer *circular = operand->circular;
    return resource == PAGE && circular->alias ? circular->alias : circular;
}

static Access access_of(const Statement *statement, const Row *row, unsigned processors) {
    Access access = {.row = row, .processors = processors};
    const Operand *operand = *row->operand ? operand_called(statement, row->operand) : NULL;
    if (operand && operand->kind == OPERAND_EXPR)
        access.index = operand->expr;
    else if (operand)
        access.thing = thing_of(operand, row->resource);
    if (*row->index) access.index = operand_called(statement, row->index)->expr;
    return access;
}

static unsigned processors_of(const Instruction *instruction) {
    if (!(instruction->threads & THREADS_COMPUTE)) return MOVER;
    unsigned own = instruction->effect < sizeof effect_processors / sizeof *effect_processors
                       ? effect_processors[instruction->effect]
                       : 0;
    unsigned engine = own ? own : unit_processors[instruction->unit];
    return instruction->threads == THREADS_COMPUTE ? engine : engine | MOVER;
}

static void collect(Statement *statement, void *user) {
    Accesses *accesses = user;
    const Instruction *instruction = statement->kind == STATEMENT_OPERATION ? instruction_of(statement) : NULL;
    if (!instruction) return;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const Row *row = &rows[i];
        if (row->effect != instruction->effect || (row->unit >= 0 && row->unit != (int)instruction->unit)) continue;
        Access access = access_of(statement, row, processors_of(instruction));
        if (accesses->is_inner) access.index = NULL;
        vector_push(accesses->arena, accesses->list, access);
    }
}

static Accesses accesses_of(Arena *arena, const Statement *statement) {
    Accesses accesses = {.arena = arena};
    Block *blocks[2];
    int count = statement_blocks(statement, blocks);
    if (count == 0) collect((Statement *)statement, &accesses);
    accesses.is_inner = true;
    for (int i = 0; i < count; i++) walk_statements(blocks[i], collect, &accesses);
    return accesses;
}

// ---------------------------------------------------------------- pairs

static bool surely_differ(Module *module, const Expr *a, const Expr *b) {
    int64_t distance;
    return a && b && a->type == b->type && expr_constant(expr_sub(module, a, b), &distance) && distance != 0;
}

static bool collide(Module *module, const Access *a, const Access *b) {
    if (a->row->resource != b->row->resource || !(a->processors & b->processors)) return false;
    if ((a->thing && b->thing && a->thing != b->thing) || surely_differ(module, a->index, b->index)) return false;
    return order_matters[a->row->how][b->row->how];
}

bool statements_commute(Module *module, const Statement *first, const Statement *second) {
    Arena *arena = &module->context->unit;
    Accesses left = accesses_of(arena, first), right = accesses_of(arena, second);
    for (uint32_t i = 0; i < left.list.count; i++)
        for (uint32_t j = 0; j < right.list.count; j++)
            if (collide(module, &left.list.items[i], &right.list.items[j])) return false;
    return true;
}
