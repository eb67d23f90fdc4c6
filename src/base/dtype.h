// Number formats: which there are (dtype.def) and how a value is rounded to each.
#ifndef TTILE_BASE_DTYPE_H
#define TTILE_BASE_DTYPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum DType {
#define DTYPE(id, name, bits, class) DTYPE_##id,
#include "base/dtype.def"
#undef DTYPE
    DTYPE_COUNT
} DType;

typedef enum DTypeClass { CLASS_NONE, CLASS_BOOL, CLASS_INT, CLASS_UINT, CLASS_FLOAT } DTypeClass;

const char *dtype_name(DType type);
int dtype_bits(DType type);
DTypeClass dtype_class(DType type);
static inline bool dtype_is_float(DType type) { return dtype_class(type) == CLASS_FLOAT; }
static inline bool dtype_is_integer(DType type) {
    return dtype_class(type) == CLASS_INT || dtype_class(type) == CLASS_UINT;
}
// False if `name` is no dtype. Accepts TileLang's spellings too: "float" is float32, "half" float16, "int" int32.
bool dtype_parse(const char *name, DType *type);

// Bit patterns, rounded to nearest even.
uint16_t bf16_from_float(float value);
float bf16_to_float(uint16_t bits);
uint16_t f16_from_float(float value);
float f16_to_float(uint16_t bits);
// What the matrix unit reads of an fp32 operand: ten mantissa bits, the rest cut off.
float tf32_truncate(float value);

// `value` as storing it in `type` leaves it: rounded for floats, wrapped for integers, 0 or 1 for bool.
double dtype_round(DType type, double value);
// Element i of an array of `type`, and its store. Array elements are dtype_bytes(type) apart.
double dtype_load(DType type, const void *array, size_t i);
void dtype_store(DType type, void *array, size_t i, double value);
size_t dtype_bytes(DType type);
// Half the distance between 1.0 and the next value; 0 for integers.
double dtype_unit_roundoff(DType type);

#endif
