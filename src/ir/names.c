// The words for enumerations: one table, and two functions for each enumeration.
#include "ir/names.h"

#include <string.h>

enum { in_scope, in_role, in_space, in_orientation, in_memory, in_tile_order, in_thread, in_unpack, in_for_kind };

static const struct {
    int enumeration, value;
    const char *word;
} words[] = {
#define WORD(enumeration, value, word) {in_##enumeration, value, word},
#include "ir/names.def"
#undef WORD
};
#define WORD_COUNT (sizeof words / sizeof *words)

static const char *find_word(int enumeration, int value) {
    for (size_t i = 0; i < WORD_COUNT; i++) {
        if (words[i].enumeration == enumeration && words[i].value == value) return words[i].word;
    }
    return "unknown";
}

static bool find_value(int enumeration, const char *word, int *value) {
    for (size_t i = 0; i < WORD_COUNT; i++) {
        if (words[i].enumeration == enumeration && strcmp(words[i].word, word) == 0)
            return *value = words[i].value, true;
    }
    return false;
}

#define BOTH_WAYS(name, Type)                                                                                          \
    const char *name##_name(Type value) { return find_word(in_##name, (int)value); }                                   \
    bool name##_parse(const char *word, Type *value) {                                                                 \
        int number;                                                                                                    \
        return find_value(in_##name, word, &number) && (*value = (Type)number, true);                                  \
    }
BOTH_WAYS(scope, Scope)
BOTH_WAYS(role, Role)
BOTH_WAYS(space, Space)
BOTH_WAYS(orientation, Orientation)
BOTH_WAYS(memory, MemoryLayout)
BOTH_WAYS(tile_order, TileOrder)
BOTH_WAYS(thread, Thread)
BOTH_WAYS(unpack, Unpack)
BOTH_WAYS(for_kind, ForKind)
