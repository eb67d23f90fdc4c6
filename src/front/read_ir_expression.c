// Expressions in IR text (read_ir.h).
#include <math.h>
#include <string.h>

#include "front/read_ir.h"

// How an operation of exprs.def is written.
typedef enum Form { INFIX, PREFIX, CALL, TILE } Form;
static const struct {
    const char *name;
    int arity;
    Form form;
} written[] = {
#define EXPR(id, name, arity, form, result) {name, arity, form},
#include "ir/exprs.def"
#undef EXPR
};

static const ExprOp of_operator[] = {
#define OPERATOR(id, spelling, precedence, ir) [OPERATOR_##id] = OP_##ir,
#include "front/operators.def"
#undef OPERATOR
};

static const Expr *operation(Reader *reader, const Node *node, ExprOp op, DType own, const Expr *const args[]) {
    const char *refusal = expr_refusal(op, args);
    if (refusal) ir_refuse(reader, node, "`%s` takes %s", expr_op_name(op), refusal);
    return expr_op(reader->module, op, own, args);
}

static const Expr *binary(Reader *reader, const Node *node, Operator op, const Node *left, const Node *right) {
    if (of_operator[op] == OP_COUNT) ir_refuse(reader, node, "`%s` has no place in IR", operator_spelling(op));
    const Expr *args[] = {ir_expression(reader, left), ir_expression(reader, right)};
    return operation(reader, node, of_operator[op], args[0]->type, args);
}

static const Expr *unary(Reader *reader, const Node *node) {
    const Node *operand = node->first;
    if (node->op == OPERATOR_NEG && operand->kind == NODE_FLOAT)
        return expr_float(reader->module, DTYPE_FLOAT32, -operand->real);
    if (of_operator[node->op] == OP_COUNT)
        ir_refuse(reader, node, "`%s` has no place in IR", operator_spelling(node->op));
    const Expr *args[] = {ir_expression(reader, operand)};
    return operation(reader, node, of_operator[node->op], args[0]->type, args);
}

// A uint64 beyond int64 is kept, and printed, as the same bits.
static bool integer_of_type(DType type, int64_t value) {
    int bits = dtype_bits(type);
    if (type == DTYPE_BOOL) return value == 0 || value == 1;
    if (dtype_is_float(type) || bits == 64) return true;
    if (dtype_class(type) == CLASS_UINT) return value >= 0 && value < (int64_t)1 << bits;
    return value >= -((int64_t)1 << (bits - 1)) && value < (int64_t)1 << (bits - 1);
}

static const Expr *constant_of(Reader *reader, const Node *call, DType type) {
    const Node *value = ir_required(reader, call, 0, NULL);
    if (type == DTYPE_VOID) ir_refuse(reader, call, "expected a dtype of values");
    if (value->kind == NODE_STRING && dtype_is_float(type)) {
        const char *word = value->text;
        if (!strcmp(word, "inf")) return expr_float(reader->module, type, INFINITY);
        if (!strcmp(word, "-inf")) return expr_float(reader->module, type, -INFINITY);
        if (!strcmp(word, "nan")) return expr_float(reader->module, type, NAN);
        ir_refuse(reader, value, "expected \"inf\", \"-inf\" or \"nan\"");
    }
    bool negative = value->kind == NODE_UNARY && value->op == OPERATOR_NEG;
    const Node *digits = negative ? value->first : value;
    if (dtype_is_float(type) && digits->kind == NODE_FLOAT)
        return expr_float(reader->module, type, negative ? -digits->real : digits->real);
    int64_t integer = ir_integer(reader, value);
    if (!integer_of_type(type, integer))
        ir_refuse(reader, value, "expected a %s, seen %lld", dtype_name(type), (long long)integer);
    return dtype_is_float(type) ? expr_float(reader->module, type, (double)integer)
                                : expr_integer(reader->module, type, integer);
}

static const Expr *called(Reader *reader, const Node *call, const char *name, Form form) {
    const Expr *args[MAX_RANK] = {NULL};
    if (form == CALL && !strcmp(name, "cast")) {
        DType type = ir_dtype(reader, ir_required(reader, call, 1, NULL));
        return expr_cast(reader->module, type, ir_expression(reader, ir_required(reader, call, 0, NULL)));
    }
    for (size_t op = 0; op < sizeof written / sizeof *written; op++) {
        if (written[op].form != form || strcmp(written[op].name, name)) continue;
        int arity = written[op].arity;
        if ((int)call->items.count != (arity ? arity : 1))
            ir_refuse(reader, call, "%s takes %d operands", name, arity ? arity : 1);
        if (!arity) return operation(reader, call, (ExprOp)op, ir_dtype(reader, call->items.items[0]), args);
        for (int i = 0; i < arity; i++) args[i] = ir_expression(reader, call->items.items[i]);
        return operation(reader, call, (ExprOp)op, args[arity > 1 && op == OP_SELECT ? 1 : 0]->type, args);
    }
    ir_refuse(reader, call, "%s.%s is no function of expressions", form == CALL ? "T" : "tt", name);
}

static const Expr *call_expression(Reader *reader, const Node *node) {
    const char *tile = ir_call_name(node, "tt"), *name = ir_call_name(node, "T");
    DType type;
    if (tile) return called(reader, node, tile, TILE);
    if (!name) ir_refuse(reader, node, "only functions of T and tt can be called");
    if (dtype_parse(name, &type)) return constant_of(reader, node, type);
    return called(reader, node, name, CALL);
}

// ---------------------------------------------------------------- buffers

void ir_indices(Reader *reader, const Node *subscript, int count, const Expr *indices[]) {
    const Node *index = subscript->second;
    bool several = index->kind == NODE_TUPLE;
    uint32_t given = several ? index->items.count : 1;
    if (given != (uint32_t)count) ir_refuse(reader, subscript, "expected %d indices, seen %u", count, given);
    for (int i = 0; i < count; i++) {
        const Node *item = several ? index->items.items[i] : index;
        indices[i] = ir_expression(reader, item);
        if (!dtype_is_integer(indices[i]->type))
            ir_refuse(reader, item, "an index is an integer, seen %s", dtype_name(indices[i]->type));
    }
}

static const Expr *load(Reader *reader, const Node *node) {
    Buffer *buffer = ir_symbol(reader, node->first, SYMBOL_BUFFER, "a buffer")->buffer;
    const Expr *indices[MAX_RANK];
    ir_indices(reader, node, buffer->rank, indices);
    return expr_load(reader->module, buffer, indices);
}

static void span(Reader *reader, const Node *node, const Expr **start, const Expr **extent) {
    const char *name = ir_call_name(node, "T");
    if (!name || strcmp(name, "span")) ir_refuse(reader, node, "expected T.span(start, extent)");
    *start = ir_expression(reader, ir_required(reader, node, 0, NULL));
    *extent = ir_expression(reader, ir_required(reader, node, 1, NULL));
    if (!dtype_is_integer((*start)->type) || !dtype_is_integer((*extent)->type))
        ir_refuse(reader, node, "a span is made of integers");
}

// buffer[...]
static Region *whole_region(Reader *reader, Region *region) {
    for (int i = 0; i < region->buffer->rank; i++) {
        region->start[i] = expr_int(reader->module, 0);
        region->extent[i] = region->buffer->shape[i];
    }
    return region;
}

Region *ir_region(Reader *reader, const Node *node) {
    if (node->kind != NODE_SUBSCRIPT) ir_refuse(reader, node, "expected a region: buffer[T.span(start, extent), ...]");
    Region *region = arena_new(&reader->context->unit, Region);
    region->buffer = ir_symbol(reader, node->first, SYMBOL_BUFFER, "a buffer")->buffer;
    const Node *index = node->second;
    if (index->kind == NODE_ELLIPSIS) return whole_region(reader, region);
    bool several = index->kind == NODE_TUPLE;
    uint32_t given = several ? index->items.count : 1;
    if (given != (uint32_t)region->buffer->rank)
        ir_refuse(reader, node, "expected %d spans, seen %u", region->buffer->rank, given);
    for (int i = 0; i < region->buffer->rank; i++)
        span(reader, several ? index->items.items[i] : index, &region->start[i], &region->extent[i]);
    return region;
}

// ---------------------------------------------------------------- all

const Expr *ir_expression(Reader *reader, const Node *node) {
    switch (node->kind) {
    case NODE_INT:
        if (node->integer < INT32_MIN || node->integer > INT32_MAX)
            ir_refuse(reader, node, "an integer that is no int32 names its type: T.int64(...)");
        return expr_int(reader->module, node->integer);
    case NODE_FLOAT: return expr_float(reader->module, DTYPE_FLOAT32, node->real);
    case NODE_BOOL: return expr_bool(reader->module, node->integer != 0);
    case NODE_NAME:
        return expr_variable(reader->module, ir_symbol(reader, node, SYMBOL_VARIABLE, "a variable")->variable);
    case NODE_UNARY: return unary(reader, node);
    case NODE_BINARY:
    case NODE_LOGIC: return binary(reader, node, node->op, node->first, node->second);
    case NODE_COMPARE:
        if (node->items.count != 1) ir_refuse(reader, node, "comparisons are not chained in IR");
        return binary(reader, node, node->items.items[0]->op, node->first, node->items.items[0]->first);
    case NODE_CALL: return call_expression(reader, node);
    case NODE_SUBSCRIPT: return load(reader, node);
    default: ir_refuse(reader, node, "this is no IR expression");
    }
}
