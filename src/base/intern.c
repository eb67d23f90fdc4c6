// Interned names: an open hash table of strings. Hash and length stand in front of the characters, so that looking up
// compares few strings and growing hashes none.
#include "base/text.h"

#include <string.h>

#define FIRST_CAPACITY 256u

typedef struct NameHead {
    uint32_t hash, length;
} NameHead;

static NameHead head_of(Name name) {
    NameHead head;
    memcpy(&head, name - sizeof head, sizeof head);
    return head;
}

static uint32_t hash_text(const char *text, size_t length) {
    uint32_t hash = 2166136261u; // FNV-1a
    for (size_t i = 0; i < length; i++) hash = (hash ^ (unsigned char)text[i]) * 16777619u;
    return hash ^ hash >> 15;
}

static void place(Name *slots, uint32_t capacity, Name name) {
    uint32_t i = head_of(name).hash & (capacity - 1);
    while (slots[i]) i = (i + 1) & (capacity - 1);
    slots[i] = name;
}

static void grow(Interner *interner) {
    uint32_t capacity = interner->capacity ? interner->capacity * 2 : FIRST_CAPACITY;
    Name *slots = arena_new_array(interner->arena, Name, capacity);
    for (uint32_t i = 0; i < interner->capacity; i++) {
        if (interner->slots[i]) place(slots, capacity, interner->slots[i]);
    }
    interner->slots = slots;
    interner->capacity = capacity;
}

static Name find(const Interner *interner, const char *text, size_t length, uint32_t hash) {
    for (uint32_t i = hash & (interner->capacity - 1); interner->slots[i]; i = (i + 1) & (interner->capacity - 1)) {
        NameHead head = head_of(interner->slots[i]);
        if (head.hash == hash && head.length == length && memcmp(interner->slots[i], text, length) == 0)
            return interner->slots[i];
    }
    return NULL;
}

Name intern(Interner *interner, const char *text, size_t length) {
    if (length > UINT32_MAX) arena_allocate(interner->arena, SIZE_MAX); // never returns
    if (interner->count * 2 >= interner->capacity) grow(interner);
    NameHead head = {hash_text(text, length), (uint32_t)length};
    Name known = find(interner, text, length, head.hash);
    if (known) return known;
    char *copy = arena_allocate(interner->arena, sizeof head + length + 1);
    memcpy(copy, &head, sizeof head);
    if (length) memcpy(copy + sizeof head, text, length);
    place(interner->slots, interner->capacity, copy + sizeof head);
    interner->count++;
    return copy + sizeof head;
}
