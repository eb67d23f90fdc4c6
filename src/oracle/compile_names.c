// Numbers for variables and buffers, in the order in which they are first seen, and what is known of each.
#include "oracle/compile.h"

#define GLOBAL_ELEMENTS_MAX ((size_t)1 << 44)
#define LOCAL_ELEMENTS_MAX  ((size_t)1 << 26) // far more than any chip has

static uint64_t pointer_hash(const void *key) { return (uint64_t)(uintptr_t)key * 0x9e3779b97f4a7c15u >> 20; }

static void map_grow(Arena *arena, Map *map) {
    Map old = *map;
    map->capacity = old.capacity ? old.capacity * 2 : 64;
    map->keys = arena_new_array(arena, const void *, map->capacity);
    map->values = arena_new_array(arena, uint32_t, map->capacity);
    for (uint32_t i = 0; i < old.capacity; i++) {
        if (!old.keys[i]) continue;
        uint64_t place = pointer_hash(old.keys[i]);
        while (map->keys[place & (map->capacity - 1)]) place++;
        map->keys[place & (map->capacity - 1)] = old.keys[i];
        map->values[place & (map->capacity - 1)] = old.values[i];
    }
}

uint32_t map_number(Arena *arena, Map *map, const void *key, bool *added) {
    if (map->count * 2 >= map->capacity) map_grow(arena, map);
    uint64_t place = pointer_hash(key);
    while (map->keys[place & (map->capacity - 1)] && map->keys[place & (map->capacity - 1)] != key) place++;
    place &= map->capacity - 1;
    *added = !map->keys[place];
    if (*added) {
        map->keys[place] = key;
        map->values[place] = map->count++;
    }
    return map->values[place];
}

VariableInfo *compile_variable(Compiler *compiler, const Variable *variable) {
    bool added;
    uint32_t number = map_number(compiler->arena, &compiler->variables, variable, &added);
    if (added) vector_push(compiler->arena, compiler->variable_infos, (VariableInfo){0});
    return &compiler->variable_infos.items[number];
}

static void measure_buffer(Compiler *compiler, BufferInfo *info) {
    const Buffer *buffer = info->buffer;
    info->count = 1;
    for (int d = buffer->rank - 1; d >= 0; d--) {
        info->stride[d] = (int64_t)info->count;
        if (!expr_evaluate_bound(buffer->shape[d], &info->shape[d]) || info->shape[d] <= 0)
            fail(compiler->context, DIAG_TENSOR_SIZE, buffer->location,
                 "the size of dimension %d of buffer '%s' is not known or not positive", d, buffer->name);
        if (__builtin_mul_overflow(info->count, (size_t)info->shape[d], &info->count) ||
            info->count > (buffer->scope == SCOPE_GLOBAL ? GLOBAL_ELEMENTS_MAX : LOCAL_ELEMENTS_MAX))
            fail(compiler->context, DIAG_TENSOR_SIZE, buffer->location,
                 "buffer '%s' is larger than any memory it could have", buffer->name);
    }
}

int compile_buffer(Compiler *compiler, Buffer *buffer) {
    bool added;
    uint32_t number = map_number(compiler->arena, &compiler->buffers, buffer, &added);
    if (!added) return (int)number;
    BufferInfo info = {.buffer = buffer, .domain = domain_of(buffer->type)};
    measure_buffer(compiler, &info);
    vector_push(compiler->arena, compiler->plan->buffers, info);
    return (int)number;
}
