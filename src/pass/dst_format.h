// Whether DST holds 32 or 16 bits: 32 if and only if something that is computed with is float32.
#ifndef TTILE_PASS_DST_FORMAT_H
#define TTILE_PASS_DST_FORMAT_H

#include "pass/internal.h"

typedef struct DstNeed {
    bool fp32;
    const Buffer *wide;        // the first float32 buffer that a statement computes with; NULL: none
    const Statement *computes; // that statement
    const Statement *adds_up;  // the first product that adds up in float32; NULL: none
} DstNeed;

// What `statement`, a store of a computing nest, needs for an expression in its value, or for what it stores to.
void dst_need_expression(DstNeed *need, const Statement *statement, const Expr *expr);
void dst_need_buffer(DstNeed *need, const Statement *statement, const Buffer *buffer);
// Sets tt.dst_schedule; fails with DIAG_NO_FP32_DST where the target does not have what is needed.
void dst_set_schedule(Function *function, const CompileOptions *options, const DstNeed *need);

#endif
