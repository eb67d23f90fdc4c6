// The handlers of tvmscript.def.
#include <string.h>

#include "front/library.h"
#include "ir/affine.h"
#include "ir/build.h"

static const Node *parameter_of(const Evaluator *ev, const Node *node) {
    const Node *function = ev->frame->node;
    for (uint32_t i = 0; node->kind == NODE_NAME && function && i < function->items.count; i++)
        if (function->items.items[i]->name == node->name) return function->items.items[i];
    return NULL;
}

// ---------------------------------------------------------------- tensors and buffers

// `A_1 = T.match_buffer(A, ...)` and `C = T.match_buffer(C_handle, ...)`: the tensors are A and C. Where the names have
// nothing in common, it is the buffer's.
static Name tensor_name(Evaluator *ev, Name parameter) {
    static const char suffix[] = "_handle";
    size_t length = strlen(parameter), ending = sizeof suffix - 1;
    if (length > ending && strcmp(parameter + length - ending, suffix) == 0)
        return intern(&ev->context->names, parameter, length - ending);
    Name given = ev->name_hint;
    bool numbered = given && strncmp(given, parameter, length) == 0 && given[length] == '_';
    return given && !numbered ? given : parameter;
}

static Object *tensor_type(Evaluator *ev, Call *call, int shape) {
    bool strided = call->args[shape + 3] && call->args[shape + 3]->kind != OBJECT_NONE &&
                   !(object_is_sequence(call->args[shape + 3]) && call->args[shape + 3]->list.count == 0);
    Call type = *call;
    memset(type.args, 0, sizeof type.args);
    int from[] = {shape, strided ? shape + 3 : shape + 1, strided ? shape + 1 : shape + 2};
    for (int i = 0; i < 3; i++) {
        type.args[i] = call->args[from[i]];
        type.nodes[i] = call->nodes[from[i]];
    }
    return strided ? language_strided_tensor(ev, &type) : language_tensor(ev, &type);
}

Object *tvmscript_match_buffer(Evaluator *ev, Call *call) {
    const Node *parameter = parameter_of(ev, call->nodes[0]);
    if (!parameter || ev->launch)
        stop_at(ev, DIAG_FRONT_TYPE, call->nodes[0]->location,
                "expected a parameter of the function at the top of its body, seen %s", show_object(ev, call->args[0]));
    for (uint32_t i = 0; i < ev->kernel->input_names.count; i++)
        if (ev->kernel->input_names.items[i] == parameter->name)
            stop_at(ev, DIAG_FRONT_TYPE, call->nodes[0]->location, "expected one buffer of `%s`, seen a second one",
                    parameter->name);
    Object *type = tensor_type(ev, call, 1);
    Buffer *buffer = declare_tensor(ev, tensor_name(ev, parameter->name), type->tensor, call->node->location);
    vector_push(ev->arena, ev->kernel->inputs, buffer);
    vector_push(ev->arena, ev->kernel->input_names, parameter->name);
    return object_buffer(ev->arena, buffer);
}

// The same elements as those of `data`, under another shape.
Object *tvmscript_buffer(Evaluator *ev, Call *call) {
    if (!call->args[2] || call->args[2]->kind != OBJECT_BUFFER) return tensor_type(ev, call, 0);
    call->args[3] = NULL;
    return language_tensor(ev, call);
}

typedef struct ScopeRow {
    const char *scope;
    Handler *allocate;
} ScopeRow;

static const ScopeRow scopes[] = {
    {"shared", language_alloc_shared},
    {"shared.dyn", language_alloc_shared},
    {"local.fragment", language_alloc_fragment},
    {"local", language_alloc_local},
    {"local.reducer", language_alloc_reducer},
    {"global", language_alloc_global},
    {"", language_alloc_global},
};

Object *tvmscript_alloc_buffer(Evaluator *ev, Call *call) {
    Name scope = call->args[5] ? need_text(ev, call->args[5], call->nodes[5], "a scope") : name_of(ev->context, "");
    Call alloc = *call;
    memset(alloc.args, 0, sizeof alloc.args);
    alloc.args[0] = call->args[0];
    alloc.args[1] = call->args[1];
    if (strcmp(scope, "local.var") == 0) {
        alloc.args[0] = call->args[1] ? call->args[1] : object_dtype(ev->arena, DTYPE_FLOAT32, NULL);
        alloc.args[1] = NULL;
        return language_alloc_var(ev, &alloc);
    }
    alloc.args[2] = strcmp(scope, "local.reducer") == 0 ? call->args[6] : NULL;
    for (size_t i = 0; i < sizeof scopes / sizeof *scopes; i++)
        if (strcmp(scopes[i].scope, scope) == 0) return scopes[i].allocate(ev, &alloc);
    stop_with_help(ev, DIAG_FRONT_GPU_ONLY, call->nodes[5]->location,
                   "use \"shared\", \"local.fragment\", \"local\" or \"local.var\"", "a buffer in \"%s\" is GPU-only",
                   scope);
}

Object *tvmscript_region(Evaluator *ev, Call *call) {
    Access *start = need_buffer(ev, call->args[0], call->nodes[0], "a start");
    int64_t use = need_int(ev, call->args[1], call->nodes[1], "how the region is used");
    if (use < 1 || use > 3)
        stop_at(ev, DIAG_FRONT_VALUE, call->nodes[1]->location, "expected 1 (read), 2 (write) or 3 (both), seen %lld",
                (long long)use);
    if (object_is_variable(call->args[0])) return call->args[0];
    int count = (int)call->given.count - 2;
    if (start->rank != start->shape_rank || count != start->rank || !access_is_start(start))
        stop_at(ev, DIAG_FRONT_SHAPE, call->node->location,
                "expected %d indices and as many extents of `%s`, seen %d and %d", start->shape_rank,
                start->buffer->name, start->rank, count);
    Object *region = object_new(ev->arena, OBJECT_ELEMENT);
    *region = *call->args[0];
    region->access = arena_new(ev->arena, Access);
    *region->access = *start;
    for (int i = 0; i < count; i++) {
        const Argument *extent = &call->given.items[i + 2];
        region->access->extent[i] = need_index(ev, extent->value, extent->node, "an extent");
        int64_t known;
        if (expr_constant(region->access->extent[i], &known) && known <= 0)
            stop_at(ev, DIAG_FRONT_SHAPE, extent->node->location, "expected an extent of 1 or more, seen %lld",
                    (long long)known);
    }
    return region;
}

Object *tvmscript_first(Evaluator *ev, Call *call) {
    (void)ev;
    return call->args[0];
}

// ---------------------------------------------------------------- attributes

Object *tvmscript_func_attr(Evaluator *ev, Call *call) {
    const Object *dict = call->args[0];
    if (dict->kind != OBJECT_DICT) return language_func_attr(ev, call);
    for (uint32_t i = 0; i < dict->list.count / 2; i++) {
        AttributeEntry entry = attribute_entry(ev, dict, i, call->nodes[0]);
        if (strcmp(entry.name, "tilelang_out_idx") == 0)
            ev->kernel->out_idx = entry.value;
        else
            hold_attribute(ev, &entry);
    }
    return object_none(ev->arena);
}

// ---------------------------------------------------------------- loops

Object *tvmscript_serial(Evaluator *ev, Call *call) {
    Object *annotations = call->args[3];
    if (!annotations || annotations->kind != OBJECT_DICT) return language_serial(ev, call);
    Object *stages = NULL;
    for (uint32_t i = 0; i + 1 < annotations->list.count; i += 2) {
        Name key = need_text(ev, annotations->list.items[i], call->nodes[3], "a key");
        if (strcmp(key, "num_stages") == 0)
            stages = annotations->list.items[i + 1];
        else
            use_hint(ev, key);
    }
    if (!stages) return language_serial(ev, call);
    Call pipelined = *call;
    pipelined.args[2] = stages;
    pipelined.nodes[2] = call->nodes[3];
    return language_pipelined(ev, &pipelined);
}

// ---------------------------------------------------------------- tile operations

// The sizes that are written beside the operands must be theirs.
static void check_product(Evaluator *ev, Call *call) {
    static const char names[] = "MNK";
    Region *a = need_region(ev, call->args[0], call->nodes[0], "the first operand");
    Region *c = need_region(ev, call->args[2], call->nodes[2], "the accumulator");
    bool transposed = need_bool(ev, call->args[3], call->nodes[3], "transpose_A");
    if (a->buffer->rank < 2 || c->buffer->rank < 2) return; // language_gemm says so
    const Expr *sizes[] = {c->extent[c->buffer->rank - 2], c->extent[c->buffer->rank - 1],
                           a->extent[a->buffer->rank - (transposed ? 2 : 1)]};
    for (int i = 0; i < 3; i++) {
        int64_t size, given = need_int(ev, call->args[5 + i], call->nodes[5 + i], "a size");
        if (expr_constant(sizes[i], &size) && size != given)
            stop_at(ev, DIAG_FRONT_SHAPE, call->nodes[5 + i]->location,
                    "expected %c = %lld, as the operands have it, seen %lld", names[i], (long long)size,
                    (long long)given);
    }
}

static Object *tilelang_gemm(Evaluator *ev, Call *call) {
    Call plain = {.node = call->node, .given = call->given, .row = find_row("T", "gemm")};
    bind_row_arguments(ev, &plain);
    return language_gemm(ev, &plain);
}

Object *tvmscript_gemm(Evaluator *ev, Call *call) {
    uint32_t positional = 0;
    for (uint32_t i = 0; i < call->given.count; i++) positional += !call->given.items[i].name;
    if (positional < 10) return tilelang_gemm(ev, call);
    check_product(ev, call);
    call->args[6] = call->args[9];
    call->nodes[6] = call->nodes[9];
    return language_gemm(ev, call);
}

Object *tvmscript_atomic_add(Evaluator *ev, Call *call) {
    Object *value = call->args[0];
    const Node *node = call->nodes[0];
    call->args[0] = call->args[1];
    call->nodes[0] = call->nodes[1];
    call->args[1] = value;
    call->nodes[1] = node;
    return language_atomic_add(ev, call);
}

// ---------------------------------------------------------------- scalar functions

Object *tvmscript_fabs(Evaluator *ev, Call *call) { return staged_call(ev, OP_ABS, call->args, 1, call->nodes[0]); }

#define MAX_KNOWN 64

static void know(RangeOf *known, int *count, const Variable *variable, const Expr *start, const Expr *extent) {
    int64_t low = 0, size;
    if (*count == MAX_KNOWN || !expr_constant(extent, &size) || size < 1 || size > INT32_MAX) return;
    if (start && (!expr_constant(start, &low) || low < 0 || low > INT32_MAX)) return;
    known[(*count)++] = (RangeOf){variable, {low, low + size - 1}};
}

// Ranges of the block's and the loops' variables around the statement that is being staged.
static int known_ranges(const Evaluator *ev, RangeOf known[MAX_KNOWN]) {
    int count = 0;
    for (int i = 0; ev->launch && i < ev->launch->launch.rank; i++)
        know(known, &count, ev->launch->launch.variables[i], NULL, ev->launch->launch.extents[i]);
    const Block *block = ev->block;
    while (block && block->owner && block->owner != ev->launch) {
        const Statement *owner = block->owner;
        if (owner->kind == STATEMENT_FOR && expr_is_int(owner->loop.step, 1))
            know(known, &count, owner->loop.variable, owner->loop.start, owner->loop.extent);
        block = owner->block;
    }
    return count;
}

static bool never_negative(Evaluator *ev, Object *value, const Node *node) {
    RangeOf known[MAX_KNOWN];
    Range range;
    int count = known_ranges(ev, known);
    return expr_range(need_index(ev, value, node, "an operand"), count, known, &range) && range.low >= 0;
}

// Rounding towards 0 is rounding down where nothing is negative. Elsewhere -((-a) // b) is chosen for a < 0.
static Object *truncating(Evaluator *ev, Call *call, Operator op) {
    Object *a = call->args[0], *b = call->args[1];
    if (!never_negative(ev, b, call->nodes[1]))
        stop_at(ev, DIAG_FRONT_UNSUPPORTED, call->nodes[1]->location,
                "expected a divisor that is known to be positive, seen another");
    Object *down = binary_value(ev, op, a, b, call->node);
    if (never_negative(ev, a, call->nodes[0])) return down;
    Object *negative = binary_value(ev, OPERATOR_LT, a, object_int(ev->arena, 0), call->node);
    Object *opposite = unary_value(ev, OPERATOR_NEG, a, call->node);
    Object *up = unary_value(ev, OPERATOR_NEG, binary_value(ev, op, opposite, b, call->node), call->node);
    return staged_select(ev, negative, up, down, call->node);
}

static bool is_float(Evaluator *ev, Object *value, const Node *node) {
    return value->kind == OBJECT_FLOAT || dtype_is_float(need_expr(ev, value, node, "an operand")->type);
}

Object *tvmscript_div(Evaluator *ev, Call *call) {
    if (is_float(ev, call->args[0], call->nodes[0]) || is_float(ev, call->args[1], call->nodes[1]))
        return binary_value(ev, OPERATOR_DIV, call->args[0], call->args[1], call->node);
    return truncating(ev, call, OPERATOR_FLOORDIV);
}

Object *tvmscript_truncmod(Evaluator *ev, Call *call) { return truncating(ev, call, OPERATOR_MOD); }
