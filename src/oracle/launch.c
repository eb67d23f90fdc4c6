// Launches: blocks on host threads, in such a way that the result does not depend on how many there are.
//
// Blocks run side by side when no global buffer is both read and written by the launch and nothing is added atomically;
// then only writes can meet, and when they do, the launch can start over (globals.c). The failure that counts is that
// of the first block.
#include "oracle/launch.h"

#include <string.h>

#define BLOCKS_MAX INT32_MAX

// Saturates: products beyond int64 are too large as well.
static int64_t blocks_product(int64_t a, int64_t b) {
    int64_t product;
    return __builtin_mul_overflow(a, b, &product) ? INT64_MAX : product;
}

static int64_t count_blocks(Machine *machine, const Node *node) {
    Shared *shared = machine->shared;
    int64_t blocks = 1;
    for (int d = 0; d < 3; d++) {
        int64_t extent = d < node->launch.rank ? integer_at(machine, node->launch.extents[d]) : 1;
        shared->extents[d] = extent;
        if (extent < 1)
            machine_fail(machine, DIAG_LAUNCH_EMPTY, node->statement->location, "use T.ceildiv, or larger sizes",
                         "expected 1 to %d blocks in dimension %d, seen %lld", BLOCKS_MAX, d, (long long)extent);
        blocks = blocks_product(blocks, extent);
    }
    if (blocks > BLOCKS_MAX)
        machine_fail(machine, DIAG_LAUNCH_TOO_LARGE, node->statement->location, "use larger blocks",
                     "expected at most %d blocks, seen %lld", BLOCKS_MAX, (long long)blocks);
    return blocks;
}

// ---------------------------------------------------------------- one block

static void run_block(Machine *machine, void *user) {
    const Shared *shared = machine->shared;
    int64_t block = *(const int64_t *)user;
    machine->owner = shared->owner_base + 1 + (uint32_t)block;
    machine->steps = 0;
    machine->iteration = 0;
    machine->tracking = true;
    for (int d = 0; d < shared->launch->launch.rank; d++) {
        machine->frame[shared->launch->launch.variables[d].at].integer = block % shared->extents[d];
        block /= shared->extents[d];
    }
    run_nodes(machine, &shared->launch->body);
}

static void lower_stop(Shared *shared, int64_t item) {
    int64_t stop = __atomic_load_n(&shared->stop, __ATOMIC_RELAXED);
    while (item < stop &&
           !__atomic_compare_exchange_n(&shared->stop, &stop, item, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
    }
}

static void *run_items(void *user) {
    Machine *machine = user;
    Shared *shared = machine->shared;
    for (;;) {
        int64_t item = __atomic_fetch_add(&shared->next, 1, __ATOMIC_RELAXED);
        if (item >= __atomic_load_n(&shared->stop, __ATOMIC_RELAXED)) return NULL;
        int64_t block = shared->sample ? shared->sample[item] : item;
        if (machine_try(machine, run_block, &block)) continue;
        machine->failure.item = item;
        lower_stop(shared, machine->failure.overlap ? 0 : item);
        return NULL;
    }
}

// ---------------------------------------------------------------- all of them

static void run_on_threads(Shared *shared, int count) {
    pthread_t threads[64];
    int started = 1;
    for (int i = 1; i < count; i++) {
        Machine *machine = shared->machines[i];
        memcpy(machine->frame, shared->machines[0]->frame, (size_t)shared->plan->frame * sizeof(Lane));
        if (pthread_create(&threads[i], NULL, run_items, machine) != 0) break;
        started++;
    }
    run_items(shared->machines[0]);
    for (int i = 1; i < started; i++) pthread_join(threads[i], NULL);
}

static const Failure *first_failure(const Shared *shared) {
    const Failure *first = NULL;
    for (int i = 0; i < shared->machine_count; i++) {
        const Failure *failure = &shared->machines[i]->failure;
        if (failure->failed && (!first || failure->item < first->item)) first = failure;
    }
    return first;
}

static bool any_overlap(const Shared *shared) {
    for (int i = 0; i < shared->machine_count; i++)
        if (shared->machines[i]->failure.overlap) return true;
    return false;
}

static void run_from(Shared *shared, int64_t first, WriteCheck check) {
    bool alone = check == CHECK_NONE || check == CHECK_VALUES;
    shared->next = first;
    shared->stop = shared->sample_count;
    shared->check = check;
    for (int i = 0; i < shared->machine_count; i++) shared->machines[i]->failure = (Failure){0};
    run_on_threads(shared, alone ? 1 : shared->machine_count);
}

static double all_operations(const Shared *shared) {
    double sum = 0;
    for (int i = 0; i < shared->machine_count; i++) sum += shared->machines[i]->operations;
    return sum;
}

static void set_operations(Shared *shared, double operations) {
    for (int i = 0; i < shared->machine_count; i++) shared->machines[i]->operations = i ? 0 : operations;
}

// No block reads what the code with these effects writes, nor adds to it.
static bool outputs_only(const Shared *shared, const Effects *effects) {
    for (uint32_t i = 0; i < shared->plan->buffers.count; i++) {
        if (shared->plan->buffers.items[i].buffer->scope != SCOPE_GLOBAL) continue;
        if (effects->adds[i] || (effects->reads[i] && effects->writes[i])) return false;
    }
    return true;
}

// A sample is only right if no block needs what another one does.
static bool may_sample(const Shared *shared) {
    if (shared->options.operation_limit <= 0 || shared->blocks < 3 || shared->plan->outer_state) return false;
    return outputs_only(shared, &shared->plan->effects);
}

static void allocate_owners(Machine *machine) {
    Shared *shared = machine->shared;
    for (uint32_t i = 0; i < shared->plan->buffers.count; i++) {
        Storage *storage = &shared->globals[i];
        if (!storage->global || storage->owner || !shared->launch->launch.effects.writes[i]) continue;
        size_t bytes = storage->info->count * sizeof(uint32_t);
        storage->owner = shared_allocate(shared, bytes);
        if (!storage->owner)
            machine_fail(machine, DIAG_OUT_OF_MEMORY, shared->launch->statement->location, NULL,
                         "no memory to follow who writes '%s'", storage->info->buffer->name);
        memset(storage->owner, 0, bytes);
    }
}

// Numbers for the launch's blocks that no earlier launch has used.
static void number_blocks(Shared *shared) {
    uint64_t next = shared->owner_shared;
    if (next + (uint64_t)shared->blocks + 2 > UINT32_MAX) {
        for (uint32_t i = 0; i < shared->plan->buffers.count; i++)
            if (shared->globals[i].owner)
                memset(shared->globals[i].owner, 0, shared->globals[i].info->count * sizeof(uint32_t));
        next = 0;
    }
    shared->owner_base = (uint32_t)next;
    shared->owner_shared = (uint32_t)(next + (uint64_t)shared->blocks + 1);
}

// Runs the first block alone to see what one costs, and chooses a sample if all would cost too much.
static int64_t choose_blocks(Machine *machine, WriteCheck check) {
    Shared *shared = machine->shared;
    shared->sample = NULL;
    shared->sample_count = shared->blocks;
    if (!may_sample(shared)) return 0;
    double before = all_operations(shared);
    shared->sample_count = 1;
    run_from(shared, 0, check);
    shared->sample_count = shared->blocks;
    if (machine->failure.failed || machine->failure.overlap) return 0;
    double cost = all_operations(shared) - before;
    if (cost * (double)shared->blocks <= shared->options.operation_limit) return 1;
    double wanted = shared->options.operation_limit / cost;
    shared->sample_count = wanted < 2 ? 2 : (int64_t)wanted;
    shared->sample = sample_blocks(shared, shared->blocks, shared->sample_count);
    if (!shared->sample)
        machine_fail(machine, DIAG_OUT_OF_MEMORY, (Location){0}, NULL, "no memory for the list of sampled blocks");
    return 1;
}

static void finish_launch(Machine *machine, double before) {
    Shared *shared = machine->shared;
    double share = (double)shared->blocks / (double)shared->sample_count;
    set_operations(shared, before + (all_operations(shared) - before) * share);
    shared->result->blocks_total += shared->blocks;
    shared->result->blocks_run += shared->sample_count;
    shared->result->sampled = shared->result->sampled || shared->sample_count < shared->blocks;
    track_gather(shared);
    if (shared->sample) shared_release(shared, (void *)shared->sample, (size_t)shared->sample_count * sizeof(int64_t));
    shared->sample = NULL;
}

static void start_over(Machine *machine, WriteCheck check, double operations) {
    allocate_owners(machine);
    number_blocks(machine->shared);
    set_operations(machine->shared, operations);
    run_from(machine->shared, 0, check);
}

static void run_blocks(Machine *machine, double operations) {
    Shared *shared = machine->shared;
    bool again = outputs_only(shared, &shared->launch->launch.effects) && !shared->plan->outer_state;
    WriteCheck check = shared->blocks == 1 ? CHECK_NONE : again ? CHECK_ONCE : CHECK_VALUES;
    if (check == CHECK_VALUES) allocate_owners(machine);
    number_blocks(shared);
    int64_t first = choose_blocks(machine, check);
    if (!first_failure(shared) && !any_overlap(shared)) run_from(shared, first, check);
    if (any_overlap(shared)) start_over(machine, CHECK_OWNER, operations);
    if (any_overlap(shared)) start_over(machine, CHECK_VALUES, operations);
}

Flow run_launch(Machine *machine, const Node *node) {
    Shared *shared = machine->shared;
    run_program(machine, &node->program);
    shared->launch = node;
    shared->blocks = count_blocks(machine, node);
    double before = all_operations(shared);
    run_blocks(machine, before);
    const Failure *failure = first_failure(shared);
    finish_launch(machine, before);
    if (failure) {
        if (failure != &machine->failure) machine->failure = *failure;
        longjmp(machine->escape, 1);
    }
    return FLOW_NEXT;
}
