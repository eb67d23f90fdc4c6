// Transfers over the NoC: what they take, and when they are through.
#include "sim/fabric.h"

#include "sim/fabric_packet.h"

static int at_least_one(int64_t count) { return count > 0 ? (int)count : 1; }

Fabric fabric_new(const Target *target, Arena *arena) {
    Fabric fabric = {.target = target,
                     .arena = arena,
                     .columns = at_least_one(target->noc_columns),
                     .rows = at_least_one(target->noc_rows),
                     .banks = at_least_one(target->dram_banks)};
    size_t routers = (size_t)fabric.columns * (size_t)fabric.rows;
    fabric.bank = arena_new_array(arena, Calendar, (size_t)fabric.banks);
    for (int noc = 0; noc < 2; noc++) {
        for (int axis = 0; axis < 2; axis++) fabric.link[noc][axis] = arena_new_array(arena, Calendar, routers);
        fabric.inward[noc] = arena_new_array(arena, Calendar, routers);
        fabric.outward[noc] = arena_new_array(arena, Calendar, routers);
    }
    return fabric;
}

// ---------------------------------------------------------------- ways

// A packet that was held up does not fill the link as it goes on: those that follow it on its virtual channel wait, and
// the buffers behind it are small. Writes share one channel, answers to reads take any. What takes no longer than the
// packet itself is made up for in the buffers.
static void take_idle(Fabric *fabric, Calendar *link, const Packet *packet, int64_t waited) {
    if (waited <= packet->on_link || packet->share <= 0 || packet->share >= 1) return;
    int64_t idle = (int64_t)((double)packet->on_link * (1 / packet->share - 1));
    calendar_take(link, fabric->arena, packet->now, packet->head + packet->on_link, idle);
}

static void take_link(Fabric *fabric, Packet *packet, int axis, Router from) {
    Calendar *link = calendar_at(fabric, fabric->link[packet->noc][axis], from);
    int64_t tail = packet->head + packet->length;
    fabric_take(fabric, link, packet, packet->on_link);
    take_idle(fabric, link, packet, packet->head + packet->length - tail);
    packet->head += fabric->target->noc_hop_cycles;
    fabric->link_bytes += packet->bytes;
}

static void take_way(Fabric *fabric, Packet *packet, Router from, Router to) {
    while (!same_router(from, to)) {
        int axis = fabric_axis(packet->noc, from, to);
        take_link(fabric, packet, axis, from);
        from = fabric_next(fabric, packet->noc, axis, from);
    }
}

// ---------------------------------------------------------------- reads

// Measured for small reads, there and back; a read to another column or row goes once around the torus.
static int64_t read_latency(const Target *target, Router from, Router to) {
    if (same_router(from, to)) return target->noc_read_own_latency;
    if (from.x == to.x) return target->noc_read_column_latency;
    return from.y == to.y ? target->noc_read_row_latency : target->noc_read_latency;
}

static Router router_of(const Fabric *fabric, int noc, PageHome home) {
    return home.space == SPACE_DRAM ? fabric_dram(fabric, noc, home.bank) : fabric_worker(fabric, home.core);
}

// When the answer may leave, if nothing is in its way.
static int64_t answer_at(const Fabric *fabric, const Transfer *transfer, Router core, Router memory) {
    const Target *target = fabric->target;
    int64_t back = fabric_hops(fabric, transfer->noc, memory, core) * target->noc_hop_cycles;
    int64_t ready = read_latency(target, core, memory) - back - fabric_on_link(target, 1);
    if (transfer->home.space == SPACE_DRAM) ready += target->dram_latency;
    return transfer->start + (ready > 0 ? ready : 0);
}

static void take_source(Fabric *fabric, const Transfer *transfer, Router memory, Packet *packet) {
    const Target *target = fabric->target;
    if (transfer->home.space != SPACE_DRAM) {
        fabric_take(fabric, calendar_at(fabric, fabric->outward[transfer->noc], memory), packet,
                    fabric_cycles(transfer->bytes, target->noc_answer_bytes_per_cycle));
        return;
    }
    int bank = transfer->home.bank % fabric->banks;
    int64_t cell = fabric_cycles(transfer->bytes, target->dram_read_bytes_per_cycle);
    Span span = calendar_take(&fabric->bank[bank], fabric->arena, packet->now, packet->head, cell);
    packet->head = span.start;
    if (span.end - span.start > packet->length) packet->length = span.end - span.start;
}

int64_t fabric_read(Fabric *fabric, const Transfer *transfer) {
    Router core = fabric_worker(fabric, transfer->core), memory = router_of(fabric, transfer->noc, transfer->home);
    Packet packet = fabric_packet(fabric, transfer->noc, transfer->start, answer_at(fabric, transfer, core, memory),
                                  transfer->bytes);
    packet.share = fabric->target->noc_answer_held_up_share;
    if (!same_router(core, memory)) take_source(fabric, transfer, memory, &packet);
    take_way(fabric, &packet, memory, core);
    fabric_take(fabric, calendar_at(fabric, fabric->inward[transfer->noc], core), &packet,
                fabric_at_initiator(fabric->target, transfer->bytes));
    return packet.head + packet.length;
}

// ---------------------------------------------------------------- writes

// Beyond the links: measured for small writes.
static int64_t write_overhead(const Target *target, int64_t hops) {
    return target->noc_write_latency + hops * (target->noc_write_hop_cycles - target->noc_hop_cycles);
}

static void take_destination(Fabric *fabric, PageHome home, Router memory, Packet *packet) {
    const Target *target = fabric->target;
    if (home.space != SPACE_DRAM) {
        fabric_take(fabric, calendar_at(fabric, fabric->inward[packet->noc], memory), packet,
                    fabric_on_link(target, packet->bytes));
        return;
    }
    int64_t cell = fabric_cycles(packet->bytes, target->dram_write_bytes_per_cycle);
    Span span = calendar_take(&fabric->bank[home.bank % fabric->banks], fabric->arena, packet->now, packet->head, cell);
    packet->head = span.start;
    if (span.end - span.start > packet->length) packet->length = span.end - span.start;
}

WriteTimes fabric_write(Fabric *fabric, const Transfer *transfer) {
    const Target *target = fabric->target;
    int noc = transfer->noc;
    Router core = fabric_worker(fabric, transfer->core), memory = router_of(fabric, noc, transfer->home);
    Packet packet = fabric_packet(fabric, noc, transfer->start, transfer->start, transfer->bytes);
    WriteTimes times = {.left = fabric_leave(fabric, &packet, core)};
    packet.share = target->noc_held_up_share;
    take_way(fabric, &packet, core, memory);
    if (!same_router(core, memory)) take_destination(fabric, transfer->home, memory, &packet);
    int64_t hops = fabric_hops(fabric, noc, core, memory);
    times.arrived = packet.head + packet.length - fabric_on_link(target, 1) + write_overhead(target, hops);
    times.done = times.arrived + fabric_hops(fabric, noc, memory, core) * target->noc_hop_cycles;
    return times;
}

// ---------------------------------------------------------------- what was used

static int64_t busiest(const Calendar *calendars, int count) {
    int64_t most = 0;
    for (int i = 0; i < count; i++)
        if (calendars[i].busy > most) most = calendars[i].busy;
    return most;
}

int64_t fabric_busiest_link(const Fabric *fabric) {
    int routers = fabric->columns * fabric->rows;
    int64_t most = 0;
    for (int noc = 0; noc < 2; noc++) {
        const Calendar *const kinds[] = {fabric->link[noc][0], fabric->link[noc][1], fabric->inward[noc],
                                         fabric->outward[noc]};
        for (int kind = 0; kind < 4; kind++) {
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
