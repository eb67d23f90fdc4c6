// Imports: the modules that ttile knows become modules, all others opaque values.
#include <string.h>

#include "front/evaluate.h"
#include "front/stage.h"

typedef struct KnownModule {
    const char *name, *table; // what the source imports, whose rows it has
} KnownModule;

static const KnownModule known_modules[] = {
    {"tilelang", "tilelang"},
    {"tilelang.language", "T"},
    {"tvm.script.tir", "tvmscript"},
    {"tvm.script.tirx", "tvmscript"},
    {"tilelang.math", "tilelang"},
    {"math", "math"},
    {"itertools", "itertools"},
    {"functools", "functools"},
    {"argparse", "argparse"},
    {"torch", "torch"},
    {"tilelang.carver.arch", "tilelang"},
    {"tilelang.carver.arch.driver", "tilelang"},
    {"tvm", "tilelang"},
    {"tvm.tl.language", "T"},
    {"tilelang.jit", "tilelang"},
    {"tilelang.utils", "tilelang"},
    {"typing", "typing"},
};

Object *import_module(Evaluator *ev, const char *name) {
    for (size_t i = 0; i < sizeof known_modules / sizeof *known_modules; i++) {
        if (strcmp(known_modules[i].name, name) != 0) continue;
        Object *module = object_new(ev->arena, OBJECT_MODULE);
        module->text = name_of(ev->context, known_modules[i].table);
        return module;
    }
    return opaque_object(ev, "%s", name);
}

static void import_name(Evaluator *ev, const Node *node, const Node *alias) {
    Object *value = import_module(ev, arena_format(ev->arena, "%s.%s", node->name, alias->name));
    Object *module = import_module(ev, node->name);
    if (value->kind == OBJECT_OPAQUE && module->kind == OBJECT_MODULE)
        value = get_attribute(ev, module, alias->name, alias);
    bind_name(ev, alias->text ? alias->text : alias->name, value);
}

// `import a.b` binds a; `import a.b as c` binds a.b.
Flow execute_import(Evaluator *ev, const Node *node) {
    for (uint32_t i = 0; i < node->items.count; i++) {
        const Node *alias = node->items.items[i];
        if (node->kind == NODE_IMPORT_FROM) {
            import_name(ev, node, alias);
            continue;
        }
        Name bound = alias->text ? alias->text : intern(&ev->context->names, alias->name, strcspn(alias->name, "."));
        bind_name(ev, bound, import_module(ev, alias->text ? alias->name : bound));
    }
    return FLOW_NORMAL;
}
