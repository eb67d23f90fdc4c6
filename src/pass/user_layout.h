// A user's own layout of a buffer: T.annotate_tt_layout, or the attributes that stand for it.
#ifndef TTILE_PASS_USER_LAYOUT_H
#define TTILE_PASS_USER_LAYOUT_H

#include "pass/internal.h"

// What an annotation says, key by key; `says` has a bit for each key that is there.
typedef enum LayoutKey {
    KEY_SPACE = 1,
    KEY_MEMORY = 2,
    KEY_TILE_PLANE = 4,
    KEY_TILE_SHAPE = 8,
    KEY_FORMAT = 16,
    KEY_ORIENTATION = 32,
    KEY_ORDER = 64,
    KEY_SHARD_SHAPE = 128,
    KEY_SHARD_GRID = 256,
    KEY_SHARD_ORDER = 512,
    KEY_PADDED_SHAPE = 1024
} LayoutKey;

typedef struct UserLayout {
    Context *context;
    const Buffer *buffer;
    const Value *annotation;
    unsigned says;
    Layout layout;
} UserLayout;

// Reads `buffer->annotation`; what is no key or no legal value of a key is reported, and fails.
UserLayout user_layout_read(Context *context, const Buffer *buffer);
// Where a key's value was written; the annotation or the buffer if that is not known. "shard.shape" is a key of the
// shard.
Location user_layout_place(const UserLayout *user, const char *key);

// Completes the layout that a user gave in part. `proven` is what the kernel's uses ask for, `use` where. What
// contradicts is reported, and fails.
Layout complete_layout(Function *function, const CompileOptions *options, const UserLayout *user, const Layout *proven,
                       Location use);

// Holds what a user says of an on-chip buffer against what its uses ask for.
void check_on_chip_layout(Function *function, const UserLayout *user, const Layout *proven);

#endif
