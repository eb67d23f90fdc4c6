// Subblocks: how many tiles a DST section works on at once.
#ifndef TTILE_PASS_SUBBLOCK_H
#define TTILE_PASS_SUBBLOCK_H

#include "base/dtype.h"
#include "target/target.h"

typedef struct Subblock {
    int rows, columns;
} Subblock;

// What a nest allows.
typedef struct SubblockLimits {
    int64_t rows, columns; // of the nest: a subblock's sides divide them
    int64_t most_rows, most_columns;
    int tiles; // that DST holds for each value
} SubblockLimits;

// What a product of two tiles costs the engine.
typedef struct ProductCost {
    int64_t step;   // of the matrix unit
    int64_t unpack; // of a tile by one unpacker; of both when they work at once
    int64_t unpack_pair;
    int64_t ahead; // of its bank: how much sooner an unpacker may begin to read
    int64_t call;  // of the core that unpacks, for each call
} ProductCost;
ProductCost product_cost(const Target *target, MathFidelity fidelity, DType format);

// The subblock that takes fewest cycles a product; `cost` is NULL for a nest without products, whose subblock is as
// large and then as square as it may be.
Subblock choose_subblock(const SubblockLimits *limits, const ProductCost *cost);

#endif
