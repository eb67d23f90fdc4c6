// The vector unit's functions of one number, written without branches so that a loop over a tile is vectorised.
//
// Arithmetic is IEEE fp32; functions are computed in double and rounded once, so that their error is below 0.51 units
// in the last place (sin and cos: for |x| below 2^27). Silicon's accurate variants reach about 1, its approximate ones
// less: exp 2^-7.5 relative, recip 2^-23. The unit knows infinity and NaN, and flushes denormal results.
#ifndef TTILE_SIM_UNITS_VECTOR_H
#define TTILE_SIM_UNITS_VECTOR_H

#include "sim/units_internal.h"

static inline uint64_t double_bits(double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

// Choices by masks: compilers make branches of conditional expressions with constants, and then do not vectorise.
static inline float choose(bool condition, float a, float b) {
    uint32_t mask = -(uint32_t)condition;
    return float_of_bits((float_bits(a) & mask) | (float_bits(b) & ~mask));
}
static inline double choose_double(bool condition, double a, double b) {
    uint64_t mask = -(uint64_t)condition;
    return double_of_bits((double_bits(a) & mask) | (double_bits(b) & ~mask));
}
static inline double clamp(double x, double low, double high) {
    double raised = choose_double(x < low, low, x);
    return choose_double(raised > high, high, raised);
}

static inline float vector_flush(float value) { return float_of_bits(flush_bits(float_bits(value))); }
static inline float vector_abs(float a) { return float_of_bits(float_bits(a) & 0x7fffffffu); }
static inline float vector_negative(float a) { return float_of_bits(float_bits(a) ^ 0x80000000u); }
static inline float vector_relu(float a) { return a < 0.0f ? 0.0f : a; }
static inline float vector_bool(bool a) { return choose(a, 1.0f, 0.0f); }

// Minimum and maximum compare sign and magnitude as SFPSWAP does: -NaN < -inf < ... < -0 < +0 < ... < inf < NaN.
static inline int32_t order_key(float a) {
    int32_t bits = (int32_t)float_bits(a);
    return bits < 0 ? bits ^ 0x7fffffff : bits;
}
static inline float vector_max(float a, float b) { return order_key(a) > order_key(b) ? a : b; }
static inline float vector_min(float a, float b) { return order_key(a) < order_key(b) ? a : b; }

// Rounds to bfloat16, to nearest even. NaN stays NaN.
static inline uint32_t bf16_round_bits(uint32_t bits) {
    uint32_t rounded = bits + 0x7fff + (bits >> 16 & 1);
    uint32_t quiet = bits | 0x00400000u;
    return ((bits & 0x7fffffffu) > 0x7f800000u ? quiet : rounded) & KEEP_BF16;
}
static inline float vector_round_bf16(float a) { return float_of_bits(bf16_round_bits(float_bits(a))); }

// ---------------------------------------------------------------- rounding to integers

// `a` where it has a fraction, else 0, so that the conversion to an integer is defined.
static inline float fraction_range(float a) { return choose(vector_abs(a) < 8388608.0f, a, 0.0f); }
static inline float toward_zero(float a) { return (float)(int32_t)fraction_range(a); }
// The integer, with the sign of `a`; numbers without a fraction as they are.
static inline float integer_or(float a, float integer) {
    float signed_integer = float_of_bits(float_bits(integer) | (float_bits(a) & 0x80000000u));
    return choose(vector_abs(a) < 8388608.0f, signed_integer, a);
}
static inline float vector_trunc(float a) { return integer_or(a, toward_zero(a)); }
static inline float vector_floor(float a) { return integer_or(a, toward_zero(a) - vector_bool(toward_zero(a) > a)); }
static inline float vector_ceil(float a) { return integer_or(a, toward_zero(a) + vector_bool(toward_zero(a) < a)); }

// ---------------------------------------------------------------- powers of two and logarithms

#define ROUNDING_MAGIC 0x1.8p52 // adding it leaves the nearest integer in the low bits of the mantissa

// 2^x, relative error below 2^-32. Series of exp on [-ln 2 / 2, ln 2 / 2], the integer part put into the exponent.
static inline double power_of_two(double x) {
    double y = clamp(x, -1000.0, 1000.0), shifted = y + ROUNDING_MAGIC;
    double f = (y - (shifted - ROUNDING_MAGIC)) * 0x1.62e42fefa39efp-1;
    double p = 1.0 / 40320;
    p = p * f + 1.0 / 5040;
    p = p * f + 1.0 / 720;
    p = p * f + 1.0 / 120;
    p = p * f + 1.0 / 24;
    p = p * f + 1.0 / 6;
    p = p * f + 0.5;
    p = p * f + 1.0;
    p = p * f + 1.0;
    return p * double_of_bits((double_bits(shifted) + 1023) << 52);
}

// log2 of a positive number, in parts: the exponent, and the logarithm of a mantissa in [sqrt(1/2), sqrt(2)).
static inline double logarithm_of_two(double x) {
    uint64_t shifted = double_bits(x) - 0x3fe6a09e667f3bcdu + (1023ull << 52); // the exponent of x / sqrt(1/2)
    double exponent = double_of_bits(shifted >> 52 | 0x4330000000000000u) - (0x1p52 + 1023);
    double m = double_of_bits((shifted & 0xfffffffffffffu) + 0x3fe6a09e667f3bcdu);
    double s = (m - 1.0) / (m + 1.0), z = s * s;
    double p = 1.0 / 13;
    p = p * z + 1.0 / 11;
    p = p * z + 1.0 / 9;
    p = p * z + 1.0 / 7;
    p = p * z + 1.0 / 5;
    p = p * z + 1.0 / 3;
    p = p * z + 1.0;
    return exponent + p * s * 0x1.71547652b82fep+1; // 2 / ln 2
}

#define LOG2_E 0x1.71547652b82fep+0
#define LN_2   0x1.62e42fefa39efp-1

static inline float vector_exp2(float a) { return (float)power_of_two((double)a); }
static inline float vector_exp(float a) { return (float)power_of_two((double)a * LOG2_E); }

// The logarithm of zero is -inf, of a negative number NaN.
static inline float vector_log(float a) {
    float infinity = float_of_bits(0x7f800000u), nan = float_of_bits(0x7fc00000u);
    float normal = (float)(logarithm_of_two((double)a) * LN_2);
    float positive = choose(a < infinity, normal, a);
    return choose(a < 0.0f, nan, choose(a == 0.0f, -infinity, positive));
}

static inline float vector_sigmoid(float a) { return (float)(1.0 / (1.0 + power_of_two(-(double)a * LOG2_E))); }

static inline float vector_tanh(float a) {
    double e = power_of_two((double)vector_abs(a) * (2 * LOG2_E));
    float magnitude = (float)(1.0 - 2.0 / (e + 1.0));
    float t = choose(vector_abs(a) < 0x1p-14f, a, magnitude);
    return float_of_bits(float_bits(t) | (float_bits(a) & 0x80000000u));
}

// |a|^b by logarithms; the sign by whether b is odd; NaN for a fractional power of a negative number.
static inline float vector_power(float a, float b) {
    float nan = float_of_bits(0x7fc00000u), base = vector_abs(a);
    double logarithm = choose_double(base == 0.0f, -1e300, logarithm_of_two((double)base));
    float magnitude = (float)power_of_two(choose_double(b == 0.0f, 0.0, logarithm * (double)b));
    float numeric = choose((base != base) & (b != 0.0f), nan, magnitude), half = b * 0.5f;
    bool fractional = vector_trunc(b) != b, odd = (vector_trunc(half) != half) & !fractional;
    float valid = choose(fractional & (a < 0.0f), nan, numeric);
    return float_of_bits(float_bits(valid) | (float_bits(a) & (uint32_t)odd << 31));
}

// ---------------------------------------------------------------- roots and quotients

// 1 / sqrt(x) in double: a guess from the bits and Newton's steps.
static inline double inverse_root(double x) {
    double y = double_of_bits(0x5fe6eb50c7b537a9u - (double_bits(x) >> 1)), half = x * 0.5;
    y = y * (1.5 - half * y * y);
    y = y * (1.5 - half * y * y);
    y = y * (1.5 - half * y * y);
    return y * (1.5 - half * y * y);
}

static inline float vector_rsqrt(float a) {
    float infinity = float_of_bits(0x7f800000u), nan = float_of_bits(0x7fc00000u);
    float normal = (float)inverse_root((double)a);
    float known = choose(a < infinity, normal, choose(a == infinity, 0.0f, a));
    float from_zero = float_of_bits(float_bits(a) | 0x7f800000u);
    return choose(a < 0.0f, nan, choose(a == 0.0f, from_zero, known));
}

static inline float vector_sqrt(float a) {
    float infinity = float_of_bits(0x7f800000u), nan = float_of_bits(0x7fc00000u);
    float normal = (float)((double)a * inverse_root((double)a));
    return choose(a < 0.0f, nan, choose((a < infinity) & (a != 0.0f), normal, a));
}

// ---------------------------------------------------------------- sine, cosine, error function

// sin(x) for x = whole * pi + the rest, |rest| <= pi / 2; `odd` holds the parity of `whole` in its lowest bit. Pi in
// three parts, of which the first has 27 bits: exact products for the range that counts.
static inline float sine_of(double x, double whole, uint64_t odd) {
    double r = x - whole * 0x1.921fb5p+1;
    r = r - whole * 0x1.110b46p-25;
    r = r - whole * 0x1.1a62633145c07p-53;
    double y = clamp(r, -1.5707963267948966, 1.5707963267948966), z = y * y;
    double p = -1.0 / 1307674368000;
    p = p * z + 1.0 / 6227020800;
    p = p * z - 1.0 / 39916800;
    p = p * z + 1.0 / 362880;
    p = p * z - 1.0 / 5040;
    p = p * z + 1.0 / 120;
    p = p * z - 1.0 / 6;
    p = p * z + 1.0;
    return (float)double_of_bits(double_bits(p * y) ^ odd << 63);
}

#define INVERSE_PI 0x1.45f306dc9c883p-2

static inline float vector_sin(float a) {
    double x = (double)a, shifted = x * INVERSE_PI + ROUNDING_MAGIC;
    return sine_of(x, shifted - ROUNDING_MAGIC, double_bits(shifted));
}

// cos(x) = -sin(x - pi/2 - n pi) for n even: the nearest odd multiple of pi / 2 is taken away.
static inline float vector_cos(float a) {
    double x = (double)a, shifted = x * INVERSE_PI - 0.5 + ROUNDING_MAGIC;
    return sine_of(x, shifted - ROUNDING_MAGIC + 0.5, double_bits(shifted) + 1);
}

// Polynomials fitted for ttile: erf(x)/x in x^2 up to 1 (error 2^-40), erfc(x) exp(x^2) in 1/(1+x/2) above (2^-31).
static inline double error_small(double x) {
    double z = x * x, p = 1.0595274234595599e-06;
    p = p * z - 1.3911700196386802e-05;
    p = p * z + 0.00011956946613695702;
    p = p * z - 0.0008542670544579279;
    p = p * z + 0.0052237850057024115;
    p = p * z - 0.026866133625037196;
    p = p * z + 0.11283791313491733;
    p = p * z - 0.3761263888986871;
    p = p * z + 1.1283791670946957;
    return p * x;
}

static inline double error_large(double x) {
    double t = 1.0 / (1.0 + 0.5 * x), p = 0.01714165932627066;
    p = p * t + 0.05142968455853446;
    p = p * t - 0.3544715034213751;
    p = p * t + 0.44962221875004293;
    p = p * t - 0.0350569250471429;
    p = p * t + 0.3215643636020454;
    p = p * t + 0.26591065544720294;
    p = p * t + 0.28407621950276946;
    p = p * t - 0.00010541603659126658;
    return 1.0 - p * power_of_two(-x * x * LOG2_E);
}

static inline float vector_erf(float a) {
    double x = clamp((double)vector_abs(a), 0.0, 4.2);
    float magnitude = (float)choose_double(x < 1.0, error_small(x), error_large(x));
    return float_of_bits(float_bits(magnitude) | (float_bits(a) & 0x80000000u));
}

#endif
