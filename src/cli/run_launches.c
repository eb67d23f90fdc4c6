// Running the launches of a kernel one after the other. Each has tensors of its own, which are filled from what the
// launches before it left.
#include "cli/run_launches.h"

#include <string.h>

typedef struct Chain {
    Run *run;
    Run *launches; // one for each program
    int done;
} Chain;

static Tensor *find_tensor(const TensorSet *set, Name name) {
    for (int i = 0; i < set->count; i++)
        if (!strcmp(set->tensors[i].name, name)) return &set->tensors[i];
    return NULL;
}

static void copy_data(Tensor *to, const Tensor *from) {
    if (to->count == from->count && to->type == from->type)
        memcpy(to->data, from->data, to->count * dtype_bytes(to->type));
}

// The newest of that name: of the last launch that has it, or of the kernel.
static void fill(Chain *chain, Tensor *tensor) {
    const Tensor *newest = NULL;
    for (int i = chain->done; i-- > 0 && !newest;) newest = find_tensor(&chain->launches[i].tensors, tensor->name);
    if (!newest) newest = find_tensor(&chain->run->tensors, tensor->name);
    if (newest) copy_data(tensor, newest);
}

// Counts add up; shares of the peak are weighted by cycles; what bounds the longest launch bounds the kernel.
static void add_result(SimResult *sum, const SimResult *launch, int64_t *longest) {
    double before = (double)sum->cycles, own = (double)launch->cycles, all = before + own > 0 ? before + own : 1;
    sum->utilization = (sum->utilization * before + launch->utilization * own) / all;
    sum->chip_utilization = (sum->chip_utilization * before + launch->chip_utilization * own) / all;
    sum->cycles += launch->cycles;
    if (!sum->bound || launch->cycles > *longest) sum->bound = launch->bound, *longest = launch->cycles;
    for (int clock = 0; clock < CLOCK_COUNT; clock++) {
        sum->busy[clock] += launch->busy[clock];
        for (int cause = 0; cause < STALL_COUNT; cause++) sum->stall[clock][cause] += launch->stall[clock][cause];
    }
    sum->dram_read_bytes += launch->dram_read_bytes;
    sum->dram_write_bytes += launch->dram_write_bytes;
    sum->l1_local_bytes += launch->l1_local_bytes;
    sum->l1_remote_bytes += launch->l1_remote_bytes;
    sum->noc_bytes += launch->noc_bytes;
    sum->products += launch->products;
    sum->instructions += launch->instructions;
    if (launch->cores > sum->cores) sum->cores = launch->cores;
}

static void add_summary(Chain *chain, const Run *launch, int64_t *longest) {
    RunSummary *sum = &chain->run->summary;
    const RunSummary *own = &launch->summary;
    sum->simulate_ms += own->simulate_ms;
    sum->seed = own->seed;
    if (!own->simulation) return;
    add_result(&chain->run->simulation, own->simulation, longest);
    sum->simulation = &chain->run->simulation;
    sum->timing = own->timing;
}

typedef struct ChainWork {
    Chain *chain;
    int count;
    Function *const *programs;
    void (*launch)(Run *launch, const SimSettings *settings);
    const SimSettings *settings;
} ChainWork;

static void run_all(Context *context, void *user) {
    (void)context;
    ChainWork *work = user;
    Chain *chain = work->chain;
    int64_t longest = 0;
    for (int i = 0; i < work->count; i++) {
        Run *launch = &chain->launches[i];
        *launch = (Run){.cli = chain->run->cli, .function = work->programs[i], .target = chain->run->target};
        launch->tensors = tensors_for(launch->function);
        launch->has_tensors = true;
        for (int t = 0; t < launch->tensors.count; t++) fill(chain, &launch->tensors.tensors[t]);
        work->launch(launch, work->settings);
        add_summary(chain, launch, &longest);
        chain->done++;
    }
    for (int t = 0; t < chain->run->tensors.count; t++) fill(chain, &chain->run->tensors.tensors[t]);
}

void run_launches(Run *run, int count, Function *const programs[],
                  void (*launch)(Run *launch, const SimSettings *settings), const SimSettings *settings) {
    Context *context = run->cli->context;
    Chain chain = {.run = run, .launches = arena_new_array(&context->unit, Run, (size_t)count)};
    ChainWork work = {&chain, count, programs, launch, settings};
    bool done = context_try(context, run_all, &work);
    for (int i = 0; i < count; i++) run_end(&chain.launches[i]);
    if (!done) fail_now(context);
}
