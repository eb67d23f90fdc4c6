// Plans of several launches: what is said once for the kernel, then a plan of each launch with the folder that holds
// its files.
#include <string.h>

#include "plan/internal.h"
#include "plan/shape.h"

// ---------------------------------------------------------------- building

static const char *launch_folder(Arena *arena, int index) { return arena_format(arena, "launch%d", index); }

static bool names_tensor(const Value *tensors, const char *name) {
    for (uint32_t i = 0; i < tensors->count; i++)
        if (!strcmp(value_get(tensors->items[i], "name")->text, name)) return true;
    return false;
}

// What launches hand on to each other in DRAM and nobody else sees.
static void add_scratch(Maker *maker, Value *tensors, const Value *plan) {
    const Value *own = value_get(plan, "tensors");
    for (uint32_t i = 0; i < own->count; i++) {
        if (names_tensor(tensors, value_get(own->items[i], "name")->text)) continue;
        Value *scratch = plan_dict(maker);
        for (uint32_t k = 0; k < own->items[i]->count; k++)
            plan_set(maker, scratch, own->items[i]->keys[k], own->items[i]->items[k]);
        plan_set(maker, scratch, "role", plan_text(maker, "scratch"));
        plan_add(maker, tensors, scratch);
    }
}

static Value *with_folder(Maker *maker, const Value *plan, int index) {
    Value *launch = plan_dict(maker);
    for (uint32_t i = 0; i < plan->count; i++) plan_set(maker, launch, plan->keys[i], plan->items[i]);
    plan_set(maker, launch, "folder", plan_text(maker, launch_folder(maker->arena, index)));
    return launch;
}

const Value *plan_build_launches(const Function *kernel, int count, const Value *const plans[]) {
    static const char *const shared[] = {"source", "target", "options", "sizes"};
    Context *context = kernel->module->context;
    Maker maker = {.context = context, .arena = &context->unit, .program = kernel};
    Value *plan = plan_dict(&maker), *launches = plan_list(&maker), *tensors = plan_build_tensors(&maker);
    plan_set(&maker, plan, "schema_version", plan_int(&maker, PLAN_SCHEMA_VERSION));
    plan_set(&maker, plan, "generator", value_get(plans[0], "generator"));
    plan_set(&maker, plan, "kernel", plan_text(&maker, kernel->name));
    for (size_t i = 0; i < sizeof shared / sizeof *shared; i++)
        plan_set(&maker, plan, shared[i], value_get(plans[0], shared[i]));
    for (int i = 0; i < count; i++) {
        add_scratch(&maker, tensors, plans[i]);
        plan_add(&maker, launches, with_folder(&maker, plans[i], i));
    }
    plan_set(&maker, plan, "tensors", tensors);
    plan_set(&maker, plan, "launches", launches);
    return plan;
}

// ---------------------------------------------------------------- reading

uint32_t plan_launch_count(const PlanFile *plan) {
    const Value *launches = value_get(plan->root, "launches");
    return launches ? launches->count : 1;
}

static const JsonPath *path_copy(Context *context, const JsonPath *path) {
    JsonPath *copy = arena_new(&context->unit, JsonPath);
    *copy = *path;
    return copy;
}

PlanFile plan_launch(Context *context, const PlanFile *plan, uint32_t index) {
    const Value *launches = value_get(plan->root, "launches");
    if (!launches) return *plan;
    const JsonPath *list = path_copy(context, &(JsonPath){NULL, "launches", 0});
    const Value *launch = launches->items[index], *folder = value_get(launch, "folder");
    return (PlanFile){
        .source = plan->source,
        .root = launch,
        .folder = folder ? arena_format(&context->unit, "%s/%s", plan->folder, folder->text) : plan->folder,
        .prefix = path_copy(context, &(JsonPath){list, NULL, index}),
    };
}

const JsonPath *plan_path(Context *context, const PlanFile *plan, const JsonPath *path) {
    if (!plan->prefix) return path;
    if (!path) return plan->prefix;
    JsonPath *rooted = arena_new(&context->unit, JsonPath);
    *rooted = (JsonPath){plan_path(context, plan, path->parent), path->key, path->index};
    return rooted;
}
