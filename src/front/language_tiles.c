// Tile operations: their sides as regions, shapes and dtypes checked.
#include <string.h>

#include "front/library.h"
#include "ir/build.h"

static const Operation *operation(OpId id) { return &ir_operations.rows[id]; }

static void append_operation(Evaluator *ev, const Call *call, OpId id, int count, const Operand operands[]) {
    Block *block = need_block(ev, call->node, arena_format(ev->arena, "T.%s", operation(id)->name));
    block_append(block, build_operation(ev->module, operation(id), call->node->location, count, operands));
}

// Two extents that are known to differ.
static bool differ(const Expr *a, const Expr *b) {
    int64_t left, right;
    return a != b && expr_constant(a, &left) && expr_constant(b, &right) && left != right;
}

static const char *show_extents(Evaluator *ev, const Region *region) {
    return show_shape(ev, region->buffer->rank, region->extent);
}

// ---------------------------------------------------------------- copy

// The extents of a region that are not 1, which must be those of the other side.
static int wide_extents(const Region *region, const Expr *extents[MAX_RANK]) {
    int count = 0;
    for (int i = 0; i < region->buffer->rank; i++)
        if (!expr_is_int(region->extent[i], 1)) extents[count++] = region->extent[i];
    return count;
}

static void check_copy(Evaluator *ev, const Call *call, const Region *src, const Region *dst) {
    const Expr *from[MAX_RANK], *to[MAX_RANK];
    int count = wide_extents(src, from);
    bool fits = count == wide_extents(dst, to);
    for (int i = 0; i < count && fits; i++) fits = !differ(from[i], to[i]);
    if (!fits)
        stop_at(ev, DIAG_FRONT_SHAPE, call->node->location,
                "expected two sides of one shape, seen %s of `%s` and %s of `%s`", show_extents(ev, src),
                src->buffer->name, show_extents(ev, dst), dst->buffer->name);
}

// A start takes its extents from the other side: from the right; what is left over has extent 1.
static Region *complete(Evaluator *ev, const Access *start, const Access *other, const Node *node) {
    Access full = *start;
    if (start->rank != start->shape_rank)
        stop_at(ev, DIAG_FRONT_SHAPE, node->location, "expected %d indices of `%s`, seen %d", start->shape_rank,
                start->buffer->name, start->rank);
    for (int i = 0; i < other->shape_rank; i++) {
        int from = other->shape_rank - 1 - i, to = start->shape_rank - 1 - i;
        const Expr *extent = from >= other->rank   ? other->shape[from]
                             : other->extent[from] ? other->extent[from]
                                                   : expr_int(ev->module, 1);
        if (to >= 0)
            full.extent[to] = extent;
        else if (!expr_is_int(extent, 1))
            stop_at(ev, DIAG_FRONT_SHAPE, node->location,
                    "expected a start in a buffer of rank %d or more, seen one of rank %d", other->shape_rank,
                    start->shape_rank);
    }
    return region_of(ev, &full, node);
}

static bool is_start(const Object *value) { return value->kind == OBJECT_ELEMENT && access_is_start(value->access); }
static bool is_point(const Object *value) {
    return is_start(value) && value->access->rank == value->access->shape_rank;
}

Object *language_copy(Evaluator *ev, Call *call) {
    Object *from = call->args[0], *to = call->args[1];
    Access *src_access = need_buffer(ev, from, call->nodes[0], "the source"),
           *dst_access = need_buffer(ev, to, call->nodes[1], "the destination");
    if (is_point(from) && is_point(to)) {
        store_access(ev, dst_access, from, call->node);
        return object_none(ev->arena);
    }
    bool src_starts = is_point(from), dst_starts = is_point(to);
    Region *src =
        src_starts ? complete(ev, src_access, dst_access, call->nodes[0]) : region_of(ev, src_access, call->nodes[0]);
    Region *dst =
        dst_starts ? complete(ev, dst_access, src_access, call->nodes[1]) : region_of(ev, dst_access, call->nodes[1]);
    check_copy(ev, call, src, dst);
    append_operation(ev, call, IR_COPY, 2, (Operand[]){operand_region(src), operand_region(dst)});
    return object_none(ev->arena);
}

// ---------------------------------------------------------------- fill

static Object *fill(Evaluator *ev, Call *call, Object *value) {
    Region *region = need_region(ev, call->args[0], call->nodes[0], "what to fill");
    const Expr *filling = expr_as(ev, value, region->buffer->type, call->nodes[1] ? call->nodes[1] : call->node);
    append_operation(ev, call, IR_FILL, 2, (Operand[]){operand_region(region), operand_expr(filling)});
    return object_none(ev->arena);
}

static bool fill_variable(Evaluator *ev, Call *call, Object *value) {
    bool scalar = object_is_variable(call->args[0]) || is_point(call->args[0]);
    if (scalar) store_access(ev, call->args[0]->access, value, call->node);
    return scalar;
}

Object *language_fill(Evaluator *ev, Call *call) {
    return fill_variable(ev, call, call->args[1]) ? object_none(ev->arena) : fill(ev, call, call->args[1]);
}

Object *language_clear(Evaluator *ev, Call *call) {
    Object *zero = object_int(ev->arena, 0);
    return fill_variable(ev, call, zero) ? object_none(ev->arena) : fill(ev, call, zero);
}

// ---------------------------------------------------------------- gemm

// The two dimensions of a matrix: the last ones; those before them have extent 1.
static void matrix_extents(Evaluator *ev, const Region *region, const Node *node, bool transpose,
                           const Expr *extents[2]) {
    int rank = region->buffer->rank;
    bool matrix = rank >= 2;
    for (int i = 0; i < rank - 2; i++) matrix &= expr_is_int(region->extent[i], 1);
    if (!matrix)
        stop_at(ev, DIAG_FRONT_SHAPE, node->location, "expected a matrix, seen %s of `%s`", show_extents(ev, region),
                region->buffer->name);
    extents[0] = region->extent[rank - (transpose ? 1 : 2)];
    extents[1] = region->extent[rank - (transpose ? 2 : 1)];
}

static bool optional_bool(Evaluator *ev, const Call *call, int i, const char *what) {
    if (!call->args[i] || call->args[i]->kind == OBJECT_NONE) return false;
    return need_bool(ev, call->args[i], call->nodes[i], what);
}

static void check_gemm(Evaluator *ev, const Call *call, Region *const sides[3], bool transpose_a, bool transpose_b) {
    const Expr *a[2], *b[2], *c[2];
    matrix_extents(ev, sides[0], call->nodes[0], transpose_a, a);
    matrix_extents(ev, sides[1], call->nodes[1], transpose_b, b);
    matrix_extents(ev, sides[2], call->nodes[2], false, c);
    if (differ(a[1], b[0]) || differ(a[0], c[0]) || differ(b[1], c[1]))
        stop_at(ev, DIAG_FRONT_SHAPE, call->node->location,
                "expected (M, K) x (K, N) -> (M, N), seen %s%s x %s%s -> %s", show_extents(ev, sides[0]),
                transpose_a ? " transposed" : "", show_extents(ev, sides[1]), transpose_b ? " transposed" : "",
                show_extents(ev, sides[2]));
    DType types[3] = {sides[0]->buffer->type, sides[1]->buffer->type, sides[2]->buffer->type};
    if (types[0] != types[1])
        stop_at(ev, DIAG_FRONT_DTYPE, call->nodes[1]->location,
                "expected both operands of T.gemm in one dtype, seen %s and %s", dtype_name(types[0]),
                dtype_name(types[1]));
    if (dtype_is_float(types[0]) != dtype_is_float(types[2]) || types[0] == DTYPE_BOOL || types[2] == DTYPE_BOOL)
        stop_at(ev, DIAG_FRONT_DTYPE, call->nodes[2]->location,
                "expected an accumulator that fits %s operands, seen %s", dtype_name(types[0]), dtype_name(types[2]));
}

Object *language_gemm(Evaluator *ev, Call *call) {
    static const char *const names[] = {"the first operand", "the second operand", "the accumulator"};
    Region *sides[3];
    for (int i = 0; i < 3; i++) sides[i] = need_region(ev, call->args[i], call->nodes[i], names[i]);
    bool transpose_a = optional_bool(ev, call, 3, "transpose_A"),
         transpose_b = optional_bool(ev, call, 4, "transpose_B");
    check_gemm(ev, call, sides, transpose_a, transpose_b);
    bool clear = false;
    if (call->args[6] && object_is_staged(call->args[6]) &&
        !(call->args[6]->kind == OBJECT_EXPR && call->args[6]->expr->kind == EXPR_INT)) {
        // Clearing that depends on a value is a fill under a condition.
        Statement *branch =
            build_if(ev->module, need_condition(ev, call->args[6], call->nodes[6]), call->node->location);
        block_append(need_block(ev, call->node, "T.gemm"), branch);
        Operand operands[] = {operand_region(sides[2]),
                              operand_expr(expr_as(ev, object_int(ev->arena, 0), sides[2]->buffer->type, call->node))};
        block_append(branch->branch.then,
                     build_operation(ev->module, operation(IR_FILL), call->node->location, 2, operands));
    } else
        clear = optional_bool(ev, call, 6, "clear_accum");
    append_operation(ev, call, IR_GEMM, 6,
                     (Operand[]){operand_region(sides[0]), operand_region(sides[1]), operand_region(sides[2]),
                                 operand_bool(transpose_a), operand_bool(transpose_b), operand_bool(clear)});
    return object_none(ev->arena);
}

// ---------------------------------------------------------------- reductions

// The destination has the source's extents but for the reduced one, which is gone or 1.
static bool reduces_to(const Region *src, const Region *dst, int dim) {
    int rank = src->buffer->rank;
    bool kept = dst->buffer->rank == rank;
    if (!kept && dst->buffer->rank != rank - 1) return false;
    for (int i = 0; i < rank; i++) {
        if (i == dim) {
            if (kept && !expr_is_int(dst->extent[i], 1)) return false;
        } else if (differ(src->extent[i], dst->extent[kept || i < dim ? i : i - 1]))
            return false;
    }
    return true;
}

static int reduced_dimension(Evaluator *ev, const Call *call, int argument, int rank, int64_t absent) {
    int64_t dim =
        call->args[argument] ? need_int(ev, call->args[argument], call->nodes[argument], "a dimension") : absent;
    if (dim < -rank || dim >= rank)
        stop_at(ev, DIAG_FRONT_SHAPE, call->nodes[argument]->location,
                "expected a dimension of a buffer of rank %d, seen %lld", rank, (long long)dim);
    return (int)(dim < 0 ? dim + rank : dim);
}

static Object *reduce(Evaluator *ev, Call *call, const char *kind, int dim_argument, int clear_argument) {
    Region *src = need_region(ev, call->args[0], call->nodes[0], "what to reduce");
    Region *dst = need_region(ev, call->args[1], call->nodes[1], "where the result goes");
    int dim = reduced_dimension(ev, call, dim_argument, src->buffer->rank, -1);
    if (!reduces_to(src, dst, dim))
        stop_at(ev, DIAG_FRONT_SHAPE, call->nodes[1]->location,
                "expected the shape %s of `%s` without dimension %d, seen %s", show_extents(ev, src), src->buffer->name,
                dim, show_extents(ev, dst));
    if (strncmp(kind, "bit", 3) == 0 && dtype_is_float(src->buffer->type))
        stop_at(ev, DIAG_FRONT_DTYPE, call->nodes[0]->location, "expected integers to reduce by bits, seen %s",
                dtype_name(src->buffer->type));
    bool clear = !call->args[clear_argument] || optional_bool(ev, call, clear_argument, "clear");
    append_operation(ev, call, IR_REDUCE, 5,
                     (Operand[]){operand_region(src), operand_region(dst), operand_name(name_of(ev->context, kind)),
                                 operand_expr(expr_int(ev->module, dim)), operand_bool(clear)});
    return object_none(ev->arena);
}

Object *language_reduce(Evaluator *ev, Call *call) { return reduce(ev, call, strchr(call->row->name, '_') + 1, 2, 3); }

Object *language_reduce_any(Evaluator *ev, Call *call) {
    static const char *const kinds[] = {"sum", "max", "min", "abssum", "absmax", "bitand", "bitor", "bitxor"};
    Name kind = need_text(ev, call->args[2], call->nodes[2], "the reduction");
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i], kind) == 0) return reduce(ev, call, kind, 3, 4);
    stop_at(ev, DIAG_FRONT_VALUE, call->nodes[2]->location,
            "expected sum, max, min, abssum, absmax, bitand, bitor or bitxor, seen `%s`", kind);
}

Object *language_finalize_reducer(Evaluator *ev, Call *call) {
    need_buffer(ev, call->args[0], call->nodes[0], "a reducer");
    return object_none(ev->arena);
}

Object *language_cumsum(Evaluator *ev, Call *call) {
    Object *to = call->args[1] && call->args[1]->kind != OBJECT_NONE ? call->args[1] : call->args[0];
    Region *src = need_region(ev, call->args[0], call->nodes[0], "what to sum");
    Region *dst = need_region(ev, to, call->nodes[1], "where the sums go");
    int dim = reduced_dimension(ev, call, 2, src->buffer->rank, 0);
    check_copy(ev, call, src, dst);
    append_operation(ev, call, IR_CUMSUM, 4,
                     (Operand[]){operand_region(src), operand_region(dst), operand_expr(expr_int(ev->module, dim)),
                                 operand_bool(optional_bool(ev, call, 3, "reverse"))});
    return object_none(ev->arena);
}

// ---------------------------------------------------------------- atomics

// A scalar that is added: in a variable of its own, so that the operation has a region.
static Region *scalar_region(Evaluator *ev, Call *call, DType type) {
    const Expr *value = expr_as(ev, call->args[1], type, call->nodes[1]);
    Buffer *buffer =
        buffer_new(ev->function, SCOPE_VAR, name_of(ev->context, "addend"), type, 0, NULL, call->node->location);
    Block *block = need_block(ev, call->node, "T.atomic_add");
    block_append(block, build_alloc(ev->module, buffer));
    block_append(block, build_store(ev->module, buffer, NULL, value, call->node->location));
    Region *region = arena_new(&ev->context->unit, Region);
    region->buffer = buffer;
    return region;
}

Object *language_atomic_add(Evaluator *ev, Call *call) {
    Access *dst_access = need_buffer(ev, call->args[0], call->nodes[0], "where to add");
    Object *value = call->args[1];
    bool part = value->kind == OBJECT_BUFFER || value->kind == OBJECT_ELEMENT;
    Region *src, *dst;
    if (!part || object_is_variable(value)) {
        dst = region_of(ev, dst_access, call->nodes[0]);
        src = scalar_region(ev, call, dst->buffer->type);
    } else {
        bool completes = is_point(call->args[0]) && !is_point(value);
        dst = completes ? complete(ev, dst_access, value->access, call->nodes[0])
                        : region_of(ev, dst_access, call->nodes[0]);
        src = is_point(value) && !is_point(call->args[0]) ? complete(ev, value->access, dst_access, call->nodes[1])
                                                          : region_of(ev, value->access, call->nodes[1]);
    }
    check_copy(ev, call, src, dst);
    append_operation(ev, call, IR_ATOMIC_ADD, 2, (Operand[]){operand_region(dst), operand_region(src)});
    return object_none(ev->arena);
}

Object *language_device_assert(Evaluator *ev, Call *call) {
    Statement *statement = statement_new(ev->module, STATEMENT_ASSERT, call->node->location);
    statement->branch.condition = need_condition(ev, call->args[0], call->nodes[0]);
    bool text = call->args[1] && call->args[1]->kind == OBJECT_TEXT;
    statement->branch.message = text ? call->args[1]->text : name_of(ev->context, "");
    block_append(need_block(ev, call->node, "an assertion"), statement);
    return object_none(ev->arena);
}
