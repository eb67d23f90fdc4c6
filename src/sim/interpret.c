// The interpreter of a thread: scalar operations at once, instructions by the handler of the mode.
#include <math.h>

#include "ir/build.h"
#include "sim/machine.h"

static int64_t floor_divide(int64_t a, int64_t b) {
    if (b == -1) return (int64_t)(0 - (uint64_t)a);
    int64_t quotient = a / b;
    return quotient - (a % b != 0 && (a < 0) != (b < 0));
}

static int64_t floor_modulo(int64_t a, int64_t b) {
    if (b == -1) return 0;
    int64_t remainder = a % b;
    return remainder != 0 && (remainder < 0) != (b < 0) ? remainder + b : remainder;
}

static int64_t wrap(DType type, int64_t value) {
    int unused = 64 - dtype_bits(type);
    if (type == DTYPE_BOOL) return value != 0;
    uint64_t shifted = (uint64_t)value << unused;
    return dtype_class(type) == CLASS_UINT ? (int64_t)(shifted >> unused) : (int64_t)shifted >> unused;
}

static int64_t to_integer(double value) {
    if (!(value > -9.2e18)) return value == value ? INT64_MIN : 0;
    return value < 9.2e18 ? (int64_t)value : INT64_MAX;
}

static double plus(double a, double b) { return a + b; }
static double minus(double a, double b) { return a - b; }
static double times(double a, double b) { return a * b; }
static double over(double a, double b) { return a / b; }
static double negative(double a, double b) { return (void)b, -a; }
static double absolute(double a, double b) { return (void)b, fabs(a); }
static double down(double a, double b) { return (void)b, floor(a); }
static double up(double a, double b) { return (void)b, ceil(a); }
static double square_root(double a, double b) { return (void)b, sqrt(a); }
static double inverse_root(double a, double b) { return (void)b, 1.0 / sqrt(a); }
static double exponential(double a, double b) { return (void)b, exp(a); }
static double exponential2(double a, double b) { return (void)b, exp2(a); }
static double logarithm(double a, double b) { return (void)b, log(a); }
static double logarithm2(double a, double b) { return (void)b, log2(a); }
static double sine(double a, double b) { return (void)b, sin(a); }
static double cosine(double a, double b) { return (void)b, cos(a); }
static double hyperbolic(double a, double b) { return (void)b, tanh(a); }
static double logistic(double a, double b) { return (void)b, 1.0 / (1.0 + exp(-a)); }
static double error_function(double a, double b) { return (void)b, erf(a); }
static double nearest(double a, double b) { return (void)b, rint(a); }
static double towards_zero(double a, double b) { return (void)b, trunc(a); }

static double (*const real_operations[OP_COUNT])(double, double) = {
    [OP_ADD] = plus,           [OP_SUB] = minus,          [OP_MUL] = times,          [OP_DIV] = over,
    [OP_NEG] = negative,       [OP_ABS] = absolute,       [OP_FLOOR] = down,         [OP_CEIL] = up,
    [OP_SQRT] = square_root,   [OP_RSQRT] = inverse_root, [OP_EXP] = exponential,    [OP_EXP2] = exponential2,
    [OP_LOG] = logarithm,      [OP_LOG2] = logarithm2,    [OP_SIN] = sine,           [OP_COS] = cosine,
    [OP_TANH] = hyperbolic,    [OP_SIGMOID] = logistic,   [OP_ERF] = error_function, [OP_ROUND] = nearest,
    [OP_TRUNC] = towards_zero, [OP_MIN] = fmin,           [OP_MAX] = fmax,           [OP_POW] = pow,
};

static bool real_comparison(ExprOp op, double a, double b, int64_t *result) {
    switch (op) {
    case OP_EQ: *result = a == b; return true;
    case OP_NE: *result = a != b; return true;
    case OP_LT: *result = a < b; return true;
    case OP_LE: *result = a <= b; return true;
    case OP_GT: *result = a > b; return true;
    case OP_GE: *result = a >= b; return true;
    default: return false;
    }
}

// Operations that have no code of their own; false if there is no value.
static bool run_rare(const Code *code, Scalar *r) {
    if (code->op < CODE_REAL)
        return expr_fold_integer((ExprOp)(code->op - CODE_INTEGER), r[code->b].i, r[code->c].i, &r[code->a].i);
    ExprOp op = (ExprOp)(code->op - CODE_REAL);
    if (real_comparison(op, r[code->b].f, r[code->c].f, &r[code->a].i)) return true;
    if (!real_operations[op]) return false;
    r[code->a].f = real_operations[op](r[code->b].f, r[code->c].f);
    return true;
}

static Outcome no_value(SimCore *core, ThreadState *thread) {
    const Statement *statement = thread->code->places.items[thread->next];
    return sim_violation_at(
        core, thread, statement->location, DIAG_SIM_SCALAR,
        "Guard it with a condition: if_then_else computes only the side it takes.",
        "a scalar expression has no value: a division by zero, or an operation its type does not have");
}

static Outcome assertion_failed(SimCore *core, ThreadState *thread) {
    const Statement *statement = thread->code->places.items[thread->next];
    const char *message = statement->branch.message;
    return sim_violation_at(core, thread, statement->location, DIAG_SIM_ASSERT, NULL, "assertion failed: %s",
                            message ? message : "");
}

static Outcome too_many_steps(SimCore *core, ThreadState *thread) {
    const Statement *statement = thread->code->places.items[thread->next];
    return sim_violation_at(core, thread, statement->location, DIAG_SIM_STEPS,
                            "Look for a loop that never ends, or allow more steps.", "more than %lld steps",
                            (long long)core->machine->step_limit);
}

static inline Outcome run_instruction(SimCore *core, ThreadState *thread, const CodeInstruction *in) {
    Scalar values[MAX_OPERANDS];
    for (int i = 0; i < in->scalar_count; i++) values[i] = thread->registers[in->scalars[i]];
    Outcome outcome = thread->thread == THREAD_COMPUTE && core->queue.count > 0
                          ? sim_queue_add(core, in, values)
                          : in->handlers[core->mode](core, thread, in, values);
    if (outcome != OUTCOME_DONE) {
        thread->at = in;
        return outcome;
    }
    thread->instructions++;
    return OUTCOME_DONE;
}

#define LEAVE(outcome)                                                                                                 \
    do {                                                                                                               \
        thread->next = (uint32_t)(code - codes);                                                                       \
        return (outcome);                                                                                              \
    } while (0)

#define COMPARE(op)                                                                                                    \
    r[code->a].i = r[code->b].i op r[code->c].i;                                                                       \
    code++;                                                                                                            \
    break

#define ARITHMETIC(type, op)                                                                                           \
    r[code->a].i = (type)((uint64_t)r[code->b].i op(uint64_t) r[code->c].i);                                           \
    code++;                                                                                                            \
    break

static bool take_turn(ThreadState *thread) {
    thread->turns++;
    return --thread->budget >= 0;
}

Outcome sim_interpret(SimCore *core, ThreadState *thread) {
    const Code *codes = thread->code->codes.items, *code = codes + thread->next;
    const CodeInstruction *instructions = thread->code->instructions.items;
    Scalar *r = thread->registers;
    Outcome outcome;
    for (;;) {
        switch (code->op) {
        case CODE_INSTRUCTION:
            outcome = run_instruction(core, thread, &instructions[code->target]);
            if (outcome != OUTCOME_DONE) LEAVE(outcome);
            if (--thread->budget < 0) {
                thread->next = (uint32_t)(code - codes);
                return too_many_steps(core, thread);
            }
            code++;
            break;
        case CODE_COPY:
            r[code->a] = r[code->b];
            code++;
            break;
        case CODE_ADD: ARITHMETIC(int64_t, +);
        case CODE_SUB: ARITHMETIC(int64_t, -);
        case CODE_MUL: ARITHMETIC(int64_t, *);
        case CODE_ADD32: ARITHMETIC(int32_t, +);
        case CODE_SUB32: ARITHMETIC(int32_t, -);
        case CODE_MUL32: ARITHMETIC(int32_t, *);
        case CODE_FLOORDIV:
        case CODE_FLOORMOD: {
            int64_t a = r[code->b].i, b = r[code->c].i;
            thread->next = (uint32_t)(code - codes);
            if (b == 0) return no_value(core, thread);
            r[code->a].i = code->op == CODE_FLOORDIV ? floor_divide(a, b) : floor_modulo(a, b);
            code++;
            break;
        }
        case CODE_EQ: COMPARE(==);
        case CODE_NE: COMPARE(!=);
        case CODE_LT: COMPARE(<);
        case CODE_LE: COMPARE(<=);
        case CODE_GT: COMPARE(>);
        case CODE_GE: COMPARE(>=);
        case CODE_NOT:
            r[code->a].i = !r[code->b].i;
            code++;
            break;
        case CODE_TO_REAL:
            r[code->a].f = (double)r[code->b].i;
            code++;
            break;
        case CODE_TO_INTEGER:
            r[code->a].i = to_integer(r[code->b].f);
            code++;
            break;
        case CODE_ROUND:
            r[code->a].f = dtype_round((DType)code->b, r[code->a].f);
            code++;
            break;
        case CODE_WRAP:
            r[code->a].i = wrap((DType)code->b, r[code->a].i);
            code++;
            break;
        case CODE_JUMP: code = codes + code->target; break;
        case CODE_JUMP_ZERO: code = r[code->a].i == 0 ? codes + code->target : code + 1; break;
        case CODE_JUMP_NONZERO: code = r[code->a].i != 0 ? codes + code->target : code + 1; break;
        case CODE_LOOP_ENTER: code = r[code->a + 1].i <= 0 ? codes + code->target : code + 1; break;
        case CODE_JUMP_BACK:
        case CODE_LOOP_NEXT:
            thread->next = (uint32_t)(code - codes);
            if (!take_turn(thread)) return too_many_steps(core, thread);
            if (code->op == CODE_LOOP_NEXT) {
                r[code->a].i = (int64_t)((uint64_t)r[code->a].i + (uint64_t)r[code->a + 2].i);
                code = --r[code->a + 1].i > 0 ? codes + code->target : code + 1;
            } else {
                code = codes + code->target;
            }
            break;
        case CODE_ASSERT:
            thread->next = (uint32_t)(code - codes);
            if (r[code->a].i == 0) return assertion_failed(core, thread);
            code++;
            break;
        case CODE_END: thread->ended = true; LEAVE(OUTCOME_ENDED);
        default:
            thread->next = (uint32_t)(code - codes);
            if (!run_rare(code, r)) return no_value(core, thread);
            code++;
            break;
        }
    }
}
