// What cores send to each other, as the files that check it core by core share it (verify_routes.c).
#ifndef TTILE_PROGRAM_VERIFY_TRAFFIC_H
#define TTILE_PROGRAM_VERIFY_TRAFFIC_H

#include "program/verify.h"

typedef struct Tally { // of one semaphore on one core
    int64_t increments, flags, waits, awaited;
    bool is_unsure;     // not all of these are known
    bool has_signs;     // somebody sends to it
    const Tree *waiter; // NULL: nobody waits; the last one that does
    int waiters;
} Tally;

typedef struct Meeting { // programs that meet, and by what
    int tree, endpoint;
    const Tree *receiver;
    uint64_t answers, reaching;
} Meeting;

typedef struct Traffic {
    Check *check;
    Routes routes;
    VECTOR(Meeting) meetings;
    Tally *tallies;     // [core * semaphores + semaphore]
    uint64_t *received; // [core]: the circular buffers that others send to, one bit each
    int stage;          // of handshakes
    char *reported;     // [tree * endpoints + endpoint]
} Traffic;

static inline const Node *route_node(const Traffic *traffic, const Route *route) {
    return traffic->check->trees[route->tree].endpoints[route->endpoint];
}

static inline Tally *tally_of(const Traffic *traffic, int core, int semaphore) {
    return &traffic->tallies[core * traffic->check->semaphore_count + semaphore];
}

void note_core(const Check *check, int core);

// Waits for semaphores and what they wait for (verify_tallies.c).
void gather_waits(Traffic *traffic);
void count_signal(Traffic *traffic, const Route *route, int to);
void check_tallies(Traffic *traffic);
// Pages that data-movement threads push are written, there or by another core.
void check_pushes(const Traffic *traffic);

#endif
