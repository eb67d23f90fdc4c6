// From a lowered function to its plan: every fact is taken from the function's attributes, tables and threads, none is
// worked out again.
#include "plan/internal.h"
#include "plan/sha256.h"

// ---------------------------------------------------------------- making values

Value *plan_dict(Maker *maker) { return value_dict(maker->arena); }
Value *plan_list(Maker *maker) { return value_list(maker->arena); }
Value *plan_int(Maker *maker, int64_t value) { return value_int(maker->arena, value); }

Value *plan_text(Maker *maker, const char *text) {
    return text ? value_text(maker->arena, name_of(maker->context, text)) : value_null(maker->arena);
}

void plan_set(Maker *maker, Value *dict, const char *key, const Value *value) {
    value_set(maker->arena, dict, name_of(maker->context, key), value);
}

void plan_add(Maker *maker, Value *list, const Value *value) { value_append(maker->arena, list, value); }

Value *plan_pair(Maker *maker, int64_t a, int64_t b) {
    Value *pair = plan_list(maker);
    plan_add(maker, pair, plan_int(maker, a));
    plan_add(maker, pair, plan_int(maker, b));
    return pair;
}

Value *plan_digest(Maker *maker, const char *data, size_t length) {
    char digits[SHA256_DIGITS + 1];
    sha256_hex(data, length, digits);
    return plan_text(maker, digits);
}

// ---------------------------------------------------------------- where it comes from

static Value *build_source(Maker *maker) {
    const Location *location = &maker->program->location;
    Value *dict = plan_dict(maker);
    const Source *source = location->source;
    plan_set(maker, dict, "file", plan_text(maker, source ? source->path : NULL));
    plan_set(maker, dict, "line", plan_int(maker, location->line));
    bool known = source && source->text;
    plan_set(maker, dict, "sha256", known ? plan_digest(maker, source->text, source->length) : plan_text(maker, NULL));
    return dict;
}

static Value *build_target(Maker *maker) {
    const Target *target = maker->options.target;
    Value *dict = plan_dict(maker);
    plan_set(maker, dict, "name", plan_text(maker, target->name));
    plan_set(maker, dict, "device", plan_text(maker, target->device));
    plan_set(maker, dict, "arch", plan_text(maker, target->arch));
    plan_set(maker, dict, "grid", plan_pair(maker, target->grid_columns, target->grid_rows));
    return dict;
}

static Value *build_options(Maker *maker) {
    const CompileOptions *options = &maker->options;
    Value *dict = plan_dict(maker);
    plan_set(maker, dict, "partition_strategy", plan_text(maker, partition_name(options->partition_strategy)));
    plan_set(maker, dict, "double_buffer", value_bool(maker->arena, options->double_buffer));
    plan_set(maker, dict, "prefetch", value_bool(maker->arena, options->prefetch));
    plan_set(maker, dict, "math_fidelity", plan_text(maker, fidelity_name(options->fidelity)));
    plan_set(maker, dict, "pipeline", plan_text(maker, options->legacy ? "legacy" : "new"));
    plan_set(maker, dict, "accumulate", plan_int(maker, options->accumulate));
    return dict;
}

// ---------------------------------------------------------------- estimate, diagnostics

static Value *build_estimate(Maker *maker) {
    Estimate estimate = plan_estimate(maker->program);
    Value *dict = plan_dict(maker);
    plan_set(maker, dict, "cycles", plan_int(maker, estimate.cycles));
    plan_set(maker, dict, "bound", plan_text(maker, estimate.bound));
    plan_set(maker, dict, "compute_cycles", plan_int(maker, estimate.compute_cycles));
    plan_set(maker, dict, "dram_cycles", plan_int(maker, estimate.dram_cycles));
    plan_set(maker, dict, "noc_cycles", plan_int(maker, estimate.noc_cycles));
    return dict;
}

static Value *build_diagnostics(Maker *maker) {
    Value *list = plan_list(maker);
    for (uint32_t i = 0; i < maker->context->diagnostics.count; i++) {
        const Diagnostic *diagnostic = &maker->context->diagnostics.items[i];
        if (diagnostic->kind > KIND_WARNING) continue;
        Value *dict = plan_dict(maker);
        plan_set(maker, dict, "code", plan_text(maker, diagnostic_name(diagnostic->code)));
        plan_set(maker, dict, "message", plan_text(maker, diagnostic->message));
        const Source *source = diagnostic->location.source;
        plan_set(maker, dict, "file", plan_text(maker, source ? source->path : NULL));
        plan_set(maker, dict, "line", plan_int(maker, diagnostic->location.line));
        plan_set(maker, dict, "column", plan_int(maker, diagnostic->location.column));
        plan_add(maker, list, dict);
    }
    return list;
}

// ---------------------------------------------------------------- the whole

typedef struct Section {
    const char *key;
    Value *(*build)(Maker *maker);
} Section;

static const Section sections[] = {
    {"source", build_source},
    {"target", build_target},
    {"options", build_options},
    {"core_grid", plan_build_core_grid},
    {"core_ranges", plan_build_core_ranges},
    {"work_items", plan_build_work_items},
    {"work_partition", plan_build_work_partition},
    {"cores", plan_build_cores},
    {"core_coordinates", plan_build_core_coordinates},
    {"sizes", plan_build_sizes},
    {"tensors", plan_build_tensors},
    {"layouts", plan_build_layouts},
    {"circular_buffers", plan_build_circular_buffers},
    {"semaphores", plan_build_semaphores},
    {"kernels", plan_build_kernels},
    {"compute", plan_build_compute},
    {"l1", plan_build_l1},
    {"estimate", build_estimate},
    {"diagnostics", build_diagnostics},
};

const Value *plan_build(const Function *program, const char *program_file, const Text *program_text) {
    Context *context = program->module->context;
    Maker maker = {.context = context, .arena = &context->unit, .program = program, .options = options_of(program)};
    maker.program_file = program_file;
    maker.program_digest = plan_digest(&maker, program_text->data, program_text->length);
    maker.ranges = plan_core_ranges(&maker);
    for (uint32_t i = 0; i < program->threads.count; i++)
        vector_push(maker.arena, maker.kernels, thread_kernel(program, program->threads.items[i]));
    Value *plan = plan_dict(&maker);
    plan_set(&maker, plan, "schema_version", plan_int(&maker, PLAN_SCHEMA_VERSION));
    plan_set(&maker, plan, "generator", plan_text(&maker, "ttile " TTILE_VERSION));
    plan_set(&maker, plan, "kernel", plan_text(&maker, program->name));
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++)
        plan_set(&maker, plan, sections[i].key, sections[i].build(&maker));
    return plan;
}
