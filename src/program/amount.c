// Symbolic integers: interning and arithmetic. Ranges and values are in amount_range.c.
#include "program/amount.h"

#include <string.h>

#include "ir/build.h"

// Atoms are walked once per path, so what a hostile program shares over and over must stay small.
enum { MAX_SIZE = 256, FIRST_CAPACITY = 256, MAX_TURNS = 1 << 14 };

// ---------------------------------------------------------------- hashing

static uint32_t mix(uint32_t hash, uint64_t value) {
    uint64_t product = (hash ^ value) * 0x9E3779B97F4A7C15u;
    return (uint32_t)(product >> 32) ^ (uint32_t)product;
}

static uint32_t amount_hash(Amount a) { return mix((uint32_t)a.constant, a.sum ? a.sum->hash : 0); }

Amounts amounts_new(Arena *arena) {
    return (Amounts){.arena = arena,
                     .atoms = arena_new_array(arena, const Atom *, FIRST_CAPACITY),
                     .sums = arena_new_array(arena, const Sum *, FIRST_CAPACITY),
                     .atom_capacity = FIRST_CAPACITY,
                     .sum_capacity = FIRST_CAPACITY,
                     .turns = MAX_TURNS};
}

// ---------------------------------------------------------------- atoms

static bool atom_equal(const Atom *a, const Atom *b) {
    return a->hash == b->hash && a->kind == b->kind && a->op == b->op && a->depth == b->depth &&
           a->variable == b->variable && amount_equal(a->args[0], b->args[0]) && amount_equal(a->args[1], b->args[1]) &&
           amount_equal(a->args[2], b->args[2]);
}

static void grow_atoms(Amounts *amounts) {
    uint32_t capacity = amounts->atom_capacity * 2;
    const Atom **slots = arena_new_array(amounts->arena, const Atom *, capacity);
    for (uint32_t i = 0; i < amounts->atom_capacity; i++) {
        if (!amounts->atoms[i]) continue;
        uint32_t slot = amounts->atoms[i]->hash & (capacity - 1);
        while (slots[slot]) slot = (slot + 1) & (capacity - 1);
        slots[slot] = amounts->atoms[i];
    }
    amounts->atoms = slots;
    amounts->atom_capacity = capacity;
}

static int64_t greatest_common_divisor(int64_t a, int64_t b) {
    uint64_t x = a < 0 ? 0 - (uint64_t)a : (uint64_t)a, y = b < 0 ? 0 - (uint64_t)b : (uint64_t)b;
    while (y) {
        uint64_t rest = x % y;
        x = y, y = rest;
    }
    return x > INT64_MAX ? 1 : (int64_t)x;
}

int64_t amount_divisor(Amount a) { return greatest_common_divisor(a.constant, a.sum ? a.sum->divisor : 0); }

static int64_t atom_divisor(const Atom *atom) {
    int64_t divisor;
    if (atom->kind == ATOM_SUM) return amount_divisor(atom->args[2]);
    if (atom->kind != ATOM_OP) return 1;
    int64_t first = amount_divisor(atom->args[0]), second = amount_divisor(atom->args[1]);
    if (atom->op == OP_MUL) return __builtin_mul_overflow(first, second, &divisor) ? 1 : divisor;
    if (atom->op == OP_SELECT) return greatest_common_divisor(second, amount_divisor(atom->args[2]));
    bool keeps = atom->op == OP_MIN || atom->op == OP_MAX || atom->op == OP_FLOORMOD;
    return keeps ? greatest_common_divisor(first, second) : 1;
}

static uint32_t atom_size(const Atom *atom) {
    uint32_t size = 1;
    for (int i = 0; i < 3; i++) size += atom->args[i].sum ? atom->args[i].sum->size : 0;
    return size;
}

static uint64_t atom_depths(const Atom *atom) {
    uint64_t depths = 0;
    for (int i = 0; i < 3; i++) depths |= amount_depths(atom->args[i]);
    if (atom->kind == ATOM_SUM) // the index it runs over is its own
        depths = (amount_depths(atom->args[2]) & ~((uint64_t)1 << atom->depth)) | amount_depths(atom->args[0]) |
                 amount_depths(atom->args[1]);
    if (atom->kind == ATOM_UNKNOWN) return ~(uint64_t)0; // may differ every time
    return atom->kind == ATOM_INDEX ? (uint64_t)1 << atom->depth : depths;
}

static const Atom *intern_atom(Amounts *amounts, Atom atom) {
    atom.size = atom_size(&atom);
    if (atom.size > MAX_SIZE) atom = (Atom){.kind = ATOM_UNKNOWN, .size = 1};
    uint32_t hash = mix((uint32_t)atom.kind * 31 + (uint32_t)atom.op, (uint64_t)atom.depth);
    hash = mix(hash, (uint64_t)(uintptr_t)atom.variable);
    for (int i = 0; i < 3; i++) hash = mix(hash, amount_hash(atom.args[i]));
    atom.hash = hash;
    if (amounts->atom_count * 2 >= amounts->atom_capacity) grow_atoms(amounts);
    uint32_t slot = hash & (amounts->atom_capacity - 1);
    for (; amounts->atoms[slot]; slot = (slot + 1) & (amounts->atom_capacity - 1))
        if (atom.kind != ATOM_UNKNOWN && atom_equal(amounts->atoms[slot], &atom)) return amounts->atoms[slot];
    Atom *made = arena_new(amounts->arena, Atom);
    *made = atom;
    made->number = amounts->atom_count++;
    made->depths = atom_depths(made);
    made->divisor = atom_divisor(made);
    amounts->atoms[slot] = made;
    return made;
}

// ---------------------------------------------------------------- sums

static bool sum_equal(const Sum *sum, uint32_t hash, uint32_t count, const Term terms[]) {
    if (sum->hash != hash || sum->count != count) return false;
    for (uint32_t i = 0; i < count; i++)
        if (sum->terms[i].atom != terms[i].atom || sum->terms[i].coefficient != terms[i].coefficient) return false;
    return true;
}

static void grow_sums(Amounts *amounts) {
    uint32_t capacity = amounts->sum_capacity * 2;
    const Sum **slots = arena_new_array(amounts->arena, const Sum *, capacity);
    for (uint32_t i = 0; i < amounts->sum_capacity; i++) {
        if (!amounts->sums[i]) continue;
        uint32_t slot = amounts->sums[i]->hash & (capacity - 1);
        while (slots[slot]) slot = (slot + 1) & (capacity - 1);
        slots[slot] = amounts->sums[i];
    }
    amounts->sums = slots;
    amounts->sum_capacity = capacity;
}

static Sum *new_sum(Amounts *amounts, uint32_t hash, uint32_t count, const Term terms[]) {
    Sum *sum = arena_allocate(amounts->arena, sizeof *sum + count * sizeof(Term));
    sum->hash = hash;
    sum->count = count;
    memcpy(sum->terms, terms, count * sizeof(Term));
    for (uint32_t i = 0; i < count; i++) {
        int64_t divisor;
        if (__builtin_mul_overflow(terms[i].atom->divisor, terms[i].coefficient, &divisor)) divisor = 1;
        sum->divisor = greatest_common_divisor(sum->divisor, divisor);
        sum->depths |= terms[i].atom->depths;
        sum->size += terms[i].atom->size;
    }
    return sum;
}

static const Sum *intern_sum(Amounts *amounts, uint32_t count, const Term terms[]) {
    if (count == 0) return NULL;
    uint32_t hash = count;
    for (uint32_t i = 0; i < count; i++) hash = mix(mix(hash, terms[i].atom->number), (uint64_t)terms[i].coefficient);
    if (amounts->sum_count * 2 >= amounts->sum_capacity) grow_sums(amounts);
    uint32_t slot = hash & (amounts->sum_capacity - 1);
    for (; amounts->sums[slot]; slot = (slot + 1) & (amounts->sum_capacity - 1))
        if (sum_equal(amounts->sums[slot], hash, count, terms)) return amounts->sums[slot];
    amounts->sum_count++;
    return amounts->sums[slot] = new_sum(amounts, hash, count, terms);
}

Amount amount_atom(Amounts *amounts, const Atom *atom) {
    Term term = {atom, 1};
    return (Amount){.sum = intern_sum(amounts, 1, &term)};
}

// ---------------------------------------------------------------- making amounts

Amount amount_unknown(Amounts *amounts) {
    return amount_atom(amounts, intern_atom(amounts, (Atom){.kind = ATOM_UNKNOWN}));
}

Amount amount_index(Amounts *amounts, int depth) {
    const Sum **known = &amounts->indices[depth];
    if (!*known) *known = amount_atom(amounts, intern_atom(amounts, (Atom){.kind = ATOM_INDEX, .depth = depth})).sum;
    return (Amount){.sum = *known};
}

Amount amount_variable(Amounts *amounts, const Variable *variable) {
    return amount_atom(amounts, intern_atom(amounts, (Atom){.kind = ATOM_VARIABLE, .variable = variable}));
}

// Merges a and factor * b, both in order of atom number. False if a coefficient does not fit or there are too many.
static bool merge_terms(const Sum *a, const Sum *b, int64_t factor, Term merged[MAX_TERMS], uint32_t *count) {
    uint32_t i = 0, j = 0, n = 0;
    uint32_t a_count = a ? a->count : 0, b_count = b ? b->count : 0;
    while (i < a_count || j < b_count) {
        Term term = {0};
        bool takes_a = j == b_count || (i < a_count && a->terms[i].atom->number <= b->terms[j].atom->number);
        bool takes_b = i == a_count || (j < b_count && b->terms[j].atom->number <= a->terms[i].atom->number);
        if (takes_a) term = a->terms[i++];
        if (takes_b) {
            int64_t scaled;
            if (__builtin_mul_overflow(b->terms[j].coefficient, factor, &scaled)) return false;
            if (__builtin_add_overflow(term.coefficient, scaled, &term.coefficient)) return false;
            term.atom = b->terms[j++].atom;
        }
        if (term.coefficient == 0) continue;
        if (n == MAX_TERMS) return false;
        merged[n++] = term;
    }
    *count = n;
    return true;
}

Amount amount_add_scaled(Amounts *amounts, Amount a, Amount b, int64_t factor) {
    Amount result = {0};
    Term merged[MAX_TERMS];
    uint32_t count = 0;
    int64_t scaled;
    if (__builtin_mul_overflow(b.constant, factor, &scaled) ||
        __builtin_add_overflow(a.constant, scaled, &result.constant))
        return amount_unknown(amounts);
    bool is_same = a.sum == b.sum && factor == -1;
    if (!b.sum || is_same) {
        result.sum = is_same ? NULL : a.sum;
        return result;
    }
    if (!merge_terms(a.sum, b.sum, factor, merged, &count)) return amount_unknown(amounts);
    result.sum = intern_sum(amounts, count, merged);
    return result;
}

Amount amount_multiply(Amounts *amounts, Amount a, Amount b) { return amount_op(amounts, OP_MUL, (Amount[3]){a, b}); }

static bool fold(ExprOp op, const Amount args[3], Amount *result) {
    int arity = expr_op_arity(op);
    for (int i = 0; i < arity; i++)
        if (args[i].sum) return false;
    if (op == OP_SELECT) {
        *result = args[0].constant ? args[1] : args[2];
        return true;
    }
    if (op == OP_NOT || op == OP_BITNOT) {
        *result = amount_constant(op == OP_NOT ? !args[0].constant : ~args[0].constant);
        return true;
    }
    return arity == 2 && expr_fold_integer(op, args[0].constant, args[1].constant, &result->constant);
}

// What linear forms hold without an atom.
static bool linear(Amounts *amounts, ExprOp op, const Amount args[3], Amount *result) {
    if (op == OP_ADD)
        *result = amount_add(amounts, args[0], args[1]);
    else if (op == OP_SUB)
        *result = amount_subtract(amounts, args[0], args[1]);
    else if (op == OP_NEG)
        *result = amount_scale(amounts, args[0], -1);
    else if (op == OP_MUL && !args[0].sum)
        *result = amount_scale(amounts, args[1], args[0].constant);
    else if (op == OP_MUL && !args[1].sum)
        *result = amount_scale(amounts, args[0], args[1].constant);
    else
        return false;
    return true;
}

// Products commute; `a > b` is `b < a`: one form of each.
static ExprOp normal_form(ExprOp op, Amount args[3]) {
    bool swaps = op == OP_GT || op == OP_GE;
    bool commutes = op == OP_MUL || op == OP_MIN || op == OP_MAX || op == OP_EQ || op == OP_NE;
    if (swaps || (commutes && amount_hash(args[0]) > amount_hash(args[1]))) {
        Amount first = args[0];
        args[0] = args[1], args[1] = first;
    }
    if (op == OP_GT) return OP_LT;
    return op == OP_GE ? OP_LE : op;
}

Amount amount_op(Amounts *amounts, ExprOp op, const Amount args[3]) {
    Amount result = {0};
    if (linear(amounts, op, args, &result) || fold(op, args, &result)) return result;
    Atom atom = {.kind = ATOM_OP, .op = op};
    int arity = expr_op_arity(op);
    if (arity < 1 || arity > 3) return amount_unknown(amounts);
    for (int i = 0; i < arity; i++) atom.args[i] = args[i];
    atom.op = normal_form(op, atom.args);
    return amount_atom(amounts, intern_atom(amounts, atom));
}

int64_t amount_coefficient(Amount a, int depth) {
    for (uint32_t i = 0; a.sum && i < a.sum->count; i++)
        if (a.sum->terms[i].atom->kind == ATOM_INDEX && a.sum->terms[i].atom->depth == depth)
            return a.sum->terms[i].coefficient;
    return 0;
}

// slope * (the indices from start to end - 1, summed)
static bool series(int64_t slope, int64_t start, int64_t end, int64_t *sum) {
    int64_t length, ends, doubled;
    if (__builtin_sub_overflow(end, start, &length) || __builtin_add_overflow(start, end - 1, &ends)) return false;
    return !__builtin_mul_overflow(length, ends, &doubled) && !__builtin_mul_overflow(doubled / 2, slope, sum);
}

Amount amount_total(Amounts *amounts, int depth, Amount start, Amount end, Amount body) {
    uint64_t bit = (uint64_t)1 << depth;
    if (amount_equal(start, end)) return (Amount){0};
    if (!(amount_depths(body) & bit)) return amount_multiply(amounts, amount_subtract(amounts, end, start), body);
    int64_t slope = amount_coefficient(body, depth), linear_part;
    Amount rest = amount_subtract(amounts, body, amount_scale(amounts, amount_index(amounts, depth), slope));
    bool is_linear = !(amount_depths(rest) & bit) && !start.sum && !end.sum && end.constant > start.constant;
    if (is_linear && series(slope, start.constant, end.constant, &linear_part))
        return amount_add(amounts, amount_constant(linear_part),
                          amount_scale(amounts, rest, end.constant - start.constant));
    Atom atom = {.kind = ATOM_SUM, .depth = depth, .args = {start, end, body}};
    return amount_atom(amounts, intern_atom(amounts, atom));
}

// ---------------------------------------------------------------- printing

static void print_atom(const Atom *atom, Text *out) {
    if (atom->kind == ATOM_VARIABLE)
        text_add(out, atom->variable->name);
    else if (atom->kind == ATOM_INDEX)
        text_format(out, "iteration of loop %d", atom->depth + 1);
    else
        text_add(out, atom->kind == ATOM_SUM ? "a sum over a loop" : "a computed value");
}

void amount_print(Amount a, Text *out) {
    if (!a.sum || a.constant != 0) text_format(out, "%lld", (long long)a.constant);
    for (uint32_t i = 0; a.sum && i < a.sum->count; i++) {
        int64_t factor = a.sum->terms[i].coefficient;
        if (i > 0 || a.constant != 0) text_add(out, " + ");
        if (factor != 1) text_format(out, "%lld * ", (long long)factor);
        print_atom(a.sum->terms[i].atom, out);
    }
}
