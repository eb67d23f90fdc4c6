// apply_compatibility_transforms: reads every legacy attribute, checks them against each other and the kernel, then
// writes today's and takes the legacy ones out.
#include <string.h>

#include "compat/internal.h"
#include "ir/attrs.h"

// ---------------------------------------------------------------- complaints

const Value *legacy_value(const Rewriting *work, const char *name) {
    return value_get(work->function->user_attributes, name);
}

void fail_malformed(Rewriting *work, const char *name, const char *expected, const Value *seen) {
    Text text = {.arena = work->arena};
    value_print(seen, &text);
    fail(work->context, DIAG_LEGACY_MALFORMED, work->function->location, "%s: expected %s, got %.80s", name, expected,
         text.data);
}

void require_same(Rewriting *work, const char *name, int64_t seen, const char *what, int64_t expected) {
    if (seen == expected) return;
    report(work->context, DIAG_LEGACY_CONTRADICTION, work->function->location, "%s says %lld, but %s is %lld", name,
           (long long)seen, what, (long long)expected);
    report_help(work->context, "leave %s out, or make both say the same", name);
    fail_now(work->context);
}

static bool is_tenstorrent(const char *name) { return !strncmp(name, "tt_", 3) || !strncmp(name, "tt.", 3); }

static _Noreturn void fail_unknown(Rewriting *work, const char *name) {
    const char *known[64];
    int count = 0;
    for (; count < legacy_row_count && count < 64; count++) known[count] = legacy_rows[count].name;
    int nearest = text_nearest(name, known, count);
    report(work->context, DIAG_LEGACY_UNKNOWN, work->function->location, "there is no Tenstorrent attribute %s", name);
    if (nearest >= 0) report_help(work->context, "did you mean %s?", known[nearest]);
    report_help(work->context, "docs/migration.md lists the attributes that are understood");
    fail_now(work->context);
}

static _Noreturn void fail_mixed(Rewriting *work, const char *first, const char *second) {
    report(work->context, DIAG_LEGACY_MIXED, work->function->location, "%s and %s are of different generations", first,
           second);
    report_help(work->context, "say everything by attributes of one generation");
    fail_now(work->context);
}

// ---------------------------------------------------------------- what is there

// Today's attributes of a user's own, which are not rewritten.
static bool is_todays(const char *name) { return !strcmp(name, "tt.user_schedule"); }

// Which generation an attribute is of. It must be known and of its type.
static int check_attribute(Rewriting *work, const char *name, const Value *value) {
    int64_t number;
    if (!attr_is_printable(value)) fail_malformed(work, name, "a plain value", value);
    if (legacy_buffer_part(name, &number)) return 1;
    const LegacyRow *row = legacy_find(name);
    if (!row) fail_unknown(work, name);
    if (strcmp(row->type, "any") && !attr_has_type(row->type, value)) fail_malformed(work, name, row->type, value);
    return row->generation;
}

// The first legacy attribute; NULL if there is none. All must be known, well-typed and of one generation.
static const char *check_all(Rewriting *work) {
    const Value *user = work->function->user_attributes;
    const char *first = NULL;
    int first_generation = 0;
    for (uint32_t i = 0; i < user->count; i++) {
        const char *name = user->keys[i];
        if (!is_tenstorrent(name) || is_todays(name)) continue;
        int generation = check_attribute(work, name, user->items[i]);
        if (first && generation != first_generation) fail_mixed(work, first, name);
        if (!first) first = name, first_generation = generation;
    }
    static const AttrId todays[] = {ATTR_CORE_GRID, ATTR_CORE_RANGES, ATTR_WORK_PARTITION};
    for (size_t i = 0; first && i < sizeof todays / sizeof *todays; i++)
        if (work->function->attributes[todays[i]]) fail_mixed(work, first, attr_name(todays[i]));
    return first;
}

// ---------------------------------------------------------------- today's partition

static bool is_todays_partition(const Value *value) {
    const Value *first = value && value->kind == VALUE_LIST && value->count ? value->items[0] : NULL;
    return first && first->kind == VALUE_DICT && (value_get(first, "block") || value_get(first, "run"));
}

// A partition in today's form is no legacy: it and what belongs to it are the function's own attributes, which
// TTTilesToCoreMap checks.
static void adopt_partition(Function *function) {
    static const AttrId adopted[] = {ATTR_WORK_PARTITION, ATTR_CORE_GRID, ATTR_CORE_RANGES, ATTR_WORK_GRID,
                                     ATTR_WORK_ORDER};
    const Value *user = function->user_attributes;
    if (!is_todays_partition(value_get(user, "tt.work_partition"))) return;
    Value *kept = value_dict(&function->module->context->unit);
    for (uint32_t i = 0; i < user->count; i++) {
        bool taken = false;
        for (size_t k = 0; k < sizeof adopted / sizeof *adopted && !taken; k++)
            if (!strcmp(attr_name(adopted[k]), user->keys[i]) && attr_check(adopted[k], user->items[i])) {
                function->attributes[adopted[k]] = user->items[i];
                taken = true;
            }
        if (!taken) value_set(&function->module->context->unit, kept, user->keys[i], user->items[i]);
    }
    function->user_attributes = kept;
}

// ---------------------------------------------------------------- writing

static const char *becomes_of(const char *name) {
    const LegacyRow *row = legacy_find(name);
    return row ? row->becomes : "the tensors' layouts";
}

static bool is_rewritten(const char *name) { return is_tenstorrent(name) && !is_todays(name); }

// One note for all attributes that become what attribute `first` becomes.
static void note_target(Rewriting *work, const char *const targets[], uint32_t first) {
    const Value *user = work->function->user_attributes;
    Text names = {.arena = work->arena};
    for (uint32_t i = first; i < user->count; i++)
        if (targets[i] == targets[first]) text_format(&names, "%s%s", i == first ? "" : ", ", user->keys[i]);
    if (!strcmp(targets[first], "nothing"))
        report(work->context, DIAG_LEGACY_REWRITTEN, work->function->location,
               "left out, as the kernel itself says it: %s", names.data);
    else
        report(work->context, DIAG_LEGACY_REWRITTEN, work->function->location, "rewritten as %s: %s", targets[first],
               names.data);
}

static void note_all(Rewriting *work) {
    const Value *user = work->function->user_attributes;
    const char **targets = arena_new_array(work->arena, const char *, user->count);
    for (uint32_t i = 0; i < user->count; i++) {
        if (!is_rewritten(user->keys[i])) continue;
        targets[i] = becomes_of(user->keys[i]);
        uint32_t before = 0;
        while (before < i && !(targets[before] && !strcmp(targets[before], targets[i]))) before++;
        if (before < i) targets[i] = targets[before];
    }
    for (uint32_t i = 0; i < user->count; i++) {
        uint32_t first = 0;
        while (first < i && targets[first] != targets[i]) first++;
        if (targets[i] && first == i) note_target(work, targets, i);
    }
}

static void take_out(Rewriting *work) {
    const Value *user = work->function->user_attributes;
    Value *kept = value_dict(work->arena);
    for (uint32_t i = 0; i < user->count; i++)
        if (!is_rewritten(user->keys[i])) value_set(work->arena, kept, user->keys[i], user->items[i]);
    work->function->user_attributes = kept;
}

static void write_layouts(Rewriting *work) {
    Function *function = work->function;
    for (uint32_t i = 0; i < function->parameters.count; i++) {
        Buffer *buffer = function->parameters.items[i];
        const Value *layout = value_get(work->layouts, buffer->name);
        if (layout && !buffer->annotation && !buffer->has_layout) buffer->annotation = layout;
    }
}

void compat_apply_transforms(Function *function, CompatCores cores, bool quiet) {
    Context *context = function->module->context;
    Rewriting work = {.context = context,
                      .arena = &context->unit,
                      .function = function,
                      .cores = cores,
                      .layouts = value_dict(&context->unit)};
    adopt_partition(function);
    if (!check_all(&work)) return;
    work.has_grid = launch_grid(function, &work.grid);
    read_schedule(&work);
    read_layouts(&work);
    if (!quiet) note_all(&work);
    write_schedule(&work);
    write_layouts(&work);
    take_out(&work);
}
