// Read and write nests as NoC instructions: one page a tile, by its number in the tensor. Tiles beyond the tensor are
// filled with 0 when read and left out when written; what lies beyond the edge inside a tile is cleared where the
// buffer's padding asks.
#include "pass/movement.h"
#include "ir/affine.h"
#include "ir/walk.h"
#include "pass/page_number.h"
#include "program/program.h"

typedef struct Movement {
    Function *function;
    Module *module;
    Buffer *tensor;
    const Expr *const *tensor_indices;
    const Buffer *buffer; // on the chip
    const Expr *const *buffer_indices;
    CircularBuffer *circular;
    const Expr *slot;
    Location location;
} Movement;

// ---------------------------------------------------------------- bounds

static void find_size(const Expr *expr, void *found) {
    if (expr->kind == EXPR_VARIABLE && expr->variable->kind == VARIABLE_SIZE) *(bool *)found = true;
    if (expr->kind == EXPR_LOAD) *(bool *)found = true;
}

static bool depends_on_sizes(const Expr *expr) {
    bool found = false;
    walk_expression(expr, find_size, &found);
    return found;
}

enum { MAX_KNOWN = 32 };

// Ranges of the loop and block variables around a statement, where they are constants of the source.
static int known_ranges(Function *function, const Statement *statement, RangeOf known[MAX_KNOWN]) {
    const Value *together = function->attributes[ATTR_ITEMS_TOGETHER];
    int count = 0;
    const Statement *chain[MAX_KNOWN];
    int length = 0;
    for (const Statement *s = statement; s && length < MAX_KNOWN; s = s->block->owner) chain[length++] = s;
    while (length-- > 0) { // outermost first: inner extents may use outer variables
        const Statement *s = chain[length];
        Range range;
        if (s->kind == STATEMENT_FOR && count < MAX_KNOWN && !depends_on_sizes(s->loop.extent) &&
            expr_range(s->loop.extent, count, known, &range))
            known[count++] = (RangeOf){s->loop.variable, {0, range.high > 0 ? range.high - 1 : 0}};
        for (int i = 0; s->kind == STATEMENT_LAUNCH && i < s->launch.rank && count < MAX_KNOWN; i++) {
            int64_t extent, step = together && i < (int)together->count ? together->items[i]->integer : 1;
            if (expr_constant(s->launch.extents[i], &extent)) // the first of those that are worked on together
                known[count++] = (RangeOf){s->launch.variables[i], {0, extent - step}};
        }
    }
    return count;
}

// Made of sizes, loop and block variables in a way that cannot be negative?
static bool is_natural(const Expr *expr) {
    static const bool keeps[OP_COUNT] = {
        [OP_ADD] = true, [OP_MUL] = true, [OP_FLOORDIV] = true, [OP_FLOORMOD] = true, [OP_MIN] = true, [OP_MAX] = true};
    int64_t value;
    if (expr_constant(expr, &value)) return value >= 0;
    if (expr->kind == EXPR_VARIABLE) return expr->variable->kind != VARIABLE_LET;
    if (expr->kind != EXPR_OP || !keeps[expr->op]) return false;
    for (uint32_t i = 0; i < expr->count; i++)
        if (!is_natural(expr->args[i])) return false;
    return true;
}

// The condition that the tile lies inside the tensor; NULL if it always does.
static const Expr *inside_condition(const Movement *move, const Statement *place) {
    Module *module = move->module;
    RangeOf known[MAX_KNOWN];
    int count = known_ranges(move->function, place, known);
    const Expr *condition = NULL;
    for (int d = 0; d < move->tensor->rank; d++) {
        bool tiled = d == move->tensor->layout.rows_dimension || d == move->tensor->layout.columns_dimension;
        const Expr *limit = tiled ? plane_tiles(module, move->tensor, d) : move->tensor->shape[d];
        const Expr *index = move->tensor_indices[d];
        Range range;
        int64_t bound;
        bool proved = expr_constant(limit, &bound) && !depends_on_sizes(index) &&
                      expr_range(index, count, known, &range) && range.low >= 0 && range.high < bound;
        if (proved) continue;
        const Expr *below = expr_binary(module, OP_LT, index, limit);
        if (!is_natural(index) && !(expr_range(index, count, known, &range) && range.low >= 0))
            below = expr_binary(module, OP_AND, expr_binary(module, OP_GE, index, expr_int(module, 0)), below);
        condition = condition ? expr_binary(module, OP_AND, condition, below) : below;
    }
    return condition;
}

// ---------------------------------------------------------------- instructions

static void page_transfer(const Movement *move, InstructionId id, Block *block) {
    Operand operands[] = {operand_tensor(move->tensor),
                          operand_expr(page_of_indices(move->module, move->tensor, move->tensor_indices)),
                          operand_circular(move->circular), operand_expr(move->slot)};
    emit_instruction(move->module, block, id, move->location, 4, operands);
}

static void fill_outside(const Movement *move, Block *block) {
    Operand operands[] = {operand_circular(move->circular), operand_expr(move->slot),
                          operand_expr(expr_float(move->module, DTYPE_FLOAT32, 0))};
    emit_instruction(move->module, block, INSTR_FILL_PAGE, move->location, 3, operands);
}

// Replaces the nest's store by the transfer of its page, under the condition that the tile is inside.
static void transfer_store(Movement *move, Statement *store, InstructionId id) {
    const Expr *condition = inside_condition(move, store);
    if (!condition) {
        page_transfer(move, id, store->block);
        Statement *transfer = store->block->last;
        statement_remove(transfer);
        block_insert_before(store, transfer);
    } else {
        Statement *branch = build_if(move->module, condition, move->location);
        page_transfer(move, id, branch->branch.then);
        if (id == INSTR_NOC_ASYNC_READ_PAGE) {
            branch->branch.otherwise = block_new(move->module, branch);
            fill_outside(move, branch->branch.otherwise);
        }
        block_insert_before(store, branch);
    }
    statement_remove(store);
}

static void serialize_loops(Statement *nest) {
    for (Statement *s = nest; s && s->kind == STATEMENT_FOR; s = s->loop.body->first) s->loop.kind = FOR_SERIAL;
}

static Statement *inner_store(Statement *nest) {
    while (nest->kind == STATEMENT_FOR) nest = nest->loop.body->first;
    return nest;
}

static Statement *instruction_after(Module *module, Statement *place, InstructionId id) {
    Statement *statement = build_operation(module, &program_instructions.rows[id], place->location, 0, NULL);
    block_insert_after(place, statement);
    return statement;
}

// ---------------------------------------------------------------- ragged edges

// min(32, size - 32 * tile): elements of the tile that the buffer has; 32 for a missing or whole dimension.
static const Expr *valid_elements(Module *module, const Buffer *buffer, const Expr *const indices[], int dimension) {
    const Expr *tile = expr_int(module, TILE_SIZE);
    if (dimension < 0) return tile;
    const Expr *size = buffer->shape[dimension];
    if (expr_divisor(size) % TILE_SIZE == 0) return tile;
    return expr_min(module, tile, expr_sub(module, size, expr_mul(module, indices[dimension], tile)));
}

// What both the tensor and the buffer that it is read into have of a tile.
static const Expr *valid_of_both(const Movement *move, int tensor_dimension, int buffer_dimension) {
    const Expr *of_tensor = valid_elements(move->module, move->tensor, move->tensor_indices, tensor_dimension);
    const Expr *of_buffer = valid_elements(move->module, move->buffer, move->buffer_indices, buffer_dimension);
    return of_tensor == of_buffer ? of_tensor : expr_min(move->module, of_tensor, of_buffer);
}

static Statement *edge_nest(const Movement *move, Statement *nest) {
    Module *module = move->module;
    const Expr *tile = expr_int(module, TILE_SIZE);
    const Layout *from = &move->tensor->layout, *to = &move->buffer->layout;
    const Expr *rows = valid_of_both(move, from->rows_dimension, to->rows_dimension);
    const Expr *columns = valid_of_both(move, from->columns_dimension, to->columns_dimension);
    if (rows == tile && columns == tile) return NULL;
    const Expr *valid[] = {rows, columns}, *inside = NULL, *ragged = NULL;
    for (int i = 0; i < 2; i++) { // a tile that the tensor has a part of, but not all
        if (valid[i] == tile) continue;
        const Expr *some = expr_binary(module, OP_GT, valid[i], expr_int(module, 0));
        const Expr *not_all = expr_binary(module, OP_LT, valid[i], tile);
        inside = inside ? expr_binary(module, OP_AND, inside, some) : some;
        ragged = ragged ? expr_binary(module, OP_OR, ragged, not_all) : not_all;
    }
    ragged = expr_binary(module, OP_AND, inside, ragged);
    Statement *branch = build_if(module, ragged, move->location);
    Operand operands[] = {operand_circular(move->circular), operand_expr(move->slot), operand_expr(rows),
                          operand_expr(columns), operand_expr(expr_float(module, DTYPE_FLOAT32, 0))};
    emit_instruction(module, branch->branch.then, INSTR_FILL_PAGE_EDGE, move->location, 5, operands);
    Statement *outer = branch;
    for (Statement *loop = inner_store(nest); loop != nest;) { // the nest's loops once more, around the branch
        loop = loop->block->owner;
        Statement *copy = build_for(module, FOR_SERIAL, loop->loop.variable, loop->loop.extent, loop->location);
        block_append(copy->loop.body, outer);
        outer = copy;
    }
    return outer;
}

static Movement movement_of(Function *function, const Statement *store, Buffer *tensor, const Expr *const indices[],
                            const Buffer *on_chip, const Expr *const slots[]) {
    return (Movement){.function = function,
                      .module = function->module,
                      .tensor = tensor,
                      .tensor_indices = indices,
                      .buffer = on_chip,
                      .buffer_indices = slots,
                      .circular = circular_of(function, on_chip),
                      .slot = tile_slot(function->module, on_chip, slots),
                      .location = store->location};
}

void lower_read_nest(Function *function, Statement *nest) {
    Statement *store = inner_store(nest);
    const Expr *load = store->store.value;
    Movement move = movement_of(function, store, load->buffer, load->args, store->store.buffer, store->store.indices);
    if (!move.circular) { // nobody reads it
        statement_remove(nest);
        return;
    }
    if (move.circular->shard == load->buffer) { // its pages are there
        statement_remove(nest);
        return;
    }
    Statement *edges = store->store.buffer->layout.padding ? edge_nest(&move, nest) : NULL;
    Statement *barrier = instruction_after(function->module, nest, INSTR_NOC_ASYNC_READ_BARRIER);
    if (edges) block_insert_after(barrier, edges);
    serialize_loops(nest);
    transfer_store(&move, store, INSTR_NOC_ASYNC_READ_PAGE);
}

void lower_write_nest(Function *function, Statement *nest) {
    Statement *store = inner_store(nest);
    const Expr *load = store->store.value;
    const Expr *indices[MAX_RANK];
    for (int d = 0; d < store->store.buffer->rank; d++) indices[d] = store->store.indices[d];
    Movement move = movement_of(function, store, store->store.buffer, indices, load->buffer, load->args);
    if (move.circular->shard == store->store.buffer) { // its pages are the tensor's
        statement_remove(nest);
        return;
    }
    instruction_after(function->module, nest, INSTR_NOC_ASYNC_WRITES_FLUSHED);
    serialize_loops(nest);
    transfer_store(&move, store, INSTR_NOC_ASYNC_WRITE_PAGE);
}
