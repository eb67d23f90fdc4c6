// Transfers over the NoC. Where banks and worker cores sit on the torus is an approximation: banks in two columns, each
// in a row of its own; workers in order around them and around the middle row.
#include "sim/fabric.h"

typedef struct Router {
    int x, y;
} Router;

Fabric fabric_new(const Target *target, Arena *arena) {
    Fabric fabric = {.target = target,
                     .columns = (int)(target->noc_columns > 0 ? target->noc_columns : 1),
                     .rows = (int)(target->noc_rows > 0 ? target->noc_rows : 1),
                     .banks = (int)(target->dram_banks > 0 ? target->dram_banks : 1)};
    size_t routers = (size_t)fabric.columns * (size_t)fabric.rows;
    fabric.bank = arena_new_array(arena, Resource, (size_t)fabric.banks);
    for (int noc = 0; noc < 2; noc++) {
        for (int axis = 0; axis < 2; axis++) fabric.link[noc][axis] = arena_new_array(arena, Resource, routers);
        fabric.port[noc] = arena_new_array(arena, Resource, routers);
    }
    return fabric;
}

// ---------------------------------------------------------------- places

static Router worker_router(const Fabric *fabric, Core core) {
    int x = core.x + 1, y = core.y + 1;
    x += x >= fabric->columns / 2;
    y += y >= fabric->rows / 2;
    return (Router){x % fabric->columns, y % fabric->rows};
}

static Router bank_router(const Fabric *fabric, int bank) {
    return (Router){bank % 2 ? fabric->columns / 2 : 0, bank * fabric->rows / fabric->banks};
}

static Resource *at(const Fabric *fabric, Resource *resources, Router router) {
    return &resources[router.y * fabric->columns + router.x];
}

static int forward(int from, int to, int size) { return ((to - from) % size + size) % size; }

static int hops(const Fabric *fabric, int noc, Router from, Router to) {
    int x = forward(from.x, to.x, fabric->columns), y = forward(from.y, to.y, fabric->rows);
    if (noc == 0) return x + y;
    return (x ? fabric->columns - x : 0) + (y ? fabric->rows - y : 0);
}

// ---------------------------------------------------------------- resources

static int64_t cycles_of(int64_t bytes, double rate) {
    double cycles = rate > 0 ? (double)bytes / rate : 0;
    return (int64_t)(cycles + 0.999);
}

// The head arrives at `arrival`; gives when it gets through.
static int64_t take(Resource *resource, int64_t arrival, int64_t cycles) {
    int64_t start = arrival > resource->free_at ? arrival : resource->free_at;
    resource->free_at = start + cycles;
    resource->busy += cycles;
    return start;
}

static int step_along(int place, int noc, int size) {
    return noc == 0 ? (place + 1) % size : (place + size - 1) % size;
}

// The head leaves `from` at `time`; gives when it is at `to`, having waited for every link on the way.
static int64_t take_route(Fabric *fabric, int noc, Router from, Router to, int64_t time, int64_t cycles,
                          int64_t bytes) {
    int64_t hop = fabric->target->noc_hop_cycles;
    while (from.x != to.x) {
        time = take(at(fabric, fabric->link[noc][0], from), time, cycles) + hop;
        from.x = step_along(from.x, noc, fabric->columns);
        fabric->link_bytes += bytes;
    }
    while (from.y != to.y) {
        time = take(at(fabric, fabric->link[noc][1], from), time, cycles) + hop;
        from.y = step_along(from.y, noc, fabric->rows);
        fabric->link_bytes += bytes;
    }
    return time;
}

// ---------------------------------------------------------------- transfers

static int bank_of(const Fabric *fabric, int64_t page) { return (int)(page % fabric->banks); }

// A small read takes this and its way, which goes once around the torus in each direction that it moves in.
static int64_t read_overhead(const Target *target) {
    int64_t around = (target->noc_columns + target->noc_rows) * target->noc_hop_cycles;
    return target->noc_read_latency > around ? target->noc_read_latency - around : 0;
}

int64_t fabric_read(Fabric *fabric, const Transfer *transfer) {
    const Target *target = fabric->target;
    int bank = bank_of(fabric, transfer->page);
    Router core = worker_router(fabric, transfer->core), memory = bank_router(fabric, bank);
    int64_t wire = cycles_of(transfer->bytes, target->noc_bytes_per_cycle);
    int64_t cell = cycles_of(transfer->bytes, target->dram_read_bytes_per_cycle);
    int64_t request =
        transfer->start + read_overhead(target) + hops(fabric, transfer->noc, core, memory) * target->noc_hop_cycles;
    int64_t sent = take(&fabric->bank[bank], request, cell);
    int64_t head = take_route(fabric, transfer->noc, memory, core, sent, wire, transfer->bytes);
    head = take(at(fabric, fabric->port[transfer->noc], core), head, wire);
    return head + (wire > cell ? wire : cell);
}

WriteTimes fabric_write(Fabric *fabric, const Transfer *transfer) {
    const Target *target = fabric->target;
    int bank = bank_of(fabric, transfer->page);
    Router core = worker_router(fabric, transfer->core), memory = bank_router(fabric, bank);
    int64_t wire = cycles_of(transfer->bytes, target->noc_bytes_per_cycle);
    int64_t cell = cycles_of(transfer->bytes, target->dram_write_bytes_per_cycle);
    int64_t head = take(at(fabric, fabric->port[transfer->noc], core), transfer->start, wire);
    WriteTimes times = {.left = head + wire};
    head = take_route(fabric, transfer->noc, core, memory, head, wire, transfer->bytes);
    int64_t stored = take(&fabric->bank[bank], head, cell) + cell;
    int64_t answer = hops(fabric, transfer->noc, memory, core) * target->noc_hop_cycles;
    times.done = stored + target->noc_write_latency + answer;
    return times;
}

// ---------------------------------------------------------------- what was used

static int64_t busiest(const Resource *resources, int count) {
    int64_t most = 0;
    for (int i = 0; i < count; i++)
        if (resources[i].busy > most) most = resources[i].busy;
    return most;
}

int64_t fabric_busiest_link(const Fabric *fabric) {
    int routers = fabric->columns * fabric->rows;
    int64_t most = 0;
    for (int noc = 0; noc < 2; noc++) {
        const Resource *const kinds[] = {fabric->link[noc][0], fabric->link[noc][1], fabric->port[noc]};
        for (int kind = 0; kind < 3; kind++) {
            int64_t busy = busiest(kinds[kind], routers);
            if (busy > most) most = busy;
        }
    }
    return most;
}

double fabric_bank_busy(const Fabric *fabric) {
    double sum = 0;
    for (int i = 0; i < fabric->banks; i++) sum += (double)fabric->bank[i].busy;
    return sum / fabric->banks;
}
