// Tile operations: a table by operation; copy, fill and atomic_add are here.
#include "oracle/evaluate.h"

#define CHUNK 512

static const Location *place_of(const Node *node) { return &node->statement->location; }

static void check_same_extents(Machine *machine, const Node *node, const View *a, const View *b) {
    bool same = a->rank == b->rank;
    for (int d = 0; same && d < a->rank; d++) same = a->extent[d] == b->extent[d];
    if (!same)
        machine_fail(machine, DIAG_REGION_SHAPE, *place_of(node), "give both sides the same extents",
                     "the regions of '%s' and '%s' have different extents", a->storage->info->buffer->name,
                     b->storage->info->buffer->name);
}

static int64_t row_length(const View *view) { return view->rank ? view->extent[view->rank - 1] : 1; }
static int64_t row_count(const View *view) { return view_count(view) / row_length(view); }

// What a visitor does with one piece of a row.
typedef void (*VisitPiece)(Machine *machine, const Node *node, const View views[2], int64_t row, int64_t from,
                           size_t count);

static void visit_pieces(Machine *machine, const Node *node, const View views[2], VisitPiece visit) {
    int64_t rows = row_count(&views[0]), length = row_length(&views[0]);
    for (int64_t row = 0; row < rows; row++)
        for (int64_t from = 0; from < length; from += CHUNK) {
            machine_step(machine, node->statement);
            visit(machine, node, views, row, from, length - from < CHUNK ? (size_t)(length - from) : CHUNK);
        }
}

static void copy_piece(Machine *machine, const Node *node, const View views[2], int64_t row, int64_t from,
                       size_t count) {
    Lane values[CHUNK];
    view_read(machine, &views[0], row, from, count, values, *place_of(node));
    lanes_to_domain(view_domain(&views[0]), view_domain(&views[1]), values, count);
    if (view_type(&views[0]) != view_type(&views[1])) view_round(&views[1], values, count);
    view_write(machine, &views[1], row, from, count, values, *place_of(node));
}

// Between regions of one buffer everything is read before anything is written.
static void copy_within(Machine *machine, const Node *node, const View views[2]) {
    int64_t rows = row_count(&views[0]), length = row_length(&views[0]);
    Lane *all = machine_scratch(machine, SCRATCH_COPY, (size_t)view_count(&views[0]) * sizeof(Lane));
    for (int64_t row = 0; row < rows; row++)
        view_read(machine, &views[0], row, 0, (size_t)length, all + row * length, *place_of(node));
    for (int64_t row = 0; row < rows; row++)
        view_write(machine, &views[1], row, 0, (size_t)length, all + row * length, *place_of(node));
}

static void run_copy(Machine *machine, const Node *node) {
    View views[2] = {view_of(machine, node, 0), view_of(machine, node, 1)};
    check_same_extents(machine, node, &views[0], &views[1]);
    if (views[0].storage == views[1].storage)
        copy_within(machine, node, views);
    else
        visit_pieces(machine, node, views, copy_piece);
    track_copy(machine, node, &views[0], &views[1]);
}

static void fill_piece(Machine *machine, const Node *node, const View views[2], int64_t row, int64_t from,
                       size_t count) {
    Lane values[CHUNK], value = machine->frame[node->op.scalars[1].at];
    lanes_to_domain(node->op.scalars[1].domain, view_domain(&views[0]), &value, 1);
    view_round(&views[0], &value, 1);
    for (size_t i = 0; i < count; i++) values[i] = value;
    view_write(machine, &views[0], row, from, count, values, *place_of(node));
}

static void run_fill(Machine *machine, const Node *node) {
    View views[2] = {view_of(machine, node, 0)};
    visit_pieces(machine, node, views, fill_piece);
    track_fill(machine, &views[0]);
}

// dst (operand 0) += src (operand 1).
static void add_piece(Machine *machine, const Node *node, const View views[2], int64_t row, int64_t from,
                      size_t count) {
    Lane sum[CHUNK], added[CHUNK];
    Domain domain = view_domain(&views[0]);
    view_read(machine, &views[0], row, from, count, sum, *place_of(node));
    view_read(machine, &views[1], row, from, count, added, *place_of(node));
    lanes_to_domain(view_domain(&views[1]), domain, added, count);
    for (size_t i = 0; i < count; i++)
        if (domain == DOMAIN_REAL)
            sum[i].real += added[i].real;
        else
            sum[i].integer = (int64_t)((uint64_t)sum[i].integer + (uint64_t)added[i].integer);
    view_round(&views[0], sum, count);
    machine->adding = true;
    view_write(machine, &views[0], row, from, count, sum, *place_of(node));
    machine->adding = false;
    machine->operations += (double)count;
}

static void run_atomic_add(Machine *machine, const Node *node) {
    View views[2] = {view_of(machine, node, 0), view_of(machine, node, 1)};
    check_same_extents(machine, node, &views[0], &views[1]);
    visit_pieces(machine, node, views, add_piece);
    track_add(machine, node, &views[0], &views[1]);
}

static void (*const runners[IR_OP_COUNT])(Machine *machine, const Node *node) = {
    [IR_COPY] = run_copy,     [IR_FILL] = run_fill,     [IR_GEMM] = run_gemm,
    [IR_REDUCE] = run_reduce, [IR_CUMSUM] = run_cumsum, [IR_ATOMIC_ADD] = run_atomic_add,
};

Flow run_operation(Machine *machine, const Node *node) {
    run_program(machine, &node->program);
    runners[node->op.id](machine, node);
    return FLOW_NEXT;
}
