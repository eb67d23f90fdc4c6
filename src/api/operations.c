// How many useful floating-point operations a kernel does, from its element-level IR alone: a number for rates, the
// same whether or not the reference ran.
#include "api/compile.h"
#include "ir/affine.h"
#include "ir/build.h"
#include "ir/walk.h"

#define MAX_KNOWN 64 // enclosing loop variables whose ranges are kept

typedef struct Count {
    RangeOf known[MAX_KNOWN];
    int known_count;
    double total;
} Count;

static double largest(const Count *count, const Expr *expr) {
    Range range;
    if (!expr_range(expr, count->known_count, count->known, &range) || range.high < 1) return 1;
    return (double)range.high;
}

static void know(Count *count, const Variable *variable, double iterations, int64_t start, int64_t step) {
    if (count->known_count == MAX_KNOWN || iterations > 1e15) return;
    int64_t last = 0;
    if (__builtin_mul_overflow((int64_t)iterations - 1, step, &last) || __builtin_add_overflow(last, start, &last))
        return;
    Range range = last < start ? (Range){last, start} : (Range){start, last};
    count->known[count->known_count++] = (RangeOf){variable, range};
}

static double region_elements(const Count *count, const Region *region) {
    double elements = 1;
    for (int i = 0; i < region->buffer->rank; i++) elements *= largest(count, region->extent[i]);
    return elements;
}

// 2 m n k: every element of c takes k products and sums; k is what a has beyond its m rows.
static double product_operations(const Count *count, const Statement *statement) {
    const Region *a = statement->op.operands[0].region, *b = statement->op.operands[1].region;
    const Region *c = statement->op.operands[2].region;
    double a_elements = region_elements(count, a), b_elements = region_elements(count, b);
    double c_elements = region_elements(count, c);
    if (c_elements < 1) return 0;
    // a is m x k, b is k x n, c is m x n: a b / c is k squared.
    return 2 * c_elements * __builtin_sqrt(a_elements * b_elements / c_elements);
}

static void count_operation(const Expr *expr, void *user) {
    double *operations = user;
    if (expr->kind == EXPR_OP && dtype_is_float(expr->type) && expr->op != OP_CAST && expr->op != OP_SELECT)
        *operations += 1;
}

static double statement_operations(const Count *count, const Statement *statement) {
    double operations = 0;
    if (statement->kind == STATEMENT_STORE) walk_expression(statement->store.value, count_operation, &operations);
    if (statement_is(statement, IR_GEMM)) operations = product_operations(count, statement);
    if (statement_is(statement, IR_REDUCE)) operations = region_elements(count, statement->op.operands[0].region);
    return operations;
}

static double enter(Count *count, const Statement *statement) {
    double trips = 1;
    if (statement->kind == STATEMENT_LAUNCH)
        for (int i = 0; i < statement->launch.rank; i++) {
            double extent = largest(count, statement->launch.extents[i]);
            know(count, statement->launch.variables[i], extent, 0, 1);
            trips *= extent;
        }
    int64_t start = 0, step = 1;
    if (statement->kind == STATEMENT_FOR) {
        trips = largest(count, statement->loop.extent);
        if (expr_evaluate_bound(statement->loop.start, &start) && expr_evaluate_bound(statement->loop.step, &step))
            know(count, statement->loop.variable, trips, start, step);
    }
    return trips;
}

static void count_block(Count *count, const Block *block, double times) {
    for (const Statement *statement = block->first; statement; statement = statement->next) {
        int outer = count->known_count;
        double inner = times * enter(count, statement);
        count->total += times * statement_operations(count, statement);
        Block *nested[2];
        int blocks = statement_blocks(statement, nested);
        for (int i = 0; i < blocks; i++) count_block(count, nested[i], inner);
        count->known_count = outer;
    }
}

double count_operations(const Function *function) {
    Count count = {0};
    if (function->body) count_block(&count, function->body, 1);
    return count.total;
}
