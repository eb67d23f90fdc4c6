// The front end's entry: parse, find the kernels and the file's own call, elaborate one kernel, say what was left out.
#include "front/front.h"

#include <string.h>

#include "front/kernel.h"
#include "front/tvmscript.h"

static Object *global_function(Evaluator *ev, const Node *node) {
    Frame frame = {.scope = ev->globals};
    ev->frame = &frame;
    Object *value = lookup_global(ev, node->name);
    ev->frame = NULL;
    return value && value->kind == OBJECT_FUNCTION ? value : NULL;
}

typedef struct Candidates {
    VECTOR(FunctionObject *) kernels;
} Candidates;

// Kernels of the module level. Making a function object evaluates its defaults, so it is done for `def`s that look
// like kernels only.
static bool looks_like_kernel(const Node *node, void *user) {
    bool *found = user;
    bool decorated = node->kind == NODE_ATTRIBUTE || node->kind == NODE_NAME;
    if (decorated &&
        (strcmp(node->name, "jit") == 0 || strcmp(node->name, "prim_func") == 0 || strcmp(node->name, "lazy_jit") == 0))
        *found = true;
    return true;
}

static Candidates find_kernels(Evaluator *ev) {
    Candidates result = {0};
    for (uint32_t i = 0; i < ev->tree->body.count; i++) {
        const Node *node = ev->tree->body.items[i];
        bool found = false;
        walk_nodes(node, looks_like_kernel, &found);
        if (node->kind != NODE_FUNCTION || !found) continue;
        Object *function = global_function(ev, node);
        if (function && function->function->node == node &&
            (function->function->kind == FUNCTION_KERNEL || function->function->kind == FUNCTION_PRIM))
            vector_push(ev->arena, result.kernels, function->function);
    }
    return result;
}

static const char *kernel_names(Evaluator *ev, const Candidates *candidates, const FunctionObject *but) {
    Text text = {.arena = ev->arena};
    for (uint32_t i = 0; i < candidates->kernels.count; i++)
        if (!but || candidates->kernels.items[i]->node != but->node)
            text_format(&text, "%s`%s`", text.length ? ", " : "", candidates->kernels.items[i]->node->name);
    return text.data;
}

static FunctionObject *named_kernel(Evaluator *ev, const Candidates *candidates, const char *entry) {
    VECTOR(const char *) names = {0};
    for (uint32_t i = 0; i < candidates->kernels.count; i++) {
        if (strcmp(candidates->kernels.items[i]->node->name, entry) == 0) return candidates->kernels.items[i];
        vector_push(ev->arena, names, candidates->kernels.items[i]->node->name);
    }
    Name name = name_of(ev->context, entry);
    for (uint32_t i = 0; i < ev->tree->body.count; i++) { // a function that returns what another one makes
        const Node *node = ev->tree->body.items[i];
        Object *function = node->kind == NODE_FUNCTION && node->name == name ? global_function(ev, node) : NULL;
        if (function) return function->function;
    }
    const char *all = kernel_names(ev, candidates, NULL);
    stop_with_help(ev, DIAG_NO_KERNEL, ev->tree->location, did_you_mean(ev, entry, names.items, (int)names.count),
                   "expected a kernel of the file%s%s, seen `%s`", all ? ": " : "", all ? all : "", entry);
}

static FunctionObject *choose_kernel(Evaluator *ev, const Candidates *candidates, const Search *search) {
    if (ev->options->entry) return named_kernel(ev, candidates, ev->options->entry);
    if (search->kernel) return search->kernel;
    if (candidates->kernels.count == 1) return candidates->kernels.items[0];
    if (candidates->kernels.count == 0)
        stop_with_help(ev, DIAG_NO_KERNEL, ev->tree->location,
                       "a kernel is a function with @tilelang.jit or @T.prim_func",
                       "expected a kernel in the file, seen none");
    report(ev->context, DIAG_NO_KERNEL, ev->tree->location,
           "expected the file's own call to name one of its kernels %s, seen no call that can be evaluated",
           kernel_names(ev, candidates, NULL));
    if (search->why) report_note(ev->context, search->where, "the search for it ended here: %s", search->why);
    report_help(ev->context, "choose one: FILE:%s", candidates->kernels.items[0]->node->name);
    fail_now(ev->context);
}

static void add_notes(Evaluator *ev, const Candidates *candidates, const FunctionObject *kernel) {
    const char *others = ev->options->entry ? NULL : kernel_names(ev, candidates, kernel);
    if (others)
        report(ev->context, DIAG_FRONT_KERNELS, kernel->node->location,
               "`%s` is compiled; the file's other kernels are %s", kernel->node->name, others);
    if (ev->float16.line)
        report(ev->context, DIAG_FRONT_FLOAT16, ev->float16,
               "float16 is stored as bfloat16; --float16=native keeps it");
    if (ev->hints.count == 0) return;
    Text names = {.arena = ev->arena};
    for (uint32_t i = 0; i < ev->hints.count; i++) text_format(&names, "%s%s", i ? ", " : "", ev->hints.items[i]);
    report(ev->context, DIAG_FRONT_HINTS, kernel->node->location, "hints for GPUs without effect here: %s", names.data);
}

Function *front_elaborate(Module *module, const Source *source, const ElaborateOptions *options) {
    Context *context = module->context;
    Kernel kernel = {0};
    Evaluator ev = {.context = context,
                    .arena = &context->unit,
                    .module = module,
                    .source = source,
                    .options = options,
                    .kernel = &kernel,
                    .step_limit = MAX_STEPS};
    ev.tree = parse_module(context, source, DIAG_FRONT_SYNTAX);
    if (is_tvmscript(source, ev.tree)) {
        Node *script = arena_new(ev.arena, Node);
        *script = *ev.tree;
        rewrite_tvmscript(context, script);
        ev.tree = script;
    }
    ev.function = function_new(module, name_of(context, "kernel"), ev.tree->location);
    ev.bindings_used = arena_allocate(ev.arena, (size_t)options->binding_count + 1);
    index_globals(&ev);
    Search search = {.entry = options->entry ? name_of(context, options->entry) : NULL};
    search_own_call(&ev, &search);
    Candidates candidates = find_kernels(&ev);
    kernel.function = choose_kernel(&ev, &candidates, &search);
    elaborate_kernel(&ev, kernel.function, &search);
    add_notes(&ev, &candidates, kernel.function);
    return ev.function;
}
