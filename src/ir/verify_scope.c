// The set of what is in scope.
#include "ir/verify_shared.h"

struct ScopeSlot {
    const void *thing;
    bool present;
};

static struct ScopeSlot *slot_of(struct ScopeSlot *slots, uint32_t capacity, const void *thing) {
    uint32_t i = (uint32_t)(((uintptr_t)thing >> 4) * 0x9e3779b9u) & (capacity - 1);
    while (slots[i].thing && slots[i].thing != thing) i = (i + 1) & (capacity - 1);
    return &slots[i];
}

static void grow(ScopeSet *set) {
    uint32_t capacity = set->capacity ? set->capacity * 2 : 128;
    struct ScopeSlot *slots = arena_new_array(set->arena, struct ScopeSlot, capacity);
    for (uint32_t i = 0; i < set->capacity; i++) {
        if (set->slots[i].thing) *slot_of(slots, capacity, set->slots[i].thing) = set->slots[i];
    }
    set->slots = slots;
    set->capacity = capacity;
}

bool scope_has(const ScopeSet *set, const void *thing) {
    return set->capacity && slot_of(set->slots, set->capacity, thing)->present;
}

bool scope_add(ScopeSet *set, const void *thing) {
    if (set->count * 2 >= set->capacity) grow(set);
    struct ScopeSlot *slot = slot_of(set->slots, set->capacity, thing);
    if (slot->present) return false;
    if (!slot->thing) set->count++;
    *slot = (struct ScopeSlot){thing, true};
    vector_push(set->arena, set->order, thing);
    return true;
}

void scope_leave(ScopeSet *set, uint32_t mark) {
    while (set->order.count > mark)
        slot_of(set->slots, set->capacity, set->order.items[--set->order.count])->present = false;
}
