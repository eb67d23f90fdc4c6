// The shape of subblocks. A block product keeps up to two tiles of its shorter side in the source registers and lets
// those of the longer side stream by, each for as many products as tiles are kept. One kept tile can be fetched while
// the products before are under way, but then a tile streams in for every product; two halve what streams, and leave
// the registers no room to fetch ahead, so that each call waits for its first tiles.
#include "pass/subblock.h"

ProductCost product_cost(const Target *target, MathFidelity fidelity, DType format) {
    int64_t phases = (int64_t)fidelity + 1, bits = (int64_t)dtype_bytes(format) * 8;
    return (ProductCost){.step = target->cycles_phase * phases + target->cycles_product,
                         .unpack = target->cycles_unpack_tile * bits / 16,
                         .unpack_pair = target->cycles_unpack_pair * bits / 16,
                         .ahead = target->cycles_unpack_ahead,
                         .call = target->cycles_unpack_call + 4 * target->cycles_scalar};
}

static int64_t larger(int64_t a, int64_t b) { return a > b ? a : b; }

// Cycles of one call with `kept` tiles on the shorter side.
static int64_t call_cycles(const ProductCost *cost, int64_t kept, int64_t streaming) {
    int64_t passes = (kept + 1) / 2;
    int64_t wait = larger(0, cost->unpack + cost->unpack_pair - cost->ahead - cost->step);
    int64_t cycles = streaming * kept * cost->step + (kept > 1 ? passes * wait : 0);
    return larger(cycles, larger(passes * streaming * cost->unpack, passes * cost->call));
}

static int64_t subblock_cycles(const ProductCost *cost, int rows, int columns) {
    return rows < columns ? call_cycles(cost, rows, columns) : call_cycles(cost, columns, rows);
}

static bool is_better(Subblock a, Subblock b, const ProductCost *cost) {
    int64_t tiles_a = (int64_t)a.rows * a.columns, tiles_b = (int64_t)b.rows * b.columns;
    if (cost) {
        int64_t cycles_a = subblock_cycles(cost, a.rows, a.columns) * tiles_b;
        int64_t cycles_b = subblock_cycles(cost, b.rows, b.columns) * tiles_a;
        if (cycles_a != cycles_b) return cycles_a < cycles_b;
    }
    return tiles_a > tiles_b || (tiles_a == tiles_b && a.rows + a.columns < b.rows + b.columns);
}

Subblock choose_subblock(const SubblockLimits *limits, const ProductCost *cost) {
    Subblock best = {1, 1};
    for (int rows = 1; rows <= limits->tiles && rows <= limits->most_rows; rows++) {
        if (limits->rows % rows) continue;
        for (int columns = 1; columns * rows <= limits->tiles && columns <= limits->most_columns; columns++) {
            Subblock next = {rows, columns};
            if (limits->columns % columns == 0 && is_better(next, best, cost)) best = next;
        }
    }
    return best;
}
