// The mutation campaign: what its files share.
//
// Every synchronising instruction of a lowered program is there for a reason. The campaign takes each away, or moves
// it, and asks whether anything notices: the static verifier, or the simulator by itself.
#ifndef TTILE_TESTS_MUTATION_CAMPAIGN_H
#define TTILE_TESTS_MUTATION_CAMPAIGN_H

#include "data/tensor.h"
#include "program/program.h"

// ---------------------------------------------------------------- what instructions act on (effects.c, effects.def)

typedef enum Resource {
    PRODUCER,   // of a circular buffer: pages reserved, write pointer, running index
    CONSUMER,   // of a circular buffer: pages waited for, read pointer, what they hold
    PAGE,       // a reserved page's content
    READS,      // transfers into pages that no barrier has waited for
    WRITES,     // transfers out of pages that no flush has waited for
    ATOMICS,    // increments that no barrier has waited for
    SEMAPHORE,  // of this core
    PERMISSION, // what this core may do because a semaphore was waited for
    SIGNALS,    // sent to other cores, whose answer may be waited for
    OFFERED,    // pages reserved, which the next signal may offer to other cores
    CLEARED,    // semaphores set, which other cores may change after the next signal
    CHANNEL,    // the order in which other cores see what is sent to them
    SOURCE_A,   // formats of the source registers and of the packer
    SOURCE_B,
    PACK_FORMAT,
    ACCUMULATION, // of the packer
    MATRIX_MODE,  // what the units are set up for
    VECTOR_MODE,
    MATH_SECTION, // who has DST
    PACK_SECTION,
    DST // a tile
} Resource;

bool is_synchronising(Effect effect);
// False if it matters that `first` comes before `second`: instructions, or loops and branches for all that is in them.
bool statements_commute(Module *module, const Statement *first, const Statement *second);

// ---------------------------------------------------------------- mutants (mutants.c)

typedef enum Mutation { MUTATION_DROP, MUTATION_SWAP, MUTATION_OUT, MUTATION_IN, MUTATION_COUNT } Mutation;
extern const char *const mutation_names[MUTATION_COUNT];

typedef struct Place { // of a statement in a block; a NULL block: nowhere
    Block *block;
    Statement *previous; // NULL: at the front
} Place;

typedef struct Mutant {
    Mutation mutation;
    const char *name; // unique in its kernel: the thread, what is done, and which of those with the same words
    Statement *statement;
    Place home, to;
    const Instruction *kind; // the synchronising instruction that it is about; NULL: two others change places
} Mutant;

typedef struct Mutants {
    VECTOR(Mutant) list;
} Mutants;

Mutants mutants_of(Function *program);
void mutant_apply(const Mutant *mutant);
void mutant_undo(const Mutant *mutant);

// ---------------------------------------------------------------- kernels (kernels.c)

typedef struct Kernel {
    const char *name;
    const char *file, *entry;
    const char *bindings; // "NAME=VALUE NAME=VALUE"
    const char *core_grid, *chip;
} Kernel;

extern const Kernel kernels[];
extern const int kernel_count;
// The lowered program: compiled, or read if the file holds one. Fails with diagnostics.
Function *kernel_program(Context *context, const Kernel *kernel);

enum { MAX_KERNELS = 64 };

// ---------------------------------------------------------------- the judges (judge.c)

typedef struct Verdict {
    const char *by_verifier, *by_simulator; // the code that each gave, or "outputs"; NULL: it noticed nothing
} Verdict;

typedef struct Subject {
    Context *context;
    const Kernel *kernel;
    Function *program;
    const Target *target;
    TensorSet inputs, outputs, expected;
} Subject;

// The program unchanged; the code of what refuses it, NULL if nothing does. To be closed in any case.
const char *subject_open(Subject *subject, const Kernel *kernel);
Verdict subject_judge(Subject *subject);
void subject_close(Subject *subject);

// ---------------------------------------------------------------- figures (report.c)

typedef struct Count {
    int mutants, by_verifier, by_simulator, equivalent;
} Count;

typedef struct Figures {
    Count per_kernel[MAX_KERNELS], per_mutation[MUTATION_COUNT], per_instruction[INSTR_COUNT], others, all;
} Figures;

void count_verdict(Count *count, const Verdict *verdict, bool is_equivalent);
int percent_by_simulator(const Count *count); // of those that are not equivalent
void print_figures(const Figures *figures);

// ---------------------------------------------------------------- equivalent mutants (equivalents.c)

typedef struct Equivalent {
    const char *kernel, *mutant, *reason;
    bool seen;
} Equivalent;

typedef struct Equivalents {
    VECTOR(Equivalent) list;
} Equivalents;

char *equivalents_read(Context *context, const char *path);
Equivalents equivalents_parse(Context *context, char *text); // changes the text
Equivalent *equivalents_find(Equivalents *equivalents, const char *kernel, const char *mutant);

#endif
