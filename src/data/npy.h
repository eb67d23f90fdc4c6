// .npy files, version 1 and 2, C order, little endian.
#ifndef TTILE_DATA_NPY_H
#define TTILE_DATA_NPY_H

#include "data/tensor.h"

// Reads a file into the tensor: its shape must be the tensor's; its dtype too, or float32/float64 that is rounded to a
// 16-bit float tensor (numpy has no bfloat16; ml_dtypes' '<V2' is taken as raw bfloat16). Fails with DIAG_NPY_*.
void npy_read(Context *context, const char *path, Tensor *tensor);
// Gives the bytes of the file to `take`; they are released when it returns or fails.
typedef void NpyTake(Context *context, void *user, const void *data, size_t length);
void npy_format(Context *context, const Tensor *tensor, NpyTake *take, void *user);
// Writes atomically. bfloat16 is written as float32, exactly.
void npy_write(Context *context, const char *path, const Tensor *tensor);

#endif
