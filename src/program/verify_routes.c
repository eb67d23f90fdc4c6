// What cores send to each other, core by core: rectangles lie inside the cores that are used, destinations are counted
// right, and who is sent something has a part for it. From here the other proofs between cores are started.
#include "program/verify_traffic.h"

// ---------------------------------------------------------------- values on a core

Core route_core(const Check *check, const Node *node, int core, int operand) {
    int64_t value[2] = {-1, -1};
    for (int i = 0; i < 2; i++) {
        const Expr *expr = node->statement->op.operands[operand + i].expr;
        bool found = argument_on(check, expr->variable, core, &value[i]);
        if (!found || value[i] < 0 || value[i] > INT16_MAX) value[i] = -1;
    }
    return (Core){(int)value[0], (int)value[1]};
}

static int used_core(const Routes *routes, Core core) {
    bool is_inside = core.x >= 0 && core.y >= 0 && core.x < routes->columns && core.y < routes->rows;
    return is_inside ? routes->core_at[core.y * routes->columns + core.x] : -1;
}

// ---------------------------------------------------------------- gathering

static void add_route(Traffic *traffic, int core, int tree_index, int endpoint) {
    Check *check = traffic->check;
    const Tree *tree = &check->trees[tree_index];
    const Node *node = tree->endpoints[endpoint];
    const Reach *reach = reach_of(node->instruction);
    Route route = {.from = core, .tree = tree_index, .endpoint = endpoint, .is_known = true};
    route.count = amount_on(check, tree, core, exchanges_of(check, tree->end)[endpoint].count, &route.is_known);
    if (route.is_known && route.count == 0) return;
    route.first = route_core(check, node, core, reach->first);
    route.last = reach->coordinates == 4 ? route_core(check, node, core, reach->first + 2) : route.first;
    vector_push(check->arena, traffic->routes.list, route);
}

static void gather_routes(Traffic *traffic) {
    Check *check = traffic->check;
    Routes *routes = &traffic->routes;
    routes->start = arena_new_array(check->arena, int, (size_t)check->core_count + 1);
    for (int core = 0; core < check->core_count; core++) {
        routes->start[core] = (int)routes->list.count;
        for (int thread = 0; thread < THREAD_COUNT; thread++) {
            const Tree *tree = tree_on(check, core, (Thread)thread);
            for (int i = 0; tree && i < tree->endpoint_count; i++)
                add_route(traffic, core, (int)(tree - check->trees), i);
        }
    }
    routes->start[check->core_count] = (int)routes->list.count;
}

static void index_cores(Traffic *traffic) {
    const Check *check = traffic->check;
    Routes *routes = &traffic->routes;
    for (int i = 0; i < check->core_count; i++) {
        if (check->cores[i].x >= routes->columns) routes->columns = check->cores[i].x + 1;
        if (check->cores[i].y >= routes->rows) routes->rows = check->cores[i].y + 1;
    }
    size_t places = (size_t)routes->columns * (size_t)routes->rows;
    routes->core_at = arena_new_array(check->arena, int16_t, places);
    for (size_t i = 0; i < places; i++) routes->core_at[i] = -1;
    for (int i = 0; i < check->core_count; i++)
        routes->core_at[check->cores[i].y * routes->columns + check->cores[i].x] = (int16_t)i;
}

// ---------------------------------------------------------------- one route

static bool is_new_report(Traffic *traffic, const Route *route) {
    char *reported = &traffic->reported[route->tree * traffic->check->endpoint_count + route->endpoint];
    bool is_new = !*reported;
    *reported = 1;
    return is_new;
}

static void report_rectangle(Traffic *traffic, const Route *route) {
    Check *check = traffic->check;
    const Node *node = route_node(traffic, route);
    if (!is_new_report(traffic, route)) return;
    report(check->context, DIAG_PROOF_RECTANGLE, node->statement->location,
           "%s reaches from core (%d, %d) to core (%d, %d): expected cores that the program uses, the first one first",
           node->instruction->name, route->first.x, route->first.y, route->last.x, route->last.y);
    note_core(check, route->from);
    report_help(check->context, "give the coordinates of cores of tt.core_ranges");
}

static bool is_used_rectangle(const Traffic *traffic, const Route *route) {
    if (route->first.x > route->last.x || route->first.y > route->last.y) return false;
    for (int y = route->first.y; y <= route->last.y; y++)
        for (int x = route->first.x; x <= route->last.x; x++) {
            if (used_core(&traffic->routes, (Core){x, y}) < 0) return false;
        }
    return true;
}

static bool holds_core(const Route *route, Core core) {
    return core.x >= route->first.x && core.x <= route->last.x && core.y >= route->first.y && core.y <= route->last.y;
}

static void check_destinations(Traffic *traffic, const Route *route) {
    Check *check = traffic->check;
    const Node *node = route_node(traffic, route);
    bool is_known = true;
    Amount operand = node->operands[reach_of(node->instruction)->destinations];
    int64_t said = amount_on(check, &check->trees[route->tree], route->from, operand, &is_known);
    int64_t expected = (int64_t)(route->last.x - route->first.x + 1) * (route->last.y - route->first.y + 1);
    expected -= holds_core(route, check->cores[route->from]);
    if (!is_known || (said == expected && said > 0) || !is_new_report(traffic, route)) return;
    report(check->context, DIAG_PROOF_DESTINATIONS, node->statement->location,
           "%s says %lld destinations; the rectangle from core (%d, %d) to core (%d, %d) has %lld without the sender",
           node->instruction->name, (long long)said, route->first.x, route->first.y, route->last.x, route->last.y,
           (long long)expected);
    note_core(check, route->from);
    report_help(check->context,
                expected > 0 ? "count the cores that receive" : "a core needs nobody to send to itself");
}

// The program that has a part in it; NULL if there is none.
static const Tree *receiver_of(const Traffic *traffic, const Route *route, int to) {
    Check *check = traffic->check;
    const Node *node = route_node(traffic, route);
    if (node->instruction->effect != EFFECT_NOC_MULTICAST) return tally_of(traffic, to, node->semaphore)->waiter;
    const CircularBuffer *circular = check->function->circular_buffers.items[node->buffers[0]];
    const Tree *tree = tree_on(check, to, circular->producer);
    bool is_known = true;
    if (!tree) return NULL;
    return amount_on(check, tree, to, tree->totals[node->buffers[0]].pushed, &is_known) || !is_known ? tree : NULL;
}

static void report_receiver(Traffic *traffic, const Route *route, int to) {
    Check *check = traffic->check;
    const Node *node = route_node(traffic, route);
    if (!is_new_report(traffic, route)) return;
    bool is_data = node->instruction->effect == EFFECT_NOC_MULTICAST;
    const char *subject = is_data ? check->function->circular_buffers.items[node->buffers[0]]->name
                                  : check->function->semaphores.items[node->semaphore]->name;
    report(check->context, DIAG_PROOF_RECEIVER, node->statement->location,
           "%s reaches core (%d, %d), where no program %s '%s'", node->instruction->name, check->cores[to].x,
           check->cores[to].y, is_data ? "pushes circular buffer" : "waits for semaphore", subject);
    note_core(check, route->from);
    report_help(check->context, "give every core that is reached a program that takes part");
}

// The endpoints of the receiver by which it tells the sender's core something.
static uint64_t answers(const Traffic *traffic, const Route *route, int to, const Tree *receiver) {
    const Routes *routes = &traffic->routes;
    uint64_t mask = 0;
    for (int i = routes->start[to]; i < routes->start[to + 1]; i++) {
        const Route *answer = &routes->list.items[i];
        bool is_increment = route_node(traffic, answer)->instruction->effect == EFFECT_SEMAPHORE_INC;
        bool is_ours = &traffic->check->trees[answer->tree] == receiver;
        if (is_increment && is_ours && used_core(routes, answer->first) == route->from)
            mask |= (uint64_t)1 << answer->endpoint;
    }
    return mask;
}

static void check_end(Traffic *traffic, const Route *route, int to) {
    const Node *node = route_node(traffic, route);
    const Tree *receiver = receiver_of(traffic, route, to);
    if (!receiver) {
        report_receiver(traffic, route, to);
        return;
    }
    if (node->instruction->effect == EFFECT_NOC_MULTICAST)
        traffic->received[to] |= (uint64_t)1 << node->buffers[0];
    else
        count_signal(traffic, route, to);
}

// Calls `visit` with every core of the rectangle but the sender's; increments may go to the sender itself.
static void for_each_end(Traffic *traffic, const Route *route, void (*visit)(Traffic *, const Route *, int)) {
    bool is_rectangle = reach_of(route_node(traffic, route)->instruction)->coordinates == 4;
    for (int y = route->first.y; y <= route->last.y; y++)
        for (int x = route->first.x; x <= route->last.x; x++) {
            int core = used_core(&traffic->routes, (Core){x, y});
            if (!is_rectangle || core != route->from) visit(traffic, route, core);
        }
}

static void check_route(Traffic *traffic, const Route *route) {
    if (!is_used_rectangle(traffic, route)) {
        report_rectangle(traffic, route);
        return;
    }
    if (reach_of(route_node(traffic, route)->instruction)->coordinates == 4) check_destinations(traffic, route);
    for_each_end(traffic, route, check_end);
}

// ---------------------------------------------------------------- all of them

// The sender's endpoints that reach a core.
static uint64_t reaching(const Traffic *traffic, const Route *route, int to) {
    const Routes *routes = &traffic->routes;
    uint64_t mask = 0;
    for (int i = routes->start[route->from]; i < routes->start[route->from + 1]; i++) {
        const Route *other = &routes->list.items[i];
        if (other->tree == route->tree && holds_core(other, traffic->check->cores[to]))
            mask |= (uint64_t)1 << other->endpoint;
    }
    return mask;
}

// Cores that run the same programs and speak alike need one comparison.
static bool is_new_meeting(Traffic *traffic, const Meeting *meeting) {
    for (uint32_t i = 0; i < traffic->meetings.count; i++) {
        const Meeting *seen = &traffic->meetings.items[i];
        if (seen->tree == meeting->tree && seen->endpoint == meeting->endpoint && seen->receiver == meeting->receiver &&
            seen->answers == meeting->answers && seen->reaching == meeting->reaching)
            return false;
    }
    vector_push(traffic->check->arena, traffic->meetings, *meeting);
    return true;
}

static void compare_end(Traffic *traffic, const Route *route, int to) {
    const Tree *receiver = receiver_of(traffic, route, to);
    if (!receiver) return;
    uint64_t answer = answers(traffic, route, to, receiver);
    Meeting meeting = {route->tree, route->endpoint, receiver, answer, reaching(traffic, route, to)};
    if (is_new_meeting(traffic, &meeting))
        verify_handshake(traffic->check, &traffic->routes, route, to, receiver, answer, traffic->stage);
}

static void compare_ends(Traffic *traffic, int stage) {
    traffic->stage = stage;
    traffic->meetings.count = 0;
    for (uint32_t i = 0; i < traffic->routes.list.count; i++) {
        const Route *route = &traffic->routes.list.items[i];
        bool is_rectangle = reach_of(route_node(traffic, route)->instruction)->coordinates == 4;
        if (is_rectangle) for_each_end(traffic, route, compare_end);
    }
}

static bool is_followed(const Check *check) {
    for (int i = 0; i < check->tree_count; i++)
        if (check->trees[i].program->thread != THREAD_COMPUTE && !check->trees[i].end) return false;
    return true;
}

// What could not be followed is left to the simulator.
void verify_routes(Check *check) {
    if (!is_followed(check)) return;
    Traffic traffic = {.check = check};
    traffic.reported = arena_new_array(check->arena, char, (size_t)(check->tree_count * check->endpoint_count + 1));
    traffic.received = arena_new_array(check->arena, uint64_t, (size_t)check->core_count);
    index_cores(&traffic);
    gather_routes(&traffic);
    gather_waits(&traffic);
    uint32_t errors = check->context->error_count;
    for (uint32_t i = 0; i < traffic.routes.list.count; i++) check_route(&traffic, &traffic.routes.list.items[i]);
    if (check->context->error_count == errors) compare_ends(&traffic, 0);
    if (check->context->error_count == errors) check_tallies(&traffic);
    if (check->context->error_count == errors) check_pushes(&traffic);
    if (check->context->error_count == errors) compare_ends(&traffic, 1);
}
