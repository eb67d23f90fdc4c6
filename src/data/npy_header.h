// The header of a .npy file: what read and write share (internal to data).
#ifndef TTILE_DATA_NPY_HEADER_H
#define TTILE_DATA_NPY_HEADER_H

#include "data/tensor.h"

typedef struct NpyHeader {
    char descr[16]; // as written, such as "<f4"
    DType type;     // valid when known
    bool known, big_endian;
    bool fortran_order;
    int rank;
    int64_t shape[MAX_RANK];
} NpyHeader;

// Parses the dictionary of a header. Returns NULL, or what was expected where the text goes wrong.
const char *npy_parse_header(const char *text, size_t length, NpyHeader *header);
// Writes magic, version and dictionary for the tensor (bfloat16 as float32), padded to 64 bytes. Returns its length.
#define NPY_HEADER_MAX 512
size_t npy_format_header(const Tensor *tensor, char out[NPY_HEADER_MAX]);
DType npy_file_type(DType type); // the dtype that a file of such a tensor has

#endif
