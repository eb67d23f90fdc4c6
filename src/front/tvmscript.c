// TVMScript modules: telling them from TileLang sources, and taking their functions out of `class Module:`.
#include "front/tvmscript.h"

#include <string.h>

// ---------------------------------------------------------------- telling it by the text

// `# from tvm.script import ...` among the comments at the top: TileLang prints no import.
static bool has_header(const Source *source) {
    const char *line = source->text, *end = source->text + source->length;
    while (line < end && (*line == '#' || *line == '\n' || *line == '\r')) {
        static const char header[] = "# from tvm.script import";
        size_t left = (size_t)(end - line);
        if (left >= sizeof header - 1 && strncmp(line, header, sizeof header - 1) == 0) return true;
        const char *newline = memchr(line, '\n', left);
        line = newline ? newline + 1 : end;
    }
    return false;
}

static bool names(const Node *decorator, const char *name) {
    const Node *callee = decorator->kind == NODE_CALL ? decorator->first : decorator;
    return (callee->kind == NODE_ATTRIBUTE || callee->kind == NODE_NAME) && strcmp(callee->name, name) == 0;
}

static bool decorated(const Node *node, const char *name) {
    for (uint32_t i = 0; i < node->decorators.count; i++)
        if (names(node->decorators.items[i], name)) return true;
    return false;
}

static bool imports(const Node *node, const char *module) {
    if (node->kind == NODE_IMPORT_FROM) return strncmp(node->name, module, strlen(module)) == 0;
    for (uint32_t i = 0; node->kind == NODE_IMPORT && i < node->items.count; i++)
        if (strncmp(node->items.items[i]->name, module, strlen(module)) == 0) return true;
    return false;
}

static bool find_spelling(const Node *node, void *user) {
    static const char *const spellings[] = {"match_buffer", "thread_binding", "launch_thread"};
    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++)
        if (calls(node, spellings[i])) *(bool *)user = true;
    return true;
}

bool is_tvmscript(const Source *source, const Node *tree) {
    if (has_header(source)) return true;
    bool tilelang = false, script = false, spelled = false;
    for (uint32_t i = 0; i < tree->body.count; i++) {
        const Node *node = tree->body.items[i];
        if (node->kind == NODE_CLASS && decorated(node, "ir_module")) return true;
        tilelang |= imports(node, "tilelang");
        script |= imports(node, "tvm.script");
        if (node->kind == NODE_FUNCTION && decorated(node, "prim_func")) walk_nodes(node, find_spelling, &spelled);
    }
    return !tilelang && (script || spelled);
}

// ---------------------------------------------------------------- the module

static void check_awaited(Rewriter *rewriter) {
    for (uint32_t i = 0; i < rewriter->awaited.count; i++)
        if (rewriter->awaited.items[i].name)
            fail(rewriter->context, DIAG_FRONT_NAME, rewriter->awaited.items[i].declaration->location,
                 "expected a loop over `%s` behind its declaration, seen none", rewriter->awaited.items[i].name);
}

static Node *rewrite_function(Context *context, const Node *function) {
    Rewriter rewriter = {.context = context, .arena = &context->unit};
    Node *result = copy_node(&rewriter, function);
    result->body = rewrite_statements(&rewriter, &function->body);
    measure_node(result);
    check_awaited(&rewriter);
    refuse_threads(&rewriter, result);
    return result;
}

// T means TVMScript's T, whatever the text imports.
static Node *import_language(Context *context, Location location) {
    Rewriter rewriter = {.context = context, .arena = &context->unit};
    Node *import = make_node(&rewriter, NODE_IMPORT_FROM, location);
    Node *alias = make_node(&rewriter, NODE_ALIAS, location);
    import->name = name_of(context, "tvm.script");
    alias->name = name_of(context, "tirx");
    alias->text = name_of(context, "T");
    append_node(&rewriter, import, &import->items, alias);
    return import;
}

static bool binds_language(const Node *node) {
    if (node->kind != NODE_IMPORT && node->kind != NODE_IMPORT_FROM) return false;
    for (uint32_t i = 0; i < node->items.count; i++) {
        const Node *alias = node->items.items[i];
        if (strcmp(alias->text ? alias->text : alias->name, "T") == 0) return true;
    }
    return false;
}

static void add_statement(Context *context, NodeList *body, Node *node) {
    if (binds_language(node)) return;
    if (node->kind == NODE_CLASS && decorated(node, "ir_module")) {
        for (uint32_t i = 0; i < node->body.count; i++)
            if (node->body.items[i]->kind == NODE_FUNCTION) add_statement(context, body, node->body.items[i]);
        return;
    }
    bool kernel = node->kind == NODE_FUNCTION && decorated(node, "prim_func");
    vector_push(&context->unit, *body, kernel ? rewrite_function(context, node) : node);
}

void rewrite_tvmscript(Context *context, Node *tree) {
    NodeList body = {0};
    vector_push(&context->unit, body, import_language(context, tree->location));
    for (uint32_t i = 0; i < tree->body.count; i++) add_statement(context, &body, tree->body.items[i]);
    tree->body = body;
    measure_node(tree);
}
