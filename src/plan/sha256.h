// SHA-256 (FIPS 180-4) of a piece of memory, as 64 lower-case hexadecimal digits.
#ifndef TTILE_PLAN_SHA256_H
#define TTILE_PLAN_SHA256_H

#include <stddef.h>

#define SHA256_DIGITS 64
void sha256_hex(const void *data, size_t length, char digits[SHA256_DIGITS + 1]);

#endif
