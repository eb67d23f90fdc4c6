// Indices as linear forms in the variables of a T.Parallel nest. They tell how an index moves along a row, and whether
// two iterations can meet in one element.
#include <stdlib.h>
#include <string.h>

#include "oracle/compile.h"

int nest_add(Compiler *compiler, const Variable *variable, bool parallel, int64_t extent) {
    NestVariable added = {variable, parallel, extent};
    int place = (int)compiler->nest.count;
    vector_push(compiler->arena, compiler->nest, added);
    compiler->linear_stamp++; // forms of before did not know the variable
    return place;
}

static bool depends(const Linear *form) { return form->count > 0 || form->opaque || form->by_lane; }

static int64_t coefficient_of(const Linear *form, int variable) {
    for (int i = 0; i < form->count; i++)
        if (form->variables[i] == variable) return form->coefficients[i];
    return 0;
}

static bool moves_by_lane(const Compiler *compiler, const Linear *form) {
    return form->by_lane || (compiler->in_row && coefficient_of(form, compiler->row_variable) != 0);
}

// What is left of a form in an operation that is not linear.
static Linear blurred(const Compiler *compiler, const Linear *form) {
    return (Linear){.opaque = depends(form), .by_lane = moves_by_lane(compiler, form)};
}

static Linear merged(const Linear *a, const Linear *b) {
    return (Linear){.opaque = a->opaque || b->opaque, .by_lane = a->by_lane || b->by_lane};
}

// Adds factor * form; false if it no longer fits.
static bool add_form(Linear *sum, const Linear *form, int64_t factor) {
    for (int i = 0; i < form->count; i++) {
        int64_t term;
        int place = 0;
        if (__builtin_mul_overflow(form->coefficients[i], factor, &term)) return false;
        while (place < sum->count && sum->variables[place] != form->variables[i]) place++;
        if (place == NEST_VARIABLES) return false;
        if (place == sum->count) {
            sum->variables[sum->count] = form->variables[i];
            sum->coefficients[sum->count++] = 0;
        }
        if (__builtin_add_overflow(sum->coefficients[place], term, &sum->coefficients[place])) return false;
    }
    return true;
}

static Linear combined(const Compiler *compiler, const Linear *a, const Linear *b, int64_t factor) {
    Linear sum = merged(a, b);
    if (add_form(&sum, a, 1) && add_form(&sum, b, factor)) return sum;
    Linear left = blurred(compiler, a), right = blurred(compiler, b);
    return merged(&left, &right);
}

static Linear scaled(const Compiler *compiler, const Linear *form, int64_t factor) {
    Linear result = {.opaque = form->opaque, .by_lane = form->by_lane};
    if (factor == 0) return (Linear){0};
    return add_form(&result, form, factor) ? result : blurred(compiler, form);
}

static Linear linear_arguments(Compiler *compiler, const Expr *expr) {
    Linear all = {0};
    for (uint32_t i = 0; i < expr->count; i++) {
        Linear form = linear_of(compiler, expr->args[i]), rest = blurred(compiler, &form);
        all = merged(&all, &rest);
    }
    return all;
}

static Linear linear_product(Compiler *compiler, const Expr *expr) {
    int64_t factor;
    for (int side = 0; side < 2; side++)
        if (expr_evaluate_bound(expr->args[side], &factor)) {
            Linear form = linear_of(compiler, expr->args[1 - side]);
            return scaled(compiler, &form, factor);
        }
    return linear_arguments(compiler, expr);
}

static Linear linear_op(Compiler *compiler, const Expr *expr) {
    if (!dtype_is_integer(expr->type)) return linear_arguments(compiler, expr);
    if (expr->op == OP_ADD || expr->op == OP_SUB) {
        Linear a = linear_of(compiler, expr->args[0]), b = linear_of(compiler, expr->args[1]);
        return combined(compiler, &a, &b, expr->op == OP_ADD ? 1 : -1);
    }
    if (expr->op == OP_MUL) return linear_product(compiler, expr);
    bool widens = expr->op == OP_CAST && dtype_is_integer(expr->args[0]->type) &&
                  dtype_bits(expr->type) >= dtype_bits(expr->args[0]->type);
    return widens ? linear_of(compiler, expr->args[0]) : linear_arguments(compiler, expr);
}

static Linear linear_variable(Compiler *compiler, const Variable *variable) {
    for (uint32_t i = 0; i < compiler->nest.count; i++)
        if (compiler->nest.items[i].variable == variable)
            return (Linear){.count = 1, .variables = {(int)i}, .coefficients = {1}};
    if (variable->kind == VARIABLE_SIZE) return (Linear){0};
    return compile_variable(compiler, variable)->form;
}

static Linear linear_new(Compiler *compiler, const Expr *expr) {
    if (expr->kind == EXPR_VARIABLE) return linear_variable(compiler, expr->variable);
    if (expr->kind == EXPR_OP) return linear_op(compiler, expr);
    if (expr->kind != EXPR_LOAD) return (Linear){0};
    Linear form = linear_arguments(compiler, expr);
    int buffer = compile_buffer(compiler, expr->buffer);
    if (compiler->plan->buffers.items[buffer].is_private) form.by_lane = true;
    form.opaque = form.opaque || expr->buffer->scope != SCOPE_GLOBAL; // it may be written within the nest
    return form;
}

static LinearMemo *linear_memo(Compiler *compiler, const Expr *expr) {
    if (expr->number >= compiler->linear_capacity) {
        uint32_t capacity = compiler->linear_capacity ? compiler->linear_capacity : 64;
        while (capacity <= expr->number) capacity *= 2;
        LinearMemo *grown = arena_new_array(compiler->arena, LinearMemo, capacity);
        if (compiler->linear) memcpy(grown, compiler->linear, compiler->linear_capacity * sizeof *grown);
        compiler->linear = grown;
        compiler->linear_capacity = capacity;
    }
    return &compiler->linear[expr->number];
}

Linear linear_of(Compiler *compiler, const Expr *expr) {
    LinearMemo *known = linear_memo(compiler, expr);
    if (known->stamp == compiler->linear_stamp) return known->form;
    oracle_enter(compiler, (Location){0});
    Linear form = linear_new(compiler, expr);
    compile_leave(compiler);
    *linear_memo(compiler, expr) = (LinearMemo){form, compiler->linear_stamp};
    return form;
}

bool linear_step(const Compiler *compiler, const Linear *form, int64_t *step) {
    *step = form->by_lane ? 0 : coefficient_of(form, compiler->row_variable);
    return !form->by_lane;
}

// ---------------------------------------------------------------- two iterations, one element

typedef struct Term {
    int variable;
    uint64_t size; // magnitude of the coefficient
} Term;

static int larger_first(const void *a, const void *b) {
    const Term *x = a, *y = b;
    return (x->size < y->size) - (x->size > y->size);
}

// Equal indices in this dimension mean equal values of its variables if, from the smallest on, each coefficient is
// larger than all that the smaller ones can add up to: digits of a number.
static bool resolves(const Compiler *compiler, Term terms[], int count) {
    qsort(terms, (size_t)count, sizeof *terms, larger_first);
    uint64_t reach = 0;
    for (int i = count - 1; i >= 0; i--) {
        int64_t extent = compiler->nest.items[terms[i].variable].extent;
        uint64_t span;
        if (terms[i].size <= reach) return false;
        if (i > 0 && extent < 0) return false;
        if (i > 0 && (__builtin_mul_overflow(terms[i].size, (uint64_t)extent - (extent > 0), &span) ||
                      __builtin_add_overflow(reach, span, &reach)))
            return false;
    }
    return true;
}

// Marks the variables that this dimension tells apart, given those that others do; false if it tells nothing new.
static bool resolve_dimension(Compiler *compiler, const Linear *form, bool resolved[]) {
    Term terms[NEST_VARIABLES];
    int count = 0;
    if (form->opaque || form->by_lane) return false;
    for (int i = 0; i < form->count; i++)
        if (form->coefficients[i] != 0 && !resolved[form->variables[i]])
            terms[count++] = (Term){form->variables[i], form->coefficients[i] < 0 ? -(uint64_t)form->coefficients[i]
                                                                                  : (uint64_t)form->coefficients[i]};
    if (count == 0 || !resolves(compiler, terms, count)) return false;
    for (int i = 0; i < count; i++) resolved[terms[i].variable] = true;
    return true;
}

bool linear_injective(Compiler *compiler, int rank, const Linear forms[]) {
    uint32_t count = compiler->nest.count;
    bool *resolved = arena_new_array(compiler->arena, bool, count), progress = true;
    while (progress) {
        progress = false;
        for (int d = 0; d < rank; d++) progress = resolve_dimension(compiler, &forms[d], resolved) || progress;
    }
    for (uint32_t i = 0; i < count; i++) {
        const NestVariable *variable = &compiler->nest.items[i];
        if (variable->parallel && variable->extent != 1 && !resolved[i]) return false;
    }
    return true;
}
