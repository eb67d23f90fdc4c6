// T.gemm: both operands as doubles, one product, one rounding to the accumulator's type.
#include <string.h>

#include "oracle/evaluate.h"

enum { OPERAND_A, OPERAND_B, OPERAND_C, OPERAND_TRANSPOSE_A, OPERAND_TRANSPOSE_B, OPERAND_CLEAR };

typedef struct Gemm {
    View a, b, c;
    bool transpose_a, transpose_b, clear;
    int64_t m, n, k;
    Location location;
} Gemm;

static bool flag_of(const Node *node, int operand) { return node->statement->op.operands[operand].boolean; }

static Name operand_name(const Machine *machine, const Node *node, int operand) {
    return machine->storages[node->op.regions[operand].buffer]->info->buffer->name;
}

static bool is_matrix(const View *view, int64_t rows, int64_t columns) {
    return view->extent[0] == rows && view->extent[1] == columns;
}

static bool read_shapes(Machine *machine, const Node *node, Gemm *gemm) {
    if (!view_matrix(machine, node, OPERAND_A, &gemm->a) || !view_matrix(machine, node, OPERAND_B, &gemm->b) ||
        !view_matrix(machine, node, OPERAND_C, &gemm->c))
        return false;
    gemm->m = gemm->c.extent[0];
    gemm->n = gemm->c.extent[1];
    gemm->k = gemm->a.extent[gemm->transpose_a ? 0 : 1];
    bool a = gemm->transpose_a ? is_matrix(&gemm->a, gemm->k, gemm->m) : is_matrix(&gemm->a, gemm->m, gemm->k);
    bool b = gemm->transpose_b ? is_matrix(&gemm->b, gemm->n, gemm->k) : is_matrix(&gemm->b, gemm->k, gemm->n);
    return a && b;
}

static Gemm gemm_of(Machine *machine, const Node *node) {
    Gemm gemm = {.transpose_a = flag_of(node, OPERAND_TRANSPOSE_A),
                 .transpose_b = flag_of(node, OPERAND_TRANSPOSE_B),
                 .clear = flag_of(node, OPERAND_CLEAR),
                 .location = node->statement->location};
    if (!read_shapes(machine, node, &gemm))
        machine_fail(machine, DIAG_REGION_SHAPE, gemm.location, "check the blocks' shapes and the transpose flags",
                     "the operands '%s', '%s' and '%s' of T.gemm do not fit together",
                     operand_name(machine, node, OPERAND_A), operand_name(machine, node, OPERAND_B),
                     operand_name(machine, node, OPERAND_C));
    return gemm;
}

static void read_reals(Machine *machine, const View *view, int64_t row, Lane *out, Location location) {
    view_read(machine, view, row, 0, (size_t)view->extent[1], out, location);
    lanes_to_domain(view_domain(view), DOMAIN_REAL, out, (size_t)view->extent[1]);
}

// Packs an operand in panels of `block`; `along` says that its rows run along k.
static double *pack(Machine *machine, const Gemm *gemm, const View *view, Scratch purpose, int64_t block, bool along) {
    int64_t k = gemm->k, outer = view->extent[along ? 0 : 1];
    size_t count = packed_count(outer, k, block);
    double *packed = machine_scratch(machine, purpose, count * sizeof *packed);
    Lane *row = machine_scratch(machine, SCRATCH_COPY, (size_t)view->extent[1] * sizeof *row);
    if (outer % block) memset(packed, 0, count * sizeof *packed);
    for (int64_t r = 0; r < view->extent[0]; r++) {
        read_reals(machine, view, r, row, gemm->location);
        double *column = packed + packed_place(r, 0, k, block);
        if (along)
            for (int64_t step = 0; step < k; step++) column[step * block] = row[step].real;
        else
            for (int64_t o = 0; o < outer; o += block)
                memcpy(packed + packed_place(o, r, k, block), row + o,
                       (size_t)(outer - o < block ? outer - o : block) * sizeof *row);
    }
    return packed;
}

static void read_accumulator(Machine *machine, const Gemm *gemm, double *c) {
    Lane *row = machine_scratch(machine, SCRATCH_COPY, (size_t)gemm->n * sizeof *row);
    if (gemm->clear) {
        memset(c, 0, (size_t)gemm->m * (size_t)gemm->n * sizeof *c);
        return;
    }
    for (int64_t r = 0; r < gemm->m; r++) {
        read_reals(machine, &gemm->c, r, row, gemm->location);
        for (int64_t i = 0; i < gemm->n; i++) c[r * gemm->n + i] = row[i].real;
    }
}

static void write_accumulator(Machine *machine, const Gemm *gemm, const double *c) {
    Lane *row = machine_scratch(machine, SCRATCH_COPY, (size_t)gemm->n * sizeof *row);
    for (int64_t r = 0; r < gemm->m; r++) {
        for (int64_t i = 0; i < gemm->n; i++) row[i].real = c[r * gemm->n + i];
        lanes_to_domain(DOMAIN_REAL, view_domain(&gemm->c), row, (size_t)gemm->n);
        view_round(&gemm->c, row, (size_t)gemm->n);
        view_write(machine, &gemm->c, r, 0, (size_t)gemm->n, row, gemm->location);
    }
}

void run_gemm(Machine *machine, const Node *node) {
    Gemm gemm = gemm_of(machine, node);
    double *a = pack(machine, &gemm, &gemm.a, SCRATCH_A, PRODUCT_ROWS, !gemm.transpose_a);
    double *b = pack(machine, &gemm, &gemm.b, SCRATCH_B, PRODUCT_COLUMNS, gemm.transpose_b);
    double *c = machine_scratch(machine, SCRATCH_C, (size_t)gemm.m * (size_t)gemm.n * sizeof *c);
    read_accumulator(machine, &gemm, c);
    product(gemm.m, gemm.n, gemm.k, a, b, c);
    write_accumulator(machine, &gemm, c);
    track_product(machine, &(ProductSample){gemm.m, gemm.n, gemm.k, a, b, c}, gemm.a.storage, gemm.b.storage,
                  gemm.c.storage, gemm.clear);
    machine->operations += 2 * (double)gemm.m * (double)gemm.n * (double)gemm.k;
}
