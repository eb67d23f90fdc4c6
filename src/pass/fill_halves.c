// Halving a fill (fill_halves.h):
//
//     for r in 0 ... 7: read row r            for r in 0 ... 3: read row r
//     noc_async_read_barrier()                noc_async_read_barrier()
//                                             for r in 4 ... 7: read row r
#include "pass/fill_halves.h"

#include "ir/walk.h"
#include "pass/window_parts.h"

// Sending half of a window takes far longer than the first page of the other half takes to come.
static bool gains(const Target *target, const CircularBuffer *circular) {
    double half = (double)circular->window * circular->page_bytes / 2;
    return half / target->noc_bytes_per_cycle > 2.0 * (double)(target->noc_read_latency + target->dram_latency);
}

// The loop, if the fill is that and a barrier, and fills the whole window.
static Statement *only_loop(const CircularBuffer *circular, const Fill *fill) {
    Statement *loop = fill->reserve->next, *barrier = loop->next;
    bool alone = loop != fill->push && barrier != fill->push && barrier->next == fill->push;
    return alone && has_effect(barrier, EFFECT_READ_BARRIER) && expr_is_int(fill->pages, circular->window) ? loop
                                                                                                           : NULL;
}

int64_t halve_fill(Module *module, const Target *target, const CircularBuffer *circular, const Fill *fill) {
    Statement *loop = only_loop(circular, fill);
    PartLoops whole = {.part = circular->window};
    int64_t turns, part = loop && gains(target, circular) ? pages_of_turn(module, circular, loop, &whole) : 0;
    if (part == 0 || !is_plain_loop(loop, &turns) || turns < 2) return 0;
    const Expr *half = expr_int(module, turns / 2);
    Statement *second =
        build_for(module, FOR_SERIAL, loop->loop.variable, expr_int(module, turns - turns / 2), loop->location);
    second->loop.start = half;
    second->loop.body = block_clone(module, loop->loop.body, second);
    loop->loop.extent = half;
    block_insert_before(fill->push, second);
    if (turns / 2 == 1) dissolve_loop(module, loop);
    if (turns - turns / 2 == 1) dissolve_loop(module, second);
    return turns / 2 * part;
}
