// The kernels of kernels.def, and how each becomes a lowered program.
#include "campaign.h"

#include <string.h>

#include "api/compile.h"
#include "api/pipelines.h"

const Kernel kernels[] = {
#define KERNEL(name, file, entry, bindings, core_grid, chip) {#name, file, entry, bindings, core_grid, chip},
#include "kernels.def"
#undef KERNEL
};
const int kernel_count = sizeof kernels / sizeof *kernels;
_Static_assert(sizeof kernels / sizeof *kernels <= MAX_KERNELS, "more kernels than figures are kept for");

enum { MAX_BINDINGS = 8 };

// Splits "NAME=VALUE NAME=VALUE".
static int split_bindings(Context *context, const char *text, Binding bindings[MAX_BINDINGS]) {
    int count = 0;
    while (*text && count < MAX_BINDINGS) {
        size_t length = strcspn(text, " "), name = strcspn(text, "=");
        bindings[count++] = (Binding){arena_copy_text(&context->unit, text, name),
                                      arena_copy_text(&context->unit, text + name + 1, length - name - 1)};
        text += length + strspn(text + length, " ");
    }
    return count;
}

Function *kernel_program(Context *context, const Kernel *kernel) {
    Binding bindings[MAX_BINDINGS];
    ElaborateOptions elaborate = {.entry = kernel->entry, .bindings = bindings, .worker_cores = 64};
    elaborate.binding_count = split_bindings(context, kernel->bindings, bindings);
    Function *function = kernel_load(module_open(context), context_read_source(context, kernel->file), &elaborate);
    if (is_program(function)) return function;
    OptionWords words = {.core_grid = kernel->core_grid, .target = kernel->chip, .pipeline = "new"};
    CompileOptions options = compile_options_for(function, &words);
    compile_run(function, &options, &(PipelineOptions){.verify_each = true});
    return function;
}
