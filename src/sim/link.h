// What cores say to each other: semaphores, parcels under way, and what each data-movement thread knows of the others.
//
// A parcel lies in its receiver's inbox until a thread there waits for the semaphore that it changes: so nothing
// arrives before the program can be sure of it, whatever the host's threads do. What is sure is kept as knowledge:
// every data-movement thread counts its steps, a parcel for a semaphore carries what its sender knows of all threads,
// and who waits for it knows that from then on. A receiver's window is only written by who knows that it is reserved;
// two changes of a semaphore are only right if the later one's thread knows of the earlier one.
#ifndef TTILE_SIM_LINK_H
#define TTILE_SIM_LINK_H

#include "sim/machine.h"

// ---------------------------------------------------------------- parcels

typedef enum ParcelKind { PARCEL_PAGES, PARCEL_SET, PARCEL_ADD, PARCEL_KINDS } ParcelKind;

typedef struct Parcel Parcel;

typedef struct Delivery {
    Parcel *parcel;
    struct Delivery *next; // in the inbox
    int to;                // place of the receiver among the machine's cores
    int64_t number;        // PARCEL_PAGES: of the first page in the receiver's sequence of pushes
} Delivery;

struct Parcel {
    Parcel *next; // of its sender's
    ParcelKind kind;
    _Atomic(int64_t) unread; // pages that receivers still need, over all deliveries; changes that are not received
    int from, thread;        // the sender, and its thread's number
    const CodeInstruction *in;
    int64_t corners[4];  // of the rectangle that it goes to; of no use for PARCEL_ADD
    int64_t barriers;    // write barriers of its thread before it
    int count, capacity; // of deliveries
    Delivery *deliveries;
    uint32_t value;       // to set or to add
    int64_t first, pages; // PARCEL_PAGES: place in the ring
    int64_t bytes, room;  // of `data`
    unsigned char *data;  // PARCEL_PAGES
    int64_t *known;       // by the sender; not of PARCEL_PAGES, which no one learns from
};

// ---------------------------------------------------------------- knowledge

// A table holds the steps of each data-movement thread of each core, and behind them, for each such thread and each
// circular buffer that it may receive pages in, how many pages it had pushed by then and up to which page it had
// reserved.
typedef struct Window {
    int64_t pushed, until;
} Window;

static inline int link_thread_number(int core, Thread thread) { return core * 2 + (thread == THREAD_WRITER); }

typedef struct LinkThread {
    int64_t *known;      // its table
    int64_t *sent;       // by receiving core and sent buffer: that thread's steps known when pages went there last
    uint64_t sent_token; // of the last pages sent
} LinkThread;

typedef struct SemaphoreState {
    uint32_t value;
    int owner;                       // number of the thread which sets it and waits for it; -1: none so far
    int64_t step;                    // the owner's, when it did so last
    const CodeInstruction *accessed; // by which instruction
    uint64_t sent;                   // token of the multicast that takes it to other cores
    int changed_by;                  // since then: the thread whose parcel came last; -1: none
    bool was_set;                    // one of those parcels set it
} SemaphoreState;

typedef struct ParcelRequest {
    bool is_open;
    ParcelKind kind;
    int count;
    int64_t bytes;
    Thread thread;
    const CodeInstruction *in;
} ParcelRequest;

typedef struct CoreLink {
    NumberCore *const *cores; // all, by place
    SemaphoreState *semaphores;
    LinkThread movers[2];
    Delivery *inbox, **inbox_end;
    int inbox_count;
    int64_t inbox_bytes;
    Parcel *outbox, **outbox_end;
    Parcel *under_way, *free[PARCEL_KINDS];
    int changes;           // parcels that it has for semaphores
    int64_t page_bytes;    // of its others
    ParcelRequest request; // for which there was no parcel
} CoreLink;

void sim_link_prepare(Machine *machine, NumberCore *core, NumberCore *const *cores, Arena *arena);

static inline int64_t link_table_size(const Machine *machine) {
    return 2 * machine->core_count * (1 + 2 * (int64_t)machine->sent_buffers);
}
static inline LinkThread *link_thread(SimCore *core, const ThreadState *thread) {
    return &number_core(core)->link->movers[thread->thread == THREAD_WRITER];
}
// One step further; returns its number.
int64_t sim_link_step(SimCore *core, const ThreadState *thread);
// The steps of a thread that a table knows of.
int64_t sim_link_steps(const int64_t *table, int thread);
// What a table says of that thread's end of a buffer.
Window sim_link_window(const Machine *machine, const int64_t *table, int thread, const BufferInfo *buffer);
// Takes over what a parcel's sender knew.
void sim_link_learn(SimCore *core, const ThreadState *thread, const Parcel *parcel);
// Writes down what a thread knows, itself included.
void sim_link_know(SimCore *core, const ThreadState *thread, int64_t *table);

// ---------------------------------------------------------------- from core to core

// A parcel for that many receivers. NULL if the core has none to spare: the instruction is blocked until the round is
// over.
Parcel *sim_parcel_take(SimCore *core, const ThreadState *thread, const CodeInstruction *in, ParcelKind kind,
                        int destinations, int64_t bytes);
// On its way; with the sender's knowledge, if it is for a semaphore.
void sim_parcel_send(SimCore *core, const ThreadState *thread, Parcel *parcel);
// Its receiver needs so many parts of it no more.
void sim_parcel_release(Parcel *parcel, int64_t parts);
// Takes a delivery out of an inbox.
void sim_delivery_remove(CoreLink *link, Delivery **place);
// Between rounds: what a core has sent comes to the inboxes, parcels that all have read are free again, and one that
// was missing is made. `stirred[i]` is set for cores that may go on. Fails after a violation.
Outcome sim_parcels_deliver(NumberCore *core, Arena *arena, bool *stirred);

// Cores of the rectangle in values[0..3] without the sender, which must be values[4] of them: their number, or 0 after
// a violation. With `parcel`, which has room for them, they become its destinations.
int sim_destinations(SimCore *core, const ThreadState *thread, const CodeInstruction *in, const Scalar *values,
                     Parcel *parcel);
// Place of the core at those coordinates among the machine's; -1 after a violation.
int sim_destination(SimCore *core, const ThreadState *thread, const CodeInstruction *in, int64_t x, int64_t y);
// Pages that came are put where they belong.
Outcome sim_pages_arrive(SimCore *core, const ThreadState *thread, const CodeInstruction *in, const Delivery *delivery);
// The deadlock report over all cores.
void sim_report_standstill(const Machine *machine, NumberCore *const *cores);
const char *sim_core_text(const Machine *machine, int core, char text[32]);

#endif
