// Writing a plan: the program text first and the plan last, so that a plan never names a text that is not there.
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/json.h"
#include "plan/plan.h"

void plan_print(const Value *plan, Text *out) { json_print(plan, out); }

static const char *program_file(const Value *plan) {
    const Value *kernels = value_get(plan, "kernels");
    return kernels && kernels->count ? value_get(value_get(kernels->items[0], "program"), "file")->text : NULL;
}

// Before anything is written: a place that cannot be a plan's leaves no program beside it.
static void require_place(Context *context, const char *path, const char *name, const char *program) {
    struct stat place;
    const char *why = NULL;
    if (!*name || (stat(path, &place) == 0 && S_ISDIR(place.st_mode)))
        why = "it is a folder";
    else if (program && !strcmp(name, program))
        why = "the program's text has that name";
    if (!why) return;
    report(context, DIAG_FILE_UNWRITABLE, (Location){0}, "cannot write the plan to '%s': %s", path, why);
    report_help(context, "give the plan a file name of its own, such as %s", PLAN_FILE_NAME);
    fail_now(context);
}

void plan_write_to(Context *context, const char *path, const Value *plan, const Text *program_text) {
    const char *slash = strrchr(path, '/');
    int folder = slash ? (int)(slash - path) + 1 : 0;
    const char *program = program_file(plan);
    require_place(context, path, path + folder, program);
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
