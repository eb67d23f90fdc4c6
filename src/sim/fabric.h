// The network on chip and the DRAM banks, as resources that are busy until some cycle.
//
// Two tori of noc_columns x noc_rows routers: NoC 0 goes right, then down; NoC 1 left, then up. A transfer takes each
// link of its way, the port of its core and its bank in turn, each as soon as the one before passes its head on and it
// is free itself. Transfers must be given in order of their start.
#ifndef TTILE_SIM_FABRIC_H
#define TTILE_SIM_FABRIC_H

#include "program/program.h"

typedef struct Resource {
    int64_t free_at, busy;
} Resource;

typedef struct Fabric {
    const Target *target;
    int columns, rows, banks;
    Resource *bank;       // [banks]
    Resource *link[2][2]; // by NoC, then 0: along the row, 1: along the column; the link that leaves router [y][x]
    Resource *port[2];    // by NoC: between a router and its core
    int64_t link_bytes;   // bytes times links
} Fabric;

typedef struct Transfer {
    int noc; // 0 or 1
    Core core;
    int64_t page; // its bank is page modulo banks
    int64_t bytes;
    int64_t start;
} Transfer;

Fabric fabric_new(const Target *target, Arena *arena);
// When the last byte is in L1.
int64_t fabric_read(Fabric *fabric, const Transfer *transfer);
// When the last byte has left L1, and when the bank's answer is back.
typedef struct WriteTimes {
    int64_t left, done;
} WriteTimes;
WriteTimes fabric_write(Fabric *fabric, const Transfer *transfer);
// Cycles that the busiest link or port, and the average bank, were in use.
int64_t fabric_busiest_link(const Fabric *fabric);
double fabric_bank_busy(const Fabric *fabric);

#endif
