// What the files share that complete a user's layout.
#ifndef TTILE_PASS_LAYOUT_COMPLETION_H
#define TTILE_PASS_LAYOUT_COMPLETION_H

#include "pass/user_layout.h"
#include "program/program.h"

typedef struct Completion {
    Function *function;
    Context *context;
    const CompileOptions *options;
    const UserLayout *user;
    const Layout *proven;
    Location use;
    Layout layout;
    PageMap map; // of the tensor with the layout so far, not sharded
} Completion;

// Does the user say one of the keys?
static inline bool says(const Completion *work, unsigned keys) { return (work->user->says & keys) != 0; }

// Rows of the planes of all outer indices, in whole tiles.
static inline int64_t rows_of_all(const PageMap *map) { return map->outer * map->tile_rows * map->tile_height; }

// Reports what is wrong with a key, and fails.
_Noreturn void refuse_layout(const Completion *work, DiagnosticCode code, const char *key, const char *help,
                             const char *format, ...) __attribute__((format(printf, 5, 6)));

// The shard's shape and grid, as far as the user left them out; checks them.
void complete_shard(Completion *work);

#endif
