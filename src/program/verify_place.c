// What is known of runtime arguments: their values on every core, worked out once.
#include "program/verify.h"

static const Interval anything = {INT64_MIN, INT64_MAX};

void tabulate_arguments(Check *check) {
    const Function *function = check->function;
    size_t cores = (size_t)check->core_count;
    check->argument_values = arena_new_array(check->arena, int64_t, function->arguments.count * cores);
    for (uint32_t i = 0; i < function->arguments.count; i++)
        for (size_t core = 0; core < cores; core++)
            check->argument_values[i * cores + core] = argument_value(function->arguments.items[i], check->cores[core]);
}

// Its values by core; NULL if it is no runtime argument.
static const int64_t *values_of(const Check *check, const Variable *variable) {
    for (uint32_t i = 0; i < check->function->arguments.count; i++)
        if (check->function->arguments.items[i]->variable == variable)
            return check->argument_values + i * (size_t)check->core_count;
    return NULL;
}

static bool add_scaled(int64_t *sum, int64_t value, int64_t factor) {
    int64_t scaled;
    return !__builtin_mul_overflow(value, factor, &scaled) && !__builtin_add_overflow(*sum, scaled, sum);
}

bool argument_on(const Check *check, const Variable *variable, int core, int64_t *value) {
    const int64_t *values = values_of(check, variable);
    if (values) *value = values[core];
    return values != NULL;
}

// Where an amount is asked for: the cores that come into question.
typedef struct Cores {
    const Check *check;
    const int *list;
    int count;
} Cores;

// The range of a sum of arguments over the cores. A core with a late start often has fewer items, so that the sum's
// range is narrower than the sum of ranges.
static Interval sum_on_cores(const void *user, uint32_t count, const Term terms[]) {
    const Cores *cores = user;
    const int64_t *values[MAX_TERMS];
    Interval all = {INT64_MAX, INT64_MIN};
    for (uint32_t i = 0; i < count; i++)
        if (!(values[i] = values_of(cores->check, terms[i].atom->variable))) return anything;
    for (int core = 0; core < cores->count; core++) {
        int64_t sum = 0;
        for (uint32_t i = 0; i < count; i++)
            if (!add_scaled(&sum, values[i][cores->list[core]], terms[i].coefficient)) return anything;
        if (sum < all.low) all.low = sum;
        if (sum > all.high) all.high = sum;
    }
    return cores->count ? all : anything;
}

Place check_place(Check *check, const Tree *tree, int core) {
    struct OneCore {
        Cores cores;
        int core;
    } *one = arena_new(check->arena, struct OneCore);
    one->core = core;
    one->cores = core < 0 ? (Cores){check, tree->cores, tree->core_count} : (Cores){check, &one->core, 1};
    return (Place){
        .amounts = &check->amounts, .variables = sum_on_cores, .variables_user = &one->cores, .concrete = core >= 0};
}

// Most often a number of times that a runtime argument says.
static bool sum_of_arguments(const Check *check, int core, Amount amount, int64_t *sum) {
    *sum = amount.constant;
    for (uint32_t i = 0; amount.sum && i < amount.sum->count; i++) {
        const Term *term = &amount.sum->terms[i];
        int64_t value;
        if (term->atom->kind != ATOM_VARIABLE || !argument_on(check, term->atom->variable, core, &value)) return false;
        if (__builtin_mul_overflow(value, term->coefficient, &value) || __builtin_add_overflow(*sum, value, sum))
            return false;
    }
    return true;
}

int64_t amount_on(Check *check, const Tree *tree, int core, Amount amount, bool *is_known) {
    int64_t sum;
    if (sum_of_arguments(check, core, amount, &sum)) return sum;
    Place place = check_place(check, tree, core);
    amount = amount_resolve(&place, amount);
    if (amount.sum) *is_known = false;
    return amount.sum ? 0 : amount.constant;
}
