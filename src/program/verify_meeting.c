// Sender and receiver of one multicast: what each knew when, as points over the number of the event.
#include "program/verify_meeting.h"

const Signal *signal_at(const Meeting *meeting, const Moment *moment, int semaphore) {
    return &signals_of(meeting->check, moment->state)[semaphore];
}

const Ring *ring_at(const Moment *moment, int buffer) { return (const Ring *)moment->state + buffer; }

Amount sent_at(const Meeting *meeting, const Moment *moment, int endpoint) {
    return exchanges_of(meeting->check, moment->state)[endpoint].count;
}

Amount sum_of(const Meeting *meeting, Amount a, Amount b) { return amount_add(&meeting->check->amounts, a, b); }

Amount wait_number(const Meeting *meeting, const Moment *moment, int semaphore) {
    return sum_of(meeting, signal_at(meeting, moment, semaphore)->waits, amount_constant(-1));
}

void add_point(const Meeting *meeting, Points *points, const Moment *moment, Amount x, Amount low, Amount high) {
    vector_push(meeting->check->arena, *points, ((Point){x, low, high, moment->node}));
}

bool is_at(const Moment *moment, int endpoint) { return moment->node->endpoint == endpoint; }

bool is_on(const Moment *moment, Effect effect, int semaphore) {
    return moment->node->instruction->effect == effect && moment->node->semaphore == semaphore;
}

// ---------------------------------------------------------------- counts

bool waits_for(const Meeting *meeting, const Tree *tree, int semaphore) {
    return !amount_is(signals_of(meeting->check, tree->end)[semaphore].waits, 0);
}

int64_t waits_on(const Meeting *meeting, const Tree *tree, int core, int semaphore) {
    bool is_known = true;
    int64_t waits =
        amount_on(meeting->check, tree, core, signals_of(meeting->check, tree->end)[semaphore].waits, &is_known);
    return is_known ? waits : INT64_MAX;
}

bool counts_surely(const Meeting *meeting, const Tree *tree, int semaphore) {
    return !signals_of(meeting->check, tree->end)[semaphore].is_unsure;
}

static Truth inside(const Meeting *meeting, const Points *inner, const Points *outer, const Tree *tree, int core,
                    int semaphore) {
    int64_t events = waits_on(meeting, tree, core, semaphore);
    if (!counts_surely(meeting, tree, semaphore)) return TRUTH_OPEN;
    return points_inside(&meeting->check->amounts, inner, outer, events == INT64_MAX ? 0 : events);
}

Truth inside_for_sender(const Meeting *meeting, const Points *inner, const Points *outer, int ready) {
    return inside(meeting, inner, outer, meeting->sender, meeting->route->from, ready);
}

Truth inside_for_receiver(const Meeting *meeting, const Points *inner, const Points *outer, int flag) {
    return inside(meeting, inner, outer, meeting->receiver, meeting->to, flag);
}

bool reaches(const Route *route, Core core) {
    return core.x >= route->first.x && core.x <= route->last.x && core.y >= route->first.y && core.y <= route->last.y;
}
