// Places are figures of the target. Routes go along one axis to the end, then along the other (ISA documentation, "NoC
// routing paths"): NoC 0 right, then down; NoC 1 up, then left.
#include "sim/fabric_places.h"

static int listed(const FigureList *list, int index) {
    return list->count > 0 ? (int)list->at[(index % list->count + list->count) % list->count] : 0;
}

static Router inside(const Fabric *fabric, int x, int y) { return (Router){x % fabric->columns, y % fabric->rows}; }

Router fabric_worker(const Fabric *fabric, Core core) {
    const Target *target = fabric->target;
    return inside(fabric, listed(&target->worker_columns, core.x), listed(&target->worker_rows, core.y));
}

Router fabric_dram(const Fabric *fabric, int noc, int bank) {
    const FigureList *places = noc ? &fabric->target->dram_places_noc1 : &fabric->target->dram_places_noc0;
    return inside(fabric, listed(places, 2 * bank), listed(places, 2 * bank + 1));
}

static int forward(int from, int to, int size) { return ((to - from) % size + size) % size; }

int64_t fabric_hops(const Fabric *fabric, int noc, Router from, Router to) {
    int x = forward(from.x, to.x, fabric->columns), y = forward(from.y, to.y, fabric->rows);
    if (noc == 0) return x + y;
    return (x ? fabric->columns - x : 0) + (y ? fabric->rows - y : 0);
}

int64_t fabric_way(const Fabric *fabric, int noc, Core from, Core to) {
    return fabric_hops(fabric, noc, fabric_worker(fabric, from), fabric_worker(fabric, to)) *
           fabric->target->noc_hop_cycles;
}

int fabric_axis(int noc, Router from, Router to) {
    int first = noc == 0 ? 0 : 1;
    bool there = first == 0 ? from.x == to.x : from.y == to.y;
    return there ? 1 - first : first;
}

static int step(int place, int noc, int size) {
    if (noc == 0) return place + 1 < size ? place + 1 : 0;
    return place > 0 ? place - 1 : size - 1;
}

Router fabric_next(const Fabric *fabric, int noc, int axis, Router from) {
    if (axis == 0) return (Router){step(from.x, noc, fabric->columns), from.y};
    return (Router){from.x, step(from.y, noc, fabric->rows)};
}
