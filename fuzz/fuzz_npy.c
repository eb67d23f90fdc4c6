// .npy files: read into a small bfloat16 and a small int32 tensor.
#include "fuzz.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "data/npy.h"

#define ROWS    4
#define COLUMNS 3

static void read_as(Context *context, const char *path, DType type) {
    Tensor tensor = {
        .name = name_of(context, "A"), .type = type, .rank = 2, .shape = {ROWS, COLUMNS}, .count = ROWS * COLUMNS};
    tensor.data = arena_array(&context->unit, tensor.count, dtype_bytes(type));
    npy_read(context, path, &tensor);
}

typedef struct NpyFile {
    const char *path;
    DType type;
} NpyFile;

static void try_type(Context *context, void *user) {
    const NpyFile *file = user;
    read_as(context, file->path, file->type);
}

static void read_npy(Context *context, void *user) {
    const FuzzInput *input = user;
    int file = memfd_create("fuzz.npy", 0);
    if (file < 0) return;
    const char *path = arena_format(&context->unit, "/proc/self/fd/%d", file);
    if (write(file, input->bytes, input->length) == (ssize_t)input->length) {
        context_try(context, try_type, &(NpyFile){path, DTYPE_BFLOAT16});
        context_try(context, try_type, &(NpyFile){path, DTYPE_INT32});
    }
    close(file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) { return fuzz_run(data, size, read_npy); }
