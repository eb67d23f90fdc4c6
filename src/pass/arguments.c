// Runtime arguments from the values that cores have: as few rectangles as a walk over rows finds, each with values that
// step evenly along its columns and rows.
#include "pass/arguments.h"

// The cores of one row whose values step evenly, from entry `first` on.
static ArgumentPiece row_piece(int count, const Core cores[], const int64_t values[], int first) {
    ArgumentPiece piece = {.range = {cores[first].x, cores[first].y, 1, 1}, .base = values[first]};
    for (int i = first + 1; i < count; i++) {
        if (cores[i].y != piece.range.y || cores[i].x != piece.range.x + (i - first)) break;
        if (piece.range.columns == 1) piece.dx = values[i] - piece.base;
        if (values[i] != piece.base + piece.dx * piece.range.columns) break;
        piece.range.columns++;
    }
    return piece;
}

static bool extends(const ArgumentPiece *above, const ArgumentPiece *row) {
    if (above->range.x != row->range.x || above->range.columns != row->range.columns) return false;
    if (above->range.y + above->range.rows != row->range.y) return false;
    if (above->range.columns > 1 && above->dx != row->dx) return false;
    return above->range.rows == 1 || row->base == above->base + above->dy * above->range.rows;
}

static void add_piece(Arena *arena, RuntimeArgument *argument, ArgumentPiece piece) {
    if (argument->pieces.count) {
        ArgumentPiece *above = &vector_last(argument->pieces);
        if (extends(above, &piece)) {
            if (above->range.rows == 1) above->dy = piece.base - above->base;
            above->range.rows++;
            return;
        }
    }
    vector_push(arena, argument->pieces, piece);
}

RuntimeArgument *add_runtime_argument(Function *function, const char *name, CoreAxis axis, int count,
                                      const Core cores[], const int64_t values[]) {
    Context *context = function->module->context;
    RuntimeArgument *argument = arena_new(&context->unit, RuntimeArgument);
    argument->variable =
        variable_new(function, VARIABLE_RUNTIME, name_of(context, name), DTYPE_INT32, function->location);
    argument->axis = axis;
    for (int i = 0; i < count;) {
        ArgumentPiece piece = row_piece(count, cores, values, i);
        i += piece.range.columns;
        add_piece(&context->unit, argument, piece);
    }
    vector_push(&context->unit, function->arguments, argument);
    return argument;
}
