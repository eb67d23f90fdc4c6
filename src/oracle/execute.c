// Running nodes: control flow, lets and stores.
#include <string.h>

#include "oracle/evaluate.h"

static void evaluate(Machine *machine, const Node *node) {
    run_program(machine, &node->program);
    machine->operations += (double)node->program.operations * (double)machine->lanes;
    if (machine->tracking) track_program(machine, &node->program);
}

Flow run_nodes(Machine *machine, const NodeList *nodes) {
    for (uint32_t i = 0; i < nodes->count; i++) {
        Flow flow = nodes->items[i]->run(machine, nodes->items[i]);
        if (flow != FLOW_NEXT) return flow;
    }
    return FLOW_NEXT;
}

void machine_step(Machine *machine, const Statement *statement) {
    if (++machine->steps > machine->step_limit)
        machine_fail(machine, DIAG_STEP_LIMIT, statement->location, "let the loop end",
                     "a block runs more than %lld loop iterations", (long long)machine->step_limit);
}

Flow run_let(Machine *machine, const Node *node) {
    evaluate(machine, node);
    return FLOW_NEXT;
}

Flow run_store(Machine *machine, const Node *node) {
    evaluate(machine, node);
    store_row(machine, node);
    return FLOW_NEXT;
}

// A variable that each lane has for itself; lanes that do not take part keep their value.
Flow run_private_store(Machine *machine, const Node *node) {
    evaluate(machine, node);
    const Lane *source = &machine->frame[node->value.at];
    const Slot mask = node->store.access.mask;
    Lane *target = &machine->frame[node->store.target.at], values[LANES];
    for (size_t i = 0; i < machine->lanes; i++) values[i] = source[node->value.varying ? i : 0];
    round_lanes(node->statement->store.buffer->type, values, machine->lanes);
    if (machine->tracking) track_private_store(machine, node, values);
    for (size_t i = 0; i < machine->lanes; i++)
        if (!node->store.access.masked || machine->frame[mask.at + (mask.varying ? (int32_t)i : 0)].integer)
            target[i] = values[i];
    return FLOW_NEXT;
}

Flow run_break(Machine *machine, const Node *node) {
    (void)machine, (void)node;
    return FLOW_BREAK;
}

Flow run_continue(Machine *machine, const Node *node) {
    (void)machine, (void)node;
    return FLOW_CONTINUE;
}

Flow run_if(Machine *machine, const Node *node) {
    evaluate(machine, node);
    return run_nodes(machine, integer_at(machine, node->value) ? &node->body : &node->otherwise);
}

static bool any_lane(const Machine *machine, Slot mask) {
    for (size_t i = 0; i < (mask.varying ? machine->lanes : 1); i++)
        if (machine->frame[mask.at + (int32_t)i].integer) return true;
    return false;
}

Flow run_row_if(Machine *machine, const Node *node) {
    evaluate(machine, node);
    if (any_lane(machine, node->branch.mask)) run_nodes(machine, &node->body);
    if (node->otherwise.count && any_lane(machine, node->branch.otherwise_mask)) run_nodes(machine, &node->otherwise);
    return FLOW_NEXT;
}

Flow run_while(Machine *machine, const Node *node) {
    for (;;) {
        machine_step(machine, node->statement);
        evaluate(machine, node);
        if (!integer_at(machine, node->value)) return FLOW_NEXT;
        if (run_nodes(machine, &node->body) == FLOW_BREAK) return FLOW_NEXT;
    }
}

Flow run_assert(Machine *machine, const Node *node) {
    evaluate(machine, node);
    const Slot mask = node->branch.mask;
    for (size_t i = 0; i < machine->lanes; i++) {
        bool active = !node->branch.varying || machine->frame[mask.at + (mask.varying ? (int32_t)i : 0)].integer;
        if (active && !machine->frame[node->value.at + (node->value.varying ? (int32_t)i : 0)].integer)
            machine_fail(machine, DIAG_ASSERTION, node->statement->location, NULL, "assertion failed: %s",
                         node->statement->branch.message ? node->statement->branch.message : "no message");
    }
    return FLOW_NEXT;
}

// A buffer begins with nothing written to it.
Flow run_alloc(Machine *machine, const Node *node) {
    Storage *storage = machine->storages[node->buffer];
    const BufferInfo *info = storage->info;
    if (info->is_private)
        memset(&machine->frame[info->slot.at], 0, machine->lanes * sizeof(Lane));
    else if (!storage->global)
        memset(storage->written, 0, info->count);
    if (!storage->global) track_set(machine, storage, (Track){0}, true);
    return FLOW_NEXT;
}

// ---------------------------------------------------------------- loops

typedef struct Bounds {
    int64_t start, extent, step;
    int64_t outer_iteration;
} Bounds;

static Bounds begin_loop(Machine *machine, const Node *node) {
    evaluate(machine, node);
    if (node->loop.nest_root) {
        machine->iteration = 0;
        if (node->loop.checked) write_log_clear(&machine->log);
    }
    return (Bounds){integer_at(machine, node->loop.start), integer_at(machine, node->loop.extent),
                    integer_at(machine, node->loop.step), machine->iteration};
}

// A number for an iteration of a parallel loop that no other iteration of the nest has.
static int64_t iteration_number(const Bounds *bounds, int64_t i) {
    return (int64_t)((uint64_t)bounds->outer_iteration * ((uint64_t)bounds->extent + 1) + (uint64_t)i + 1);
}

static int64_t value_at(const Bounds *bounds, int64_t i) {
    return (int64_t)((uint64_t)bounds->start + (uint64_t)i * (uint64_t)bounds->step);
}

static void end_loop(Machine *machine, const Node *node, const Bounds *bounds) {
    machine->iteration = bounds->outer_iteration;
    machine->tracking = true;
    if (node->loop.nest_root) track_nest_end(machine);
}

Flow run_loop(Machine *machine, const Node *node) {
    Bounds bounds = begin_loop(machine, node);
    Lane *variable = &machine->frame[node->loop.variable.at];
    for (int64_t i = 0; i < bounds.extent; i++) {
        machine_step(machine, node->statement);
        track_row_begin(machine, i == 0);
        variable->integer = value_at(&bounds, i);
        if (node->loop.parallel) machine->iteration = iteration_number(&bounds, i);
        if (run_nodes(machine, &node->body) == FLOW_BREAK) break;
    }
    end_loop(machine, node, &bounds);
    return FLOW_NEXT;
}

Flow run_row_loop(Machine *machine, const Node *node) {
    Bounds bounds = begin_loop(machine, node);
    Lane *variable = &machine->frame[node->loop.variable.at];
    for (int64_t first = 0; first < bounds.extent; first += LANES) {
        size_t lanes = bounds.extent - first < LANES ? (size_t)(bounds.extent - first) : LANES;
        machine_step(machine, node->statement);
        track_row_begin(machine, first == 0 && node->loop.nest_root);
        machine->lanes = lanes;
        machine->iteration = iteration_number(&bounds, first);
        for (size_t i = 0; i < lanes; i++) variable[i].integer = value_at(&bounds, first + (int64_t)i);
        run_nodes(machine, &node->body);
    }
    machine->lanes = 1;
    end_loop(machine, node, &bounds);
    return FLOW_NEXT;
}
