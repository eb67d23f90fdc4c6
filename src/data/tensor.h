// Tensors of the host: the arrays that go in and come out, in row-major element order.
#ifndef TTILE_DATA_TENSOR_H
#define TTILE_DATA_TENSOR_H

#include "ir/ir.h"

typedef struct Tensor {
    Name name;
    DType type;
    int rank;
    int64_t shape[MAX_RANK];
    size_t count; // elements
    void *data;   // dtype_bytes(type) an element
} Tensor;

// One tensor per parameter of the function, in their order; sizes by their bound values. Data is malloc'd through the
// context's allocator and freed by tensors_free. Fails if a size is not positive or the sum exceeds the address space.
typedef struct TensorSet {
    Context *context;
    int count;
    Tensor *tensors;
} TensorSet;

TensorSet tensors_for(Function *function); // zeroed
void tensors_free(TensorSet *set);

// Seeded inputs by docs/simulator.md: normal for floats (scaled by 1 / sqrt(longest reduction) where a product would
// overflow), small non-negative integers for integers, booleans half and half. The same seed gives the same bytes
// anywhere. Outputs are left zeroed. `seed` and the tensor's place among the parameters decide the stream.
void tensors_fill_inputs(TensorSet *set, const Function *function, uint64_t seed);

#endif
