// Calls: sorting arguments by a function's parameters or a library row's signature, and running the callee.
#include <string.h>

#include "front/evaluate.h"

void add_argument(Evaluator *ev, Call *call, Name name, Object *value, const Node *node) {
    vector_push(ev->arena, call->given, ((Argument){name, value, node}));
}

static void add_spread(Evaluator *ev, Call *call, const Node *node) {
    Object *value = evaluate_node(ev, node->first);
    if (node->kind == NODE_STARRED) {
        ObjectList items = need_items(ev, value, node);
        for (uint32_t i = 0; i < items.count; i++) add_argument(ev, call, NULL, items.items[i], node);
        return;
    }
    if (value->kind != OBJECT_DICT && value->kind != OBJECT_NAMESPACE)
        stop_at(ev, value->kind == OBJECT_OPAQUE ? DIAG_FRONT_OPAQUE : DIAG_FRONT_TYPE, node->location,
                "expected a dict behind `**`, seen %s", show_object(ev, value));
    for (uint32_t i = 0; i + 1 < value->list.count; i += 2)
        add_argument(ev, call, need_text(ev, value->list.items[i], node, "a keyword"), value->list.items[i + 1], node);
}

static void evaluate_arguments(Evaluator *ev, Call *call) {
    for (uint32_t i = 0; i < call->node->items.count; i++) {
        const Node *item = call->node->items.items[i];
        if (item->kind == NODE_STARRED || item->kind == NODE_DOUBLE_STARRED)
            add_spread(ev, call, item);
        else if (item->kind == NODE_KEYWORD)
            add_argument(ev, call, item->name, evaluate_node(ev, item->first), item->first);
        else
            add_argument(ev, call, NULL, evaluate_node(ev, item), item);
    }
}

Object *evaluate_call(Evaluator *ev, const Node *node) {
    Object *callee = evaluate_node(ev, node->first);
    Call *call = arena_new(ev->arena, Call);
    call->node = node;
    evaluate_arguments(ev, call);
    Object *result = call_object(ev, callee, call);
    if (result->kind == OBJECT_FAILED) fail_now(ev->context);
    return result;
}

// ---------------------------------------------------------------- library functions

typedef struct Parameter { // one word of a row's signature
    const char *name;
    size_t length;
    bool optional, hint;
} Parameter;

typedef struct Signature {
    Parameter parameters[MAX_ARGUMENTS];
    int count, positional; // how many may be given by position
    bool rest, any_keyword;
} Signature;

static Signature read_signature(const char *text) {
    Signature signature = {.positional = -1};
    while (*text) {
        size_t length = strcspn(text, " ");
        if (strncmp(text, "**", 2) == 0)
            signature.any_keyword = true;
        else if (*text == '*')
            signature.rest = true;
        else if (*text == '=')
            signature.positional = signature.count;
        else {
            Parameter *parameter = &signature.parameters[signature.count++];
            parameter->hint = *text == '!';
            parameter->optional = parameter->hint || text[length - 1] == '?';
            parameter->name = text + parameter->hint;
            parameter->length = length - parameter->hint - (text[length - 1] == '?');
        }
        text += length;
        while (*text == ' ') text++;
    }
    if (signature.positional < 0) signature.positional = signature.count;
    return signature;
}

static const char *callee_name(Evaluator *ev, const Call *call) {
    bool plain = strcmp(call->row->module, "builtins") == 0;
    return plain ? call->row->name : arena_format(ev->arena, "%s.%s", row_prefix(call->row), call->row->name);
}

static Location argument_location(const Argument *argument, const Call *call) {
    return argument->node ? argument->node->location : call->node->location;
}

_Noreturn static void fail_arguments(Evaluator *ev, const Call *call, const Signature *signature, Location location,
                                     const char *seen) {
    Text takes = {.arena = ev->arena};
    for (int i = 0; i < signature->count; i++) {
        const Parameter *parameter = &signature->parameters[i];
        text_format(&takes, "%s%.*s%s", i ? ", " : "", (int)parameter->length, parameter->name,
                    parameter->optional ? "=..." : "");
    }
    if (signature->rest) text_add(&takes, takes.length ? ", ..." : "...");
    stop_at(ev, DIAG_FRONT_ARGUMENTS, location, "expected %s(%s), seen %s", callee_name(ev, call),
            takes.data ? takes.data : "", seen);
}

static void bind_keyword(Evaluator *ev, Call *call, const Signature *signature, const Argument *argument) {
    for (int i = 0; i < signature->count; i++) {
        const Parameter *parameter = &signature->parameters[i];
        if (strlen(argument->name) != parameter->length ||
            strncmp(argument->name, parameter->name, parameter->length) != 0)
            continue;
        if (call->args[i])
            fail_arguments(ev, call, signature, argument_location(argument, call),
                           arena_format(ev->arena, "`%s` twice", argument->name));
        call->args[i] = argument->value;
        call->nodes[i] = argument->node;
        if (parameter->hint && argument->value->kind != OBJECT_NONE && strcmp(argument->name, "threads") != 0)
            use_hint(ev, argument->name);
        return;
    }
    if (!signature->any_keyword)
        fail_arguments(ev, call, signature, argument_location(argument, call),
                       arena_format(ev->arena, "an argument `%s`", argument->name));
}

void bind_row_arguments(Evaluator *ev, Call *call) {
    Signature signature = read_signature(call->row->signature);
    int position = 0;
    call->rest = (uint32_t)signature.positional;
    for (uint32_t i = 0; i < call->given.count; i++) {
        const Argument *argument = &call->given.items[i];
        if (argument->name) {
            bind_keyword(ev, call, &signature, argument);
        } else if (position < signature.positional) {
            call->args[position] = argument->value;
            call->nodes[position++] = argument->node;
        } else if (!signature.rest)
            fail_arguments(ev, call, &signature, argument_location(argument, call),
                           arena_format(ev->arena, "more than %d positional", signature.positional));
    }
    for (int i = 0; i < signature.count; i++) {
        if (!call->args[i] && !signature.parameters[i].optional)
            fail_arguments(ev, call, &signature, call->node->location,
                           arena_format(ev->arena, "no `%.*s`", (int)signature.parameters[i].length,
                                        signature.parameters[i].name));
        if (!call->nodes[i]) call->nodes[i] = call->node;
    }
}

static bool has_opaque(const Call *call) {
    for (uint32_t i = 0; i < call->given.count; i++)
        if (call->given.items[i].value->kind == OBJECT_OPAQUE) return true;
    return false;
}

static Object *call_row(Evaluator *ev, const LibraryRow *row, Object *self, Call *call) {
    call->row = row;
    call->self = self;
    if (row->kind == ROW_HINT) {
        use_hint(ev, arena_format(ev->arena, "%s.%s", row_prefix(row), row->name));
        return object_none(ev->arena);
    }
    if (row->kind == ROW_PURE && has_opaque(call)) return opaque_object(ev, "%s()", callee_name(ev, call));
    if (!row->handler) return opaque_object(ev, "%s()", callee_name(ev, call));
    bind_row_arguments(ev, call);
    return row->handler(ev, call);
}

// ---------------------------------------------------------------- the file's own functions

static int find_parameter(const Node *function, Name name) {
    for (uint32_t i = 0; i < function->items.count; i++)
        if (function->items.items[i]->name == name && function->items.items[i]->parameter <= PARAMETER_KEYWORD_ONLY)
            return (int)i;
    return -1;
}

static const char *function_name(const Node *function) {
    return function->kind == NODE_LAMBDA ? "the lambda" : function->name;
}

static void bind_named(Evaluator *ev, FunctionObject *function, const Argument *argument, const Node *where,
                       Object **values, Object *keywords) {
    int index = find_parameter(function->node, argument->name);
    Location location = argument->node ? argument->node->location : where->location;
    if (index >= 0 && !values[index])
        values[index] = argument->value;
    else if (index >= 0)
        stop_at(ev, DIAG_FRONT_ARGUMENTS, location, "expected each argument once, seen `%s` twice", argument->name);
    else if (keywords)
        object_store(ev->arena, keywords, object_text(ev->arena, argument->name), argument->value);
    else {
        VECTOR(const char *) legal = {0};
        for (uint32_t i = 0; i < function->node->items.count; i++)
            vector_push(ev->arena, legal, function->node->items.items[i]->name);
        stop_with_help(ev, DIAG_FRONT_ARGUMENTS, location,
                       did_you_mean(ev, argument->name, legal.items, (int)legal.count),
                       "expected a parameter of %s, seen `%s`", function_name(function->node), argument->name);
    }
}

static uint32_t next_positional(const Node *function, uint32_t index) {
    while (index < function->items.count && function->items.items[index]->parameter != PARAMETER_PLAIN) index++;
    return index;
}

void bind_parameters(Evaluator *ev, FunctionObject *function, Call *call, Object **values, bool allow_missing) {
    const Node *node = function->node;
    Object *rest = NULL, *keywords = NULL;
    for (uint32_t i = 0; i < node->items.count; i++) {
        if (node->items.items[i]->parameter == PARAMETER_REST) values[i] = rest = object_list(ev->arena, OBJECT_TUPLE);
        if (node->items.items[i]->parameter == PARAMETER_KEYWORDS)
            values[i] = keywords = object_list(ev->arena, OBJECT_DICT);
        if (function->bound && function->bound[i]) values[i] = function->bound[i];
    }
    uint32_t position = next_positional(node, 0);
    for (uint32_t i = 0; i < call->given.count; i++) {
        const Argument *argument = &call->given.items[i];
        while (position < node->items.count && values[position]) position = next_positional(node, position + 1);
        if (argument->name)
            bind_named(ev, function, argument, call->node, values, keywords);
        else if (position < node->items.count) {
            values[position] = argument->value;
            position = next_positional(node, position + 1);
        } else if (rest)
            object_append(ev->arena, rest, argument->value);
        else
            stop_at(ev, DIAG_FRONT_ARGUMENTS, argument_location(argument, call),
                    "expected at most %u arguments of %s, seen more", node->items.count, function_name(node));
    }
    for (uint32_t i = 0; i < node->items.count; i++) {
        if (!values[i]) values[i] = function->defaults[i];
        if (!values[i] && !allow_missing)
            stop_at(ev, DIAG_FRONT_ARGUMENTS, call->node->location, "expected an argument `%s` of %s, seen none",
                    node->items.items[i]->name, function_name(node));
    }
}

static Object *run_function(Evaluator *ev, FunctionObject *function, Bindings *scope, bool staged) {
    Frame frame = {.caller = ev->frame, .scope = scope, .staged = staged, .node = function->node};
    ev->frame = &frame;
    if (function->node->kind == NODE_LAMBDA)
        frame.result = evaluate_node(ev, function->node->first);
    else
        execute_block(ev, &function->node->body);
    ev->frame = frame.caller;
    return frame.result ? frame.result : object_none(ev->arena);
}

Object *call_function(Evaluator *ev, FunctionObject *function, Call *call) {
    Object **values = arena_new_array(ev->arena, Object *, function->node->items.count);
    bind_parameters(ev, function, call, values, false);
    Bindings *scope = scope_new(ev->arena, BINDINGS_FUNCTION, function->scope);
    for (uint32_t i = 0; i < function->node->items.count; i++)
        scope_set(ev->arena, scope, function->node->items.items[i]->name, values[i]);
    bool staged = function->kind == FUNCTION_MACRO && ev->block != NULL;
    return run_function(ev, function, scope, staged);
}

static bool is_sought(const Search *search, const FunctionObject *function) {
    if (search->entry) return search->entry == function->node->name;
    return function->kind == FUNCTION_KERNEL || function->kind == FUNCTION_PRIM;
}

static Object *call_kernel(Evaluator *ev, FunctionObject *function, Call *call) {
    Search *search = ev->search;
    Object *compiled = object_new(ev->arena, OBJECT_COMPILED);
    if (!search->kernel && is_sought(search, function)) {
        search->kernel = function;
        search->call = call;
        compiled->integer = 1;
    }
    return compiled;
}

static Object *call_compiled(Evaluator *ev, Object *compiled, Call *call) {
    if (ev->search && compiled->integer && ev->search->tensors.count == 0)
        for (uint32_t i = 0; i < call->given.count; i++)
            if (!call->given.items[i].name) vector_push(ev->arena, ev->search->tensors, call->given.items[i].value);
    if (ev->search && ev->search->tensors.count > 0) longjmp(ev->search->escape, 1);
    return opaque_object(ev, "the kernel's result");
}

static Object *call_dtype(Evaluator *ev, Object *dtype, Call *call) {
    static const LibraryRow row = {"T", "dtype", "value?", ROW_FUNCTION, NULL, ""};
    call->row = &row;
    bind_row_arguments(ev, call);
    Object *value = call->args[0];
    if (!value) // TVMScript: `m = T.int32()` declares a size; a bare T.int32 is a scalar's type
        return dtype;
    if (value->kind == OBJECT_OPAQUE) return value;
    if (value->kind == OBJECT_TEXT) { // T.float32("inf")
        double infinity = __builtin_inf();
        bool negative = value->text[0] == '-';
        const char *word = value->text + negative;
        if (strcmp(word, "inf") != 0 && strcmp(word, "nan") != 0)
            stop_at(ev, DIAG_FRONT_VALUE, call->nodes[0]->location, "expected \"inf\" or \"nan\", seen %s",
                    show_object(ev, value));
        double real = strcmp(word, "nan") == 0 ? __builtin_nan("") : negative ? -infinity : infinity;
        value = object_float(ev->arena, real);
    }
    DType type = chip_dtype(ev, dtype->dtype.type, call->node->location);
    return result_expr(ev, expr_as(ev, value, type, call->nodes[0]), value->weight, call->node);
}

Object *call_object(Evaluator *ev, Object *callee, Call *call) {
    switch (callee->kind) {
    case OBJECT_FUNCTION:
        if (ev->search && (callee->function->kind > FUNCTION_MACRO ||
                           (ev->search->entry && callee->function->node->name == ev->search->entry)))
            return call_kernel(ev, callee->function, call);
        return call_function(ev, callee->function, call);
    case OBJECT_LIBRARY: return call_row(ev, callee->row, NULL, call);
    case OBJECT_METHOD: return call_row(ev, callee->method.row, callee->method.self, call);
    case OBJECT_DTYPE: return call_dtype(ev, callee, call);
    case OBJECT_COMPILED: return call_compiled(ev, callee, call);
    case OBJECT_OPAQUE: return opaque_object(ev, "%s()", callee->text);
    default:
        stop_at(ev, DIAG_FRONT_TYPE, call->node->location, "expected a function to call, seen %s",
                show_object(ev, callee));
    }
}
