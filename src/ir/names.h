// The words for enumerations of ir.h (names.def), both ways.
#ifndef TTILE_IR_NAMES_H
#define TTILE_IR_NAMES_H

#include "ir/ir.h"
#include "ir/print.h"

const char *role_name(Role role);
const char *space_name(Space space);
const char *orientation_name(Orientation orientation);
const char *memory_name(MemoryLayout memory);
const char *tile_order_name(TileOrder order);
const char *unpack_name(Unpack unpack);
const char *for_kind_name(ForKind kind);

// The value that the word stands for; false if it is none.
bool scope_parse(const char *word, Scope *scope);
bool role_parse(const char *word, Role *role);
bool space_parse(const char *word, Space *space);
bool orientation_parse(const char *word, Orientation *orientation);
bool memory_parse(const char *word, MemoryLayout *memory);
bool tile_order_parse(const char *word, TileOrder *order);
bool thread_parse(const char *word, Thread *thread);
bool unpack_parse(const char *word, Unpack *unpack);
bool for_kind_parse(const char *word, ForKind *kind);

#endif
