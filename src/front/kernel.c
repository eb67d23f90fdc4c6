// Parameters of the kernel: from the command line, the file's own call, defaults; those without a value are listed.
#include "front/kernel.h"

#include <string.h>

#include "ir/build.h"

#define MAX_PARAMETERS 256

typedef struct Marks {
    bool launches, prim_func;
    VECTOR(Name) constants; // names in T.const("...")
    Evaluator *ev;
} Marks;

static void add_names(Marks *marks, const char *text) {
    for (text += strspn(text, " ,"); *text; text += strspn(text, " ,")) {
        size_t length = strcspn(text, " ,");
        vector_push(marks->ev->arena, marks->constants, intern(&marks->ev->context->names, text, length));
        text += length;
    }
}

static bool mark(const Node *node, void *user) {
    Marks *marks = user;
    if (node->kind == NODE_FUNCTION || node->kind == NODE_LAMBDA) return false;
    if (node->kind != NODE_CALL || (node->first->kind != NODE_ATTRIBUTE && node->first->kind != NODE_NAME)) return true;
    const char *callee = node->first->name;
    marks->launches |= strcmp(callee, "Kernel") == 0;
    bool text = node->items.count > 0 && node->items.items[0]->kind == NODE_STRING;
    if (strcmp(callee, "const") == 0 && text) add_names(marks, node->items.items[0]->text);
    return true;
}

static Marks read_body(Evaluator *ev, const Node *function) {
    Marks marks = {.ev = ev};
    for (uint32_t i = 0; i < function->body.count; i++) walk_nodes(function->body.items[i], mark, &marks);
    return marks;
}

static int parameter_index(const Node *function, Name name) {
    for (uint32_t i = 0; i < function->items.count; i++)
        if (function->items.items[i]->name == name) return (int)i;
    return -1;
}

static Size *size_named(Evaluator *ev, Name name) {
    for (uint32_t i = 0; i < ev->kernel->sizes.count; i++)
        if (ev->kernel->sizes.items[i].name == name) return &ev->kernel->sizes.items[i];
    return NULL;
}

static void set_size(Evaluator *ev, Name name, Object *value) {
    Size *size = size_named(ev, name);
    if (size)
        size->value = value;
    else
        vector_push(ev->arena, ev->kernel->sizes, ((Size){.name = name, .value = value}));
}

// The own call's arguments: a keyword that is no parameter names a T.const size.
static void take_call(Evaluator *ev, const Node *function, const Call *call, Object **values) {
    uint32_t position = 0;
    for (uint32_t i = 0; call && i < call->given.count; i++) {
        const Argument *argument = &call->given.items[i];
        int index = argument->name ? parameter_index(function, argument->name) : (int)position++;
        if (index >= 0 && (uint32_t)index < function->items.count)
            values[index] = argument->value;
        else if (argument->name)
            set_size(ev, argument->name, argument->value);
        else
            stop_at(ev, DIAG_FRONT_ARGUMENTS, argument->node->location,
                    "expected at most %u arguments of `%s`, seen more", function->items.count, function->name);
    }
}

// Scalar parameters of a @T.prim_func are sizes too.
static void take_scalars(Evaluator *ev, const Node *function, Object *const values[]) {
    for (uint32_t i = 0; i < function->items.count; i++)
        if (values[i] && values[i]->kind == OBJECT_INT) set_size(ev, function->items.items[i]->name, values[i]);
}

static void take_bindings(Evaluator *ev, const Node *function, Object **values, bool prim) {
    for (int i = 0; i < ev->options->binding_count; i++) {
        const Binding *binding = &ev->options->bindings[i];
        Name name = name_of(ev->context, binding->name);
        int index = prim ? -1 : parameter_index(function, name);
        Object *value = binding_value(ev, binding);
        if (index >= 0)
            values[index] = value;
        else
            set_size(ev, name, value);
        ev->bindings_used[i] = index >= 0;
    }
}

// ---------------------------------------------------------------- what is missing

typedef struct Missing {
    VECTOR(Name) names;
} Missing;

static void fail_missing(Evaluator *ev, const Node *function, const Missing *missing, const Search *search) {
    if (missing->names.count == 0) return;
    Text names = {.arena = ev->arena}, example = {.arena = ev->arena};
    for (uint32_t i = 0; i < missing->names.count; i++) {
        text_format(&names, "%s`%s`", i ? ", " : "", missing->names.items[i]);
        if (i < 3) text_format(&example, "%s%s=...", i ? " " : "", missing->names.items[i]);
    }
    report(ev->context, DIAG_FRONT_MISSING, function->location,
           "expected values of the parameters of `%s`, seen none of %s", function->name, names.data);
    if (search->why)
        report_note(ev->context, search->where, "the search for the file's own call ended here: %s", search->why);
    report_help(ev->context, "give them on the command line: %s", example.data);
    fail_now(ev->context);
}

static bool has_tensor(const Node *function, Object *const values[]) {
    for (uint32_t i = 0; i < function->items.count; i++)
        if (values[i] && values[i]->kind == OBJECT_TENSOR) return true;
    return false;
}

static void list_parameters(Evaluator *ev, const Node *function, Object *const values[], bool eager, Missing *missing) {
    for (uint32_t i = 0; i < function->items.count; i++) {
        const Node *parameter = function->items.items[i];
        bool tensor = eager && is_tensor_parameter(function, parameter);
        if (!values[i] && !tensor && parameter->parameter <= PARAMETER_KEYWORD_ONLY)
            vector_push(ev->arena, missing->names, parameter->name);
    }
}

static void list_constants(Evaluator *ev, const Marks *marks, Missing *missing) {
    for (uint32_t i = 0; i < marks->constants.count; i++) {
        const Size *size = size_named(ev, marks->constants.items[i]);
        if (!size || !size->value || size->value->kind == OBJECT_OPAQUE)
            vector_push(ev->arena, missing->names, marks->constants.items[i]);
    }
}

static void list_dynamic(Evaluator *ev, Missing *missing) {
    for (uint32_t i = 0; i < ev->kernel->sizes.count; i++) {
        const Size *size = &ev->kernel->sizes.items[i];
        if (size->variable && size->used && !size->variable->is_bound)
            vector_push(ev->arena, missing->names, size->name);
    }
}

// ---------------------------------------------------------------- dynamic sizes

static void bind_dynamic(const Size *size) {
    int64_t value;
    if (!size->variable || !size->value || !(size->value->kind == OBJECT_INT || size->value->kind == OBJECT_BOOL))
        return;
    value = size->value->integer;
    size->variable->bound = value;
    size->variable->is_bound = true;
}

static void check_bound(Evaluator *ev) {
    for (uint32_t i = 0; i < ev->kernel->sizes.count; i++) {
        const Size *size = &ev->kernel->sizes.items[i];
        if (!size->variable || !size->variable->is_bound || !size->used) continue;
        if (size->scalar && size->variable->bound >= INT32_MIN && size->variable->bound <= INT32_MAX) continue;
        if (size->variable->bound <= 0 || size->variable->bound > INT32_MAX)
            stop_at(ev, size->variable->bound <= 0 ? DIAG_FRONT_SHAPE : DIAG_FRONT_OVERFLOW, size->variable->location,
                    "expected a size of 1 to 2147483647, seen %s = %lld", size->name, (long long)size->variable->bound);
    }
}

static void bind_from_tensors(Evaluator *ev, const FunctionObject *kernel, Object *const values[],
                              const Search *search) {
    uint32_t next = 0;
    for (uint32_t i = 0; i < ev->kernel->inputs.count; i++) {
        const Buffer *buffer = ev->kernel->inputs.items[i];
        int index = parameter_index(kernel->node, ev->kernel->input_names.items[i]);
        if (index >= 0 && values)
            bind_sizes(buffer, values[index]);
        else if (buffer->role != ROLE_OUT && next < search->tensors.count)
            bind_sizes(buffer, search->tensors.items[next++]);
    }
    for (uint32_t i = 0; i < search->tensors.count && i < ev->kernel->inputs.count; i++)
        if (values) bind_sizes(ev->kernel->inputs.items[i], search->tensors.items[i]);
}

// ---------------------------------------------------------------- bindings that name nothing

static void check_bindings(Evaluator *ev, const Node *function) {
    for (int i = 0; i < ev->options->binding_count; i++) {
        const Size *size = size_named(ev, name_of(ev->context, ev->options->bindings[i].name));
        if (ev->bindings_used[i] || (size && size->used)) continue;
        VECTOR(const char *) legal = {0};
        Text names = {.arena = ev->arena};
        for (uint32_t j = 0; j < function->items.count; j++)
            if (!is_tensor_parameter(function, function->items.items[j]) && function->items.items[j]->name)
                vector_push(ev->arena, legal, function->items.items[j]->name);
        for (uint32_t j = 0; j < ev->kernel->sizes.count; j++)
            if (ev->kernel->sizes.items[j].used) vector_push(ev->arena, legal, ev->kernel->sizes.items[j].name);
        for (uint32_t j = 0; j < legal.count; j++) text_format(&names, "%s`%s`", j ? ", " : "", legal.items[j]);
        const char *given = ev->options->bindings[i].name;
        stop_with_help(ev, DIAG_BINDING, function->location, did_you_mean(ev, given, legal.items, (int)legal.count),
                       "expected a parameter or size of `%s`%s%s, seen `%s`", function->name, names.data ? ": " : "",
                       names.data ? names.data : "", given);
    }
}

// ---------------------------------------------------------------- elaboration

static bool is_eager(const FunctionObject *kernel, const Marks *marks) {
    return kernel->kind == FUNCTION_KERNEL && kernel->jit && marks->launches;
}

static bool needs_probe(Evaluator *ev, const Marks *marks) {
    Missing missing = {0};
    list_constants(ev, marks, &missing);
    return missing.names.count > 0;
}

// Sizes of T.const, before tensors are made of them: one message for each.
static void check_constants(Evaluator *ev, const Node *function, const Marks *marks) {
    uint32_t errors = ev->context->error_count;
    for (uint32_t i = 0; i < marks->constants.count; i++) {
        const Size *size = size_named(ev, marks->constants.items[i]);
        const Object *value = size->value;
        bool number = value->kind == OBJECT_INT;
        if (number && value->integer >= 1 && value->integer <= INT32_MAX) continue;
        DiagnosticCode code = !number ? DIAG_FRONT_TYPE : value->integer <= 0 ? DIAG_FRONT_SHAPE : DIAG_FRONT_OVERFLOW;
        report(ev->context, code, function->location, "expected a size of 1 to 2147483647, seen %s = %s", size->name,
               show_object(ev, value));
    }
    if (ev->context->error_count != errors) fail_now(ev->context);
}

static void elaborate_eager(Evaluator *ev, FunctionObject *kernel, Object **values, const Marks *marks,
                            const Search *search) {
    Missing missing = {0};
    list_parameters(ev, kernel->node, values, true, &missing);
    bool tensors = has_tensor(kernel->node, values);
    if (!tensors && missing.names.count > 0) list_constants(ev, marks, &missing);
    fail_missing(ev, kernel->node, &missing, search);
    if (tensors && needs_probe(ev, marks)) probe_sizes(ev, kernel, values);
    list_constants(ev, marks, &missing);
    fail_missing(ev, kernel->node, &missing, search);
    check_constants(ev, kernel->node, marks);
    run_eager(ev, kernel, values);
    for (uint32_t i = 0; i < marks->constants.count; i++) size_named(ev, marks->constants.items[i])->used = true;
}

static FunctionObject *need_prim_func(Evaluator *ev, FunctionObject *kernel, Object *result) {
    if (result->kind == OBJECT_TUPLE && result->list.count > 0) result = result->list.items[0];
    if (result->kind == OBJECT_FUNCTION && result->function->kind == FUNCTION_PRIM) return result->function;
    stop_at(ev, DIAG_NO_KERNEL, kernel->node->location, "expected `%s` to return a @T.prim_func, seen %s",
            kernel->node->name, show_object(ev, result));
}

static void elaborate_lazy(Evaluator *ev, FunctionObject *kernel, Object **values, const Search *search) {
    Missing missing = {0};
    list_parameters(ev, kernel->node, values, false, &missing);
    fail_missing(ev, kernel->node, &missing, search);
    Call *call = arena_new(ev->arena, Call);
    call->node = kernel->node;
    for (uint32_t i = 0; i < kernel->node->items.count; i++)
        if (kernel->node->items.items[i]->parameter <= PARAMETER_KEYWORD_ONLY)
            add_argument(ev, call, kernel->node->items.items[i]->name, values[i], kernel->node->items.items[i]);
    run_prim_func(ev, need_prim_func(ev, kernel, call_function(ev, kernel, call)));
}

static void take_out_idx(Evaluator *ev, const FunctionObject *kernel, const Search *search) {
    ev->kernel->out_idx = search->out_idx && search->out_idx->kind != OBJECT_NONE ? search->out_idx : NULL;
    if (kernel->out_idx) ev->kernel->out_idx = evaluate_node(ev, kernel->out_idx);
}

void elaborate_kernel(Evaluator *ev, FunctionObject *kernel, const Search *search) {
    const Node *function = kernel->node;
    if (function->items.count > MAX_PARAMETERS)
        stop_at(ev, DIAG_FRONT_ARGUMENTS, function->location, "expected at most %d parameters of a kernel, seen %u",
                MAX_PARAMETERS, function->items.count);
    Frame frame = {.scope = ev->globals};
    ev->frame = &frame;
    ev->function->location = function->location;
    ev->function->name = function->name;
    Marks marks = read_body(ev, function);
    Object **values = arena_new_array(ev->arena, Object *, function->items.count + 1);
    memcpy(values, kernel->defaults, function->items.count * sizeof *values);
    bool prim = kernel->kind == FUNCTION_PRIM,
         own = search->kernel == kernel || (search->kernel && search->kernel->node == function);
    if (own) take_call(ev, function, search->call, values);
    if (prim) take_scalars(ev, function, values);
    take_bindings(ev, function, values, prim);
    take_out_idx(ev, kernel, search);
    if (prim)
        run_prim_func(ev, kernel);
    else if (is_eager(kernel, &marks))
        elaborate_eager(ev, kernel, values, &marks, search);
    else
        elaborate_lazy(ev, kernel, values, search);
    for (uint32_t i = 0; i < ev->kernel->sizes.count; i++) bind_dynamic(&ev->kernel->sizes.items[i]);
    finish_function(ev);
    bind_from_tensors(ev, kernel, values, search);
    check_bindings(ev, function);
    Missing missing = {0};
    list_dynamic(ev, &missing);
    fail_missing(ev, function, &missing, search);
    check_bound(ev);
}
