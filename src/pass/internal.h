// What passes share: small questions about IR that more than one of them asks.
#ifndef TTILE_PASS_INTERNAL_H
#define TTILE_PASS_INTERNAL_H

#include "ir/build.h"
#include "pass/pass.h"

// Sets a flag-like attribute.
void hold(Function *function, AttrId attribute);
static inline bool is_on_chip(const Buffer *buffer) {
    return buffer->scope == SCOPE_SHARED || buffer->scope == SCOPE_FRAGMENT || buffer->scope == SCOPE_LOCAL;
}
static inline bool is_global(const Buffer *buffer) { return buffer->scope == SCOPE_GLOBAL; }
// The launch of a function; fails with DIAG_UNSUPPORTED_LAUNCHES when there are several.
Statement *function_launch(Function *function);
// The launch in a block that has one.
Statement *block_launch(Block *block);
// A new on-chip buffer, declared at the top of the launch.
Buffer *add_on_chip_buffer(Function *function, Name stem, const Buffer *like, DType type, Location location);

// Does the block hold a break or continue of the loop around it?
bool leaves_loop(const Block *block);
// Replaces a loop by its body with the variable at the start value.
void dissolve_loop(Module *module, Statement *loop);
// Dissolves the tile and serial loops of one turn in a block; with `keep_nests` a tile nest keeps one loop, so that
// nests of single tiles can be told from one another and joined.
void dissolve_unit_loops(Module *module, Block *block, bool keep_nests);

// Drops what a thread program does not need: unused lets and scalar variables, loops and branches without effect.
void drop_unused(Block *program);

// ---- tile level

// Shape of an on-chip buffer in tiles: a vector's missing side does not count. Shapes of on-chip buffers are constants.
typedef struct TileShape {
    int rank;
    int64_t tiles[MAX_RANK];
    int64_t total;
} TileShape;
TileShape tile_shape(const Buffer *buffer);
#define MOST_BUFFER_TILES (INT64_C(1) << 32) // far beyond on-chip memory: sums and products of such numbers fit
// Elements of a tile along a dimension: 1 outside of the tile plane.
int64_t tile_side(const Buffer *buffer, int dimension);
// Tiles of 16 rows or columns, which can be moved, but not computed with.
bool has_small_tiles(const Buffer *buffer);
// Number of tiles of a global buffer's plane: rows or columns.
const Expr *plane_tiles(Module *module, const Buffer *buffer, int dimension);
// The page slot of a tile of an on-chip buffer inside its window, by its tile order.
const Expr *tile_slot(Module *module, const Buffer *buffer, const Expr *const indices[]);

// The kinds of work a tile nest is: which thread does it.
typedef enum NestKind { NEST_READ, NEST_WRITE, NEST_COMPUTE } NestKind;
NestKind nest_kind(const Statement *nest);
// The outermost statement of a tile nest: a FOR_TILE loop or a store that is not inside one, to anything but a scalar.
bool is_nest(const Statement *statement);

// Buffers that a nest touches.
typedef struct NestAccess {
    Buffer *buffer;
    bool reads; // the value from before the nest is used
    bool writes;
    bool whole;       // every tile is written
    bool accumulates; // written only as tt.matmul accumulations onto the old value
} NestAccess;
typedef VECTOR(NestAccess) NestAccesses;
// On-chip and global buffers in the order of first use. In the scratch arena.
NestAccesses nest_accesses(Module *module, const Statement *nest);
NestAccess *find_access(const NestAccesses *accesses, const Buffer *buffer);

// Fails with DIAG_READ_AFTER_WRITE where a block reads a tensor that it has written, with DIAG_WRITTEN_TWICE where it
// writes one again.
void refuse_rereads(Module *module, Block *block);

// The circular buffer that holds an on-chip buffer; NULL if it never leaves DST.
CircularBuffer *circular_of(const Function *function, const Buffer *buffer);

#endif
