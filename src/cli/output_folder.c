// Whose folder is it? The plan in it names what an earlier compilation wrote, and what that held: all of it is
// replaced, and what is not written again is removed. Files that somebody changed or added are left alone, and nothing
// is written beside them unless told so. Whatever fails before all new files are there leaves the folder as it was.
#include "cli/output_folder.h"

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *path_of(const Output *output, const char *name) {
    return arena_format(&output->cli->context->unit, "%s/%s", output->folder, name);
}

static bool is_file(const char *path) {
    struct stat status;
    return lstat(path, &status) == 0 && S_ISREG(status.st_mode);
}

static const PlanEntry *find_entry(const PlanEntries *entries, const char *name) {
    for (uint32_t i = 0; i < entries->count; i++)
        if (!strcmp(entries->items[i].path, name)) return &entries->items[i];
    return NULL;
}

// ---------------------------------------------------------------- files of others

static _Noreturn void refuse(const Output *output, const char *name, const char *why) {
    Context *context = output->cli->context;
    report(context, DIAG_OUTPUT_FOLDER, (Location){0}, "`%s` holds files that %s: `%s`", output->folder, why, name);
    report_help(context, "choose another folder with -o, or write there with --force");
    fail_now(context);
}

static bool is_unchanged(const Output *output, const PlanEntry *entry) {
    const char *path = path_of(output, entry->path);
    return is_file(path) && plan_entry_holds(output->cli->context, entry, path);
}

static void require_own(const Output *output, const char *name) {
    const PlanEntry *entry = find_entry(&output->old, name);
    if (!entry) refuse(output, name, "ttile did not write");
    if (!is_unchanged(output, entry)) refuse(output, name, "were changed after ttile wrote them");
}

// A folder that an old file lies in: `name/` begins its path.
static bool is_own_folder(const Output *output, const char *name) {
    size_t length = strlen(name);
    struct stat status;
    if (lstat(path_of(output, name), &status) != 0 || !S_ISDIR(status.st_mode)) return false;
    for (uint32_t i = 0; i < output->old.count; i++) {
        const char *path = output->old.items[i].path;
        if (!strncmp(path, name, length) && path[length] == '/') return true;
    }
    return false;
}

// Data that kernels are run on may lie beside them, and Python leaves things there.
static bool is_nobodys(const char *name) {
    static const char *const names[] = {".", "..", "inputs", "expected", "__pycache__"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(names[i], name)) return true;
    return false;
}

// `inside` is empty, or names a folder with a slash behind it.
static void require_own_entries(const Output *output, const char *inside) {
    Arena *arena = &output->cli->context->unit;
    VECTOR(const char *) names = {0};
    DIR *entries = opendir(path_of(output, inside));
    if (!entries) return; // it is made, or fails to be, when something is written
    for (const struct dirent *entry; (entry = readdir(entries));)
        if (!is_nobodys(entry->d_name)) vector_push(arena, names, arena_format(arena, "%s%s", inside, entry->d_name));
    closedir(entries);
    for (uint32_t i = 0; i < names.count; i++) {
        if (!*inside && is_own_folder(output, names.items[i]))
            require_own_entries(output, arena_format(arena, "%s/", names.items[i]));
        else
            require_own(output, names.items[i]);
    }
}

// ---------------------------------------------------------------- writing

Output output_open(Cli *cli, const char *folder, bool force) {
    Output output = {.cli = cli, .folder = folder, .force = force, .batch = {.context = cli->context}};
    output.old = plan_read_entries(cli->context, path_of(&output, PLAN_FILE_NAME));
    if (force) return output;
    bool is_known = output.old.count || access(path_of(&output, PLAN_FILE_NAME), F_OK) != 0;
    if (!is_known) refuse(&output, PLAN_FILE_NAME, "ttile did not write, or that were changed");
    require_own_entries(&output, "");
    return output;
}

void output_add(Output *output, const char *name, const void *data, size_t length) {
    const char *path = path_of(output, name);
    if (!output->force && access(path, F_OK) == 0) require_own(output, name);
    batch_write(&output->batch, path, data, length);
    vector_push(&output->cli->context->unit, output->written, plan_entry(name, data, length));
}

static void remove_file(const Output *output, const char *name) {
    const char *path = path_of(output, name), *slash = strchr(name, '/');
    unlink(path);
    if (slash) rmdir(arena_format(&output->cli->context->unit, "%s/%.*s", output->folder, (int)(slash - name), name));
}

// The old plan goes first and the new one comes last: whatever happens between, no plan names kernels that are not its
// own.
void output_publish(Output *output, const Value *plan) {
    Context *context = output->cli->context;
    Text text = {.arena = &context->unit};
    plan_print_with_files(context, plan, &output->written, &text);
    batch_write(&output->batch, path_of(output, PLAN_FILE_NAME), text.data, text.length);
    VECTOR(const char *) stale = {0};
    for (uint32_t i = 0; i < output->old.count; i++) {
        const PlanEntry *entry = &output->old.items[i];
        bool again = find_entry(&output->written, entry->path) || !strcmp(entry->path, PLAN_FILE_NAME);
        if (!again && is_unchanged(output, entry)) vector_push(&context->unit, stale, entry->path);
    }
    unlink(path_of(output, PLAN_FILE_NAME));
    batch_publish(&output->batch);
    for (uint32_t i = 0; i < stale.count; i++) remove_file(output, stale.items[i]);
}

void output_discard(Output *output) { batch_discard(&output->batch); }
