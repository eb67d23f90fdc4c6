// apply_compatibility_transforms: reads every legacy attribute, checks them against each other and the kernel, then
// writes today's and takes the legacy ones out.
#include <string.h>

#include "compat/internal.h"
#include "ir/attrs.h"

// ---------------------------------------------------------------- complaints

const Value *legacy_value(const Rewriting *work, const char *name) {
    for (uint32_t i = 0; i < work->uses.count; i++) {
        const LegacyUse *use = &work->uses.items[i];
        if (!use->part && (use->name == name || !strcmp(use->name, name))) return use->value;
    }
    return NULL;
}

static Location place_or_function(const Rewriting *work, Location place) {
    return place.line ? place : work->function->location;
}

Location legacy_place(const Rewriting *work, const Value *value) {
    return place_or_function(work, value ? value->location : (Location){0});
}

Location legacy_key_place(const Rewriting *work, const Value *dict, uint32_t index) {
    return place_or_function(work, value_place(dict, index));
}

void fail_malformed(Rewriting *work, const char *name, const char *expected, const Value *seen) {
    Text text = {.arena = work->arena};
    value_print(seen, &text);
    fail(work->context, DIAG_LEGACY_MALFORMED, legacy_place(work, seen), "%s: expected %s, got %.80s", name, expected,
         text.data);
}

void require_same(Rewriting *work, const char *name, const Value *value, int64_t seen, const char *what,
                  int64_t expected) {
    if (seen == expected) return;
    report(work->context, DIAG_LEGACY_CONTRADICTION, legacy_place(work, value), "%s says %lld, but %s is %lld", name,
           (long long)seen, what, (long long)expected);
    report_help(work->context, "leave %s out, or make both say the same", name);
    fail_now(work->context);
}

static bool is_tenstorrent(const char *name) { return !strncmp(name, "tt_", 3) || !strncmp(name, "tt.", 3); }

static _Noreturn void fail_unknown(Rewriting *work, const LegacyUse *use) {
    const char *known[64];
    int count = 0;
    for (; count < legacy_row_count && count < 64; count++) known[count] = legacy_rows[count].name;
    int nearest = text_nearest(use->name, known, count);
    report(work->context, DIAG_LEGACY_UNKNOWN, place_or_function(work, use->place),
           "there is no Tenstorrent attribute %s", use->name);
    if (nearest >= 0) report_help(work->context, "did you mean %s?", known[nearest]);
    report_help(work->context, "docs/migration.md lists the attributes that are understood");
    fail_now(work->context);
}

static _Noreturn void fail_mixed(Rewriting *work, const LegacyUse *first, const char *second, Location place) {
    report(work->context, DIAG_LEGACY_MIXED, place_or_function(work, place), "%s and %s are of different generations",
           first->name, second);
    if (first->place.line) report_note(work->context, first->place, "%s is here", first->name);
    report_help(work->context, "say everything by attributes of one generation");
    fail_now(work->context);
}

// ---------------------------------------------------------------- what is there

// Today's attributes of a user's own, which are not rewritten.
static bool is_todays(const char *name) { return !strcmp(name, "tt.user_schedule"); }

// It must be known and of its type.
static void check_use(Rewriting *work, LegacyUse *use) {
    if (!attr_is_printable(use->value)) fail_malformed(work, use->name, "a plain value", use->value);
    use->part = legacy_buffer_part(use->name, &use->number);
    use->row = use->part ? &legacy_buffer_row : legacy_find(use->name);
    if (!use->row) fail_unknown(work, use);
    if (strcmp(use->row->type, "any") && !attr_has_type(use->row->type, use->value))
        fail_malformed(work, use->name, use->row->type, use->value);
}

// The second generation has these under today's names. A partition beside them means that passes have set them.
static void take_shared_names(Rewriting *work) {
    static const AttrId shared[] = {ATTR_CORE_GRID, ATTR_CORE_RANGES};
    const Value *const *held = work->function->attributes;
    bool is_second = work->uses.count ? work->uses.items[0].row->generation == 2 : held[ATTR_CORE_RANGES] != NULL;
    if (!is_second || held[ATTR_WORK_PARTITION]) return;
    for (size_t i = 0; i < sizeof shared / sizeof *shared; i++) {
        const Value *value = held[shared[i]];
        if (!value) continue;
        const char *name = attr_name(shared[i]);
        LegacyUse use = {.name = name, .row = legacy_find(name), .value = value, .place = value->location};
        vector_push(work->arena, work->uses, use);
    }
}

static void check_todays(Rewriting *work) {
    static const AttrId todays[] = {ATTR_WORK_PARTITION, ATTR_CORE_GRID, ATTR_CORE_RANGES};
    const LegacyUse *first = &work->uses.items[0];
    for (size_t i = 0; i < (first->row->generation == 2 ? 1 : sizeof todays / sizeof *todays); i++) {
        const Value *value = work->function->attributes[todays[i]];
        if (value) fail_mixed(work, first, attr_name(todays[i]), value->location);
    }
}

// The legacy attributes of the function; true if there are any. All must be known, well-typed and of one generation.
static bool find_uses(Rewriting *work) {
    const Value *user = work->function->user_attributes;
    for (uint32_t i = 0; i < user->count; i++) {
        if (!is_tenstorrent(user->keys[i]) || is_todays(user->keys[i])) continue;
        LegacyUse use = {.name = user->keys[i], .value = user->items[i], .place = value_place(user, i)};
        check_use(work, &use);
        vector_push(work->arena, work->uses, use);
        const LegacyUse *first = &work->uses.items[0];
        if (use.row->generation != first->row->generation) fail_mixed(work, first, use.name, use.place);
    }
    take_shared_names(work);
    if (work->uses.count) check_todays(work);
    return work->uses.count > 0;
}

// ---------------------------------------------------------------- writing

// Whether a use before it becomes the same.
static bool is_told(const Rewriting *work, uint32_t index) {
    const char *becomes = work->uses.items[index].row->becomes;
    for (uint32_t i = 0; i < index; i++)
        if (work->uses.items[i].row->becomes == becomes || !strcmp(work->uses.items[i].row->becomes, becomes))
            return true;
    return false;
}

// One note for all attributes that become what attribute `first` becomes.
static void note_target(Rewriting *work, uint32_t first) {
    const LegacyUse *uses = work->uses.items;
    const char *becomes = uses[first].row->becomes;
    Text names = {.arena = work->arena};
    for (uint32_t i = first; i < work->uses.count; i++) {
        if (uses[i].row->becomes != becomes && strcmp(uses[i].row->becomes, becomes) != 0) continue;
        if (i != first) text_add(&names, ", ");
        text_add(&names, uses[i].name);
    }
    bool left_out = !strcmp(becomes, "nothing");
    report(work->context, DIAG_LEGACY_REWRITTEN, place_or_function(work, uses[first].place), "%s%s: %s",
           left_out ? "left out, as the kernel itself says it" : "rewritten as ", left_out ? "" : becomes, names.data);
}

static void note_all(Rewriting *work) {
    for (uint32_t i = 0; i < work->uses.count; i++)
        if (!is_told(work, i)) note_target(work, i);
}

static void take_out(Rewriting *work) {
    const Value **held = work->function->attributes;
    held[ATTR_CORE_GRID] = held[ATTR_CORE_RANGES] = NULL;
    const Value *user = work->function->user_attributes;
    Value *kept = value_dict(work->arena);
    for (uint32_t i = 0; i < user->count; i++)
        if (!is_tenstorrent(user->keys[i]) || is_todays(user->keys[i]))
            value_set_at(work->arena, kept, user->keys[i], value_place(user, i), user->items[i]);
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
    if (!find_uses(&work)) return;
    work.has_grid = launch_grid(function, &work.grid);
    read_schedule(&work);
    read_layouts(&work);
    if (!quiet) note_all(&work);
    take_out(&work);
    write_schedule(&work);
    write_layouts(&work);
}
