// Runs the campaign: each mutant of each kernel goes to the verifier and, whatever that says, to the simulator.
//
//     mutation [--verbose] [KERNEL ...]
//
// The simulator catches a mutant if it refuses the run or gives other outputs than the program that was not changed.
// Fails if a mutant that is not listed as equivalent is caught by neither, if one that is listed is caught or is not
// there any more, if the simulator alone catches too few, or if an unchanged program is refused.
#include "campaign.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pass/pass.h"
#include "sim/sim.h"

enum { STEP_LIMIT = 200000, SEED = 1, SIMULATOR_PERCENT = 90 };

#define LIST "tests/mutation/equivalent.txt"

typedef struct Count {
    int mutants, by_verifier, by_simulator, equivalent;
} Count;

typedef struct Verdict {
    bool by_verifier, by_simulator;
    const char *verifier_says, *simulator_says; // codes
} Verdict;

typedef struct Subject {
    Context *context;
    const Kernel *kernel;
    Function *program;
    const Target *target;
    TensorSet inputs, outputs, expected;
    const Mutant *mutant;
    Verdict verdict;
} Subject;

typedef struct Campaign {
    Context *context; // of the list
    Equivalents equivalents;
    bool verbose;
    int failures;
    Count per_kernel[64], per_mutation[MUTATION_COUNT], per_instruction[INSTR_COUNT], others, all;
} Campaign;

// ---------------------------------------------------------------- one run

static void forget_diagnostics(Context *context) {
    context->diagnostics.count = 0;
    context->delivered = 0;
    context->error_count = 0;
    arena_reset(&context->scratch);
}

static const char *code_seen(const Context *context) {
    for (uint32_t i = 0; i < context->diagnostics.count; i++)
        if (diagnostic_kind(context->diagnostics.items[i].code) >= KIND_USER)
            return diagnostic_name(context->diagnostics.items[i].code);
    return "outputs";
}

static size_t tensor_bytes(const Tensor *tensor) { return tensor->count * (size_t)dtype_bytes(tensor->type); }

static void copy_tensors(TensorSet *to, const TensorSet *from) {
    for (int i = 0; i < to->count; i++)
        memcpy(to->tensors[i].data, from->tensors[i].data, tensor_bytes(&to->tensors[i]));
}

static bool same_tensors(const TensorSet *a, const TensorSet *b) {
    for (int i = 0; i < a->count; i++)
        if (memcmp(a->tensors[i].data, b->tensors[i].data, tensor_bytes(&a->tensors[i])) != 0) return false;
    return true;
}

static void verify(Context *context, void *user) {
    Subject *subject = user;
    (void)context;
    program_verify(subject->program, subject->target);
}

static void simulate(Context *context, void *user) {
    Subject *subject = user;
    (void)context;
    SimOptions options = {.threads = 1, .numbers = true, .step_limit = STEP_LIMIT};
    copy_tensors(&subject->outputs, &subject->inputs);
    sim_run(subject->program, subject->target, &subject->outputs, &options);
}

static bool refused(Subject *subject, void (*work)(Context *, void *), const char **code) {
    bool fine = context_try(subject->context, work, subject);
    *code = fine ? "-" : code_seen(subject->context);
    forget_diagnostics(subject->context);
    return !fine;
}

static Verdict judge(Subject *subject) {
    Verdict verdict = {0};
    verdict.by_verifier = refused(subject, verify, &verdict.verifier_says);
    verdict.by_simulator = refused(subject, simulate, &verdict.simulator_says);
    if (!verdict.by_simulator && !same_tensors(&subject->outputs, &subject->expected)) {
        verdict.by_simulator = true;
        verdict.simulator_says = "outputs";
    }
    return verdict;
}

// ---------------------------------------------------------------- counting

static void count(Count *count, const Verdict *verdict, bool is_equivalent) {
    count->mutants++;
    count->by_verifier += verdict->by_verifier;
    count->by_simulator += verdict->by_simulator;
    count->equivalent += is_equivalent;
}

static void complain(Campaign *campaign, const Subject *subject, const char *what, const char *mutant) {
    printf("FAIL %s: %s / %s\n", what, subject->kernel->name, mutant);
    campaign->failures++;
}

static void judge_mutant(Campaign *campaign, Subject *subject, const Mutant *mutant) {
    mutant_apply(mutant);
    Verdict verdict = judge(subject);
    mutant_undo(mutant);
    Equivalent *listed = equivalents_find(&campaign->equivalents, subject->kernel->name, mutant->name);
    bool caught = verdict.by_verifier || verdict.by_simulator;
    if (listed) listed->seen = true;
    if (listed && caught) complain(campaign, subject, "listed as equivalent, but caught", mutant->name);
    if (!listed && !caught) complain(campaign, subject, "survives", mutant->name);
    if (campaign->verbose)
        printf("%-24s %-24s %s / %s\n", verdict.verifier_says, verdict.simulator_says, subject->kernel->name,
               mutant->name);
    count(&campaign->per_kernel[subject->kernel - kernels], &verdict, listed != NULL);
    count(&campaign->per_mutation[mutant->mutation], &verdict, listed != NULL);
    count(mutant->kind ? &campaign->per_instruction[mutant->kind->id] : &campaign->others, &verdict, listed != NULL);
    count(&campaign->all, &verdict, listed != NULL);
}

// ---------------------------------------------------------------- kernels

static void open_kernel(Context *context, void *user) {
    Subject *subject = user;
    subject->program = kernel_program(context, subject->kernel);
    subject->target = options_of(subject->program).target;
    subject->inputs = tensors_for(subject->program);
    subject->outputs = tensors_for(subject->program);
    subject->expected = tensors_for(subject->program);
    tensors_fill_inputs(&subject->inputs, subject->program, SEED);
}

static void print_diagnostics(const Context *context) {
    for (uint32_t i = 0; i < context->diagnostics.count; i++) printf("  %s\n", context->diagnostics.items[i].message);
}

static bool accepted(Campaign *campaign, Subject *subject) {
    bool fine = context_try(subject->context, open_kernel, subject) && context_try(subject->context, verify, subject) &&
                context_try(subject->context, simulate, subject);
    if (!fine) complain(campaign, subject, "refused without any change", "");
    if (!fine) print_diagnostics(subject->context);
    forget_diagnostics(subject->context);
    if (fine) copy_tensors(&subject->expected, &subject->outputs);
    return fine;
}

static void judge_kernel(Campaign *campaign, const Kernel *kernel) {
    Subject subject = {.context = context_new(NULL), .kernel = kernel};
    if (accepted(campaign, &subject)) {
        Mutants mutants = mutants_of(subject.program);
        for (uint32_t i = 0; i < mutants.list.count; i++) judge_mutant(campaign, &subject, &mutants.list.items[i]);
    }
    tensors_free(&subject.inputs);
    tensors_free(&subject.outputs);
    tensors_free(&subject.expected);
    context_free(subject.context);
}

// ---------------------------------------------------------------- the report

static int percent_by_simulator(const Count *count) {
    int others = count->mutants - count->equivalent;
    return others ? 100 * count->by_simulator / others : 100;
}

static void print_row(const char *name, const Count *count) {
    if (count->mutants == 0) return;
    printf("| %-28s | %7d | %8d | %9d | %10d | %3d %% |\n", name, count->mutants, count->by_verifier,
           count->by_simulator, count->equivalent, percent_by_simulator(count));
}

static void print_head(const char *what) {
    printf("\n| %-28s | mutants | verifier | simulator | equivalent | share |\n", what);
    printf("| %-28s | ------: | -------: | --------: | ---------: | ----: |\n", "---");
}

static void print_tables(const Campaign *campaign) {
    print_head("kernel");
    for (int i = 0; i < kernel_count; i++) print_row(kernels[i].name, &campaign->per_kernel[i]);
    print_head("mutation");
    for (int i = 0; i < MUTATION_COUNT; i++) print_row(mutation_names[i], &campaign->per_mutation[i]);
    print_head("instruction");
    for (int i = 0; i < INSTR_COUNT; i++)
        print_row(instruction_at((InstructionId)i)->name, &campaign->per_instruction[i]);
    print_row("others", &campaign->others);
    print_row("all", &campaign->all);
}

static bool is_chosen(const char *name, int count, char *const names[]) {
    bool any = false;
    for (int i = 0; i < count; i++) {
        if (!strcmp(names[i], name)) return true;
        any = any || names[i][0] != '-';
    }
    return !any;
}

static bool was_dropped(const Campaign *campaign, Effect effect) {
    for (int i = 0; i < INSTR_COUNT; i++)
        if (instruction_at((InstructionId)i)->effect == effect && campaign->per_instruction[i].mutants) return true;
    return false;
}

// A kind of instruction that no kernel holds would be left out without a word.
static void check_coverage(Campaign *campaign) {
    for (int i = 0; i < INSTR_COUNT; i++) {
        const Instruction *instruction = instruction_at((InstructionId)i);
        if (!is_synchronising(instruction->effect) || was_dropped(campaign, instruction->effect)) continue;
        printf("FAIL no kernel holds %s\n", instruction->name);
        campaign->failures++;
    }
}

static void check_list(Campaign *campaign, int count, char *const names[]) {
    for (uint32_t i = 0; i < campaign->equivalents.list.count; i++) {
        const Equivalent *entry = &campaign->equivalents.list.items[i];
        if (entry->seen || !is_chosen(entry->kernel, count, names)) continue;
        printf("FAIL %s:%d: there is no such mutant: %s / %s\n", LIST, entry->line, entry->kernel, entry->mutant);
        campaign->failures++;
    }
    if (percent_by_simulator(&campaign->all) >= SIMULATOR_PERCENT) return;
    printf("FAIL the simulator alone catches less than %d %%\n", SIMULATOR_PERCENT);
    campaign->failures++;
}

static void read_list(Context *context, void *user) {
    ((Campaign *)user)->equivalents = equivalents_read(context, LIST);
}

int main(int argc, char *argv[]) {
    Campaign *campaign = calloc(1, sizeof *campaign);
    campaign->context = context_new(NULL);
    campaign->verbose = argc > 1 && !strcmp(argv[1], "--verbose");
    if (!context_try(campaign->context, read_list, campaign)) {
        print_diagnostics(campaign->context);
        return 1;
    }
    for (int i = 0; i < kernel_count; i++)
        if (is_chosen(kernels[i].name, argc - 1, argv + 1)) judge_kernel(campaign, &kernels[i]);
    print_tables(campaign);
    check_list(campaign, argc - 1, argv + 1);
    if (is_chosen("", argc - 1, argv + 1)) check_coverage(campaign);
    int failures = campaign->failures;
    context_free(campaign->context);
    free(campaign);
    return failures != 0;
}
