// Walking a thread's tree with an analysis: once for all iterations, and core by core where that shows too little.
//
// A loop is cut where a condition inside changes (first and last iteration, most often); a piece of one iteration is
// walked as such, a longer one until the state at its head repeats.
#include <stdarg.h>
#include <string.h>

#include "ir/print.h"
#include "program/verify.h"

enum { ABSTRACT_STEPS = 1 << 16, MAX_PASSES = 12, OPTIONAL_STEPS = 1 << 12, MAX_UNROLLED = 64, SHOWN_FINDINGS = 4 };

static void walk_nodes(Walk *walk, const Node *node, void *state);

// ---------------------------------------------------------------- findings

const char *show(Walk *walk, Amount amount) {
    Text text = {.arena = walk->check->arena};
    amount_print(amount, &text);
    return text.data;
}

static bool is_known(const Walk *walk, DiagnosticCode code, const Statement *statement) {
    for (uint32_t i = 0; i < walk->findings.count; i++)
        if (walk->findings.items[i].code == code && walk->findings.items[i].statement == statement) return true;
    return false;
}

void find(Walk *walk, DiagnosticCode code, const Node *node, const char *help, const char *format, ...) {
    const Statement *statement = node ? node->statement : NULL;
    if (is_known(walk, code, statement)) return;
    Finding finding = {code, statement, NULL, help, walk->core, walk->place.concrete};
    if (!walk->silent) {
        Text text = {.arena = walk->check->arena};
        va_list arguments;
        va_start(arguments, format);
        text_format_list(&text, format, arguments);
        va_end(arguments);
        finding.message = text.data;
    }
    vector_push(walk->check->arena, walk->findings, finding);
}

static void deliver(const Walk *walk) {
    Context *context = walk->check->context;
    for (uint32_t i = 0; i < walk->findings.count && i < SHOWN_FINDINGS; i++) {
        const Finding *finding = &walk->findings.items[i];
        Location location = finding->statement ? finding->statement->location : walk->check->function->location;
        report(context, finding->code, location, "%s", finding->message);
        if (finding->has_core && walk->check->core_count > 1)
            report_note(context, (Location){0}, "on core (%d, %d)", finding->core.x, finding->core.y);
        if (finding->help) report_help(context, "%s", finding->help);
    }
}

// ---------------------------------------------------------------- states

void *walk_spare_state(Walk *walk) {
    if (walk->states.count) return walk->states.items[--walk->states.count];
    return arena_allocate(walk->check->arena, walk->analysis->bytes(walk->check));
}

static void give_back(Walk *walk, void *state) { vector_push(walk->check->arena, walk->states, (char *)state); }

static void copy_state(const Walk *walk, void *to, const void *from) {
    memcpy(to, from, walk->analysis->bytes(walk->check));
}

// ---------------------------------------------------------------- loops

static int64_t constant_length(const Walk *walk, Amount start, Amount end) {
    Amount length = amount_subtract(walk->place.amounts, end, start);
    return length.sum ? -1 : length.constant;
}

static void walk_body(Walk *walk, const Node *loop, void *state) {
    if (walk->analysis->turn) walk->analysis->turn(walk, state, loop);
    walk_nodes(walk, loop->body, state);
}

static void walk_one_turn(Walk *walk, const Node *loop, int64_t index, void *state) {
    walk->place.fixed |= (uint64_t)1 << loop->depth;
    walk->place.index[loop->depth] = index;
    walk_body(walk, loop, state);
    walk->place.fixed &= ~((uint64_t)1 << loop->depth);
}

static void walk_turns(Walk *walk, const Node *loop, int64_t start, int64_t end, void *state) {
    for (int64_t i = start; i < end && !walk->is_cut_short; i++) {
        if (--walk->steps < 0) walk->is_cut_short = true;
        walk_one_turn(walk, loop, i, state);
    }
}

bool loop_surely_runs(Walk *walk, const LoopStates *loop) {
    return amount_at_least(&walk->place, amount_subtract(walk->place.amounts, loop->end, loop->start), 1);
}

// A guess at the state at the head is walked through the body until it holds for every iteration.
static void walk_until_settled(Walk *walk, const Node *loop, Amount start, Amount end, void *state) {
    LoopStates states = {walk_spare_state(walk),
                         walk_spare_state(walk),
                         walk_spare_state(walk),
                         walk_spare_state(walk),
                         start,
                         end,
                         loop->depth};
    copy_state(walk, states.entry, state);
    copy_state(walk, states.head, state);
    uint32_t found = walk->findings.count, moments = walk->moments.count;
    for (int pass = 0;; pass++) {
        walk->findings.count = found; // what a wrong guess showed is no finding
        walk->moments.count = moments;
        copy_state(walk, states.out, states.head);
        walk_body(walk, loop, states.out);
        if (walk->is_cut_short || walk->analysis->settle(walk, &states, pass)) break;
        if (pass == MAX_PASSES) walk->is_cut_short = true;
    }
    walk->analysis->leave(walk, &states, state);
    give_back(walk, states.entry);
    give_back(walk, states.head);
    give_back(walk, states.out);
    give_back(walk, states.change);
}

static void walk_piece(Walk *walk, const Node *loop, Amount start, Amount end, void *state) {
    int64_t length = constant_length(walk, start, end);
    bool unrolls = walk->analysis->unrolls && length > 0 && length <= MAX_UNROLLED && walk->analysis->unrolls(loop);
    walk->place.start[loop->depth] = start;
    walk->place.end[loop->depth] = end;
    if (length == 0 || (length < 0 && !start.sum && !end.sum)) return; // no iteration
    if (!start.sum && !end.sum && (walk->place.concrete || length == 1 || unrolls))
        walk_turns(walk, loop, start.constant, end.constant, state);
    else if (walk->place.concrete)
        walk->is_cut_short = true; // its extent is not known
    else
        walk_until_settled(walk, loop, start, end, state);
}

// The loop's cuts that are known to lie inside of it and whose order is known, in that order.
static int order_cuts(Walk *walk, const Node *loop, Amount end, Amount ordered[MAX_CUTS]) {
    int count = 0, cuts = loop->cut_count - (loop->is_peelable && !walk->peels);
    for (int i = 0; i < cuts; i++) {
        Amount cut = amount_resolve(&walk->place, loop->cuts[i]);
        if (!amount_at_least(&walk->place, cut, 1) || !amount_not_above(&walk->place, cut, end)) continue;
        int at = count;
        while (at > 0 && amount_not_above(&walk->place, cut, ordered[at - 1])) at--;
        if (at > 0 && !amount_not_above(&walk->place, ordered[at - 1], cut)) continue;
        for (int j = count++; j > at; j--) ordered[j] = ordered[j - 1];
        ordered[at] = cut;
    }
    return count;
}

// The turns of a loop; for states that do not count them one, where every core has one, such as a loop over items.
static Amount turns_of(Walk *walk, const Node *loop) {
    Amount turns = amount_resolve(&walk->place, loop->operands[0]), one = {.constant = 1};
    bool is_one = !walk->analysis->counts && amount_at_least(&walk->place, turns, 1) &&
                  amount_not_above(&walk->place, turns, one);
    return is_one ? one : turns;
}

static void walk_loop(Walk *walk, const Node *loop, void *state) {
    Amount end = turns_of(walk, loop), start = {0}, cuts[MAX_CUTS];
    int cut_count = walk->place.concrete ? 0 : order_cuts(walk, loop, end, cuts);
    walk->place.depth = loop->depth + 1;
    for (int i = 0; i < cut_count; i++) {
        walk_piece(walk, loop, start, cuts[i], state);
        start = cuts[i];
    }
    walk_piece(walk, loop, start, end, state);
    walk->place.depth = loop->depth;
}

// ---------------------------------------------------------------- other nodes

static void walk_branch(Walk *walk, const Node *body, Amount condition, bool holds, void *state) {
    int facts = walk->place.fact_count;
    amount_assume(&walk->place, condition, holds);
    walk_nodes(walk, body, state);
    walk->place.fact_count = facts;
}

static void walk_if(Walk *walk, const Node *node, void *state) {
    Amount condition = amount_resolve(&walk->place, node->operands[0]);
    Truth truth = amount_truth(&walk->place, condition);
    if (truth != TRUTH_OPEN) {
        walk_nodes(walk, truth == TRUTH_YES ? node->body : node->otherwise, state);
        return;
    }
    if (walk->place.concrete) {
        walk->is_cut_short = true;
        return;
    }
    void *other = walk_spare_state(walk);
    copy_state(walk, other, state);
    walk_branch(walk, node->body, condition, true, state);
    walk_branch(walk, node->otherwise, condition, false, other);
    walk->analysis->join(walk, state, other, condition);
    give_back(walk, other);
}

static void walk_instruction(Walk *walk, const Node *node, void *state) {
    Amount values[MAX_OPERANDS];
    for (int i = 0; i < MAX_OPERANDS; i++) values[i] = amount_resolve(&walk->place, node->operands[i]);
    walk->analysis->step(walk, state, node, values);
}

static void walk_nodes(Walk *walk, const Node *node, void *state) {
    for (; node && !walk->is_cut_short; node = node->next) {
        if (--walk->steps < 0)
            walk->is_cut_short = true;
        else if (node->kind == NODE_LOOP)
            walk_loop(walk, node, state);
        else if (node->kind == NODE_IF)
            walk_if(walk, node, state);
        else
            walk_instruction(walk, node, state);
    }
}

// ---------------------------------------------------------------- whole threads

static Walk new_walk(Check *check, Tree *tree, const Analysis *analysis, int core) {
    return (Walk){.check = check,
                  .tree = tree,
                  .analysis = analysis,
                  .place = check_place(check, tree, core),
                  .core = core < 0 ? (Core){0, 0} : check->cores[core],
                  .steps = core < 0 ? ABSTRACT_STEPS : check->concrete_steps};
}

static void walk_thread(Walk *walk, void *state) {
    memset(state, 0, walk->analysis->bytes(walk->check));
    walk->analysis->begin(walk, state);
    walk_nodes(walk, walk->tree->nodes, state);
    if (!walk->is_cut_short && walk->analysis->finish) walk->analysis->finish(walk, state);
    if (walk->place.concrete) walk->check->concrete_steps = walk->steps > 0 ? walk->steps : 0;
}

bool walk_core(Check *check, Tree *tree, const Analysis *analysis, int core, void *state) {
    Walk walk = new_walk(check, tree, analysis, core);
    walk.silent = true;
    walk_thread(&walk, state);
    return !walk.is_cut_short;
}

// True if every core could be looked at; what the first core that breaks an obligation shows is reported.
static bool walk_cores(Check *check, Tree *tree, const Analysis *analysis) {
    for (int i = 0; i < tree->core_count; i++) {
        Walk walk = new_walk(check, tree, analysis, tree->cores[i]);
        walk_thread(&walk, walk_spare_state(&walk));
        if (walk.findings.count) {
            deliver(&walk);
            return true;
        }
        if (walk.is_cut_short) return false;
    }
    return true;
}

// What could neither be shown for all iterations nor looked at one by one.
static void report_unproved(Check *check, Tree *tree, const Analysis *analysis) {
    Walk walk = new_walk(check, tree, analysis, -1);
    walk_thread(&walk, walk_spare_state(&walk));
    deliver(&walk);
    if (walk.findings.count && !walk.is_cut_short) return;
    report(check->context, DIAG_PROOF_TOO_LARGE, check->function->location,
           "the %s thread takes more steps than the verifier spends on it", thread_name(tree->program->thread));
    report_help(check->context, "use loops whose bodies leave circular buffers and DST as they found them");
}

static Walk walk_all_cores(Check *check, Tree *tree, const Analysis *analysis, bool peels) {
    Walk walk = new_walk(check, tree, analysis, -1);
    walk.silent = true;
    walk.peels = peels;
    walk_thread(&walk, walk_spare_state(&walk));
    return walk;
}

void walk_analysis(Check *check, Tree *tree, const Analysis *analysis) {
    Walk walk = walk_all_cores(check, tree, analysis, false);
    if (walk.is_unsure) walk = walk_all_cores(check, tree, analysis, true);
    if (walk.findings.count == 0 && !walk.is_cut_short) return;
    int64_t steps = check->concrete_steps;
    if (analysis->is_optional && steps > OPTIONAL_STEPS) check->concrete_steps = OPTIONAL_STEPS;
    bool is_decided = walk_cores(check, tree, analysis);
    if (analysis->is_optional)
        check->concrete_steps = steps;
    else if (!is_decided)
        report_unproved(check, tree, analysis);
}
