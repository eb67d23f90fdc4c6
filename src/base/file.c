// Reading and writing of whole files. A file is written under a temporary name beside its own, synced and renamed: a
// reader sees the old file or the new one, never a part. The names of temporaries are kept in a fixed table, the only
// state outside of contexts, because a signal handler has to find them.
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

// ---------------------------------------------------------------- temporaries

enum { SLOT_FREE, SLOT_TAKEN, SLOT_NAMED };

typedef struct Temporary {
    _Atomic int state;
    char path[PATH_MAX];
} Temporary;

static Temporary temporaries[16];

static Temporary *take_temporary(const char *target) {
    for (size_t i = 0; i < sizeof temporaries / sizeof *temporaries; i++) {
        Temporary *slot = &temporaries[i];
        int expected = SLOT_FREE;
        if (!atomic_compare_exchange_strong(&slot->state, &expected, SLOT_TAKEN)) continue;
        int length = snprintf(slot->path, sizeof slot->path, "%s.tmp-%ld-%zu", target, (long)getpid(), i);
        if (length > 0 && (size_t)length < sizeof slot->path) {
            atomic_store(&slot->state, SLOT_NAMED);
            return slot;
        }
        atomic_store(&slot->state, SLOT_FREE);
        errno = ENAMETOOLONG;
        return NULL;
    }
    errno = EMFILE;
    return NULL;
}

static void free_temporary(Temporary *slot) { atomic_store(&slot->state, SLOT_FREE); }

void file_remove_temporaries(void) {
    for (size_t i = 0; i < sizeof temporaries / sizeof *temporaries; i++) {
        if (atomic_load(&temporaries[i].state) == SLOT_NAMED) unlink(temporaries[i].path);
    }
}

// ---------------------------------------------------------------- writing

static bool write_all(int descriptor, const char *data, size_t length) {
    while (length) {
        ssize_t written = write(descriptor, data, length);
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return false;
        data += written;
        length -= (size_t)written;
    }
    return true;
}

// Closes whatever happened; keeps the first error.
static bool close_after(int descriptor, bool good) {
    int kept = errno;
    bool closed = close(descriptor) == 0;
    if (!good) errno = kept;
    return good && closed;
}

static bool write_temporary(const char *path, mode_t mode, const void *data, size_t length) {
    unlink(path); // of a process of the same number that was killed
    int descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor < 0) return false;
    bool good = write_all(descriptor, data, length) && (!mode || fchmod(descriptor, mode) == 0);
    return close_after(descriptor, good && fsync(descriptor) == 0);
}

static bool replace_file(const char *path, mode_t mode, const void *data, size_t length) {
    Temporary *temporary = take_temporary(path);
    if (!temporary) return false;
    bool good = write_temporary(temporary->path, mode, data, length) && rename(temporary->path, path) == 0;
    int kept = errno;
    if (!good) unlink(temporary->path);
    free_temporary(temporary);
    errno = kept;
    return good;
}

// A terminal, a pipe or /dev/null is written to; renaming over it would destroy it.
static bool write_device(const char *path, const void *data, size_t length) {
    int descriptor = open(path, O_WRONLY | O_CLOEXEC);
    return descriptor >= 0 && close_after(descriptor, write_all(descriptor, data, length));
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
