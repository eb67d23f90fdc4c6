// Flags that a sender multicasts: none is taken for another one, and none is lost. The receiver's flag is clear when it
// says that it is ready and stays so until it waits for it; the sender clears the semaphore that it waited for before
// it sends the flag.
#include "program/verify_meeting.h"

static void flags_sent(const Meeting *meeting, int ready, Points *points) {
    FOR_MOMENTS(moment, meeting->sender) {
        Amount count = sent_at(meeting, moment, meeting->node->endpoint);
        if (is_at(moment, meeting->node->endpoint))
            add_point(meeting, points, moment, wait_number(meeting, moment, ready), count, count);
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

// Of several increments for one wait, one that comes after the clear is enough.
static bool has_other_answer(const Meeting *meeting, int answer, const Node *node) {
    FOR_MOMENTS(moment, meeting->receiver) {
        if (is_at(moment, answer) && moment->node != node) return true;
    }
    return false;
}

static const Node *uncleared_answer(const Meeting *meeting, int answer) {
    FOR_MOMENTS(moment, meeting->receiver) {
        const Signal *signal = signal_at(meeting, moment, meeting->node->semaphore);
        bool is_uncleared = is_at(moment, answer) && may_be_set(meeting, signal);
        if (is_uncleared && !has_other_answer(meeting, answer, moment->node)) return moment->node;
    }
    return NULL;
}

static bool has_endpoint(const Tree *tree, Effect effect, int semaphore) {
    for (int i = 0; i < tree->endpoint_count; i++)
        if (tree->endpoints[i]->instruction->effect == effect && tree->endpoints[i]->semaphore == semaphore)
            return true;
    return false;
}

// Whoever sends flags by the same semaphore, too, sets it for that.
static Verdict check_clears(const Meeting *meeting, int answer, int ready, const Points *taken) {
    int flag = meeting->node->semaphore;
    Points cleared = {0};
    flags_cleared(meeting, answer, &cleared);
    bool is_sure = counts_surely(meeting, meeting->receiver, flag);
    if (!is_sure || has_endpoint(meeting->receiver, EFFECT_SEMAPHORE_MULTICAST, flag) ||
        inside_for_sender(meeting, &cleared, taken, ready) != TRUTH_NO)
        return verdict_of(TRUTH_YES);
    return wrong(DIAG_PROOF_HANDSHAKE_ORDER, cleared.items[0].node,
                 "the receiver changes it after it said that it is ready: the flag may have come already, and is lost",
                 "put noc_semaphore_set(flag, 0) before noc_semaphore_inc");
}

// ---------------------------------------------------------------- the sender clears what it waited for

static void ready_cleared(const Meeting *meeting, int ready, Points *points) {
    FOR_MOMENTS(moment, meeting->sender) {
        Amount count = sent_at(meeting, moment, meeting->node->endpoint);
        if (is_on(moment, EFFECT_SEMAPHORE_SET, ready))
            add_point(meeting, points, moment, wait_number(meeting, moment, ready), count, count);
    }
}

static bool is_last_flag(const Meeting *meeting, const Moment *moment) {
    int flag = meeting->node->endpoint;
    Amount all = exchanges_of(meeting->check, meeting->sender->end)[flag].count;
    return amount_equal(sum_of(meeting, sent_at(meeting, moment, flag), amount_constant(1)), all);
}

// Values that grow need no clear.
static bool waits_for_one_value(const Meeting *meeting, int ready) {
    const Amount *first = NULL;
    FOR_MOMENTS(moment, meeting->sender) {
        if (!is_on(moment, EFFECT_SEMAPHORE_WAIT, ready)) continue;
        if (!first) first = &moment->values[1];
        if (amount_depths(moment->values[1]) || !amount_equal(moment->values[1], *first)) return false;
    }
    return first != NULL;
}

// A receiver that is ready for several senders in turn is not always ready for this one.
static bool takes_turns(const Meeting *meeting, int ready) {
    int answers = 0;
    for (int i = 0; i < meeting->receiver->endpoint_count; i++) {
        const Node *node = meeting->receiver->endpoints[i];
        answers += node->instruction->effect == EFFECT_SEMAPHORE_INC && node->semaphore == ready;
    }
    return answers > 1;
}

static const char clear_help[] =
    "put noc_semaphore_set(ready, 0) between noc_semaphore_wait and the multicast of the flag";

static Verdict check_ready_cleared(const Meeting *meeting, int ready) {
    if (takes_turns(meeting, ready) || !waits_for_one_value(meeting, ready)) return verdict_of(TRUTH_YES);
    FOR_MOMENTS(moment, meeting->sender) {
        bool is_flag = is_at(moment, meeting->node->endpoint);
        if (!is_flag || signal_at(meeting, moment, ready)->is_cleared || is_last_flag(meeting, moment)) continue;
        return wrong(DIAG_PROOF_HANDSHAKE_ORDER, moment->node,
                     "the flag is sent before the semaphore by which receivers are ready is cleared: their next "
                     "increments come on top of the old ones, or are lost",
                     clear_help);
    }
    return verdict_of(TRUTH_YES);
}

static Verdict check_ready_sets(const Meeting *meeting, int ready, const Points *sent) {
    Points cleared = {0};
    ready_cleared(meeting, ready, &cleared);
    if (takes_turns(meeting, ready) || inside_for_sender(meeting, &cleared, sent, ready) != TRUTH_NO)
        return verdict_of(TRUTH_YES);
    return wrong(DIAG_PROOF_HANDSHAKE_ORDER, cleared.items[0].node,
                 "the sender changes the semaphore by which receivers are ready where increments may come in",
                 clear_help);
}

Verdict check_cleared(const Meeting *meeting, int answer, int ready) {
    const Node *uncleared = uncleared_answer(meeting, answer);
    if (!uncleared) return check_ready_cleared(meeting, ready);
    return wrong(DIAG_PROOF_HANDSHAKE_ORDER, uncleared,
                 "the receiver says that it is ready while the flag of the time before may still be set",
                 "put noc_semaphore_set(flag, 0) before noc_semaphore_inc");
}

Verdict check_flag(const Meeting *meeting, int answer, int ready) {
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
    if (verdict.truth != TRUTH_NO) verdict = check_ready_sets(meeting, ready, &sent);
    return verdict.truth == TRUTH_NO ? verdict : verdict_of(truth);
}

// ---------------------------------------------------------------- its value

Verdict check_value(const Meeting *meeting) {
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
    return verdict_of(TRUTH_YES);
}
