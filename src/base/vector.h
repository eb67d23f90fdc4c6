// Growing arrays in an arena: VECTOR(Thing) things = {0}; vector_push(arena, things, thing);
#ifndef TTILE_BASE_VECTOR_H
#define TTILE_BASE_VECTOR_H

#include "base/arena.h"

#define VECTOR(Type)                                                                                                   \
    struct {                                                                                                           \
        Type *items;                                                                                                   \
        uint32_t count, capacity;                                                                                      \
    }

// Makes room for one more item; the old storage stays in the arena.
void vector_grow(Arena *arena, void **items, uint32_t *capacity, size_t item_bytes);

#define vector_push(arena, vector, item)                                                                               \
    do {                                                                                                               \
        if ((vector).count == (vector).capacity)                                                                       \
            vector_grow((arena), (void **)&(vector).items, &(vector).capacity, sizeof *(vector).items);                \
        (vector).items[(vector).count++] = (item);                                                                     \
    } while (0)

#define vector_last(vector) ((vector).items[(vector).count - 1])

#endif
