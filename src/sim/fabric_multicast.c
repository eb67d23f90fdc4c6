// Multicasts: a packet to all cores of a rectangle, each link of its tree once.
#include "sim/fabric_packet.h"

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
static void take_links(Tree *tree, int axis, Router from, int64_t links, int64_t hops) {
    Fabric *fabric = tree->fabric;
    int noc = tree->multicast->noc;
    for (int64_t i = 0; i < links; i++) {
        take_branch(tree, calendar_at(fabric, fabric->link[noc][axis], from), hops + i);
        from = fabric_next(fabric, noc, axis, from);
        fabric->link_bytes += tree->packet.bytes;
    }
    if (hops + links > tree->longest) tree->longest = hops + links;
}

static int64_t hops_along(const Fabric *fabric, int noc, int axis, Router from, Router to) {
    Router corner = axis == 0 ? (Router){to.x, from.y} : (Router){from.x, to.y};
    return fabric_hops(fabric, noc, from, corner);
}

static int along(Core core, int axis) { return axis == 0 ? core.x : core.y; }

// Core `place` of the line across the trunk, whose cores lie along `axis`.
static Router router_on_line(const Tree *tree, int axis, int line, int place) {
    return fabric_worker(tree->fabric, axis == 0 ? (Core){place, line} : (Core){line, place});
}

// From where the trunk meets the line to the farthest of the line's cores.
static int64_t reach_of_line(const Tree *tree, int axis, Router from, int line) {
    const Multicast *multicast = tree->multicast;
    int64_t farthest = 0;
    for (int i = along(multicast->first, axis); i <= along(multicast->last, axis); i++) {
        int64_t hops = hops_along(tree->fabric, multicast->noc, axis, from, router_on_line(tree, axis, line, i));
        if (hops > farthest) farthest = hops;
    }
    return farthest;
}

static void take_ports_of_line(Tree *tree, int axis, int line) {
    Fabric *fabric = tree->fabric;
    const Multicast *multicast = tree->multicast;
    for (int i = along(multicast->first, axis); i <= along(multicast->last, axis); i++) {
        Router router = router_on_line(tree, axis, line, i);
        if (same_router(router, tree->root)) continue;
        take_branch(tree, calendar_at(fabric, fabric->inward[multicast->noc], router),
                    fabric_hops(fabric, multicast->noc, tree->root, router));
    }
}

// NoC 0 goes along the row and down every column of the rectangle, NoC 1 up the column and left along every row.
static void take_tree(Tree *tree) {
    const Multicast *multicast = tree->multicast;
    int trunk = multicast->noc == 0 ? 0 : 1, branch = 1 - trunk;
    int64_t length = 0;
    for (int line = along(multicast->first, trunk); line <= along(multicast->last, trunk); line++) {
        Router on_line = router_on_line(tree, branch, line, along(multicast->first, branch));
        int64_t hops = hops_along(tree->fabric, multicast->noc, trunk, tree->root, on_line);
        Router from = trunk == 0 ? (Router){on_line.x, tree->root.y} : (Router){tree->root.x, on_line.y};
        if (hops > length) length = hops;
        take_links(tree, branch, from, reach_of_line(tree, branch, from, line), hops);
        take_ports_of_line(tree, branch, line);
    }
    take_links(tree, trunk, tree->root, length, 0);
}

WriteTimes fabric_multicast(Fabric *fabric, const Multicast *multicast) {
    const Target *target = fabric->target;
    Router root = fabric_worker(fabric, multicast->core);
    int64_t head = multicast->start + (multicast->has_path ? 0 : target->noc_multicast_latency);
    Packet packet = fabric_packet(fabric, multicast->noc, multicast->start, head, multicast->bytes);
    int64_t left = fabric_leave(fabric, &packet, root);
    Tree tree = {fabric, multicast, root, packet, 0, 0};
    take_tree(&tree);
    int64_t tail = packet.head + packet.length + tree.delay - fabric_on_link(target, 1);
    WriteTimes times = {.left = left + tree.delay, .arrived = tail + target->noc_write_latency};
    times.done = times.arrived + 2 * tree.longest * target->noc_hop_cycles;
    return times;
}
