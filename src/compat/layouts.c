// Legacy layouts: what they say of tiles and padding is held against the tensors; where they put them becomes an
// annotation, which InferTTLayout completes. An annotation in the kernel itself goes first.
#include <string.h>

#include "compat/internal.h"

// What every tensor of the first generation has; all share one value.
static const Value *dram_layout(Rewriting *work) {
    if (work->dram_layout) return work->dram_layout;
    Value *layout = value_dict(work->arena);
    Value *tile = value_integers(work->arena, 2, (int64_t[]){TILE_SIZE, TILE_SIZE});
    value_set(work->arena, layout, name_of(work->context, "space"),
              value_text(work->arena, name_of(work->context, "dram")));
    value_set(work->arena, layout, name_of(work->context, "memory"),
              value_text(work->arena, name_of(work->context, "interleaved")));
    value_set(work->arena, layout, name_of(work->context, "tile_shape"), tile);
    return work->dram_layout = layout;
}

static const Buffer *tensor_of(Rewriting *work, const char *attribute, const Value *dict, uint32_t entry) {
    const Function *function = work->function;
    const char *name = dict->keys[entry];
    for (uint32_t i = 0; i < function->parameters.count; i++)
        if (!strcmp(function->parameters.items[i]->name, name)) return function->parameters.items[i];
    fail(work->context, DIAG_LEGACY_CONTRADICTION, legacy_key_place(work, dict, entry),
         "%s names %s, which is no tensor of %s", attribute, name, function->name);
}

static void put_layout(Rewriting *work, const Buffer *buffer, const Value *layout) {
    value_set(work->arena, work->layouts, buffer->name, layout);
}

// ---------------------------------------------------------------- generation 1

static void require_word(Rewriting *work, const char *name, const Value *value, const char *legal) {
    if (value->kind != VALUE_TEXT) fail_malformed(work, name, "a text", value);
    if (!strcmp(value->text, legal)) return;
    report(work->context, DIAG_LEGACY_LAYOUT, legacy_place(work, value), "%s: only %s is understood, got %s", name,
           legal, value->text);
    report_help(work->context, "say other layouts by T.annotate_tt_layout");
    fail_now(work->context);
}

static void require_numbers(Rewriting *work, const char *name, const Value *value, int64_t first, int64_t second) {
    if (!is_int_list(value, 2) || value->count != 2) fail_malformed(work, name, "two integers", value);
    require_same(work, name, value->items[0], value->items[0]->integer, "the tensor's", first);
    require_same(work, name, value->items[1], value->items[1]->integer, "the tensor's", second);
}

static void require_number(Rewriting *work, const char *name, const Value *value, int64_t expected) {
    if (value->kind != VALUE_INT) fail_malformed(work, name, "an integer", value);
    require_same(work, name, value, value->integer, "the tensor's", expected);
}

static void require_flag(Rewriting *work, const char *name, const Value *value, bool expected) {
    if (value->kind != VALUE_BOOL && value->kind != VALUE_INT) fail_malformed(work, name, "True or False", value);
    bool seen = value->kind == VALUE_BOOL ? value->boolean : value->integer != 0;
    require_same(work, name, value, seen, "the tensor's", expected);
}

// One fact of a tensor, by its name in tt_shard or in tt_buffer_N_name.
static bool check_fact(Rewriting *work, const Buffer *buffer, const char *name, const char *part, const Value *value) {
    TileCount count;
    bool known = count_tiles(buffer, &count);
    if (!strcmp(part, "layout"))
        require_word(work, name, value, "dram_interleaved");
    else if (!strcmp(part, "tile_shape"))
        require_numbers(work, name, value, TILE_SIZE, TILE_SIZE);
    else if (!strcmp(part, "num_tiles_height") || !strcmp(part, "tiles_height"))
        require_number(work, name, value, known ? count.rows : value->integer);
    else if (!strcmp(part, "num_tiles_width") || !strcmp(part, "tiles_width"))
        require_number(work, name, value, known ? count.columns : value->integer);
    else if (!strcmp(part, "needs_padding"))
        require_flag(work, name, value, known ? count.padded : value->boolean || value->integer);
    else if (!strcmp(part, "padded_shape") && known)
        require_numbers(work, name, value, count.rows * TILE_SIZE, count.columns * TILE_SIZE);
    else
        return !strcmp(part, "padded_shape");
    return true;
}

static void read_buffer_attributes(Rewriting *work) {
    uint32_t tensors = work->function->parameters.count;
    for (uint32_t i = 0; i < work->uses.count; i++) {
        const LegacyUse *use = &work->uses.items[i];
        if (!use->part) continue;
        if (use->number < 0 || use->number >= tensors)
            fail(work->context, DIAG_LEGACY_CONTRADICTION, use->place.line ? use->place : work->function->location,
                 "%s: tensors are numbered from 0 to %u", use->name, tensors ? tensors - 1 : 0);
        const Buffer *buffer = work->function->parameters.items[use->number];
        check_fact(work, buffer, use->name, use->part, use->value);
        put_layout(work, buffer, dram_layout(work));
    }
}

static void read_shard(Rewriting *work) {
    const Value *shard = legacy_value(work, "tt_shard");
    for (uint32_t i = 0; shard && i < shard->count; i++) {
        const Buffer *buffer = tensor_of(work, "tt_shard", shard, i);
        const Value *facts = shard->items[i];
        if (facts->kind != VALUE_DICT) fail_malformed(work, "tt_shard", "a dict for each tensor", facts);
        for (uint32_t k = 0; k < facts->count; k++) {
            const char *name = arena_format(work->arena, "tt_shard[\"%s\"][\"%s\"]", buffer->name, facts->keys[k]);
            if (!check_fact(work, buffer, name, facts->keys[k], facts->items[k]))
                fail(work->context, DIAG_LEGACY_UNKNOWN, legacy_key_place(work, facts, k), "%s: there is no such fact",
                     name);
        }
        put_layout(work, buffer, dram_layout(work));
    }
}

static void read_default_layout(Rewriting *work) {
    static const char *const sides[] = {"tt_tile_height", "tt_tile_width"};
    const Value *type = legacy_value(work, "tt_layout_type");
    for (int i = 0; i < 2; i++) {
        const Value *side = legacy_value(work, sides[i]);
        if (!side || side->integer == TILE_SIZE) continue;
        report(work->context, DIAG_LEGACY_LAYOUT, legacy_place(work, side), "%s: only 32 is understood, got %lld",
               sides[i], (long long)side->integer);
        report_help(work->context, "say other tiles by T.annotate_tt_layout");
        fail_now(work->context);
    }
    if (!type) return;
    require_word(work, "tt_layout_type", type, "dram_interleaved");
    for (uint32_t i = 0; i < work->function->parameters.count; i++)
        put_layout(work, work->function->parameters.items[i], dram_layout(work));
}

// ---------------------------------------------------------------- generation 2

// A key of tt.user_layout or tt.layout_desc with a value, as a key of T.annotate_tt_layout with its value.
typedef struct LayoutWord {
    const char *key, *value;
    const char *new_key, *new_value;
} LayoutWord;
static const LayoutWord layout_words[] = {
    {"shard", "DRAM", "space", "dram"},
    {"shard", "L1", "space", "l1"},
    {"memory", "DRAM", "space", "dram"},
    {"memory", "L1", "space", "l1"},
    {"layout", "interleaved", "memory", "interleaved"},
    {"layout", "dram_interleaved", "memory", "interleaved"},
};
static const struct {
    const char *key, *new_key;
} layout_keys[] = {{"tile_shape", "tile_shape"},
                   {"tile_id_order", "tile_id_order"},
                   {"tile_order", "tile_id_order"},
                   {"dtype", "format"},
                   {"format", "format"},
                   {"space", "space"},
                   {"memory", "memory"},
                   {"shard", "shard"},
                   {"orientation", "orientation"},
                   {"tile_plane", "tile_plane"},
                   {"padded_shape", "padded_shape"}};

static void set(Rewriting *work, Value *layout, const char *key, const Value *value) {
    value_set(work->arena, layout, name_of(work->context, key), value);
}

static bool convert_word(Rewriting *work, Value *layout, const char *key, const Value *value) {
    for (size_t i = 0; value->kind == VALUE_TEXT && i < sizeof layout_words / sizeof *layout_words; i++) {
        const LayoutWord *row = &layout_words[i];
        if (strcmp(row->key, key) || strcmp(row->value, value->text)) continue;
        set(work, layout, row->new_key, value_text(work->arena, name_of(work->context, row->new_value)));
        return true;
    }
    return false;
}

static bool convert_key(Rewriting *work, Value *layout, const char *key, const Value *value) {
    for (size_t i = 0; i < sizeof layout_keys / sizeof *layout_keys; i++)
        if (!strcmp(layout_keys[i].key, key)) {
            set(work, layout, layout_keys[i].new_key, value);
            return true;
        }
    // Pages went to one bank or to all; they go to all.
    return !strcmp(key, "interleave") && value->kind == VALUE_BOOL;
}

static Value *convert_layout(Rewriting *work, const char *attribute, const Buffer *buffer, const Value *dict) {
    Value *layout = value_dict(work->arena);
    if (dict->kind != VALUE_DICT) fail_malformed(work, attribute, "a dict for each tensor", dict);
    for (uint32_t i = 0; i < dict->count; i++) {
        const char *key = dict->keys[i];
        if (convert_word(work, layout, key, dict->items[i]) || convert_key(work, layout, key, dict->items[i])) continue;
        Text seen = {.arena = work->arena};
        value_print(dict->items[i], &seen);
        report(work->context, DIAG_LEGACY_LAYOUT, legacy_place(work, dict->items[i]),
               "%s: %s has %s = %.60s, which is not understood", attribute, buffer->name, key, seen.data);
        report_help(work->context, strcmp(key, "halo")
                                       ? "say this layout by T.annotate_tt_layout"
                                       : "halos are not supported: load the edges by copies of their own");
        fail_now(work->context);
    }
    return layout;
}

// An annotation in the kernel goes first, and what stands beside it must not say otherwise.
static void check_annotation(Rewriting *work, const char *attribute, const Buffer *buffer, const Value *layout,
                             Location place) {
    const Value *annotation = buffer->annotation;
    if (!annotation || annotation->kind != VALUE_DICT) return;
    for (uint32_t i = 0; i < layout->count; i++) {
        const Value *other = value_get(annotation, layout->keys[i]);
        if (!other || value_equal(other, layout->items[i])) continue;
        report(work->context, DIAG_LEGACY_CONTRADICTION, place, "%s says another %s of %s than T.annotate_tt_layout",
               attribute, layout->keys[i], buffer->name);
        if (other->location.line) report_note(work->context, other->location, "the annotation is here");
        report_help(work->context, "leave one of them out, or make both say the same");
        fail_now(work->context);
    }
}

static void read_user_layouts(Rewriting *work, const char *attribute) {
    const Value *layouts = legacy_value(work, attribute);
    for (uint32_t i = 0; layouts && i < layouts->count; i++) {
        const Buffer *buffer = tensor_of(work, attribute, layouts, i);
        const Value *layout = convert_layout(work, attribute, buffer, layouts->items[i]);
        const Value *other = value_get(work->layouts, buffer->name);
        if (other && !value_equal(other, layout))
            fail(work->context, DIAG_LEGACY_CONTRADICTION, legacy_key_place(work, layouts, i),
                 "tt.user_layout and tt.layout_desc say different layouts of %s", buffer->name);
        check_annotation(work, attribute, buffer, layout, legacy_key_place(work, layouts, i));
        put_layout(work, buffer, layout);
    }
}

void read_layouts(Rewriting *work) {
    read_default_layout(work);
    read_buffer_attributes(work);
    read_shard(work);
    read_user_layouts(work, "tt.user_layout");
    read_user_layouts(work, "tt.layout_desc");
}
