// DST sections: how tile expressions become instructions on DST registers.
//
// A register is as many DST tiles as a section works on at once (a subblock of rows x columns tiles), so that one
// init serves all of them.
#ifndef TTILE_PASS_DST_H
#define TTILE_PASS_DST_H

#include "pass/internal.h"

enum { MAX_REGISTERS = 16 };

// Registers that the innermost body of a computing nest needs at once; MAX_REGISTERS + 1 if it is too many.
int dst_registers(Function *function, Statement *nest);

// The loops of a computing nest that index what it stores, outermost first (at most MAX_RANK), and the innermost body.
typedef struct NestLoops {
    int count;
    Statement *loops[MAX_RANK];
    Block *body;             // holds stores and k loops; for a nest without loops the block around it
    Statement *first, *last; // of the body
} NestLoops;
NestLoops nest_loops(Statement *nest);
// The accumulation of a product, in a loop over k or by itself.
bool is_product_store(const Statement *store);
bool holds_product(const Statement *nest);
// The store inside a k loop (or the store itself).
Statement *product_store(Statement *statement);

#endif
