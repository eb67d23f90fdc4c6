// What the fuzz targets share: each defines fuzz_one, which runs hostile bytes through one reader inside a context of
// its own. Diagnostics are the expected answer; a crash, a sanitizer report, a hang or an internal error is a finding.
#ifndef TTILE_FUZZ_FUZZ_H
#define TTILE_FUZZ_FUZZ_H

#include <stdint.h>

#include "base/context.h"

typedef struct FuzzInput {
    const char *bytes;
    size_t length;
} FuzzInput;

// Stops the process when a diagnostic of kind INTERNAL was reported: the input broke an invariant.
void fuzz_refuse_internal(const Context *context);
// Runs `work` with a FuzzInput as its user data, in a new context with a bounded allocator.
int fuzz_run(const uint8_t *data, size_t size, void (*work)(Context *context, void *user));

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
