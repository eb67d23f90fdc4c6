// One loop per operation and domain. Operands that do not vary over the row are read once, so that every loop is one
// that compilers vectorise. Integers wrap to their type.
#include <math.h>

#include "data/convert.h"
#include "oracle/evaluate.h"

#define TARGET_OF(Type)     ((Type *)&machine->frame[instruction->target.at])
#define OPERAND_OF(Type, n) ((const Type *)&machine->frame[instruction->operand[n].at])

#define UNARY(name, From, To, body)                                                                                    \
    static void name(Machine *machine, const Instruction *instruction, size_t lanes) {                                 \
        To *target = TARGET_OF(To);                                                                                    \
        const From *a = OPERAND_OF(From, 0);                                                                           \
        for (size_t i = 0; i < lanes; i++) {                                                                           \
            const From x = a[i];                                                                                       \
            target[i] = (body);                                                                                        \
        }                                                                                                              \
    }

#define BINARY_LOOP(From, x_source, y_source, body)                                                                    \
    for (size_t i = 0; i < lanes; i++) {                                                                               \
        const From x = (x_source), y = (y_source);                                                                     \
        target[i] = (body);                                                                                            \
    }

#define BINARY(name, From, To, body)                                                                                   \
    static void name(Machine *machine, const Instruction *instruction, size_t lanes) {                                 \
        To *target = TARGET_OF(To);                                                                                    \
        const From *a = OPERAND_OF(From, 0), *b = OPERAND_OF(From, 1), a0 = *a, b0 = *b;                               \
        if (lanes > 1 && !instruction->operand[0].varying)                                                             \
            BINARY_LOOP(From, a0, b[i], body)                                                                          \
        else if (lanes > 1 && !instruction->operand[1].varying)                                                        \
            BINARY_LOOP(From, a[i], b0, body)                                                                          \
        else                                                                                                           \
            BINARY_LOOP(From, a[i], b[i], body)                                                                        \
    }

static inline double logistic(double x) { return 1 / (1 + exp(-x)); }
static inline double larger(double x, double y) { return x > y || y != y ? x : y; }
static inline double smaller(double x, double y) { return x < y || y != y ? x : y; }

BINARY(real_add, double, double, x + y)
BINARY(real_sub, double, double, x - y)
BINARY(real_mul, double, double, x *y)
BINARY(real_div, double, double, x / y)
BINARY(real_floordiv, double, double, floor(x / y))
BINARY(real_floormod, double, double, x - y * floor(x / y))
BINARY(real_min, double, double, smaller(x, y))
BINARY(real_max, double, double, larger(x, y))
BINARY(real_pow, double, double, pow(x, y))
BINARY(real_eq, double, int64_t, x == y)
BINARY(real_ne, double, int64_t, x != y)
BINARY(real_lt, double, int64_t, x < y)
BINARY(real_le, double, int64_t, x <= y)
BINARY(real_gt, double, int64_t, x > y)
BINARY(real_ge, double, int64_t, x >= y)
UNARY(real_neg, double, double, -x)
UNARY(real_exp, double, double, exp(x))
UNARY(real_exp2, double, double, exp2(x))
UNARY(real_log, double, double, log(x))
UNARY(real_log2, double, double, log2(x))
UNARY(real_sqrt, double, double, sqrt(x))
UNARY(real_rsqrt, double, double, 1 / sqrt(x))
UNARY(real_sin, double, double, sin(x))
UNARY(real_cos, double, double, cos(x))
UNARY(real_tanh, double, double, tanh(x))
UNARY(real_sigmoid, double, double, logistic(x))
UNARY(real_erf, double, double, erf(x))
UNARY(real_abs, double, double, fabs(x))
UNARY(real_floor, double, double, floor(x))
UNARY(real_ceil, double, double, ceil(x))
UNARY(real_round, double, double, round(x))
UNARY(real_trunc, double, double, trunc(x))

// ---------------------------------------------------------------- integers

static int64_t wrap(DType type, int64_t value) {
    convert_round_integers(type, &value, 1);
    return value;
}

static void wrap_row(Machine *machine, const Instruction *instruction, size_t lanes) {
    int64_t *target = TARGET_OF(int64_t);
    if (instruction->type != DTYPE_INT32)
        convert_round_integers(instruction->type, target, lanes);
    else
        for (size_t i = 0; i < lanes; i++) target[i] = (int32_t)target[i];
}

// The operation in 64 bits, then what the type keeps of it.
#define WRAPPED(name, Form, ...)                                                                                       \
    Form(name##_wide, __VA_ARGS__) static void name(Machine *machine, const Instruction *instruction, size_t lanes) {  \
        name##_wide(machine, instruction, lanes);                                                                      \
        wrap_row(machine, instruction, lanes);                                                                         \
    }

static inline int64_t add_wide(int64_t x, int64_t y) { return (int64_t)((uint64_t)x + (uint64_t)y); }
static inline int64_t sub_wide(int64_t x, int64_t y) { return (int64_t)((uint64_t)x - (uint64_t)y); }
static inline int64_t mul_wide(int64_t x, int64_t y) { return (int64_t)((uint64_t)x * (uint64_t)y); }
static inline int64_t shift_left(int64_t x, int64_t y) { return y < 0 || y > 63 ? 0 : (int64_t)((uint64_t)x << y); }
static inline int64_t shift_right(int64_t x, int64_t y) { return x >> (y < 0 || y > 63 ? 63 : y); }

static int64_t power(int64_t base, int64_t exponent) {
    int64_t result = 1;
    for (; exponent > 0; exponent >>= 1, base = mul_wide(base, base))
        if (exponent & 1) result = mul_wide(result, base);
    return result;
}

WRAPPED(integer_add, BINARY, int64_t, int64_t, add_wide(x, y))
WRAPPED(integer_sub, BINARY, int64_t, int64_t, sub_wide(x, y))
WRAPPED(integer_mul, BINARY, int64_t, int64_t, mul_wide(x, y))
WRAPPED(integer_shl, BINARY, int64_t, int64_t, shift_left(x, y))
WRAPPED(integer_pow, BINARY, int64_t, int64_t, power(x, y))
WRAPPED(integer_neg, UNARY, int64_t, int64_t, sub_wide(0, x))
WRAPPED(integer_bitnot, UNARY, int64_t, int64_t, ~x)
WRAPPED(integer_abs, UNARY, int64_t, int64_t, x < 0 ? sub_wide(0, x) : x)
BINARY(integer_shr, int64_t, int64_t, shift_right(x, y))
BINARY(integer_bitand, int64_t, int64_t, x &y)
BINARY(integer_bitor, int64_t, int64_t, x | y)
BINARY(integer_bitxor, int64_t, int64_t, x ^ y)
BINARY(integer_eq, int64_t, int64_t, x == y)
BINARY(integer_ne, int64_t, int64_t, x != y)
BINARY(integer_lt, int64_t, int64_t, x < y)
BINARY(integer_le, int64_t, int64_t, x <= y)
BINARY(integer_gt, int64_t, int64_t, x > y)
BINARY(integer_ge, int64_t, int64_t, x >= y)
BINARY(integer_and, int64_t, int64_t, (x != 0) & (y != 0))
BINARY(integer_or, int64_t, int64_t, (x != 0) | (y != 0))
BINARY(integer_min, int64_t, int64_t, x < y ? x : y)
BINARY(integer_max, int64_t, int64_t, x > y ? x : y)
BINARY(and_not, int64_t, int64_t, (x != 0) & (y == 0))
UNARY(integer_not, int64_t, int64_t, x == 0)
UNARY(integer_same, int64_t, int64_t, x)

static bool lane_active(const Machine *machine, const Access *guard, size_t lane) {
    if (!guard || !guard->masked) return true;
    return machine->frame[guard->mask.at + (guard->mask.varying ? (int32_t)lane : 0)].integer != 0;
}

static int64_t floor_division(int64_t x, int64_t y) {
    if (y == -1) return sub_wide(0, x);
    return x / y - (x % y != 0 && (x < 0) != (y < 0));
}

// Quotient, or remainder, towards minus infinity; a zero divisor is an error in lanes that take part and gives 0 in
// others.
static void divide_row(Machine *machine, const Instruction *instruction, size_t lanes, bool remainder) {
    int64_t *target = TARGET_OF(int64_t);
    const int64_t *a = OPERAND_OF(int64_t, 0), *b = OPERAND_OF(int64_t, 1);
    for (size_t i = 0; i < lanes; i++) {
        int64_t x = a[instruction->operand[0].varying ? i : 0], y = b[instruction->operand[1].varying ? i : 0];
        if (y == 0 && lane_active(machine, instruction->access, i))
            machine_fail(machine, DIAG_DIVISION_BY_ZERO, instruction->access->location, "guard the division",
                         "%lld is divided by zero", (long long)x);
        int64_t quotient = y == 0 ? 0 : floor_division(x, y);
        target[i] = wrap(instruction->type, remainder ? (y == 0 ? 0 : sub_wide(x, mul_wide(quotient, y))) : quotient);
    }
}

static void integer_floordiv(Machine *machine, const Instruction *instruction, size_t lanes) {
    divide_row(machine, instruction, lanes, false);
}

static void integer_floormod(Machine *machine, const Instruction *instruction, size_t lanes) {
    divide_row(machine, instruction, lanes, true);
}

// ---------------------------------------------------------------- choosing and converting

static void select_row(Machine *machine, const Instruction *instruction, size_t lanes) {
    Lane *target = &machine->frame[instruction->target.at];
    const Slot *operand = instruction->operand;
    const int64_t *condition = OPERAND_OF(int64_t, 0);
    const Lane *then = OPERAND_OF(Lane, 1), *otherwise = OPERAND_OF(Lane, 2);
    for (size_t i = 0; i < lanes; i++)
        target[i] = condition[operand[0].varying ? i : 0] ? then[operand[1].varying ? i : 0]
                                                          : otherwise[operand[2].varying ? i : 0];
}

void row_move(Machine *machine, const Instruction *instruction, size_t lanes) {
    Lane *target = &machine->frame[instruction->target.at];
    const Lane *source = OPERAND_OF(Lane, 0);
    for (size_t i = 0; i < lanes; i++) target[i] = source[instruction->operand[0].varying ? i : 0];
}

void row_to_real(Machine *machine, const Instruction *instruction, size_t lanes) {
    double *target = TARGET_OF(double);
    const int64_t *source = OPERAND_OF(int64_t, 0);
    for (size_t i = 0; i < lanes; i++) target[i] = (double)source[i];
}

void row_to_integer(Machine *machine, const Instruction *instruction, size_t lanes) {
    int64_t *target = TARGET_OF(int64_t);
    const double *source = OPERAND_OF(double, 0);
    for (size_t i = 0; i < lanes; i++) target[i] = convert_double_to_integer(source[i]);
}

void row_truth(Machine *machine, const Instruction *instruction, size_t lanes) {
    int64_t *target = TARGET_OF(int64_t);
    const double *source = OPERAND_OF(double, 0);
    for (size_t i = 0; i < lanes; i++) target[i] = source[i] != 0;
}

void row_round(Machine *machine, const Instruction *instruction, size_t lanes) {
    row_move(machine, instruction, lanes);
    round_lanes(instruction->type, &machine->frame[instruction->target.at], lanes);
}

void row_and_not(Machine *machine, const Instruction *instruction, size_t lanes) {
    and_not(machine, instruction, lanes);
}

typedef struct RowOperation {
    RunRow real, integer;
    bool integer_may_fail;
} RowOperation;

static const RowOperation operations[OP_COUNT] = {
    [OP_ADD] = {real_add, integer_add, false},
    [OP_SUB] = {real_sub, integer_sub, false},
    [OP_MUL] = {real_mul, integer_mul, false},
    [OP_DIV] = {real_div, NULL, false},
    [OP_FLOORDIV] = {real_floordiv, integer_floordiv, true},
    [OP_FLOORMOD] = {real_floormod, integer_floormod, true},
    [OP_SHL] = {NULL, integer_shl, false},
    [OP_SHR] = {NULL, integer_shr, false},
    [OP_BITAND] = {NULL, integer_bitand, false},
    [OP_BITOR] = {NULL, integer_bitor, false},
    [OP_BITXOR] = {NULL, integer_bitxor, false},
    [OP_EQ] = {real_eq, integer_eq, false},
    [OP_NE] = {real_ne, integer_ne, false},
    [OP_LT] = {real_lt, integer_lt, false},
    [OP_LE] = {real_le, integer_le, false},
    [OP_GT] = {real_gt, integer_gt, false},
    [OP_GE] = {real_ge, integer_ge, false},
    [OP_AND] = {NULL, integer_and, false},
    [OP_OR] = {NULL, integer_or, false},
    [OP_NOT] = {NULL, integer_not, false},
    [OP_NEG] = {real_neg, integer_neg, false},
    [OP_BITNOT] = {NULL, integer_bitnot, false},
    [OP_MIN] = {real_min, integer_min, false},
    [OP_MAX] = {real_max, integer_max, false},
    [OP_POW] = {real_pow, integer_pow, false},
    [OP_SELECT] = {select_row, select_row, false},
    [OP_EXP] = {real_exp, NULL, false},
    [OP_EXP2] = {real_exp2, NULL, false},
    [OP_LOG] = {real_log, NULL, false},
    [OP_LOG2] = {real_log2, NULL, false},
    [OP_SQRT] = {real_sqrt, NULL, false},
    [OP_RSQRT] = {real_rsqrt, NULL, false},
    [OP_SIN] = {real_sin, NULL, false},
    [OP_COS] = {real_cos, NULL, false},
    [OP_TANH] = {real_tanh, NULL, false},
    [OP_SIGMOID] = {real_sigmoid, NULL, false},
    [OP_ERF] = {real_erf, NULL, false},
    [OP_ABS] = {real_abs, integer_abs, false},
    [OP_FLOOR] = {real_floor, integer_same, false},
    [OP_CEIL] = {real_ceil, integer_same, false},
    [OP_ROUND] = {real_round, integer_same, false},
    [OP_TRUNC] = {real_trunc, integer_same, false},
};

RunRow row_operation(ExprOp op, Domain domain) {
    return domain == DOMAIN_REAL ? operations[op].real : operations[op].integer;
}

bool row_operation_may_fail(ExprOp op, Domain domain) {
    return domain == DOMAIN_INTEGER && operations[op].integer_may_fail;
}
