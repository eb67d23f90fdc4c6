// Machines: the memory of one host thread, and how a failure leaves its work.
#include <string.h>

#include "oracle/launch.h"

void *shared_allocate(Shared *shared, size_t bytes) {
    pthread_mutex_lock(&shared->memory);
    void *memory = shared->allocator->allocate(shared->allocator->user, bytes ? bytes : 1);
    pthread_mutex_unlock(&shared->memory);
    return memory;
}

void shared_release(Shared *shared, void *memory, size_t bytes) {
    if (!memory) return;
    pthread_mutex_lock(&shared->memory);
    shared->allocator->release(shared->allocator->user, memory, bytes ? bytes : 1);
    pthread_mutex_unlock(&shared->memory);
}

static void *allocate_zeroed(Shared *shared, size_t bytes) {
    void *memory = shared_allocate(shared, bytes);
    if (memory) memset(memory, 0, bytes);
    return memory;
}

static size_t frame_lanes(const Plan *plan) { return plan->constants.count + (size_t)plan->frame + LANES; }

static bool make_frame(Machine *machine) {
    const Plan *plan = machine->plan;
    machine->frame_memory = allocate_zeroed(machine->shared, frame_lanes(plan) * sizeof(Lane));
    if (!machine->frame_memory) return false;
    machine->frame = machine->frame_memory + plan->constants.count;
    for (uint32_t i = 0; i < plan->constants.count; i++) machine->frame[-(int64_t)i - 1] = plan->constants.items[i];
    return true;
}

// A buffer of a machine: one piece of memory that begins with its Storage.
static size_t local_bytes(const BufferInfo *info) {
    return sizeof(Storage) + info->count * (sizeof(Lane) + sizeof(uint8_t));
}

static Storage *make_local(Shared *shared, const BufferInfo *info) {
    Storage *storage = allocate_zeroed(shared, local_bytes(info));
    if (!storage) return NULL;
    storage->info = info;
    storage->lanes = (Lane *)(storage + 1);
    storage->written = (uint8_t *)(storage->lanes + info->count);
    return storage;
}

static bool make_storages(Machine *machine) {
    const Plan *plan = machine->plan;
    machine->storages = allocate_zeroed(machine->shared, plan->buffers.count * sizeof(Storage *));
    if (!machine->storages) return false;
    for (uint32_t i = 0; i < plan->buffers.count; i++) {
        const BufferInfo *info = &plan->buffers.items[i];
        machine->storages[i] =
            info->buffer->scope == SCOPE_GLOBAL ? &machine->shared->globals[i] : make_local(machine->shared, info);
        if (!machine->storages[i]) return false;
    }
    return true;
}

static size_t touched_bytes(const Plan *plan) { return (size_t)plan->stores * sizeof(int); }
static size_t pending_bytes(const Plan *plan) { return (size_t)plan->stores * sizeof(Pending); }
static size_t globals_bytes(const Plan *plan) { return plan->buffers.count * sizeof(Track); }
static size_t tracks_bytes(const Plan *plan) { return ((size_t)plan->tracks + 1) * sizeof(Track); }

static bool make_tracks(Machine *machine) {
    machine->tracking = true;
    machine->tracks = allocate_zeroed(machine->shared, tracks_bytes(machine->plan));
    machine->globals = allocate_zeroed(machine->shared, globals_bytes(machine->plan));
    machine->pending = allocate_zeroed(machine->shared, pending_bytes(machine->plan));
    machine->touched = allocate_zeroed(machine->shared, touched_bytes(machine->plan));
    return machine->tracks && machine->globals && machine->pending && machine->touched;
}

Machine *machine_new(Shared *shared) {
    Machine *machine = allocate_zeroed(shared, sizeof *machine);
    if (!machine) return NULL;
    machine->plan = shared->plan;
    machine->shared = shared;
    machine->lanes = 1;
    machine->step_limit = shared->options.step_limit > 0 ? shared->options.step_limit : DEFAULT_STEP_LIMIT;
    if (make_frame(machine) && make_storages(machine) && make_tracks(machine)) return machine;
    machine_free(machine);
    return NULL;
}

void machine_free(Machine *machine) {
    if (!machine) return;
    const Plan *plan = machine->plan;
    for (uint32_t i = 0; machine->storages && i < plan->buffers.count; i++)
        if (machine->storages[i] != &machine->shared->globals[i])
            shared_release(machine->shared, machine->storages[i], local_bytes(&plan->buffers.items[i]));
    shared_release(machine->shared, machine->storages, plan->buffers.count * sizeof(Storage *));
    shared_release(machine->shared, machine->frame_memory, frame_lanes(plan) * sizeof(Lane));
    shared_release(machine->shared, machine->tracks, tracks_bytes(plan));
    shared_release(machine->shared, machine->globals, globals_bytes(plan));
    shared_release(machine->shared, machine->pending, pending_bytes(plan));
    shared_release(machine->shared, machine->touched, touched_bytes(plan));
    shared_release(machine->shared, machine->log.entries, machine->log.capacity * sizeof(WriteEntry));
    for (int i = 0; i < SCRATCH_COUNT; i++)
        shared_release(machine->shared, machine->scratch[i], machine->scratch_bytes[i]);
    shared_release(machine->shared, machine, sizeof *machine);
}

void *machine_scratch(Machine *machine, Scratch purpose, size_t bytes) {
    if (bytes <= machine->scratch_bytes[purpose]) return machine->scratch[purpose];
    shared_release(machine->shared, machine->scratch[purpose], machine->scratch_bytes[purpose]);
    machine->scratch_bytes[purpose] = 0;
    machine->scratch[purpose] = shared_allocate(machine->shared, bytes);
    if (!machine->scratch[purpose])
        machine_fail(machine, DIAG_OUT_OF_MEMORY, (Location){0}, NULL, "no memory for the %zu bytes of an operation",
                     bytes);
    machine->scratch_bytes[purpose] = bytes;
    return machine->scratch[purpose];
}

// ---------------------------------------------------------------- failures

_Noreturn void machine_fail(Machine *machine, DiagnosticCode code, Location location, const char *help,
                            const char *format, ...) {
    Failure *failure = &machine->failure;
    va_list arguments;
    failure->failed = true;
    failure->code = code;
    failure->location = location;
    failure->help[0] = 0;
    if (help) snprintf(failure->help, sizeof failure->help, "%s", help);
    va_start(arguments, format);
    vsnprintf(failure->message, sizeof failure->message, format, arguments);
    va_end(arguments);
    longjmp(machine->escape, 1);
}

_Noreturn void machine_overlap(Machine *machine) {
    machine->failure.overlap = true;
    longjmp(machine->escape, 1);
}

bool machine_try(Machine *machine, void (*work)(Machine *machine, void *user), void *user) {
    jmp_buf outer;
    memcpy(&outer, &machine->escape, sizeof outer);
    bool failed = setjmp(machine->escape) != 0;
    if (!failed) work(machine, user);
    memcpy(&machine->escape, &outer, sizeof outer);
    machine->lanes = 1;
    machine->adding = false;
    machine->tracking = true;
    for (int i = 0; i < machine->touched_count; i++) machine->pending[machine->touched[i]].touched = false;
    machine->touched_count = 0;
    return !failed;
}
