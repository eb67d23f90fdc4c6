// Writes to global tensors: who wrote an element, and whether blocks disagree about it.
//
// While blocks run side by side, a second block at an element only raises `overlap`: the launch is then run again,
// block after block, and values are compared. So what is reported does not depend on threads.
#include <string.h>

#include "data/convert.h"
#include "oracle/launch.h"

static void from_lanes(DType type, const Lane *values, size_t count, void *data, size_t first) {
    if (domain_of(type) == DOMAIN_REAL)
        convert_from_doubles(type, &values->real, count, data, first);
    else
        convert_from_integers(type, &values->integer, count, data, first);
}

static void claim_shared(Machine *machine, Storage *storage, size_t first, size_t count) {
    uint32_t own = machine->owner, base = machine->shared->owner_base;
    for (size_t i = first; i < first + count; i++) {
        uint32_t other = __atomic_exchange_n(&storage->owner[i], own, __ATOMIC_RELAXED);
        if (other > base && other != own) machine_overlap(machine);
    }
}

static void claim_element(Machine *machine, Storage *storage, size_t element, const char *item, Location location) {
    uint32_t *owner = &storage->owner[element];
    size_t bytes = dtype_bytes(storage->info->buffer->type);
    bool others = *owner > machine->shared->owner_base && *owner != machine->owner;
    if (others && memcmp((const char *)storage->data + element * bytes, item, bytes) != 0)
        machine_fail(machine, DIAG_RACE, location, "give each block its own elements, or use T.atomic_add",
                     "two blocks write different values to element %zu of '%s'", element, storage->info->buffer->name);
    *owner = others ? machine->shared->owner_shared : machine->owner;
}

static void claim_alone(Machine *machine, Storage *storage, size_t first, size_t count, const Lane *values,
                        Location location) {
    DType type = storage->info->buffer->type;
    for (size_t i = 0; i < count; i++) {
        _Alignas(8) char item[sizeof(Lane)];
        from_lanes(type, &values[i], 1, item, 0);
        claim_element(machine, storage, first + i, item, location);
    }
}

void global_write(Machine *machine, Storage *storage, int64_t first, size_t count, const Lane *values,
                  Location location) {
    size_t start = (size_t)first;
    bool claimed = storage->owner && !machine->adding;
    if (claimed && machine->shared->side_by_side) claim_shared(machine, storage, start, count);
    if (storage->owner && !machine->shared->side_by_side) claim_alone(machine, storage, start, count, values, location);
    from_lanes(storage->info->buffer->type, values, count, storage->data, start);
    memset(storage->written + start, 1, count);
}
