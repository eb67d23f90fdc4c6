// Transfers over the NoC: what they take, and when they are through.
#include "sim/fabric.h"

#include "sim/fabric_places.h"

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

// ---------------------------------------------------------------- cycles of a packet

static int64_t cycles_at(int64_t bytes, double rate) { return rate > 0 ? (int64_t)((double)bytes / rate + 0.999) : 0; }

static int64_t on_link(const Target *target, int64_t bytes) {
    int64_t flits = 1 + (bytes + target->noc_flit_bytes - 1) / target->noc_flit_bytes; // one is the header
    int64_t sustained = cycles_at(bytes, target->noc_bytes_per_cycle);
    return flits > sustained ? flits : sustained;
}

// Of the port of the core that asked for it, which starts packets of that size no faster: the list holds sizes and
// bytes per cycle, between which its cycles lie on a line.
static int64_t at_initiator(const Target *target, int64_t bytes) {
    const FigureList *list = &target->noc_packet_rates;
    double below = 0, cycles_below = list->count > 1 ? list->at[0] / list->at[1] : 0;
    for (int i = 0; i + 1 < list->count; i += 2) {
        double size = list->at[i], cycles = size / list->at[i + 1];
        if ((double)bytes <= size)
            return (int64_t)(cycles_below + (cycles - cycles_below) * ((double)bytes - below) / (size - below) + 0.5);
        below = size;
        cycles_below = cycles;
    }
    return on_link(target, bytes);
}

// ---------------------------------------------------------------- ways

// A packet under way: its head, and how much later than the head its tail is at least.
typedef struct Packet {
    int noc;
    int64_t now; // the start of the transfer, for the calendars
    int64_t bytes, on_link;
    int64_t head, length;
    bool writes;
} Packet;

// The head goes on when the first piece is free. Held up in between, the tail falls behind.
static void take(Fabric *fabric, Calendar *calendar, Packet *packet, int64_t cycles) {
    Span span = calendar_take(calendar, fabric->arena, packet->now, packet->head, cycles);
    int64_t stretched = span.end - span.start - cycles + packet->on_link;
    packet->head = span.start;
    if (stretched > packet->length) packet->length = stretched;
}

// A write that was held up does not fill the link as it goes on: those that follow it on its virtual channel wait, and
// the buffers behind it are small.
static void take_idle(Fabric *fabric, Calendar *link, const Packet *packet) {
    double share = fabric->target->noc_held_up_share;
    int64_t idle = share > 0 && share < 1 ? (int64_t)((double)packet->on_link * (1 / share - 1)) : 0;
    calendar_take(link, fabric->arena, packet->now, packet->head + packet->on_link, idle);
}

static void take_link(Fabric *fabric, Packet *packet, int axis, Router from) {
    Calendar *link = calendar_at(fabric, fabric->link[packet->noc][axis], from);
    int64_t arrival = packet->head;
    take(fabric, link, packet, packet->on_link);
    if (packet->writes && packet->head > arrival) take_idle(fabric, link, packet);
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

static Packet packet_of(const Fabric *fabric, int noc, int64_t start, int64_t head, int64_t bytes) {
    int64_t cycles = on_link(fabric->target, bytes);
    return (Packet){.noc = noc, .now = start, .bytes = bytes, .on_link = cycles, .head = head, .length = cycles};
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
    int64_t ready = read_latency(target, core, memory) - back - on_link(target, 1);
    if (transfer->home.space == SPACE_DRAM) ready += target->dram_latency;
    return transfer->start + (ready > 0 ? ready : 0);
}

static void take_source(Fabric *fabric, const Transfer *transfer, Router memory, Packet *packet) {
    const Target *target = fabric->target;
    if (transfer->home.space != SPACE_DRAM) {
        take(fabric, calendar_at(fabric, fabric->outward[transfer->noc], memory), packet,
             cycles_at(transfer->bytes, target->noc_answer_bytes_per_cycle));
        return;
    }
    int bank = transfer->home.bank % fabric->banks;
    int64_t cell = cycles_at(transfer->bytes, target->dram_read_bytes_per_cycle);
    Span span = calendar_take(&fabric->bank[bank], fabric->arena, packet->now, packet->head, cell);
    packet->head = span.start;
    if (span.end - span.start > packet->length) packet->length = span.end - span.start;
}

int64_t fabric_read(Fabric *fabric, const Transfer *transfer) {
    Router core = fabric_worker(fabric, transfer->core), memory = router_of(fabric, transfer->noc, transfer->home);
    Packet packet =
        packet_of(fabric, transfer->noc, transfer->start, answer_at(fabric, transfer, core, memory), transfer->bytes);
    if (!same_router(core, memory)) take_source(fabric, transfer, memory, &packet);
    take_way(fabric, &packet, memory, core);
    take(fabric, calendar_at(fabric, fabric->inward[transfer->noc], core), &packet,
         at_initiator(fabric->target, transfer->bytes));
    return packet.head + packet.length;
}

// ---------------------------------------------------------------- writes

// Beyond the links: measured for small writes.
static int64_t write_overhead(const Target *target, int64_t hops) {
    return target->noc_write_latency + hops * (target->noc_write_hop_cycles - target->noc_hop_cycles);
}

// The sender's port; gives when the last byte has left.
static int64_t leave(Fabric *fabric, Packet *packet, Router core) {
    take(fabric, calendar_at(fabric, fabric->outward[packet->noc], core), packet,
         at_initiator(fabric->target, packet->bytes));
    return packet->head + packet->length;
}

static void take_destination(Fabric *fabric, PageHome home, Router memory, Packet *packet) {
    const Target *target = fabric->target;
    if (home.space != SPACE_DRAM) {
        take(fabric, calendar_at(fabric, fabric->inward[packet->noc], memory), packet, on_link(target, packet->bytes));
        return;
    }
    int64_t cell = cycles_at(packet->bytes, target->dram_write_bytes_per_cycle);
    Span span = calendar_take(&fabric->bank[home.bank % fabric->banks], fabric->arena, packet->now, packet->head, cell);
    packet->head = span.start;
    if (span.end - span.start > packet->length) packet->length = span.end - span.start;
}

WriteTimes fabric_write(Fabric *fabric, const Transfer *transfer) {
    const Target *target = fabric->target;
    int noc = transfer->noc;
    Router core = fabric_worker(fabric, transfer->core), memory = router_of(fabric, noc, transfer->home);
    Packet packet = packet_of(fabric, noc, transfer->start, transfer->start, transfer->bytes);
    WriteTimes times = {.left = leave(fabric, &packet, core)};
    packet.writes = true;
    take_way(fabric, &packet, core, memory);
    if (!same_router(core, memory)) take_destination(fabric, transfer->home, memory, &packet);
    int64_t hops = fabric_hops(fabric, noc, core, memory);
    times.arrived = packet.head + packet.length - on_link(target, 1) + write_overhead(target, hops);
    times.done = times.arrived + fabric_hops(fabric, noc, memory, core) * target->noc_hop_cycles;
    return times;
}

// ---------------------------------------------------------------- multicasts

// The branches of a multicast advance together: each link and port of the tree is taken once, when the head would be
// there, and the slowest of them sets the pace of all.
typedef struct Tree {
    Fabric *fabric;
    const Multicast *multicast;
    Router root;
    Packet packet;   // as it leaves the root
    int64_t delay;   // of the slowest branch
    int64_t longest; // way of a branch, hops
} Tree;

static void take_branch(Tree *tree, Calendar *calendar, int64_t hops) {
    Fabric *fabric = tree->fabric;
    int64_t cycles = tree->packet.on_link;
    int64_t head = tree->packet.head + hops * fabric->target->noc_hop_cycles;
    Span span = calendar_take(calendar, fabric->arena, tree->packet.now, head, cycles);
    int64_t delay = span.end - cycles - head;
    if (delay > tree->delay) tree->delay = delay;
}

// Along one axis from a router, as many links as there are; `hops` from the root.
static Router take_trunk(Tree *tree, int axis, Router from, int64_t links, int64_t hops) {
    Fabric *fabric = tree->fabric;
    int noc = tree->multicast->noc;
    for (int64_t i = 0; i < links; i++) {
        take_branch(tree, calendar_at(fabric, fabric->link[noc][axis], from), hops + i);
        from = fabric_next(fabric, noc, axis, from);
        fabric->link_bytes += tree->packet.bytes;
    }
    if (hops + links > tree->longest) tree->longest = hops + links;
    return from;
}

static int64_t hops_along(const Fabric *fabric, int noc, int axis, Router from, Router to) {
    Router corner = axis == 0 ? (Router){to.x, from.y} : (Router){from.x, to.y};
    return fabric_hops(fabric, noc, from, corner);
}

// The rectangle's cores on one line across the trunk; the farthest is the last that the links reach.
static int64_t reach_of_line(const Tree *tree, int axis, Router from, int line) {
    const Multicast *multicast = tree->multicast;
    int first = axis == 0 ? multicast->first.x : multicast->first.y;
    int last = axis == 0 ? multicast->last.x : multicast->last.y;
    int64_t farthest = 0;
    for (int i = first; i <= last; i++) {
        Core core = axis == 0 ? (Core){i, line} : (Core){line, i};
        int64_t hops = hops_along(tree->fabric, multicast->noc, axis, from, fabric_worker(tree->fabric, core));
        if (hops > farthest) farthest = hops;
    }
    return farthest;
}

static void deliver_to_line(Tree *tree, int axis, int line) {
    const Multicast *multicast = tree->multicast;
    int first = axis == 0 ? multicast->first.x : multicast->first.y;
    int last = axis == 0 ? multicast->last.x : multicast->last.y;
    for (int i = first; i <= last; i++) {
        Router router = fabric_worker(tree->fabric, axis == 0 ? (Core){i, line} : (Core){line, i});
        if (same_router(router, tree->root)) continue;
        take_branch(tree, calendar_at(tree->fabric, tree->fabric->inward[multicast->noc], router),
                    fabric_hops(tree->fabric, multicast->noc, tree->root, router));
    }
}

// NoC 0 goes along the row and down every column of the rectangle, NoC 1 up the column and left along every row.
static void take_tree(Tree *tree) {
    const Multicast *multicast = tree->multicast;
    int trunk = multicast->noc == 0 ? 0 : 1, branch = 1 - trunk;
    int first = trunk == 0 ? multicast->first.x : multicast->first.y;
    int last = trunk == 0 ? multicast->last.x : multicast->last.y;
    int64_t length = 0;
    for (int line = first; line <= last; line++) {
        Router on_line = fabric_worker(tree->fabric, trunk == 0 ? (Core){line, multicast->first.y}
                                                                : (Core){multicast->first.x, line});
        int64_t hops = hops_along(tree->fabric, multicast->noc, trunk, tree->root, on_line);
        Router from = trunk == 0 ? (Router){on_line.x, tree->root.y} : (Router){tree->root.x, on_line.y};
        if (hops > length) length = hops;
        take_trunk(tree, branch, from, reach_of_line(tree, branch, from, line), hops);
        deliver_to_line(tree, branch, line);
    }
    take_trunk(tree, trunk, tree->root, length, 0);
}

WriteTimes fabric_multicast(Fabric *fabric, const Multicast *multicast) {
    const Target *target = fabric->target;
    Router root = fabric_worker(fabric, multicast->core);
    int64_t head = multicast->start + (multicast->has_path ? 0 : target->noc_multicast_latency);
    Packet packet = packet_of(fabric, multicast->noc, multicast->start, head, multicast->bytes);
    int64_t left = leave(fabric, &packet, root);
    Tree tree = {fabric, multicast, root, packet, 0, 0};
    take_tree(&tree);
    int64_t tail = packet.head + packet.length + tree.delay - on_link(target, 1);
    WriteTimes times = {.left = left + tree.delay, .arrived = tail + target->noc_write_latency};
    times.done = times.arrived + 2 * tree.longest * target->noc_hop_cycles;
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
