// Reading and writing of whole files. A file is written under a temporary name beside its own, synced and renamed: a
// reader sees the old file or the new one, never a part.
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/temporary.h"

// ---------------------------------------------------------------- reading

typedef struct Reading {
    const char *path;
    size_t limit, length;
    int descriptor;
    char *data;
} Reading;

static _Noreturn void unreadable(Context *context, const char *path, const char *why) {
    fail(context, DIAG_FILE_UNREADABLE, (Location){0}, "cannot read '%s': %s", path, why);
}

static const char *reason(char *buffer, size_t size) { return strerror_r(errno, buffer, size); }

static size_t first_capacity(Context *context, const Reading *reading) {
    struct stat status;
    char buffer[128];
    if (fstat(reading->descriptor, &status) != 0) unreadable(context, reading->path, reason(buffer, sizeof buffer));
    if (S_ISDIR(status.st_mode)) unreadable(context, reading->path, "it is a folder");
    size_t size = S_ISREG(status.st_mode) && status.st_size > 0 ? (size_t)status.st_size : 4096;
    return size < reading->limit ? size : reading->limit;
}

// Reads to the end of what may also be a pipe, whose size nobody knows before.
static void read_all(Context *context, void *user) {
    Reading *reading = user;
    char buffer[128];
    size_t capacity = first_capacity(context, reading) + 1;
    reading->data = arena_allocate(&context->unit, capacity + 1);
    for (;;) {
        ssize_t got = read(reading->descriptor, reading->data + reading->length, capacity - reading->length);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) unreadable(context, reading->path, reason(buffer, sizeof buffer));
        if (got == 0) break;
        reading->length += (size_t)got;
        if (reading->length > reading->limit) unreadable(context, reading->path, "it is larger than ttile reads");
        if (reading->length < capacity) continue;
        char *larger = arena_allocate(&context->unit, capacity * 2 + 1);
        memcpy(larger, reading->data, reading->length);
        reading->data = larger;
        capacity *= 2;
    }
    reading->data[reading->length] = '\0';
}

char *file_read(Context *context, const char *path, size_t limit, size_t *length) {
    char buffer[128];
    Reading reading = {.path = path, .limit = limit, .descriptor = open(path, O_RDONLY | O_CLOEXEC)};
    if (reading.descriptor < 0) unreadable(context, path, reason(buffer, sizeof buffer));
    bool done = context_try(context, read_all, &reading);
    close(reading.descriptor);
    if (!done) fail_now(context);
    *length = reading.length;
    return reading.data;
}

// ---------------------------------------------------------------- writing

static bool replace_file(const char *path, mode_t mode, const void *data, size_t length) {
    Temporary *temporary = temporary_write(path, mode, data, length);
    return temporary && temporary_publish(temporary);
}

// A terminal, a pipe or /dev/null is written to; renaming over it would destroy it.
static bool write_device(const char *path, const void *data, size_t length) {
    int descriptor = open(path, O_WRONLY | O_CLOEXEC);
    return descriptor >= 0 && write_and_close(descriptor, data, length);
}

static bool write_file(const char *path, const void *data, size_t length) {
    struct stat status;
    if (stat(path, &status) != 0) return replace_file(path, 0, data, length);
    if (S_ISDIR(status.st_mode)) return errno = EISDIR, false;
    if (!S_ISREG(status.st_mode)) return write_device(path, data, length);
    char *real = realpath(path, NULL); // a link stays a link
    bool good = real && access(real, W_OK) == 0 && replace_file(real, status.st_mode & 07777, data, length);
    int kept = errno;
    free(real);
    errno = kept;
    return good;
}

static _Noreturn void unwritable(Context *context, const char *path) {
    char buffer[128];
    const char *why = reason(buffer, sizeof buffer);
    fail(context, DIAG_FILE_UNWRITABLE, (Location){0}, "cannot write '%s': %s", path, why);
}

void file_write(Context *context, const char *path, const void *data, size_t length) {
    if (!write_file(path, data, length)) unwritable(context, path);
}

static bool make_one(const char *path) {
    struct stat status;
    if (mkdir(path, 0777) == 0) return true;
    if (errno != EEXIST) return false;
    if (stat(path, &status) == 0 && S_ISDIR(status.st_mode)) return true;
    return errno = ENOTDIR, false;
}

void folder_make(Context *context, const char *path) {
    char *part = arena_copy_text(&context->scratch, path, strlen(path));
    for (char *p = part; *p; p++) {
        if (*p != '/' || p == part || p[-1] == '/') continue;
        *p = '\0';
        if (!make_one(part)) unwritable(context, path);
        *p = '/';
    }
    if (!make_one(part)) unwritable(context, path);
}

// ---------------------------------------------------------------- many at once

// As folder_make; keeps the names of those that were not there.
static void batch_folder(FileBatch *batch, const char *path, size_t length) {
    for (size_t end = 1; end <= length; end++) {
        if (end < length && path[end] != '/') continue;
        const char *part = arena_copy_text(&batch->context->unit, path, end);
        bool is_new = access(part, F_OK) != 0;
        if (!make_one(part)) unwritable(batch->context, part);
        if (is_new) vector_push(&batch->context->unit, batch->folders, part);
    }
}

// The name that is renamed to: a link stays a link. NULL for what is no file.
static const char *real_target(Context *context, const char *path, mode_t *mode) {
    struct stat status;
    if (stat(path, &status) != 0) return path;
    if (!S_ISREG(status.st_mode)) return errno = S_ISDIR(status.st_mode) ? EISDIR : EEXIST, NULL;
    char *real = realpath(path, NULL);
    const char *copy = real && access(real, W_OK) == 0 ? arena_copy_text(&context->unit, real, strlen(real)) : NULL;
    free(real);
    *mode = status.st_mode & 07777;
    return copy;
}

void batch_write(FileBatch *batch, const char *path, const void *data, size_t length) {
    const char *slash = strrchr(path, '/');
    if (slash && slash != path) batch_folder(batch, path, (size_t)(slash - path));
    mode_t mode = 0;
    const char *target = real_target(batch->context, path, &mode);
    Temporary *temporary = target ? temporary_write(target, mode, data, length) : NULL;
    if (!temporary) unwritable(batch->context, path);
    vector_push(&batch->context->unit, batch->files, ((BatchFile){path, temporary}));
}

void batch_publish(FileBatch *batch) {
    for (; batch->published < batch->files.count; batch->published++) {
        BatchFile *file = &batch->files.items[batch->published];
        Temporary *temporary = file->temporary;
        file->temporary = NULL; // gone, whether it is renamed or not
        if (!temporary_publish(temporary)) unwritable(batch->context, file->path);
    }
}

void batch_discard(FileBatch *batch) {
    for (uint32_t i = batch->published; i < batch->files.count; i++)
        if (batch->files.items[i].temporary) temporary_drop(batch->files.items[i].temporary);
    for (uint32_t i = batch->folders.count; i-- > 0;) rmdir(batch->folders.items[i]); // those that are empty
}
