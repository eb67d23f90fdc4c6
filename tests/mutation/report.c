// The campaign's figures as tables.
#include "campaign.h"

#include <stdio.h>

void count_verdict(Count *count, const Verdict *verdict, bool is_equivalent) {
    count->mutants++;
    count->by_verifier += verdict->by_verifier != NULL;
    count->by_simulator += verdict->by_simulator != NULL;
    count->equivalent += is_equivalent;
}

int percent_by_simulator(const Count *count) {
    int others = count->mutants - count->equivalent;
    return others ? 100 * count->by_simulator / others : 100;
}

static void print_row(const char *name, const Count *count) {
    if (count->mutants == 0) return;
    printf("| %-28s | %7d | %8d | %9d | %10d | %4d%% |\n", name, count->mutants, count->by_verifier,
           count->by_simulator, count->equivalent, percent_by_simulator(count));
}

static void print_head(const char *what) {
    printf("\n| %-28s | mutants | verifier | simulator | equivalent | share |\n", what);
    printf("| %-28s | ------: | -------: | --------: | ---------: | ----: |\n", "---");
}

void print_figures(const Figures *figures) {
    print_head("kernel");
    for (int i = 0; i < kernel_count; i++) print_row(kernels[i].name, &figures->per_kernel[i]);
    print_head("mutation");
    for (int i = 0; i < MUTATION_COUNT; i++) print_row(mutation_names[i], &figures->per_mutation[i]);
    print_head("instruction");
    for (int i = 0; i < INSTR_COUNT; i++)
        print_row(instruction_at((InstructionId)i)->name, &figures->per_instruction[i]);
    print_row("others", &figures->others);
    print_row("all", &figures->all);
}
