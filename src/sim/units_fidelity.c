// Which bits of a product's operands the matrix unit multiplies.
//
// A phase multiplies 5 bits of SrcA with 7 bits of SrcB, the implicit one included: SrcA in parts of 4 and 5 stored
// mantissa bits (the last bit of TF32 is never used), SrcB of 6 and 4. LoFi does high x high; HiFi2 adds low A x high
// B; HiFi3 high A x low B; HiFi4 low x low. Parts of one operand that meet the same part of the other are one term
// here. Source: tt-isa-documentation, SrcASrcB.md, "Fidelity phases"; errors measured as in docs/simulator.md.
#include "sim/units_internal.h"

#define A_HIGH 0xfff80000u
#define A_ALL  0xffffc000u
#define B_HIGH 0xfffe0000u
#define B_ALL  0xffffe000u

static const FidelityTerms terms_of[] = {
    [FIDELITY_LOFI] = {1, {{A_HIGH, B_HIGH, false}}},
    [FIDELITY_HIFI2] = {1, {{A_ALL, B_HIGH, false}}},
    [FIDELITY_HIFI3] = {2, {{A_ALL, B_HIGH, false}, {A_HIGH, B_HIGH, true}}},
    [FIDELITY_HIFI4] = {1, {{A_ALL, B_ALL, false}}},
};

const FidelityTerms *fidelity_terms(MathFidelity fidelity) { return &terms_of[fidelity]; }

// What `mask` drops of a number, as a number: integer mantissa bits times the power of two of the last one. Parts below
// the normal range are zero. Right for exponent 255, too.
static inline float low_part(uint32_t bits, uint32_t mask) {
    uint32_t exponent = bits >> 23 & 0xff;
    float magnitude = (float)(int32_t)(bits & ~mask & 0x7fffffu);
    float scale = float_of_bits(exponent > 23 ? (exponent - 23) << 23 : 0);
    return float_of_bits(flush_bits(float_bits(magnitude * scale)) | (bits & 0x80000000u));
}

void fidelity_keep_a(float *tile, const FidelityTerm *term) { tile_loops()->keep_bits(tile, term->a_mask); }

void fidelity_keep_b(float *tile, const FidelityTerm *term) {
    if (!term->b_low) {
        tile_loops()->keep_bits(tile, term->b_mask);
        return;
    }
    for (int i = 0; i < TILE_ELEMENTS; i++) tile[i] = low_part(float_bits(tile[i]), term->b_mask);
}
