// An arena hands out memory from large chunks by moving a pointer; nothing is given back before the whole arena is.
// The allocator of a context is the only source of memory, so a test can make any allocation fail.
#include "base/arena.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define SMALLEST_CHUNK ((size_t)64 << 10)
#define LARGEST_STEP   ((size_t)1 << 20) // chunks stop growing here
#define HUGE_PAGE      ((size_t)2 << 20)
#define ALIGNMENT      _Alignof(max_align_t)

struct ArenaChunk {
    ArenaChunk *older;
    size_t bytes; // of the chunk with its head
    _Alignas(max_align_t) char data[];
};

// Blocks of this size hold tensors. Pages of tiles lie in them in strides, so that small pages of the host would cost
// more in address translation than the copy itself.
static void *allocate_large(size_t bytes) {
    size_t rounded = (bytes + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
    void *memory = rounded < bytes ? NULL : aligned_alloc(HUGE_PAGE, rounded);
    if (memory) madvise(memory, rounded, MADV_HUGEPAGE); // advice: nothing is lost where the host has none
    return memory;
}

static void *system_allocate(void *user, size_t bytes) {
    (void)user;
    return bytes < HUGE_PAGE ? malloc(bytes) : allocate_large(bytes);
}

static void system_release(void *user, void *memory, size_t bytes) {
    (void)user, (void)bytes;
    free(memory);
}

const Allocator system_allocator = {system_allocate, system_release, NULL};

// `exhausted` leaves by longjmp; a handler that returns would make every caller unsafe.
static _Noreturn void exhaust(Arena *arena, size_t bytes) {
    if (arena->exhausted) arena->exhausted(arena->exhausted_user, bytes);
    abort();
}

// Chunks grow with the arena, so that small compilations stay small and large ones ask seldom.
static size_t chunk_bytes(const Arena *arena, size_t wanted) {
    size_t bytes = arena->used < LARGEST_STEP ? arena->used : LARGEST_STEP;
    if (bytes < SMALLEST_CHUNK) bytes = SMALLEST_CHUNK;
    return wanted > bytes - sizeof(ArenaChunk) ? wanted + sizeof(ArenaChunk) : bytes;
}

static void add_chunk(Arena *arena, size_t wanted) {
    size_t bytes = chunk_bytes(arena, wanted);
    ArenaChunk *chunk = arena->allocator->allocate(arena->allocator->user, bytes);
    if (!chunk) exhaust(arena, wanted);
    chunk->older = arena->chunks;
    chunk->bytes = bytes;
    arena->chunks = chunk;
    arena->next = chunk->data;
    arena->end = (char *)chunk + bytes;
}

static size_t rounded_up(size_t bytes) {
    size_t rounded = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    return rounded == 0 ? ALIGNMENT : rounded; // distinct pointers, also for nothing
}

void *arena_allocate_raw(Arena *arena, size_t bytes) {
    if (bytes > SIZE_MAX / 2) exhaust(arena, bytes);
    size_t rounded = rounded_up(bytes);
    if (rounded > (size_t)(arena->end - arena->next)) add_chunk(arena, rounded);
    char *memory = arena->next;
    arena->next += rounded;
    arena->used += rounded;
    return memory;
}

void *arena_allocate(Arena *arena, size_t bytes) {
    void *memory = arena_allocate_raw(arena, bytes);
    return memset(memory, 0, rounded_up(bytes));
}

void *arena_array(Arena *arena, size_t count, size_t item_bytes) {
    size_t bytes;
    if (__builtin_mul_overflow(count, item_bytes, &bytes)) exhaust(arena, SIZE_MAX);
    return arena_allocate(arena, bytes);
}

char *arena_copy_text(Arena *arena, const char *text, size_t length) {
    if (length == SIZE_MAX) exhaust(arena, length);
    char *copy = arena_allocate(arena, length + 1);
    if (length) memcpy(copy, text, length);
    return copy;
}

char *arena_format(Arena *arena, const char *format, ...) {
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    size_t bytes = length < 0 ? 1 : (size_t)length + 1;
    char *text = arena_allocate(arena, bytes);
    if (length > 0) vsnprintf(text, bytes, format, again);
    va_end(again);
    return text;
}

void arena_reset(Arena *arena) {
    while (arena->chunks) {
        ArenaChunk *chunk = arena->chunks;
        arena->chunks = chunk->older;
        arena->allocator->release(arena->allocator->user, chunk, chunk->bytes);
    }
    arena->next = arena->end = NULL;
    arena->used = 0;
}
