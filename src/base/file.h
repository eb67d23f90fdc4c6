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
// Removes temporaries that are still open; safe in a signal handler.
void file_remove_temporaries(void);

#endif
