// T.reduce and T.cumsum: every line of the source along one dimension, in doubles or 64-bit integers.
#include <math.h>
#include <string.h>

#include "oracle/evaluate.h"

enum { REDUCE_SOURCE, REDUCE_TARGET, REDUCE_KIND, REDUCE_DIMENSION, REDUCE_CLEAR };
enum { CUMSUM_SOURCE, CUMSUM_TARGET, CUMSUM_DIMENSION, CUMSUM_REVERSE };

typedef struct Kind {
    const char *name;
    double real_start; // the neutral element
    int64_t integer_start;
    double (*real)(double sum, double value); // NULL: integers only
    int64_t (*integer)(int64_t sum, int64_t value);
    bool sums;
} Kind;

static double real_sum(double sum, double value) { return sum + value; }
static double real_max(double sum, double value) { return fmax(sum, value); }
static double real_min(double sum, double value) { return fmin(sum, value); }
static double real_abssum(double sum, double value) { return sum + fabs(value); }
static double real_absmax(double sum, double value) { return fmax(sum, fabs(value)); }
static int64_t magnitude(int64_t value) { return value < 0 ? (int64_t)(0 - (uint64_t)value) : value; }
static int64_t integer_sum(int64_t sum, int64_t value) { return (int64_t)((uint64_t)sum + (uint64_t)value); }
static int64_t integer_max(int64_t sum, int64_t value) { return sum > value ? sum : value; }
static int64_t integer_min(int64_t sum, int64_t value) { return sum < value ? sum : value; }
static int64_t integer_abssum(int64_t sum, int64_t value) { return integer_sum(sum, magnitude(value)); }
static int64_t integer_absmax(int64_t sum, int64_t value) { return integer_max(sum, magnitude(value)); }
static int64_t bit_and(int64_t sum, int64_t value) { return sum & value; }
static int64_t bit_or(int64_t sum, int64_t value) { return sum | value; }
static int64_t bit_xor(int64_t sum, int64_t value) { return sum ^ value; }

static const Kind kinds[] = {
    {"sum", 0, 0, real_sum, integer_sum, true},
    {"max", -INFINITY, INT64_MIN, real_max, integer_max, false},
    {"min", INFINITY, INT64_MAX, real_min, integer_min, false},
    {"abssum", 0, 0, real_abssum, integer_abssum, true},
    {"absmax", 0, 0, real_absmax, integer_absmax, false},
    {"bitand", 0, -1, NULL, bit_and, false},
    {"bitor", 0, 0, NULL, bit_or, false},
    {"bitxor", 0, 0, NULL, bit_xor, false},
};

static const Kind *kind_of(const Node *node) {
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(kinds[i].name, node->statement->op.operands[REDUCE_KIND].name) == 0) return &kinds[i];
    return NULL;
}

// The source as a block of outer x length x inner elements around the dimension.
typedef struct Lines {
    Lane *values;
    int64_t outer, length, inner;
    Domain domain;
} Lines;

_Noreturn static void fail_shape(Machine *machine, const Node *node) {
    machine_fail(machine, DIAG_REGION_SHAPE, node->statement->location,
                 "the target has the source's extents without the dimension, or with 1 in its place",
                 "the source, target and dimension of this operation do not fit together");
}

static int dimension_of(Machine *machine, const Node *node, int operand) {
    const RegionSlots *slots = &node->op.regions[0];
    int64_t dimension = integer_at(machine, node->op.scalars[operand]);
    if (dimension < 0) dimension += slots->rank;
    if (dimension < 0 || dimension >= slots->rank) fail_shape(machine, node);
    return (int)dimension;
}

static void read_view(Machine *machine, const Node *node, const View *view, Lane *out) {
    int64_t length = view->rank ? view->extent[view->rank - 1] : 1, count = view_count(view);
    for (int64_t row = 0; row * length < count; row++)
        view_read(machine, view, row, 0, (size_t)length, out + row * length, node->statement->location);
}

static void write_view(Machine *machine, const Node *node, const View *view, Lane *values) {
    int64_t length = view->rank ? view->extent[view->rank - 1] : 1, count = view_count(view);
    view_round(view, values, (size_t)count);
    for (int64_t row = 0; row * length < count; row++)
        view_write(machine, view, row, 0, (size_t)length, values + row * length, node->statement->location);
}

static size_t lanes_bytes(Machine *machine, const Node *node, int64_t count) {
    if (count > (int64_t)1 << 40) fail_shape(machine, node);
    return (size_t)count * sizeof(Lane);
}

static Lines read_lines(Machine *machine, const Node *node, int dimension, Domain domain) {
    const RegionSlots *slots = &node->op.regions[0];
    View view = view_of(machine, node, 0);
    Lines lines = {.outer = 1, .length = 1, .inner = 1, .domain = domain};
    int64_t count = view_count(&view);
    lines.values = machine_scratch(machine, SCRATCH_A, lanes_bytes(machine, node, count));
    for (int d = 0; d < slots->rank; d++) {
        int64_t extent = integer_at(machine, slots->extent[d]);
        *(d < dimension ? &lines.outer : d == dimension ? &lines.length : &lines.inner) *= extent;
    }
    read_view(machine, node, &view, lines.values);
    lanes_to_domain(view_domain(&view), domain, lines.values, (size_t)count);
    return lines;
}

// Extents of the target: the source's without the dimension (dimensions of extent 1 do not matter).
static void check_target(Machine *machine, const Node *node, const View *target, int dimension) {
    const RegionSlots *slots = &node->op.regions[0];
    int place = 0;
    for (int d = 0; d < slots->rank; d++) {
        int64_t extent = integer_at(machine, slots->extent[d]);
        if (d == dimension || extent == 1) continue;
        if (place >= target->rank || target->extent[place++] != extent) fail_shape(machine, node);
    }
    if (place != target->rank) fail_shape(machine, node);
}

// The largest norm of a line.
static double longest_line(const Lines *lines) {
    double longest = 0;
    for (int64_t l = 0; lines->domain == DOMAIN_REAL && l < lines->outer * lines->inner; l++) {
        const Lane *line = lines->values + l / lines->inner * lines->length * lines->inner + l % lines->inner;
        double squares = 0;
        for (int64_t i = 0; i < lines->length; i++)
            squares += line[i * lines->inner].real * line[i * lines->inner].real;
        longest = isfinite(squares) && squares > longest ? squares : longest;
    }
    return sqrt(longest);
}

static Norms result_norms(Domain domain, const Lane *values, int64_t count) {
    return domain == DOMAIN_REAL ? norms_of_lanes(values, (size_t)count) : (Norms){0};
}

static void reduce_line(const Lines *lines, const Kind *kind, int64_t outer, int64_t inner, Lane *result) {
    const Lane *line = lines->values + outer * lines->length * lines->inner + inner;
    for (int64_t i = 0; i < lines->length; i++)
        if (lines->domain == DOMAIN_REAL)
            result->real = kind->real(result->real, line[i * lines->inner].real);
        else
            result->integer = kind->integer(result->integer, line[i * lines->inner].integer);
}

void run_reduce(Machine *machine, const Node *node) {
    const Kind *kind = kind_of(node);
    View target = view_of(machine, node, REDUCE_TARGET);
    Domain domain = view_domain(&target);
    int dimension = dimension_of(machine, node, REDUCE_DIMENSION);
    bool clear = node->statement->op.operands[REDUCE_CLEAR].boolean;
    if (!kind || (domain == DOMAIN_REAL && !kind->real)) fail_shape(machine, node);
    Lines lines = read_lines(machine, node, dimension, domain);
    check_target(machine, node, &target, dimension);
    int64_t count = view_count(&target);
    Lane *result = machine_scratch(machine, SCRATCH_B, lanes_bytes(machine, node, count));
    Lane start = {.real = kind->real_start};
    if (domain == DOMAIN_INTEGER) start.integer = kind->integer_start;
    for (int64_t i = 0; i < count; i++) result[i] = start;
    if (!clear) read_view(machine, node, &target, result);
    for (int64_t i = 0; i < count; i++) reduce_line(&lines, kind, i / lines.inner, i % lines.inner, &result[i]);
    write_view(machine, node, &target, result);
    View source = view_of(machine, node, REDUCE_SOURCE);
    track_reduce(machine, &target, &source, kind->sums, (double)lines.length, result_norms(domain, result, count),
                 longest_line(&lines));
    machine->operations += (double)count * (double)lines.length;
}

static void sum_line(const Lines *lines, int64_t outer, int64_t inner, bool reverse) {
    Lane *line = lines->values + outer * lines->length * lines->inner + inner, sum = {0};
    for (int64_t i = 0; i < lines->length; i++) {
        Lane *value = &line[(reverse ? lines->length - 1 - i : i) * lines->inner];
        if (lines->domain == DOMAIN_REAL)
            value->real = sum.real += value->real;
        else
            value->integer = sum.integer = integer_sum(sum.integer, value->integer);
    }
}

void run_cumsum(Machine *machine, const Node *node) {
    View target = view_of(machine, node, CUMSUM_TARGET), source = view_of(machine, node, CUMSUM_SOURCE);
    int dimension = dimension_of(machine, node, CUMSUM_DIMENSION);
    bool same = source.rank == target.rank;
    for (int d = 0; same && d < source.rank; d++) same = source.extent[d] == target.extent[d];
    if (!same) fail_shape(machine, node);
    Lines lines = read_lines(machine, node, dimension, view_domain(&target));
    double norm = longest_line(&lines);
    for (int64_t i = 0; i < lines.outer * lines.inner; i++)
        sum_line(&lines, i / lines.inner, i % lines.inner, node->statement->op.operands[CUMSUM_REVERSE].boolean);
    track_reduce(machine, &target, &source, true, (double)lines.length,
                 result_norms(lines.domain, lines.values, view_count(&target)), norm);
    write_view(machine, node, &target, lines.values);
    machine->operations += (double)view_count(&target);
}
