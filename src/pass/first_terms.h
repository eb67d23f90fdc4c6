// Sums that need no zeros to begin with.
#ifndef TTILE_PASS_FIRST_TERMS_H
#define TTILE_PASS_FIRST_TERMS_H

#include "pass/dst.h"

typedef struct FirstTerm {
    const Statement *nest; // adds products in every turn of a loop
    const Statement *loop; // whose first turn writes what the others add to
} FirstTerm;

typedef VECTOR(FirstTerm) FirstTerms;

// Finds the sums of the block whose first term may be written over nothing, and removes the nests that clear them.
FirstTerms find_first_terms(Function *function, Block *block);
// The loop in whose first turn the nest writes; NULL if it adds in every turn.
const Statement *first_term_loop(const FirstTerms *terms, const Statement *nest);

#endif
