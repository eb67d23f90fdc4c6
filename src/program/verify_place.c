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

// The range of a sum of arguments over cores first to last. A core with a late start often has fewer items, so that the
// sum's range is narrower than the sum of ranges.
static Interval sum_on_cores(const Check *check, int first, int last, uint32_t count, const Term terms[]) {
    const int64_t *values[MAX_TERMS];
    Interval all = {INT64_MAX, INT64_MIN};
    for (uint32_t i = 0; i < count; i++)
        if (!(values[i] = values_of(check, terms[i].atom->variable))) return anything;
    for (int core = first; core <= last; core++) {
        int64_t sum = 0;
        for (uint32_t i = 0; i < count; i++)
            if (!add_scaled(&sum, values[i][core], terms[i].coefficient)) return anything;
        if (sum < all.low) all.low = sum;
        if (sum > all.high) all.high = sum;
    }
    return last < first ? anything : all;
}

static Interval on_any_core(const void *user, uint32_t count, const Term terms[]) {
    const Check *check = user;
    return sum_on_cores(check, 0, check->core_count - 1, count, terms);
}

typedef struct OneCore {
    const Check *check;
    int core;
} OneCore;

static Interval on_one_core(const void *user, uint32_t count, const Term terms[]) {
    const OneCore *one = user;
    return sum_on_cores(one->check, one->core, one->core, count, terms);
}

Place check_place(Check *check, int core) {
    Place place = {.amounts = &check->amounts, .variables = on_any_core, .variables_user = check};
    if (core < 0) return place;
    OneCore *one = arena_new(check->arena, OneCore);
    *one = (OneCore){check, core};
    place.variables = on_one_core;
    place.variables_user = one;
    place.concrete = true;
    return place;
}
