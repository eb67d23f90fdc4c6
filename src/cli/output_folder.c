// Whose folder is it? What an earlier compilation of the kernel wrote may be written again; a folder that holds
// anything else is somebody's, and is left alone unless told otherwise.
#include <dirent.h>
#include <string.h>

#include "cli/cli.h"

static bool ends_with(const char *text, const char *end) {
    size_t length = strlen(text), end_length = strlen(end);
    return length >= end_length && !strcmp(text + length - end_length, end);
}

static bool begins_with(const char *text, const char *start) { return !strncmp(text, start, strlen(start)); }

// Kernels of an earlier compilation may have had more roles: reader_2.cpp.
static bool is_kernel(const char *name) {
    return ends_with(name, ".cpp") &&
           (begins_with(name, "reader") || begins_with(name, "compute") || begins_with(name, "writer"));
}

static bool is_own(const char *name, int count, const char *const own[]) {
    static const char *const always[] = {".",      "..",       "tt.plan.json", "run.py",        "host.cpp",
                                         "inputs", "expected", "__pycache__",  "CMakeLists.txt"};
    for (size_t i = 0; i < sizeof always / sizeof *always; i++)
        if (!strcmp(always[i], name)) return true;
    for (int i = 0; i < count; i++)
        if (!strcmp(own[i], name)) return true;
    return is_kernel(name);
}

void require_own_folder(Cli *cli, const char *folder, int count, const char *const own[]) {
    DIR *entries = opendir(folder);
    if (!entries) return; // it is made, or fails to be, when something is written
    const char *stranger = NULL;
    for (const struct dirent *entry; !stranger && (entry = readdir(entries));)
        if (!is_own(entry->d_name, count, own))
            stranger = arena_copy_text(&cli->context->unit, entry->d_name, strlen(entry->d_name));
    closedir(entries);
    if (!stranger) return;
    report(cli->context, DIAG_OUTPUT_FOLDER, (Location){0}, "`%s` holds files that ttile did not write: `%s`", folder,
           stranger);
    report_help(cli->context, "choose another folder with -o, or write there with --force");
    fail_now(cli->context);
}
