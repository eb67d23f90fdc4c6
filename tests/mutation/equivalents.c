// The list of mutants that change nothing that anyone could see, each with the reason. A line that begins with "=" is a
// reason and holds for the lines below it: "KERNEL / MUTANT". "#" begins a comment.
#include "campaign.h"

#include <string.h>

#include "base/file.h"

enum { LARGEST_LIST = 1 << 20 };

static char *next_line(char **at) {
    char *line = *at, *end = strchr(line, '\n');
    if (!*line) return NULL;
    *at = end ? end + 1 : line + strlen(line);
    if (end) *end = 0;
    return line;
}

static void add_line(Context *context, Equivalents *equivalents, char *line, const char *reason, int number) {
    char *slash = strstr(line, " / ");
    if (!slash || !reason)
        fail(context, DIAG_FILE_UNREADABLE, (Location){0}, "line %d: expected a reason, then KERNEL / MUTANT", number);
    *slash = 0;
    Equivalent entry = {.kernel = line, .mutant = slash + 3, .reason = reason};
    vector_push(&context->unit, equivalents->list, entry);
}

char *equivalents_read(Context *context, const char *path) {
    size_t length;
    return file_read(context, path, LARGEST_LIST, &length);
}

Equivalents equivalents_parse(Context *context, char *text) {
    Equivalents equivalents = {0};
    const char *reason = NULL;
    char *at = text, *line;
    for (int number = 1; (line = next_line(&at)); number++) {
        if (*line == '=')
            reason = line + 1 + strspn(line + 1, " ");
        else if (*line && *line != '#')
            add_line(context, &equivalents, line, reason, number);
    }
    return equivalents;
}

Equivalent *equivalents_find(Equivalents *equivalents, const char *kernel, const char *mutant) {
    for (uint32_t i = 0; i < equivalents->list.count; i++) {
        Equivalent *entry = &equivalents->list.items[i];
        if (!strcmp(entry->kernel, kernel) && !strcmp(entry->mutant, mutant)) return entry;
    }
    return NULL;
}
