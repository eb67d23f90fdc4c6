// Runs a program on the simulated chip: numbers and checks on all cores, spread over host threads, then the clock.
//
// Cores that do not talk to each other share nothing but tensors, of which each page belongs to one core; so each is
// run to its end by one host thread, in the memory of the one before, and results do not depend on how many there are.
// Cores that talk are run in rounds (rounds.c).
#include <pthread.h>

#include "sim/machine.h"

typedef struct Worker {
    Machine *machine;
    NumberCore *core;
    _Atomic(int) *next;
    _Atomic(bool) *failed;
    pthread_t thread;
} Worker;

static Outcome run_core(NumberCore *core, int index) {
    bool moved;
    sim_number_core_start(core, index);
    Outcome outcome = sim_number_core_advance(core, ADVANCE_APART, &moved);
    if (outcome == OUTCOME_BLOCKED && core->core.reporting) sim_report_deadlock(&core->core, sim_number_occupancy);
    return outcome;
}

static void *work(void *user) {
    Worker *worker = user;
    while (!atomic_load(worker->failed)) {
        int index = atomic_fetch_add(worker->next, 1);
        if (index >= worker->machine->core_count) break;
        if (run_core(worker->core, index) != OUTCOME_DONE) atomic_store(worker->failed, true);
    }
    return NULL;
}

void sim_add_tally(SimResult *result, const Tally *tally) {
    result->products += tally->products;
    result->dram_read_bytes += tally->read_bytes;
    result->dram_write_bytes += tally->written_bytes;
    result->l1_remote_bytes += tally->l1_bytes[false];
    result->l1_local_bytes += tally->l1_bytes[true];
    result->instructions += tally->instructions;
}

int sim_worker_count(const Machine *machine) {
    int wanted = machine->options->threads;
    if (wanted > SIM_THREADS_MAX) wanted = SIM_THREADS_MAX;
    if (wanted > machine->core_count) wanted = machine->core_count;
    return wanted < 1 ? 1 : wanted;
}

static bool run_alone(Machine *machine, SimResult *result) {
    int count = sim_worker_count(machine);
    Worker *workers = arena_new_array(&machine->arena, Worker, (size_t)count);
    _Atomic(int) next = 0;
    _Atomic(bool) failed = false;
    for (int i = 0; i < count; i++) {
        workers[i] = (Worker){machine, arena_new(&machine->arena, NumberCore), &next, &failed, 0};
        sim_number_core_prepare(machine, workers[i].core, &machine->arena, machine->options->numbers);
    }
    int started = 1; // this thread is the first worker; a thread that the host refuses is done without
    while (started < count && pthread_create(&workers[started].thread, NULL, work, &workers[started]) == 0) started++;
    work(&workers[0]);
    for (int i = 1; i < started; i++) pthread_join(workers[i].thread, NULL);
    for (int i = 0; i < count; i++) sim_add_tally(result, &workers[i].core->tally);
    return !failed;
}

bool sim_run_numbers(Machine *machine, SimResult *result) {
    return machine->is_linked ? sim_run_linked(machine, result, false) : run_alone(machine, result);
}

static void forget_owners(Machine *machine) {
    for (int i = 0; i < machine->tensor_count; i++) {
        TensorInfo *tensor = &machine->tensors[i];
        for (int64_t page = 0; page < tensor->map.pages; page++) {
            if (tensor->writers) tensor->writers[page] = 0;
            if (tensor->readers) tensor->readers[page] = 0;
        }
    }
}

static bool report_alone(Machine *machine) {
    NumberCore *core = arena_new(&machine->arena, NumberCore);
    sim_number_core_prepare(machine, core, &machine->arena, false);
    core->core.reporting = true;
    for (int index = 0; index < machine->core_count; index++)
        if (run_core(core, index) != OUTCOME_DONE) return true;
    return false;
}

void sim_run_report(Machine *machine) {
    SimResult unused = {0};
    forget_owners(machine);
    bool found = machine->is_linked ? !sim_run_linked(machine, &unused, true) : report_alone(machine);
    if (!found)
        fail(machine->context, DIAG_INTERNAL, machine->program->location,
             "a rule was broken on many host threads and not on one");
}

typedef struct Run {
    Machine machine;
    TensorSet *tensors;
    SimResult result;
} Run;

static void run_all(Context *context, void *user) {
    Run *run = user;
    Machine *machine = &run->machine;
    sim_machine_build(machine, run->tensors);
    run->result.cores = machine->core_count;
    run->result.bound = "";
    if (!sim_run_numbers(machine, &run->result)) {
        sim_run_report(machine);
        fail_now(context);
    }
    if (!sim_check_outputs(machine)) fail_now(context);
    if (machine->options->timing) sim_run_timing(machine, &run->result);
}

SimResult sim_run(Function *program, const Target *target, TensorSet *tensors, const SimOptions *options) {
    Context *context = program->module->context;
    Run *run = arena_new(&context->unit, Run);
    run->machine = (Machine){.context = context, .program = program, .target = target, .options = options};
    run->machine.arena = (Arena){.allocator = context->unit.allocator,
                                 .exhausted = context->unit.exhausted,
                                 .exhausted_user = context->unit.exhausted_user};
    run->tensors = tensors;
    bool fine = context_try(context, run_all, run);
    arena_reset(&run->machine.arena);
    if (!fine) fail_now(context);
    return run->result;
}
