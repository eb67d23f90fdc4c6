// Reading options and kernels. Everything that a user can misspell is refused here with the legal words listed.
#include "api/compile.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "api/pipelines.h"
#include "ir/build.h"
#include "ir/verify.h"
#include "program/program.h"

static const Location nowhere = {0};

// Reports `word` as unknown; the help lists the legal words, the nearest first if there is one.
static _Noreturn void fail_word(Context *context, DiagnosticCode code, const char *what, const char *word,
                                const char *const *legal, int count) {
    report(context, code, nowhere, "unknown %s `%s`", what, word);
    int nearest = text_nearest(word, legal, count);
    Text list = {.arena = &context->unit};
    if (nearest >= 0) text_format(&list, "did you mean %s? ", legal[nearest]);
    text_add(&list, "legal are ");
    for (int i = 0; i < count; i++) text_format(&list, "%s%s", i ? ", " : "", legal[i]);
    report_help(context, "%s", list.data);
    fail_now(context);
}

static PartitionStrategy parse_strategy(Context *context, const char *word) {
    const char *legal[PARTITION_COUNT];
    for (int i = 0; i < PARTITION_COUNT; i++) {
        legal[i] = partition_name((PartitionStrategy)i);
        if (!strcmp(legal[i], word)) return (PartitionStrategy)i;
    }
    fail_word(context, DIAG_UNKNOWN_STRATEGY, "partition strategy", word, legal, PARTITION_COUNT);
}

static MathFidelity parse_fidelity(Context *context, const char *word) {
    enum { FIDELITIES = FIDELITY_HIFI4 + 1 };
    const char *legal[FIDELITIES];
    MathFidelity fidelity;
    if (fidelity_parse(word, &fidelity)) return fidelity;
    for (int i = 0; i < FIDELITIES; i++) legal[i] = fidelity_name((MathFidelity)i);
    fail_word(context, DIAG_UNKNOWN_FIDELITY, "math fidelity", word, legal, FIDELITIES);
}

static int parse_accumulate(Context *context, const char *word) {
    static const char *const legal[] = {"16", "32"};
    static const int bits[] = {16, 32};
    for (int i = 0; i < 2; i++)
        if (!strcmp(legal[i], word)) return bits[i];
    fail_word(context, DIAG_UNKNOWN_ACCUMULATE, "width of accumulators", word, legal, 2);
}

static void parse_core_grid(Context *context, const char *text, CompileOptions *options) {
    char *end = NULL;
    long columns = strtol(text, &end, 10);
    long rows = *end == 'x' || *end == 'X' ? strtol(end + 1, &end, 10) : 0;
    if (*end || columns < 1 || rows < 1)
        fail(context, DIAG_CORE_GRID, nowhere, "expected a core grid such as 8x4, got `%s`", text);
    const Target *target = options->target;
    if (columns > target->grid_columns || rows > target->grid_rows) {
        report(context, DIAG_CORE_GRID, nowhere, "a grid of %ldx%ld cores is larger than the %lldx%lld of %s", columns,
               rows, (long long)target->grid_columns, (long long)target->grid_rows, target->name);
        report_help(context, "use at most %lldx%lld", (long long)target->grid_columns, (long long)target->grid_rows);
        fail_now(context);
    }
    options->core_columns = (int)columns;
    options->core_rows = (int)rows;
}

static bool parse_pipeline(Context *context, const char *word) {
    static const char *const legal[] = {"new", "legacy"};
    for (int i = 0; i < 2; i++)
        if (!strcmp(legal[i], word)) return i == 1;
    fail_word(context, DIAG_UNKNOWN_PIPELINE, "pipeline", word, legal, 2);
}

// TT_USE_NEW_PIPELINE=false goes back to the legacy pipeline.
static bool environment_asks_for_legacy(Context *context) {
    const char *word = getenv("TT_USE_NEW_PIPELINE");
    if (!word || !strcmp(word, "true")) return false;
    if (!strcmp(word, "false")) return true;
    report(context, DIAG_UNKNOWN_PIPELINE, nowhere, "TT_USE_NEW_PIPELINE: expected true or false, got `%.40s`", word);
    report_help(context, "unset it, or use --pipeline=new or --pipeline=legacy");
    fail_now(context);
}

static void apply_words(Context *context, const OptionWords *words, CompileOptions *options) {
    if (words->target) options->target = target_parse(context, words->target);
    if (words->partition_strategy) {
        options->partition_strategy = parse_strategy(context, words->partition_strategy);
        options->strategy_given = true;
    }
    if (words->math_fidelity) options->fidelity = parse_fidelity(context, words->math_fidelity);
    if (words->accumulate) options->accumulate = parse_accumulate(context, words->accumulate);
    if (words->core_grid) parse_core_grid(context, words->core_grid, options);
    if (words->no_double_buffer) options->double_buffer = false;
    if (words->no_prefetch) options->prefetch = false;
    if (words->pipeline) options->legacy = parse_pipeline(context, words->pipeline);
}

CompileOptions compile_options_parse(Context *context, const OptionWords *words) {
    CompileOptions options =
        compile_options_default(target_parse(context, words->target ? words->target : "wormhole:n150"));
    if (!words->pipeline) options.legacy = environment_asks_for_legacy(context);
    apply_words(context, words, &options);
    return options;
}

static bool any_word(const OptionWords *words) {
    return words->target || words->partition_strategy || words->math_fidelity || words->accumulate ||
           words->core_grid || words->no_double_buffer || words->no_prefetch || words->pipeline;
}

static _Noreturn void fail_accumulate(Function *function, int asked) {
    Context *context = function->module->context;
    report(context, DIAG_ALREADY_LOWERED, function->location,
           asked == 32 ? "the accumulators of %s are bfloat16 already: --accumulate=32 cannot widen them"
                       : "%s is lowered already, with accumulators of 32 bits",
           function->name);
    report_help(context, "give --accumulate=%d where the source is compiled", asked);
    fail_now(context);
}

static void apply_accumulate(Function *function, int before, int asked) {
    bool elements = function->body && !function->attributes[ATTR_TILED];
    if (asked == 32 ? before == 16 : !elements && before == 32) fail_accumulate(function, asked);
    if (asked == 16 && elements) narrow_accumulators(function);
}

static void tell_target(const Function *function, const Target *held, const Target *asked) {
    const Value *value = function->attributes[ATTR_TARGET];
    report(function->module->context, DIAG_TARGET_OVERRIDDEN,
           value->location.line ? value->location : function->location,
           "the option --target=%s goes before the kernel's own %s", asked->name, held->name);
}

CompileOptions compile_options_for(Function *function, const OptionWords *words) {
    Context *context = function->module->context;
    bool said = function->attributes[ATTR_TARGET];
    CompileOptions options = said ? options_of(function) : compile_options_parse(context, words);
    int before = said ? options.accumulate : 32;
    const Target *target = options.target;
    if (said) apply_words(context, words, &options);
    if (said && options.target != target) tell_target(function, target, options.target);
    apply_accumulate(function, before, options.accumulate);
    // A kernel that is changed says so, too.
    if (said ? any_word(words) : options.accumulate == 16) options_attach(function, &options);
    return options;
}

const Pass *pass_require(Context *context, const char *name) {
    const Pass *pass = pass_by_any_name(context, name);
    if (pass) return pass;
    int count = compat_pass_count + default_pipeline_length;
    const char **legal = arena_new_array(&context->unit, const char *, (size_t)count);
    for (int i = 0; i < count; i++)
        legal[i] =
            i < default_pipeline_length ? default_pipeline[i]->name : compat_passes[i - default_pipeline_length]->name;
    fail_word(context, DIAG_UNKNOWN_PASS, "pass", name, legal, count);
}

Module *module_open(Context *context) {
    OperationTable *tables = arena_new_array(&context->unit, OperationTable, 2);
    tables[0] = ir_operations;
    tables[1] = program_instructions;
    return module_new(context, tables, 2);
}

// ---------------------------------------------------------------- kernels from IR text

static Function *choose_function(Module *module, const Source *source, const char *entry) {
    Context *context = module->context;
    Location top = {source, 1, 1, 0};
    uint32_t count = module->functions.count;
    if (count == 0) fail(context, DIAG_NO_KERNEL, top, "the file holds no function");
    const char **names = arena_new_array(&context->unit, const char *, count);
    for (uint32_t i = 0; i < count; i++) {
        names[i] = module->functions.items[i]->name;
        if (entry && !strcmp(names[i], entry)) return module->functions.items[i];
    }
    if (entry) fail_word(context, DIAG_NO_KERNEL, "function", entry, names, (int)count);
    for (uint32_t i = 1; i < count; i++)
        report(context, DIAG_NOTE, module->functions.items[i]->location,
               "%s is left out: the first function, %s, is taken", names[i], names[0]);
    return module->functions.items[0];
}

static void bind_size(Function *function, const Binding *binding) {
    Context *context = function->module->context;
    char *end = NULL;
    long long value = strtoll(binding->value, &end, 10);
    if (!*binding->value || *end)
        fail(context, DIAG_BINDING, function->location, "%s=%s: expected an integer", binding->name, binding->value);
    for (uint32_t i = 0; i < function->sizes.count; i++)
        if (!strcmp(function->sizes.items[i]->name, binding->name)) {
            function->sizes.items[i]->bound = value;
            function->sizes.items[i]->is_bound = true;
            return;
        }
    const char **names = arena_new_array(&context->unit, const char *, function->sizes.count);
    for (uint32_t i = 0; i < function->sizes.count; i++) names[i] = function->sizes.items[i]->name;
    if (function->sizes.count)
        fail_word(context, DIAG_BINDING, "size", binding->name, names, (int)function->sizes.count);
    fail(context, DIAG_BINDING, function->location, "%s has no sizes to bind, got %s=%s", function->name, binding->name,
         binding->value);
}

Function *kernel_load(Module *module, const Source *source, const ElaborateOptions *options) {
    if (!front_is_ir(source)) return front_elaborate(module, source, options);
    front_read_ir(module, source);
    if (!verify_module(module)) fail_now(module->context);
    Function *function = choose_function(module, source, options->entry);
    for (int i = 0; i < options->binding_count; i++) bind_size(function, &options->bindings[i]);
    return function;
}

void require_program(const Function *function) {
    if (is_program(function)) return;
    Context *context = function->module->context;
    report(context, DIAG_NOT_A_PROGRAM, function->location,
           "%s has no thread programs: expected reader, compute and writer", function->name);
    report_help(context,
                "`ttile compile FILE -o DIR` writes the thread programs of a kernel; `ttile run` compiles and runs it");
    fail_now(context);
}

void require_source_level(const Function *function) {
    Context *context = function->module->context;
    if (is_program(function)) {
        report(context, DIAG_ALREADY_LOWERED, function->location, "%s is lowered already: it holds thread programs",
               function->name);
        report_help(context, "run it with `ttile sim`");
        fail_now(context);
    }
    if (function->attributes[ATTR_TILED]) {
        report(context, DIAG_ALREADY_LOWERED, function->location, "%s is at tile level", function->name);
        report_help(context, "go on with `ttile opt --start-before=PASS`, then `ttile sim`");
        fail_now(context);
    }
}

void require_proven(Function *function, const Target *target) {
    require_program(function);
    if (!program_verify(function, target)) fail_now(function->module->context);
}

Function *plan_load(Context *context, const PlanFile *plan, const Source **text) {
    const Source *source = plan_program_source(context, plan);
    Function *program = kernel_load(module_open(context), source, &(ElaborateOptions){0});
    require_proven(program, options_of(program).target);
    plan_agree(plan, program);
    if (text) *text = source;
    return program;
}

double monotonic_milliseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec * 1e-6;
}
