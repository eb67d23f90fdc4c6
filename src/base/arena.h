// Arenas: memory that is given back all at once. Only this folder calls malloc.
#ifndef TTILE_BASE_ARENA_H
#define TTILE_BASE_ARENA_H

#include <stddef.h>
#include <stdint.h>

// Where memory comes from. `allocate` returns NULL when there is none left.
typedef struct Allocator {
    void *(*allocate)(void *user, size_t bytes);
    void (*release)(void *user, void *memory, size_t bytes);
    void *user;
} Allocator;

typedef struct ArenaChunk ArenaChunk;

// An arena never fails to its caller: when memory runs out it calls `exhausted`, which must not return.
typedef struct Arena {
    const Allocator *allocator;
    ArenaChunk *chunks;
    char *next, *end;
    size_t used; // bytes handed out
    void (*exhausted)(void *user, size_t bytes);
    void *exhausted_user;
} Arena;

extern const Allocator system_allocator;

// Zeroed memory, aligned for any type. `bytes` may be 0.
void *arena_allocate(Arena *arena, size_t bytes);
// The same without zeroing, for what is written before it is read.
void *arena_allocate_raw(Arena *arena, size_t bytes);
// Zeroed array; the product is checked for overflow.
void *arena_array(Arena *arena, size_t count, size_t item_bytes);
// A copy of `length` characters with a NUL behind them.
char *arena_copy_text(Arena *arena, const char *text, size_t length);
char *arena_format(Arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
// Gives everything back but keeps the arena usable.
void arena_reset(Arena *arena);

#define arena_new(arena, Type)              ((Type *)arena_allocate((arena), sizeof(Type)))
#define arena_new_array(arena, Type, count) ((Type *)arena_array((arena), (count), sizeof(Type)))

#endif
