// Names of the IR as C++ identifiers: legal, not reserved, and one for each name.
#include <string.h>

#include "emit/printer.h"

// ---------------------------------------------------------------- what is reserved

static bool is_reserved_word(const char *text) {
    static const char *const words[] = {
#define RESERVED(word) #word,
#include "emit/reserved.def"
#undef RESERVED
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strcmp(words[i], text)) return true;
    for (int i = 0; i < INSTR_COUNT; i++)
        if (!strcmp(instruction_at((InstructionId)i)->name, text)) return true;
    return false;
}

static bool looks_like_macro(const char *text) {
    size_t length = strlen(text);
    for (size_t i = 0; i < length; i++)
        if (text[i] >= 'a' && text[i] <= 'z') return false;
    return length >= 4;
}

// ---------------------------------------------------------------- making one

static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }

// C++ keeps names with two underscores in a row for itself.
static void add_underscore(Text *out) {
    if (out->length && out->data[out->length - 1] != '_') text_add(out, "_");
}

// Bytes that no identifier may have become their number: `α` is xceb1.
static const char *spell(Arena *arena, Name name) {
    Text out = {.arena = arena};
    bool inside_number = false;
    for (const char *at = name; *at; at++) {
        bool is_plain = is_letter(*at) || is_digit(*at);
        if (*at == '_') {
            add_underscore(&out);
        } else if (is_plain) {
            if (!out.length && is_digit(*at)) text_add(&out, "n");
            text_add_bytes(&out, at, 1);
        } else {
            text_format(&out, inside_number ? "%02x" : "x%02x", (unsigned)(unsigned char)*at);
        }
        inside_number = !is_plain && *at != '_';
    }
    if (!out.length) text_add(&out, "unnamed");
    if (is_reserved_word(out.data) || looks_like_macro(out.data)) add_underscore(&out);
    return out.data;
}

// ---------------------------------------------------------------- the map

static uint32_t place_of(Name name, uint32_t capacity) {
    return (uint32_t)(((uintptr_t)name >> 3) * 0x9E3779B1u) & (capacity - 1);
}

static Identifier *find(const IdentifierMap *map, Name name) {
    uint32_t place = place_of(name, map->capacity);
    while (map->items[place].name && map->items[place].name != name) place = (place + 1) & (map->capacity - 1);
    return &map->items[place];
}

static void grow(Emitter *emitter) {
    IdentifierMap *map = &emitter->identifiers, old = *map;
    map->capacity = old.capacity ? old.capacity * 2 : 64;
    map->items = arena_new_array(emitter->arena, Identifier, map->capacity);
    for (uint32_t i = 0; i < old.capacity; i++)
        if (old.items[i].name) *find(map, old.items[i].name) = old.items[i];
}

// Adds the text to those given out; false if it was.
static bool give_out(Emitter *emitter, const char *text) {
    IdentifierMap *map = &emitter->identifiers;
    map->texts.arena = emitter->arena;
    uint32_t known = map->texts.count;
    intern(&map->texts, text, strlen(text));
    return map->texts.count != known;
}

static const char *unique(Emitter *emitter, const char *text) {
    const char *candidate = text;
    for (int i = 2; !give_out(emitter, candidate); i++) candidate = arena_format(emitter->arena, "%s_%d", text, i);
    return candidate;
}

static Identifier *identifier_spelled(Emitter *emitter, Name name, const char *text) {
    IdentifierMap *map = &emitter->identifiers;
    if (2 * map->count >= map->capacity) grow(emitter);
    Identifier *found = find(map, name);
    if (found->name) return found;
    map->count++;
    *found = (Identifier){.name = name, .text = unique(emitter, text ? text : spell(emitter->arena, name))};
    return found;
}

Identifier *identifier_of(Emitter *emitter, Name name) { return identifier_spelled(emitter, name, NULL); }

static const char *spell_derived(Emitter *emitter, Name name, const char *suffix) {
    const char *stem = spell(emitter->arena, name);
    bool has_underscore = stem[strlen(stem) - 1] == '_';
    return arena_format(emitter->arena, "%s%s%s", stem, has_underscore ? "" : "_", suffix);
}

const char *cpp_another(Emitter *emitter, Name name, const char *suffix) {
    return unique(emitter, spell_derived(emitter, name, suffix));
}

const char *cpp_derived(Emitter *emitter, Name name, const char *suffix) {
    const char *text = spell_derived(emitter, name, suffix);
    return identifier_spelled(emitter, name_format(emitter->context, "%s.%s", name, suffix), text)->text;
}
