// Reading a plan, its program text, and holding one against the other.
#include <string.h>

#include "base/file.h"
#include "plan/plan.h"
#include "plan/sha256.h"
#include "plan/shape.h"

static void check_version(Context *context, const PlanFile *plan) {
    const Value *version = plan->root->kind == VALUE_DICT ? value_get(plan->root, "schema_version") : NULL;
    if (version && version->kind == VALUE_INT && version->integer == PLAN_SCHEMA_VERSION) return;
    JsonPath path = {NULL, "schema_version", 0};
    if (!version) {
        report(context, DIAG_PLAN_VERSION, (Location){plan->source, 1, 1, 0},
               "the plan has no schema_version, expected %d", PLAN_SCHEMA_VERSION);
        if (compat_is_old_plan(plan->root))
            report_help(context, "a plan of the older shape names no program: `ttile plan check` and `show` read it");
        fail_now(context);
    }
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

static PlanFile parse(Context *context, const Source *source) {
    PlanFile plan = {.source = source, .folder = folder_of(context, source->path)};
    plan.root = json_parse(context, source, DIAG_PLAN_SYNTAX);
    return plan;
}

static void check_form(Context *context, const PlanFile *plan) {
    check_version(context, plan);
    const Shape *shape = value_get(plan->root, "launches") ? &plan_of_launches_shape : &plan_shape;
    if (!shape_check(context, plan->source, shape, plan->root)) fail_now(context);
}

static PlanFile read_source(Context *context, const Source *source) {
    PlanFile plan = parse(context, source);
    check_form(context, &plan);
    return plan;
}

bool plan_read_any(Context *context, const char *path, PlanFile *plan, OldPlan *old) {
    *plan = parse(context, context_read_source(context, path));
    if (compat_is_old_plan(plan->root)) {
        *old = compat_read_old_plan(context, plan->source, plan->root);
        return true;
    }
    check_form(context, plan);
    return false;
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
        report(context, DIAG_PLAN_FILE, json_locate(plan->source, plan_path(context, plan, &path)),
               "%s is not the text that the plan was made with", source->path);
        report_help(context, "write both again with `ttile compile`");
        fail_now(context);
    }
    return source;
}
