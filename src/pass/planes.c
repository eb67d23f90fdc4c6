// Tile planes and vector orientations (planes.h). Vectors that meet in a copy or in a loop over vectors lie the same
// way; uses inside a two-dimensional nest and reductions say which.
#include "pass/planes.h"
#include "ir/affine.h"
#include "ir/walk.h"

typedef struct Analysis {
    Function *function;
    Module *module;
    BufferPlanes planes;
} Analysis;

static int plane_index(Analysis *analysis, Buffer *buffer) {
    for (uint32_t i = 0; i < analysis->planes.count; i++)
        if (analysis->planes.items[i].buffer == buffer) return (int)i;
    BufferPlane plane = {.buffer = buffer, .rows = -1, .columns = -1, .group = (int)analysis->planes.count};
    vector_push(&analysis->module->context->scratch, analysis->planes, plane);
    return (int)analysis->planes.count - 1;
}

static int group_of(Analysis *analysis, int index) {
    while (analysis->planes.items[index].group != index) index = analysis->planes.items[index].group;
    return index;
}

static void join(Analysis *analysis, int a, int b) {
    a = group_of(analysis, a), b = group_of(analysis, b);
    if (a == b) return;
    BufferPlane *root = &analysis->planes.items[a], *child = &analysis->planes.items[b];
    child->group = a;
    root->as_row |= child->as_row;
    root->as_column |= child->as_column;
}

static void vote(Analysis *analysis, int index, bool vector, int rows, int columns, Location location) {
    BufferPlane *plane = &analysis->planes.items[index];
    if (plane->used && (plane->vector != vector || plane->rows != rows || plane->columns != columns)) {
        Context *context = analysis->module->context;
        report(context, DIAG_LAYOUT_CONFLICT, location, "%s is used with two different tile planes",
               plane->buffer->name);
        report_note(context, plane->location, "the other use is here");
        report_help(context, "give every use of %s the same two dimensions as rows and columns of its blocks",
                    plane->buffer->name);
        return;
    }
    plane->used = true;
    plane->vector = vector;
    plane->rows = rows;
    plane->columns = columns;
    plane->location = location;
}

static void lie(Analysis *analysis, int index, bool as_row) {
    BufferPlane *root = &analysis->planes.items[group_of(analysis, index)];
    if (as_row)
        root->as_row = true;
    else
        root->as_column = true;
}

bool match_regions(const Region *wide, const Region *narrow, int matched[MAX_RANK]) {
    int w = wide->buffer->rank - 1;
    for (int n = narrow->buffer->rank - 1; n >= 0; n--) {
        while (w >= 0 && wide->extent[w] != narrow->extent[n] && expr_is_int(wide->extent[w], 1)) w--;
        if (w < 0 || wide->extent[w] != narrow->extent[n]) {
            if (!expr_is_int(narrow->extent[n], 1)) return false;
            matched[n] = -1;
            continue;
        }
        matched[n] = w--;
    }
    for (; w >= 0; w--)
        if (!expr_is_int(wide->extent[w], 1)) return false;
    return true;
}

// ---------------------------------------------------------------- copies

static void visit_copy(Analysis *analysis, const Statement *copy) {
    const Region *source = copy->op.operands[0].region, *target = copy->op.operands[1].region;
    bool global_source = is_global(source->buffer), global_target = is_global(target->buffer);
    if (!global_source && !global_target) {
        if (source->buffer->rank == 1 && target->buffer->rank == 1)
            join(analysis, plane_index(analysis, source->buffer), plane_index(analysis, target->buffer));
        return;
    }
    const Region *wide = global_source ? source : target, *narrow = global_source ? target : source;
    int matched[MAX_RANK];
    if (!match_regions(wide, narrow, matched)) {
        report(analysis->module->context, DIAG_COPY_SHAPE, copy->location,
               "the sides of this copy do not have the same extents once dimensions of extent 1 are left out");
        return;
    }
    int index = plane_index(analysis, wide->buffer), rank = narrow->buffer->rank;
    if (rank == 1) {
        vote(analysis, index, true, -1, matched[0], copy->location);
        join(analysis, index, plane_index(analysis, narrow->buffer));
    } else {
        vote(analysis, index, false, matched[rank - 2], matched[rank - 1], copy->location);
    }
}

static void visit_reduce(Analysis *analysis, const Statement *reduce) {
    Buffer *source = reduce->op.operands[0].region->buffer, *target = reduce->op.operands[1].region->buffer;
    const Expr *dim = reduce->op.operands[3].expr;
    int64_t dimension;
    if (source->rank != 2 || target->rank != 1 || !expr_constant(dim, &dimension)) return;
    lie(analysis, plane_index(analysis, target), dimension == 0 || dimension == -2);
}

// ---------------------------------------------------------------- parallel nests

typedef struct AxesSearch {
    NestAxes *nest;
    const Statement *plane_store; // the first one to a buffer of rank 2 or more
    bool found;
} AxesSearch;

static int dimension_of(const Expr *const indices[], int rank, const Variable *variable) {
    for (int d = rank - 1; d >= 0; d--)
        if (expression_uses(indices[d], variable)) return d;
    return -1;
}

// Takes the axes from one access if it is indexed by two of the nest's variables in different dimensions.
static bool axes_from_access(NestAxes *nest, const Expr *const indices[], int rank) {
    const Variable *row = NULL, *column = NULL;
    for (int d = 0; d < rank; d++)
        for (int v = 0; v < nest->count; v++)
            if (expression_uses(indices[d], nest->variables[v])) {
                row = column;
                column = nest->variables[v];
                break;
            }
    if (!row || !column || row == column) return false;
    nest->axes = (ParallelAxes){row, column};
    return true;
}

static void search_load(const Expr *expr, void *user) {
    AxesSearch *search = user;
    if (expr->kind == EXPR_LOAD && !search->found)
        search->found = axes_from_access(search->nest, expr->args, (int)expr->count);
}

static void search_slot(const Expr **slot, void *user) { walk_expression(*slot, search_load, user); }
static void search_loads(Statement *statement, void *user) { statement_expressions(statement, search_slot, user); }

static void search_store(Statement *statement, void *user) {
    AxesSearch *search = user;
    if (statement->kind != STATEMENT_STORE) return;
    int rank = statement->store.buffer->rank;
    if (!search->plane_store && rank > 1) search->plane_store = statement;
    if (!search->found) search->found = axes_from_access(search->nest, statement->store.indices, rank);
}

// Stores say it first, then what is read.
static void find_axes(NestAxes *nest) {
    AxesSearch search = {.nest = nest};
    walk_statements(nest->body, search_store, &search);
    if (!search.found) walk_statements(nest->body, search_loads, &search);
    if (search.found) return;
    // One variable alone: the columns of a plane if something of rank 2 is indexed by it, else a vector's own.
    nest->axes.column = nest->variables[nest->count - 1];
    const Statement *store = search.plane_store;
    nest->vector = !store;
    if (store && dimension_of(store->store.indices, store->store.buffer->rank, nest->axes.column) ==
                     store->store.buffer->rank - 2)
        nest->axes = (ParallelAxes){.row = nest->axes.column};
}

NestAxes nest_axes(const Statement *loop) {
    NestAxes nest = {0};
    while (nest.count < MAX_RANK) {
        nest.variables[nest.count++] = loop->loop.variable;
        nest.body = loop->loop.body;
        const Statement *inner = nest.body->first;
        if (!inner || inner->next || inner->kind != STATEMENT_FOR || inner->loop.kind != FOR_PARALLEL) break;
        loop = inner;
    }
    find_axes(&nest);
    return nest;
}

typedef struct AccessVisit {
    Analysis *analysis;
    const NestAxes *nest;
    int first_vector;             // of a nest over vectors: the first one seen, which the others join
    bool plane_row, plane_column; // a nest over vectors takes a row or a column of a plane
    Location location;
} AccessVisit;

static void visit_access(AccessVisit *visit, Buffer *buffer, const Expr *const indices[]) {
    if (buffer->scope == SCOPE_VAR || !buffer->rank) return;
    const NestAxes *nest = visit->nest;
    Analysis *analysis = visit->analysis;
    int row = nest->axes.row ? dimension_of(indices, buffer->rank, nest->axes.row) : -1;
    int column = nest->axes.column ? dimension_of(indices, buffer->rank, nest->axes.column) : -1;
    if (row < 0 && column < 0) return; // a scalar
    if (row == column) {
        report(analysis->module->context, DIAG_ACCESS_PATTERN, visit->location,
               "%s is accessed in a way that tiles cannot express: both loop variables run over its dimension %d",
               buffer->name, row);
        report_help(analysis->module->context, "index each dimension by one loop variable");
        return;
    }
    if (row >= 0 && column >= 0) {
        if (is_global(buffer))
            vote(analysis, plane_index(analysis, buffer), false, row < column ? row : column,
                 row < column ? column : row, visit->location);
        return;
    }
    if (!is_global(buffer) && buffer->rank > 1) {
        if (column == buffer->rank - 1) visit->plane_row = true;
        if (column == buffer->rank - 2) visit->plane_column = true;
        return;
    }
    int index = plane_index(analysis, buffer);
    if (is_global(buffer)) vote(analysis, index, true, -1, row >= 0 ? row : column, visit->location);
    if (!nest->vector) {
        lie(analysis, index, column >= 0);
    } else if (visit->first_vector < 0) {
        visit->first_vector = index;
    } else {
        join(analysis, visit->first_vector, index);
    }
}

static void visit_load(const Expr *expr, void *user) {
    if (expr->kind == EXPR_LOAD) visit_access(user, expr->buffer, expr->args);
}

static void visit_expression_slot(const Expr **slot, void *user) { walk_expression(*slot, visit_load, user); }

static void visit_nest_block(AccessVisit *visit, Block *block) {
    for (Statement *s = block->first; s; s = s->next) {
        visit->location = s->location;
        statement_expressions(s, visit_expression_slot, visit);
        if (s->kind == STATEMENT_STORE) visit_access(visit, s->store.buffer, s->store.indices);
        Block *blocks[2];
        int count = statement_blocks(s, blocks);
        for (int i = 0; i < count; i++) visit_nest_block(visit, blocks[i]);
    }
}

static void visit_block(Analysis *analysis, Block *block) {
    for (Statement *s = block->first; s; s = s->next) {
        if (statement_is(s, IR_COPY)) visit_copy(analysis, s);
        if (statement_is(s, IR_REDUCE)) visit_reduce(analysis, s);
        if (s->kind == STATEMENT_FOR && s->loop.kind == FOR_PARALLEL) {
            NestAxes nest = nest_axes(s);
            AccessVisit visit = {.analysis = analysis, .nest = &nest, .first_vector = -1, .location = s->location};
            visit_nest_block(&visit, nest.body);
            if (visit.first_vector >= 0 && visit.plane_row) lie(analysis, visit.first_vector, true);
            if (visit.first_vector >= 0 && visit.plane_column) lie(analysis, visit.first_vector, false);
            continue;
        }
        Block *blocks[2];
        int count = statement_blocks(s, blocks);
        for (int i = 0; i < count; i++) visit_block(analysis, blocks[i]);
    }
}

static void visit_alloc(Statement *statement, void *user) {
    if (statement->kind == STATEMENT_ALLOC && statement->alloc->scope != SCOPE_VAR) plane_index(user, statement->alloc);
}

BufferPlanes analyze_planes(Function *function) {
    Analysis analysis = {.function = function, .module = function->module};
    for (uint32_t i = 0; i < function->parameters.count; i++) plane_index(&analysis, function->parameters.items[i]);
    walk_statements(function->body, visit_alloc, &analysis);
    visit_block(&analysis, function->body);
    for (uint32_t i = 0; i < analysis.planes.count; i++) { // every member knows what its group knows
        const BufferPlane *root = &analysis.planes.items[group_of(&analysis, (int)i)];
        analysis.planes.items[i].as_row = root->as_row;
        analysis.planes.items[i].as_column = root->as_column;
    }
    return analysis.planes;
}

Layout plane_layout(Function *function, const BufferPlanes *planes, int index) {
    const BufferPlane *plane = &planes->items[index];
    const Buffer *buffer = plane->buffer;
    Context *context = function->module->context;
    Layout layout = {.space = is_global(buffer) ? SPACE_DRAM : SPACE_L1,
                     .memory = MEMORY_INTERLEAVED,
                     .orientation = ORIENT_TILE,
                     .rows_dimension = buffer->rank - 2,
                     .columns_dimension = buffer->rank - 1,
                     .format = buffer->type,
                     .tile_rows = TILE_SIZE,
                     .tile_columns = TILE_SIZE};
    if (plane->used && !plane->vector) {
        layout.rows_dimension = plane->rows;
        layout.columns_dimension = plane->columns;
    } else if (buffer->rank == 1 || plane->vector) {
        int dimension = plane->vector ? plane->columns : 0;
        if (plane->as_row && plane->as_column) {
            report(context, DIAG_LAYOUT_CONFLICT, plane->used ? plane->location : buffer->location,
                   "%s is used both along rows and along columns", buffer->name);
            report_help(context, "load it into two buffers, one for each use");
        }
        layout.orientation = plane->as_column ? ORIENT_COLUMN : ORIENT_ROW;
        layout.rows_dimension = plane->as_column ? dimension : -1;
        layout.columns_dimension = plane->as_column ? -1 : dimension;
    }
    return layout;
}
