// Packets: the cycles they take, and the resources.
#include "sim/fabric_packet.h"

int64_t fabric_cycles(int64_t bytes, double rate) { return rate > 0 ? (int64_t)((double)bytes / rate + 0.999) : 0; }

int64_t fabric_on_link(const Target *target, int64_t bytes) {
    int64_t flits = 1 + (bytes + target->noc_flit_bytes - 1) / target->noc_flit_bytes; // one is the header
    int64_t sustained = fabric_cycles(bytes, target->noc_bytes_per_cycle);
    return flits > sustained ? flits : sustained;
}

// Of the port of the core that asked for it, which starts packets of that size no faster: the list holds sizes and
// bytes per cycle, between which its cycles lie on a line.
static double between_starts(const FigureList *list, int64_t bytes) {
    double below = 0, cycles_below = list->count > 1 ? list->at[0] / list->at[1] : 0;
    for (int i = 0; i + 1 < list->count; i += 2) {
        double size = list->at[i], cycles = size / list->at[i + 1];
        if ((double)bytes <= size)
            return cycles_below + (cycles - cycles_below) * ((double)bytes - below) / (size - below);
        below = size;
        cycles_below = cycles;
    }
    return 0;
}

int64_t fabric_at_initiator(const Target *target, int64_t bytes) {
    int64_t link = fabric_on_link(target, bytes),
            starts = (int64_t)(between_starts(&target->noc_packet_rates, bytes) + 0.5);
    return link > starts ? link : starts;
}

Packet fabric_packet(const Fabric *fabric, int noc, int64_t start, int64_t head, int64_t bytes) {
    int64_t cycles = fabric_on_link(fabric->target, bytes);
    return (Packet){.noc = noc, .now = start, .bytes = bytes, .on_link = cycles, .head = head, .length = cycles};
}

// The head goes on when the first piece is free. Held up in between, the tail falls behind.
void fabric_take(Fabric *fabric, Calendar *calendar, Packet *packet, int64_t cycles) {
    Span span = calendar_take(calendar, fabric->arena, packet->now, packet->head, cycles);
    int64_t stretched = span.end - span.start - cycles + packet->on_link;
    packet->head = span.start;
    if (stretched > packet->length) packet->length = stretched;
}

// The sender's port; gives when the last byte has left.
int64_t fabric_leave(Fabric *fabric, Packet *packet, Router core) {
    fabric_take(fabric, calendar_at(fabric, fabric->outward[packet->noc], core), packet,
                fabric_at_initiator(fabric->target, packet->bytes));
    return packet->head + packet->length;
}
