// Symbolic integers of the verifier: a constant plus a sum of coefficient * atom. Sums and atoms are interned, so that
// two amounts are equal exactly when both of their members are. Loop variables appear as the iteration's index of the
// loop at a depth, whatever the variable is called: amounts of different threads can be compared.
#ifndef TTILE_PROGRAM_AMOUNT_H
#define TTILE_PROGRAM_AMOUNT_H

#include "ir/ir.h"

#define MAX_LOOP_DEPTH 64 // one bit each in a mask of depths
#define MAX_TERMS      16
#define MAX_FACTS      16

typedef struct Atom Atom;

typedef struct Term {
    const Atom *atom;
    int64_t coefficient; // never 0
} Term;

typedef struct Sum {
    uint32_t hash, count, size; // `size` counts the atoms below, once per path
    uint64_t depths;            // loops whose index it mentions, at any nesting
    int64_t divisor;            // every value is a multiple of it
    Term terms[];               // by atom number
} Sum;

typedef struct Amount {
    int64_t constant;
    const Sum *sum; // NULL: the amount is a constant
} Amount;

typedef enum AtomKind {
    ATOM_INDEX,    // iteration number of the loop at `depth`
    ATOM_VARIABLE, // a runtime argument, or a size that is not bound
    ATOM_OP,       // op(args)
    ATOM_SUM,      // args[2] summed over the index at `depth` from args[0] to args[1], exclusive
    ATOM_UNKNOWN   // some number that may differ with every iteration
} AtomKind;

struct Atom {
    AtomKind kind;
    ExprOp op; // ATOM_OP
    int depth;
    uint32_t number, hash, size;
    uint64_t depths;
    int64_t divisor;
    const Variable *variable; // ATOM_VARIABLE
    Amount args[3];
};

typedef struct Amounts { // where they are interned
    Arena *arena;
    const Atom **atoms;
    const Sum **sums;
    uint32_t atom_count, atom_capacity, sum_count, sum_capacity;
    const Sum *indices[MAX_LOOP_DEPTH]; // amount_index of each depth, once asked for
    int64_t turns;                      // of sums that may still be worked out one by one
} Amounts;

Amounts amounts_new(Arena *arena);

static inline Amount amount_constant(int64_t value) { return (Amount){.constant = value}; }
static inline bool amount_equal(Amount a, Amount b) { return a.constant == b.constant && a.sum == b.sum; }
static inline bool amount_is(Amount a, int64_t value) { return !a.sum && a.constant == value; }
static inline uint64_t amount_depths(Amount a) { return a.sum ? a.sum->depths : 0; }

Amount amount_atom(Amounts *amounts, const Atom *atom);
Amount amount_unknown(Amounts *amounts);
Amount amount_index(Amounts *amounts, int depth);
Amount amount_variable(Amounts *amounts, const Variable *variable);
// op(args) on as many operands as the op has; folds what is constant.
Amount amount_op(Amounts *amounts, ExprOp op, const Amount args[3]);
// a + b * factor
Amount amount_add_scaled(Amounts *amounts, Amount a, Amount b, int64_t factor);
static inline Amount amount_add(Amounts *amounts, Amount a, Amount b) { return amount_add_scaled(amounts, a, b, 1); }
static inline Amount amount_scale(Amounts *amounts, Amount a, int64_t factor) {
    return amount_add_scaled(amounts, (Amount){0}, a, factor);
}
static inline Amount amount_subtract(Amounts *amounts, Amount a, Amount b) {
    return amount_add_scaled(amounts, a, b, -1);
}
Amount amount_multiply(Amounts *amounts, Amount a, Amount b);
// Sum of `body` over the index at `depth`, from `start` to `end` (exclusive; not before start).
Amount amount_total(Amounts *amounts, int depth, Amount start, Amount end, Amount body);
// The coefficient of that index among the sum's own terms; 0 if it is none of them.
int64_t amount_coefficient(Amount a, int depth);
// Greatest common divisor of the constant and all terms; 0 for the constant 0.
int64_t amount_divisor(Amount a);

// ---------------------------------------------------------------- what is known where an amount is used

typedef struct Interval {
    int64_t low, high; // inclusive; INT64_MIN and INT64_MAX: not known
} Interval;

// Functions that take a place use it for their work and leave it as it was.
typedef struct Place {
    Amounts *amounts;
    int depth;                     // loops around
    Amount start[MAX_LOOP_DEPTH];  // first index of the part of the loop that is being walked
    Amount end[MAX_LOOP_DEPTH];    // behind the last one
    int64_t index[MAX_LOOP_DEPTH]; // the index itself, where `fixed` has the depth's bit
    uint64_t fixed;
    // Range of the terms that are variables, together: over all cores, or on the one that is looked at.
    Interval (*variables)(const void *user, uint32_t count, const Term terms[]);
    const void *variables_user;
    Amount facts[MAX_FACTS]; // at least 0, by the conditions around
    int fact_count;
    int nesting;   // of ranges being worked out
    bool concrete; // everything that is not unknown has a value
} Place;

// Puts in the indices that are fixed; when concrete, everything.
Amount amount_resolve(Place *place, Amount a);
Interval amount_interval(Place *place, Amount a);
// True if a >= bound whatever the indices and variables are.
bool amount_at_least(Place *place, Amount a, int64_t bound);
bool amount_not_above(Place *place, Amount a, Amount b);

typedef enum Truth { TRUTH_NO, TRUTH_YES, TRUTH_OPEN } Truth;
// A condition, as amount_op made it.
Truth amount_truth(Place *place, Amount condition);

// Adds what follows from the condition holding or not holding to the place's facts; the caller resets fact_count.
void amount_assume(Place *place, Amount condition, bool holds);

void amount_print(Amount a, Text *out);

#endif
