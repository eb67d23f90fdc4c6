// Growth of vectors: doubling, so that pushing is cheap on average.
#include "base/vector.h"

#include <string.h>

#define FIRST_CAPACITY 8u

void vector_grow(Arena *arena, void **items, uint32_t *capacity, size_t item_bytes) {
    uint32_t larger = *capacity ? *capacity : FIRST_CAPACITY / 2;
    // At 2^31 items the product is an absurd size that the arena refuses.
    size_t count = (size_t)larger * 2;
    if (count > UINT32_MAX) count = SIZE_MAX;
    void *storage = arena_array(arena, count, item_bytes);
    if (*capacity) memcpy(storage, *items, *capacity * item_bytes);
    *items = storage;
    *capacity = (uint32_t)count;
}
