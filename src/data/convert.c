// One loop per dtype and direction, made by macros so that the compiler vectorises each; tables choose by dtype.
#include "data/convert.h"

#include <math.h>
#include <string.h>

int64_t convert_double_to_integer(double value) {
    if (value != value) return 0;
    if (value >= 0x1p63) return INT64_MAX;
    if (value < -0x1p63) return INT64_MIN;
    return (int64_t)value;
}

// Rounds to bfloat16 by way of float, as the chip's packer does; a NaN keeps its upper bits and stays one.
static inline uint16_t bf16_of(double value) {
    float single = (float)value;
    uint32_t bits;
    memcpy(&bits, &single, sizeof bits);
    uint32_t rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
    uint32_t quiet = (bits >> 16) | 0x40;
    return (uint16_t)((bits & 0x7fffffff) > 0x7f800000 ? quiet : rounded);
}

static inline double double_of_bf16(uint16_t bits) {
    uint32_t wide = (uint32_t)bits << 16;
    float single;
    memcpy(&single, &wide, sizeof single);
    return (double)single;
}

static inline uint16_t f16_of(double value) { return f16_from_float((float)value); }
static inline double double_of_f16(uint16_t bits) { return (double)f16_to_float(bits); }
static inline float f32_of(double value) { return (float)value; }
static inline double f64_of(double value) { return value; }
static inline double double_of_float(double value) { return value; }
static inline uint8_t bool_of_double(double value) { return value != 0; }
static inline uint8_t bool_of_integer(int64_t value) { return value != 0; }
static inline double double_of_bool(uint8_t value) { return value != 0; }

// TYPE(id, storage, double from storage, storage from double)
#define FLOAT_TYPES(TYPE)                                                                                              \
    TYPE(FLOAT16, uint16_t, double_of_f16, f16_of)                                                                     \
    TYPE(BFLOAT16, uint16_t, double_of_bf16, bf16_of)                                                                  \
    TYPE(FLOAT32, float, double_of_float, f32_of)                                                                      \
    TYPE(FLOAT64, double, double_of_float, f64_of)
// TYPE(id, storage)
#define INTEGER_TYPES(TYPE)                                                                                            \
    TYPE(INT8, int8_t)                                                                                                 \
    TYPE(INT16, int16_t)                                                                                               \
    TYPE(INT32, int32_t)                                                                                               \
    TYPE(INT64, int64_t)                                                                                               \
    TYPE(UINT8, uint8_t)                                                                                               \
    TYPE(UINT16, uint16_t)                                                                                             \
    TYPE(UINT32, uint32_t)                                                                                             \
    TYPE(UINT64, uint64_t)

#define CONVERSIONS(id, storage, to_double, from_double, to_integer, from_integer)                                     \
    static void id##_to_doubles(const void *array, size_t first, size_t count, double *restrict values) {              \
        const storage *restrict source = (const storage *)array + first;                                               \
        for (size_t i = 0; i < count; i++) values[i] = (double)to_double(source[i]);                                   \
    }                                                                                                                  \
    static void id##_from_doubles(const double *restrict values, size_t count, void *array, size_t first) {            \
        storage *restrict target = (storage *)array + first;                                                           \
        for (size_t i = 0; i < count; i++) target[i] = (storage)from_double(values[i]);                                \
    }                                                                                                                  \
    static void id##_to_integers(const void *array, size_t first, size_t count, int64_t *restrict values) {            \
        const storage *restrict source = (const storage *)array + first;                                               \
        for (size_t i = 0; i < count; i++) values[i] = (int64_t)to_integer(source[i]);                                 \
    }                                                                                                                  \
    static void id##_from_integers(const int64_t *restrict values, size_t count, void *array, size_t first) {          \
        storage *restrict target = (storage *)array + first;                                                           \
        for (size_t i = 0; i < count; i++) target[i] = (storage)from_integer(values[i]);                               \
    }                                                                                                                  \
    static void id##_round_doubles(double *values, size_t count) {                                                     \
        for (size_t i = 0; i < count; i++) values[i] = (double)to_double((storage)from_double(values[i]));             \
    }                                                                                                                  \
    static void id##_round_integers(int64_t *values, size_t count) {                                                   \
        for (size_t i = 0; i < count; i++) values[i] = (int64_t)to_integer((storage)from_integer(values[i]));          \
    }

#define FLOAT_CONVERSIONS(id, storage, to_double, from_double)                                                         \
    static inline int64_t id##_cut(storage value) { return convert_double_to_integer(to_double(value)); }              \
    static inline storage id##_of_integer(int64_t value) { return (storage)from_double((double)value); }               \
    CONVERSIONS(id, storage, to_double, from_double, id##_cut, id##_of_integer)
FLOAT_TYPES(FLOAT_CONVERSIONS)

#define SAME(value)                      (value)
#define INTEGER_CONVERSIONS(id, storage) CONVERSIONS(id, storage, SAME, convert_double_to_integer, SAME, SAME)
INTEGER_TYPES(INTEGER_CONVERSIONS)
CONVERSIONS(BOOL, uint8_t, double_of_bool, bool_of_double, bool_of_integer, bool_of_integer)

typedef struct Conversion {
    void (*to_doubles)(const void *array, size_t first, size_t count, double *values);
    void (*from_doubles)(const double *values, size_t count, void *array, size_t first);
    void (*to_integers)(const void *array, size_t first, size_t count, int64_t *values);
    void (*from_integers)(const int64_t *values, size_t count, void *array, size_t first);
    void (*round_doubles)(double *values, size_t count);
    void (*round_integers)(int64_t *values, size_t count);
} Conversion;

#define CONVERSION(id, ...)                                                                                            \
    [DTYPE_##id] = {id##_to_doubles,    id##_from_doubles,  id##_to_integers,                                          \
                    id##_from_integers, id##_round_doubles, id##_round_integers},
static const Conversion conversions[DTYPE_COUNT] = {FLOAT_TYPES(CONVERSION) INTEGER_TYPES(CONVERSION) CONVERSION(BOOL)};

void convert_to_doubles(DType type, const void *array, size_t first, size_t count, double *values) {
    if (conversions[type].to_doubles) conversions[type].to_doubles(array, first, count, values);
}

void convert_from_doubles(DType type, const double *values, size_t count, void *array, size_t first) {
    if (conversions[type].from_doubles) conversions[type].from_doubles(values, count, array, first);
}

void convert_to_integers(DType type, const void *array, size_t first, size_t count, int64_t *values) {
    if (conversions[type].to_integers) conversions[type].to_integers(array, first, count, values);
}

void convert_from_integers(DType type, const int64_t *values, size_t count, void *array, size_t first) {
    if (conversions[type].from_integers) conversions[type].from_integers(values, count, array, first);
}

void convert_round_doubles(DType type, double *values, size_t count) {
    if (type != DTYPE_FLOAT64 && conversions[type].round_doubles) conversions[type].round_doubles(values, count);
}

void convert_round_integers(DType type, int64_t *values, size_t count) {
    if (type != DTYPE_INT64 && conversions[type].round_integers) conversions[type].round_integers(values, count);
}
