// Files under temporary names, beside the names that they are for. They are kept in a fixed table, the only state
// outside of contexts, because a signal handler has to find them.
#ifndef TTILE_BASE_TEMPORARY_H
#define TTILE_BASE_TEMPORARY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

typedef struct Temporary Temporary;

// A synced file of these bytes beside `target`; a `mode` of 0 is a new file's. NULL: errno says why, and nothing is
// left.
Temporary *temporary_write(const char *target, mode_t mode, const void *data, size_t length);
// Renames it to its target, or removes it: false, and errno says why. It is gone either way.
bool temporary_publish(Temporary *temporary);
void temporary_drop(Temporary *temporary);

// Writes to an open file and closes it; false, and errno says why.
bool write_and_close(int descriptor, const void *data, size_t length);

#endif
