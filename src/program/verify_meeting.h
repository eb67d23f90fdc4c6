// A sender and a receiver that meet: what the files that compare them share (verify_handshake.c).
#ifndef TTILE_PROGRAM_VERIFY_MEETING_H
#define TTILE_PROGRAM_VERIFY_MEETING_H

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

static inline Verdict verdict_of(Truth truth) { return (Verdict){.truth = truth}; }
static inline Verdict wrong(DiagnosticCode code, const Node *node, const char *message, const char *help) {
    return (Verdict){TRUTH_NO, code, node, message, help};
}

// ---------------------------------------------------------------- moments as points

const Signal *signal_at(const Meeting *meeting, const Moment *moment, int semaphore);
const Ring *ring_at(const Moment *moment, int buffer);
// Calls from an endpoint so far.
Amount sent_at(const Meeting *meeting, const Moment *moment, int endpoint);
// The number of the wait that came last.
Amount wait_number(const Meeting *meeting, const Moment *moment, int semaphore);
Amount sum_of(const Meeting *meeting, Amount a, Amount b);
void add_point(const Meeting *meeting, Points *points, const Moment *moment, Amount x, Amount low, Amount high);
bool is_at(const Moment *moment, int endpoint);
bool is_on(const Moment *moment, Effect effect, int semaphore);

#define FOR_MOMENTS(moment, tree)                                                                                      \
    for (const Moment *moment = (tree)->moments.items; moment < (tree)->moments.items + (tree)->moments.count; moment++)

// ---------------------------------------------------------------- counts

bool waits_for(const Meeting *meeting, const Tree *tree, int semaphore);
int64_t waits_on(const Meeting *meeting, const Tree *tree, int core, int semaphore); // INT64_MAX: not known
bool counts_surely(const Meeting *meeting, const Tree *tree, int semaphore);
// points_inside for the events of the sender's waits for `ready`, or of the receiver's for `flag`.
Truth inside_for_sender(const Meeting *meeting, const Points *inner, const Points *outer, int ready);
Truth inside_for_receiver(const Meeting *meeting, const Points *inner, const Points *outer, int flag);
bool reaches(const Route *route, Core core);

// ---------------------------------------------------------------- rules

// For one semaphore by which the receiver says that it is ready.
typedef Verdict CheckAnswer(const Meeting *meeting, int answer, int ready);
CheckAnswer check_window, check_flag, check_cleared;
Verdict check_value(const Meeting *meeting);
Verdict check_arrival(const Meeting *meeting);

#endif
