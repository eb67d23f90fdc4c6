// Layouts: each by itself, and those that tt.layout_desc and tt.buffer_layouts say are there.
#include <string.h>

#include "ir/attrs.h"
#include "ir/verify_shared.h"

static bool is_tile_side(int side) { return side == TILE_SIZE || side == TILE_SIZE / 2; }

static bool is_dimension(int dimension, int rank) { return dimension >= 0 && dimension < rank; }

// The tile plane that the orientation asks for: two dimensions, or the one of a vector.
static bool has_plane(const Layout *layout, int rank) {
    int rows = layout->rows_dimension, columns = layout->columns_dimension;
    switch (layout->orientation) {
    case ORIENT_TILE: return is_dimension(rows, rank) && is_dimension(columns, rank) && rows != columns;
    case ORIENT_ROW: return rows == -1 && is_dimension(columns, rank);
    case ORIENT_COLUMN: return columns == -1 && is_dimension(rows, rank);
    case ORIENT_SCALAR: return rows == -1 && columns == -1;
    }
    return false;
}

static void verify_memory(Verifier *verifier, const Buffer *buffer) {
    const Layout *layout = &buffer->layout;
    bool sharded = layout->memory != MEMORY_INTERLEAVED;
    if (buffer->scope == SCOPE_GLOBAL) {
        if (layout->space == SPACE_NONE) invalid(verifier, "the layout of '%s' names no memory", buffer->name);
        if (sharded != (layout->shard.rows > 0))
            invalid(verifier, "the memory of '%s' is %s, and its layout has %s shard", buffer->name,
                    sharded ? "sharded" : "interleaved", sharded ? "no" : "a");
    } else if (layout->space != SPACE_L1 || sharded || layout->shard.rows > 0) {
        invalid(verifier, "the layout of the on-chip buffer '%s' is not interleaved in l1", buffer->name);
    }
}

// The attribute that says that such a buffer has a layout: its own, or one that builds on it. NULL if none is held.
static const char *promise_of(const Function *function, const Buffer *buffer) {
    static const AttrId promises[] = {ATTR_LAYOUT_DESC,      ATTR_BUFFER_LAYOUTS, ATTR_TILED,  ATTR_STAGED,
                                      ATTR_CIRCULAR_BUFFERS, ATTR_FLOW_CONTROL,   ATTR_THREADS};
    for (size_t i = buffer->scope != SCOPE_GLOBAL; i < sizeof promises / sizeof *promises; i++)
        if (function->attributes[promises[i]]) return attr_name(promises[i]);
    return NULL;
}

static void verify_content(Verifier *verifier, const Buffer *buffer) {
    const Layout *layout = &buffer->layout;
    if (!is_tile_side(layout->tile_rows) || !is_tile_side(layout->tile_columns))
        invalid(verifier, "the tiles of '%s' are %dx%d, and their sides must be 16 or 32", buffer->name,
                layout->tile_rows, layout->tile_columns);
    if (layout->format != buffer->type)
        invalid(verifier, "the layout of '%s' says %s, and its elements are %s", buffer->name,
                dtype_name(layout->format), dtype_name(buffer->type));
    if (layout->padding && (buffer->scope == SCOPE_GLOBAL || strcmp(layout->padding, "zero") != 0))
        invalid(verifier, "the padding of '%s' is \"%s\"; only \"zero\" is known, of on-chip buffers", buffer->name,
                layout->padding);
    verify_memory(verifier, buffer);
}

// What a text gives before the pass that settles layouts has run is that pass's to judge.
void verify_layout(Verifier *verifier, const Buffer *buffer) {
    const char *promise = buffer->scope == SCOPE_VAR ? NULL : promise_of(verifier->function, buffer);
    if (buffer->has_layout && !has_plane(&buffer->layout, buffer->rank))
        invalid(verifier, "the tile plane [%d, %d] of '%s' does not suit its orientation and its %d dimensions",
                buffer->layout.rows_dimension, buffer->layout.columns_dimension, buffer->name, buffer->rank);
    else if (promise && buffer->has_layout)
        verify_content(verifier, buffer);
    else if (promise)
        invalid(verifier, "'%s' has no layout, and %s says that every %s has one", buffer->name, promise,
                buffer->scope == SCOPE_GLOBAL ? "tensor" : "on-chip buffer");
}
