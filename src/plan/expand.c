// Work items written out one by one, for readers that do not want to count.
#include "plan/plan.h"

#define MAX_EXPANDED 100000

typedef struct Expansion {
    Context *context;
    Arena *arena;
    int64_t grid[3];
    int64_t left; // items that may still be written
} Expansion;

static void put(Expansion *expansion, Value *dict, const char *key, const Value *value) {
    value_set(expansion->arena, dict, name_of(expansion->context, key), value);
}

static Value *item_value(Expansion *expansion, int64_t id) {
    Value *dict = value_dict(expansion->arena), *block = value_list(expansion->arena);
    int64_t rest = id;
    for (int i = 0; i < 3; i++) {
        int64_t coordinate = i < 2 ? rest % expansion->grid[i] : rest;
        value_append(expansion->arena, block, value_int(expansion->arena, coordinate));
        rest /= expansion->grid[i];
    }
    put(expansion, dict, "id", value_int(expansion->arena, id));
    put(expansion, dict, "block", block);
    return dict;
}

static int64_t integer_of(const Value *entry, const char *key, int64_t otherwise) {
    const Value *value = value_get(entry, key);
    return value ? value->integer : otherwise;
}

ItemRun plan_run(const Value *entry) {
    int64_t count = integer_of(entry, "count", 0);
    return (ItemRun){.start = integer_of(entry, "start", 0),
                     .count = count,
                     .stride = integer_of(entry, "stride", 1),
                     .length = integer_of(entry, "length", count),
                     .jump = integer_of(entry, "jump", 1)};
}

static void expand_run(Expansion *expansion, const ItemRun *run, Value *items) {
    if (run->count > expansion->left)
        fail(expansion->context, DIAG_PLAN_TOO_LARGE, (Location){0}, "the plan has more than %d work items",
             MAX_EXPANDED);
    expansion->left -= run->count;
    for (int64_t i = 0; i < run->count; i++) {
        int64_t step, jump, id; // in range in a plan that keeps its rules
        if (__builtin_mul_overflow(i % run->length, run->stride, &step) ||
            __builtin_mul_overflow(i / run->length, run->jump, &jump) ||
            __builtin_add_overflow(run->start, step, &id) || __builtin_add_overflow(id, jump, &id))
            return;
        value_append(expansion->arena, items, item_value(expansion, id));
    }
}

static Value *expand_core(Expansion *expansion, const Value *core) {
    const Value *runs = value_get(core, "work_items");
    Value *items = value_list(expansion->arena), *dict = value_dict(expansion->arena);
    for (uint32_t i = 0; i < runs->count; i++) {
        ItemRun run = plan_run(runs->items[i]);
        expand_run(expansion, &run, items);
    }
    put(expansion, dict, "core", value_get(core, "core"));
    put(expansion, dict, "work_items", items);
    put(expansion, dict, "runtime_args", value_get(core, "runtime_args"));
    return dict;
}

static const Value *expand_launch(Expansion *expansion, const Value *plan) {
    const Value *grid = value_get(value_get(plan, "work_items"), "grid"), *cores = value_get(plan, "cores");
    for (uint32_t i = 0; i < 3; i++) expansion->grid[i] = i < grid->count ? grid->items[i]->integer : 1;
    Value *expanded = value_dict(expansion->arena), *list = value_list(expansion->arena);
    for (uint32_t i = 0; i < cores->count; i++)
        value_append(expansion->arena, list, expand_core(expansion, cores->items[i]));
    for (uint32_t i = 0; i < plan->count; i++) put(expansion, expanded, plan->keys[i], plan->items[i]);
    put(expansion, expanded, "cores", list);
    return expanded;
}

const Value *plan_expand(Context *context, const Value *plan) {
    Expansion expansion = {context, &context->unit, {1, 1, 1}, MAX_EXPANDED};
    const Value *launches = value_get(plan, "launches");
    if (!launches) return expand_launch(&expansion, plan);
    Value *expanded = value_dict(&context->unit), *list = value_list(&context->unit);
    for (uint32_t i = 0; i < launches->count; i++)
        value_append(&context->unit, list, expand_launch(&expansion, launches->items[i]));
    for (uint32_t i = 0; i < plan->count; i++) put(&expansion, expanded, plan->keys[i], plan->items[i]);
    put(&expansion, expanded, "launches", list);
    return expanded;
}
