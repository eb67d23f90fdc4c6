// One DST section (dst_section.h): values of the body's buffers stay in registers from their store to their last load;
// what has a circular buffer is packed at the end.
#include "pass/dst_section.h"
#include "ir/affine.h"
#include "ir/walk.h"
#include "pass/sums.h"

enum { MAX_BODY = 64 };

typedef struct Body {
    Statement *statements[MAX_BODY];
    int count;
} Body;

static Body body_of(Section *section, const NestLoops *loops) {
    Body body = {.count = 0};
    for (Statement *s = loops->first; s; s = s == loops->last ? NULL : s->next) {
        if (body.count == MAX_BODY)
            fail(section->module->context, DIAG_DST_PRESSURE, s->location, "too many stores in one nest");
        body.statements[body.count++] = s;
    }
    return body;
}

// ---------------------------------------------------------------- which values are still needed

typedef struct LoadCount {
    const Buffer *buffer;
    int count;
} LoadCount;

static void count_load(const Expr *expr, void *user) {
    LoadCount *loads = user;
    if (expr->kind == EXPR_LOAD && expr->buffer == loads->buffer) loads->count++;
}

static int loads_of(Statement *statement, const Buffer *buffer) {
    LoadCount loads = {buffer, 0};
    walk_expression(product_store(statement)->store.value, count_load, &loads);
    return loads.count;
}

static bool has_circular(const Section *section, const Buffer *buffer) {
    if (!section->function->circular_buffers.count) return true; // not allocated yet: assume the most
    return circular_of(section->function, buffer) != NULL;
}

// Is the value that `buffer` has after statement `i` needed later?
static bool needed_after(const Section *section, const Body *body, int i, const Buffer *buffer) {
    for (int k = i + 1; k < body->count; k++) {
        if (loads_of(body->statements[k], buffer)) return true;
        if (product_store(body->statements[k])->store.buffer == buffer) return false;
    }
    return has_circular(section, buffer);
}

static void prepare_residents(Section *section, const Body *body, int i) {
    const Buffer *target = product_store(body->statements[i])->store.buffer;
    for (int r = 0; r < section->resident_count; r++) {
        Resident *resident = &section->resident[r];
        resident->uses_left = loads_of(body->statements[i], resident->buffer);
        resident->kept = resident->buffer != target && needed_after(section, body, i, resident->buffer);
    }
}

static void set_resident(Section *section, const Buffer *buffer, int reg, bool zero) {
    Resident *resident = NULL;
    for (int r = 0; r < section->resident_count; r++)
        if (section->resident[r].buffer == buffer) resident = &section->resident[r];
    if (!resident)
        resident = &section->resident[section->resident_count++];
    else if (resident->reg >= 0 && resident->reg != reg)
        section_free(section, resident->reg);
    *resident = (Resident){.buffer = buffer, .reg = reg, .zero = zero};
}

static void free_unneeded(Section *section, const Body *body, int i) {
    for (int r = 0; r < section->resident_count; r++) {
        Resident *resident = &section->resident[r];
        if (resident->reg < 0 || needed_after(section, body, i, resident->buffer)) continue;
        section_free(section, resident->reg);
        resident->reg = -1;
    }
}

// ---------------------------------------------------------------- products

bool slot_step(Module *module, const Expr *load, const Variable *variable, int64_t *step) {
    *step = 0;
    if (!variable) return true;
    Affine affine;
    const Expr *slot = tile_slot(module, load->buffer, load->args);
    if (!affine_of(module, slot, 1, &variable, &affine)) return false;
    *step = affine_coefficient(&affine, variable);
    return true;
}

static int clean_register(Section *section) {
    int reg = section_allocate(section);
    if (section->dirty[reg]) emit_fill(section, reg, expr_float(section->module, DTYPE_FLOAT32, 0));
    return reg;
}

static void load_accumulator(Section *section, const Statement *store, int reg) {
    CircularBuffer *circular = circular_of(section->function, store->store.buffer);
    section->dirty[reg] = true;
    for (int i = 0; i < section->rows; i++)
        for (int j = 0; j < section->columns; j++) {
            Operand operands[] = {operand_circular(circular),
                                  operand_expr(section_slot(section, store->store.buffer, store->store.indices, i, j)),
                                  operand_tile(section, section_tile(section, reg, i, j))};
            section_emit(section, INSTR_COPY_TILE, 3, operands);
        }
}

static bool adds_in_l1(const Function *function, const Buffer *buffer) {
    const CircularBuffer *circular = circular_of(function, buffer);
    return circular && adds_in_window(circular);
}

static int accumulator_register(Section *section, const Statement *store) {
    Resident *resident = section_resident(section, store->store.buffer);
    if (resident) return resident->reg;
    if (adds_in_l1(section->function, store->store.buffer)) return clean_register(section);
    int reg = section_allocate(section);
    load_accumulator(section, store, reg);
    return reg;
}

static void emit_product(Section *section, const Statement *store, int reg) {
    Module *module = section->module;
    const Expr *value = store->store.value, *a = value->args[1], *b = value->args[2];
    int64_t stride;
    slot_step(module, a, section->row_variable, &stride);
    const Expr *transpose = expr_int(module, value->op == OP_MATMUL_TRANSPOSED);
    Operand operands[] = {
        operand_circular(circular_of(section->function, a->buffer)),
        operand_circular(circular_of(section->function, b->buffer)),
        operand_expr(section_slot(section, a->buffer, a->args, 0, 0)),
        operand_expr(section_slot(section, b->buffer, b->args, 0, 0)),
        operand_tile(section, section_tile(section, reg, 0, 0)),
        operand_expr(transpose),
        operand_expr(expr_int(module, section->columns)),
        operand_expr(expr_int(module, section->rows)),
        operand_expr(expr_int(module, stride > 0 ? stride : 1)),
    };
    section_emit(section, INSTR_MATMUL_BLOCK, 9, operands);
}

static void schedule_product(Section *section, Statement *statement) {
    Statement *store = product_store(statement);
    int reg = accumulator_register(section, store);
    section->dirty[reg] = true;
    Block *outside = section->into;
    for (Statement *loop = statement; outside && loop->kind == STATEMENT_FOR; loop = loop->loop.body->first) {
        Statement *copy =
            build_for(section->module, FOR_SERIAL, loop->loop.variable, loop->loop.extent, loop->location);
        block_append(section->into, copy);
        section->into = copy->loop.body;
    }
    emit_product(section, store, reg);
    section->into = outside;
    set_resident(section, store->store.buffer, reg, false);
}

bool nest_accumulates(Function *function, const NestLoops *loops) {
    for (Statement *s = loops->first; s; s = s == loops->last ? NULL : s->next) {
        const Buffer *buffer = product_store(s)->store.buffer;
        if (!is_product_store(product_store(s))) {
            continue;
        }
        for (Statement *before = loops->first; before != s; before = before->next)
            if (product_store(before)->store.buffer == buffer) return false; // starts from a value in DST
        if (adds_in_l1(function, buffer)) return true;
    }
    return false;
}

// ---------------------------------------------------------------- the section

static bool is_zero(const Expr *expr) {
    return (expr->kind == EXPR_FLOAT && expr->real == 0) || (expr->kind == EXPR_INT && expr->integer == 0);
}

// Is the value that statement `i` gives `buffer` read again from DST?
static bool is_reread(const Body *body, int i, const Buffer *buffer) {
    for (int k = i + 1; k < body->count; k++) {
        if (loads_of(body->statements[k], buffer)) return true;
        if (product_store(body->statements[k])->store.buffer == buffer) return false;
    }
    return false;
}

// What a 16-bit buffer holds is rounded, whether it leaves DST or not. Packing does that for what leaves.
static void round_resident(Section *section, const Body *body, int i, const Statement *store) {
    const Buffer *buffer = store->store.buffer;
    const Resident *resident = section_resident(section, buffer);
    const Expr *value = store->store.value;
    bool exact = value->kind != EXPR_OP || value->op == OP_CAST;
    if (!resident || exact || !section_narrows(section, DTYPE_FLOAT32, buffer->type) || !is_reread(body, i, buffer))
        return;
    for (int t = 0; t < section->rows * section->columns; t++) {
        Operand operands[] = {operand_tile(section, section_tile(section, resident->reg, 0, 0) + t)};
        section_emit(section, INSTR_ROUND_TILE, 1, operands);
    }
}

static void schedule_store(Section *section, const Body *body, int i, Statement *store) {
    const Expr *value = store->store.value;
    bool zero = is_zero(value), cast = value->kind == EXPR_OP && value->op == OP_CAST;
    if (cast && section_narrows(section, value->args[0]->type, value->type) && !is_reread(body, i, store->store.buffer))
        value = value->args[0]; // packing rounds
    int reg = zero ? clean_register(section) : evaluate_tile(section, value);
    set_resident(section, store->store.buffer, reg, zero && !section->dirty[reg]);
}

static void pack_resident(Section *section, const Statement *store) {
    Resident *resident = section_resident(section, store->store.buffer);
    CircularBuffer *circular = circular_of(section->function, store->store.buffer);
    if (!resident || !circular) return;
    for (int i = 0; i < section->rows; i++)
        for (int j = 0; j < section->columns; j++) {
            Operand operands[] = {operand_tile(section, section_tile(section, resident->reg, i, j)),
                                  operand_circular(circular),
                                  operand_expr(section_slot(section, store->store.buffer, store->store.indices, i, j))};
            section_emit(section, INSTR_PACK_TILE_AT, 3, operands);
        }
    section_free(section, resident->reg);
    resident->reg = -1;
}

static void define_zeros(Section *section) {
    for (int r = 0; r < section->resident_count; r++) {
        Resident *resident = &section->resident[r];
        if (resident->reg >= 0 && resident->zero)
            emit_fill(section, resident->reg, expr_float(section->module, DTYPE_FLOAT32, 0));
    }
}

void schedule_section(Section *section, const NestLoops *loops) {
    Resident residents[MAX_BODY];
    section->resident = residents;
    section->resident_count = 0;
    Body body = body_of(section, loops);
    section_emit(section, INSTR_TILE_REGS_ACQUIRE, 0, NULL);
    for (int i = 0; i < body.count; i++) {
        section->location = body.statements[i]->location;
        prepare_residents(section, &body, i);
        if (is_product_store(product_store(body.statements[i])))
            schedule_product(section, body.statements[i]);
        else
            schedule_store(section, &body, i, body.statements[i]);
        round_resident(section, &body, i, product_store(body.statements[i]));
        free_unneeded(section, &body, i);
    }
    define_zeros(section);
    section_emit(section, INSTR_TILE_REGS_COMMIT, 0, NULL);
    section_emit(section, INSTR_TILE_REGS_WAIT, 0, NULL);
    for (int i = 0; i < body.count; i++) pack_resident(section, product_store(body.statements[i]));
    section_emit(section, INSTR_TILE_REGS_RELEASE, 0, NULL);
}

int dst_registers(Function *function, Statement *nest) {
    NestLoops loops = nest_loops(nest);
    Section section = {.function = function, .module = function->module, .fp32 = true, .rows = 1, .columns = 1};
    schedule_section(&section, &loops);
    return section.most;
}
