// Handshakes between a sender and a receiver: the receiver has reserved its window and cleared its flag when it says
// that it is ready; the sender sends when all are ready, and sets the flags behind the data; the receiver pushes when
// its flag is set.
//
// What is told by which semaphore is not assumed but looked for: a multicast is safe if there is some semaphore for
// whose n-th wait the receiver's n-th increment has the place reserved, some flag, and so on. Events are counted on
// both sides and compared (verify_points.h). What cannot be told is left to the simulator.
#include "ir/print.h"
#include "program/verify_meeting.h"

// Somebody else may tell the sender about this receiver.
static bool waits_for_others(const Meeting *meeting, uint64_t told) {
    for (int thread = 0; thread < THREAD_COUNT; thread++) {
        const Tree *tree = tree_on(meeting->check, meeting->route->from, (Thread)thread);
        if (!tree || thread == THREAD_COMPUTE) continue;
        for (int i = 0; i < meeting->check->semaphore_count; i++)
            if (!(tree == meeting->sender && told >> i & 1) && waits_for(meeting, tree, i)) return true;
    }
    return false;
}

// ---------------------------------------------------------------- by some semaphore

// Events are counted alike only if the receiver says once that it is ready for each wait.
static bool is_one_to_one(const Meeting *meeting, int answer, int ready) {
    bool is_known = true;
    Amount said = exchanges_of(meeting->check, meeting->receiver->end)[answer].count;
    int64_t count = amount_on(meeting->check, meeting->receiver, meeting->to, said, &is_known);
    return is_known && count == waits_on(meeting, meeting->sender, meeting->route->from, ready);
}

// One that shows it is enough. `counts`: the check compares numbers of events.
static Verdict by_some_answer(const Meeting *meeting, CheckAnswer *check, bool counts, uint64_t *told) {
    Verdict verdict = {.truth = TRUTH_NO};
    for (int answer = 0; answer < meeting->receiver->endpoint_count; answer++) {
        if (!(meeting->answers >> answer & 1)) continue;
        int ready = meeting->receiver->endpoints[answer]->semaphore;
        if (!waits_for(meeting, meeting->sender, ready)) continue;
        *told |= (uint64_t)1 << ready;
        Verdict next =
            !counts || is_one_to_one(meeting, answer, ready) ? check(meeting, answer, ready) : verdict_of(TRUTH_OPEN);
        if (next.truth == TRUTH_YES) return verdict_of(TRUTH_YES);
        if (verdict.truth == TRUTH_NO) verdict = next;
    }
    return verdict;
}

static Verdict is_window_ready(const Meeting *meeting) {
    uint64_t told = 0;
    Verdict verdict = by_some_answer(meeting, check_window, true, &told);
    if (told || waits_for_others(meeting, 0)) return told ? verdict : verdict_of(TRUTH_OPEN);
    return wrong(DIAG_PROOF_MULTICAST_WINDOW, meeting->node,
                 "pages are sent to cores that never said that they have reserved them",
                 "let receivers reserve, then noc_semaphore_inc a semaphore that the sender waits for");
}

// A flag that is set once needs nobody to be ready for it.
static Verdict is_flag_ready(const Meeting *meeting) {
    int flag = meeting->node->semaphore;
    uint64_t told = 0;
    Verdict verdict = by_some_answer(meeting, check_flag, true, &told);
    if (told) return verdict;
    if (waits_for_others(meeting, 0) || waits_on(meeting, meeting->receiver, meeting->to, flag) <= 1)
        return verdict_of(TRUTH_OPEN);
    return wrong(DIAG_PROOF_HANDSHAKE_ORDER, meeting->node,
                 "the flag is sent again and again to cores that never say that they have taken it",
                 "let receivers noc_semaphore_inc a semaphore that the sender waits for");
}

static Verdict is_flag_clear(const Meeting *meeting) {
    uint64_t told = 0;
    Verdict verdict = by_some_answer(meeting, check_cleared, false, &told);
    return told ? verdict : verdict_of(TRUTH_YES);
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
    Core from = meeting->check->cores[meeting->route->from], to = meeting->check->cores[meeting->to];
    if (verdict->truth != TRUTH_NO) return;
    report(context, verdict->code, verdict->node->statement->location, "%s: %s", subject_of(meeting), verdict->message);
    report_note(context, (Location){0}, "core (%d, %d) sends, core (%d, %d) receives", from.x, from.y, to.x, to.y);
    report_help(context, "%s", verdict->help);
}

typedef Verdict CheckMeeting(const Meeting *meeting);

// What counts everything else comes last: its mistakes have causes that the others name.
static CheckMeeting *const data_checks[][3] = {{NULL}, {is_window_ready, check_arrival, NULL}};
static CheckMeeting *const flag_checks[][3] = {{check_value, is_flag_clear, NULL}, {is_flag_ready, NULL}};

void verify_handshake(Check *check, const Routes *routes, const Route *route, int to, const Tree *receiver,
                      uint64_t answers, int stage) {
    const Tree *sender = &check->trees[route->tree];
    const Node *node = sender->endpoints[route->endpoint];
    Meeting meeting = {check, routes, route, sender, receiver, node, to, answers};
    bool is_data = node->instruction->effect == EFFECT_NOC_MULTICAST;
    for (CheckMeeting *const *checks = is_data ? data_checks[stage] : flag_checks[stage]; *checks; checks++) {
        Verdict verdict = (*checks)(&meeting);
        report_verdict(&meeting, &verdict);
        if (verdict.truth == TRUTH_NO) return;
    }
}
