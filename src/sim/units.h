// What the engine's units compute, on whole tiles (docs/simulator.md has the number rules and their sources).
//
// A page is one 32x32 tile in its format, elements row by row (the chip keeps four 16x16 faces; no instruction here
// sees the difference). A DST tile is 1024 floats, row by row; a 16-bit DST holds values rounded to bfloat16. Tiles are
// 64-byte aligned. Everything is deterministic on one CPU type.
#ifndef TTILE_SIM_UNITS_H
#define TTILE_SIM_UNITS_H

#include "program/program.h"

#define TILE_ELEMENTS (TILE_SIZE * TILE_SIZE)

typedef struct UnitMode {
    bool dst_fp32;
    MathFidelity fidelity;
} UnitMode;

// dst[r * columns + c] += in0[r * in0_stride] x in1[c], c < columns, r < rows; in1 transposed within the tile if
// `transpose`. Strides count pages of the operand's format. fp32 operands are read as TF32. `fidelity` says which
// mantissa bits take part. Exponent 255 is an exponent like any other, in operands and in dst; results too large are
// infinity, never NaN; denormal operands and results are zero. The additions of an inner step may come in any order.
typedef struct ProductBlock {
    float *dst;
    const void *in0, *in1;
    DType format0, format1;
    int rows, columns, in0_stride;
    bool transpose;
} ProductBlock;
void unit_product(const ProductBlock *block, UnitMode mode);

// How a page reaches DST. By way of the source registers denormals become zero; NaN and infinity are moved as they are.
// dst must not overlap the page.
typedef enum LoadPath { LOAD_SOURCE, LOAD_EXACT } LoadPath; // through SrcA/SrcB (fp32 read as TF32), or unpack-to-DST
typedef enum TileBroadcast {
    TILE_BROADCAST_NONE,
    TILE_BROADCAST_ROW,
    TILE_BROADCAST_COLUMN,
    TILE_BROADCAST_SCALAR
} TileBroadcast;
void unit_load(float *dst, const void *page, DType format, LoadPath path, bool transpose, TileBroadcast broadcast,
               UnitMode mode);

// dst = in0 op in1 (in1 broadcast); MUL accumulates onto dst, as the chip does. `op` is '+', '-' or '*'. Operands,
// specials and fidelity (of MUL) as for products, with in0 in SrcA and in1 in SrcB: (-inf) - (-inf) is zero.
void unit_fpu_binary(char op, TileBroadcast broadcast, float *dst, const void *in0, DType format0, const void *in1,
                     DType format1, UnitMode mode);

// Vector unit: fp32 with infinity and NaN, denormal results flushed; accuracy and specials of each function are in
// units_vector.h. Operands may be `out` itself. A 16-bit DST rounds the result to bfloat16. `id` is the instruction's
// row; operands that it does not have are ignored. `value` is its scalar. DST_UNARY and DST_SET: out. DST_BINARY: out =
// f(a, b). DST_UPDATE: out = f(out, a). DST_SELECT: out = a ? b : c. DST_COPY: out = a.
void unit_sfpu(InstructionId id, float *out, const float *a, const float *b, const float *c, float value,
               UnitMode mode);

// Rounds to the page's format (to nearest from an fp32 DST, by truncation from a 16-bit one). With `accumulate`, the
// rounded tile is added to the page and the sum rounded to nearest. NaN stays NaN.
void unit_pack(void *page, DType format, const float *dst, bool accumulate, UnitMode mode);

// Data-movement stores.
void unit_fill_page(void *page, DType format, double value);
void unit_fill_elements(void *page, DType format, size_t count, double value); // of a page of any size
void unit_fill_page_edge(void *page, DType format, int rows, int columns,
                         double value); // keeps the first rows x columns
void unit_fill_page_index(void *page, DType format, bool by_row);

// Page `index` of a host tensor of that format, 0 <= index < map->pages, read or written in place by its map. What lies
// beyond the tensor's edge is read as 1e30 (float16: 6e4; integers: bytes of 0x5a), since the chip leaves it undefined,
// and not written.
void unit_read_page(void *page, const PageMap *map, DType format, const void *tensor, int64_t index);
void unit_write_page(const void *page, const PageMap *map, DType format, void *tensor, int64_t index);

#endif
