// Which iteration of a T.Parallel nest wrote which element: a hash table, cleared when a nest begins. It is only used
// for stores that the indices alone do not prove to be apart.
#include <string.h>

#include "oracle/launch.h"

static uint64_t hash_of(int buffer, int64_t element) {
    uint64_t hash = ((uint64_t)element ^ (uint64_t)buffer << 48) * 0x9e3779b97f4a7c15u;
    return hash ^ hash >> 32;
}

static WriteEntry *entry_of(const WriteLog *log, int buffer, int64_t element) {
    uint64_t place = hash_of(buffer, element);
    for (;; place++) {
        WriteEntry *entry = &log->entries[place & (log->capacity - 1)];
        if (entry->element < 0 || (entry->element == element && entry->buffer == buffer)) return entry;
    }
}

static void make_room(Machine *machine) {
    WriteLog *log = &machine->log, old = *log;
    if (log->count * 2 < log->capacity) return;
    log->capacity = old.capacity ? old.capacity * 2 : 1024;
    log->entries = shared_allocate(machine->shared, log->capacity * sizeof *log->entries);
    if (!log->entries) {
        *log = old;
        machine_fail(machine, DIAG_OUT_OF_MEMORY, (Location){0}, NULL,
                     "no memory to follow the writes of a T.Parallel");
    }
    memset(log->entries, 0xff, log->capacity * sizeof *log->entries);
    for (size_t i = 0; i < old.capacity; i++)
        if (old.entries[i].element >= 0) *entry_of(log, old.entries[i].buffer, old.entries[i].element) = old.entries[i];
    shared_release(machine->shared, old.entries, old.capacity * sizeof *old.entries);
}

void write_log_clear(WriteLog *log) {
    if (log->count) memset(log->entries, 0xff, log->capacity * sizeof *log->entries);
    log->count = 0;
}

bool write_log_note(Machine *machine, int buffer, int64_t element, int64_t iteration, Lane value, bool exclusive) {
    make_room(machine);
    WriteEntry *entry = entry_of(&machine->log, buffer, element);
    if (entry->element < 0) machine->log.count++;
    bool met = entry->element >= 0 && entry->iteration != iteration;
    bool fine = !met || (!exclusive && entry->value.integer == value.integer);
    *entry = (WriteEntry){element, buffer, iteration, value};
    return fine;
}
