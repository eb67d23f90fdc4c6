// Runs cores that talk to each other. All are live at once. In a round, every core with something new runs as far as it
// can, spread over host threads; what it sends is handed over when the round is done, by one host thread, in the order
// of cores. So a core that waits takes no host thread, and nothing depends on how many there are.
#include <pthread.h>

#include "sim/link.h"

typedef struct Rounds {
    Machine *machine;
    NumberCore **cores;
    bool *stirred, *over; // by core
    int *turns, turn_count;
    Advance how;
    bool failed;
    _Atomic(int) next;
    _Atomic(bool) broken, moved;
    // helping host threads
    pthread_t helpers[SIM_THREADS_MAX];
    int helper_count, busy;
    int64_t round;
    bool is_open, finished; // the round; all of them
    pthread_mutex_t mutex;
    pthread_cond_t started, done;
} Rounds;

// ---------------------------------------------------------------- a round

static void run_core(Rounds *rounds, int index) {
    bool moved = false;
    Outcome outcome = sim_number_core_advance(rounds->cores[index], rounds->how, &moved);
    if (outcome == OUTCOME_FAILED) atomic_store(&rounds->broken, true);
    if (moved) atomic_store(&rounds->moved, true);
    rounds->over[index] = outcome == OUTCOME_DONE;
}

static void take_turns(Rounds *rounds) {
    while (!atomic_load(&rounds->broken)) {
        int turn = atomic_fetch_add(&rounds->next, 1);
        if (turn >= rounds->turn_count) break;
        run_core(rounds, rounds->turns[turn]);
    }
}

// A helper that the host wakes too late finds the round closed, and nobody waits for it.
static void *help(void *user) {
    Rounds *rounds = user;
    int64_t seen = 0;
    pthread_mutex_lock(&rounds->mutex);
    while (!rounds->finished) {
        if (!rounds->is_open || rounds->round == seen) {
            pthread_cond_wait(&rounds->started, &rounds->mutex);
            continue;
        }
        seen = rounds->round;
        rounds->busy++;
        pthread_mutex_unlock(&rounds->mutex);
        take_turns(rounds);
        pthread_mutex_lock(&rounds->mutex);
        if (--rounds->busy == 0) pthread_cond_signal(&rounds->done);
    }
    pthread_mutex_unlock(&rounds->mutex);
    return NULL;
}

static void open_round(Rounds *rounds) {
    pthread_mutex_lock(&rounds->mutex);
    rounds->round++;
    rounds->is_open = true;
    pthread_cond_broadcast(&rounds->started);
    pthread_mutex_unlock(&rounds->mutex);
}

static void close_round(Rounds *rounds) {
    pthread_mutex_lock(&rounds->mutex);
    rounds->is_open = false;
    while (rounds->busy > 0) pthread_cond_wait(&rounds->done, &rounds->mutex);
    pthread_mutex_unlock(&rounds->mutex);
}

static void run_round(Rounds *rounds) {
    bool shared = rounds->helper_count > 0 && rounds->turn_count > 1;
    atomic_store(&rounds->next, 0);
    atomic_store(&rounds->moved, false);
    if (shared) open_round(rounds);
    take_turns(rounds);
    if (shared) close_round(rounds);
}

// ---------------------------------------------------------------- between rounds

static bool deliver(Rounds *rounds) {
    for (int i = 0; i < rounds->turn_count; i++) {
        NumberCore *core = rounds->cores[rounds->turns[i]];
        if (sim_parcels_deliver(core, &rounds->machine->arena, rounds->stirred) != OUTCOME_DONE) return false;
    }
    return true;
}

static void line_up(Rounds *rounds, bool everyone) {
    rounds->turn_count = 0;
    for (int i = 0; i < rounds->machine->core_count; i++) {
        if ((everyone || rounds->stirred[i]) && !rounds->over[i]) rounds->turns[rounds->turn_count++] = i;
        rounds->stirred[i] = false;
    }
}

static bool all_over(const Rounds *rounds) {
    int open = 0;
    for (int i = 0; i < rounds->machine->core_count; i++) open += !rounds->over[i];
    if (open > 0 && rounds->cores[0]->core.reporting) sim_report_standstill(rounds->machine, rounds->cores);
    return open == 0;
}

static bool all_read(const Rounds *rounds) {
    for (int i = 0; i < rounds->machine->core_count; i++) {
        NumberCore *core = rounds->cores[i];
        const Delivery *left = core->link->inbox;
        if (!left) continue;
        const Parcel *parcel = left->parcel;
        NumberCore *sender = rounds->cores[parcel->from];
        char text[32];
        sim_violation(&sender->core, &sender->core.threads[parcel->thread % 2 ? THREAD_WRITER : THREAD_READER],
                      parcel->in, DIAG_SIM_UNRECEIVED, "Let the receiver wait for all that it is sent.",
                      "%s: what it sent to core %s was not received before the kernels there ended",
                      parcel->in->row->name, sim_core_text(rounds->machine, i, text));
        return false;
    }
    return true;
}

// Parts of compute go apart only where nothing helps but that: it is slow.
static Advance next_way(const Rounds *rounds, bool stands) {
    if (!stands) return ADVANCE_MOVERS;
    return rounds->how == ADVANCE_MOVERS || rounds->moved ? ADVANCE_ALL : ADVANCE_APART;
}

static void run_all(Rounds *rounds) {
    line_up(rounds, true);
    while (rounds->turn_count > 0) {
        run_round(rounds);
        rounds->failed = rounds->broken || !deliver(rounds);
        if (rounds->failed) return;
        line_up(rounds, false);
        bool stands = rounds->turn_count == 0;
        if (stands && rounds->how == ADVANCE_APART && !rounds->moved) break;
        rounds->how = next_way(rounds, stands);
        if (stands) line_up(rounds, true);
    }
    rounds->failed = !all_over(rounds) || !all_read(rounds);
}

// ---------------------------------------------------------------- all of it

static void prepare(Rounds *rounds, bool reporting) {
    Machine *machine = rounds->machine;
    Arena *arena = &machine->arena;
    size_t count = (size_t)machine->core_count;
    rounds->cores = arena_new_array(arena, NumberCore *, count);
    rounds->stirred = arena_new_array(arena, bool, count);
    rounds->over = arena_new_array(arena, bool, count);
    rounds->turns = arena_new_array(arena, int, count);
    for (size_t i = 0; i < count; i++) rounds->cores[i] = arena_new(arena, NumberCore);
    for (int i = 0; i < machine->core_count; i++) {
        NumberCore *core = rounds->cores[i];
        sim_number_core_prepare(machine, core, arena, machine->options->numbers && !reporting);
        core->core.reporting = reporting;
        sim_number_core_start(core, i);
        sim_link_prepare(machine, core, rounds->cores, arena);
    }
}

static void start_helpers(Rounds *rounds, int count) {
    pthread_mutex_init(&rounds->mutex, NULL);
    pthread_cond_init(&rounds->started, NULL);
    pthread_cond_init(&rounds->done, NULL);
    // A thread that the host refuses is done without.
    while (rounds->helper_count < count &&
           pthread_create(&rounds->helpers[rounds->helper_count], NULL, help, rounds) == 0)
        rounds->helper_count++;
}

static void end_helpers(Rounds *rounds) {
    pthread_mutex_lock(&rounds->mutex);
    rounds->finished = true;
    pthread_cond_broadcast(&rounds->started);
    pthread_mutex_unlock(&rounds->mutex);
    for (int i = 0; i < rounds->helper_count; i++) pthread_join(rounds->helpers[i], NULL);
    pthread_cond_destroy(&rounds->done);
    pthread_cond_destroy(&rounds->started);
    pthread_mutex_destroy(&rounds->mutex);
}

// Memory may run out between rounds, and helpers must be sent home then, too.
static void guarded(Context *context, void *user) {
    (void)context;
    run_all(user);
}

bool sim_run_linked(Machine *machine, SimResult *result, bool reporting) {
    Rounds *rounds = arena_new(&machine->arena, Rounds);
    *rounds = (Rounds){.machine = machine};
    prepare(rounds, reporting);
    start_helpers(rounds, reporting ? 0 : sim_worker_count(machine) - 1);
    bool ran = context_try(machine->context, guarded, rounds);
    end_helpers(rounds);
    if (!ran && !reporting) fail_now(machine->context); // out of memory
    for (int i = 0; i < machine->core_count; i++) sim_add_tally(result, &rounds->cores[i]->tally);
    return ran && !rounds->failed;
}
