// What is known of an amount at a place: its value, its range, whether a condition holds.
#include "ir/build.h"
#include "program/amount.h"

enum { MAX_NESTING = 8 };

static const Interval anything = {INT64_MIN, INT64_MAX};

// ---------------------------------------------------------------- values

static Amount resolve_atom(Place *place, const Atom *atom);

static Amount resolve_terms(Place *place, Amount a) {
    Amounts *amounts = place->amounts;
    Amount result = amount_constant(a.constant);
    for (uint32_t i = 0; i < a.sum->count; i++) {
        const Term *term = &a.sum->terms[i];
        Amount value = resolve_atom(place, term->atom);
        result = amount_add(amounts, result, amount_scale(amounts, value, term->coefficient));
    }
    return result;
}

// Turn by turn; false if there are too many.
static bool add_turns(Place *place, const Atom *atom, int64_t start, int64_t end, Amount *sum) {
    *sum = (Amount){0};
    place->fixed |= (uint64_t)1 << atom->depth;
    for (int64_t i = start; i < end; i++) {
        if (--place->amounts->turns < 0) return false;
        place->index[atom->depth] = i;
        *sum = amount_add(place->amounts, *sum, amount_resolve(place, atom->args[2]));
    }
    return true;
}

static Amount sum_of_body(Place *place, const Atom *atom, Amount start, Amount end) {
    Amount sum;
    if (place->concrete && !start.sum && !end.sum && add_turns(place, atom, start.constant, end.constant, &sum))
        return sum;
    place->fixed &= ~((uint64_t)1 << atom->depth);
    Amount body = amount_resolve(place, atom->args[2]);
    return amount_total(place->amounts, atom->depth, start, end, body);
}

// The index that the sum runs over is its own, not the one around.
static Amount resolve_sum(Place *place, const Atom *atom) {
    Amount start = amount_resolve(place, atom->args[0]), end = amount_resolve(place, atom->args[1]);
    uint64_t fixed = place->fixed;
    int64_t index = place->index[atom->depth];
    Amount sum = sum_of_body(place, atom, start, end);
    place->fixed = fixed;
    place->index[atom->depth] = index;
    return sum;
}

static Amount resolve_variable(Place *place, const Atom *atom) {
    Interval value = place->variables(place->variables_user, 1, &(Term){atom, 1});
    if (place->concrete && value.low == value.high) return amount_constant(value.low);
    return amount_atom(place->amounts, atom);
}

static Amount resolve_atom(Place *place, const Atom *atom) {
    Amount args[3];
    switch (atom->kind) {
    case ATOM_INDEX:
        if (place->fixed >> atom->depth & 1) return amount_constant(place->index[atom->depth]);
        return amount_atom(place->amounts, atom);
    case ATOM_VARIABLE: return resolve_variable(place, atom);
    case ATOM_SUM: return resolve_sum(place, atom);
    case ATOM_UNKNOWN: return amount_atom(place->amounts, atom);
    case ATOM_OP: break;
    }
    for (int i = 0; i < 3; i++) args[i] = amount_resolve(place, atom->args[i]);
    return amount_op(place->amounts, atom->op, args);
}

Amount amount_resolve(Place *place, Amount a) {
    if (!a.sum || !(place->concrete || (a.sum->depths & place->fixed))) return a;
    return resolve_terms(place, a);
}

// ---------------------------------------------------------------- ranges

// Sums that keep "not known" at both ends and never overflow.
static int64_t add_low(int64_t a, int64_t b) {
    int64_t sum;
    return a == INT64_MIN || b == INT64_MIN || __builtin_add_overflow(a, b, &sum) ? INT64_MIN : sum;
}

static int64_t add_high(int64_t a, int64_t b) {
    int64_t sum;
    return a == INT64_MAX || b == INT64_MAX || __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

static int64_t scale_end(int64_t end, int64_t factor, int64_t unknown) {
    int64_t product;
    bool is_open = end == INT64_MIN || end == INT64_MAX;
    return is_open || __builtin_mul_overflow(end, factor, &product) ? unknown : product;
}

static Interval scale_interval(Interval a, int64_t factor) {
    int64_t low = factor > 0 ? a.low : a.high, high = factor > 0 ? a.high : a.low;
    return (Interval){scale_end(low, factor, INT64_MIN), scale_end(high, factor, INT64_MAX)};
}

static int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }
static int64_t larger(int64_t a, int64_t b) { return a > b ? a : b; }

static int64_t floor_divide(int64_t a, int64_t b) { return a / b - (a % b != 0 && (a < 0) != (b < 0)); }

// A divisor is positive; a numerator below 0 must have one divisor only, as its quotient falls with a smaller one.
static Interval divide_interval(Interval a, Interval b) {
    if (b.low <= 0 || (b.low != b.high && a.low < 0)) return anything;
    int64_t low = a.low == INT64_MIN ? INT64_MIN : floor_divide(a.low, b.high);
    return (Interval){low, a.high == INT64_MAX ? INT64_MAX : floor_divide(a.high, b.low)};
}

static Interval modulo_interval(Interval a, Interval b) {
    if (b.low <= 0) return anything;
    bool is_small = a.low >= 0 && a.high < b.low;
    return is_small ? a : (Interval){0, b.high == INT64_MAX ? INT64_MAX : b.high - 1};
}

static Interval multiply_interval(Interval a, Interval b) {
    if (a.low < 0 || b.low < 0) return anything;
    Interval low = scale_interval((Interval){a.low, a.low}, b.low);
    if (a.high == INT64_MAX || b.high == INT64_MAX) return (Interval){larger(low.low, 0), INT64_MAX};
    return (Interval){larger(low.low, 0), scale_end(a.high, b.high, INT64_MAX)};
}

static Interval op_interval(Place *place, const Atom *atom) {
    Interval a = amount_interval(place, atom->args[0]), b = amount_interval(place, atom->args[1]);
    switch (atom->op) {
    case OP_FLOORDIV: return divide_interval(a, b);
    case OP_FLOORMOD: return modulo_interval(a, b);
    case OP_MUL: return multiply_interval(a, b);
    case OP_MIN: return (Interval){smaller(a.low, b.low), smaller(a.high, b.high)};
    case OP_MAX: return (Interval){larger(a.low, b.low), larger(a.high, b.high)};
    case OP_SELECT: {
        Interval c = amount_interval(place, atom->args[2]);
        return (Interval){smaller(b.low, c.low), larger(b.high, c.high)};
    }
    case OP_LT:
    case OP_LE:
    case OP_EQ:
    case OP_NE:
    case OP_AND:
    case OP_OR:
    case OP_NOT: return (Interval){0, 1};
    default: return anything;
    }
}

static Interval index_interval(Place *place, int depth) {
    if (depth >= place->depth) return anything;
    if (place->fixed >> depth & 1) return (Interval){place->index[depth], place->index[depth]};
    Interval end = amount_interval(place, place->end[depth]);
    return (Interval){amount_interval(place, place->start[depth]).low, add_high(end.high, -1)};
}

// Of a sum only its sign is known, and that from inside its loop.
static Interval sum_interval(Place *place, const Atom *atom) {
    int depth = place->depth, at = atom->depth;
    uint64_t fixed = place->fixed;
    Amount start = place->start[at], end = place->end[at];
    place->start[at] = atom->args[0], place->end[at] = atom->args[1];
    place->fixed &= ~((uint64_t)1 << at);
    if (place->depth <= at) place->depth = at + 1;
    Interval body = amount_interval(place, atom->args[2]);
    place->start[at] = start, place->end[at] = end;
    place->fixed = fixed;
    place->depth = depth;
    return (Interval){body.low >= 0 ? 0 : INT64_MIN, body.high <= 0 ? 0 : INT64_MAX};
}

static Interval part_interval(Place *place, const Atom *atom) {
    switch (atom->kind) {
    case ATOM_INDEX: return index_interval(place, atom->depth);
    case ATOM_VARIABLE: return place->variables(place->variables_user, 1, &(Term){atom, 1});
    case ATOM_OP: return op_interval(place, atom);
    case ATOM_SUM: return sum_interval(place, atom);
    case ATOM_UNKNOWN: break;
    }
    return anything;
}

// Each level asks for both ends of the level below: more than a few levels are not worth it.
static Interval atom_interval(Place *place, const Atom *atom) {
    if (place->nesting >= MAX_NESTING) return anything;
    place->nesting++;
    Interval interval = part_interval(place, atom);
    place->nesting--;
    return interval;
}

// Replaces the indices that are terms by the end of their range that makes the amount smallest, innermost first: a
// range may end at another amount, which then cancels with the other terms.
static Amount smallest_by_indices(Place *place, Amount a) {
    Amounts *amounts = place->amounts;
    for (int depth = place->depth - 1; depth >= 0 && a.sum; depth--) {
        int64_t factor = amount_coefficient(a, depth);
        if (factor == 0 || factor == INT64_MIN) continue;
        Amount extreme = place->start[depth];
        if (place->fixed >> depth & 1)
            extreme = amount_constant(place->index[depth]);
        else if (factor < 0)
            extreme = amount_add(amounts, place->end[depth], amount_constant(-1));
        Amount shift = amount_subtract(amounts, extreme, amount_index(amounts, depth));
        a = amount_add(amounts, a, amount_scale(amounts, shift, factor));
    }
    return a;
}

// The other factor of a loop's extent when its index runs below factor * other: then index // factor < other.
static bool extent_over(Place *place, Amount index, Amount factor, Amount *other) {
    bool is_index = index.sum && index.constant == 0 && index.sum->count == 1 && index.sum->terms[0].coefficient == 1 &&
                    index.sum->terms[0].atom->kind == ATOM_INDEX;
    if (!is_index || index.sum->terms[0].atom->depth >= place->depth) return false;
    Amount end = place->end[index.sum->terms[0].atom->depth];
    bool is_product = end.sum && end.constant == 0 && end.sum->count == 1 && end.sum->terms[0].coefficient == 1 &&
                      end.sum->terms[0].atom->kind == ATOM_OP && end.sum->terms[0].atom->op == OP_MUL;
    if (!is_product) return false;
    const Amount *factors = end.sum->terms[0].atom->args;
    *other = factors[amount_equal(factors[0], factor) ? 1 : 0];
    return amount_equal(factors[0], factor) || amount_equal(factors[1], factor);
}

// An upper bound that is an amount: it may cancel where a number would not. x % n is below n.
static bool upper_amount(Place *place, const Atom *atom, Amount *upper) {
    Amount limit = atom->args[1];
    if (atom->kind != ATOM_OP || (atom->op != OP_FLOORMOD && atom->op != OP_FLOORDIV) || !limit.sum) return false;
    if (place->nesting >= MAX_NESTING) return false;
    place->nesting++;
    bool is_positive = amount_interval(place, limit).low >= 1;
    place->nesting--;
    if (!is_positive) return false;
    if (atom->op == OP_FLOORDIV && !extent_over(place, atom->args[0], limit, &limit)) return false;
    *upper = amount_add(place->amounts, limit, amount_constant(-1));
    return true;
}

static Amount smallest_by_limits(Place *place, Amount a) {
    Amounts *amounts = place->amounts;
    const Sum *sum = a.sum;
    for (uint32_t i = 0; sum && i < sum->count; i++) {
        const Term *term = &sum->terms[i];
        Amount upper;
        if (term->coefficient >= 0 || !upper_amount(place, term->atom, &upper)) continue;
        Amount shift = amount_subtract(amounts, upper, amount_atom(amounts, term->atom));
        a = amount_add_scaled(amounts, a, shift, term->coefficient);
    }
    return a;
}

// Runtime arguments are taken together: a core with a late start often has fewer items.
static int64_t lowest(Place *place, Amount a) {
    a = smallest_by_limits(place, smallest_by_indices(place, a));
    int64_t low = a.constant;
    Term variables[MAX_TERMS];
    uint32_t variable_count = 0;
    for (uint32_t i = 0; a.sum && i < a.sum->count && low != INT64_MIN; i++) {
        const Term *term = &a.sum->terms[i];
        if (term->atom->kind == ATOM_VARIABLE)
            variables[variable_count++] = *term;
        else
            low = add_low(low, scale_interval(atom_interval(place, term->atom), term->coefficient).low);
    }
    if (variable_count == 0 || low == INT64_MIN) return low;
    return add_low(low, place->variables(place->variables_user, variable_count, variables).low);
}

Interval amount_interval(Place *place, Amount a) {
    if (!a.sum) return (Interval){a.constant, a.constant};
    int64_t low = lowest(place, a), negated = lowest(place, amount_scale(place->amounts, a, -1));
    return (Interval){low, negated == INT64_MIN ? INT64_MAX : -negated};
}

// How often a fact can be taken off an amount so that the fact's first term vanishes from it; 0: not at all.
static int64_t fitting_multiple(Amount a, Amount fact) {
    for (uint32_t i = 0; a.sum && fact.sum && i < a.sum->count; i++) {
        if (a.sum->terms[i].atom != fact.sum->terms[0].atom) continue;
        int64_t factor = a.sum->terms[i].coefficient, unit = fact.sum->terms[0].coefficient;
        if (factor == INT64_MIN || unit == INT64_MIN || factor % unit != 0 || factor / unit < 0) return 0;
        return factor / unit;
    }
    return 0;
}

// Facts are at least 0, so taking them off gives a lower bound.
static bool at_least_by_facts(Place *place, Amount a, int64_t bound) {
    int64_t low = lowest(place, a);
    for (int i = 0; i < place->fact_count && low < bound; i++) {
        int64_t multiple = fitting_multiple(a, place->facts[i]);
        if (multiple == 0) continue;
        Amount rest = amount_add_scaled(place->amounts, a, place->facts[i], -multiple);
        int64_t rest_low = rest.sum ? lowest(place, rest) : rest.constant;
        if (rest_low > low) a = rest, low = rest_low;
    }
    return low >= bound;
}

bool amount_at_least(Place *place, Amount a, int64_t bound) {
    return a.sum ? at_least_by_facts(place, a, bound) : a.constant >= bound;
}

bool amount_not_above(Place *place, Amount a, Amount b) {
    if (!a.sum && !b.sum) return a.constant <= b.constant;
    return amount_at_least(place, amount_subtract(place->amounts, b, a), 0);
}
