// Parcels: taken by the core that sends, shared by its receivers, back with their sender when all have read them. While
// cores run, a core touches only its own lists and the inbox of its own; between rounds one host thread moves what was
// sent and makes parcels where there were too few, so that memory is never asked for on several host threads.
#include "sim/link.h"

enum { CHANGES_MOST = 1024, INBOX_MOST = 65536 }; // of semaphores, made by one core; parcels

// ---------------------------------------------------------------- on the sender's side

static Parcel *take_free(CoreLink *link, ParcelKind kind, int destinations, int64_t bytes) {
    for (Parcel **place = &link->free[kind]; *place; place = &(*place)->next) {
        Parcel *parcel = *place;
        if (parcel->capacity < destinations || parcel->room < bytes) continue;
        *place = parcel->next;
        return parcel;
    }
    return NULL;
}

Parcel *sim_parcel_take(SimCore *core, const ThreadState *thread, const CodeInstruction *in, ParcelKind kind,
                        int destinations, int64_t bytes) {
    CoreLink *link = number_core(core)->link;
    Parcel *parcel = take_free(link, kind, destinations, bytes);
    if (!parcel) {
        link->request = (ParcelRequest){true, kind, destinations, bytes, thread->thread, in};
        return NULL;
    }
    parcel->kind = kind;
    parcel->thread = link_thread_number(core->index, thread->thread);
    parcel->in = in;
    parcel->barriers = number_mover(core, thread)->write_barriers;
    parcel->count = destinations;
    parcel->bytes = bytes;
    return parcel;
}

void sim_parcel_send(SimCore *core, const ThreadState *thread, Parcel *parcel) {
    CoreLink *link = number_core(core)->link;
    if (parcel->kind != PARCEL_PAGES) sim_link_know(core, thread, parcel->known);
    int64_t parts = parcel->kind == PARCEL_PAGES ? parcel->pages : 1;
    atomic_store_explicit(&parcel->unread, parcel->count * parts, memory_order_relaxed);
    parcel->next = NULL;
    *link->outbox_end = parcel;
    link->outbox_end = &parcel->next;
}

// ---------------------------------------------------------------- on the receiver's side

void sim_parcel_release(Parcel *parcel, int64_t parts) {
    atomic_fetch_sub_explicit(&parcel->unread, parts, memory_order_release);
}

void sim_delivery_remove(CoreLink *link, Delivery **place) {
    Delivery *delivery = *place;
    Parcel *parcel = delivery->parcel;
    *place = delivery->next;
    if (link->inbox_end == &delivery->next) link->inbox_end = place;
    link->inbox_count--;
    link->inbox_bytes -= parcel->bytes;
}

// ---------------------------------------------------------------- between rounds

static Outcome refuse_flood(NumberCore *core, const Parcel *parcel, int to) {
    char text[32];
    return sim_violation(&core->core, &core->core.threads[parcel->thread & 1 ? THREAD_WRITER : THREAD_READER],
                         parcel->in, DIAG_SIM_UNRECEIVED, "Let the receiver wait for what it is sent.",
                         "%s: more is under way to core %s than it can hold, and nothing there waits for it",
                         parcel->in->row->name, sim_core_text(core->core.machine, to, text));
}

static Outcome deliver(NumberCore *core, Delivery *delivery, bool *stirred) {
    CoreLink *to = core->link->cores[delivery->to]->link;
    delivery->next = NULL;
    *to->inbox_end = delivery;
    to->inbox_end = &delivery->next;
    to->inbox_count++;
    to->inbox_bytes += delivery->parcel->bytes;
    stirred[delivery->to] = true;
    if (to->inbox_count <= INBOX_MOST && to->inbox_bytes <= core->core.machine->l1_bytes) return OUTCOME_DONE;
    return refuse_flood(core, delivery->parcel, delivery->to);
}

static Outcome empty_outbox(NumberCore *core, bool *stirred) {
    CoreLink *link = core->link;
    Outcome outcome = OUTCOME_DONE;
    for (Parcel *parcel = link->outbox, *next; parcel && outcome == OUTCOME_DONE; parcel = next) {
        next = parcel->next;
        for (int i = 0; i < parcel->count && outcome == OUTCOME_DONE; i++)
            outcome = deliver(core, &parcel->deliveries[i], stirred);
        parcel->next = link->under_way;
        link->under_way = parcel;
    }
    link->outbox = NULL;
    link->outbox_end = &link->outbox;
    return outcome;
}

static void take_back(CoreLink *link) {
    for (Parcel **place = &link->under_way; *place;) {
        Parcel *parcel = *place;
        if (atomic_load_explicit(&parcel->unread, memory_order_acquire) > 0) {
            place = &parcel->next;
            continue;
        }
        *place = parcel->next;
        parcel->next = link->free[parcel->kind];
        link->free[parcel->kind] = parcel;
    }
}

static Parcel *make(NumberCore *core, const ParcelRequest *request, Arena *arena) {
    Parcel *parcel = arena_new(arena, Parcel);
    parcel->from = core->core.index;
    parcel->capacity = request->count;
    parcel->deliveries = arena_new_array(arena, Delivery, (size_t)request->count);
    parcel->room = request->bytes;
    parcel->data = arena_allocate_raw(arena, (size_t)request->bytes);
    if (request->kind != PARCEL_PAGES)
        parcel->known = arena_new_array(arena, int64_t, (size_t)link_table_size(core->core.machine));
    return parcel;
}

// Pages under way are reserved by their receivers, so more of them than all L1 holds are sent without being asked for.
static bool is_too_much(const NumberCore *core, const ParcelRequest *request) {
    const Machine *machine = core->core.machine;
    if (request->kind != PARCEL_PAGES) return core->link->changes == CHANGES_MOST;
    return core->link->page_bytes + request->bytes > 2 * machine->core_count * machine->l1_bytes;
}

static Outcome provide(NumberCore *core, Arena *arena, bool *stirred) {
    CoreLink *link = core->link;
    ParcelRequest request = link->request;
    link->request.is_open = false;
    if (!request.is_open) return OUTCOME_DONE;
    stirred[core->core.index] = true;
    if (is_too_much(core, &request))
        return sim_violation(&core->core, &core->core.threads[request.thread], request.in, DIAG_SIM_UNRECEIVED,
                             "Let the receivers wait for what they are sent.",
                             "%s: too much that this core has sent is still under way", request.in->row->name);
    Parcel *parcel = make(core, &request, arena);
    parcel->next = link->free[request.kind];
    link->free[request.kind] = parcel;
    link->changes += request.kind != PARCEL_PAGES;
    link->page_bytes += request.bytes;
    return OUTCOME_DONE;
}

Outcome sim_parcels_deliver(NumberCore *core, Arena *arena, bool *stirred) {
    Outcome outcome = empty_outbox(core, stirred);
    take_back(core->link);
    return outcome == OUTCOME_DONE ? provide(core, arena, stirred) : outcome;
}
