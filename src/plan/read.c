// Reading a plan, its program text, and holding one against the other.
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "plan/internal.h"
#include "plan/sha256.h"
#include "plan/shape.h"

static void check_version(Context *context, const PlanFile *plan) {
    const Value *version = plan->root->kind == VALUE_DICT ? value_get(plan->root, "schema_version") : NULL;
    if (version && version->kind == VALUE_INT && version->integer == PLAN_SCHEMA_VERSION) return;
    JsonPath path = {NULL, "schema_version", 0};
    if (!version)
        fail(context, DIAG_PLAN_VERSION, (Location){plan->source, 1, 1, 0},
             "the plan has no schema_version, expected %d", PLAN_SCHEMA_VERSION);
    Text seen = {.arena = &context->unit};
    value_print(version, &seen);
    fail(context, DIAG_PLAN_VERSION, json_locate(plan->source, &path), "expected schema_version %d, got %.40s",
         PLAN_SCHEMA_VERSION, seen.data);
}

static const char *folder_of(Context *context, const char *path) {
    const char *slash = strrchr(path, '/');
    if (!slash) return ".";
    return slash == path ? "/" : arena_copy_text(&context->unit, path, (size_t)(slash - path));
}

static PlanFile read_source(Context *context, const Source *source) {
    PlanFile plan = {.source = source, .folder = folder_of(context, source->path)};
    plan.root = json_parse(context, source, DIAG_PLAN_SYNTAX);
    check_version(context, &plan);
    if (!shape_check(context, source, &plan_shape, plan.root)) fail_now(context);
    return plan;
}

PlanFile plan_read(Context *context, const char *path) {
    return read_source(context, context_read_source(context, path));
}

PlanFile plan_read_text(Context *context, const char *name, const char *text, size_t length) {
    return read_source(context, context_add_source(context, name, text, length));
}

const Source *plan_program_source(Context *context, const PlanFile *plan) {
    const Value *kernel = value_get(plan->root, "kernels")->items[0];
    const Value *program = value_get(kernel, "program");
    JsonPath list = {NULL, "kernels", 0}, item = {&list, NULL, 0}, entry = {&item, "program", 0};
    JsonPath path = {&entry, "sha256", 0};
    const char *name = value_get(program, "file")->text;
    const Source *source = context_read_source(context, arena_format(&context->unit, "%s/%s", plan->folder, name));
    char digits[SHA256_DIGITS + 1];
    sha256_hex(source->text, source->length, digits);
    if (strcmp(digits, value_get(program, "sha256")->text)) {
        report(context, DIAG_PLAN_FILE, json_locate(plan->source, &path),
               "%s is not the text that the plan was made with", source->path);
        report_help(context, "write both again with `ttile compile`");
        fail_now(context);
    }
    return source;
}

// ---------------------------------------------------------------- does the plan say what the program says?

static _Noreturn void disagree(Context *context, const PlanFile *plan, const JsonPath *path, const Value *program_says,
                               const Value *plan_says) {
    Text where = {.arena = &context->unit}, expected = where, seen = where;
    json_path_print(path, &where);
    if (program_says) value_print(program_says, &expected);
    if (plan_says) value_print(plan_says, &seen);
    fail(context, DIAG_PLAN_PROGRAM, json_locate(plan->source, path), "%s: the program says %.80s, the plan %.80s",
         where.data, program_says ? expected.data : "nothing", plan_says ? seen.data : "nothing");
}

static void compare(Context *context, const PlanFile *plan, const JsonPath *path, const Value *program_says,
                    const Value *plan_says) {
    bool same_kind = program_says->kind == plan_says->kind && program_says->count == plan_says->count;
    bool is_tree = program_says->kind == VALUE_LIST || program_says->kind == VALUE_DICT;
    if (!same_kind || (!is_tree && !value_equal(program_says, plan_says)))
        disagree(context, plan, path, program_says, plan_says);
    for (uint32_t i = 0; is_tree && i < program_says->count; i++) {
        bool dict = program_says->kind == VALUE_DICT;
        JsonPath part = {path, dict ? program_says->keys[i] : NULL, i};
        const Value *other = dict ? value_get(plan_says, program_says->keys[i]) : plan_says->items[i];
        if (!other) disagree(context, plan, &part, program_says->items[i], NULL);
        compare(context, plan, &part, program_says->items[i], other);
    }
}

void plan_agree(const PlanFile *plan, const Function *program) {
    // What the program's text does not say: who wrote the plan, from which source, with which remarks.
    static const char *const apart[] = {"generator", "source", "diagnostics", "kernels"};
    Context *context = program->module->context;
    Text empty = {.arena = &context->unit};
    text_add(&empty, "");
    const Value *made = plan_build(program, "", &empty);
    for (uint32_t i = 0; i < made->count; i++) {
        bool skip = false;
        for (size_t k = 0; k < sizeof apart / sizeof *apart; k++) skip = skip || !strcmp(made->keys[i], apart[k]);
        JsonPath path = {NULL, made->keys[i], 0};
        if (!skip) compare(context, plan, &path, made->items[i], value_get(plan->root, made->keys[i]));
    }
    const Value *kernels = value_get(made, "kernels"), *own = value_get(plan->root, "kernels");
    JsonPath list = {NULL, "kernels", 0};
    if (kernels->count != own->count) disagree(context, plan, &list, kernels, own);
    for (uint32_t i = 0; i < kernels->count; i++) {
        static const char *const keys[] = {"thread", "cores", "compile_time_args", "runtime_args", "size_args"};
        JsonPath item = {&list, NULL, i};
        for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
            compare(context, plan, &(JsonPath){&item, keys[k], 0}, value_get(kernels->items[i], keys[k]),
                    value_get(own->items[i], keys[k]));
    }
}
