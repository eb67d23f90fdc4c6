// Where clang-format breaks a statement that is too long for a line. It tries, token by token, to go on in the line and
// to begin another, and takes the way that costs least: breaks have prices (tokens.c), characters beyond the width a
// very high one. What a way may do, and where a new line begins, follows from the brackets and expressions that are
// open.
#include <string.h>

#include "emit/line_state.h"
#include "emit/printer.h"

enum { MAX_STATES = 50000, PLACES = 1 << 17 }; // of the hash: more than twice as many

typedef struct Step {
    const struct Step *before;
    bool newline;    // in front of the token
    int column;      // of it
    State *state;    // behind it
    uint32_t cost;   // wraps around, as clang-format's does
    uint32_t number; // of two that cost the same, the older one is taken
} Step;

typedef struct Search {
    Arena arena;
    BrokenLine line;
    VECTOR(Step *) queue; // a heap
    VECTOR(const State *) seen;
    uint32_t *places; // of seen ones by hash, plus one
    uint32_t count;   // of steps
} Search;

static const Token *at(const Search *search, uint32_t index) { return &search->line.tokens.items[index]; }

// ---------------------------------------------------------------- the cheapest way

static bool is_cheaper(const Step *a, const Step *b) {
    return a->cost != b->cost ? a->cost < b->cost : a->number < b->number;
}

static void enqueue(Search *search, Step *step) {
    vector_push(&search->arena, search->queue, step);
    Step **items = search->queue.items;
    for (uint32_t i = search->queue.count - 1; i > 0 && is_cheaper(items[i], items[(i - 1) / 2]); i = (i - 1) / 2) {
        items[i] = items[(i - 1) / 2];
        items[(i - 1) / 2] = step;
    }
}

static Step *dequeue(Search *search) {
    Step **items = search->queue.items, *first = items[0], *moved = items[--search->queue.count];
    uint32_t count = search->queue.count, i = 0;
    for (uint32_t child; (child = 2 * i + 1) < count; i = child) {
        if (child + 1 < count && is_cheaper(items[child + 1], items[child])) child++;
        if (!is_cheaper(items[child], moved)) break;
        items[i] = items[child];
    }
    items[i] = moved;
    return first;
}

static bool same_level(const Level *a, const Level *b) {
    return a->indent == b->indent && a->last_space == b->last_space && a->call_start == b->call_start &&
           a->question == b->question && a->first_shift == b->first_shift && a->continuation == b->continuation &&
           a->variable == b->variable && a->each_breaks == b->each_breaks && a->whole == b->whole &&
           a->operand_only == b->operand_only && a->operator_led == b->operator_led && a->broken == b->broken &&
           a->has_member == b->has_member;
}

static bool same_state(const State *a, const State *b) {
    if (a->next != b->next || a->column != b->column || a->line_nesting != b->line_nesting ||
        a->lowest_nesting != b->lowest_nesting || a->depth != b->depth)
        return false;
    for (uint32_t i = 0; i < a->depth; i++)
        if (!same_level(&a->levels[i], &b->levels[i])) return false;
    return true;
}

static uint32_t hash_state(const State *state) {
    uint32_t hash = state->next * 0x9E3779B1u + (uint32_t)state->column;
    for (uint32_t i = 0; i < state->depth; i++)
        hash = hash * 31 + (uint32_t)(state->levels[i].indent * 7 + state->levels[i].last_space);
    return (hash ^ hash >> 15) & (PLACES - 1);
}

static bool was_seen(Search *search, const State *state) {
    uint32_t place = hash_state(state);
    for (; search->places[place]; place = (place + 1) & (PLACES - 1))
        if (same_state(search->seen.items[search->places[place] - 1], state)) return true;
    vector_push(&search->arena, search->seen, state);
    search->places[place] = search->seen.count;
    return false;
}

static Step *make_step(Search *search, const Step *before, bool newline) {
    State *state = arena_allocate_raw(&search->arena, state_bytes(state_room(&search->line, before->state)));
    memcpy(state, before->state, state_bytes(before->state->depth));
    Step *step = arena_new(&search->arena, Step);
    *step = (Step){.before = before, .newline = newline, .state = state, .cost = before->cost};
    step->cost += place_token(&search->line, state, newline, &step->column);
    step->number = search->count++;
    return step;
}

static Step *first_step(Search *search) {
    State nothing = {0};
    Step *step = arena_new(&search->arena, Step);
    step->state = arena_allocate(&search->arena, state_bytes(state_room(&search->line, &nothing) + 1));
    step->column = search->line.indent;
    place_first(&search->line, step->state);
    return step;
}

// NULL if there are too many ways.
static const Step *find_cheapest(Search *search, Step *first) {
    search->places = arena_new_array(&search->arena, uint32_t, PLACES);
    enqueue(search, first);
    while (search->queue.count && search->count < MAX_STATES) {
        Step *step = dequeue(search);
        if (step->state->next == search->line.tokens.count) return step;
        if (was_seen(search, step->state)) continue;
        bool breaks = may_begin_line(&search->line, step->state),
             goes_on = !must_begin_line(&search->line, step->state);
        if (goes_on) enqueue(search, make_step(search, step, false));
        if (breaks) enqueue(search, make_step(search, step, true));
    }
    return NULL;
}

// Columns from the token to the next place to break that is in no more brackets.
static int columns_ahead(const Search *search, uint32_t index) {
    uint32_t last = index;
    while (last + 1 < search->line.tokens.count &&
           !(at(search, last + 1)->can_break && at(search, last + 1)->nesting <= at(search, index)->nesting))
        last++;
    return at(search, last)->end - at(search, index - 1)->end;
}

// Each line as full as can be.
static const Step *fill_lines(Search *search, const Step *step) {
    while (step->state->next < search->line.tokens.count) {
        uint32_t next = step->state->next;
        bool is_full = step->state->column + columns_ahead(search, next) > LINE_WIDTH;
        step = make_step(search, step, is_full && at(search, next)->can_break);
    }
    return step;
}

// ---------------------------------------------------------------- printing

static void add_spaces(Text *out, int count) { text_format(out, "%*s", count, ""); }

static void print_steps(const Search *search, const Step *last, Text *out) {
    uint32_t count = search->line.tokens.count;
    const Step **steps = arena_new_array(out->arena, const Step *, count);
    for (uint32_t i = count; i-- > 0; last = last->before) steps[i] = last;
    add_spaces(out, steps[0]->column);
    for (uint32_t i = 0; i < count; i++) {
        const Token *token = at(search, i);
        if (steps[i]->newline) {
            text_add(out, "\n");
            add_spaces(out, steps[i]->column);
        } else if (token->spaced && i) {
            text_add(out, " ");
        }
        text_add_bytes(out, token->text, (size_t)token->length);
    }
    text_add(out, "\n");
}

typedef struct Work {
    Search search;
    const char *text;
    int indent;
    Text *out;
    bool done;
} Work;

static void search_breaks(Context *context, void *user) {
    Work *work = user;
    Search *search = &work->search;
    (void)context;
    if (!tokenize(&search->arena, work->text, &search->line.tokens)) return;
    search->line.indent = work->indent;
    search->line.is_for = token_is(at(search, 0), "for");
    Step *first = first_step(search);
    const Step *last = find_cheapest(search, first);
    print_steps(search, last ? last : fill_lines(search, first), work->out);
    work->done = true;
}

bool break_line(Context *context, const char *text, int indent, Text *out) {
    const Arena *unit = &context->unit;
    Work work = {.text = text, .indent = indent, .out = out};
    work.search.arena =
        (Arena){.allocator = unit->allocator, .exhausted = unit->exhausted, .exhausted_user = unit->exhausted_user};
    bool good = context_try(context, search_breaks, &work);
    arena_reset(&work.search.arena);
    if (!good) fail_now(context);
    return work.done;
}
