// Number formats: the table of dtype.def, rounding, and access to arrays of each.
#include "base/dtype.h"

#include <math.h>
#include <string.h>

typedef struct DTypeRow {
    const char *name;
    int bits;
    DTypeClass class;
} DTypeRow;

static const DTypeRow rows[DTYPE_COUNT] = {
#define DTYPE(id, name, bits, class) {name, bits, CLASS_##class},
#include "base/dtype.def"
#undef DTYPE
};

const char *dtype_name(DType type) { return rows[type].name; }
int dtype_bits(DType type) { return rows[type].bits; }
DTypeClass dtype_class(DType type) { return rows[type].class; }
size_t dtype_bytes(DType type) { return (size_t)rows[type].bits / 8; }

bool dtype_parse(const char *name, DType *type) {
    static const struct {
        const char *spelling;
        DType type;
    } spellings[] = {{"float", DTYPE_FLOAT32}, {"half", DTYPE_FLOAT16},   {"int", DTYPE_INT32},
                     {"uint", DTYPE_UINT32},   {"double", DTYPE_FLOAT64}, {"long", DTYPE_INT64}};
    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++) {
        if (strcmp(name, spellings[i].spelling) == 0) return *type = spellings[i].type, true;
    }
    for (int i = 0; i < DTYPE_COUNT; i++) {
        if (strcmp(name, rows[i].name) == 0) return *type = (DType)i, true;
    }
    return false;
}

// ---------------------------------------------------------------- bit patterns

static uint32_t bits_of(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static float float_of(uint32_t bits) {
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

// `bits` without its lowest `count` bits, rounded to nearest even. A carry runs into the exponent, as it must.
static uint32_t round_away(uint32_t bits, int count) {
    if (count > 31) return 0;
    uint32_t half = (uint32_t)1 << (count - 1), odd = bits >> count & 1;
    return (bits + half - 1 + odd) >> count;
}

uint16_t bf16_from_float(float value) {
    uint32_t bits = bits_of(value);
    if (value != value) return (uint16_t)(bits >> 16 | 0x40); // stays a NaN
    return (uint16_t)round_away(bits, 16);
}

float bf16_to_float(uint16_t bits) { return float_of((uint32_t)bits << 16); }

uint16_t f16_from_float(float value) {
    uint32_t bits = bits_of(value), sign = bits >> 16 & 0x8000, magnitude = bits & 0x7fffffff;
    if (magnitude > 0x7f800000) return (uint16_t)(sign | 0x7e00 | (magnitude >> 13 & 0x1ff)); // NaN
    if (magnitude >= 0x477ff000) return (uint16_t)(sign | 0x7c00);                            // 65520 and more
    if (magnitude >= 0x38800000) return (uint16_t)(sign | round_away(magnitude - 0x38000000, 13));
    // Subnormal: multiples of 2^-24.
    int exponent = (int)(magnitude >> 23);
    uint32_t mantissa = (magnitude & 0x7fffff) | (exponent ? 0x800000 : 0);
    return (uint16_t)(sign | round_away(mantissa, 126 - (exponent ? exponent : 1)));
}

float f16_to_float(uint16_t bits) {
    uint32_t sign = (uint32_t)(bits & 0x8000) << 16, exponent = bits >> 10 & 31, mantissa = bits & 0x3ff;
    if (exponent == 31) return float_of(sign | 0x7f800000 | mantissa << 13);
    if (exponent) return float_of(sign | (exponent + 112) << 23 | mantissa << 13);
    float value = (float)mantissa * 0x1p-24f;
    return sign ? -value : value;
}

float tf32_truncate(float value) { return value != value ? value : float_of(bits_of(value) & 0xffffe000); }

// ---------------------------------------------------------------- rounding

// A float with the last bit set where `value` lies between two floats: rounding it again to a shorter format gives
// what rounding `value` at once would give.
static float float_round_to_odd(double value) {
    float nearest = (float)value;
    if ((double)nearest == value || value != value) return nearest;
    uint32_t bits = bits_of(nearest);
    if (fabs((double)nearest) > fabs(value)) bits--; // towards zero; magnitudes count like integers
    return float_of(bits | 1);
}

static uint16_t bf16_from_double(double value) { return bf16_from_float(float_round_to_odd(value)); }
static uint16_t f16_from_double(double value) { return f16_from_float(float_round_to_odd(value)); }

// The low 64 bits of the whole part, as a two's complement number; 0 for NaN and infinities.
static uint64_t wrap_integer(double value) {
    if (!isfinite(value)) return 0;
    double whole = fmod(trunc(value), 0x1p64);
    return whole < 0 ? 0 - (uint64_t)-whole : (uint64_t)whole;
}

// ---------------------------------------------------------------- arrays

#define ACCESS(name, ctype, from, to)                                                                                  \
    static double load_##name(const void *array, size_t i) {                                                           \
        ctype stored;                                                                                                  \
        memcpy(&stored, (const char *)array + i * sizeof stored, sizeof stored);                                       \
        return (double)to(stored);                                                                                     \
    }                                                                                                                  \
    static void store_##name(void *array, size_t i, double value) {                                                    \
        ctype stored = (ctype)from(value);                                                                             \
        memcpy((char *)array + i * sizeof stored, &stored, sizeof stored);                                             \
    }
#define SAME(x)  (x)
#define TRUTH(x) ((x) != 0)
ACCESS(bool, uint8_t, TRUTH, TRUTH)
ACCESS(int8, int8_t, wrap_integer, SAME)
ACCESS(int16, int16_t, wrap_integer, SAME)
ACCESS(int32, int32_t, wrap_integer, SAME)
ACCESS(int64, int64_t, wrap_integer, SAME)
ACCESS(uint8, uint8_t, wrap_integer, SAME)
ACCESS(uint16, uint16_t, wrap_integer, SAME)
ACCESS(uint32, uint32_t, wrap_integer, SAME)
ACCESS(uint64, uint64_t, wrap_integer, SAME)
ACCESS(float16, uint16_t, f16_from_double, f16_to_float)
ACCESS(bfloat16, uint16_t, bf16_from_double, bf16_to_float)
ACCESS(float32, float, SAME, SAME)
ACCESS(float64, double, SAME, SAME)

static double load_void(const void *array, size_t i) { return (void)array, (void)i, 0; }
static void store_void(void *array, size_t i, double value) { (void)array, (void)i, (void)value; }

static const struct {
    double (*load)(const void *array, size_t i);
    void (*store)(void *array, size_t i, double value);
} access[DTYPE_COUNT] = {
    [DTYPE_VOID] = {load_void, store_void},          [DTYPE_BOOL] = {load_bool, store_bool},
    [DTYPE_INT8] = {load_int8, store_int8},          [DTYPE_INT16] = {load_int16, store_int16},
    [DTYPE_INT32] = {load_int32, store_int32},       [DTYPE_INT64] = {load_int64, store_int64},
    [DTYPE_UINT8] = {load_uint8, store_uint8},       [DTYPE_UINT16] = {load_uint16, store_uint16},
    [DTYPE_UINT32] = {load_uint32, store_uint32},    [DTYPE_UINT64] = {load_uint64, store_uint64},
    [DTYPE_FLOAT16] = {load_float16, store_float16}, [DTYPE_BFLOAT16] = {load_bfloat16, store_bfloat16},
    [DTYPE_FLOAT32] = {load_float32, store_float32}, [DTYPE_FLOAT64] = {load_float64, store_float64},
};

double dtype_load(DType type, const void *array, size_t i) { return access[type].load(array, i); }
void dtype_store(DType type, void *array, size_t i, double value) { access[type].store(array, i, value); }

double dtype_round(DType type, double value) {
    uint64_t stored = 0;
    access[type].store(&stored, 0, value);
    return access[type].load(&stored, 0);
}

double dtype_unit_roundoff(DType type) {
    static const double roundoff[DTYPE_COUNT] = {
        [DTYPE_FLOAT16] = 0x1p-11, [DTYPE_BFLOAT16] = 0x1p-8, [DTYPE_FLOAT32] = 0x1p-24, [DTYPE_FLOAT64] = 0x1p-53};
    return roundoff[type];
}
