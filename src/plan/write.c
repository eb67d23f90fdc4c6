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

typedef struct Writing {
    FileBatch batch;
    const char *path, *program_path; // the latter NULL: no program text
    const Text *program_text;
    Text text;
} Writing;

static bool is_same_file(const char *path, const char *other) {
    struct stat one, two;
    if (!strcmp(path, other)) return true;
    return !stat(path, &one) && !stat(other, &two) && one.st_dev == two.st_dev && one.st_ino == two.st_ino;
}

// A batch would make folders that are missing; a mistyped one is an error here.
static void require_place(Context *context, const char *path, size_t folder_length) {
    const char *folder = folder_length ? arena_copy_text(&context->unit, path, folder_length) : ".";
    struct stat status;
    if (!*path) fail(context, DIAG_FILE_UNWRITABLE, (Location){0}, "cannot write the plan: its name is empty");
    if (stat(folder, &status) != 0 || !S_ISDIR(status.st_mode))
        fail(context, DIAG_FILE_UNWRITABLE, (Location){0}, "cannot write '%s': there is no folder '%s'", path, folder);
}

static void require_own_name(Context *context, const char *path, const char *program_path) {
    if (!is_same_file(path, program_path)) return;
    report(context, DIAG_PLAN_PATH, (Location){0}, "expected a name for the plan, seen that of its program text: `%s`",
           path);
    report_help(context, "choose another name, such as " PLAN_FILE_NAME);
    fail_now(context);
}

static void write_both(Context *context, void *user) {
    (void)context;
    Writing *writing = user;
    const Text *program = writing->program_text;
    if (writing->program_path) batch_write(&writing->batch, writing->program_path, program->data, program->length);
    batch_write(&writing->batch, writing->path, writing->text.data, writing->text.length);
    batch_publish(&writing->batch);
}

void plan_write_to(Context *context, const char *path, const Value *plan, const Text *program_text) {
    const char *slash = strrchr(path, '/');
    size_t folder = slash ? (size_t)(slash - path) + 1 : 0;
    const char *program = program_file(plan);
    Writing writing = {.batch = {.context = context}, .path = path, .program_text = program_text};
    require_place(context, path, folder);
    if (program) {
        writing.program_path = arena_format(&context->unit, "%.*s%s", (int)folder, path, program);
        require_own_name(context, path, writing.program_path);
    }
    writing.text.arena = &context->unit;
    plan_print(plan, &writing.text);
    bool done = context_try(context, write_both, &writing);
    batch_discard(&writing.batch);
    if (!done) fail_now(context);
}

void plan_write(Context *context, const char *folder, const Value *plan, const Text *program_text) {
    folder_make(context, folder);
    plan_write_to(context, arena_format(&context->unit, "%s/%s", folder, PLAN_FILE_NAME), plan, program_text);
}
