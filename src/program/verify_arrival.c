// Pages that a sender multicasts: they go where the receiver has reserved room, and it pushes them when a flag that was
// sent behind them has come.
#include "ir/build.h"
#include "program/verify_meeting.h"

static void sent_places(const Meeting *meeting, int ready, Points *points) {
    FOR_MOMENTS(moment, meeting->sender) {
        if (!is_at(moment, meeting->node->endpoint)) continue;
        Amount first = sum_of(meeting, ring_at(moment, meeting->node->buffers[0])->pushed, moment->values[1]);
        add_point(meeting, points, moment, wait_number(meeting, moment, ready), first,
                  sum_of(meeting, first, moment->values[2]));
    }
}

static void reserved_places(const Meeting *meeting, int answer, Points *points) {
    FOR_MOMENTS(moment, meeting->receiver) {
        if (!is_at(moment, answer)) continue;
        const Ring *ring = ring_at(moment, meeting->node->buffers[0]);
        add_point(meeting, points, moment, sent_at(meeting, moment, answer), ring->pushed,
                  sum_of(meeting, ring->pushed, ring->reserved));
    }
}

Verdict check_window(const Meeting *meeting, int answer, int ready) {
    Points sent = {0}, reserved = {0};
    sent_places(meeting, ready, &sent);
    reserved_places(meeting, answer, &reserved);
    Truth truth = inside_for_sender(meeting, &sent, &reserved, ready);
    if (truth != TRUTH_NO) return verdict_of(truth);
    return wrong(DIAG_PROOF_MULTICAST_WINDOW, meeting->node,
                 "pages are sent to a place that is not reserved on the receiver when it says that it is ready",
                 "wait for the receivers before every multicast, and let them reserve the same pages before their "
                 "noc_semaphore_inc");
}

// ---------------------------------------------------------------- the flag behind them

static Core core_of(const Meeting *meeting) { return meeting->check->cores[meeting->to]; }

// How many other cores send to this receiver by the same buffer or semaphore, too.
static bool has_other_sender(const Meeting *meeting, Effect effect, int buffer, int semaphore) {
    for (uint32_t i = 0; i < meeting->routes->list.count; i++) {
        const Route *route = &meeting->routes->list.items[i];
        const Node *node = meeting->check->trees[route->tree].endpoints[route->endpoint];
        bool is_same = node->instruction->effect == effect &&
                       (effect == EFFECT_NOC_MULTICAST ? node->buffers[0] == buffer : node->semaphore == semaphore);
        if (is_same && route->from != meeting->route->from && reaches(route, core_of(meeting))) return true;
    }
    return false;
}

// Pages of the buffer that have gone to the receiver by then.
static Amount pages_sent(const Meeting *meeting, const Moment *moment, int buffer) {
    Amount pages = {0};
    for (int i = meeting->routes->start[meeting->route->from]; i < meeting->routes->start[meeting->route->from + 1];
         i++) {
        const Route *route = &meeting->routes->list.items[i];
        const Node *node = meeting->check->trees[route->tree].endpoints[route->endpoint];
        bool is_data = route->tree == meeting->route->tree && node->instruction->effect == EFFECT_NOC_MULTICAST;
        if (is_data && node->buffers[0] == buffer && reaches(route, core_of(meeting)))
            pages = sum_of(meeting, pages, exchanges_of(meeting->check, moment->state)[route->endpoint].total);
    }
    return pages;
}

// By the flag number x these pages have arrived; the ring holds no older ones.
static void arrived_pages(const Meeting *meeting, int flag_endpoint, int buffer, Points *points) {
    int capacity = meeting->check->function->circular_buffers.items[buffer]->pages;
    FOR_MOMENTS(moment, meeting->sender) {
        if (!is_at(moment, flag_endpoint)) continue;
        Amount pages = pages_sent(meeting, moment, buffer);
        add_point(meeting, points, moment, sent_at(meeting, moment, flag_endpoint),
                  sum_of(meeting, pages, amount_constant(-capacity)), pages);
    }
}

static void pushed_pages(const Meeting *meeting, int flag, int buffer, Points *points) {
    FOR_MOMENTS(moment, meeting->receiver) {
        bool is_push = moment->node->instruction->effect == EFFECT_PUSH && moment->node->buffers[0] == buffer;
        if (!is_push) continue;
        Amount pushed = sum_of(meeting, ring_at(moment, buffer)->pushed, moment->values[1]);
        add_point(meeting, points, moment, wait_number(meeting, moment, flag), pushed, pushed);
    }
}

// A multicast of as many pages as there happen to be: the window may be larger than what is in it, and what nobody has
// written is not read. The simulator sees whether that is so.
static bool sends_parts(const Meeting *meeting, int buffer) {
    for (int i = meeting->routes->start[meeting->route->from]; i < meeting->routes->start[meeting->route->from + 1];
         i++) {
        const Route *route = &meeting->routes->list.items[i];
        const Node *node = meeting->check->trees[route->tree].endpoints[route->endpoint];
        int64_t pages;
        bool is_data = node->instruction->effect == EFFECT_NOC_MULTICAST && node->buffers[0] == buffer;
        if (is_data && !expr_constant(node->statement->op.operands[2].expr, &pages)) return true;
    }
    return false;
}

static Verdict compare_arrival(const Meeting *meeting, const Route *flag_route) {
    int buffer = meeting->node->buffers[0], flag = meeting->sender->endpoints[flag_route->endpoint]->semaphore;
    Points arrived = {0}, pushed = {0};
    arrived_pages(meeting, flag_route->endpoint, buffer, &arrived);
    pushed_pages(meeting, flag, buffer, &pushed);
    Truth truth = inside_for_receiver(meeting, &pushed, &arrived, flag);
    if (truth != TRUTH_NO) return verdict_of(truth);
    if (sends_parts(meeting, buffer)) return verdict_of(TRUTH_OPEN);
    return wrong(
        DIAG_PROOF_ARRIVAL, pushed.items[0].node,
        "pages are pushed that may not have arrived by the flag that was waited for",
        "the sender multicasts the pages, then the flag; a receiver waits for the flag before it pushes as many");
}

static bool is_flag_route(const Meeting *meeting, const Route *route) {
    const Node *node = meeting->check->trees[route->tree].endpoints[route->endpoint];
    return node->instruction->effect == EFFECT_SEMAPHORE_MULTICAST && reaches(route, core_of(meeting));
}

Verdict check_arrival(const Meeting *meeting) {
    const Routes *routes = meeting->routes;
    int buffer = meeting->node->buffers[0];
    bool writes_itself = meeting->receiver->written >> buffer & 1;
    if (writes_itself || has_other_sender(meeting, EFFECT_NOC_MULTICAST, buffer, 0)) return verdict_of(TRUTH_OPEN);
    Verdict verdict =
        wrong(DIAG_PROOF_ARRIVAL, meeting->node, "pages are sent, but no flag behind them that the receiver waits for",
              "multicast a semaphore after the pages, and wait for it before the push");
    bool is_first = true;
    for (int i = routes->start[meeting->route->from]; i < routes->start[meeting->route->from + 1]; i++) {
        const Route *route = &routes->list.items[i];
        if (!is_flag_route(meeting, route)) continue;
        int flag = meeting->check->trees[route->tree].endpoints[route->endpoint]->semaphore;
        bool is_ours = route->tree == meeting->route->tree && waits_for(meeting, meeting->receiver, flag);
        bool is_only = !has_other_sender(meeting, EFFECT_SEMAPHORE_MULTICAST, 0, flag);
        Verdict next = is_ours && is_only ? compare_arrival(meeting, route) : verdict_of(TRUTH_OPEN);
        if (next.truth == TRUTH_YES) return verdict_of(TRUTH_YES);
        if (is_first || next.truth == TRUTH_OPEN) verdict = next;
        is_first = false;
    }
    return verdict;
}
