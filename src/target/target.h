// Chips as data: one table per chip, each figure with its source (wormhole.def, blackhole.def, grayskull.def).
#ifndef TTILE_TARGET_TARGET_H
#define TTILE_TARGET_TARGET_H

#include "base/context.h"

enum { FIGURE_LIST_MAX = 32 };

typedef struct FigureList {
    int count;
    double at[FIGURE_LIST_MAX];
} FigureList;

typedef struct Target {
#define FIELD_INT(name, doc)  int64_t name;
#define FIELD_REAL(name, doc) double name;
#define FIELD_TEXT(name, doc) const char *name;
#define FIELD_LIST(name, doc) FigureList name;
#include "target/fields.def"
#undef FIELD_INT
#undef FIELD_REAL
#undef FIELD_TEXT
#undef FIELD_LIST
} Target;

extern const char *const target_tables_date;
int target_count(void);
const Target *target_at(int index);
// "wormhole", "wormhole:n150", "tenstorrent -device=blackhole" ... Fails with DIAG_UNKNOWN_TARGET listing the legal
// ones.
const Target *target_parse(Context *context, const char *text);
// The same for a name that stands at `place` of a source.
const Target *target_parse_at(Context *context, const char *text, Location place);
// Tiles that DST holds with double buffering (half sync).
int target_dst_tiles(const Target *target, bool fp32);

typedef enum MathFidelity { FIDELITY_LOFI, FIDELITY_HIFI2, FIDELITY_HIFI3, FIDELITY_HIFI4 } MathFidelity;
bool fidelity_parse(const char *name, MathFidelity *fidelity);
const char *fidelity_name(MathFidelity fidelity);
// Largest relative error of a product of two 16-bit values: what the fidelity's phases leave out of both operands.
double fidelity_product_error(MathFidelity fidelity);

#endif
