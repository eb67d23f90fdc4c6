// Where two plans differ, and whether a plan says what its program says.
#include <string.h>

#include "plan/internal.h"
#include "plan/plan.h"

void plan_differ(const Value *a, const Value *b, const JsonPath *path, PlanDifference *visit, void *user) {
    bool tree = a->kind == VALUE_LIST || a->kind == VALUE_DICT;
    if (a->kind != b->kind || (!tree && !value_equal(a, b)) || (a->kind == VALUE_LIST && a->count != b->count)) {
        visit(user, path, a, b);
        return;
    }
    for (uint32_t i = 0; tree && i < a->count; i++) {
        JsonPath part = {path, a->kind == VALUE_DICT ? a->keys[i] : NULL, i};
        const Value *other = part.key ? value_get(b, part.key) : b->items[i];
        if (other)
            plan_differ(a->items[i], other, &part, visit, user);
        else
            visit(user, &part, a->items[i], NULL);
    }
    for (uint32_t i = 0; a->kind == VALUE_DICT && i < b->count; i++)
        if (!value_get(a, b->keys[i])) visit(user, &(JsonPath){path, b->keys[i], 0}, NULL, b->items[i]);
}

// ---------------------------------------------------------------- a plan and its program

typedef struct Agreement {
    Context *context;
    const PlanFile *plan;
} Agreement;

static void disagree(void *user, const JsonPath *path, const Value *program_says, const Value *plan_says) {
    Agreement *agreement = user;
    Context *context = agreement->context;
    Text where = {.arena = &context->unit}, expected = where, seen = where;
    path = plan_path(context, agreement->plan, path);
    json_path_print(path, &where);
    if (program_says) value_print(program_says, &expected);
    if (plan_says) value_print(plan_says, &seen);
    fail(context, DIAG_PLAN_PROGRAM, json_locate(agreement->plan->source, path),
         "%s: the program says %.80s, the plan %.80s", where.data, program_says ? expected.data : "nothing",
         plan_says ? seen.data : "nothing");
}

// What the program's text does not say: who wrote the plan, from which source, with which remarks, to which files.
static bool is_said_by_plan_only(const char *key) {
    static const char *const keys[] = {"generator", "source", "diagnostics", "program", "folder", "files"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (!strcmp(keys[i], key)) return true;
    return false;
}

// A copy of a dict without those keys.
static Value *without(Context *context, const Value *dict) {
    Value *copy = value_dict(&context->unit);
    for (uint32_t i = 0; i < dict->count; i++)
        if (!is_said_by_plan_only(dict->keys[i])) value_set(&context->unit, copy, dict->keys[i], dict->items[i]);
    return copy;
}

// Plans made before there was an accumulate did what 32 says.
static Value *with_accumulate(Context *context, const Value *options) {
    Value *copy = without(context, options);
    if (!value_get(copy, "accumulate"))
        value_set(&context->unit, copy, name_of(context, "accumulate"), value_int(&context->unit, 32));
    return copy;
}

static const Value *comparable(Context *context, const Value *plan) {
    Value *copy = without(context, plan), *kernels = value_list(&context->unit);
    const Value *list = value_get(plan, "kernels");
    for (uint32_t i = 0; i < list->count; i++) value_append(&context->unit, kernels, without(context, list->items[i]));
    value_set(&context->unit, copy, name_of(context, "kernels"), kernels);
    value_set(&context->unit, copy, name_of(context, "options"), with_accumulate(context, value_get(plan, "options")));
    return copy;
}

void plan_agree(const PlanFile *plan, const Function *program) {
    Context *context = program->module->context;
    Agreement agreement = {context, plan};
    Text empty = {.arena = &context->unit};
    text_add(&empty, "");
    const Value *made = comparable(context, plan_build(program, "", &empty));
    plan_differ(made, comparable(context, plan->root), NULL, disagree, &agreement);
}
