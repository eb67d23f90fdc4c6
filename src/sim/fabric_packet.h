// What the ways of single packets and of multicasts have in common. Only the fabric's own files include this.
#ifndef TTILE_SIM_FABRIC_PACKET_H
#define TTILE_SIM_FABRIC_PACKET_H

#include "sim/fabric_places.h"

// A packet under way: its head, and how much later than the head its tail is at least.
typedef struct Packet {
    int noc;
    int64_t now; // the start of the transfer, for the calendars
    int64_t bytes, on_link;
    int64_t head, length;
    double share; // of a link that it fills where it had to wait for one
} Packet;

int64_t fabric_cycles(int64_t bytes, double rate);
int64_t fabric_on_link(const Target *target, int64_t bytes);
// Of the port of the core that asks for it.
int64_t fabric_at_initiator(const Target *target, int64_t bytes);
Packet fabric_packet(const Fabric *fabric, int noc, int64_t start, int64_t head, int64_t bytes);
void fabric_take(Fabric *fabric, Calendar *calendar, Packet *packet, int64_t cycles);
// The sender's port; gives when the last byte has left.
int64_t fabric_leave(Fabric *fabric, Packet *packet, Router core);

#endif
