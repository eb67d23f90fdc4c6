// NAME=VALUE of the command line.
#include <ctype.h>
#include <string.h>

#include "front/kernel.h"

static bool is_word(const char *text) {
    if (strcmp(text, "True") == 0 || strcmp(text, "False") == 0 || strcmp(text, "None") == 0) return false;
    if (!isalpha((unsigned char)*text) && *text != '_') return false;
    return text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.:-")] == '\0';
}

// T.float16 and torch.float16 are float16.
static const char *without_module(const char *text) {
    if (strncmp(text, "T.", 2) == 0) return text + 2;
    return strncmp(text, "torch.", 6) == 0 ? text + 6 : text;
}

Object *binding_value(Evaluator *ev, const Binding *binding) {
    if (is_word(binding->value)) return object_text(ev->arena, name_of(ev->context, without_module(binding->value)));
    const char *path = arena_format(ev->arena, "%s=", binding->name);
    const Source *source = context_add_source(ev->context, path, binding->value, strlen(binding->value));
    const Node *tree = parse_module(ev->context, source, DIAG_BINDING);
    if (tree->body.count != 1 || tree->body.items[0]->kind != NODE_EXPRESSION)
        stop_at(ev, DIAG_BINDING, (Location){source, 1, 1, 1}, "expected %s=VALUE with a Python literal, seen `%s`",
                binding->name, binding->value);
    Frame frame = {.scope = scope_new(ev->arena, BINDINGS_FUNCTION, NULL)};
    Frame *outer = ev->frame;
    ev->frame = &frame;
    Object *value = evaluate_node(ev, tree->body.items[0]->first);
    ev->frame = outer;
    return value;
}
