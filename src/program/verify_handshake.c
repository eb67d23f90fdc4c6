// Handshakes between a sender and a receiver: the receiver has reserved its window and cleared its flag when it says
// that it is ready; the sender sends when all are ready, and sets the flags behind the data; the receiver pushes when
// its flag is set.
//
// What is told by which semaphore is not assumed but looked for: a multicast is safe if there is some semaphore for
// whose n-th wait the receiver's n-th increment has the place reserved, some flag, and so on. Events are counted on
// both sides and compared (verify_points.h). What cannot be told is left to the simulator.
#include "ir/print.h"
#include "program/verify_points.h"

typedef struct Meeting {
    Check *check;
    const Routes *routes;
    const Route *route;
    const Tree *sender, *receiver;
    const Node *node; // of the sender's endpoint
    int to;
    uint64_t answers; // the receiver's endpoints that tell the sender something
} Meeting;

typedef struct Verdict {
    Truth truth;
    DiagnosticCode code; // TRUTH_NO: what is wrong, and where
    const Node *node;
    const char *message, *help;
} Verdict;

static const Verdict holds = {.truth = TRUTH_YES};
static const Verdict open = {.truth = TRUTH_OPEN};

static Verdict wrong(DiagnosticCode code, const Node *node, const char *message, const char *help) {
    return (Verdict){TRUTH_NO, code, node, message, help};
}

// ---------------------------------------------------------------- moments as points

static const Signal *signal_at(const Meeting *meeting, const Moment *moment, int semaphore) {
    return &signals_of(meeting->check, moment->state)[semaphore];
}

static Amount sent_at(const Meeting *meeting, const Moment *moment, int endpoint) {
    return exchanges_of(meeting->check, moment->state)[endpoint].count;
}

static const Ring *ring_at(const Moment *moment, int buffer) { return (const Ring *)moment->state + buffer; }

static Amount less_one(const Meeting *meeting, Amount amount) {
    return amount_add(&meeting->check->amounts, amount, amount_constant(-1));
}

static Amount sum(const Meeting *meeting, Amount a, Amount b) { return amount_add(&meeting->check->amounts, a, b); }

static void add_point(const Meeting *meeting, Points *points, const Moment *moment, Amount x, Amount low, Amount high) {
    vector_push(meeting->check->arena, *points, ((Point){x, low, high, moment->node}));
}

static bool is_at(const Moment *moment, int endpoint) { return moment->node->endpoint == endpoint; }

static bool is_on(const Moment *moment, Effect effect, int semaphore) {
    return moment->node->instruction->effect == effect && moment->node->semaphore == semaphore;
}

#define FOR_MOMENTS(moment, tree)                                                                                      \
    for (const Moment *moment = (tree)->moments.items; moment < (tree)->moments.items + (tree)->moments.count; moment++)

// ---------------------------------------------------------------- semaphores that the sender waits for

static bool waits_for(const Check *check, const Tree *tree, int semaphore) {
    return !amount_is(signals_of(check, tree->end)[semaphore].waits, 0);
}

static int64_t waits_on(const Meeting *meeting, const Tree *tree, int core, int semaphore) {
    bool is_known = true;
    int64_t waits =
        amount_on(meeting->check, tree, core, signals_of(meeting->check, tree->end)[semaphore].waits, &is_known);
    return is_known ? waits : INT64_MAX;
}

static bool counts_surely(const Meeting *meeting, const Tree *tree, int semaphore) {
    return !signals_of(meeting->check, tree->end)[semaphore].is_unsure;
}

// For as many events as the thread waits for the semaphore on that core.
static Truth inside(const Meeting *meeting, const Points *inner, const Points *outer, const Tree *tree, int core,
                    int semaphore) {
    int64_t events = waits_on(meeting, tree, core, semaphore);
    if (!counts_surely(meeting, tree, semaphore)) return TRUTH_OPEN;
    return points_inside(&meeting->check->amounts, inner, outer, events == INT64_MAX ? 0 : events);
}

static Truth inside_for_sender(const Meeting *meeting, const Points *inner, const Points *outer, int ready) {
    return inside(meeting, inner, outer, meeting->sender, meeting->route->from, ready);
}

// Somebody else may tell the sender about this receiver.
static bool waits_for_others(const Meeting *meeting, uint64_t told) {
    for (int thread = 0; thread < THREAD_COUNT; thread++) {
        const Tree *tree = tree_on(meeting->check, meeting->route->from, (Thread)thread);
        if (!tree || thread == THREAD_COMPUTE) continue;
        for (int i = 0; i < meeting->check->semaphore_count; i++)
            if (!(tree == meeting->sender && told >> i & 1) && waits_for(meeting->check, tree, i)) return true;
    }
    return false;
}

// ---------------------------------------------------------------- data

static void sent_places(const Meeting *meeting, int ready, Points *points) {
    FOR_MOMENTS(moment, meeting->sender) {
        if (!is_at(moment, meeting->node->endpoint)) continue;
        Amount first = sum(meeting, ring_at(moment, meeting->node->buffers[0])->pushed, moment->values[1]);
        add_point(meeting, points, moment, less_one(meeting, signal_at(meeting, moment, ready)->waits), first,
                  sum(meeting, first, moment->values[2]));
    }
}

static void reserved_places(const Meeting *meeting, int answer, Points *points) {
    FOR_MOMENTS(moment, meeting->receiver) {
        if (!is_at(moment, answer)) continue;
        const Ring *ring = ring_at(moment, meeting->node->buffers[0]);
        add_point(meeting, points, moment, sent_at(meeting, moment, answer), ring->pushed,
                  sum(meeting, ring->pushed, ring->reserved));
    }
}

static Verdict check_window(const Meeting *meeting, int answer, int ready) {
    Points sent = {0}, reserved = {0};
    sent_places(meeting, ready, &sent);
    reserved_places(meeting, answer, &reserved);
    Truth truth = inside_for_sender(meeting, &sent, &reserved, ready);
    if (truth != TRUTH_NO) return (Verdict){.truth = truth};
    return wrong(DIAG_PROOF_MULTICAST_WINDOW, meeting->node,
                 "pages are sent to a place that is not reserved on the receiver when it says that it is ready",
                 "wait for the receivers before every multicast, and let them reserve the same pages before their "
                 "noc_semaphore_inc");
}

// ---------------------------------------------------------------- flags

static void flags_sent(const Meeting *meeting, int ready, Points *points) {
    FOR_MOMENTS(moment, meeting->sender) {
        Amount count = sent_at(meeting, moment, meeting->node->endpoint);
        if (is_at(moment, meeting->node->endpoint))
            add_point(meeting, points, moment, less_one(meeting, signal_at(meeting, moment, ready)->waits), count,
                      count);
    }
}

static void flags_taken(const Meeting *meeting, int answer, Points *points) {
    FOR_MOMENTS(moment, meeting->receiver) {
        Amount waits = signal_at(meeting, moment, meeting->node->semaphore)->waits;
        if (is_at(moment, answer)) add_point(meeting, points, moment, sent_at(meeting, moment, answer), waits, waits);
    }
}

// The receiver's clears of its flag: none between its increment and its wait.
static void flags_cleared(const Meeting *meeting, int answer, Points *points) {
    int flag = meeting->node->semaphore;
    FOR_MOMENTS(moment, meeting->receiver) {
        Amount waits = signal_at(meeting, moment, flag)->waits;
        if (is_on(moment, EFFECT_SEMAPHORE_SET, flag))
            add_point(meeting, points, moment, sent_at(meeting, moment, answer), waits, waits);
    }
}

static bool may_be_set(const Meeting *meeting, const Signal *signal) {
    if (!signal->is_known) return true;
    FOR_MOMENTS(moment, meeting->receiver) {
        bool is_wait = is_on(moment, EFFECT_SEMAPHORE_WAIT, meeting->node->semaphore);
        if (is_wait && amount_is(moment->values[1], signal->value)) return true;
    }
    return false;
}

static const Node *uncleared_answer(const Meeting *meeting, int answer) {
    FOR_MOMENTS(moment, meeting->receiver) {
        const Signal *signal = signal_at(meeting, moment, meeting->node->semaphore);
        if (is_at(moment, answer) && may_be_set(meeting, signal)) return moment->node;
    }
    return NULL;
}

static bool has_endpoint(const Tree *tree, Effect effect, int semaphore) {
    for (int i = 0; i < tree->endpoint_count; i++)
        if (tree->endpoints[i]->instruction->effect == effect && tree->endpoints[i]->semaphore == semaphore)
            return true;
    return false;
}

static Verdict check_clears(const Meeting *meeting, int answer, int ready, const Points *taken) {
    const Node *uncleared = uncleared_answer(meeting, answer);
    if (uncleared)
        return wrong(DIAG_PROOF_HANDSHAKE_ORDER, uncleared,
                     "the receiver says that it is ready while the flag of the time before may still be set",
                     "put noc_semaphore_set(flag, 0) before noc_semaphore_inc");
    Points cleared = {0};
    flags_cleared(meeting, answer, &cleared);
    // Whoever sends flags by the same semaphore, too, sets it for that.
    if (has_endpoint(meeting->receiver, EFFECT_SEMAPHORE_MULTICAST, meeting->node->semaphore)) return holds;
    bool is_sure = counts_surely(meeting, meeting->receiver, meeting->node->semaphore);
    if (!is_sure || inside_for_sender(meeting, &cleared, taken, ready) != TRUTH_NO) return holds;
    return wrong(DIAG_PROOF_HANDSHAKE_ORDER, cleared.items[0].node,
                 "the receiver changes it after it said that it is ready: the flag may have come already, and is lost",
                 "put noc_semaphore_set(flag, 0) before noc_semaphore_inc");
}

// ---------------------------------------------------------------- the sender clears what it waited for

static void ready_cleared(const Meeting *meeting, int ready, Points *points) {
    FOR_MOMENTS(moment, meeting->sender) {
        Amount count = sent_at(meeting, moment, meeting->node->endpoint);
        if (is_on(moment, EFFECT_SEMAPHORE_SET, ready))
            add_point(meeting, points, moment, less_one(meeting, signal_at(meeting, moment, ready)->waits), count,
                      count);
    }
}

static bool is_last_wait(const Meeting *meeting, const Moment *moment, int ready) {
    Amount all = signals_of(meeting->check, meeting->sender->end)[ready].waits;
    return amount_equal(signal_at(meeting, moment, ready)->waits, all);
}

// Values that grow need no clear.
static bool waits_for_one_value(const Meeting *meeting, int ready) {
    FOR_MOMENTS(moment, meeting->sender)
    if (is_on(moment, EFFECT_SEMAPHORE_WAIT, ready) && amount_depths(moment->values[1])) return false;
    return waits_on(meeting, meeting->sender, meeting->route->from, ready) > 1;
}

static Verdict check_ready(const Meeting *meeting, int ready, const Points *sent) {
    static const char help[] =
        "put noc_semaphore_set(ready, 0) between noc_semaphore_wait and the multicast of the flag";
    Points cleared = {0};
    FOR_MOMENTS(moment, meeting->sender) {
        bool is_flag = is_at(moment, meeting->node->endpoint);
        if (!is_flag || signal_at(meeting, moment, ready)->is_cleared || is_last_wait(meeting, moment, ready)) continue;
        if (waits_for_one_value(meeting, ready))
            return wrong(DIAG_PROOF_HANDSHAKE_ORDER, moment->node,
                         "the flag is sent before the semaphore by which receivers are ready is cleared: their next "
                         "increments come on top of the old ones, or are lost",
                         help);
    }
    ready_cleared(meeting, ready, &cleared);
    if (inside_for_sender(meeting, &cleared, sent, ready) != TRUTH_NO) return holds;
    return wrong(DIAG_PROOF_HANDSHAKE_ORDER, cleared.items[0].node,
                 "the sender changes the semaphore by which receivers are ready where increments may come in", help);
}

static Verdict check_flag(const Meeting *meeting, int answer, int ready) {
    Points sent = {0}, taken = {0};
    flags_sent(meeting, ready, &sent);
    flags_taken(meeting, answer, &taken);
    bool is_sure = counts_surely(meeting, meeting->receiver, meeting->node->semaphore);
    Truth truth = is_sure ? inside_for_sender(meeting, &sent, &taken, ready) : TRUTH_OPEN;
    if (truth == TRUTH_NO)
        return wrong(
            DIAG_PROOF_HANDSHAKE_ORDER, meeting->node,
            "the flag is sent when the receiver has not said that it is ready, or has not taken the one before",
            "the sender waits for the receivers before each flag; a receiver waits for each flag before it "
            "says again that it is ready");
    Verdict verdict = check_clears(meeting, answer, ready, &taken);
    if (verdict.truth != TRUTH_NO) verdict = check_ready(meeting, ready, &sent);
    return verdict.truth == TRUTH_NO ? verdict : (Verdict){.truth = truth};
}

// ---------------------------------------------------------------- by some semaphore

typedef Verdict CheckAnswer(const Meeting *meeting, int answer, int ready);

// Events are counted alike only if the receiver says once that it is ready for each wait.
static bool is_one_to_one(const Meeting *meeting, int answer, int ready) {
    bool is_known = true;
    Amount said = exchanges_of(meeting->check, meeting->receiver->end)[answer].count;
    int64_t count = amount_on(meeting->check, meeting->receiver, meeting->to, said, &is_known);
    return is_known && count == waits_on(meeting, meeting->sender, meeting->route->from, ready);
}

// One that shows it is enough.
static Verdict by_some_answer(const Meeting *meeting, CheckAnswer *check, uint64_t *told) {
    Verdict verdict = {.truth = TRUTH_NO};
    for (int answer = 0; answer < meeting->receiver->endpoint_count; answer++) {
        if (!(meeting->answers >> answer & 1)) continue;
        int ready = meeting->receiver->endpoints[answer]->semaphore;
        if (!waits_for(meeting->check, meeting->sender, ready)) continue;
        *told |= (uint64_t)1 << ready;
        Verdict next = is_one_to_one(meeting, answer, ready) ? check(meeting, answer, ready) : open;
        if (next.truth == TRUTH_YES) return holds;
        if (verdict.truth == TRUTH_NO) verdict = next;
    }
    return verdict;
}

static Verdict is_window_ready(const Meeting *meeting) {
    uint64_t told = 0;
    Verdict verdict = by_some_answer(meeting, check_window, &told);
    if (told || waits_for_others(meeting, 0)) return told ? verdict : open;
    return wrong(DIAG_PROOF_MULTICAST_WINDOW, meeting->node,
                 "pages are sent to cores that never said that they have reserved them",
                 "let receivers reserve, then noc_semaphore_inc a semaphore that the sender waits for");
}

// A flag that is set once needs nobody to be ready for it.
static Verdict is_flag_ready(const Meeting *meeting) {
    int flag = meeting->node->semaphore;
    uint64_t told = 0;
    Verdict verdict = by_some_answer(meeting, check_flag, &told);
    if (told) return verdict;
    if (waits_for_others(meeting, 0) || waits_on(meeting, meeting->receiver, meeting->to, flag) <= 1) return open;
    return wrong(DIAG_PROOF_HANDSHAKE_ORDER, meeting->node,
                 "the flag is sent again and again to cores that never say that they have taken it",
                 "let receivers noc_semaphore_inc a semaphore that the sender waits for");
}

// ---------------------------------------------------------------- values of flags

static Verdict check_value(const Meeting *meeting) {
    int flag = meeting->node->semaphore;
    FOR_MOMENTS(wait, meeting->receiver) {
        if (!is_on(wait, EFFECT_SEMAPHORE_WAIT, flag) || wait->values[1].sum) continue;
        FOR_MOMENTS(moment, meeting->sender) {
            const Signal *signal = signal_at(meeting, moment, flag);
            if (!is_at(moment, meeting->node->endpoint) || !signal->is_known) continue;
            if (signal->value == wait->values[1].constant) continue;
            return wrong(DIAG_PROOF_FLAG_VALUE, moment->node, "another value is sent than the receivers wait for",
                         "put noc_semaphore_set(flag, value) on the sender before the first multicast of the flag");
        }
    }
    return holds;
}

// ---------------------------------------------------------------- arrival

static Core core_of(const Meeting *meeting) { return meeting->check->cores[meeting->to]; }

static bool reaches(const Route *route, Core core) {
    return core.x >= route->first.x && core.x <= route->last.x && core.y >= route->first.y && core.y <= route->last.y;
}

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
            pages = sum(meeting, pages, exchanges_of(meeting->check, moment->state)[route->endpoint].total);
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
                  sum(meeting, pages, amount_constant(-capacity)), pages);
    }
}

static void pushed_pages(const Meeting *meeting, int flag, int buffer, Points *points) {
    FOR_MOMENTS(moment, meeting->receiver) {
        bool is_push = moment->node->instruction->effect == EFFECT_PUSH && moment->node->buffers[0] == buffer;
        if (!is_push) continue;
        Amount pushed = sum(meeting, ring_at(moment, buffer)->pushed, moment->values[1]);
        add_point(meeting, points, moment, less_one(meeting, signal_at(meeting, moment, flag)->waits), pushed, pushed);
    }
}

static Verdict check_arrival(const Meeting *meeting, const Route *flag_route) {
    int buffer = meeting->node->buffers[0], flag = meeting->sender->endpoints[flag_route->endpoint]->semaphore;
    Points arrived = {0}, pushed = {0};
    arrived_pages(meeting, flag_route->endpoint, buffer, &arrived);
    pushed_pages(meeting, flag, buffer, &pushed);
    Truth truth = inside(meeting, &pushed, &arrived, meeting->receiver, meeting->to, flag);
    if (truth != TRUTH_NO) return (Verdict){.truth = truth};
    return wrong(
        DIAG_PROOF_ARRIVAL, pushed.items[0].node,
        "pages are pushed that may not have arrived by the flag that was waited for",
        "the sender multicasts the pages, then the flag; a receiver waits for the flag before it pushes as many");
}

static bool is_flag_route(const Meeting *meeting, const Route *route) {
    const Node *node = meeting->check->trees[route->tree].endpoints[route->endpoint];
    return node->instruction->effect == EFFECT_SEMAPHORE_MULTICAST && reaches(route, core_of(meeting));
}

static Verdict has_arrived(const Meeting *meeting) {
    const Routes *routes = meeting->routes;
    int buffer = meeting->node->buffers[0];
    bool writes_itself = meeting->receiver->written >> buffer & 1;
    if (writes_itself || has_other_sender(meeting, EFFECT_NOC_MULTICAST, buffer, 0)) return open;
    Verdict verdict =
        wrong(DIAG_PROOF_ARRIVAL, meeting->node, "pages are sent, but no flag behind them that the receiver waits for",
              "multicast a semaphore after the pages, and wait for it before the push");
    bool is_first = true;
    for (int i = routes->start[meeting->route->from]; i < routes->start[meeting->route->from + 1]; i++) {
        const Route *route = &routes->list.items[i];
        if (!is_flag_route(meeting, route)) continue;
        int flag = meeting->check->trees[route->tree].endpoints[route->endpoint]->semaphore;
        bool is_ours = route->tree == meeting->route->tree && waits_for(meeting->check, meeting->receiver, flag);
        bool is_only = !has_other_sender(meeting, EFFECT_SEMAPHORE_MULTICAST, 0, flag);
        Verdict next = is_ours && is_only ? check_arrival(meeting, route) : open;
        if (next.truth == TRUTH_YES) return holds;
        if (is_first || next.truth == TRUTH_OPEN) verdict = next;
        is_first = false;
    }
    return verdict;
}

// ---------------------------------------------------------------- a sender and a receiver

static const char *subject_of(const Meeting *meeting) {
    const Check *check = meeting->check;
    if (meeting->node->instruction->effect == EFFECT_NOC_MULTICAST)
        return arena_format(check->arena, "circular buffer %s", describe_buffer(check, meeting->node->buffers[0]));
    return arena_format(check->arena, "semaphore '%s'",
                        check->function->semaphores.items[meeting->node->semaphore]->name);
}

static void report_verdict(const Meeting *meeting, const Verdict *verdict) {
    Context *context = meeting->check->context;
    Core from = meeting->check->cores[meeting->route->from], to = core_of(meeting);
    if (verdict->truth != TRUTH_NO) return;
    report(context, verdict->code, verdict->node->statement->location, "%s: %s", subject_of(meeting), verdict->message);
    report_note(context, (Location){0}, "core (%d, %d) sends, core (%d, %d) receives", from.x, from.y, to.x, to.y);
    report_help(context, "%s", verdict->help);
}

typedef Verdict CheckMeeting(const Meeting *meeting);
static CheckMeeting *const data_checks[] = {is_window_ready, has_arrived, NULL};
static CheckMeeting *const flag_checks[] = {check_value, is_flag_ready, NULL};

void verify_handshake(Check *check, const Routes *routes, const Route *route, int to, const Tree *receiver,
                      uint64_t answers) {
    const Tree *sender = &check->trees[route->tree];
    const Node *node = sender->endpoints[route->endpoint];
    Meeting meeting = {check, routes, route, sender, receiver, node, to, answers};
    bool is_data = node->instruction->effect == EFFECT_NOC_MULTICAST;
    for (CheckMeeting *const *checks = is_data ? data_checks : flag_checks; *checks; checks++) {
        Verdict verdict = (*checks)(&meeting);
        report_verdict(&meeting, &verdict);
        if (verdict.truth == TRUTH_NO) return;
    }
}
