#include "base/temporary.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

enum { SLOT_FREE, SLOT_TAKEN, SLOT_NAMED, SLOT_COUNT = 1024 };

struct Temporary {
    _Atomic int state;
    char *path;
    size_t target_length; // of the path's start
};

static Temporary temporaries[SLOT_COUNT];

static bool name_slot(Temporary *slot, const char *target) {
    slot->target_length = strlen(target);
    size_t size = slot->target_length + sizeof ".tmp-12345678901-1024";
    slot->path = malloc(size);
    if (!slot->path) return false;
    snprintf(slot->path, size, "%s.tmp-%ld-%d", target, (long)getpid(), (int)(slot - temporaries));
    atomic_store(&slot->state, SLOT_NAMED);
    return true;
}

static Temporary *take_slot(const char *target) {
    for (int i = 0; i < SLOT_COUNT; i++) {
        int expected = SLOT_FREE;
        if (!atomic_compare_exchange_strong(&temporaries[i].state, &expected, SLOT_TAKEN)) continue;
        if (name_slot(&temporaries[i], target)) return &temporaries[i];
        atomic_store(&temporaries[i].state, SLOT_FREE);
        return NULL;
    }
    errno = EMFILE;
    return NULL;
}

// Keeps errno.
static void free_slot(Temporary *slot) {
    int kept = errno;
    atomic_store(&slot->state, SLOT_TAKEN); // before its name goes
    free(slot->path);
    slot->path = NULL;
    atomic_store(&slot->state, SLOT_FREE);
    errno = kept;
}

void file_remove_temporaries(void) {
    for (int i = 0; i < SLOT_COUNT; i++)
        if (atomic_load(&temporaries[i].state) == SLOT_NAMED) unlink(temporaries[i].path);
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

bool write_and_close(int descriptor, const void *data, size_t length) {
    return close_after(descriptor, write_all(descriptor, data, length));
}

static bool write_synced(const char *path, mode_t mode, const void *data, size_t length) {
    unlink(path); // of a process of the same number that was killed
    int descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor < 0) return false;
    bool good = write_all(descriptor, data, length) && (!mode || fchmod(descriptor, mode) == 0);
    return close_after(descriptor, good && fsync(descriptor) == 0);
}

Temporary *temporary_write(const char *target, mode_t mode, const void *data, size_t length) {
    Temporary *temporary = take_slot(target);
    if (!temporary || write_synced(temporary->path, mode, data, length)) return temporary;
    temporary_drop(temporary);
    return NULL;
}

bool temporary_publish(Temporary *temporary) {
    char *target = strndup(temporary->path, temporary->target_length);
    bool good = target && rename(temporary->path, target) == 0;
    free(target);
    if (good)
        free_slot(temporary);
    else
        temporary_drop(temporary);
    return good;
}

// Keeps errno.
void temporary_drop(Temporary *temporary) {
    int kept = errno;
    unlink(temporary->path);
    errno = kept;
    free_slot(temporary);
}
