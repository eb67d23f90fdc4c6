// A plan names the files that were written with it, and what they held: so whoever writes to their folder again can
// tell them from files that somebody changed or added.
//
// The plan cannot hold its own digest; it holds that of its bytes with zeros in the digest's place.
#include <string.h>

#include "base/file.h"
#include "plan/plan.h"
#include "plan/sha256.h"

static const char zeros[] = "0000000000000000000000000000000000000000000000000000000000000000";
_Static_assert(sizeof zeros == SHA256_DIGITS + 1, "as long as a digest");

static char *find_last(char *text, const char *part) {
    char *found = NULL;
    for (char *at = text; (at = strstr(at, part)); at++) found = at;
    return found;
}

static Value *files_value(Context *context, const PlanEntries *entries) {
    Value *files = value_dict(&context->unit);
    for (uint32_t i = 0; i < entries->count; i++) {
        const PlanEntry *entry = &entries->items[i];
        value_set(&context->unit, files, name_of(context, entry->path),
                  value_text(&context->unit, name_of(context, entry->sha256)));
    }
    value_set(&context->unit, files, name_of(context, PLAN_FILE_NAME),
              value_text(&context->unit, name_of(context, zeros)));
    return files;
}

void plan_print_with_files(Context *context, const Value *plan, const PlanEntries *entries, Text *out) {
    Value *whole = value_dict(&context->unit);
    for (uint32_t i = 0; i < plan->count; i++) value_set(&context->unit, whole, plan->keys[i], plan->items[i]);
    value_set(&context->unit, whole, name_of(context, "files"), files_value(context, entries));
    plan_print(whole, out);
    char digits[SHA256_DIGITS + 1];
    sha256_hex(out->data, out->length, digits);
    memcpy(find_last(out->data, zeros), digits, SHA256_DIGITS);
}

PlanEntry plan_entry(const char *path, const void *data, size_t length) {
    PlanEntry entry = {.path = path};
    sha256_hex(data, length, entry.sha256);
    return entry;
}

// ---------------------------------------------------------------- reading

typedef struct Reading {
    const char *path;
    char *text;
    size_t length;
    const Value *files; // NULL: not such a plan, or changed
} Reading;

static bool is_own_digest(const Reading *reading, const char *sha256) {
    char *place = strlen(sha256) == SHA256_DIGITS ? find_last(reading->text, sha256) : NULL;
    if (!place) return false;
    char digits[SHA256_DIGITS + 1];
    memcpy(place, zeros, SHA256_DIGITS);
    sha256_hex(reading->text, reading->length, digits);
    return !strcmp(digits, sha256);
}

static void read_files(Context *context, void *user) {
    Reading *reading = user;
    reading->text = file_read(context, reading->path, PLAN_BYTE_LIMIT, &reading->length);
    PlanFile plan = plan_read_text(context, reading->path, reading->text, reading->length);
    const Value *files = value_get(plan.root, "files"), *own = files ? value_get(files, PLAN_FILE_NAME) : NULL;
    if (own && is_own_digest(reading, own->text)) reading->files = files;
}

// Beside the plan or in a folder there, whatever somebody wrote into it: `a` or `a/b`.
static bool is_inside(const char *path) {
    const char *slash = strchr(path, '/');
    if (!slash) return *path && *path != '.';
    return is_inside(slash + 1) && !strchr(slash + 1, '/') && *path != '.' && slash != path;
}

static void copy_entries(Arena *arena, const Value *files, PlanEntries *entries) {
    for (uint32_t i = 0; i < files->count; i++) {
        PlanEntry entry = {.path = arena_copy_text(arena, files->keys[i], strlen(files->keys[i]))};
        if (strlen(files->items[i]->text) != SHA256_DIGITS || !is_inside(entry.path)) continue;
        memcpy(entry.sha256, files->items[i]->text, sizeof entry.sha256);
        vector_push(arena, *entries, entry);
    }
}

// In a context of its own: what is wrong with an old plan is no fault of the compilation.
PlanEntries plan_read_entries(Context *context, const char *path) {
    PlanEntries entries = {0};
    Reading reading = {.path = path};
    Context *quiet = context_new(context->unit.allocator);
    if (!quiet) return entries;
    if (context_try(quiet, read_files, &reading) && reading.files)
        copy_entries(&context->unit, reading.files, &entries);
    context_free(quiet);
    return entries;
}

typedef struct Judging {
    const char *path;
    PlanEntry entry;
} Judging;

static void digest_file(Context *context, void *user) {
    Judging *judging = user;
    size_t length;
    const char *data = file_read(context, judging->path, PLAN_ENTRY_LIMIT, &length);
    judging->entry = plan_entry(judging->path, data, length);
}

bool plan_entry_holds(Context *context, const PlanEntry *entry, const char *path) {
    if (!strcmp(entry->path, PLAN_FILE_NAME)) return true; // else it would have given no entries
    Judging judging = {.path = path};
    Context *quiet = context_new(context->unit.allocator);
    bool holds = quiet && context_try(quiet, digest_file, &judging) && !strcmp(judging.entry.sha256, entry->sha256);
    if (quiet) context_free(quiet);
    return holds;
}
