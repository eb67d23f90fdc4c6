// Conditions: whether one holds at a place, and what follows where it does.
#include "program/amount.h"

static Truth both(Truth a, Truth b) {
    if (a == TRUTH_NO || b == TRUTH_NO) return TRUTH_NO;
    return a == TRUTH_YES && b == TRUTH_YES ? TRUTH_YES : TRUTH_OPEN;
}

static Truth negate(Truth a) { return a == TRUTH_OPEN ? TRUTH_OPEN : a == TRUTH_YES ? TRUTH_NO : TRUTH_YES; }

// difference > 0, >= 0
static Truth at_least(Place *place, Amount difference, int64_t bound) {
    Interval range = amount_interval(place, difference);
    if (range.low >= bound) return TRUTH_YES;
    return range.high < bound ? TRUTH_NO : TRUTH_OPEN;
}

static Truth is_zero(Place *place, Amount difference) {
    Interval range = amount_interval(place, difference);
    if (range.low == 0 && range.high == 0) return TRUTH_YES;
    return range.low > 0 || range.high < 0 ? TRUTH_NO : TRUTH_OPEN;
}

static Truth comparison(Place *place, const Atom *atom) {
    Amount difference = amount_subtract(place->amounts, atom->args[1], atom->args[0]);
    switch (atom->op) {
    case OP_LT: return at_least(place, difference, 1);
    case OP_LE: return at_least(place, difference, 0);
    case OP_EQ: return is_zero(place, difference);
    case OP_NE: return negate(is_zero(place, difference));
    default: return TRUTH_OPEN;
    }
}

Truth amount_truth(Place *place, Amount condition) {
    if (!condition.sum) return condition.constant ? TRUTH_YES : TRUTH_NO;
    bool is_atom = condition.sum->count == 1 && condition.constant == 0 && condition.sum->terms[0].coefficient == 1;
    const Atom *atom = condition.sum->terms[0].atom;
    if (!is_atom || atom->kind != ATOM_OP) return TRUTH_OPEN;
    if (atom->op == OP_NOT) return negate(amount_truth(place, atom->args[0]));
    Truth a, b;
    if (atom->op == OP_AND || atom->op == OP_OR) {
        a = amount_truth(place, atom->args[0]), b = amount_truth(place, atom->args[1]);
        return atom->op == OP_AND ? both(a, b) : negate(both(negate(a), negate(b)));
    }
    return comparison(place, atom);
}

// ---------------------------------------------------------------- assuming

static void add_fact(Place *place, Amount fact) {
    if (place->fact_count < MAX_FACTS && fact.sum) place->facts[place->fact_count++] = fact;
}

// low < high or low <= high, or the opposite.
static void assume_order(Place *place, Amount low, Amount high, bool is_strict) {
    Amount difference = amount_subtract(place->amounts, high, low);
    add_fact(place, amount_add(place->amounts, difference, amount_constant(is_strict ? -1 : 0)));
}

static void assume_atom(Place *place, const Atom *atom, bool holds) {
    const Amount *args = atom->args;
    bool is_equality = (atom->op == OP_EQ && holds) || (atom->op == OP_NE && !holds);
    bool both_hold = (atom->op == OP_AND && holds) || (atom->op == OP_OR && !holds) || atom->op == OP_NOT;
    if (atom->op == OP_LT || atom->op == OP_LE) {
        bool is_strict = (atom->op == OP_LT) == holds;
        assume_order(place, args[holds ? 0 : 1], args[holds ? 1 : 0], is_strict);
    } else if (is_equality) {
        assume_order(place, args[0], args[1], false);
        assume_order(place, args[1], args[0], false);
    } else if (both_hold) {
        amount_assume(place, args[0], atom->op == OP_NOT ? !holds : holds);
        if (atom->op != OP_NOT) amount_assume(place, args[1], holds);
    }
}

void amount_assume(Place *place, Amount condition, bool holds) {
    bool is_atom = condition.sum && condition.sum->count == 1 && condition.constant == 0;
    if (is_atom && condition.sum->terms[0].coefficient == 1 && condition.sum->terms[0].atom->kind == ATOM_OP)
        assume_atom(place, condition.sum->terms[0].atom, holds);
}
