// Writes to global tensors: who wrote an element, and whether blocks disagree about it.
//
// Most kernels write every element once, and the `written` flags alone show that. Where an element is written again,
// the launch starts over and keeps an owner for each element; where owners differ, once more, block after block, and
// values are compared. Each step notices the same whatever order threads run in, so what is reported does not depend on
// them.
#include <string.h>

#include "data/convert.h"
#include "oracle/launch.h"

static void from_lanes(DType type, const Lane *values, size_t count, void *data, size_t first) {
    if (domain_of(type) == DOMAIN_REAL)
        convert_from_doubles(type, &values->real, count, data, first);
    else
        convert_from_integers(type, &values->integer, count, data, first);
}

// Sets flags; false if one of them was set already. Eight at a time where they lie in one word.
static bool set_flags(uint8_t *flags, size_t count) {
    uint8_t met = 0;
    uint64_t met_words = 0;
    size_t i = 0;
    for (; i < count && (uintptr_t)(flags + i) % sizeof(uint64_t); i++)
        met |= __atomic_exchange_n(&flags[i], 1, __ATOMIC_RELAXED);
    for (; i + sizeof(uint64_t) <= count; i += sizeof(uint64_t))
        met_words |= __atomic_exchange_n((uint64_t *)(void *)(flags + i), 0x0101010101010101u, __ATOMIC_RELAXED);
    for (; i < count; i++) met |= __atomic_exchange_n(&flags[i], 1, __ATOMIC_RELAXED);
    return !met && !met_words;
}

static void claim_once(Machine *machine, Storage *storage, size_t first, size_t count, const Lane *values,
                       Location location) {
    (void)values, (void)location;
    if (!set_flags(storage->written + first, count)) machine_overlap(machine);
}

static void claim_owned(Machine *machine, Storage *storage, size_t first, size_t count, const Lane *values,
                        Location location) {
    (void)values, (void)location;
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

static void claim_equal(Machine *machine, Storage *storage, size_t first, size_t count, const Lane *values,
                        Location location) {
    DType type = storage->info->buffer->type;
    for (size_t i = 0; i < count; i++) {
        _Alignas(8) char item[sizeof(Lane)];
        from_lanes(type, &values[i], 1, item, 0);
        claim_element(machine, storage, first + i, item, location);
    }
}

typedef void (*Claim)(Machine *machine, Storage *storage, size_t first, size_t count, const Lane *values,
                      Location location);
static const Claim claims[] = {
    [CHECK_NONE] = NULL, [CHECK_ONCE] = claim_once, [CHECK_OWNER] = claim_owned, [CHECK_VALUES] = claim_equal};

void global_write(Machine *machine, Storage *storage, int64_t first, size_t count, const Lane *values,
                  Location location) {
    size_t start = (size_t)first;
    Claim claim = machine->adding ? NULL : claims[machine->shared->check];
    if (claim) claim(machine, storage, start, count, values, location);
    from_lanes(storage->info->buffer->type, values, count, storage->data, start);
    if (claim != claim_once) memset(storage->written + start, 1, count);
}
