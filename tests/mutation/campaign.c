// Runs the campaign: each mutant of each kernel goes to the verifier and, whatever that says, to the simulator.
//
//     mutation [--verbose] [KERNEL ...]
//     mutation --self-test
//
// The simulator catches a mutant if it refuses the run or gives other outputs than the program that was not changed.
// Fails if a mutant that is not listed as equivalent is caught by neither, if one that is listed is caught or is not
// made any more, if the simulator alone catches too few, if an unchanged program is refused, or if some kind of
// synchronising instruction is in none of the programs.
#include "campaign.h"

#include <stdio.h>
#include <string.h>

#define LIST "tests/mutation/equivalent.txt"
enum { SIMULATOR_PERCENT = 90 };

typedef struct Campaign {
    Context *context;
    Equivalents equivalents;
    Figures figures;
    bool is_verbose;
    int chosen_count; // kernels by their names; 0: all
    char *const *chosen;
    int failures;
} Campaign;

static void complain(Campaign *campaign, const char *what, const char *kernel, const char *mutant) {
    printf("FAIL %s: %s / %s\n", what, kernel, mutant);
    campaign->failures++;
}

static bool is_chosen(const Campaign *campaign, const char *name) {
    for (int i = 0; i < campaign->chosen_count; i++)
        if (!strcmp(campaign->chosen[i], name)) return true;
    return campaign->chosen_count == 0;
}

// ---------------------------------------------------------------- mutants

static void count_mutant(Figures *figures, const Subject *subject, const Mutant *mutant, const Verdict *verdict,
                         bool is_equivalent) {
    Count *kind = mutant->kind ? &figures->per_instruction[mutant->kind->id] : &figures->others;
    count_verdict(&figures->per_kernel[subject->kernel - kernels], verdict, is_equivalent);
    count_verdict(&figures->per_mutation[mutant->mutation], verdict, is_equivalent);
    count_verdict(kind, verdict, is_equivalent);
    count_verdict(&figures->all, verdict, is_equivalent);
}

static void print_verdict(const Subject *subject, const Mutant *mutant, const Verdict *verdict) {
    printf("%-24s %-24s %s / %s\n", verdict->by_verifier ? verdict->by_verifier : "-",
           verdict->by_simulator ? verdict->by_simulator : "-", subject->kernel->name, mutant->name);
}

static void judge_mutant(Campaign *campaign, Subject *subject, const Mutant *mutant) {
    mutant_apply(mutant);
    Verdict verdict = subject_judge(subject);
    mutant_undo(mutant);
    Equivalent *listed = equivalents_find(&campaign->equivalents, subject->kernel->name, mutant->name);
    bool caught = verdict.by_verifier || verdict.by_simulator;
    if (listed) listed->seen = true;
    if (listed && caught) complain(campaign, "listed as equivalent, but caught", subject->kernel->name, mutant->name);
    if (!listed && !caught) complain(campaign, "survives", subject->kernel->name, mutant->name);
    if (campaign->is_verbose) print_verdict(subject, mutant, &verdict);
    count_mutant(&campaign->figures, subject, mutant, &verdict, listed != NULL);
}

static void judge_kernel(Campaign *campaign, const Kernel *kernel) {
    Subject subject;
    const char *refused = subject_open(&subject, kernel);
    if (refused) complain(campaign, "refused without any change", kernel->name, refused);
    Mutants mutants = refused ? (Mutants){0} : mutants_of(subject.program);
    for (uint32_t i = 0; i < mutants.list.count; i++) judge_mutant(campaign, &subject, &mutants.list.items[i]);
    subject_close(&subject);
}

// ---------------------------------------------------------------- the whole

static void check_list(Campaign *campaign) {
    for (uint32_t i = 0; i < campaign->equivalents.list.count; i++) {
        const Equivalent *entry = &campaign->equivalents.list.items[i];
        if (!entry->seen && is_chosen(campaign, entry->kernel))
            complain(campaign, "is listed, but not made", entry->kernel, entry->mutant);
    }
}

static bool is_in_a_kernel(const Figures *figures, Effect effect) {
    for (int i = 0; i < INSTR_COUNT; i++)
        if (instruction_at((InstructionId)i)->effect == effect && figures->per_instruction[i].mutants) return true;
    return false;
}

// A kind of instruction that no program holds would be left out without a word.
static void check_coverage(Campaign *campaign) {
    for (int i = 0; i < INSTR_COUNT; i++) {
        const Instruction *instruction = instruction_at((InstructionId)i);
        if (is_synchronising(instruction->effect) && !is_in_a_kernel(&campaign->figures, instruction->effect))
            complain(campaign, "is in no kernel", instruction->name, "");
    }
}

static void run_campaign(Campaign *campaign) {
    for (int i = 0; i < kernel_count; i++)
        if (is_chosen(campaign, kernels[i].name)) judge_kernel(campaign, &kernels[i]);
    check_list(campaign);
    if (campaign->chosen_count == 0) check_coverage(campaign);
    if (percent_by_simulator(&campaign->figures.all) < SIMULATOR_PERCENT)
        complain(campaign, "the simulator alone catches too few", "", "");
}

// ---------------------------------------------------------------- can it fail?

typedef struct SelfTest {
    const char *list, *kernel;
    int failures;
} SelfTest;

static const SelfTest self_tests[] = {
    {"", "stream_single_page", 0},
    {"", "functions", 2}, // survive
    {"= no reason\nstream_single_page / reader: drop noc_async_read_barrier()\n", "stream_single_page", 1},
    {"= no reason\nstream_single_page / reader: drop cb_wait_back(cb_A, 1)\n", "stream_single_page", 1},
    {"= of another kernel\ngemm_one_core / reader: drop noc_async_read_barrier()\n", "stream_single_page", 0},
};

static int test_self(Context *context) {
    int wrong = 0;
    for (size_t i = 0; i < sizeof self_tests / sizeof *self_tests; i++) {
        const SelfTest *test = &self_tests[i];
        char *const chosen[] = {(char *)test->kernel};
        Campaign campaign = {.context = context, .chosen_count = 1, .chosen = chosen};
        campaign.equivalents = equivalents_parse(context, arena_format(&context->unit, "%s", test->list));
        run_campaign(&campaign);
        wrong += campaign.failures != test->failures;
        printf("%d failures, expected %d\n", campaign.failures, test->failures);
    }
    return wrong;
}

// ---------------------------------------------------------------- main

typedef struct Arguments {
    int count;
    char **words;
    int failures;
} Arguments;

static void run(Context *context, void *user) {
    Arguments *arguments = user;
    const char *option = arguments->count && arguments->words[0][0] == '-' ? arguments->words[0] : "";
    if (!strcmp(option, "--self-test")) {
        arguments->failures = test_self(context);
        return;
    }
    int skipped = *option ? 1 : 0;
    Campaign campaign = {.context = context,
                         .is_verbose = !strcmp(option, "--verbose"),
                         .chosen_count = arguments->count - skipped,
                         .chosen = arguments->words + skipped};
    campaign.equivalents = equivalents_parse(context, equivalents_read(context, LIST));
    run_campaign(&campaign);
    print_figures(&campaign.figures);
    arguments->failures = campaign.failures;
}

int main(int argc, char *argv[]) {
    Context *context = context_new(NULL);
    Arguments arguments = {argc - 1, argv + 1, 0};
    bool fine = context && context_try(context, run, &arguments);
    for (uint32_t i = 0; context && i < context->diagnostics.count; i++)
        printf("FAIL %s\n", context->diagnostics.items[i].message);
    context_free(context);
    return fine && arguments.failures == 0 ? 0 : 1;
}
