// Files: read whole, written whole or not at all.
#ifndef TTILE_BASE_FILE_H
#define TTILE_BASE_FILE_H

#include "base/context.h"

// The whole file into the unit arena, NUL-terminated; fails with DIAG_FILE_UNREADABLE. `limit` bytes at most.
char *file_read(Context *context, const char *path, size_t limit, size_t *length);
// Writes to a temporary name beside `path`, syncs, renames. Fails with DIAG_FILE_UNWRITABLE; removes the temporary.
void file_write(Context *context, const char *path, const void *data, size_t length);
// Makes the folder and its parents. Fails with DIAG_FILE_UNWRITABLE.
void folder_make(Context *context, const char *path);
// Files that are written together: all of them lie beside their names before the first takes its place, so that what
// fails until then leaves everything as it was. A batch is published or discarded, else its temporaries stay.
typedef struct BatchFile {
    const char *path;
    struct Temporary *temporary; // NULL: it is no longer there
} BatchFile;

typedef struct FileBatch {
    Context *context;
    VECTOR(BatchFile) files;
    uint32_t published;
    VECTOR(const char *) folders; // that were made, outer ones first
} FileBatch;

// Fails with DIAG_FILE_UNWRITABLE. Makes folders that are missing. `path` is kept.
void batch_write(FileBatch *batch, const char *path, const void *data, size_t length);
// Puts the files in their places, in the order in which they were written. Fails with DIAG_FILE_UNWRITABLE.
void batch_publish(FileBatch *batch);
// Removes what was not published, and folders that were made for it.
void batch_discard(FileBatch *batch);

// Removes temporaries that are still open; safe in a signal handler.
void file_remove_temporaries(void);

#endif
