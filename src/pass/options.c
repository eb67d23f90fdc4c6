// Compile options as attributes: tt.target and tt.options say in the IR what the command line said.
#include <string.h>

#include "pass/pass.h"

static const char *const partition_names[PARTITION_COUNT] = {"row_major", "column_major", "block"};

const char *partition_name(PartitionStrategy strategy) { return partition_names[strategy]; }

CompileOptions compile_options_default(const Target *target) {
    return (CompileOptions){
        .target = target,
        .partition_strategy = PARTITION_ROW_MAJOR,
        .double_buffer = true,
        .prefetch = true,
        .fidelity = FIDELITY_HIFI4,
        .accumulate = 32,
    };
}

static void set(Function *function, Value *dict, const char *key, Value *value) {
    Context *context = function->module->context;
    value_set(&context->unit, dict, name_of(context, key), value);
}

void options_attach(Function *function, const CompileOptions *options) {
    Context *context = function->module->context;
    Arena *arena = &context->unit;
    Value *dict = value_dict(arena);
    set(function, dict, "partition_strategy",
        value_text(arena, name_of(context, partition_name(options->partition_strategy))));
    if (options->strategy_given && options->partition_strategy == PARTITION_ROW_MAJOR) // others are never the default
        set(function, dict, "strategy_given", value_bool(arena, true));
    set(function, dict, "double_buffer", value_bool(arena, options->double_buffer));
    set(function, dict, "prefetch", value_bool(arena, options->prefetch));
    set(function, dict, "math_fidelity", value_text(arena, name_of(context, fidelity_name(options->fidelity))));
    if (options->accumulate == 16) set(function, dict, "accumulate", value_int(arena, 16));
    if (options->core_columns) {
        Value *grid = value_list(arena);
        value_append(arena, grid, value_int(arena, options->core_columns));
        value_append(arena, grid, value_int(arena, options->core_rows));
        set(function, dict, "core_grid", grid);
    }
    if (options->legacy) set(function, dict, "pipeline", value_text(arena, name_of(context, "legacy")));
    function->attributes[ATTR_OPTIONS] = dict;
    function->attributes[ATTR_TARGET] = value_text(arena, name_of(context, options->target->name));
}

static bool flag(const Value *dict, const char *key, bool otherwise) {
    const Value *value = dict ? value_get(dict, key) : NULL;
    return value && value->kind == VALUE_BOOL ? value->boolean : otherwise;
}

static const char *word(const Value *dict, const char *key) {
    const Value *value = dict ? value_get(dict, key) : NULL;
    return value && value->kind == VALUE_TEXT ? value->text : "";
}

CompileOptions options_of(const Function *function) {
    const Value *target = function->attributes[ATTR_TARGET];
    const Value *dict = function->attributes[ATTR_OPTIONS];
    Context *context = function->module->context;
    Location place = target && target->location.line ? target->location : function->location;
    CompileOptions options =
        compile_options_default(target_parse_at(context, target ? target->text : "wormhole:n150", place));
    for (int i = 0; i < PARTITION_COUNT; i++)
        if (!strcmp(partition_names[i], word(dict, "partition_strategy")))
            options.partition_strategy = (PartitionStrategy)i;
    options.strategy_given = flag(dict, "strategy_given", options.partition_strategy != PARTITION_ROW_MAJOR);
    options.double_buffer = flag(dict, "double_buffer", options.double_buffer);
    options.prefetch = flag(dict, "prefetch", options.prefetch);
    fidelity_parse(word(dict, "math_fidelity"), &options.fidelity);
    const Value *accumulate = dict ? value_get(dict, "accumulate") : NULL;
    if (accumulate && accumulate->kind == VALUE_INT && accumulate->integer == 16) options.accumulate = 16;
    options.legacy = !strcmp(word(dict, "pipeline"), "legacy");
    const Value *grid = dict ? value_get(dict, "core_grid") : NULL;
    if (grid && grid->kind == VALUE_LIST && grid->count == 2) {
        options.core_columns = (int)grid->items[0]->integer;
        options.core_rows = (int)grid->items[1]->integer;
    }
    return options;
}
