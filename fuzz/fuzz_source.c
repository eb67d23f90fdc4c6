// TileLang source: lexer, parser and elaboration.
#include "fuzz.h"

#include "front/front.h"

static void elaborate(Context *context, void *user) {
    const FuzzInput *input = user;
    const Source *source = context_add_source(context, "fuzz.py", input->bytes, input->length);
    ElaborateOptions options = {.worker_cores = 64};
    front_elaborate(module_new(context, &ir_operations, 1), source, &options);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) { return fuzz_run(data, size, elaborate); }
