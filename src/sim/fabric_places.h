// Where things are on the torus, and the ways between them.
#ifndef TTILE_SIM_FABRIC_PLACES_H
#define TTILE_SIM_FABRIC_PLACES_H

#include "sim/fabric.h"

Router fabric_worker(const Fabric *fabric, Core core);
Router fabric_dram(const Fabric *fabric, int noc, int bank);
static inline bool same_router(Router a, Router b) { return a.x == b.x && a.y == b.y; }
static inline Calendar *calendar_at(const Fabric *fabric, Calendar *calendars, Router router) {
    return &calendars[router.y * fabric->columns + router.x];
}
int64_t fabric_hops(const Fabric *fabric, int noc, Router from, Router to);
// The axis along which a packet at `from` moves next on its way to `to`; they differ.
int fabric_axis(int noc, Router from, Router to);
Router fabric_next(const Fabric *fabric, int noc, int axis, Router from);

#endif
