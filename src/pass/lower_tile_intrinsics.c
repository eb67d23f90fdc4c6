// LowerTTTileIntrinsics: T.copy, T.fill and T.gemm become loops over 32x32 tiles whose bodies store tile expressions;
// T.Parallel nests do in lower_parallel.c. From here on indices count tiles.
#include "ir/affine.h"
#include "ir/walk.h"
#include "pass/bounds.h"
#include "pass/lower.h"
#include "pass/padding.h"
#include "pass/planes.h"

const Expr *tile_start(Module *module, const Expr *element, Location location, const Buffer *buffer, int dimension) {
    int64_t divisor = expr_divisor(element), side = tile_side(buffer, dimension);
    if (divisor % side != 0) {
        report(module->context, DIAG_UNALIGNED, location,
               "a start inside %s is not known to be a multiple of %lld: it is a multiple of %lld", buffer->name,
               (long long)side, (long long)divisor);
        report_help(module->context, "use blocks whose sizes are multiples of %lld", (long long)side);
        fail_now(module->context);
    }
    return expr_floordiv(module, element, expr_integer(module, element->type, side));
}

bool is_tiled_dimension(const Buffer *buffer, int dimension) {
    return dimension == buffer->layout.rows_dimension || dimension == buffer->layout.columns_dimension;
}

const Expr *dimension_turns(Module *module, const Buffer *buffer, int dimension, const Expr *extent) {
    return is_tiled_dimension(buffer, dimension)
               ? expr_ceildiv(module, extent, expr_int(module, tile_side(buffer, dimension)))
               : extent;
}

Statement *tile_loop(Function *function, const char *name, const Expr *extent, Location location) {
    Variable *variable =
        variable_new(function, VARIABLE_LOOP, name_of(function->module->context, name), DTYPE_INT32, location);
    return build_for(function->module, FOR_TILE, variable, extent, location);
}

Statement *nest_inside(Statement *loop, Statement *inner) {
    block_append(loop->loop.body, inner);
    return inner;
}

static const Expr *region_index(Module *module, const Region *region, int dimension, Location location) {
    const Expr *start = region->start[dimension];
    return is_tiled_dimension(region->buffer, dimension)
               ? tile_start(module, start, location, region->buffer, dimension)
               : start;
}

// Loops over a region's dimensions, in order; `indices` get its tile indices, `variables` the loop variables (NULL
// where an untiled dimension has one turn). Returns the innermost loop, or NULL when no loop is needed.
static Statement *region_loops(Function *function, const Region *region, Location location, Statement **outermost,
                               const Expr *indices[], const Expr *turns_of[]) {
    static const char *const names[] = {"b", "d", "e", "f", "g", "h", "r", "c"};
    Module *module = function->module;
    Statement *innermost = NULL;
    int rank = region->buffer->rank;
    for (int d = 0; d < rank; d++) {
        const Expr *turns = dimension_turns(module, region->buffer, d, region->extent[d]);
        indices[d] = region_index(module, region, d, location);
        turns_of[d] = NULL;
        if (expr_is_int(turns, 1) && !is_tiled_dimension(region->buffer, d)) continue;
        Statement *loop = tile_loop(function, names[MAX_RANK - rank + d], turns, location);
        turns_of[d] = expr_variable(module, loop->loop.variable);
        indices[d] = expr_add(module, indices[d], turns_of[d]);
        if (innermost)
            nest_inside(innermost, loop);
        else
            *outermost = loop;
        innermost = loop;
    }
    return innermost;
}

static void put_nest(Statement *place, Statement *outermost, Statement *innermost, Statement *store) {
    if (innermost) nest_inside(innermost, store);
    block_insert_before(place, innermost ? outermost : store);
}

// Whole tiles, or up to the buffer's end, or beyond it.
static bool is_whole(Module *module, const Region *region, int dimension) {
    if (!is_tiled_dimension(region->buffer, dimension)) return true;
    if (expr_divisor(region->extent[dimension]) % tile_side(region->buffer, dimension) == 0) return true;
    const Expr *end = expr_add(module, region->start[dimension], region->extent[dimension]);
    int64_t beyond;
    return expr_constant(expr_sub(module, end, region->buffer->shape[dimension]), &beyond) && beyond >= 0;
}

static void check_whole_tiles(Module *module, const Region *region, const char *verb, Location location) {
    for (int d = 0; d < region->buffer->rank; d++) {
        if (is_whole(module, region, d)) continue;
        report(module->context, DIAG_PARTIAL_TILE, location, "this %s part of a tile of %s", verb,
               region->buffer->name);
        report_help(module->context, "take whole tiles of %dx%d elements, or up to the end",
                    region->buffer->layout.tile_rows, region->buffer->layout.tile_columns);
        fail_now(module->context);
    }
}

static void lower_copy(Function *function, Statement *copy) {
    Module *module = function->module;
    const Region *source = copy->op.operands[0].region, *target = copy->op.operands[1].region;
    bool source_is_wide = source->buffer->rank > target->buffer->rank ||
                          (source->buffer->rank == target->buffer->rank && is_global(source->buffer));
    const Region *wide = source_is_wide ? source : target, *narrow = source_is_wide ? target : source;
    int matched[MAX_RANK];
    if (!match_regions(wide, narrow, matched))
        fail(module->context, DIAG_COPY_SHAPE, copy->location,
             "the sides of this copy do not have the same extents once dimensions of extent 1 are left out");
    check_whole_tiles(module, target, "writes", copy->location);
    const Expr *narrow_index[MAX_RANK], *wide_index[MAX_RANK], *turns[MAX_RANK];
    Statement *outermost = NULL;
    Statement *innermost = region_loops(function, narrow, copy->location, &outermost, narrow_index, turns);
    for (int d = 0; d < wide->buffer->rank; d++) wide_index[d] = region_index(module, wide, d, copy->location);
    for (int d = 0; d < narrow->buffer->rank; d++) {
        int w = matched[d];
        if (w < 0 || !turns[d]) continue;
        if (is_tiled_dimension(wide->buffer, w) != is_tiled_dimension(narrow->buffer, d))
            fail(module->context, DIAG_LAYOUT_CONFLICT, copy->location,
                 "dimension %d of %s runs over tiles and dimension %d of %s does not", d, narrow->buffer->name, w,
                 wide->buffer->name);
        wide_index[w] = expr_add(module, wide_index[w], turns[d]);
    }
    const Expr *const *from = source_is_wide ? wide_index : narrow_index;
    const Expr *const *to = source_is_wide ? narrow_index : wide_index;
    const Expr *value = expr_cast(module, target->buffer->type, expr_load(module, source->buffer, from));
    put_nest(copy, outermost, innermost, build_store(module, target->buffer, to, value, copy->location));
}

static void lower_fill(Function *function, Statement *fill) {
    const Region *target = fill->op.operands[0].region;
    check_whole_tiles(function->module, target, "writes", fill->location);
    const Expr *indices[MAX_RANK], *turns[MAX_RANK];
    Statement *outermost = NULL;
    Statement *innermost = region_loops(function, target, fill->location, &outermost, indices, turns);
    const Expr *value = expr_cast(function->module, target->buffer->type, fill->op.operands[1].expr);
    put_nest(fill, outermost, innermost, build_store(function->module, target->buffer, indices, value, fill->location));
}

// ---------------------------------------------------------------- products

typedef struct ProductSide {
    const Region *region;
    const Expr *indices[MAX_RANK]; // starts, in tiles
} ProductSide;

static ProductSide product_side(Module *module, const Region *region, Location location) {
    ProductSide side = {.region = region};
    for (int d = 0; d < region->buffer->rank; d++) side.indices[d] = region_index(module, region, d, location);
    return side;
}

static const Expr *side_load(Module *module, ProductSide side, const Expr *row, const Expr *column) {
    int rank = side.region->buffer->rank;
    side.indices[rank - 2] = expr_add(module, side.indices[rank - 2], row);
    side.indices[rank - 1] = expr_add(module, side.indices[rank - 1], column);
    return expr_load(module, side.region->buffer, side.indices);
}

static const Expr *side_extent(Module *module, ProductSide side, bool columns) {
    int d = side.region->buffer->rank - (columns ? 1 : 2);
    return expr_ceildiv(module, side.region->extent[d], expr_int(module, TILE_SIZE));
}

// The product reads `a` untransposed: a transposed one goes through a buffer of transposed tiles first.
static ProductSide transpose_operand(Function *function, Statement *gemm, ProductSide a) {
    Module *module = function->module;
    const Buffer *buffer = a.region->buffer;
    int rank = buffer->rank;
    Buffer like = *buffer;
    like.rank = 2;
    like.shape[0] = a.region->extent[rank - 1];
    like.shape[1] = a.region->extent[rank - 2];
    like.layout.rows_dimension = 0;
    like.layout.columns_dimension = 1;
    like.layout.padding = NULL;
    Name name = name_format(module->context, "%s_transposed", buffer->name);
    Buffer *transposed = add_on_chip_buffer(function, name, &like, buffer->type, gemm->location);
    Statement *rows = tile_loop(function, "r", side_extent(module, a, true), gemm->location);
    Statement *columns = nest_inside(rows, tile_loop(function, "c", side_extent(module, a, false), gemm->location));
    const Expr *r = expr_variable(module, rows->loop.variable), *c = expr_variable(module, columns->loop.variable);
    const Expr *value = expr_unary(module, OP_TRANSPOSE, side_load(module, a, c, r));
    nest_inside(columns, build_store(module, transposed, (const Expr *[]){r, c}, value, gemm->location));
    block_insert_before(gemm, rows);
    Region *region = arena_new(&module->context->unit, Region);
    *region = (Region){.buffer = transposed,
                       .start = {expr_int(module, 0), expr_int(module, 0)},
                       .extent = {transposed->shape[0], transposed->shape[1]}};
    return product_side(module, region, gemm->location);
}

static void clear_accumulator(Function *function, Statement *gemm, const Region *target) {
    Operand operands[] = {
        operand_region((Region *)target),
        operand_expr(expr_cast(function->module, target->buffer->type, expr_int(function->module, 0)))};
    Statement *fill = build_operation(function->module, &ir_operations.rows[IR_FILL], gemm->location, 2, operands);
    block_insert_before(gemm, fill);
    lower_fill(function, fill);
    statement_remove(fill);
}

static void lower_gemm(Function *function, Statement *gemm) {
    Module *module = function->module;
    Operand *operands = gemm->op.operands;
    for (int i = 0; i < 2; i++)
        if (operands[i].region->buffer == operands[2].region->buffer) {
            report(module->context, DIAG_ALIASED_OPERANDS, gemm->location,
                   "%s is both an operand and the accumulator of this product", operands[2].region->buffer->name);
            report_help(module->context, "copy the operand into a buffer of its own");
            fail_now(module->context);
        }
    for (int i = 0; i < 3; i++)
        check_whole_tiles(module, operands[i].region, i < 2 ? "sums over" : "writes", gemm->location);
    if (operands[5].boolean) clear_accumulator(function, gemm, operands[2].region);
    ProductSide a = product_side(module, operands[0].region, gemm->location);
    ProductSide b = product_side(module, operands[1].region, gemm->location);
    ProductSide c = product_side(module, operands[2].region, gemm->location);
    bool transpose_b = operands[4].boolean;
    if (operands[3].boolean) a = transpose_operand(function, gemm, a);
    Statement *rows = tile_loop(function, "m", side_extent(module, c, false), gemm->location);
    Statement *columns = nest_inside(rows, tile_loop(function, "n", side_extent(module, c, true), gemm->location));
    Statement *inner = nest_inside(columns, tile_loop(function, "k", side_extent(module, a, true), gemm->location));
    const Expr *m = expr_variable(module, rows->loop.variable), *n = expr_variable(module, columns->loop.variable);
    const Expr *k = expr_variable(module, inner->loop.variable);
    const Expr *target = side_load(module, c, m, n);
    const Expr *factors[] = {target, side_load(module, a, m, k),
                             transpose_b ? side_load(module, b, n, k) : side_load(module, b, k, n)};
    const Expr *value = expr_op(module, transpose_b ? OP_MATMUL_TRANSPOSED : OP_MATMUL, target->type, factors);
    nest_inside(inner, build_store(module, target->buffer, target->args, value, gemm->location));
    block_insert_before(gemm, rows);
    // Products read tiles of b along n: keep a transposed operand's tiles in that order.
    if (transpose_b) b.region->buffer->layout.tile_order = ORDER_COLUMN_MAJOR;
}

// ---------------------------------------------------------------- the walk

static void lower_operation(Function *function, Statement *statement) {
    if (statement_is(statement, IR_COPY))
        lower_copy(function, statement);
    else if (statement_is(statement, IR_FILL))
        lower_fill(function, statement);
    else if (statement_is(statement, IR_GEMM))
        lower_gemm(function, statement);
    else
        fail(function->module->context, DIAG_UNSUPPORTED_OPERATION, statement->location,
             "%s%s is not lowered to Tensix instructions yet", statement->op.operation->prefix,
             statement->op.operation->name);
    statement_remove(statement);
}

static void lower_block(Function *function, Block *block) {
    for (Statement *s = block->first, *next; s; s = next) {
        next = s->next;
        if (s->kind == STATEMENT_OPERATION) {
            lower_operation(function, s);
        } else if (s->kind == STATEMENT_FOR && s->loop.kind == FOR_PARALLEL) {
            lower_parallel(function, s);
        } else if (s->kind == STATEMENT_STORE && s->store.buffer->scope != SCOPE_VAR) {
            fail(function->module->context, DIAG_SCALAR_STORE, s->location,
                 "a store of one element outside of T.Parallel is not lowered to tiles yet");
        } else {
            Block *blocks[2];
            int count = statement_blocks(s, blocks);
            for (int i = 0; i < count; i++) lower_block(function, blocks[i]);
        }
    }
}

static void check_shape(Statement *statement, void *user) {
    Function *function = user;
    if (statement->kind != STATEMENT_ALLOC || !is_on_chip(statement->alloc)) return;
    Context *context = function->module->context;
    const Buffer *buffer = statement->alloc;
    int64_t size, tiles = 1;
    for (int d = 0; d < buffer->rank; d++) {
        if (!expr_constant(buffer->shape[d], &size) || size < 1)
            fail(context, DIAG_DYNAMIC_BUFFER, statement->location,
                 "dimension %d of the on-chip buffer %s is not a positive constant", d, buffer->name);
        int64_t side = tile_side(buffer, d), turns = size / side + (size % side != 0);
        if (__builtin_mul_overflow(tiles, turns, &tiles) || tiles > MOST_BUFFER_TILES)
            fail(context, DIAG_L1_OVERFLOW, statement->location,
                 "the on-chip buffer %s has more than %lld tiles, which no core's L1 holds", buffer->name,
                 (long long)MOST_BUFFER_TILES);
    }
}

// Text may hold tt.padded of buffers that are not marked, and sums would then take in what lies beyond the edge.
static void check_padded(Function *function) {
    const Buffer *missing = mark_padding(function);
    Context *context = function->module->context;
    if (!missing) return;
    report(context, DIAG_IR_TEXT, missing->location,
           "%s holds tt.padded, and the layout of '%s', which a product sums over, has no \"padding\": \"zero\"",
           function->name, missing->name);
    report_help(context, "leave the attribute out and run PadTiles");
    fail_now(context);
}

static void run(Function *function, const CompileOptions *options) {
    (void)options;
    if (function->is_claimed) check_padded(function);
    walk_statements(function->body, check_shape, function);
    check_on_chip_bounds(function);
    lower_block(function, function_launch(function)->launch.body);
    dissolve_unit_loops(function->module, function->body, true);
    hold(function, ATTR_TILED);
}

const Pass pass_lower_tile_intrinsics = {
    .name = "LowerTTTileIntrinsics",
    .file = "lower-tile-intrinsics",
    .summary = "tile operations and parallel loops become loops over 32x32 tiles",
    .requires = ATTR_BIT(BUFFER_LAYOUTS) | ATTR_BIT(PADDED),
    .provides = ATTR_BIT(TILED),
    .precedes = ATTR_BIT(TILED),
    .run = run,
};
