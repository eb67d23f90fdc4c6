// Writing a plan: the program text first and the plan last, so that a plan never names a text that is not there.
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "plan/plan.h"

void plan_print(const Value *plan, Text *out) { json_print(plan, out); }

static const char *program_file(const Value *plan) {
    const Value *kernels = value_get(plan, "kernels");
    return kernels && kernels->count ? value_get(value_get(kernels->items[0], "program"), "file")->text : NULL;
}

void plan_write_to(Context *context, const char *path, const Value *plan, const Text *program_text) {
    const char *slash = strrchr(path, '/');
    int folder = slash ? (int)(slash - path) + 1 : 0;
    const char *program = program_file(plan);
    if (program)
        file_write(context, arena_format(&context->unit, "%.*s%s", folder, path, program), program_text->data,
                   program_text->length);
    Text text = {.arena = &context->unit};
    plan_print(plan, &text);
    file_write(context, path, text.data, text.length);
}

void plan_write(Context *context, const char *folder, const Value *plan, const Text *program_text) {
    folder_make(context, folder);
    plan_write_to(context, arena_format(&context->unit, "%s/%s", folder, PLAN_FILE_NAME), plan, program_text);
}
