// Modules: reading a kernel, and asking it what it holds.
#include <string.h>

#include "api/internal.h"
#include "ir/attrs.h"
#include "ir/print.h"

// ---------------------------------------------------------------- reading

typedef struct ModuleCall {
    ttile_context *context;
    const char *name, *text; // `text` is NULL: `name` is a file
    size_t length;
    ttile_module_options options;
    ttile_module *result;
} ModuleCall;

static ElaborateOptions elaborate_options(Context *base, const ttile_module_options *options) {
    Binding *bindings = arena_new_array(&base->unit, Binding, options->parameter_count);
    api_require(base, options->parameters || !options->parameter_count, "`parameters` is NULL");
    for (size_t i = 0; i < options->parameter_count; i++) {
        const ttile_parameter *parameter = &options->parameters[i];
        api_require(base, parameter->name && parameter->value, "a parameter has no name or no value");
        bindings[i] = (Binding){arena_copy_text(&base->unit, parameter->name, strlen(parameter->name)),
                                arena_copy_text(&base->unit, parameter->value, strlen(parameter->value))};
    }
    OptionWords words = {.target = options->target_device};
    const Target *target = compile_options_parse(base, &words).target;
    return (ElaborateOptions){
        .entry = options->entry,
        .bindings = bindings,
        .binding_count = (int)options->parameter_count,
        .worker_cores = (int)(target->grid_columns * target->grid_rows),
        .native_float16 = options->native_float16,
    };
}

static const Source *open_source(Context *base, const ModuleCall *call) {
    api_require(base, call->name != NULL, "the file's name is NULL");
    return call->text ? context_add_source(base, call->name, call->text, call->length)
                      : context_read_source(base, call->name);
}

static void read_module(Context *base, void *user) {
    ModuleCall *call = user;
    const Source *source = open_source(base, call);
    ElaborateOptions options = elaborate_options(base, &call->options);
    ttile_module *module = arena_new(&base->unit, ttile_module);
    module->context = call->context;
    module->function = kernel_load(module_open(base), source, &options);
    OptionWords words = {.target = call->options.target_device, .accumulate = call->options.accumulate};
    if (words.accumulate) compile_options_for(module->function, &words);
    call->result = module;
}

static ttile_status module_call(ModuleCall *call, const ttile_module_options *options, ttile_module **module) {
    if (!module) return TTILE_USER_ERROR;
    if (options) call->options = *options;
    ttile_status status = api_call(call->context, read_module, call);
    if (status == TTILE_OK) *module = call->result;
    return status;
}

ttile_status ttile_module_from_file(ttile_context *context, const char *path, const ttile_module_options *options,
                                    ttile_module **module) {
    ModuleCall call = {.context = context, .name = path};
    return module_call(&call, options, module);
}

ttile_status ttile_module_from_memory(ttile_context *context, const char *name, const char *text, size_t length,
                                      const ttile_module_options *options, ttile_module **module) {
    ModuleCall call = {.context = context, .name = name, .text = text ? text : "", .length = text ? length : 0};
    return module_call(&call, options, module);
}

// ---------------------------------------------------------------- asking

const char *ttile_module_name(const ttile_module *module) { return module ? module->function->name : NULL; }

size_t ttile_module_tensor_count(const ttile_module *module) { return module ? module->function->parameters.count : 0; }

ttile_status ttile_module_tensor(const ttile_module *module, size_t index, ttile_tensor *tensor) {
    return module ? api_describe(module->context, module->function, index, tensor) : TTILE_USER_ERROR;
}

typedef struct AttributeCall {
    const Function *function;
    const char *name, *text;
} AttributeCall;

static const char *const attribute_names[ATTR_COUNT] = {
#define ATTR(id, name, type, doc) name,
#include "ir/attrs.def"
#undef ATTR
};

static const Value *find_attribute(Context *base, const Function *function, const char *name) {
    for (int i = 0; i < ATTR_COUNT; i++)
        if (!strcmp(attribute_names[i], name)) return function->attributes[i];
    const Value *value = value_get(function->user_attributes, name);
    if (!value) fail(base, DIAG_API_ARGUMENT, (Location){0}, "there is no attribute `%s`", name);
    return value;
}

static void read_attribute(Context *base, void *user) {
    AttributeCall *call = user;
    api_require(base, call->name != NULL, "the attribute's name is NULL");
    const Value *value = find_attribute(base, call->function, call->name);
    Text text = {.arena = &base->unit};
    if (value) value_print(value, &text);
    call->text = text.data;
}

ttile_status ttile_module_attribute(const ttile_module *module, const char *name, const char **text) {
    if (!module || !text) return TTILE_USER_ERROR;
    AttributeCall call = {module->function, name, NULL};
    ttile_status status = api_call(module->context, read_attribute, &call);
    if (status == TTILE_OK) *text = call.text;
    return status;
}

typedef struct SetCall {
    ttile_module *module;
    Function *function;
    const char *name, *text;
} SetCall;

// The literal is read where it stands in IR text, so that both follow one rule.
static const Function *read_literal(Context *base, const SetCall *call) {
    Text text = {.arena = &base->unit};
    text_add(&text, "# ttile ir 1\n\n@T.prim_func\ndef attribute():\n    T.func_attr({");
    text_add_quoted(&text, call->name);
    text_format(&text, ": %s})\n", call->text);
    Module *module = module_open(base);
    front_read_ir(module, context_add_source(base, call->name, text.data, text.length));
    return module->functions.items[0];
}

static void forget(Context *base, Function *function, const char *name) {
    Value *kept = value_dict(&base->unit);
    const Value *user = function->user_attributes;
    for (uint32_t i = 0; i < user->count; i++)
        if (strcmp(user->keys[i], name)) value_set(&base->unit, kept, user->keys[i], user->items[i]);
    function->user_attributes = kept;
}

static bool is_attribute_name(const char *name) {
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
    return *name && !name[strspn(name, letters)];
}

// A pass of the caller's sets what it provides, whoever else must not.
static bool provides(const SetCall *call) {
    const ttile_context *context = call->module->context;
    if (!context->running || context->running_on != call->module) return false;
    const char *const *names = context->running->provides_attributes;
    while (names && *names && strcmp(*names, call->name)) names++;
    return names && *names;
}

static void set_attribute(Context *base, void *user) {
    SetCall *call = user;
    api_require(base, call->name != NULL, "the attribute's name is NULL");
    if (!is_attribute_name(call->name))
        fail(base, DIAG_API_ARGUMENT, (Location){0}, "expected a name of letters, digits, `_`, `.` and `-`, seen `%s`",
             call->name);
    const Function *read = call->text ? read_literal(base, call) : NULL;
    AttrId known = attr_find(call->name);
    if (read && known < ATTR_COUNT && read->attributes[known] && !attr_is_authors(known) && !provides(call))
        fail(base, DIAG_API_ARGUMENT, (Location){0}, "expected an attribute that a kernel's author sets, seen `%s`",
             call->name);
    if (known < ATTR_COUNT)
        call->function->attributes[known] = read ? read->attributes[known] : NULL;
    else if (read)
        value_set(&base->unit, call->function->user_attributes, name_of(base, call->name),
                  value_get(read->user_attributes, call->name));
    else
        forget(base, call->function, call->name);
}

ttile_status ttile_module_set_attribute(ttile_module *module, const char *name, const char *text) {
    if (!module) return TTILE_USER_ERROR;
    SetCall call = {module, module->function, name, text};
    return api_call(module->context, set_attribute, &call);
}

typedef struct TextCall {
    const Function *function;
    Text text;
} TextCall;

Text api_print(const Function *function) {
    Text text = {.arena = &function->module->context->unit};
    print_module(function->module, (PrintOptions){.locations = true}, &text);
    return text;
}

static void print_text(Context *base, void *user) {
    (void)base;
    TextCall *call = user;
    call->text = api_print(call->function);
}

static ttile_status text_of(ttile_context *context, const Function *function, const char **text, size_t *length) {
    TextCall call = {.function = function};
    ttile_status status = api_call(context, print_text, &call);
    if (status != TTILE_OK) return status;
    if (text) *text = call.text.data;
    if (length) *length = call.text.length;
    return TTILE_OK;
}

ttile_status ttile_module_text(const ttile_module *module, const char **text, size_t *length) {
    return module ? text_of(module->context, module->function, text, length) : TTILE_USER_ERROR;
}

ttile_status ttile_program_text(const ttile_program *program, const char **text, size_t *length) {
    return program ? text_of(program->context, program->function, text, length) : TTILE_USER_ERROR;
}
