// The network on chip and the DRAM banks, as resources with a calendar each.
//
// Two tori of noc_columns x noc_rows routers: NoC 0 goes right, then down; NoC 1 up, then left. Between a router and
// its core there is one port in and one out. A packet takes the port it leaves by, each link of its way and the port it
// comes in by, each as soon as its head is there; a page in DRAM also its bank. What a transfer takes is decided when
// it starts, so transfers must be given in order of their start.
#ifndef TTILE_SIM_FABRIC_H
#define TTILE_SIM_FABRIC_H

#include "program/program.h"
#include "sim/calendar.h"

typedef struct Router {
    int x, y;
} Router;

typedef struct Fabric {
    const Target *target;
    Arena *arena;
    int columns, rows, banks;
    Calendar *bank;       // [banks]
    Calendar *link[2][2]; // by NoC, then 0: along the row, 1: along the column; the link that leaves router [y][x]
    Calendar *inward[2];  // by NoC: from router [y][x] to its core
    Calendar *outward[2]; // from the core to its router
    int64_t link_bytes;   // bytes times links
} Fabric;

typedef struct Transfer {
    int noc;       // 0 or 1
    Core core;     // that asks for it
    PageHome home; // the other end
    int64_t bytes, start;
} Transfer;

// To all cores of a rectangle but the one that sends.
typedef struct Multicast {
    int noc;
    Core core, first, last;
    int64_t bytes, start;
    bool has_path; // its packets follow others to the same cores, and need not find their way again
} Multicast;

// When the last byte has left the sender's L1, and when the answer that it has arrived is back.
typedef struct WriteTimes {
    int64_t left, done;
    int64_t arrived; // when the last byte is at its place; of a multicast: less the way from the sender, fabric_way
} WriteTimes;

Fabric fabric_new(const Target *target, Arena *arena);
// When the last byte is in L1.
int64_t fabric_read(Fabric *fabric, const Transfer *transfer);
WriteTimes fabric_write(Fabric *fabric, const Transfer *transfer);
WriteTimes fabric_multicast(Fabric *fabric, const Multicast *multicast);
// Cycles of the links from one core to another.
int64_t fabric_way(const Fabric *fabric, int noc, Core from, Core to);
// Cycles that the busiest link or port, and the average bank, were in use.
int64_t fabric_busiest_link(const Fabric *fabric);
double fabric_bank_busy(const Fabric *fabric);

#endif
