// InferMulticast: where several cores read the same tiles in the same order, one of them reads and sends them to the
// others. Cores that share a buffer form rectangles; in each the first core reads. The sender waits until every
// receiver has made room, receivers wait until the pages have arrived; two semaphores a buffer carry that.
#include "pass/multicast.h"
#include "pass/rectangles.h"
#include "pass/sharing.h"

typedef struct Sender {
    Core core;
    Thread thread;
} Sender;

typedef struct Choice {
    Function *function;
    Module *module;
    Arena *arena;
    const Target *target;
    int core_count;
    Core *cores;
    Sharing *sharing[THREAD_COUNT]; // of each thread's program
    VECTOR(Shared) shared;
    VECTOR(Sender) senders;
} Choice;

// ---------------------------------------------------------------- what is worth it

// The receivers' readiness travels to the sender and its flag back to them.
static int64_t handshake_cycles(const Target *target) {
    int64_t way = target->noc_write_latency + target->noc_hop_cycles * (target->grid_columns + target->grid_rows);
    return 2 * (way + target->noc_issue_cycles);
}

// Cycles of all DRAM banks that a window costs less when one core of each group reads it.
static int64_t saved_cycles(const Choice *choice, const CircularBuffer *circular, const CoreRanges *groups) {
    int64_t reads = 0;
    for (uint32_t i = 0; i < groups->count; i++) reads += groups->items[i].columns * groups->items[i].rows - 1;
    double rate = (double)choice->target->dram_banks * choice->target->dram_read_bytes_per_cycle;
    return (int64_t)((double)(reads * circular->window * circular->page_bytes) / rate);
}

// ---------------------------------------------------------------- who shares

static ThreadProgram *program_of(const Function *function, Thread thread) {
    ThreadProgram *found = NULL;
    for (uint32_t i = 0; i < function->threads.count; i++) {
        if (function->threads.items[i]->thread != thread) continue;
        if (found || function->threads.items[i]->cores.count) return NULL; // has roles already
        found = function->threads.items[i];
    }
    return found;
}

static bool is_stream(const CircularBuffer *circular) {
    return circular->producer != THREAD_COMPUTE && !circular->resident && !circular->constant && !circular->shard &&
           !circular->alias;
}

// Rectangles of cores whose fills are the same.
static CoreRanges find_groups(Choice *choice, Thread thread, const Fills *fills) {
    CoreRanges groups = {0};
    Sharing **sharing = &choice->sharing[thread];
    if (!*sharing) *sharing = sharing_new(choice->function, choice->core_count, choice->cores);
    const int *same = same_fills(*sharing, fills);
    bool *member = arena_new_array(choice->arena, bool, (size_t)choice->core_count);
    for (int first = 0; same && first < choice->core_count; first++) {
        if (same[first] != first) continue;
        for (int i = 0; i < choice->core_count; i++) member[i] = same[i] == first;
        CoreRanges some = core_rectangles(choice->module, choice->core_count, choice->cores, member, 2);
        for (uint32_t i = 0; i < some.count; i++) vector_push(choice->arena, groups, some.items[i]);
    }
    return groups;
}

// Tiles that senders in one column or row of cores read come over the same links of their NoC.
static int crowd(const Choice *choice, Thread thread, Core core) {
    int crowd = 0;
    for (uint32_t i = 0; i < choice->senders.count; i++) {
        const Sender *other = &choice->senders.items[i];
        bool same_core = other->core.x == core.x && other->core.y == core.y;
        if (other->thread == thread) crowd += 2 * ((other->core.x == core.x) + (other->core.y == core.y));
        if (other->thread != thread && same_core) crowd++; // has work already
    }
    return crowd;
}

static Core choose_sender(Choice *choice, Thread thread, CoreRange range) {
    Core best = {range.x, range.y};
    int least = crowd(choice, thread, best);
    for (int y = range.y; y < range.y + range.rows; y++)
        for (int x = range.x; x < range.x + range.columns; x++) {
            int here = crowd(choice, thread, (Core){x, y});
            if (here < least) best = (Core){x, y}, least = here;
        }
    vector_push(choice->arena, choice->senders, ((Sender){best, thread}));
    return best;
}

static void choose_senders(Choice *choice) {
    for (uint32_t i = 0; i < choice->shared.count; i++) {
        Shared *shared = &choice->shared.items[i];
        for (uint32_t k = 0; k < shared->groups.count; k++) {
            Group *group = &shared->groups.items[k];
            group->sender = choose_sender(choice, shared->circular->producer, group->range);
        }
    }
}

static void consider(Choice *choice, CircularBuffer *circular) {
    const ThreadProgram *program = is_stream(circular) ? program_of(choice->function, circular->producer) : NULL;
    if (!program) return;
    Fills fills = find_fills(choice->module, program->body, circular);
    if (!fills.count) return;
    CoreRanges groups = find_groups(choice, circular->producer, &fills);
    int64_t saved = saved_cycles(choice, circular, &groups);
    if (saved <= handshake_cycles(choice->target)) return;
    Shared shared = {.circular = circular, .saved = saved};
    for (uint32_t i = 0; i < groups.count; i++)
        vector_push(choice->arena, shared.groups, (Group){.range = groups.items[i]});
    vector_push(choice->arena, choice->shared, shared);
}

static void most_saving_first(Choice *choice) {
    Shared *shared = choice->shared.items;
    for (uint32_t i = 1; i < choice->shared.count; i++)
        for (uint32_t k = i; k > 0 && shared[k].saved > shared[k - 1].saved; k--) {
            Shared more = shared[k];
            shared[k] = shared[k - 1];
            shared[k - 1] = more;
        }
}

// Each buffer takes two semaphores: those that save least go without.
static void keep_affordable(Choice *choice) {
    int64_t free = choice->target->semaphores - choice->function->semaphores.count;
    while (choice->shared.count && 2 * (int64_t)choice->shared.count > free) choice->shared.count--;
}

enum { MOST_WINDOWS = 4 };

// Pages take longer to come, by the way from the sender on, and not evenly: more windows, where L1 has room, keep them
// flowing.
static bool deepen(const Choice *choice, CircularBuffer *circular) {
    int64_t room =
        choice->target->l1_bytes - choice->target->l1_base - program_l1_bytes(choice->function, choice->target);
    int windows = circular->pages / circular->window;
    bool fits = (int64_t)circular->window * circular->page_bytes <= room;
    if (windows < 2 || windows >= MOST_WINDOWS || !fits) return false;
    circular->pages += circular->window;
    return true;
}

static void deepen_all(const Choice *choice) {
    for (bool deeper = true; deeper;) {
        deeper = false;
        for (uint32_t i = 0; i < choice->shared.count; i++)
            deeper = deepen(choice, choice->shared.items[i].circular) || deeper;
    }
}

// ---------------------------------------------------------------- the attribute

static Value *integers(Arena *arena, int count, const int64_t values[]) {
    Value *list = value_list(arena);
    for (int i = 0; i < count; i++) value_append(arena, list, value_int(arena, values[i]));
    return list;
}

static Value *describe(Context *context, const Shared *shared) {
    static const char *const threads[] = {"reader", "compute", "writer"};
    Arena *arena = &context->unit;
    Value *dict = value_dict(arena), *groups = value_list(arena);
    for (uint32_t i = 0; i < shared->groups.count; i++) {
        const Group *group = &shared->groups.items[i];
        const int64_t values[] = {group->range.x,    group->range.y,  group->range.columns,
                                  group->range.rows, group->sender.x, group->sender.y};
        value_append(arena, groups, integers(arena, 6, values));
    }
    value_set(arena, dict, name_of(context, "buffer"), value_text(arena, shared->circular->name));
    value_set(arena, dict, name_of(context, "thread"),
              value_text(arena, name_of(context, threads[shared->circular->producer])));
    value_set(arena, dict, name_of(context, "ready"), value_text(arena, shared->ready->name));
    value_set(arena, dict, name_of(context, "valid"), value_text(arena, shared->valid->name));
    value_set(arena, dict, name_of(context, "groups"), groups);
    return dict;
}

static void run(Function *function, const CompileOptions *options) {
    Context *context = function->module->context;
    Choice choice = {
        .function = function, .module = function->module, .arena = &context->scratch, .target = options->target};
    choice.core_count = program_cores(function, &choice.cores);
    for (uint32_t i = 0; !options->legacy && i < function->circular_buffers.count; i++)
        consider(&choice, function->circular_buffers.items[i]);
    most_saving_first(&choice);
    keep_affordable(&choice);
    choose_senders(&choice);
    if (options->prefetch) deepen_all(&choice);
    Value *list = value_list(&context->unit);
    Multicast multicast = {.function = function,
                           .target = options->target,
                           .core_count = choice.core_count,
                           .cores = choice.cores,
                           .shared_count = (int)choice.shared.count,
                           .shared = choice.shared.items};
    multicast_build(&multicast);
    for (uint32_t i = 0; i < choice.shared.count; i++)
        value_append(&context->unit, list, describe(context, &choice.shared.items[i]));
    function->attributes[ATTR_MULTICAST] = list;
}

const Pass pass_infer_multicast = {
    .name = "InferMulticast",
    .file = "infer-multicast",
    .summary = "one core reads what several need, and sends it to them",
    .requires = ATTR_BIT(PERSISTENT) | ATTR_BIT(SYNCHRONIZED) | ATTR_BIT(CORE_RANGES),
    .provides = ATTR_BIT(MULTICAST),
    .optional = true,
    .run = run,
};
